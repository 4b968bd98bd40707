"""Concerns. Anybody with an account raises one; the safeguarding officer alone reads it. Raising
one changes nothing else, and nobody whom it is about is told: only what the officer decides about
a mentorship later reaches both, without a word of why."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices
from mentoring.actions import dates
from mentoring.actions.desk import checked_words, lock_people
from mentoring.actions.entering import tell
from mentoring.actions.matches import become, locked_match
from mentoring.actions.moves import move
from mentoring.models import Concern, ConcernChange, Match
from mentoring.permissions import is_officer
from mentoring.states import (
    CLOSED_CONCERNS,
    CONCERN_MOVES,
    TOGETHER,
    MatchState,
)
from participants.actions import notify, present
from participants.models import User
from participants.refusals import Refused
from participants.states import Role

LONGEST_CONCERN = 5000
NOT_TOGETHER = _("Only a mentorship that is under way or paused can be suspended.")
NOT_SUSPENDED = _("This mentorship is not suspended.")
MOVED = _("Somebody has moved this concern on meanwhile. Here is how it stands now.")


@transaction.atomic
def raise_concern(
    user_id: int, words: str, *, match_id: int | None = None, now: datetime | None = None
) -> Concern:
    """Anybody with an account, also after the end of a mentorship. `match_id` has to be one of the
    person's own. The same words within a day are once."""
    now = now or timezone.now()
    person = _locked_with_officers(user_id)
    words = checked_words(words, longest=LONGEST_CONCERN)
    match = Match.objects.of(person).begun().get(pk=match_id) if match_id else None
    recent = Concern.objects.filter(reporter=person, opened_at__gt=now - timedelta(days=1))
    for found in recent.filter(match=match):
        if found.words == words:  # sealed anew each time, so the database cannot compare
            return found
    concern = Concern.objects.create(reporter=person, match=match, words=words, opened_at=now)
    ConcernChange.objects.create(concern=concern, state=concern.state, by=person, at=now)
    _tell_officers(concern, now)
    return concern


@transaction.atomic
def move_concern(
    concern_id: int, to: str, *, by: Any, remarks: str | None = None, now: datetime | None = None
) -> Concern:
    """The officer goes on with it. When it is closed, its reporter learns that it is, and the words
    of somebody who was erased meanwhile go. Twice is once."""
    now = now or timezone.now()
    concern = _locked(concern_id, by)
    if remarks is not None:
        longest = LONGEST_CONCERN
        concern.remarks = checked_words(remarks, longest=longest, may_be_empty=True)
        concern.save(update_fields=["remarks"])
    if concern.state == to:
        return concern
    move(concern, to, CONCERN_MOVES)
    concern.handled_by = by
    concern.closed_at = now if to in CLOSED_CONCERNS else None
    concern.save(update_fields=["state", "handled_by", "closed_at"])
    ConcernChange.objects.create(concern=concern, state=to, by=by, at=now)
    if to in CLOSED_CONCERNS:
        _close(concern, now)
    return concern


def _close(concern: Concern, now: datetime) -> None:
    if concern.reporter_id is None:
        forget_words(concern)
        return
    notify(
        notices.CONCERN_CLOSED, [concern.reporter_id], event=f"concern:{concern.pk}:closed", now=now
    )


def forget_words(concern: Concern) -> None:
    concern.words = concern.remarks = ""
    concern.save(update_fields=["words", "remarks"])


# --- What the officer decides about a mentorship ----------------------------------------------


@transaction.atomic
def suspend(match_id: int, *, by: Any, now: datetime | None = None) -> Match:
    """The two are kept apart: nothing is planned, neither sees how to reach the other or what they
    shared. Both are told, and not why. Twice is once."""
    return _decided(match_id, by, MatchState.SUSPENDED, TOGETHER, NOT_TOGETHER, now)


@transaction.atomic
def reinstate(match_id: int, *, by: Any, now: datetime | None = None) -> Match:
    """It goes on as it was."""
    suspended = (MatchState.SUSPENDED,)
    return _decided(match_id, by, MatchState.ACTIVE, suspended, NOT_SUSPENDED, now)


@transaction.atomic
def terminate(match_id: int, *, by: Any, now: datetime | None = None) -> Match:
    """A suspended mentorship ends for good."""
    suspended = (MatchState.SUSPENDED,)
    return _decided(match_id, by, MatchState.TERMINATED, suspended, NOT_SUSPENDED, now)


def _decided(
    match_id: int, by: Any, to: str, before: tuple, refusal: Any, now: datetime | None
) -> Match:
    now = now or timezone.now()
    if not is_officer(by) or Match.objects.of(by).filter(pk=match_id).exists():
        raise Match.DoesNotExist
    match, mentee, mentor = locked_match(match_id)
    if match.state == to:
        return match
    if match.state not in before:
        raise Refused(f"is-{match.state}", refusal)
    if to == MatchState.ACTIVE:
        match.nudged_at = match.escalated_at = None
    become(match, to, mentee, mentor, by=by.pk, now=now)
    if to == MatchState.SUSPENDED:
        dates.call_off_sessions(match, dates.people_of([mentee, mentor]), now)
    told = {
        MatchState.SUSPENDED: notices.SUSPENDED,
        MatchState.ACTIVE: notices.REINSTATED,
        MatchState.TERMINATED: notices.TERMINATED,
    }
    event = f"{to}:{now.isoformat()}"
    tell(told[MatchState(to)], match, [mentee, mentor], event, now)
    return match


# --- What goes by itself ----------------------------------------------------------------------


def concerns_due(now: datetime) -> QuerySet:
    """Closed ones whose words nobody needs any more."""
    closed = Concern.objects.filter(closed_at__lte=now - settings.CONCERNS_KEPT_FOR)
    return closed.exclude(reporter=None, words="", remarks="")


@transaction.atomic
def forget_concern(concern_id: int, now: datetime) -> bool:
    """That there was one stays, for counts."""
    concern = concerns_due(now).select_for_update(of=("self",)).filter(pk=concern_id).first()
    if concern is None:
        return False
    concern.reporter = None
    concern.save(update_fields=["reporter"])
    ConcernChange.objects.filter(concern=concern).update(by=None)
    forget_words(concern)
    return True


# --- What they share --------------------------------------------------------------------------


def _locked(concern_id: int, by: Any) -> Concern:
    """Its reporter first, as erasing does. For others than an officer there is none."""
    readable = Concern.objects.readable_by(by).filter(pk=concern_id)
    lock_people(readable.values("reporter"))
    return Concern.objects.select_for_update(of=("self",)).get(pk=readable.get().pk)


def _locked_with_officers(user_id: int) -> User:
    """Everybody whom raising a concern tells, in one order."""
    officers = User.objects.filter(groups__name=Role.SAFEGUARDING_OFFICER.value).values("pk")
    people = User.objects.filter(pk__in=officers) | User.objects.filter(pk=user_id)
    lock_people(people.values("pk"))
    return present(user_id)


def _tell_officers(concern: Concern, now: datetime) -> None:
    """Those who may read it. Where nobody may, an administrator is asked to give the role to
    somebody: a concern is never left lying."""
    rows = User.objects.filter(is_active=True, erased_at=None)
    officers = rows.filter(groups__name=Role.SAFEGUARDING_OFFICER.value)
    readers = [one.pk for one in officers if _may_read(one, concern)]
    kind = notices.CONCERN_RAISED
    if not readers:
        kind = notices.CONCERN_UNREAD
        readers = list(rows.administrators().values_list("pk", flat=True))
    facts = {"concern": concern.pk}
    notify(kind, readers, event=f"concern:{concern.pk}", facts=facts, now=now)


def _may_read(officer: User, concern: Concern) -> bool:
    return Concern.objects.readable_by(officer).filter(pk=concern.pk).exists()
