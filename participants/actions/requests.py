"""What people ask about their data, and when it was answered."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.actions.notices import notify
from participants.actions.present import present
from participants.models import DataRequest, User
from participants.refusals import Refused
from participants.rules import MONTHS_EXTENDED, MONTHS_TO_ANSWER, months_after
from participants.states import RequestChannel, RequestKind, RequestOutcome, Role

OPEN_AT_ONCE = 5


@transaction.atomic
def ask_about_data(
    user_id: int, kind: RequestKind, details: str, *, now: datetime | None = None
) -> DataRequest:
    """Somebody asks for what they cannot do by themselves. The same words again, as by a double
    click, are the same request."""
    user = present(user_id)
    now = now or timezone.now()
    mine = DataRequest.objects.open().filter(user=user, channel=RequestChannel.SELF)
    if same := mine.filter(kind=kind, details=details).first():
        return same
    if mine.exclude(kind=RequestKind.EXPORT).count() >= OPEN_AT_ONCE:
        raise Refused(
            "too_many_requests",
            _("Several of your requests are still open. Wait for our answer, then ask again."),
        )
    request = DataRequest.objects.create(
        user=user,
        kind=kind,
        channel=RequestChannel.SELF,
        details=details,
        received_at=now,
        due_at=months_after(now, MONTHS_TO_ANSWER),
    )
    notify(
        "participants.request_received",
        _officers(),
        event=f"participants.request/{request.pk}/received",
        facts={"request": request.pk},
        now=now,
    )
    return request


@transaction.atomic
def record_request(
    kind: RequestKind,
    channel: RequestChannel,
    *,
    by: Any,
    received_at: datetime,
    user: User | None = None,
    who: str = "",
    details: str = "",
) -> DataRequest:
    """An officer writes down what came by letter. The month runs from the day it came."""
    return DataRequest.objects.create(
        user=user,
        who=who,
        kind=kind,
        channel=channel,
        details=details,
        received_at=received_at,
        due_at=months_after(received_at, MONTHS_TO_ANSWER),
        recorded_by=by,
    )


@transaction.atomic
def extend_request(request_id: int, reason: str, *, now: datetime | None = None) -> DataRequest:
    """Two more months, once, while the first one has not run out. Twice changes nothing."""
    request = _open(request_id)
    now = now or timezone.now()
    if request.extended_at is not None:
        return request
    if now > request.due_at:
        raise Refused(
            "overdue", _("The month is over, so the deadline cannot be moved. Answer now.")
        )
    request.extended_at, request.extension_reason = now, reason
    request.due_at = months_after(request.received_at, MONTHS_EXTENDED)
    request.save(update_fields=["extended_at", "extension_reason", "due_at"])
    _tell(request, "extended", now)
    return request


@transaction.atomic
def answer_request(
    request_id: int, outcome: RequestOutcome, answer: str, *, by: Any, now: datetime | None = None
) -> DataRequest:
    """Closes a request, and tells the person where they have an account. Refused when somebody else
    was faster."""
    request = _open(request_id)
    now = now or timezone.now()
    request.answered_at, request.outcome, request.answer = now, outcome, answer
    request.answered_by = by
    request.save(update_fields=["answered_at", "outcome", "answer", "answered_by"])
    _tell(request, "answered", now)
    return request


def settle(request_id: int, now: datetime) -> None:
    """What was done by itself is answered with it."""
    DataRequest.objects.open().filter(pk=request_id).update(
        answered_at=now, outcome=RequestOutcome.DONE
    )


def _open(request_id: int) -> DataRequest:
    """Locked, after its person: telling them locks the person as well."""
    request = DataRequest.objects.get(pk=request_id)
    list(User.objects.select_for_update(no_key=True).filter(pk=request.user_id))
    request = DataRequest.objects.select_for_update().get(pk=request_id)
    if not request.is_open:
        raise Refused(
            "answered", _("This request was answered meanwhile. Reload the page to read it.")
        )
    return request


def _tell(request: DataRequest, what: str, now: datetime) -> None:
    if request.user_id is not None:
        notify(
            f"participants.request_{what}",
            [request.user_id],
            event=f"participants.request/{request.pk}/{what}",
            now=now,
        )


def _officers() -> list[int]:
    officers = User.objects.filter(groups__name=Role.DATA_PROTECTION_OFFICER.value, is_active=True)
    return list(officers.values_list("pk", flat=True))
