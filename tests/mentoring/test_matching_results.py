"""What changed between two runs."""

from dataclasses import replace

from mentoring.matching.profiles import Decisions
from mentoring.matching.results import Changes, compare
from mentoring.matching.solving import solve
from tests.factories.matching import CRITERIA, mentee, mentor

PEOPLE = [
    mentee("a"),
    mentee("b", languages={"fr": 6}),
    mentor("s"),
    mentor("t", languages={"fr": 6}),
]


def run(*people, decisions=None):
    return solve(people, CRITERIA, decisions or Decisions(), key=b"k")


def test_between_two_runs_of_the_same_nothing_changed():
    assert compare(run(*PEOPLE), run(*PEOPLE)) == Changes((), (), (), ())


def test_who_lost_a_mentor_who_left_is_newly_unmatched():
    found = compare(run(*PEOPLE), run(*PEOPLE[:3]))
    assert [pair.keys for pair in found.gone] == [("b", "t")]
    assert (found.added, found.revalued, found.newly_unmatched) == ((), (), ("b",))


def test_who_left_is_a_pair_that_is_gone_and_nobody_unmatched():
    found = compare(run(*PEOPLE), run(PEOPLE[0], *PEOPLE[2:]))
    assert [pair.keys for pair in found.gone] == [("b", "t")]
    assert found.newly_unmatched == ()


def test_a_pair_with_other_points_is_kept_and_shown_with_both():
    after = run(*PEOPLE[:2], replace(PEOPLE[2], government="regional"), PEOPLE[3])
    (pair,) = compare(run(*PEOPLE), after).revalued
    assert [each.keys for each in pair] == [("a", "s")] * 2
    assert [each.score for each in pair] == [340, 300]


def test_a_pair_that_is_locked_later_has_not_changed():
    after = run(*PEOPLE, decisions=Decisions(locked=frozenset({("a", "s")})))
    assert compare(run(*PEOPLE), after) == Changes((), (), (), ())


def test_who_has_another_mentor_is_one_pair_gone_and_one_added():
    after = run(*PEOPLE, mentor("u"), decisions=Decisions(forbidden=frozenset({("a", "s")})))
    found = compare(run(*PEOPLE), after)
    assert [pair.keys for pair in (*found.gone, *found.added)] == [("a", "s"), ("a", "u")]
    assert found.newly_unmatched == ()
