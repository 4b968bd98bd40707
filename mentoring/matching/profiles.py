"""What matching may know of people, and what a coordinator set and decided. Loads no numpy.

There is no field for a name, gender, nationality or party, so none of them can change a pair.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

PairKeys = tuple[str, str]
"""The mentee's key, the mentor's key."""

A1, A2, B1, B2, C1, C2 = range(1, 7)
HEAVIEST = 1000


class Side(StrEnum):
    MENTEE = "mentee"
    MENTOR = "mentor"


class Criterion(StrEnum):
    TOPICS = "topics"
    URBANISATION = "urbanisation"
    SIZE = "size"
    GOVERNMENT = "government"
    EXPERIENCE = "experience"
    LANGUAGE = "language"
    AVAILABILITY = "availability"


@dataclass(frozen=True)
class Person:
    """One application, by a key that nobody else in the run has.

    `topics` are sought by a mentee and offered by a mentor. `languages` has a level (A1 … C2) by
    code. `organisation` is the id of the municipality or other authority; empty where there is
    none. `urbanisation` is Eurostat's degree (1 cities … 3 rural areas); `size` and `experience`
    are places in an ordered list of bands, the smallest 0. `availability` holds half-days such as
    "mon-am", in one clock for all. `capacity` is how many more mentees a mentor takes. `not_with`
    and `not_with_organisations` hold declared conflicts; those of either side count.
    """

    key: str
    side: Side
    organisation: str = ""
    topics: frozenset[str] = frozenset()
    languages: Mapping[str, int] = field(default_factory=dict)
    urbanisation: int = 1
    size: int = 0
    government: str = ""
    experience: int = 0
    availability: frozenset[str] = frozenset()
    available_from: date = date.min
    available_until: date = date.max
    capacity: int = 1
    not_with: frozenset[str] = frozenset()
    not_with_organisations: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("A person needs a key.")
        if not all(A1 <= level <= C2 for level in self.languages.values()):
            raise ValueError("A language level is from 1 (A1) to 6 (C2).")
        if not 1 <= self.urbanisation <= 3:
            raise ValueError("A degree of urbanisation is 1, 2 or 3.")
        if not (0 <= self.size < 100 and 0 <= self.experience < 100 and self.capacity >= 0):
            raise ValueError("A band is from 0 to 99, and a capacity never below 0.")


@dataclass(frozen=True)
class Criteria:
    """What a call asks: the most points of each criterion, and what every pair needs.

    Both people must know one language at `language_level`, and be there for `days_together` days
    of the period. A pair worth less than `floor` points is not made unless a coordinator locks it.
    """

    period: tuple[date, date]
    weights: Mapping[Criterion, int]
    language_level: int = B2
    days_together: int = 1
    floor: int = 0

    def __post_init__(self) -> None:
        if self.period[0] > self.period[1]:
            raise ValueError("A period cannot end before it begins.")
        if not all(0 <= weight <= HEAVIEST for weight in self.weights.values()):
            raise ValueError(f"A weight is from 0 to {HEAVIEST} points.")
        if not A1 <= self.language_level <= C2 or self.days_together < 1 or self.floor < 0:
            raise ValueError("A level is from 1 to 6, a pair needs a day, a floor is not below 0.")

    def weight(self, criterion: Criterion) -> int:
        return self.weights.get(criterion, 0)

    @property
    def most(self) -> int:
        """What the best conceivable pair is worth."""
        return sum(self.weights.values())


@dataclass(frozen=True)
class Decisions:
    """What people decided about single pairs. A locked pair is made whatever it is worth; an ended
    one was made earlier and is not made again."""

    locked: frozenset[PairKeys] = frozenset()
    forbidden: frozenset[PairKeys] = frozenset()
    ended: frozenset[PairKeys] = frozenset()


def digest(people: Iterable[Person], criteria: Criteria, decisions: Decisions) -> str:
    """SHA-256, in hexadecimal, of all that goes into a run, in whatever order it came: when it
    changed, the run has to be solved again."""
    everything = {
        "people": sorted((_plain(person) for person in people), key=lambda one: one["key"]),
        "criteria": _plain(criteria),
        "decisions": _plain(decisions),
    }
    text = json.dumps(everything, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
