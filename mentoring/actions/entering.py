"""How one of the two enters their mentorship to change something in it, and how others are told.

Locks in the one order of `actions.matches`: people, the mentor's application, the mentee's, the
match; whoever entered locks rows of the match after that.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mentoring.actions.desk import lock_people
from mentoring.actions.matches import locked_match, side_of
from mentoring.models import Application, Match
from mentoring.permissions import coordinators_of
from mentoring.states import BEGUN, MatchState
from participants.actions import notify
from participants.models import User
from participants.refusals import Refused

NOT_UNDER_WAY = _("This mentorship is not under way, so nothing in it changes now.")


@dataclass(frozen=True)
class Space:
    """A locked mentorship, seen by one of the two. `now` is the moment of the change."""

    match: Match
    mentee: Application
    mentor: Application
    side: str
    now: datetime

    @property
    def own(self) -> Application:
        return self.mentee if self.side == "mentee" else self.mentor

    @property
    def other(self) -> Application:
        return self.mentor if self.side == "mentee" else self.mentee

    @property
    def time_zone(self) -> str:
        """Of whoever entered."""
        return self.own.person.time_zone if self.own.person else settings.TIME_ZONE

    @property
    def people(self) -> list[int]:
        both = (self.mentee.person_id, self.mentor.person_id)
        return [pk for pk in both if pk is not None]

    def tell_other(self, kind: str, event: str, **facts: str) -> None:
        tell(kind, self.match, [self.other], event, self.now, **facts)


def enter(
    match_id: int,
    user_id: int,
    now: datetime,
    *,
    states: Collection[str] = (MatchState.ACTIVE,),
    with_coordinators: bool = False,
) -> Space:
    """Of a stranger's match there is none; in another state it is refused. Whoever tells the
    coordinators as well locks them along, before anything else."""
    lock = lock_with_coordinators if with_coordinators else locked_match
    match, mentee, mentor = lock(match_id)
    side = side_of(match, mentee, mentor, user_id)
    if match.state not in BEGUN:
        raise Match.DoesNotExist
    if match.state not in states:
        raise Refused(f"is-{match.state}", NOT_UNDER_WAY)
    return Space(match, mentee, mentor, side, now)


def tell(
    kind: str,
    match: Match,
    applications: Iterable[Application],
    event: str,
    now: datetime,
    **facts: Any,
) -> None:
    """Tells people of the match, with codes and days alone: nobody's words are in a notice."""
    people = [one.person_id for one in applications if one.person_id is not None]
    known = {"match": match.pk, "call": match.call.name, **facts}
    notify(kind, people, event=f"mentorship:{match.pk}:{event}", facts=known, now=now)


def tell_coordinators(kind: str, match: Match, event: str, now: datetime, **facts: Any) -> None:
    """All who coordinate its programme, without names: they see these at the desk."""
    people = _coordinators(match)
    known = {"match": match.pk, "call": match.call.name, "call_id": match.call_id, **facts}
    notify(kind, people, event=f"mentorship:{match.pk}:{event}", facts=known, now=now)


def lock_with_coordinators(match_id: int) -> tuple[Match, Application, Application]:
    """As `matches.locked_match`, with the coordinators locked along, all in one order."""
    match = Match.objects.select_related("call", "mentee", "mentor").get(pk=match_id)
    ids = _coordinators(match)
    ids |= {pk for pk in (match.mentee.person_id, match.mentor.person_id) if pk is not None}
    lock_people(ids)
    return locked_match(match_id)


def _coordinators(match: Match) -> set[int]:
    """Of a programme that nobody coordinates, administrators look after the people."""
    found = coordinators_of(match.call.programme_id)
    return found or set(User.objects.administrators().values_list("pk", flat=True))
