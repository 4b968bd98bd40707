"""The calendar that a person's own calendar follows, read by the parser of a library."""

import io
import logging
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from django.conf import settings
from django.core.signing import Signer
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from participants.actions import erase_person
from schedule import actions, rules
from schedule.calendars import _zone
from tests.factories import courses
from tests.factories import participants as people
from tests.schedule.conftest import NOW, SOURCE, at, meeting, put

pytestmark = pytest.mark.django_db
GREEK = "Συνάντηση με το δίκτυο των δήμων για την υποδοχή μεταναστών 🎒 και τη στέγαση"


@pytest.fixture
def feed(ada):
    return actions.open_feed(ada.pk, now=NOW)


def fetch(client, feed, **headers):
    return client.get(reverse("calendar_feed", args=[feed.token]), headers=headers)


def parsed(response) -> Calendar:
    """Read strictly: a line that the library cannot read is an error of the test."""
    calendar = Calendar.from_ical(response.content)
    assert [error for part in calendar.walk() for error in part.errors] == []
    return calendar


def only(client, feed):
    (event,) = parsed(fetch(client, feed)).walk("VEVENT")
    return event


def test_a_calendar_reads_what_the_feed_says(client, ada, feed):
    entry = put(ada, meeting(location={"en": "Town hall"}, description={"en": "Bring a map"}))
    response = fetch(client, feed)
    calendar = parsed(response)
    event = only(client, feed)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert str(calendar["X-WR-CALNAME"]) == "My dates – Urban Academy"
    assert (calendar["VERSION"], str(calendar["X-WR-TIMEZONE"])) == ("2.0", "Europe/Brussels")
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT4H"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in response.content
    assert (event["UID"], event["SEQUENCE"]) == (str(entry.uid), 0)
    assert event["DTSTART"].dt == at(2026, 12, 1, 14)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert (event["SUMMARY"], event["LOCATION"], event["STATUS"]) == (
        "A meeting",
        "Town hall",
        "CONFIRMED",
    )
    assert event["URL"] == f"{settings.WAGTAILADMIN_BASE_URL}/meetings/7/"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == NOW
    assert "ada" not in response.content.decode().lower()


def test_the_feed_follows_a_change_a_withdrawal_and_a_return(client, ada, feed):
    put(ada, meeting())
    before = only(client, feed)
    put(ada, meeting(at(2026, 12, 2, 9)), now=NOW + timedelta(hours=1))
    changed = only(client, feed)
    assert (changed["UID"], changed["SEQUENCE"]) == (before["UID"], 1)
    assert changed["DTSTART"].dt == at(2026, 12, 2, 9)

    actions.cancel([ada.pk], SOURCE, ["7"], now=NOW + timedelta(hours=2))
    off = only(client, feed)
    assert (off["UID"], off["SEQUENCE"], off["STATUS"]) == (before["UID"], 2, "CANCELLED")
    assert off["SUMMARY"] == "Called off: A meeting"

    put(ada, meeting(), now=NOW + timedelta(hours=3))
    back = only(client, feed)
    assert (back["UID"], back["SEQUENCE"], back["STATUS"]) == (before["UID"], 3, "CONFIRMED")


def test_what_was_called_off_is_left_out_once_every_calendar_has_heard_of_it(client, ada, feed):
    put(ada, meeting(at(2030, 1, 1, 9)))
    actions.cancel([ada.pk], SOURCE, ["7"], now=NOW)
    actions.forget_old(now=NOW + timedelta(days=settings.SCHEDULE_KEEP_CANCELLED_DAYS, hours=1))
    assert parsed(fetch(client, feed)).walk("VEVENT") == []


@pytest.mark.parametrize("zone", ["Europe/Lisbon", "Europe/Helsinki", "Europe/Brussels"])
def test_the_feed_carries_the_time_zone_of_its_dates_and_of_its_person(client, ada, feed, zone):
    ada.time_zone = zone
    ada.save()
    put(ada, meeting(at(2027, 3, 27, 10, zone="Europe/Lisbon"), zone="Europe/Lisbon"))
    calendar = parsed(fetch(client, feed))
    assert {str(z["TZID"]) for z in calendar.walk("VTIMEZONE")} == {zone, "Europe/Lisbon"}
    assert calendar.get_missing_tzids() == set()


@pytest.mark.parametrize(
    "zone", ["Europe/Brussels", "Europe/Lisbon", "Atlantic/Azores", "Africa/Casablanca"]
)
def test_a_calendar_that_knows_the_zone_from_the_feed_alone_shows_every_hour_right(zone):
    raw = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + _zone(zone, 2025, 2029).to_ical().decode()
    told, known = tzical(StringIO(raw + "END:VCALENDAR\r\n")).get(), ZoneInfo(zone)
    moment, wrong = datetime(2026, 1, 1), []
    while moment < datetime(2028, 1, 1):
        here = moment.replace(tzinfo=known)
        exists = here.astimezone(ZoneInfo("UTC")).astimezone(known).replace(tzinfo=None) == moment
        if exists and here.utcoffset() != moment.replace(tzinfo=told).utcoffset():
            wrong.append(moment)
        moment += timedelta(minutes=30)
    assert wrong == []


def test_a_meeting_over_the_night_in_which_clocks_change_is_as_long_as_it_is(client, ada, feed):
    night = replace(meeting(at(2027, 3, 27, 23)), ends_at=at(2027, 3, 28, 4))
    put(ada, night)
    event = only(client, feed)
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    utc = ZoneInfo("UTC")
    assert end.astimezone(utc) - start.astimezone(utc) == timedelta(hours=4)


def test_whole_days_stay_whole_days_wherever_somebody_is(client, ada, feed):
    ada.time_zone = "Europe/Helsinki"
    ada.save()
    days = rules.on_days(
        date(2026, 12, 30), date(2027, 1, 2), "Europe/Lisbon", kind="event", title={"en": "Visit"}
    )
    put(ada, days)
    event = only(client, feed)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 30), date(2027, 1, 3))
    assert event["TRANSP"] == "TRANSPARENT"


def test_a_deadline_is_a_moment_that_keeps_nobody_busy(client, ada, feed):
    put(ada, meeting(at(2026, 12, 1, 17), hours=0, kind="deadline", title="Apply"))
    event = only(client, feed)
    assert (event["SUMMARY"], event["TRANSP"]) == ("Deadline: Apply", "TRANSPARENT")
    assert event["DTSTART"].dt == at(2026, 12, 1, 17)
    assert "DTEND" not in event


def test_long_greek_lines_and_pictures_are_folded_without_being_broken(client, ada, feed):
    ada.language = "el"
    ada.save()
    words = f"Γραμμή 1, με κόμμα; και \\ κάτι\nΓραμμή 2 {GREEK}"
    put(ada, meeting(title={"en": "A", "el": GREEK}, description={"el": words}))
    response = fetch(client, feed)
    assert max(len(line) for line in response.content.split(b"\r\n")) <= 75
    event = only(client, feed)
    assert event["SUMMARY"] == GREEK
    assert event["DESCRIPTION"].startswith(words)
    assert response["Content-Language"] == "el"
    assert str(parsed(response)["X-WR-CALNAME"]) == "Οι ημερομηνίες μου – Urban Academy"


def test_a_date_without_a_page_has_no_address(client, ada, feed):
    put(ada, meeting(target={}))
    assert "URL" not in only(client, feed)


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_takes_three_queries_however_many_dates(
    client, ada, feed, count, django_assert_num_queries
):
    courses.site_home()
    for number in range(count):
        put(ada, meeting(), key=str(number))
    fetch(client, feed)
    with django_assert_num_queries(3):  # feed with its person, dates, version of the page tree
        assert len(parsed(fetch(client, feed)).walk("VEVENT")) == count


# --- How it is handed out ---


def test_a_calendar_that_has_it_already_gets_nothing_again(client, ada, feed):
    put(ada, meeting())
    tag = fetch(client, feed)["ETag"]
    again = fetch(client, feed, if_none_match=tag)
    assert (again.status_code, again.content) == (304, b"")
    put(ada, meeting(hours=2))
    assert fetch(client, feed, if_none_match=tag).status_code == 200
    ada.language = "fr"
    ada.save()
    since = fetch(client, feed)["Last-Modified"]
    assert fetch(client, feed, if_modified_since=since).status_code == 200


def test_no_cookie_no_cache_that_others_share_and_no_search_engine(client, ada, feed):
    response = fetch(client, feed)
    assert response.cookies == {}
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert client.head(reverse("calendar_feed", args=[feed.token])).status_code == 200
    assert client.post(reverse("calendar_feed", args=[feed.token])).status_code == 405


def test_an_old_address_leads_nowhere_from_the_moment_of_its_renewal(client, ada, feed):
    old = reverse("calendar_feed", args=[feed.token])
    new = actions.renew_feed(ada.pk, feed.number)
    assert client.get(old).status_code == 404
    assert fetch(client, new).status_code == 200
    actions.close_feed(ada.pk)
    assert fetch(client, new).status_code == 404


@pytest.mark.parametrize("typed", ["{}.ics/", "{}.ical", "x/{}.ics", "{}.ics.html"])
def test_a_mistyped_address_is_answered_without_the_secret_in_links(client, feed, typed):
    answer = client.get("/calendar/" + typed.format(feed.token))
    assert answer.status_code == 404
    assert feed.token not in answer.content.decode()


@pytest.mark.parametrize("how", ["closed", "erased"])
def test_who_has_no_account_has_no_calendar(client, ada, feed, how):
    if how == "closed":
        ada.is_active = False
        ada.save()
    else:
        erase_person(ada.pk)
    assert fetch(client, feed).status_code == 404


@pytest.mark.parametrize(
    "forge", ["x", "0" * 32, "{key}", "{key}.", "{key}.AAAA", "{other}", "é", "%00", "💥"]
)
def test_a_forged_address_asks_no_date_of_the_database(client, feed, forge):
    key = feed.key.hex
    other = Signer(key="another", salt="schedule.feed", sep=".").sign(key)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(f"/calendar/{forge.format(key=key, other=other)}.ics")
    assert response.status_code == 404
    assert not [q for q in asked if "schedule_" in q["sql"]]


def test_an_address_outlives_a_new_secret_key_as_long_as_the_old_one_is_kept(
    client, feed, settings
):
    path = reverse("calendar_feed", args=[feed.token])
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert client.get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(path).status_code == 404


def test_who_asks_too_often_waits_and_keeps_nobody_else_waiting(client, ada, feed, settings):
    settings.SCHEDULE_FETCHES_AN_HOUR = 2
    assert [fetch(client, feed).status_code for _ in range(3)] == [200, 200, 429]
    assert fetch(client, feed)["Retry-After"] == "3600"
    other = actions.open_feed(people.person("eve@example.org").pk)
    assert fetch(client, other).status_code == 200


def test_the_secret_of_an_address_stands_in_no_log(client, ada, feed, monkeypatch):
    token = feed.token
    actions.close_feed(ada.pk)
    handlers = {*logging.getLogger("django").handlers, *logging.getLogger().handlers}
    (handler,) = (h for h in handlers if type(h) is logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    monkeypatch.setattr(logging.getLogger("django"), "level", logging.DEBUG)
    logging.getLogger("django.request")._cache.clear()
    assert client.get(f"/calendar/{token}.ics?x=1").status_code == 404
    logging.getLogger("academy").error("At %s of %s", f"/calendar/{token}.ics", "somebody")
    assert token not in written.getvalue()
    assert feed.key.hex not in written.getvalue()
    assert written.getvalue().count("/calendar/…") == 2
