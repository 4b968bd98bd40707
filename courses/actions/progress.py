"""What people do in lessons. Every action is one transaction and harmless when repeated."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.actions import dates
from courses.actions.outlines import followed
from courses.actions.rollout import event_id
from courses.models import (
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    LessonPage,
    ManifestItem,
    PartProgress,
    ProgressEvent,
    Reflection,
)
from courses.states import EnrolmentState, ItemKind, PartKind, Verb
from home import tree
from participants.jobs import later
from participants.refusals import Refused

LONGEST_REFLECTION = 10_000
NO_EVENT = UUID(int=0)


@transaction.atomic
def open_item(
    enrolment_id: int,
    item_id: int,
    *,
    language: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> None:
    """Remembers where somebody is, for "Continue". Opening the same lesson again writes nothing.

    A lesson outside the pinned outline, or an enrolment that was left, is not remembered.
    """
    enrolment = _locked(enrolment_id)
    now = now or timezone.now()
    summary = EnrolmentSummary.objects.get(enrolment=enrolment)
    if summary.last_item_id == item_id or enrolment.state == EnrolmentState.WITHDRAWN:
        return
    if find_entry(enrolment, item_id) is None:
        return
    record(enrolment, Verb.OPENED, item_id, now, language=language, revision=revision)
    ItemProgress.objects.get_or_create(
        enrolment=enrolment,
        item_id=item_id,
        defaults={"opened_at": now, "language": language, "revision": revision},
    )


@transaction.atomic
def complete_item(
    enrolment_id: int,
    item_id: int,
    *,
    event: UUID | None = None,
    outline: int | None = None,
    language: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> Enrolment:
    """Marks a lesson done, and the course with it when nothing is left.

    Doing it twice, in two tabs or with the same event, changes nothing. Refused while a required
    part of the lesson is missing, and in a course that was left. `outline` is the number of the
    one that the reader had on the screen: `changed_meanwhile` when one that they follow now asked
    to do the lesson again since, whether or not they had done it.
    """
    enrolment = locked_and_standing(enrolment_id)
    entry = entry_of(enrolment, item_id)
    if entry.item.kind == ItemKind.QUIZ:
        raise Refused("quiz", _("A quiz is done when you pass it: there is nothing to mark."))
    if outline is not None and outline < asked_again_in(enrolment, item_id):
        raise Refused(
            "changed_meanwhile",
            _("This lesson changed while you had it open. Read it again, then mark it as done."),
        )
    if _missing_parts(enrolment, entry):
        raise Refused(
            "parts_missing", _("One part of this lesson is still open. Do it, then go on.")
        )
    finish(enrolment, entry, event, language, revision, now or timezone.now())
    return enrolment


@transaction.atomic
def answer_self_check(
    enrolment_id: int,
    item_id: int,
    part: str,
    chosen: Sequence[str],
    *,
    right: bool,
    language: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> PartProgress:
    """Keeps the last answer. A right one does the part, once and for good; and when it was the
    last required part, the lesson is done with it."""
    enrolment = locked_and_standing(enrolment_id)
    entry = entry_of(enrolment, item_id)
    now = now or timezone.now()
    progress, _created = PartProgress.objects.update_or_create(
        enrolment=enrolment,
        item_id=item_id,
        part=part,
        defaults={"kind": PartKind.SELF_CHECK, "answer": list(chosen)},
    )
    if right:
        _finish_part(enrolment, entry, progress, language, revision, now)
    return progress


@transaction.atomic
def save_reflection(
    enrolment_id: int,
    item_id: int,
    part: str,
    text: str,
    *,
    version: int,
    language: str = "",
    revision: int | None = None,
    now: datetime | None = None,
) -> Reflection:
    """Keeps somebody's private note. `version` is the one they started from (0 for none).

    Another text that was saved meanwhile, say in a second tab, is never overwritten: refused as
    `newer_version`, and the caller shows both. Saving the same text again changes nothing. A note
    on a lesson that went out of the outline is kept and does nothing for the course.
    """
    enrolment = locked_and_standing(enrolment_id)
    entry = find_entry(enrolment, item_id)
    if entry is None and not _has_worked_on(enrolment, item_id):
        raise _not_in_outline()
    now = now or timezone.now()
    key = {"enrolment": enrolment, "item_id": item_id, "part": part}
    note = Reflection.objects.filter(**key).first() or Reflection(**key, version=0, saved_at=now)
    if note.text != text:
        if note.version != version:
            raise Refused(
                "newer_version", _("You saved another text meanwhile. Both are shown below.")
            )
        note.text, note.version, note.saved_at = text, note.version + 1, now
        note.save()
    if text.strip() and entry is not None:
        progress, _created = PartProgress.objects.get_or_create(
            **key, defaults={"kind": PartKind.REFLECTION}
        )
        _finish_part(enrolment, entry, progress, language, revision, now)
    return note


def refresh(enrolment: Enrolment, *, now: datetime) -> None:
    """Brings the summary row in line with what is done, and completes the course if nothing is
    missing. Call it with the enrolment locked."""
    _summarise(enrolment, _standing(enrolment), now)


def finish(
    enrolment: Enrolment,
    entry: ManifestItem,
    event: UUID | None,
    language: str,
    revision: int | None,
    now: datetime,
) -> None:
    """One query tells what is done, three write: what was done now, its event, the summary."""
    standing = _standing(enrolment, event)
    item = entry.item_id
    if item in standing.done:
        return
    made = {"done_at": now, "language": language, "revision": revision}
    ItemProgress.objects.bulk_create(
        [ItemProgress(enrolment=enrolment, item_id=item, opened_at=now, **made)],
        update_conflicts=True,
        update_fields=list(made),
        unique_fields=["enrolment", "item"],
    )
    own = None if standing.event_known else event
    _append(enrolment, Verb.DONE, item, now, event=own, language=language, revision=revision)
    standing.done.add(item)
    _summarise(enrolment, standing, now, last_item_id=item, last_seen_at=now)


@dataclass
class _Standing:
    """What one person has done and need not do, and whether an event is in the log already."""

    done: set[int]
    excused: set[int]
    event_known: bool


def _standing(enrolment: Enrolment, event: UUID | None = None) -> _Standing:
    known = ProgressEvent.objects.filter(uuid=event or NO_EVENT)
    rows = ItemProgress.objects.filter(enrolment=enrolment).annotate(known=Exists(known))
    found = list(rows.values_list("item_id", "done_at", "excused_at", "known"))
    return _Standing(
        done={item for item, done_at, _excused_at, _known in found if done_at},
        excused={item for item, _done_at, excused_at, _known in found if excused_at},
        event_known=found[0][3] if found else known.exists(),
    )


def _summarise(enrolment: Enrolment, standing: _Standing, now: datetime, **seen: Any) -> None:
    """Writes the summary, with the last thing that was `seen`."""
    items = rules.for_person(followed(enrolment.manifest_id).items, standing.excused)
    completes = enrolment.is_active and rules.is_complete(items, standing.done)
    completed = completes or enrolment.is_completed
    values = asdict(rules.summarise(items, standing.done, completed=completed)) | seen
    EnrolmentSummary.objects.bulk_create(
        [EnrolmentSummary(enrolment=enrolment, **values)],
        update_conflicts=True,
        update_fields=list(values),
        unique_fields=["enrolment"],
    )
    if completes:
        _complete(enrolment, now)


def _complete(enrolment: Enrolment, now: datetime) -> None:
    enrolment.state = EnrolmentState.COMPLETED
    enrolment.completed_at = now
    enrolment.save(update_fields=["state", "completed_at"])
    _append(enrolment, Verb.COMPLETED, None, now)
    dates.finished([enrolment], now)
    later("courses.issue_certificate", enrolment.pk)


def _finish_part(
    enrolment: Enrolment,
    entry: ManifestItem,
    progress: PartProgress,
    language: str,
    revision: int | None,
    now: datetime,
) -> None:
    if progress.done_at is None:
        progress.done_at = now
        progress.save(update_fields=["done_at"])
        record(
            enrolment,
            Verb.PART_DONE,
            entry.item_id,
            now,
            part=progress.part,
            language=language,
            revision=revision,
        )
    if entry.parts and not _missing_parts(enrolment, entry):
        finish(enrolment, entry, None, language, revision, now)


def record(
    enrolment: Enrolment,
    verb: str,
    item_id: int,
    now: datetime,
    *,
    event: UUID | None = None,
    **more: Any,
) -> None:
    """Appends to the log, and remembers where somebody was last."""
    if event and ProgressEvent.objects.filter(uuid=event).exists():
        event = None
    _append(enrolment, verb, item_id, now, event=event, **more)
    EnrolmentSummary.objects.filter(enrolment=enrolment).update(last_item=item_id, last_seen_at=now)


def _append(
    enrolment: Enrolment,
    verb: str,
    item_id: int | None,
    now: datetime,
    *,
    event: UUID | None = None,
    part: str = "",
    language: str = "",
    revision: int | None = None,
    detail: dict | None = None,
) -> None:
    """Without an id from the browser, what can happen only once gets an id that says so, and coming
    back to a lesson gets one of its moment. What is in the log already stays as it is."""
    number = followed(enrolment.manifest_id).number
    moment = f"{part}/{now.isoformat()}" if verb == Verb.OPENED else f"{part}/{number}"
    own = event_id(enrolment.pk, verb, item_id, "" if verb == Verb.COMPLETED else moment)
    entry = ProgressEvent(
        uuid=event or own,
        enrolment=enrolment,
        verb=verb,
        outline=number,
        item_id=item_id,
        part=part,
        language=language,
        revision=revision,
        detail=detail or {},
        at=now,
    )
    ProgressEvent.objects.bulk_create([entry], ignore_conflicts=True)


def _missing_parts(enrolment: Enrolment, entry: ManifestItem) -> list[str]:
    """The required parts still to do. One that an editor took out of the lesson is excused; while
    the lesson is off the site, nothing tells what was taken out, and none is."""
    if not entry.parts:
        return []
    lessons = LessonPage.objects.filter(translation_key=entry.item.key, live=True)
    bodies = [lesson.body for lesson in lessons]
    there = {block.id for body in bodies for block in body} if bodies else set(entry.parts)
    done = PartProgress.objects.filter(
        enrolment=enrolment, item=entry.item_id, done_at__isnull=False
    ).values_list("part", flat=True)
    return rules.missing_parts([part for part in entry.parts if part in there], done)


def _locked(enrolment_id: int) -> Enrolment:
    """What all follow may have changed while the lock was waited for."""
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    tree.look_again()
    return enrolment


def asked_again_in(enrolment: Enrolment, item_id: int) -> int:
    """The newest outline, up to the one that the person follows, that had this done again; 0 if
    none did."""
    return followed(enrolment.manifest_id).again.get(item_id, 0)


def locked_and_standing(enrolment_id: int) -> Enrolment:
    enrolment = _locked(enrolment_id)
    if enrolment.user_id is None:
        raise Refused("erased", _("This account was erased, so nothing is kept any more."))
    if enrolment.state == EnrolmentState.WITHDRAWN:
        raise Refused(
            "withdrawn", _("You left this course. Enrol again, and your progress is back.")
        )
    return enrolment


def entry_of(enrolment: Enrolment, item_id: int) -> ManifestItem:
    entry = find_entry(enrolment, item_id)
    if entry is None:
        raise _not_in_outline()
    return entry


def _not_in_outline() -> Refused:
    return Refused(
        "not_in_outline",
        _("This is not part of the outline you follow, so it does not count yet."),
    )


def _has_worked_on(enrolment: Enrolment, item_id: int) -> bool:
    return enrolment.progress.filter(item=item_id).exists()


def find_entry(enrolment: Enrolment, item_id: int) -> ManifestItem | None:
    """A lesson's entry in the pinned outline, else in the later one that the person sees."""
    return followed(enrolment.manifest_id).entries.get(item_id)
