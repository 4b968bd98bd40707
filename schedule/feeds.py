"""The secret in the address of a calendar.

It is a random key with a signature. The database holds the key alone, so a copy of the database
opens no calendar, and the person can still be shown the address. A wrong one costs no query.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer


def token_of(key: UUID) -> str:
    return _signer().sign(key.hex)


def key_of(token: str) -> UUID | None:
    """The key that was signed, or None. A key of `SECRET_KEY_FALLBACKS` counts too."""
    try:
        return UUID(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="schedule.feed", sep=".")
