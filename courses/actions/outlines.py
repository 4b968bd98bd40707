"""Publishing the outline of a course: from the page tree to an immutable manifest."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from courses.models import (
    CourseManifest,
    CoursePage,
    CourseRun,
    LearningItem,
    LessonPage,
    ManifestItem,
    ModulePage,
)
from courses.states import ItemKind, ManifestKind
from home import tree

COMPLETION_RULE = {"require": "required_items"}


@transaction.atomic
def publish_outline(
    course: CoursePage,
    *,
    kind: str = ManifestKind.INITIAL,
    note: str = "",
    by: Any = None,
    now: datetime | None = None,
) -> CourseManifest:
    """Writes the live tree below a source-language course page as its next manifest.

    A tree that is equal to the last manifest writes nothing and returns that one. A course without
    a live lesson gets a manifest without items; enrolling needs one that has some.
    """
    item = _item(course.translation_key, ItemKind.COURSE)
    LearningItem.objects.select_for_update().get(pk=item.pk)
    last = CourseManifest.objects.with_items().latest_of(item)
    modules, entries = _snapshot(course)
    if last and (last.modules, _facts_of(last)) == (modules, entries):
        return last
    manifest = CourseManifest.objects.create(
        course=item,
        number=last.number + 1 if last else 1,
        kind=kind,
        titles=_titles([course.translation_key])[course.translation_key],
        modules=modules,
        rule=COMPLETION_RULE,
        note=note,
        published_by=by,
        published_at=now or timezone.now(),
    )
    ManifestItem.objects.bulk_create(
        ManifestItem(manifest=manifest, position=position, **facts)
        for position, facts in enumerate(entries, start=1)
    )
    ensure_self_paced_run(item)
    tree.touch()
    return manifest


def ensure_self_paced_run(course: LearningItem) -> CourseRun:
    """The run without dates that every course has. Harmless when repeated."""
    run, _created = CourseRun.objects.get_or_create(course=course, starts_on=None, ends_on=None)
    return run


def _item(key: UUID, kind: str) -> LearningItem:
    return LearningItem.objects.get_or_create(key=key, defaults={"kind": kind})[0]


def _snapshot(course: CoursePage) -> tuple[list[dict], list[dict]]:
    """Modules and lessons of the live tree, in reading order, in the form manifests keep."""
    modules = list(ModulePage.objects.child_of(course).live().order_by("path"))
    lessons = list(LessonPage.objects.descendant_of(course).live().order_by("path"))
    titles = _titles([page.translation_key for page in [*modules, *lessons]])
    revisions = _revisions([page.translation_key for page in lessons])
    by_path = {module.path: module for module in modules}
    entries = []
    for lesson in lessons:
        module = by_path.get(lesson.path[: -Page.steplen])
        if module is not None:
            entries.append(_entry(lesson, module, titles, revisions))
    return [
        {"key": str(m.translation_key), "titles": titles[m.translation_key]} for m in modules
    ], entries


def _entry(lesson: LessonPage, module: ModulePage, titles: dict, revisions: dict) -> dict:
    return {
        "item_id": _item(lesson.translation_key, ItemKind.LESSON).pk,
        "module_key": module.translation_key,
        "required": lesson.required,
        "weight": 1,
        "minutes": lesson.minutes,
        "parts": lesson.required_parts(),
        "titles": titles[lesson.translation_key],
        "revisions": revisions[lesson.translation_key],
    }


def _facts_of(manifest: CourseManifest) -> list[dict]:
    names = (
        "item_id",
        "module_key",
        "required",
        "weight",
        "minutes",
        "parts",
        "titles",
        "revisions",
    )
    return [{name: getattr(entry, name) for name in names} for entry in manifest.items.all()]


def _titles(keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    return _by_language(keys, "title")


def _revisions(keys: list[UUID]) -> dict[UUID, dict[str, int]]:
    return _by_language(keys, "live_revision_id")


def _by_language(keys: list[UUID], column: str) -> dict[UUID, dict]:
    found: dict[UUID, dict] = {key: {} for key in keys}
    rows = Page.objects.live().filter(translation_key__in=keys, alias_of__isnull=True)
    for key, language, value in rows.order_by("locale__language_code").values_list(
        "translation_key", "locale__language_code", column
    ):
        found[key][language] = value
    return found
