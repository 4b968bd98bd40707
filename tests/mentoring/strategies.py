"""Small runs at random, in which rules forbid many pairs and many choices are between equals."""

from datetime import date

from hypothesis import strategies as st

from mentoring.matching.profiles import Criteria, Criterion, Decisions, Person, Side
from tests.factories.matching import PERIOD

MENTEES, MENTORS = ["m0", "m1", "m2", "m3", "m4"], ["t0", "t1", "t2", "t3"]
TOWNS = ["", "aa", "bb", "cc"]
DAYS = st.sampled_from([date.min, date(2027, 2, 1), date(2027, 8, 1), date.max])


def _some(values: list[str], **sizes: int) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), **sizes)


def people(side: Side, keys: list[str], others: list[str]) -> st.SearchStrategy[list[Person]]:
    def person(key: str) -> st.SearchStrategy[Person]:
        return st.builds(
            Person,
            key=st.just(key),
            side=st.just(side),
            organisation=st.sampled_from(TOWNS),
            topics=_some(["a", "b", "c"]),
            languages=st.dictionaries(st.sampled_from(["en", "fr"]), st.integers(2, 6)),
            urbanisation=st.integers(1, 3),
            size=st.integers(0, 4),
            government=st.sampled_from(["local", "regional"]),
            experience=st.integers(0, 3),
            availability=_some(["mon-am", "tue-pm", "wed-am"]),
            available_from=DAYS,
            available_until=DAYS,
            capacity=st.integers(0, 3) if side is Side.MENTOR else st.just(1),
            not_with=_some(others, max_size=1),
            not_with_organisations=_some(["aa", "bb"], max_size=1),
        )

    return st.integers(0, len(keys)).flatmap(
        lambda count: st.tuples(*map(person, keys[:count])).map(list)
    )


PAIRS = st.frozensets(st.tuples(st.sampled_from(MENTEES), st.sampled_from(MENTORS)), max_size=2)
RUNS = st.tuples(
    people(Side.MENTEE, MENTEES, MENTORS),
    people(Side.MENTOR, MENTORS, MENTEES),
    st.builds(
        Criteria,
        period=st.just(PERIOD),
        weights=st.fixed_dictionaries({one: st.integers(0, 9) for one in Criterion}),
        language_level=st.integers(1, 4),
        days_together=st.sampled_from([1, 60]),
        floor=st.sampled_from([0, 0, 8]),
    ),
    st.builds(Decisions, forbidden=PAIRS, ended=PAIRS),
)
