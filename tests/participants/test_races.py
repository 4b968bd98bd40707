"""Calls that meet on PostgreSQL."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from participants import Refused, actions, notices
from participants.models import (
    Consent,
    DataExport,
    DataRequest,
    Farewell,
    Feedback,
    Membership,
    Organisation,
    Profile,
    RetentionRun,
    User,
)
from participants.models.profiles import private_storage
from participants.states import NoticeTopic, Pace, RequestChannel, RequestKind, Role
from tests.factories import participants as make
from tests.support.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def sign_up(email, password=make.PASSWORD):
    data = {"name": "Ada", "email": email, "password1": password, "website": ""}
    return Client().post(reverse("account_signup"), data)


def test_two_sign_ups_with_one_address_make_one_account_and_look_the_same():
    answers = together(
        lambda: sign_up("ada@example.org"),
        lambda: sign_up("Ada@Example.org", "quite another phrase"),
    )

    assert [(a.status_code, a.headers["Location"]) for a in answers] == [
        (302, "/en/account/confirm-email/")
    ] * 2
    assert [u.email for u in User.objects.all()] == ["ada@example.org"]
    assert sorted(m.subject for m in mail.outbox) == [
        "You have an account already",
        "Your code for the new account",
    ]


def test_a_double_click_on_sign_up_makes_one_account_and_either_answer_leads_on():
    answers = together(*[lambda: sign_up("ada@example.org")] * 2)

    assert User.objects.count() == 1
    assert [a.headers["Location"] for a in answers] == ["/en/account/confirm-email/"] * 2
    assert [m.subject for m in mail.outbox] == ["Your code for the new account"] * 2


def test_a_profile_saved_twice_at_once_is_one_profile_with_one_consent_each():
    ada = make.person()

    def save():
        return actions.save_profile(
            ada.pk, country="BE", organisation="Stad Gent", answers={"alumni_contact": True}
        )

    assert [type(answer) for answer in together(save, save, save)] == [Profile] * 3
    assert Profile.objects.count() == Membership.objects.count() == 1
    assert Consent.objects.count() == 2


def test_two_people_who_type_a_new_organisation_at_once_get_the_same_one():
    people = [make.person() for _ in range(4)]
    together(
        *(
            lambda user=user: actions.save_profile(
                user.pk, country="BE", organisation="Stad Gent", answers={}
            )
            for user in people
        )
    )

    gent = Organisation.objects.get()
    assert [p.organisation for p in Profile.objects.all()] == [gent] * 4


def test_a_double_click_on_feedback_is_kept_once(jobs):
    token = uuid4()
    data = {"message": "Broken", "page": "/en/", "reply_to": "", "token": token}

    answers = together(*[lambda: Client().post(reverse("participants:feedback"), data)] * 3)

    assert [a.status_code for a in answers] == [302] * 3
    assert Feedback.objects.count() == 1
    assert jobs.run() == ["participants.mail_feedback"]


def test_the_worker_and_the_sweep_together_mail_once():
    given = actions.give_feedback(uuid4(), message="m", page="", reply_to="", language="en")

    answers = together(*[lambda: actions.mail_feedback(given.pk)] * 3)

    assert sorted(answers) == [False, False, True]
    assert len(mail.outbox) == 1


def test_merging_twice_at_once_moves_everything_once():
    ada = make.person(profile=True)
    source, target = make.organisation(), make.organisation("City of Testing")

    answers = together(*[lambda: actions.merge_organisation(source.pk, target.pk)] * 2)

    assert answers == [target, target]
    assert [m.organisation for m in ada.memberships.all()] == [target]


def test_merging_each_into_the_other_at_once_merges_one_and_refuses_the_other():
    one, two = make.organisation("One"), make.organisation("Two")

    answers = together(
        lambda: actions.merge_organisation(one.pk, two.pk),
        lambda: actions.merge_organisation(two.pk, one.pk),
    )

    assert {type(answer) for answer in answers} == {Organisation, Refused}
    assert Organisation.objects.current().count() == 1


def test_a_copy_asked_for_in_two_tabs_is_one_and_is_made_once(jobs):
    ada = make.person(profile=True)

    asked = together(*[lambda: actions.request_export(ada.pk).pk] * 3)
    made = together(*[lambda: actions.make_export(asked[0])] * 3)

    assert len(set(asked)) == 1
    assert sorted(made) == [False, False, True]
    assert DataRequest.objects.count() == 1


def test_a_person_and_an_officer_who_ask_at_once_get_one_copy_and_one_is_told_to_wait(jobs):
    officer = make.staff(Role.DATA_PROTECTION_OFFICER)
    for _time in range(3):
        ada = make.person(profile=True)
        letter = actions.record_request(
            RequestKind.EXPORT,
            RequestChannel.LETTER,
            by=officer,
            received_at=timezone.now(),
            user=ada,
        )
        answers = together(
            lambda pk=ada.pk: actions.request_export(pk),
            lambda pk=letter.pk: actions.request_export_for(pk, by=officer),
        )
        assert {type(answer) for answer in answers} == {DataExport, Refused}
        assert DataExport.objects.filter(user=ada).count() == 1


def test_erasing_while_a_copy_is_being_made_leaves_no_file(jobs):
    for _time in range(3):
        ada = make.person(profile=True)
        export = actions.request_export(ada.pk)
        jobs.lose()

        together(
            lambda pk=export.pk: actions.make_export(pk),
            lambda pk=ada.pk: actions.erase_oneself(pk),
        )

        assert not private_storage().exists(export.file_name)
        assert not DataExport.objects.exists()
        assert User.objects.get(pk=ada.pk).erased_at


def test_two_last_administrators_cannot_both_go_at_once():
    one, two = make.administrator("one@example.org"), make.administrator("two@example.org")

    together(lambda: actions.erase_oneself(one.pk), lambda: actions.erase_oneself(two.pk))

    assert User.objects.filter(erased_at=None).count() == 1


def test_the_days_run_is_begun_once_by_two_workers():
    assert sorted(map(bool, together(*[actions.run_retention] * 2))) == [False, True]
    assert RetentionRun.objects.count() == 1


def test_two_officers_answer_a_request_once():
    now = timezone.now()
    asked = actions.record_request("objection", "letter", by=None, received_at=now, who="Ada")

    answers = together(*[lambda: actions.answer_request(asked.pk, "done", "Done.", by=None)] * 2)

    assert {type(answer) for answer in answers} == {DataRequest, Refused}


def test_erasing_oneself_in_two_tabs_is_one_request_and_one_farewell():
    ada = make.person("ada@example.org", profile=True)

    together(*[lambda: actions.erase_oneself(ada.pk)] * 3)

    assert (DataRequest.objects.count(), Farewell.objects.count()) == (1, 1)


def test_erasing_twice_at_once_erases_once():
    ada = make.person(profile=True)

    answers = together(*[lambda: actions.erase_person(ada.pk).erased_at] * 2)

    assert answers[0] == answers[1]
    connection.close()


@pytest.fixture
def kind(monkeypatch):
    monkeypatch.setattr(notices, "_kinds", dict(notices._kinds))
    words = {"subject": "News", "text": "Something.", "action": "Look"}
    notices.register("tests.any", topic=NoticeTopic.COURSES, url=lambda facts: "/", **words)


def test_telling_twice_at_once_tells_once(kind, jobs):
    ada = make.person()

    def tell():
        return actions.notify("tests.any", [ada.pk], event="x/1", facts={})

    assert together(tell, tell, tell) == [1, 1, 1]
    assert sorted(ada.notices.values_list("channel", flat=True)) == ["mail", "product"]


def test_saving_a_profile_and_erasing_at_once_leaves_nothing():
    for _round in range(5):
        ada = make.person()
        together(
            lambda pk=ada.pk: actions.save_profile(
                pk,
                country="BE",
                organisation="Stad Gent",
                answers={"bio": "Words"},
                account={"name": "Ada again"},
            ),
            lambda pk=ada.pk: actions.erase_person(pk),
        )
        ada.refresh_from_db()
        assert (bool(ada.erased_at), ada.name) == (True, "")
        assert not Profile.objects.exists()
        assert not Consent.objects.exists()


def test_telling_and_erasing_at_once_leaves_no_notice(kind, jobs):
    ada = make.person()

    together(
        lambda: actions.notify("tests.any", [ada.pk], event="x/1", facts={}),
        lambda: actions.erase_person(ada.pk),
    )

    assert not ada.notices.exists()


def test_two_workers_at_once_send_each_mail_once(kind):
    people = [make.person() for _ in range(50)]
    actions.notify("tests.any", [one.pk for one in people], event="x/1", facts={})

    sent = together(*[actions.send_notices] * 3)

    assert sum(sent) == 50
    assert sorted(one.to[0] for one in mail.outbox) == sorted(one.email for one in people)


def test_two_sweeps_at_once_make_one_digest(kind):
    ada = make.person()
    actions.choose_paces(ada.pk, {NoticeTopic.COURSES: Pace.DAILY})
    actions.notify("tests.any", [ada.pk], event="x/1", facts={})
    morning = timezone.now() + timedelta(days=2)

    collected = together(*[lambda: actions.collect_digests(now=morning)] * 3)

    assert sum(collected) == 1
    assert sum(together(*[lambda: actions.send_notices(now=morning)] * 3)) == 1
    assert len(mail.outbox) == 1


def test_stopping_mails_while_they_are_sent_leaves_none_that_waits(kind):
    ada = make.person()
    for number in range(5):
        actions.notify("tests.any", [ada.pk], event=f"x/{number}", facts={})

    sent, stopped = together(
        actions.send_notices,
        lambda: actions.choose_paces(ada.pk, {NoticeTopic.COURSES: Pace.OFF}),
    )

    assert stopped is None
    assert len(mail.outbox) == sent
    assert actions.send_notices() == 0
    states = list(ada.notices.filter(channel="mail").values_list("state", flat=True))
    assert (states.count("sent"), states.count("dropped")) == (sent, 5 - sent)
