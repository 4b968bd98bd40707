"""Guessing is stopped and the owner finds a way in; what matters asks once more; nobody learns who
has an account."""

import re
import statistics
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory

from participants import limits
from participants.models import User
from participants.reauthentication import recently_authenticated
from tests.factories import participants as make
from tests.participants.test_accounts import code_in, present_code, sign_in

pytestmark = pytest.mark.django_db
EMAIL = "/en/account/email/"
SET = "/en/account/password/set/"
PASSWORD_PROOF = "/en/account/reauthenticate/"
CODE_PROOF = "/en/account/reauthenticate/code/"
APP_PROOF = "/en/account/2fa/reauthenticate/"
PROFILE = "/en/account/profile/"
LOCKED = (
    "That was tried too often. Wait 5 minutes and try again. Or sign in right now: with a code"
    " that we send you, or by setting a new password."
)


@pytest.fixture
def ada(db):
    return make.person("ada@example.org", profile=True)


@pytest.fixture
def clock(monkeypatch):
    """`clock(seconds)` lets time go by for limits and proofs."""
    ahead = {"seconds": 0}
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + ahead["seconds"])

    def go(seconds: float) -> None:
        ahead["seconds"] += seconds

    return go


def guess(client, times: int = 5, email: str = "ada@example.org"):
    for number in range(times):
        answer = sign_in(client, email, f"wrong wrong {number}")
    return answer


def test_behind_a_proxy_each_network_is_counted_for_itself(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    make.person("ada@example.org", profile=True)
    for number in range(15):
        stranger = Client(headers={"x-forwarded-for": "1.2.3.4, 198.51.100.7"})
        sign_in(stranger, f"nobody{number}@example.org", "wrong wrong")
    blocked = Client(headers={"x-forwarded-for": "5.6.7.8, 198.51.100.7"})
    elsewhere = Client(headers={"x-forwarded-for": "198.51.100.8"})
    assert sign_in(blocked, "ada@example.org", make.PASSWORD).status_code != 302
    assert sign_in(elsewhere, "ada@example.org", make.PASSWORD).status_code == 302


def said(answer) -> list[str]:
    return answer.context["form"].non_field_errors()


def is_signed_in(client) -> bool:
    return client.get(PROFILE).status_code == 200


def somewhere(number: int = 9) -> Client:
    """Another computer on another network."""
    return Client(REMOTE_ADDR=f"203.0.113.{number}")


# --- The front door ---------------------------------------------------------------------------


def test_guessing_is_stopped_after_five_tries_and_the_words_say_for_how_long(ada, client, clock):
    guess(client)
    assert said(sign_in(client)) == [LOCKED]

    clock(200)
    assert "Wait 2 minutes and try again." in said(sign_in(client))[0]
    clock(95)
    assert re.search(r"Wait [1-5] seconds? and", said(sign_in(client))[0])
    clock(6)
    assert sign_in(client).status_code == 302


def test_an_address_without_an_account_is_locked_in_the_same_words(client):
    guess(client, email="nobody@example.org")

    assert said(sign_in(client, "nobody@example.org")) == [LOCKED]


def test_guessing_at_many_addresses_is_stopped_by_the_minute(client):
    for number in range(10):
        sign_in(client, f"{number}@example.org", "wrong wrong")

    assert re.search(r"Wait (60|5\d) seconds and", said(sign_in(client, "11@example.org"))[0])


def test_a_code_lets_the_owner_in_and_opens_the_door_again(ada, client):
    guess(somewhere())
    assert said(sign_in(client)) == [LOCKED]

    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1])})

    assert is_signed_in(client)
    assert sign_in(somewhere(2)).status_code == 302


def test_a_new_password_opens_the_door_again(ada, client):
    guess(somewhere())

    client.post("/en/account/password/reset/", {"email": "ada@example.org"})
    answer = client.post("/en/account/password/reset/confirm/", {"code": code_in(mail.outbox[-1])})
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    client.post(answer.headers["Location"], new)

    assert sign_in(client, password="another long phrase").status_code == 302


def test_who_signs_in_does_not_clear_what_was_tried_on_others_from_the_same_network(ada, client):
    for number in range(10):
        sign_in(client, f"{number}@example.org", "wrong wrong")

    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1])})

    assert "Wait" in said(sign_in(Client(), "11@example.org"))[0]


def test_strangers_do_not_lock_the_owner_out_of_a_browser_they_know(ada, client):
    sign_in(client)
    client.post("/en/account/logout/")
    guess(somewhere())
    assert said(sign_in(somewhere(3))) == [LOCKED]

    assert sign_in(client).status_code == 302


def test_a_known_browser_is_no_way_round_the_limit(ada, client):
    sign_in(client)
    client.post("/en/account/logout/")

    guess(client)

    assert said(sign_in(client)) == [LOCKED]


def test_a_locked_door_says_where_the_other_ways_are(ada, client):
    guess(client)

    page = sign_in(client).content.decode()

    assert 'href="/en/account/login/code/"' in page
    assert 'href="/en/account/password/reset/"' in page


def test_codes_are_given_a_few_times_a_minute_and_the_words_say_how_long(ada, client):
    for _ in range(3):
        client.post("/en/account/login/code/", {"email": "ada@example.org"})
        client.post("/en/account/logout/")

    answer = client.post("/en/account/login/code/", {"email": "ada@example.org"})

    assert re.fullmatch(
        r"That was tried too often. Wait (60|5\d) seconds, then try again.",
        answer.context["form"].errors["email"][0],
    )
    assert len(mail.outbox) == 3


def test_a_code_that_was_wrong_three_times_is_used_up_and_a_new_one_may_be_asked_for(ada, client):
    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    for _ in range(3):
        answer = client.post("/en/account/login/code/confirm/", {"code": "WRONG"}, follow=True)

    assert "it works no longer. Ask for a new one." in answer.content.decode()
    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("url", "times", "data"),
    [
        ("/en/account/password/reset/", 5, {"email": "ada@example.org"}),
        ("/en/account/signup/", 20, {"email": "not an address"}),
        ("/en/account/login/", 30, {"login": ""}),
    ],
)
def test_the_page_of_a_limit_says_how_long_to_wait(client, url, times, data):
    for _ in range(times):
        assert client.post(url, data).status_code != 429

    answer = client.post(url, data)

    assert answer.status_code == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert re.search(r"Wait (60|5\d) seconds, then go back", answer.content.decode())


def test_times_are_said_in_words_that_are_never_too_short():
    said = [limits.waiting_words(s) for s in (0, 1, 90, 91, 120, 121, 300, 3600)]

    assert said == [
        "1 second", "1 second", "90 seconds", "2 minutes", "2 minutes", "3 minutes", "5 minutes",
        "60 minutes",
    ]  # fmt: skip


# --- One more proof ---------------------------------------------------------------------------


@pytest.fixture
def with_password(ada, client):
    sign_in(client)
    return client


@pytest.fixture
def by_code(ada, client):
    """Somebody who signs in by codes only, as do people who come by EU Login."""
    ada.set_unusable_password()
    ada.save()
    client.post("/en/account/login/code/", {"email": "ada@example.org"})
    client.post("/en/account/login/code/confirm/", {"code": code_in(mail.outbox[-1])})
    mail.outbox.clear()
    return client


@pytest.fixture
def with_app(ada, client):
    make.with_second_factor(ada)
    client.force_login(ada, backend=make.BACKEND)
    return client


def erase(client, method: str = "get") -> HttpResponse:
    """A view as an app above would write it."""
    view = recently_authenticated(lambda request: HttpResponse("erase me"))
    request = getattr(RequestFactory(), method)("/en/erase/?all=1", {"sure": "yes"})
    request.session = client.session
    request.user = User.objects.get(email="ada@example.org")
    return view(request)


@pytest.mark.parametrize(
    ("person", "way"),
    [("with_password", PASSWORD_PROOF), ("by_code", CODE_PROOF), ("with_app", PASSWORD_PROOF)],
)
def test_everybody_is_asked_and_comes_back_by_get(request, person, way):
    client = request.getfixturevalue(person)

    for method in ("get", "post"):
        answer = erase(client, method)
        assert answer.headers["Location"].startswith(f"{way}?next=%2Fen%2Ferase%2F%3F")
    assert "account_reauthentication_state" not in client.session


def test_a_visitor_signs_in_first(client, ada):
    view = recently_authenticated(lambda request: HttpResponse("erase me"))
    request = RequestFactory().get("/en/erase/")
    request.session = client.session
    request.user = AnonymousUser()

    assert view(request).headers["Location"] == "/en/account/login/?next=/en/erase/"


def test_a_password_is_a_proof_for_a_quarter_of_an_hour(with_password, clock):
    answer = with_password.post(PASSWORD_PROOF, {"password": make.PASSWORD, "next": PROFILE})
    assert answer.headers["Location"] == PROFILE
    assert erase(with_password).content == b"erase me"

    clock(15 * 60 + 1)

    assert erase(with_password).status_code == 302


def test_a_code_by_mail_is_a_proof_and_nothing_is_sent_by_opening_the_page(by_code):
    page = by_code.get(f"{CODE_PROOF}?next={PROFILE}").content.decode()
    assert "ada@example.org" in page
    assert mail.outbox == []

    answer = by_code.post(CODE_PROOF, {"action": "send", "next": PROFILE}, follow=True)
    assert answer.redirect_chain == [(f"{CODE_PROOF}?next=%2Fen%2Faccount%2Fprofile%2F", 302)]
    assert erase(by_code).status_code == 302
    answer = by_code.post(CODE_PROOF, {"code": code_in(mail.outbox[-1]), "next": PROFILE})

    assert answer.headers["Location"] == PROFILE
    assert erase(by_code).content == b"erase me"
    assert [m.subject for m in mail.outbox] == ["Your code to prove that it is you"]


@pytest.mark.parametrize("code", ["", "x" * 5000, "\x00", "😀", "Ωμέγα", "---"])
def test_a_wrong_code_is_said_beside_the_field(by_code, code):
    by_code.post(CODE_PROOF, {"action": "send"})

    answer = by_code.post(CODE_PROOF, {"code": code})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["code"]
    assert erase(by_code).status_code == 302


def test_three_wrong_codes_use_it_up_and_the_right_one_comes_too_late(by_code):
    by_code.post(CODE_PROOF, {"action": "send"})
    for _ in range(3):
        answer = by_code.post(CODE_PROOF, {"code": "WRONG"})
    assert answer.headers["Location"] == CODE_PROOF

    answer = by_code.post(CODE_PROOF, {"code": code_in(mail.outbox[-1])}, follow=True)

    assert "This code works no longer. Ask for a new one." in answer.content.decode()
    assert erase(by_code).status_code == 302


def test_a_code_runs_out_and_belongs_to_the_session_that_asked_for_it(by_code, ada, clock):
    by_code.post(CODE_PROOF, {"action": "send"})
    code = code_in(mail.outbox[-1])
    other = Client()
    other.force_login(ada, backend=make.BACKEND)
    other.post(CODE_PROOF, {"code": code})
    assert erase(other).status_code == 302

    clock(15 * 60 + 1)
    by_code.post(CODE_PROOF, {"code": code})

    assert erase(by_code).status_code == 302


def test_codes_for_a_proof_are_limited(by_code):
    for _ in range(4):
        answer = by_code.post(CODE_PROOF, {"action": "send"}, follow=True)

    assert len(mail.outbox) == 3
    assert re.search(r"Wait (60|5\d) seconds, then try again.", answer.content.decode())


def test_with_a_second_step_the_mailbox_is_no_proof(with_app):
    answer = with_app.get(CODE_PROOF)

    assert answer.headers["Location"] == PASSWORD_PROOF
    answer = with_app.post(CODE_PROOF, {"action": "send"})
    assert (answer.status_code, mail.outbox) == (302, [])


def test_an_app_is_a_proof(with_app):
    with_app.post(APP_PROOF, {"code": present_code("JBSWY3DPEHPK3PXP"), "next": PROFILE})

    assert erase(with_app).content == b"erase me"


def test_other_ways_are_offered_in_reach(with_password):
    page = with_password.get(f"{PASSWORD_PROOF}?next={PROFILE}").content.decode()

    assert f'href="{CODE_PROOF}?next=%2Fen%2Faccount%2Fprofile%2F"' in page


def test_the_proofs_have_doors_for_the_signed_in_only(client):
    for url in (CODE_PROOF, PASSWORD_PROOF):
        assert client.get(url).headers["Location"].startswith("/en/account/login/?next=")
        assert client.post(url).headers["Location"].startswith("/en/account/login/?next=")


def test_a_new_address_waits_for_the_proof_and_is_not_lost(by_code):
    new = {"action_add": "", "email": "ada@town.example"}
    answer = by_code.post(EMAIL, new)
    assert answer.headers["Location"] == f"{CODE_PROOF}?next=%2Fen%2Faccount%2Femail%2F"
    assert mail.outbox == []

    by_code.post(CODE_PROOF, {"action": "send", "next": EMAIL})
    answer = by_code.post(CODE_PROOF, {"code": code_in(mail.outbox[-1]), "next": EMAIL})

    assert answer.headers["Location"] == "/en/account/confirm-email/"
    assert mail.outbox[-1].to == ["ada@town.example"]
    assert [a.email for a in EmailAddress.objects.all()] == ["ada@example.org"]
    by_code.post("/en/account/confirm-email/", {"code": code_in(mail.outbox[-1])})
    assert User.objects.get().email == "ada@town.example"


@pytest.mark.parametrize(
    "url", [SET, "/en/account/2fa/totp/activate/", "/en/account/2fa/webauthn/add/"]
)
def test_who_has_no_password_proves_it_before_setting_up_anything(by_code, url):
    answer = by_code.get(url)

    assert answer.headers["Location"].startswith(f"{CODE_PROOF}?next=")


def test_a_password_that_was_sent_without_a_proof_is_neither_set_nor_kept(by_code):
    new = {"password1": "another long phrase", "password2": "another long phrase"}

    answer = by_code.post(SET, new)

    assert answer.headers["Location"].startswith(f"{CODE_PROOF}?next=")
    assert not User.objects.get().has_usable_password()
    assert "another long phrase" not in str(dict(by_code.session))


def test_guessing_at_an_open_session_is_stopped_and_locks_nobody_out(with_password, ada):
    owner = Client()
    owner.force_login(ada, backend=make.BACKEND)
    for _ in range(5):
        with_password.post(PASSWORD_PROOF, {"password": "wrong wrong"})

    answer = with_password.post(PASSWORD_PROOF, {"password": make.PASSWORD, "next": PROFILE})

    errors = answer.context["form"].errors["password"]
    assert errors == ["That was tried too often. Wait 5 minutes, then try again."]
    assert erase(with_password).status_code == 302
    assert sign_in(somewhere()).status_code == 302  # the front door
    owner.post(PASSWORD_PROOF, {"password": make.PASSWORD, "next": PROFILE})  # their own session
    assert erase(owner).content == b"erase me"


def test_strangers_at_the_front_door_do_not_keep_the_owner_from_a_proof(with_password):
    guess(somewhere())

    with_password.post(PASSWORD_PROOF, {"password": make.PASSWORD, "next": PROFILE})

    assert erase(with_password).content == b"erase me"


def test_the_old_password_is_no_way_round_the_limit(with_password):
    new = {"password1": "another long phrase", "password2": "another long phrase"}
    for _ in range(5):
        with_password.post(PASSWORD_PROOF, {"password": "wrong wrong"})

    answer = with_password.post(
        "/en/account/password/change/", {"oldpassword": make.PASSWORD, **new}
    )

    assert "Wait 5 minutes" in answer.context["form"].errors["oldpassword"][0]
    assert User.objects.get().check_password(make.PASSWORD)


def test_guessing_at_the_app_in_an_open_session_does_not_lock_the_second_step(with_app):
    for _ in range(5):
        with_app.post(APP_PROOF, {"code": "000000"})
    answer = with_app.post(APP_PROOF, {"code": present_code("JBSWY3DPEHPK3PXP")})
    assert "Wait 5 minutes" in answer.context["form"].errors["code"][0]

    owner = somewhere()
    assert sign_in(owner).headers["Location"].startswith("/en/account/2fa/authenticate/")
    owner.post("/en/account/2fa/authenticate/", {"code": present_code("JBSWY3DPEHPK3PXP")})

    assert is_signed_in(owner)


def test_the_second_step_is_limited_and_says_for_how_long(ada, client):
    make.with_second_factor(ada)
    sign_in(client)
    for _ in range(5):
        client.post("/en/account/2fa/authenticate/", {"code": "000000"})

    answer = client.post(
        "/en/account/2fa/authenticate/", {"code": present_code("JBSWY3DPEHPK3PXP")}
    )

    assert answer.context["form"].errors["code"] == [
        "That was tried too often. Wait 5 minutes, then try again."
    ]


def test_switching_off_the_app_asks_for_a_proof(with_app):
    answer = with_app.post("/en/account/2fa/totp/deactivate/")

    assert answer.headers["Location"].startswith(PASSWORD_PROOF)
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_change_is_told_without_the_address_on_the_network(with_password):
    with_password.post(
        "/en/account/password/change/",
        {
            "oldpassword": make.PASSWORD,
            "password1": "another long phrase",
            "password2": "another long phrase",
        },
    )

    text = mail.outbox[-1].body
    assert "Your password has been changed." in text
    assert "http://testserver/en/account/password/reset/" in text
    assert "127.0.0.1" not in text


# --- Who has an account -----------------------------------------------------------------------

KNOWN, UNKNOWN = "ada@example.org", "bea@example.org"
NEW = "a new long phrase"
DOORS = {
    "sign-in": ("/en/account/login/", lambda email: {"login": email, "password": "wrong wrong"}),
    "sign-up": (
        "/en/account/signup/",
        lambda email: {"name": "A", "email": email, "password1": NEW, "website": ""},
    ),
    "code": ("/en/account/login/code/", lambda email: {"email": email}),
    "new password": ("/en/account/password/reset/", lambda email: {"email": email}),
}


def through(door: str, email: str, client: Client | None = None) -> list:
    """The answers of a door, of the page behind it, of two wrong codes and another address there,
    without what differs every time."""
    client = client or Client()
    url, data = DOORS[door]
    answers = [client.post(url, data(email))]
    if answers[0].status_code == 302:
        behind = answers[0].headers["Location"]
        answers.append(client.get(behind))
        other = {"action": "change", "email": "other@example.org"}
        for sent in ({"code": "WRONG"}, other, {"code": "WRONG"}):
            answers.append(client.post(behind, sent))
        answers.append(client.get("/en/account/login/"))
    return [
        (a.status_code, a.headers.get("Location"), sorted(a.cookies), _same(a.content.decode()))
        for a in answers
    ]


def _same(page: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    page = re.sub(r'name="token" value="[^"]+"', "", page)
    return page.replace(KNOWN, "address").replace(UNKNOWN, "address")


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("door", DOORS)
def test_every_door_answers_the_same_for_known_and_unknown_addresses(ada, door, closed):
    User.objects.update(is_active=not closed)

    assert through(door, KNOWN) == through(door, UNKNOWN)
    assert len({m.to[0] for m in mail.outbox}) in (0, 2)


@pytest.mark.parametrize("door", ["code", "sign-up"])
def test_a_new_code_is_offered_to_known_and_unknown_addresses(ada, door):
    def again(email):
        client = Client()
        url, data = DOORS[door]
        behind = client.post(url, data(email)).headers["Location"]
        answers = [client.post(behind, {"action": "resend"}, follow=True) for _ in range(3)]
        return [(a.redirect_chain, _same(a.content.decode())) for a in answers]

    assert again(KNOWN) == again(UNKNOWN)


def test_changing_to_an_address_that_is_taken_looks_the_same(with_password):
    make.person("taken@example.org")
    with_password.post(PASSWORD_PROOF, {"password": make.PASSWORD, "next": PROFILE})
    mail.outbox.clear()

    def change(email):
        answer = with_password.post(EMAIL, {"action_add": "", "email": email})
        page = with_password.get(answer.headers["Location"]).content.decode()
        wrong = with_password.post(answer.headers["Location"], {"code": "WRONG"}).content.decode()
        pages = [_same(p).replace(email, "address") for p in (page, wrong)]
        return answer.status_code, answer.headers["Location"], pages

    assert change("taken@example.org") == change("free@example.org")
    assert [m.to for m in mail.outbox] == [["taken@example.org"], ["free@example.org"]]
    assert "code" not in mail.outbox[0].subject


class Slow(PBKDF2PasswordHasher):
    """Slow enough to stand out from everything else a door does, fast enough for a test."""

    algorithm = "slow"
    iterations = 150_000


@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_as_long_for_known_and_unknown_addresses(ada, settings, door):
    """A hash takes most of the time of a door: one too many or too few doubles it."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Slow"]
    settings.ACCOUNT_RATE_LIMITS = False
    ada.set_password(make.PASSWORD)
    ada.save()
    url, data = DOORS[door]

    def took(email):
        client = Client()
        start = time.perf_counter()
        client.post(url, data(email))
        return time.perf_counter() - start

    took(KNOWN)
    known, unknown = [], []
    for number in range(5 if "password1" in data("") or "password" in data("") else 25):
        known.append(took(KNOWN))
        unknown.append(took(f"nobody{number}@example.org"))

    ratio = statistics.median(known) / statistics.median(unknown)
    assert 0.5 < ratio < 2
