"""Decisions about calls, applications and offers: no database, no clock, no request."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from mentoring.states import ANSWERS, CHANGEABLE, CallState, Reply, Side, Stage, Step

MOST_TOPICS = 5
LONGEST_OBJECTIVE = 1000


def is_open(
    state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> bool:
    """Whether one can apply: somebody opened it, and it is between its dates."""
    if state != CallState.OPEN or opens_at is None or closes_at is None:
        return False
    return opens_at <= now < closes_at


LATER: dict[str, Stage] = {
    CallState.RUNNING: Stage.RUNNING,
    CallState.CLOSING: Stage.RUNNING,
    CallState.CLOSED: Stage.OVER,
    CallState.CANCELLED: Stage.CANCELLED,
}


def stage(
    state: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> Stage:
    """Where a call is for its readers. An open one whose time is over is closed, whether or not
    somebody has closed it."""
    if state == CallState.DRAFT or (state == CallState.OPEN and not (opens_at and closes_at)):
        return Stage.PREPARING
    if is_open(state, opens_at, closes_at, now):
        return Stage.OPEN
    if state == CallState.OPEN and opens_at is not None and now < opens_at:
        return Stage.UPCOMING
    return LATER.get(state, Stage.CLOSED)


def is_changeable(state: str, call_is_open: bool) -> bool:
    """Whether an applicant may still change what they wrote."""
    return call_is_open and state in CHANGEABLE


def first_name(name: str) -> str:
    """What somebody is called before both have accepted."""
    return next(iter(name.split()), "")


# What `missing` names besides fields.
ASKED_AT = {"dates": Step.TIME, "privacy": Step.CONDITIONS}


def step_of(name: str) -> str:
    """The step that asks for what is missing."""
    found = (step for step, names in ANSWERS.items() if name in names)
    return ASKED_AT.get(name) or next(found)


@dataclass(frozen=True)
class Answers:
    """What an application says, as far as deciding whether it is complete needs it."""

    side: str
    organisation: bool
    country: str
    role: str
    level_of_government: str
    degree_of_urbanisation: int | None
    size_band: int | None
    experience_band: int | None
    topics: int
    challenge: str
    objective: str
    experience: str
    languages: Mapping[str, int]
    half_days: Collection[str]
    available_from: date | None
    available_until: date | None
    capacity: int
    ticked: Collection[str]
    privacy: bool


@dataclass(frozen=True)
class Wanted:
    """What a call asks of this side: keys of conditions, countries (empty: any), the period."""

    conditions: Collection[str]
    countries: Collection[str]
    period: tuple[date, date]
    most_mentees: int


def missing(answers: Answers, wanted: Wanted) -> list[str]:
    """Names of fields that keep an application from being handed in, in the order of the steps."""
    mentee = answers.side == Side.MENTEE
    absent = {
        "conditions": not set(wanted.conditions) <= set(answers.ticked),
        "organisation": not answers.organisation,
        "country": not answers.country
        or (bool(wanted.countries) and answers.country not in wanted.countries),
        "role": not answers.role,
        "level_of_government": not answers.level_of_government,
        "degree_of_urbanisation": answers.degree_of_urbanisation is None,
        "size_band": answers.size_band is None,
        "experience_band": answers.experience_band is None,
        "topics": not 1 <= answers.topics <= MOST_TOPICS,
        "challenge": mentee and not answers.challenge.strip(),
        "objective": mentee and not answers.objective.strip(),
        "experience": not mentee and not answers.experience.strip(),
        "capacity": not mentee and not 1 <= answers.capacity <= wanted.most_mentees,
        "languages": not answers.languages,
        "half_days": not answers.half_days,
        "available_from": answers.available_from is None,
        "available_until": answers.available_until is None,
        "dates": _never_there(answers, wanted.period),
        "privacy": not answers.privacy,
    }
    return [name for name, is_absent in absent.items() if is_absent]


def _never_there(answers: Answers, period: tuple[date, date]) -> bool:
    if answers.available_from is None or answers.available_until is None:
        return False
    if answers.available_from > answers.available_until:
        return True
    return answers.available_from > period[1] or answers.available_until < period[0]


def after_reply(own: str, others: str) -> str:
    """What becomes of an offer: "declined", "active" or "half_accepted"."""
    if Reply.DECLINED in (own, others):
        return "declined"
    return "active" if own == others == Reply.ACCEPTED else "half_accepted"


def why_not_published(
    *, state: str, same_input: bool, second_person: bool, asked_by: int | None, by: int
) -> str | None:
    """A reason code, or nothing when a run may be published."""
    if state not in ("solved", "reviewed"):
        return "run-not-solved"
    if not same_input:
        return "input-changed"
    if second_person and asked_by == by:
        return "second-person-needed"
    return None


# --- Figures ------------------------------------------------------------------------------------

FEW = 5
Counts = tuple[int, ...]
Shown = tuple[int | None, ...]


def is_few(count: int) -> bool:
    """Somebody could be recognised in so small a number; nobody in none."""
    return 0 < count < FEW


def suppressed(rows: Mapping[str, Counts], total: Counts) -> tuple[dict[str, Shown], Shown]:
    """Counts of people by row and stage, and their total, with nothing in place of each that is
    below five. Where one alone would be hidden in a stage, the smallest other is hidden too: the
    rest of the total would tell it.

    `rows` add up to `total` in every stage.
    """
    hidden = {name: [is_few(count) for count in counts] for name, counts in rows.items()}
    for at in range(len(total)):
        if sum(marks[at] for marks in hidden.values()) != 1 or is_few(total[at]):
            continue
        others = [
            (counts[at], name)
            for name, counts in rows.items()
            if counts[at] and not hidden[name][at]
        ]
        if others:
            hidden[min(others)[1]][at] = True
    shown = {
        name: tuple(
            None if mark else count for count, mark in zip(counts, hidden[name], strict=True)
        )
        for name, counts in rows.items()
    }
    return shown, tuple(None if is_few(count) else count for count in total)


# --- Mentorships ------------------------------------------------------------------------------

# After the first day: when the first checkpoint is due, and the least time until the last one.
FIRST_CHECKPOINT = timedelta(days=14)
SHORTEST = timedelta(days=42)
# So long before it is due, a checkpoint can be handed in.
OPENS_BEFORE = timedelta(days=30)
BEFORE_DUE, AFTER_DUE, COORDINATOR_AFTER = (timedelta(days=days) for days in (7, 3, 10))


class Reminder(IntEnum):
    """How far the reminders of a checkpoint are."""

    NONE = 0
    BEFORE = 1
    AFTER = 2
    COORDINATOR = 3


def checkpoint_days(period: tuple[date, date], began: date) -> dict[str, date]:
    """When the checkpoints of a mentorship are due. It lasts from the day it began, at the earliest
    from the period's first one, to the period's last; a late pair gets six weeks."""
    first = max(began, period[0])
    last = max(period[1], first + SHORTEST)
    middle = first + (last - first) // 2
    return {"start": min(first + FIRST_CHECKPOINT, middle), "middle": middle, "end": last}


def reminder_due(due_on: date, today: date) -> Reminder:
    """The latest reminder whose day has come: whoever was away for weeks sends one, not three."""
    if today >= due_on + COORDINATOR_AFTER:
        return Reminder.COORDINATOR
    if today >= due_on + AFTER_DUE:
        return Reminder.AFTER
    return Reminder.BEFORE if due_on - BEFORE_DUE <= today <= due_on else Reminder.NONE


def is_sealed(answers: int) -> bool:
    """Nobody reads the other's answer before their own is in."""
    return answers < 2
