from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from participants import limits
from participants.models import User


class SignupForm(allauth_forms.SignupForm):
    """Name, e-mail and password. The honeypot is hidden by an attribute: inline style, which
    allauth would use, is forbidden on our pages."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        honeypot = self.fields[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]
        honeypot.label = _("Leave this field empty")
        honeypot.widget = forms.TextInput(
            attrs={"data-honeypot": "", "tabindex": "-1", "autocomplete": "off"}
        )

    def try_save(self, request):
        """Of two sign-ups with one address at the same moment, the second goes the way of every
        address that has an account already: the same answer, and a mail that says so. Unless it is
        the same form sent twice: then it goes on with the account that the first one made."""
        if self.account_already_exists:
            return self._again() or super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return self._again() or super().try_save(request)

    def _again(self):
        """Somebody who knows the password of an account that was made and never used."""
        if self.cleaned_data[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]:
            return None
        unused = User.objects.filter(
            email=self.cleaned_data["email"], last_login=None, is_active=True
        ).exclude(emailaddress__verified=True)
        user = unused.first()
        if user is None:
            make_password(self.cleaned_data["password1"])  # as long as a new account takes
            return None
        return (user, None) if user.check_password(self.cleaned_data["password1"]) else None


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The present password is a proof like any other, and guessing at it is counted with them."""

    def clean_oldpassword(self):
        _count_proof()
        password = super().clean_oldpassword()
        limits.forget_proofs(context.request)
        return password


class SecondFactorAgainForm(mfa_forms.ReauthenticateForm):
    """Counted apart from the second step of signing in, for each session: whoever sits at an open
    session must not lock its owner out elsewhere."""

    def clean_code(self):
        _count_proof()
        own = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN)
        for authenticator in own:
            if authenticator.wrap().validate_code(self.cleaned_data["code"]):
                authenticator.user = self.user
                self.authenticator = authenticator
                limits.forget_proofs(context.request)
                return self.cleaned_data["code"]
        raise get_adapter().validation_error("incorrect_code")


class KeyAgainForm(webauthn_forms.ReauthenticateWebAuthnForm):
    """Counted apart, as the other proofs are."""

    def clean_credential(self):
        _count_proof()
        auth.parse_authentication_response(self.cleaned_data["credential"])
        key = auth.complete_authentication(self.user, self.cleaned_data["credential"])
        limits.forget_proofs(context.request)
        return key


def _count_proof() -> None:
    if not limits.counts_proof(context.request):
        raise get_adapter().validation_error("too_many_login_attempts")
