"""Where django-allauth meets the platform: who people are, where they go next, what is mailed."""

import logging
from smtplib import SMTPException

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_login_redirect_url
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from participants import browsers, limits, reauthentication, sealing
from participants.permissions import can_reach_desk, has_profile
from participants.refusals import Refused

logger = logging.getLogger(__name__)
SECOND_FACTOR = "second-factor"


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The e-mail address or the password is not right. Try again, or ask for a sign-in code."
        ),
        "incorrect_code": _("This code is not right. Check it, or ask for a new one."),
        # What is said when a code was typed in wrongly three times; a limit says how long to wait.
        "too_many_login_attempts": _(
            "The code was not right too many times, so it works no longer. Ask for a new one."
        ),
        "rate_limited": _("You asked for many codes. Wait a minute, then ask for a new one."),
    }

    def validation_error(self, code, *args):
        if code in ("too_many_login_attempts", "rate_limited"):
            return ValidationError(limits.refusal(context.request), code=code)
        return super().validation_error(code, *args)

    def new_user(self, request):
        user = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name", "") or user.name
        return super().save_user(request, user, form, commit)

    def login(self, request, user):
        """The device is noted. The front door opens again for whoever came in by another way."""
        is_first = user.last_login is None
        for key in self._attempts(request, user.email):
            limits.open_front_door(request, key)
        super().login(request, user)
        try:
            request.known_browser = browsers.record_sign_in(request, user, is_first=is_first)
        except Refused:  # erased while signing in
            logout(request)
            raise ImmediateHttpResponse(redirect("account_login")) from None

    def post_login(self, request, user, *, redirect_url, signup, **kwargs):
        """People without a profile are led to it first, and from there to where they were going.
        Staff are not: they may never take a course."""
        if not has_profile(user) and not can_reach_desk(user):
            onward = get_login_redirect_url(request, redirect_url, signup=signup)
            redirect_url = f"{reverse('participants:profile')}?{urlencode({'next': onward})}"
        response = super().post_login(
            request, user, redirect_url=redirect_url, signup=signup, **kwargs
        )
        browsers.remember(response, request.known_browser)
        return response

    def _get_login_attempts_cache_key(self, request, **credentials):
        """A browser that the owner used before has a count of its own, so that strangers who guess
        elsewhere do not lock the owner out of it."""
        *_everywhere, here = self._attempts(request, credentials.get("email", ""))
        return here

    def _attempts(self, request, email):
        """The counts of wrong passwords: everybody's, and this browser's if it is the owner's."""
        everybodys = super()._get_login_attempts_cache_key(request, email=email)
        known = browsers.known_key(request, email)
        return [everybodys, f"{everybodys}:{known}"] if known else [everybodys]

    def _delete_login_attempts_cached_email(self, request, **credentials):
        for key in self._attempts(request, credentials["email"]):
            limits.open_front_door(request, key)

    def reauthenticate(self, user, password):
        """Counted apart from the front door, for each session."""
        request = context.request
        if not limits.counts_proof(request):
            raise self.validation_error("too_many_login_attempts")
        if not user.check_password(password):
            return False
        limits.forget_proofs(request)
        return True

    def is_reauthentication_required(self, *, app, **kwargs):
        """allauth takes those who have neither password nor second step at their word. We ask
        everybody."""
        if super().is_reauthentication_required(app=app, **kwargs):
            reauthentication.require_proof(context.request)
        return False

    def get_reauthentication_methods(self, user):
        """A code by mail, unless there is a second step: whoever can read the mail must not be
        able to switch that off."""
        ways = super().get_reauthentication_methods(user)
        if user.is_authenticated and not any(way["id"].startswith("mfa") for way in ways):
            by_code = {"id": "prove_by_code", "description": _("Use a code sent by e-mail")}
            ways.append({**by_code, "url": reverse("prove_by_code")})
        return ways

    def get_logout_redirect_url(self, request):
        return f"/{get_language() or settings.LANGUAGE_CODE}/"

    def send_mail(self, template_prefix, email, context):
        """A mail server that is down must not cost people what they typed: they are told, and can
        ask for the mail again."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("Mail %s was not sent: %s", template_prefix, type(error).__name__)
            messages.error(
                self.request,
                _("We could not send an e-mail just now. Wait a minute, then ask for it again."),
            )


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secrets of authenticator apps are not kept in the clear."""

    def encrypt(self, text):
        return sealing.seal(text, SECOND_FACTOR)

    def decrypt(self, encrypted_text):
        return sealing.opened(encrypted_text, SECOND_FACTOR)


class ProviderAdapter(DefaultSocialAccountAdapter):
    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(parts)).strip()[:150]
        return user

    def get_signup_form_initial_data(self, sociallogin):
        return {
            **super().get_signup_form_initial_data(sociallogin),
            "name": sociallogin.user.name,
        }
