"""The personal data of mentorships: what the two share, what they say at checkpoints, concerns."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from participants.personal_data import File, LegalBasis, OnErasure, register

WHILE_CALL = _("As long as the call is on record; after erasure without words")
SHARED = _("Until a year after the mentorship has ended; until one of the two is erased")
OWN = _("Until a year after the mentorship has ended; until its author is erased")
THE_PAIR = _("The two of the mentorship only")
AGREED = ("mentee_agreed_at", "mentor_agreed_at")
CALL = {"match__call__name": _("Call")}


def register_all() -> None:
    """All of it is found through an application or a match, so it comes before these. Of what one
    of the two wrote for both, erasing takes their own; words of both, which cannot be told apart,
    go with the first who is erased."""
    of_author = {
        "person": "author__person",
        "labels": CALL,
        "purpose": _("To work together in a mentorship"),
        "legal_basis": LegalBasis.CONTRACT,
        "retention": OWN,
        "recipients": THE_PAIR,
    }
    of_two = {
        **of_author,
        "person": "match__mentee__person",
        "or_person": ["match__mentor__person"],
    }
    register("mentoring.Note", fields=["match__call__name", "words", "written_at"], **of_author)
    register(
        "mentoring.SharedFile",
        fields=["match__call__name", "name", "file", "size", "added_at"],
        not_personal=["digest"],
        files=_files,
        **of_author,
    )
    register(
        "mentoring.CheckpointAnswer",
        fields=["checkpoint__match__call__name", "standing", "words", "handed_in_at"],
        **{
            **of_author,
            "labels": {"checkpoint__match__call__name": _("Call")},
            "recipients": _("The two of the mentorship only, once both have answered"),
        },
    )
    register(
        "mentoring.Checkpoint",
        fields=["match__call__name", "kind", "state", "due_on", "settled_at"],
        not_personal=["reminded"],
        erase=OnErasure.KEEP_ANONYMOUS,
        **{**of_two, "retention": WHILE_CALL, "recipients": _("The pair; coordinators")},
    )
    register(
        "mentoring.Agreement",
        fields=["match__call__name", "goals", "terms", "changed_at", *AGREED],
        not_personal=["version"],
        **{**of_two, "retention": SHARED},
    )
    counted = ["match__call__name", "state", "begins_at", "minutes", "recorded_at", "created_at"]
    register(
        "mentoring.Session",
        fields=[*counted, "times", "next_step"],
        not_personal=["proposed_by", "time_zone"],
        stays=counted,
        erase=_blank_sessions,
        **{**of_two, "retention": WHILE_CALL, "recipients": _("The pair; coordinators, as counts")},
    )
    _register_concerns()


def _register_concerns() -> None:
    common = {
        "legal_basis": LegalBasis.PUBLIC_TASK,
        "purpose": _("To protect people who take part"),
        "retention": _(
            "The words: three years after the concern is closed. If the person is erased: until it"
            " is closed"
        ),
        "recipients": _("The person; the safeguarding officer"),
    }
    register(
        "mentoring.ConcernChange",
        person="concern__reporter",
        fields=["state", "at"],
        other_people=["by"],
        not_personal=["concern"],
        erase=OnErasure.KEEP_ANONYMOUS,
        named=_("What became of your concerns"),
        **common,
    )
    kept = ["match__call__name", "state", "opened_at", "closed_at", "words"]
    register(
        "mentoring.Concern",
        person="reporter",
        fields=kept,
        secret=["remarks"],
        other_people=["handled_by"],
        stays=[*kept, "remarks"],
        erase=_forget_concerns,
        named=_("Concerns that you raised"),
        labels=CALL,
        **common,
    )


def _files(user):
    from mentoring.models import SharedFile

    for shared in SharedFile.objects.filter(author__person=user).order_by("pk"):
        found: File = (f"{shared.pk}-{shared.name}", partial(_content, shared))
        yield found


def _content(shared) -> bytes:
    with shared.file.open() as content:
        return content.read()


def _blank_sessions(user) -> None:
    from mentoring.actions import erasing

    erasing.blank_sessions(user)


def _forget_concerns(user) -> None:
    from mentoring.actions import erasing

    erasing.forget_concerns(user)
