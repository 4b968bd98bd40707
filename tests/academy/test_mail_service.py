"""Mail by a service instead of SMTP: refusals in the words of a mail server, bounces by webhook."""

import json
import uuid
from importlib import reload
from smtplib import SMTPException

import pytest
from anymail.signals import tracking
from django.core.mail import EmailMessage
from django.urls import clear_url_caches

from academy import mail, urls
from participants.actions import send_notices
from participants.models import MailTrouble, Notice
from participants.states import Channel, MailState, NoticeTopic, Pace
from tests.factories import participants as make

SECRET = "0123456789-abcdefghijklmnopqrstuvwxyz"

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings):
    settings.EMAIL_BACKEND = "academy.mail.ServiceBackend"
    settings.MAIL_SERVICE = "mailjet"
    settings.MAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {
        "MAILJET_API_KEY": "key",
        "MAILJET_SECRET_KEY": "hush",
        "POSTMARK_SERVER_TOKEN": "key",
    }
    tracking.connect(mail.on_event, dispatch_uid="test")
    reload(urls)
    clear_url_caches()
    yield
    tracking.disconnect(dispatch_uid="test")


REFUSED = {
    "ErrorCode": 406,
    "Message": "Found inactive addresses: ada@example.org.\n Inactive recipients are ones that …",
}


def mailjet(said):
    to = [{"Email": "ada@example.org", "MessageID": 1, "MessageUUID": "x"}]
    errors = [{"ErrorCode": "mj-0013", "ErrorRelatedTo": ["To[0].Email"]}]
    good = said["to"] == "success"
    return {
        "Messages": [
            {"Status": "success", "To": to} if good else {"Status": "error", "Errors": errors}
        ]
    }


@pytest.fixture
def answers(monkeypatch):
    """What a service would be sent, and what it says to each address."""
    import requests

    sent, said = [], {"status": 200, "to": "success"}

    def request(self, method, url, **kwargs):
        sent.append(json.loads(kwargs["data"]))
        answer = requests.Response()
        answer.status_code = said["status"]
        answer.headers["content-type"] = "application/json"
        answer._content = json.dumps(REFUSED if "postmark" in url else mailjet(said)).encode()
        return answer

    monkeypatch.setattr(requests.Session, "request", request)
    return sent, said


@pytest.fixture
def notice(db):
    ada = make.person(email="ada@example.org")
    return Notice.objects.create(
        user=ada,
        event="test/1",
        channel=Channel.MAIL,
        kind="participants.sign-in",
        topic=NoticeTopic.ACCOUNT,
        facts={"device": "Firefox", "time": "noon"},
        state=MailState.WAITING,
        pace=Pace.AT_ONCE,
        due_at=ada.date_joined,
    )


def test_a_notice_is_sent_with_a_mark_that_comes_back_with_a_bounce(service, answers, notice):
    sent, _said = answers
    assert send_notices() == 1
    message = sent[0]["Messages"][0]
    assert message["To"] == [{"Email": "ada@example.org"}]
    assert json.loads(sent[0]["Globals"]["EventPayload"]) == {"notice": notice.token.hex}
    notice.refresh_from_db()
    assert notice.state == MailState.SENT


def test_an_address_that_the_service_refuses_is_known_as_wrong(service, answers, notice, settings):
    settings.MAIL_SERVICE = "postmark"
    answers[1]["status"] = 422
    assert send_notices() == 0
    notice.refresh_from_db()
    assert (notice.state, notice.trouble) == (MailState.BOUNCED, "550 5.1.1")


@pytest.mark.parametrize("trouble", [{"status": 503}, {"to": "error"}])
def test_a_service_that_cannot_send_makes_mails_wait(service, answers, notice, trouble):
    answers[1].update(trouble)
    assert send_notices() == 0
    notice.refresh_from_db()
    assert (notice.state, notice.claimed_at) == (MailState.WAITING, None)
    with pytest.raises(SMTPException):
        EmailMessage("Hello", "Words", to=["ada@example.org"]).send()


def bounce(token, **changes):
    return {
        "event": "bounce",
        "time": 1,
        "MessageID": 1,
        "email": "ada@example.org",
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "Payload": json.dumps({"notice": token.hex}),
    } | changes


def report(client, event, secret=SECRET):
    return client.post(f"/mail-events/{secret}/", [event], content_type="application/json")


def test_a_bounce_that_the_service_reports_stops_mail_to_the_address(service, notice, client):
    Notice.objects.update(state=MailState.SENT, address="ada@example.org")
    assert report(client, bounce(notice.token)).status_code == 200
    assert MailTrouble.objects.get().address == "ada@example.org"
    assert report(client, bounce(notice.token)).status_code == 200
    assert MailTrouble.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"hard_bounce": False, "error": "mailbox full"}, {"event": "open"}]
)
def test_what_may_still_arrive_changes_nothing(service, notice, client, changes):
    Notice.objects.update(state=MailState.SENT, address="ada@example.org")
    assert report(client, bounce(notice.token, **changes)).status_code == 200
    assert not MailTrouble.objects.exists()


def test_a_mail_of_somebody_else_changes_nothing(service, notice, client):
    assert report(client, bounce(uuid.uuid4())).status_code == 200
    assert not MailTrouble.objects.exists()


def test_without_the_secret_there_is_nothing(service, notice, client, settings):
    Notice.objects.update(state=MailState.SENT, address="ada@example.org")
    assert report(client, bounce(notice.token), secret="guess").status_code == 403
    settings.MAIL_WEBHOOK_SECRET = ""
    assert report(client, bounce(notice.token), secret="x").status_code == 403
    assert not MailTrouble.objects.exists()
