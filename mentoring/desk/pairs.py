"""Decisions about single pairs: those in force, and a new one by hand."""

from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from home.rules import number_of
from mentoring import actions
from mentoring.desk.common import call_context, found_call, tried
from mentoring.models import Application, PairRule
from mentoring.permissions import CHANGE
from mentoring.states import PairDecision, Side

LIFTED_SHOWN = 50


def pairs(request, pk: int, *, reason: str = "", status: int = 200):
    """`?mentee=…&mentor=…` names the pair; without them, two lists do."""
    call = found_call(request, pk)
    pool = call.applications.in_pool().for_desk().order_by("person__name", "pk")
    data = request.POST if request.method == "POST" else request.GET
    ids = {side: number_of(data.get(side)) for side in Side.values}
    named = {row.side: row for row in pool.filter(pk__in=ids.values()) if row.pk == ids[row.side]}
    rules = PairRule.objects.filter(call=call).select_related(
        *("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation"),
        *("made_by", "lifted_by"),
    )
    context = {
        **call_context(call, "pairs"),
        "in_force": rules.in_force(),
        "lifted": rules.exclude(lifted_at=None).order_by("-lifted_at", "-pk")[:LIFTED_SHOWN],
        "named": named if len(named) == len(Side.values) else None,
        "ids": ids,
        "reason": reason,
        "may_change": request.user.has_perm(CHANGE),
        "limit": actions.LONGEST_REASON,
    }
    if not context["named"]:
        rows = list(pool)
        context["mentees"] = [row for row in rows if row.is_mentee]
        context["mentors"] = [row for row in rows if not row.is_mentee]
    return TemplateResponse(request, "mentoring/desk/pairs.html", context, status=status)


def decide(request, pk: int):
    """Locks or forbids a pair, with a reason."""
    call = found_call(request, pk, CHANGE)
    decision = request.POST.get("decision")
    if request.method != "POST" or decision not in PairDecision.values:
        return redirect("mentoring_pairs", pk)
    ids = [number_of(request.POST.get(side)) for side in (Side.MENTEE, Side.MENTOR)]
    reason = request.POST.get("reason", "")
    locked = decision == PairDecision.LOCKED
    act = actions.lock_pair if locked else actions.forbid_pair
    done = _("The pair is locked. Ask for a matching to see what follows.")
    if not locked:
        done = _("The pair is forbidden. Ask for a matching to see what follows.")
    if tried(request, lambda: act(call.pk, *ids, by=request.user, reason=reason), done):
        return redirect("mentoring_pairs", pk)
    return pairs(request, pk, reason=reason, status=422)


def lift(request, pk: int):
    """Takes a decision back."""
    call = found_call(request, pk, CHANGE)
    rule = PairRule.objects.filter(call=call, pk=number_of(request.POST.get("rule"))).first()
    if request.method == "POST" and rule:
        tried(request, lambda: actions.lift(rule.pk, by=request.user), _("The decision is lifted."))
    return redirect("mentoring_pairs", pk)


def named_pair(ids) -> list[Application]:
    """The two of a pair by their ids, mentee first."""
    return sorted(Application.objects.for_desk().filter(pk__in=ids), key=lambda row: row.side)
