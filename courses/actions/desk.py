"""What coordinators do for people in their courses. Each act is one transaction with its row in
the log of the desk. The caller asks first whether the course is the coordinator's."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses import rules
from courses.actions.certificates import certificate_of
from courses.actions.outlines import in_force
from courses.actions.progress import refresh
from courses.actions.rollout import event_id
from courses.models import (
    CourseManifest,
    CourseMessage,
    DeskAct,
    Enrolment,
    ItemProgress,
    ManifestItem,
    MessageRecipient,
    ProgressEvent,
)
from courses.states import Act, Verb
from credentials import actions as credentials
from credentials.models import Credential
from home.models import site_name
from participants.actions import notify
from participants.refusals import Refused

LONGEST_REASON = 500
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5000
MOST_RECIPIENTS = 2000


@transaction.atomic
def excuse(
    enrolment_id: int, item_id: int, *, by: Any, reason: str, now: datetime | None = None
) -> Enrolment:
    """A lesson that counts need not be done by this person. When it was the last one that was
    missing, the course is complete with it.

    Excusing twice changes nothing. Refused for a course that is completed or was left, and for a
    lesson that is done, optional, archived, or not in the outline.
    """
    enrolment = _under_way(enrolment_id)
    reason = checked_reason(reason)
    progress = ItemProgress.objects.filter(enrolment=enrolment, item=item_id).first()
    if progress and progress.excused_at:
        return enrolment
    item = next((i for i in in_force(enrolment.manifest) if i.id == item_id), None)
    if item is None or not rules.missing(
        [item], {item_id} if progress and progress.done_at else set()
    ):
        raise Refused(
            "nothing_to_excuse",
            _("There is nothing to excuse: this lesson is done already, or need not be done."),
        )
    now = now or timezone.now()
    ItemProgress.objects.update_or_create(
        enrolment=enrolment, item_id=item_id, defaults={"excused_at": now}
    )
    _write_down(enrolment, Verb.EXCUSED, Act.EXCUSE, item_id, by, reason, now)
    return enrolment


@transaction.atomic
def unexcuse(
    enrolment_id: int, item_id: int, *, by: Any, reason: str, now: datetime | None = None
) -> Enrolment:
    """Takes an excuse back, as long as the course is not completed. Twice changes nothing."""
    enrolment = _under_way(enrolment_id)
    reason = checked_reason(reason)
    now = now or timezone.now()
    excused = ItemProgress.objects.filter(
        enrolment=enrolment, item=item_id, excused_at__isnull=False
    )
    if excused.update(excused_at=None):
        _write_down(enrolment, Verb.UNEXCUSED, Act.UNEXCUSE, item_id, by, reason, now)
    return enrolment


@transaction.atomic
def change_certificate(
    enrolment_id: int,
    code: str,
    *,
    act: Act,
    by: Any,
    reason: str,
    now: datetime | None = None,
) -> Credential:
    """Revokes the certificate of an enrolment, or issues it anew in the person's present name.

    `code` is the number that the coordinator had on the screen: a second click, or a colleague's,
    finds it changed and changes nothing more.
    """
    enrolment = locked_for_act(enrolment_id)
    newest = certificate_of(enrolment)
    if newest is None or str(newest.code) != code:
        raise Refused(
            "changed_meanwhile",
            _("The certificate changed meanwhile. Look at what it says now, then decide again."),
        )
    do = credentials.revoke if act == Act.REVOKE else credentials.reissue
    before = newest.state
    changed = do(newest.pk, reason=reason, by=by, now=now)
    if (changed.pk, changed.state) != (newest.pk, before):
        log_act(act, enrolment, by=by, reason=reason.strip(), now=now or timezone.now())
    return changed


@transaction.atomic
def send_message(
    enrolment_ids: Iterable[int],
    *,
    token: UUID,
    by: Any,
    subject: str,
    text: str,
    now: datetime | None = None,
) -> CourseMessage:
    """Sends a coordinator's words to the people behind these enrolments, each once.

    The same token again sends nothing and returns the first message. Enrolments beyond the
    coordinator's reach, of people who left, closed their account or were erased, are left out.
    """
    subject, text = _checked_words(subject, text)
    if sent := CourseMessage.objects.filter(token=token).first():
        return sent
    enrolments = list(recipients(enrolment_ids, by))
    if not enrolments:
        raise Refused(
            "nobody", _("None of these people can get a message. Choose people under way.")
        )
    if len(enrolments) > MOST_RECIPIENTS:
        raise Refused(
            "too_many", _("A message goes to 2,000 people at most. Choose fewer with the filters.")
        )
    now = now or timezone.now()
    message, new = CourseMessage.objects.get_or_create(
        token=token, defaults={"subject": subject, "text": text, "by": by, "at": now}
    )
    if not new:
        return message
    MessageRecipient.objects.bulk_create(
        MessageRecipient(message=message, enrolment=enrolment) for enrolment in enrolments
    )
    counts = Counter(enrolment.run.course_id for enrolment in enrolments)
    notify(
        "courses.message",
        [enrolment.user_id for enrolment in enrolments if enrolment.user_id],
        event=f"courses.message/{message.pk}",
        facts={"subject": subject, "text": text, "site": site_name()},
        now=now,
    )
    DeskAct.objects.bulk_create(
        DeskAct(kind=Act.MESSAGE, course_id=course, message=message, by=by, count=count, at=now)
        for course, count in sorted(counts.items())
    )
    return message


def recipients(enrolment_ids: Iterable[int], by: Any) -> Iterable[Enrolment]:
    """One enrolment for each person who can get a message from this coordinator: the newest."""
    chosen = Enrolment.objects.in_reach_of(by).filter(pk__in=list(enrolment_ids)).reachable()
    newest = {e.user_id: e for e in chosen.select_related("run").order_by("pk")}
    return newest.values()


@transaction.atomic
def log_export(
    counts: dict[int, int], *, by: Any, detail: dict[str, Any], now: datetime | None = None
) -> None:
    """A list that leaves the house: for each course (by its item's id), how many rows."""
    now = now or timezone.now()
    DeskAct.objects.bulk_create(
        DeskAct(kind=Act.EXPORT, course_id=course, by=by, count=count, detail=detail, at=now)
        for course, count in sorted(counts.items())
    )


def log_act(
    kind: Act,
    enrolment: Enrolment,
    *,
    by: Any,
    now: datetime,
    item_id: int | None = None,
    reason: str = "",
) -> DeskAct:
    """One act for one person. Call it in the transaction of the act."""
    return DeskAct.objects.create(
        kind=kind,
        course_id=enrolment.run.course_id,
        enrolment=enrolment,
        item_id=item_id,
        by=by,
        reason=reason,
        at=now,
    )


def checked_reason(reason: str, *, may_be_empty: bool = False) -> str:
    reason = reason.replace("\0", "").strip()
    if not reason and not may_be_empty:
        raise Refused("no_reason", _("Say why: the person and your colleagues can read it."))
    if len(reason) > LONGEST_REASON:
        raise Refused("long_reason", _("The reason is too long: shorten it to 500 characters."))
    return reason


def _checked_words(subject: str, text: str) -> tuple[str, str]:
    subject = " ".join(subject.replace("\0", "").split())
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not subject or not text:
        raise Refused("no_words", _("Write a subject and a message."))
    if len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        raise Refused(
            "long_words",
            _("Shorten the subject to 150 characters and the message to 5,000 characters."),
        )
    return subject, text


def locked_for_act(enrolment_id: int) -> Enrolment:
    """Locks the person before the enrolment, in the order in which erasing them does. Nothing more
    is written about somebody who was erased meanwhile."""
    people = get_user_model().objects.filter(enrolments=enrolment_id)
    list(people.select_for_update(of=("self",), no_key=True).values_list("pk"))
    enrolment = Enrolment.objects.select_for_update().get(pk=enrolment_id)
    if enrolment.user_id is None:
        raise Refused("erased", _("This account was erased, so nothing is kept any more."))
    return enrolment


def _under_way(enrolment_id: int) -> Enrolment:
    enrolment = locked_for_act(enrolment_id)
    if not enrolment.is_active:
        raise Refused(
            "not_under_way",
            _("This person is not on the way through the course, so what counts stays as it is."),
        )
    return enrolment


def _write_down(
    enrolment: Enrolment, verb: Verb, act: Act, item_id: int, by: Any, reason: str, now: datetime
) -> None:
    """An excuse, or its end: in both logs, in a notice to the person, and in what counts."""
    event = _append(enrolment, verb, item_id, by, reason, now)
    log_act(act, enrolment, by=by, item_id=item_id, reason=reason, now=now)
    tell_of(event, reason)
    refresh(enrolment, now=now)


def tell_of(event: ProgressEvent, reason: str) -> None:
    """A notice to the person whom an act was for. Call it in the transaction of the act, after
    `locked_for_act`."""
    kind, user_id = f"courses.{event.verb}", event.enrolment.user_id
    notify(
        kind,
        [user_id] if user_id else [],
        event=f"{kind}/{event.pk}",
        facts=_lesson_facts(event) | {"reason": reason},
        now=event.at,
    )


def _append(
    enrolment: Enrolment, verb: Verb, item_id: int, by: Any, reason: str, now: datetime
) -> ProgressEvent:
    """Appends to the person's own log. The number of the turn makes each excuse an event of its
    own, and lets the log be read in any order."""
    told = ProgressEvent.objects.filter(
        enrolment=enrolment, item=item_id, verb__in=[Verb.EXCUSED, Verb.UNEXCUSED]
    )
    turn = told.count() + 1
    return ProgressEvent.objects.create(
        uuid=event_id(enrolment.pk, verb, item_id, turn),
        enrolment=enrolment,
        verb=verb,
        item_id=item_id,
        outline=enrolment.manifest.number,
        by=by,
        detail={"turn": turn, "note": reason},
        at=now,
    )


def _lesson_facts(event: ProgressEvent) -> dict[str, Any]:
    """The names of a lesson and its course in all languages, for a notice. A quiz that went out of
    the outline is called as in the last one that had it."""
    pinned = event.enrolment.manifest
    shown = CourseManifest.objects.shown_to(pinned)
    entries = ManifestItem.objects.filter(
        item=event.item_id, manifest__course=pinned.course_id, manifest__number__lte=shown.number
    )
    newest = entries.select_related("item").order_by("-manifest__number")[0]
    return {
        "lesson": newest.titles,
        "lesson_key": str(newest.item.key),
        "course": pinned.titles,
        "key": str(event.enrolment.run.course.key),
    }
