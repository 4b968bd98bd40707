from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.actions import catch_up
from courses.models import Enrolment
from courses.views.course import certificate_url
from courses.views.news import histories_of, news_context
from courses.views.outline import Standing, is_behind, outline_for, outlines_of, standings_of
from home.pagemap import page_map
from home.prepared import Prepared
from mentoring.views import mentoring_of
from schedule.models import Entry
from schedule.words import row

NEXT_DATES = 5


_upcoming = Prepared(
    lambda person, now: Entry.objects.filter(person=person).upcoming(now)[:NEXT_DATES],
    int,
    datetime,
)
_standing_of = Prepared(
    lambda user: (
        Enrolment.objects.filter(user=user)
        .standing()
        .with_summary()
        .defer("manifest__modules", "manifest__rule", "manifest__note")
        .order_by(F("summary__last_seen_at").desc(nulls_last=True), "-enrolled_at")
    ),
    int,
)


@dataclass
class Learning:
    """One course of a person, as *My academy* shows it."""

    standing: Standing
    title: str
    lang: str
    url: str | None
    next: dict | None
    news: dict | None

    @property
    def enrolment(self) -> Enrolment:
        return self.standing.enrolment


@login_required
def dashboard(request):
    """The one next thing to do, then mentoring, the next dates, progress, and what is finished.
    Four queries of its own, however many courses, lessons and dates; five with mentoring."""
    dates = _upcoming(request.user.pk, timezone.now())
    learnings = _learnings(request.user)
    ongoing = [one for one in learnings if one.enrolment.is_active]
    finished = [one for one in learnings if one.enrolment.is_completed]
    return render(
        request,
        "academy/dashboard.html",
        {
            "greeting": _("Welcome, %(name)s") % {"name": request.user.get_short_name()},
            "next": _next(ongoing),
            "dates": [row(entry) for entry in dates],
            "courses": [_course(one) for one in ongoing],
            "finished": [
                {
                    "title": one.title,
                    "lang": one.lang,
                    "url": one.url,
                    "completed_on": one.enrolment.completed_at,
                    "certificate_url": certificate_url(one.standing),
                }
                for one in finished
            ],
            "mentoring": mentoring_of(request.user),
            "catalogue_url": catalogue_url(),
        },
    )


def _learnings(user) -> list[Learning]:
    enrolments = _standing_of(user.pk)
    for enrolment in enrolments:
        if is_behind(enrolment):
            catch_up(enrolment.pk)
            enrolment.refresh_from_db()
            enrolment.summary.refresh_from_db()
    newest = _newest_per_course(enrolments)
    # All at once, whatever is not in memory.
    outlines_of([one.manifest_id for one in newest], get_language())
    histories_of([one.run.course.key for one in newest])
    return [_learning(where) for where in standings_of(user.pk, newest)]


def _newest_per_course(enrolments: list[Enrolment]) -> list[Enrolment]:
    """Of each course the newest attempt under way, and the newest that was completed."""
    newest: dict[tuple[UUID, bool], Enrolment] = {}
    for enrolment in sorted(enrolments, key=lambda e: e.attempt, reverse=True):
        newest.setdefault((enrolment.run.course.key, enrolment.is_completed), enrolment)
    return list(newest.values())


def _learning(standing: Standing) -> Learning:
    key = standing.enrolment.run.course.key
    pages, language = page_map(), get_language()
    node = pages.in_language(key, language)
    outline = outline_for(key, standing)
    entry = outline.next_for(standing) if node else None
    titles = standing.enrolment.manifest.titles if node is None else {}
    return Learning(
        standing=standing,
        title=node.title if node else titles.get(language) or next(iter(titles.values()), ""),
        lang=node.language if node else language,
        url=pages.url(node, language) if node else None,
        next={
            "title": entry.title,
            "lang": entry.lang,
            "url": entry.url,
            "number": entry.number,
            "minutes": entry.minutes,
            "is_quiz": entry.is_quiz,
        }
        if entry
        else None,
        news=news_context(outline, standing),
    )


def _next(ongoing: list[Learning]) -> dict | None:
    """The course that was read last, at the place where reading stopped."""
    one = next((one for one in ongoing if one.next), None)
    if one is None:
        return None
    return {
        "eyebrow": _("Your next step"),
        "title": _("Continue “%(course)s”") % {"course": one.title},
        "lang": one.lang,
        "text": _next_words(one.next),
        "url": one.next["url"],
        "label": _("Go to the quiz")
        if one.next["is_quiz"]
        else _("Continue with lesson %(number)s") % one.next,
    }


def _next_words(entry: dict) -> str:
    if entry["is_quiz"]:
        return _("Quiz: %(title)s, %(minutes)s minutes") % entry
    return _("Lesson %(number)s: %(title)s, %(minutes)s minutes") % entry


def _course(one: Learning) -> dict:
    summary = one.enrolment.summary
    return {
        "title": one.title,
        "url": one.url,
        "lang": one.lang,
        "percent": summary.percent,
        "done": summary.required_done,
        "total": summary.required_total,
        "minutes_left": summary.minutes_left,
        "state": one.enrolment.state,
        "next_title": one.next["title"] if one.next else None,
        "next_lang": one.next["lang"] if one.next else None,
        "continue_url": one.next["url"] if one.next else one.url,
        "news": one.news,
        "goal_on": one.enrolment.goal_on,
        "goal_url": reverse("courses:goal", args=[one.enrolment.pk]),
    }


def catalogue_url() -> str | None:
    pages, language = page_map(), get_language()
    node = next((n for n in pages.nodes.values() if n.model == "cataloguepage" and n.live), None)
    return pages.url(node, language) if node else None
