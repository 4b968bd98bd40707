"""Where django-allauth meets the platform: who people are, where they go next, what is mailed."""

import base64
import hashlib
import logging
from smtplib import SMTPException

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_login_redirect_url
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from participants.permissions import can_reach_desk, has_profile

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The e-mail address or the password is not right. Try again, or ask for a sign-in code."
        ),
        "incorrect_code": _("This code is not right. Check it, or ask for a new one."),
        "too_many_login_attempts": _(
            "That was tried too often. Wait five minutes, or ask for a sign-in code."
        ),
    }

    def new_user(self, request):
        user = super().new_user(request)
        user.language = get_language() or settings.LANGUAGE_CODE
        return user

    def save_user(self, request, user, form, commit=True):
        user.name = form.cleaned_data.get("name", "") or user.name
        return super().save_user(request, user, form, commit)

    def post_login(self, request, user, *, redirect_url, signup, **kwargs):
        """People without a profile are led to it first, and from there to where they were going.
        Staff are not: they may never take a course."""
        if not has_profile(user) and not can_reach_desk(user):
            onward = get_login_redirect_url(request, redirect_url, signup=signup)
            redirect_url = f"{reverse('participants:profile')}?{urlencode({'next': onward})}"
        return super().post_login(request, user, redirect_url=redirect_url, signup=signup, **kwargs)

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
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        return _fernet().decrypt(encrypted_text.encode()).decode()


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


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(f"second-factor:{key}".encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
