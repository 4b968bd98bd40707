"""One more proof before something important. It holds for a quarter of an hour.

    @recently_authenticated
    def erase_me(request): ...

Whoever has a password, a passkey or an app gives that; everybody else a code that is mailed to the
confirmed address.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode

View = Callable[..., HttpResponse]
STATE = "proof_by_code"
ATTEMPTS = 3


def recently_authenticated(view: View) -> View:
    """Lets nobody in, by GET or POST, who has not proved just now that it is them. They come back
    by GET: what a form held that was sent too late is never kept in between, as it may be a
    password or mean something for good. So ask before the form is shown."""

    @login_required
    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if has_proven(request):
            return view(request, *args, **kwargs)
        way = get_adapter(request).get_reauthentication_methods(request.user)[0]
        return redirect(f"{way['url']}?{urlencode({'next': request.get_full_path()})}")

    return asking


def has_proven(request: HttpRequest) -> bool:
    """Signing in is not enough: a session may have been left open a minute later."""
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records if record.get("reauthenticated")]
    return bool(proofs) and time.time() - proofs[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def require_proof(request: HttpRequest) -> None:
    """For allauth's own pages. It keeps what was sent, and goes on with it after the proof."""
    if not has_proven(request):
        raise ReauthenticationRequired


class CodeByMail(AbstractCodeVerificationProcess):
    """The code that stands in for a password. It is kept in the session that asked for it."""

    def __init__(self, request: HttpRequest, state: dict) -> None:
        self.request = request
        super().__init__(
            max_attempts=ATTEMPTS,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state,
            user=request.user,
        )

    @classmethod
    def start(cls, request: HttpRequest) -> "CodeByMail":
        process = cls(request, cls.initial_state(request.user, request.user.email))
        process.send()
        process.persist()
        return process

    @classmethod
    def resume(cls, request: HttpRequest) -> "CodeByMail | None":
        state = request.session.get(STATE)
        return cls(request, state).abort_if_invalid() if state else None

    def send(self) -> None:
        adapter = get_adapter(self.request)
        self.state["code"] = adapter.generate_login_code()
        adapter.send_mail("account/email/proof_code", self.state["email"], {"code": self.code})

    def persist(self) -> None:
        self.request.session[STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(STATE, None)

    def finish(self) -> None:
        self.abort()
        record_authentication(self.request, self.user, method="code", reauthenticated=True)
