"""What mentoring says to people: moments on their clock, stages, states, criteria and reasons."""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_time
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from home.templatetags.look import locale_name, long_date
from mentoring.languages import language_name
from mentoring.matching.profiles import Criterion
from mentoring.matching.rules import CONFIDENTIAL, Rule
from mentoring.states import LanguageLevel, Side, Stage
from schedule.words import city

CRITERIA = {
    Criterion.TOPICS: gettext_lazy("Topics sought and offered"),
    Criterion.LANGUAGE: gettext_lazy("Level in a common language"),
    Criterion.URBANISATION: gettext_lazy("Degree of urbanisation"),
    Criterion.SIZE: gettext_lazy("Number of people in the area"),
    Criterion.GOVERNMENT: gettext_lazy("Level of government"),
    Criterion.EXPERIENCE: gettext_lazy("A mentor who is further on"),
    Criterion.AVAILABILITY: gettext_lazy("Half-days that fit both"),
}
# A drawing and a tone beside the word, by stage.
STAGE_LOOKS = {
    Stage.OPEN: ("check", "good"),
    Stage.UPCOMING: ("clock", "accent"),
    Stage.PREPARING: ("clock", "accent"),
}


def moment(at: datetime | None) -> dict[str, str] | None:
    """A moment of a call on the clock of Brussels, and on the reader's own where that differs."""
    if at is None:
        return None
    there, here = timezone.get_default_timezone(), timezone.get_current_timezone()
    shown, own = at.astimezone(there), at.astimezone(here)
    is_elsewhere = shown.utcoffset() != own.utcoffset()
    return {
        "iso": shown.isoformat(),
        "when": _clock(shown, str(there)),
        "own": _clock(own, str(here), beside=shown) if is_elsewhere else "",
    }


def _clock(at: datetime, zone: str, beside: datetime | None = None) -> str:
    """The day is left out where it is the one that stands beside."""
    name = locale_name()
    time = f"{format_time(at.replace(tzinfo=None), 'short', locale=name)} ({city(zone)})"
    if beside is not None and beside.date() == at.date():
        return time
    return f"{format_date(at, 'full', locale=name)}, {time}"


def saved_at(at: datetime) -> str:
    time = format_time(timezone.localtime(at).replace(tzinfo=None), "short", locale=locale_name())
    return _("Saved at %(time)s") % {"time": time}


def stage_look(stage: str) -> dict[str, str]:
    drawing, tone = STAGE_LOOKS.get(stage, ("info", ""))
    return {"name": stage, "label": str(Stage(stage).label), "icon": drawing, "tone": tone}


def criteria(points: dict[str, int], most: dict[str, int] | None = None) -> list[tuple]:
    """Rows of `home.charts.bars`: what each criterion is worth, or was worth of that."""
    rows = []
    for criterion, label in CRITERIA.items():
        whole = (most or points).get(criterion, 0)
        value = points.get(criterion, 0)
        if whole:
            number = (
                _("%(points)s of %(most)s") % {"points": value, "most": whole} if most else value
            )
            rows.append((str(label), value, str(number)))
    return rows


def languages(spoken: dict[str, int]) -> str:
    levels = sorted(spoken.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{language_name(code)} ({LanguageLevel(n).label})" for code, n in levels)


def days(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    return f"{long_date(first)} – {long_date(last)}"


# --- Why there was no match -------------------------------------------------------------------


def why_unmatched(side: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Sentences about somebody in no pair; nobody else shows in them, nor what they declared."""
    possible = facts.get("possible", 0)
    blocked = facts.get("blocked", {})
    counted = {rule: blocked.get(rule, 0) for rule in Rule if rule not in CONFIDENTIAL}
    reasons = [_blocked(rule, side, count) for rule, count in counted.items() if count]
    near = [words for one in facts.get("near", []) if (words := _near(one, side))]
    return {"first": _possible(side, possible), "reasons": reasons, "near": near}


def _possible(side: str, possible: int) -> str:
    if side == Side.MENTEE and possible:
        return ngettext(
            "One mentor would have been possible for you. The places went to others, so that as"
            " many people as possible have a mentor.",
            "%(count)s mentors would have been possible for you. Their places went to others, so"
            " that as many people as possible have a mentor.",
            possible,
        ) % {"count": possible}
    if possible:
        return ngettext(
            "One mentee would have been possible for you, and was matched with somebody else.",
            "%(count)s mentees would have been possible for you, and were matched with others.",
            possible,
        ) % {"count": possible}
    return _("Nobody on the other side met all conditions of a pair with you.")


def _blocked(rule: str, side: str, count: int) -> str:
    words = {
        Rule.NO_CAPACITY: ngettext(
            "%(count)s had no place left.", "%(count)s had no place left.", count
        ),
        Rule.SAME_ORGANISATION: ngettext(
            "%(count)s works for your own organisation.",
            "%(count)s work for your own organisation.",
            count,
        ),
        Rule.ENDED: ngettext(
            "%(count)s was matched with you before.",
            "%(count)s were matched with you before.",
            count,
        ),
        Rule.LANGUAGE: ngettext(
            "%(count)s shares no language with you at the level that this call needs.",
            "%(count)s share no language with you at the level that this call needs.",
            count,
        ),
        Rule.PERIOD: ngettext(
            "%(count)s is available on other dates than you.",
            "%(count)s are available on other dates than you.",
            count,
        ),
        Rule.NO_COMMON_TIME: ngettext(
            "%(count)s has no half-day in common with you.",
            "%(count)s have no half-day in common with you.",
            count,
        ),
        Rule.BELOW_FLOOR: ngettext(
            "%(count)s has too little in common with you to learn from each other.",
            "%(count)s have too little in common with you to learn from each other.",
            count,
        ),
    }
    return words[Rule(rule)] % {"count": count}


def _near(one: dict[str, Any], side: str) -> str:
    """What would have made a pair; nothing where the applicant cannot change it."""
    has, needs = one.get("has"), one.get("needs")
    rule = one.get("rule")
    if rule == Rule.LANGUAGE and needs:
        level = {"needs": LanguageLevel(needs).label}
        if not has:
            return _("A pair was missing only a common language at level %(needs)s.") % level
        return _(
            "A pair was missing only the language: you have %(has)s in common, and %(needs)s is"
            " needed."
        ) % {"has": LanguageLevel(has).label, **level}
    if rule == Rule.PERIOD:
        return _(
            "A pair was missing only the dates: you are both there on %(has)s days, and %(needs)s"
            " are needed. More days would help."
        ) % {"has": has or 0, "needs": needs or 0}
    if rule == Rule.NO_COMMON_TIME:
        return _("A pair was missing only a common half-day. More half-days would help.")
    return ""
