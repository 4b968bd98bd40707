"""Dates as calendars read them: iCalendar (RFC 5545, RFC 7986)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration

from schedule import rules
from schedule.models import Entry

PRODUCT = "-//Urban Academy//Dates//EN"
DAY = timedelta(days=1)


def written(entries: Iterable[Entry], *, name: str = "", time_zone: str = "") -> bytes:
    """A calendar in the language that is active. With a `name` it is one to subscribe to, in the
    person's `time_zone`. The same dates make the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        _subscribed(calendar, name, time_zone)
    entries = list(entries)
    zones = {entry.time_zone for entry in entries if not entry.all_day} | {time_zone} - {""}
    years = [y for e in entries for y in (e.begins_at.year, e.ends_at.year)]
    for zone in sorted(zones) if years else []:
        calendar.add_component(_zone(zone, min(years) - 1, max(years) + 2))
    for entry in entries:
        calendar.add_component(_event(entry))
    return calendar.to_ical()


def _subscribed(calendar: Calendar, name: str, time_zone: str) -> None:
    refresh = timedelta(hours=settings.SCHEDULE_REFRESH_HOURS)
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", time_zone)
    calendar.add("refresh-interval", vDuration(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(refresh))


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("sequence", entry.sequence)
    # Without a method, the stamp says when the date was last changed.
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    _add_times(event, entry)
    event.add("summary", _summary(entry))
    path = entry.path()
    address = settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path if path else ""
    if text := "\n\n".join(filter(None, [entry.said(entry.description), address])):
        event.add("description", text)
    if place := entry.said(entry.location):
        event.add("location", place)
    if address:
        event.add("url", address)
    event.add("status", "CANCELLED" if entry.cancelled_at else "CONFIRMED")
    # A deadline, or whole days, keep nobody from other appointments.
    busy = not (entry.is_deadline or entry.all_day)
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event


def _add_times(event: Event, entry: Entry) -> None:
    if entry.all_day:
        first, last = entry.days()
        event.add("dtstart", first)
        event.add("dtend", last + DAY)
        return
    zone = ZoneInfo(entry.time_zone)
    event.add("dtstart", entry.begins_at.astimezone(zone))
    if entry.ends_at != entry.begins_at:
        event.add("dtend", entry.ends_at.astimezone(zone))


def _summary(entry: Entry) -> str:
    """Some calendars show neither status nor kind, so the title says them."""
    title = entry.said(entry.title)
    if entry.is_deadline:
        title = _("Deadline: %(title)s") % {"title": title}
    return _("Called off: %(title)s") % {"title": title} if entry.cancelled_at else title


@lru_cache(maxsize=512)
def _zone(name: str, first: int, last: int) -> Timezone:
    """What the clocks of a zone do in these years. Read it, do not change it.

    The library has a way to make one, which passes over changes that last a month only, and names
    the onset of summer time by the clock after it: calendars expect the clock before.
    """
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    start = datetime(first, 1, 1, tzinfo=zone)
    _add_onset(component, start, start.utcoffset())
    for onset in rules.onsets(zone, date(first, 1, 1), date(last, 1, 1)):
        before = (onset - timedelta(minutes=1)).astimezone(zone).utcoffset()
        _add_onset(component, onset.astimezone(zone), before)
    return component


def _add_onset(component: Timezone, onset: datetime, before: timedelta) -> None:
    part = TimezoneDaylight() if onset.dst() else TimezoneStandard()
    part.add("dtstart", onset.astimezone(UTC).replace(tzinfo=None) + before)
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", onset.utcoffset())
    part.add("tzname", onset.tzname())
    component.add_component(part)
