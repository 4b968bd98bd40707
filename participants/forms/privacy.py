"""The data-protection officer's forms."""

from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import User
from participants.states import RequestChannel, RequestKind, RequestOutcome

CHANNELS = [choice for choice in RequestChannel.choices if choice[0] != RequestChannel.SELF]


class RecordForm(forms.Form):
    """A request that came by letter. The account is named by its address, so nobody is listed."""

    kind = forms.ChoiceField(label=_("What is asked for"), choices=RequestKind.choices)
    channel = forms.ChoiceField(label=_("How it came"), choices=CHANNELS)
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The month to answer runs from this day."),
    )
    email = forms.EmailField(
        label=_("E-mail address of the account, if there is one"), required=False, max_length=254
    )
    who = forms.CharField(
        label=_("Name and way to reach the person, if there is no account"),
        required=False,
        max_length=300,
    )
    details = forms.CharField(
        label=_("In the person's words"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come."), code="future")
        if day.year < 2000:
            raise ValidationError(_("Check the year of this day."), code="long-ago")
        return timezone.make_aware(datetime.combine(day, time(12)))

    def clean_email(self):
        address = self.cleaned_data["email"].lower()
        self.user = User.objects.filter(email=address, erased_at=None).first() if address else None
        if address and self.user is None:
            raise ValidationError(_("There is no account with this address."), code="unknown")
        return address

    def clean(self):
        data = super().clean()
        if not (data.get("email") or data.get("who") or self.errors):
            raise ValidationError(_("Say whose request this is."), code="nobody")
        return data


class ExtendForm(forms.Form):
    prefix = "extend"
    reason = forms.CharField(
        label=_("Why it takes longer"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person reads this."),
    )


class AnswerForm(forms.Form):
    prefix = "answer"
    outcome = forms.ChoiceField(label=_("Outcome"), choices=RequestOutcome.choices)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The person reads this."),
    )


class SureForm(forms.Form):
    prefix = "erase"
    sure = forms.BooleanField(label=_("I have checked that the request comes from this person"))
