"""What every act at the coordinator's desk has in common: a reason in words, and a row in the log
in the act's own transaction. Whoever calls has asked whether the call is the coordinator's."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring.models import Application, Call, CallAct, MatchRun
from mentoring.states import Act
from participants.models import User
from participants.refusals import Refused

LONGEST_REASON = 1000


def log_act(
    kind: Act,
    call_id: int,
    *,
    by: Any,
    application: Application | None = None,
    run: MatchRun | None = None,
    count: int = 1,
    detail: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> CallAct:
    """Codes and numbers alone; nobody's words."""
    return CallAct.objects.create(
        kind=kind,
        call_id=call_id,
        by=by,
        application=application,
        run=run,
        count=count,
        detail=detail or {},
        at=now or timezone.now(),
    )


def locked_call(call_id: int) -> Call:
    """Locks a call before the people in it, whom others may be writing about meanwhile."""
    return Call.objects.select_for_update(no_key=True).get(pk=call_id)


def lock_people(ids: Collection[int] | QuerySet) -> None:
    """All at once and in one order, before anything of theirs."""
    people = User.objects.select_for_update(no_key=True).filter(pk__in=ids)
    list(people.order_by("pk").values_list("pk"))


def checked_words(text: str, *, longest: int = LONGEST_REASON, may_be_empty: bool = False) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not text and not may_be_empty:
        raise Refused(
            "no-words", _("Write some words first: they are read by the people concerned.")
        )
    if len(text) > longest:
        words = _("The text is too long: shorten it to %(longest)s characters.")
        raise Refused("long-words", words % {"longest": longest})
    return text
