"""Reasons: the numbers add up, they are true of each pair, and they name nobody."""

from dataclasses import asdict, replace
from datetime import date

import pytest
from hypothesis import given, settings

from mentoring.matching.explaining import Near, NextBest, Reason, explain
from mentoring.matching.points import total
from mentoring.matching.profiles import Decisions, Side
from mentoring.matching.rules import CONFIDENTIAL, REMEDIES, Remedy, Rule, all_broken
from mentoring.matching.solving import solve
from tests.factories.matching import CRITERIA, WEIGHTS, mentee, mentor, pool
from tests.mentoring.strategies import RUNS

NONE = Decisions()


def explained(people, decisions=NONE, criteria=CRITERIA):
    return explain(solve(people, criteria, decisions, key=b"k"), people, criteria, decisions)


# --- Pairs ------------------------------------------------------------------------------------


def test_who_has_the_best_mentor_sees_what_the_next_best_was_worth():
    people = [mentee("a"), mentor("b"), mentor("c", government="regional")]
    found = explained(people)
    assert found.reasons["a"] == Reason(WEIGHTS, False, NextBest(300, -40, False))
    assert found.others["a"] == ("c",)


def test_who_has_another_than_the_best_sees_by_how_much_the_best_was_in_demand():
    """`c` would be the best for both. Without `c`, `b` would lose 73 points, as only `e` is left;
    without `d`, `a` would lose 13. So 60 points are lost for the 40 that `a` would gain."""
    people = [
        mentee("a"),
        mentee("b", experience=1),
        mentor("c", experience=3),
        mentor("d", government="regional"),
        mentor("e", government="regional", size=1),
    ]
    found = explained(people, Decisions(forbidden=frozenset({("b", "d")})))
    assert found.reasons["a"].next_best == NextBest(340, 60, False)
    assert found.others["a"] == ("c",)


def test_a_place_without_which_somebody_had_no_mentor_says_so():
    people = [
        mentee("a", languages={"en": 6, "fr": 6}),
        mentee("b", languages={"fr": 6}),
        mentor("c", languages={"fr": 6}),
        mentor("d", government="regional"),
        mentor("e", government="regional"),
    ]
    found = explained(people)
    best = found.reasons["a"].next_best
    assert (best.worth, best.needed) == (340, True)
    assert found.reasons["b"].next_best is None


def test_a_locked_pair_has_its_points_and_no_comparison():
    people = [mentee("a"), mentor("b"), mentor("c")]
    found = explained(people, Decisions(locked=frozenset({("a", "b")})))
    assert found.reasons == {"a": Reason(WEIGHTS, True, None)}


@settings(deadline=None)
@given(RUNS)
def test_the_next_best_is_the_best_other_and_demand_outweighs_what_it_would_gain(run):
    mentees, mentors, criteria, decisions = run
    result = solve([*mentees, *mentors], criteria, decisions, key=b"k")
    found = explain(result, [*mentees, *mentors], criteria, decisions)
    known = {one.key: one for one in mentees}
    assert found.reasons.keys() == {pair.mentee for pair in result.pairs}
    for pair in result.pairs:
        reason, own = found.reasons[pair.mentee], known[pair.mentee]
        assert sum(reason.points.values()) == pair.score
        other = {
            two.key: total(own, two, criteria)
            for two in mentors
            if two.key != pair.mentor and not all_broken(own, two, criteria, decisions)
        }
        if not other:
            assert reason.next_best is None
            continue
        best = reason.next_best
        assert best.worth == max(other.values()) == other[found.others[pair.mentee][0]]
        assert best.worth - best.demand <= pair.score
        price = result.prices
        assert best.demand == price[found.others[pair.mentee][0]] - price[pair.mentor]


# --- People in no pair ------------------------------------------------------------------------

ALONE = [
    ({"languages": {"en": 3}}, NONE, Near(310, Rule.LANGUAGE, Remedy.LANGUAGE, 3, 4)),
    ({"languages": {}}, NONE, Near(310, Rule.LANGUAGE, Remedy.LANGUAGE, 0, 4)),
    (
        {"available_until": date(2026, 12, 1)},
        NONE,
        Near(340, Rule.PERIOD, Remedy.DATES, 0, 1),
    ),
    (
        {"availability": frozenset({"fri-pm"})},
        NONE,
        Near(310, Rule.NO_COMMON_TIME, Remedy.HALF_DAYS),
    ),
    ({"organisation": "town"}, NONE, Near(340, Rule.SAME_ORGANISATION, Remedy.NOTHING)),
    ({}, Decisions(ended=frozenset({("a", "b")})), Near(340, Rule.ENDED, Remedy.NOTHING)),
]


@pytest.mark.parametrize(("facts", "decisions", "near"), ALONE)
def test_who_is_alone_learns_the_rule_and_what_would_change_it(facts, decisions, near):
    people = [mentee("a", **facts), mentor("b", organisation="town")]
    found = explained(people, decisions)
    for key, other in (("a", "b"), ("b", "a")):
        without = found.without[key]
        assert (without.possible, without.near) == (0, (near,))
        assert {rule for rule, count in without.blocked.items() if count} == {near.rule}
        assert found.others[key] == (other,)


def test_a_floor_that_keeps_a_pair_away_is_named_with_the_points_there_are():
    people = [mentee("a"), mentor("b", government="regional")]
    found = explained(people, criteria=replace(CRITERIA, floor=320))
    assert found.without["a"].near == (
        Near(300, Rule.BELOW_FLOOR, Remedy.COORDINATOR, has=300, needs=320),
    )


def test_who_was_possible_and_came_away_without_sees_that_places_were_short():
    found = explained([mentee("a"), mentee("b"), mentor("c", government="regional")])
    (without,) = found.without.values()
    assert (without.side, without.possible, without.best, without.near) == (
        Side.MENTEE,
        1,
        300,
        (),
    )


def test_of_many_near_misses_the_three_best_are_named():
    people = [
        mentee("a", languages={"fr": 6}),
        *(mentor(f"b{at}", size=at) for at in (4, 1, 0, 2)),
    ]
    found = explained(people)
    assert [near.worth for near in found.without["a"].near] == [310, 297, 283]
    assert found.others["a"] == ("b0", "b1", "b2")
    assert found.without["a"].blocked[Rule.LANGUAGE] == 4


@pytest.mark.parametrize(
    ("facts", "decisions"),
    [
        ({"not_with": frozenset({"a"})}, NONE),
        ({}, Decisions(forbidden=frozenset({("a", "b")}))),
    ],
)
def test_what_somebody_else_said_reaches_the_coordinator_alone(facts, decisions):
    found = explained([mentee("a"), mentor("b", **facts)], decisions)
    without = found.without["a"]
    assert (without.near, found.others["a"]) == ((), ())
    assert not CONFIDENTIAL & without.blocked.keys()
    assert sum(found.confidential["a"].values()) == 1


@settings(deadline=None)
@given(RUNS)
def test_counts_and_near_misses_are_those_of_each_pair(run):
    mentees, mentors, criteria, decisions = run
    result = solve([*mentees, *mentors], criteria, decisions, key=b"k")
    found = explain(result, [*mentees, *mentors], criteria, decisions)
    paired = {key for pair in result.pairs for key in pair.keys}
    assert found.without.keys() == {one.key for one in (*mentees, *mentors)} - paired
    for one in (*mentees, *mentors):
        if one.key in paired:
            continue
        others = mentors if one.side is Side.MENTEE else mentees
        pairs = [(one, two) if one.side is Side.MENTEE else (two, one) for two in others]
        broken = [all_broken(*pair, criteria, decisions) for pair in pairs]
        worth = [total(*pair, criteria) for pair in pairs]
        without = found.without[one.key]
        told = without.blocked | found.confidential[one.key]
        assert told == {rule: sum(rule in each for each in broken) for rule in Rule}
        assert without.possible == broken.count([])
        near = sorted(
            (
                value
                for value, each in zip(worth, broken, strict=True)
                if len(each) == 1 and each[0] not in CONFIDENTIAL
            ),
            reverse=True,
        )
        assert [each.worth for each in without.near] == near[:3]
        for each, other in zip(without.near, found.others[one.key], strict=True):
            at = [two.key for two in others].index(other)
            assert (broken[at], worth[at]) == ([each.rule], each.worth)
            assert each.remedy is REMEDIES[each.rule]


@settings(deadline=None)
@given(RUNS)
def test_pairs_that_would_rather_have_each_other_are_counted(run):
    mentees, mentors, criteria, decisions = run
    result = solve([*mentees, *mentors], criteria, decisions, key=b"k")
    own = {pair.mentee: pair.score for pair in result.pairs}
    theirs = {
        one.key: sorted(pair.score for pair in result.pairs if pair.mentor == one.key)
        for one in mentors
    }

    def would_rather(one, two) -> bool:
        worth = total(one, two, criteria)
        has = theirs[two.key]
        return worth > own.get(one.key, -1) and (len(has) < two.capacity or worth > has[0])

    expected = sum(
        would_rather(one, two)
        for one in mentees
        for two in mentors
        if not all_broken(one, two, criteria, decisions)
    )
    found = explain(result, [*mentees, *mentors], criteria, decisions)
    assert found.unstable == expected


def test_what_a_person_may_be_told_names_nobody():
    people = pool(60)
    found = explained(people)
    assert len(found.without) > 1
    for facts in (*found.reasons.values(), *found.without.values()):
        said = repr(asdict(facts))
        assert not any(repr(one.key) in said for one in people)


def test_people_in_another_order_are_told_the_same():
    people = pool(60)
    result = solve(people, CRITERIA, NONE, key=b"k")
    assert explain(result, people, CRITERIA, NONE) == explain(result, people[::-1], CRITERIA, NONE)


def test_people_are_looked_at_a_few_at_a_time_without_a_difference(monkeypatch):
    people = pool(60, mentors=20)
    whole = explained(people)
    monkeypatch.setattr("mentoring.matching.explaining.BLOCK", 100)
    monkeypatch.setattr("mentoring.matching.board.BLOCK", 100)
    assert explained(people) == whole
