"""What matching may know, how heavy it is to load, and when a run has to be solved again."""

import random
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date

import pytest

from mentoring.matching.profiles import Criteria, Criterion, Decisions, Person, Side, digest
from tests.factories.matching import CRITERIA, PERIOD, WEIGHTS, mentee, mentor, pool

LIGHT = ("", ".profiles", ".rules", ".points", ".results", ".locking")


def test_matching_knows_these_facts_of_a_person_and_no_others():
    assert {each.name for each in fields(Person)} == {
        "key",
        "side",
        "organisation",
        "topics",
        "languages",
        "urbanisation",
        "size",
        "government",
        "experience",
        "availability",
        "available_from",
        "available_until",
        "capacity",
        "not_with",
        "not_with_organisations",
    }


@pytest.mark.parametrize("module", LIGHT)
def test_what_only_reads_facts_and_results_loads_neither_numpy_nor_django(module):
    code = (
        f"import sys, mentoring.matching{module}\n"
        "print([name for name in ('numpy', 'scipy', 'django') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": ""},
        {"languages": {"en": 0}},
        {"languages": {"en": 7}},
        {"urbanisation": 4},
        {"size": -1},
        {"experience": 100},
        {"capacity": -1},
    ],
)
def test_facts_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match=r" is | cannot | needs "):
        Person(**{"key": "a", "side": Side.MENTOR} | wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": PERIOD[::-1]},
        {"weights": {Criterion.SIZE: -1}},
        {"weights": {Criterion.SIZE: 1001}},
        {"language_level": 7},
        {"days_together": 0},
        {"floor": -1},
    ],
)
def test_a_call_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r" is | cannot | needs "):
        Criteria(**{"period": PERIOD, "weights": WEIGHTS} | wrong)


def test_the_same_input_has_one_digest_in_whatever_order_it_comes():
    people = pool(30)
    decisions = Decisions(locked=frozenset({("a", "b"), ("c", "d")}))
    first = digest(people, CRITERIA, decisions)
    random.Random(2).shuffle(people)  # noqa: S311
    turned = [replace(one, languages=dict(reversed(list(one.languages.items())))) for one in people]
    weights = replace(CRITERIA, weights=dict(reversed(list(WEIGHTS.items()))))
    again = Decisions(locked=frozenset({("c", "d"), ("a", "b")}))
    assert digest(turned, weights, again) == first


CHANGES = [
    {"side": Side.MENTEE},
    {"organisation": "town"},
    {"topics": frozenset({"housing", "health"})},
    {"languages": {"en": 5}},
    {"urbanisation": 2},
    {"size": 1},
    {"government": "regional"},
    {"experience": 1},
    {"availability": frozenset({"mon-am"})},
    {"available_from": date(2027, 2, 1)},
    {"available_until": date(2027, 2, 1)},
    {"capacity": 2},
    {"not_with": frozenset({"a"})},
    {"not_with_organisations": frozenset({"town"})},
]


@pytest.mark.parametrize("changed", CHANGES, ids=lambda one: next(iter(one)))
def test_any_fact_that_changes_changes_the_digest(changed):
    people = [mentee("a"), mentor("b")]
    after = [people[0], replace(people[1], **changed)]
    assert digest(people, CRITERIA, Decisions()) != digest(after, CRITERIA, Decisions())


def test_every_fact_was_changed_above():
    assert {next(iter(one)) for one in CHANGES} == {each.name for each in fields(Person)} - {"key"}


@pytest.mark.parametrize("kind", ["locked", "forbidden", "ended"])
def test_a_decision_changes_the_digest(kind):
    people = [mentee("a"), mentor("b")]
    decided = Decisions(**{kind: frozenset({("a", "b")})})
    others = [Decisions(**{other: frozenset({("a", "b")})}) for other in ("locked", "forbidden")]
    seen = {digest(people, CRITERIA, one) for one in (Decisions(), decided, *others)}
    assert len(seen) == (4 if kind == "ended" else 3)


def test_a_call_that_changes_changes_the_digest():
    changed = [
        {"period": (PERIOD[0], date(2027, 10, 1))},
        {"weights": WEIGHTS | {Criterion.SIZE: 1}},
        {"language_level": 3},
        {"days_together": 2},
        {"floor": 1},
    ]
    seen = {digest([], replace(CRITERIA, **one), Decisions()) for one in changed}
    assert len(seen | {digest([], CRITERIA, Decisions())}) == len(fields(Criteria)) + 1
