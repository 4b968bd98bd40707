"""How a mentorship rests and ends: pause, early end, completion with a statement, a new match; and
the quiet ones, who are asked before the coordinators hear of them."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices
from mentoring.actions import dates
from mentoring.actions.desk import checked_words
from mentoring.actions.entering import (
    Space,
    enter,
    lock_with_coordinators,
    tell,
    tell_coordinators,
)
from mentoring.actions.matches import Pair, become, locked_match, offer
from mentoring.models import Application, Match
from mentoring.states import ENDED, TOGETHER, MatchState, SessionState
from participants.jobs import later
from participants.refusals import Refused
from participants.sweeps import one_by_one

# After the two were asked, so long until the coordinators are told.
COORDINATOR_AFTER = timedelta(days=14)
OVER = _("This mentorship is over. Reload the page to see what became of it.")
NOTHING_HELD = _(
    "No session is recorded as held, so there is nothing to certify. Let the two record their"
    " sessions first, or end the mentorship early."
)
NOT_OVER = _("This mentorship is not over yet. Somebody new is found once it is.")
SAME_PAIR = _("These two have been together before. Choose somebody else.")
NEITHER = _("One of the two has to be from the mentorship that ended.")


# --- By one of the two ------------------------------------------------------------------------


@transaction.atomic
def pause(match_id: int, user_id: int, *, now: datetime | None = None) -> Match:
    """Either may. What is planned ahead is called off; everything else stays. Twice is once."""
    space = enter(match_id, user_id, now or timezone.now(), states=TOGETHER)
    if space.match.state != MatchState.PAUSED:
        _become(space, MatchState.PAUSED)
        dates.call_off_sessions(space.match, space.people, space.now)
        space.tell_other(notices.PAUSED, _moment("paused", space.now))
    return space.match


@transaction.atomic
def resume(match_id: int, user_id: int, *, now: datetime | None = None) -> Match:
    """Either may, whoever paused. It counts as a sign of life."""
    space = enter(match_id, user_id, now or timezone.now(), states=TOGETHER)
    if space.match.state != MatchState.ACTIVE:
        space.match.nudged_at = space.match.escalated_at = None
        _become(space, MatchState.ACTIVE)
        space.tell_other(notices.RESUMED, _moment("resumed", space.now))
    return space.match


@transaction.atomic
def end_early(
    match_id: int, user_id: int, *, reason: str = "", now: datetime | None = None
) -> Match:
    """Either may, at any time, without a reason. A reason is for the coordinators, who are told;
    the other learns that it ended. Twice is once."""
    over = (*TOGETHER, MatchState.ENDED_EARLY)
    space = enter(match_id, user_id, now or timezone.now(), states=over, with_coordinators=True)
    reason = checked_words(reason, may_be_empty=True)
    if space.match.state == MatchState.ENDED_EARLY:
        return space.match
    _become(space, MatchState.ENDED_EARLY, reason)
    space.tell_other(notices.ENDED_EARLY, "ended")
    tell_coordinators(notices.ENDED_EARLY_DESK, space.match, "ended-desk", space.now)
    return space.match


def _become(space: Space, state: str, reason: str = "") -> None:
    by = space.own.person_id
    become(space.match, state, space.mentee, space.mentor, by=by, now=space.now, reason=reason)


# --- By coordinators --------------------------------------------------------------------------


@transaction.atomic
def complete(match_id: int, *, by: Any, now: datetime | None = None) -> Match:
    """A coordinator says that it is complete, whatever checkpoints are in. Twice is once. Without
    a session that was held there is nothing that a statement could say."""
    match, mentee, mentor = locked_match(match_id)
    if match.state == MatchState.COMPLETED:
        return match
    if match.state != MatchState.ACTIVE:
        raise Refused(f"is-{match.state}", OVER)
    if not match.sessions.filter(state=SessionState.HELD).exists():
        raise Refused("nothing-held", NOTHING_HELD)
    complete_locked(match, mentee, mentor, by=by.pk, now=now or timezone.now())
    return match


def complete_locked(
    match: Match, mentee: Application, mentor: Application, *, by: int, now: datetime
) -> None:
    """The worker makes the statements; the sweep finds what a lost message did not bring."""
    become(match, MatchState.COMPLETED, mentee, mentor, by=by, now=now)
    tell(notices.COMPLETED, match, [mentee, mentor], "completed", now)
    later("mentoring.issue_statements", match.pk)


@transaction.atomic
def rematch(match_id: int, pair: Pair, *, by: Any, now: datetime | None = None) -> Match:
    """Somebody new for one of a pair that ended: an offer that knows where it comes from. The two
    who were together are never offered to each other again."""
    now = now or timezone.now()
    old = Match.objects.select_related("mentee", "mentor").get(pk=match_id)
    if old.state not in ENDED:
        raise Refused("not-over", NOT_OVER)
    if old.mentee_id != pair.mentee and old.mentor_id != pair.mentor:
        raise Refused("neither", NEITHER)
    (made,) = offer(old.call_id, [pair], by=by, previous=old, now=now)
    if _were_together(made):
        raise Refused("same-pair", SAME_PAIR)
    return made


def _were_together(match: Match) -> bool:
    """Whoever was whose mentor, in whichever call; in this one, also a lost offer."""
    one, other = match.mentee.person_id, match.mentor.person_id
    pairs = Q(mentee__person=one, mentor__person=other) | Q(
        mentee__person=other, mentor__person=one
    )
    begun = Q(call=match.call_id) | Q(began_at__isnull=False)
    return Match.objects.filter(pairs, begun, state__in=ENDED).exclude(pk=match.pk).exists()


# --- Quiet pairs ------------------------------------------------------------------------------


def look_after_quiet(*, now: datetime | None = None) -> int:
    """The sweep: who has held and planned nothing for `MENTORING_QUIET_DAYS` is asked, both of
    them; fourteen days later the coordinators are told. Each once, until something happens."""
    now = now or timezone.now()
    quiet = Match.objects.stirring().filter(last_sign__lte=now - _quiet())
    asked = Q(nudged_at__lte=now - COORDINATOR_AFTER, escalated_at=None)
    due = quiet.filter(Q(nudged_at=None) | asked).values_list("pk", flat=True)
    return one_by_one("Question to mentorship", due, partial(_nudge, now=now))


@transaction.atomic
def _nudge(match_id: int, now: datetime) -> bool:
    match, mentee, mentor = lock_with_coordinators(match_id)
    sign = Match.objects.stirring().filter(pk=match_id).values_list("last_sign", flat=True).first()
    if sign is None or sign > now - _quiet() or match.escalated_at is not None:
        return False
    if match.nudged_at is None:
        match.nudged_at = now
        tell(notices.QUIET, match, [mentee, mentor], _moment("quiet", now), now)
    elif match.nudged_at <= now - COORDINATOR_AFTER:
        match.escalated_at = now
        tell_coordinators(notices.QUIET_DESK, match, _moment("quiet-desk", now), now)
    else:
        return False
    match.save(update_fields=["nudged_at", "escalated_at"])
    return True


def _quiet() -> timedelta:
    return timedelta(days=settings.MENTORING_QUIET_DAYS)


def _moment(what: str, now: datetime) -> str:
    return f"{what}:{now.isoformat()}"
