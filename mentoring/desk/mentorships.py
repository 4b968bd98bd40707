"""Mentorships at the coordinator's desk: how far they are, never what the two share."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from home.rules import number_of
from mentoring import actions
from mentoring.desk.common import call_context, check
from mentoring.models import Checkpoint, Match
from mentoring.permissions import CHANGE, VIEW
from mentoring.states import ENDED, CheckpointState, MatchState, SessionState, Side
from participants.refusals import Refused

PEOPLE = ("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation")


def mentorship(request, pk: int, *, status: int = 200):
    """One: its steps with the reasons given to coordinators, its checkpoints, what can be done."""
    found = _found(request, pk)
    may_change = request.user.has_perm(CHANGE)
    needs_rematch = found.state in ENDED and found.state != MatchState.COMPLETED
    pool = found.call.applications.in_pool().for_desk().order_by("person__name", "pk")
    context = {
        **call_context(found.call, "matches"),
        "match": found,
        "sessions": found.sessions.filter(state=SessionState.HELD).count(),
        "checkpoints": found.checkpoints.annotate(answered=Count("answers")),
        "changes": found.changes.select_related("by"),
        "may_change": may_change,
        "may_complete": may_change and found.state == MatchState.ACTIVE,
        "may_waive": may_change and found.state in (MatchState.ACTIVE, MatchState.PAUSED),
        "people": list(pool) if may_change and needs_rematch else [],
        "rematches": found.rematches.select_related(*PEOPLE),
    }
    return TemplateResponse(request, "mentoring/desk/mentorship.html", context, status=status)


def act(request, pk: int):
    """Completes it, waives a checkpoint, or offers somebody new to one of the two."""
    found = _found(request, pk, CHANGE)
    acts = {"complete": _complete, "waive": _waive, "rematch": _rematch}
    do = acts.get(request.POST.get("act", ""))
    if request.method == "POST" and do is not None:
        try:
            done = do(request, found)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, done)
    return redirect("mentoring_mentorship", pk)


def _complete(request, match: Match) -> str:
    actions.complete(match.pk, by=request.user)
    return _("The mentorship is completed. Each of the two gets a statement of participation.")


def _waive(request, match: Match) -> str:
    number = number_of(request.POST.get("checkpoint"))
    checkpoint = get_object_or_404(Checkpoint, match=match, pk=number)
    if checkpoint.state == CheckpointState.DUE:
        actions.waive_checkpoint(checkpoint.pk)
    return _("The checkpoint is not asked for any more.")


def _rematch(request, match: Match) -> str:
    """Somebody of the pool takes the place of whoever is on the same side."""
    number = number_of(request.POST.get("person"))
    new = get_object_or_404(match.call.applications.in_pool(), pk=number)
    two = {"mentee": match.mentee_id, "mentor": match.mentor_id, new.side: new.pk}
    pair = actions.Pair(two[Side.MENTEE], two[Side.MENTOR])
    actions.rematch(match.pk, pair, by=request.user)
    return _("The new match is offered to both.")


def _found(request, pk: int, right: str = VIEW) -> Match:
    """Of a programme of theirs; others do not exist."""
    check(request, right)
    mine = Match.objects.in_reach_of(request.user).begun()
    return get_object_or_404(mine.select_related("call__programme", *PEOPLE), pk=pk)
