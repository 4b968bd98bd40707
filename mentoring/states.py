"""States and the legal moves between them, and the lists that people choose from."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Pairs(models.TextChoices):
    """What a programme brings together."""

    PEOPLE = "people", _("people")
    AUTHORITIES = "authorities", _("authorities")


class CallState(models.TextChoices):
    """What a coordinator decided. Whether one can apply follows from the dates as well."""

    DRAFT = "draft", pgettext_lazy("call", "draft")
    OPEN = "open", pgettext_lazy("call", "open")
    MATCHING = "matching", _("being matched")
    RUNNING = "running", _("mentorships under way")
    CLOSING = "closing", _("closing")
    CLOSED = "closed", pgettext_lazy("call", "closed")
    CANCELLED = "cancelled", pgettext_lazy("call", "called off")


CALL_MOVES: dict[str, set[str]] = {
    CallState.DRAFT: {CallState.OPEN, CallState.CANCELLED},
    CallState.OPEN: {CallState.MATCHING, CallState.CANCELLED},
    CallState.MATCHING: {CallState.OPEN, CallState.RUNNING, CallState.CANCELLED},
    CallState.RUNNING: {CallState.CLOSING, CallState.CANCELLED},
    CallState.CLOSING: {CallState.RUNNING, CallState.CLOSED, CallState.CANCELLED},
    CallState.CLOSED: set(),
    CallState.CANCELLED: set(),
}


class Side(models.TextChoices):
    MENTEE = "mentee", _("mentee")
    MENTOR = "mentor", _("mentor")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("application", "draft")
    SUBMITTED = "submitted", pgettext_lazy("application", "handed in")
    NEEDS_INFO = "needs_info", _("a question is open")
    ELIGIBLE = "eligible", _("accepted for matching")
    INELIGIBLE = "ineligible", _("not accepted")
    MATCHED = "matched", _("matched")
    UNMATCHED = "unmatched", _("without a match")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")


# A mentor with places left is matched and still takes part in the next run.
APPLICATION_MOVES: dict[str, set[str]] = {
    ApplicationState.DRAFT: {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN},
    ApplicationState.SUBMITTED: {
        ApplicationState.NEEDS_INFO,
        ApplicationState.ELIGIBLE,
        ApplicationState.INELIGIBLE,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.NEEDS_INFO: {
        ApplicationState.SUBMITTED,
        ApplicationState.ELIGIBLE,
        ApplicationState.INELIGIBLE,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.ELIGIBLE: {
        ApplicationState.NEEDS_INFO,
        ApplicationState.INELIGIBLE,
        ApplicationState.MATCHED,
        ApplicationState.UNMATCHED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.INELIGIBLE: {ApplicationState.ELIGIBLE, ApplicationState.WITHDRAWN},
    ApplicationState.MATCHED: {
        ApplicationState.ELIGIBLE,
        ApplicationState.UNMATCHED,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.UNMATCHED: {
        ApplicationState.ELIGIBLE,
        ApplicationState.MATCHED,
        ApplicationState.INELIGIBLE,
        ApplicationState.WITHDRAWN,
    },
    ApplicationState.WITHDRAWN: {ApplicationState.DRAFT},
}
IN_POOL = (ApplicationState.ELIGIBLE, ApplicationState.MATCHED, ApplicationState.UNMATCHED)


# While a call is open, its applicants may change what they wrote.
CHANGEABLE = (ApplicationState.DRAFT, ApplicationState.SUBMITTED, ApplicationState.NEEDS_INFO)


class Step(models.TextChoices):
    """The steps of an application, in their order."""

    CONDITIONS = "conditions", _("Conditions")
    PLACE = "place", _("Your place")
    TOPICS = "topics", _("Your topics")
    TIME = "time", _("Languages and time")
    APART = "apart", _("Whom to keep apart")
    CHECK = "check", _("Check and hand in")


# What each step asks, by the names of the fields of an application.
ANSWERS: dict[str, tuple[str, ...]] = {
    Step.CONDITIONS: ("conditions", "privacy_wording"),
    Step.PLACE: (
        "organisation",
        "country",
        "role",
        "level_of_government",
        "degree_of_urbanisation",
        "size_band",
        "experience_band",
    ),
    Step.TOPICS: ("topics", "challenge", "objective", "experience", "capacity"),
    Step.TIME: ("languages", "half_days", "available_from", "available_until"),
}


class Stage(models.TextChoices):
    """Where a call is for whoever reads about it: what was decided, and the clock."""

    PREPARING = "preparing", _("being prepared")
    UPCOMING = "upcoming", _("opens soon")
    OPEN = "open", pgettext_lazy("call", "open")
    CLOSED = "closed", _("closed for applications")
    RUNNING = "running", _("mentorships under way")
    OVER = "over", _("finished")
    CANCELLED = "cancelled", pgettext_lazy("call", "called off")


class RunState(models.TextChoices):
    DRAFT = "draft", _("waiting for the worker")
    SOLVED = "solved", _("solved")
    FAILED = "failed", _("failed")
    REVIEWED = "reviewed", _("reviewed")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("replaced by a newer one")


RUN_MOVES: dict[str, set[str]] = {
    RunState.DRAFT: {RunState.SOLVED, RunState.FAILED, RunState.SUPERSEDED},
    RunState.SOLVED: {RunState.REVIEWED, RunState.PUBLISHED, RunState.SUPERSEDED},
    RunState.REVIEWED: {RunState.PUBLISHED, RunState.SUPERSEDED},
    RunState.FAILED: {RunState.SUPERSEDED},
    RunState.PUBLISHED: {RunState.SUPERSEDED},
    RunState.SUPERSEDED: set(),
}


class PairDecision(models.TextChoices):
    LOCKED = "locked", _("locked: this pair is made")
    FORBIDDEN = "forbidden", _("forbidden: this pair is not made")


class MatchState(models.TextChoices):
    OFFERED = "offered", _("offered")
    HALF_ACCEPTED = "half_accepted", _("accepted by one of the two")
    ACTIVE = "active", _("under way")
    PAUSED = "paused", _("paused")
    SUSPENDED = "suspended", _("suspended")
    COMPLETED = "completed", _("completed")
    ENDED_EARLY = "ended_early", _("ended early")
    TERMINATED = "terminated", _("terminated")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")
    RESCINDED = "rescinded", _("taken back")


_OFFER_ENDS = {MatchState.DECLINED, MatchState.EXPIRED, MatchState.RESCINDED}
MATCH_MOVES: dict[str, set[str]] = {
    MatchState.OFFERED: {MatchState.HALF_ACCEPTED, *_OFFER_ENDS},
    MatchState.HALF_ACCEPTED: {MatchState.ACTIVE, *_OFFER_ENDS},
    MatchState.ACTIVE: {
        MatchState.PAUSED,
        MatchState.SUSPENDED,
        MatchState.COMPLETED,
        MatchState.ENDED_EARLY,
    },
    MatchState.PAUSED: {MatchState.ACTIVE, MatchState.SUSPENDED, MatchState.ENDED_EARLY},
    MatchState.SUSPENDED: {MatchState.ACTIVE, MatchState.TERMINATED},
    MatchState.COMPLETED: set(),
    MatchState.ENDED_EARLY: set(),
    MatchState.TERMINATED: set(),
    MatchState.DECLINED: set(),
    MatchState.EXPIRED: set(),
    MatchState.RESCINDED: set(),
}
OFFERS = (MatchState.OFFERED, MatchState.HALF_ACCEPTED)
# These take a place of the mentor, and the mentee's only one.
HOLDING = (*OFFERS, MatchState.ACTIVE, MatchState.PAUSED, MatchState.SUSPENDED)
# Whoever was once together is not matched again.
ENDED = (MatchState.COMPLETED, MatchState.ENDED_EARLY, MatchState.TERMINATED, *_OFFER_ENDS)


# Each knows how to reach the other.
TOGETHER = (MatchState.ACTIVE, MatchState.PAUSED)


class Reply(models.TextChoices):
    OPEN = "", _("no answer yet")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")


class LanguageLevel(models.IntegerChoices):
    """The Common European Framework, as `matching.profiles` counts it."""

    A1 = 1, "A1"
    A2 = 2, "A2"
    B1 = 3, "B1"
    B2 = 4, "B2"
    C1 = 5, "C1"
    C2 = 6, "C2"


class SizeBand(models.IntegerChoices):
    """How many people live in the area of an authority."""

    UNDER_5 = 0, _("fewer than 5,000 people")
    UNDER_20 = 1, _("5,000 to 19,999 people")
    UNDER_50 = 2, _("20,000 to 49,999 people")
    UNDER_200 = 3, _("50,000 to 199,999 people")
    UNDER_1000 = 4, _("200,000 to 999,999 people")
    MILLION = 5, _("1 million people or more")


class ExperienceBand(models.IntegerChoices):
    """How long somebody has worked on integration, or held office."""

    NEW = 0, _("less than a year")
    SOME = 1, _("1 to 3 years")
    GOOD = 2, _("4 to 7 years")
    LONG = 3, _("8 to 15 years")
    VETERAN = 4, _("more than 15 years")


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat")
TIMES = ("am", "pm", "eve")
HALF_DAYS = tuple(f"{day}-{time}" for day in DAYS for time in TIMES)


class Act(models.TextChoices):
    """What coordinators do at their desk."""

    SETTINGS = "settings", _("changed the settings")
    STATE = "state", _("moved the call on")
    REMINDER = "reminder", _("reminded of the closing date")
    ASK = "ask", _("asked an applicant")
    ACCEPT = "accept", _("accepted for matching")
    REFUSE = "refuse", _("did not accept")
    CONFLICT = "conflict", _("looked at a declared conflict")
    EXPORT = "export", _("exported applications")
    RUN = "run", _("asked for a matching")
    REVIEW = "review", _("reviewed a matching")
    PUBLISH = "publish", _("published a matching")
    LOCK = "lock", _("locked a pair")
    FORBID = "forbid", _("forbade a pair")
    LIFT = "lift", _("lifted a decision about a pair")


# --- Mentorships ------------------------------------------------------------------------------

# What the two share is read in these states; only while both are at work is it written.
READABLE = (*TOGETHER, MatchState.COMPLETED, MatchState.ENDED_EARLY)
# Mentorships: matches that came about, over or not.
BEGUN = (*READABLE, MatchState.SUSPENDED, MatchState.TERMINATED)


class SessionState(models.TextChoices):
    PROPOSED = "proposed", _("times proposed")
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", pgettext_lazy("session", "called off")


# What was recorded may be put right.
SESSION_MOVES: dict[str, set[str]] = {
    SessionState.PROPOSED: {SessionState.PLANNED, SessionState.CANCELLED},
    SessionState.PLANNED: {SessionState.HELD, SessionState.MISSED, SessionState.CANCELLED},
    SessionState.HELD: {SessionState.MISSED},
    SessionState.MISSED: {SessionState.HELD},
    SessionState.CANCELLED: set(),
}
# Still ahead, or waiting to be recorded.
OPEN_SESSIONS = (SessionState.PROPOSED, SessionState.PLANNED)
RECORDED = (SessionState.HELD, SessionState.MISSED)


class CheckpointKind(models.TextChoices):
    START = "start", pgettext_lazy("checkpoint", "start")
    MIDDLE = "middle", pgettext_lazy("checkpoint", "middle")
    END = "end", pgettext_lazy("checkpoint", "end")


class CheckpointState(models.TextChoices):
    DUE = "due", pgettext_lazy("checkpoint", "due")
    SUBMITTED = "submitted", _("both are in")
    WAIVED = "waived", _("waived")


class Standing(models.TextChoices):
    """How somebody says that a mentorship goes."""

    WELL = "well", _("It goes well")
    MIXED = "mixed", _("It could go better")
    BADLY = "badly", _("It does not go well")


class ConcernState(models.TextChoices):
    OPENED = "opened", pgettext_lazy("concern", "new")
    TRIAGED = "triaged", _("read, and first steps decided")
    IN_REVIEW = "in_review", _("being looked into")
    RESOLVED = "resolved", _("resolved")
    REFERRED = "referred", _("passed on to another body")


_CONCERN_ENDS = {ConcernState.RESOLVED, ConcernState.REFERRED}
CONCERN_MOVES: dict[str, set[str]] = {
    ConcernState.OPENED: {ConcernState.TRIAGED},
    ConcernState.TRIAGED: {ConcernState.IN_REVIEW, *_CONCERN_ENDS},
    ConcernState.IN_REVIEW: _CONCERN_ENDS,
    ConcernState.RESOLVED: set(),
    ConcernState.REFERRED: set(),
}
CLOSED_CONCERNS = (ConcernState.RESOLVED, ConcernState.REFERRED)
