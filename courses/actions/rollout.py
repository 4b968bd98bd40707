"""Bringing people who are under way in line with a course that changed.

A course has a version, and every summary the version that it was brought in line with. So what is
left to do is a question to the database at any moment: a worker that was killed half-way, a lost
message and a second worker change nothing about the result.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from courses import notices, rules
from courses.actions import dates
from courses.actions.outlines import in_force
from courses.models import (
    Attempt,
    CourseManifest,
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LearningItem,
    PartProgress,
    ProgressEvent,
)
from courses.states import EnrolmentState, Verb
from participants.actions import notify
from participants.jobs import later
from participants.models import User

BATCH = 500
SUMMARY_FIELDS = [*rules.Summary.__dataclass_fields__, "version"]


def bring_up_to_date(
    course_id: int | None = None, *, batch: int = BATCH, now: datetime | None = None
) -> int:
    """Brings everybody under way in a course (by the item's id), or in any, in line with it.
    Returns how many. Each batch is a transaction of its own, so stopping it loses nothing."""
    courses = LearningItem.objects.behind().order_by("pk")
    if course_id is not None:
        courses = courses.filter(pk=course_id)
    total = 0
    for pk in list(courses.values_list("pk", flat=True)):
        while done := _batch(pk, batch, now):
            total += done
    return total


@transaction.atomic
def catch_up(enrolment_id: int, *, now: datetime | None = None) -> None:
    """The same for one enrolment, for somebody who looks before the worker came by. One that is
    not under way stays as it is."""
    _lock_people(User.objects.filter(enrolments=enrolment_id))
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    if not enrolment.is_active:
        return
    course = LearningItem.objects.get(runs=enrolment.run_id)
    _bring(course, [enrolment], now or timezone.now())


def event_id(enrolment_id: int, verb: str, item_id: int | None, detail: object = "") -> UUID:
    """The id of an event that can happen only once, whoever reports it."""
    return uuid5(NAMESPACE_OID, f"{enrolment_id}/{verb}/{item_id}/{detail}")


@transaction.atomic
def _batch(course_id: int, size: int, now: datetime | None) -> int:
    # Read before the outlines: what comes later makes a higher version, and another round.
    course = LearningItem.objects.get(pk=course_id)
    behind = Enrolment.objects.behind().filter(run__course=course)
    next_ones = dict(behind.order_by("manifest_id", "pk").values_list("pk", "user")[:size])
    people = User.objects.filter(pk__in=[pk for pk in next_ones.values() if pk])
    free = {None, *_lock_people(people, skip_locked=True)}
    rows = (
        behind.filter(pk__in=[pk for pk, user in next_ones.items() if user in free])
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("manifest_id", "pk")
    )
    enrolments = list(rows)
    _bring(course, enrolments, now or timezone.now())
    return len(enrolments)


def _lock_people(people: QuerySet[User], *, skip_locked: bool = False) -> list[int]:
    """Before their enrolments, as erasing does: they may have to be told something."""
    locked = people.select_for_update(no_key=True, skip_locked=skip_locked, of=("self",))
    return list(locked.order_by("pk").values_list("pk", flat=True))


@dataclass(frozen=True)
class _Way:
    """Where an outline leads those who are pinned to it."""

    pinned: CourseManifest
    items: list[rules.Item]
    again: dict[int, int]
    moves: bool


def _way(pinned: CourseManifest) -> _Way:
    """The newest material outline after `pinned` takes its place; what any on the way there asks
    to do again is asked for, under that outline's number."""
    again: dict[int, int] = {}
    target = pinned
    for target in CourseManifest.objects.material_after(pinned).prefetch_related("items"):
        again |= {entry.item_id: target.number for entry in target.items.all() if entry.again}
    return _Way(target, in_force(target), again, moves=target != pinned)


def _bring(course: LearningItem, enrolments: list[Enrolment], now: datetime) -> None:
    """Call it with the enrolments locked."""
    for manifest_id, group in groupby(enrolments, key=lambda e: e.manifest_id):
        way = _way(CourseManifest.objects.get(pk=manifest_id))
        same = list(group)
        if way.moves:
            _repin(same, way, now)
            _tell(same, way, now)
        if way.again:
            _reopen(same, way, now)
        _summarise(course, same, way, now)


def _repin(enrolments: list[Enrolment], way: _Way, now: datetime) -> None:
    number = way.pinned.number
    Enrolment.objects.filter(pk__in=[e.pk for e in enrolments]).update(manifest=way.pinned)
    _log(
        ProgressEvent(
            uuid=event_id(e.pk, Verb.REPINNED, None, number),
            enrolment=e,
            verb=Verb.REPINNED,
            outline=number,
            at=now,
        )
        for e in enrolments
    )


def _tell(enrolments: list[Enrolment], way: _Way, now: datetime) -> None:
    """Once for an outline, also to somebody whom several outlines reach at once."""
    notify(
        notices.CHANGED,
        [e.user_id for e in enrolments if e.user_id],
        event=f"{notices.CHANGED}/{way.pinned.pk}",
        facts={"course": way.pinned.titles, "key": str(way.pinned.course.key)},
        now=now,
    )


def _reopen(enrolments: list[Enrolment], way: _Way, now: datetime) -> None:
    """Whoever did one of these, a part of it or an attempt at it, has it to do again. The log keeps
    that it was done, and the answers and notes stay."""
    ids = [e.pk for e in enrolments]
    done = ItemProgress.objects.filter(
        enrolment__in=ids, item__in=way.again, done_at__isnull=False
    ).values_list("enrolment", "item")
    parts = PartProgress.objects.filter(
        enrolment__in=ids, item__in=way.again, done_at__isnull=False
    ).values_list("enrolment", "item")
    attempts = Attempt.objects.filter(enrolment__in=ids, item__in=way.again).values_list(
        "enrolment", "item"
    )
    touched = sorted({*done, *parts, *attempts})
    _log(
        ProgressEvent(
            uuid=event_id(enrolment, Verb.REOPENED, item, way.again[item]),
            enrolment_id=enrolment,
            verb=Verb.REOPENED,
            item_id=item,
            outline=way.again[item],
            at=now,
        )
        for enrolment, item in touched
    )
    ItemProgress.objects.bulk_create(
        [ItemProgress(enrolment_id=e, item_id=i, again_from=way.again[i]) for e, i in touched],
        ignore_conflicts=True,
    )
    for item, number in way.again.items():
        whose = [e for e, i in touched if i == item]
        rows = {"enrolment__in": whose, "item": item}
        ItemProgress.objects.filter(**rows).update(done_at=None, again_from=number)
        PartProgress.objects.filter(**rows).update(done_at=None)


def _summarise(course: LearningItem, enrolments: list[Enrolment], way: _Way, now: datetime) -> None:
    done, items = _standings(enrolments, way)
    finished = {
        e.pk
        for e in enrolments
        if e.state == EnrolmentState.ACTIVE and rules.is_complete(items[e.pk], done[e.pk])
    }
    EnrolmentSummary.objects.bulk_create(
        [
            EnrolmentSummary(
                enrolment=e,
                version=course.version,
                **asdict(
                    rules.summarise(
                        items[e.pk], done[e.pk], completed=e.is_completed or e.pk in finished
                    )
                ),
            )
            for e in enrolments
        ],
        update_conflicts=True,
        update_fields=SUMMARY_FIELDS,
        unique_fields=["enrolment"],
    )
    _complete(finished, way, now)


def _standings(
    enrolments: list[Enrolment], way: _Way
) -> tuple[dict[int, set[int]], dict[int, list[rules.Item]]]:
    """What each has done, and what counts for each, by enrolment. One query."""
    done: dict[int, set[int]] = {e.pk: set() for e in enrolments}
    excused: dict[int, set[int]] = {}
    rows = ItemProgress.objects.filter(enrolment__in=done).filter(
        Q(done_at__isnull=False) | Q(excused_at__isnull=False)
    )
    for pk, item, done_at, excused_at in rows.values_list(
        "enrolment", "item", "done_at", "excused_at"
    ):
        if done_at:
            done[pk].add(item)
        if excused_at:
            excused.setdefault(pk, set()).add(item)
    items = {
        pk: rules.for_person(way.items, excused[pk]) if pk in excused else way.items for pk in done
    }
    return done, items


def _complete(enrolments: set[int], way: _Way, now: datetime) -> None:
    """Somebody whose last open lesson was archived has nothing left."""
    Enrolment.objects.filter(pk__in=enrolments).update(
        state=EnrolmentState.COMPLETED, completed_at=now
    )
    _log(
        ProgressEvent(
            uuid=event_id(pk, Verb.COMPLETED, None),
            enrolment_id=pk,
            verb=Verb.COMPLETED,
            outline=way.pinned.number,
            at=now,
        )
        for pk in enrolments
    )
    if enrolments:
        dates.finished(Enrolment.objects.filter(pk__in=enrolments), now)
        later("courses.issue_missing")


def _log(events: Iterable[ProgressEvent]) -> None:
    ProgressEvent.objects.bulk_create(events, ignore_conflicts=True)
