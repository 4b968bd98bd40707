from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.rich_text import expand_db_html

from courses import rules
from courses.models import CoursePage, CourseRun, ModulePage
from courses.states import CreditRole
from courses.views import shared
from courses.views.news import news_context
from courses.views.outline import Outline, Standing, outline_for, standing
from home import tree
from home.pagecontext import languages_of, page_context
from home.pagemap import SOURCE, page_map
from home.serving import may_view
from participants.states import DegreeOfUrbanisation, LevelOfGovernment


def course(request, page: CoursePage):
    """What a course is about, its outline with one's own marks, and the one thing to do next."""
    key = page.translation_key
    where = standing(request.user, key)
    outline = outline_for(key, where)
    marked = outline.marked(where) if outline else None
    language = get_language()
    facts = (
        course_facts(page)
        if request.is_preview
        else tree.remembered(("course", page.pk, language), lambda: course_facts(page))
    )
    return render(
        request,
        "courses/course_page.html",
        {
            **page_context(page),
            "course": {
                **facts,
                "languages": languages_of(key),
                "minutes": outline.minutes if outline else 0,
                "lessons": outline.total if outline else 0,
                "quizzes": outline.quizzes if outline else 0,
                "announced": outline is None,
            },
            "outline": marked.modules if marked else announced_modules(key),
            "enrolment": enrolment_context(where),
            "next": next_step(marked, where),
            "left": left(marked, where),
            "enrol": enrol_context(request, outline, where),
            "runs": runs_context(key, outline, where),
            "own_dates": own_dates(where),
            "unenrol_url": unenrol_url(where),
            "news": news_context(marked, where),
            "why_url": reverse("courses:why", args=[key]) if where.is_kept else None,
            "retake_url": retake_url(where),
            "certificate_url": certificate_url(where),
        },
    )


def module(request, page: ModulePage):
    """A module has no page of its own: it is a place on the page of its course."""
    pages = page_map()
    node = pages.nodes.get(page.pk)
    if request.is_preview or node is None:
        return course(request, page.get_parent().specific)
    parent = pages.by_path[node.parent_path]
    where = standing(request.user, parent.key)
    outline = outline_for(parent.key, where)
    numbers = {m.key: m.number for m in outline.modules} if outline else {}
    anchor = f"#module-{numbers[node.key]}" if node.key in numbers else ""
    return redirect(pages.url(parent, get_language()) + anchor)


def course_facts(page: CoursePage) -> dict:
    """Everything of a course page that is the same for all readers."""
    levels, places = dict(LevelOfGovernment.choices), dict(DegreeOfUrbanisation.choices)
    topics = list(page.topics.all())
    return {
        "title": page.title,
        "summary": page.summary,
        "outcomes": page.outcome_list(),
        "levels": [str(levels[level]) for level in page.levels if level in levels],
        "degurba": [str(places[degree]) for degree in page.degurba if degree in places],
        "topics": [topic.label for topic in topics],
        "credits": [
            {
                "name": credit.name,
                "role_label": str(CreditRole(credit.role).label),
                "organisation": credit.organisation,
            }
            for credit in page.credits.all()
        ],
        "updated": page.last_published_at,
        "cover_seed": str(page.translation_key),
        "topic_slug": topics[0].slug if topics else "",
        "intro_html": expand_db_html(page.introduction),
    }


def announced_modules(key: UUID) -> list[dict]:
    """The modules of a course whose lessons are still being written."""
    return tree.remembered(
        ("announced modules", key, get_language()),
        lambda: _announced_modules(key, get_language()),
    )


def _announced_modules(key: UUID, language: str) -> list[dict]:
    pages = page_map()
    node = pages.in_language(key, language)
    if node is None:
        return []
    source = pages.in_language(key, SOURCE) or node
    modules = [pages.in_language(n.key, language) for n in pages.children.get(source.path, [])]
    live = [n for n in modules if n and n.model == "modulepage"]
    summaries = dict(
        ModulePage.objects.filter(pk__in=[n.id for n in live]).values_list("pk", "summary")
    )
    return [
        {
            "number": at,
            "title": n.title,
            "lang": n.language,
            "summary": summaries.get(n.id, ""),
            "lessons": [],
            "done": 0,
            "total": 0,
        }
        for at, n in enumerate(live, start=1)
    ]


def enrolment_context(where: Standing) -> dict | None:
    if where.enrolment is None:
        return None
    enrolment, summary = where.enrolment, where.enrolment.summary
    return {
        "state": enrolment.state,
        "percent": summary.percent,
        "done": summary.required_done,
        "total": summary.required_total,
        "minutes_left": summary.minutes_left,
        "enrolled_on": enrolment.enrolled_at,
        "completed_on": enrolment.completed_at,
    }


def next_step(outline: Outline | None, where: Standing) -> dict | None:
    """Where the one obvious button leads: the first lesson, where one stopped, or nowhere."""
    entry = outline.next_for(where) if outline else None
    if entry is None:
        return None
    if entry.is_quiz:
        label = _("Go to the quiz")
    elif where.last_item or where.done:
        label = _("Continue with lesson %(number)s") % {"number": entry.number}
    else:
        label = _("Start with lesson %(number)s") % {"number": entry.number}
    return {
        "label": label,
        "url": entry.url,
        "title": entry.title,
        "lang": entry.lang,
        "number": entry.number,
        "minutes": entry.minutes,
    }


def left(outline: Outline | None, where: Standing) -> list[dict]:
    """Exactly what is missing before the course is complete, for somebody enrolled."""
    if outline is None or not where.is_kept:
        return []
    if where.enrolment and where.enrolment.is_completed:
        return []
    items = rules.for_person(outline.items, where.excused)
    entries = [outline.by_item(i.id) for i in rules.missing(items, where.done)]
    return [
        {"title": e.title, "url": e.url, "lang": e.lang, "minutes": e.minutes, "reason": _reason(e)}
        for e in entries
    ]


def _reason(entry) -> str:
    if entry.state == "again":
        if entry.is_quiz:
            return _("It changed: pass it once more")
        return _("It changed: read it again and mark it as done")
    if entry.url is None:
        return _("It is being revised. You can do it when it is open again")
    if entry.is_quiz:
        return _("Pass it: you may try again")
    if entry.item.parts:
        return _("Done when its required parts are done")
    return _("Read it and mark it as done")


def enrol_context(request, outline: Outline | None, where: Standing) -> dict | None:
    """The way into a course, for those who are not enrolled in it."""
    if outline is None or where.is_kept:
        return None
    url = reverse("courses:enrol", args=[outline.course])
    needs = None if request.user.is_authenticated else "sign_in"
    return {
        "url": url,
        "needs": needs,
        "sign_in_url": shared.sign_in_url(url),
        "sign_up_url": shared.sign_up_url(url),
    }


def runs_context(key: UUID, outline: Outline | None, where: Standing) -> list[dict]:
    """The dates with others that somebody can join; none for who is in one or has completed the
    course. All runs of a course are in memory."""
    done = where.enrolment is not None and where.enrolment.is_completed
    if outline is None or done or (where.enrolment and not where.enrolment.run.is_self_paced):
        return []
    runs = tree.remembered(("runs", key), lambda: list(CourseRun.objects.of(key).with_dates()))
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    url = reverse("courses:enrol", args=[key])
    return [
        {
            "name": run.name,
            "starts_on": run.starts_on,
            "ends_on": run.ends_on,
            "url": f"{url}?run={run.pk}",
        }
        for run in sorted(runs, key=lambda run: (run.starts_on or run.ends_on, run.pk))
        if run.why_closed(today) is None
    ]


def own_dates(where: Standing) -> dict | None:
    """The dates of somebody who is under way: those of their group, and their own goal."""
    enrolment = where.enrolment
    if enrolment is None or not enrolment.is_active:
        return None
    return {
        "name": enrolment.run.name,
        "starts_on": enrolment.run.starts_on,
        "ends_on": enrolment.run.ends_on,
        "goal_on": enrolment.goal_on,
        "goal_url": reverse("courses:goal", args=[enrolment.pk]),
    }


def unenrol_url(where: Standing) -> str | None:
    if where.enrolment is None or not where.enrolment.is_active:
        return None
    return reverse("courses:leave", args=[where.enrolment.pk])


def retake_url(where: Standing) -> str | None:
    if where.enrolment is None or not where.enrolment.is_completed:
        return None
    return reverse("courses:retake", args=[where.enrolment.run.course.key])


def certificate_url(where: Standing) -> str | None:
    if where.enrolment is None or not where.enrolment.is_completed:
        return None
    return reverse("courses:certificate", args=[where.enrolment.pk])


def live_course_or_404(request, key: UUID):
    """The map's node of a course that visitors may see, in the reader's language."""
    node = page_map().in_language(key, get_language())
    if node is None or node.model != "coursepage" or not may_view(node, request):
        raise Http404
    return node
