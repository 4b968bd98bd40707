"""Start, middle and end: each says how it goes, sealed until both have. The end of both completes
the mentorship. Who forgets is reminded, then the coordinators are told."""

from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from home.templatetags.look import long_date
from mentoring import notices, rules
from mentoring.actions import dates
from mentoring.actions.endings import complete_locked
from mentoring.actions.entering import (
    NOT_UNDER_WAY,
    enter,
    lock_with_coordinators,
    tell,
    tell_coordinators,
)
from mentoring.actions.matches import locked_match
from mentoring.models import Application, Checkpoint, CheckpointAnswer, Match
from mentoring.rules import Reminder
from mentoring.states import (
    TOGETHER,
    CheckpointKind,
    CheckpointState,
    MatchState,
    Standing,
)
from participants.notices import in_every_language
from participants.refusals import Refused
from participants.sweeps import one_by_one

LONGEST_WORDS = 3000
SETTLED = _("Both of your answers are in, so they stay as they are.")
WAIVED = _("This checkpoint is not asked for any more.")
EARLY = _("It is too early for this checkpoint. It opens thirty days before it is due.")
NO_STANDING = _("Say how it goes.")
LONG = _("The text is too long. Shorten it to 3,000 characters.")


def today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@transaction.atomic
def hand_in_checkpoint(
    match_id: int,
    user_id: int,
    kind: str,
    *,
    standing: str,
    words: str = "",
    now: datetime | None = None,
) -> Checkpoint:
    """What one of the two says. Until the other has answered as well, it may be said anew; then
    both read both, and nothing changes any more. The same twice is once."""
    now = now or timezone.now()
    # Whoever comes second finds it completed: the same answer again is no mistake.
    space = enter(match_id, user_id, now, states=(MatchState.ACTIVE, MatchState.COMPLETED))
    words = words.replace("\0", "").replace("\r\n", "\n").strip()
    if standing not in Standing.values:
        raise Refused("no-standing", NO_STANDING)
    if len(words) > LONGEST_WORDS:
        raise Refused("long-words", LONG)
    checkpoint = space.match.checkpoints.select_for_update().get(kind=kind)
    answer = checkpoint.answers.filter(author=space.own).first()
    if answer is not None and (answer.standing, answer.words) == (standing, words):
        return checkpoint
    _check_open(checkpoint, space.match, now)
    if answer is None:
        answer = CheckpointAnswer(checkpoint=checkpoint, author=space.own)
    answer.standing, answer.words, answer.handed_in_at = standing, words, now
    answer.save()
    dates.hide_checkpoints([checkpoint], [user_id], now)
    if rules.is_sealed(checkpoint.answers.count()):
        space.tell_other(notices.CHECKPOINT_WAITS, f"waits:{checkpoint.pk}:{space.side}")
        return checkpoint
    _settle(checkpoint, CheckpointState.SUBMITTED, now)
    tell(
        notices.CHECKPOINT_OPEN,
        space.match,
        [space.mentee, space.mentor],
        f"open:{checkpoint.pk}",
        now,
    )
    if checkpoint.kind == CheckpointKind.END:
        complete_locked(space.match, space.mentee, space.mentor, by=user_id, now=now)
    return checkpoint


@transaction.atomic
def waive_checkpoint(checkpoint_id: int, *, now: datetime | None = None) -> Checkpoint:
    """A coordinator asks for it no more. Twice is once; what is in stays in, and sealed."""
    now = now or timezone.now()
    match_id = Checkpoint.objects.values_list("match", flat=True).get(pk=checkpoint_id)
    match, mentee, mentor = lock_with_coordinators(match_id)
    checkpoint = match.checkpoints.select_for_update().get(pk=checkpoint_id)
    if checkpoint.state == CheckpointState.SUBMITTED:
        raise Refused("settled", SETTLED)
    if checkpoint.state == CheckpointState.DUE:
        _settle(checkpoint, CheckpointState.WAIVED, now)
        dates.hide_checkpoints([checkpoint], dates.people_of([mentee, mentor]), now)
    return checkpoint


def is_open(checkpoint: Checkpoint, now: datetime) -> bool:
    """Whether it can be handed in, as far as its days go."""
    return today(now) >= checkpoint.due_on - rules.OPENS_BEFORE


def _check_open(checkpoint: Checkpoint, match: Match, now: datetime) -> None:
    if checkpoint.state == CheckpointState.SUBMITTED:
        raise Refused("settled", SETTLED)
    if match.state != MatchState.ACTIVE:
        raise Refused(f"is-{match.state}", NOT_UNDER_WAY)
    if checkpoint.state == CheckpointState.WAIVED:
        raise Refused("waived", WAIVED)
    if not is_open(checkpoint, now):
        raise Refused("early", EARLY)


def _settle(checkpoint: Checkpoint, state: CheckpointState, now: datetime) -> None:
    checkpoint.state, checkpoint.settled_at = state, now
    checkpoint.save(update_fields=["state", "settled_at"])


# --- Reminders --------------------------------------------------------------------------------


def remind_of_checkpoints(*, now: datetime | None = None) -> int:
    """The sweep: seven days before a checkpoint is due and three days after, those who have not
    answered are reminded; ten days after, the coordinators are told. Each once; who was late sends
    the latest alone. One that fails keeps no other from it."""
    now = now or timezone.now()
    soon = Checkpoint.objects.to_remind(today(now))
    due = soon.values_list("pk", flat=True)
    return one_by_one("Reminder of checkpoint", due, partial(_remind, now=now))


@transaction.atomic
def _remind(checkpoint_id: int, now: datetime) -> bool:
    match_id = Checkpoint.objects.values_list("match", flat=True).get(pk=checkpoint_id)
    match, mentee, mentor = lock_with_coordinators(match_id)
    checkpoint = match.checkpoints.select_for_update().get(pk=checkpoint_id)
    reminder = rules.reminder_due(checkpoint.due_on, today(now))
    is_due = (match.state, checkpoint.state) == (MatchState.ACTIVE, CheckpointState.DUE)
    if not is_due or reminder <= checkpoint.reminded:
        return False
    checkpoint.reminded = reminder
    checkpoint.save(update_fields=["reminded"])
    event = f"remind:{checkpoint.pk}:{reminder:d}"
    if reminder == Reminder.COORDINATOR:
        tell_coordinators(notices.CHECKPOINT_OVERDUE, match, event, now)
        return True
    due = in_every_language(lambda: long_date(checkpoint.due_on))
    waiting = _without_answer(checkpoint, [mentee, mentor])
    tell(notices.CHECKPOINT_DUE, match, waiting, event, now, due=due)
    return True


def _without_answer(checkpoint: Checkpoint, both: list[Application]) -> list[Application]:
    answered = set(checkpoint.answers.values_list("author", flat=True))
    return [one for one in both if one.pk not in answered]


# --- The call's period ------------------------------------------------------------------------


def follow_periods(*, now: datetime | None = None) -> int:
    """The sweep: where a coordinator changed the period of a call, what is still due moves along,
    and is reminded of anew."""
    now = now or timezone.now()
    due = (
        Checkpoint.objects.due()
        .filter(match__state__in=TOGETHER)
        .values_list(
            "match",
            "kind",
            "due_on",
            "match__began_at",
            "match__call__period_from",
            "match__call__period_until",
        )
    )
    behind = {
        match for match, kind, day, *facts in due if dates.due_days(*facts).get(kind, day) != day
    }
    return sum(_follow(pk, now) for pk in sorted(behind))


@transaction.atomic
def _follow(match_id: int, now: datetime) -> bool:
    match, mentee, mentor = locked_match(match_id)
    if match.state not in TOGETHER:
        return False
    days = dates.due_days(match.began_at, match.call.period_from, match.call.period_until)
    for kind, day in days.items():
        moved = match.checkpoints.due().filter(kind=kind).exclude(due_on=day)
        moved.update(due_on=day, reminded=0)
    dates.show_checkpoints(match, [mentee, mentor], now)
    return True
