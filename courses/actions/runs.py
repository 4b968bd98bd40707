"""Runs of a course: offered with dates, changed, closed; and how a change reaches calendars."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import notices
from courses.actions import dates
from courses.models import CourseRun, Enrolment, LearningItem
from home import tree
from participants.actions import notify
from participants.jobs import later
from participants.models import User
from participants.refusals import Refused

BATCH = 500


@transaction.atomic
def add_run(course_id: int, *, name: str, starts_on: date, ends_on: date, policy: str) -> CourseRun:
    """Another run of a course (by the item's id), with dates. Readers see it at once."""
    course = LearningItem.objects.get(pk=course_id)
    _check_days(starts_on, ends_on)
    run = CourseRun.objects.create(
        course=course, name=name, starts_on=starts_on, ends_on=ends_on, policy=policy
    )
    tree.touch()
    return run


@transaction.atomic
def change_run(run_id: int, *, name: str, starts_on: date, ends_on: date, policy: str) -> CourseRun:
    """Changes a run with dates. What calendars show changes for everybody under way: by the
    worker, and by the sweep where its message is lost. The same again changes nothing."""
    run = _locked(run_id)
    _check_days(starts_on, ends_on)
    shown = (run.name, run.starts_on, run.ends_on)
    run.name, run.starts_on, run.ends_on, run.policy = name, starts_on, ends_on, policy
    if shown != (name, starts_on, ends_on):
        run.dates_version += 1
        later("courses.show_run_dates", run.pk)
    run.save(update_fields=["name", "starts_on", "ends_on", "policy", "dates_version"])
    tree.touch()
    return run


@transaction.atomic
def close_run(run_id: int, *, now: datetime | None = None) -> CourseRun:
    """Nobody can join any more. Whoever is in it goes on, with the same dates."""
    run = _locked(run_id)
    if run.closed_at is None:
        _close(run, now or timezone.now())
    return run


@transaction.atomic
def reopen_run(run_id: int) -> CourseRun:
    run = _locked(run_id)
    if run.closed_at is not None:
        _close(run, None)
    return run


def show_run_dates(run_id: int, *, batch: int = BATCH, now: datetime | None = None) -> int:
    """Brings the schedules of everybody under way in a run in line with its dates. Returns how
    many people there were. Each batch is a transaction, so stopping it loses nothing."""
    version = CourseRun.objects.values_list("dates_version", flat=True).get(pk=run_id)
    people, last = 0, 0
    while found := _next_people(run_id, last, batch):
        _show_batch(run_id, found, now or timezone.now())
        people, last = people + len(found), found[-1]
    CourseRun.objects.filter(pk=run_id, dates_shown__lt=version).update(dates_shown=version)
    return people


def show_changed_runs() -> int:
    """The sweep: runs whose change a lost message did not bring to everybody."""
    runs = list(CourseRun.objects.unshown().order_by("pk").values_list("pk", flat=True))
    for pk in runs:
        show_run_dates(pk)
    return len(runs)


def _next_people(run_id: int, after: int, batch: int) -> list[int]:
    under_way = Enrolment.objects.active().filter(run=run_id, user__gt=after)
    return list(under_way.order_by("user").values_list("user", flat=True).distinct()[:batch])


@transaction.atomic
def _show_batch(run_id: int, people: list[int], now: datetime) -> None:
    """Whoever left meanwhile is let go, and the run is read when all are locked: who comes later
    knows better. Those whose days move are told, once a change."""
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
    list(locked.values_list("pk", flat=True))
    still = Enrolment.objects.active().filter(run=run_id, user__in=people).select_for_update()
    there = [one.user_id for one in still.order_by("pk")]
    run = CourseRun.objects.select_related("course").get(pk=run_id)
    notify(
        notices.OTHER_DATES,
        dates.moving(run, there),
        event=f"{notices.OTHER_DATES}/{run.pk}/{run.dates_version}",
        facts=dates.facts_of(run),
        now=now,
    )
    dates.show(run, there, now)


def _close(run: CourseRun, at: datetime | None) -> None:
    run.closed_at = at
    run.save(update_fields=["closed_at"])
    tree.touch()


def _locked(run_id: int) -> CourseRun:
    """A run with dates; the self-paced one is not changed by anybody."""
    return CourseRun.objects.with_dates().select_for_update(no_key=True).get(pk=run_id)


def _check_days(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refused("ends_before_start", _("The last day is before the first one."))
