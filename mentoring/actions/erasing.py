"""What erasing somebody leaves of mentoring: counts without a name and without words."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from mentoring.models import (
    Agreement,
    Application,
    CheckpointAnswer,
    Concern,
    ConcernChange,
    Match,
    MatchChange,
    PairRule,
    Session,
    Unplaced,
)
from mentoring.states import CLOSED_CONCERNS, ApplicationState
from participants.personal_data import delete_file

WORDS = ("challenge", "objective", "experience", "question", "answer", "reason")
GONE = ("role", "privacy_wording", "language")


def _of_two(user: Any, way: str = "") -> Q:
    return Q(**{f"{way}mentee__person": user}) | Q(**{f"{way}mentor__person": user})


def blank_changes(user: Any) -> None:
    MatchChange.objects.filter(_of_two(user, "match__")).update(reason="")


def blank_decisions(user: Any) -> None:
    PairRule.objects.filter(_of_two(user)).update(reason="")


def blank_sessions(user: Any) -> None:
    """When the two met stays for counts; what they planned and wrote down does not."""
    Session.objects.filter(_of_two(user, "match__")).update(next_step="", times=[])


def forget_concerns(user: Any) -> None:
    """Nobody raised them any more. While one is open its words stay with the safeguarding officer,
    who has somebody to protect; of a closed one they go now."""
    mine = Concern.objects.filter(reporter=user)
    mine.filter(state__in=CLOSED_CONCERNS).update(words="", remarks="")
    ConcernChange.objects.filter(concern__in=mine, by=user).update(by=None)
    mine.update(reporter=None)


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
    kept = rows.exclude(state=ApplicationState.INELIGIBLE)
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


# --- After the end ----------------------------------------------------------------------------


def ended_spaces(now: datetime) -> QuerySet:
    """Mentorships that ended long ago and still hold something that the two shared."""
    ended = Match.objects.begun().filter(ended_at__lte=now - settings.MENTORSHIPS_KEPT_FOR)
    holds = Q(notes__isnull=False) | Q(files__isnull=False) | Q(agreement__isnull=False)
    holds |= Q(checkpoints__answers__isnull=False) | Q(sessions__next_step__gt="")
    return Match.objects.filter(pk__in=ended.filter(holds).values("pk"))


@transaction.atomic
def empty_space(match_id: int, now: datetime) -> bool:
    """Counts stay: how often the two met, and which checkpoints were in."""
    from mentoring.actions.matches import locked_match

    match, _mentee, _mentor = locked_match(match_id)
    if not ended_spaces(now).filter(pk=match_id).exists():
        return False
    for shared in match.files.all():
        delete_file(shared.file.storage, shared.file.name or "")
    match.files.all().delete()
    match.notes.all().delete()
    CheckpointAnswer.objects.filter(checkpoint__match=match).delete()
    Agreement.objects.filter(match=match).delete()
    match.sessions.update(next_step="", times=[])
    return True
