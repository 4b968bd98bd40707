"""A result that is not the best, or not within the rules, is never taken for one that is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentoring.matching import proof, solving
from mentoring.matching.board import Board
from mentoring.matching.profiles import Criterion, Decisions, Side
from mentoring.matching.proof import NotVerified, verify
from mentoring.matching.results import Pair, Result
from mentoring.matching.solving import solve
from tests.factories.matching import CRITERIA, mentee, mentor, pool
from tests.mentoring.strategies import RUNS

NONE = Decisions()
PEOPLE = [
    mentee("a"),
    mentee("b", government="national"),
    mentee("c", languages={"fr": 6}),
    mentor("s"),
    mentor("t", government="national", capacity=2),
]


@pytest.fixture(scope="module")
def good() -> Result:
    return solve(PEOPLE, CRITERIA, NONE, key=b"k")


def pair(one: str, two: str, **more) -> Pair:
    known = {person.key: person for person in PEOPLE}
    return Pair(one, two, solving.points(known[one], known[two], CRITERIA), **more)


def test_a_right_result_verifies(good):
    assert [each.keys for each in good.pairs] == [("a", "s"), ("b", "t")]
    verify(good, PEOPLE, CRITERIA, NONE)


WRONG = {
    "people exchanged": {"pairs": (pair("a", "t"), pair("b", "s"))},
    "a worse place": {"pairs": (pair("a", "t"), pair("b", "t"))},
    "a pair left out": {"pairs": (pair("a", "s"),), "unmatched": ("b", "c")},
    "everybody left out": {"pairs": (), "unmatched": ("a", "b", "c")},
    "somebody in two pairs": {"pairs": (pair("a", "s"), pair("a", "t"), pair("b", "t"))},
    "somebody of elsewhere": {"pairs": (pair("a", "s"), replace(pair("b", "t"), mentor="x"))},
    "too many for one": {"pairs": (pair("a", "s"), pair("b", "s"))},
    "a pair that a rule forbids": {
        "pairs": (pair("a", "s"), pair("b", "t"), pair("c", "t")),
        "unmatched": (),
    },
    "a pair that nobody locked": {"pairs": (pair("a", "s"), pair("b", "t", locked=True))},
    "more points": {
        "pairs": (pair("a", "s"), replace(pair("b", "t"), points={Criterion.TOPICS: 999}))
    },
    "nobody unmatched": {"unmatched": ()},
    "a price below nothing": {"prices": {"s": 0, "t": -1}},
    "a price too high": {"prices": {"s": 100, "t": 0}},
    "no prices": {"prices": {}},
    "another worth of a place": {"place": 10},
    "another input": {"digest": "0" * 64},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_a_result_that_somebody_changed_is_refused(good, change):
    with pytest.raises(NotVerified):
        verify(replace(good, **change), PEOPLE, CRITERIA, NONE)


def test_a_price_that_is_too_low_is_refused():
    people = [mentee("a"), mentee("b"), mentor("s")]
    right = solve(people, CRITERIA, NONE, key=b"k")
    assert right.prices == {"s": right.place + 340}
    verify(right, people, CRITERIA, NONE)
    with pytest.raises(NotVerified):
        verify(replace(right, prices={"s": right.place + 339}), people, CRITERIA, NONE)


FORGED = {
    "a place given twice": ([mentee("a"), mentee("b"), mentor("s")], ["as", "bs"], {"s": 0}),
    "a worse place for less than nothing": (
        [mentee("a"), mentor("s"), mentor("t", government="regional")],
        ["at"],
        {"s": 0, "t": -40},
    ),
    "a forbidden pair at the price of a place": (
        [mentee("a", languages={}), mentor("s")],
        ["as"],
        {"s": 2 * 340 + 1 - 1},
    ),
}


@pytest.mark.parametrize(("people", "pairs", "prices"), FORGED.values(), ids=FORGED)
def test_prices_made_up_so_that_the_sums_agree_prove_nothing(people, pairs, prices):
    known = {one.key: one for one in people}
    forged = replace(
        solve(people, CRITERIA, NONE, key=b"k"),
        pairs=tuple(
            Pair(one, two, solving.points(known[one], known[two], CRITERIA)) for one, two in pairs
        ),
        unmatched=(),
        prices=prices,
    )
    with pytest.raises(NotVerified):
        verify(forged, people, CRITERIA, NONE)


def test_a_locked_pair_that_was_forgotten_is_refused(good):
    locked = Decisions(locked=frozenset({("a", "t")}))
    right = solve(PEOPLE, CRITERIA, locked, key=b"k")
    verify(right, PEOPLE, CRITERIA, locked)
    with pytest.raises(NotVerified):
        verify(replace(good, digest=right.digest), PEOPLE, CRITERIA, locked)


def test_a_solver_that_errs_brings_no_result(monkeypatch):
    right = solving._assign

    def errs(board, edges):
        chosen = right(board, edges)
        at = np.nonzero(chosen >= 0)[0][0]
        chosen[at] = -1
        return chosen

    monkeypatch.setattr(solving, "_assign", errs)
    with pytest.raises(NotVerified):
        solve(pool(60), CRITERIA, NONE, key=b"k")


@pytest.mark.parametrize("size", [50, 200])
def test_pairs_exchanged_at_random_have_no_prices_or_do_not_verify(size):
    people = pool(size, seed=size)
    right = solve(people, CRITERIA, NONE, key=b"k")
    mentees = [one for one in people if one.side is Side.MENTEE]
    mentors = [one for one in people if one.side is Side.MENTOR]
    board = Board(mentees, mentors, CRITERIA, NONE)
    column = {one.key: at for at, one in enumerate(mentors)}
    mentor_of = {each.mentee: column[each.mentor] for each in right.pairs}
    chosen = np.array([mentor_of.get(one.key, -1) for one in mentees])
    prices = np.array([right.prices[one.key] for one in mentors])
    proof.check(board, chosen, prices)
    edges = solving._edges(board, size)
    worth = np.concatenate([part for _, part in board.blocks()])
    refused = 0
    for one, two in np.random.default_rng(1).integers(0, size, (200, 2)):
        turned = chosen.copy()
        turned[[one, two]] = chosen[[two, one]]
        made = turned >= 0
        if worth[np.nonzero(made)[0], turned[made]].sum() == right.score:
            continue
        refused += 1
        with pytest.raises(NotVerified):
            proof.check(board, turned, prices)
        with pytest.raises(NotVerified):
            proof.check(board, turned, proof.prices(board, edges, turned))
    assert refused > 100


@settings(deadline=None)
@given(RUNS, st.integers(0, 3))
def test_a_price_is_what_would_be_lost_with_one_place_less(run, which):
    mentees, mentors, criteria, decisions = run
    if which >= len(mentors) or mentors[which].capacity == 0:
        return
    people = [*mentees, *mentors]
    before = solve(people, criteria, decisions, key=b"k")
    people[len(mentees) + which] = replace(mentors[which], capacity=mentors[which].capacity - 1)
    after = solve(people, criteria, decisions, key=b"k")
    fewer = len(before.pairs) - len(after.pairs)
    lost = fewer * before.place + before.score - after.score
    assert before.prices[mentors[which].key] == lost
