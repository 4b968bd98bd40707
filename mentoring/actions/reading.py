"""What goes into a matching, read from the records. Loads no numpy: publishing asks it as well."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from mentoring.actions.erasing import WORDS
from mentoring.matching.profiles import Criteria, Decisions, PairKeys, Person, Side, digest
from mentoring.models import Application, Call, Conflict, Match, MatchRun, PairRule
from mentoring.states import ENDED, HOLDING, MatchState, PairDecision


@dataclass(frozen=True)
class Input:
    """`ids` has the application of each key."""

    people: list[Person]
    criteria: Criteria
    decisions: Decisions
    ids: dict[str, int] = field(default_factory=dict)

    def digest(self) -> str:
        return digest(self.people, self.criteria, self.decisions)

    def key_of(self, application_id: int) -> str | None:
        return next((key for key, pk in self.ids.items() if pk == application_id), None)


@dataclass(frozen=True)
class Apart:
    """Whom somebody must not be paired with: keys of applications, and organisations."""

    keys: set[str] = field(default_factory=set)
    organisations: set[str] = field(default_factory=set)


def read(call: Call) -> Input:
    """Everybody in the pool. A mentee who holds a match, or had a mentorship, is left out: somebody
    new for them is a coordinator's choice. A mentor has the places that no match takes, or took to
    its end."""
    pool = Application.objects.filter(call=call).in_pool()
    rows = list(pool.defer(*WORDS))
    topics = _topics(pool)
    matches = list(Match.objects.filter(call=call).only("mentee", "mentor", "state", "began_at"))
    held = [(one.mentee_id, one.mentor_id) for one in matches if one.state in HOLDING]
    busy = {one.mentee_id for one in matches if one.state in HOLDING or one.began_at}
    takes = (*HOLDING, MatchState.COMPLETED)
    taken = Counter(one.mentor_id for one in matches if one.state in takes)
    rows = [row for row in rows if row.pk not in busy]
    apart = _conflicts(rows, pool)
    people = [
        _person(row, call, taken[row.pk], topics[row.pk], apart[row.person_id]) for row in rows
    ]
    return Input(
        people=people,
        criteria=call.criteria(),
        decisions=_decisions(call, rows, set(held)),
        ids={str(row.key): row.pk for row in rows},
    )


def same_input(run: MatchRun) -> bool:
    """Whether the same would go in again."""
    return bool(run.digest) and read(run.call).digest() == run.digest


def _person(row: Application, call: Call, taken: int, topics: set[str], apart: Apart) -> Person:
    return Person(
        key=str(row.key),
        side=Side(row.side),
        organisation=str(row.organisation_id or ""),
        topics=frozenset(topics),
        languages=row.languages,
        urbanisation=row.degree_of_urbanisation or 1,
        size=row.size_band or 0,
        government=row.level_of_government,
        experience=row.experience_band or 0,
        availability=frozenset(row.half_days),
        available_from=row.available_from or date.min,
        available_until=row.available_until or date.max,
        capacity=1 if row.is_mentee else max(min(row.capacity, call.most_mentees) - taken, 0),
        not_with=frozenset(apart.keys - {str(row.key)}),
        not_with_organisations=frozenset(apart.organisations),
    )


def _topics(pool: QuerySet) -> dict[int, set[str]]:
    """Ids by application: thousands of people, so no object is made for each."""
    found: dict[int, set[str]] = defaultdict(set)
    pairs = Application.topics.through.objects.filter(application__in=pool.values("pk"))
    for application, topic in pairs.values_list("application", "topic"):
        found[application].add(str(topic))
    return found


def _conflicts(rows: list[Application], pool: QuerySet) -> dict[Any, Apart]:
    """By person. A conflict is between people, so it holds for whichever side they applied on; and
    nobody is their own mentor."""
    own: dict[Any, set[str]] = defaultdict(set)
    for row in rows:
        own[row.person_id].add(str(row.key))
    found = defaultdict(Apart, {who: Apart(set(keys)) for who, keys in own.items()})
    declared = Conflict.objects.filter(application__in=pool.values("pk"))
    for who, other, organisation in declared.values_list(
        "application__person", "other__person", "organisation"
    ):
        if organisation is not None:
            found[who].organisations.add(str(organisation))
        if other is not None:
            found[who].keys.update(own[other])
    return found


def _decisions(call: Call, rows: list[Application], held: set[tuple[int, int]]) -> Decisions:
    """A locked pair that is offered or under way has what it was locked for."""
    key = {row.pk: str(row.key) for row in rows}
    found: dict[str, set[PairKeys]] = {decision: set() for decision in PairDecision.values}
    for mentee, mentor, decision, one, other in (
        PairRule.objects.in_force()
        .filter(call=call)
        .values_list("mentee", "mentor", "decision", "mentee__key", "mentor__key")
    ):
        known = mentee in key and mentor in key
        if (decision == PairDecision.LOCKED and (mentee, mentor) not in held) or known:
            found[decision].add((str(one), str(other)))
    return Decisions(
        locked=frozenset(found[PairDecision.LOCKED]),
        forbidden=frozenset(found[PairDecision.FORBIDDEN]),
        ended=frozenset(_ended(call, rows)),
    )


def _ended(call: Call, rows: list[Application]) -> Iterable[PairKeys]:
    """Pairs of this call that came to an end, and people who were together in another one,
    whoever was whose mentor."""
    mentees = {row.person_id: str(row.key) for row in rows if row.is_mentee}
    mentors = {row.person_id: str(row.key) for row in rows if not row.is_mentee}
    people = Application.objects.filter(call=call).in_pool().values("person")
    matches = Match.objects.filter(Q(call=call) | Q(began_at__isnull=False), state__in=ENDED)
    matches = matches.filter(mentee__person__in=people, mentor__person__in=people)
    for mentee, mentor in matches.values_list("mentee__person", "mentor__person"):
        for one, other in ((mentee, mentor), (mentor, mentee)):
            if one in mentees and other in mentors:
                yield mentees[one], mentors[other]
