"""What editors are told after a course changed by one of Wagtail's own screens."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page

from courses import actions
from courses.desk.evidence import course_of, source_of
from courses.models import CoursePage


def after_change(request, page: Page, *others: Page) -> None:
    """Says that learners keep the old outline, and where it is published."""
    _tell(request, [page, *others])


def after_many(request, action_type, objects, action_class_instance) -> None:
    if objects and isinstance(objects[0], Page):
        _tell(request, objects)


def _tell(request, pages: list[Page]) -> None:
    found = {course.pk: course for page in pages if (course := _course(page)) is not None}
    for course in found.values():
        if not actions.compare_outline(course).is_open:
            continue
        words = _(
            "The outline of “%(course)s” is not published: learners keep what they have until "
            "you publish it."
        )
        button = messages.button(reverse("courses_outline", args=[course.pk]), _("Outline"))
        messages.warning(request, words % {"course": course.title}, buttons=[button])


def _course(page: Page) -> CoursePage | None:
    """The course that a page belongs to, in the source language. The page may be deleted already:
    its path still tells."""
    course = course_of(page)
    if course is None or not CoursePage.objects.filter(pk=course.pk).exists():
        return None
    course = source_of(course).specific
    is_source = course.locale.language_code == settings.LANGUAGE_CODE
    return course if is_source else None
