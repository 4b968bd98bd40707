"""What goes by itself: warned in time, never twice, and never somebody who was not warned."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from participants import actions, retention
from participants.actions import retention as going
from participants.models import (
    DataRequest,
    Feedback,
    InactivityWarning,
    Notice,
    RetentionRun,
    User,
)
from participants.rules import (
    ERASE,
    WAIT,
    WARN,
    Absence,
    Periods,
    months_after,
    next_for_absent,
)
from participants.states import MailState, RequestChannel, RequestKind, RequestOutcome, Role
from tests.factories import participants as make

DAY = timedelta(days=1)
PERIODS = Periods(warn=670 * DAY, erase=730 * DAY, notice=30 * DAY)
START = datetime(2024, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("away", "warned", "expected"),
    [
        (669, [], WAIT),
        (670, [], WARN),
        (699, [670], WAIT),
        (700, [670], WARN),
        (729, [670, 700], WAIT),
        (730, [670, 700], ERASE),
        (5000, [], WARN),  # the platform was down for years
        (5029, [5000], WAIT),
        (5030, [5000], WARN),
        (5059, [5000, 5030], WAIT),
        (5060, [5000, 5030], ERASE),
    ],
)
def test_nobody_is_erased_without_two_warnings_in_time(away, warned, expected):
    absence = Absence(START, tuple(START + days * DAY for days in warned))
    assert next_for_absent(absence, PERIODS, START + away * DAY) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2026, 11, 25), 1, (2026, 12, 25)),
        ((2026, 12, 31), 1, (2027, 1, 31)),
        ((2026, 11, 30), 3, (2027, 2, 28)),
    ],
)
def test_a_month_ends_on_its_last_day_at_the_latest(day, months, expected):
    assert months_after(datetime(*day, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)


database = pytest.mark.django_db


@pytest.fixture
def gone(db):
    user = make.person("gone@example.org", "Gone")
    User.objects.filter(pk=user.pk).update(date_joined=START)
    Notice.objects.all().delete()
    return user


def on(day):
    run = actions.run_retention(now=START + day * DAY)
    Notice.objects.filter(state=MailState.WAITING).update(
        state=MailState.SENT, sent_at=START + day * DAY
    )
    return {name: count for name, count in run.counts.items() if count} if run else None


def is_erased(user):
    return User.objects.get(pk=user.pk).erased_at is not None


@database
def test_an_absent_person_is_warned_twice_and_then_erased(gone):
    told = [on(day) for day in (669, 670, 671, 699, 700, 701, 729, 730, 731)]

    warned, erased = {"inactive-warned": 1}, {"inactive-erased": 1}
    assert told == [{}, warned, {}, {}, warned, {}, {}, erased, {}]
    assert is_erased(gone)
    assert not InactivityWarning.objects.exists()


@database
def test_the_warning_names_the_day_on_which_it_will_happen(gone):
    on(670)
    on(700)
    days = [notice.facts["day"]["en"] for notice in Notice.objects.on_site().order_by("pk")]
    assert days == ["31 December 2025"] * 2
    assert on(729) == {}
    assert on(730) == {"inactive-erased": 1}


@database
def test_a_sign_in_begins_anew(gone):
    on(670)
    on(700)
    User.objects.filter(pk=gone.pk).update(last_login=START + 710 * DAY)

    assert on(740) == {}
    assert on(710 + 730) == {"inactive-warned": 1}
    assert not is_erased(gone)


@database
def test_after_years_of_downtime_people_are_warned_first(gone):
    assert [on(day) for day in (3000, 3001, 3030, 3031, 3059, 3060)] == [
        {"inactive-warned": 1},
        {},
        {"inactive-warned": 1},
        {},
        {},
        {"inactive-erased": 1},
    ]


@database
def test_a_warning_that_the_mail_server_did_not_take_is_no_warning(gone):
    for day in (670, 700, 730, 760):
        actions.run_retention(now=START + day * DAY)
    assert not is_erased(gone)
    assert InactivityWarning.objects.count() == 1


@database
def test_people_with_a_role_and_closed_accounts_are_left_to_an_officer(gone):
    author = make.staff(Role.AUTHOR, "author@example.org")
    closed, root = make.person("closed@example.org"), make.administrator()
    participant = make.staff(Role.PARTICIPANT, "plain@example.org")
    User.objects.update(date_joined=START)
    User.objects.filter(pk=closed.pk).update(is_active=False)

    assert on(2000) == {"inactive-warned": 2}
    assert {w.user_id for w in InactivityWarning.objects.all()} == {gone.pk, participant.pk}
    left = User.objects.left_to_officers(START + 1000 * DAY)
    assert {user.pk for user in left} == {author.pk, closed.pk, root.pk}


@database
def test_a_sign_up_that_nobody_confirmed_goes_without_a_mail(db, jobs):
    stranger, invited = make.person("s@example.org"), make.person("i@example.org")
    for user in (stranger, invited):
        user.emailaddress_set.update(verified=False)
    User.objects.filter(pk=invited.pk).update(password="!")
    now = timezone.now()

    actions.run_retention(now=now + 29 * DAY)
    assert not is_erased(stranger)
    run = actions.run_retention(now=now + 31 * DAY)

    assert run.counts["unconfirmed-erased"] == 1
    assert (is_erased(stranger), is_erased(invited)) == (True, False)
    assert jobs.run() == []


@database
def test_answered_messages_and_requests_lose_their_names():
    ada = make.person("ada@example.org")
    now = timezone.now()
    told = Feedback.objects.create(
        message="Dead link", reply_to="x@example.org", user=ada, answered_at=now
    )
    asked = actions.record_request(
        RequestKind.OBJECTION, RequestChannel.LETTER, by=None, received_at=now, who="Ada", user=ada
    )
    actions.answer_request(asked.pk, RequestOutcome.DONE, "Dear Ada", by=None, now=now)

    run = actions.run_retention(now=now + 364 * DAY)
    assert run.counts["feedback-unnamed"] == 0
    run = actions.run_retention(now=now + 366 * DAY)
    assert run.counts["feedback-unnamed"] == 1
    run = actions.run_retention(now=now + 1096 * DAY)
    assert run.counts["requests-unnamed"] == 1

    told.refresh_from_db()
    asked.refresh_from_db()
    assert (told.user, told.reply_to, told.message) == (None, "", "Dead link")
    assert (asked.user, asked.who, asked.answer, asked.outcome) == (None, "", "", "done")
    assert DataRequest.objects.count() == 1


@database
def test_a_run_is_made_once_a_day(gone):
    assert on(670) == {"inactive-warned": 1}
    assert on(670) is None
    assert RetentionRun.objects.get().finished_at


@database
def test_a_run_that_was_killed_is_taken_up_again(gone, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    now = START + 670 * DAY
    other = make.person("other@example.org")
    User.objects.filter(pk=other.pk).update(date_joined=START)
    with monkeypatch.context() as patched:
        patched.setattr(going, "notify", die)
        with pytest.raises(Killed):
            actions.run_retention(now=now)
    assert not InactivityWarning.objects.exists()

    assert actions.run_retention(now=now + timedelta(minutes=5)) is None
    assert actions.run_retention(now=now + timedelta(minutes=11)).counts["inactive-warned"] == 2


@database
def test_one_row_that_fails_keeps_no_other_from_it(gone, monkeypatch):
    other = make.person("other@example.org")
    User.objects.filter(pk=other.pk).update(date_joined=START)
    (rule,) = [rule for rule in retention.rules() if rule.name == "inactive-warned"]

    def apply(pk, now):
        if pk == gone.pk:
            raise ValueError
        return going.warn_absent(pk, now)

    known = {**vars(rule), "apply": apply}
    monkeypatch.setitem(retention._rules, rule.name, retention.Rule(**known))
    run = actions.run_retention(now=START + 670 * DAY)

    assert (run.counts["inactive-warned"], run.failed) == (1, ["inactive-warned"])
    assert InactivityWarning.objects.get().user == other


@database
def test_a_dry_run_counts_and_changes_nothing(gone, capsys):
    User.objects.filter(pk=gone.pk).update(date_joined=timezone.now() - 700 * DAY)
    call_command("retention", "--dry-run")

    out = capsys.readouterr().out
    assert "inactive-warned (after 670 days): 1" in out
    assert not RetentionRun.objects.exists()
    assert not InactivityWarning.objects.exists()

    call_command("retention")
    call_command("retention")
    assert "Today's round is done" in capsys.readouterr().out
    assert InactivityWarning.objects.count() == 1


@database
def test_a_run_holds_no_personal_data(gone):
    on(670)
    run = RetentionRun.objects.get()
    assert set(run.counts) == {rule.name for rule in retention.rules()}
    assert all(isinstance(count, int) for count in run.counts.values())
