"""From the log back to the state: proof that summaries tell the truth."""

from dataclasses import asdict

from django.db import transaction

from courses import rules
from courses.actions.outlines import in_force
from courses.models import (
    Enrolment,
    EnrolmentSummary,
    ItemProgress,
    PartProgress,
    ProgressEvent,
)
from courses.states import EnrolmentState, Verb

NAMES_AN_ITEM = (Verb.OPENED, Verb.PART_DONE, Verb.DONE, Verb.ATTEMPTED, Verb.SUBMITTED)


@transaction.atomic
def rebuild_progress(enrolment_id: int, *, write: bool = True) -> list[str]:
    """Computes one enrolment's progress from its events alone and says where the rows differ.

    Returns the differences in words without personal data, empty when all is equal; `write` mends
    them. A completed enrolment stays completed whatever the log says.
    """
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    events = list(enrolment.events.order_by("at", "pk"))
    states = rules.fold(
        rules.Event(
            verb=e.verb,
            item=e.item_id,
            part=e.part or None,
            outline=e.outline,
            turn=e.detail.get("turn", 0),
        )
        for e in events
    )
    differences = [
        *_items(enrolment, states, events, write=write),
        *_parts(enrolment, states, events, write=write),
        *_attempts(enrolment, events, write=write),
        *_summary(enrolment, states, events, write=write),
    ]
    return differences


def _items(enrolment: Enrolment, states: dict, events: list, *, write: bool) -> list[str]:
    rows = {p.item_id: p for p in ItemProgress.objects.filter(enrolment=enrolment)}
    done = {item for item, state in states.items() if state.done}
    stands = {item for item, row in rows.items() if row.done_at is not None}
    excuses = _excuses_differ(rows, states)
    if write:
        _mend_again(enrolment, rows, states)
        _mend_excuses(enrolment, excuses, events)
        for item in done - stands:
            event = _evidence(events, item)
            ItemProgress.objects.update_or_create(
                enrolment=enrolment,
                item_id=item,
                defaults={
                    "done_at": event.at,
                    "language": event.language,
                    "revision": event.revision,
                },
                create_defaults={
                    "opened_at": event.at,
                    "done_at": event.at,
                    "language": event.language,
                    "revision": event.revision,
                },
            )
        ItemProgress.objects.filter(enrolment=enrolment, item_id__in=stands - done).update(
            done_at=None
        )
    return [
        *(f"item {i}: done in the log only" for i in sorted(done - stands)),
        *(f"item {i}: done in the row only" for i in sorted(stands - done)),
        *(f"item {i}: to be done again" for i in sorted(_again_differs(rows, states))),
        *(f"item {i}: excused in the {'log' if log else 'row'} only" for i, log in excuses),
    ]


def _evidence(events: list, item: int) -> ProgressEvent:
    """The event that did a lesson: the first since it was last asked for."""
    since = max(
        (e.outline for e in events if (e.item_id, e.verb) == (item, Verb.REOPENED)), default=0
    )
    return next(
        e
        for e in events
        if e.item_id == item and e.verb in (Verb.DONE, Verb.CREDITED) and e.outline >= since
    )


def _again_differs(rows: dict, states: dict) -> set[int]:
    asked = {item: state.again_from for item, state in states.items() if state.again_from}
    return {
        item
        for item in {*rows, *asked}
        if asked.get(item, 0) != (rows[item].again_from if item in rows else 0)
    }


def _mend_again(enrolment: Enrolment, rows: dict, states: dict) -> None:
    for item in _again_differs(rows, states):
        number = states[item].again_from if item in states else 0
        ItemProgress.objects.update_or_create(
            enrolment=enrolment, item_id=item, defaults={"again_from": number}
        )


def _excuses_differ(rows: dict, states: dict) -> list[tuple[int, bool]]:
    """Items about which log and rows disagree, and whether the log excuses from them."""
    logged = {item for item, state in states.items() if state.excused}
    stands = {item for item, row in rows.items() if row.excused_at is not None}
    return [(item, item in logged) for item in sorted(logged ^ stands)]


def _mend_excuses(enrolment: Enrolment, excuses: list[tuple[int, bool]], events: list) -> None:
    for item, logged in excuses:
        told = [e.at for e in events if (e.item_id, e.verb) == (item, Verb.EXCUSED)]
        ItemProgress.objects.update_or_create(
            enrolment=enrolment,
            item_id=item,
            defaults={"excused_at": max(told) if logged else None},
        )


def _parts(enrolment: Enrolment, states: dict, events: list, *, write: bool) -> list[str]:
    done = {(item, part) for item, state in states.items() for part in state.parts}
    rows = PartProgress.objects.filter(enrolment=enrolment)
    stands = set(rows.filter(done_at__isnull=False).values_list("item_id", "part"))
    if write:
        for item, part in done - stands:
            event = next(e for e in events if (e.item_id, e.part) == (item, part))
            PartProgress.objects.update_or_create(
                enrolment=enrolment, item_id=item, part=part, defaults={"done_at": event.at}
            )
        for item, part in stands - done:
            rows.filter(item_id=item, part=part).update(done_at=None)
    return [f"item {i}, part {p}: done in the log only" for i, p in sorted(done - stands)] + [
        f"item {i}, part {p}: done in the row only" for i, p in sorted(stands - done)
    ]


def _attempts(enrolment: Enrolment, events: list, *, write: bool) -> list[str]:
    """What came of attempts at quizzes: their answers are evidence of their own."""
    log = {
        (e.item_id, e.detail["attempt"]): (e.detail["score"], e.detail["passed"], e.at)
        for e in events
        if e.verb == Verb.SUBMITTED
    }
    wrong = []
    for attempt in enrolment.attempts.order_by("item", "number"):
        stands = (attempt.score, attempt.passed, attempt.submitted_at)
        told = log.get((attempt.item_id, attempt.number), (None, False, None))
        if stands != told:
            wrong.append(f"item {attempt.item_id}, attempt {attempt.number}: another result")
            if write:
                attempt.score, attempt.passed, attempt.submitted_at = told
                attempt.save(update_fields=["score", "passed", "submitted_at"])
    return wrong


def _summary(enrolment: Enrolment, states: dict, events: list, *, write: bool) -> list[str]:
    done = {item for item, state in states.items() if state.done}
    completed = enrolment.state == EnrolmentState.COMPLETED
    excused = {item for item, state in states.items() if state.excused}
    items = rules.for_person(in_force(enrolment.manifest), excused)
    expected = asdict(rules.summarise(items, done, completed=completed))
    last = next((e for e in reversed(events) if e.verb in NAMES_AN_ITEM), None)
    expected["last_item_id"] = last.item_id if last else None
    expected["last_seen_at"] = last.at if last else None
    row = EnrolmentSummary.objects.filter(enrolment=enrolment).first()
    if row is not None and not enrolment.is_active:
        # It stands as it was when the person completed or left: later outlines do not touch it.
        expected = {name: expected[name] for name in ("last_item_id", "last_seen_at")}
    wrong = [name for name in expected if row is None or getattr(row, name) != expected[name]]
    if wrong and write:
        EnrolmentSummary.objects.update_or_create(enrolment=enrolment, defaults=expected)
    return [
        f"summary {name}: {getattr(row, name, None)}, the log says {expected[name]}"
        for name in wrong
    ]
