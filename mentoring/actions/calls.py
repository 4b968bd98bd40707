"""Programmes and calls: their records come with their pages; coordinators set and move them on."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mentoring import notices
from mentoring.actions.desk import checked_words, lock_people, locked_call, log_act
from mentoring.actions.matches import rescind
from mentoring.actions.moves import move
from mentoring.models import Call, CallAct, Programme
from mentoring.states import CALL_MOVES, OFFERS, Act, ApplicationState, CallState
from participants.actions import notify
from participants.refusals import Refused

SETTINGS = (
    *("opens_at", "closes_at", "period_from", "period_until", "days_to_answer", "sessions"),
    *("session_minutes", "most_mentees", "countries", "language_level", "days_together"),
    *("weights", "floor"),
)
REMINDERS = (1, 7)
TOLD_OF: dict[str, str] = {
    CallState.MATCHING: notices.CALL_MATCHING,
    CallState.CLOSED: notices.CALL_CLOSED,
    CallState.CANCELLED: notices.CALL_CANCELLED,
}


@transaction.atomic
def know_programme(page: Any) -> Programme | None:
    """The record of a programme's page. The source language names it."""
    return _known(Programme, page, {})


@transaction.atomic
def know_call(page: Any) -> Call | None:
    """The record of a call's page, a draft at first. One that is moved stays with its programme."""
    above = page.get_parent().specific_deferred
    programme, _is_new = Programme.objects.get_or_create(
        key=above.translation_key, defaults={"name": above.title}
    )
    return _known(Call, page, {"programme": programme})


def _known(model: Any, page: Any, first: dict[str, Any]) -> Any:
    if page.alias_of_id is not None:
        return None
    record, _is_new = model.objects.get_or_create(
        key=page.translation_key, defaults={**first, "name": page.title}
    )
    if page.locale.language_code == settings.LANGUAGE_CODE and record.name != page.title:
        record.name = page.title
        record.save(update_fields=["name"])
    return record


# --- Settings ---------------------------------------------------------------------------------


def fingerprint(call: Call) -> str:
    """Of the settings as they are, so that two who change them at once notice each other."""
    values = json.dumps(model_to_dict(call, SETTINGS), sort_keys=True, default=str)
    return hashlib.sha256(values.encode()).hexdigest()


@transaction.atomic
def save_settings(call_id: int, values: Mapping[str, Any], *, seen: str, by: Any) -> Call:
    """Changes what a call asks and offers. `seen` is the fingerprint of what was on the screen.
    Applications that were handed in stay as they are; a matching made before is out of date."""
    call = locked_call(call_id)
    if call.state in (CallState.CLOSED, CallState.CANCELLED):
        raise Refused("call-is-over", _("This call is over, so its settings stay as they were."))
    if fingerprint(call) != seen:
        raise Refused(
            "changed-meanwhile",
            _("Somebody else changed the settings meanwhile. Look at them, then change yours."),
        )
    changed = [name for name in SETTINGS if name in values and values[name] != getattr(call, name)]
    if not changed:
        return call
    for name in changed:
        setattr(call, name, values[name])
    if call.state != CallState.DRAFT and not _has_dates(call):
        raise Refused("no-dates", _("A call that was opened needs all four of its dates."))
    call.save(update_fields=changed)
    log_act(Act.SETTINGS, call.pk, by=by, count=0, detail={"fields": changed})
    return call


@transaction.atomic
def save_programme(programme_id: int, *, pairs: str, second_person: bool, by: Any) -> Programme:
    """What holds for all calls of a programme, so the log of each call has it."""
    programme = Programme.objects.select_for_update(no_key=True).get(pk=programme_id)
    values = {"pairs": pairs, "second_person": second_person}
    changed = [name for name, value in values.items() if getattr(programme, name) != value]
    for name in changed:
        setattr(programme, name, values[name])
    programme.save(update_fields=changed)
    detail = {"fields": changed, "programme": programme.pk}
    for call in programme.calls.order_by("pk") if changed else []:
        log_act(Act.SETTINGS, call.pk, by=by, count=0, detail=detail)
    return programme


def _has_dates(call: Call) -> bool:
    return None not in (call.opens_at, call.closes_at, call.period_from, call.period_until)


# --- States -----------------------------------------------------------------------------------


@transaction.atomic
def move_call(
    call_id: int, to: str, *, by: Any, reason: str = "", now: datetime | None = None
) -> Call:
    """Moves a call to another state and tells its applicants where that concerns them. Twice is
    once. A call that is called off takes its offers back; the reason is for the applicants."""
    call = locked_call(call_id)
    if call.state == to:
        return call
    now = now or timezone.now()
    if to not in CALL_MOVES[call.state]:
        raise Refused(f"{call.state}-to-{to}")
    reason = checked_words(reason) if to == CallState.CANCELLED else ""
    if refusal := _why_not(call, to, now):
        raise Refused(*refusal)
    told = _whom_to_tell(call, to)
    lock_people(told)
    if to == CallState.CANCELLED:
        for pk in call.matches.filter(state__in=OFFERS).order_by("pk").values_list("pk", flat=True):
            rescind(pk, by=by, now=now)
    before = call.state
    move(call, to, CALL_MOVES)
    call.save(update_fields=["state"])
    act = log_act(
        Act.STATE, call.pk, by=by, count=len(told), detail={"from": before, "to": to}, now=now
    )
    if told:
        facts = {"call": call.name, "reason": reason}
        notify(TOLD_OF[to], told, event=f"mentoring-call:{act.pk}", facts=facts, now=now)
    return call


def _why_not(call: Call, to: str, now: datetime) -> tuple[str, Any] | None:
    """A code and words, where the dates or the mentorships of a call keep it from moving."""
    under_way = call.matches.holding().exclude(state__in=OFFERS).count()
    offers = call.matches.filter(state__in=OFFERS).count()
    if to == CallState.OPEN and not _has_dates(call):
        return "no-dates", _("Set all four dates in the settings first.")
    if to == CallState.OPEN and call.closes_at is not None and call.closes_at <= now:
        return "closing-is-past", _("Its last day is over. Set a later one in the settings first.")
    if to == CallState.RUNNING and not under_way + offers:
        return "no-pairs", _("Nobody holds a match yet. Publish a matching first.")
    if to == CallState.CLOSED and under_way + offers:
        words = ngettext(
            "%(count)s match is still offered or under way. Let it end first.",
            "%(count)s matches are still offered or under way. Let them end first.",
            under_way + offers,
        )
        return "still-under-way", words % {"count": under_way + offers}
    if to == CallState.CANCELLED and under_way:
        words = ngettext(
            "%(count)s mentorship is under way. Let it end, then close the call.",
            "%(count)s mentorships are under way. Let them end, then close the call.",
            under_way,
        )
        return "still-under-way", words % {"count": under_way}
    return None


def _whom_to_tell(call: Call, to: str) -> list[int]:
    """Ids of the people whom a move concerns."""
    rows = call.applications.filter(person__isnull=False)
    rows = rows.exclude(state__in=[ApplicationState.WITHDRAWN, ApplicationState.INELIGIBLE])
    if to == CallState.MATCHING:
        rows = rows.handed_in().exclude(state=ApplicationState.DRAFT)
    elif to == CallState.CLOSED:
        rows = rows.filter(state__in=[ApplicationState.MATCHED, ApplicationState.UNMATCHED])
    elif to != CallState.CANCELLED:
        return []
    return sorted(set(rows.values_list("person", flat=True)))


# --- Before it closes -------------------------------------------------------------------------


def remind_of_closing(*, now: datetime | None = None) -> int:
    """Tells those with an unfinished application seven days before their call closes, and one day
    before. A closing date that was moved is told of again."""
    now = now or timezone.now()
    soon = now + timedelta(days=max(REMINDERS))
    due = Call.objects.open_at(now).filter(closes_at__lte=soon)
    return sum(_remind(pk, now) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _remind(call_id: int, now: datetime) -> int:
    call = locked_call(call_id)
    if call.closes_at is None or not call.is_open(now):
        return 0
    left = call.closes_at - now
    days = next((n for n in REMINDERS if left <= timedelta(days=n)), None)
    detail = {"days": days, "closes": str(call.closes_at)}
    told = CallAct.objects.filter(call=call, kind=Act.REMINDER, detail=detail)
    if days is None or told.exists():
        return 0
    drafts = call.applications.filter(state=ApplicationState.DRAFT, person__isnull=False)
    people = sorted(set(drafts.values_list("person", flat=True)))
    act = log_act(Act.REMINDER, call.pk, by=None, count=len(people), detail=detail, now=now)
    facts = {"call": call.name, "days": days}
    return notify(
        notices.CALL_CLOSES, people, event=f"mentoring-call:{act.pk}", facts=facts, now=now
    )
