"""Every change of fact in mentoring."""

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
    "decline",
    "expire",
    "expire_overdue",
    "know_call",
    "know_programme",
    "offer",
    "rescind",
]
