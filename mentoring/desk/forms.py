"""What coordinators set: a call's dates, what it asks, and what a pair is worth."""

from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.actions.calls import SETTINGS
from mentoring.matching.profiles import HEAVIEST
from mentoring.models import Call, Programme
from mentoring.reasons import CRITERIA
from participants.countries import CODES, country_name

BRUSSELS = ZoneInfo("Europe/Brussels")
MOMENT = "%Y-%m-%dT%H:%M"


class BrusselsTime(forms.DateTimeField):
    """A moment, typed and shown in the time of Brussels, wherever the coordinator is."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)

    def to_python(self, value):
        with timezone.override(BRUSSELS):
            return super().to_python(value)

    def prepare_value(self, value):
        with timezone.override(BRUSSELS):
            return super().prepare_value(value)


def day():
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SettingsForm(forms.ModelForm):
    """`parts` are its fields in groups; `values()` what the action takes."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    opens_at = BrusselsTime(label=_("Opens"), required=False, help_text=_("Time in Brussels."))
    closes_at = BrusselsTime(label=_("Closes"), required=False, help_text=_("Time in Brussels."))
    countries = forms.MultipleChoiceField(
        label=_("Countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who may apply. None ticked: people of every country."),
    )

    class Meta:
        model = Call
        fields = [name for name in SETTINGS if name != "weights"]
        widgets = {"period_from": day(), "period_until": day()}
        help_texts = {
            "days_to_answer": _("An offer without an answer ends by itself after so many days."),
            "days_together": _("Both must be there for so many days of the period."),
            "language_level": _("Both must know one language at this level."),
            "floor": _("A pair worth less is not made, unless you lock it. 0: no floor."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        named = sorted(((code, country_name(code)) for code in CODES), key=lambda one: one[1])
        self.fields["countries"].choices = named
        for criterion, label in CRITERIA.items():
            self.fields[f"weight_{criterion}"] = forms.IntegerField(
                label=label,
                min_value=0,
                max_value=HEAVIEST,
                initial=self.instance.weights.get(criterion, 0),
            )

    @property
    def parts(self):
        weights = [f"weight_{criterion}" for criterion in CRITERIA]
        groups = {
            _("Dates"): SETTINGS[:4],
            _("Mentorships"): ("days_to_answer", *SETTINGS[5:8]),
            _("What every pair needs"): ("language_level", "days_together", "floor"),
            _("What a pair is worth: the most points of each criterion"): weights,
        }
        return [(title, [self[name] for name in names]) for title, names in groups.items()]

    def clean(self):
        found = super().clean()
        weights = [found.get(f"weight_{criterion}") for criterion in CRITERIA]
        if None not in weights and not sum(weights):
            raise forms.ValidationError(_("Give points to one criterion at least."))
        return found

    def values(self) -> dict:
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        weights = {str(one): self.cleaned_data[f"weight_{one}"] for one in CRITERIA}
        return {**found, "countries": sorted(found["countries"]), "weights": weights}


class ProgrammeForm(forms.ModelForm):
    class Meta:
        model = Programme
        fields = ["pairs", "second_person"]
