"""May this person? Who looks after which programmes is said above this app, as for courses."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from participants.states import Role

VIEW = "mentoring.view_application"
CHANGE = "mentoring.change_application"
EVERYWHERE = "mentoring.coordinate_all_mentoring"
CONCERNS = "mentoring.view_concern"
# Of every programme, without anybody's name.
FIGURES = "mentoring.view_mentoring_figures"

# From a person to the ids of the mentoring programmes that they coordinate.
ProgrammesOf = Callable[[Any], QuerySet]
_programmes_of: dict[str, ProgrammesOf] = {}
# From a mentoring programme (its id) to the ids of the people who coordinate it.
CoordinatorsOf = Callable[[int], QuerySet]
_coordinators_of: dict[str, CoordinatorsOf] = {}


def register(
    name: str, programmes_of: ProgrammesOf, coordinators_of: CoordinatorsOf | None = None
) -> None:
    """Call it in an app's `ready()`. The same name again replaces the answer."""
    _programmes_of[name] = programmes_of
    if coordinators_of is not None:
        _coordinators_of[name] = coordinators_of


def coordinates_everywhere(user: Any) -> bool:
    return bool(user.is_active and user.has_perm(EVERYWHERE))


def in_reach(user: Any, programme: str) -> Q:
    """Narrows rows to those of programmes that this person coordinates; `programme` is the way
    from a row to it ("call__programme"). Nothing for whoever lacks the right or has none."""
    if not user.is_authenticated or not user.has_perm(VIEW):
        return Q(pk__in=[])
    if coordinates_everywhere(user):
        return Q()
    found = Q(pk__in=[])
    for programmes_of in _programmes_of.values():
        found |= Q(**{f"{programme}__in": programmes_of(user)})
    return found


def coordinators_of(programme_id: int) -> set[int]:
    """Who is told what a coordinator should know: ids of people."""
    return {pk for find in _coordinators_of.values() for pk in find(programme_id)}


def is_officer(user: Any) -> bool:
    """By the role itself: full access to the desk does not open a concern."""
    officer = Role.SAFEGUARDING_OFFICER.value
    return bool(
        user.is_authenticated and user.is_active and user.groups.filter(name=officer).exists()
    )
