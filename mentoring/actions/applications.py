"""Applying. What one writes is a draft of one's own until it is handed in.

Whoever changes an application locks the person first, as erasing does, then the call where its
state matters, then the application.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mentoring import rules
from mentoring.actions.matches import end_offers_of, lock_with_partners
from mentoring.actions.moves import move
from mentoring.models import Application, Call, CallPage, Conflict
from mentoring.models.applications import PLAIN
from mentoring.states import (
    ANSWERS,
    APPLICATION_MOVES,
    HOLDING,
    OFFERS,
    ApplicationState,
    Step,
)
from participants.actions import find_or_create_organisation, present
from participants.models import Profile
from participants.refusals import Refused
from participants.rules import normalised_name

LONGEST_ANSWER = 3000
MOST_CONFLICTS = 20
TRIES = 3
NOT_OPEN = _("This call is not open for applications. What you wrote before is kept.")
SETTLED = _("This application can no longer be changed. Reload the page to see where it stands.")
NEWER = _("You saved newer answers in another window or on another device. Both are shown here.")
INCOMPLETE = _("Something is still missing. Follow the links below, then hand in again.")
NO_ANSWER = _("Write your answer first.")
UNDER_WAY = _(
    "Your mentorship is under way. Tell your coordinator if you want to end it, then withdraw."
)
ENOUGH = _("You have named enough. Remove one before you add another.")
NOBODY = _("Name an organisation, or describe the person.")
# Taken along from an earlier application, or from the one on the other side.
ALIKE = (*ANSWERS[Step.PLACE], "languages", "half_days")


@transaction.atomic
def begin(user_id: int, call_id: int, side: str, *, now: datetime | None = None) -> Application:
    """The application of this person on this side: the one that is there, or a new draft. Whoever
    withdrew begins again with their answers."""
    user = present(user_id)
    own = Application.objects.filter(call=call_id, person=user, side=side)
    found = own.select_for_update(of=("self",)).first()
    if found is not None and found.state != ApplicationState.WITHDRAWN:
        return found
    if not Call.objects.get(pk=call_id).is_open(now or timezone.now()):
        raise Refused("call-not-open", NOT_OPEN)
    if found is None:
        return own.create(
            call_id=call_id,
            person=user,
            side=side,
            draft=_known(user),
            language=get_language() or "",
        )
    found.draft = found.written()
    found.withdrawn_at = None
    move(found, ApplicationState.DRAFT, APPLICATION_MOVES)
    found.save(update_fields=["draft", "withdrawn_at", "state"])
    return found


@transaction.atomic
def save_step(
    application_id: int,
    user_id: int,
    step: str,
    answers: dict[str, Any],
    *,
    version: int,
    now: datetime | None = None,
) -> Application:
    """Keeps what a step says, complete or not. `version` is what the screen knew: where this step
    was saved since then, from elsewhere and with something else, it is refused."""
    present(user_id)
    now = now or timezone.now()
    application = _own(application_id, user_id)
    _must_be_changeable(application, application.call, now)
    if answers.keys() - set(ANSWERS[step]):
        raise ValueError("Another step asks for this.")
    written = application.written()
    if all(written.get(name) == value for name, value in answers.items()):
        return application
    if application.steps.get(step, 0) > version:
        raise Refused("newer-version", NEWER)
    application.draft |= answers
    if application.state != ApplicationState.DRAFT:
        given = application.given()
        changed = {n: v for n, v in application.draft.items() if given.get(n) != v}
        application.draft = changed
    application.version += 1
    application.steps[step] = application.version
    application.saved_at = now
    application.save(update_fields=["draft", "version", "steps", "saved_at"])
    return application


@transaction.atomic
def submit(application_id: int, user_id: int, *, now: datetime | None = None) -> Application:
    """Hands in what was written. One that is in already stays in, with its new answers; with
    nothing new, nothing happens. Refused after the call has closed, and while something is
    missing."""
    present(user_id)
    now = now or timezone.now()
    calls = Call.objects.select_for_update(no_key=True)
    call = calls.get(applications=application_id, applications__person=user_id)
    application = _own(application_id, user_id)
    is_first = application.state == ApplicationState.DRAFT
    if not is_first and not application.draft:
        return application
    _must_be_changeable(application, call, now)
    if missing(application, call):
        raise Refused("incomplete", INCOMPLETE)
    _take_over(application)
    if is_first:
        move(application, ApplicationState.SUBMITTED, APPLICATION_MOVES)
        _forget_decision(application)
        application.submitted_at = now
    application.language = get_language() or application.language
    application.saved_at = now
    application.save()
    return application


@transaction.atomic
def discard_changes(application_id: int, user_id: int) -> Application:
    """Back to what was handed in. A draft that never was keeps its answers."""
    present(user_id)
    application = _own(application_id, user_id)
    if application.state != ApplicationState.DRAFT and application.draft:
        application.draft = {}
        application.version += 1
        application.steps = dict.fromkeys(ANSWERS, application.version)
        application.save(update_fields=["draft", "version", "steps"])
    return application


@transaction.atomic
def answer(application_id: int, user_id: int, text: str) -> Application:
    """Answers what the coordinator asked, also after the call closed. The same twice is once."""
    present(user_id)
    application = _own(application_id, user_id)
    text = text.strip()[:LONGEST_ANSWER]
    if not text:
        raise Refused("no-answer", NO_ANSWER)
    if application.state == ApplicationState.SUBMITTED and application.answer == text:
        return application
    if application.state != ApplicationState.NEEDS_INFO:
        raise Refused("nothing-asked", SETTLED)
    move(application, ApplicationState.SUBMITTED, APPLICATION_MOVES)
    application.answer = text
    application.save(update_fields=["state", "answer"])
    return application


@transaction.atomic
def declare_conflict(
    application_id: int, user_id: int, *, organisation: str = "", country: str = "", words: str = ""
) -> Conflict:
    """Somebody not to be paired with. It holds at once, also after handing in; naming them twice is
    once."""
    present(user_id)
    application = _own(application_id, user_id)
    if application.state == ApplicationState.WITHDRAWN:
        raise Refused("withdrawn", SETTLED)
    named = organisation.strip() if normalised_name(organisation) and country else ""
    if not named and not words.strip():
        raise Refused("nobody-named", NOBODY)
    with_whom: dict[str, Any] = {"organisation": None, "words": words.strip()}
    if named:
        with_whom["organisation"] = find_or_create_organisation(named, country)
    found = application.conflicts.filter(**with_whom).first()
    if found is None and application.conflicts.count() >= MOST_CONFLICTS:
        raise Refused("too-many", ENOUGH)
    return found or application.conflicts.create(**with_whom)


@transaction.atomic
def remove_conflict(application_id: int, user_id: int, conflict_id: int) -> None:
    present(user_id)
    application = _own(application_id, user_id)
    if application.state != ApplicationState.WITHDRAWN:
        application.conflicts.filter(pk=conflict_id).delete()


def withdraw(application_id: int, user_id: int, *, now: datetime | None = None) -> Application:
    """Out of the call, at any time before a mentorship is under way. An offer that is open ends for
    both; the answers are kept for a return. Twice is once."""
    for _try in range(TRIES):
        try:
            return _withdraw(application_id, user_id, now or timezone.now())
        except Refused as refusal:
            if refusal.reason != "offered-meanwhile":
                raise
    raise Refused("offered-meanwhile")


@transaction.atomic
def _withdraw(application_id: int, user_id: int, now: datetime) -> Application:
    application, partners = lock_with_partners(application_id)
    if application is None or application.person_id != user_id:
        raise Application.DoesNotExist
    present(user_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    if application.is_holding(set(HOLDING) - set(OFFERS)):
        raise Refused("under-way", UNDER_WAY)
    end_offers_of(application, partners, by=user_id, now=now)
    move(application, ApplicationState.WITHDRAWN, APPLICATION_MOVES)
    application.withdrawn_at = now
    application.save(update_fields=["state", "withdrawn_at"])
    return application


def missing(application: Application, call: Call) -> list[str]:
    """Names of answers without which it cannot be handed in. A tick counts while the words that
    were confirmed still stand on the page, in whatever language."""
    said = application.written()
    pages = list(CallPage.objects.live().filter(translation_key=call.key))
    asked = [one for page in pages for one in page.conditions_for(application.side)]
    standing = {(one["key"], one["text"]) for one in asked}
    ticked = [one["key"] for one in said["conditions"] if (one["key"], one["text"]) in standing]
    if not pages or call.period_from is None or call.period_until is None:
        raise Refused("call-not-open", NOT_OPEN)
    answers = rules.Answers(
        side=application.side,
        organisation=bool(normalised_name(said["organisation"])),
        topics=len(said["topics"]),
        available_from=_day(said["available_from"]),
        available_until=_day(said["available_until"]),
        ticked=ticked,
        privacy=bool(said["privacy_wording"]),
        **{name: said[name] for name in PLAIN if name not in ("conditions", "privacy_wording")},
    )
    wanted = rules.Wanted(
        conditions={one["key"] for one in asked},
        countries=call.countries,
        period=(call.period_from, call.period_until),
        most_mentees=call.most_mentees,
    )
    return rules.missing(answers, wanted)


# --- What they share --------------------------------------------------------------------------


def _own(application_id: int, user_id: int) -> Application:
    """Locked; a stranger's does not exist."""
    rows = Application.objects.select_related("call", "organisation")
    return rows.select_for_update(of=("self",)).get(pk=application_id, person=user_id)


def _must_be_changeable(application: Application, call: Call, now: datetime) -> None:
    if not call.is_open(now):
        raise Refused("call-not-open", NOT_OPEN)
    if not rules.is_changeable(application.state, True):
        raise Refused("settled", SETTLED)


def _known(user: Any) -> dict[str, Any]:
    """What a person need not write again: from their last application, else their profile."""
    profile = Profile.objects.filter(pk=user.pk).select_related("organisation").first()
    said: dict[str, Any] = {"capacity": 1}
    if profile is not None:
        said |= {
            "organisation": profile.organisation.name,
            "country": profile.country,
            "role": profile.role,
        }
    earlier = Application.objects.of(user).order_by("-saved_at", "-pk").first()
    if earlier is not None:
        before = earlier.written()
        said |= {name: before[name] for name in ALIKE if before.get(name) not in ("", None)}
    return said


def _take_over(application: Application) -> None:
    """From the draft to the fields, which the caller saves."""
    said = application.written()
    for name in PLAIN:
        setattr(application, name, said[name])
    for name in ("available_from", "available_until"):
        setattr(application, name, _day(said[name]))
    application.organisation = find_or_create_organisation(said["organisation"], said["country"])
    application.topics.set(said["topics"])
    application.draft = {}


def _forget_decision(application: Application) -> None:
    """Of an earlier round: what was asked, answered and decided before a withdrawal."""
    for name in ("question", "answer", "reason"):
        setattr(application, name, "")
    application.decided_at = application.decided_by = None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
