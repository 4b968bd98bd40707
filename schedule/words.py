"""When something is, in words of the reader's language and clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, get_timezone_location
from django.utils import timezone
from django.utils.translation import gettext as _

from home.templatetags.look import locale_name
from schedule.models import Entry


def row(entry: Entry) -> dict:
    """One date for a list, with its time on the reader's own clock, and on the date's where that
    shows another hour."""
    here = timezone.get_current_timezone()
    shown = _days(entry) if entry.all_day else _times(entry, here)
    return {
        **shown,
        "uid": entry.uid,
        "title": entry.said(entry.title),
        "lang": entry.language,
        "text": entry.said(entry.description),
        "place": entry.said(entry.location),
        "deadline": entry.is_deadline,
        "url": entry.path(),
    }


def city(zone: str) -> str:
    return get_timezone_location(zone, locale=locale_name(), return_city=True)


def _days(entry: Entry) -> dict:
    first, last = entry.days()
    words = _day(first) if first == last else f"{_day(first)} – {_day(last)}"
    moment = entry.ends_at.astimezone(timezone.get_current_timezone())
    elsewhere = moment.utcoffset() != moment.astimezone(ZoneInfo(entry.time_zone)).utcoffset()
    there = ""
    if entry.is_deadline and elsewhere:
        there = _("until the end of the day in %(city)s") % {"city": city(entry.time_zone)}
    return {
        "day": first.day,
        "month": format_skeleton("MMM", first, locale=locale_name()),
        "iso": first.isoformat(),
        "when": words,
        "there": there,
    }


def _times(entry: Entry, here: ZoneInfo) -> dict:
    zone = ZoneInfo(entry.time_zone)
    begins, ends = entry.begins_at.astimezone(here), entry.ends_at.astimezone(here)
    there, there_ends = entry.begins_at.astimezone(zone), entry.ends_at.astimezone(zone)
    elsewhere = begins.utcoffset() != there.utcoffset()
    return {
        "day": begins.day,
        "month": format_skeleton("MMM", begins, locale=locale_name()),
        "iso": begins.isoformat(),
        "when": f"{_day(begins)}, {_hours(begins, ends)} ({city(str(here))})",
        "there": f"{_hours(there, there_ends, begins)} ({city(entry.time_zone)})"
        if elsewhere
        else "",
    }


def _hours(begins: datetime, ends: datetime, beside: datetime | None = None) -> str:
    """From when to when; a day is named where it is another one than what stands beside it."""
    first = _time(begins)
    if beside is not None and begins.date() != beside.date():
        first = f"{_day(begins)}, {first}"
    if begins == ends:
        return first
    last = _time(ends)
    if ends.date() != begins.date():
        return f"{first} – {_day(ends)}, {last}"
    return f"{first}–{last}"


def _day(day) -> str:
    return format_date(day, "full", locale=locale_name())


def _time(moment: datetime) -> str:
    return format_time(moment.replace(tzinfo=None), "short", locale=locale_name())
