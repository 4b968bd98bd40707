"""Meetings of the two: one proposes up to three times, the other picks one or proposes others. What
is planned stands in both calendars; another time for it keeps its place there."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices
from mentoring.actions import dates
from mentoring.actions.entering import Space, enter
from mentoring.actions.moves import move
from mentoring.models import Match, Session
from mentoring.states import RECORDED, SESSION_MOVES, TOGETHER, SessionState
from participants.refusals import Refused

MOST_TIMES = 3
MOST_SESSIONS = 200
FARTHEST = timedelta(days=730)
LONGEST_STEP = 1000
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
NO_TIMES = _("Propose at least one time, and at most %(most)s.")
PAST = _("A time that you propose must lie ahead. Choose a later one.")
FAR = _("Choose a time within the next two years.")
CHANGED = _("This was changed meanwhile. Here is how it stands now.")
WAITS = _("Times are proposed already. Pick one of them, or propose others in their place.")
YOUR_OWN = _("These are the times that you proposed. The other one picks, or proposes others.")
NOT_YET = _("This session has not begun yet. Record it afterwards.")
TOO_EARLY = _("That was long before your mentorship began. Choose a later time.")
# Some meet before both have accepted here.
MET_BEFORE = timedelta(days=30)
TO_COME = _("A session that you record has already taken place. Choose an earlier time.")
MINUTES = _("A session takes between 5 and 480 minutes.")
ENOUGH = _("That are more sessions than a mentorship has. Ask your coordinator.")


@transaction.atomic
def propose_times(
    match_id: int,
    user_id: int,
    times: Sequence[datetime],
    minutes: int,
    *,
    session_id: int | None = None,
    now: datetime | None = None,
) -> Session:
    """Proposes times for a new session or, with `session_id`, others in place of what is proposed
    or planned. The same again changes nothing. A planned session stands until others are picked."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now)
    moments = _checked_times(times, now)
    _check_minutes(minutes)
    session = _session(space.match, session_id) if session_id else None
    if session is None:
        session = _new_session(space, moments)
    if not session.is_open:
        raise Refused("settled", CHANGED)
    if session.state == SessionState.PLANNED:
        minutes = session.minutes
    offered = (session.times, session.proposed_by, session.minutes)
    if session.pk and offered == (moments, space.side, minutes):
        return session
    session.times, session.proposed_by, session.minutes = moments, space.side, minutes
    session.save()
    event = f"times:{session.pk}:{now.isoformat()}"
    space.tell_other(notices.TIMES_PROPOSED, event)
    return session


@transaction.atomic
def pick(
    match_id: int, user_id: int, session_id: int, moment: datetime, *, now: datetime | None = None
) -> Session:
    """Agrees to one of the times that the other proposed. It is planned, and in both calendars. The
    same again changes nothing; a time that is not on offer any more is refused."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now)
    session = _session(space.match, session_id)
    if session.state == SessionState.PLANNED and not session.times and session.begins_at == moment:
        return session
    if not session.is_open or moment.astimezone(UTC).isoformat() not in session.times:
        raise Refused("not-on-offer", CHANGED)
    if session.proposed_by == space.side:
        raise Refused("own-times", YOUR_OWN)
    if moment <= now:
        raise Refused("past", PAST)
    if session.state == SessionState.PROPOSED:
        move(session, SessionState.PLANNED, SESSION_MOVES)
    session.begins_at, session.times, session.proposed_by = moment, [], ""
    session.save()
    _stirred(space.match)
    dates.show_session(session, space.match, space.people, now)
    event = f"planned:{session.pk}:{moment.isoformat()}:{now.isoformat()}"
    space.tell_other(notices.SESSION_PLANNED, event)
    return session


@transaction.atomic
def keep_time(
    match_id: int, user_id: int, session_id: int, *, now: datetime | None = None
) -> Session:
    """Either of the two lets go of other times for a planned session: it stays as it was."""
    space = enter(match_id, user_id, now or timezone.now())
    session = _session(space.match, session_id)
    if session.state == SessionState.PLANNED and session.times:
        session.times, session.proposed_by = [], ""
        session.save(update_fields=["times", "proposed_by"])
        event = f"kept:{session.pk}:{space.now.isoformat()}"
        space.tell_other(notices.SESSION_KEPT, event)
    return session


@transaction.atomic
def cancel_session(
    match_id: int, user_id: int, session_id: int, *, now: datetime | None = None
) -> Session:
    """Calls off what is proposed or planned, for both. Twice is once; what was recorded stays."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    session = _session(space.match, session_id)
    if session.state == SessionState.CANCELLED:
        return session
    if not session.is_open:
        raise Refused("settled", CHANGED)
    was_planned = session.state == SessionState.PLANNED
    move(session, SessionState.CANCELLED, SESSION_MOVES)
    session.times, session.proposed_by = [], ""
    session.save(update_fields=["state", "times", "proposed_by"])
    if was_planned:
        dates.hide_session(session, space.people, now)
    space.tell_other(notices.SESSION_CANCELLED, f"cancelled:{session.pk}")
    return session


@transaction.atomic
def record_session(
    match_id: int,
    user_id: int,
    session_id: int,
    state: str,
    *,
    minutes: int | None = None,
    next_step: str = "",
    now: datetime | None = None,
) -> Session:
    """Held or missed, how long it took and what comes next; may be put right as long as the two are
    together. The same twice is once."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    session = _session(space.match, session_id)
    if state not in RECORDED or session.state not in (SessionState.PLANNED, *RECORDED):
        raise Refused("settled", CHANGED)
    if session.begins_at is None or session.begins_at > now:
        raise Refused("not-yet", NOT_YET)
    if session.state != state:
        move(session, state, SESSION_MOVES)
    _take_down(session, minutes, next_step, now)
    if state == SessionState.HELD:
        _stirred(space.match)
    return session


@transaction.atomic
def log_session(
    match_id: int,
    user_id: int,
    begins_at: datetime,
    minutes: int,
    *,
    next_step: str = "",
    now: datetime | None = None,
) -> Session:
    """A session that was held without having been planned here. The same beginning is the same
    session."""
    now = now or timezone.now()
    space = enter(match_id, user_id, now, states=TOGETHER)
    if begins_at > now:
        raise Refused("to-come", TO_COME)
    if space.match.began_at and begins_at < space.match.began_at - MET_BEFORE:
        raise Refused("before-it-began", TOO_EARLY)
    _check_minutes(minutes)
    held = space.match.sessions.filter(begins_at=begins_at, state=SessionState.HELD)
    session = held.select_for_update().first()
    if session is None:
        _check_count(space.match)
        session = Session(match=space.match, state=SessionState.HELD, time_zone=space.time_zone)
        session.begins_at = begins_at
    _take_down(session, minutes, next_step, now)
    _stirred(space.match)
    return session


# --- What they share --------------------------------------------------------------------------


def _session(match: Match, session_id: int) -> Session:
    """Locked; one of another match does not exist."""
    return match.sessions.select_for_update().get(pk=session_id)


def _new_session(space: Space, moments: list[str]) -> Session:
    """The one open proposal: the same again is found, another one waits for an answer."""
    found = space.match.sessions.select_for_update().filter(state=SessionState.PROPOSED).first()
    if found is not None:
        if (found.times, found.proposed_by) != (moments, space.side):
            raise Refused("proposal-waits", WAITS)
        return found
    _check_count(space.match)
    return Session(match=space.match, time_zone=space.time_zone)


def _take_down(session: Session, minutes: int | None, next_step: str, now: datetime) -> None:
    if session.state == SessionState.HELD and minutes is not None:
        _check_minutes(minutes)
        session.minutes = minutes
    session.next_step = next_step.replace("\0", "").replace("\r\n", "\n").strip()[:LONGEST_STEP]
    session.times, session.proposed_by = [], ""
    session.recorded_at = session.recorded_at or now
    session.save()


def _checked_times(times: Sequence[datetime], now: datetime) -> list[str]:
    """As they are kept: in UTC, each once, in their order."""
    moments = sorted({moment.astimezone(UTC) for moment in times})
    if not 1 <= len(moments) <= MOST_TIMES:
        raise Refused("number-of-times", str(NO_TIMES) % {"most": MOST_TIMES})
    if moments[0] <= now:
        raise Refused("past", PAST)
    if moments[-1] > now + FARTHEST:
        raise Refused("far", FAR)
    return [moment.isoformat() for moment in moments]


def _check_minutes(minutes: int) -> None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Refused("minutes", MINUTES)


def _check_count(match: Match) -> None:
    if match.sessions.count() >= MOST_SESSIONS:
        raise Refused("too-many", ENOUGH)


def _stirred(match: Match) -> None:
    """The two are at it: whoever was asked whether they still meet is asked anew some day."""
    if match.nudged_at is not None:
        match.nudged_at = match.escalated_at = None
        match.save(update_fields=["nudged_at", "escalated_at"])
