"""Decisions about people and organisations that need no database."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST_NAME = 200
# Where people are, at this hour, the day's digest goes out; the week's on a Monday.
DIGEST_AT = time(8)
DAILY, WEEKLY = "daily", "weekly"
# What mail servers answer, RFC 3463 and RFC 5321.
ENHANCED_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
MAILBOX_REFUSED = {550, 551, 553}


def is_held(claimed_at: datetime | None, claim: timedelta, now: datetime) -> bool:
    """Whether somebody may be at it: a claim that is too old, or lies well ahead because a clock
    was wrong, holds nobody up."""
    return claimed_at is not None and abs(now - claimed_at) < claim


# What browsers and systems call themselves. The first that is found wins: most browsers also name
# the ones they want to be taken for.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Vivaldi": "Vivaldi",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


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


# Letters by name that are drawn as nothing, and what joins or parts letters within a word.
BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
JOINERS = "\u200c\u200d"


def has_visible_letter(name: str) -> bool:
    """Marks, signs and digits alone are no name, nor are letters that nobody sees."""
    return any(char.isalpha() and char not in BLANK_LETTERS for char in name)


def hides_nothing(name: str) -> bool:
    """Whether each character is one that people write in names: nothing that ends lines, turns the
    direction or is drawn as nothing. Joiners belong to the spelling of Persian, Sinhala and others,
    and stand between letters, or behind the mark that ends a word without a vowel."""
    return all(
        _joins(name[:place], name[place + 1 :]) if char in JOINERS else char.isprintable()
        for place, char in enumerate(name)
    )


def _joins(before: str, after: str) -> bool:
    ends_silent = unicodedata.combining(before[-1:] or " ") == unicodedata.combining("\u094d")
    return _is_of_word(before[-1:]) and (_is_of_word(after[:1]) or ends_silent)


def _is_of_word(char: str) -> bool:
    return char != "" and unicodedata.category(char)[0] in "LM"


def described(user_agent: str) -> tuple[str, str]:
    """The browser and the system that a request comes from, by the names people know. Nothing more
    is kept: a version would only help to tell people apart. What is unknown stays empty."""
    return _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)


def _first(names: dict[str, str], text: str) -> str:
    return next((name for mark, name in names.items() if mark in text), "")


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


def next_try(tries: int, now: datetime) -> datetime:
    """When a mail is tried again that could not be sent: after 1, 2, 4 … minutes, at most 30."""
    return now + timedelta(minutes=min(2 ** max(tries - 1, 0), 30))


def refuses_for_good(code: int, words: str) -> bool:
    """Whether a mail server's answer says that nobody can be reached at an address.

    Everything else may be mended, by us or by them: a full mailbox, a server that takes us for
    somebody else, an address of ours that is not allowed to send. Such a mail is tried again.
    """
    if found := ENHANCED_STATUS.search(words):
        return found[0].startswith(("5.1.", "5.2.1"))
    return code in MAILBOX_REFUSED


# GDPR, article 12: an answer within a month, and two more where that is explained.
MONTHS_TO_ANSWER, MONTHS_EXTENDED = 1, 3


def months_after(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last one: 31 January becomes 28 February."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


@dataclass(frozen=True)
class Absence:
    """Since when somebody has not signed in, and when they were warned about that: first, last."""

    since: datetime
    warned: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Periods:
    """After how long an account without a sign-in is warned and erased. `notice` lies between the
    warnings, and between the last one and erasing."""

    warn: timedelta
    erase: timedelta
    notice: timedelta


WARN, ERASE, WAIT = "warn", "erase", "wait"
WARNINGS = 2


def next_for_absent(absence: Absence, periods: Periods, now: datetime) -> str:
    """What happens to an account that nobody uses. Nobody is erased without two warnings, the last
    of them a whole notice ago: also not when the platform was down on the days they were due."""
    away = now - absence.since
    if not absence.warned:
        return WARN if away >= periods.warn else WAIT
    if now - absence.warned[-1] < periods.notice:
        return WAIT
    if len(absence.warned) < WARNINGS:
        return WARN if away >= periods.erase - periods.notice else WAIT
    return ERASE if away >= periods.erase else WAIT
