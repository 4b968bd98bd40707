"""The part of signing up that allauth builds its own forms upon: it imports nothing of allauth."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_name(value: str) -> None:
    """Names go into mails that we send: an address in one would make us somebody's spammer."""
    if "://" in value or "www." in value.lower() or "@" in value or not value.isprintable():
        raise ValidationError(
            _("Write your name only, without an address."), code="address-in-name"
        )


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As it should stand on a certificate."),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request, user):
        """The adapter has written the name already."""
