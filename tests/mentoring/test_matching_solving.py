"""The best pairs: as many as possible, then the most points; the same in any order."""

import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentoring.matching import solving
from mentoring.matching.locking import CannotLock
from mentoring.matching.points import total
from mentoring.matching.profiles import Criteria, Criterion, Decisions, PairKeys, Person, Side
from mentoring.matching.proof import verify
from mentoring.matching.results import Result
from mentoring.matching.rules import Rule, blocked_by
from mentoring.matching.solving import solve
from tests.factories.matching import CRITERIA, alike, mentee, mentor, pool
from tests.mentoring.strategies import RUNS

KEY = b"the run's own secret"
NONE = Decisions()


def solved(people: list[Person], decisions: Decisions = NONE, **more) -> Result:
    return solve(people, **{"criteria": CRITERIA, "key": KEY} | more, decisions=decisions)


def keys(result: Result) -> list[PairKeys]:
    return [pair.keys for pair in result.pairs]


def value(result: Result) -> tuple[int, int]:
    return len(result.pairs), result.score


def best_by_trying_all(
    mentees: list[Person], mentors: list[Person], criteria: Criteria, decisions: Decisions
) -> tuple[int, int]:
    """Pairs and points of the best of all choices there are."""
    left = Counter({one.key: one.capacity for one in mentors})

    def best(at: int) -> tuple[int, int]:
        if at == len(mentees):
            return 0, 0
        found = best(at + 1)
        for one in mentors:
            if left[one.key] and not blocked_by(mentees[at], one, criteria, decisions):
                left[one.key] -= 1
                pairs, points = best(at + 1)
                found = max(found, (pairs + 1, points + total(mentees[at], one, criteria)))
                left[one.key] += 1
        return found

    return best(0)


def must_hold(
    result: Result, people: list[Person], criteria: Criteria, decisions: Decisions
) -> None:
    known = {one.key: one for one in people}
    assert len({pair.mentee for pair in result.pairs}) == len(result.pairs)
    for key, count in Counter(pair.mentor for pair in result.pairs).items():
        assert count <= known[key].capacity
    for pair in result.pairs:
        one, two = known[pair.mentee], known[pair.mentor]
        assert (one.side, two.side) == (Side.MENTEE, Side.MENTOR)
        assert pair.score == total(one, two, criteria)
        if not pair.locked:
            assert blocked_by(one, two, criteria, decisions) is None
    matched = {pair.mentee for pair in result.pairs}
    mentees = {one.key for one in people if one.side is Side.MENTEE}
    assert (matched | set(result.unmatched), matched & set(result.unmatched)) == (mentees, set())


@settings(deadline=None)
@given(RUNS)
def test_no_choice_of_all_that_there_are_is_better(run):
    mentees, mentors, criteria, decisions = run
    result = solve([*mentees, *mentors], criteria, decisions, key=KEY)
    must_hold(result, [*mentees, *mentors], criteria, decisions)
    assert value(result) == best_by_trying_all(mentees, mentors, criteria, decisions)


@pytest.mark.parametrize(("mentees", "mentors"), [(0, 0), (3, 0), (0, 3)])
def test_a_side_without_people_leaves_the_other_without_pairs(mentees, mentors):
    people = [
        *(mentee(f"a{at}") for at in range(mentees)),
        *(mentor(f"b{at}") for at in range(mentors)),
    ]
    assert (solved(people).pairs, len(solved(people).unmatched)) == ((), mentees)


def test_two_pairs_without_a_point_come_before_one_of_many():
    people = [
        mentee("a", languages={"en": 6, "fr": 6}),
        mentee("b", languages={"fr": 6}, topics=frozenset({"work"})),
        mentor("c", languages={"en": 6, "fr": 6}),
        mentor("d", topics=frozenset()),
    ]
    result = solved(people, criteria=replace(CRITERIA, weights={Criterion.TOPICS: 100}))
    assert (keys(result), result.score) == ([("a", "d"), ("b", "c")], 0)


@pytest.mark.parametrize("size", [40, 300, 450])
@pytest.mark.parametrize("change", [list, alike])
def test_proved_and_within_the_rules_at_any_size(size, change):
    people = change(pool(size, seed=size))
    result = solved(people)
    must_hold(result, people, CRITERIA, NONE)
    verify(result, people, CRITERIA, NONE)


# --- Nobody gains by a name or by coming first ------------------------------------------------


@pytest.mark.parametrize(("size", "times"), [(6, 60), (60, 30), (300, 8), (420, 4)])
def test_the_same_people_in_any_order_make_the_same_pairs(size, times):
    people = alike(pool(size, seed=3))
    first = solved(people)
    draw = random.Random(4)  # noqa: S311
    for _ in range(times):
        draw.shuffle(people)
        assert solved(people) == first


def test_another_process_makes_the_same_pairs():
    code = (
        "import hashlib\n"
        "from tests.factories.matching import CRITERIA, alike, pool\n"
        "from mentoring.matching.profiles import Decisions\n"
        "from mentoring.matching.solving import solve\n"
        "found = solve(alike(pool(150)), CRITERIA, Decisions(), key=b'x')\n"
        "print(hashlib.sha256(repr([pair.keys for pair in found.pairs]).encode()).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


def test_of_two_equal_people_each_has_the_only_place_in_about_half_of_all_runs():
    """By chance alone, fewer than one in a million such tests would lie outside."""
    runs = 400
    for names in (["aaa", "zzz"], ["zzz", "aaa"]):
        people = [*map(mentee, names), mentor("b")]
        first = sum(
            keys(solved(people, key=b"run %d" % run))[0][0] == names[0] for run in range(runs)
        )
        assert abs(first - runs / 2) < 5 * (runs**0.5) / 2


def test_a_place_in_the_alphabet_is_worth_nothing():
    """Of forty equal people with twenty places, the first half by key has about half of them."""
    people = [*(mentee(f"a{at:02}") for at in range(40)), mentor("b", capacity=20)]
    runs = 60
    first = sum(
        sum(pair.mentee < "a20" for pair in solved(people, key=b"run %d" % run).pairs)
        for run in range(runs)
    )
    assert abs(first / runs - 10) < 1.2


@settings(deadline=None)
@given(RUNS, st.permutations(range(9)))
def test_other_keys_for_the_same_people_leave_pairs_and_points_as_they_are(run, turned):
    mentees, mentors, criteria, _ = run
    people = [replace(one, not_with=frozenset()) for one in (*mentees, *mentors)]
    renamed = [replace(one, key=f"person {turned[at]}") for at, one in enumerate(people)]
    before, after = (solve(some, criteria, NONE, key=KEY) for some in (people, renamed))
    assert value(before) == value(after)


def test_two_people_with_one_key_are_refused():
    with pytest.raises(ValueError, match="one key"):
        solved([mentee("a"), mentor("a")])


# --- What coordinators decide -----------------------------------------------------------------


def test_a_locked_pair_is_made_though_another_choice_were_better():
    people = [mentee("a"), mentor("b"), mentor("c", government="national")]
    result = solved(people, Decisions(locked=frozenset({("a", "c")})))
    assert [(pair.keys, pair.locked) for pair in result.pairs] == [(("a", "c"), True)]
    verify(result, people, CRITERIA, Decisions(locked=frozenset({("a", "c")})))


def test_a_locked_pair_takes_a_place_and_leaves_the_others():
    people = [mentee("a"), mentee("d"), mentee("e"), mentor("b", capacity=2)]
    result = solved(people, Decisions(locked=frozenset({("e", "b")})))
    assert ("e", "b") in keys(result)
    assert (len(result.pairs), len(result.unmatched)) == (2, 1)


def test_a_locked_pair_may_lie_below_the_floor():
    high = replace(CRITERIA, floor=341)
    people = [mentee("a"), mentee("d"), mentor("b", capacity=2)]
    result = solved(people, Decisions(locked=frozenset({("a", "b")})), criteria=high)
    assert (keys(result), result.unmatched) == ([("a", "b")], ("d",))


@pytest.mark.parametrize(
    ("locked", "rule"),
    [
        ({("a", "x")}, None),
        ({("x", "b")}, None),
        ({("b", "a")}, None),
        ({("a", "b"), ("d", "b")}, Rule.NO_CAPACITY),
        ({("a", "b"), ("a", "c")}, Rule.NO_CAPACITY),
        ({("d", "c")}, Rule.LANGUAGE),
    ],
)
def test_a_locked_pair_that_cannot_be_is_refused_with_the_rule(locked, rule):
    people = [mentee("a"), mentee("d"), mentor("b"), mentor("c", languages={"fr": 6})]
    people[0] = replace(people[0], languages={"en": 6, "fr": 6})
    with pytest.raises(CannotLock) as refused:
        solved(people, Decisions(locked=frozenset(locked)))
    assert refused.value.rule is rule
    assert refused.value.pair in locked


def test_a_pair_cannot_be_locked_and_forbidden():
    pair = frozenset({("a", "b")})
    with pytest.raises(CannotLock) as refused:
        solved([mentee("a"), mentor("b")], Decisions(locked=pair, forbidden=pair))
    assert refused.value.rule is Rule.FORBIDDEN


@pytest.mark.parametrize("kind", ["forbidden", "ended"])
def test_a_pair_that_was_forbidden_or_ended_is_not_made(kind):
    people = [mentee("a"), mentor("b"), mentor("c", government="national")]
    assert keys(solved(people)) == [("a", "b")]
    decided = Decisions(**{kind: frozenset({("a", "b")})})
    assert keys(solved(people, decided)) == [("a", "c")]


def test_a_higher_floor_never_brings_more_and_holds_for_every_pair():
    people = pool(80)
    found = [
        solved(people, criteria=replace(CRITERIA, floor=floor)) for floor in (0, 120, 200, 400)
    ]
    for floor, result in zip((0, 120, 200, 400), found, strict=True):
        assert all(pair.score >= floor for pair in result.pairs)
    assert all(value(low) >= value(high) for low, high in pairwise(found))
    assert len(found[-1].pairs) == 0


# --- Many people ------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [list, alike])
@pytest.mark.parametrize(("size", "mentors"), [(420, None), (600, None), (420, 100), (150, 500)])
def test_looking_at_the_best_of_each_finds_what_looking_at_all_finds(
    monkeypatch, size, mentors, change
):
    people = change(pool(size, seed=size, mentors=mentors))
    pruned = solved(people)
    monkeypatch.setattr(solving, "FEW", 1000)
    whole = solved(people)
    assert value(pruned) == value(whole)


@settings(deadline=None)
@given(RUNS, st.integers(1, 2))
def test_what_the_best_of_each_leave_out_is_brought_back(run, keep):
    mentees, mentors, criteria, decisions = run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solving, "FEW", 0)
        patch.setattr(solving, "KEEP", keep)
        result = solve([*mentees, *mentors], criteria, decisions, key=KEY)
    assert value(result) == best_by_trying_all(mentees, mentors, criteria, decisions)


def test_everybody_wants_the_same_few_and_all_the_same_are_matched(monkeypatch):
    """The best of each are then the same for all, and far too few."""
    monkeypatch.setattr(solving, "FEW", 0)
    monkeypatch.setattr(solving, "KEEP", 3)
    good = [mentor(f"good-{at}") for at in range(3)]
    others = [mentor(f"other-{at}", government="national") for at in range(37)]
    result = solved([*(mentee(f"a{at}") for at in range(40)), *good, *others])
    assert value(result) == (40, 3 * 340 + 37 * 300)
