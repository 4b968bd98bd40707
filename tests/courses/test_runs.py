"""Runs with dates: who may join and until when, and what everybody's schedule shows of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import actions, rules
from courses.models import CourseRun, Enrolment
from courses.notices import OTHER_DATES
from courses.states import EnrolmentPolicy
from participants import sweeps
from participants.actions import erase_person, export_person
from participants.models import Notice
from participants.notices import words
from participants.refusals import Refused
from schedule.models import Entry
from tests.courses.conftest import person
from tests.factories import courses as make
from tests.support.races import together

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
FIRST, LAST = date(2027, 2, 1), date(2027, 3, 31)


def run_with_dates(course, first=FIRST, last=LAST, *, name="Spring group", policy="open"):
    item = make.run_of(course).course
    return actions.add_run(item.pk, name=name, starts_on=first, ends_on=last, policy=policy)


def change(run, **fields):
    known = {name: getattr(run, name) for name in ("name", "starts_on", "ends_on", "policy")}
    return actions.change_run(run.pk, **known | fields)


@pytest.fixture
def run(course):
    return run_with_dates(course)


@pytest.fixture
def enrolment(reader, run):
    return actions.enrol(reader.pk, run.pk, now=NOW)


def finish(enrolment, course, *, now=NOW):
    for entry in make.entries_of(course):
        actions.complete_item(enrolment.pk, entry.item_id, now=now)
    enrolment.refresh_from_db()
    return enrolment


def shown(user):
    """What a person's schedule holds: {end of the key: (first day, sequence, called off)}."""
    return {
        entry.key.split("/")[-1]: (entry.days()[0], entry.sequence, entry.cancelled_at is not None)
        for entry in Entry.objects.filter(person=user).order_by("begins_at")
    }


def refusal(act, *args, **more):
    with pytest.raises(Refused) as refused:
        act(*args, **more)
    return refused.value.reason


# --- Who may join ---


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"ends_on": LAST, "today": LAST}, None),
        ({"ends_on": LAST, "today": LAST + timedelta(days=1)}, "over"),
        ({"closed": True}, "closed"),
        ({"invited": True}, "not_open"),
        ({"ends_on": LAST, "today": LAST + timedelta(days=1), "invited": True}, "over"),
    ],
)
def test_why_nobody_can_join(facts, reason):
    known = {"ends_on": None, "closed": False, "invited": False, "today": FIRST}
    assert rules.why_closed(**known | facts) == reason


def test_joining_is_refused_in_words_after_the_last_day_of_brussels(reader, run):
    last_minute = datetime(2027, 3, 31, 21, 59, tzinfo=UTC)
    too_late = last_minute + timedelta(minutes=1)
    assert refusal(actions.enrol, reader.pk, run.pk, now=too_late) == "over"
    assert actions.enrol(reader.pk, run.pk, now=last_minute).is_active


def test_joining_what_is_closed_or_not_open_is_refused(reader, course, run):
    actions.close_run(run.pk)
    assert refusal(actions.enrol, reader.pk, run.pk, now=NOW) == "closed"
    actions.reopen_run(run.pk)
    for policy in (EnrolmentPolicy.APPROVAL, EnrolmentPolicy.INVITATION):
        change(run, policy=policy)
        assert refusal(actions.enrol, reader.pk, run.pk, now=NOW) == "not_open"
    assert not Enrolment.objects.exists()


def test_closing_keeps_whoever_is_in(enrolment, reader, run):
    actions.close_run(run.pk, now=NOW)
    first = CourseRun.objects.get(pk=run.pk).closed_at
    actions.close_run(run.pk)
    assert CourseRun.objects.get(pk=run.pk).closed_at == first == NOW
    assert actions.enrol(reader.pk, run.pk, now=NOW) == enrolment


def test_the_run_without_dates_is_nobodys_to_change(course):
    plain = make.run_of(course)
    for act in (actions.close_run, actions.reopen_run):
        with pytest.raises(CourseRun.DoesNotExist):
            act(plain.pk)
    with pytest.raises(CourseRun.DoesNotExist):
        change(plain, starts_on=FIRST, ends_on=LAST)


def test_a_run_that_ends_before_it_starts_is_not_made(course, run):
    assert refusal(run_with_dates, course, LAST, FIRST) == "ends_before_start"
    assert refusal(change, run, ends_on=date(2026, 1, 1)) == "ends_before_start"


# --- From one run to another ---


def test_whoever_joins_a_group_brings_along_what_they_have_done(reader, course, run):
    alone = actions.enrol(reader.pk, make.run_of(course).pk, now=NOW)
    actions.complete_item(alone.pk, make.entries_of(course)[0].item_id, now=NOW)
    joined = actions.enrol(reader.pk, run.pk, now=NOW)
    assert (joined.pk, joined.run_id, joined.summary.percent) == (alone.pk, run.pk, 25)
    assert [e.verb for e in joined.events.order_by("pk")][-1] == "moved"
    assert actions.rebuild_progress(joined.pk, write=False) == []
    assert set(shown(reader)) == {"start", "end"}


def test_going_on_alone_calls_off_the_dates_of_the_group(reader, course, enrolment):
    actions.enrol(reader.pk, make.run_of(course).pk, now=NOW)
    assert [off for _day, _sequence, off in shown(reader).values()] == [True, True]
    assert Enrolment.objects.count() == 1


def test_whoever_left_comes_back_into_another_group(reader, course, enrolment):
    actions.complete_item(enrolment.pk, make.entries_of(course)[0].item_id, now=NOW)
    actions.withdraw(enrolment.pk, now=NOW)
    other = run_with_dates(course, date(2027, 9, 1), date(2027, 10, 1), name="Autumn")
    back = actions.enrol(reader.pk, other.pk, now=NOW)
    assert (back.pk, back.state, back.summary.percent) == (enrolment.pk, "active", 25)
    standing = Entry.objects.of(reader).standing()
    assert {entry.key for entry in standing} == {f"run/{other.pk}/start", f"run/{other.pk}/end"}


def test_a_completed_course_is_taken_again_in_any_group_and_keeps_its_first_record(
    reader, course, enrolment
):
    finish(enrolment, course)
    other = run_with_dates(course, date(2027, 9, 1), date(2027, 10, 1), name="Autumn")
    assert actions.enrol(reader.pk, other.pk, now=NOW) == enrolment
    again = actions.retake(reader.pk, other.pk, now=NOW)
    assert (again.attempt, again.run_id) == (2, other.pk)
    assert Enrolment.objects.get(pk=enrolment.pk).is_completed


# --- What schedules show ---


def test_joining_puts_the_first_and_the_last_day_into_ones_schedule(reader, course, enrolment):
    assert shown(reader) == {"start": (FIRST, 0, False), "end": (LAST, 0, False)}
    last = Entry.objects.get(key__endswith="end")
    assert last.title["en"] == "Last day of the course “Foundations”"
    assert set(last.title) == {"en", "fr", "de", "el"}
    assert (last.is_deadline, last.all_day, last.time_zone) == (True, True, "Europe/Brussels")
    assert last.description["fr"] == "Spring group"
    assert last.path() == "/en/courses/foundations/"


def test_going_at_ones_own_pace_puts_no_date_anywhere(reader, course):
    actions.enrol(reader.pk, make.run_of(course).pk, now=NOW)
    assert shown(reader) == {}


def test_other_dates_reach_everybody_under_way_and_nobody_else(reader, course, run, jobs):
    done, gone = person("done@example.org"), person("gone@example.org")
    for user in (reader, done, gone):
        actions.enrol(user.pk, run.pk, now=NOW)
    finish(Enrolment.objects.get(user=done), course)
    actions.withdraw(Enrolment.objects.get(user=gone).pk, now=NOW)
    change(run, ends_on=date(2027, 4, 30))
    assert shown(reader)["end"] == (LAST, 0, False)
    assert jobs.run().count("courses.show_run_dates") == 1
    assert shown(reader) == {"start": (FIRST, 0, False), "end": (date(2027, 4, 30), 1, False)}
    assert shown(done) == {"start": (FIRST, 0, False), "end": (LAST, 1, True)}
    assert shown(gone) == {"start": (FIRST, 1, True), "end": (LAST, 1, True)}


def test_who_had_other_days_is_told_once_in_their_language(reader, course, run, jobs):
    reader.language = "fr"
    reader.save()
    actions.enrol(reader.pk, run.pk, now=NOW)
    change(run, name="Another name")
    jobs.run()
    assert not Notice.objects.exists()
    change(CourseRun.objects.get(pk=run.pk), ends_on=date(2027, 4, 30))
    late = person("late@example.org")
    actions.enrol(late.pk, run.pk, now=NOW)
    jobs.run()
    actions.show_run_dates(run.pk)
    assert {notice.user_id for notice in Notice.objects.all()} == {reader.pk}
    told = words(OTHER_DATES, Notice.objects.on_site().get().facts, "fr")
    assert "30 avril 2027" in told.text
    assert "Foundations" in told.subject
    assert told.url == "/fr/my-academy/dates/"


def test_what_no_calendar_shows_promises_no_work(enrolment, run, jobs):
    jobs.run()
    change(run)
    change(run, policy=EnrolmentPolicy.INVITATION)
    assert jobs.run() == []


def test_a_lost_message_costs_a_sweep(reader, enrolment, run, jobs):
    change(run, starts_on=date(2027, 2, 8), name="Another name")
    assert jobs.lose() >= 1
    assert sweeps.run()["dates of course runs"] == 1
    assert shown(reader)["start"] == (date(2027, 2, 8), 1, False)
    assert sweeps.run()["dates of course runs"] == 0


def test_leaving_and_coming_back(reader, enrolment, run):
    actions.withdraw(enrolment.pk, now=NOW)
    actions.withdraw(enrolment.pk, now=NOW)
    assert shown(reader) == {"start": (FIRST, 1, True), "end": (LAST, 1, True)}
    actions.enrol(reader.pk, run.pk, now=NOW)
    assert shown(reader) == {"start": (FIRST, 2, False), "end": (LAST, 2, False)}


def test_completing_takes_the_last_day_away_and_leaves_the_first(reader, course, enrolment):
    later_on = datetime(2027, 2, 20, 12, tzinfo=UTC)
    finish(enrolment, course, now=later_on)
    assert shown(reader) == {"start": (FIRST, 0, False), "end": (LAST, 1, True)}


def test_whom_the_archiving_of_a_last_lesson_completes_has_no_last_day_either(
    reader, course, enrolment, jobs
):
    lessons = make.lessons_of(course)
    for entry in make.entries_of(course)[:-1]:
        actions.complete_item(enrolment.pk, entry.item_id, now=NOW)
    actions.archive(lessons[-1], note="", by=None)
    actions.bring_up_to_date(now=NOW)
    enrolment.refresh_from_db()
    assert enrolment.is_completed
    assert shown(reader)["end"][2] is True


def test_a_cohort_takes_the_same_queries_for_one_and_for_eleven(course, run):
    def queries():
        with CaptureQueriesContext(connection) as found:
            actions.show_run_dates(run.pk)
        return len(found)

    actions.enrol(person().pk, run.pk, now=NOW)
    change(run, ends_on=date(2027, 4, 1))
    one = queries()
    for number in range(10):
        actions.enrol(person(f"{number}@example.org").pk, run.pk, now=NOW)
    change(run, ends_on=date(2027, 4, 2))
    assert queries() == one


def test_batches_reach_everybody(course, run):
    for number in range(5):
        actions.enrol(person(f"{number}@example.org").pk, run.pk, now=NOW)
    change(run, ends_on=date(2027, 4, 2))
    assert actions.show_run_dates(run.pk, batch=2) == 5
    moved = Entry.objects.filter(key__endswith="end")
    assert [entry.days()[0] for entry in moved] == [date(2027, 4, 2)] * 5


# --- A goal of one's own ---


@pytest.fixture
def alone(reader, course):
    return actions.enrol(reader.pk, make.run_of(course).pk, now=NOW)


def goal(user):
    return next((one for key, one in shown(user).items() if key.isdigit()), None)


def test_a_goal_is_set_changed_and_removed(reader, alone):
    for _twice in range(2):
        actions.set_goal(alone.pk, date(2027, 5, 1), now=NOW)
    assert goal(reader) == (date(2027, 5, 1), 0, False)
    actions.set_goal(alone.pk, date(2027, 5, 2), now=NOW)
    assert goal(reader) == (date(2027, 5, 2), 1, False)
    actions.set_goal(alone.pk, None, now=NOW)
    actions.set_goal(alone.pk, None, now=NOW)
    assert goal(reader) == (date(2027, 5, 2), 2, True)
    alone.refresh_from_db()
    assert alone.goal_on is None


def test_a_goal_is_a_deadline_in_the_persons_own_time_zone(reader, alone):
    reader.time_zone = "Europe/Helsinki"
    reader.save()
    actions.set_goal(alone.pk, date(2027, 5, 1), now=NOW)
    entry = Entry.objects.get()
    assert (entry.time_zone, entry.is_deadline) == ("Europe/Helsinki", True)
    assert entry.title["en"] == "Finish “Foundations” (your own goal)"


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2027, 1, 9), "past"), (date(2027, 1, 10), None), (date(2030, 1, 1), "far")],
)
def test_a_goal_is_a_day_to_come_and_not_one_of_another_time(alone, day, reason):
    if reason is None:
        assert actions.set_goal(alone.pk, day, now=NOW).goal_on == day
    else:
        assert refusal(actions.set_goal, alone.pk, day, now=NOW) == reason


def test_today_is_the_day_where_the_person_is(reader, alone):
    reader.time_zone = "Europe/Helsinki"
    reader.save()
    midnight = datetime(2027, 1, 10, 22, 30, tzinfo=UTC)
    assert refusal(actions.set_goal, alone.pk, date(2027, 1, 10), now=midnight) == "past"


def test_leaving_takes_a_goal_out_of_the_schedule_and_coming_back_brings_it(reader, course, alone):
    actions.set_goal(alone.pk, date(2027, 5, 1), now=NOW)
    actions.withdraw(alone.pk, now=NOW)
    assert goal(reader)[2] is True
    assert refusal(actions.set_goal, alone.pk, date(2027, 5, 1), now=NOW) == "not_active"
    actions.enrol(reader.pk, alone.run_id, now=NOW)
    assert goal(reader) == (date(2027, 5, 1), 2, False)
    actions.withdraw(alone.pk, now=NOW)
    actions.enrol(reader.pk, alone.run_id, now=NOW + timedelta(days=200))
    assert goal(reader)[2] is True


def test_completing_takes_a_goal_out_of_the_schedule(reader, course, alone):
    actions.set_goal(alone.pk, date(2027, 5, 1), now=NOW)
    finish(alone, course)
    assert goal(reader)[2] is True


def test_a_goal_goes_into_the_export_and_with_the_person(reader, alone):
    actions.set_goal(alone.pk, date(2027, 5, 1), now=NOW)
    assert export_person(reader)["courses.Enrolment"]["rows"][0]["goal_on"] == date(2027, 5, 1)
    erase_person(reader.pk)
    alone.refresh_from_db()
    assert (alone.goal_on, Entry.objects.count()) == (None, 0)


# --- At once ---

race = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def racing(test):
    for mark in race:
        test = mark(test)
    return test


@racing
def test_joining_two_groups_at_once_ends_in_one_of_them(reader, course, run):
    other = run_with_dates(course, date(2027, 9, 1), date(2027, 10, 1), name="Autumn")
    for _round in range(3):
        runs = (run.pk, other.pk, make.run_of(course).pk)
        found = together(*[lambda pk=pk: actions.enrol(reader.pk, pk, now=NOW) for pk in runs])
        assert not [one for one in found if isinstance(one, Exception)]
        enrolment = Enrolment.objects.get()
        ours = {f"run/{enrolment.run_id}/start", f"run/{enrolment.run_id}/end"}
        standing = {entry.key for entry in Entry.objects.of(reader).standing()}
        assert standing == (set() if enrolment.run.is_self_paced else ours)


@racing
def test_joining_while_the_dates_change_shows_the_newer_ones(course, run, jobs):
    for number in range(5):
        user = person(f"{number}@example.org")
        day = date(2027, 5, 1 + number)
        together(
            lambda pk=user.pk: actions.enrol(pk, run.pk, now=NOW),
            lambda d=day: change(CourseRun.objects.get(pk=run.pk), ends_on=d),
        )
        jobs.run()
        assert shown(user)["end"][0] == day


@racing
def test_leaving_while_the_worker_shows_other_dates_leaves_none_behind(course, run, jobs):
    for number in range(5):
        user = person(f"{number}@example.org")
        enrolment = actions.enrol(user.pk, run.pk, now=NOW)
        change(CourseRun.objects.get(pk=run.pk), ends_on=date(2027, 5, 1 + number))
        jobs.lose()
        found = together(
            lambda: actions.show_run_dates(run.pk, now=NOW),
            lambda pk=enrolment.pk: actions.withdraw(pk, now=NOW),
            lambda: actions.show_run_dates(run.pk, now=NOW),
        )
        assert not [one for one in found if isinstance(one, Exception)]
        assert not Entry.objects.of(user).standing().exists()


@racing
def test_completing_erasing_and_showing_at_once_never_wait_for_ever(course, run):
    for number in range(4):
        user = person(f"{number}@example.org")
        enrolment = actions.enrol(user.pk, run.pk, now=NOW)
        for entry in make.entries_of(course)[:-1]:
            actions.complete_item(enrolment.pk, entry.item_id, now=NOW)
        last = make.entries_of(course)[-1].item_id
        found = together(
            lambda: actions.show_run_dates(run.pk, now=NOW),
            lambda pk=enrolment.pk, item=last: actions.complete_item(pk, item, now=NOW),
            lambda pk=user.pk: erase_person(pk),
        )
        # Whoever was erased first completes nothing any more, and is told so.
        refused = [one for one in found if getattr(one, "reason", "") == "erased"]
        assert [one for one in found if isinstance(one, Exception)] == refused
        assert not Entry.objects.of(user).exists()


@racing
def test_a_goal_from_six_tabs_is_one_date(alone):
    days = [date(2027, 5, 1 + n) for n in range(6)]
    together(*[lambda d=d: actions.set_goal(alone.pk, d, now=NOW) for d in days])
    alone.refresh_from_db()
    entry = Entry.objects.get()
    assert (entry.days()[0], entry.sequence) == (alone.goal_on, 5)
