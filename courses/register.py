"""The personal data of courses: what people did, and the notes they keep for themselves."""

from django.utils.translation import gettext_lazy as _

from participants.personal_data import LegalBasis, OnErasure, register

WHILE_ACCOUNT = _("While the account exists; after erasure without a name")
COORDINATORS = _("The person; coordinators")


def register_all() -> None:
    """What hangs on an enrolment comes first: it is found through the person, whom erasing the
    enrolment forgets."""
    _register_work()
    _register_enrolments()
    register(
        "courses.CourseManifest",
        person="published_by",
        fields=["course__key", "number", "published_at", "note"],
        purpose=_("To know who published an outline and why"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the course; after erasure without a name"),
        recipients=_("Editors; administrators"),
        erase=_forget_publisher,
    )


def _register_enrolments() -> None:
    register(
        "courses.Enrolment",
        fields=[
            "run__course__key",
            "attempt",
            "state",
            "enrolled_at",
            "withdrawn_at",
            "completed_at",
            "goal_on",
        ],
        purpose=_("To keep somebody's place in a course, and the day they set for themselves"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=WHILE_ACCOUNT,
        recipients=COORDINATORS,
        erase=_forget_person,
    )


def _register_work() -> None:
    register(
        "courses.ItemChange",
        person="by",
        fields=["item__key", "kind", "at", "note"],
        purpose=_("To know who archived or restored a lesson, and why"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the course; after erasure without a name"),
        recipients=_("Editors; administrators"),
        erase=_forget_archivist,
    )
    common = {
        "person": "enrolment__user",
        "legal_basis": LegalBasis.PUBLIC_TASK,
        "retention": WHILE_ACCOUNT,
        "recipients": COORDINATORS,
        "erase": OnErasure.KEEP_ANONYMOUS,
    }
    register(
        "courses.EnrolmentSummary",
        fields=["enrolment", "required_done", "required_total", "percent", "last_seen_at"],
        purpose=_("To show progress"),
        **common,
    )
    register(
        "courses.ItemProgress",
        fields=["enrolment", "item__key", "opened_at", "done_at", "language"],
        purpose=_("To know which lessons somebody finished"),
        **common,
    )
    register(
        "courses.PartProgress",
        fields=["enrolment", "item__key", "part", "kind", "answer", "done_at"],
        purpose=_("To show somebody's own answers again"),
        **common,
    )
    register(
        "courses.ProgressEvent",
        fields=["enrolment", "verb", "item__key", "part", "language", "outline", "at"],
        purpose=_("To explain progress and to rebuild it"),
        other_people=["by"],
        **common,
    )
    register(
        "courses.Reflection",
        fields=["enrolment", "item__key", "part", "text", "saved_at"],
        purpose=_("Notes that somebody keeps for themselves"),
        **common
        | {
            "legal_basis": LegalBasis.CONTRACT,
            "retention": _("While the account exists"),
            "recipients": _("The person only"),
            "erase": OnErasure.DELETE,
        },
    )


def _forget_person(user) -> None:
    """The rows stay, so that counts stay true, and name nobody."""
    from courses.models import Enrolment

    Enrolment.objects.filter(user=user).update(user=None, goal_on=None)


def _forget_publisher(user) -> None:
    """A bulk update: a manifest refuses to be saved again."""
    from courses.models import CourseManifest

    CourseManifest.objects.filter(published_by=user).update(published_by=None)


def _forget_archivist(user) -> None:
    from courses.models import ItemChange

    ItemChange.objects.filter(by=user).update(by=None)
