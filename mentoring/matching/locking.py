"""The pairs that a coordinator locked, made before any other. Loads no numpy."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mentoring.matching.points import points
from mentoring.matching.profiles import Criteria, Decisions, PairKeys, Person, Side
from mentoring.matching.results import Pair
from mentoring.matching.rules import Rule, all_broken


class CannotLock(Exception):
    """A locked pair breaks a rule; `rule` is None where one of the two does not take part. A mentee
    who is locked twice has no capacity either."""

    def __init__(self, pair: PairKeys, rule: Rule | None) -> None:
        super().__init__(f"{pair}: {rule.value if rule else 'does not take part'}")
        self.pair, self.rule = pair, rule


@dataclass(frozen=True)
class Field:
    """Locked pairs, and who is left to be matched; mentors with the places that are left."""

    mentees: list[Person]
    mentors: list[Person]
    locked: list[Pair]


def prepare(people: Iterable[Person], criteria: Criteria, decisions: Decisions) -> Field:
    """Makes the locked pairs, below the floor as well, or raises CannotLock. Keeps the order."""
    people = list(people)
    mentees = {one.key: one for one in people if one.side is Side.MENTEE}
    mentors = {one.key: one for one in people if one.side is Side.MENTOR}
    locked: dict[str, Pair] = {}
    for pair in sorted(decisions.locked):
        if pair[0] not in mentees or pair[1] not in mentors:
            raise CannotLock(pair, None)
        mentee, mentor = mentees[pair[0]], mentors[pair[1]]
        broken = all_broken(mentee, mentor, criteria, decisions)
        if pair[0] in locked:
            broken.insert(0, Rule.NO_CAPACITY)
        if broken and broken != [Rule.BELOW_FLOOR]:
            raise CannotLock(pair, broken[0])
        locked[mentee.key] = Pair(*pair, points(mentee, mentor, criteria), locked=True)
        mentors[mentor.key] = replace(mentor, capacity=mentor.capacity - 1)
    return Field(
        mentees=[one for key, one in mentees.items() if key not in locked],
        mentors=list(mentors.values()),
        locked=list(locked.values()),
    )
