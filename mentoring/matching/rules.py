"""What forbids a pair, and what would change that. Loads no numpy."""

from enum import StrEnum

from mentoring.matching.points import common_level, total
from mentoring.matching.profiles import Criteria, Decisions, Person


class Rule(StrEnum):
    """Why a pair cannot be made, in the order in which reasons are named."""

    NO_CAPACITY = "no-capacity"
    SAME_ORGANISATION = "same-organisation"
    CONFLICT = "conflict"
    ENDED = "ended"
    FORBIDDEN = "forbidden"
    LANGUAGE = "language"
    PERIOD = "period"
    NO_COMMON_TIME = "no-common-time"
    BELOW_FLOOR = "below-floor"


class Remedy(StrEnum):
    """Who or what could lift a rule."""

    LANGUAGE = "language"
    DATES = "dates"
    HALF_DAYS = "half-days"
    PLACES = "places"
    COORDINATOR = "coordinator"
    NOTHING = "nothing"


REMEDIES = {
    Rule.NO_CAPACITY: Remedy.PLACES,
    Rule.SAME_ORGANISATION: Remedy.NOTHING,
    Rule.CONFLICT: Remedy.NOTHING,
    Rule.ENDED: Remedy.NOTHING,
    Rule.FORBIDDEN: Remedy.COORDINATOR,
    Rule.LANGUAGE: Remedy.LANGUAGE,
    Rule.PERIOD: Remedy.DATES,
    Rule.NO_COMMON_TIME: Remedy.HALF_DAYS,
    Rule.BELOW_FLOOR: Remedy.COORDINATOR,
}
# Whoever is told of these learns what somebody else said about them.
CONFIDENTIAL = frozenset({Rule.CONFLICT, Rule.FORBIDDEN})


def all_broken(
    mentee: Person, mentor: Person, criteria: Criteria, decisions: Decisions
) -> list[Rule]:
    """Every rule that forbids the pair, in the order of `Rule`; none means that it may be made."""
    pair = (mentee.key, mentor.key)
    common = days_in_common(mentee, mentor, criteria)
    broken = {
        Rule.NO_CAPACITY: mentor.capacity < 1,
        Rule.SAME_ORGANISATION: bool(mentee.organisation)
        and mentee.organisation == mentor.organisation,
        Rule.CONFLICT: _objects(mentee, mentor) or _objects(mentor, mentee),
        Rule.ENDED: pair in decisions.ended,
        Rule.FORBIDDEN: pair in decisions.forbidden,
        Rule.LANGUAGE: common_level(mentee, mentor) < criteria.language_level,
        Rule.PERIOD: common < criteria.days_together,
        Rule.NO_COMMON_TIME: not mentee.availability & mentor.availability,
        Rule.BELOW_FLOOR: total(mentee, mentor, criteria) < criteria.floor,
    }
    return [rule for rule in Rule if broken[rule]]


def blocked_by(
    mentee: Person, mentor: Person, criteria: Criteria, decisions: Decisions
) -> Rule | None:
    """The first rule that forbids the pair."""
    return next(iter(all_broken(mentee, mentor, criteria, decisions)), None)


def days_in_common(mentee: Person, mentor: Person, criteria: Criteria) -> int:
    """Days of the period, the last one included, on which both are there; below 1 for none."""
    first = max(criteria.period[0], mentee.available_from, mentor.available_from)
    last = min(criteria.period[1], mentee.available_until, mentor.available_until)
    return (last - first).days + 1


def _objects(one: Person, other: Person) -> bool:
    return other.key in one.not_with or other.organisation in one.not_with_organisations
