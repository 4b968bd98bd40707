"""Dates as an app above puts them there, from a source of the tests' own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedule import actions, sources
from schedule.models import Entry
from schedule.rules import Content
from tests.factories import participants as people

SOURCE = "tests.meeting"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _source():
    sources.register(SOURCE, lambda target: f"/meetings/{target['id']}/" if target else None)
    yield
    sources._sources.pop(SOURCE)


@pytest.fixture
def ada(db):
    return people.person("ada@example.org", "Ada")


def at(*moment, zone="Europe/Brussels") -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone))


def meeting(begins=None, *, hours=1.5, zone="Europe/Brussels", title="A meeting", **fields):
    begins = begins or at(2026, 12, 1, 14, zone=zone)
    fields = {"kind": "event", "target": {"id": 7}} | fields
    return Content(
        title={"en": title} if isinstance(title, str) else title,
        begins_at=begins,
        ends_at=begins + timedelta(hours=hours),
        time_zone=zone,
        **fields,
    )


def put(person, content, key="7", *, now=NOW) -> Entry:
    actions.put(person.pk, SOURCE, key, content, now=now)
    return Entry.objects.get(person=person, key=key)
