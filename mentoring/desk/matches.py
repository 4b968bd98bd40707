"""Offers and mentorships of a call: who answered what, and offers that are taken back."""

from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from home.rules import number_of
from mentoring import actions
from mentoring.actions.desk import checked_words
from mentoring.desk.common import call_context, found_call, tried
from mentoring.permissions import CHANGE
from mentoring.states import OFFERS, MatchState

PAGE = 50


def matches(request, pk: int):
    """Newest first; `?state=` narrows the list. Reasons for declining are read here alone."""
    call = found_call(request, pk)
    rows = call.matches.select_related(
        *("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation"),
        "run",
    )
    state = request.GET.get("state")
    state = state if state in MatchState.values else ""
    rows = rows.filter(state=state) if state else rows
    page = Paginator(rows.order_by("-offered_at", "-pk"), PAGE).get_page(request.GET.get("p"))
    context = {
        **call_context(call, "matches"),
        "page": page,
        "state": state,
        "states": MatchState.choices,
        "offers": OFFERS,
        "may_change": request.user.has_perm(CHANGE),
        "limit": actions.LONGEST_REASON,
    }
    return TemplateResponse(request, "mentoring/desk/matches.html", context)


def rescind(request, pk: int):
    """Takes an offer back, with a reason for the log of the match."""
    call = found_call(request, pk, CHANGE)
    match = call.matches.filter(pk=number_of(request.POST.get("match"))).first()
    if request.method != "POST" or match is None:
        return redirect("mentoring_matches", pk)

    def act() -> None:
        reason = checked_words(request.POST.get("reason", ""))
        actions.rescind(match.pk, by=request.user, reason=reason)

    tried(request, act, _("The offer is taken back, and both are told."))
    return redirect("mentoring_matches", pk)
