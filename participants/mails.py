"""Notices as e-mails: text and HTML, in the person's language, with a way to stop them."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from home.models import contact_address, site_name
from participants import notices
from participants.models import Notice
from participants.states import NoticeTopic

DIGEST = "participants.digest"
SALT = "participants.unsubscribe"
TOKEN = re.compile(r"(?:<notice\.|\+)([0-9a-f]{32})@")


def build(
    notice: Notice, told: Sequence[Notice], items: Sequence[notices.Words]
) -> EmailMultiAlternatives:
    """The mail of a notice; of a digest, what it tells is in `told`, and in words in `items`.

    Only a program made it, so no other program shall answer it (RFC 3834); and programs that show
    mails offer to stop it with one click where that is possible (RFC 8058).
    """
    person = notice.user
    optional = sorted({one.topic for one in told} - {NoticeTopic.ACCOUNT})
    with translation.override(person.language):
        site = site_name()
        context = {
            "subject": _subject(notice, items, site),
            "items": items,
            "is_digest": notice.kind == DIGEST,
            "site": site,
            "base_url": base_url(),
            "settings_url": base_url() + reverse("participants:notice_settings"),
            "unsubscribe_url": unsubscribe_url(person.pk, optional) if optional else "",
            "language": person.language,
        }
        text = render_to_string("participants/email/notice.txt", context)
        html = render_to_string("participants/email/notice.html", context)
    mail = EmailMultiAlternatives(
        subject=context["subject"],
        body=text,
        from_email=_return_address(notice.token),
        to=[person.email],
        reply_to=[contact_address()] if NoticeTopic.MESSAGES in optional else None,
        headers=_headers(notice, context["unsubscribe_url"]),
    )
    mail.attach_alternative(html, "text/html")
    return mail


def base_url() -> str:
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/")


def message_id(token: UUID) -> str:
    """The same at every try, so that mail programs show a mail that came twice once."""
    return f"<notice.{token.hex}@{urlsplit(base_url()).hostname}>"


def token_in(text: str) -> UUID | None:
    """Which of our mails a Message-ID or a return address is about."""
    found = TOKEN.search(text)
    return UUID(found[1]) if found else None


def unsubscribe_url(user_id: int, topics: Sequence[str]) -> str:
    return base_url() + reverse("participants:unsubscribe", args=[signed(user_id, topics)])


def signed(user_id: int, topics: Sequence[str]) -> str:
    """Names a person and topics for ever, without a sign-in: mails are read years later."""
    return signing.Signer(salt=SALT).sign_object([user_id, list(topics)])


def unsigned(token: str) -> tuple[int, list[NoticeTopic]] | None:
    try:
        user_id, topics = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    return user_id, [NoticeTopic(topic) for topic in topics]


def _headers(notice: Notice, unsubscribe: str) -> dict[str, str]:
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": message_id(notice.token),
        "Auto-Submitted": "auto-generated",
    }
    if unsubscribe:
        headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _return_address(token: UUID) -> str:
    """Where it comes back to, tagged so that it says itself which mail it was."""
    local, _at, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{token.hex}@{domain}" if domain else settings.DEFAULT_FROM_EMAIL


def _subject(notice: Notice, items: Sequence[notices.Words], site: str) -> str:
    if notice.kind != DIGEST:
        return items[0].subject
    count = len(items)
    words = ngettext("%(count)s notice from %(site)s", "%(count)s notices from %(site)s", count)
    return " ".join((words % {"count": count, "site": site}).splitlines())
