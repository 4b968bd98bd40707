"""The outline of a course as readers see it: the same for all, then with one person's marks."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import actions, rules
from courses.models import CourseManifest, Enrolment, ItemProgress, ModulePage
from home import tree
from home.pagemap import page_map

LANGUAGE_NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class LessonEntry:
    """One lesson of the outline in the reader's language, or in the source's where there is no
    translation (`lang` says which). Without `url` its page is not public.

    `late`: it came after the reader's own outline. `retired_at`: it was archived. One that
    nobody has to do any more has no `number`."""

    item: rules.Item
    key: UUID
    number: int | None
    title: str
    url: str | None
    lang: str
    minutes: int
    late: bool = False
    retired_at: datetime | None = None
    state: str = "open"

    @property
    def optional(self) -> bool:
        return not self.item.required

    @property
    def state_label(self) -> str:
        done = self.state == "done"
        if self.item.retired:
            return _("done, archived since") if done else _("archived: you need not do it")
        if self.url is None:
            return _("done, being revised") if done else _("being revised: open again soon")
        return {
            "done": _("done"),
            "now": _("you are here"),
            "again": _("changed: do it again"),
            "open": _("new, optional for you") if self.late else _("not done yet"),
        }[self.state]

    @property
    def tells_state(self) -> bool:
        """Whether its state is more than a mark can say."""
        return self.url is None or self.late or self.state in ("now", "again")


@dataclass(frozen=True)
class ModuleEntry:
    number: int
    key: UUID
    title: str
    lang: str
    summary: str
    lessons: tuple[LessonEntry, ...]

    @property
    def total(self) -> int:
        return sum(1 for lesson in self.lessons if lesson.number or lesson.state == "done")

    @property
    def done(self) -> int:
        return sum(1 for lesson in self.lessons if lesson.state == "done")

    @property
    def current(self) -> bool:
        return any(lesson.state == "now" for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    """`number` is the pinned outline's, `shown` the newer one's whose order readers see."""

    course: UUID
    number: int
    shown: int
    modules: tuple[ModuleEntry, ...]

    @property
    def lessons(self) -> list[LessonEntry]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def items(self) -> list[rules.Item]:
        return [lesson.item for lesson in self.lessons]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons if lesson.number)

    @property
    def total(self) -> int:
        return sum(1 for lesson in self.lessons if lesson.number)

    def lesson(self, key: UUID) -> LessonEntry | None:
        return next((entry for entry in self.lessons if entry.key == key), None)

    def by_item(self, item_id: int) -> LessonEntry:
        return next(entry for entry in self.lessons if entry.item.id == item_id)

    def next_for(self, where: "Standing") -> LessonEntry | None:
        """Where "Continue" leads, among the lessons that can be read; None when all are done."""
        readable = [entry.item for entry in self.lessons if entry.url]
        item = rules.next_item(readable, where.done, where.last_item)
        return self.by_item(item.id) if item else None

    def neighbours(self, key: UUID) -> tuple[LessonEntry | None, LessonEntry | None]:
        """The readable lessons before and after one, over the bounds of modules."""
        readable = [entry for entry in self.lessons if entry.url]
        at = next((i for i, entry in enumerate(readable) if entry.key == key), None)
        if at is None:
            return None, None
        before = readable[at - 1] if at else None
        return before, readable[at + 1] if at + 1 < len(readable) else None

    def marked(self, where: "Standing", here: UUID | None = None) -> "Outline":
        """The same outline with one person's marks. The lesson that is open on the screen is
        marked as such, done or not. What was archived before they came they do not see."""
        modules = (
            replace(
                module,
                lessons=tuple(
                    replace(entry, state=where.state_of(entry, here))
                    for entry in module.lessons
                    if not where.never_met(entry)
                ),
            )
            for module in self.modules
        )
        return replace(self, modules=tuple(modules))


@dataclass
class Standing:
    """How far a person is in a course. Nobody's, where there is no enrolment."""

    enrolment: Enrolment | None = None
    done: set[int] = field(default_factory=set)
    again: set[int] = field(default_factory=set)

    def state_of(self, entry: LessonEntry, here: UUID | None = None) -> str:
        if entry.key == here:
            return "now"
        if entry.item.id in self.done:
            return "done"
        return "again" if entry.item.id in self.again and not entry.item.retired else "open"

    def never_met(self, entry: LessonEntry) -> bool:
        """Archived before the person enrolled, or for somebody who is not enrolled at all."""
        if not entry.item.retired or entry.item.id in self.done:
            return False
        if self.enrolment is None:
            return True
        return bool(entry.retired_at and entry.retired_at < self.enrolment.enrolled_at)

    @property
    def is_kept(self) -> bool:
        return self.enrolment is not None

    @property
    def last_item(self) -> int | None:
        return self.enrolment.summary.last_item_id if self.enrolment else None


def standing(user, course_key: UUID) -> Standing:
    """Two queries for somebody enrolled, one for others, none for a visitor. Where the course
    changed and the worker has not come by yet, the person is brought in line first."""
    if not user.is_authenticated:
        return Standing()
    own = Enrolment.objects.of(user).in_course(course_key).standing().with_summary()
    enrolment = own.newest_first().first()
    if enrolment is None:
        return Standing()
    if is_behind(enrolment):
        actions.catch_up(enrolment.pk)
        enrolment = own.get(pk=enrolment.pk)
    return standings([enrolment])[0]


def standings(enrolments: list[Enrolment]) -> list[Standing]:
    """How far each is, in one query."""
    rows = ItemProgress.objects.filter(enrolment__in=enrolments)
    found = {enrolment.pk: Standing(enrolment) for enrolment in enrolments}
    for pk, item, done_at, again_from in rows.values_list(
        "enrolment_id", "item_id", "done_at", "again_from"
    ):
        if done_at is not None:
            found[pk].done.add(item)
        elif again_from:
            found[pk].again.add(item)
    return list(found.values())


def is_behind(enrolment: Enrolment) -> bool:
    return enrolment.is_active and enrolment.summary.version < enrolment.run.course.version


def outline_for(course_key: UUID, where: Standing, language: str | None = None) -> Outline | None:
    """The outline somebody follows: the pinned one with what came after it, or the newest for
    everybody else. None for a course that is announced and has none yet."""
    language = language or get_language()
    if where.enrolment:
        manifest_id = where.enrolment.manifest_id
    else:
        manifest_id = newest_manifests().get(course_key)
    if manifest_id is None:
        return None
    return tree.remembered(
        ("outline", manifest_id, language), lambda: _build(manifest_id, language)
    )


def newest_manifests() -> dict[UUID, int]:
    """The newest outline of every course that has lessons."""
    return tree.remembered("newest manifests", _newest_manifests)


def _newest_manifests() -> dict[UUID, int]:
    rows = CourseManifest.objects.latest_each().filter(items__isnull=False).distinct()
    return dict(rows.values_list("course__key", "pk"))


def _build(manifest_id: int, language: str) -> Outline:
    outlines = CourseManifest.objects.select_related("course").with_items()
    manifest = pinned = outlines.get(pk=manifest_id)
    newest = CourseManifest.objects.shown_to(pinned)
    if newest != pinned:
        manifest = outlines.get(pk=newest.pk)
    entries = _entries(pinned, manifest)
    keys = [module["key"] for module in manifest.modules]
    summaries = dict(
        ModulePage.objects.filter(translation_key__in=keys).values_list("pk", "summary")
    )
    number = 0
    modules = []
    for at, module in enumerate(manifest.modules, start=1):
        key = UUID(module["key"])
        lessons = []
        for entry, item, late in (e for e in entries if e[0].module_key == key):
            number += not item.retired
            lessons.append(_lesson(entry, item, late, number, language))
        modules.append(_module(key, module["titles"], at, tuple(lessons), language, summaries))
    return Outline(pinned.course.key, pinned.number, manifest.number, tuple(modules))


def _entries(pinned: CourseManifest, shown: CourseManifest) -> list[tuple]:
    """(entry, item in force, late) of all lessons. One that went stands at the end of its module,
    or of the last one where its module went too."""
    own = {entry.item_id: entry for entry in pinned.items.all()}
    new = {entry.item_id: entry for entry in shown.items.all()}
    last = UUID(shown.modules[-1]["key"]) if shown.modules else None
    known = {UUID(module["key"]) for module in shown.modules}
    found = []
    for item in rules.in_force(pinned.items_for_rules(), shown.items_for_rules()):
        entry = new.get(item.id) or own[item.id]
        if entry.module_key not in known:
            entry.module_key = last
        found.append((entry, item, item.id not in own))
    return found


def _lesson(entry, item: rules.Item, late: bool, number: int, language: str) -> LessonEntry:
    pages = page_map()
    node = pages.in_language(entry.item.key, language)
    title, lang = (node.title, node.language) if node else kept_title(entry.titles, language)
    return LessonEntry(
        item=item,
        key=entry.item.key,
        number=None if item.retired else number,
        title=title,
        url=pages.url(node, language) if node and not item.retired else None,
        lang=lang,
        minutes=entry.minutes,
        late=late,
        retired_at=entry.item.retired_at,
    )


def _module(
    key: UUID,
    titles: dict,
    number: int,
    lessons: tuple,
    language: str,
    summaries: dict[int, str],
) -> ModuleEntry:
    node = page_map().in_language(key, language)
    title, lang = (node.title, node.language) if node else kept_title(titles, language)
    summary = summaries.get(node.id, "") if node else ""
    return ModuleEntry(number, key, title, lang, summary, lessons)


def kept_title(titles: dict[str, str], language: str) -> tuple[str, str]:
    """What the manifest remembers of a page that is gone."""
    for code in (language, settings.LANGUAGE_CODE):
        if code in titles:
            return titles[code], code
    return next(iter((v, k) for k, v in titles.items()), ("", language))
