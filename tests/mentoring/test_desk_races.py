"""What holds when coordinators, applicants and the worker act at the same moment."""

from functools import partial
from threading import Event
from time import sleep

import pytest

from mentoring import actions
from mentoring.actions import runs
from mentoring.models import Application, CallAct, Match, MatchRun, PairRule, Proposal
from mentoring.states import ApplicationState, CallState, RunState, Side
from participants.actions import erase_person
from participants.models import Notice
from tests.factories import mentoring as make
from tests.support.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIMES = 4


@pytest.fixture
def call():
    return make.call(state=CallState.MATCHING)


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


@pytest.fixture
def colleagues(call):
    return [make.coordinator(call.programme, f"colleague{n}@example.org") for n in range(TIMES)]


@pytest.fixture
def pair(call):
    return make.application(call), make.application(call, Side.MENTOR)


@pytest.fixture
def run(call, pair, coordinator):
    found = actions.ask_for_run(call.pk, by=coordinator)
    return actions.solve_run(found.pk)


def at_once(*calls) -> list:
    """What each call came to: a value, or the reason of a refusal. An error is the test's."""
    found = together(*calls)
    for one in found:
        if isinstance(one, Exception) and not hasattr(one, "reason"):
            raise one
    return [getattr(one, "reason", one) for one in found]


def withdraw(application: Application) -> None:
    Application.objects.filter(pk=application.pk).update(state=ApplicationState.WITHDRAWN)


def test_colleagues_who_publish_at_once_make_each_offer_once(run, colleagues):
    at_once(*(partial(actions.publish, run.pk, by=one) for one in colleagues))
    assert Match.objects.count() == 1
    assert CallAct.objects.filter(kind="publish").count() == 1
    assert Notice.objects.filter(channel="product", kind="mentoring.offered").count() == 2


def test_asking_from_several_tabs_is_one_run(call, pair, coordinator):
    at_once(*[partial(actions.ask_for_run, call.pk, by=coordinator)] * TIMES)
    assert MatchRun.objects.count() == CallAct.objects.count() == 1


def test_two_workers_who_get_the_same_run_make_it_once(call, pair, coordinator):
    asked = actions.ask_for_run(call.pk, by=coordinator)
    found = at_once(*[partial(actions.solve_run, asked.pk)] * TIMES)
    assert sum(one is not None for one in found) == 1
    assert Proposal.objects.count() == 1


CHANGES = {
    "a withdrawal": lambda mentee, mentor: withdraw(mentor),
    "another capacity": lambda mentee, mentor: Application.objects.filter(pk=mentor.pk).update(
        capacity=2
    ),
    "an erasure": lambda mentee, mentor: erase_person(mentee.person_id),
    "a conflict": lambda mentee, mentor: mentee.conflicts.create(organisation=mentor.organisation),
}


@pytest.mark.parametrize("change", CHANGES)
def test_publishing_against_a_change_is_before_it_or_refused(run, pair, colleagues, change):
    published, _changed = at_once(
        partial(actions.publish, run.pk, by=colleagues[0]), partial(CHANGES[change], *pair)
    )
    run.refresh_from_db()
    if published == "input-changed":
        assert not Match.objects.exists()
        assert run.state == RunState.SOLVED
    else:
        assert run.state == RunState.PUBLISHED
        assert Match.objects.count() == 1
    if change == "an erasure":
        assert not Match.objects.holding().exists()


WAITING = {
    "settings": lambda call, lone: actions.save_settings(
        call.pk, {"floor": 99}, seen=actions.fingerprint(call), by=None
    ),
    "an applicant in no pair": lambda call, lone: Application.objects.filter(pk=lone.pk).update(
        capacity=2
    ),
    "a newer run": lambda call, lone: actions.ask_for_run(call.pk, by=None),
}


@pytest.mark.parametrize("change", WAITING)
def test_what_a_run_was_made_of_stays_until_it_is_published(
    call, pair, coordinator, colleagues, monkeypatch, change
):
    lone = make.application(call, Side.MENTOR, languages={"el": 6})
    run = actions.solve_run(actions.ask_for_run(call.pk, by=coordinator).pk)
    order, checked, offer = [], Event(), runs.offer

    def slow(*args, **kwargs):
        checked.set()
        sleep(0.7)
        order.append("publish")
        return offer(*args, **kwargs)

    def act():
        assert checked.wait(10)
        WAITING[change](call, lone)
        order.append(change)

    monkeypatch.setattr(runs, "offer", slow)
    at_once(partial(actions.publish, run.pk, by=colleagues[0]), act)
    assert order == ["publish", change]


def test_publishing_and_erasing_who_asked_do_not_wait_for_each_other(run, colleagues, coordinator):
    at_once(
        partial(actions.publish, run.pk, by=colleagues[0]), partial(erase_person, coordinator.pk)
    )
    assert Match.objects.count() == 1


def test_publishing_while_the_next_run_is_made_leaves_one_of_the_two(
    run, call, colleagues, coordinator
):
    following = actions.ask_for_run(call.pk, by=coordinator)
    _published, made = at_once(
        partial(actions.publish, run.pk, by=colleagues[0]),
        partial(actions.solve_run, following.pk),
    )
    assert not isinstance(made, str)
    following.refresh_from_db()
    assert following.state == RunState.SUPERSEDED
    assert Match.objects.count() == 1


def test_publishing_and_a_decision_about_an_applicant_take_turns(run, pair, colleagues):
    published, decided = at_once(
        partial(actions.publish, run.pk, by=colleagues[0]),
        partial(actions.decide, pair[0].pk, "ineligible", by=colleagues[1], reason="Late"),
    )
    assert (published == "input-changed") != (decided == "holds-a-match")


def test_calling_off_while_a_colleague_publishes_leaves_no_offer(run, call, colleagues):
    at_once(
        partial(actions.publish, run.pk, by=colleagues[0]),
        partial(
            actions.move_call, call.pk, CallState.CANCELLED, by=colleagues[1], reason="No money"
        ),
    )
    call.refresh_from_db()
    assert call.state == CallState.CANCELLED
    assert not Match.objects.holding().exists()


def test_locking_and_forbidding_at_once_is_one_decision(call, pair, coordinator):
    ids = [one.pk for one in pair]
    word = {"by": coordinator, "reason": "Because"}
    at_once(
        *[partial(actions.lock_pair, call.pk, *ids, **word)] * 2,
        *[partial(actions.forbid_pair, call.pk, *ids, **word)] * 2,
    )
    assert PairRule.objects.count() == 1


def test_settings_saved_from_two_desks_at_once_are_saved_once(call, colleagues):
    seen = actions.fingerprint(call)
    found = at_once(
        *(
            partial(actions.save_settings, call.pk, {"floor": 10 * n}, seen=seen, by=one)
            for n, one in enumerate(colleagues, 1)
        )
    )
    assert found.count("changed-meanwhile") == TIMES - 1


def test_a_call_moved_on_from_two_desks_tells_people_once(call, pair, colleagues):
    type(call).objects.update(state=CallState.OPEN)
    at_once(
        *(partial(actions.move_call, call.pk, CallState.MATCHING, by=one) for one in colleagues)
    )
    assert Notice.objects.filter(channel="product").count() == 2
    assert CallAct.objects.count() == 1


def test_asking_from_several_tabs_is_one_question(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    at_once(*[partial(actions.ask, one.pk, by=coordinator, question="Why?")] * TIMES)
    assert Notice.objects.filter(channel="product").count() == CallAct.objects.count() == 1


def test_a_decision_and_erasing_at_once_leave_no_reason_behind(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    at_once(
        partial(actions.decide, one.pk, "ineligible", by=coordinator, reason="Is ill"),
        partial(erase_person, one.person_id),
    )
    one.refresh_from_db()
    assert one.reason == ""
    assert not Notice.objects.exists()
