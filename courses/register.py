"""The personal data of courses: what people did, and the notes they keep for themselves."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from home.pagemap import SOURCE, page_map
from participants.personal_data import LegalBasis, OnErasure, Section, about_nobody, register

WHILE_ACCOUNT = _("While the account exists; after erasure without a name")
OF_ENROLMENT = [
    "run__course__key",
    "attempt",
    "state",
    "enrolled_at",
    "withdrawn_at",
    "completed_at",
    "news_seen_at",
    "goal_on",
]
COORDINATORS = _("The person; coordinators")


def register_all() -> None:
    """What hangs on an enrolment comes first: it is found through the person, whom erasing the
    enrolment forgets."""
    _register_work()
    _register_desk()
    _register_enrolments()
    register(
        "courses.CourseManifest",
        person="published_by",
        fields=["course__key", "number", "published_at", "note"],
        not_personal=["kind", "titles", "modules", "rule", "touched"],
        stays=["course__key", "number", "published_at", "note"],
        named=_("Outlines that you published"),
        reads={"course__key": titles},
        section=Section.EDITING,
        purpose=_("To know who published an outline and why"),
        legal_basis=LegalBasis.PUBLIC_TASK,
        retention=_("As long as the course; after erasure without a name"),
        recipients=_("Editors; administrators"),
        erase=_forget_publisher,
    )
    for model, fields, of_the_question, named in (
        (
            "courses.Question",
            ["key", "made_at"],
            ["newest", "retired_at", "topic"],
            _("Questions that you wrote"),
        ),
        (
            "courses.QuestionVersion",
            ["question__key", "number", "made_at"],
            ["kind", "options"],
            _("Versions of questions that you wrote"),
        ),
    ):
        register(
            model,
            person="made_by",
            fields=fields,
            not_personal=of_the_question,
            stays=fields,
            named=named,
            labels={"question__key": _("Question")},
            section=Section.EDITING,
            purpose=_("To know who wrote a question of a quiz"),
            legal_basis=LegalBasis.PUBLIC_TASK,
            retention=_("As long as the question; after erasure without a name"),
            recipients=_("Editors; administrators"),
            erase=partial(_forget_author, model),
        )
    about_nobody("courses.QuestionText")  # of a version, which names its author
    register(
        "courses.CourseCredit",
        person="",
        fields=["name", "role", "organisation"],
        not_personal=["page", "sort_order"],
        purpose=_("To name who wrote and checked a course"),
        legal_basis=LegalBasis.LEGITIMATE_INTEREST,
        retention=_("As long as the course, or until the person asks to be left out"),
        recipients=_("Everybody: it stands on the course's page"),
        export=_credits_of,
        erase=OnErasure.KEEP_ANONYMOUS,
        named=_("Courses that name you"),
        section=Section.EDITING,
    )


def _register_enrolments() -> None:
    register(
        "courses.Enrolment",
        fields=OF_ENROLMENT,
        not_personal=["manifest"],
        stays=OF_ENROLMENT,
        reads={"run__course__key": titles},
        labels={"run__course__key": _("Course")},
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
        not_personal=["detail"],
        stays=["item__key", "kind", "at", "note"],
        named=_("Lessons that you archived or restored"),
        reads={"item__key": titles},
        section=Section.EDITING,
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
        "reads": {"enrolment": enrolment_titles, "item__key": titles, "last_item__key": titles},
        "labels": {
            "enrolment": _("Course"),
            "item__key": _("Lesson"),
            "last_item__key": _("Last lesson"),
            "optional_done": _("Optional lessons done"),
            "outline": _("Number of the outline"),
            "part": _("Part of the lesson (number)"),
            "percent": _("Per cent"),
            "required_done": _("Lessons done"),
            "required_total": _("Lessons of the course"),
            "verb": _("What happened"),
        },
    }
    register(
        "courses.EnrolmentSummary",
        fields=[
            "enrolment",
            "required_done",
            "required_total",
            "optional_done",
            "percent",
            "last_item__key",
            "last_seen_at",
        ],
        not_personal=["minutes_left", "version"],
        named=_("Progress in your courses"),
        purpose=_("To show progress"),
        **common,
    )
    register(
        "courses.ItemProgress",
        fields=["enrolment", "item__key", "opened_at", "done_at", "excused_at", "language"],
        not_personal=["revision", "again_from"],
        named=_("Progress in your lessons"),
        purpose=_("To know which lessons somebody finished"),
        **common,
    )
    register(
        "courses.PartProgress",
        fields=["enrolment", "item__key", "part", "kind", "answer", "done_at"],
        named=_("Your answers in lessons"),
        purpose=_("To show somebody's own answers again"),
        **common,
    )
    register(
        "courses.ProgressEvent",
        fields=["enrolment", "verb", "item__key", "part", "language", "outline", "detail", "at"],
        not_personal=["uuid", "revision"],
        stays=["enrolment", "verb", "item__key", "part", "language", "outline", "detail", "at"],
        named=_("What happened in your courses"),
        purpose=_("To explain progress and to rebuild it"),
        other_people=["by"],
        **common | {"erase": _forget_notes},
    )
    register(
        "courses.Attempt",
        fields=[
            "enrolment",
            "item__key",
            "number",
            "language",
            "pass_mark",
            "started_at",
            "submitted_at",
            "score",
            "passed",
            "set_aside_at",
        ],
        not_personal=["outline", "revision", "layout", "explains"],
        named=_("Your attempts at quizzes"),
        purpose=_("To mark attempts at quizzes and to explain their results"),
        **common,
    )
    register(
        "courses.AttemptAnswer",
        fields=["attempt", "position", "version", "chosen", "saved_at", "right"],
        not_personal=["order", "saves"],
        named=_("Your answers in quizzes"),
        purpose=_("To mark attempts at quizzes and to show somebody's own answers again"),
        export=_answers,
        **common
        | {
            "person": "attempt__enrolment__user",
            "labels": {
                "attempt": _("Attempt"),
                "position": _("Number of the question"),
                "version": _("Question"),
                "question": _("Question"),
            },
            "reads": {},
        },
    )
    register(
        "courses.Reflection",
        fields=["enrolment", "item__key", "part", "text", "saved_at"],
        not_personal=["version"],
        named=_("Your private notes"),
        purpose=_("Notes that somebody keeps for themselves"),
        **common
        | {
            "legal_basis": LegalBasis.CONTRACT,
            "retention": _("While the account exists"),
            "recipients": _("The person only"),
            "erase": _erase_notes,
        },
    )


def _register_desk() -> None:
    """Before enrolments, through which the people of an act and of a message are found."""
    common = {
        "person": "enrolment__user",
        "legal_basis": LegalBasis.PUBLIC_TASK,
        "recipients": COORDINATORS,
        "reads": {"enrolment": enrolment_titles, "item__key": titles},
        "labels": {
            "enrolment": _("Course"),
            "item__key": _("Lesson"),
            "message__subject": _("Subject"),
            "message__text": _("Message"),
            "message__at": _("Date"),
        },
    }
    register(
        "courses.DeskAct",
        fields=["enrolment", "kind", "item__key", "reason", "at"],
        other_people=["by"],
        not_personal=["course", "message", "count", "detail"],
        stays=["enrolment", "kind", "item__key", "at"],
        named=_("What coordinators changed in your record"),
        purpose=_("To know who changed somebody's record, and why"),
        retention=WHILE_ACCOUNT,
        erase=_forget_reasons,
        **common,
    )
    register(
        "courses.MessageRecipient",
        fields=["enrolment", "message__subject", "message__text", "message__at"],
        stays=["enrolment", "message__at"],
        named=_("Messages that you got from coordinators"),
        purpose=_("To know who got which message of a coordinator"),
        retention=WHILE_ACCOUNT,
        erase=_forget_messages,
        **common,
    )
    register(
        "courses.CourseMessage",
        fields=["subject", "text", "at"],
        secret=["token"],
        named=_("Messages that you wrote to people in a course"),
        purpose=_("To know who wrote to people in a course"),
        retention=_("As long as the course; after erasure without a name"),
        erase=OnErasure.KEEP_ANONYMOUS,
        **common
        | {
            "person": "by",
            "recipients": _("Its recipients; coordinators"),
            "reads": {},
            "labels": {},
            "section": Section.EDITING,
        },
    )


def _forget_notes(user) -> None:
    """Free words about somebody go; what the log proves stays."""
    from courses.models import ProgressEvent

    for event in ProgressEvent.objects.filter(enrolment__user=user, detail__has_key="note"):
        detail = {name: value for name, value in event.detail.items() if name != "note"}
        ProgressEvent.objects.filter(pk=event.pk).update(detail=detail)


def _forget_reasons(user) -> None:
    from courses.models import DeskAct

    DeskAct.objects.filter(enrolment__user=user).update(reason="")


def _forget_messages(user) -> None:
    """Words that went to nobody else may name the person."""
    from django.db.models import Exists, OuterRef

    from courses.models import CourseMessage, MessageRecipient

    others = MessageRecipient.objects.filter(
        message=OuterRef("pk"), enrolment__user__isnull=False
    ).exclude(enrolment__user=user)
    mine = CourseMessage.objects.filter(recipients__enrolment__user=user)
    mine.filter(~Exists(others)).update(subject="", text="")


def _answers(user) -> list[dict]:
    """The answers with the words that were asked and chosen, in the language of the attempt."""
    from courses.models import AttemptAnswer

    rows = (
        AttemptAnswer.objects.filter(attempt__enrolment__user=user)
        .select_related("attempt", "version")
        .prefetch_related("version__texts")
        .order_by("attempt", "position")
    )
    return [_answer(row) for row in rows]


def _answer(row) -> dict:
    words, _language = row.version.words_in(row.attempt.language)
    return {
        "attempt": row.attempt_id,
        "question": words.question,
        "chosen": [words.options[key][0] for key in row.chosen if key in words.options],
        "saved_at": row.saved_at,
        "right": row.right,
    }


def titles(keys: Iterable[Any]) -> dict:
    """Courses and lessons by what their pages are called now, in the reader's language."""
    pages, language = page_map(), get_language() or SOURCE
    found = {key: pages.in_language(key, language) for key in keys if key}
    return {key: node.title for key, node in found.items() if node}


def enrolment_titles(ids: Iterable[int]) -> dict:
    from courses.models import Enrolment

    rows = Enrolment.objects.filter(pk__in=set(ids)).values_list("pk", "run__course__key")
    courses = dict(rows)
    words = titles(courses.values())
    return {pk: words[key] for pk, key in courses.items() if key in words}


def _erase_notes(user) -> None:
    """Locks the enrolments first: a note that is being saved is there before this looks, and
    nobody saves one afterwards."""
    from courses.models import Enrolment, Reflection

    list(Enrolment.objects.select_for_update().filter(user=user).order_by("pk"))
    Reflection.objects.filter(enrolment__user=user).delete()


def _credits_of(user) -> list[dict]:
    """Credits are words of editors, not tied to an account: those in exactly the person's name."""
    from courses.models import CourseCredit

    rows = CourseCredit.objects.filter(name=user.name or None).order_by("pk")
    return list(rows.values("name", "role", "organisation", "page__title"))


def _forget_person(user) -> None:
    """The rows stay, so that counts stay true, and name nobody."""
    from courses.models import Enrolment

    Enrolment.objects.filter(user=user).update(user=None, goal_on=None)


def _forget_publisher(user) -> None:
    """A bulk update: a manifest refuses to be saved again."""
    from courses.models import CourseManifest

    CourseManifest.objects.filter(published_by=user).update(published_by=None)


def _forget_author(model: str, user) -> None:
    apps.get_model(model).objects.filter(made_by=user).update(made_by=None)


def _forget_archivist(user) -> None:
    from courses.models import ItemChange

    ItemChange.objects.filter(by=user).update(by=None)
