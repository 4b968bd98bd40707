"""Telling people: a row for each event, person and channel, in the transaction of the event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from participants import notices, rules
from participants.jobs import later
from participants.models import Notice, NoticePreference, User
from participants.states import Channel, MailState, NoticeTopic, Pace


@transaction.atomic
def notify(
    kind: str,
    recipients: Iterable[int],
    *,
    event: str,
    facts: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> int:
    """Tells people (by id) of an event, on the site and by mail as each of them wishes.

    Call it in the transaction of the event itself: it is told if and only if it happened. The same
    event tells a person once, whoever reports it how often. Somebody who is erased or whose
    account is closed is told nothing: people are locked, so that erasing and telling take turns.
    A transaction that also locks rows of theirs locks the person first. Returns to how many.
    """
    now = now or timezone.now()
    known = notices.kind(kind)
    people = list(
        User.objects.select_for_update(no_key=True)
        .filter(pk__in=set(recipients), is_active=True, erased_at=None)
        .order_by("pk")
        .only("pk", "time_zone")
    )
    paces = _paces(known, people)
    shared = {"event": event, "kind": kind, "topic": known.topic, "facts": facts or {}}
    rows = [
        Notice(user=person, channel=Channel.PRODUCT, created_at=now, **shared) for person in people
    ]
    rows += [
        Notice(
            user=person,
            channel=Channel.MAIL,
            created_at=now,
            state=MailState.WAITING,
            pace=paces[person.pk],
            due_at=rules.due_at(paces[person.pk], person.time_zone, now),
            **shared,
        )
        for person in people
        if paces[person.pk] != Pace.OFF
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if Pace.AT_ONCE in paces.values():
        later("participants.send_notices")
    return len(people)


def _paces(known: notices.Kind, people: list[User]) -> dict[int, str]:
    """How soon each of them wants a mail of this kind."""
    paces: dict[int, str] = dict.fromkeys((one.pk for one in people), Pace.AT_ONCE)
    if not known.mail:
        return dict.fromkeys(paces, Pace.OFF)
    if known.topic != NoticeTopic.ACCOUNT:
        wishes = NoticePreference.objects.filter(user__in=people, topic=known.topic)
        paces |= dict(wishes.values_list("user", "pace"))
    return paces


def send_notices() -> int:
    """Sends the mails that are due."""
    return 0
