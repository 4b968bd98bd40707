"""Mail by a service: sending in the words that the rest of the site understands, and what the
service reports about mails that came back."""

from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from anymail.exceptions import AnymailError, AnymailRecipientsRefused
from anymail.signals import EventType, RejectReason
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from participants import mails
from participants.actions import record_mail_bounced

FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED}
MARK = "notice"


class ServiceBackend(BaseEmailBackend):
    """Sends through `settings.MAIL_SERVICE`. What a service refuses is raised as a mail server's
    refusal, so that whoever sends need not know which of the two there is."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        backend = f"anymail.backends.{settings.MAIL_SERVICE}.EmailBackend"
        self.service = get_connection(backend, fail_silently=fail_silently, **kwargs)

    def open(self) -> bool | None:
        try:
            return self.service.open()
        except AnymailError as error:
            raise SMTPException(type(error).__name__) from None

    def close(self) -> None:
        self.service.close()

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        return sum(self._send(message) for message in email_messages)

    def _send(self, message: EmailMessage) -> int:
        """A notice is marked, since most services give mails an id of their own. Where mails come
        back to is the service's own address."""
        message.from_email = message.extra_headers.pop("From", message.from_email)
        token = mails.token_in(message.extra_headers.get("Message-ID", ""))
        if token:
            message.metadata = {MARK: token.hex}
        try:
            sent = self.service.send_messages([message]) or 0
        except AnymailRecipientsRefused:
            refused = dict.fromkeys(message.recipients(), (550, b"5.1.1 refused"))
            raise SMTPRecipientsRefused(refused) from None
        except AnymailError as error:
            raise SMTPException(type(error).__name__) from None
        if "failed" in (message.anymail_status.status or ()):
            raise SMTPException("The service did not send it.")
        return sent


@csrf_exempt
def events(request: HttpRequest, secret: str) -> HttpResponse:
    """What the service tells of mails. Whoever does not know the secret tells us nothing."""
    known = settings.MAIL_WEBHOOK_SECRET
    if not known or not constant_time_compare(secret, known):
        return HttpResponseForbidden()
    return _webhook()(request)


def _webhook() -> Any:
    name = settings.MAIL_SERVICE
    camel = {
        "amazon_ses": "AmazonSES",
        "brevo": "Brevo",
        "mailgun": "Mailgun",
        "mailjet": "Mailjet",
        "postmark": "Postmark",
        "sendgrid": "SendGrid",
    }[name]
    stock = import_string(f"anymail.webhooks.{name}.{camel}TrackingWebhookView")
    # The secret in the address stands in for a user and password.
    return type(stock.__name__, (stock,), {"warn_if_no_basic_auth": False}).as_view()


def on_event(sender: Any, event: Any, **kwargs: Any) -> None:
    """Only what nobody can ever be given counts; a full mailbox is tried again by the service."""
    gone = {EventType.BOUNCED, EventType.REJECTED}
    if event.event_type not in gone or event.reject_reason not in FOR_GOOD:
        return
    mark = (event.metadata or {}).get(MARK, "")
    token = mails.token_in(f"+{mark}@") or mails.token_in(event.message_id or "")
    if token:
        record_mail_bounced(token, event.reject_reason)
