"""The log of a site in production: what happened and how long it took, and never to whom."""

import io
import json
import logging
import re
import uuid

import pytest
from celery import current_app
from django.conf import settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django_guid import clear_guid, set_guid

from academy import logs
from courses import actions as courses
from home import tree
from participants import jobs as door
from participants.models import User
from schedule.actions import open_feed
from tests.factories import courses as make
from tests.factories import participants as people

NAMES = ["", "django"]
ADDRESS, NAME, PASSWORD = "grete.geheim@example.org", "Grete Geheim", "a-very-long-pass-phrase"


@pytest.fixture
def lines(monkeypatch):
    """Everything that production writes, at the lowest level it can be set to."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Formatter())
    held = []
    for name in [*NAMES, "academy.request"]:
        logger = logging.getLogger(name)
        held.append((logger, logger.level, logger.handlers[:]))
        logger.setLevel("INFO")
        logger.handlers = [handler] if name in NAMES else []
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    for logger, level, handlers in held:
        logger.setLevel(level)
        logger.handlers = handlers


def code_of(message):
    return re.search(r"^    (\S+)$", message.body, re.MULTILINE)[1]


# --- A person's way -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_persons_way_leaves_no_trace_of_who_they_are(jobs, lines):
    visitor = Client(headers={"User-Agent": "hush-agent"}, REMOTE_ADDR="203.0.113.77")
    given = {"email": ADDRESS, "password1": PASSWORD, "name": NAME, "website": ""}
    visitor.post("/en/account/signup/?next=/en/hush-next/", given)
    confirm = code_of(mail.outbox[-1])
    visitor.post(reverse("account_email_verification_sent"), {"code": confirm})
    grete = User.objects.get(email=ADDRESS)
    profile = {"name": NAME, "country": "BE", "organisation": "Stad Gent", "language": "en"}
    profile |= {"time_zone": "Europe/Brussels", "privacy": "on"}
    visitor.post(reverse("participants:profile"), profile)

    course = make.course(lessons=(1,), title="Foundations")
    enrolment = courses.enrol(grete.pk, make.run_of(course).pk)
    for entry in make.entries_of(course):
        courses.complete_item(enrolment.pk, entry.item_id)
    certificate = courses.issue_certificate(enrolment.pk)
    visitor.force_login(grete, backend=people.BACKEND)
    visitor.get(reverse("credentials:verify", args=[certificate.code]))
    assert visitor.get(reverse("credentials:document", args=[certificate.code])).status_code == 200

    feed = open_feed(grete.pk)
    assert Client().get(f"/calendar/{feed.token}.ics").status_code == 200
    Client().get(f"/calendar/{feed.token}")
    Client().get("/en/unsubscribe/hush-token/")

    outside = Client()
    outside.post(reverse("account_reset_password"), {"email": ADDRESS})
    reset = code_of(mail.outbox[-1])
    outside.post(reverse("account_confirm_password_reset_code"), {"code": reset})
    outside.post(reverse("account_login"), {"login": ADDRESS, "password": "hush-wrong"})
    jobs.run()

    found = lines()
    views = {line.get("view") for line in found if line["logger"] == "academy.request"}
    assert {
        "account_signup",
        "credentials:document",
        "calendar_feed",
        "account_reset_password",
    } <= views
    text = json.dumps(found, ensure_ascii=False)
    secrets = [ADDRESS, "geheim", NAME, PASSWORD, feed.token, str(certificate.code), confirm, reset]
    for secret in [*secrets, "hush", "203.0.113.77", "127.0.0.1", "/en/", "/calendar/"]:
        assert secret not in text, secret


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_id(lines, client):
    answer = client.get("/en/account/login/?next=hush")
    (line,) = [line for line in lines() if line["logger"] == "academy.request"]
    assert uuid.UUID(answer["X-Request-ID"]).hex == line.pop("request_id")
    assert isinstance(line.pop("ms"), int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {
        "level": "INFO",
        "logger": "academy.request",
        "message": "Request",
        "method": "GET",
        "view": "account_login",
        "status": 200,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("trusted", "given", "kept"),
    [
        (True, "0123456789abcdef0123456789abcdef", True),
        (True, "12345678-1234-4234-8234-123456789abc", True),
        (True, "ada@example.org", False),
        (True, "-" * 500 + "0123456789abcdef0123456789abcdef", False),
        (False, "0123456789abcdef0123456789abcdef", False),
    ],
)
def test_an_id_from_outside_counts_when_the_server_in_front_is_trusted(
    client, settings, trusted, given, kept
):
    settings.TRUST_REQUEST_ID = trusted
    answer = client.get("/en/account/login/", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert uuid.UUID(answer["X-Request-ID"])


def test_a_task_carries_the_id_of_the_request_that_asked_for_it(jobs):
    set_guid("0123456789abcdef0123456789abcdef")
    door.send("participants.sweep", (), {})
    clear_guid()
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue(settings.CELERY_TASK_DEFAULT_QUEUE)
        message = queue.get_nowait()
        message.ack()
        queue.close()
    assert message.headers["X-Request-ID"] == "0123456789abcdef0123456789abcdef"


# --- Errors ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_error_says_which_and_where_and_none_of_its_words(lines, client, monkeypatch):
    def broken():
        hush = "hush-variable"
        try:
            raise KeyError(f"{ADDRESS} {hush}")
        except KeyError as error:
            raise ValidationError(f"{NAME} is wrong") from error

    client.raise_request_exception = False
    monkeypatch.setattr(tree, "token", broken)
    client.get("/en/hush-path/?q=hush")
    (line,) = [line for line in lines() if "error" in line]
    assert (line["logger"], line["message"]) == ("django.request", "Internal Server Error")
    assert line["error"][0] == "django.core.exceptions.ValidationError"
    assert "builtins.KeyError" in line["error"]
    assert any(re.search(r"home/tree\.py:\d+ remembered", where) for where in line["error"])
    text = json.dumps(line)
    for secret in ("hush", ADDRESS, NAME):
        assert secret not in text


def test_a_failed_task_is_named_without_its_arguments(lines):
    @current_app.task(name="test.broken")
    def broken(address):
        raise ValueError(f"cannot reach {address}")

    broken.apply(args=[ADDRESS])
    text = json.dumps(lines())
    assert "Task test.broken" in text
    assert "builtins.ValueError" in text
    assert ADDRESS not in text
    current_app.tasks.pop("test.broken")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_not_repeated(lines, client, settings):
    settings.ALLOWED_HOSTS = ["academy.example.org"]
    client.get("/en/", headers={"Host": "hush.example"})
    assert "hush" not in json.dumps(lines())


def test_an_address_in_a_librarys_words_is_left_out(lines):
    logging.getLogger("some.library").warning("Mail to <%s> failed", ADDRESS)
    logging.getLogger("some.library").warning("Cannot read redis://user:hush@redis.internal/0")
    first, second = lines()
    assert first["message"] == "Mail to <…> failed"
    assert "hush" not in second["message"]
