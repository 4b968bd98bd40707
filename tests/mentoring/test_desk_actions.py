"""What coordinators decide: settings and states of a call, applications, pairs, matchings."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from mentoring import actions
from mentoring.matching.proof import NotVerified
from mentoring.models import CallAct, Match, MatchRun, PairRule, Proposal, Unplaced
from mentoring.states import ApplicationState, CallState, MatchState, RunState, Side
from participants import notices
from participants.actions import erase_person
from participants.models import Notice
from participants.refusals import Refused
from tests.factories import mentoring as make
from tests.factories import participants as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make.call(state=CallState.MATCHING)


@pytest.fixture
def coordinator(call):
    return make.coordinator(call.programme)


@pytest.fixture
def colleague(call):
    return make.coordinator(call.programme, "colleague@example.org")


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refused) as error:
        act(*args, **kwargs)
    assert error.value.reason == code
    assert "%(" not in str(error.value)


def told(user) -> list[str]:
    """The kinds of what somebody was told; each has the facts that its words name."""
    rows = list(Notice.objects.filter(user=user, channel="product").order_by("pk"))
    for row in rows:
        kind = notices.kind(row.kind)
        assert row.facts["call"] in str(kind.subject) % row.facts
        assert str(kind.text) % row.facts
    return [row.kind.removeprefix("mentoring.") for row in rows]


def acts() -> list[str]:
    return list(CallAct.objects.order_by("pk").values_list("kind", flat=True))


def solved(call, by, jobs) -> MatchRun:
    run = actions.ask_for_run(call.pk, by=by)
    jobs.run()
    run.refresh_from_db()
    return run


# --- Applications ---


def test_a_question_is_asked_once_and_told_each_time_it_changes(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    for question in ("Which town?", "Which town?", " Which county? "):
        actions.ask(one.pk, by=coordinator, question=question)
    one.refresh_from_db()
    assert (one.state, one.question) == ("needs_info", "Which county?")
    assert told(one.person) == ["question", "question"]
    assert acts() == ["ask", "ask"]


def test_a_decision_is_read_by_the_applicant_and_repeated_without_harm(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    for _ in range(2):
        actions.decide(one.pk, "ineligible", by=coordinator, reason="You hold no office.")
    one.refresh_from_db()
    assert (one.state, one.reason) == ("ineligible", "You hold no office.")
    assert one.decided_by == coordinator
    actions.decide(one.pk, "eligible", by=coordinator)
    actions.decide(one.pk, "eligible", by=coordinator)
    assert told(one.person) == ["not_accepted", "accepted"]
    assert acts() == ["refuse", "accept"]


@pytest.mark.parametrize("reason", ["", "  \0 ", "x" * 1001])
def test_nobody_is_turned_away_without_a_reason_that_can_be_read(call, coordinator, reason):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    refused(
        "long-words" if "x" in reason else "no-words",
        *(actions.decide, one.pk, "ineligible"),
        by=coordinator,
        reason=reason,
    )


def test_nobody_who_holds_an_offer_is_asked_or_turned_away(call, coordinator):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    for one in (mentee, mentor):
        refused("holds-a-match", actions.ask, one.pk, by=coordinator, question="Why?")
        refused("holds-a-match", actions.decide, one.pk, "ineligible", by=coordinator, reason="No")
        actions.decide(one.pk, "eligible", by=coordinator)
        one.refresh_from_db()
        assert one.state == ApplicationState.MATCHED


@pytest.mark.parametrize("state", [ApplicationState.WITHDRAWN, ApplicationState.DRAFT])
def test_nothing_is_decided_about_what_is_not_handed_in(call, coordinator, state):
    one = make.application(call, state=state)
    refused("not-handed-in", actions.decide, one.pk, "eligible", by=coordinator)
    refused("not-handed-in", actions.ask, one.pk, by=coordinator, question="Why?")


def test_nothing_is_written_about_somebody_who_was_erased(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    erase_person(one.person_id)
    refused("erased", actions.decide, one.pk, "ineligible", by=coordinator, reason="Mr Ada")


def test_a_call_that_is_over_decides_nothing(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    type(call).objects.update(state=CallState.CLOSED)
    refused("call-is-over", actions.decide, one.pk, "eligible", by=coordinator)


def test_a_conflict_is_with_another_applicant_of_the_same_call_or_nobody(call, coordinator):
    one, other = make.application(call), make.application(call, Side.MENTOR)
    own = make.application(call, Side.MENTOR, person=one.person)
    elsewhere = make.application(make.call("Elsewhere", of=call.programme))
    conflict = one.conflicts.create(words="My neighbour Ada")
    for wrong in (own.pk, elsewhere.pk, one.pk, 999_999):
        refused(
            "nobody-there", actions.resolve_conflict, conflict.pk, by=coordinator, other_id=wrong
        )
    for _ in range(2):
        actions.resolve_conflict(conflict.pk, by=coordinator, other_id=other.pk)
    conflict.refresh_from_db()
    assert conflict.other == other
    assert acts() == ["conflict"]
    actions.resolve_conflict(conflict.pk, by=coordinator, other_id=None)
    conflict.refresh_from_db()
    assert conflict.other is None
    assert conflict.looked_at


# --- Settings and states of a call ---


def settings_of(call, **values):
    return {name: values.get(name, getattr(call, name)) for name in values}


def test_settings_that_a_colleague_changed_meanwhile_are_not_overwritten(call, coordinator):
    seen = actions.fingerprint(call)
    actions.save_settings(call.pk, {"floor": 40}, seen=seen, by=coordinator)
    refused(
        "changed-meanwhile",
        actions.save_settings,
        call.pk,
        {"floor": 50},
        seen=seen,
        by=coordinator,
    )
    call.refresh_from_db()
    assert call.floor == 40
    assert CallAct.objects.get().detail == {"fields": ["floor"]}


def test_an_opened_call_keeps_its_dates_and_a_closed_one_its_settings(call, coordinator):
    seen = actions.fingerprint(call)
    values = {"closes_at": None}
    refused("no-dates", actions.save_settings, call.pk, values, seen=seen, by=coordinator)
    type(call).objects.update(state=CallState.CLOSED)
    refused("call-is-over", actions.save_settings, call.pk, {"floor": 1}, seen=seen, by=coordinator)


def test_a_call_is_not_opened_without_dates_or_after_its_last_day(call, coordinator):
    type(call).objects.update(state=CallState.DRAFT, opens_at=None)
    refused("no-dates", actions.move_call, call.pk, CallState.OPEN, by=coordinator)
    now = timezone.now()
    type(call).objects.update(opens_at=now - timedelta(9), closes_at=now - timedelta(1))
    refused("closing-is-past", actions.move_call, call.pk, CallState.OPEN, by=coordinator)


def test_a_call_moves_on_and_tells_its_applicants_once(coordinator, call):
    type(call).objects.update(state=CallState.OPEN)
    one = make.application(call, state=ApplicationState.SUBMITTED)
    draft = make.application(call, state=ApplicationState.DRAFT)
    for _ in range(2):
        actions.move_call(call.pk, CallState.MATCHING, by=coordinator)
    refused("matching-to-closed", actions.move_call, call.pk, CallState.CLOSED, by=coordinator)
    refused("no-pairs", actions.move_call, call.pk, CallState.RUNNING, by=coordinator)
    actions.move_call(call.pk, CallState.OPEN, by=coordinator)
    assert told(one.person) == ["call_matching"]
    assert told(draft.person) == []
    assert [act.detail["to"] for act in CallAct.objects.order_by("pk")] == ["matching", "open"]


def test_calling_off_takes_the_offers_back_and_says_why(call, coordinator):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    gone = make.application(call, state=ApplicationState.WITHDRAWN)
    draft = make.application(call, state=ApplicationState.DRAFT)
    actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    refused("no-words", actions.move_call, call.pk, CallState.CANCELLED, by=coordinator)
    actions.move_call(call.pk, CallState.CANCELLED, by=coordinator, reason="No money")
    assert Match.objects.get().state == MatchState.RESCINDED
    assert told(mentee.person)[-1] == told(mentor.person)[-1] == "call_cancelled"
    assert told(draft.person) == ["call_cancelled"]
    assert told(gone.person) == []
    assert Notice.objects.filter(user=draft.person).first().facts["reason"] == "No money"


def test_a_call_with_mentorships_under_way_is_neither_closed_nor_called_off(call, coordinator):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    (match,) = actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    actions.move_call(call.pk, CallState.RUNNING, by=coordinator)
    for one in (mentee, mentor):
        actions.accept(match.pk, one.person_id)
    refused(
        *("still-under-way", actions.move_call, call.pk, CallState.CANCELLED),
        by=coordinator,
        reason="No money",
    )
    actions.move_call(call.pk, CallState.CLOSING, by=coordinator)
    refused("still-under-way", actions.move_call, call.pk, CallState.CLOSED, by=coordinator)
    Match.objects.update(state=MatchState.COMPLETED)
    actions.move_call(call.pk, CallState.CLOSED, by=coordinator)
    assert told(mentee.person)[-1] == "call_closed"


def test_drafts_are_reminded_a_week_and_a_day_before_the_call_closes(call):
    now = timezone.now()
    type(call).objects.update(state=CallState.OPEN, closes_at=now + timedelta(days=6))
    draft = make.application(call, state=ApplicationState.DRAFT)
    handed_in = make.application(call)
    later = now + timedelta(days=5, hours=1)
    assert [actions.remind_of_closing(now=when) for when in (now, now, later, later)] == [
        *(1, 0, 1, 0)
    ]
    assert told(draft.person) == ["call_closes", "call_closes"]
    assert told(handed_in.person) == []


# --- Matchings ---


def test_a_run_is_solved_proved_and_explained(call, coordinator, jobs):
    mentee, other = make.application(call), make.application(call, languages={"fr": 6})
    mentor = make.application(call, Side.MENTOR, capacity=2)
    run = solved(call, coordinator, jobs)

    assert (run.state, run.number, run.fault, run.stage) == (RunState.SOLVED, 1, "", "")
    pair = Proposal.objects.get()
    assert (pair.mentee, pair.mentor, pair.locked) == (mentee, mentor, False)
    assert run.totals["score"] == run.totals["bound"] == pair.score == run.totals["worst"]
    assert (run.totals["mentees"], run.totals["places"], run.totals["pairs"]) == (2, 2, 1)
    assert run.totals["other_floor"] == {"floor": pair.score + 1, "pairs": 0, "score": 0}
    without = Unplaced.objects.get()
    assert without.application == other
    assert without.facts["blocked"] == {"language": 1}
    (near,) = without.facts["near"]
    assert (near["rule"], near["remedy"], near["has"], near["needs"]) == (
        *("language", "language", 0, 4),
    )
    assert without.confidential == {"blocked": {}, "near": [mentor.pk]}
    assert near.keys() == {"worth", "rule", "remedy", "has", "needs"}


def test_asking_twice_gives_the_run_that_is_under_way(call, coordinator, jobs):
    first = actions.ask_for_run(call.pk, by=coordinator)
    assert actions.ask_for_run(call.pk, by=coordinator) == first
    jobs.run()
    assert actions.ask_for_run(call.pk, by=coordinator).number == 2
    assert acts() == ["run", "run"]


def test_a_run_that_does_not_verify_is_an_error_and_never_a_result(
    call, coordinator, jobs, monkeypatch
):
    make.application(call), make.application(call, Side.MENTOR)

    def verify(*args):
        raise NotVerified("2 + 2 = 5")

    monkeypatch.setattr("mentoring.matching.proof.verify", verify)
    run = solved(call, coordinator, jobs)
    assert (run.state, run.fault) == (RunState.FAILED, "not-verified")
    assert not Proposal.objects.exists()


def test_a_run_whose_bound_is_not_its_score_is_an_error(call, coordinator, jobs, monkeypatch):
    make.application(call), make.application(call, Side.MENTOR)
    monkeypatch.setattr("mentoring.matching.proof.bound", lambda *args: 1000)
    assert solved(call, coordinator, jobs).fault == "not-verified"


def test_a_lost_message_is_promised_again_and_a_dead_worker_given_up(call, coordinator, jobs):
    now = timezone.now()
    run = actions.ask_for_run(call.pk, by=coordinator)
    jobs.lose()
    assert actions.look_after_runs(now=now) == 0
    assert actions.look_after_runs(now=now + timedelta(minutes=2)) == 1
    assert jobs.run() == ["mentoring.solve_run"]
    run = actions.ask_for_run(call.pk, by=coordinator)
    jobs.lose()
    MatchRun.objects.filter(pk=run.pk).update(started_at=now)
    assert actions.solve_run(run.pk) is None
    assert actions.look_after_runs(now=now + timedelta(minutes=11)) == 1
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, "worker-gone")


def test_locks_and_bans_are_respected_until_they_are_lifted(call, coordinator, jobs):
    mentees = [make.application(call) for _ in range(2)]
    mentors = [make.application(call, Side.MENTOR) for _ in range(2)]
    lock = actions.lock_pair(
        call.pk, mentees[0].pk, mentors[1].pk, by=coordinator, reason="They know the same law"
    )
    ban = actions.forbid_pair(
        call.pk, mentees[1].pk, mentors[0].pk, by=coordinator, reason="Neighbours in court"
    )
    run = solved(call, coordinator, jobs)
    assert [(p.mentee, p.mentor, p.locked) for p in run.proposals.all()] == [
        (mentees[0], mentors[1], True)
    ]
    for rule in (lock, ban, ban):
        actions.lift(rule.pk, by=coordinator)
    assert solved(call, coordinator, jobs).totals["pairs"] == 2
    assert acts() == ["lock", "forbid", "run", "lift", "lift", "run"]


def test_a_lock_that_breaks_a_rule_is_refused_in_words(call, coordinator):
    mentee, other = make.application(call), make.application(call)
    mentor = make.application(call, Side.MENTOR)
    far = make.application(call, Side.MENTOR, languages={"el": 6})

    def lock(one, two, code):
        refused(code, actions.lock_pair, call.pk, one, two, by=coordinator, reason="Because")

    lock(mentee.pk, far.pk, "lock-language")
    lock(mentor.pk, mentee.pk, "not-in-the-pool")
    lock(mentee.pk, 999_999, "not-in-the-pool")
    actions.lock_pair(call.pk, mentee.pk, mentor.pk, by=coordinator, reason="Because")
    actions.lock_pair(call.pk, mentee.pk, mentor.pk, by=coordinator, reason="Because")
    lock(other.pk, mentor.pk, "lock-no-capacity")
    refused(
        *("decided-otherwise", actions.forbid_pair, call.pk, mentee.pk, mentor.pk),
        by=coordinator,
        reason="Because",
    )
    assert PairRule.objects.count() == 1


def test_a_lock_that_cannot_be_kept_any_more_fails_the_run_and_names_the_pair(
    call, coordinator, jobs
):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    actions.lock_pair(call.pk, mentee.pk, mentor.pk, by=coordinator, reason="Because")
    type(mentor).objects.filter(pk=mentor.pk).update(state=ApplicationState.WITHDRAWN)
    run = solved(call, coordinator, jobs)
    assert (run.state, run.fault) == (RunState.FAILED, "lock-not-there")
    assert run.fault_pair == [mentee.pk, mentor.pk]


def test_conflicts_keep_people_apart_on_whichever_side_they_stand(call, coordinator, jobs):
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    conflict = mentor.conflicts.create(words="The mayor of the next town")
    actions.resolve_conflict(conflict.pk, by=coordinator, other_id=mentee.pk)
    run = solved(call, coordinator, jobs)
    assert run.totals["pairs"] == 0
    assert Unplaced.objects.get(application=mentee).confidential["blocked"] == {"conflict": 1}
    conflict.delete()
    mentee.conflicts.create(organisation=mentor.organisation)
    assert solved(call, coordinator, jobs).totals["pairs"] == 0


def test_nobody_is_their_own_mentor(call, coordinator, jobs):
    mentee = make.application(call)
    make.application(call, Side.MENTOR, person=mentee.person)
    assert solved(call, coordinator, jobs).totals["pairs"] == 0


def test_whoever_was_together_in_an_earlier_call_is_not_matched_again(call, coordinator, jobs):
    before = make.call("Before", of=call.programme)
    one, two = make.application(before), make.application(before, Side.MENTOR)
    (match,) = actions.offer(before.pk, [actions.Pair(one.pk, two.pk)])
    Match.objects.update(state=MatchState.EXPIRED)
    make.application(call, person=one.person)
    make.application(call, Side.MENTOR, person=two.person)
    assert solved(call, coordinator, jobs).totals["pairs"] == 1
    Match.objects.filter(pk=match.pk).update(state=MatchState.COMPLETED, began_at=timezone.now())
    assert solved(call, coordinator, jobs).totals["pairs"] == 0


# --- Publishing ---


def test_a_colleague_publishes_and_everybody_is_told(call, coordinator, colleague, jobs):
    mentee, left = make.application(call), make.application(call, languages={"fr": 6})
    mentor = make.application(call, Side.MENTOR)
    old = solved(call, coordinator, jobs)
    run = solved(call, coordinator, jobs)
    actions.review(run.pk, by=coordinator)
    for _ in range(2):
        actions.publish(run.pk, by=colleague)
    match = Match.objects.get()
    assert (match.mentee, match.mentor, match.run) == (mentee, mentor, run)
    assert match.points == run.proposals.get().points
    left.refresh_from_db(), old.refresh_from_db()
    assert (left.state, old.state) == (ApplicationState.UNMATCHED, RunState.SUPERSEDED)
    assert told(left.person) == ["unmatched"]
    assert told(mentee.person) == told(mentor.person) == ["offered"]
    assert acts() == ["run", "run", "review", "publish"]
    refused("run-not-solved", actions.publish, old.pk, by=colleague)


def test_whoever_asked_does_not_publish_unless_the_programme_lets_them(call, coordinator, jobs):
    make.application(call), make.application(call, Side.MENTOR)
    run = solved(call, coordinator, jobs)
    refused("second-person-needed", actions.publish, run.pk, by=coordinator)
    actions.save_programme(call.programme_id, pairs="people", second_person=False, by=None)
    assert actions.publish(run.pk, by=coordinator).state == RunState.PUBLISHED
    assert acts() == ["run", "settings", "publish"]


CHANGES = {
    "a withdrawal": lambda call, one, by: type(one).objects.update(state="withdrawn"),
    "another place": lambda call, one, by: type(one).objects.update(capacity=3),
    "a weight": lambda call, one, by: type(call).objects.update(weights={"topics": 1}),
    "a newcomer": lambda call, one, by: make.application(call),
    "a conflict": lambda call, one, by: one.conflicts.create(organisation=one.organisation),
    "an erasure": lambda call, one, by: erase_person(one.person_id),
    "a ban": lambda call, one, by: actions.forbid_pair(
        call.pk, one.pk, call.applications.get(side="mentor").pk, by=by, reason="Because"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_is_not_published_once_anything_that_went_in_has_changed(
    call, coordinator, colleague, jobs, change
):
    one = make.application(call)
    make.application(call, Side.MENTOR)
    run = solved(call, coordinator, jobs)
    CHANGES[change](call, one, coordinator)
    refused("input-changed", actions.publish, run.pk, by=colleague)
    assert not Match.objects.exists()


def test_after_publishing_only_those_without_a_match_are_matched(
    call, coordinator, colleague, jobs
):
    make.application(call), make.application(call, Side.MENTOR, capacity=2)
    actions.publish(solved(call, coordinator, jobs).pk, by=colleague)
    later = make.application(call)
    run = solved(call, coordinator, jobs)
    assert [one.mentee for one in run.proposals.all()] == [later]
    assert run.totals["places"] == 1


def test_web_processes_load_no_numpy():
    code = (
        "import django; django.setup()\n"
        "import sys, mentoring.actions, mentoring.tasks, mentoring.wagtail_hooks\n"
        "assert not {'numpy', 'scipy'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_erased_coordinator_leaves_acts_without_a_name(call, coordinator):
    one = make.application(call, state=ApplicationState.SUBMITTED)
    actions.decide(one.pk, "eligible", by=coordinator)
    people.administrator()
    erase_person(coordinator.pk)
    assert CallAct.objects.get().by.name == ""


def test_a_lock_ends_with_the_offer_that_was_declined(call, coordinator):
    """Or no matching could be made any more: the two are never offered to each other again."""
    mentee, mentor = make.application(call), make.application(call, Side.MENTOR)
    rule = actions.lock_pair(call.pk, mentee.pk, mentor.pk, by=coordinator, reason="They met.")
    (match,) = actions.offer(call.pk, [actions.Pair(mentee.pk, mentor.pk)])
    actions.decline(match.pk, mentor.person_id)
    rule.refresh_from_db()
    assert rule.lifted_at is not None
    run = actions.solve_run(actions.ask_for_run(call.pk, by=coordinator).pk)
    assert (run.state, run.totals["pairs"]) == ("solved", 0)
