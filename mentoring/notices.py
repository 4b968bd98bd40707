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


def _match(facts) -> str:
    return reverse("mentoring:match", args=[facts["match"]])
