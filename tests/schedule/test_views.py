"""A person's dates on one page: whose, when, on which clock, and the address of their calendar."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from participants.actions import erase_person
from participants.states import Role
from schedule import actions, rules
from schedule.models import Entry, Feed
from tests.factories import courses
from tests.factories import participants as people
from tests.schedule.conftest import SOURCE, at, meeting, put

pytestmark = pytest.mark.django_db
DATES = "/en/my-academy/dates/"
ADDRESS = "/en/my-academy/dates/address/"


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada, backend=people.BACKEND)
    return client


@pytest.fixture
def soon():
    """A Tuesday in the winter of two years from now, so that it is not over while tests run."""
    return at(timezone.now().year + 2, 1, 15, 14)


def rows(answer):
    return [one["title"] for one in answer.context["rows"]]


def test_upcoming_dates_come_first_to_last_and_past_ones_last_to_first(signed_in, ada, soon):
    for days, name in [
        (0, "First"),
        (2, "Third"),
        (1, "Second"),
        (-900, "Long ago"),
        (-899, "Ago"),
    ]:
        put(ada, meeting(soon + timedelta(days=days), title=name), key=name)
    put(ada, meeting(soon, title="Off"), key="off")
    actions.cancel([ada.pk], SOURCE, ["off"])
    assert rows(signed_in.get(DATES)) == ["First", "Second", "Third"]
    assert rows(signed_in.get(f"{DATES}?past=1")) == ["Ago", "Long ago"]


def test_who_has_no_dates_is_told_where_they_come_from(signed_in):
    assert "No date is set" in signed_in.get(DATES).content.decode()
    assert "There are no past dates yet" in signed_in.get(f"{DATES}?past=1").content.decode()


@pytest.mark.parametrize(
    ("zone", "own", "other"),
    [
        ("Europe/Brussels", "15 January {y}, 14:00–15:30 (Brussels)", ""),
        ("Europe/Lisbon", "15 January {y}, 13:00–14:30 (Lisbon)", "14:00–15:30 (Brussels)"),
        ("Europe/Helsinki", "15 January {y}, 15:00–16:30 (Helsinki)", "14:00–15:30 (Brussels)"),
        ("Europe/Madrid", "15 January {y}, 14:00–15:30 (Madrid)", ""),
    ],
)
def test_a_time_is_told_on_ones_own_clock_and_on_that_of_the_date(
    signed_in, ada, soon, zone, own, other
):
    ada.time_zone = zone
    ada.save()
    put(ada, meeting(soon))
    (row,) = signed_in.get(DATES).context["rows"]
    assert row["when"].endswith(own.format(y=soon.year))
    assert row["there"] == other
    assert row["iso"].startswith(f"{soon.year}-01-15T1")


def test_clocks_that_change_on_different_days_are_told_apart_only_then(signed_in, ada, soon):
    """New York is six hours behind Brussels, and five for two weeks in March."""
    ada.time_zone = "America/New_York"
    ada.save()
    put(ada, meeting(at(soon.year, 1, 15, 14)), key="winter")
    put(ada, meeting(at(soon.year, 3, 20, 14)), key="between")
    put(ada, meeting(at(soon.year, 7, 1, 2)), key="night")
    whens = [row["when"] for row in signed_in.get(DATES).context["rows"]]
    assert whens[0].endswith("08:00–09:30 (New York)")
    assert whens[1].endswith("09:00–10:30 (New York)")
    assert "30 June" in whens[2]
    night = signed_in.get(DATES).context["rows"][2]
    assert "1 July" in night["there"]
    assert night["day"] == 30


def test_whole_days_are_the_same_days_everywhere_and_a_deadline_says_where_they_end(
    signed_in, ada, soon
):
    ada.time_zone = "Europe/Helsinki"
    ada.save()
    day = date(soon.year, 3, 31)
    for kind in ("event", "deadline"):
        content = rules.on_days(day, day, "Europe/Brussels", kind=kind, title={"en": kind})
        put(ada, content, key=kind)
    both = {row["title"]: row for row in signed_in.get(DATES).context["rows"]}
    assert both["event"]["when"].endswith(f"31 March {soon.year}")
    assert (both["event"]["day"], both["event"]["there"]) == (31, "")
    assert both["deadline"]["there"] == "until the end of the day in Brussels"
    assert both["deadline"]["iso"] == day.isoformat()


def test_words_that_have_no_translation_are_marked_as_what_they_are(signed_in, ada, soon):
    put(ada, meeting(soon, title={"en": "A meeting", "de": "Ein Treffen"}))
    assert "Ein Treffen" in signed_in.get(DATES.replace("en", "de", 1)).content.decode()
    assert '<h3 lang="en">' in signed_in.get(DATES.replace("en", "fr", 1)).content.decode()


def test_titles_are_words_and_no_markup(signed_in, ada, soon):
    put(ada, meeting(soon, title="<b>Bold</b>", description={"en": "<script>x</script>"}))
    text = signed_in.get(DATES).content.decode()
    assert "<b>Bold" not in text
    assert "<script>x" not in text


@pytest.mark.parametrize("query", ["page=99", "page=x", "page=%00", "past=💥", "past=1&page=-1"])
def test_nonsense_in_the_address_is_ignored(signed_in, ada, soon, query):
    put(ada, meeting(soon))
    assert signed_in.get(f"{DATES}?{query}").status_code == 200


def test_many_dates_stand_on_several_pages(signed_in, ada, soon):
    for number in range(31):
        put(ada, meeting(soon, title=f"Date {number}"), key=str(number))
    answer = signed_in.get(DATES)
    assert [one["url"] for one in answer.context["pages"]] == [f"{DATES}?page=1", f"{DATES}?page=2"]
    assert len(rows(signed_in.get(f"{DATES}?page=2"))) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_however_many_dates(
    signed_in, ada, soon, count, django_assert_num_queries
):
    courses.site_home()
    for number in range(count):
        put(ada, meeting(soon), key=str(number))
    signed_in.get(DATES)
    # session, person, count, dates, feed, version of the page tree, whether the desk is open
    with django_assert_num_queries(6):
        signed_in.get(DATES)


# --- One date as a file ---


def test_one_date_as_a_file_of_ones_own(signed_in, ada, soon):
    entry = put(ada, meeting(soon))
    answer = signed_in.get(f"{DATES}{entry.uid}.ics")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event["UID"], event["DTSTART"].dt) == (str(entry.uid), soon)
    assert answer["Content-Disposition"] == 'attachment; filename="date.ics"'
    assert "no-store" in answer["Cache-Control"]


def ladder(client, entry):
    file = client.get(f"{DATES}{entry.uid}.ics").status_code
    page = client.get(DATES)
    return file, page.status_code, rows(page) if page.context else None


def test_who_sees_a_persons_dates(client, ada, soon):
    entry = put(ada, meeting(soon))
    assert ladder(client, entry) == (302, 302, None)
    for other in (people.person("eve@example.org"), people.administrator()):
        client.force_login(other, backend=people.BACKEND)
        assert ladder(client, entry) == (404, 200, [])
    for role in (Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER, Role.AUTHOR):
        client.force_login(people.staff(role), backend=people.BACKEND)
        assert ladder(client, entry) == (404, 200, [])
    client.force_login(ada, backend=people.BACKEND)
    assert ladder(client, entry) == (200, 200, ["A meeting"])


# --- The address ---


def step(client, name, **more):
    return client.post(ADDRESS, {"step": name, **more}, follow=True)


def test_there_is_no_address_until_somebody_wants_one(signed_in, ada):
    assert "Make an address for my calendar" in signed_in.get(DATES).content.decode()
    assert not Feed.objects.exists()
    answer = step(signed_in, "open")
    url = answer.context["feed"]["url"]
    assert url == f"http://localhost:8000/calendar/{Feed.objects.get().token}.ics"
    text = answer.content.decode()
    assert f'value="{url}"' in text
    assert f'href="{url.replace("http:", "webcal:")}"' in text
    assert "no-store" in answer["Cache-Control"]
    assert step(signed_in, "open").context["feed"]["url"] == url


def test_renewing_closes_the_old_address_and_a_second_click_changes_nothing(signed_in, client):
    first = step(signed_in, "open").context["feed"]
    second = step(signed_in, "renew", number=first["number"]).context["feed"]
    assert second["url"] != first["url"]
    assert step(signed_in, "renew", number=first["number"]).context["feed"] == second
    assert client.get(first["url"].replace("http://localhost:8000", "")).status_code == 404
    assert step(signed_in, "close").context["feed"] is None


@pytest.mark.parametrize("number", ["", "x", "\0", "9" * 40, "💥", "-1"])
def test_nonsense_renews_nothing(signed_in, number):
    feed = step(signed_in, "open").context["feed"]
    assert step(signed_in, "renew", number=number).context["feed"] == feed
    assert step(signed_in, "explode", number=number).context["feed"] == feed


def test_the_address_is_changed_by_posting_only_and_by_whom_it_belongs_to(client, ada):
    assert client.post(ADDRESS, {"step": "open"}).status_code == 302
    assert not Feed.objects.exists()
    client.force_login(ada, backend=people.BACKEND)
    answer = client.get(f"{ADDRESS}?step=open")
    assert answer.url == f"{reverse('schedule:dates')}#calendar"
    assert not Feed.objects.exists()
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("name", ["open", "renew", "close"])
def test_a_tab_that_is_open_while_its_person_is_erased_reads_so(signed_in, ada, monkeypatch, name):
    """The tab's request has passed the sign-in when the person goes."""
    reached = getattr(actions, f"{name}_feed")

    def late(person_id, *args):
        erase_person(person_id)
        return reached(person_id, *args)

    monkeypatch.setattr(actions, f"{name}_feed", late)
    answer = signed_in.post(ADDRESS, {"step": name})
    assert answer.status_code == 409
    assert "This account was erased, so nothing is kept any more" in answer.content.decode()
    assert not Feed.objects.exists()
    assert signed_in.get(DATES).status_code == 302


# --- My academy ---

ACADEMY = "/en/my-academy/"


def test_my_academy_shows_the_next_five_dates(signed_in, ada, soon):
    for days in range(6):
        put(ada, meeting(soon + timedelta(days=days), title=f"Date {days}"), key=str(days))
    put(ada, meeting(soon - timedelta(days=900), title="Past"), key="past")
    put(ada, meeting(soon - timedelta(days=1), title="Off"), key="off")
    actions.cancel([ada.pk], SOURCE, ["off"])
    put(people.person("eve@example.org"), meeting(soon, title="Of Eve"))
    answer = signed_in.get(ACADEMY)
    assert [one["title"] for one in answer.context["dates"]] == [f"Date {n}" for n in range(5)]
    shown = answer.context["dates"][0]
    assert shown["url"] == "/meetings/7/"
    assert f'<time datetime="{soon.isoformat()}">' in answer.content.decode()
    assert DATES in answer.content.decode()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_dates_cost_my_academy_no_query_more(
    signed_in, ada, soon, count, django_assert_num_queries
):
    courses.site_home()
    for number in range(count):
        put(ada, meeting(soon), key=str(number))
    signed_in.get(ACADEMY)
    # session, person, dates and whether the desk is open, enrolments, mentoring, version of tree
    with django_assert_num_queries(6):
        signed_in.get(ACADEMY)


@pytest.mark.parametrize("with_date", [False, True])
@pytest.mark.parametrize(
    ("role", "opens"), [(Role.PARTICIPANT, False), (Role.COORDINATOR, True), (None, True)]
)
def test_the_header_of_my_academy_still_knows_to_whom_the_desk_is_open(
    client, soon, role, opens, with_date
):
    user = people.staff(role) if role else people.administrator()
    if with_date:
        put(user, meeting(soon))
    client.force_login(user, backend=people.BACKEND)
    assert ("Editor’s desk" in client.get(ACADEMY).content.decode()) is opens
