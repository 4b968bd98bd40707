"""What anybody reads of mentoring: programmes and calls, in every stage, in few queries."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from home.pagemap import page_map
from mentoring import actions, rules
from mentoring.models import Call, Programme
from mentoring.states import CallState, Pairs, Side, Stage
from mentoring.views import pictures
from tests.factories import courses
from tests.factories import mentoring as make

pytestmark = pytest.mark.django_db
NOW = timezone.now()
BEFORE, AFTER = NOW - timedelta(days=2), NOW + timedelta(days=2)
LATER = NOW + timedelta(days=9)


def url(page, language="en"):
    return page_map().url(page_map().nodes[page.pk], language)


@pytest.mark.parametrize(
    ("state", "opens", "closes", "stage"),
    [
        (CallState.DRAFT, None, None, Stage.PREPARING),
        (CallState.DRAFT, BEFORE, AFTER, Stage.PREPARING),
        (CallState.OPEN, AFTER, LATER, Stage.UPCOMING),
        (CallState.OPEN, BEFORE, AFTER, Stage.OPEN),
        (CallState.OPEN, BEFORE, NOW, Stage.CLOSED),
        (CallState.MATCHING, BEFORE, AFTER, Stage.CLOSED),
        (CallState.RUNNING, BEFORE, NOW, Stage.RUNNING),
        (CallState.CLOSED, BEFORE, NOW, Stage.OVER),
        (CallState.CANCELLED, None, None, Stage.CANCELLED),
    ],
)
def test_a_call_says_where_it_is(client, state, opens, closes, stage):
    assert rules.stage(state, opens, closes, NOW) == stage
    call = make.call(state=state, opens_at=opens, closes_at=closes)

    answer = client.get(url(make.page_of(call)))

    assert answer.context["call"]["stage"]["name"] == stage
    assert ("Apply by" in answer.content.decode()) == (stage == Stage.OPEN)


def test_a_draft_without_dates_is_read_without_a_timeline(client):
    call = make.call(
        state=CallState.DRAFT, opens_at=None, closes_at=None, period_from=None, period_until=None
    )
    answer = client.get(url(make.page_of(call)))
    assert answer.status_code == 200
    assert answer.context["timeline"] is None
    assert "being prepared" in answer.content.decode()


def test_a_call_whose_record_is_missing_is_still_a_page(client):
    call = make.call()
    page = make.page_of(call)
    call.delete()
    assert client.get(url(page)).status_code == 200


def test_the_criteria_are_said_as_bars_and_as_numbers(client):
    call = make.call(weights={"topics": 60, "language": 0, "size": 20})
    answer = client.get(url(make.page_of(call)))
    rows = answer.context["criteria"]["rows"]
    assert [row["number"] for row in rows] == ["60", "20"]
    assert rows[0]["name"] == "Topics sought and offered"


def test_the_countries_and_conditions_are_read_before_applying(client):
    text = client.get(url(make.page_of(make.call(countries=["GR", "BE"])))).content.decode()
    assert "Belgium, Greece" in text
    assert make.CONDITION in text


def test_a_deadline_is_told_on_the_clock_of_brussels_and_on_ones_own(client, as_ada, ada):
    ada.time_zone = "Europe/Athens"
    ada.save()
    closes = timezone.datetime(2099, 1, 15, 18, tzinfo=ZoneInfo("Europe/Brussels"))
    text = as_ada.get(url(make.page_of(make.call(closes_at=closes)))).content.decode()
    assert "15 January 2099, 18:00 (Brussels)" in text
    assert "19:00 (Athens)" in text
    ada.time_zone = "Asia/Tokyo"
    ada.save()
    assert "16 January 2099, 02:00 (Tokyo)" in as_ada.get(url(make.overview())).content.decode()


def test_the_timeline_stands_within_its_picture():
    call = Call(
        opens_at=BEFORE,
        closes_at=AFTER,
        period_from=(NOW + timedelta(days=30)).date(),
        period_until=(NOW + timedelta(days=300)).date(),
        sessions=6,
    )
    shown = pictures.timeline(call, NOW.date())
    ends = [float(r["x"][:-1]) + float(r["width"][:-1]) for r in shown["rows"] if "x" in r]
    assert all(0 < end <= 100 for end in ends)
    assert len(shown["rows"][2]["sessions"]) == 6
    assert 0 < float(shown["today"][:-1]) < 10


def test_the_checkpoints_are_start_middle_and_end():
    call = Call(period_from=date(2027, 1, 1), period_until=date(2027, 9, 30))
    assert [day for _name, day in pictures.checkpoints(call)] == [
        date(2027, 1, 1),
        date(2027, 5, 17),
        date(2027, 9, 30),
    ]


def test_the_overview_shows_what_is_open_first_and_hides_drafts(client):
    of = make.programme()
    make.call("Open one", of=of)
    make.call("Soon", of=of, opens_at=AFTER)
    make.call("Secret", of=of, state=CallState.DRAFT)
    cities = make.programme("City to city", pairs=Pairs.AUTHORITIES)
    make.call("Over", of=cities, state=CallState.CLOSED)

    answer = client.get(url(make.overview()))

    assert [call["title"] for call in answer.context["open"]] == ["Open one"]
    assert [call["title"] for call in answer.context["upcoming"]] == ["Soon"]
    text = answer.content.decode()
    assert "Secret" not in text
    assert "Brings authorities together" in text


def test_an_overview_and_a_programme_without_calls_say_so(client):
    overview = make.overview()
    assert "No call is open at the moment" in client.get(url(overview)).content.decode()
    of = make.programme()
    page = courses.site_home().get_descendants().get(title=of.name)
    assert "There is no call yet" in client.get(url(page)).content.decode()


def test_a_demonstration_is_labelled(client):
    page = make.page_of(make.call())
    page.is_demonstration = True
    page.save_revision().publish()
    assert "not an actual offer" in client.get(url(page)).content.decode()


def test_a_page_is_previewed_before_it_has_a_record(rf, call):
    page = make.page_of(call)
    request = page.make_preview_request(preview_mode="")
    assert request.status_code == 200


def test_a_call_is_read_in_another_language_under_its_address(client):
    page = make.page_of(make.call())
    answer = client.get(url(page, "de"))
    assert answer.status_code == 200
    assert answer.context["fallback_notice"]


# --- The way in ---


def test_a_visitor_is_told_to_sign_in_and_a_person_goes_on_with_what_they_began(
    client, as_ada, draft
):
    page = make.page_of(draft.call)
    ways = as_ada.get(url(page)).context["ways_in"]["ways"]
    assert [(way.side, way.is_begun) for way in ways] == [("mentee", True), ("mentor", False)]
    client.logout()
    answer = client.get(url(page))
    assert answer.context["ways_in"]["needs_account"]


def test_who_withdrew_sees_a_way_back_only_while_the_call_is_open(as_ada, draft):
    actions.withdraw(draft.pk, draft.person_id)
    page = make.page_of(draft.call)
    assert len(as_ada.get(url(page)).context["ways_in"]["ways"]) == 2
    Call.objects.update(closes_at=NOW)
    assert as_ada.get(url(page)).context["ways_in"]["ways"] == []


# --- Numbers of queries ---


@pytest.mark.parametrize("count", [1, 3])
def test_overview_programme_and_call_need_few_queries_whatever_the_calls(
    as_ada, ada, count, django_assert_max_num_queries
):
    for number in range(count):
        of = make.programme(f"Programme {number}")
        calls = [make.call(f"Call {number}/{n}", of=of) for n in range(count)]
    actions.begin(ada.pk, calls[0].pk, Side.MENTEE)
    page = make.page_of(calls[0])
    programme = page.get_parent()
    for address in (url(make.overview()), url(programme), url(page)):
        as_ada.get(address)
        with django_assert_max_num_queries(6):
            as_ada.get(address)


def test_the_records_come_with_their_pages():
    make.call()
    assert Programme.objects.count() == 1
