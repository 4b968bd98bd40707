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
from mentoring.actions.calls import know_call, know_programme
from mentoring.actions.matches import (
    Pair,
    accept,
    decline,
    expire,
    expire_overdue,
    offer,
    rescind,
)

__all__ = [
    "Pair",
    "accept",
    "answer",
    "begin",
    "declare_conflict",
    "decline",
    "discard_changes",
    "expire",
    "expire_overdue",
    "know_call",
    "know_programme",
    "missing",
    "offer",
    "remove_conflict",
    "rescind",
    "save_step",
    "submit",
    "withdraw",
]
