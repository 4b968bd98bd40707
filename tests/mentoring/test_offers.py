"""Offers: each answers for themself, silence is an answer, and nobody holds more than they can."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mentoring import actions
from mentoring.actions import Pair, matches
from mentoring.models import Application, Match, MatchChange
from mentoring.states import ApplicationState, MatchState, Side
from participants import sweeps
from participants.actions import erase_person
from participants.models import Notice
from participants.refusals import Refused
from participants.states import Channel
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make.call()


@pytest.fixture
def mentee(call):
    return make.application(call)


@pytest.fixture
def mentor(call):
    return make.application(call, Side.MENTOR, capacity=2)


@pytest.fixture
def match(call, mentee, mentor):
    return actions.offer(call.pk, [Pair(mentee.pk, mentor.pk, {"topics": 40})])[0]


def state_of(row) -> str:
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def told(application: Application) -> list[str]:
    rows = Notice.objects.filter(user=application.person, channel=Channel.PRODUCT)
    return list(rows.order_by("pk").values_list("kind", flat=True))


def changes(match: Match) -> list[str]:
    return list(MatchChange.objects.filter(match=match).values_list("state", flat=True))


def test_an_offer_is_made_with_its_points_and_a_deadline_and_both_are_told(
    call, match, mentee, mentor
):
    assert match.answer_by - match.offered_at == timedelta(days=call.days_to_answer)
    assert (match.score, match.state) == (40, MatchState.OFFERED)
    assert state_of(mentee) == state_of(mentor) == ApplicationState.MATCHED
    assert told(mentee) == told(mentor) == ["mentoring.offered"]


@pytest.mark.parametrize("order", ["mentee first", "mentor first"])
def test_a_mentorship_begins_when_both_accepted_and_not_before(match, mentee, mentor, order):
    first, second = (mentee, mentor) if order == "mentee first" else (mentor, mentee)
    actions.accept(match.pk, first.person_id)
    assert state_of(match) == MatchState.HALF_ACCEPTED
    actions.accept(match.pk, first.person_id)
    assert state_of(match) == MatchState.HALF_ACCEPTED, "nobody accepts for the other"

    actions.accept(match.pk, second.person_id)

    assert state_of(match) == MatchState.ACTIVE
    assert changes(match) == ["offered", "half_accepted", "active"]
    assert told(mentee) == told(mentor) == ["mentoring.offered", "mentoring.both_accepted"]


def test_who_declines_needs_no_reason_and_the_other_is_told_without_it(match, mentee, mentor):
    actions.accept(match.pk, mentor.person_id)
    actions.decline(match.pk, mentee.person_id, reason="  My sister works there. 😀 ")
    actions.decline(match.pk, mentee.person_id)

    match.refresh_from_db()
    assert (match.state, match.decline_reason) == (
        MatchState.DECLINED,
        "My sister works there. 😀",
    )
    assert state_of(mentee) == state_of(mentor) == ApplicationState.ELIGIBLE
    assert told(mentee) == ["mentoring.offered"]
    assert told(mentor) == ["mentoring.offered", "mentoring.offer_ended"]
    facts = [notice.facts for notice in Notice.objects.filter(user=mentor.person)]
    assert "sister" not in str(facts)


def test_after_its_end_nobody_accepts(match, mentee, mentor):
    actions.decline(match.pk, mentor.person_id)
    with pytest.raises(Refused, match="offer is over"):
        actions.accept(match.pk, mentee.person_id)


def test_after_the_deadline_it_is_too_late_whether_or_not_the_sweep_was_there(match, mentee):
    with pytest.raises(Refused, match="offer is over"):
        actions.accept(match.pk, mentee.person_id, now=match.answer_by)


def test_silence_ends_an_offer_and_frees_the_place_and_both_are_told_once(match, mentee, mentor):
    Match.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    assert [sweeps.run()["mentoring offers"] for _ in range(2)] == [1, 0]

    assert state_of(match) == MatchState.EXPIRED
    assert state_of(mentee) == state_of(mentor) == ApplicationState.ELIGIBLE
    assert told(mentee) == told(mentor) == ["mentoring.offered", "mentoring.offer_ended"]
    assert changes(match) == ["offered", "expired"]


def test_an_offer_that_cannot_expire_keeps_no_other_from_it(match, call, monkeypatch, caplog):
    other = actions.offer(
        call.pk, [Pair(make.application(call).pk, make.application(call, Side.MENTOR).pk)]
    )[0]
    Match.objects.update(answer_by=timezone.now() - timedelta(seconds=1))
    expire = matches.expire

    def fail(pk):
        if pk == match.pk:
            raise RuntimeError("ada@example.org")
        return expire(pk)

    monkeypatch.setattr(matches, "expire", fail)
    assert matches.expire_overdue() == 1
    assert (state_of(match), state_of(other)) == (MatchState.OFFERED, MatchState.EXPIRED)
    assert "ada" not in caplog.text


def test_an_offer_that_is_not_due_stays(match):
    assert not actions.expire(match.pk, now=match.answer_by - timedelta(seconds=1))
    assert state_of(match) == MatchState.OFFERED


def test_a_mentor_with_two_places_stays_matched_while_one_of_them_is_held(call, match, mentor):
    other = make.application(call)
    second = actions.offer(call.pk, [Pair(other.pk, mentor.pk)])[0]
    actions.decline(second.pk, other.person_id)
    assert (state_of(mentor), state_of(other)) == ("matched", "eligible")
    assert state_of(match) == MatchState.OFFERED


def test_a_stranger_answers_for_nobody(match):
    with pytest.raises(Match.DoesNotExist):
        actions.accept(match.pk, people.person("eve@example.org").pk)


def test_a_mentor_gets_no_more_mentees_than_places_and_then_nobody_is_offered(call, mentor):
    three = [make.application(call) for _ in range(3)]
    with pytest.raises(Refused) as refusal:
        actions.offer(call.pk, [Pair(one.pk, mentor.pk) for one in three])
    assert refusal.value.reason == "mentor-has-no-place"
    assert not Match.objects.exists()
    assert not Notice.objects.exists()


def test_a_mentee_holds_one_match(call, match, mentee):
    other = make.application(call, Side.MENTOR)
    with pytest.raises(Refused) as refusal:
        actions.offer(call.pk, [Pair(mentee.pk, other.pk)])
    assert refusal.value.reason == "mentee-has-a-match"


@pytest.mark.parametrize("state", [ApplicationState.WITHDRAWN, ApplicationState.INELIGIBLE])
def test_who_is_not_in_the_pool_is_offered_to_nobody(call, mentee, mentor, state):
    Application.objects.filter(pk=mentor.pk).update(state=state)
    with pytest.raises(Refused) as refusal:
        actions.offer(call.pk, [Pair(mentee.pk, mentor.pk)])
    assert refusal.value.reason == "not-in-the-pool"


def test_people_of_two_calls_are_not_paired(call, mentee):
    elsewhere = make.application(make.call("Another", of=make.programme("Other")), Side.MENTOR)
    with pytest.raises(Refused) as refusal:
        actions.offer(call.pk, [Pair(mentee.pk, elsewhere.pk)])
    assert refusal.value.reason == "not-in-the-pool"


def test_two_mentors_are_not_paired(call, mentor):
    other = make.application(call, Side.MENTOR)
    with pytest.raises(Refused) as refusal:
        actions.offer(call.pk, [Pair(other.pk, mentor.pk)])
    assert refusal.value.reason == "not-in-the-pool"


def test_a_coordinator_takes_an_offer_back_and_the_record_says_who(match, mentee, mentor):
    by = people.person("coordinator@example.org")
    actions.rescind(match.pk, by=by, reason="Wrong municipality")
    actions.rescind(match.pk, by=by)
    last = MatchChange.objects.filter(match=match).last()
    assert (state_of(match), last.by, last.reason) == ("rescinded", by, "Wrong municipality")
    assert changes(match) == ["offered", "rescinded"]
    assert told(mentee) == told(mentor) == ["mentoring.offered", "mentoring.offer_ended"]


def test_a_mentorship_under_way_cannot_be_taken_back_as_an_offer(match, mentee, mentor):
    for one in (mentee, mentor):
        actions.accept(match.pk, one.person_id)
    with pytest.raises(Refused) as refusal:
        actions.rescind(match.pk, by=mentor.person)
    assert refusal.value.reason == "active-to-rescinded"


@pytest.mark.parametrize("accepted", [False, True])
def test_erasing_one_ends_the_match_and_the_other_is_told_and_free(match, mentee, mentor, accepted):
    if accepted:
        for one in (mentee, mentor):
            actions.accept(match.pk, one.person_id)
    erase_person(mentee.person_id)

    assert state_of(match) == (MatchState.ENDED_EARLY if accepted else MatchState.RESCINDED)
    # After a mentorship nobody waits for another one unasked.
    waits = ApplicationState.MATCHED if accepted else ApplicationState.ELIGIBLE
    assert state_of(mentor) == waits
    assert told(mentor)[-1] == "mentoring.offer_ended"
    mentee.refresh_from_db()
    assert (mentee.person, mentee.challenge, mentee.state) == (None, "", "withdrawn")
    assert mentee.country == "BE", "counts stay"


# --- Races ------------------------------------------------------------------------------------


@pytest.fixture
def race():
    """Calls that meet: each is done or refused in words, and nothing else."""

    def run(*calls):
        found = together(*calls)
        bad = [one for one in found if isinstance(one, Exception) and not isinstance(one, Refused)]
        assert bad == []

    return run


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_both_accept_at_once_and_it_begins_once(self, match, mentee, mentor, race):
        race(*(lambda p=one.person_id: actions.accept(match.pk, p) for one in (mentee, mentor)))
        assert state_of(match) == MatchState.ACTIVE
        assert told(mentee).count("mentoring.both_accepted") == 1
        assert told(mentor).count("mentoring.both_accepted") == 1

    def test_a_double_click_accepts_once(self, match, mentee, race):
        race(*(lambda: actions.accept(match.pk, mentee.person_id) for _ in range(4)))
        assert changes(match) == ["offered", "half_accepted"]

    def test_accepting_and_expiring_take_turns(self, match, mentee, mentor, race):
        actions.accept(match.pk, mentor.person_id)
        late = match.answer_by
        race(
            lambda: actions.accept(match.pk, mentee.person_id, now=late - timedelta(seconds=1)),
            lambda: actions.expire(match.pk, now=late),
        )
        ended = state_of(match)
        assert ended in (MatchState.ACTIVE, MatchState.EXPIRED)
        last = "both_accepted" if ended == MatchState.ACTIVE else "offer_ended"
        assert told(mentee)[1:] == told(mentor)[1:] == [f"mentoring.{last}"]

    def test_one_accepts_while_the_other_declines(self, match, mentee, mentor, race):
        race(
            lambda: actions.accept(match.pk, mentee.person_id),
            lambda: actions.decline(match.pk, mentor.person_id),
        )
        assert state_of(match) == MatchState.DECLINED
        assert state_of(mentee) == state_of(mentor) == ApplicationState.ELIGIBLE

    def test_three_offers_for_one_place_leave_one(self, call, race):
        mentor = make.application(call, Side.MENTOR, capacity=1)
        three = [make.application(call) for _ in range(3)]
        race(*(lambda pk=one.pk: actions.offer(call.pk, [Pair(pk, mentor.pk)]) for one in three))
        assert Match.objects.holding().filter(mentor=mentor).count() == 1

    def test_two_mentors_for_one_mentee_leave_one(self, call, mentee, race):
        two = [make.application(call, Side.MENTOR) for _ in range(2)]
        race(*(lambda pk=one.pk: actions.offer(call.pk, [Pair(mentee.pk, pk)]) for one in two))
        assert Match.objects.holding().filter(mentee=mentee).count() == 1

    def test_accepting_and_erasing_the_other_leave_no_mentorship_with_nobody(
        self, match, mentee, mentor, race
    ):
        actions.accept(match.pk, mentee.person_id)
        race(
            lambda: actions.accept(match.pk, mentor.person_id),
            lambda: erase_person(mentee.person_id),
        )
        ended = state_of(match)
        assert ended in (MatchState.RESCINDED, MatchState.ENDED_EARLY)
        begun = ended == MatchState.ENDED_EARLY
        assert state_of(mentor) == (
            ApplicationState.MATCHED if begun else ApplicationState.ELIGIBLE
        )
