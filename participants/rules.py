"""Decisions about people and organisations that need no database."""

import unicodedata
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_NAME = 200
# Where people are, at this hour, the day's digest goes out; the week's on a Monday.
DIGEST_AT = time(8)
DAILY, WEEKLY = "daily", "weekly"


def normalised_name(name: str) -> str:
    """The name without case, accents and punctuation: two ways to write it come out equal.

    Letters of every alphabet stay, so a Greek or a Bulgarian town is not lost.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        " " if not (char.isalnum() or unicodedata.combining(char)) else char
        for char in decomposed
        if not unicodedata.combining(char)
    )
    return " ".join(letters.split())[:LONGEST_NAME]


def is_changed(before: bool | None, after: bool) -> bool:
    """Whether an answer to a question of consent is news. Never having said yes is no news."""
    return bool(before) != after


def due_at(pace: str, time_zone: str, now: datetime) -> datetime:
    """When a mail of this pace goes out: now, or with the next morning's or Monday's digest where
    the person is. On the day when the clocks change it is still eight o'clock there."""
    if pace not in (DAILY, WEEKLY):
        return now
    zone = ZoneInfo(time_zone)
    here = now.astimezone(zone)
    day = here.date() + timedelta(days=0 if here.time() < DIGEST_AT else 1)
    if pace == WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, DIGEST_AT, zone).astimezone(UTC)
