"""Telling people: a row for each event, person and channel, in the transaction of the event."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from participants import notices, rules
from participants.actions.post import give_up, send_notices
from participants.actions.present import find_present
from participants.jobs import later
from participants.mails import DIGEST
from participants.models import MailTrouble, Notice, NoticePreference, User
from participants.states import Channel, MailState, NoticeTopic, Pace

SWEEP_SECONDS = 20
IN_GROUPS_OF = 1000


@dataclass(frozen=True)
class Event:
    """One thing that happened: who is told (by id), and what the words need."""

    name: str
    recipients: Iterable[int]
    facts: dict[str, Any] = field(default_factory=dict)


def notify(
    kind: str,
    recipients: Iterable[int],
    *,
    event: str,
    facts: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> int:
    """Tells people of one event. See `notify_each`."""
    return notify_each(kind, [Event(event, recipients, facts or {})], now=now)


@transaction.atomic
def notify_each(kind: str, events: Iterable[Event], *, now: datetime | None = None) -> int:
    """Tells people of events of one kind, on the site and by mail as each of them wishes, in a few
    queries however many they are.

    Call it in the transaction of the events: they are told if and only if they happened. The same
    event tells a person once, whoever reports it how often. Somebody who is erased or whose
    account is closed is told nothing: people are locked, so that erasing and telling take turns.
    A transaction that also locks rows of theirs locks the person first. Returns how many tellings
    there were.
    """
    now = now or timezone.now()
    known = notices.kind(kind)
    told = {event.name: (set(event.recipients), event.facts) for event in events}
    people = {
        person.pk: person
        for person in User.objects.select_for_update(no_key=True)
        .filter(pk__in=set().union(*(who for who, _facts in told.values())))
        .filter(is_active=True, erased_at=None)
        .order_by("pk")
        .only("pk", "time_zone")
    }
    paces = _paces(known, list(people.values()))
    rows = [
        row
        for name, (who, facts) in told.items()
        for pk in sorted(who & people.keys())
        for row in _rows(known, name, facts, people[pk], paces[pk], now)
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=IN_GROUPS_OF)
    if Pace.AT_ONCE in paces.values():
        later("participants.send_notices")
    return sum(len(who & people.keys()) for who, _facts in told.values())


def _rows(
    known: notices.Kind, event: str, facts: dict, person: User, pace: str, now: datetime
) -> Iterator[Notice]:
    """The notice on the site, and the mail where one is wished."""
    shared = {"event": event, "kind": known.name, "topic": known.topic, "facts": facts}
    yield Notice(user=person, channel=Channel.PRODUCT, created_at=now, **shared)
    if pace != Pace.OFF:
        yield Notice(
            user=person,
            channel=Channel.MAIL,
            created_at=now,
            state=MailState.WAITING,
            pace=pace,
            due_at=rules.due_at(pace, person.time_zone, now),
            **shared,
        )


def _paces(known: notices.Kind, people: list[User]) -> dict[int, str]:
    """How soon each of them wants a mail of this kind."""
    paces: dict[int, str] = dict.fromkeys((one.pk for one in people), Pace.AT_ONCE)
    if not known.mail:
        return dict.fromkeys(paces, Pace.OFF)
    if known.topic != NoticeTopic.ACCOUNT:
        wishes = NoticePreference.objects.filter(user__in=people, topic=known.topic)
        paces |= dict(wishes.values_list("user", "pace"))
    return paces


@transaction.atomic
def mark_read(user_id: int, *, until: int = 0, only: int = 0, now: datetime | None = None) -> int:
    """A person has read one of their notices, or all up to the newest that they were shown: what
    came while they looked stays new. Returns how many were new."""
    shown = Q(pk=only) if only else Q(pk__lte=until)
    unread = Notice.objects.unread().filter(shown, user=user_id)
    return unread.update(read_at=now or timezone.now())


@transaction.atomic
def choose_paces(user_id: int, paces: Mapping[str, str], *, now: datetime | None = None) -> None:
    """How soon a person wants the mails about each topic (`Pace`). It holds for what is waiting as
    well, but for a mail that a worker has in hand. Somebody who is not there changes nothing."""
    now = now or timezone.now()
    person = find_present(user_id)
    if person is None:
        return
    for topic, pace in paces.items():
        NoticePreference.objects.update_or_create(user=person, topic=topic, defaults={"pace": pace})
        waiting = Notice.objects.waiting().filter(
            user=person, topic=topic, digest=None, claimed_at=None
        )
        if pace == Pace.OFF:
            waiting.update(state=MailState.DROPPED)
        else:
            due_at = rules.due_at(pace, person.time_zone, now)
            waiting.exclude(pace=pace).update(pace=pace, due_at=due_at)
    later("participants.send_notices")


@transaction.atomic
def try_address_again(user_id: int) -> None:
    """Somebody whose mails came back says that they would arrive now."""
    MailTrouble.objects.filter(user=user_id).delete()
    later("participants.send_notices")


def collect_digests(*, now: datetime | None = None) -> int:
    """Makes one mail a person of all that is due for a digest, and returns how many. Late is once:
    whoever's worker was away for two days gets one digest."""
    now = now or timezone.now()
    due = Notice.objects.due_for_digest(now).order_by("user").values_list("user", flat=True)
    return sum(_collect(pk, now) for pk in due.distinct())


@transaction.atomic
def _collect(user_id: int, now: datetime) -> bool:
    person = User.objects.select_for_update(no_key=True).get(pk=user_id)
    parts = Notice.objects.due_for_digest(now).filter(user=person)
    if not parts.exists():
        return False
    today = now.astimezone(ZoneInfo(person.time_zone)).date()
    digest, is_new = Notice.objects.get_or_create(
        user=person,
        event=f"digest/{today}",
        channel=Channel.MAIL,
        defaults={
            "kind": DIGEST,
            "created_at": now,
            "state": MailState.WAITING,
            "pace": Pace.AT_ONCE,
            "due_at": now,
        },
    )
    if is_new:
        parts.update(digest=digest)
        return True
    for pace in (Pace.DAILY, Pace.WEEKLY):  # somebody moved to another time zone
        parts.filter(pace=pace).update(due_at=rules.due_at(pace, person.time_zone, now))
    return False


def sweep_notices() -> int:
    """What a lost message left, the digests of this morning, and the end of what is hopeless. It
    takes a few seconds only, since other sweeps wait."""
    collect_digests()
    sent = send_notices(seconds=SWEEP_SECONDS)
    give_up()
    return sent
