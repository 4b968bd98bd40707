"""Joining and leaving a course."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.actions.progress import refresh
from courses.models import CourseManifest, CourseRun, Enrolment, ProgressEvent
from courses.states import MOVES, EnrolmentPolicy, EnrolmentState, Verb
from participants.permissions import has_profile
from participants.refusals import Refused


@transaction.atomic
def enrol(user_id: int, run_id: int, *, now: datetime | None = None) -> Enrolment:
    """The person's enrolment in the run, new or as it was: enrolling twice changes nothing.

    Somebody who left comes back to the progress they had. A completed course stays completed.
    """
    user = get_user_model().objects.select_for_update().get(pk=user_id)
    run = CourseRun.objects.select_related("course").get(pk=run_id)
    now = now or timezone.now()
    standing = Enrolment.objects.filter(user=user, run=run).order_by("-attempt").first()
    if standing and standing.state != EnrolmentState.WITHDRAWN:
        return standing
    _check_may_enrol(user, run)
    if standing:
        return _come_back(standing, now)
    enrolment = Enrolment.objects.create(
        user=user, run=run, manifest=_manifest(run), enrolled_at=now
    )
    ProgressEvent.objects.create(enrolment=enrolment, verb=Verb.ENROLLED, at=now)
    refresh(enrolment, now=now)
    return enrolment


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
    ProgressEvent.objects.create(enrolment=enrolment, verb=Verb.WITHDRAWN, at=now)
    return enrolment


def _come_back(enrolment: Enrolment, now: datetime) -> Enrolment:
    _move(enrolment, EnrolmentState.ACTIVE)
    enrolment.withdrawn_at = None
    enrolment.save(update_fields=["state", "withdrawn_at"])
    ProgressEvent.objects.create(enrolment=enrolment, verb=Verb.RETURNED, at=now)
    return enrolment


def _check_may_enrol(user: Any, run: CourseRun) -> None:
    if not has_profile(user):
        raise Refused("needs_profile", _("Fill in your short profile first, then enrol."))
    if run.policy != EnrolmentPolicy.OPEN:
        raise Refused(
            "not_open", _("This course run is not open to everyone. Choose another date.")
        )


def _manifest(run: CourseRun) -> CourseManifest:
    manifest = CourseManifest.objects.latest_of(run.course)
    if manifest is None or not manifest.items.exists():
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
