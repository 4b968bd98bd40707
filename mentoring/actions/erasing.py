"""What erasing somebody leaves of mentoring: counts without a name and without words."""

from typing import Any

from django.db.models import Q

from mentoring.models import Application, Match, MatchChange, PairRule, Unplaced
from mentoring.states import ApplicationState

WORDS = ("challenge", "objective", "experience", "question", "answer", "reason")
GONE = ("role", "privacy_wording", "language")


def _of_two(user: Any, way: str = "") -> Q:
    return Q(**{f"{way}mentee__person": user}) | Q(**{f"{way}mentor__person": user})


def blank_changes(user: Any) -> None:
    MatchChange.objects.filter(_of_two(user, "match__")).update(reason="")


def blank_decisions(user: Any) -> None:
    PairRule.objects.filter(_of_two(user)).update(reason="")


def blank_unplaced(user: Any) -> None:
    """Counts of conflicts tell something about them, and who was near about others."""
    Unplaced.objects.filter(application__person=user).update(confidential={})


def end_matches(user: Any) -> None:
    """The other of the two is told that it ended, and not why."""
    from mentoring.actions.matches import end_for_erased

    for match in Match.objects.filter(_of_two(user)).order_by("pk"):
        end_for_erased(match.pk)
    Match.objects.filter(_of_two(user)).update(decline_reason="")


def forget_applications(user: Any) -> None:
    rows = Application.objects.filter(person=user)
    for application in rows:
        application.topics.clear()
    kept = rows.exclude(state__in=[ApplicationState.MATCHED, ApplicationState.INELIGIBLE])
    kept.update(state=ApplicationState.WITHDRAWN)
    rows.update(
        **dict.fromkeys((*WORDS, *GONE), ""),
        organisation=None,
        experience_band=None,
        languages={},
        half_days=[],
        conditions=[],
        draft={},
        available_from=None,
        available_until=None,
        person=None,
    )
