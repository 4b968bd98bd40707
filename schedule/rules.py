"""What a date is, and when it begins and ends. No database, clock or request in here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Texts = Mapping[str, str]
INSTANT, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Content:
    """All that a calendar shows of one date. Texts are by language; `target` is what its source
    makes the address of its page from. Of whole days, `begins_at` is the first midnight and
    `ends_at` the one after the last day, both in `time_zone`: `on_days` makes one."""

    kind: str
    title: Texts
    begins_at: datetime
    ends_at: datetime
    time_zone: str
    all_day: bool = False
    description: Texts = field(default_factory=dict)
    location: Texts = field(default_factory=dict)
    target: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.begins_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("A date needs a time zone.")
        if self.ends_at < self.begins_at:
            raise ValueError("A date cannot end before it begins.")
        if not any(self.title.values()):
            raise ValueError("A date needs a title.")
        ZoneInfo(self.time_zone)

    def values(self) -> dict[str, Any]:
        """As fields of a row. What no database keeps in a text is left out."""
        return _clean(asdict(self))


def on_days(first: date, last: date, time_zone: str, **others: Any) -> Content:
    """Something that takes whole days, the last one included."""
    zone = ZoneInfo(time_zone)
    return Content(
        begins_at=datetime.combine(first, time.min, zone),
        ends_at=datetime.combine(last + DAY, time.min, zone),
        all_day=True,
        time_zone=time_zone,
        **others,
    )


def days_of(begins_at: datetime, ends_at: datetime, time_zone: str) -> tuple[date, date]:
    """The first and the last day of something that takes whole days."""
    zone = ZoneInfo(time_zone)
    last = max(begins_at, ends_at - INSTANT)
    return begins_at.astimezone(zone).date(), last.astimezone(zone).date()


def differs(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a calendar would show something else."""
    return any(shown[name] != value for name, value in wanted.items())


def language_in(texts: Texts, language: str, source: str) -> str:
    """The language in which the words are there: the one asked for, else the source, else any."""
    there = (code for code in (language, source, *texts) if texts.get(code))
    return next(there, language)


def onsets(zone: ZoneInfo, first: date, last: date) -> list[datetime]:
    """The moments between two days at which the clocks of a zone change, to the minute."""
    found = []
    before = datetime.combine(first, time.min, UTC)
    end = datetime.combine(last, time.min, UTC)
    while before < end:
        after = before + DAY
        if _offset(before, zone) != _offset(after, zone):
            found.append(_onset(before, after, zone))
        before = after
    return found


def _onset(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Halves the time in between until the minute of the change is left."""
    old = _offset(before, zone)
    while after - before > MINUTE:
        middle = before + MINUTE * ((after - before) // MINUTE // 2)
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, Mapping):
        return {key: _clean(one) for key, one in value.items()}
    return value
