"""Every change of fact in mentoring."""

from mentoring.actions.applications import (
    answer,
    begin,
    declare_conflict,
    discard_changes,
    missing,
    remove_conflict,
    save_step,
    submit,
    withdraw,
)
from mentoring.actions.calls import (
    fingerprint,
    know_call,
    know_programme,
    move_call,
    remind_of_closing,
    save_programme,
    save_settings,
)
from mentoring.actions.desk import LONGEST_REASON, log_act
from mentoring.actions.matches import (
    Pair,
    accept,
    decline,
    expire,
    expire_overdue,
    offer,
    rescind,
)
from mentoring.actions.reading import same_input
from mentoring.actions.runs import (
    ask_for_run,
    forbid_pair,
    lift,
    lock_pair,
    look_after_runs,
    publish,
    review,
)
from mentoring.actions.screening import LONGEST_QUESTION, ask, decide, resolve_conflict
from mentoring.actions.solving import solve_run

__all__ = [
    "LONGEST_QUESTION",
    "LONGEST_REASON",
    "Pair",
    "accept",
    "answer",
    "ask",
    "ask_for_run",
    "begin",
    "decide",
    "declare_conflict",
    "decline",
    "discard_changes",
    "expire",
    "expire_overdue",
    "fingerprint",
    "forbid_pair",
    "know_call",
    "know_programme",
    "lift",
    "lock_pair",
    "log_act",
    "look_after_runs",
    "missing",
    "move_call",
    "offer",
    "publish",
    "remind_of_closing",
    "remove_conflict",
    "rescind",
    "resolve_conflict",
    "review",
    "same_input",
    "save_programme",
    "save_settings",
    "save_step",
    "solve_run",
    "submit",
    "withdraw",
]
