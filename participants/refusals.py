from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SOMETHING_CHANGED = _(
    "This cannot be done now. Reload the page, look at what changed, and try again."
)


class Refused(Exception):
    """An action said no. `reason` is a code for programs and tests; `message` are words for the
    person, which say what to do next."""

    def __init__(self, reason: str, message: str | Promise = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message or SOMETHING_CHANGED

    def __str__(self) -> str:
        return str(self.message)

    def __repr__(self) -> str:
        return f"Refused({self.reason!r})"
