"""Where people are signed in: listed, ended, told by mail, forgotten."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import actions
from participants.models import Device, Notice, User
from participants.rules import described
from tests.factories import participants as make
from tests.support.races import together

pytestmark = pytest.mark.django_db
QUERIES = 5  # session, person, devices, tree, the site's settings
LIST = "/en/account/devices/"
OTHERS = "/en/account/devices/end/"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def ada(db):
    return make.person("ada@example.org", profile=True)


def signed_in(user_agent: str = WINDOWS, email: str = "ada@example.org", client=None) -> Client:
    client = client or Client(headers={"user-agent": user_agent})
    data = {"login": email, "password": make.PASSWORD}
    answer = client.post("/en/account/login/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    return client


def device_of(client: Client) -> Device:
    return Device.objects.get(session_id=client.session.session_key)


def is_signed_in(client: Client) -> bool:
    return client.get("/en/account/profile/").status_code == 200


# --- What is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "names"),
    [
        (WINDOWS, ("Firefox", "Windows")),
        (IPHONE, ("Safari", "iPhone")),
        (ANDROID, ("Chrome", "Android")),
        (f"{ANDROID} EdgA/142.0", ("Edge", "Android")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
        ("\x00 😀 Φαίδρα" * 1000, ("", "")),
    ],
)
def test_a_device_is_called_by_names_that_people_know(user_agent, names):
    assert described(user_agent) == names


def test_a_sign_in_leaves_two_names_and_two_times_and_no_address(ada):
    client = Client(headers={"user-agent": WINDOWS}, REMOTE_ADDR="203.0.113.77")
    signed_in(client=client)

    row = Device.objects.values().get()
    assert (row["browser"], row["system"]) == ("Firefox", "Windows")
    kept = " ".join(str(value) for value in row.values())
    assert "203.0.113.77" not in kept
    assert "Gecko" not in kept
    assert client.cookies["known_browser"].value.split(":")[0] not in kept


def test_signing_out_leaves_the_device_without_a_session_and_signing_in_goes_on_with_it(ada):
    client = signed_in()
    first = device_of(client).first_seen_at
    client.post("/en/account/logout/")
    assert Device.objects.get().session_id is None

    signed_in(client=client)

    assert Device.objects.get().first_seen_at == first
    assert device_of(client) == Device.objects.get()


def test_a_device_in_use_is_noted_once_in_ten_minutes_and_costs_nothing_in_between(
    ada, django_assert_num_queries
):
    client = signed_in()
    device = device_of(client)
    long_ago = timezone.now() - timedelta(hours=1)
    Device.objects.update(last_seen_at=long_ago)
    client.get(LIST)
    assert Device.objects.get().last_seen_at == long_ago

    session = client.session
    session["device_seen"] -= 601
    session.save()
    client.get(LIST)

    device.refresh_from_db()
    assert device.last_seen_at > long_ago
    Device.objects.update(last_seen_at=long_ago)
    client.get(LIST)
    assert Device.objects.get().last_seen_at == long_ago


def test_what_is_kept_is_in_the_persons_export_and_goes_with_them(ada):
    client = signed_in()

    rows = actions.export_person(ada)["participants.Device"]["rows"]
    assert [sorted(row) for row in rows] == [["browser", "first_seen_at", "last_seen_at", "system"]]

    actions.erase_person(ada.pk)
    assert not Device.objects.exists()
    assert not is_signed_in(client)


# --- The list ---------------------------------------------------------------------------------


@pytest.mark.parametrize("elsewhere", [0, 2])
def test_the_list_takes_as_many_queries_for_three_devices_as_for_one(
    ada, elsewhere, django_assert_num_queries
):
    here = signed_in()
    for _ in range(elsewhere):
        signed_in(ANDROID)
    here.get(LIST)

    with django_assert_num_queries(QUERIES):
        page = here.get(LIST)

    assert [str(d) for d in page.context["elsewhere"]] == ["Chrome on Android"] * elsewhere
    assert str(page.context["here"]) == "Firefox on Windows"


def test_a_session_that_is_older_than_the_list_is_in_it_all_the_same(ada):
    client = Client()
    client.force_login(ada, backend=make.BACKEND)

    page = client.get(LIST).content.decode()

    assert "Unknown browser" in page
    assert "You are signed in nowhere else." in page
    assert not mail.outbox
    assert Device.objects.count() == 1


def test_a_session_that_ran_out_is_not_listed(ada):
    here, phone = signed_in(), signed_in(IPHONE)
    Session.objects.filter(pk=phone.session.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )

    assert here.get(LIST).context["elsewhere"] == []


@pytest.mark.parametrize("language", ["en", "fr", "de", "el"])
def test_the_way_to_the_list_is_in_the_account_menu(ada, language):
    page = signed_in().get(f"/{language}/account/profile/").content.decode()

    assert f'href="/{language}/account/devices/"' in page


# --- Ending -----------------------------------------------------------------------------------


def test_ending_a_device_signs_it_out_at_its_next_request_and_only_it(ada):
    here, phone, tablet = signed_in(), signed_in(IPHONE), signed_in(ANDROID)

    answer = here.post(reverse("participants:device_end", args=[device_of(phone).pk]), follow=True)

    assert "Safari on iPhone is signed out." in answer.content.decode()
    assert [is_signed_in(c) for c in (here, phone, tablet)] == [True, False, True]


def test_sessions_in_a_cache_end_as_well(ada, settings, django_capture_on_commit_callbacks):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    here, phone = signed_in(), signed_in(IPHONE)
    assert is_signed_in(phone)  # its copy lies in the cache now

    with django_capture_on_commit_callbacks(execute=True):
        here.post(OTHERS)

    assert [is_signed_in(c) for c in (here, phone)] == [True, False]


def test_ending_all_others_leaves_this_one(ada):
    here, phone, tablet = signed_in(), signed_in(IPHONE), signed_in(ANDROID)

    answer = here.post(OTHERS, follow=True)

    assert "You are signed out everywhere but here." in answer.content.decode()
    assert [is_signed_in(c) for c in (here, phone, tablet)] == [True, False, False]


def test_ending_twice_and_from_two_tabs_says_the_same(ada):
    here, phone = signed_in(), signed_in(IPHONE)
    url = reverse("participants:device_end", args=[device_of(phone).pk])

    answers = [here.post(url), here.post(url), here.post(OTHERS), here.post(OTHERS)]

    assert [a.headers["Location"] for a in answers] == [LIST] * 4
    assert not is_signed_in(phone)


def test_this_device_is_signed_out_by_the_page_for_that(ada):
    here = signed_in()

    answer = here.post(reverse("participants:device_end", args=[device_of(here).pk]))

    assert answer.headers["Location"] == "/en/account/logout/"
    assert is_signed_in(here)


def test_nothing_ends_by_get(ada):
    here, phone = signed_in(), signed_in(IPHONE)

    for url in (OTHERS, reverse("participants:device_end", args=[device_of(phone).pk])):
        assert here.get(url).headers["Location"] == LIST
    assert is_signed_in(phone)


def test_a_device_of_somebody_else_does_not_exist(ada):
    make.person("bea@example.org", profile=True)
    bea = signed_in(email="bea@example.org")
    url = reverse("participants:device_end", args=[device_of(bea).pk])

    assert signed_in().post(url).status_code == 404
    assert Client().post(url).headers["Location"].startswith("/en/account/login/")
    assert is_signed_in(bea)
    assert signed_in().post(OTHERS).status_code == 302
    assert is_signed_in(bea)


@pytest.mark.parametrize("pk", ["0", "99999999999999999999", "x", "-1", "%00", "😀"])
def test_nonsense_in_place_of_a_device_is_not_found(ada, pk):
    assert signed_in().post(f"/en/account/devices/{pk}/end/").status_code == 404


def test_visitors_are_led_to_the_sign_in(client):
    for url in (LIST, OTHERS):
        assert client.get(url).headers["Location"] == f"/en/account/login/?next={url}"


def test_a_new_password_signs_out_everywhere_else_and_this_device_stays_listed(ada):
    here, phone = signed_in(), signed_in(IPHONE)
    first = device_of(here).first_seen_at

    answer = here.post(
        "/en/account/password/change/",
        {
            "oldpassword": make.PASSWORD,
            "password1": "another long phrase",
            "password2": "another long phrase",
        },
    )

    assert answer.status_code == 302
    assert [is_signed_in(c) for c in (here, phone)] == [True, False]
    page = here.get(LIST)
    assert (page.context["here"].first_seen_at, page.context["elsewhere"]) == (first, [])


# --- The mail ---------------------------------------------------------------------------------


def test_a_sign_in_from_a_new_browser_is_told_once_in_the_persons_language(ada, jobs):
    signed_in()
    User.objects.update(language="fr", time_zone="Europe/Athens")
    jobs.run()
    assert mail.outbox == []  # the very first one

    phone = signed_in(IPHONE)
    jobs.run()
    jobs.run()
    phone.post("/en/account/logout/")
    signed_in(client=phone)
    jobs.run()

    assert [m.to for m in mail.outbox] == [["ada@example.org"]]
    text = mail.outbox[0].body
    assert "Safari" in text
    assert "heure normale d’Europe de l’Est" in text or "heure d’été d’Europe de l’Est" in text
    assert "http://localhost:8000/fr/account/devices/" in text
    assert mail.outbox[0].alternatives[0].mimetype == "text/html"
    told = Notice.objects.filter(kind="participants.sign-in").first().facts["time"]
    assert re.match(r"\d+\. [A-Z]\w+ \d{4}, \d\d:\d\d \(Osteuropäische", told["de"])
    assert re.match(r"\d+ [A-Z][a-z]+ \d{4}, ", told["en"])


def test_the_first_sign_in_after_registering_is_no_news(client, jobs):
    data = {"name": "Ada", "email": "ada@example.org", "password1": make.PASSWORD, "website": ""}
    client.post("/en/account/signup/", data)
    code = mail.outbox[-1].body.split("    ")[1].split()[0]
    client.post("/en/account/confirm-email/", {"code": code})
    jobs.run()

    assert Device.objects.count() == 1
    assert [m.subject for m in mail.outbox] == ["Your code for the new account"]


def test_a_browser_that_another_person_used_before_is_new_to_this_one(ada, jobs):
    signed_in()
    make.person("bea@example.org", profile=True)
    shared = signed_in(email="bea@example.org")
    shared.post("/en/account/logout/")

    signed_in(client=shared)
    jobs.run()

    assert [m.to for m in mail.outbox] == [["ada@example.org"]]


def test_a_device_that_was_ended_is_news_when_it_comes_back(ada, jobs):
    here, phone = signed_in(), signed_in(IPHONE)
    jobs.run()
    here.post(OTHERS)
    User.objects.get().devices.update(first_seen_at=timezone.now() - timedelta(hours=1))

    signed_in(client=phone)
    jobs.run()

    assert len(mail.outbox) == 2


def test_a_forged_cookie_is_no_browser_that_we_know(ada, jobs):
    signed_in()
    stranger = Client(headers={"user-agent": ANDROID})
    stranger.cookies["known_browser"] = "forged:1abc:signature"

    signed_in(client=stranger)
    jobs.run()

    assert len(mail.outbox) == 1


def test_the_cookie_is_out_of_reach_for_scripts_and_comes_only_with_a_sign_in(ada, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    client.get("/en/account/login/")
    assert "known_browser" not in client.cookies

    cookie = signed_in(client=client).cookies["known_browser"]

    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == 365 * 24 * 3600


def test_the_news_is_on_the_site_as_well(ada, jobs):
    signed_in()
    phone = signed_in(IPHONE)

    page = phone.get("/en/account/notices/").content.decode()

    assert "on a device that we did not know: Safari on iPhone, on " in page


# --- Forgetting -------------------------------------------------------------------------------


def test_devices_are_forgotten_when_nobody_has_used_them_for_ninety_days(ada, settings):
    settings.DEVICES_KEPT_DAYS = 90
    in_use, left, recent = signed_in(), signed_in(IPHONE), signed_in(ANDROID)
    kept = [device_of(in_use).pk, device_of(recent).pk]
    old = timezone.now() - timedelta(days=91)
    Device.objects.exclude(pk=device_of(recent).pk).update(last_seen_at=old)
    for client in (left, recent):
        client.post("/en/account/logout/")

    assert actions.forget_old_devices() == 1

    assert sorted(Device.objects.values_list("pk", flat=True)) == sorted(kept)
    assert is_signed_in(in_use)


def test_sessions_that_ran_out_are_cleared_away(ada):
    signed_in()
    later = timezone.now() + timedelta(days=400)

    assert actions.forget_old_devices(now=later) == 1

    assert (Session.objects.count(), Device.objects.count()) == (0, 0)


# --- Races ------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_ends_at_once_end_once_and_neither_fails():
    make.person("ada@example.org", profile=True)
    here, phone = signed_in(), signed_in(IPHONE)
    ada, device, key = User.objects.get(), device_of(phone), here.session.session_key

    done = together(
        lambda: actions.end_device(device.pk),
        lambda: actions.end_device(device.pk),
        lambda: actions.end_other_devices(ada.pk, key),
    )

    assert [type(result) for result in done[:2]] == [type(None)] * 2
    assert done[2] in (0, 1)
    assert [is_signed_in(c) for c in (here, phone)] == [True, False]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_end_that_meets_a_touch_and_a_sign_out_wins():
    make.person("ada@example.org", profile=True)
    for _ in range(5):
        phone = signed_in(IPHONE)
        device, key = device_of(phone), phone.session.session_key
        done = together(
            lambda key=key: actions.touch_device(key),
            lambda device=device: actions.end_device(device.pk),
            lambda phone=phone: phone.post("/en/account/logout/").status_code,
        )
        assert done[:2] == [None, None]
        assert done[2] in (302, 400)  # 400: the session went while the request was under way
        assert not Session.objects.filter(pk=key).exists()
        assert not Device.objects.filter(pk=device.pk, session_id__isnull=False).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_double_click_on_the_sign_in_is_told_once(jobs):
    make.person("ada@example.org", profile=True)
    signed_in()
    clients = [Client(headers={"user-agent": IPHONE}) for _ in range(2)]

    together(*[lambda client=client: signed_in(client=client) for client in clients])
    jobs.run()

    assert len(mail.outbox) == 1
    assert [is_signed_in(client) for client in clients] == [True, True]
