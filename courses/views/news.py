"""What happened to a course since somebody last looked, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Max, prefetch_related_objects
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses import actions, rules
from courses.models import CourseManifest, Enrolment, ItemChange, ManifestItem
from courses.states import ChangeKind, ManifestKind, Verb
from courses.views.outline import LessonEntry, Outline, Standing
from home import tree
from home.pagecontext import link_to


@dataclass(frozen=True)
class Step:
    """One outline and what distinguishes it from the one before."""

    number: int
    at: datetime
    material: bool
    changes: tuple[rules.Change, ...]


@dataclass(frozen=True)
class History:
    """Everything that happened to a course, the same for all readers."""

    steps: tuple[Step, ...]
    items: tuple[tuple[int, str, datetime], ...]


def news_context(outline: Outline | None, where: Standing) -> dict | None:
    """The news for somebody enrolled, one line a lesson; None when there is nothing new. Needs no
    query once the course's history is in memory."""
    if outline is None or where.enrolment is None:
        return None
    history = histories_of([outline.course])[outline.course]
    words = _words(history, outline, where)
    if not words:
        return None
    entries = {entry.item.id: entry for entry in outline.marked(where).lessons}
    lines = [_line(entries[item], text) for item, text in words.items() if item in entries]
    if None in words:
        lines.append({"title": "", "words": words[None]})
    if not lines:
        return None
    return {"lines": lines, "url": reverse("courses:news_seen", args=[where.enrolment.pk])}


@login_required
@require_http_methods(["GET", "POST"])
def news_seen(request, pk: int):
    """The person has read the news; somebody else's enrolment does not exist. Whoever had to sign
    in first comes back without a form, and reads them once more."""
    enrolment = get_object_or_404(Enrolment.objects.of(request.user), pk=pk)
    if request.method == "GET":
        course = link_to(enrolment.run.course.key)
        return redirect(course["url"] if course else reverse("dashboard"))
    actions.mark_news_seen(enrolment.pk)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = reverse("dashboard")
    return redirect(back)


def histories_of(courses: Iterable[UUID]) -> dict[UUID, History]:
    """Of many courses in as few queries as of one, and none once they are in memory."""
    keys = [("history", course) for course in courses]
    found = tree.remembered_all(keys, lambda missing: _histories([key[1] for key in missing]))
    return {course: history for (_kind, course), history in found.items()}


def _histories(courses: list[UUID]) -> dict[tuple, History]:
    manifests: dict[UUID, list[CourseManifest]] = {course: [] for course in courses}
    rows = CourseManifest.objects.filter(course__key__in=courses).select_related("course")
    for manifest in rows.order_by("number"):
        manifests[manifest.course.key].append(manifest)
    changed = [one for own in manifests.values() if len(own) > 1 for one in own]
    prefetch_related_objects(changed, "items")
    changes = _changes_of_items(courses)
    return {
        ("history", course): History(
            steps=tuple(_step(before, after) for before, after in pairwise(own)),
            items=tuple(changes.get(course, ())),
        )
        for course, own in manifests.items()
    }


def _changes_of_items(courses: list[UUID]) -> dict[UUID, list[tuple[int, str, datetime]]]:
    listed = ManifestItem.objects.filter(manifest__course__key__in=courses)
    rows = ItemChange.objects.filter(item__in=listed.values("item")).order_by("at", "pk")
    changes = list(rows.values_list("item_id", "kind", "at"))
    if not changes:
        return {}
    places = listed.filter(item__in={item for item, _kind, _at in changes}).order_by()
    known = set(places.values_list("manifest__course__key", "item"))
    return {
        course: [change for change in changes if (course, change[0]) in known] for course in courses
    }


def _step(before: CourseManifest, after: CourseManifest) -> Step:
    return Step(
        number=after.number,
        at=after.published_at,
        material=after.kind == ManifestKind.MATERIAL,
        changes=tuple(actions.changes_between(before, after)),
    )


def _words(history: History, outline: Outline, where: Standing) -> dict[int | None, str]:
    """What to say by item; under None what concerns the whole course. Later news replace older."""
    since = where.enrolment.news_seen_at
    words: dict[int | None, str] = {}
    for step in history.steps:
        if step.at > since and step.number <= outline.shown:
            counts = step.material and step.number <= outline.number
            for change in step.changes:
                if text := _change_words(change, outline, counts=counts):
                    words[change.item if change.item else None] = text
    for item in _count_now(history, outline, where):
        words[item] = _("new, and it counts")
    for item, kind, at in history.items:
        if at > since:
            words[item] = _archive_words(kind, done=item in where.done)
    for item in where.again:
        words[item] = _("changed, please do it again")
    return words


def _count_now(history: History, outline: Outline, where: Standing) -> list[int]:
    """Lessons that came after the outline the person followed before a material one, and count
    since then. One query, for those who have not read of it yet."""
    since = where.enrolment.news_seen_at
    reached = [s for s in history.steps if s.material and s.at > since]
    reached = [s for s in reached if s.number <= outline.number]
    if not reached:
        return []
    log = where.enrolment.events.filter(outline__lt=reached[0].number)
    before = log.exclude(verb=Verb.REOPENED).aggregate(last=Max("outline"))["last"]
    if before is None:
        return []
    required = {item.id for item in outline.items if item.required and not item.retired}
    return [
        change.item
        for step in history.steps
        if before < step.number <= outline.number
        for change in step.changes
        if change.kind == "added" and change.item in required
    ]


def _change_words(change: rules.Change, outline: Outline, *, counts: bool) -> str:
    module = next((m.title for m in outline.modules if str(m.key) == change.module), "")
    if change.kind == "added":
        return _("new, and it counts") if counts else _("new, optional for you")
    if change.kind == "moved":
        return _("moved to the module “%(module)s”") % {"module": module}
    if change.kind == "removed":
        return _("taken out: you need not do it")
    if change.kind == "required" and counts:
        return _("counts for completing the course now")
    if change.kind == "optional" and counts:
        return _("optional from now on")
    if change.kind in ("reordered", "module_reordered", "module_added", "module_removed"):
        return "" if change.item else _("The order of the modules changed.")
    return ""


def _archive_words(kind: str, *, done: bool) -> str:
    if kind == ChangeKind.RESTORED:
        return _("back again")
    if done:
        return _("archived: what you did is kept")
    return _("archived: you need not do it")


def _line(entry: LessonEntry, words: str) -> dict:
    return {"title": entry.title, "lang": entry.lang, "url": entry.url, "words": words}
