"""What a pair is worth: whole points by criterion, from 0 to its weight. Loads no numpy.

Each criterion is a function of two small numbers and the weight. `board` fills its tables with the
same functions, so that one pair and fifteen million are reckoned alike. Halves are rounded up.
"""

from mentoring.matching.profiles import C2, Criteria, Criterion, Person

FAR_SIZE = 3
WIDE_GAP = 2
ENOUGH_HALF_DAYS = 4


def share(weight: int, part: int, whole: int) -> int:
    """The part of a weight, in whole points, halves rounded up."""
    return (2 * weight * part + whole) // (2 * whole)


def topics(sought: int, met: int, weight: int) -> int:
    """How many of the topics that the mentee seeks the mentor offers."""
    return share(weight, min(met, sought), sought) if sought else 0


def urbanisation(mentee: int, mentor: int, weight: int) -> int:
    """All for the same degree, half for the one beside it."""
    return share(weight, 2 - abs(mentee - mentor), 2)


def size(mentee: int, mentor: int, weight: int) -> int:
    """A third less for each band between the two."""
    return share(weight, max(FAR_SIZE - abs(mentee - mentor), 0), FAR_SIZE)


def government(mentee: str, mentor: str, weight: int) -> int:
    """All for the same level, and nothing otherwise."""
    return weight if mentee == mentor else 0


def experience(mentee: int, mentor: int, weight: int) -> int:
    """All for a mentor two bands ahead or more, half for one band."""
    return share(weight, min(max(mentor - mentee, 0), WIDE_GAP), WIDE_GAP)


def language(needed: int, level: int, weight: int) -> int:
    """All for C2 in common, less for each level down to the one below the needed."""
    return share(weight, max(level - needed + 1, 0), C2 - needed + 1)


def availability(enough: int, half_days: int, weight: int) -> int:
    """All for four half-days in common; more of them say nothing."""
    return share(weight, min(half_days, enough), enough)


def points(mentee: Person, mentor: Person, criteria: Criteria) -> dict[Criterion, int]:
    """The points of one pair by criterion, whether or not it may be made."""
    weight = criteria.weight
    met = len(mentee.topics & mentor.topics)
    half_days = len(mentee.availability & mentor.availability)
    level = common_level(mentee, mentor)
    of = Criterion
    return {
        of.TOPICS: topics(len(mentee.topics), met, weight(of.TOPICS)),
        of.URBANISATION: urbanisation(
            mentee.urbanisation, mentor.urbanisation, weight(of.URBANISATION)
        ),
        of.SIZE: size(mentee.size, mentor.size, weight(of.SIZE)),
        of.GOVERNMENT: government(mentee.government, mentor.government, weight(of.GOVERNMENT)),
        of.EXPERIENCE: experience(mentee.experience, mentor.experience, weight(of.EXPERIENCE)),
        of.LANGUAGE: language(criteria.language_level, level, weight(of.LANGUAGE)),
        of.AVAILABILITY: availability(ENOUGH_HALF_DAYS, half_days, weight(of.AVAILABILITY)),
    }


def total(mentee: Person, mentor: Person, criteria: Criteria) -> int:
    return sum(points(mentee, mentor, criteria).values())


def common_level(mentee: Person, mentor: Person) -> int:
    """The best level at which both know one language; 0 without a language in common."""
    both = mentee.languages.keys() & mentor.languages.keys()
    return max((min(mentee.languages[code], mentor.languages[code]) for code in both), default=0)
