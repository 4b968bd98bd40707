"""What the pages of a course have in common."""

from urllib.parse import urlencode

from django.urls import reverse


def sign_in_url(back_to: str) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': back_to})}"


def sign_up_url(back_to: str) -> str:
    return f"{reverse('account_signup')}?{urlencode({'next': back_to})}"


def number_of(text: str | None) -> int:
    """A number that somebody sent, or 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0


def completed_now(reader) -> bool:
    """Whether what a reader just did completed their course."""
    enrolment = reader.where.enrolment
    if enrolment is None or enrolment.is_completed:
        return False
    enrolment.refresh_from_db(fields=["state"])
    return enrolment.is_completed
