"""The structure of a course is the source's: the trees of its other languages follow.

Wagtail moves one page at a time and tells of it in a signal; nothing moves the translations. They
are compared with the source as a whole, so it does not matter which moves were heard of.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page, Revision
from wagtail.signals import page_slug_changed

from courses.models import CoursePage, ModulePage
from courses.querysets import items_below
from home import tree
from home.translations import draft_copy

logger = logging.getLogger(__name__)


class _Here(threading.local):
    """What this thread is busy with, and which courses it has yet to look at."""

    following = False
    checked: str | None = None

    def __init__(self) -> None:
        self.waiting: set[UUID] = set()


_here = _Here()


@transaction.atomic
def follow_source(course: CoursePage) -> int:
    """Brings what a source-language course holds into its order and below its parents,
    in every language. Returns how many pages were moved; repeating it moves none.

    A parent that is not translated is made as a draft. Pages that only a translation has stay,
    last. A page whose address is taken at its new place gets another one; the old one leads there.
    """
    if course.locale.language_code != settings.LANGUAGE_CODE:
        return 0
    Page.objects.select_for_update().get(pk=course.pk)
    families = _families(course)
    keys = {page.translation_key for parent, below in families for page in [parent, *below]}
    pages = Page.objects.filter(translation_key__in=keys, alias_of__isnull=True)
    languages = Locale.objects.exclude(pk=course.locale_id).filter(pk__in=pages.values("locale_id"))
    with _following():
        return sum(_follow(families, keys, locale) for locale in languages.order_by("pk"))


def follow_later(*pages: Page) -> None:
    """The courses of these pages are looked at once what happens now is committed: once, however
    many moves one transaction makes. Moves that following makes itself are not listened to."""
    if _here.following:
        return
    keys = {key for page in pages if (key := _course_key(page)) is not None}
    if keys:
        _here.waiting |= keys
        transaction.on_commit(_follow_waiting, robust=True)


def follow_everywhere() -> int:
    """The sweep: what a process that died had not looked at yet. Asks only after a change."""
    version = tree.token()
    if version is not None and version == _here.checked:
        return 0
    courses = CoursePage.objects.filter(locale__language_code=settings.LANGUAGE_CODE)
    moved = sum(_followed(course) for course in courses.order_by("path"))
    _here.checked = tree.token() if moved else version
    return moved


def _followed(course: CoursePage) -> int:
    """One course that cannot follow does not keep the others from it."""
    try:
        return follow_source(course)
    except Exception as error:
        name = type(error).__name__
        logger.error("Translations of course page %s stay behind: %s", course.pk, name)
        return 0


def _follow_waiting() -> None:
    keys, _here.waiting = _here.waiting, set()
    courses = CoursePage.objects.filter(
        translation_key__in=keys, locale__language_code=settings.LANGUAGE_CODE
    )
    for course in courses.order_by("path"):
        _followed(course)


@contextmanager
def _following() -> Iterator[None]:
    before, _here.following = _here.following, True
    try:
        yield
    finally:
        _here.following = before


def _course_key(page: Page) -> UUID | None:
    """The course that a page belongs to, in whichever language."""
    above = Page.objects.ancestor_of(page, inclusive=True)
    found = above.filter(content_type__app_label="courses", content_type__model="coursepage")
    return found.values_list("translation_key", flat=True).first()


def _families(course: CoursePage) -> list[tuple[Page, list[Page]]]:
    """The course with its modules and own quizzes, then each module with what it holds, in the
    source's order."""
    modules = list(ModulePage.objects.child_of(course).order_by("path"))
    items = items_below(course)
    own = [page for page in items if page.depth == course.depth + 1]
    below = [[p for p in items if p.path.startswith(module.path)] for module in modules]
    first = sorted([*modules, *own], key=lambda page: page.path)
    return [(course, first), *zip(modules, below, strict=True)]


def _follow(families: list[tuple[Page, list[Page]]], keys: set[UUID], locale: Locale) -> int:
    moved = 0
    for parent, below in families:
        # Asked anew for each parent: a draft that was made brings others, and moves change paths.
        known = _in_language(keys, locale)
        wanted = [known[page.translation_key] for page in below if page.translation_key in known]
        if wanted:
            above = known.get(parent.translation_key) or draft_copy(parent, locale).pk
            moved += _arrange(above, wanted)
    return moved


def _in_language(keys: set[UUID], locale: Locale) -> dict[UUID, int]:
    pages = Page.objects.filter(translation_key__in=keys, locale=locale, alias_of__isnull=True)
    return dict(pages.values_list("translation_key", "pk"))


def _arrange(parent_id: int, wanted: list[int]) -> int:
    """Puts these pages first below the parent, in this order, with as few moves as it takes."""
    now = _children(parent_id)
    arriving = [pk for pk in wanted if pk not in now]
    for pk in arriving:
        _free_slug(pk, parent_id)
        _move(pk, parent_id, "last-child")
    now = [*now, *arriving]
    order = [*wanted, *(pk for pk in now if pk not in wanted)]
    staying = _staying(now, order)
    for at, pk in enumerate(order):
        if pk in staying:
            continue
        if at:
            _move(pk, order[at - 1], "right")
        else:
            _move(pk, parent_id, "first-child")
    return len({pk for pk in order if pk not in staying} | set(arriving))


def _staying(now: list[int], order: list[int]) -> set[int]:
    blocks = SequenceMatcher(None, now, order, autojunk=False).get_matching_blocks()
    return {pk for block in blocks for pk in now[block.a : block.a + block.size]}


def _children(parent_id: int) -> list[int]:
    parent = Page.objects.get(pk=parent_id)
    return list(parent.get_children().order_by("path").values_list("pk", flat=True))


def _move(pk: int, target_id: int, position: str) -> None:
    """Both are read anew: each move changes the paths of others."""
    Page.objects.get(pk=pk).move(Page.objects.get(pk=target_id), pos=position)


def _free_slug(pk: int, parent_id: int) -> None:
    """The page takes a free address at its new place, and so does the draft that waits in it."""
    page, parent = Page.objects.get(pk=pk), Page.objects.get(pk=parent_id)
    slug = find_available_slug(parent, page.slug, ignore_page_id=pk)
    if slug == page.slug:
        return
    before = page.specific
    after = Page.objects.get(pk=pk).specific
    after.slug = slug
    after.save(clean=False)
    for revision in _open_revisions(page):
        content = {**revision.content, "slug": slug}
        Revision.objects.filter(pk=revision.pk).update(content=content)
    if page.live:
        page_slug_changed.send(sender=type(after), instance=after, instance_before=before)


def _open_revisions(page: Page) -> Iterable[Revision]:
    """Those that may still be published: the newest, the live one, and any with a date."""
    known = Q(pk__in=[pk for pk in (page.latest_revision_id, page.live_revision_id) if pk])
    return page.revisions.filter(known | Q(approved_go_live_at__isnull=False))
