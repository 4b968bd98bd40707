import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

HONEYPOT = "website"


class FeedbackForm(forms.Form):
    """Ids have a prefix of their own, since the form stands at the foot of pages with others."""

    message = forms.CharField(
        label=_("What should we know?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Please leave out private details about you and others."),
        error_messages={"required": _("Write a few words first.")},
    )
    reply_to = forms.EmailField(
        label=_("Your e-mail address, if you want an answer"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Write the address as name@example.org, or leave it empty.")},
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        required=False,
        label=_("Leave this field empty"),
        widget=forms.TextInput(
            attrs={"data-honeypot": "", "tabindex": "-1", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args, page: str = "", **kwargs):
        kwargs.setdefault("initial", {"page": page, "token": uuid.uuid4()})
        super().__init__(*args, auto_id="feedback_%s", **kwargs)

    def clean_page(self):
        """Only an address of this site, and never more than the column holds."""
        page = self.cleaned_data["page"]
        return page[:500] if page.startswith("/") else ""

    def clean_token(self):
        return self.cleaned_data["token"] or uuid.uuid4()

    def is_from_robot(self) -> bool:
        return bool(self.cleaned_data.get(HONEYPOT))
