"""What the pages of a course have in common."""

from urllib.parse import urlencode

from django.urls import reverse


def sign_in_url(back_to: str) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': back_to})}"


def sign_up_url(back_to: str) -> str:
    return f"{reverse('account_signup')}?{urlencode({'next': back_to})}"
