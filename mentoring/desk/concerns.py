"""Concerns, for the safeguarding officer alone. Full access to the desk does not open them, and an
officer finds nothing that is about a mentorship of their own."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin import messages

from home.rules import number_of
from mentoring import actions
from mentoring.models import Concern
from mentoring.permissions import is_officer
from mentoring.states import CONCERN_MOVES, TOGETHER, ConcernState, MatchState
from participants.refusals import Refused

A_PAGE = 50
DECISIONS = {
    "suspend": actions.suspend,
    "reinstate": actions.reinstate,
    "terminate": actions.terminate,
}


@never_cache
def concerns(request):
    """Open ones first, then closed ones; no words of anybody in the list."""
    _check(request)
    mine = Concern.objects.readable_by(request.user).defer("words", "remarks")
    mine = mine.select_related("reporter", "match__call", "handled_by")
    closed = Paginator(mine.exclude(pk__in=mine.open().values("pk")), A_PAGE)
    context = {
        "open": mine.open(),
        "closed": closed.get_page(number_of(request.GET.get("page")) or 1),
    }
    return TemplateResponse(request, "mentoring/desk/concerns.html", context)


@never_cache
def concern(request, pk: int, *, remarks: str | None = None, status: int = 200):
    """One concern: its words, its steps, and what can be decided about its mentorship."""
    found = _found(request, pk)
    match = found.match
    context = {
        "concern": found,
        "steps": found.changes.select_related("by"),
        "moves": [
            {"to": to, "label": ConcernState(to).label}
            for to in ConcernState.values
            if to in CONCERN_MOVES[found.state]
        ],
        "remarks": found.remarks if remarks is None else remarks,
        "limit": actions.LONGEST_CONCERN,
        "match": match,
        "may_suspend": match is not None and match.state in TOGETHER,
        "is_suspended": match is not None and match.state == MatchState.SUSPENDED,
    }
    return TemplateResponse(request, "mentoring/desk/concern.html", context, status=status)


@never_cache
def move_concern(request, pk: int):
    """Goes on with it, or keeps the remarks alone."""
    found = _found(request, pk)
    to = request.POST.get("to") or found.state
    if request.method != "POST" or to not in ConcernState.values:
        return redirect("mentoring_concern", pk)
    remarks = request.POST.get("remarks", "")
    try:
        actions.move_concern(pk, to, by=request.user, remarks=remarks)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return concern(request, pk, remarks=remarks, status=409)
    messages.success(request, _("Saved."))
    return redirect("mentoring_concern", pk)


@never_cache
def decide(request, pk: int):
    """Suspends, reinstates or ends the mentorship of a concern."""
    found = _found(request, pk)
    act = DECISIONS.get(request.POST.get("decision", ""))
    if request.method == "POST" and act is not None and found.match_id is not None:
        try:
            act(found.match_id, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Done. Both people are told, and not why."))
    return redirect("mentoring_concern", pk)


def _check(request) -> None:
    if not is_officer(request.user):
        raise PermissionDenied


def _found(request, pk: int) -> Concern:
    _check(request)
    mine = Concern.objects.readable_by(request.user).select_related(
        "reporter", "handled_by", "match__call", "match__mentee__person", "match__mentor__person"
    )
    return get_object_or_404(mine, pk=pk)
