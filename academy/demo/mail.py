"""The demonstration's post: every mail the site sends becomes a file, and anyone may read it."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SHOWN = 200
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{32}")


class EmailBackend(BaseEmailBackend):
    """One file a mail, written aside and renamed, so that a reader never meets half of one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.DEMO_MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex}"
            draft = folder / f".{name}"
            draft.write_bytes(message.message().as_bytes())
            draft.rename(folder / f"{name}.eml")
        return len(email_messages)


@dataclass(frozen=True)
class Mail:
    name: str
    sent: datetime | None
    sender: str
    to: str
    subject: str
    text: str
    html: str


def newest() -> list[Mail]:
    """The last mails, newest first."""
    folder = Path(settings.DEMO_MAIL_DIR)
    names = sorted((path.stem for path in folder.glob("[0-9]*.eml")), reverse=True)
    mails = (read(name) for name in names[:SHOWN])
    return [mail for mail in mails if mail is not None]


def read(name: str) -> Mail | None:
    """Nothing for a name that no mail has, whatever it points at."""
    if not NAME.fullmatch(name):
        return None
    try:
        content = (Path(settings.DEMO_MAIL_DIR) / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    parsed = message_from_bytes(content, policy=policy.default)
    return Mail(
        name=name,
        sent=_when(parsed["Date"]),
        sender=str(parsed["From"]),
        to=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        text=_part(parsed, "plain"),
        html=_part(parsed, "html"),
    )


def _when(date: str | None) -> datetime | None:
    """Django writes the time in UTC with the sign that stands for an unknown place."""
    if not date:
        return None
    moment = parsedate_to_datetime(date)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _part(parsed: ParsedMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""
