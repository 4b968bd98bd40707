from django import forms
from django.utils.translation import gettext_lazy as _

from participants.states import RequestKind

ASKED = (RequestKind.CORRECTION, RequestKind.RESTRICTION, RequestKind.OBJECTION)


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=_("I understand that nothing can be brought back. Erase everything about me."),
        error_messages={"required": _("Tick this if you are sure. Nothing was erased yet.")},
    )


class AskForm(forms.Form):
    """What nobody can do for themselves on *My data*."""

    kind = forms.ChoiceField(
        label=_("What do you ask for?"),
        choices=[(kind.value, kind.label) for kind in ASKED],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you ask for.")},
    )
    details = forms.CharField(
        label=_("Which data, and what should happen to them?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write a sentence or two, so that we can help you.")},
    )
