"""What a pair is worth, and that one pair and all pairs at once are reckoned alike."""

import numpy as np
import pytest
from hypothesis import given, settings

from mentoring.matching import points
from mentoring.matching.board import CLOSED, Board
from mentoring.matching.profiles import Criterion, Decisions
from mentoring.matching.rules import Rule, all_broken
from tests.factories.matching import CRITERIA, WEIGHTS, mentee, mentor, pool
from tests.mentoring.strategies import RUNS


def test_the_best_conceivable_pair_has_all_the_points():
    assert points.points(mentee("a"), mentor("b"), CRITERIA) == WEIGHTS


@pytest.mark.parametrize(
    ("criterion", "facts", "expected"),
    [
        (Criterion.TOPICS, {"topics": frozenset({"health"})}, 0),
        (Criterion.TOPICS, {"topics": frozenset({"health", "housing"})}, 100),
        (Criterion.URBANISATION, {"urbanisation": 2}, 30),
        (Criterion.URBANISATION, {"urbanisation": 3}, 0),
        (Criterion.SIZE, {"size": 1}, 27),
        (Criterion.SIZE, {"size": 2}, 13),
        (Criterion.SIZE, {"size": 3}, 0),
        (Criterion.GOVERNMENT, {"government": "regional"}, 0),
        (Criterion.EXPERIENCE, {"experience": 1}, 20),
        (Criterion.EXPERIENCE, {"experience": 0}, 0),
        (Criterion.EXPERIENCE, {"experience": 9}, 40),
        (Criterion.LANGUAGE, {"languages": {"en": 4}}, 10),
        (Criterion.LANGUAGE, {"languages": {"en": 5, "fr": 6}}, 20),
        (Criterion.AVAILABILITY, {"availability": frozenset({"mon-am", "fri-pm"})}, 8),
    ],
)
def test_a_mentor_who_differs_in_one_fact_loses_points_there_alone(criterion, facts, expected):
    found = points.points(mentee("a"), mentor("b", **facts), CRITERIA)
    assert found == WEIGHTS | {criterion: expected}


def test_one_of_three_topics_that_are_sought_is_a_third_and_offering_more_is_no_fault():
    one = mentee("a", topics=frozenset({"housing", "health", "work"}))
    two = mentor("b", topics=frozenset({"housing", "funding", "data", "schools"}))
    assert points.points(one, two, CRITERIA)[Criterion.TOPICS] == 33


def test_halves_are_rounded_up():
    assert [points.share(weight, 1, 2) for weight in (1, 2, 3)] == [1, 1, 2]


@settings(deadline=None)
@given(RUNS)
def test_points_are_whole_and_between_nothing_and_the_weight(run):
    mentees, mentors, criteria, _ = run
    for one in mentees:
        for two in mentors:
            for criterion, found in points.points(one, two, criteria).items():
                assert isinstance(found, int)
                assert 0 <= found <= criteria.weight(criterion)


def every(board: Board) -> slice:
    return slice(0, board.shape[0])


@settings(deadline=None)
@given(RUNS)
def test_all_pairs_at_once_have_the_points_of_each_pair(run):
    mentees, mentors, criteria, decisions = run
    board = Board(mentees, mentors, criteria, decisions)
    one_by_one = [[points.total(one, two, criteria) for two in mentors] for one in mentees]
    assert board.worth(every(board)).tolist() == one_by_one


@settings(deadline=None)
@given(RUNS)
def test_all_pairs_at_once_break_the_rules_that_each_pair_breaks(run):
    mentees, mentors, criteria, decisions = run
    board = Board(mentees, mentors, criteria, decisions)
    masks = dict(board.broken(every(board)))
    assert masks.keys() == set(Rule)
    for row, one in enumerate(mentees):
        for column, two in enumerate(mentors):
            found = [rule for rule in Rule if masks[rule][row, column]]
            assert found == all_broken(one, two, criteria, decisions)
    for rows, worth in board.blocks():
        any_broken = np.any([mask[rows] for mask in masks.values()], axis=0)
        assert ((worth == CLOSED) == any_broken).all()


def test_blocks_of_rows_say_what_one_look_at_all_of_them_says(monkeypatch):
    people = pool(60)
    board = Board(people[:60], people[60:], CRITERIA, Decisions())
    whole = np.concatenate([worth for _, worth in board.blocks()])
    monkeypatch.setattr("mentoring.matching.board.BLOCK", 100)
    monkeypatch.setattr("mentoring.matching.board.KEPT", 0)
    again = Board(people[:60], people[60:], CRITERIA, Decisions())
    parts = list(again.blocks())
    assert len(parts) == 30
    assert (np.concatenate([worth for _, worth in parts]) == whole).all()


def test_more_topics_than_fit_into_one_word_are_all_counted():
    names = [f"topic {at}" for at in range(100)]
    one = mentee("a", topics=frozenset(names), availability=frozenset(names))
    mentors = [mentor(f"b{at}", topics=frozenset(names[: 25 * at])) for at in range(5)]
    board = Board([one], mentors, CRITERIA, Decisions())
    expected = [points.total(one, two, CRITERIA) for two in mentors]
    assert board.worth(every(board)).tolist() == [expected]
    assert expected[4] - expected[0] == 100
