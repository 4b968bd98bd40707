"""May this person? The app that a credential was issued for says who else looks after it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from credentials.models import Credential

VIEW = "credentials.view_credential"

# From a person to the ids of the rows whose credentials they look after.
InReach = Callable[[Any], QuerySet]
_in_reach: dict[str, InReach] = {}


def register(subject: str, in_reach: InReach) -> None:
    """Call it in an app's `ready()`: for its rows ("courses.Enrolment"), who looks after which."""
    _in_reach[subject] = in_reach


def looks_after(user: Any) -> Q:
    """Narrows credentials to those that this person looks after: none without the right."""
    found = Q(pk__in=[])
    if user.has_perm(VIEW):
        for subject, in_reach in _in_reach.items():
            found |= Q(subject=subject, subject_id__in=in_reach(user))
    return found


def may_fetch(user: Any, credential: "Credential") -> bool:
    """Whether the document, and not only its address, is open to this person."""
    if credential.holder_id is not None and credential.holder_id == user.pk:
        return True
    return bool(user.has_perm(VIEW)) and (
        type(credential).objects.visible_to(user).filter(pk=credential.pk).exists()
    )
