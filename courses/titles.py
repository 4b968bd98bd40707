"""How courses and lessons are called where no page is at hand: at desks, in lists, in files."""

from django.conf import settings
from django.utils.translation import get_language

from courses.models import CourseManifest, LearningItem
from home.pagemap import page_map


def course_title(key, titles: dict | None = None) -> str:
    """A course in the language of the interface, else in the source's; of a page that is gone, as
    `titles` remember it."""
    node = page_map().in_language(key, get_language() or settings.LANGUAGE_CODE)
    return node.title if node else kept_title(titles or {})


def kept_title(titles: dict) -> str:
    for code in (get_language(), settings.LANGUAGE_CODE):
        if titles.get(code):
            return titles[code]
    return next(iter(titles.values()), "–")


def course_choices(courses) -> list[tuple[int, str]]:
    """Courses (a queryset of learning items) by title. One query."""
    found = [(pk, course_title(key)) for pk, key in courses.values_list("pk", "key")]
    return sorted(found, key=lambda pair: pair[1].casefold())


def lesson_titles(course: LearningItem) -> dict[int, str]:
    """The lessons of the newest outline of a course, in order, by item. Two queries."""
    manifest = CourseManifest.objects.latest_of(course)
    entries = manifest.items.values_list("item", "titles") if manifest else []
    return {item: kept_title(titles) for item, titles in entries}
