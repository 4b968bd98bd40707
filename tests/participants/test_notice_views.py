"""The pages of notices: one's own, and nobody else's; links change nothing by being looked at."""

import re
from datetime import UTC, datetime

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from participants import actions, mails, notices
from participants.models import MailTrouble, Notice, NoticePreference, User
from participants.states import NoticeTopic, Pace, Role
from tests.factories import participants as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
LIST = "/en/account/notices/"
READ = "/en/account/notices/read/"
SETTINGS = "/en/account/notices/settings/"
AGAIN = "/en/account/notices/address/"
NONSENSE = ["", "x", "-1", "٣", "1e3", "9" * 30, "\0", "😀", "Ω"]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    monkeypatch.setattr(notices, "_kinds", {})
    notices.register(
        "tests.view",
        topic=NoticeTopic.COURSES,
        subject="About %(what)s",
        text="Something about %(what)s.",
        action="Look",
        url=lambda facts: f"/en/{facts['what']}/",
    )


def tell(person, *whats):
    for what in whats:
        actions.notify("tests.view", [person.pk], event=what, facts={"what": what}, now=NOW)


def unread(person) -> list[str]:
    rows = Notice.objects.unread().filter(user=person).order_by("pk")
    return [row.event for row in rows]


def post_page(client, address, **data):
    return client.post(address, data)


# --- Who may open what ------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, READ, SETTINGS, AGAIN])
def test_a_visitor_is_led_to_sign_in(client, address):
    for answer in (client.get(address), client.post(address)):
        assert (answer.status_code, answer.url) == (302, f"/en/account/login/?next={address}")


@pytest.mark.parametrize(
    "role", [Role.AUTHOR, Role.COORDINATOR, Role.DATA_PROTECTION_OFFICER, Role.ADMINISTRATOR]
)
def test_nobody_reads_or_marks_what_others_were_told(client, person, role):
    tell(person, "secret")
    client.force_login(make.staff(role), backend=make.BACKEND)

    assert b"secret" not in client.get(LIST).content
    client.post(READ, {"only": Notice.objects.on_site().get().pk})
    client.post(READ, {"until": "999999"})
    assert unread(person) == ["secret"]


@pytest.mark.parametrize("address", [READ, AGAIN])
def test_addresses_that_change_something_answer_a_look_with_the_way_back(as_person, address):
    assert as_person.get(address).status_code == 302


# --- The list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_many(
    as_person, person, count, django_assert_num_queries
):
    tell(person, *map(str, range(count)))
    for _warm in range(2):
        as_person.get(LIST)
    with django_assert_num_queries(5):  # session, person with news, count, rows, tree
        as_person.get(LIST)


def test_notices_are_shown_newest_first_and_looking_marks_nothing(as_person, person):
    tell(person, "one", "two")
    content = as_person.get(LIST).content.decode()

    assert content.index("About two") < content.index("About one")
    assert 'href="/en/one/"' in content
    assert unread(person) == ["one", "two"]


def test_one_is_marked_as_read_and_then_all_that_were_shown_but_none_that_came_since(
    as_person, person
):
    tell(person, "one", "two", "three")
    one = Notice.objects.on_site().get(event="one")
    assert as_person.post(READ, {"only": one.pk, "until": 10**6}).url == LIST
    assert unread(person) == ["two", "three"]

    until = as_person.get(LIST).context["until"]
    tell(person, "four")
    as_person.post(READ, {"until": until})
    assert unread(person) == ["four"]
    as_person.post(READ, {"until": until})  # a double click
    assert unread(person) == ["four"]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_numbers_that_are_none_mark_nothing(as_person, person, nonsense):
    tell(person, "one")
    assert as_person.post(READ, {"only": nonsense, "until": nonsense}).status_code == 302
    assert as_person.get(LIST, {"page": nonsense}).status_code == 200
    assert unread(person) == ["one"]


def test_a_long_list_has_pages(as_person, person):
    tell(person, *[f"n{number}" for number in range(21)])

    assert len(as_person.get(LIST).context["notices"]) == 20
    assert len(as_person.get(LIST + "?page=2").context["notices"]) == 1


def test_a_notice_that_cannot_be_put_into_words_does_not_hide_the_others(as_person, person):
    tell(person, "one", "two")
    Notice.objects.on_site().filter(event="one").update(kind="gone.kind")

    shown = [one["words"].subject for one in as_person.get(LIST).context["notices"]]
    assert shown == ["About two"]


def test_the_header_and_my_academy_count_what_is_new_without_a_query(as_person, person):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.page = as_person.get("/en/my-academy/").content.decode()
        return len(captured)

    for _warm in range(2):
        queries()
    before = queries()
    assert "new notice" not in queries.page
    tell(person, "one", "two")
    assert queries() == before
    assert "You have 2 new notices." in queries.page
    assert "Notices (2)" in queries.page


# --- Which mails, and when --------------------------------------------------------------------


def test_a_choice_is_saved_and_holds_for_what_waits(as_person, person):
    tell(person, "one")
    answer = as_person.post(SETTINGS, {"courses": "daily"})

    assert (answer.status_code, answer.url) == (302, SETTINGS)
    assert list(NoticePreference.objects.values_list("topic", "pace")) == [("courses", "daily")]
    assert Notice.objects.waiting().get().pace == Pace.DAILY
    field = as_person.get(SETTINGS).context["form"]["courses"]
    assert field.initial == "daily"


def test_saving_without_a_change_writes_nothing(as_person):
    as_person.post(SETTINGS, {"courses": "at-once"})
    assert not NoticePreference.objects.exists()


@pytest.mark.parametrize("nonsense", [*NONSENSE, "x" * 5000])
def test_a_pace_that_is_none_is_refused_in_words_and_the_account_cannot_be_chosen(
    as_person, nonsense
):
    answer = as_person.post(SETTINGS, {"courses": nonsense, "account": "off"})

    assert answer.status_code == 422
    assert "Choose one of the four." in answer.content.decode()
    assert not NoticePreference.objects.exists()


def test_somebody_whose_mails_come_back_reads_it_and_can_ask_for_another_try(as_person, person):
    MailTrouble.objects.create(user=person, address=person.email, status="5.1.1")
    for address in (LIST, SETTINGS, "/en/my-academy/"):
        assert (
            "We could not reach you at ada@example.org." in as_person.get(address).content.decode()
        )

    as_person.post(AGAIN)
    assert not MailTrouble.objects.exists()
    assert "We could not reach you" not in as_person.get(LIST).content.decode()


def test_trouble_with_an_address_that_somebody_gave_up_is_not_shown(as_person, person):
    MailTrouble.objects.create(user=person, address="old@example.org", status="5.1.1")
    assert "We could not reach you" not in as_person.get(LIST).content.decode()


# --- Stopping mails with one click ------------------------------------------------------------


@pytest.fixture
def stop(person):
    return reverse(
        "participants:unsubscribe", args=[mails.signed(person.pk, [NoticeTopic.COURSES])]
    )


def wishes() -> list[tuple]:
    return list(NoticePreference.objects.values_list("user", "topic", "pace"))


def test_looking_at_the_link_changes_nothing_even_signed_out(client, stop):
    answer = client.get(stop)
    assert (answer.status_code, wishes()) == (200, [])
    assert "Nothing has changed yet." in answer.content.decode()
    assert client.head(stop).status_code == 200
    assert wishes() == []


def test_a_mail_program_stops_mails_by_itself_without_cookies(person, stop):
    from django.test import Client

    program = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = program.post(
            stop, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 200
    assert wishes() == [(person.pk, "courses", "off")]


def test_mails_that_were_stopped_are_not_sent_and_can_be_had_again(client, person, stop):
    tell(person, "one")
    assert "These e-mails are stopped" in client.post(stop).content.decode()
    assert actions.send_notices() == 0

    client.post(stop, {"again": "1"})
    tell(person, "two")
    assert actions.send_notices() == 1


def test_the_answer_is_the_same_for_somebody_who_is_not_there(client, person, stop):
    def said(address):
        answer = client.post(address)
        assert answer.status_code == 200
        return re.search("<main.*</main>", answer.content.decode(), re.DOTALL)[0]

    there = said(stop)
    nobody = reverse("participants:unsubscribe", args=[mails.signed(999_999, ["courses"])])
    erased = make.person()
    actions.erase_person(erased.pk)
    gone = reverse("participants:unsubscribe", args=[mails.signed(erased.pk, ["courses"])])

    for address in (nobody, gone):
        assert said(address) == there
    assert wishes() == [(person.pk, "courses", "off")]


@pytest.mark.parametrize(
    "token",
    ["x", "a:b", "😀", "Ω" * 300, signing.Signer(salt="other").sign_object([1, ["courses"]])],
)
def test_a_link_that_is_not_ours_or_not_whole_changes_nothing(client, token):
    address = reverse("participants:unsubscribe", args=[token])
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 404
        assert "This link is not complete" in answer.content.decode()
    assert wishes() == []


def test_a_cut_link_is_not_complete(client, stop):
    assert client.post(stop[:-3] + "/").status_code == 404


def test_whoever_is_signed_in_was_loaded_with_what_the_header_says(person):
    tell(person, "one")
    loaded = User.objects.for_header().get(pk=person.pk)
    for one in (loaded, person):
        assert (one.unread_notices, one.unreachable, one.has_desk) == (1, False, False)
