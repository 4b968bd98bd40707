"""A call's timeline as a drawing: bars and dots in percent of its width, heights in em."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.templatetags.look import long_date
from mentoring.models import Call
from mentoring.views.words import days

LEAST = 2.0
EDGE = 2.0


def timeline(call: Call, today: date) -> dict[str, Any] | None:
    """Rows of the drawing and the same in words; nothing before all dates are set."""
    if not (call.opens_at and call.closes_at and call.period_from and call.period_until):
        return None
    opens, closes = _day(call.opens_at), _day(call.closes_at)
    first, last = min(opens, call.period_from), max(closes, call.period_until)
    whole = max((last - first).days, 1)

    def at(day: date) -> float:
        return round(EDGE + (100 - 2 * EDGE) * (day - first).days / whole, 2)

    def bar(begin: date, end: date) -> dict[str, str]:
        return {"x": f"{at(begin)}%", "width": f"{max(at(end) - at(begin), LEAST)}%"}

    sessions = ngettext("%(count)s session", "%(count)s sessions", call.sessions)
    names = {"count": call.sessions, "minutes": call.session_minutes}
    held = sessions % names + ", " + _("%(minutes)s minutes each") % names
    marks = checkpoints(call)
    rows = [
        {"name": _("Applications"), "when": days(opens, closes), **bar(opens, closes)},
        {
            "name": _("Matching and answers"),
            "when": days(closes, call.period_from),
            **bar(closes, call.period_from),
        }
        if closes < call.period_from
        else None,
        {
            "name": _("Mentorships"),
            "when": days(call.period_from, call.period_until),
            "note": held,
            **bar(call.period_from, call.period_until),
            "sessions": [f"{at(day)}%" for day in _spread(call)],
        },
        {
            "name": _("Checkpoints"),
            "when": ", ".join(f"{name}: {long_date(day)}" for name, day in marks),
            "dots": [f"{at(day)}%" for _name, day in marks],
        },
    ]
    shown = [row for row in rows if row]
    return {
        "rows": [{**row, **_heights(place)} for place, row in enumerate(shown)],
        "height": f"{len(shown) * 3 + 0.25}em",
        "today": f"{at(today)}%" if first <= today <= last else "",
        "sentence": "; ".join(f"{row['name']}: {row['when']}" for row in shown),
    }


def checkpoints(call: Call) -> list[tuple[str, date]]:
    """Start, middle and end of the mentorships."""
    first, last = call.period_from, call.period_until
    middle = first + (last - first) / 2
    return [(_("start"), first), (_("middle"), middle), (_("end"), last)]


def _spread(call: Call) -> list[date]:
    """About when the sessions are: the pairs agree on the days."""
    whole = (call.period_until - call.period_from).days
    steps = [(2 * at + 1) / (2 * call.sessions) for at in range(call.sessions)]
    return [call.period_from + timedelta(days=round(whole * step)) for step in steps]


def _heights(place: int) -> dict[str, str]:
    top = place * 3
    return {
        "text_y": f"{top + 1.25}em",
        "top": f"{top + 1.7}em",
        "middle": f"{top + 2.2}em",
        "line": [f"{top + 1.5}em", f"{top + 2.9}em"],
    }


def _day(at) -> date:
    return at.astimezone(timezone.get_default_timezone()).date()
