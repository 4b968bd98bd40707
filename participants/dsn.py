"""Reports of mail servers about mails that came back, as RFC 3464 has them."""

from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default

RETURNED = ("to", "delivered-to", "x-original-to", "original-recipient")


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(content)


def failure(message: Message) -> str | None:
    """The status of a mail that nobody can be given, such as "5.1.1". None where it may still
    arrive, or where the message is no report."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            status = str(block.get("Status", "")).strip()[:20]
            if str(block.get("Action", "")).strip().lower() == "failed" and status[:2] == "5.":
                return status.split()[0]
    return None


def names_of_mail(message: Message) -> str:
    """Everything that may say which mail came back: the address it came back to, and the headers
    of the mail itself, which the report holds whole or in part."""
    found = [str(value) for name in RETURNED for value in message.get_all(name, [])]
    for part in message.walk():
        if part is not message and part.get("Message-ID"):
            found.append(str(part["Message-ID"]))
        if part.get_content_type() == "text/rfc822-headers":
            found.append(str(part.get_payload()))
    return "\n".join(found)
