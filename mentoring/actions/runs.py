"""Matching runs: asked for, reviewed, published; and what coordinators decide about single pairs.

Whoever needs several locks takes them in this order: the call, people, runs, applications,
matches.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices, rules
from mentoring.actions.desk import checked_words, lock_people, locked_call, log_act
from mentoring.actions.matches import Pair, lock_applications, offer, say
from mentoring.actions.moves import move
from mentoring.actions.reading import read, same_input
from mentoring.actions.solving import fail_run
from mentoring.matching.rules import Rule, all_broken
from mentoring.models import Application, Call, MatchRun, PairRule
from mentoring.reasons import RULES
from mentoring.states import (
    RUN_MOVES,
    Act,
    ApplicationState,
    CallState,
    PairDecision,
    RunState,
    Side,
)
from participants.actions import Event, notify_each
from participants.jobs import later
from participants.refusals import Refused

MATCHED_IN = (CallState.OPEN, CallState.MATCHING, CallState.RUNNING)
LOST_AFTER = timedelta(minutes=1)
GIVEN_UP_AFTER = timedelta(minutes=10)
WHY_NOT = {
    "run-not-solved": _(
        "This matching cannot be published: it failed, or a newer one took its place."
    ),
    "input-changed": _(
        "Something changed since this matching: a person, a conflict, a place, a setting or a"
        " decision about a pair. Ask for a new one; what differs is listed there."
    ),
    "second-person-needed": _(
        "You asked for this matching yourself. A colleague who coordinates this programme looks at"
        " it and publishes it."
    ),
}


# --- Asking -----------------------------------------------------------------------------------


@transaction.atomic
def ask_for_run(call_id: int, *, by: Any, now: datetime | None = None) -> MatchRun:
    """A new run, for the worker. While one is under way, asking again gives that one."""
    call = locked_call(call_id)
    if waiting := call.runs.waiting().first():
        return waiting
    if call.state not in MATCHED_IN:
        raise Refused("call-not-open", _("Nobody is matched in this call now."))
    newest = call.runs.order_by("-number").values_list("number", flat=True).first()
    run = MatchRun.objects.create(
        call=call,
        number=(newest or 0) + 1,
        asked={
            "weights": call.weights,
            "language_level": call.language_level,
            "days_together": call.days_together,
            "floor": call.floor,
            "period": [str(call.period_from), str(call.period_until)],
        },
        asked_by=by,
        asked_at=now or timezone.now(),
    )
    log_act(Act.RUN, call.pk, by=by, run=run, count=0, now=now)
    later("mentoring.solve_run", run.pk)
    return run


def look_after_runs(*, now: datetime | None = None) -> int:
    """The sweep: asks anew for runs that nobody began, and gives up those begun long ago, whose
    worker is gone."""
    now = now or timezone.now()
    waiting = MatchRun.objects.waiting()
    lost = list(waiting.filter(started_at=None, asked_at__lte=now - LOST_AFTER))
    for run in lost:
        later("mentoring.solve_run", run.pk)
    dead = list(waiting.filter(started_at__lte=now - GIVEN_UP_AFTER))
    for run in dead:
        fail_run(run.pk, "worker-gone")
    return len(lost) + len(dead)


# --- Single pairs -----------------------------------------------------------------------------


def lock_pair(call_id: int, mentee_id: int, mentor_id: int, *, by: Any, reason: str) -> PairRule:
    """The next run makes this pair. Refused with the rule that would keep it from being made."""
    return _rule(call_id, mentee_id, mentor_id, PairDecision.LOCKED, by, reason)


def forbid_pair(call_id: int, mentee_id: int, mentor_id: int, *, by: Any, reason: str) -> PairRule:
    """No run makes this pair until somebody lifts it."""
    return _rule(call_id, mentee_id, mentor_id, PairDecision.FORBIDDEN, by, reason)


@transaction.atomic
def lift(rule_id: int, *, by: Any) -> PairRule:
    """Takes a decision about a pair back; it stays on record. Twice is once."""
    call_id = PairRule.objects.values_list("call", flat=True).get(pk=rule_id)
    locked_call(call_id)
    rule = PairRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    if rule.lifted_at is None:
        rule.lifted_at, rule.lifted_by = timezone.now(), by
        rule.save(update_fields=["lifted_at", "lifted_by"])
        log_act(Act.LIFT, call_id, by=by, count=2, detail={"decision": rule.decision})
    return rule


@transaction.atomic
def _rule(
    call_id: int, mentee_id: int, mentor_id: int, decision: str, by: Any, reason: str
) -> PairRule:
    reason = checked_words(reason)
    call = locked_call(call_id)
    _both_in_pool(call, mentee_id, mentor_id)
    in_force = PairRule.objects.in_force().filter(call=call)
    there = in_force.filter(mentee=mentee_id, mentor=mentor_id).first()
    if there and there.decision == decision:
        return there
    if there:
        raise Refused("decided-otherwise", _("The opposite is decided. Lift that decision first."))
    if decision == PairDecision.LOCKED:
        _check_lock(call, mentee_id, mentor_id)
    rule = PairRule.objects.create(
        call=call,
        mentee_id=mentee_id,
        mentor_id=mentor_id,
        decision=decision,
        reason=reason,
        made_by=by,
    )
    kind = Act.LOCK if decision == PairDecision.LOCKED else Act.FORBID
    log_act(kind, call.pk, by=by, count=2)
    return rule


def _both_in_pool(call: Call, mentee_id: int, mentor_id: int) -> None:
    """Locks the two, so that no reason is written about somebody who is being erased."""
    known = lock_applications([mentee_id, mentor_id])
    for pk, side in ((mentee_id, Side.MENTEE), (mentor_id, Side.MENTOR)):
        one = known.get(pk)
        if one is None or one.call_id != call.pk or one.side != side or not one.is_in_pool:
            raise Refused(
                "not-in-the-pool", _("Choose a mentee and a mentor who are accepted for matching.")
            )


def _check_lock(call: Call, mentee_id: int, mentor_id: int) -> None:
    """A lock that the solver would stumble over is refused here, with the rule."""
    given = read(call)
    people = {one.key: one for one in given.people}
    mentee, mentor = given.key_of(mentee_id), given.key_of(mentor_id)
    if mentee is None or mentor is None:
        raise Refused("mentee-has-a-match", _("This mentee holds an offer or a match already."))
    if any(pair[0] == mentee for pair in given.decisions.locked):
        raise Refused(
            "locked-elsewhere", _("This mentee is locked with somebody else. Lift that first.")
        )
    broken = all_broken(people[mentee], people[mentor], given.criteria, given.decisions)
    locked = sum(1 for pair in given.decisions.locked if pair[1] == mentor)
    if people[mentor].capacity <= locked:
        broken.insert(0, Rule.NO_CAPACITY)
    broken = [rule for rule in broken if rule != Rule.BELOW_FLOOR]
    if broken:
        words = _("This pair cannot be made: %(rule)s.")
        raise Refused(f"lock-{broken[0]}", words % {"rule": RULES[broken[0]]})


# --- Publishing -------------------------------------------------------------------------------


@transaction.atomic
def review(run_id: int, *, by: Any, now: datetime | None = None) -> MatchRun:
    """Somebody looked at the result. Twice is once; the first one's name stays."""
    run = _locked_run(run_id)
    if run.state == RunState.SOLVED:
        move(run, RunState.REVIEWED, RUN_MOVES)
        run.reviewed_by, run.reviewed_at = by, now or timezone.now()
        run.save(update_fields=["state", "reviewed_by", "reviewed_at"])
        log_act(Act.REVIEW, run.call_id, by=by, run=run, count=0, now=now)
    elif run.state != RunState.REVIEWED:
        raise Refused("run-not-solved", WHY_NOT["run-not-solved"])
    return run


@transaction.atomic
def publish(run_id: int, *, by: Any, now: datetime | None = None) -> MatchRun:
    """Offers the pairs of a run, and tells whoever has none. Refused when anything that went in
    has changed, and for whoever asked for it where a second person is needed. Publishing again
    changes nothing."""
    now = now or timezone.now()
    call_id = MatchRun.objects.values_list("call", flat=True).get(pk=run_id)
    call = locked_call(call_id)
    everybody = Application.objects.filter(call=call, person__isnull=False)
    lock_people([by.pk, *everybody.values_list("person", flat=True)])
    run = _locked_run(run_id)
    if run.state == RunState.PUBLISHED:
        return run
    lock_applications(list(everybody.values_list("pk", flat=True)))
    if call.state not in MATCHED_IN:
        raise Refused("call-not-open", _("Nobody is matched in this call now."))
    why = rules.why_not_published(
        state=run.state,
        same_input=same_input(run),
        second_person=call.programme.second_person,
        asked_by=run.asked_by_id,
        by=by.pk,
    )
    if why:
        raise Refused(why, WHY_NOT[why])
    pairs = [Pair(one.mentee_id, one.mentor_id, one.points) for one in run.proposals.all()]
    made = offer(call.pk, pairs, run=run, by=by, now=now)
    left = _tell_unmatched(run, now)
    move(run, RunState.PUBLISHED, RUN_MOVES)
    run.published_by, run.published_at = by, now
    run.save(update_fields=["state", "published_by", "published_at"])
    _supersede_others(run)
    log_act(
        Act.PUBLISH,
        call.pk,
        by=by,
        run=run,
        count=2 * len(made) + left,
        detail={"pairs": len(made), "unmatched": left},
        now=now,
    )
    return run


def _locked_run(run_id: int) -> MatchRun:
    return MatchRun.objects.select_for_update(of=("self",)).select_related("call").get(pk=run_id)


def _tell_unmatched(run: MatchRun, now: datetime) -> int:
    rows = Application.objects.filter(side=Side.MENTEE, pk__in=run.unplaced.values("application"))
    left = list(rows.in_pool().order_by("pk"))
    say(left, ApplicationState.UNMATCHED)
    told = [
        Event(
            f"mentoring-unmatched:{run.pk}:{one.pk}",
            [one.person_id],
            {"application": one.pk, "call": run.call.name},
        )
        for one in left
    ]
    notify_each(notices.UNMATCHED, told, now=now)
    return len(left)


def _supersede_others(run: MatchRun) -> None:
    """Runs that were asked for since are made of what was there before: they go as well."""
    for other in run.call.runs.exclude(pk=run.pk).exclude(state=RunState.SUPERSEDED):
        move(other, RunState.SUPERSEDED, RUN_MOVES)
        other.save(update_fields=["state"])
