"""Why a pair was made, why somebody has none, and what would change it. Loads numpy.

What a person may be told stands in `Reason` and `Without`: codes and numbers, nobody's key, and
nothing that somebody else said about them. What only a coordinator sees stands apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mentoring.matching.board import BLOCK, CLOSED, Array, Board
from mentoring.matching.locking import prepare
from mentoring.matching.points import common_level
from mentoring.matching.profiles import Criteria, Criterion, Decisions, Person, Side
from mentoring.matching.results import Result
from mentoring.matching.rules import CONFIDENTIAL, REMEDIES, Remedy, Rule, days_in_common

NEAR = 3


@dataclass(frozen=True)
class NextBest:
    """The best other mentor: what that pair would be worth, and how many points more, at least, one
    of their places is in demand than one of the own mentor's. That is never fewer than the mentee
    would gain. `needed`: with one of those places less, fewer people would have a mentor, which
    says more than the points of `demand`."""

    worth: int
    demand: int
    needed: bool


@dataclass(frozen=True)
class Reason:
    """Why a mentee has this mentor. Nothing is compared for a locked pair, and `next_best` is None
    too where no other mentor was possible."""

    points: Mapping[Criterion, int]
    locked: bool
    next_best: NextBest | None


@dataclass(frozen=True)
class Near:
    """Somebody whom one rule alone keeps away: what the pair would be worth, and for a language
    level, days or points what there is and what is needed."""

    worth: int
    rule: Rule
    remedy: Remedy
    has: int | None = None
    needs: int | None = None


@dataclass(frozen=True)
class Without:
    """Why somebody is in no pair: how many were possible, and what the best would have been worth;
    of the others, how many each rule keeps away (one may break several), and the nearest."""

    side: Side
    possible: int
    best: int
    blocked: Mapping[Rule, int]
    near: tuple[Near, ...]


@dataclass(frozen=True)
class Explanation:
    """Reasons by mentee, `without` by whoever is in no pair. For coordinators alone: whom each
    `next_best` and each of `near` is, in the same order, and the confidential rules. `unstable`
    counts pairs whose two people would both rather have each other, which is no fault: the aim
    is what is best for all."""

    reasons: Mapping[str, Reason]
    without: Mapping[str, Without]
    others: Mapping[str, tuple[str, ...]]
    confidential: Mapping[str, Mapping[Rule, int]]
    unstable: int


def explain(
    result: Result, people: Iterable[Person], criteria: Criteria, decisions: Decisions
) -> Explanation:
    """Everybody's explanation. The input must be the one that the result was made of."""
    field = prepare(sorted(people, key=lambda one: one.key), criteria, decisions)
    board = Board(field.mentees, field.mentors, criteria, decisions)
    column = {one.key: at for at, one in enumerate(board.mentors)}
    made = {pair.mentee: pair for pair in result.pairs}
    chosen = np.array(
        [column[made[one.key].mentor] if one.key in made else -1 for one in board.mentees], np.intp
    )
    reasons = {pair.mentee: Reason(pair.points, True, None) for pair in field.locked}
    others: dict[str, tuple[str, ...]] = {}
    for mentee, next_best, other in _compared(board, chosen, result):
        reasons[mentee] = Reason(made[mentee].points, False, next_best)
        others[mentee] = other
    without: dict[str, Without] = {}
    confidential: dict[str, Mapping[Rule, int]] = {}
    for survey in _surveys(board, {key for pair in result.pairs for key in pair.keys}):
        for at, person in enumerate(survey.people):
            without[person.key], others[person.key] = survey.told(at)
            confidential[person.key] = survey.counts(at, CONFIDENTIAL)
    return Explanation(reasons, without, others, confidential, _unstable(board, chosen))


# --- Pairs ------------------------------------------------------------------------------------


def _compared(
    board: Board, chosen: Array, result: Result
) -> Iterator[tuple[str, NextBest | None, tuple[str, ...]]]:
    """For each matched mentee the best other mentor, and who that is."""
    price = [result.prices[mentor.key] for mentor in board.mentors]
    for part, worth in board.blocks():
        rows = np.nonzero(chosen[part] >= 0)[0]
        rest = worth[rows]
        rest[np.arange(rows.size), chosen[part][rows]] = CLOSED
        best = rest.argmax(axis=1) if rows.size else rows
        for row, other, value in zip(rows, best, rest.max(axis=1, initial=CLOSED), strict=True):
            mentee = board.mentees[part.start + row].key
            if value == CLOSED:
                yield mentee, None, ()
                continue
            own = price[chosen[part][row]]
            needed = _places(price[other], result.place) > _places(own, result.place)
            yield (
                mentee,
                NextBest(int(value), price[other] - own, needed),
                (board.mentors[other].key,),
            )


def _places(price: int, place: int) -> int:
    """How many people a price stands for, besides points."""
    return (2 * price + place) // (2 * place)


def _unstable(board: Board, chosen: Array) -> int:
    own = np.full(board.shape[0], CLOSED)
    least = np.full(board.shape[1], np.iinfo(np.int64).max)
    rows = np.nonzero(chosen >= 0)[0]
    for part, worth in board.blocks():
        at = rows[(rows >= part.start) & (rows < part.stop)]
        own[at] = worth[at - part.start, chosen[at]]
    np.minimum.at(least, chosen[rows], own[rows])
    least[np.bincount(chosen[rows], minlength=board.shape[1]) < board.capacity] = CLOSED
    return sum(
        int(((worth > own[part, None]) & (worth > least)).sum()) for part, worth in board.blocks()
    )


# --- People in no pair ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Survey:
    """Some people of one side in rows, everybody of the other side in columns."""

    people: Sequence[Person]
    others: Sequence[Person]
    worth: Array
    broken: Mapping[Rule, Array]
    criteria: Criteria

    @cached_property
    def _rules(self) -> Array:
        return np.stack(list(self.broken.values())).sum(axis=0, dtype=np.int8)

    def counts(self, at: int, rules: Iterable[Rule]) -> dict[Rule, int]:
        return {rule: int(self.broken[rule][at].sum()) for rule in rules}

    def told(self, at: int) -> tuple[Without, tuple[str, ...]]:
        """What one person may know; and who is near: the best of those whom one rule alone keeps
        away, unless it is confidential."""
        worth, rules = self.worth[at], self._rules[at]
        possible = worth[rules == 0]
        secret = np.any([self.broken[rule][at] for rule in CONFIDENTIAL], axis=0)
        near = np.nonzero((rules == 1) & ~secret)[0]
        nearest: list[int] = near[np.argsort(-worth[near], kind="stable")[:NEAR]].tolist()
        told = Without(
            side=self.people[at].side,
            possible=possible.size,
            best=int(possible.max(initial=0)),
            blocked=self.counts(at, (rule for rule in Rule if rule not in CONFIDENTIAL)),
            near=tuple(self._near(at, column) for column in nearest),
        )
        return told, tuple(self.others[column].key for column in nearest)

    def _near(self, at: int, column: int) -> Near:
        rule = next(rule for rule in Rule if self.broken[rule][at, column])
        pair = self.people[at], self.others[column]
        mentee, mentor = pair if pair[0].side is Side.MENTEE else pair[::-1]
        worth = int(self.worth[at, column])
        has: int | None = None
        needs: int | None = None
        if rule is Rule.LANGUAGE:
            has, needs = common_level(mentee, mentor), self.criteria.language_level
        elif rule is Rule.PERIOD:
            has = max(days_in_common(mentee, mentor, self.criteria), 0)
            needs = self.criteria.days_together
        elif rule is Rule.BELOW_FLOOR:
            has, needs = worth, self.criteria.floor
        return Near(worth, rule, REMEDIES[rule], has, needs)


def _surveys(board: Board, matched: set[str]) -> Iterator[_Survey]:
    """Mentees and then mentors in no pair, as many at a time as a block has room for."""
    rows, columns = board.shape
    alone = [one for one in board.mentees if one.key not in matched]
    for some in _chunks(alone, columns):
        part = Board(some, board.mentors, board.criteria, board.decisions)
        every = slice(0, len(some))
        broken = dict(part.broken(every))
        yield _Survey(some, board.mentors, part.worth(every), broken, board.criteria)
    alone = [one for one in board.mentors if one.key not in matched]
    for some in _chunks(alone, rows):
        part = Board(board.mentees, some, board.criteria, board.decisions)
        every = slice(0, rows)
        broken = {rule: mask.T for rule, mask in part.broken(every)}
        yield _Survey(some, board.mentees, part.worth(every).T, broken, board.criteria)


def _chunks(people: Sequence[Person], others: int) -> Iterator[Sequence[Person]]:
    size = max(1, BLOCK // max(others, 1))
    for first in range(0, len(people), size):
        yield people[first : first + size]
