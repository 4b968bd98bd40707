"""Publishing the outline of a course: from the page tree to an immutable manifest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from courses import rules
from courses.models import (
    CourseManifest,
    CoursePage,
    CourseRun,
    Enrolment,
    ItemPage,
    LearningItem,
    ManifestItem,
    ModulePage,
)
from courses.querysets import items_below
from courses.states import ItemKind, ManifestKind
from home import tree
from participants.jobs import later
from participants.refusals import Refused

COMPLETION_RULE = {"require": "required_items"}
PUBLIC = {"live": True, "alias_of": None}
# What a manifest keeps of a lesson's place in the tree.
FACTS = (
    "item_id",
    "module_key",
    "required",
    "weight",
    "minutes",
    "parts",
    "titles",
    "revisions",
)


@dataclass(frozen=True)
class Snapshot:
    """The live tree below a course in the form that manifests keep. `modules` and `entries` are
    in reading order; an entry holds the fields of a `ManifestItem`."""

    modules: list[dict]
    entries: list[dict]


@dataclass(frozen=True)
class Comparison:
    """The live tree beside the newest outline, which is None before the first publication."""

    last: CourseManifest | None
    tree: Snapshot
    changes: list[rules.Change]

    @property
    def number(self) -> int:
        return self.last.number if self.last else 0

    @property
    def is_open(self) -> bool:
        """Whether there is something that learners do not have yet."""
        return self.last is None or any(rules.is_structure(change) for change in self.changes)

    @property
    def says_more(self) -> bool:
        """Texts and titles go live by themselves, yet an outline that is published keeps them."""
        if self.last is None:
            return True
        there = [entry for entry in self.last.items.all() if entry.item.retired_at is None]
        kept = [_facts(entry) for entry in there]
        return (self.last.modules, kept) != (self.tree.modules, self.tree.entries)

    @property
    def kinds(self) -> list[str]:
        """Without any change, lessons can still be done again: that is material."""
        if self.last is None:
            return [ManifestKind.INITIAL]
        if not (self.is_open or self.says_more):
            return [ManifestKind.MATERIAL]
        return rules.kinds_possible(self.changes)

    def changed_texts(self) -> list[int]:
        """Items that were in the outline before and whose text or required parts changed."""
        return [c.item for c in self.changes if c.item and c.kind in {"text", "parts"}]


def compare_outline(course: CoursePage) -> Comparison:
    """What distinguishes the live tree below a source-language course from its newest outline.

    Archived lessons are in neither: archiving takes effect at once. This only looks: lessons that
    have no identity yet get a negative number for one.
    """
    item = LearningItem.objects.filter(key=course.translation_key).first()
    last = CourseManifest.objects.with_items().latest_of(item) if item else None
    now = _snapshot(course)
    if last is None:
        return Comparison(None, now, [])
    entries = [entry for entry in last.items.all() if entry.item.retired_at is None]
    found = rules.changes(
        _module_keys(last.modules),
        [_place(_facts(entry)) for entry in entries],
        _module_keys(now.modules),
        [_place(entry) for entry in now.entries],
    )
    return Comparison(last, now, found)


def changes_between(before: CourseManifest, after: CourseManifest) -> list[rules.Change]:
    """What distinguishes two outlines of a course. Fetch them `with_items`."""
    return rules.changes(
        _module_keys(before.modules),
        [_place(_facts(entry)) for entry in before.items.all()],
        _module_keys(after.modules),
        [_place(_facts(entry)) for entry in after.items.all()],
    )


@transaction.atomic
def publish_outline(
    course: CoursePage,
    *,
    kind: str | None = None,
    again: Collection[int] = (),
    note: str = "",
    seen: int | None = None,
    by: Any = None,
    now: datetime | None = None,
) -> CourseManifest:
    """Writes the live tree below a source-language course page as its next manifest.

    `kind` says what it means for the people under way (the mildest that is true, if left out);
    `again` are the items that a material change has done once more; `seen` is the number of the
    outline that the editor compared with. Refused: `outline_moved` when somebody else published
    meanwhile, `wrong_kind` when the changes are more than the kind says.

    A tree that is equal to the last manifest writes nothing and returns that one. A course without
    a live lesson gets a manifest without items; enrolling needs one that has some. Completed
    enrolments never change; those under way are brought in line afterwards, by the worker.
    """
    item = item_for(course.translation_key, ItemKind.COURSE)
    LearningItem.objects.select_for_update().get(pk=item.pk)
    _make_items(course)
    found = compare_outline(course)
    if seen is not None and seen != found.number:
        raise Refused(
            "outline_moved",
            _("Somebody else published the outline meanwhile. Look at the changes again."),
        )
    if found.last and not (found.is_open or found.says_more or again):
        return found.last
    kind = kind or str(found.kinds[0])
    if kind not in found.kinds:
        raise Refused("wrong_kind", _("Lessons were added, taken out or changed in what counts."))
    if again and kind != ManifestKind.MATERIAL:
        raise Refused("wrong_kind", _("Only a material change has lessons done again."))
    manifest = _write(item, found, kind, again, note, by, now or timezone.now())
    ensure_self_paced_run(item)
    LearningItem.objects.filter(pk=item.pk).update(version=F("version") + 1)
    tree.touch()
    later("courses.bring_up_to_date", item.pk)
    return manifest


def ensure_self_paced_run(course: LearningItem) -> CourseRun:
    """The run without dates that every course has. Harmless when repeated."""
    run, _created = CourseRun.objects.get_or_create(course=course, starts_on=None, ends_on=None)
    return run


def item_for(key: UUID, kind: str) -> LearningItem:
    return LearningItem.objects.get_or_create(key=key, defaults={"kind": kind})[0]


def in_force(pinned: CourseManifest) -> list[rules.Item]:
    """What counts for an enrolment that is pinned to this outline, with what came after it."""
    shown = CourseManifest.objects.shown_to(pinned)
    if shown == pinned:
        return rules.in_force(*[pinned.items_for_rules()] * 2)
    return rules.in_force(pinned.items_for_rules(), shown.items_for_rules())


@dataclass(frozen=True)
class Followed:
    """What everybody who is pinned to one outline follows, and sees. `entries` are the pinned
    outline's, then those that came later; `again` the newest outlines, up to the pinned one, that
    asked to do something once more."""

    number: int
    items: list[rules.Item]
    entries: dict[int, ManifestItem]
    again: dict[int, int]


def followed(manifest_id: int) -> Followed:
    """Kept in memory: whatever changes it renews the token of what all share. Take it as read-only;
    who holds a lock asks the token anew (`tree.look_again`)."""
    return tree.remembered(("followed", manifest_id), lambda: _followed(manifest_id))


def _followed(manifest_id: int) -> Followed:
    outlines = CourseManifest.objects.with_items()
    pinned = outlines.get(pk=manifest_id)
    shown = CourseManifest.objects.shown_to(pinned)
    if shown != pinned:
        shown = outlines.get(pk=shown.pk)
    asked = ManifestItem.objects.filter(again=True, manifest__course=pinned.course_id)
    asked = asked.filter(manifest__number__lte=pinned.number).order_by("manifest__number")
    return Followed(
        number=pinned.number,
        items=rules.in_force(pinned.items_for_rules(), shown.items_for_rules()),
        entries={e.item_id: e for e in [*shown.items.all(), *pinned.items.all()]},
        again=dict(asked.values_list("item", "manifest__number")),
    )


def _write(
    item: LearningItem,
    found: Comparison,
    kind: str,
    again: Collection[int],
    note: str,
    by: Any,
    now: datetime,
) -> CourseManifest:
    manifest = CourseManifest.objects.create(
        course=item,
        number=found.number + 1,
        kind=kind,
        titles=_titles([item.key])[item.key],
        modules=found.tree.modules,
        rule=COMPLETION_RULE,
        note=note,
        published_by=by,
        published_at=now,
        touched=Enrolment.objects.active().filter(run__course=item).count(),
    )
    ManifestItem.objects.bulk_create(
        ManifestItem(
            manifest=manifest, position=position, again=facts["item_id"] in set(again), **facts
        )
        for position, facts in enumerate(found.tree.entries, start=1)
    )
    return manifest


# --- The live tree ------------------------------------------------------------------------------


def _snapshot(course: CoursePage) -> Snapshot:
    """Copies that Wagtail keeps equal to another page (aliases) are that page's business."""
    modules = list(ModulePage.objects.child_of(course).filter(**PUBLIC).order_by("path"))
    pages = items_below(course, **PUBLIC)
    items = _items(pages)
    titles = _titles([page.translation_key for page in [*modules, *pages]])
    revisions = _by_language([page.translation_key for page in pages], "live_revision_id")
    # What stands beside the modules comes at the end, wherever it was put among them.
    entries = [
        _entry(page, items[page.translation_key], parent, titles, revisions)
        for parent in [*modules, course]
        for page in pages
        if page.path[: -Page.steplen] == parent.path
        and items[page.translation_key].retired_at is None
    ]
    listed = [{"key": str(m.translation_key), "titles": titles[m.translation_key]} for m in modules]
    return Snapshot(listed, entries)


def _items(pages: list[ItemPage]) -> dict[UUID, LearningItem]:
    """The identities of lessons and quizzes, and stand-ins for those that have none yet."""
    kinds = {page.translation_key: page.kind for page in pages}
    known = {item.key: item for item in LearningItem.objects.filter(key__in=kinds)}
    new = [key for key in kinds if key not in known]
    return known | {
        key: LearningItem(pk=-at, key=key, kind=kinds[key]) for at, key in enumerate(new, start=1)
    }


def _make_items(course: CoursePage) -> None:
    LearningItem.objects.bulk_create(
        [
            LearningItem(key=item.key, kind=item.kind)
            for item in _items(items_below(course, **PUBLIC)).values()
            if item.pk < 0
        ],
        ignore_conflicts=True,
    )


def _entry(page: ItemPage, item: LearningItem, parent: Page, titles: dict, revisions: dict) -> dict:
    return {
        "item_id": item.pk,
        "module_key": parent.translation_key,
        "required": page.required,
        "weight": 1,
        "minutes": page.minutes,
        "parts": page.required_parts(),
        "titles": titles[page.translation_key],
        "revisions": revisions[page.translation_key],
    }


def _facts(entry: ManifestItem) -> dict:
    return {name: getattr(entry, name) for name in FACTS}


def _place(entry: dict) -> rules.Place:
    return rules.Place(
        item=entry["item_id"],
        module=str(entry["module_key"]),
        required=entry["required"],
        minutes=entry["minutes"],
        parts=tuple(entry["parts"]),
        text=entry["revisions"].get(settings.LANGUAGE_CODE),
    )


def _module_keys(modules: list[dict]) -> list[str]:
    return [module["key"] for module in modules]


def _titles(keys: list[UUID]) -> dict[UUID, dict[str, str]]:
    return _by_language(keys, "title")


def _by_language(keys: list[UUID], column: str) -> dict[UUID, dict]:
    found: dict[UUID, dict] = {key: {} for key in keys}
    rows = Page.objects.live().filter(translation_key__in=keys, alias_of__isnull=True)
    for key, language, value in rows.order_by("locale__language_code").values_list(
        "translation_key", "locale__language_code", column
    ):
        found[key][language] = value
    return found
