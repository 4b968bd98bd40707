"""What people are told about their courses, by the kind of notice."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.notices import register
from participants.states import NoticeTopic


def register_all() -> None:
    register(
        "courses.excused",
        topic=NoticeTopic.COURSES,
        subject=_("You are excused from “%(lesson)s”"),
        text=_(
            "In the course “%(course)s” you need not do the lesson “%(lesson)s” any more. You can"
            " read it all the same.\n\nThe reason: %(reason)s"
        ),
        action=_("See what counts for you"),
        url=_why,
    )
    register(
        "courses.unexcused",
        topic=NoticeTopic.COURSES,
        subject=_("“%(lesson)s” counts again for you"),
        text=_(
            "In the course “%(course)s” please do the lesson “%(lesson)s” after all.\n\nThe reason:"
            " %(reason)s"
        ),
        action=_("See what counts for you"),
        url=_why,
    )
    register(
        "courses.message",
        topic=NoticeTopic.MESSAGES,
        subject="%(subject)s",
        text=_("A coordinator of %(site)s writes to you:\n\n%(text)s"),
        action=_("Go to My academy"),
        url=lambda facts: reverse("dashboard"),
    )


def _why(facts) -> str:
    return reverse("courses:why", args=[facts["key"]])
