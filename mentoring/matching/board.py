"""All pairs of a run at once: what each is worth and what forbids it, a block of rows at a time.

Mentees are rows and mentors columns, in the order given. Loads numpy.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mentoring.matching import points
from mentoring.matching.profiles import C2, Criteria, Criterion, Decisions, Person
from mentoring.matching.rules import Rule

Array = np.ndarray[Any, Any]
CLOSED = -1
BLOCK = 2**19
"""Pairs that are looked at together."""
KEPT = 2**25
"""Pairs whose worth is kept in memory, two bytes each; of more it is reckoned again each time."""


@dataclass(frozen=True)
class Edges:
    """Pairs that may be made, by row and column: three arrays of one length, in that order."""

    rows: Array
    columns: Array
    worth: Array

    @classmethod
    def of(cls, rows: Array, columns: Array, worth: Array) -> "Edges":
        """Puts pairs in order; one that is named twice is there once."""
        code = rows.astype(np.int64) << 32 | columns.astype(np.int64)
        _, first = np.unique(code, return_index=True)
        return cls(rows[first], columns[first], worth[first].astype(np.int64))

    @classmethod
    def joined(cls, parts: Iterable[tuple[Array, Array, Array]]) -> "Edges":
        none = np.empty(0, np.int64)
        return cls.of(*map(np.concatenate, zip((none, none, none), *parts, strict=True)))

    def __add__(self, other: "Edges") -> "Edges":
        return Edges.joined((each.rows, each.columns, each.worth) for each in (self, other))


class Board:
    """What `points` and `rules` say of one pair, for every mentee and mentor."""

    def __init__(
        self,
        mentees: Sequence[Person],
        mentors: Sequence[Person],
        criteria: Criteria,
        decisions: Decisions,
    ) -> None:
        self.mentees, self.mentors = mentees, mentors
        self.criteria, self.decisions = criteria, decisions
        self.shape = (len(mentees), len(mentors))
        self.capacity = np.array([mentor.capacity for mentor in mentors], np.int64)
        self._kept: Array | None = None

    # --- What is read of it -----------------------------------------------------------------

    def blocks(self) -> Iterator[tuple[slice, Array]]:
        """Rows, and what each of their pairs is worth: CLOSED where a rule forbids it."""
        if self._kept is None and self.shape[0] * self.shape[1] <= KEPT:
            kept = np.empty(self.shape, np.int16)
            for rows in self.slices():
                kept[rows] = self._open(rows)
            self._kept = kept
        for rows in self.slices():
            yield rows, self._open(rows) if self._kept is None else self._kept[rows]

    def slices(self) -> Iterator[slice]:
        height = max(1, BLOCK // max(self.shape[1], 1))
        for first in range(0, self.shape[0], height):
            yield slice(first, min(first + height, self.shape[0]))

    def worth(self, rows: slice) -> Array:
        """Points of these rows, whether or not a pair may be made."""
        found = np.zeros((rows.stop - rows.start, self.shape[1]), np.int16)
        for own, others, table in self._classes:
            found += table[own[rows]][:, others]
        of = self.criteria.weight
        sought = self._sought[rows].astype(np.int64)[:, None]
        met = self._topics[0][rows] @ self._topics[1].T
        most = int(self._sought.max(initial=0))
        table = _table(points.topics, range(most + 1), range(most + 1), of(Criterion.TOPICS))
        found += table.ravel()[(sought * (most + 1) + met.astype(np.int64))]
        found += self._by_level[self._levels(rows)]
        found += self._by_half_days[self._half_days(rows)]
        return found

    def broken(self, rows: slice) -> Iterator[tuple[Rule, Array]]:
        """Each rule, and which pairs of these rows it forbids; in no order."""
        yield from self._broken(rows)
        yield Rule.BELOW_FLOOR, self.worth(rows) < self.criteria.floor

    def _broken(self, rows: slice) -> Iterator[tuple[Rule, Array]]:
        shape = (rows.stop - rows.start, self.shape[1])
        yield Rule.NO_CAPACITY, np.broadcast_to(self.capacity < 1, shape)
        yield Rule.SAME_ORGANISATION, self._own[rows, None] == self._others[None, :]
        yield Rule.LANGUAGE, self._levels(rows) < self.criteria.language_level
        yield Rule.PERIOD, self.days(rows) < self.criteria.days_together
        yield Rule.NO_COMMON_TIME, self._half_days(rows) == 0
        for rule, (own, others) in self._single.items():
            first, last = np.searchsorted(own, (rows.start, rows.stop))
            mask = np.zeros(shape, bool)
            mask[own[first:last] - rows.start, others[first:last]] = True
            yield rule, mask

    def days(self, rows: slice) -> Array:
        """Days of the period on which both are there; below 1 for none."""
        (first, last), (from_, until) = self._days
        return np.minimum.outer(last[rows], until) - np.maximum.outer(first[rows], from_) + 1

    def _open(self, rows: slice) -> Array:
        found = self.worth(rows)
        closed = found < self.criteria.floor
        for _rule, mask in self._broken(rows):
            closed |= mask
        found[closed] = CLOSED
        return found

    # --- Tables and columns of facts ----------------------------------------------------------

    @cached_property
    def _classes(self) -> list[tuple[Array, Array, Array]]:
        """For each criterion that compares two single facts: the place of everybody's in its
        table, and the table."""
        compared: list[tuple[Criterion, Callable[..., int], str]] = [
            (Criterion.URBANISATION, points.urbanisation, "urbanisation"),
            (Criterion.SIZE, points.size, "size"),
            (Criterion.GOVERNMENT, points.government, "government"),
            (Criterion.EXPERIENCE, points.experience, "experience"),
        ]
        found = []
        for criterion, reckon, name in compared:
            own, mine = _places([getattr(one, name) for one in self.mentees])
            others, theirs = _places([getattr(one, name) for one in self.mentors])
            table = _table(reckon, mine, theirs, self.criteria.weight(criterion))
            found.append((own, others, table))
        return found

    @cached_property
    def _by_level(self) -> Array:
        weight = self.criteria.weight(Criterion.LANGUAGE)
        needed = self.criteria.language_level
        return _table(points.language, [needed], range(C2 + 1), weight)[0]

    @cached_property
    def _by_half_days(self) -> Array:
        weight = self.criteria.weight(Criterion.AVAILABILITY)
        most = max((len(one.availability) for one in self.mentees), default=0)
        return _table(points.availability, [points.ENOUGH_HALF_DAYS], range(most + 1), weight)[0]

    @cached_property
    def _sought(self) -> Array:
        return np.array([len(one.topics) for one in self.mentees], np.int64)

    @cached_property
    def _topics(self) -> tuple[Array, Array]:
        return _sets([one.topics for one in self.mentees], [one.topics for one in self.mentors])

    @cached_property
    def _times(self) -> tuple[Array, Array]:
        return _sets(
            [one.availability for one in self.mentees], [one.availability for one in self.mentors]
        )

    def _half_days(self, rows: slice) -> Array:
        return (self._times[0][rows] @ self._times[1].T).astype(np.int64)

    @cached_property
    def _spoken(self) -> tuple[Array, Array]:
        codes = sorted(
            {code for one in self.mentees for code in one.languages}
            & {code for one in self.mentors for code in one.languages}
        )
        own, others = (
            np.array([[one.languages.get(code, 0) for code in codes] for one in side], np.int8)
            for side in (self.mentees, self.mentors)
        )
        own = own.reshape(len(self.mentees), len(codes))
        return own, others.reshape(len(self.mentors), len(codes)).T.copy()

    def _levels(self, rows: slice) -> Array:
        own, others = self._spoken
        best = np.zeros((rows.stop - rows.start, self.shape[1]), np.int8)
        both = np.empty_like(best)
        for at, theirs in enumerate(others):
            np.minimum(own[rows, at, None], theirs[None, :], out=both)
            np.maximum(best, both, out=best)
        return best

    @cached_property
    def _days(self) -> list[tuple[Array, Array]]:
        first, last = self.criteria.period
        return [
            (
                np.array([max(first, one.available_from).toordinal() for one in side], np.int32),
                np.array([min(last, one.available_until).toordinal() for one in side], np.int32),
            )
            for side in (self.mentees, self.mentors)
        ]

    @cached_property
    def _organisations(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, mentor in enumerate(self.mentors):
            found.setdefault(mentor.organisation, []).append(at)
        return found

    @cached_property
    def _own(self) -> Array:
        known = {name: at for at, name in enumerate(self._organisations)}
        return np.array(
            [known.get(one.organisation, -1) if one.organisation else -1 for one in self.mentees],
            np.int32,
        )

    @cached_property
    def _others(self) -> Array:
        known = {name: at for at, name in enumerate(self._organisations)}
        return np.array([known[one.organisation] for one in self.mentors], np.int32)

    @cached_property
    def _single(self) -> dict[Rule, tuple[Array, Array]]:
        """Pairs that are forbidden one by one, by row."""
        row = {one.key: at for at, one in enumerate(self.mentees)}
        column = {one.key: at for at, one in enumerate(self.mentors)}
        found: dict[Rule, tuple[Array, Array]] = {}
        for rule, named in (
            (Rule.ENDED, self.decisions.ended),
            (Rule.FORBIDDEN, self.decisions.forbidden),
        ):
            found[rule] = _by_row(
                [(row[one], column[two]) for one, two in named if one in row and two in column]
            )
        return found | {Rule.CONFLICT: _by_row(self._conflicts(row, column))}

    def _conflicts(self, row: dict[str, int], column: dict[str, int]) -> list[tuple[int, int]]:
        found = []
        rows: dict[str, list[int]] = {}
        for at, mentee in enumerate(self.mentees):
            rows.setdefault(mentee.organisation, []).append(at)
            found += [(at, column[key]) for key in mentee.not_with if key in column]
            for name in mentee.not_with_organisations:
                found += [(at, other) for other in self._organisations.get(name, [])]
        for at, mentor in enumerate(self.mentors):
            found += [(row[key], at) for key in mentor.not_with if key in row]
            for name in mentor.not_with_organisations:
                found += [(other, at) for other in rows.get(name, [])]
        return found


def _table(
    reckon: Callable[..., int], rows: Sequence[Any], columns: Sequence[Any], weight: int
) -> Array:
    return np.array([[reckon(one, two, weight) for two in columns] for one in rows], np.int16)


def _places(values: list[Any]) -> tuple[Array, list[Any]]:
    """For each value its place among the different ones, and these."""
    different = sorted(set(values))
    known = {value: at for at, value in enumerate(different)}
    return np.array([known[value] for value in values], np.intp), different


def _sets(mine: list[frozenset[str]], theirs: list[frozenset[str]]) -> tuple[Array, Array]:
    """Each set as a row of zeros and ones: their product counts what two have in common."""
    members = frozenset().union(*mine) & frozenset().union(*theirs)
    column = {name: at for at, name in enumerate(sorted(members))}
    found = []
    for side in (mine, theirs):
        rows = np.zeros((len(side), len(column)), np.float32)
        for at, names in enumerate(side):
            rows[at, [column[name] for name in names & members]] = 1
        found.append(rows)
    return found[0], found[1]


def _by_row(pairs: list[tuple[int, int]]) -> tuple[Array, Array]:
    ordered = np.array(sorted(set(pairs)), np.intp).reshape(-1, 2)
    return ordered[:, 0], ordered[:, 1]
