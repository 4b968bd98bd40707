"""Joining and leaving a course."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.actions import dates
from courses.actions.desk import log_act
from courses.actions.progress import refresh
from courses.actions.rollout import catch_up, event_id
from courses.models import (
    CourseManifest,
    CourseRun,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    ManifestItem,
    ProgressEvent,
)
from courses.states import MOVES, Act, EnrolmentState, Verb
from participants.actions import present
from participants.permissions import has_profile
from participants.refusals import Refused

CLOSED = {
    "over": _("These dates are over. Choose others, or go at your own pace."),
    "closed": _("Nobody can join these dates any more. Choose others, or go at your own pace."),
    "not_open": _("This course run is not open to everyone. Choose another date."),
}


@transaction.atomic
def enrol(user_id: int, run_id: int, *, now: datetime | None = None) -> Enrolment:
    """The person's enrolment in the run, new or as it was: enrolling twice changes nothing.

    Somebody who left comes back to the progress they had, and whoever is under way in another run
    of the course brings it along. A completed course stays completed.
    """
    user = present(user_id)
    run = _run(run_id)
    now = now or timezone.now()
    latest = _latest(user, run)
    if latest and (latest.is_completed or (latest.is_active and latest.run_id == run.pk)):
        return latest
    _check_may_enrol(user, run, now)
    if latest is None:
        return _begin(user, run, 1, now)
    return _go_on(latest, user, run, now)


@transaction.atomic
def retake(user_id: int, run_id: int, *, now: datetime | None = None) -> Enrolment:
    """Another attempt at a completed course, in its newest outline. The earlier one stays as it
    is. While an attempt is under way, asking again changes nothing."""
    user = present(user_id)
    run = _run(run_id)
    now = now or timezone.now()
    latest = _latest(user, run)
    if latest is None or not latest.is_completed:
        return enrol(user_id, run_id, now=now)
    _check_may_enrol(user, run, now)
    return _begin(user, run, latest.attempt + 1, now)


@transaction.atomic
def credit(
    enrolment_id: int,
    item_id: int,
    *,
    by: Any,
    note: str = "",
    now: datetime | None = None,
) -> Enrolment:
    """Counts a lesson as done that the person finished where it was copied from.

    Doing it twice changes nothing. Refused when they never finished the original.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    now = now or timezone.now()
    origin = creditable(enrolment).get(item_id)
    progress, _new = ItemProgress.objects.get_or_create(enrolment=enrolment, item_id=item_id)
    if progress.done_at is not None:
        return enrolment
    if origin is None:
        raise Refused(
            "nothing_to_credit",
            _("This person has not finished the lesson that it was copied from."),
        )
    progress.done_at = now
    progress.save(update_fields=["done_at"])
    ProgressEvent.objects.create(
        uuid=event_id(enrolment.pk, Verb.CREDITED, item_id, enrolment.manifest.number),
        enrolment=enrolment,
        verb=Verb.CREDITED,
        item_id=item_id,
        outline=enrolment.manifest.number,
        by=by,
        detail={"origin": str(origin), "note": note},
        at=now,
    )
    log_act(Act.CREDIT, enrolment, by=by, item_id=item_id, reason=note, now=now)
    refresh(enrolment, now=now)
    return enrolment


def creditable(enrolment: Enrolment) -> dict[int, Any]:
    """Open lessons of the outline, or of the later one that the person sees, whose original they
    have finished, by item: the key of the original."""
    done = ItemProgress.objects.filter(enrolment__user=enrolment.user_id, done_at__isnull=False)
    own = done.filter(enrolment=enrolment)
    copies = LearningItem.objects.filter(
        origin__in=done.values("item"), pk__in=_entries(enrolment).values("item")
    ).exclude(pk__in=own.values("item"))
    return dict(copies.values_list("pk", "origin__key")) if enrolment.user_id else {}


def entries_of(enrolment: Enrolment, items: Iterable[int]) -> list[ManifestItem]:
    """These lessons as the outlines have them that the person follows and sees."""
    return list(_entries(enrolment).filter(item__in=items).order_by("manifest__number"))


def _entries(enrolment: Enrolment) -> Any:
    shown = CourseManifest.objects.shown_to(enrolment.manifest)
    return ManifestItem.objects.filter(manifest__in=[enrolment.manifest_id, shown.pk])


@transaction.atomic
def mark_news_seen(enrolment_id: int, *, now: datetime | None = None) -> None:
    """The person has read what changed in the course up to now."""
    Enrolment.objects.filter(pk=enrolment_id).update(news_seen_at=now or timezone.now())


@transaction.atomic
def withdraw(enrolment_id: int, *, now: datetime | None = None) -> Enrolment:
    """Leaves a course and keeps what was done, for a return. Leaving twice changes nothing."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    now = now or timezone.now()
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return enrolment
    _move(enrolment, EnrolmentState.WITHDRAWN)
    enrolment.withdrawn_at = now
    enrolment.save(update_fields=["state", "withdrawn_at"])
    _note(enrolment, Verb.WITHDRAWN, now)
    dates.left([enrolment], now)
    return enrolment


def _run(run_id: int) -> CourseRun:
    """One with dates is locked, so that they do not change while somebody joins. The run without
    is everybody's, and they need not wait for each other."""
    runs = CourseRun.objects.select_related("course")
    run = runs.with_dates().select_for_update(no_key=True, of=("self",)).filter(pk=run_id).first()
    return run or runs.get(pk=run_id)


def _latest(user: Any, run: CourseRun) -> Enrolment | None:
    """The person's newest attempt at the course, in whichever run."""
    mine = Enrolment.objects.filter(user=user, run__course=run.course)
    return mine.select_for_update(of=("self",)).order_by("-attempt", "-pk").first()


def _go_on(enrolment: Enrolment, user: Any, run: CourseRun, now: datetime) -> Enrolment:
    """Back after leaving, or from another run, with all that was done."""
    moves = enrolment.run_id != run.pk
    if moves:
        dates.left([enrolment], now)
        enrolment.run = run
    if not enrolment.is_active:
        _move(enrolment, EnrolmentState.ACTIVE)
        enrolment.withdrawn_at = None
    enrolment.save(update_fields=["run", "state", "withdrawn_at"])
    _note(enrolment, Verb.MOVED if moves else Verb.RETURNED, now)
    catch_up(enrolment.pk, now=now)
    enrolment.refresh_from_db()
    _show_dates(enrolment, user, run, now)
    return enrolment


def _show_dates(enrolment: Enrolment, user: Any, run: CourseRun, now: datetime) -> None:
    if not enrolment.is_active:
        return
    if not run.is_self_paced:
        dates.show(run, [user.pk], now)
    if enrolment.goal_on is not None:
        dates.show_goal(enrolment, user, now)


def _begin(user: Any, run: CourseRun, attempt: int, now: datetime) -> Enrolment:
    # Read before the outline: a change in between makes a higher version, and is brought in.
    version = LearningItem.objects.values_list("version", flat=True).get(pk=run.course_id)
    enrolment = Enrolment.objects.create(
        user=user,
        run=run,
        manifest=_manifest(run),
        attempt=attempt,
        enrolled_at=now,
        news_seen_at=now,
    )
    _note(enrolment, Verb.ENROLLED, now)
    refresh(enrolment, now=now)
    EnrolmentSummary.objects.filter(pk=enrolment.pk).update(version=version)
    _show_dates(enrolment, user, run, now)
    return enrolment


def _note(enrolment: Enrolment, verb: str, now: datetime) -> None:
    ProgressEvent.objects.create(
        enrolment=enrolment, verb=verb, outline=enrolment.manifest.number, at=now
    )


def _check_may_enrol(user: Any, run: CourseRun, now: datetime) -> None:
    if not has_profile(user):
        raise Refused("needs_profile", _("Fill in your short profile first, then enrol."))
    reason = run.why_closed(dates.today_in(settings.TIME_ZONE, now))
    if reason:
        raise Refused(reason, CLOSED[reason])


def _manifest(run: CourseRun) -> CourseManifest:
    manifest = CourseManifest.objects.latest_of(run.course)
    if run.course.retired_at is not None:
        raise Refused("archived", _("This course is archived. Nobody can join it any more."))
    if manifest is None or not manifest.items.filter(item__retired_at__isnull=True).exists():
        raise Refused(
            "announced",
            _("The lessons of this course are still being written. Look again in some weeks."),
        )
    return manifest


def _move(enrolment: Enrolment, state: EnrolmentState) -> None:
    if state not in MOVES[EnrolmentState(enrolment.state)]:
        raise Refused(
            f"{enrolment.state}_to_{state}",
            _("You have completed this course, so your record of it stays."),
        )
    enrolment.state = state
