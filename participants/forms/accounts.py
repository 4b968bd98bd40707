from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

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
        if user is None or not user.check_password(self.cleaned_data["password1"]):
            return None
        return user, None
