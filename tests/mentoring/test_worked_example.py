"""The example that docs/mentoring.md tells is what matching does."""

import re
from datetime import date

import pytest
from django.conf import settings

from mentoring.matching.explaining import explain
from mentoring.matching.points import points
from mentoring.matching.profiles import B1, B2, C1, C2, Criteria, Criterion, Decisions, Person, Side
from mentoring.matching.rules import Rule, blocked_by
from mentoring.matching.solving import solve

TEXT = (settings.BASE_DIR / "docs/mentoring.md").read_text(encoding="utf-8")
COLUMNS = (Criterion.TOPICS, Criterion.LANGUAGE, Criterion.URBANISATION, Criterion.EXPERIENCE)
CRITERIA = Criteria(
    period=(date(2027, 1, 1), date(2027, 9, 30)),
    weights={
        Criterion.TOPICS: 40,
        Criterion.LANGUAGE: 20,
        Criterion.URBANISATION: 20,
        Criterion.EXPERIENCE: 20,
    },
)


def somebody(name, side, topics, languages, urbanisation, experience):
    return Person(
        key=name,
        side=side,
        organisation=name,
        topics=frozenset(topics.split()),
        languages=languages,
        urbanisation=urbanisation,
        experience=experience,
        availability=frozenset({"mon-am"}),
    )


PEOPLE = {
    person.key: person
    for person in (
        somebody("Ana", Side.MENTEE, "housing health", {"en": C1}, 3, 1),
        somebody("Bruno", Side.MENTEE, "housing", {"en": B2}, 3, 2),
        somebody("Cecilia", Side.MENTEE, "housing", {"es": C2, "en": B1}, 3, 0),
        somebody("Dora", Side.MENTOR, "housing health", {"en": C2}, 3, 3),
        somebody("Emil", Side.MENTOR, "health", {"en": C2}, 2, 3),
    )
}
ROWS = re.findall(r"^\| (Ana|Bruno|Cecilia) \| (Dora|Emil) \| (.*) \|$", TEXT, re.MULTILINE)


@pytest.fixture(scope="module")
def result():
    return solve(PEOPLE.values(), CRITERIA, Decisions(), key=b"of the example")


@pytest.mark.parametrize(("mentee", "mentor", "cells"), ROWS)
def test_each_row_of_the_table_is_what_the_pair_is_worth(mentee, mentor, cells):
    pair = PEOPLE[mentee], PEOPLE[mentor]
    *told, total = cells.split(" | ")
    worth = points(*pair, CRITERIA)
    if total == "not possible: language":
        assert blocked_by(*pair, CRITERIA, Decisions()) == Rule.LANGUAGE
    else:
        assert told == [str(worth[name]) for name in COLUMNS]
        assert total == str(sum(worth.values()))


def test_the_table_is_whole():
    assert len(ROWS) == 6


def test_together_they_are_worth_what_the_text_says_and_the_rest_too(result):
    assert {pair.keys for pair in result.pairs} == {("Ana", "Emil"), ("Bruno", "Dora")}
    assert f"from Dora: {result.score}." in TEXT
    reasons = explain(result, PEOPLE.values(), CRITERIA, Decisions())
    best = reasons.reasons["Ana"].next_best
    assert f"was worth {best.worth}\npoints" in TEXT
    assert f"by at least {best.demand}*" in TEXT
    assert reasons.unstable == 1
    near = reasons.without["Cecilia"].near[0]
    assert f"worth {near.worth} points with one mentor" in TEXT
    assert (near.has, near.needs) == (B1, B2)
