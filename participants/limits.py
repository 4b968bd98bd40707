"""How often somebody may ask or try, and how long it takes until they may again.

The counts are allauth's; its own words name no time, and a wrong time is worse than none.
"""

import math
import time
from collections.abc import Iterator

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

COUNTS = "allauth.account"
SECOND_STEP = "mfa-auth-user-{}"  # allauth's name for the count of somebody's second step

# What can hold up the pages of each address.
ACTIONS = {
    "account_login": ("login", "login_failed", "confirm_email"),
    "account_signup": ("signup", "confirm_email"),
    "account_request_login_code": ("request_login_code",),
    "account_confirm_login_code": ("request_login_code",),
    "account_reset_password": ("reset_password",),
    "account_email": ("manage_email", "confirm_email"),
    "account_email_verification_sent": ("confirm_email",),
    "account_change_password": ("change_password", "proof_failed"),
    "account_set_password": ("change_password",),
    "account_reauthenticate": ("reauthenticate", "proof_failed"),
    "mfa_authenticate": ("login_failed",),
    "mfa_activate_totp": ("login_failed",),
    "mfa_reauthenticate": ("reauthenticate", "proof_failed"),
    "mfa_reauthenticate_webauthn": ("reauthenticate", "proof_failed"),
    "prove_by_code": ("reauthenticate", "proof_code"),
}


def allows(action: str, who: object, *, amount: int, seconds: int) -> bool:
    """Counts this question too. Without a working count nobody is kept out. For questions by GET,
    which allauth's own limits do not count."""
    key = f"limit:{action}:{who}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= amount
    except ValueError:  # it ran out between the two
        return True


def counts_proof(request) -> bool:
    """Counts one more proof in this session, and says whether it may be looked at. The count of
    the front door is another: who sits at an open session cannot lock its owner out there."""
    return ratelimit.consume(
        request, app=COUNTS, action="proof_failed", key=request.session.session_key
    )


def forget_proofs(request) -> None:
    ratelimit.clear(request, app=COUNTS, action="proof_failed", key=request.session.session_key)


def open_front_door(request, key: str) -> None:
    """Somebody came in by another way: their address is no longer locked. What was tried from
    their network stays counted, or one account would pay for guessing at others."""
    for rate in ratelimit.get_rates(app=COUNTS, action="login_failed"):
        if rate.per == "key":
            cache.delete(_place(request, "login_failed", rate, key))


def seconds_left(request) -> int:
    """Until what this request asked for is allowed again; nothing when no limit is reached."""
    match = request.resolver_match
    waits = [
        _wait(request, action, rate, key)
        for action in ACTIONS.get(match.url_name if match else "", ())
        for key in _keys(request, action)
        for rate in ratelimit.get_rates(app=COUNTS, action=action)
    ]
    return max(waits, default=0)


def waiting_words(seconds: int) -> str:
    """ "3 minutes", never less than the truth."""
    if seconds <= 90:
        seconds = max(1, seconds)
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


def refusal(request) -> str:
    """What a form says that was sent too often."""
    seconds = seconds_left(request)
    if not seconds:
        return _("That was tried too often. Wait a minute, then try again.")
    words = {"time": waiting_words(seconds)}
    name = request.resolver_match.url_name
    if name == "account_login":
        return (
            _(
                "That was tried too often. Wait %(time)s and try again. Or sign in right now: with"
                " a code that we send you, or by setting a new password."
            )
            % words
        )
    return _("That was tried too often. Wait %(time)s, then try again.") % words


def _keys(request, action: str) -> Iterator[str]:
    """Whose counts are asked, as allauth names them."""
    if action == "proof_failed":
        yield request.session.session_key or ""
        return
    stage = getattr(request, "_login_stage", None)
    user = stage.login.user if stage else request.user
    if action == "login_failed" and user and user.is_authenticated:
        yield SECOND_STEP.format(user.pk)
        return
    email = (request.POST.get("login") or request.POST.get("email") or "").strip().lower()
    if action == "login_failed":
        from allauth.account.adapter import get_adapter

        email = get_adapter(request)._get_login_attempts_cache_key(request, email=email)
    yield email


def _wait(request, action: str, rate: ratelimit.Rate, key: str) -> int:
    if rate.per == "user" and not request.user.is_authenticated:
        return 0
    history = cache.get(_place(request, action, rate, key)) or []
    recent = [at for at in history if at > time.time() - rate.duration]
    if len(recent) < rate.amount:
        return 0
    return math.ceil(recent[rate.amount - 1] + rate.duration - time.time())


def _place(request, action: str, rate: ratelimit.Rate, key: str) -> str:
    return ratelimit.get_cache_key(request, app=COUNTS, action=action, rate=rate, key=key)
