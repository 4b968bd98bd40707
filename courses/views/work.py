"""What readers send from a lesson: an answer, a note, "done"."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
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
    own_url,
    seen,
    segments,
    self_check_options,
)
from courses.views.outline import outline_for, standing
from home.pagemap import page_map
from home.serving import may_view, specific_page
from participants.refusals import Refused


@require_POST
def answer(request, key: UUID, part: str):
    """Marks a self-check at once: for visitors without keeping anything, else with their progress.

    An htmx request gets the part alone, others the lesson with the feedback in its place.
    """
    page = _lesson_page(request, key)
    reader = reader_of(request, page)
    block = _block(page, part, PartKind.SELF_CHECK)
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
    reader.answers[part] = chosen
    if request.htmx:
        return _part_alone(request, page, reader, part)
    if chosen and reader.where.is_kept:
        return redirect(f"{own_url(page)}#part-{part}")
    return lesson(request, page, reader, status=200 if chosen else 422)


@require_POST
def reflection(request, key: UUID, part: str):
    """Saves a private note. Whatever goes wrong, the text comes back to the person's screen."""
    page = _lesson_page(request, key)
    _block(page, part, PartKind.REFLECTION)
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\0", "")
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
    if request.htmx:
        return _part_alone(request, page, reader, part)
    messages.success(request, _("Your note is saved. Only you can read it."))
    return redirect(back)


@require_POST
def done(request, key: UUID):
    """Marks the lesson done and leads on: to the next lesson, or to the course at its end."""
    page = _lesson_page(request, key)
    if not request.user.is_authenticated:
        return redirect(shared.sign_in_url(own_url(page)))
    reader = reader_of(request, page)
    outline, entry = place_of(page, reader)
    if not reader.where.is_kept or entry is None:
        return redirect(own_url(page))
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
    was_complete = reader.where.enrolment.is_completed
    _before, after = outline.neighbours(key)
    if enrolment.is_completed and not was_complete:
        messages.success(request, _("You have completed this course. Well done."))
        after = None
    else:
        messages.success(request, _("Saved: “%(title)s” is done.") % {"title": page.title})
    return redirect(after.url if after else own_url(course_of(page)))


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
    if len(text) > actions.LONGEST_REFLECTION:
        return {
            "error": _("Your note has %(length)s characters. %(limit)s fit: shorten it, please.")
            % {"length": len(text), "limit": actions.LONGEST_REFLECTION}
        }
    _outline, entry = place_of(page, reader)
    if reader.where.enrolment is None or entry is None:
        return {"error": _("Enrol in the course first. Your text stays here until then.")}
    try:
        actions.save_reflection(
            reader.where.enrolment.pk,
            entry.item.id,
            part,
            text,
            version=whole_number(request.POST.get("version")),
            **seen(page),
        )
    except Refused as refusal:
        return {"error": refusal.message, "conflict": refusal.reason == "newer_version"}
    return None


def _part_alone(request, page, reader: Reader, part: str):
    segment = next(s for s in segments(request, page, reader) if s["block_id"] == part)
    template = f"courses/blocks/{segment['kind']}.html"
    return render(request, template, {"part": segment["part"], "announce": True})


def _lesson_page(request, key: UUID) -> LessonPage:
    return live_item_or_404(request, key, "lessonpage")


def live_item_or_404(request, key: UUID, model: str) -> ItemPage:
    """The live lesson or quiz in the reader's language, else in the source's."""
    node = page_map().in_language(key, get_language())
    if node is None or node.model != model or not may_view(node, request):
        raise Http404
    return specific_page(node.id)


def place_of(page, reader: Reader):
    """The outline that somebody follows, and the lesson's entry in it; each may be missing."""
    outline = outline_for(course_of(page).translation_key, reader.where)
    return outline, outline.lesson(page.translation_key) if outline else None


def reader_of(request, page) -> Reader:
    request.is_preview = False
    course = course_of(page)
    reader = Reader(standing(request.user, course.translation_key), request.user)
    if not may_read(course, reader):
        raise Http404
    return reader


def _block(page, part: str, kind: str):
    for block in page.body:
        if block.id == part and block.block_type == kind:
            return block
    raise Http404


def _event(request) -> UUID | None:
    try:
        return UUID(request.POST.get("event", ""))
    except ValueError:
        return None


def _outline_number(request) -> int | None:
    """Of the outline that was on the reader's screen; None when the form does not say."""
    return whole_number(request.POST.get("outline")) or None


def whole_number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _go(request, url: str):
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
