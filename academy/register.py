"""The personal data of programmes: who coordinates them."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.personal_data import LegalBasis, register


def register_all() -> None:
    register(
        "academy.Coordination",
        person="person",
        fields=["programme__name", "given_at", "ended_at"],
        labels={"programme__name": _("Programme")},
        other_people=["given_by", "ended_by"],
        purpose=_("To know who may see the people of a programme, and who said so"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the programme; after erasure without a name"),
        recipients=_("The person; coordinators; administrators"),
        erase=_end,
    )


def _end(user) -> None:
    """The rows point to a person who is named nowhere any more."""
    from academy.models import Coordination

    Coordination.objects.running().filter(person=user).update(ended_at=timezone.now())
