"""Mentoring in *My academy*: each application with its next step and deadline."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from home.prepared import Prepared
from mentoring.models import Application, Match
from mentoring.states import OFFERS, ApplicationState, MatchState, Reply, Side
from mentoring.views import words
from mentoring.views.shared import is_open, link_of

_applications_of = Prepared(
    lambda user: (
        Application.objects.filter(person=user).select_related("call").order_by("-saved_at", "-pk")
    ),
    int,
)
OVER = (ApplicationState.WITHDRAWN, ApplicationState.INELIGIBLE)
ASKS = (ApplicationState.DRAFT, ApplicationState.NEEDS_INFO)


def mentoring_of(user: Any, now: datetime | None = None) -> list[dict]:
    """What asks for an answer comes first. One query for whoever has no mentoring, two for all
    others."""
    now = now or timezone.now()
    applications = _applications_of(user.pk)
    if not applications:
        return []
    matches = Match.objects.of(user).still_shown(now).select_related("mentee", "mentor")
    held: dict[int, list[Match]] = {}
    for match in matches:
        for one in (match.mentee, match.mentor):
            if one.person_id == user.pk:
                held.setdefault(one.pk, []).append(match)
    rows = []
    for application in applications:
        own = held.get(application.pk, [])
        rows += [_match_row(application, match, now) for match in own]
        if not own and application.state not in OVER:
            rows += [_row(application, is_open(application.call, now))]
    return sorted(rows, key=lambda row: not row["asks"])


def _row(application: Application, open_now: bool) -> dict:
    call = application.call
    is_draft = application.state == ApplicationState.DRAFT
    closes = words.moment(call.closes_at) if open_now and is_draft else None
    text, label = {
        ApplicationState.DRAFT: (
            _("Your application is a draft.")
            if open_now
            else _("Your application was not handed in."),
            _("Go on with it") if open_now else _("Read it"),
        ),
        ApplicationState.NEEDS_INFO: (_("The coordinator has a question."), _("Answer it")),
    }.get(
        ApplicationState(application.state),
        (_("Your application: %s.") % application.get_state_display(), _("See where it stands")),
    )
    return {
        **_named(application),
        "text": text,
        "label": label,
        "url": reverse("mentoring:application", args=[application.pk]),
        "due": closes,
        "due_word": _("Hand it in by"),
        "asks": application.state in ASKS and (open_now or not is_draft),
    }


def _match_row(application: Application, match: Match, now: datetime) -> dict:
    own = match.mentee_reply if application.is_mentee else match.mentor_reply
    is_offer = match.state in OFFERS and match.answer_by > now
    asks = is_offer and own == Reply.OPEN
    began = match.began_at is not None
    text = _("Your mentorship: %s.") % match.get_state_display()
    if asks:
        text = _("We found a match for you.")
    elif match.state in OFFERS:
        text = _("You accepted. The other answer is still open.") if is_offer else _("It is over.")
    elif match.state == MatchState.ACTIVE:
        text = _("Your mentorship is under way.")
    elif match.state == MatchState.COMPLETED:
        text = _("Your mentorship is completed. Your statement and what you shared are there.")
    elif match.ended_at:
        text = _("Your mentorship has ended. What you shared is still there.")
    return {
        **_named(application),
        "text": text,
        "label": _("Accept or decline") if asks else _("Go to it"),
        "url": reverse(f"mentoring:{'mentorship' if began else 'match'}", args=[match.pk]),
        "due": words.moment(match.answer_by) if is_offer else None,
        "due_word": _("Answer by"),
        "asks": asks,
    }


def _named(application: Application) -> dict:
    call = link_of(application.call)
    side = _("as a mentee") if application.side == Side.MENTEE else _("as a mentor")
    return {"title": call["title"], "lang": call["lang"], "side": side}
