"""Signing up, in and out, as people do it."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.urls import reverse

from participants.models import Profile, User
from tests.factories import participants as make

pytestmark = pytest.mark.django_db
LOGIN = "/en/account/login/"
LESSON = "/en/learn/somewhere/?part=2"


def sign_up(client, next_url="", **fields):
    data = {"name": "Ada", "email": "ada@example.org", "password1": make.PASSWORD, "website": ""}
    return client.post(f"/en/account/signup/?next={next_url}", {**data, **fields})


def sign_in(client, email="ada@example.org", password=make.PASSWORD, **fields):
    return client.post(LOGIN, {"login": email, "password": password, **fields})


def code_in(message) -> str:
    """The code stands alone on its line."""
    return re.search(r"^    (\S+)$", message.body, re.MULTILINE)[1]


# --- Signing up -----------------------------------------------------------------------------


def test_from_sign_up_over_code_and_profile_to_where_the_person_was_going(client):
    answer = sign_up(client, next_url="/en/learn/somewhere/%3Fpart%3D2")
    assert answer.headers["Location"] == "/en/account/confirm-email/"

    answer = client.post("/en/account/confirm-email/", {"code": code_in(mail.outbox[-1])})
    profile_url = answer.headers["Location"]
    assert profile_url == "/en/account/profile/?next=%2Fen%2Flearn%2Fsomewhere%2F%3Fpart%3D2"

    page = client.get(profile_url)
    assert f'name="next" value="{LESSON}"' in page.content.decode()
    answer = client.post(
        profile_url,
        {
            "next": LESSON,
            "name": "Ada Lovelace",
            "country": "BE",
            "organisation": "Stad Gent",
            "language": "en",
            "time_zone": "Europe/Brussels",
            "privacy": "on",
        },
    )
    assert answer.headers["Location"] == LESSON
    ada = User.objects.get()
    assert (ada.name, ada.email, ada.language) == ("Ada Lovelace", "ada@example.org", "en")
    assert EmailAddress.objects.get().verified
    assert Profile.objects.get().organisation.name == "Stad Gent"


def test_the_language_of_signing_up_becomes_that_of_the_mails(client):
    client.post(
        "/fr/account/signup/",
        {"name": "Ada", "email": "ada@example.org", "password1": make.PASSWORD, "website": ""},
    )

    assert User.objects.get().language == "fr"


def test_a_next_to_another_site_is_dropped(client):
    sign_up(client, next_url="https://evil.example/")
    answer = client.post("/en/account/confirm-email/", {"code": code_in(mail.outbox[-1])})

    assert answer.headers["Location"] == "/en/account/profile/?next=%2Fen%2Fmy-academy%2F"


def test_a_wrong_code_keeps_the_page_and_three_end_it(client):
    sign_up(client)
    for _ in range(2):
        answer = client.post("/en/account/confirm-email/", {"code": "WRONG"})
        assert answer.status_code == 200
        assert "This code is not right" in answer.content.decode()

    answer = client.post("/en/account/confirm-email/", {"code": "WRONG"})

    assert answer.status_code == 302
    assert not EmailAddress.objects.get().verified


def test_an_address_that_is_taken_gets_the_same_answer_and_a_mail(client):
    make.person("ada@example.org")

    answer = sign_up(client, email="ADA@example.org", password1="some other phrase")

    assert answer.headers["Location"] == "/en/account/confirm-email/"
    assert [m.subject for m in mail.outbox] == ["You have an account already"]
    assert User.objects.count() == 1


def test_asking_for_codes_tells_nobody_who_has_an_account(client):
    make.person("ada@example.org")
    for url in ("/en/account/login/code/", "/en/account/password/reset/"):
        known = client.post(url, {"email": "ada@example.org"})
        unknown = client.post(url, {"email": "nobody@example.org"})
        assert known.status_code == unknown.status_code == 302
        assert known.headers["Location"] == unknown.headers["Location"]

    assert sorted({m.subject for m in mail.outbox}) == [
        "There is no account with this address",
        "Your code for a new password",
        "Your sign-in code",
    ]


def test_a_robot_that_fills_the_hidden_field_makes_no_account(client):
    answer = sign_up(client, website="https://spam.example")

    assert answer.status_code == 302
    assert (User.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "See https://spam.example"}, "name", "Write your name only"),
        ({"name": "x" * 151}, "name", "at most 150 characters"),
        ({"email": "ada"}, "email", "Enter a valid email address."),
        ({"password1": "short"}, "password1", "at least 10 characters"),
        ({"password1": "ada@example.org"}, "password1", "too similar to the e-mail address"),
        ({"password1": "qwertyuiop"}, "password1", "too common"),
    ],
)
def test_a_mistake_is_said_beside_the_field_and_the_input_stays(client, fields, field, words):
    answer = sign_up(client, **fields)
    form = answer.context["form"]

    assert list(form.errors) == [field]
    assert words in form.errors[field][0]
    page = answer.content.decode()
    assert '<div class="error-summary' in page
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}_error"' in page
    if field != "email":
        assert 'value="ada@example.org"' in page
    assert User.objects.count() == 0


def test_sending_the_sign_up_twice_goes_on_with_the_same_account(client):
    sign_up(client)
    client.logout()
    client.cookies.clear()
    sign_up(client)

    answer = client.post("/en/account/confirm-email/", {"code": code_in(mail.outbox[-1])})

    assert answer.status_code == 302
    assert [u.email for u in User.objects.all()] == ["ada@example.org"]
    assert EmailAddress.objects.get().verified


def test_a_stranger_who_signed_up_with_my_address_does_not_keep_a_password(client):
    sign_up(client, password1="the stranger's phrase")
    mine = type(client)()
    mine.post("/en/account/login/code/", {"email": "ada@example.org"})
    mine.post("/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1])})

    assert mine.get("/en/account/profile/").status_code == 200
    assert not User.objects.get().has_usable_password()


# --- Signing in -----------------------------------------------------------------------------


def test_sign_in_with_another_case_of_the_address(client):
    make.person("ada@example.org", profile=True)

    answer = sign_in(client, "Ada@Example.org", next=LESSON)

    assert answer.headers["Location"] == LESSON


def test_people_without_a_profile_are_led_to_it_and_staff_are_not(client):
    make.person("ada@example.org")
    make.staff(email="pub@example.org")

    assert sign_in(client).headers["Location"].startswith("/en/account/profile/?next=")
    assert (
        sign_in(type(client)(), "pub@example.org", next="/admin/").headers["Location"] == "/admin/"
    )


def test_a_wrong_password_and_an_unknown_address_look_the_same(client):
    make.person("ada@example.org")
    pages = [sign_in(client, password="wrong wrong"), sign_in(client, "nobody@example.org")]

    assert [p.context["form"].non_field_errors() for p in pages] == [
        ["The e-mail address or the password is not right. Try again, or ask for a sign-in code."]
    ] * 2


def test_a_code_signs_in_without_a_password(client):
    make.person("ada@example.org", profile=True)
    client.post("/en/account/login/code/", {"email": "ada@example.org", "next": LESSON})

    answer = client.post(
        "/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1]), "next": LESSON}
    )

    assert answer.headers["Location"] == LESSON


def test_a_closed_account_cannot_sign_in(client):
    ada = make.person("ada@example.org")
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert sign_in(client).headers["Location"] == "/en/account/inactive/"
    assert "_auth_user_id" not in client.session


def test_a_new_password_takes_a_code_and_nothing_changes_on_get(client):
    make.person("ada@example.org", profile=True)
    client.post("/en/account/password/reset/", {"email": "ada@example.org"})
    client.get("/en/account/password/reset/confirm/")
    assert User.objects.get().check_password(make.PASSWORD)

    answer = client.post("/en/account/password/reset/confirm/", {"code": code_in(mail.outbox[-1])})
    client.post(
        answer.headers["Location"],
        {"password1": "another long phrase", "password2": "another long phrase"},
    )

    assert User.objects.get().check_password("another long phrase")


def test_signing_out_takes_a_post(as_person):
    as_person.get("/en/account/logout/")
    assert "_auth_user_id" in as_person.session

    answer = as_person.post("/en/account/logout/")

    assert answer.headers["Location"] == "/en/"
    assert "_auth_user_id" not in as_person.session


def test_a_mail_server_that_is_down_is_said_in_words(client, monkeypatch):
    def down(self, *args):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", down)

    answer = sign_up(client)

    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).content.decode()
    assert "We could not send an e-mail just now." in page


# --- The second step ------------------------------------------------------------------------


def test_an_app_is_set_up_after_signing_in_again_and_asked_for_from_then_on(client):
    make.person("ada@example.org", profile=True)
    sign_in(client)
    form = open_app_setup(client).context["form"]

    client.post("/en/account/2fa/totp/activate/", {"code": present_code(form.secret)})

    types = set(Authenticator.objects.values_list("type", flat=True))
    assert types == {"totp", "recovery_codes"}
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert form.secret not in stored

    client.post("/en/account/logout/")
    assert sign_in(client).headers["Location"].startswith("/en/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


def open_app_setup(client):
    """The person proves once more who they are, and goes on."""
    answer = client.get("/en/account/2fa/totp/activate/")
    asked = answer.headers["Location"]
    return client.post(asked, {"password": make.PASSWORD}, follow=True)


def present_code(secret: str) -> str:
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def test_old_proof_is_not_enough_to_change_the_second_step(as_person):
    answer = as_person.get("/en/account/2fa/totp/activate/")

    assert answer.headers["Location"].startswith("/en/account/reauthenticate/?next=")


def test_the_picture_of_the_key_needs_no_data_address(client):
    """Our policy allows pictures from the site itself only."""
    make.person("ada@example.org", profile=True)
    sign_in(client)

    page = open_app_setup(client).content.decode()

    assert "<svg" in page
    assert "data:image" not in page


# --- The doors of the desk ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/admin/", "/admin/login/?next=/admin/"),
        ("/admin/login/", "/en/account/login/?next=%2Fadmin%2F"),
        ("/admin/login/?next=/admin/pages/3/", "/en/account/login/?next=%2Fadmin%2Fpages%2F3%2F"),
        ("/admin/login/?next=//evil.example/", "/en/account/login/?next=%2Fadmin%2F"),
        ("/admin/password_reset/", "/en/account/password/reset/"),
        ("/admin/password_reset/confirm/MQ/abc-def/", "/en/account/password/reset/"),
        ("/admin/password_reset/done/", "/en/account/password/reset/"),
        ("/admin/logout/", "/en/account/logout/"),
    ],
)
def test_wagtails_own_doors_lead_to_ours(client, address, leads_to):
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)


def test_leaving_the_desk_signs_out(client):
    client.force_login(make.staff(), backend=make.BACKEND)

    answer = client.post("/admin/logout/")

    assert answer.headers["Location"] == "/en/"
    assert "_auth_user_id" not in client.session


def test_a_participant_at_the_desks_door_goes_to_their_own_page(as_person):
    assert as_person.get("/admin/login/").headers["Location"] == "/en/my-academy/"


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/users/"])
def test_staff_without_a_second_step_are_led_to_set_one_up(client, settings, address):
    settings.STAFF_REQUIRES_SECOND_FACTOR = True
    client.force_login(make.administrator(), backend=make.BACKEND)

    answer = client.get(address, follow=True)

    assert answer.redirect_chain[0][0].startswith("/en/account/2fa/")
    assert "Your role needs a second step at sign-in." in answer.content.decode()


def test_staff_with_a_second_step_reach_the_desk(client, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = True
    user = make.with_second_factor(make.administrator())
    client.force_login(user, backend=make.BACKEND)

    assert client.get("/admin/").status_code == 200
    assert "Go on to the editor’s desk" in client.get("/en/account/2fa/").content.decode()


def test_the_demonstration_asks_no_second_step(client, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = False
    client.force_login(make.administrator(), backend=make.BACKEND)

    assert client.get("/admin/").status_code == 200


def test_participants_are_never_asked_for_a_second_step(as_person, settings):
    settings.STAFF_REQUIRES_SECOND_FACTOR = True

    assert as_person.get("/en/account/profile/").status_code == 200


# --- EU Login -------------------------------------------------------------------------------


def test_eu_login_is_nowhere_when_it_is_not_set(client):
    page = client.get(LOGIN).content.decode()

    assert "EU Login" not in page
    assert client.get("/en/account/oidc/eu-login/login/").status_code == 404


def test_eu_login_is_offered_when_it_is_set(client, settings):
    settings.HAS_EU_LOGIN = True
    app = {
        "provider_id": "eu-login",
        "name": "EU Login",
        "client_id": "academy",
        "secret": "s",
        "settings": {"server_url": "https://login.example/oauth2"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}

    page = client.get(LOGIN).content.decode()

    assert "/en/account/oidc/eu-login/login/" in page
    assert "EU Login" in page


def test_the_policy_names_the_provider_where_one_is_set(tmp_path):
    import json
    import os
    import subprocess
    import sys

    ask = (
        "import django.conf as c, json;"
        "print(json.dumps(c.settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action']))"
    )
    environment = {
        **os.environ,
        "EU_LOGIN_CLIENT_ID": "academy",
        "EU_LOGIN_SERVER_URL": "https://login.example/oauth2",
        "DJANGO_SETTINGS_MODULE": "academy.settings.base",
        "ACADEMY_VAR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, check=True, text=True
    )

    assert json.loads(done.stdout) == ["'self'", "https://login.example"]


# --- Who may open what ----------------------------------------------------------------------

OPEN = ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
OWN = [
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "socialaccount_connections",
]


@pytest.mark.parametrize("name", OPEN)
def test_visitors_may_open_and_people_who_are_signed_in_are_led_on(client, name):
    assert client.get(reverse(name)).status_code == 200

    client.force_login(make.person(), backend=make.BACKEND)
    expected = 200 if name == "account_reset_password" else 302
    assert client.get(reverse(name)).status_code == expected


@pytest.mark.parametrize("name", OWN)
def test_only_people_who_are_signed_in_may_open(client, name):
    answer = client.get(reverse(name))
    assert answer.headers["Location"].startswith(LOGIN)

    client.force_login(make.person(), backend=make.BACKEND)
    assert client.get(reverse(name)).status_code == 200
