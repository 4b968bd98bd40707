"""What people are told about their mentoring."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.notices import register
from participants.states import NoticeTopic

OFFERED = "mentoring.offered"
BOTH_ACCEPTED = "mentoring.both_accepted"
OFFER_ENDED = "mentoring.offer_ended"


def register_all() -> None:
    register(
        OFFERED,
        topic=NoticeTopic.MENTORING,
        subject=_("We found a match for you: %(call)s"),
        text=_(
            "In “%(call)s” we would like to bring you together with somebody. Read who it is and"
            " why, and accept or decline. Without an answer the offer ends by itself."
        ),
        action=_("Read the offer"),
        url=_match,
    )
    register(
        BOTH_ACCEPTED,
        topic=NoticeTopic.MENTORING,
        subject=_("You both accepted: %(call)s"),
        text=_(
            "Your mentorship in “%(call)s” begins. You now see how to reach each other: agree on a"
            " first session."
        ),
        action=_("Go to your mentorship"),
        url=_match,
    )
    register(
        OFFER_ENDED,
        topic=NoticeTopic.MENTORING,
        subject=_("This match did not come about: %(call)s"),
        text=_(
            "The match that we offered in “%(call)s” is over. You take part in the next matching"
            " of this call, unless you withdraw."
        ),
        action=_("See where you stand"),
        url=_match,
    )
    register_decisions()
    register_calls()


def _match(facts) -> str:
    return reverse("mentoring:match", args=[facts["match"]])


# --- What coordinators decide -----------------------------------------------------------------

QUESTION = "mentoring.question"
ACCEPTED = "mentoring.accepted"
NOT_ACCEPTED = "mentoring.not_accepted"
UNMATCHED = "mentoring.unmatched"
CALL_MATCHING = "mentoring.call_matching"
CALL_CLOSED = "mentoring.call_closed"
CALL_CANCELLED = "mentoring.call_cancelled"
CALL_CLOSES = "mentoring.call_closes"


def register_decisions() -> None:
    """About one application."""
    _decision(
        QUESTION,
        _("A question about your application: %(call)s"),
        _("The coordinator of “%(call)s” asks you:\n\n%(question)s\n\nYour answer goes to them."),
        _("Answer the question"),
    )
    _decision(
        ACCEPTED,
        _("Your application is accepted for matching: %(call)s"),
        _(
            "You take part in the matching of “%(call)s”. We write to you again when there is"
            " somebody for you.\n\n%(reason)s"
        ),
        _("See your application"),
    )
    _decision(
        NOT_ACCEPTED,
        _("Your application is not accepted: %(call)s"),
        _("Your application for “%(call)s” is not accepted. The reason:\n\n%(reason)s"),
        _("See your application"),
    )
    _decision(
        UNMATCHED,
        _("No match for you yet: %(call)s"),
        _(
            "In “%(call)s” there was nobody for you this time. You read why in your application,"
            " and what would change it. You stay in the next matching, unless you withdraw."
        ),
        _("See why"),
    )


def register_calls() -> None:
    """About a call, to everybody in it."""
    _of_call(
        CALL_MATCHING,
        _("Applications are closed: %(call)s"),
        _("“%(call)s” takes no more applications. Mentees and mentors are brought together now."),
    )
    _of_call(
        CALL_CLOSED,
        _("The mentoring has ended: %(call)s"),
        _("“%(call)s” is closed. Thank you for taking part."),
    )
    _of_call(
        CALL_CANCELLED,
        _("This mentoring does not take place: %(call)s"),
        _("“%(call)s” is called off. The reason:\n\n%(reason)s"),
    )
    _of_call(
        CALL_CLOSES,
        _("Your application is not handed in yet: %(call)s"),
        _(
            "“%(call)s” closes soon; days left, at most: %(days)s. Your draft is saved, but it is"
            " not handed in."
        ),
    )


def _decision(name, subject, text, action) -> None:
    topic = NoticeTopic.MENTORING
    register(name, topic=topic, subject=subject, text=text, action=action, url=_application)


def _of_call(name, subject, text) -> None:
    register(
        name,
        topic=NoticeTopic.MENTORING,
        subject=subject,
        text=text,
        action=_("See your applications"),
        url=_applications,
    )


def _application(facts) -> str:
    return reverse("mentoring:application", args=[facts["application"]])


def _applications(facts) -> str:
    return reverse("mentoring:mine")
