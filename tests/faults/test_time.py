"""Days without a worker, and clocks that were wrong: all that is due happens once, and nothing
falls silent."""

import os
import time
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from academy import alive, beat, health
from courses import actions as courses
from courses.models import Enrolment
from credentials.models import Credential
from home.models import StandardPage
from participants import actions, sweeps
from participants.models import (
    DataExport,
    Notice,
    NoticePreference,
    RetentionRun,
    SweepRun,
)
from participants.states import NoticeTopic, Pace
from tests.factories import courses as make
from tests.factories import participants as people

DAYS = timedelta(days=3)
CHANGED = "courses.changed"

pytestmark = pytest.mark.django_db


def facts(title: str = "Foundations") -> dict:
    return {"course": {"en": title}, "key": str(uuid4())}


def completed(person, run, now) -> Enrolment:
    enrolment = courses.enrol(person.pk, run.pk, now=now)
    for entry in enrolment.manifest.items.all():
        courses.complete_item(enrolment.pk, entry.item_id, now=now)
    return enrolment


def subjects() -> Counter:
    return Counter((sent.to[0], sent.subject) for sent in mail.outbox)


# --- Two days without a worker -----------------------------------------------------------------


@pytest.fixture
def two_days_ago():
    return timezone.now() - timedelta(days=2)


def test_after_two_days_without_a_worker_everything_happens_once(jobs, two_days_ago):
    run = make.run_of(make.course(lessons=(1,)))
    ada, bea, cem = (
        people.person(f"{name}@example.org", profile=True) for name in ("ada", "bea", "cem")
    )
    NoticePreference.objects.create(user=bea, topic=NoticeTopic.COURSES, pace=Pace.DAILY)
    hours = timedelta(hours=20)
    done = [completed(ada, run, two_days_ago), completed(bea, run, two_days_ago + hours)]
    for at, number in enumerate((1, 2, 3)):
        actions.notify(
            CHANGED,
            [ada.pk, bea.pk],
            event=f"changed/{number}",
            facts=facts(),
            now=two_days_ago + at * hours,
        )
    actions.request_export(cem.pk, now=two_days_ago)
    page = StandardPage(title="Due", slug="due", locale=make.locale("en"), live=False)
    make.site_home().add_child(instance=page)
    page.go_live_at = two_days_ago + hours
    page.save_revision(approved_go_live_at=page.go_live_at)
    assert jobs.lose() > 4

    told = sweeps.run()
    jobs.run()
    first = subjects()
    sweeps.run()
    jobs.run()

    assert subjects() == first, "the second round found something to do again"
    issued = Credential.objects.values_list("subject_id", flat=True)
    assert sorted(issued) == sorted(one.pk for one in done)
    assert told["certificates"] == 2
    page.refresh_from_db()
    assert page.live
    assert DataExport.objects.exclude(made_at=None).count() == 1
    assert list(RetentionRun.objects.values_list("day", flat=True)) == [timezone.localdate()]
    assert not Notice.objects.waiting().exclude(user=bea).exists()
    changes = [count for (_to, subject), count in first.items() if "changed" in subject]
    digests = [count for (_to, subject), count in first.items() if "notices from" in subject]
    assert changes == [3], "Ada's, one for each event"
    assert digests == [1], "Bea's of two mornings are one"


def test_what_waited_longest_is_told_first(jobs, two_days_ago):
    person = people.person("ada@example.org", profile=True)
    for number in (2, 0, 1):
        at = two_days_ago + timedelta(hours=number)
        actions.notify(CHANGED, [person.pk], event=f"{number}", facts=facts(f"C{number}"), now=at)
    jobs.lose()
    sweeps.run()
    assert [message.subject[-2:] for message in mail.outbox] == ["C0", "C1", "C2"]


# --- Clocks ---------------------------------------------------------------------------------------


def test_a_mail_of_a_wrong_clock_does_not_wait_until_that_moment_comes(jobs):
    person = people.person("ada@example.org", profile=True)
    ahead = timezone.now() + DAYS
    actions.notify(CHANGED, [person.pk], event="a", facts=facts(), now=ahead)
    actions.notify(CHANGED, [person.pk], event="b", facts=facts())
    Notice.objects.filter(event="b").update(claimed_at=ahead)  # and its worker died
    jobs.lose()
    sweeps.run()
    assert len(mail.outbox) == 2
    sweeps.run()
    assert len(mail.outbox) == 2


def test_a_clock_that_jumps_to_and_fro_tells_nobody_twice(jobs):
    run = make.run_of(make.course(lessons=(1,)))
    person = people.person("ada@example.org", profile=True)
    completed(person, run, timezone.now())
    for jump in (timedelta(0), DAYS, -DAYS, timedelta(0)):
        now = timezone.now() + jump
        courses.issue_missing()
        actions.collect_digests(now=now)
        actions.send_notices(now=now)
        actions.give_up(now=now)
        actions.run_retention(now=now)
    assert (Credential.objects.count(), len(mail.outbox)) == (1, 1)
    days = RetentionRun.objects.values_list("day", flat=True)
    assert len(days) == len(set(days)) == 3


@pytest.mark.parametrize("jump", [DAYS, -DAYS])
def test_a_round_or_copy_that_a_wrong_clock_claimed_is_made_all_the_same(jobs, jump):
    person = people.person(profile=True)
    wrong = timezone.now() + jump
    actions.request_export(person.pk)
    DataExport.objects.update(claimed_at=wrong, failed_at=wrong)
    RetentionRun.objects.create(day=timezone.localdate(), started_at=wrong, claimed_at=wrong)
    jobs.lose()
    sweeps.run()
    assert DataExport.objects.get().made_at
    assert RetentionRun.objects.get().finished_at


def test_a_sweep_of_a_wrong_clock_does_not_pass_for_a_new_one():
    SweepRun.objects.update_or_create(pk=1, defaults={"ended_at": timezone.now() + DAYS})
    with pytest.raises(health.Failed):
        health.sweep()
    sweeps.run()
    health.sweep()


def test_a_sign_of_life_from_a_wrong_clock_counts_until_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setenv("ACADEMY_ALIVE", str(tmp_path))
    alive.touch("worker")
    ahead = time.time() + DAYS.total_seconds()
    os.utime(alive.file("worker"), (ahead, ahead))
    assert "has done nothing" in alive.trouble("worker")
    alive.touch("worker")
    assert not alive.trouble("worker")


@pytest.fixture
def clock(monkeypatch):
    """Beat's: `clock.ahead` is how far it is from the true one."""

    class Clock:
        ahead = timedelta(0)

    monkeypatch.setattr(beat, "_wall_ahead", lambda: Clock.ahead.total_seconds())
    return Clock


@pytest.fixture
def scheduler(monkeypatch, clock):
    """A beat at work, and what it sends."""
    from academy.celery import app

    made = beat.Scheduler(app)
    made.sent = []
    monkeypatch.setattr(made, "lock", type("Lock", (), {"held": lambda self: True})())
    monkeypatch.setattr(made, "apply_entry", lambda entry, producer: made.sent.append(entry.name))
    monkeypatch.setattr(beat.Scheduler, "producer", None)
    for entry in made.schedule.values():
        monkeypatch.setattr(entry.schedule, "nowfun", lambda: timezone.now() + clock.ahead)
    return made


def test_beat_goes_on_when_the_clock_is_set_forward_and_back(scheduler, clock):
    def sends() -> int:
        before = len(scheduler.sent)
        for _tick in range(4):
            scheduler.tick()
        return len(scheduler.sent) - before

    assert sends() == 1
    assert sends() == 0
    clock.ahead = DAYS
    assert sends() == 1
    clock.ahead = timedelta(0)
    assert sends() == 1, "not only when the wrong moment has come again"
    assert sends() == 0
    clock.ahead = -timedelta(seconds=5)  # as clocks are brought in line every day
    assert sends() == 0
