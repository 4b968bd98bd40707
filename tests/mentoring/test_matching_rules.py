"""What forbids a pair, one rule at a time."""

from dataclasses import replace
from datetime import date

import pytest

from mentoring.matching.profiles import Decisions
from mentoring.matching.rules import REMEDIES, Rule, all_broken, blocked_by
from tests.factories.matching import CRITERIA, mentee, mentor

PAIR = frozenset({("a", "b")})
ONE_RULE = [
    (Rule.NO_CAPACITY, {}, {"capacity": 0}),
    (Rule.SAME_ORGANISATION, {"organisation": "town"}, {"organisation": "town"}),
    (Rule.CONFLICT, {"not_with": frozenset({"b"})}, {}),
    (Rule.CONFLICT, {}, {"not_with": frozenset({"a"})}),
    (Rule.CONFLICT, {"not_with_organisations": frozenset({"town"})}, {"organisation": "town"}),
    (Rule.CONFLICT, {"organisation": "town"}, {"not_with_organisations": frozenset({"town"})}),
    (Rule.LANGUAGE, {"languages": {"en": 3}}, {}),
    (Rule.LANGUAGE, {"languages": {"fr": 6}}, {}),
    (Rule.LANGUAGE, {"languages": {"en": 6, "fr": 3}}, {"languages": {"en": 3, "fr": 6}}),
    (Rule.PERIOD, {"available_from": date(2027, 10, 1)}, {}),
    (Rule.PERIOD, {}, {"available_until": date(2026, 12, 31)}),
    (Rule.PERIOD, {"available_until": date(2027, 3, 1)}, {"available_from": date(2027, 3, 2)}),
    (Rule.NO_COMMON_TIME, {"availability": frozenset({"fri-pm"})}, {}),
    (Rule.NO_COMMON_TIME, {"availability": frozenset()}, {}),
]


@pytest.mark.parametrize(("rule", "one", "two"), ONE_RULE)
def test_a_pair_that_breaks_one_rule_is_forbidden_by_it_alone(rule, one, two):
    assert all_broken(mentee("a", **one), mentor("b", **two), CRITERIA, Decisions()) == [rule]


@pytest.mark.parametrize(
    ("rule", "decisions"),
    [
        (Rule.ENDED, Decisions(ended=PAIR)),
        (Rule.FORBIDDEN, Decisions(forbidden=PAIR)),
    ],
)
def test_what_was_decided_about_a_pair_holds_for_this_pair_alone(rule, decisions):
    assert blocked_by(mentee("a"), mentor("b"), CRITERIA, decisions) is rule
    assert blocked_by(mentee("a"), mentor("c"), CRITERIA, decisions) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {}),
        ({"organisation": "town"}, {"organisation": "city"}),
        ({"organisation": ""}, {"organisation": ""}),
        ({"languages": {"en": 4}}, {}),
        ({"available_until": date(2027, 3, 1)}, {"available_from": date(2027, 3, 1)}),
        ({"available_from": date(2027, 9, 30)}, {}),
        ({"not_with": frozenset({"c"})}, {}),
    ],
)
def test_what_only_just_keeps_a_rule_is_allowed(one, two):
    assert blocked_by(mentee("a", **one), mentor("b", **two), CRITERIA, Decisions()) is None


def test_two_who_are_both_there_too_briefly_are_no_pair():
    one, two = mentee("a", available_until=date(2027, 3, 1)), mentor("b")
    for days, rule in ((60, None), (61, Rule.PERIOD)):
        asked = replace(CRITERIA, days_together=days)
        assert blocked_by(one, two, asked, Decisions()) is rule


def test_a_pair_below_the_floor_is_not_made_and_one_at_it_is():
    one, two = mentee("a"), mentor("b", government="regional")
    for floor, rule in ((300, None), (301, Rule.BELOW_FLOOR)):
        assert blocked_by(one, two, replace(CRITERIA, floor=floor), Decisions()) is rule


def test_every_rule_that_is_broken_is_named():
    everything = {"organisation": "town", "languages": {}, "availability": frozenset()}
    one = mentee("a", available_from=date(2028, 1, 1), not_with=frozenset({"b"}), **everything)
    two = mentor("b", capacity=0, **everything)
    decisions = Decisions(ended=PAIR, forbidden=PAIR)
    found = all_broken(one, two, replace(CRITERIA, floor=340), decisions)
    assert found == list(Rule)


def test_for_each_rule_it_is_known_what_would_change_it():
    assert REMEDIES.keys() == set(Rule)
