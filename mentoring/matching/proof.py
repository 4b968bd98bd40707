"""The proof that no other choice of pairs is better, in whole numbers. Loads numpy.

By the duality of the assignment problem (Kuhn 1955, Munkres 1957; Burkard, Dell'Amico and Martello,
*Assignment Problems*, chapter 4): give each place of a mentor a price of 0 or more. Whatever pairs
are made, each mentee brings at most the best of what a pair is worth less its price, or nothing,
and each place at most its price. If chosen pairs bring as much as that bound, none bring more.

A pair is worth its points and `place`, which is more than twice what all points of a run can add
up to: so more mentees come before more points, and a price tells people from points.
"""

from collections.abc import Sequence

import numpy as np

from mentoring.matching.board import CLOSED, Array, Board, Edges
from mentoring.matching.locking import prepare
from mentoring.matching.points import points
from mentoring.matching.profiles import Criteria, Decisions, Person, digest
from mentoring.matching.results import Result


class NotVerified(Exception):
    """These pairs were not proved to be the best: an error, and never a result."""


def place(board: Board) -> int:
    """What being matched at all is worth, in points."""
    return 2 * board.shape[0] * board.criteria.most + 1


def prices(board: Board, edges: Edges, chosen: Array) -> Array:
    """By column, the highest prices under which nobody would rather have another place: each is
    what would be lost with one of the mentor's places less, and 0 where places are left over.

    `chosen` has each row's column, or -1. Labels are corrected (Bellman-Ford on the residual
    graph) until they stand; with pairs that can be exchanged for better ones they never do:
    NotVerified.
    """
    found = np.zeros(board.shape[1], np.int64)
    taken = np.bincount(chosen[chosen >= 0], minlength=board.shape[1])
    full = (taken == board.capacity) & (taken > 0)
    theirs = chosen[edges.rows]
    use = np.nonzero((theirs >= 0) & full[theirs])[0]
    if not use.size:
        return found
    use = use[np.argsort(theirs[use], kind="stable")]
    rows, columns, value = edges.rows[use], edges.columns[use], edges.worth[use] + place(board)
    own = np.zeros(board.shape[0], np.int64)
    made = columns == chosen[rows]
    own[rows[made]] = value[made]
    less = own[rows] - value
    named, starts = np.unique(chosen[rows], return_index=True)
    found[named] = np.minimum.reduceat(own[rows], starts)
    for _ in range(board.shape[1] + 2):
        lower = np.minimum.reduceat(found[columns] + less, starts)
        if (lower == found[named]).all():
            return found
        found[named] = lower
    raise NotVerified("Some pairs could be exchanged for better ones.")


def gains(board: Board, prices: Array) -> Array:
    """What each row brings at best at these prices, over every pair that may be made."""
    found = np.zeros(board.shape[0], np.int64)
    less = prices - place(board)
    for rows, worth in board.blocks():
        after = np.where(worth == CLOSED, 0, worth - less)
        found[rows] = after.max(axis=1, initial=0)
    return found


def check(board: Board, chosen: Array, prices: Array) -> None:
    """Holds pairs, as each row's column or -1, against the rules, the places, and the bound that
    prices by column give. Trusts nothing that a solver left behind; raises NotVerified."""
    rows = np.nonzero(chosen >= 0)[0]
    if (np.bincount(chosen[rows], minlength=board.shape[1]) > board.capacity).any():
        raise NotVerified("A mentor has more mentees than places.")
    if (prices < 0).any():
        raise NotVerified("A price is below 0.")
    reached = rows.size * place(board)
    for part, worth in board.blocks():
        at = rows[(rows >= part.start) & (rows < part.stop)]
        made = worth[at - part.start, chosen[at]]
        if (made == CLOSED).any():
            raise NotVerified("A rule forbids one of the pairs.")
        reached += int(made.sum())
    bound = int(gains(board, prices).sum()) + int((prices * board.capacity).sum())
    if reached != bound:
        raise NotVerified(f"The pairs bring {reached}, and {bound} may be possible.")


def verify(
    result: Result, people: Sequence[Person], criteria: Criteria, decisions: Decisions
) -> None:
    """Proves anew a result that was stored: the same input, all its points, the locked pairs as
    decided, and no better choice. Raises NotVerified."""
    if result.digest != digest(people, criteria, decisions):
        raise NotVerified("The result was made of something else.")
    field = prepare(people, criteria, decisions)
    if [pair for pair in result.pairs if pair.locked] != field.locked:
        raise NotVerified("The locked pairs are not those that were decided.")
    board = Board(field.mentees, field.mentors, criteria, decisions)
    row = {one.key: at for at, one in enumerate(board.mentees)}
    column = {one.key: at for at, one in enumerate(board.mentors)}
    chosen = np.full(len(row), -1)
    for pair in (pair for pair in result.pairs if not pair.locked):
        if pair.mentee not in row or pair.mentor not in column or chosen[row[pair.mentee]] >= 0:
            raise NotVerified("Somebody is in two pairs, or does not take part.")
        chosen[row[pair.mentee]] = column[pair.mentor]
        mentee, mentor = board.mentees[row[pair.mentee]], board.mentors[column[pair.mentor]]
        if pair.points != points(mentee, mentor, criteria):
            raise NotVerified("A pair has other points.")
    if list(result.unmatched) != sorted(key for key in row if chosen[row[key]] < 0):
        raise NotVerified("Somebody is neither matched nor unmatched.")
    if result.place != place(board) or result.prices.keys() != column.keys():
        raise NotVerified("The prices are those of another run.")
    prices = np.array([result.prices[key] for key in column], np.int64)
    check(board, chosen, prices)


def bound(
    result: Result, people: Sequence[Person], criteria: Criteria, decisions: Decisions
) -> int:
    """What no choice of as many pairs can be worth more than, in points and by the prices alone:
    the locked pairs, and the dual of the rest. Of a proved result it is the score."""
    field = prepare(people, criteria, decisions)
    board = Board(field.mentees, field.mentors, criteria, decisions)
    prices = np.array([result.prices[mentor.key] for mentor in board.mentors], np.int64)
    dual = int(gains(board, prices).sum()) + int((prices * board.capacity).sum())
    made = len(result.pairs) - len(field.locked)
    return dual - made * place(board) + sum(pair.score for pair in field.locked)
