"""Applying: a draft of one's own, handed in whole, changed while the call is open, withdrawn."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from mentoring import actions
from mentoring.models import Application, Call, Conflict, Match
from mentoring.states import ApplicationState, CallState, MatchState, Reply, Side
from participants.actions import erase_person
from participants.models import Notice, Organisation
from participants.refusals import Refused
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = pytest.mark.django_db


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        call(*args, **kwargs)
    return refusal.value.reason


# --- Beginning and writing ---


def test_one_begins_once_a_side_and_the_profile_is_taken_along(call, ada, draft):
    again = actions.begin(ada.pk, call.pk, Side.MENTEE)
    mentor = actions.begin(ada.pk, call.pk, Side.MENTOR)

    assert again.pk == draft.pk
    assert mentor.pk != draft.pk
    assert draft.written()["organisation"] == "Town of Testing"
    assert draft.written()["country"] == "BE"


def test_the_other_side_begins_with_what_the_first_said(call, ada, draft, fill):
    fill(draft, languages={"uk": 6}, size_band=2, objective="Mine alone.")

    written = actions.begin(ada.pk, call.pk, Side.MENTOR).written()

    assert (written["languages"], written["size_band"]) == ({"uk": 6}, 2)
    assert written["objective"] == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"state": CallState.DRAFT},
        {"state": CallState.MATCHING},
        {"opens_at": timezone.now() + timedelta(days=1)},
        {"closes_at": timezone.now() - timedelta(minutes=1)},
    ],
)
def test_nobody_begins_while_a_call_is_not_open(ada, fields):
    closed = make.call("Another", **fields)
    assert refused(actions.begin, ada.pk, closed.pk, Side.MENTEE) == "call-not-open"


def test_a_step_is_kept_as_a_draft_that_touches_no_field(draft):
    saved = actions.save_step(draft.pk, draft.person_id, "place", {"organisation": "Gh"}, version=0)

    assert saved.written()["organisation"] == "Gh"
    assert (saved.organisation, saved.version) == (None, 1)
    assert not Organisation.objects.filter(name="Gh").exists()


def test_a_newer_saving_of_the_same_step_is_not_overwritten_and_other_steps_do_not_matter(draft):
    def save(step, version, **answers):
        return actions.save_step(draft.pk, draft.person_id, step, answers, version=version)

    save("topics", 0, challenge="From the first window.")
    save("place", 0, country="GR")

    assert refused(save, "topics", 0, challenge="From the second.") == "newer-version"
    assert save("topics", 0, challenge="From the first window.").version == 2
    assert save("topics", 2, challenge="Both seen.").written()["challenge"] == "Both seen."


def test_a_step_takes_no_answer_of_another(draft):
    with pytest.raises(ValueError, match="Another step"):
        actions.save_step(draft.pk, draft.person_id, "place", {"challenge": "x"}, version=0)


# --- Handing in ---


def test_handing_in_moves_everything_to_the_fields_and_twice_is_once(draft, fill):
    fill(draft, challenge="Δεν μιλάει κανείς ουκρανικά 🙂")
    first = actions.submit(draft.pk, draft.person_id)
    again = actions.submit(draft.pk, draft.person_id)

    assert (first.state, first.draft) == (ApplicationState.SUBMITTED, {})
    assert first.challenge == "Δεν μιλάει κανείς ουκρανικά 🙂"
    assert first.organisation.name == "Town of Testing"
    assert [topic.name for topic in first.topics.all()] == ["Housing"]
    assert again.submitted_at == first.submitted_at


@pytest.mark.parametrize(
    ("name", "nothing"),
    [("challenge", " "), ("topics", []), ("conditions", []), ("languages", {}), ("role", "")],
)
def test_what_is_missing_keeps_it_from_being_handed_in(draft, name, nothing, fill):
    application = fill(draft, **{name: nothing})
    assert actions.missing(application, application.call) == [name]
    assert refused(actions.submit, draft.pk, draft.person_id) == "incomplete"


def test_a_condition_whose_words_changed_is_confirmed_again(draft, fill):
    fill(draft)
    page = make.page_of(draft.call)
    key = page.conditions[0].id
    page.conditions = [
        {"type": "condition", "id": key, "value": {"text": "Born later.", "who": "mentee"}}
    ]
    page.save_revision().publish()

    assert refused(actions.submit, draft.pk, draft.person_id) == "incomplete"
    fill(draft, conditions=[{"key": key, "text": "Born later.", "language": "en"}])
    assert actions.submit(draft.pk, draft.person_id).state == ApplicationState.SUBMITTED


def test_a_country_outside_the_call_is_missing(draft, fill):
    Call.objects.update(countries=["GR"])
    application = fill(draft)
    application.call.refresh_from_db()
    assert actions.missing(application, application.call) == ["country"]


def test_a_half_finished_change_never_costs_the_place(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    changed = fill(draft, challenge="")

    assert changed.state == ApplicationState.SUBMITTED
    assert changed.draft == {"challenge": ""}
    assert changed.challenge == "Nobody speaks Ukrainian here."
    assert refused(actions.submit, draft.pk, draft.person_id) == "incomplete"
    fill(draft, challenge="A new one.")
    assert actions.submit(draft.pk, draft.person_id).challenge == "A new one."


def test_changes_can_be_discarded(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    fill(draft, challenge="No.")
    assert actions.discard_changes(draft.pk, draft.person_id).written()["challenge"] != "No."


@pytest.mark.parametrize("do", [actions.submit, lambda pk, who: fill_one(pk, who)])
def test_after_the_call_closed_nothing_is_handed_in_or_changed(draft, do, fill):
    fill(draft)
    Call.objects.update(closes_at=timezone.now())
    assert refused(do, draft.pk, draft.person_id) == "call-not-open"


def fill_one(pk, who):
    return actions.save_step(pk, who, "topics", {"challenge": "Late."}, version=99)


def test_one_that_was_decided_is_not_changed_any_more(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    Application.objects.update(state=ApplicationState.ELIGIBLE)
    assert refused(fill_one, draft.pk, draft.person_id) == "settled"


# --- Questions and conflicts ---


def test_a_question_is_answered_once_also_after_the_call_closed(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    assert refused(actions.answer, draft.pk, draft.person_id, "Yes.") == "nothing-asked"
    Application.objects.update(state=ApplicationState.NEEDS_INFO, question="Which town?")
    Call.objects.update(closes_at=timezone.now())

    assert refused(actions.answer, draft.pk, draft.person_id, "  ") == "no-answer"
    for _twice in range(2):
        answered = actions.answer(draft.pk, draft.person_id, " Ghent. ")
    assert (answered.state, answered.answer) == (ApplicationState.SUBMITTED, "Ghent.")


def test_conflicts_are_declared_once_and_removed(draft):
    for _twice in range(2):
        town = actions.declare_conflict(
            draft.pk, draft.person_id, organisation="Aalst", country="BE"
        )
    words = actions.declare_conflict(draft.pk, draft.person_id, words="My former boss.")
    assert Conflict.objects.count() == 2
    assert refused(actions.declare_conflict, draft.pk, draft.person_id) == "nobody-named"

    actions.remove_conflict(draft.pk, draft.person_id, town.pk)
    assert [one.pk for one in draft.conflicts.all()] == [words.pk]


def test_conflicts_have_an_end(draft):
    for number in range(20):
        actions.declare_conflict(draft.pk, draft.person_id, words=f"Person {number}")
    assert refused(actions.declare_conflict, draft.pk, draft.person_id, words="x") == "too-many"


def test_nobody_removes_the_conflict_of_somebody_else(draft, call):
    other = make.application(call)
    theirs = other.conflicts.create(words="Somebody")
    actions.remove_conflict(draft.pk, draft.person_id, theirs.pk)
    assert Conflict.objects.filter(pk=theirs.pk).exists()


# --- Withdrawing and coming back ---


def test_who_withdraws_may_begin_again_with_their_answers(draft, fill):
    fill(draft)
    actions.submit(draft.pk, draft.person_id)
    Application.objects.update(state=ApplicationState.INELIGIBLE, reason="No mandate.")
    gone = [actions.withdraw(draft.pk, draft.person_id) for _twice in range(2)]
    back = actions.begin(draft.person_id, draft.call_id, Side.MENTEE)

    assert gone[0].withdrawn_at == gone[1].withdrawn_at
    assert (back.state, back.withdrawn_at) == (ApplicationState.DRAFT, None)
    assert back.written()["objective"] == "Plan a language course."
    again = actions.submit(draft.pk, draft.person_id)
    assert (again.state, again.reason) == (ApplicationState.SUBMITTED, "")


def offered(call):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    [match] = actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    return match, mentee, mentor


@pytest.mark.parametrize("who", ["mentee", "mentor"])
def test_withdrawing_ends_an_open_offer_for_both_and_tells_the_other(call, who):
    match, mentee, mentor = offered(call)
    own, other = (mentee, mentor) if who == "mentee" else (mentor, mentee)
    actions.accept(match.pk, other.person_id)
    Notice.objects.all().delete()

    actions.withdraw(own.pk, own.person_id)

    match.refresh_from_db(), own.refresh_from_db(), other.refresh_from_db()
    assert (match.state, getattr(match, f"{who}_reply")) == (MatchState.DECLINED, Reply.DECLINED)
    assert (own.state, other.state) == (ApplicationState.WITHDRAWN, ApplicationState.ELIGIBLE)
    assert {notice.user_id for notice in Notice.objects.all()} == {other.person_id}


def test_a_mentorship_under_way_is_not_left_by_withdrawing(call):
    match, mentee, mentor = offered(call)
    for one in (mentee, mentor):
        actions.accept(match.pk, one.person_id)
    assert refused(actions.withdraw, mentee.pk, mentee.person_id) == "under-way"


def test_strangers_do_nothing_to_an_application(draft):
    stranger = people.person("eve@example.org").pk
    for do in (
        lambda: fill_one(draft.pk, stranger),
        lambda: actions.answer(draft.pk, stranger, "x"),
        lambda: actions.withdraw(draft.pk, stranger),
        lambda: actions.declare_conflict(draft.pk, stranger, words="x"),
        lambda: actions.remove_conflict(draft.pk, stranger, 1),
        lambda: actions.discard_changes(draft.pk, stranger),
    ):
        with pytest.raises(Application.DoesNotExist):
            do()
    with pytest.raises(Call.DoesNotExist):
        actions.submit(draft.pk, stranger)


def test_whoever_was_erased_does_nothing_any_more(draft, call, fill):
    fill(draft)
    who = draft.person_id
    erase_person(who)
    for do in (
        lambda: actions.begin(who, call.pk, Side.MENTOR),
        lambda: fill_one(draft.pk, who),
        lambda: actions.submit(draft.pk, who),
        lambda: actions.answer(draft.pk, who, "x"),
        lambda: actions.declare_conflict(draft.pk, who, words="x"),
    ):
        assert refused(do) == "erased"
    draft.refresh_from_db()
    assert draft.draft == {}


# --- Races ---


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_save_at_once_one_is_told(draft):
    def save(words):
        return lambda: actions.save_step(
            draft.pk, draft.person_id, "topics", {"challenge": words}, version=0
        )

    results = together(save("one"), save("two"))

    assert sorted(isinstance(one, Refused) for one in results) == [False, True]
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_handing_in_and_withdrawing_at_once_leave_one_true_state(draft, fill):
    fill(draft)
    results = together(
        lambda: actions.submit(draft.pk, draft.person_id),
        lambda: actions.withdraw(draft.pk, draft.person_id),
    )

    draft.refresh_from_db()
    assert draft.state == ApplicationState.WITHDRAWN
    assert not isinstance(results[1], Exception)
    assert isinstance(results[0], Refused) == (draft.submitted_at is None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_is_handed_in_while_the_call_is_being_closed_waits_and_is_refused(draft, fill):
    fill(draft)
    closing = threading.Event()

    def close():
        try:
            with transaction.atomic():
                Call.objects.update(state=CallState.MATCHING)
                closing.set()
                time.sleep(0.5)
        finally:
            connections.close_all()

    other = threading.Thread(target=close)
    other.start()
    assert closing.wait(10)
    reason = refused(actions.submit, draft.pk, draft.person_id)
    other.join()
    assert reason == "call-not-open"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_offer_and_a_withdrawal_at_once_leave_nobody_bound_to_who_left(call):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    offer, gone = together(
        lambda: actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)]),
        lambda: actions.withdraw(mentee.pk, mentee.person_id),
    )

    mentee.refresh_from_db(), mentor.refresh_from_db()
    assert not isinstance(gone, Exception)
    assert mentee.state == ApplicationState.WITHDRAWN
    assert mentor.state == ApplicationState.ELIGIBLE
    assert not Match.objects.holding().exists()
    assert isinstance(offer, Refused) or offer[0].pk


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_offer_that_is_just_being_made_ends_with_a_withdrawal_that_waited_for_it(call):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    offering = threading.Event()

    def offer():
        try:
            with transaction.atomic():
                actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
                offering.set()
                time.sleep(0.5)
        finally:
            connections.close_all()

    other = threading.Thread(target=offer)
    other.start()
    assert offering.wait(10)
    actions.withdraw(mentee.pk, mentee.person_id)
    other.join()
    mentee.refresh_from_db(), mentor.refresh_from_db()
    assert Match.objects.get().state == MatchState.DECLINED
    assert mentee.state == ApplicationState.WITHDRAWN
    assert mentor.state == ApplicationState.ELIGIBLE
