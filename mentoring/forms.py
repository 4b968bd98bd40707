"""The steps of an application. A draft may have gaps: what is missing is told before handing in."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.urls import reverse_lazy
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from home.models import Topic
from mentoring import rules
from mentoring.actions.applications import LONGEST_ANSWER
from mentoring.actions.matches import LONGEST_REASON
from mentoring.languages import language_choices
from mentoring.models import Application
from mentoring.states import (
    DAYS,
    TIMES,
    ExperienceBand,
    LanguageLevel,
    Side,
    SizeBand,
    Step,
)
from participants.countries import country_choices, country_name
from participants.states import DegreeOfUrbanisation, LevelOfGovernment, ProfessionalRole

CHOOSE = ("", _("Choose"))
LANGUAGES = range(1, 6)
DAY_NAMES = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
}
TIME_NAMES = {"am": _("Morning"), "pm": _("Afternoon"), "eve": _("Evening")}
KEEP_OUT = _(
    "Please do not name other people, and leave out politics, religion, health, origin and other"
    " private matters, yours and theirs."
)


def half_day_name(code: str) -> str:
    day, time = code.split("-")
    return f"{DAY_NAMES[day]}, {str(TIME_NAMES[time]).lower()}"


def organisation_field(**options: Any) -> forms.CharField:
    """With suggestions, where there is script; see participants.views.organisations."""
    asks = {
        "autocomplete": "off",
        "list": "organisations",
        "hx-get": reverse_lazy("participants:organisations"),
        "hx-trigger": "input changed delay:300ms",
        "hx-target": "#organisations",
        "hx-include": "[name='country']",
        "hx-swap": "innerHTML",
    }
    return forms.CharField(max_length=200, widget=forms.TextInput(attrs=asks), **options)


def _begins_large(choices):
    """What can be chosen, each with a capital, as it begins a line."""
    return lambda: [CHOOSE, *((value, capfirst(label)) for value, label in choices.choices)]


def _both(question, warning):
    return format_lazy("{} {}", question, warning)


def _words(model_field: str, rows: int, **options: Any) -> forms.CharField:
    longest = Application._meta.get_field(model_field).max_length
    area = forms.Textarea(attrs={"rows": rows, "maxlength": longest})
    return forms.CharField(max_length=longest, widget=area, **options)


def _whole(label, choices, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, **options
    )


class StepForm(forms.Form):
    """One step. `said` is what the application says already. Nothing is needed before handing in,
    so an empty field is no error, yet fields are marked as needed."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, application: Application, said: dict[str, Any]):
        self.application, self.call = application, application.call
        super().__init__(data, initial=self.initial_of(said))
        self.adapt()

    def adapt(self) -> None:
        """What a step asks differs with the side and the call."""

    def initial_of(self, said: dict[str, Any]) -> dict[str, Any]:
        return said

    def answers(self) -> dict[str, Any]:
        """What is right of it, as `Application.draft` holds it."""
        return dict(self.cleaned_data)

    def _clean_fields(self):
        needed = [field for field in self.fields.values() if field.required]
        for field in needed:
            field.required = False
        super()._clean_fields()
        for field in needed:
            field.required = True


class ConditionsForm(StepForm):
    conditions = forms.MultipleChoiceField(
        label=_("I confirm"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A tick is enough: we ask for no date and no document."),
    )
    privacy = forms.BooleanField(label=_("I have read the privacy notice of this call"))

    def __init__(self, *args, conditions: list[dict[str, str]], wording: str, language: str, **kw):
        self.conditions, self.wording, self.language = conditions, wording, language
        super().__init__(*args, **kw)

    def adapt(self):
        self.fields["conditions"].choices = [(one["key"], one["text"]) for one in self.conditions]
        if not self.conditions:
            del self.fields["conditions"]

    def initial_of(self, said):
        standing = {(one["key"], one["text"]) for one in self.conditions}
        ticked = [one["key"] for one in said["conditions"] if self._stands(one, standing)]
        return {"conditions": ticked, "privacy": bool(said["privacy_wording"])}

    def _stands(self, one: dict, standing: set) -> bool:
        """A tick in another language holds, which handing in looks at."""
        return one["language"] != self.language or (one["key"], one["text"]) in standing

    def answers(self):
        chosen = self.cleaned_data.get("conditions", [])
        ticked = [{**o, "language": self.language} for o in self.conditions if o["key"] in chosen]
        wording = self.wording if self.cleaned_data.get("privacy") else ""
        return {"conditions": ticked, "privacy_wording": wording}


class PlaceForm(StepForm):
    organisation = organisation_field(
        label=_("Organisation"),
        help_text=_(
            "The town, region or association you apply for. Choose one we suggest, or write its"
            " full name."
        ),
    )
    country = forms.ChoiceField(label=_("Country you work in"))
    role = forms.ChoiceField(
        label=_("Your role"), choices=lambda: [CHOOSE, *ProfessionalRole.choices]
    )
    level_of_government = forms.ChoiceField(
        label=_("Level of government"), choices=_begins_large(LevelOfGovernment)
    )
    degree_of_urbanisation = _whole(
        _("Degree of urbanisation"),
        DegreeOfUrbanisation.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "What most of your area is like. A city has a dense centre of 50,000 people or more. A"
            " town or suburb has 5,000 or more. Everything else is a rural area."
        ),
    )
    size_band = _whole(_("People who live in your area"), _begins_large(SizeBand))
    experience_band = _whole(
        _("Your experience"),
        _begins_large(ExperienceBand),
        help_text=_("How long you have worked on integration, or held office."),
    )

    def adapt(self):
        only = self.call.countries
        named = sorted(((code, country_name(code)) for code in only), key=lambda pair: pair[1])
        self.fields["country"].choices = [
            ("", _("Choose a country")),
            *(named or country_choices()),
        ]
        if only:
            self.fields["country"].help_text = _("This call is for these countries.")

    def clean_organisation(self):
        return " ".join(self.cleaned_data["organisation"].split())


class TopicsForm(StepForm):
    topics = forms.TypedMultipleChoiceField(
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One to five. They count most in the matching."),
        error_messages={"invalid_choice": _("Choose topics of the list.")},
    )
    challenge = _words(
        "challenge",
        5,
        label=_("Your challenge"),
        help_text=_both(_("What is hard in your work on integration now?"), KEEP_OUT),
    )
    objective = _words(
        "objective",
        4,
        label=_("What you want to be able to do afterwards"),
        help_text=_both(_("Your learning objective, in one or two sentences."), KEEP_OUT),
    )
    experience = _words(
        "experience",
        5,
        label=_("What you bring"),
        help_text=_both(_("What have you done that others can learn from?"), KEEP_OUT),
    )
    capacity = forms.IntegerField(label=_("How many mentees at the same time"), min_value=1)

    OTHERS = {Side.MENTEE: ("experience", "capacity"), Side.MENTOR: ("challenge", "objective")}

    def adapt(self):
        for name in self.OTHERS[self.application.side]:
            del self.fields[name]
        mentee = self.application.is_mentee
        topics = self.fields["topics"]
        topics.label = _("Topics you seek") if mentee else _("Topics you offer")
        topics.choices = [(topic.pk, topic.label) for topic in Topic.objects.all()]
        if not mentee:
            self._bound_capacity(self.fields["capacity"], self.call.most_mentees)

    def _bound_capacity(self, field: forms.Field, most: int) -> None:
        field.validators.append(MaxValueValidator(most))
        field.widget.attrs["max"] = most
        field.help_text = _("1 to %(most)s. You are never matched beyond it.") % {"most": most}

    def clean_topics(self):
        topics = self.cleaned_data["topics"]
        if len(topics) > rules.MOST_TOPICS:
            raise ValidationError(_("Choose five at most: those that matter most."), code="many")
        return sorted(topics)

    def answers(self):
        said = dict(self.cleaned_data)
        if said.get("capacity", 1) is None:
            del said["capacity"]
        return said


class TimeForm(StepForm):
    half_days = forms.MultipleChoiceField(
        label=_("When you usually have time"),
        choices=[(f"{day}-{time}", f"{day}-{time}") for day in DAYS for time in TIMES],
        help_text=_("Half-days in Brussels time. Four that fit both are enough."),
    )
    available_from = forms.DateField(
        label=_("Available from"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    available_until = forms.DateField(
        label=_("Available until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def adapt(self):
        spoken = sorted(self.initial["languages"].items(), key=lambda pair: (-pair[1], pair[0]))
        languages = [("", _("Language")), *language_choices()]
        levels = [("", _("Level")), *LanguageLevel.choices]
        for number, (code, level) in zip(LANGUAGES, [*spoken, *[("", "")] * 5], strict=False):
            names = {"number": number}
            self.fields[f"language_{number}"] = forms.ChoiceField(
                label=_("Language %(number)s") % names,
                choices=languages,
                initial=code,
                required=number == 1,
            )
            self.fields[f"level_{number}"] = forms.TypedChoiceField(
                label=_("Level of language %(number)s") % names,
                choices=levels,
                coerce=int,
                empty_value=0,
                initial=level,
                required=number == 1,
            )

    def initial_of(self, said):
        period = (self.call.period_from, self.call.period_until)
        return {
            "languages": said["languages"],
            "half_days": said["half_days"],
            "available_from": _day(said["available_from"]) or period[0],
            "available_until": _day(said["available_until"]) or period[1],
        }

    def clean(self):
        spoken, first = {}, self.cleaned_data.get("available_from")
        for number in LANGUAGES:
            code = self.cleaned_data.get(f"language_{number}")
            level = self.cleaned_data.get(f"level_{number}")
            if code in spoken:
                self.add_error(f"language_{number}", _("You named this language already."))
            elif code and not level:
                self.add_error(f"level_{number}", _("Choose a level for this language."))
            elif level and not code:
                self.add_error(f"language_{number}", _("Choose a language for this level."))
            elif code:
                spoken[code] = level
        last = self.cleaned_data.get("available_until")
        if first and last and last < first:
            self.add_error("available_until", _("This day is before the first one."))
        self.spoken = spoken

    def languages(self):
        return [(self[f"language_{n}"], self[f"level_{n}"]) for n in LANGUAGES]

    def grid(self) -> list[dict]:
        """The half-days as a table: a row for each day."""
        chosen = set(self["half_days"].value() or [])
        return [
            {
                "name": DAY_NAMES[day],
                "cells": [
                    {
                        "value": f"{day}-{time}",
                        "name": half_day_name(f"{day}-{time}"),
                        "checked": f"{day}-{time}" in chosen,
                    }
                    for time in TIMES
                ],
            }
            for day in DAYS
        ]

    def times(self):
        return TIME_NAMES.values()

    def answers(self):
        said: dict[str, Any] = {}
        for name in ("available_from", "available_until"):
            if name in self.cleaned_data:
                said[name] = self.cleaned_data[name].isoformat() if self.cleaned_data[name] else ""
        if "half_days" in self.cleaned_data:
            said["half_days"] = self.cleaned_data["half_days"]
        if not any(name.startswith(("language_", "level_")) for name in self.errors):
            said["languages"] = self.spoken
        return said


FORMS: dict[str, type[StepForm]] = {
    Step.CONDITIONS: ConditionsForm,
    Step.PLACE: PlaceForm,
    Step.TOPICS: TopicsForm,
    Step.TIME: TimeForm,
}


class ApartForm(forms.Form):
    """Somebody not to be paired with: an organisation, or a person in words."""

    use_required_attribute = False

    organisation = organisation_field(label=_("An organisation"), required=False)
    country = forms.ChoiceField(
        label=_("Country of this organisation"),
        choices=lambda: [("", _("Choose a country")), *country_choices()],
        required=False,
    )
    words = forms.CharField(
        label=_("Or a person"),
        max_length=200,
        required=False,
        help_text=_(
            "So that a coordinator can tell who it is, such as “the deputy mayor of Ghent”. The"
            " reason is not asked: leave it out."
        ),
    )

    def clean(self):
        named, country = self.cleaned_data.get("organisation"), self.cleaned_data.get("country")
        if named and not country:
            self.add_error("country", _("Choose the country of this organisation."))
        if not named and not self.cleaned_data.get("words") and not self.errors:
            self.add_error("organisation", _("Name an organisation, or describe the person."))


class AnswerForm(forms.Form):
    use_required_attribute = False

    answer = forms.CharField(
        label=_("Your answer"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST_ANSWER}),
        help_text=KEEP_OUT,
        error_messages={"required": _("Write your answer first.")},
    )


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_REASON}),
        help_text=_("Only coordinators read it. You need not give one."),
    )


def form_for(step: str, call_words: dict[str, Any], *args: Any, **kwargs: Any) -> StepForm:
    """`call_words` is what the first step shows of the call: conditions, wording, language."""
    more = call_words if step == Step.CONDITIONS else {}
    return FORMS[step](*args, **more, **kwargs)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
