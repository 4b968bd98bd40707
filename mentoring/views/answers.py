"""What an application says, as people read it: a list of rows for each step."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from home.models import Topic
from home.templatetags.look import long_date
from mentoring.forms import half_day_name
from mentoring.models import Application
from mentoring.states import (
    ANSWERS,
    HALF_DAYS,
    ExperienceBand,
    Side,
    SizeBand,
    Step,
)
from mentoring.views import words
from participants.countries import country_name
from participants.states import DegreeOfUrbanisation, LevelOfGovernment, ProfessionalRole

NOT_FOR = {Side.MENTEE: {"experience", "capacity"}, Side.MENTOR: {"challenge", "objective"}}
IDS = {"conditions": "id_conditions-group", "topics": "id_topics-group"}
IDS |= {"degree_of_urbanisation": "id_degree_of_urbanisation-group", "half_days": "half-days"}
IDS |= {"languages": "id_language_1", "dates": "id_available_from", "privacy": "id_privacy"}


def labels(side: str) -> dict[str, str]:
    """By the names of `rules.missing` and `states.ANSWERS`."""
    is_mentee = side == Side.MENTEE
    return {
        "conditions": _("Conditions"),
        "privacy": _("Privacy notice"),
        "privacy_wording": _("Privacy notice"),
        "organisation": _("Organisation"),
        "country": _("Country"),
        "role": _("Your role"),
        "level_of_government": _("Level of government"),
        "degree_of_urbanisation": _("Degree of urbanisation"),
        "size_band": _("People who live in your area"),
        "experience_band": _("Your experience"),
        "topics": _("Topics you seek") if is_mentee else _("Topics you offer"),
        "challenge": _("Your challenge"),
        "objective": _("What you want to be able to do afterwards"),
        "experience": _("What you bring"),
        "capacity": _("How many mentees at the same time"),
        "languages": _("Languages"),
        "half_days": _("When you usually have time"),
        "available_from": _("Available from"),
        "available_until": _("Available until"),
        "dates": _("Days within the time of the mentorships"),
    }


def rows(application: Application, step: str, said: dict[str, Any]) -> list[dict]:
    """Label and value of each answer of a step; an empty value was not given yet."""
    named = labels(application.side)
    names = [name for name in ANSWERS[step] if name not in NOT_FOR[application.side]]
    return [{"label": named[name], "value": _value(name, said.get(name))} for name in names]


def summary(application: Application, said: dict[str, Any], *, change: bool) -> list[dict]:
    """Every step that asks something, with the address where it is changed."""
    return [
        {
            "name": step,
            "label": Step(step).label,
            "rows": rows(application, step, said),
            "url": step_url(application, step) if change else None,
        }
        for step in ANSWERS
    ]


def step_url(application: Application, step: str) -> str:
    return reverse("mentoring:step", args=[application.pk, step])


def field_id(name: str) -> str:
    return IDS.get(name, f"id_{name}")


def _value(name: str, value: Any) -> str | list[str]:
    if value in (None, "", [], {}):
        return ""
    shown = {
        "conditions": lambda: [one["text"] for one in value],
        "privacy_wording": lambda: _("Read"),
        "country": lambda: country_name(value),
        "role": lambda: _of(ProfessionalRole, value),
        "level_of_government": lambda: _of(LevelOfGovernment, value),
        "degree_of_urbanisation": lambda: _of(DegreeOfUrbanisation, value),
        "size_band": lambda: _of(SizeBand, value),
        "experience_band": lambda: _of(ExperienceBand, value),
        "topics": lambda: topic_names(value),
        "languages": lambda: words.languages(value),
        "half_days": lambda: [half_day_name(code) for code in HALF_DAYS if code in value],
        "available_from": lambda: _day(value),
        "available_until": lambda: _day(value),
    }
    return shown[name]() if name in shown else str(value)


def topic_names(ids: list[int]) -> list[str]:
    return [topic.label for topic in Topic.objects.filter(pk__in=ids)]


def _of(choices: Any, value: Any) -> str:
    label = str(dict(choices.choices).get(value, value))
    return label[:1].upper() + label[1:]


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))
