"""What readers send from a lesson: an answer, a note, "done"."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from courses import actions, rules
from courses.models import ItemPage, LessonPage
from courses.states import PartKind
from courses.views import shared
from courses.views.lesson import (
    Reader,
    course_of,
    drop_draft,
    keep_draft,
    lesson,
    may_read,
    off_the_site,
    own_url,
    seen,
    segments,
    self_check_options,
)
from courses.views.notes import (
    NOT_ENROLLED,
    homeless_note,
    part_once_there,
    problem_of,
    save_note,
    sent_text,
)
from courses.views.outline import outline_for, standing
from courses.views.shared import completed_now
from home.pagemap import SOURCE, page_map
from home.rules import number_of
from home.serving import may_view, specific_page
from participants.refusals import Refused


@require_http_methods(["GET", "POST"])
def answer(request, key: UUID, part: str):
    """Marks a self-check at once: for visitors without keeping anything, else with their progress.

    An htmx request gets the part alone, others the lesson with the feedback in its place.
    """
    page = _lesson_page(request, key)
    if page is None:
        return _off_the_site(request, key)
    block = _block(page, part, PartKind.SELF_CHECK)
    if request.method == "GET" or block is None:
        return _to_part(request, page, part, PartKind.SELF_CHECK)
    reader = reader_of(request, page)
    options = self_check_options(block.value)
    chosen = rules.clean_choice(
        options, request.POST.getlist("choice")[:20], multiple=block.value["multiple"]
    )
    if chosen:
        try:
            _keep_answer(reader, page, part, chosen, right=rules.is_right(options, chosen))
        except Refused as refusal:  # the course was left meanwhile, in another tab
            messages.error(request, refusal.message)
            return _go(request, own_url(page))
    if completed_now(reader):
        return _congratulate(request, page)
    reader.answers[part] = chosen
    if request.htmx:
        return _part_alone(request, page, reader, part)
    if chosen and reader.where.is_kept:
        return redirect(f"{own_url(page)}#part-{part}")
    return lesson(request, page, reader, status=200 if chosen else 422)


@require_http_methods(["GET", "POST"])
def reflection(request, key: UUID, part: str):
    """Saves a private note. Whatever goes wrong, the text comes back to the person's screen."""
    page = _lesson_page(request, key)
    if page is None or _block(page, part, PartKind.REFLECTION) is None:
        return homeless_note(request, key, part, page)
    if request.method == "GET":
        return _to_part(request, page, part, PartKind.REFLECTION)
    text = sent_text(request)
    back = f"{own_url(page)}#part-{part}"
    if not request.user.is_authenticated:
        keep_draft(request, key, part, text, request.POST.get("owner", ""))
        return _go(request, shared.sign_in_url(back))
    reader = reader_of(request, page)
    problem = _save_reflection(request, reader, page, part, text)
    if problem:
        reader.drafts[part] = {"text": text, **problem}
        return lesson(request, page, reader, status=422)
    drop_draft(request, key, part)
    if completed_now(reader):
        return _congratulate(request, page)
    if request.htmx:
        return _part_alone(request, page, reader, part)
    messages.success(request, _("Your note is saved. Only you can read it."))
    return redirect(back)


@require_http_methods(["GET", "POST"])
def done(request, key: UUID):
    """Marks the lesson done and leads on: to the next lesson, or to the course at its end."""
    page = _lesson_page(request, key)
    if page is None:
        return _off_the_site(request, key)
    if request.method == "GET":
        return redirect(own_url(page))
    if not request.user.is_authenticated:
        return redirect(shared.sign_in_url(own_url(page)))
    reader = reader_of(request, page, progress=False)
    outline, entry = place_of(page, reader)
    if not reader.where.is_kept or entry is None:
        return redirect(own_url(page))
    was_completed = reader.where.enrolment.is_completed
    try:
        enrolment = actions.complete_item(
            reader.where.enrolment.pk,
            entry.item.id,
            event=_event(request),
            outline=_outline_number(request),
            **seen(page),
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(f"{own_url(page)}#lesson-end")
    if enrolment.is_completed and not was_completed:
        return _congratulate(request, page)
    _before, after = outline.neighbours(key)
    messages.success(request, _("Saved: “%(title)s” is done.") % {"title": page.title})
    return redirect(after.url if after else own_url(course_of(page)))


def _congratulate(request, page):
    messages.success(request, _("You have completed this course. Well done."))
    return _go(request, own_url(course_of(page)))


def _keep_answer(reader: Reader, page, part: str, chosen: list[str], *, right: bool) -> None:
    """Answers of people who are not enrolled, or to lessons outside their outline, are marked
    and not kept."""
    _outline, entry = place_of(page, reader)
    if reader.where.enrolment is None or entry is None:
        return
    actions.answer_self_check(
        reader.where.enrolment.pk,
        entry.item.id,
        part,
        chosen,
        right=right,
        **seen(page),
    )


def _save_reflection(request, reader: Reader, page, part: str, text: str) -> dict | None:
    """Nothing when it is saved, else what to tell the person."""
    _outline, entry = place_of(page, reader)
    if reader.where.enrolment is None or entry is None:
        return problem_of(text) or {"error": NOT_ENROLLED}
    return save_note(request, reader, entry.item.id, part, text, **seen(page))


def _part_alone(request, page, reader: Reader, part: str):
    segment = next(s for s in segments(request, page, reader) if s["block_id"] == part)
    template = f"courses/blocks/{segment['kind']}.html"
    return render(request, template, {"part": segment["part"], "announce": True})


def _lesson_page(request, key: UUID) -> LessonPage | None:
    return public_item(request, key, "lessonpage")


def public_item(request, key: UUID, model: str) -> ItemPage | None:
    """The live lesson or quiz in the reader's language, else in the source's; None where it, or the
    course around it, is off the site."""
    node = page_map().in_language(key, get_language())
    if node is None:
        return None
    if node.model != model or not may_view(node, request):
        raise Http404
    page = specific_page(node.id)
    return page if course_of(page) else None


def _off_the_site(request, key: UUID):
    """htmx shows only what it asked for: it is sent to the lesson's own address."""
    if not request.htmx:
        return off_the_site(request, key)
    pages = page_map()
    node = pages.by_key.get((key, get_language())) or pages.by_key.get((key, SOURCE))
    if node is None:
        raise Http404
    return HttpResponseClientRedirect(pages.url(node, get_language()))


def _to_part(request, page, part: str, kind: str):
    """The place of a part. One that was taken out of the lesson is told of, others never were."""
    if _block(page, part, kind):
        return redirect(f"{own_url(page)}#part-{part}")
    if part_once_there(page.translation_key, part, kind) is None:
        raise Http404
    messages.warning(request, _("This question was taken out of the lesson: go on without it."))
    return _go(request, own_url(page))


def place_of(page, reader: Reader):
    """The outline that somebody follows, and the lesson's entry in it; each may be missing."""
    outline = outline_for(course_of(page).translation_key, reader.where)
    return outline, outline.lesson(page.translation_key) if outline else None


def reader_of(request, page, *, progress: bool = True) -> Reader:
    request.is_preview = False
    course = course_of(page)
    where = standing(request.user, course.translation_key, progress=progress)
    reader = Reader(where, request.user)
    if not may_read(course, reader):
        raise Http404
    return reader


def _block(page, part: str, kind: str):
    found = (block for block in page.body if block.id == part and block.block_type == kind)
    return next(found, None)


def _event(request) -> UUID | None:
    try:
        return UUID(request.POST.get("event", ""))
    except ValueError:
        return None


def _outline_number(request) -> int | None:
    """Of the outline that was on the reader's screen; None when the form does not say."""
    return number_of(request.POST.get("outline")) or None


def _go(request, url: str):
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
