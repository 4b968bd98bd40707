"""Putting dates into people's schedules and calling them off; the address of a calendar.

Whoever puts a date locks its person first, as erasing does, so the two take turns and nobody who
is erased gets a date. Calling off needs no such lock: a caller that holds locks of its own on what
hangs on a person may call it, in any order.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from participants.actions import present
from participants.models import User
from schedule import rules, sources
from schedule.models import Entry, Feed
from schedule.rules import Content


def put(
    person_id: int, source: str, key: str, content: Content, *, now: datetime | None = None
) -> int:
    """Puts one date into one person's schedule. See `put_many`."""
    return put_many([person_id], source, key, content, now=now)


@transaction.atomic
def put_many(
    people: Iterable[int], source: str, key: str, content: Content, *, now: datetime | None = None
) -> int:
    """The same date for many people, in a few queries however many they are. Returns for how many
    something changed.

    The date is new, or it changes, or it is back after it was called off; its sequence rises with
    each change that a calendar shows. Putting the same again changes nothing.
    """
    sources.check(source)
    now = now or timezone.now()
    values = content.values()
    known = User.objects.select_for_update(no_key=True).filter(pk__in=list(people), erased_at=None)
    missing = set(known.order_by("pk").values_list("pk", flat=True))
    rows = Entry.objects.filter(person__in=missing, source=source, key=key)
    changed = []
    for row in rows.values("pk", "person", "cancelled_at", *values):
        missing.discard(row["person"])
        if row["cancelled_at"] is not None or rules.differs(row, values):
            changed.append(row["pk"])
    if changed:
        Entry.objects.filter(pk__in=changed).update(
            **values, sequence=F("sequence") + 1, cancelled_at=None, changed_at=now
        )
    Entry.objects.bulk_create(
        Entry(person_id=person, source=source, key=key, changed_at=now, **values)
        for person in sorted(missing)
    )
    return len(changed) + len(missing)


@transaction.atomic
def cancel(
    people: Iterable[int], source: str, keys: Iterable[str], *, now: datetime | None = None
) -> int:
    """Calls off these dates of these people. What is over stays as it was, and calling off twice
    is once. Returns how many it was."""
    now = now or timezone.now()
    rows = Entry.objects.filter(person__in=list(people), source=source, key__in=list(keys))
    return (
        rows.standing()
        .filter(ends_at__gt=now)
        .update(sequence=F("sequence") + 1, cancelled_at=now, changed_at=now)
    )


def forget_old(*, now: datetime | None = None) -> int:
    """The sweep: dates that nobody needs any more. Returns how many went."""
    return Entry.objects.forgettable(now or timezone.now()).delete()[0]


# --- The address of a calendar --------------------------------------------------------------------


@transaction.atomic
def open_feed(person_id: int, *, now: datetime | None = None) -> Feed:
    """The person's calendar address, new or as it was. Nobody who is erased gets one."""
    person = present(person_id)
    made_at = now or timezone.now()
    return Feed.objects.get_or_create(person=person, defaults={"made_at": made_at})[0]


@transaction.atomic
def renew_feed(person_id: int, number: int, *, now: datetime | None = None) -> Feed | None:
    """Another address in place of the one with this number, which leads nowhere from now on. Of a
    number that is not in force, nothing happens: a double click renews once."""
    present(person_id)
    feed = Feed.objects.filter(person=person_id).first()
    if feed is not None and feed.number == number:
        feed.key, feed.number, feed.made_at = uuid4(), number + 1, now or timezone.now()
        feed.save(update_fields=["key", "number", "made_at"])
    return feed


@transaction.atomic
def close_feed(person_id: int) -> None:
    """No calendar fetches this person's dates any more."""
    present(person_id)
    Feed.objects.filter(person=person_id).delete()
