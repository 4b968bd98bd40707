"""The dates of a mentorship in the schedules of the two, all from one source. No date names
anybody, so whoever is erased leaves no name in the other's calendar.

Locks are taken in one order: people, applications, match, its rows, then dates.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from home.pagemap import page_map
from mentoring import rules
from mentoring.models import Application, Call, Checkpoint, Match, Programme, Session
from mentoring.states import CheckpointState, SessionState
from schedule import actions as schedule
from schedule.rules import Content, on_days
from schedule.states import Kind

DATES = "mentoring"


def path_of_date(target: Mapping[str, Any]) -> str:
    return reverse("mentoring:mentorship", args=[target["match"]])


def show_session(session: Session, match: Match, people: Iterable[int], now: datetime) -> None:
    """Puts a planned session into both schedules. Another time keeps its UID."""
    if session.begins_at is None:
        raise ValueError("Only a session with a time stands in a calendar.")
    content = Content(
        kind=Kind.EVENT,
        title=_said(match.call, lambda: _("Mentoring session, “%(call)s”")),
        begins_at=session.begins_at,
        ends_at=session.begins_at + timedelta(minutes=session.minutes),
        time_zone=session.time_zone,
        target={"match": match.pk},
    )
    schedule.put_many(people, DATES, _session_key(session), content, now=now)


def hide_session(session: Session, people: Iterable[int], now: datetime) -> None:
    schedule.cancel(people, DATES, [_session_key(session)], now=now)


def show_checkpoint(
    checkpoint: Checkpoint, match: Match, people: Iterable[int], now: datetime
) -> None:
    content = on_days(
        checkpoint.due_on,
        checkpoint.due_on,
        settings.TIME_ZONE,
        kind=Kind.DEADLINE,
        title=_said(match.call, lambda: _("Say how your mentorship goes, “%(call)s”")),
        target={"match": match.pk},
    )
    schedule.put_many(people, DATES, _checkpoint_key(checkpoint), content, now=now)


def hide_checkpoints(
    checkpoints: Iterable[Checkpoint], people: Iterable[int], now: datetime
) -> None:
    """What is due no more; a day that has passed stays as it was."""
    schedule.cancel(people, DATES, [_checkpoint_key(one) for one in checkpoints], now=now)


def call_off_sessions(match: Match, people: Iterable[int], now: datetime) -> None:
    """Nothing is planned any more: what lies ahead, and what was only proposed. A session whose
    time has come stays, so that it can be recorded. The match is locked."""
    rows = list(match.sessions.open().select_for_update())
    ahead = [one for one in rows if one.begins_at is None or one.begins_at > now]
    for session in ahead:
        hide_session(session, people, now)
    Session.objects.filter(pk__in=[one.pk for one in ahead]).update(
        state=SessionState.CANCELLED, times=[], proposed_by=""
    )
    match.sessions.open().update(times=[], proposed_by="")


def set_out(match: Match, applications: Iterable[Application], now: datetime) -> None:
    """A mentorship begins, or goes on: its checkpoints are there once, and in both schedules."""
    days = due_days(match.began_at, match.call.period_from, match.call.period_until)
    rows = [Checkpoint(match=match, kind=kind, due_on=day) for kind, day in days.items()]
    Checkpoint.objects.bulk_create(rows, ignore_conflicts=True)
    show_checkpoints(match, applications, now)


def due_days(began_at: datetime | None, first: date | None, last: date | None) -> dict[str, date]:
    """When the checkpoints of a mentorship are due, as its call's period is now."""
    if began_at is None or first is None or last is None:
        return {}
    began = timezone.localtime(began_at, ZoneInfo(settings.TIME_ZONE)).date()
    return rules.checkpoint_days((first, last), began)


def show_checkpoints(match: Match, applications: Iterable[Application], now: datetime) -> None:
    """In the schedules of those who have not answered yet."""
    people = people_of(applications)
    for checkpoint in match.checkpoints.due().prefetch_related("answers__author"):
        answered = {answer.author.person_id for answer in checkpoint.answers.all()}
        show_checkpoint(checkpoint, match, [pk for pk in people if pk not in answered], now)


def wind_up(match: Match, applications: Iterable[Application], now: datetime) -> None:
    """A match has ended: nothing of it is waiting any more."""
    people = people_of(applications)
    call_off_sessions(match, people, now)
    due = match.checkpoints.filter(state=CheckpointState.DUE)
    hide_checkpoints(due, people, now)


def people_of(applications: Iterable[Application]) -> list[int]:
    return [one.person_id for one in applications if one.person_id is not None]


def titles_of(call: Call | Programme) -> dict[str, str]:
    """Its title in every language of the site; where there is no translation, the source's."""
    pages = page_map()
    found = {code: pages.in_language(call.key, code) for code in dict(settings.LANGUAGES)}
    return {code: node.title if node else call.name for code, node in found.items()}


def _said(call: Call, words: Callable[[], str]) -> dict[str, str]:
    said = {}
    for code, title in titles_of(call).items():
        with translation.override(code):
            said[code] = words() % {"call": title}
    return said


def _session_key(session: Session) -> str:
    return f"session/{session.pk}"


def _checkpoint_key(checkpoint: Checkpoint) -> str:
    return f"checkpoint/{checkpoint.pk}"
