"""The outline of a course as readers see it: the same for all, then with one person's marks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from courses import actions, rules
from courses.models import CourseManifest, Enrolment, ItemProgress, ModulePage
from courses.states import ItemKind
from home import tree
from home.pagemap import page_map
from home.prepared import Prepared

LANGUAGE_NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class LessonEntry:
    """One lesson or quiz of the outline in the reader's language, or in the source's where there
    is no translation (`lang` says which). Without `url` its page is not public.

    `late`: it came after the reader's own outline. `retired_at`: it was archived. Lessons are
    numbered, but for those that nobody has to do any more. `drawn` keeps what is
    made of it for all readers, as long as the outline is kept."""

    item: rules.Item
    key: UUID
    number: int | None
    title: str
    url: str | None
    lang: str
    minutes: int
    kind: str = ItemKind.LESSON
    late: bool = False
    retired_at: datetime | None = None
    state: str = "open"
    drawn: dict = field(default_factory=dict, compare=False, repr=False)

    def in_state(self, state: str) -> "LessonEntry":
        """The same for all readers in this state."""
        if state == self.state:
            return self
        if state not in self.drawn:
            self.drawn[state] = replace(self, state=state)
        return self.drawn[state]

    @property
    def is_quiz(self) -> bool:
        return self.kind == ItemKind.QUIZ

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
            "excused": _("excused: you need not do it"),
            "open": _("new, optional for you") if self.late else _("not done yet"),
        }[self.state]

    @property
    def tells_state(self) -> bool:
        """Whether its state is more than a mark can say."""
        return self.url is None or self.late or self.state in ("now", "again", "excused")


@dataclass(frozen=True)
class ModuleEntry:
    """A module with its lessons and quizzes; without a number, what stands at the course's end."""

    number: int | None
    key: UUID
    title: str
    lang: str
    summary: str
    lessons: tuple[LessonEntry, ...]

    @property
    def total(self) -> int:
        return sum(
            1
            for one in self.lessons
            if one.state == "done" or not (one.item.retired or one.state == "excused")
        )

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

    @cached_property
    def lessons(self) -> list[LessonEntry]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @cached_property
    def items(self) -> list[rules.Item]:
        return [lesson.item for lesson in self.lessons]

    @cached_property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons if not lesson.item.retired)

    @cached_property
    def total(self) -> int:
        return sum(1 for lesson in self.lessons if lesson.number)

    @cached_property
    def quizzes(self) -> int:
        return sum(1 for one in self.lessons if one.is_quiz and not one.item.retired)

    def lesson(self, key: UUID) -> LessonEntry | None:
        return next((entry for entry in self.lessons if entry.key == key), None)

    def by_item(self, item_id: int) -> LessonEntry:
        return next(entry for entry in self.lessons if entry.item.id == item_id)

    def next_for(self, where: "Standing") -> LessonEntry | None:
        """Where "Continue" leads, among the lessons that can be read; None when all are done."""
        readable = [entry.item for entry in self.readable]
        counts = rules.for_person(readable, where.excused) if where.excused else readable
        item = rules.next_item(counts, where.done, where.last_item)
        return self.by_item(item.id) if item else None

    @cached_property
    def readable(self) -> list[LessonEntry]:
        return [entry for entry in self.lessons if entry.url]

    def neighbours(self, key: UUID) -> tuple[LessonEntry | None, LessonEntry | None]:
        """The readable lessons before and after one, over the bounds of modules."""
        readable = self.readable
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
                    entry.in_state(where.state_of(entry, here))
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
    excused: set[int] = field(default_factory=set)
    # Number of the outline that last asked for it anew, done since or not.
    again_from: dict[int, int] = field(default_factory=dict)

    def state_of(self, entry: LessonEntry, here: UUID | None = None) -> str:
        if entry.key == here:
            return "now"
        if entry.item.id in self.done:
            return "done"
        if entry.item.id in self.excused:
            return "excused"
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


def standing(user, course_key: UUID, *, progress: bool = True) -> Standing:
    """Two queries for somebody enrolled, one without their `progress` and for others, none for a
    visitor. Where the course changed and the worker has not come by yet, the person is brought in
    line first."""
    if not user.is_authenticated:
        return Standing()
    enrolment = _newest_own.first(user.pk, course_key)
    if enrolment is None:
        return Standing()
    if is_behind(enrolment):
        actions.catch_up(enrolment.pk)
        enrolment = _newest_own.first(user.pk, course_key)
    if not progress:
        return Standing(enrolment)
    return standing_of(enrolment)


def standing_of(enrolment: Enrolment) -> Standing:
    return _standing(enrolment, _progress_of(enrolment.pk))


# Of an outline, its number alone is asked for at every request.
_newest_own = Prepared(
    lambda user, course: (
        Enrolment.objects.filter(user=user)
        .in_course(course)
        .standing()
        .with_summary()
        .defer("manifest__modules", "manifest__rule", "manifest__note")
        .newest_first()[:1]
    ),
    int,
    UUID,
)
PROGRESS = ItemProgress.objects.values_list(
    "enrolment_id", "item_id", "done_at", "again_from", "excused_at"
)
_progress_of = Prepared(lambda enrolment: PROGRESS.filter(enrolment=enrolment), int)
_progress_of_person = Prepared(lambda user: PROGRESS.filter(enrolment__user=user), int)


def standings_of(user_id: int, enrolments: list[Enrolment]) -> list[Standing]:
    """How far one person is in each of these, in one query; none for nothing."""
    if not enrolments:
        return []
    rows: dict[int, list[tuple]] = {enrolment.pk: [] for enrolment in enrolments}
    for row in _progress_of_person(user_id):
        rows.get(row[0], []).append(row)
    return [_standing(enrolment, rows[enrolment.pk]) for enrolment in enrolments]


def _standing(enrolment: Enrolment, rows: Iterable[tuple]) -> Standing:
    found = Standing(enrolment)
    for _enrolment, item, done_at, again_from, excused_at in rows:
        found.again_from[item] = again_from
        if done_at is not None:
            found.done.add(item)
        elif excused_at is not None:
            found.excused.add(item)
        elif again_from:
            found.again.add(item)
    return found


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
    return outlines_of([manifest_id], language)[manifest_id] if manifest_id else None


def outlines_of(manifests: Iterable[int], language: str) -> dict[int, Outline]:
    """Many outlines in as few queries as one."""
    keys = [("outline", manifest, language) for manifest in manifests]
    found = tree.remembered_all(keys, lambda missing: _build([key[1] for key in missing], language))
    return {manifest: outline for (_kind, manifest, _language), outline in found.items()}


def newest_manifests() -> dict[UUID, int]:
    """The newest outline of every course that has lessons."""
    return tree.remembered("newest manifests", _newest_manifests)


def _newest_manifests() -> dict[UUID, int]:
    rows = CourseManifest.objects.latest_each().filter(items__isnull=False).distinct()
    return dict(rows.values_list("course__key", "pk"))


def _build(manifests: list[int], language: str) -> dict[tuple, Outline]:
    outlines = CourseManifest.objects.select_related("course").with_items()
    pinned = outlines.in_bulk(manifests)
    shown = CourseManifest.objects.shown_to_each(pinned.values())
    newer = outlines.in_bulk(set(shown.values()) - set(pinned))
    known = pinned | newer
    keys = [module["key"] for one in known.values() for module in one.modules]
    summaries = dict(
        ModulePage.objects.filter(translation_key__in=keys).values_list("pk", "summary")
    )
    return {
        ("outline", pk, language): _outline(one, known[shown[pk]], language, summaries)
        for pk, one in pinned.items()
    }


def _outline(
    pinned: CourseManifest, manifest: CourseManifest, language: str, summaries: dict[int, str]
) -> Outline:
    entries = _entries(pinned, manifest)
    numbers = count(1)

    def below(key: UUID) -> tuple[LessonEntry, ...]:
        own = (e for e in entries if e[0] == key)
        return tuple(_lesson(*one[1:], numbers, language) for one in own)

    modules = [
        _module(UUID(m["key"]), m["titles"], at, below(UUID(m["key"])), language, summaries)
        for at, m in enumerate(manifest.modules, start=1)
    ]
    course = pinned.course.key
    if at_the_end := below(course):
        with override(language):
            title = _("At the end of the course")
        modules.append(ModuleEntry(None, course, title, language, "", at_the_end))
    return Outline(course, pinned.number, manifest.number, tuple(modules))


def _entries(pinned: CourseManifest, shown: CourseManifest) -> list[tuple]:
    """(module, entry, item in force, late) of all there is to do. What went stands at the end of
    its module, or of the last one where its module went too."""
    own = {entry.item_id: entry for entry in pinned.items.all()}
    new = {entry.item_id: entry for entry in shown.items.all()}
    last = UUID(shown.modules[-1]["key"]) if shown.modules else None
    known = {UUID(module["key"]) for module in shown.modules} | {pinned.course.key}
    found = []
    for item in rules.in_force(pinned.items_for_rules(), shown.items_for_rules()):
        entry = new.get(item.id) or own[item.id]
        module = entry.module_key if entry.module_key in known else last
        found.append((module, entry, item, item.id not in own))
    return found


def _lesson(
    entry, item: rules.Item, late: bool, numbers: Iterator[int], language: str
) -> LessonEntry:
    pages = page_map()
    numbered = entry.item.kind == ItemKind.LESSON and not item.retired
    node = pages.in_language(entry.item.key, language)
    title, lang = (node.title, node.language) if node else kept_title(entry.titles, language)
    return LessonEntry(
        item=item,
        key=entry.item.key,
        number=next(numbers) if numbered else None,
        title=title,
        url=pages.url(node, language) if node and not item.retired else None,
        lang=lang,
        minutes=entry.minutes,
        kind=entry.item.kind,
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
