"""Mails of notices: sent once, under one Message-ID, whatever the mail server says."""

import logging
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import translation

from participants import actions, mails, notices
from participants.models import MailTrouble, Notice, User
from participants.states import Channel, MailState, NoticeTopic, Pace
from tests.factories import participants as make
from tests.support import smtp

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday, eleven o'clock in Brussels
KIND = "tests.post"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    monkeypatch.setattr(notices, "_kinds", dict(notices._kinds))
    for name, topic in ((KIND, NoticeTopic.COURSES), ("tests.account", NoticeTopic.ACCOUNT)):
        notices.register(
            name,
            topic=topic,
            subject="About %(what)s",
            text="Something about %(what)s.",
            action="Look",
            url=lambda facts: f"/en/{facts['what']}/",
        )


@pytest.fixture
def server(settings):
    with smtp.running() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_TIMEOUT = 5
        yield running


def tell(*people, event=None, kind=KIND, now=NOW, what="x"):
    ids = [person.pk for person in people]
    actions.notify(kind, ids, event=event or uuid4().hex, facts={"what": what}, now=now)


def states() -> list[str]:
    rows = Notice.objects.filter(channel=Channel.MAIL).order_by("pk")
    return list(rows.values_list("state", flat=True))


def at(**later):
    return NOW + timedelta(**later)


def test_a_mail_is_sent_once(person):
    tell(person)

    assert [actions.send_notices(now=NOW) for _again in range(3)] == [1, 0, 0]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "About x")
    (row,) = Notice.objects.filter(channel=Channel.MAIL)
    assert (row.state, row.sent_at, row.address) == ("sent", NOW, "ada@example.org")


def test_a_mail_says_where_it_comes_from_and_how_it_is_stopped(server, person, settings):
    settings.WAGTAILADMIN_BASE_URL = "https://academy.example.org"
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    User.objects.update(language="fr")
    tell(person, what="<b>Ünïcode</b>")

    actions.send_notices(now=NOW)

    (sent,) = server.delivered
    token = Notice.objects.get(channel=Channel.MAIL).token
    assert sent.sender == f"bounces+{token.hex}@example.org"
    assert sent.message["From"] == settings.DEFAULT_FROM_EMAIL
    assert sent.message["Subject"] == "About <b>Ünïcode</b>"
    assert sent.id == f"<notice.{token.hex}@academy.example.org>"
    assert sent.message["Auto-Submitted"] == "auto-generated"
    assert sent.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with translation.override("fr"):
        stop = mails.unsubscribe_url(person.pk, [NoticeTopic.COURSES])
    assert sent.message["List-Unsubscribe"].strip() == f"<{stop}>"
    assert stop.startswith("https://academy.example.org/fr/account/notices/stop/")
    text = sent.message.get_body(("plain",)).get_content()
    html = sent.message.get_body(("html",)).get_content()
    assert "Something about <b>Ünïcode</b>." in text
    assert stop in text
    assert '<html lang="fr">' in html
    assert "Something about &lt;b&gt;Ünïcode&lt;/b&gt;." in html
    assert "src=" not in html


def test_what_concerns_the_account_offers_no_stop(person):
    tell(person, kind="tests.account")

    actions.send_notices(now=NOW)

    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
    assert "/stop/" not in mail.outbox[0].body


def test_many_mails_take_one_connection_and_one_that_ends_early_another(server):
    people = [make.person() for _ in range(45)]
    tell(*people)
    assert actions.send_notices(now=NOW) == 45
    assert (len(set(server.ids())), server.connections) == (45, 1)

    server.mails_a_connection = 40
    tell(*people)
    actions.send_notices(now=NOW)
    actions.send_notices(now=at(minutes=2))
    assert (len(set(server.ids())), len(server.ids())) == (90, 90)


@pytest.mark.parametrize("mails_due", [1, 3])
def test_each_mail_takes_the_same_number_of_queries(mails_due, django_assert_num_queries):
    tell(*[make.person() for _ in range(3)])
    actions.send_notices(now=NOW)  # the site's name is found, and remembered from then on
    tell(*[make.person() for _ in range(mails_due)])

    # Claiming: a transaction of 4, and once more to see that nothing is left; the last look.
    # A mail: the row, the wishes, whether the site's name still holds, the mark.
    with django_assert_num_queries(4 + 3 + 1 + mails_due * 4):
        actions.send_notices(now=NOW)


# --- Workers that die -------------------------------------------------------------------------


def test_a_mail_whose_worker_died_is_sent_again_under_the_same_id_when_its_claim_runs_out(
    server, person, monkeypatch
):
    tell(person)

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(actions.post, "_close", dies)
        with pytest.raises(KeyboardInterrupt):
            actions.send_notices(now=NOW)
    assert actions.send_notices(now=at(minutes=9)) == 0
    assert actions.send_notices(now=at(minutes=10)) == 1

    assert server.ids() == [mails.message_id(Notice.objects.get(channel=Channel.MAIL).token)] * 2


def test_a_run_that_lasts_too_long_gives_back_what_it_did_not_send(person, jobs):
    tell(person)
    jobs.lose()

    class Slow:
        def __call__(self):
            self.calls = getattr(self, "calls", 0) + 1
            return 0 if self.calls < 3 else 1000

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(actions.post, "monotonic", Slow())
        assert actions.send_notices(now=NOW) == 0
    (row,) = Notice.objects.filter(channel=Channel.MAIL)
    assert (row.claimed_at, row.tries) == (None, 0)
    assert jobs.run() == ["participants.send_notices"]
    assert len(mail.outbox) == 1


# --- Servers that refuse ----------------------------------------------------------------------


def test_a_server_that_refuses_for_an_hour_loses_nothing_and_is_asked_once_a_sweep(server):
    tell(*[make.person() for _ in range(30)])
    server.closed = True
    for minute in range(60):
        assert actions.send_notices(now=at(minutes=minute)) == 0
    assert (server.connections, states()) == (60, [MailState.WAITING] * 30)

    server.closed = False
    for minute in range(60, 91):
        actions.send_notices(now=at(minutes=minute))
    assert (len(server.ids()), len(set(server.ids()))) == (30, 30)
    assert states() == [MailState.SENT] * 30


@pytest.mark.parametrize(
    "answer", ["451 4.3.0 Later", "450 Greylisted", "554 5.7.1 Relay access denied", "421 Busy"]
)
def test_whoever_refuses_everybody_for_an_hour_gets_everything_later(server, answer):
    tell(*[make.person() for _ in range(5)])
    server.refuses["*"] = answer
    for minute in range(60):
        actions.send_notices(now=at(minutes=minute))
    assert (server.ids(), MailTrouble.objects.count()) == ([], 0)

    server.refuses.clear()
    for minute in range(60, 91):
        actions.send_notices(now=at(minutes=minute))
    assert (len(server.ids()), states()) == (5, [MailState.SENT] * 5)


def test_a_server_that_does_not_like_us_after_the_whole_mail_is_tried_again(server, person):
    tell(person)
    server.after_data = "554 5.7.0 Looks like spam"
    actions.send_notices(now=NOW)
    (row,) = Notice.objects.filter(channel=Channel.MAIL)
    assert (row.state, row.trouble, row.due_at) == ("waiting", "554 5.7.0", at(minutes=1))


def test_an_address_that_does_not_exist_is_not_written_to_again(server, person):
    server.refuses["ada@example.org"] = "550 5.1.1 <ada@example.org> unknown"
    bob = make.person("bob@example.org")
    tell(person, bob)
    actions.send_notices(now=NOW)
    tell(person, bob)
    server.refuses.clear()
    actions.send_notices(now=NOW)

    assert [one.to for one in server.delivered] == ["bob@example.org"] * 2
    assert states() == ["bounced", "sent", "waiting", "sent"]
    (trouble,) = MailTrouble.objects.all()
    assert (trouble.user, trouble.address, trouble.status) == (
        person,
        "ada@example.org",
        "550 5.1.1",
    )

    actions.try_address_again(person.pk)
    actions.send_notices(now=NOW)
    assert server.delivered[-1].to == "ada@example.org"


def test_another_address_gets_what_waited_and_the_trouble_is_forgotten(server, person):
    server.refuses["ada@example.org"] = "550 unknown"
    tell(person)
    actions.send_notices(now=NOW)
    tell(person)
    actions.change_email(person, "ada@example.net", verified=True)

    actions.send_notices(now=NOW)
    actions.give_up(now=NOW)

    assert [one.to for one in server.delivered] == ["ada@example.net"]
    assert not MailTrouble.objects.exists()


def test_a_mail_that_nobody_takes_for_days_is_given_up_but_not_one_whose_worker_was_away(server):
    tell(make.person())
    server.closed = True
    actions.send_notices(now=at(days=6))
    assert (actions.give_up(now=at(days=6)), states()) == (0, ["waiting"])

    for hour in range(1, 5):
        actions.send_notices(now=at(days=6, hours=hour))
    assert (actions.give_up(now=at(days=6, hours=5)), states()) == (1, ["failed"])


def test_mails_that_wait_for_a_dead_address_are_given_up_after_days(person):
    MailTrouble.objects.create(user=person, address=person.email)
    tell(person)

    assert (actions.give_up(now=at(days=4)), actions.give_up(now=at(days=5))) == (0, 1)


def test_a_bad_row_does_not_keep_others_waiting(person, caplog):
    Notice.objects.bulk_create(
        Notice(
            user=person,
            event=kind,
            channel=Channel.MAIL,
            kind=kind,
            state=MailState.WAITING,
            pace=Pace.AT_ONCE,
            due_at=NOW - timedelta(minutes=1),
            created_at=NOW,
        )
        for kind in ("unknown.kind", KIND)  # the second lacks its facts
    )
    tell(person)

    with caplog.at_level(logging.ERROR):
        assert actions.send_notices(now=NOW) == 1
    assert states() == ["waiting", "waiting", "sent"]
    assert [r.getMessage().split(": ")[1] for r in caplog.records] == ["KeyError", "KeyError"]


def test_somebody_who_left_or_stopped_the_mails_meanwhile_gets_none():
    erased, closed, stopped = [make.person() for _ in range(3)]
    tell(erased, closed, stopped)
    actions.erase_person(erased.pk)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    actions.choose_paces(stopped.pk, {NoticeTopic.COURSES: Pace.OFF}, now=NOW)

    assert actions.send_notices(now=NOW) == 0
    assert (states(), mail.outbox) == (["dropped", "dropped"], [])


# --- Digests ----------------------------------------------------------------------------------

MORNING = datetime(2026, 11, 26, 7, tzinfo=UTC)


def digests_at(moment) -> int:
    actions.collect_digests(now=moment)
    return actions.send_notices(now=moment)


def test_a_digest_comes_once_in_the_morning_with_all_that_is_due(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.DAILY}, now=NOW)
    tell(person, what="one")
    tell(person, what="two")
    assert (digests_at(NOW), digests_at(MORNING - timedelta(minutes=1))) == (0, 0)

    assert [digests_at(MORNING) for _again in range(3)] == [1, 0, 0]

    (sent,) = mail.outbox
    assert sent.subject == "2 notices from Urban Academy"
    assert sent.body.index("Something about one.") < sent.body.index("Something about two.")
    assert "List-Unsubscribe" in sent.extra_headers
    assert states() == ["sent"] * 3


def test_two_days_without_a_worker_make_one_digest(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.DAILY}, now=NOW)
    tell(person, what="one")
    tell(person, what="two", now=at(days=1))

    assert digests_at(at(days=2)) == 1
    assert mail.outbox[0].subject == "2 notices from Urban Academy"


def test_a_second_digest_of_one_day_waits_for_the_next(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.DAILY}, now=NOW)
    tell(person)
    digests_at(MORNING)
    tell(person, now=MORNING)
    Notice.objects.waiting().update(due_at=MORNING)  # as moving to another time zone may make it

    assert digests_at(MORNING + timedelta(hours=1)) == 0
    assert Notice.objects.waiting().get().due_at == MORNING + timedelta(days=1)


def test_the_week_is_told_on_monday(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.WEEKLY}, now=NOW)
    tell(person)

    monday = datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert (digests_at(monday - timedelta(minutes=1)), digests_at(monday)) == (0, 1)
    assert mail.outbox[0].subject == "1 notice from Urban Academy"


def test_a_topic_that_was_stopped_is_left_out_of_a_digest_and_what_cannot_be_read_as_well(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.DAILY}, now=NOW)
    tell(person, what="one")
    tell(person, what="two")
    Notice.objects.waiting().filter(facts__what="two").update(kind="unknown.kind")
    actions.collect_digests(now=MORNING)

    assert actions.send_notices(now=MORNING) == 1
    assert mail.outbox[0].subject == "1 notice from Urban Academy"
    assert states() == ["sent", "failed", "sent"]

    tell(person, what="three", now=MORNING)
    actions.collect_digests(now=MORNING + timedelta(days=1))
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.OFF}, now=MORNING)
    assert actions.send_notices(now=MORNING + timedelta(days=1)) == 0
    assert states()[3:] == ["dropped", "dropped"]


def test_another_choice_holds_for_what_is_waiting(person):
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.WEEKLY}, now=NOW)
    tell(person)
    actions.choose_paces(person.pk, {NoticeTopic.COURSES: Pace.AT_ONCE}, now=NOW)

    assert actions.send_notices(now=NOW) == 1


# --- Mails that come back later ---------------------------------------------------------------

REPORT = """\
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

I'm sorry.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--cut
Content-Type: {kind}

From: academy@localhost
To: ada@example.org
Message-ID: {id}
Subject: About x

--cut--
"""


def report(**changes) -> str:
    known = {
        "to": "academy@localhost",
        "action": "failed",
        "status": "5.1.1",
        "kind": "message/rfc822",
        "id": "<other@example.org>",
    }
    return REPORT.format(**known | changes)


def bounce(**changes) -> bool:
    message = message_from_string(report(**changes), policy=default)
    return actions.record_bounce(message, now=NOW)


@pytest.fixture
def sent(person):
    tell(person)
    actions.send_notices(now=NOW)
    return Notice.objects.get(channel=Channel.MAIL)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_finds_its_mail_by_the_message_id(sent, kind):
    assert bounce(id=mails.message_id(sent.token), kind=kind)
    assert (MailTrouble.objects.get().address, states()) == ("ada@example.org", ["bounced"])


def test_a_report_finds_its_mail_by_the_address_it_came_back_to(sent):
    assert bounce(to=f"bounces+{sent.token.hex}@example.org")
    assert not bounce(to=f"bounces+{sent.token.hex}@example.org"), "told before"
    assert MailTrouble.objects.get().status == "5.1.1"


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.0.0"},
        {"action": "failed", "status": "4.2.2"},
        {"to": "bounces+nonsense@example.org"},
        {"to": f"bounces+{'0' * 32}@example.org"},
    ],
)
def test_what_may_still_arrive_or_is_not_ours_changes_nothing(sent, changes):
    known = {"to": f"bounces+{sent.token.hex}@example.org"}
    assert not bounce(**known | changes)
    assert states() == ["sent"]


def test_a_report_about_an_address_that_somebody_gave_up_is_nobodys_trouble(sent):
    actions.change_email(sent.user, "ada@example.net", verified=True)

    assert bounce(id=mails.message_id(sent.token))
    assert not MailTrouble.objects.exists()


def test_the_command_reads_a_report_and_never_fails_on_nonsense(sent, monkeypatch, capsys):
    import io
    import sys

    texts = [report(id=mails.message_id(sent.token)).encode(), b"\xff\x00 nonsense", b""]
    for content in texts:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        call_command("record_bounce")

    told = capsys.readouterr().out.splitlines()
    assert told == ["Recorded.", "Nothing to record.", "Nothing to record."]
