"""The best pairs: first as many mentees as possible, then the most points. Loads numpy and scipy.

People are put in an order by a keyed hash before anything else, so that neither a name nor the
time of signing up decides between equal choices, and the same input in any order gives the same
pairs.
"""

import hashlib
import hmac
from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from mentoring.matching import proof
from mentoring.matching.board import CLOSED, Array, Board, Edges
from mentoring.matching.locking import prepare
from mentoring.matching.points import points
from mentoring.matching.profiles import Criteria, Decisions, Person, digest
from mentoring.matching.results import Pair, Result

FEW = 400
"""Up to so many people on each side all pairs are looked at together."""
KEEP = 20
"""Above that, so many of each person's best; what the proof misses is added."""


def solve(
    people: Iterable[Person], criteria: Criteria, decisions: Decisions, *, key: bytes
) -> Result:
    """The best pairs, proved. `key` is the run's own secret, new for each run and kept with it, so
    that nobody can choose the order of equal choices.

    Raises ValueError where two people have one key, locking.CannotLock, and proof.NotVerified.
    """
    people = in_order(people, key)
    field = prepare(people, criteria, decisions)
    board = Board(field.mentees, field.mentors, criteria, decisions)
    chosen, prices = _best(board)
    proof.check(board, chosen, prices)
    made = [
        Pair(mentee.key, mentor.key, points(mentee, mentor, criteria))
        for mentee, mentor in _pairs(board, chosen)
    ]
    lonely = [one.key for one, column in zip(board.mentees, chosen, strict=True) if column < 0]
    by_mentor = {one.key: int(price) for one, price in zip(board.mentors, prices, strict=True)}
    return Result(
        pairs=tuple(sorted([*field.locked, *made], key=lambda pair: pair.keys)),
        unmatched=tuple(sorted(lonely)),
        prices=dict(sorted(by_mentor.items())),
        place=proof.place(board),
        digest=digest(people, criteria, decisions),
    )


def in_order(people: Iterable[Person], key: bytes) -> list[Person]:
    """People by HMAC-SHA-256 of their keys."""
    ordered = sorted(people, key=lambda one: hmac.digest(key, one.key.encode(), hashlib.sha256))
    if len({one.key for one in ordered}) < len(ordered):
        raise ValueError("Two people have one key.")
    return ordered


def _best(board: Board) -> tuple[Array, Array]:
    """Each row's column, or -1, and each column's price. Begins with every person's best pairs and
    adds those that the prices show to be missing, until none is."""
    keep = KEEP if max(board.shape) > FEW else FEW
    edges = _edges(board, keep)
    while True:
        chosen = _assign(board, edges)
        prices = proof.prices(board, edges, chosen)
        missing = _missing(board, edges, prices, keep)
        if not missing.rows.size:
            return chosen, prices
        edges, keep = edges + missing, 2 * keep


def _assign(board: Board, edges: Edges) -> Array:
    """Each row's column, or -1: a full matching of least cost, in which every place is a column
    and every row has one more of its own, which costs more than all points together."""
    rows, columns = board.shape
    places = np.minimum(board.capacity, np.bincount(edges.columns, minlength=columns))
    times = places[edges.columns]
    ends = np.cumsum(times)
    copy = np.arange(times.sum()) - np.repeat(ends - times, times)
    at = np.repeat((np.cumsum(places) - places)[edges.columns], times) + copy
    most = board.criteria.most + 1
    own, nobody = np.arange(rows), np.full(rows, most + proof.place(board))
    cost = np.concatenate((np.repeat(most - edges.worth, times), nobody)).astype(np.float64)
    row = np.concatenate((np.repeat(edges.rows, times), own))
    column = np.concatenate((at, places.sum() + own))
    graph = csr_array((cost, (row, column)), shape=(rows, places.sum() + rows))
    matched = min_weight_full_bipartite_matching(graph)[1]
    mentor = np.concatenate((np.repeat(np.arange(columns), places), np.full(rows, -1)))
    return mentor[matched]


def _pairs(board: Board, chosen: Array) -> list[tuple[Person, Person]]:
    return [
        (board.mentees[row], board.mentors[column])
        for row, column in enumerate(chosen)
        if column >= 0
    ]


def _edges(board: Board, keep: int) -> Edges:
    """The best pairs of each row and of each column. Among equals each begins elsewhere, so that
    not everybody keeps the same."""
    rows, columns = board.shape
    numbers = np.int32 if (board.criteria.most + 1) * max(board.shape) < 2**31 else np.int64
    best = np.full((columns, keep), CLOSED, numbers)
    found = []
    for part, worth in board.blocks():
        down, across = np.arange(part.start, part.stop), np.arange(columns)
        turn = (across[None, :] - down[:, None]) % columns
        top = _top(_ranked(worth, turn, columns, numbers), keep)
        at, place = np.nonzero(top >= 0)
        key = top[at, place]
        found.append((at + part.start, (key + at + part.start) % columns, key // columns))
        turn = (down[None, :] - across[:, None]) % rows
        best = _top(np.concatenate((best, _ranked(worth.T, turn, rows, numbers)), axis=1), keep)
    at, place = np.nonzero(best >= 0)
    key = best[at, place]
    found.append(((key + at) % max(rows, 1), at, key // max(rows, 1)))
    return Edges.joined(found)


def _ranked(worth: Array, turn: Array, length: int, numbers: type) -> Array:
    """Points and, among equals, whose turn it is, as one number."""
    return np.where(worth == CLOSED, CLOSED, worth.astype(numbers) * length + turn.astype(numbers))


def _top(keys: Array, keep: int) -> Array:
    return keys if keys.shape[1] <= keep else np.partition(keys, -keep, axis=1)[:, -keep:]


def _missing(board: Board, edges: Edges, prices: Array, keep: int) -> Edges:
    """Pairs left out so far that would bring more at these prices than the row's best does, so
    many of each row's best at most."""
    columns = board.shape[1]
    less = prices - proof.place(board)
    known = np.zeros(board.shape[0], np.int64)
    np.maximum.at(known, edges.rows, edges.worth - less[edges.columns])
    found = []
    for part, worth in board.blocks():
        more = np.where(worth == CLOSED, 0, worth - less) - known[part, None]
        rows = np.nonzero(more.max(axis=1, initial=0) > 0)[0]
        turn = (np.arange(columns)[None, :] - rows[:, None] - part.start) % max(columns, 1)
        top = _top(np.where(more[rows] > 0, more[rows] * columns + turn, CLOSED), keep)
        at, place = np.nonzero(top >= 0)
        column = (top[at, place] + rows[at] + part.start) % max(columns, 1)
        found.append((rows[at] + part.start, column, worth[rows[at], column]))
    return Edges.joined(found)
