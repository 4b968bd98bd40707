"""What holds when coordinators and people act at the same moment."""

from functools import partial
from uuid import uuid4

import pytest

from academy.actions import save_programme
from academy.models import Coordination
from courses import actions
from courses.models import (
    CourseMessage,
    DeskAct,
    EnrolmentSummary,
    MessageRecipient,
    ProgressEvent,
)
from courses.states import Act
from credentials.models import Credential
from participants.actions import erase_person
from participants.models import Notice
from tests.courses.conftest import person
from tests.factories import academy as programmes
from tests.factories import courses as make
from tests.support.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page():
    return make.course()


@pytest.fixture
def coordinator(page):
    return programmes.coordinator(page)


@pytest.fixture
def enrolment(page):
    return actions.enrol(person().pk, make.run_of(page).pk)


@pytest.fixture
def items(page) -> list[int]:
    return [entry.item_id for entry in make.entries_of(page)]


def at_once(*calls) -> list:
    """What each call came to: a value, or the reason of a refusal. An error is the test's."""
    found = together(*calls)
    for one in found:
        if isinstance(one, Exception) and not hasattr(one, "reason"):
            raise one
    return [getattr(one, "reason", one) for one in found]


def test_excusing_from_six_tabs_is_one_excuse(enrolment, items, coordinator):
    word = {"by": coordinator, "reason": "Because"}
    at_once(*[partial(actions.excuse, enrolment.pk, items[0], **word)] * 6)
    assert [e.verb for e in ProgressEvent.objects.filter(item=items[0])] == ["excused"]
    assert DeskAct.objects.count() == 1
    assert Notice.objects.filter(channel="product").count() == 1


def test_giving_attempts_again_from_six_tabs_is_one_act_and_one_notice(page, coordinator):
    make.quiz(page)
    actions.publish_outline(page)
    enrolment = actions.enrol(person().pk, make.run_of(page).pk)
    item = make.entries_of(page)[-1].item_id
    actions.submit_attempt(actions.start_attempt(enrolment.pk, item).pk)
    word = {"by": coordinator, "reason": "Because"}

    found = at_once(*[partial(actions.reset_attempts, enrolment.pk, item, **word)] * 6)

    assert sorted(found) == [0, 0, 0, 0, 0, 1]
    assert DeskAct.objects.count() == 1
    assert Notice.objects.filter(channel="product").count() == 1


def test_giving_attempts_again_and_erasing_at_once_leaves_no_reason_behind(page, coordinator):
    make.quiz(page)
    actions.publish_outline(page)
    enrolment = actions.enrol(person().pk, make.run_of(page).pk)
    item = make.entries_of(page)[-1].item_id
    actions.submit_attempt(actions.start_attempt(enrolment.pk, item).pk)
    at_once(
        partial(actions.reset_attempts, enrolment.pk, item, by=coordinator, reason="Is ill"),
        partial(erase_person, enrolment.user_id),
    )
    assert not Notice.objects.exists()
    written = [*DeskAct.objects.values_list("reason"), *ProgressEvent.objects.values("detail")]
    assert "ill" not in str(written)


def test_excusing_and_doing_the_last_lesson_at_once_completes_the_course_once(
    enrolment, items, coordinator
):
    for item in items[:-1]:
        actions.complete_item(enrolment.pk, item)
    word = {"by": coordinator, "reason": "Because"}
    at_once(
        partial(actions.complete_item, enrolment.pk, items[-1]),
        partial(actions.excuse, enrolment.pk, items[-1], **word),
    )
    enrolment.refresh_from_db()
    assert enrolment.is_completed
    assert ProgressEvent.objects.filter(verb="completed").count() == 1
    assert actions.rebuild_progress(enrolment.pk, write=False) == []


def test_excusing_and_taking_back_at_once_leaves_log_and_record_at_one(
    enrolment, items, coordinator
):
    word = {"by": coordinator, "reason": "Because"}
    actions.excuse(enrolment.pk, items[0], **word)
    calls = [partial(actions.unexcuse, enrolment.pk, items[0], **word)] * 3
    at_once(*calls, partial(actions.excuse, enrolment.pk, items[0], **word))
    assert actions.rebuild_progress(enrolment.pk, write=False) == []
    assert 0 <= EnrolmentSummary.objects.get().percent <= 100


def test_excusing_and_erasing_at_once_leaves_no_reason_behind(enrolment, items, coordinator):
    at_once(
        partial(actions.excuse, enrolment.pk, items[0], by=coordinator, reason="Ada is ill"),
        partial(erase_person, enrolment.user_id),
    )
    words = [*DeskAct.objects.values_list("reason"), *ProgressEvent.objects.values_list("detail")]
    assert "ill" not in str(words)
    assert not Notice.objects.exists()


def test_a_double_click_sends_a_message_once(enrolment, coordinator):
    token = uuid4()
    words = {"token": token, "by": coordinator, "subject": "Hello", "text": "How are you?"}
    at_once(*[partial(actions.send_message, [enrolment.pk], **words)] * 6)
    assert CourseMessage.objects.count() == 1
    assert MessageRecipient.objects.count() == 1
    assert DeskAct.objects.count() == 1
    assert Notice.objects.filter(channel="product").count() == 1


def test_issuing_a_certificate_anew_from_six_tabs_makes_one(enrolment, items, coordinator):
    for item in items:
        actions.complete_item(enrolment.pk, item)
    code = str(actions.issue_certificate(enrolment.pk).code)
    word = {"act": Act.REISSUE, "by": coordinator, "reason": "Name"}
    found = at_once(*[partial(actions.change_certificate, enrolment.pk, code, **word)] * 6)
    assert found.count("changed_meanwhile") == 5
    assert sorted(c.state for c in Credential.objects.all()) == ["replaced", "valid"]
    assert DeskAct.objects.count() == 1


def test_two_administrators_who_add_the_same_coordinator_give_the_right_once(page):
    programme = programmes.programme(page)
    who = [person("c@example.org").pk]
    at_once(*[partial(save_programme, programme, courses=[], coordinators=who)] * 4)
    assert Coordination.objects.running().count() == 1
