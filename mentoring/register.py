"""The personal data of mentoring: applications, matches, and what coordinators decided."""

from django.utils.translation import gettext_lazy as _

from mentoring import register_mentorships
from participants.personal_data import LegalBasis, OnErasure, Section, register

WHILE_CALL = _("As long as the call is on record; after erasure without a name")
COORDINATORS = _("The person; coordinators of the programme")
# What stays of an application for counts, without a name and without words.
COUNTED = ["call__name", "side", "state", "country", "level_of_government"]
COUNTED += ["degree_of_urbanisation", "size_band", "submitted_at", "withdrawn_at", "decided_at"]


def register_all() -> None:
    """What hangs on an application comes first: it is found through the person, whom erasing the
    application forgets."""
    register_mentorships.register_all()
    _register_pairs()
    register(
        "mentoring.Conflict",
        person="application__person",
        fields=["organisation__name", "words"],
        not_personal=["other", "looked_at"],
        named=_("Whom you must not be paired with"),
        labels={"organisation__name": _("Organisation")},
        purpose=_("Not to pair people with a conflict of interest"),
        legal_basis=LegalBasis.CONTRACT,
        retention=_("Until the person deletes it, or is erased"),
        recipients=COORDINATORS,
    )
    register(
        "mentoring.CallAct",
        person="application__person",
        fields=["call__name", "kind", "at"],
        other_people=["by"],
        not_personal=["run", "count", "detail"],
        stays=["call__name", "kind", "at"],
        named=_("What coordinators did with your application"),
        labels={"call__name": _("Call")},
        purpose=_("To know who decided about an application, and when"),
        legal_basis=LegalBasis.CONTRACT,
        retention=WHILE_CALL,
        recipients=COORDINATORS,
        erase=OnErasure.KEEP_ANONYMOUS,
    )
    register(
        "mentoring.Application",
        person="person",
        fields=[
            *COUNTED,
            "organisation__name",
            "role",
            "experience_band",
            "topics__name",
            "challenge",
            "objective",
            "experience",
            "languages",
            "half_days",
            "available_from",
            "available_until",
            "capacity",
            "conditions",
            "privacy_wording",
            "language",
            "created_at",
            "saved_at",
            "question",
            "answer",
            "reason",
            "draft",
        ],
        not_personal=["key", "version", "steps"],
        other_people=["decided_by"],
        stays=[*COUNTED, "created_at", "saved_at", "capacity"],
        labels={
            "call__name": _("Call"),
            "organisation__name": _("Organisation"),
            "topics__name": _("Topic"),
        },
        purpose=_("To find the mentor or mentee who fits best"),
        legal_basis=LegalBasis.CONTRACT,
        retention=WHILE_CALL,
        recipients=_("The person; coordinators of the programme; in parts the match"),
        erase=_forget,
    )
    register(
        "mentoring.MatchRun",
        person="asked_by",
        fields=["call__name", "number", "asked_at"],
        not_personal=[
            "state",
            "asked",
            "digest",
            "totals",
            "stage",
            "fault",
            "fault_pair",
            "started_at",
            "solved_at",
            "reviewed_at",
            "published_at",
        ],
        other_people=["reviewed_by", "published_by"],
        stays=["call__name", "number", "asked_at"],
        section=Section.EDITING,
        named=_("Matchings that you asked for"),
        labels={"call__name": _("Call")},
        purpose=_("To know who asked for a matching, and who published it"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_CALL,
        recipients=_("Coordinators of the programme"),
        erase=OnErasure.KEEP_ANONYMOUS,
    )


def _register_pairs() -> None:
    of_two = {
        "person": "mentee__person",
        "or_person": ["mentor__person"],
        "legal_basis": LegalBasis.CONTRACT,
        "retention": WHILE_CALL,
    }
    register(
        "mentoring.MatchChange",
        person="match__mentee__person",
        or_person=["match__mentor__person"],
        fields=["match__call__name", "state", "at"],
        secret=["reason"],
        other_people=["by"],
        stays=["match__call__name", "state", "at"],
        named=_("What happened in your mentorships"),
        labels={"match__call__name": _("Call")},
        purpose=_("To know what became of a mentorship, and who decided it"),
        legal_basis=LegalBasis.CONTRACT,
        retention=WHILE_CALL,
        recipients=COORDINATORS,
        erase=_blank_reasons,
    )
    register(
        "mentoring.Match",
        fields=[
            "call__name",
            "state",
            "points",
            "offered_at",
            "answer_by",
            "mentee_reply",
            "mentee_replied_at",
            "mentor_reply",
            "mentor_replied_at",
            "began_at",
            "ended_at",
        ],
        not_personal=["run", "previous", "nudged_at", "escalated_at"],
        secret=["decline_reason"],
        named=_("Your mentorships"),
        labels={"call__name": _("Call"), "points": _("Points")},
        stays=[
            "call__name",
            "state",
            "points",
            "offered_at",
            "answer_by",
            "mentee_reply",
            "mentee_replied_at",
            "mentor_reply",
            "mentor_replied_at",
            "began_at",
            "ended_at",
        ],
        purpose=_("To offer two people to each other and to follow their mentorship"),
        recipients=_("Both people; coordinators of the programme"),
        erase=_end_matches,
        **of_two,
    )
    register(
        "mentoring.Proposal",
        fields=["run__call__name", "points", "score"],
        not_personal=["run", "locked", "next_best"],
        named=_("Pairs that were proposed"),
        labels={"run__call__name": _("Call"), "points": _("Points by criterion")},
        purpose=_("To show coordinators which pairs are best, and why"),
        recipients=_("Coordinators of the programme"),
        erase=OnErasure.KEEP_ANONYMOUS,
        **of_two,
    )
    register(
        "mentoring.Unplaced",
        person="application__person",
        fields=["run__call__name", "facts"],
        not_personal=["run"],
        secret=["confidential"],
        named=_("Why there was no pair"),
        labels={"run__call__name": _("Call"), "facts": _("Reasons")},
        purpose=_("To explain to somebody why they were not matched"),
        legal_basis=LegalBasis.CONTRACT,
        retention=WHILE_CALL,
        recipients=COORDINATORS,
        stays=["run__call__name", "facts"],
        erase=_blank_unplaced,
    )
    register(
        "mentoring.PairRule",
        fields=["call__name", "decision", "made_at", "lifted_at"],
        secret=["reason"],
        other_people=["made_by", "lifted_by"],
        stays=["call__name", "decision", "made_at", "lifted_at"],
        named=_("Decisions about pairs"),
        labels={"call__name": _("Call")},
        purpose=_("To know who locked or forbade a pair, and why"),
        recipients=_("Coordinators of the programme"),
        erase=_blank_decisions,
        **of_two,
    )


def _blank_reasons(user) -> None:
    from mentoring.actions import erasing

    erasing.blank_changes(user)


def _blank_decisions(user) -> None:
    from mentoring.actions import erasing

    erasing.blank_decisions(user)


def _blank_unplaced(user) -> None:
    from mentoring.actions import erasing

    erasing.blank_unplaced(user)


def _end_matches(user) -> None:
    from mentoring.actions import erasing

    erasing.end_matches(user)


def _forget(user) -> None:
    from mentoring.actions import erasing

    erasing.forget_applications(user)
