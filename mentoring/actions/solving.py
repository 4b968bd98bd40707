"""A matching as the worker makes it: read, solved, proved, explained, written. numpy and scipy are
loaded inside the calls, so that no web process carries them."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from mentoring.actions.desk import locked_call
from mentoring.actions.moves import move
from mentoring.actions.reading import Input, read
from mentoring.matching.locking import CannotLock
from mentoring.matching.results import Result
from mentoring.models import Application, Call, MatchRun, Proposal, Unplaced
from mentoring.states import RUN_MOVES, RunState

if TYPE_CHECKING:
    from mentoring.matching.explaining import Explanation, Reason, Without

# Up to so many people on a side, another floor is tried as well: that takes some milliseconds.
FEW = 400
BATCH = 500


def solve_run(run_id: int, *, now: datetime | None = None) -> MatchRun | None:
    """Makes one run, or says on it why it could not be made. A run that somebody else began, or
    that is not waiting any more, is left alone. What is not proved is an error, never a result."""
    from mentoring.matching.proof import NotVerified

    run = _claim(run_id, now or timezone.now())
    if run is None:
        return None
    given: Input | None = None
    try:
        given = _at(run, "reading", read, run.call)
        result = _at(run, "solving", _solve, run.call, given)
        bound = _at(run, "proving", _prove, result, given)
        explained = _at(run, "explaining", _explain, result, given)
        totals = _totals(run.call, result, given, bound, explained)
        return _at(run, "writing", _write, run, given, result, explained, totals)
    except CannotLock as error:
        ids = [_id_of(key) for key in error.pair]
        return fail_run(run.pk, f"lock-{error.rule or 'not-there'}", pair=ids)
    except NotVerified:
        return fail_run(run.pk, "not-verified")
    except Exception:
        fail_run(run.pk, "error")
        raise


@transaction.atomic
def fail_run(run_id: int, fault: str, *, pair: list[int] | None = None) -> MatchRun:
    """Ends a run without a result, unless it has one."""
    run = MatchRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state == RunState.DRAFT:
        move(run, RunState.FAILED, RUN_MOVES)
        run.fault, run.fault_pair, run.stage = fault, pair or [], ""
        run.save(update_fields=["state", "fault", "fault_pair", "stage"])
    return run


@transaction.atomic
def _claim(run_id: int, now: datetime) -> MatchRun | None:
    waiting = MatchRun.objects.waiting().filter(pk=run_id, started_at=None)
    if not waiting.update(started_at=now):
        return None
    return MatchRun.objects.select_related("call").get(pk=run_id)


def _at(run: MatchRun, stage: str, do: Any, *args: Any) -> Any:
    """Does one part of the work, after writing down for whoever watches that it begins."""
    MatchRun.objects.waiting().filter(pk=run.pk).update(stage=stage)
    return do(*args)


def _solve(call: Call, given: Input) -> Result:
    from mentoring.matching.solving import solve

    key = bytes.fromhex(call.order_key)
    return solve(given.people, given.criteria, given.decisions, key=key)


def _prove(result: Result, given: Input) -> int:
    """Proves the stored form anew, and gives the bound."""
    from mentoring.matching.proof import NotVerified, bound, verify

    verify(result, given.people, given.criteria, given.decisions)
    found = bound(result, given.people, given.criteria, given.decisions)
    if found != result.score:
        raise NotVerified(f"The pairs are worth {result.score}, and {found} may be possible.")
    return found


def _explain(result: Result, given: Input) -> "Explanation":
    from mentoring.matching.explaining import explain

    return explain(result, given.people, given.criteria, given.decisions)


def _totals(
    call: Call, result: Result, given: Input, bound: int, explained: "Explanation"
) -> dict[str, Any]:
    mentors = [one for one in given.people if one.side == "mentor"]
    mentees = len(given.people) - len(mentors)
    free = [pair.score for pair in result.pairs if not pair.locked]
    totals: dict[str, Any] = {
        "mentees": mentees,
        "places": sum(one.capacity for one in mentors),
        "pairs": len(result.pairs),
        "score": result.score,
        "worst": min((pair.score for pair in result.pairs), default=None),
        "unstable": explained.unstable,
        "bound": bound,
    }
    if free and max(mentees, len(mentors)) <= FEW:
        higher = replace(given, criteria=replace(given.criteria, floor=min(free) + 1))
        other = _solve(call, higher)
        totals["other_floor"] = {
            "floor": min(free) + 1,
            "pairs": len(other.pairs),
            "score": other.score,
        }
    return totals


@transaction.atomic
def _write(
    run: MatchRun,
    given: Input,
    result: Result,
    explained: "Explanation",
    totals: dict[str, Any],
) -> MatchRun:
    """All of it at once, unless the run was given up meanwhile. Older results stay to compare."""
    locked_call(run.call_id)
    run = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.state != RunState.DRAFT:
        return run
    proposals = [
        _proposal(run, pair.mentee, pair.mentor, explained.reasons[pair.mentee], given.ids)
        for pair in result.pairs
    ]
    full = {one.key for one in given.people if one.capacity < 1}
    unplaced = [
        _unplaced(run, key, why, explained, given.ids)
        for key, why in explained.without.items()
        if key not in full
    ]
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    Unplaced.objects.bulk_create(unplaced, batch_size=BATCH)
    move(run, RunState.SOLVED, RUN_MOVES)
    run.digest, run.totals, run.stage = result.digest, totals, ""
    run.solved_at = timezone.now()
    run.save(update_fields=["state", "digest", "totals", "stage", "solved_at"])
    return run


def _proposal(
    run: MatchRun, mentee: str, mentor: str, reason: "Reason", ids: Mapping[str, int]
) -> Proposal:
    points = {criterion.value: value for criterion, value in reason.points.items()}
    return Proposal(
        run=run,
        mentee_id=ids[mentee],
        mentor_id=ids[mentor],
        points=points,
        score=sum(points.values()),
        locked=reason.locked,
        next_best=asdict(reason.next_best) if reason.next_best else {},
    )


def _unplaced(
    run: MatchRun, key: str, why: "Without", explained: "Explanation", ids: Mapping[str, int]
) -> Unplaced:
    return Unplaced(
        run=run,
        application_id=ids[key],
        facts={
            "possible": why.possible,
            "best": why.best,
            "blocked": {rule.value: count for rule, count in why.blocked.items() if count},
            "near": [
                asdict(near) | {"rule": near.rule.value, "remedy": near.remedy.value}
                for near in why.near
            ],
        },
        confidential={
            "blocked": {
                rule.value: count for rule, count in explained.confidential[key].items() if count
            },
            "near": [ids[other] for other in explained.others[key]],
        },
    )


def _id_of(key: str) -> int:
    return Application.objects.only("pk").get(key=key).pk
