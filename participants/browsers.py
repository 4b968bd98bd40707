"""The cookie by which a browser is known again to the people who signed in with it.

It holds a random number, signed. With it a sign-in is no news, and strangers who guess at an
address elsewhere cannot lock its owner out of this browser.
"""

import secrets
import time

from django.conf import settings
from django.utils.crypto import salted_hmac

from participants import actions
from participants.models import Device, User

COOKIE = "known_browser"
SALT = "participants.browsers"
YEAR = 365 * 24 * 3600
SEEN = "device_seen"  # in the session: when the device was last noted


def number_of(request) -> str:
    """The browser's number, or nothing when it has none that we gave it."""
    return request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=YEAR)


def remember(response, number: str) -> None:
    response.set_signed_cookie(
        COOKIE,
        number,
        salt=SALT,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def key_for(number: str, user: User) -> str:
    """What is kept of it: another value for each person, and worth nothing without our secret."""
    return salted_hmac(SALT, f"{user.pk}:{number}", algorithm="sha256").hexdigest()


def known_key(request, email: str) -> str:
    """The key of this browser if it belongs to the owner of the address, else nothing."""
    number = number_of(request)
    user = User.objects.filter(email=email.strip().lower()).first() if number else None
    if user is None:
        return ""
    key = key_for(number, user)
    return key if Device.objects.filter(user=user, browser_key=key).exists() else ""


def record_sign_in(request, user: User, *, is_first: bool) -> str:
    """Notes the device of a session that has just begun, and returns the browser's number."""
    number = number_of(request) or secrets.token_urlsafe(16)
    actions.record_sign_in(
        user.pk,
        request.session.session_key,
        browser_key=key_for(number, user),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        is_first=is_first,
    )
    request.session[SEEN] = int(time.time())
    return number


def touch(request) -> None:
    """Notes that the device was seen, once in some minutes: the session says when it was last."""
    seen = request.session.get(SEEN)
    if seen and time.time() - seen > settings.DEVICE_SEEN_SECONDS:
        request.session[SEEN] = int(time.time())
        actions.touch_device(request.session.session_key)
