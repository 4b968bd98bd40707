"""Notices: told once, to whom it concerns, in their language and at their pace."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from participants import actions, notices, rules
from participants.actions import notify
from participants.models import Notice, NoticePreference, User
from participants.states import Channel, NoticeTopic, Pace
from tests.factories import participants as make

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday
KIND = "tests.saved"


@pytest.fixture(autouse=True)
def _kinds(monkeypatch):
    """Words that the catalogues know, so that languages can be told apart."""
    monkeypatch.setattr(notices, "_kinds", dict(notices._kinds))
    notices.register(
        KIND,
        topic=NoticeTopic.COURSES,
        subject=_("Continue “%(course)s”"),
        text=_("Lesson %(number)s: %(title)s, %(minutes)s minutes"),
        action=_("Continue"),
        url=lambda facts: f"/somewhere/{facts['number']}/",
    )
    notices.register(
        "tests.account",
        topic=NoticeTopic.ACCOUNT,
        subject="Account",
        text="Something.",
        action="Look",
        url=lambda facts: "/",
    )
    notices.register(
        "tests.quiet",
        topic=NoticeTopic.COURSES,
        subject="Quiet",
        text="Something.",
        action="Look",
        url=lambda facts: "/",
        mail=False,
    )


FACTS = {
    "course": {"en": "Foundations", "fr": "Les bases"},
    "number": 3,
    "title": {"en": "Who does what"},
    "minutes": 7,
}


def rows(user) -> list[tuple]:
    found = Notice.objects.filter(user=user).order_by("pk")
    return list(found.values_list("event", "channel", "state", "pace"))


def test_an_event_is_told_once_on_each_channel(person, jobs):
    for _again in range(2):
        assert notify(KIND, [person.pk], event="saved/1", facts=FACTS, now=NOW) == 1

    assert rows(person) == [
        ("saved/1", Channel.PRODUCT, "", ""),
        ("saved/1", Channel.MAIL, "waiting", Pace.AT_ONCE),
    ]
    assert set(jobs.run()) == {"participants.send_notices"}


def test_another_event_of_the_same_kind_is_told_as_well(person):
    notify(KIND, [person.pk], event="saved/1", facts=FACTS)
    notify(KIND, [person.pk], event="saved/2", facts=FACTS)

    assert Notice.objects.on_site().filter(user=person).count() == 2


def test_what_is_rolled_back_is_told_to_nobody(person, jobs):
    with transaction.atomic():
        notify(KIND, [person.pk], event="saved/1", facts=FACTS)
        transaction.set_rollback(True)

    assert (rows(person), jobs.run()) == ([], [])


def test_nobody_who_is_erased_or_closed_or_unknown_is_told(person):
    erased, closed = make.person(), make.person()
    actions.erase_person(erased.pk)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    told = notify(KIND, [person.pk, erased.pk, closed.pk, 0], event="saved/1", facts=FACTS)

    assert told == 1
    assert {notice.user for notice in Notice.objects.all()} == {person}


@pytest.mark.parametrize("people", [1, 3])
def test_telling_many_takes_as_many_queries_as_telling_one(people, django_assert_num_queries):
    ids = [make.person().pk for _ in range(people)]
    with django_assert_num_queries(5):  # savepoint, people, wishes, rows, release
        notify(KIND, ids, event="saved/1", facts=FACTS)


def test_a_kind_that_nobody_registered_is_a_mistake_of_the_program(person):
    with pytest.raises(KeyError):
        notify("tests.unknown", [person.pk], event="x", facts={})


def test_a_person_who_wants_no_mails_about_a_topic_is_told_on_the_site_alone(person, jobs):
    NoticePreference.objects.create(user=person, topic=NoticeTopic.COURSES, pace=Pace.OFF)

    notify(KIND, [person.pk], event="saved/1", facts=FACTS)

    assert rows(person) == [("saved/1", Channel.PRODUCT, "", "")]
    assert jobs.run() == []


def test_a_kind_without_mail_is_told_on_the_site_alone(person):
    notify("tests.quiet", [person.pk], event="x")

    assert rows(person) == [("x", Channel.PRODUCT, "", "")]


def test_what_concerns_the_account_cannot_be_turned_off(person):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticePreference.objects.create(user=person, topic=NoticeTopic.ACCOUNT, pace=Pace.OFF)

    notify("tests.account", [person.pk], event="x")

    assert [row[1] for row in rows(person)] == [Channel.PRODUCT, Channel.MAIL]


def test_a_notice_reads_in_the_language_of_its_reader():
    french = notices.words(KIND, FACTS, "fr")

    assert french.subject == "Continuer «\xa0Les bases\xa0»"
    assert french.text == "Leçon 3\xa0: Who does what, 7 minutes"
    assert french.text_html == 'Leçon 3\xa0: <span lang="en">Who does what</span>, 7 minutes'
    assert french.url == "/somewhere/3/"
    assert notices.words(KIND, FACTS, "en").subject == "Continue “Foundations”"


def test_a_subject_is_one_line_and_markup_stays_text():
    read = notices.words(KIND, FACTS | {"course": "A\r\nBcc: all <b>%(x)s " + "long " * 99}, "en")

    assert read.subject.startswith("Continue “A Bcc: all <b>%(x)s long")
    assert (len(read.subject), "\n" in read.subject) == (notices.LONGEST_SUBJECT, False)
    assert "&lt;b&gt;%(x)s" in read.subject_html


@pytest.mark.parametrize(
    ("pace", "zone", "now", "due"),
    [
        (Pace.AT_ONCE, "Europe/Brussels", "2026-11-25T10:00", "2026-11-25T10:00"),
        (Pace.DAILY, "Europe/Brussels", "2026-11-25T06:59", "2026-11-25T07:00"),
        (Pace.DAILY, "Europe/Brussels", "2026-11-25T07:00", "2026-11-26T07:00"),
        (Pace.DAILY, "Pacific/Auckland", "2026-11-25T10:00", "2026-11-25T19:00"),
        (Pace.DAILY, "America/New_York", "2026-11-25T10:00", "2026-11-25T13:00"),
        # The night in which the clocks go back is an hour longer.
        (Pace.DAILY, "Europe/Athens", "2026-10-24T10:00", "2026-10-25T06:00"),
        (Pace.WEEKLY, "Europe/Brussels", "2026-11-25T10:00", "2026-11-30T07:00"),
        (Pace.WEEKLY, "Europe/Brussels", "2026-11-30T06:00", "2026-11-30T07:00"),
        (Pace.WEEKLY, "Europe/Brussels", "2026-11-30T07:30", "2026-12-07T07:00"),
    ],
)
def test_a_digest_goes_out_on_the_persons_own_morning(pace, zone, now, due):
    def moment(text):
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert rules.due_at(pace, zone, moment(now)) == moment(due)


def test_erasing_a_person_erases_what_they_were_told(person):
    notify(KIND, [person.pk], event="saved/1", facts=FACTS)
    NoticePreference.objects.create(user=person, topic=NoticeTopic.COURSES, pace=Pace.DAILY)

    exported = actions.export_person(person)
    actions.erase_person(person.pk)

    assert len(exported["participants.Notice"]["rows"]) == 2
    assert len(exported["participants.NoticePreference"]["rows"]) == 1
    assert not Notice.objects.exists()
    assert not NoticePreference.objects.exists()
