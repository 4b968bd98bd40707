"""Offers and what becomes of them. Whoever changes a match locks the people first, as erasing does,
then the mentors' applications, then the mentees', then the match: in this order everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentoring import notices, rules
from mentoring.actions.dates import set_out, wind_up
from mentoring.actions.desk import lock_people
from mentoring.actions.moves import move
from mentoring.models import Application, Call, Match, MatchChange, MatchRun, PairRule
from mentoring.states import (
    APPLICATION_MOVES,
    ENDED,
    MATCH_MOVES,
    OFFERS,
    ApplicationState,
    MatchState,
    PairDecision,
    Reply,
    Side,
)
from participants.actions import Event, notify_each
from participants.refusals import Refused
from participants.sweeps import one_by_one

LONGEST_REASON = 1000
OVER = _("This offer is over. Reload the page to see what became of it.")


@dataclass(frozen=True)
class Pair:
    """Ids of two applications, and the points that are offered with them."""

    mentee: int
    mentor: int
    points: Mapping[str, int] = field(default_factory=dict)


@transaction.atomic
def offer(
    call_id: int,
    pairs: Iterable[Pair],
    *,
    run: MatchRun | None = None,
    by: Any = None,
    previous: Match | None = None,
    now: datetime | None = None,
) -> list[Match]:
    """Offers pairs of one call to each other, all or none. Refuses a mentee who holds a match, a
    mentor without a place left, and anybody who is not in the pool any more."""
    now = now or timezone.now()
    call = Call.objects.get(pk=call_id)
    pairs = sorted(pairs, key=lambda pair: (pair.mentor, pair.mentee))
    known = _locked_in_pool({pk for pair in pairs for pk in (pair.mentor, pair.mentee)})
    free = _places({pair.mentor for pair in pairs}, known)
    taken = set(
        Match.objects.holding()
        .filter(mentee__in=[pair.mentee for pair in pairs])
        .values_list("mentee", flat=True)
    )
    made = []
    for pair in pairs:
        mentee, mentor = known.get(pair.mentee), known.get(pair.mentor)
        if not (_is(mentee, Side.MENTEE, call_id) and _is(mentor, Side.MENTOR, call_id)):
            raise Refused("not-in-the-pool")
        if pair.mentee in taken:
            raise Refused("mentee-has-a-match")
        free[pair.mentor] -= 1
        if free[pair.mentor] < 0:
            raise Refused("mentor-has-no-place")
        taken.add(pair.mentee)
        made.append(_offered(call, pair, run, previous, now))
    Match.objects.bulk_create(made)
    MatchChange.objects.bulk_create(
        MatchChange(match=match, state=match.state, by=by, at=now) for match in made
    )
    say([known[pk] for m in made for pk in (m.mentee_id, m.mentor_id)], ApplicationState.MATCHED)
    told = [_event(m, [known[m.mentee_id], known[m.mentor_id]]) for m in made]
    notify_each(notices.OFFERED, told, now=now)
    return made


def _is(application: Application | None, side: str, call_id: int) -> bool:
    return application is not None and (application.side, application.call_id) == (side, call_id)


def _offered(
    call: Call, pair: Pair, run: MatchRun | None, previous: Match | None, now: datetime
) -> Match:
    return Match(
        call=call,
        run=run,
        mentee_id=pair.mentee,
        mentor_id=pair.mentor,
        previous=previous,
        points=dict(pair.points),
        offered_at=now,
        answer_by=now + timedelta(days=call.days_to_answer),
    )


@transaction.atomic
def accept(match_id: int, user_id: int, *, now: datetime | None = None) -> Match:
    """One of the two says yes, for themself. When both did, it is under way. Saying it twice
    changes nothing; after the deadline it is too late, whether or not the sweep was there."""
    return _reply(match_id, user_id, Reply.ACCEPTED, "", now)


@transaction.atomic
def decline(match_id: int, user_id: int, *, reason: str = "", now: datetime | None = None) -> Match:
    """One of the two says no; the place is free at once. A reason is wished for and never needed;
    coordinators alone read it."""
    return _reply(match_id, user_id, Reply.DECLINED, reason.strip()[:LONGEST_REASON], now)


def _reply(match_id: int, user_id: int, reply: Reply, reason: str, now: datetime | None) -> Match:
    match, mentee, mentor = locked_match(match_id)
    now = now or timezone.now()
    own = side_of(match, mentee, mentor, user_id)
    if getattr(match, f"{own}_reply") == reply:
        return match
    if match.state not in OFFERS or match.answer_by <= now or getattr(match, f"{own}_reply"):
        raise Refused("offer-is-over", OVER)
    setattr(match, f"{own}_reply", reply)
    setattr(match, f"{own}_replied_at", now)
    state = rules.after_reply(match.mentee_reply, match.mentor_reply)
    if reply == Reply.DECLINED:
        match.decline_reason = reason
    become(match, state, mentee, mentor, by=user_id, now=now)
    if state == MatchState.ACTIVE:
        _tell(notices.BOTH_ACCEPTED, match, [mentee, mentor], now)
    elif state == MatchState.DECLINED:
        _tell(notices.OFFER_ENDED, match, [mentor if own == "mentee" else mentee], now)
    return match


@transaction.atomic
def expire(match_id: int, *, now: datetime | None = None) -> bool:
    """Silence is an answer: the place is free again, and both are told. Says whether it did."""
    match, mentee, mentor = locked_match(match_id)
    now = now or timezone.now()
    if match.state not in OFFERS or match.answer_by > now:
        return False
    become(match, MatchState.EXPIRED, mentee, mentor, by=None, now=now)
    _tell(notices.OFFER_ENDED, match, [mentee, mentor], now)
    return True


def expire_overdue() -> int:
    """Every offer whose time is over. One that fails keeps no other from expiring."""
    overdue = Match.objects.overdue(timezone.now()).values_list("pk", flat=True)
    return one_by_one("Expiry of offer", overdue, expire)


@transaction.atomic
def rescind(match_id: int, *, by: Any, reason: str = "", now: datetime | None = None) -> Match:
    """A coordinator takes an offer back. Twice is once."""
    match, mentee, mentor = locked_match(match_id)
    now = now or timezone.now()
    if match.state == MatchState.RESCINDED:
        return match
    become(match, MatchState.RESCINDED, mentee, mentor, by=by.pk, now=now, reason=reason)
    _tell(notices.OFFER_ENDED, match, [mentee, mentor], now)
    return match


@transaction.atomic
def end_for_erased(match_id: int, *, now: datetime | None = None) -> None:
    """One of the two is being erased: the other is told that it ended, and not why."""
    match, mentee, mentor = locked_match(match_id)
    if match.state in ENDED:
        return
    now = now or timezone.now()
    match.state = MatchState.RESCINDED if match.state in OFFERS else MatchState.ENDED_EARLY
    match.ended_at = now
    match.save(update_fields=["state", "ended_at"])
    MatchChange.objects.create(match=match, state=match.state, at=now)
    wind_up(match, [mentee, mentor], now)
    if match.began_at is None:
        _free(mentee)
        _free(mentor)
    _tell(notices.OFFER_ENDED, match, [mentee, mentor], now)


def lock_with_partners(application_id: int) -> tuple[Application | None, dict[int, Application]]:
    """An application, and by id everybody whom an open offer binds to it, locked in the one order.
    Refused where another offer was made meanwhile: let go of everything and begin again."""
    before = _bound_to(application_id)
    known = lock_applications([application_id, *before])
    if _bound_to(application_id) - before:
        raise Refused("offered-meanwhile")
    return known.get(application_id), known


def end_offers_of(
    application: Application, known: Mapping[int, Application], *, by: int, now: datetime
) -> None:
    """Somebody withdraws: open offers are declined for them, and the others are told."""
    own, other = ("mentee", "mentor") if application.is_mentee else ("mentor", "mentee")
    offers = Match.objects.select_for_update().filter(state__in=OFFERS, **{own: application})
    for match in offers.order_by("pk"):
        two = {own: application, other: known[getattr(match, f"{other}_id")]}
        setattr(match, f"{own}_reply", Reply.DECLINED)
        setattr(match, f"{own}_replied_at", now)
        become(match, MatchState.DECLINED, two["mentee"], two["mentor"], by=by, now=now)
        _tell(notices.OFFER_ENDED, match, [two[other]], now)


# --- What they share --------------------------------------------------------------------------


def locked_match(match_id: int) -> tuple[Match, Application, Application]:
    """A match with its mentee's and its mentor's application."""
    found = Match.objects.get(pk=match_id)
    known = lock_applications([found.mentee_id, found.mentor_id])
    match = Match.objects.select_for_update().get(pk=match_id)
    return match, known[match.mentee_id], known[match.mentor_id]


def _locked_in_pool(ids: Iterable[int]) -> dict[int, Application]:
    return {pk: row for pk, row in lock_applications(ids).items() if row.is_in_pool}


def _bound_to(application_id: int) -> set[int]:
    either = Q(mentee=application_id) | Q(mentor=application_id)
    pairs = Match.objects.filter(either, state__in=OFFERS).values_list("mentee", "mentor")
    return {pk for pair in pairs for pk in pair} - {application_id}


def lock_applications(ids: Iterable[int]) -> dict[int, Application]:
    rows = Application.objects.filter(pk__in=list(ids))
    lock_people(rows.values("person"))
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("-side", "pk")}


def _places(mentors: Iterable[int], known: Mapping[int, Application]) -> dict[int, int]:
    """How many mentees each mentor can still take."""
    free = {pk: known[pk].capacity for pk in mentors if pk in known}
    for pk in Match.objects.holding().filter(mentor__in=free).values_list("mentor", flat=True):
        free[pk] -= 1
    return {**dict.fromkeys(mentors, 0), **free}


def side_of(match: Match, mentee: Application, mentor: Application, user_id: int) -> str:
    if mentee.person_id == user_id:
        return "mentee"
    if mentor.person_id == user_id:
        return "mentor"
    raise Match.DoesNotExist


def become(
    match: Match,
    state: str,
    mentee: Application,
    mentor: Application,
    *,
    by: int | None,
    now: datetime,
    reason: str = "",
) -> None:
    """Moves a locked match, and does what follows for its dates and its two people."""
    if state != match.state:
        move(match, state, MATCH_MOVES)
    if state == MatchState.ACTIVE and match.began_at is None:
        match.began_at = now
    if state in ENDED:
        match.ended_at = now
    match.save()
    MatchChange.objects.create(match=match, state=state, by_id=by, at=now, reason=reason)
    if state == MatchState.ACTIVE:
        set_out(match, [mentee, mentor], now)
    if state in ENDED:
        wind_up(match, [mentee, mentor], now)
        # Nobody makes this pair again, so a lock would keep every matching from being made.
        locks = PairRule.objects.in_force().filter(mentee=mentee, mentor=mentor)
        locks.filter(decision=PairDecision.LOCKED).update(lifted_at=now)
        if match.began_at is None:
            _free(mentee)
            _free(mentor)


def _free(application: Application) -> None:
    """Back to waiting for a match, unless another holds them. Not after a mentorship: nobody is
    put into the next matching unasked."""
    held = Match.objects.holding().filter(**{application.side: application}).exists()
    if application.state == ApplicationState.MATCHED and not held:
        say([application], ApplicationState.ELIGIBLE)


def say(applications: Iterable[Application], state: str) -> None:
    """Moves those that are not there yet; the caller locked them."""
    others = {one.pk: one for one in applications if one.state != state}
    for application in others.values():
        move(application, state, APPLICATION_MOVES)
    Application.objects.filter(pk__in=others).update(state=state)


def _tell(kind: str, match: Match, applications: Iterable[Application], now: datetime) -> None:
    notify_each(kind, [_event(match, applications)], now=now)


def _event(match: Match, applications: Iterable[Application]) -> Event:
    people = [one.person_id for one in applications if one.person_id is not None]
    facts = {"match": match.pk, "call": match.call.name, "state": match.state}
    facts["by"] = match.answer_by.isoformat()
    return Event(f"mentoring-match:{match.pk}:{match.state}", people, facts)
