"""Days, hours and the changes of clocks, without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedule import rules

ZONES = [
    "Europe/Brussels",
    "Europe/Lisbon",
    "Europe/Helsinki",
    "Atlantic/Azores",  # puts the clock forward at midnight
    "Africa/Casablanca",  # another hour for the weeks of one month
    "Asia/Kolkata",
]


@given(
    first=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    more=st.integers(0, 40),
    zone=st.sampled_from(ZONES),
)
def test_whole_days_come_back_as_they_were_in_every_zone_and_over_every_change(first, more, zone):
    last = first + timedelta(days=more)
    content = rules.on_days(first, last, zone, kind="event", title={"en": "x"})
    assert rules.days_of(content.begins_at, content.ends_at, zone) == (first, last)


def test_a_day_on_which_clocks_change_is_as_long_as_it_is():
    day = date(2027, 3, 28)
    content = rules.on_days(day, day, "Europe/Brussels", kind="event", title={"en": "x"})
    assert content.ends_at.astimezone(UTC) - content.begins_at.astimezone(UTC) == timedelta(
        hours=23
    )


@pytest.mark.parametrize("zone", ZONES)
def test_every_change_of_the_clocks_is_found(zone):
    clock = ZoneInfo(zone)
    found = rules.onsets(clock, date(2026, 1, 1), date(2028, 1, 1))
    moment, expected = datetime(2026, 1, 1, tzinfo=UTC), []
    while moment < datetime(2028, 1, 1, tzinfo=UTC):
        after = moment + timedelta(minutes=15)
        if moment.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset():
            expected.append(after)
        moment = after
    assert found == expected


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ({"en": "a", "fr": "b"}, "fr"),
        ({"en": "a", "fr": ""}, "en"),
        ({"el": "α"}, "el"),
        ({}, "fr"),
    ],
)
def test_words_that_are_missing_come_from_another_language(texts, language):
    assert rules.language_in(texts, "fr", "en") == language


@pytest.mark.parametrize(
    "fields",
    [
        {"title": {"en": ""}},
        {"title": {}},
        {"ends_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"begins_at": datetime(2026, 1, 2)},
        {"time_zone": "Europe/Atlantis"},
    ],
)
def test_what_no_calendar_could_show_is_not_made(fields):
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    good = {"kind": "event", "title": {"en": "x"}, "begins_at": moment, "ends_at": moment}
    with pytest.raises((ValueError, KeyError)):
        rules.Content(**good | {"time_zone": "UTC"} | fields)


def test_what_no_database_keeps_in_a_text_is_left_out():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    content = rules.Content("event", {"en": "a\0b"}, moment, moment, "UTC", target={"x": ["\0"]})
    assert content.values()["title"] == {"en": "ab"}
