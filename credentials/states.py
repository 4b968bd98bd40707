"""States of a credential and the legal moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    VALID = "valid", _("valid")
    REPLACED = "replaced", _("replaced by a newer one")
    REVOKED = "revoked", _("revoked")
    WITHDRAWN = "withdrawn", _("withdrawn by its holder")


MOVES = {
    State.VALID: {State.REPLACED, State.REVOKED, State.WITHDRAWN},
    State.REPLACED: {State.WITHDRAWN},
    State.REVOKED: {State.WITHDRAWN},
    State.WITHDRAWN: set(),
}


class Kind(models.TextChoices):
    CERTIFICATE = "certificate", _("certificate of completion")
    STATEMENT = "statement", _("statement of participation")
