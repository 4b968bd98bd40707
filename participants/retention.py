"""The rules by which data goes by itself: what is due, after which period, and what happens to it.

Every app registers its rules in `ready()`. A day's run (`participants.actions.run_retention`) asks
each rule for its rows and deals with them one by one. So a rule must bear repetition: `apply` locks
its row, looks again whether it is still due, and says whether it did something.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise

Due = Callable[[datetime], QuerySet]
Apply = Callable[[int, datetime], bool]


@dataclass(frozen=True)
class Rule:
    """`setting` names the period in the settings."""

    name: str
    words: str | Promise
    setting: str
    due: Due
    apply: Apply

    @property
    def period(self) -> timedelta:
        return getattr(settings, self.setting)


_rules: dict[str, Rule] = {}


def register(name: str, *, words: str | Promise, setting: str, due: Due, apply: Apply) -> None:
    """The same name again replaces the rule."""
    _rules[name] = Rule(name, words, setting, due, apply)


def rules() -> list[Rule]:
    return list(_rules.values())
