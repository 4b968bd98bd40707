"""People to match, and a call: facts drawn by a seed, and single people with facts as needed."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

from mentoring.matching.profiles import Criteria, Criterion, Person, Side

PERIOD = (date(2027, 1, 1), date(2027, 9, 30))
WEIGHTS = {
    Criterion.TOPICS: 100,
    Criterion.URBANISATION: 60,
    Criterion.SIZE: 40,
    Criterion.GOVERNMENT: 40,
    Criterion.EXPERIENCE: 40,
    Criterion.LANGUAGE: 30,
    Criterion.AVAILABILITY: 30,
}
CRITERIA = Criteria(period=PERIOD, weights=WEIGHTS)
DAYS = ("mon", "tue", "wed", "thu", "fri")
HALF_DAYS = [f"{day}-{half}" for day in DAYS for half in ("am", "pm")]
LEVELS = ["local", "intermediate", "regional", "national"]


def mentee(key: str, **facts: Any) -> Person:
    """Somebody who may be matched with every `mentor`, for the best conceivable points."""
    return _person(key, Side.MENTEE, **{"experience": 0, **facts})


def mentor(key: str, **facts: Any) -> Person:
    return _person(key, Side.MENTOR, **{"experience": 2, **facts})


def _person(key: str, side: Side, **facts: Any) -> Person:
    usual: dict[str, Any] = {
        "topics": frozenset({"housing"}),
        "languages": {"en": 6},
        "government": "local",
        "availability": frozenset(HALF_DAYS[:4]),
    }
    return Person(key=key, side=side, **usual | facts)


def pool(mentees: int, *, seed: int = 1, mentors: int | None = None) -> list[Person]:
    """Mentees, and six mentors for ten of them with one to three places each. Of all pairs about
    one in seven may be made."""
    draw = random.Random(seed)  # noqa: S311
    count = mentees * 6 // 10 if mentors is None else mentors
    return [
        *(_drawn(draw, Side.MENTEE, at) for at in range(mentees)),
        *(_drawn(draw, Side.MENTOR, at) for at in range(count)),
    ]


def alike(people: list[Person]) -> list[Person]:
    """The same people with few differences left: most choices are between equals."""
    return [
        replace(one, topics=frozenset({"a"}), size=0, experience=one.experience % 2, government="")
        for one in people
    ]


def _drawn(draw: random.Random, side: Side, at: int) -> Person:
    languages = {f"l{draw.randrange(24)}": 6, "en": draw.randint(1, 6)}
    if draw.random() < 0.4:
        languages.setdefault(f"l{draw.randrange(24)}", draw.randint(1, 6))
    return Person(
        key=f"{side}-{at}",
        side=side,
        organisation=f"town-{draw.randrange(2000)}",
        topics=frozenset(f"t{one}" for one in draw.sample(range(16), draw.randint(1, 4))),
        languages=languages,
        urbanisation=draw.randint(1, 3),
        size=draw.randint(0, 5),
        government=draw.choice(LEVELS),
        experience=draw.randint(0, 4),
        availability=frozenset(draw.sample(HALF_DAYS, draw.randint(1, 4))),
        capacity=draw.randint(1, 3) if side is Side.MENTOR else 1,
    )
