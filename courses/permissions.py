"""May this person? Who looks after which courses is said above this app: programmes register it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from home.translations import languages_of

if TYPE_CHECKING:
    from courses.models import Question

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


# --- The bank of questions --------------------------------------------------------------------


def may_see_questions(user: Any) -> bool:
    """Authors, publishers, coordinators; and translators, for what they translate."""
    return user.has_perm("courses.view_question") or bool(languages_of(user))


def may_change_question(user: Any, question: "Question") -> bool:
    """As with pages: authors change what they wrote as long as nobody is asked it. A question of
    a public quiz, and one that an attempt was asked, takes the right to change all."""
    if user.has_perm("courses.change_question"):
        return True
    own = question.made_by_id == user.pk and user.has_perm("courses.add_question")
    return own and not type(question).objects.in_use().filter(pk=question.pk).exists()


def translates_into(user: Any) -> list[str]:
    return [locale.language_code for locale in languages_of(user)]
