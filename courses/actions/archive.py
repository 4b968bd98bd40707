"""Archive instead of delete: what people did stays, and everything can come back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from wagtail.models import Page, Revision

from courses.actions.outlines import item_for
from courses.models import CoursePage, ItemChange, LearningItem, LessonPage, ModulePage
from courses.states import ChangeKind, ItemKind
from home import tree
from participants.jobs import later


def is_archivable(page: Page) -> bool:
    """Courses, modules and lessons are."""
    return issubclass(page.specific_class or Page, (CoursePage, ModulePage, LessonPage))


@transaction.atomic
def archive(
    page: Page, *, note: str = "", by: Any = None, now: datetime | None = None
) -> list[LearningItem]:
    """Takes a lesson, a module with its lessons, or a course off the site, in every language.

    Nobody has to do an archived lesson any more; what was done stays done. Archiving twice changes
    nothing. Returns the items that were archived.
    """
    now = now or timezone.now()
    archived = [
        item
        for key, kind in _targets(page)
        if (item := _archive_item(key, kind, note, by, now)) is not None
    ]
    if isinstance(page.specific, ModulePage):
        _take_offline(page.translation_key, by)
    changed(archived)
    return archived


@transaction.atomic
def restore(page: Page, *, by: Any = None, now: datetime | None = None) -> list[LearningItem]:
    """Brings back what `archive` took, with the texts that were live then and everybody's
    progress. What was never archived stays as it is."""
    now = now or timezone.now()
    if isinstance(page.specific, ModulePage):
        # It has no evidence of its own: every language that was ever public is public again.
        pages = Page.objects.filter(translation_key=page.translation_key, live=False)
        for version in pages.filter(first_published_at__isnull=False):
            _publish_again(version, by=by)
    restored = [
        item for key, _kind in _targets(page) if (item := _restore_item(key, by, now)) is not None
    ]
    changed(restored)
    return restored


def is_archived(page: Page) -> bool:
    """Whether `restore` would bring something back."""
    keys = [key for key, _kind in _targets(page)]
    if LearningItem.objects.filter(key__in=keys, retired_at__isnull=False).exists():
        return True
    was_public = page.first_published_at is not None and not page.live
    return was_public and isinstance(page.specific, ModulePage)


@transaction.atomic
def published_again(key: UUID, *, by: Any = None, now: datetime | None = None) -> None:
    """An archived lesson or course whose page was published by another door is back as well."""
    item = LearningItem.objects.filter(key=key, retired_at__isnull=False).first()
    if item is not None:
        _log(item, ChangeKind.RESTORED, by=by, at=now or timezone.now())
        changed([item])


@transaction.atomic
def stays_archived(page: Page) -> None:
    """A translation or an alias of what is archived goes off the site again: the source decides."""
    if LearningItem.objects.filter(key=page.translation_key, retired_at__isnull=False).exists():
        Page.objects.get(pk=page.pk).specific.unpublish()


class HasEvidence(Exception):
    """A page that people have worked with cannot be deleted, by whatever way: archive it."""

    def __init__(self, page: Page):
        self.page = page
        super().__init__(f"Page {page.pk} has evidence of learning: archive it instead.")


def refuse_deleting(page: Page) -> None:
    """Call it before a page is deleted, in the same transaction. Without evidence the page may go:
    whoever still has it in an outline need not do it, and where it is the source, its translations
    go off the site and stay as drafts."""
    item = LearningItem.objects.filter(key=page.translation_key).first()
    if item is not None and LearningItem.objects.with_evidence().filter(pk=item.pk).exists():
        raise HasEvidence(page)
    if page.locale.language_code != settings.LANGUAGE_CODE or not is_archivable(page):
        return
    _take_offline(page.translation_key, but=page)
    if item is not None and item.retired_at is None:
        _log(item, ChangeKind.ARCHIVED, at=timezone.now())
        changed([item])


def pages_with_evidence(page: Page) -> list[Page]:
    """The page itself and those below it that cannot be deleted."""
    keys = LearningItem.objects.with_evidence().values("key")
    below = Page.objects.descendant_of(page, inclusive=True)
    return list(below.filter(translation_key__in=keys).order_by("path"))


def remember_origin(page: CoursePage | LessonPage) -> None:
    """Writes down what a copy was copied from: a new identity, so nothing of the original's
    progress shows in it. Call it before the page is saved; a page that is no copy stays as it is.
    """
    if page.own_key == page.translation_key:
        return
    if page.own_key is not None:
        kind = ItemKind.COURSE if isinstance(page, CoursePage) else ItemKind.LESSON
        origin = item_for(page.own_key, kind)
        copy = item_for(page.translation_key, kind)
        if copy.origin_id is None:
            LearningItem.objects.filter(pk=copy.pk).update(origin=origin)
    page.own_key = page.translation_key


def changed(items: list[LearningItem]) -> None:
    """Everybody under way in a course with one of these lessons is brought in line with it."""
    courses = LearningItem.objects.courses_with(items)
    ids = list(courses.values_list("pk", flat=True))
    LearningItem.objects.filter(pk__in=ids).update(version=F("version") + 1)
    tree.touch()
    for pk in ids:
        later("courses.bring_up_to_date", pk)


def _targets(page: Page) -> list[tuple[UUID, str]]:
    """The identities that a page stands for: its own, or those of a module's lessons."""
    page = page.specific
    if isinstance(page, CoursePage):
        return [(page.translation_key, ItemKind.COURSE)]
    if isinstance(page, LessonPage):
        return [(page.translation_key, ItemKind.LESSON)]
    lessons = LessonPage.objects.child_of(page).order_by("path")
    return [(key, ItemKind.LESSON) for key in lessons.values_list("translation_key", flat=True)]


def _archive_item(key: UUID, kind: str, note: str, by: Any, now: datetime) -> LearningItem | None:
    LearningItem.objects.get_or_create(key=key, defaults={"kind": kind})
    item = LearningItem.objects.select_for_update().get(key=key)
    if item.retired_at is not None:
        return None
    pages = _take_offline(key, by)
    _log(item, ChangeKind.ARCHIVED, by=by, at=now, note=note, detail={"pages": pages})
    return item


def _restore_item(key: UUID, by: Any, now: datetime) -> LearningItem | None:
    item = LearningItem.objects.select_for_update().filter(key=key).first()
    if item is None or item.retired_at is None:
        return None
    change = item.changes.filter(kind=ChangeKind.ARCHIVED).first()
    _log(item, ChangeKind.RESTORED, by=by, at=now)
    for page_id, revision_id in change.detail.get("pages", []) if change else []:
        page = Page.objects.filter(pk=page_id).first()
        revision = Revision.objects.filter(pk=revision_id).first()
        if page is not None and not page.live:
            _publish_again(page, revision, by)
    for alias in Page.objects.filter(translation_key=key, live=False, alias_of__live=True):
        alias.alias_of.specific.update_aliases()
    return item


def _log(item: LearningItem, kind: str, *, at: datetime, **fields: Any) -> None:
    item.retired_at = at if kind == ChangeKind.ARCHIVED else None
    item.save(update_fields=["retired_at"])
    ItemChange.objects.create(item=item, kind=kind, at=at, **fields)


def _take_offline(key: UUID, by: Any = None, *, but: Page | None = None) -> list[list[int | None]]:
    """Unpublishes every language version, aliases too; returns what was live, for `restore`."""
    pages = Page.objects.filter(translation_key=key, live=True)
    if but is not None:
        pages = pages.exclude(pk=but.pk)
    was_live = []
    for page in pages.order_by("pk").specific():
        was_live.append([page.pk, page.live_revision_id])
        page.unpublish(user=by)
    return was_live


def _publish_again(page: Page, revision: Revision | None = None, by: Any = None) -> None:
    page = page.specific
    if page.live:
        return
    if page.alias_of_id is not None:  # Without a text of its own: it follows its original.
        return
    (revision or page.get_latest_revision() or page.save_revision()).publish(user=by)
