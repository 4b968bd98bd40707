"""What people are told about their courses, beyond what the course itself shows them."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from home.pagecontext import link_to
from participants.notices import register
from participants.states import NoticeTopic

CHANGED = "courses.changed"
OTHER_DATES = "courses.dates"


def register_all() -> None:
    register(
        CHANGED,
        topic=NoticeTopic.COURSES,
        subject=_("Your course has changed: %(course)s"),
        text=_(
            "What counts for completing “%(course)s” has changed. The course marks the lessons that"
            " are new or are to be done again. Your answers and notes are kept."
        ),
        action=_("See what is left"),
        url=_course,
    )
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
        "courses.set_aside",
        topic=NoticeTopic.COURSES,
        subject=_("You have new attempts at “%(lesson)s”"),
        text=_(
            "In the course “%(course)s” you have all your attempts at the quiz “%(lesson)s” again."
            " You can still read the earlier ones.\n\nThe reason: %(reason)s"
        ),
        action=_("Go to the quiz"),
        url=_lesson,
    )
    register(
        "courses.message",
        topic=NoticeTopic.MESSAGES,
        subject="%(subject)s",
        text=_("A coordinator of %(site)s writes to you:\n\n%(text)s"),
        action=_("Go to My academy"),
        url=lambda facts: reverse("dashboard"),
    )
    register(
        OTHER_DATES,
        topic=NoticeTopic.COURSES,
        subject=_("Other dates for your course: %(course)s"),
        text=_(
            "“%(course)s” now goes from %(first)s to %(last)s. Your dates show it, and so does your"
            " calendar if it fetches them."
        ),
        action=_("See your dates"),
        url=lambda facts: reverse("schedule:dates"),
    )


def _course(facts) -> str:
    """The course in the reader's language; where it is off the site, what became of it."""
    return _page(facts["key"]) or _why(facts)


def _lesson(facts) -> str:
    """Where it is off the site, what became of it in its course."""
    return _page(facts["lesson_key"]) or _why(facts)


def _page(key: str) -> str | None:
    found = link_to(UUID(key))
    return found["url"] if found else None


def _why(facts) -> str:
    return reverse("courses:why", args=[facts["key"]])
