"""Why a course is, or is not, complete: the rule, the lessons, and everything that happened."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import rules
from courses.actions import catch_up
from courses.models import Enrolment, ItemProgress, ProgressEvent
from courses.states import EnrolmentState, Verb
from courses.views.outline import LessonEntry, Standing, is_behind, outline_for, standing_of
from courses.views.quiz import former
from home.pagecontext import link_to

EVENTS_A_PAGE = 100


@login_required
def why(request, key: UUID):
    """One's own record of a course, of the newest attempt or of `?attempt=`."""
    own = Enrolment.objects.of(request.user).in_course(key).with_summary().order_by("-attempt")
    attempts = list(own)
    wanted = request.GET.get("attempt", "")
    enrolment = next((e for e in attempts if str(e.attempt) == wanted), None)
    enrolment = enrolment or (attempts[0] if attempts and not wanted else None)
    if enrolment is None:
        raise Http404
    course = link_to(key)
    context = {
        **explanation(enrolment, request.GET.get("page")),
        "course": course or {"title": _kept_title(enrolment), "url": None, "lang": get_language()},
        "attempts": [
            {
                "number": e.attempt,
                "url": f"?attempt={e.attempt}",
                "current": e == enrolment,
                "state": EnrolmentState(e.state).label,
                "begun": e.enrolled_at,
                "ended": e.completed_at or e.withdrawn_at,
            }
            for e in attempts
        ],
    }
    return render(request, "courses/why.html", context)


def explanation(enrolment: Enrolment, page: str | None = None) -> dict:
    """What the participant and the coordinator read about one enrolment. Notes are not in it."""
    if is_behind(enrolment):
        catch_up(enrolment.pk)
        enrolment = Enrolment.objects.with_summary().get(pk=enrolment.pk)
    where = standing_of(enrolment)
    key = enrolment.run.course.key
    outline = outline_for(key, where)
    rows = {row.item_id: row for row in ItemProgress.objects.filter(enrolment=enrolment)}
    entries = {entry.item.id: entry for entry in outline.lessons}
    marked = outline.marked(where)
    log = enrolment.events.select_related("by").order_by("-at", "-pk")
    events = Paginator(log, EVENTS_A_PAGE).get_page(page)
    excuses = (
        {e.item_id: e for e in log.filter(verb=Verb.EXCUSED).reverse()} if where.excused else {}
    )
    tries: dict[int, list] = {}
    for attempt in enrolment.attempts.handed_in():
        tries.setdefault(attempt.item_id, []).append(former(attempt))
    return {
        "enrolment": enrolment,
        "summary": enrolment.summary,
        "completed": enrolment.is_completed,
        "outline_number": outline.number,
        "outline_date": enrolment.manifest.published_at,
        "lessons": [
            {
                **_lesson(entry, rows.get(entry.item.id), where, tries.get(entry.item.id, [])),
                "excuse": excuses.get(entry.item.id) if entry.state == "excused" else None,
            }
            for entry in marked.lessons
        ],
        "events": [_event(event, entries) for event in events],
        "pages": events,
    }


def _lesson(
    entry: LessonEntry, row: ItemProgress | None, where: Standing, attempts: list[dict]
) -> dict:
    return {
        "title": entry.title,
        "lang": entry.lang,
        "url": entry.url,
        "counts": entry.item.required,
        "state": _state(entry, where),
        "done_at": row.done_at if row else None,
        "language": _language(row.language) if row else "",
        "edition": row.revision if row else None,
        "again_from": row.again_from if row else 0,
        "retired_at": entry.retired_at,
        "item": entry.item.id,
        "excusable": _is_open(entry, where) and where.enrolment.is_active,
        "attempts": attempts,
    }


def _is_open(entry: LessonEntry, where: Standing) -> bool:
    """Whether a lesson that counts is still to do, as far as this person goes."""
    item = entry.item
    return bool(rules.missing(rules.for_person([item], where.excused), where.done))


def _state(entry: LessonEntry, where: Standing) -> str:
    if _is_open(entry, where) and where.enrolment.is_completed:
        return _("excused: it was archived when you completed the course")
    return entry.state_label


def _event(event: ProgressEvent, entries: dict[int, LessonEntry]) -> dict:
    entry = entries.get(event.item_id) if event.item_id else None
    return {
        "at": event.at,
        "words": Verb(event.verb).label,
        "title": entry.title if entry else "",
        "lang": entry.lang if entry else "",
        "gone": event.item_id is not None and entry is None,
        "language": _language(event.language),
        "edition": event.revision,
        "outline": event.outline,
        "note": _note(event.detail),
        "by": event.by,
    }


def _note(detail: dict) -> str:
    """What the log tells beside the verb: of an attempt its number and result, else a reason."""
    if "attempt" not in detail:
        return detail.get("note", "")
    number = _("attempt %(number)s") % {"number": detail["attempt"]}
    if "score" not in detail:
        return number
    result = _("passed") if detail["passed"] else _("not passed")
    return f"{number}: {detail['score']} %, {result}"


def _language(code: str) -> str:
    return dict(settings.LANGUAGES).get(code, code)


def _kept_title(enrolment: Enrolment) -> str:
    titles = enrolment.manifest.titles
    return titles.get(get_language()) or next(iter(titles.values()), "")
