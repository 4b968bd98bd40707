"""The part of signing up that allauth builds its own forms upon: it imports nothing of allauth."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from participants.rules import has_visible_letter, hides_nothing


def validate_name(value: str) -> None:
    """Names go into mails that we send: an address in one would make us somebody's spammer. They
    stand on certificates: there must be something to read, and nothing that hides."""
    if "://" in value or "www." in value.lower() or "@" in value:
        raise ValidationError(
            _("Write your name only, without an address."), code="address-in-name"
        )
    if not hides_nothing(value):
        raise ValidationError(
            _("This name has characters that cannot be seen. Type it, rather than paste it."),
            code="unseen",
        )
    if not has_visible_letter(value):
        raise ValidationError(_("Write a name with letters."), code="no-letters")


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
