from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _


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
        address that has an account already: the same answer, and a mail that says so."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)
