"""Private notes: saving one, and the page for one whose place is gone.

A lesson may be archived, or lose the part, while somebody writes in it. What they wrote is kept all
the same, and stays readable.
"""

import json
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from courses import actions
from courses.models import Enrolment, LearningItem, LessonPage, ManifestItem
from courses.states import PartKind
from courses.views import shared
from courses.views.lesson import (
    Reader,
    drop_draft,
    held_drafts,
    keep_draft,
    own_notes,
    reflection_context,
)
from courses.views.outline import Standing, kept_title
from home.pagecontext import link_to
from home.rules import number_of
from participants.refusals import Refused

LONGEST_PART = 36
NOT_ENROLLED = gettext_lazy("Enrol in the course first. Your text stays here until then.")


def sent_text(request) -> str:
    return request.POST.get("text", "").replace("\r\n", "\n").replace("\0", "")


def problem_of(text: str) -> dict | None:
    if len(text) <= actions.LONGEST_REFLECTION:
        return None
    words = _("Your note has %(length)s characters. %(limit)s fit: shorten it, please.")
    return {"error": words % {"length": len(text), "limit": actions.LONGEST_REFLECTION}}


def save_note(request, reader: Reader, item_id: int, part: str, text: str, **seen) -> dict | None:
    """Nothing when it is saved, else what to tell the person."""
    if problem := problem_of(text):
        return problem
    version = number_of(request.POST.get("version"))
    try:
        actions.save_reflection(
            reader.where.enrolment.pk, item_id, part, text, version=version, **seen
        )
    except Refused as refusal:
        return {"error": refusal.message, "conflict": refusal.reason == "newer_version"}
    return None


def homeless_note(request, key: UUID, part: str, page: LessonPage | None):
    """Keeps and shows a note whose lesson is off the site, or has lost that part (`page` has it no
    more)."""
    item = LearningItem.objects.filter(key=key).first()
    block = part_once_there(key, part, PartKind.REFLECTION) if item else None
    if block is None:
        raise Http404
    text = sent_text(request) if request.method == "POST" else None
    if not request.user.is_authenticated:
        if text is not None:
            keep_draft(request, key, part, text, request.POST.get("owner", ""))
        return redirect(shared.sign_in_url(request.path))
    reader = Reader(Standing(_enrolment(request.user, item)), request.user)
    problem = None
    if text is not None:
        problem = _save(request, reader, item, part, text)
        if problem is None:
            return _saved(request, reader, key, part)
    reader.drafts = held_drafts(request, key)
    if problem:
        reader.drafts[part] = {"text": text, **problem}
    return _page(request, reader, item, part, block, taken_out=page is not None)


def part_once_there(key: UUID, part: str, kind: str) -> dict | None:
    """A part as some edition of the lesson has it, or had it; the newest of the reader's language
    first. None if there never was such a part."""
    if len(part) > LONGEST_PART or "\0" in part:
        return None
    pages = Page.objects.filter(translation_key=key).values_list("pk", "locale__language_code")
    languages = {str(pk): code for pk, code in pages}
    editions = Revision.page_revisions.filter(
        object_id__in=languages, content__body__icontains=part
    ).order_by("-created_at")
    editions = sorted(editions[:50], key=lambda r: languages[r.object_id] != get_language())
    blocks = (block for edition in editions for block in json.loads(edition.content["body"]))
    found = (b["value"] for b in blocks if b.get("id") == part and b["type"] == kind)
    return next(found, None)


def _enrolment(user, item: LearningItem) -> Enrolment | None:
    """The newest in a course that knows the lesson; one that was left comes last."""
    known = Enrolment.objects.of(user).knowing(item).with_summary().newest_first()
    return known.standing().first() or known.first()


def _save(request, reader: Reader, item: LearningItem, part: str, text: str) -> dict | None:
    if reader.where.enrolment is None:
        return problem_of(text) or {"error": NOT_ENROLLED}
    return save_note(request, reader, item.pk, part, text, language=get_language())


def _saved(request, reader: Reader, key: UUID, part: str):
    drop_draft(request, key, part)
    messages.success(request, _("Your note is saved. Only you can read it."))
    if shared.completed_now(reader):
        messages.success(request, _("You have completed this course. Well done."))
    return redirect("courses:reflection", key, part)


def _page(request, reader: Reader, item, part: str, block: dict, *, taken_out: bool):
    enrolment = reader.where.enrolment
    notes = own_notes(item.key, enrolment).get(part, {}) if enrolment else {}
    draft = reader.drafts.get(part, {})
    course = link_to(enrolment.run.course.key) if enrolment else None
    if not notes and not draft:
        return redirect(course["url"] if course else reverse("dashboard"))
    title, lang = _title(enrolment, item)
    own = {"id": part, "reader": reader.kind, "lang": lang}
    context = {
        "title": title,
        "lang": lang,
        "archived_on": item.retired_at,
        "taken_out": taken_out,
        "course": course,
        "part": own | reflection_context(item.key, reader, part, block["prompt"], notes),
    }
    return render(request, "courses/note.html", context, status=422 if "error" in draft else 200)


def _title(enrolment: Enrolment | None, item: LearningItem) -> tuple[str, str]:
    """As the newest outline named the lesson that had it; nothing for people of no such course."""
    language = get_language()
    if enrolment is None:
        return "", language
    entries = ManifestItem.objects.filter(item=item, manifest__course=enrolment.run.course_id)
    entry = entries.order_by("-manifest__number").first()
    return kept_title(entry.titles if entry else {}, language)
