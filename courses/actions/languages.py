"""Translated courses follow the structure of their source: Wagtail moves one language alone."""

from django.conf import settings
from django.db import transaction
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, ModulePage


@transaction.atomic
def follow_source(page_id: int) -> int:
    """Brings modules and lessons of every translation of the course around a source page into the
    source's places and order. Returns how many pages moved; a second call moves none.

    A module that has no translation yet is made as a draft where a translated lesson needs it.
    Pages that only a translation has stay, behind the others.
    """
    page = Page.objects.filter(pk=page_id).first()
    course = page and CoursePage.objects.ancestor_of(page, inclusive=True).first()
    if course is None or course.locale.language_code != settings.LANGUAGE_CODE:
        return 0
    return sum(_follow(course, CoursePage.objects.get(pk=p.pk)) for p in course.get_translations())


def _follow(course: CoursePage, translated: CoursePage) -> int:
    moved = 0
    modules = list(ModulePage.objects.child_of(course).order_by("path"))
    lessons = {m.pk: list(LessonPage.objects.child_of(m).order_by("path")) for m in modules}
    places = {}
    for module in modules:
        own = [_version(lesson, translated) for lesson in lessons[module.pk]]
        place = _version(module, translated)
        if place is None and any(own):
            place = module.copy_for_translation(translated.locale)
        if place is not None:
            places[place.pk] = [lesson for lesson in own if lesson]
    moved += _put(translated, [Page.objects.get(pk=pk) for pk in places])
    for pk, wanted in places.items():
        moved += _put(Page.objects.get(pk=pk), wanted)
    return moved


def _put(parent: Page, wanted: list[Page]) -> int:
    """Moves pages below `parent`, in this order, before whatever else stands there."""
    moved = 0
    for page in wanted:
        if not Page.objects.get(pk=page.pk).is_child_of(parent):
            _make_room(page, parent)
            _last(page, parent)
            moved += 1
    children = list(Page.objects.child_of(parent).order_by("path").values_list("pk", flat=True))
    first = [page.pk for page in wanted]
    order = [*first, *(pk for pk in children if pk not in first)]
    same = next((at for at, pk in enumerate(order) if children[at] != pk), len(order))
    for pk in order[same:]:
        _last(Page.objects.get(pk=pk), parent)
        moved += 1
    return moved


def _last(page: Page, parent: Page) -> None:
    fresh = Page.objects.get(pk=page.pk).specific
    fresh.move(Page.objects.get(pk=parent.pk).specific, "last-child")


def _make_room(page: Page, parent: Page) -> None:
    """A slug that is taken there gets a number."""
    taken = set(Page.objects.child_of(parent).values_list("slug", flat=True))
    if page.slug not in taken:
        return
    number = 2
    while f"{page.slug}-{number}" in taken:
        number += 1
    fresh = page.specific
    fresh.slug = f"{page.slug}-{number}"
    fresh.save()


def _version(page: Page, translated: CoursePage) -> Page | None:
    versions = Page.objects.filter(
        translation_key=page.translation_key, locale=translated.locale, alias_of__isnull=True
    )
    return versions.first()
