"""May this person? Who looks after which courses is said above this app: programmes register it."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

VIEW = "courses.view_enrolment"
CHANGE = "courses.change_enrolment"
EVERYWHERE = "courses.coordinate_everywhere"

# From a person to the ids of the courses (learning items) that they coordinate.
CoursesOf = Callable[[Any], QuerySet]
_courses_of: dict[str, CoursesOf] = {}


def register(name: str, courses_of: CoursesOf) -> None:
    """Call it in an app's `ready()`. The same name again replaces the answer."""
    _courses_of[name] = courses_of


def coordinates_everywhere(user: Any) -> bool:
    """Administrators look after all courses, in a programme or not."""
    return bool(user.is_active and user.has_perm(EVERYWHERE))


def in_reach(user: Any, course: str) -> Q:
    """Narrows rows to those of courses that this person coordinates; `course` is the way from a
    row to its course ("run__course"). Nothing for whoever lacks the right or has no programme."""
    if not user.is_authenticated or not user.has_perm(VIEW):
        return Q(pk__in=[])
    if coordinates_everywhere(user):
        return Q()
    found = Q(pk__in=[])
    for courses_of in _courses_of.values():
        found |= Q(**{f"{course}__in": courses_of(user)})
    return found
