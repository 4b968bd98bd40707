from django import forms
from django.utils.translation import gettext_lazy as _


class GoalForm(forms.Form):
    day = forms.DateField(
        label=_("I want to finish by"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
