"""Mentorships: sessions, goals, notes, files, checkpoints, pauses and ends; what each of the two is
told, and what stands in their dates."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from credentials.models import Credential
from credentials.states import Kind
from mentoring import actions, rules
from mentoring.actions import Pair, erasing
from mentoring.models import (
    Agreement,
    Call,
    Checkpoint,
    CheckpointAnswer,
    Match,
    MatchChange,
    Note,
    Session,
    SharedFile,
)
from mentoring.states import MatchState, SessionState, Side
from participants import retention, sweeps
from participants.actions import erase_person
from participants.models import Notice
from participants.refusals import Refused
from participants.states import Channel
from schedule.models import Entry
from tests.factories import home as uploads
from tests.factories import mentoring as make
from tests.factories import participants as people
from tests.support.races import together

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
FIRST = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)
SECOND = datetime(2027, 2, 11, 14, 30, tzinfo=UTC)
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def match():
    return make.mentorship(now=NOW)


@pytest.fixture
def mentee(match):
    return match.mentee.person_id


@pytest.fixture
def mentor(match):
    return match.mentor.person_id


@pytest.fixture
def session(match, mentee, mentor):
    """One that both have agreed on."""
    made = actions.propose_times(match.pk, mentee, [FIRST, SECOND], 45, now=NOW)
    return actions.pick(match.pk, mentor, made.pk, FIRST, now=NOW)


def told(person_id: int) -> list[str]:
    rows = Notice.objects.filter(user=person_id, channel=Channel.PRODUCT).order_by("pk")
    kinds = [kind.removeprefix("mentoring.") for kind in rows.values_list("kind", flat=True)]
    return [kind for kind in kinds if kind not in ("offered", "both_accepted")]


def dates_of(person_id: int, kind: str) -> list[tuple]:
    rows = Entry.objects.filter(person=person_id, source="mentoring", kind=kind)
    return [(row.begins_at, row.sequence, row.cancelled_at is None) for row in rows.order_by("pk")]


def state_of(row) -> str:
    return type(row).objects.values_list("state", flat=True).get(pk=row.pk)


def upload(name="plan.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def refused(reason: str, act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    assert refusal.value.reason == reason
    return str(refusal.value)


# --- Sessions ---------------------------------------------------------------------------------


def test_times_are_proposed_and_one_is_picked_and_stands_in_both_calendars(match, mentee, mentor):
    made = actions.propose_times(match.pk, mentee, [SECOND, FIRST, FIRST], 45, now=NOW)
    assert (made.state, made.times) == ("proposed", [FIRST.isoformat(), SECOND.isoformat()])
    assert (told(mentee), told(mentor)) == ([], ["times_proposed"])
    assert dates_of(mentee, "event") == []

    actions.pick(match.pk, mentor, made.pk, SECOND, now=NOW)
    actions.pick(match.pk, mentor, made.pk, SECOND, now=NOW)

    assert state_of(made) == SessionState.PLANNED
    assert dates_of(mentee, "event") == dates_of(mentor, "event") == [(SECOND, 0, True)]
    assert (told(mentee), told(mentor)) == (["session_planned"], ["times_proposed"])


def test_nobody_picks_from_their_own_times_or_a_time_that_was_not_proposed(match, mentee, mentor):
    made = actions.propose_times(match.pk, mentee, [FIRST], 45, now=NOW)
    refused("own-times", actions.pick, match.pk, mentee, made.pk, FIRST, now=NOW)
    refused("not-on-offer", actions.pick, match.pk, mentor, made.pk, SECOND, now=NOW)
    late = FIRST + timedelta(hours=1)
    refused("past", actions.pick, match.pk, mentor, made.pk, FIRST, now=late)
    assert state_of(made) == SessionState.PROPOSED


def test_the_other_proposes_other_times_and_then_it_is_the_first_ones_turn(match, mentee, mentor):
    made = actions.propose_times(match.pk, mentee, [FIRST], 45, now=NOW)
    refused("proposal-waits", actions.propose_times, match.pk, mentor, [SECOND], 45, now=NOW)

    for _ in range(2):
        actions.propose_times(match.pk, mentor, [SECOND], 60, session_id=made.pk, now=NOW)
    refused("not-on-offer", actions.pick, match.pk, mentor, made.pk, FIRST, now=NOW)
    actions.pick(match.pk, mentee, made.pk, SECOND, now=NOW)

    made.refresh_from_db()
    assert (made.begins_at, made.minutes, made.times) == (SECOND, 60, [])
    assert told(mentee) == ["times_proposed"]
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("times", "minutes", "reason"),
    [
        ([], 45, "number-of-times"),
        ([FIRST + timedelta(days=n) for n in range(4)], 45, "number-of-times"),
        ([NOW], 45, "past"),
        ([NOW + timedelta(days=800)], 45, "far"),
        ([FIRST], 0, "minutes"),
        ([FIRST], 481, "minutes"),
    ],
)
def test_what_cannot_be_proposed_is_refused_in_words(match, mentee, times, minutes, reason):
    assert refused(reason, actions.propose_times, match.pk, mentee, times, minutes, now=NOW)
    assert not Session.objects.exists()


def test_a_session_that_moves_keeps_its_uid_and_its_sequence_rises(match, session, mentee, mentor):
    before = Entry.objects.get(person=mentee, key=f"session/{session.pk}")
    actions.propose_times(match.pk, mentor, [SECOND], 45, session_id=session.pk, now=NOW)
    assert dates_of(mentee, "event") == [(FIRST, 0, True)], "it stands until the other has picked"

    actions.pick(match.pk, mentee, session.pk, SECOND, now=NOW)

    assert dates_of(mentee, "event") == dates_of(mentor, "event") == [(SECOND, 1, True)]
    assert Entry.objects.get(person=mentee, key=f"session/{session.pk}").uid == before.uid


def test_other_times_can_be_let_go_of_and_the_session_stays(match, session, mentee, mentor):
    actions.propose_times(match.pk, mentor, [SECOND], 45, session_id=session.pk, now=NOW)
    for _ in range(2):
        actions.keep_time(match.pk, mentee, session.pk, now=NOW)
    session.refresh_from_db()
    assert (session.begins_at, session.times) == (FIRST, [])
    assert told(mentor)[-1:] == ["session_kept"]
    assert dates_of(mentee, "event") == [(FIRST, 0, True)]


def test_a_session_is_called_off_for_both_and_the_calendar_hears_of_it(
    match, session, mentee, mentor
):
    for _ in range(2):
        actions.cancel_session(match.pk, mentee, session.pk, now=NOW)
    assert state_of(session) == SessionState.CANCELLED
    assert dates_of(mentee, "event") == dates_of(mentor, "event") == [(FIRST, 1, False)]
    assert told(mentor) == ["times_proposed", "session_cancelled"]
    refused("settled", actions.record_session, match.pk, mentee, session.pk, "held", now=SECOND)


def test_afterwards_it_is_recorded_and_may_be_put_right(match, session, mentee, mentor):
    at = {"now": FIRST + timedelta(hours=1)}
    refused("not-yet", actions.record_session, match.pk, mentee, session.pk, "held", now=NOW)
    actions.record_session(match.pk, mentee, session.pk, "missed", **at)
    actions.record_session(
        match.pk, mentor, session.pk, "held", minutes=50, next_step=" Visit Ghent. 😀\0 ", **at
    )
    session.refresh_from_db()
    assert (session.state, session.minutes) == ("held", 50)
    assert session.next_step == "Visit Ghent. 😀"
    refused("settled", actions.cancel_session, match.pk, mentee, session.pk, **at)
    assert dates_of(mentee, "event") == [(FIRST, 0, True)]


def test_a_session_that_was_not_planned_here_is_logged_once(match, mentee):
    past = NOW - timedelta(days=1)
    for _ in range(2):
        actions.log_session(match.pk, mentee, past, 40, now=NOW)
    refused("to-come", actions.log_session, match.pk, mentee, FIRST, 40, now=NOW)
    years_ago = NOW - timedelta(days=2000)
    refused("before-it-began", actions.log_session, match.pk, mentee, years_ago, 40, now=NOW)
    (found,) = Session.objects.all()
    assert (found.state, found.minutes, found.begins_at) == ("held", 40, past)


# --- Goals, notes, files ----------------------------------------------------------------------


def test_both_agree_on_goals_and_new_words_take_the_others_confirmation_back(match, mentee, mentor):
    actions.set_goals(match.pk, mentee, "A course", "Every month", version=0, now=NOW)
    actions.agree(match.pk, mentor, version=1, now=NOW)
    found = Agreement.objects.get()
    assert None not in (found.mentee_agreed_at, found.mentor_agreed_at)

    actions.set_goals(match.pk, mentor, "Two courses", "Every month", version=1, now=NOW)

    found.refresh_from_db()
    assert (found.mentee_agreed_at, bool(found.mentor_agreed_at)) == (None, True)
    refused("newer-words", actions.agree, match.pk, mentee, version=1, now=NOW)
    refused("newer-words", actions.set_goals, match.pk, mentee, "Three", "", version=1, now=NOW)
    assert told(mentee) == ["goals_agreed", "goals_changed"]


def test_the_same_goals_again_take_nothing_back(match, mentee, mentor):
    actions.set_goals(match.pk, mentee, "A course", "", version=0, now=NOW)
    actions.agree(match.pk, mentor, version=1, now=NOW)
    actions.set_goals(match.pk, mentee, " A course ", "", version=0, now=NOW)
    found = Agreement.objects.get()
    assert found.version == 1
    assert found.mentor_agreed_at


@pytest.mark.parametrize(
    ("goals", "reason"), [("  ", "no-goals"), ("\0", "no-goals"), ("x" * 2001, "long-words")]
)
def test_goals_need_words_and_not_too_many(match, mentee, goals, reason):
    refused(reason, actions.set_goals, match.pk, mentee, goals, "", version=0, now=NOW)
    refused("no-goals", actions.agree, match.pk, mentee, version=0, now=NOW)


def test_a_note_is_for_both_and_a_double_click_writes_one(match, mentee, mentor):
    for _ in range(2):
        note = actions.write_note(match.pk, mentee, "Read this. 🏛", now=NOW)
    assert Note.objects.get().words == "Read this. 🏛"
    assert told(mentor) == ["note_written"]
    facts = str(list(Notice.objects.values_list("facts", flat=True)))
    assert "Read" not in facts

    actions.delete_note(match.pk, mentor, note.pk, now=NOW)
    assert Note.objects.exists(), "nobody deletes the other's"
    actions.delete_note(match.pk, mentee, note.pk, now=NOW)
    assert not Note.objects.exists()


def test_a_file_is_kept_privately_and_goes_with_its_row(
    match, mentee, mentor, django_capture_on_commit_callbacks
):
    for _ in range(2):
        shared = actions.add_file(match.pk, mentee, upload("my/plan\r\n.pdf"), now=NOW)
    assert SharedFile.objects.count() == 1
    assert "plan" not in shared.file.name
    assert shared.name.endswith(".pdf")
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_file(match.pk, mentor, shared.pk, now=NOW)
    assert shared.file.storage.exists(shared.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_file(match.pk, mentee, shared.pk, now=NOW)
    assert not shared.file.storage.exists(shared.file.name)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("plan.exe", b"MZ", "not_allowed"),
        ("plan", PDF, "not_allowed"),
        ("page.html", b"<html>", "not_allowed"),
        ("plan.pdf", b"<script>", "markup"),
        ("plan.pdf", b"MZ", "other_type"),
        ("plan.docx", PDF, "other_type"),
        ("town.png", b"nothing", "other_type"),
        ("plan.pdf", b"", "empty"),
        ("plan.pdf", PDF + b" " * (5 * 1024 * 1024), "too-large"),
    ],
)
def test_a_file_is_what_its_name_says_or_refused(match, mentee, name, content, reason):
    assert refused(reason, actions.add_file, match.pk, mentee, upload(name, content), now=NOW)
    assert not SharedFile.objects.exists()


def test_documents_and_pictures_are_taken(match, mentee):
    for name, content in (("plan.pdf", uploads.PDF), ("town.png", uploads.picture())):
        actions.add_file(match.pk, mentee, uploads.upload(content, name), now=NOW)
    assert SharedFile.objects.count() == 2


# --- Checkpoints ------------------------------------------------------------------------------


def test_checkpoints_follow_from_the_period_and_the_day_it_began(match, mentee):
    assert dict(match.checkpoints.values_list("kind", "due_on")) == {
        "start": date(2027, 2, 15),
        "middle": date(2027, 6, 1),
        "end": date(2027, 9, 30),
    }
    assert len(dates_of(mentee, "deadline")) == 3


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        (date(2026, 12, 1), (date(2027, 1, 15), date(2027, 5, 17), date(2027, 9, 30))),
        (date(2027, 9, 20), (date(2027, 10, 4), date(2027, 10, 11), date(2027, 11, 1))),
    ],
    ids=["before the period", "late in the period"],
)
def test_days_of_checkpoints(began, expected):
    found = rules.checkpoint_days((date(2027, 1, 1), date(2027, 9, 30)), began)
    assert (found["start"], found["middle"], found["end"]) == expected


def test_answers_are_sealed_until_both_are_in_and_then_stay(match, mentee, mentor):
    hand_in = actions.hand_in_checkpoint
    hand_in(match.pk, mentee, "start", standing="well", words="Fine", now=NOW)
    hand_in(match.pk, mentee, "start", standing="badly", words="Not fine", now=NOW)
    checkpoint = Checkpoint.objects.get(kind="start")
    assert (checkpoint.state, told(mentor)) == ("due", ["checkpoint_waits"])

    hand_in(match.pk, mentor, "start", standing="mixed", now=NOW)

    assert state_of(checkpoint) == "submitted"
    answers = CheckpointAnswer.objects.values_list("author__side", "standing", "words")
    assert set(answers) == {("mentee", "badly", "Not fine"), ("mentor", "mixed", "")}
    refused("settled", hand_in, match.pk, mentee, "start", standing="well", now=NOW)
    hand_in(match.pk, mentee, "start", standing="badly", words="Not fine", now=NOW)
    assert told(mentor) == ["checkpoint_waits", "checkpoint_open"]
    assert state_of(match) == MatchState.ACTIVE


def test_who_has_answered_has_no_deadline_any_more(match, mentee, mentor):
    actions.hand_in_checkpoint(match.pk, mentee, "start", standing="well", now=NOW)
    assert [there for *_, there in dates_of(mentee, "deadline")] == [False, True, True]
    assert [there for *_, there in dates_of(mentor, "deadline")] == [True, True, True]


def test_a_checkpoint_opens_thirty_days_before_it_is_due(match, mentee):
    due = Checkpoint.objects.get(kind="end").due_on
    noon = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
    hand_in = actions.hand_in_checkpoint
    early = {"standing": "well", "now": noon - timedelta(days=31)}
    refused("early", hand_in, match.pk, mentee, "end", **early)
    hand_in(match.pk, mentee, "end", standing="well", now=noon - timedelta(days=30))


@pytest.mark.parametrize(
    ("standing", "words", "reason"),
    [("", "", "no-standing"), ("great", "", "no-standing"), ("well", "x" * 3001, "long-words")],
)
def test_an_answer_says_how_it_goes(match, mentee, standing, words, reason):
    hand_in = actions.hand_in_checkpoint
    refused(reason, hand_in, match.pk, mentee, "start", standing=standing, words=words, now=NOW)
    assert not CheckpointAnswer.objects.exists()


def test_a_checkpoint_that_is_waived_is_asked_for_no_more(match, mentee):
    checkpoint = Checkpoint.objects.get(kind="start")
    for _ in range(2):
        actions.waive_checkpoint(checkpoint.pk, now=NOW)
    hand_in = actions.hand_in_checkpoint
    refused("waived", hand_in, match.pk, mentee, "start", standing="well", now=NOW)
    assert [there for *_, there in dates_of(mentee, "deadline")] == [False, True, True]


def test_reminders_come_seven_days_before_three_after_then_the_coordinator_each_once(
    match, mentee, mentor
):
    coordinator = make.coordinator(match.call.programme)
    actions.hand_in_checkpoint(match.pk, mentor, "start", standing="well", now=NOW)
    due = datetime(2027, 2, 15, 12, tzinfo=UTC)
    steps = []
    for days in (-8, -7, -6, 0, 2, 3, 4, 9, 10, 11):
        actions.remind_of_checkpoints(now=due + timedelta(days=days))
        assert actions.remind_of_checkpoints(now=due + timedelta(days=days)) == 0
        steps.append((len(told(mentee)), len(told(coordinator.pk))))
    assert steps == [(1, 0), (2, 0), (2, 0), (2, 0), (2, 0), (3, 0), (3, 0), (3, 0), (3, 1), (3, 1)]
    assert told(mentor) == [], "whoever has answered is not reminded"
    assert told(coordinator.pk) == ["checkpoint_overdue"]


def test_after_weeks_without_a_worker_one_reminder_is_sent_and_not_three(match, mentee):
    coordinator = make.coordinator(match.call.programme)
    actions.remind_of_checkpoints(now=datetime(2027, 3, 30, tzinfo=UTC))
    assert (told(mentee), told(coordinator.pk)) == ([], ["checkpoint_overdue"])


def test_checkpoints_follow_a_period_that_a_coordinator_changes(match, mentee, mentor):
    actions.hand_in_checkpoint(match.pk, mentor, "start", standing="well", now=NOW)
    before = set(Entry.objects.filter(person=mentee).values_list("key", "uid"))
    Call.objects.update(period_until=date(2027, 12, 31))
    assert [actions.follow_periods(now=NOW) for _ in range(2)] == [1, 0]
    days = dict(match.checkpoints.values_list("kind", "due_on"))
    assert (days["middle"], days["end"]) == (date(2027, 7, 17), date(2027, 12, 31))
    assert [sequence for _, sequence, _ in dates_of(mentee, "deadline")] == [0, 1, 1]
    assert [there for *_, there in dates_of(mentor, "deadline")] == [False, True, True]
    assert set(Entry.objects.filter(person=mentee).values_list("key", "uid")) == before


def test_a_paused_pair_is_not_reminded(match, mentee):
    actions.pause(match.pk, mentee, now=NOW)
    assert actions.remind_of_checkpoints(now=datetime(2027, 2, 18, tzinfo=UTC)) == 0


# --- Pause, end, completion -------------------------------------------------------------------


def test_a_pause_calls_off_what_is_planned_and_either_resumes(match, session, mentee, mentor):
    for _ in range(2):
        actions.pause(match.pk, mentee, now=NOW)
    assert state_of(match) == MatchState.PAUSED
    assert state_of(session) == SessionState.CANCELLED
    assert dates_of(mentor, "event") == [(FIRST, 1, False)]
    refused("is-paused", actions.propose_times, match.pk, mentee, [FIRST], 45, now=NOW)
    actions.write_note(match.pk, mentee, "Until spring", now=NOW)

    for _ in range(2):
        actions.resume(match.pk, mentor, now=NOW)

    assert state_of(match) == MatchState.ACTIVE
    match.refresh_from_db()
    assert match.began_at == NOW
    assert told(mentor) == ["times_proposed", "paused", "note_written"]
    assert told(mentee)[-1] == "resumed"


def test_what_has_begun_can_still_be_recorded_after_a_pause(match, session, mentee):
    after = FIRST + timedelta(hours=1)
    actions.pause(match.pk, mentee, now=after)
    actions.record_session(match.pk, mentee, session.pk, "held", minutes=45, now=after)
    assert state_of(session) == SessionState.HELD


def test_an_early_end_tells_the_other_and_the_coordinator_without_the_reason(
    match, session, mentee, mentor
):
    coordinator = make.coordinator(match.call.programme)
    for _ in range(2):
        actions.end_early(match.pk, mentee, reason="We do not get on", now=NOW)

    last = MatchChange.objects.filter(match=match).last()
    assert (state_of(match), last.reason) == ("ended_early", "We do not get on")
    assert told(mentor) == ["times_proposed", "ended_early"]
    assert told(coordinator.pk) == ["ended_early_desk"]
    assert "get on" not in str(list(Notice.objects.values_list("facts", flat=True)))
    for person in (mentee, mentor):
        assert [there for *_, there in dates_of(person, "event")] == [False]
        assert [there for *_, there in dates_of(person, "deadline")] == [False] * 3
    refused("is-ended_early", actions.write_note, match.pk, mentee, "Late", now=NOW)
    assert not Credential.objects.exists()


def finish(match, mentee, mentor, now):
    for person in (mentee, mentor):
        actions.hand_in_checkpoint(match.pk, person, "end", standing="well", now=now)


def test_the_last_checkpoint_of_both_completes_it_and_each_gets_a_statement(
    match, session, mentee, mentor, jobs
):
    end = datetime(2027, 9, 28, 9, tzinfo=UTC)
    actions.record_session(match.pk, mentee, session.pk, "held", minutes=50, now=end)
    finish(match, mentee, mentor, end)
    jobs.run()

    assert state_of(match) == MatchState.COMPLETED
    found = Credential.objects.order_by("pk")
    assert [one.holder_id for one in found] == [mentee, mentor]
    for one in found:
        assert (one.kind, one.achieved_at) == (Kind.STATEMENT, end)
        assert one.title == f"{match.call.programme.name}: {match.call.name}"
        assert one.facts["minutes"] == 50
    assert found[0].facts["participation"] == "As a mentee, 1 session"
    other = match.mentor.person.name
    assert other not in str(found[0].facts)
    finish(match, mentee, mentor, end)
    actions.issue_statements(match.pk)
    assert Credential.objects.count() == 2
    assert sweeps.run()["mentoring statements"] == 0


def test_a_statement_whose_message_was_lost_is_found_by_the_sweep(match):
    make.held_session(match)
    actions.complete(match.pk, by=people.person("c@example.org"), now=NOW)
    assert not Credential.objects.exists()
    assert [sweeps.run()["mentoring statements"] for _ in range(2)] == [2, 0]


def test_the_document_of_a_statement_says_what_it_is(match):
    from credentials import render

    make.held_session(match)
    actions.complete(match.pk, by=people.person("c@example.org"), now=NOW)
    statement = actions.issue_statements(match.pk)[0]
    assert render._data(statement)["heading"] == "Statement of participation"
    assert render._data(statement)["completed"] == "took part in the mentoring"
    assert render.pdf(statement).startswith(b"%PDF")


def test_a_coordinator_completes_what_is_under_way_and_nothing_else(match, mentee):
    by = people.person("c@example.org")
    actions.pause(match.pk, mentee, now=NOW)
    refused("is-paused", actions.complete, match.pk, by=by, now=NOW)
    actions.resume(match.pk, mentee, now=NOW)
    refused("nothing-held", actions.complete, match.pk, by=by, now=NOW)
    make.held_session(match)
    for _ in range(2):
        actions.complete(match.pk, by=by, now=NOW)
    assert state_of(match) == MatchState.COMPLETED
    assert told(mentee)[-1] == "completed"


def test_a_rematch_knows_where_it_comes_from_and_never_joins_the_same_two(match, mentee):
    by = people.person("c@example.org")
    new = make.application(match.call, Side.MENTOR)
    refused("not-over", actions.rematch, match.pk, Pair(match.mentee_id, new.pk), by=by)
    actions.end_early(match.pk, mentee, now=NOW)
    same, stranger = Pair(match.mentee_id, match.mentor_id), make.application(match.call)
    refused("same-pair", actions.rematch, match.pk, same, by=by)
    refused("neither", actions.rematch, match.pk, Pair(stranger.pk, new.pk), by=by)

    made = actions.rematch(match.pk, Pair(match.mentee_id, new.pk), by=by)

    assert (made.previous, made.state) == (match, MatchState.OFFERED)
    assert Match.objects.count() == 2


# --- Quiet pairs ------------------------------------------------------------------------------


def test_a_quiet_pair_is_asked_once_and_then_the_coordinator_hears_of_it_once(
    match, mentee, mentor
):
    coordinator = make.coordinator(match.call.programme)
    steps = []
    for days in (29, 30, 31, 43, 44, 45, 200):
        actions.look_after_quiet(now=NOW + timedelta(days=days))
        assert actions.look_after_quiet(now=NOW + timedelta(days=days)) == 0
        steps.append((len(told(mentee)), len(told(mentor)), len(told(coordinator.pk))))
    assert steps == [(0, 0, 0), (1, 1, 0), (1, 1, 0), (1, 1, 0), (1, 1, 1), (1, 1, 1), (1, 1, 1)]


def test_a_planned_session_is_a_sign_of_life_and_starts_the_count_anew(match, session, mentee):
    assert actions.look_after_quiet(now=FIRST + timedelta(days=29)) == 0
    assert actions.look_after_quiet(now=FIRST + timedelta(days=30)) == 1
    later = FIRST + timedelta(days=31)
    actions.log_session(match.pk, mentee, later, 45, now=later)
    assert actions.look_after_quiet(now=later + timedelta(days=29)) == 0
    assert actions.look_after_quiet(now=later + timedelta(days=30)) == 1
    assert told(mentee).count("quiet") == 2


@pytest.mark.parametrize("state", ["paused", "missed", "cancelled"])
def test_what_counts_as_quiet(match, session, mentee, state):
    if state == "paused":
        actions.pause(match.pk, mentee, now=NOW)
    elif state == "missed":
        actions.record_session(match.pk, mentee, session.pk, "missed", now=SECOND)
    else:
        actions.cancel_session(match.pk, mentee, session.pk, now=NOW)
    found = actions.look_after_quiet(now=NOW + timedelta(days=30))
    assert found == (0 if state == "paused" else 1)


def test_how_long_a_pair_may_be_quiet_is_a_setting(match, settings):
    settings.MENTORING_QUIET_DAYS = 10
    assert actions.look_after_quiet(now=NOW + timedelta(days=10)) == 1


# --- Who may, and erasing ---------------------------------------------------------------------

ACTS = {
    "propose_times": ([FIRST], 45),
    "pick": (1, FIRST),
    "keep_time": (1,),
    "cancel_session": (1,),
    "record_session": (1, "held"),
    "log_session": (NOW - timedelta(days=1), 45),
    "write_note": ("Hello",),
    "delete_note": (1,),
    "remove_file": (1,),
    "pause": (),
    "resume": (),
    "end_early": (),
}


@pytest.mark.parametrize("name", ACTS)
def test_a_stranger_changes_nothing_in_a_mentorship(match, name):
    eve = people.person("eve@example.org")
    with pytest.raises(Match.DoesNotExist):
        getattr(actions, name)(match.pk, eve.pk, *ACTS[name], now=NOW)
    assert state_of(match) == MatchState.ACTIVE


def test_an_offer_is_no_mentorship_yet():
    offer = make.offer()
    with pytest.raises(Match.DoesNotExist):
        actions.write_note(offer.pk, offer.mentee.person_id, "Hello", now=NOW)


def test_erasing_takes_ones_own_words_and_files_and_the_other_keeps_theirs(
    match, session, mentee, mentor, django_capture_on_commit_callbacks
):
    for person, words in ((mentee, "Mine"), (mentor, "Theirs")):
        actions.write_note(match.pk, person, words, now=NOW)
        actions.hand_in_checkpoint(match.pk, person, "start", standing="well", now=NOW)
    shared = actions.add_file(match.pk, mentee, upload(), now=NOW)
    actions.set_goals(match.pk, mentee, "A course", "", version=0, now=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        erase_person(mentee, now=NOW)

    assert [note.words for note in Note.objects.all()] == ["Theirs"]
    assert not shared.file.storage.exists(shared.file.name)
    assert not Agreement.objects.exists()
    assert [answer.author_id for answer in CheckpointAnswer.objects.all()] == [match.mentor_id]
    assert state_of(match) == MatchState.ENDED_EARLY
    assert [there for *_, there in dates_of(mentor, "event")] == [False]
    assert not Entry.objects.filter(person=mentee).exists()


def test_a_year_after_its_end_what_two_people_shared_goes_and_counts_stay(
    match, session, mentee, django_capture_on_commit_callbacks
):
    actions.write_note(match.pk, mentee, "Mine", now=NOW)
    shared = actions.add_file(match.pk, mentee, upload(), now=NOW)
    actions.hand_in_checkpoint(match.pk, mentee, "start", standing="well", now=NOW)
    actions.record_session(match.pk, mentee, session.pk, "held", next_step="Ghent", now=SECOND)
    actions.end_early(match.pk, mentee, now=SECOND)
    (rule,) = [one for one in retention.rules() if one.name == "mentorships-emptied"]
    early, due = SECOND + timedelta(days=364), SECOND + timedelta(days=365)
    assert (rule.due(early).count(), rule.due(due).count()) == (0, 1)

    with django_capture_on_commit_callbacks(execute=True):
        assert [rule.apply(match.pk, due) for _ in range(2)] == [True, False]

    for model in (Note, SharedFile, CheckpointAnswer):
        assert not model.objects.exists(), model
    assert not shared.file.storage.exists(shared.file.name)
    assert (Session.objects.get().state, Session.objects.get().next_step) == ("held", "")
    assert rule.due(due).count() == 0


# --- Races ------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def race(self):
        """Calls that meet: each is done, or refused in words, or finds nothing there any more."""

        def run(*calls):
            found = together(*calls)
            fine = (Refused, Match.DoesNotExist)
            assert [e for e in found if isinstance(e, Exception) and not isinstance(e, fine)] == []
            return found

        return run

    def test_picking_and_calling_off_at_once_leave_the_calendars_in_line(
        self, match, mentee, mentor, race
    ):
        made = actions.propose_times(match.pk, mentee, [FIRST], 45, now=NOW)
        race(
            lambda: actions.pick(match.pk, mentor, made.pk, FIRST, now=NOW),
            lambda: actions.cancel_session(match.pk, mentee, made.pk, now=NOW),
        )
        assert state_of(made) == SessionState.CANCELLED
        for person in (mentee, mentor):
            assert all(not there for *_, there in dates_of(person, "event"))

    def test_a_double_click_picks_once(self, match, mentee, mentor, race):
        made = actions.propose_times(match.pk, mentee, [FIRST], 45, now=NOW)
        race(*(lambda: actions.pick(match.pk, mentor, made.pk, FIRST, now=NOW) for _ in range(4)))
        assert dates_of(mentee, "event") == [(FIRST, 0, True)]
        assert told(mentee) == ["session_planned"]

    def test_both_propose_at_once_and_one_proposal_waits(self, match, mentee, mentor, race):
        race(
            lambda: actions.propose_times(match.pk, mentee, [FIRST], 45, now=NOW),
            lambda: actions.propose_times(match.pk, mentor, [SECOND], 45, now=NOW),
        )
        assert Session.objects.count() == 1

    def test_both_hand_in_the_end_at_once_and_it_is_completed_once_with_two_statements(
        self, match, mentee, mentor, race, jobs
    ):
        end = datetime(2027, 9, 28, 9, tzinfo=UTC)
        hand_in = actions.hand_in_checkpoint
        race(
            *(
                lambda p=person: hand_in(match.pk, p, "end", standing="well", now=end)
                for person in (mentee, mentor)
            )
        )
        race(*(lambda: actions.issue_statements(match.pk) for _ in range(4)))
        jobs.run()
        done = MatchChange.objects.filter(match=match, state=MatchState.COMPLETED)
        assert (state_of(match), done.count()) == (MatchState.COMPLETED, 1)
        assert sorted(Credential.objects.values_list("holder", flat=True)) == [mentee, mentor]

    def test_pausing_and_ending_take_turns(self, match, mentee, mentor, race):
        race(
            lambda: actions.pause(match.pk, mentee, now=NOW),
            lambda: actions.end_early(match.pk, mentor, now=NOW),
        )
        assert state_of(match) == MatchState.ENDED_EARLY
        assert match.sessions.open().count() == 0

    def test_erasing_while_a_note_and_a_file_are_written_leaves_neither(
        self, match, mentee, race, monkeypatch
    ):
        """They come when notes and files are already deleted, and the match has not ended yet."""
        emptied, blank = Event(), erasing.blank_changes

        def slowly(user):
            emptied.set()
            time.sleep(0.5)
            blank(user)

        def late(act, *args):
            emptied.wait(20)
            return act(match.pk, mentee, *args, now=NOW)

        monkeypatch.setattr(erasing, "blank_changes", slowly)
        race(
            lambda: late(actions.write_note, "Late words"),
            lambda: late(actions.add_file, upload()),
            lambda: erase_person(mentee),
        )
        assert Note.objects.count() + SharedFile.objects.count() == 0
        assert list(Path(storages["private"].location).glob("mentoring/*")) == []

    def test_new_goals_and_a_confirmation_at_once_confirm_no_words_unread(
        self, match, mentee, mentor, race
    ):
        actions.set_goals(match.pk, mentee, "One", "", version=0, now=NOW)
        race(
            lambda: actions.agree(match.pk, mentor, version=1, now=NOW),
            lambda: actions.set_goals(match.pk, mentee, "Two", "", version=1, now=NOW),
        )
        found = Agreement.objects.get()
        assert (found.goals, found.mentor_agreed_at) == ("Two", None)

    def test_an_end_while_the_sweeps_run_tells_nobody_twice(self, match, mentee, race):
        coordinator = make.coordinator(match.call.programme)
        late = NOW + timedelta(days=60)
        race(
            *(lambda: actions.look_after_quiet(now=late) for _ in range(2)),
            *(lambda: actions.remind_of_checkpoints(now=late) for _ in range(2)),
            lambda: actions.end_early(match.pk, mentee, now=late),
        )
        found = told(coordinator.pk)
        assert len(found) == len(set(found))
        assert told(mentee).count("quiet") <= 1
