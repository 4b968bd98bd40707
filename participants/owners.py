"""Whose a form is: what arrives without a session goes back to that person alone."""

from typing import Any

from django.core import signing

SALT = "participants.owner"


def signed_owner(user: Any) -> str:
    """Names the person in a form; nothing for visitors."""
    return signing.dumps(user.pk, salt=SALT) if user.is_authenticated else ""


def owner_of(signed: str) -> int | None:
    try:
        return signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return None
