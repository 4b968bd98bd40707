"""The outline of a course as readers see it: the same for all, then with one person's marks."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import rules
from courses.models import CourseManifest, Enrolment, ItemProgress, ModulePage
from home import tree
from home.pagemap import page_map

LANGUAGE_NAMES = dict(settings.LANGUAGES)


@dataclass(frozen=True)
class LessonEntry:
    """One lesson of the outline in the reader's language, or in the source's where there is no
    translation (`lang` says which). Without `url` the lesson is archived."""

    item: rules.Item
    key: UUID
    number: int
    title: str
    url: str | None
    lang: str
    minutes: int
    state: str = "open"

    @property
    def optional(self) -> bool:
        return not self.item.required

    @property
    def state_label(self) -> str:
        if self.url is None:
            return _("withdrawn")
        return {"done": _("done"), "now": _("you are here"), "open": _("not done yet")}[self.state]


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
        return len(self.lessons)

    @property
    def done(self) -> int:
        return sum(1 for lesson in self.lessons if lesson.state == "done")

    @property
    def current(self) -> bool:
        return any(lesson.state == "now" for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    course: UUID
    number: int
    modules: tuple[ModuleEntry, ...]

    @property
    def lessons(self) -> list[LessonEntry]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def items(self) -> list[rules.Item]:
        return [lesson.item for lesson in self.lessons]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

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

    def marked(self, done: set[int], here: UUID | None = None) -> "Outline":
        """The same outline with one person's marks. The lesson that is open on the screen is
        marked as such, done or not."""

        def mark(entry: LessonEntry) -> LessonEntry:
            state = "done" if entry.item.id in done else "open"
            return replace(entry, state="now" if entry.key == here else state)

        modules = (
            replace(module, lessons=tuple(mark(entry) for entry in module.lessons))
            for module in self.modules
        )
        return replace(self, modules=tuple(modules))


@dataclass
class Standing:
    """How far a person is in a course. Nobody's, where there is no enrolment."""

    enrolment: Enrolment | None = None
    done: set[int] = field(default_factory=set)

    @property
    def is_kept(self) -> bool:
        return self.enrolment is not None

    @property
    def last_item(self) -> int | None:
        return self.enrolment.summary.last_item_id if self.enrolment else None


def standing(user, course_key: UUID) -> Standing:
    """Two queries for somebody enrolled, one for others, none for a visitor."""
    if not user.is_authenticated:
        return Standing()
    enrolment = (
        Enrolment.objects.of(user)
        .in_course(course_key)
        .standing()
        .with_summary()
        .newest_first()
        .first()
    )
    if enrolment is None:
        return Standing()
    done = ItemProgress.objects.filter(enrolment=enrolment, done_at__isnull=False)
    return Standing(enrolment, set(done.values_list("item_id", flat=True)))


def outline_for(course_key: UUID, where: Standing, language: str | None = None) -> Outline | None:
    """The outline somebody follows: the pinned one, or the newest for everybody else. None for a
    course that is announced and has none yet."""
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
    manifest = CourseManifest.objects.select_related("course").with_items().get(pk=manifest_id)
    entries = list(manifest.items.all())
    keys = [module["key"] for module in manifest.modules]
    summaries = dict(
        ModulePage.objects.filter(translation_key__in=keys).values_list("pk", "summary")
    )
    number = 0
    modules = []
    for at, module in enumerate(manifest.modules, start=1):
        key = UUID(module["key"])
        lessons = []
        for entry in (e for e in entries if e.module_key == key):
            number += 1
            lessons.append(_lesson(entry, number, language))
        modules.append(_module(key, module["titles"], at, tuple(lessons), language, summaries))
    return Outline(manifest.course.key, manifest.number, tuple(modules))


def _lesson(entry, number: int, language: str) -> LessonEntry:
    pages = page_map()
    node = pages.in_language(entry.item.key, language)
    title, lang = (node.title, node.language) if node else _kept(entry.titles, language)
    return LessonEntry(
        item=entry.for_rules(),
        key=entry.item.key,
        number=number,
        title=title,
        url=pages.url(node, language) if node else None,
        lang=lang,
        minutes=entry.minutes,
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
    title, lang = (node.title, node.language) if node else _kept(titles, language)
    summary = summaries.get(node.id, "") if node else ""
    return ModuleEntry(number, key, title, lang, summary, lessons)


def _kept(titles: dict[str, str], language: str) -> tuple[str, str]:
    """What the manifest remembers of a page that is gone."""
    for code in (language, settings.LANGUAGE_CODE):
        if code in titles:
            return titles[code], code
    return next(iter((v, k) for k, v in titles.items()), ("", language))
