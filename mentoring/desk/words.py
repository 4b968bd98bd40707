"""Stages, faults and steps of the desk, in words."""

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mentoring.models import MatchRun
from mentoring.reasons import RULES
from mentoring.states import CallState

STAGES = {
    "reading": _("reading the applications"),
    "solving": _("looking for the best pairs"),
    "proving": _("proving that no other choice is better"),
    "explaining": _("working out the reasons"),
    "writing": _("writing the result down"),
}
FAULTS = {
    "not-verified": _(
        "The result could not be proved, so it is not shown. Ask again; if it happens again, tell"
        " whoever looks after the platform."
    ),
    "worker-gone": _("The work was interrupted. Ask again."),
    "error": _(
        "Something went wrong. Ask again; if it happens again, tell whoever looks after the"
        " platform."
    ),
    "lock-not-there": _(
        "A locked pair cannot be made: one of the two does not take part any more. Lift the lock,"
        " then ask again."
    ),
}
# On first, and then back; calling off stands apart.
MOVES = {
    (CallState.DRAFT, CallState.OPEN): _("Open the call"),
    (CallState.OPEN, CallState.MATCHING): _("End applications and begin matching"),
    (CallState.MATCHING, CallState.RUNNING): _("Say that mentorships are under way"),
    (CallState.MATCHING, CallState.OPEN): _("Take applications again"),
    (CallState.RUNNING, CallState.CLOSING): _("Begin to close"),
    (CallState.CLOSING, CallState.CLOSED): _("Close the call"),
    (CallState.CLOSING, CallState.RUNNING): _("Go on with the mentorships"),
}
SETTINGS = {
    "weights": _("weights"),
    "language_level": _("language level in common"),
    "days_together": _("days both are there"),
    "floor": _("least points of a pair"),
    "period": _("period of the mentorships"),
}


def fault_words(run: MatchRun) -> str:
    if run.fault in FAULTS:
        return str(FAULTS[run.fault])
    rule = RULES.get(run.fault.removeprefix("lock-"))
    words = _t("A locked pair cannot be made: %(rule)s. Lift the lock, then ask again.")
    return words % {"rule": rule} if rule else str(FAULTS["error"])
