"""Every change of a programme, in one transaction each, harmless when repeated."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from academy.models import Coordination, Programme


@transaction.atomic
def save_programme(
    programme: Programme,
    *,
    courses: Collection[int],
    coordinators: Collection[int],
    mentoring: Collection[int] = (),
    by: Any = None,
    now: datetime | None = None,
) -> Programme:
    """Saves a programme with exactly these courses (ids of learning items), mentoring programmes
    and coordinators (ids of people). Who had the right before keeps the date it was given."""
    now = now or timezone.now()
    programme.save()
    Programme.objects.select_for_update().get(pk=programme.pk)
    programme.courses.set(courses)
    programme.mentoring.set(mentoring)
    running = Coordination.objects.running().filter(programme=programme)
    running.exclude(person__in=coordinators).update(ended_at=now, ended_by=by)
    present = set(running.values_list("person", flat=True))
    Coordination.objects.bulk_create(
        Coordination(programme=programme, person_id=person, given_by=by, given_at=now)
        for person in sorted(set(coordinators) - present)
    )
    return programme


@transaction.atomic
def archive_programme(programme_id: int, *, now: datetime | None = None) -> Programme:
    """Its coordinators lose its courses; who they were is kept, and comes back with it."""
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    if programme.archived_at is None:
        programme.archived_at = now or timezone.now()
        programme.save(update_fields=["archived_at"])
    return programme


@transaction.atomic
def restore_programme(programme_id: int) -> Programme:
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    if programme.archived_at is not None:
        programme.archived_at = None
        programme.save(update_fields=["archived_at"])
    return programme
