"""What people are told about their certificates, whatever they were issued for."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from participants.notices import register
from participants.states import NoticeTopic

ISSUED = "credentials.issued"
ISSUED_STATEMENT = "credentials.issued_statement"
REPLACED = "credentials.replaced"
REVOKED = "credentials.revoked"


def register_all() -> None:
    register(
        ISSUED,
        topic=NoticeTopic.COURSES,
        subject=_("Your certificate is ready: %(title)s"),
        text=_(
            "You have completed “%(title)s”. Keep the document, and share its address: anybody can"
            " check there that it is real."
        ),
        action=_("Open the certificate"),
        url=_address,
    )
    register(
        ISSUED_STATEMENT,
        topic=NoticeTopic.MENTORING,
        subject=_("Your statement of participation is ready: %(title)s"),
        text=_(
            "You took part in “%(title)s”. Keep the document, and share its address: anybody can"
            " check there that it is real."
        ),
        action=_("Open the statement"),
        url=_address,
    )
    register(
        REPLACED,
        topic=NoticeTopic.COURSES,
        subject=_("There is a new certificate: %(title)s"),
        text=_(
            "Your certificate for “%(title)s” was issued anew, and the earlier one is no longer in"
            " force. The reason: %(reason)s"
        ),
        action=_("Open the new certificate"),
        url=_address,
    )
    register(
        REVOKED,
        topic=NoticeTopic.COURSES,
        subject=_("Your certificate was revoked: %(title)s"),
        text=_(
            "Your certificate for “%(title)s” is no longer in force, and its address says so. The"
            " reason: %(reason)s"
        ),
        action=_("See what its address says"),
        url=_address,
    )


def _address(facts) -> str:
    return reverse("credentials:verify", args=[facts["code"]])
