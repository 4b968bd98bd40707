"""Calls at the desk: the list, one call with what comes next, its settings and its moves."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages

from mentoring import actions
from mentoring.desk.common import (
    call_context,
    check,
    check_everywhere,
    contact,
    found_call,
    tried,
)
from mentoring.desk.forms import ProgrammeForm, SettingsForm
from mentoring.desk.words import MOVES
from mentoring.models import Call, Conflict, Match, Programme
from mentoring.permissions import CHANGE, coordinates_everywhere
from mentoring.states import (
    CALL_MOVES,
    OFFERS,
    ApplicationState,
    CallState,
    MatchState,
    RunState,
    Side,
)
from participants.refusals import Refused

ACTS_SHOWN = 30
State = ApplicationState


@dataclass(frozen=True)
class Step:
    """What the coordinator should do next, and where. Without an address there is only to wait."""

    words: str
    url: str = ""
    label: str = ""


def calls(request):
    """The calls of the coordinator's programmes, with their figures."""
    check(request)
    mine = Call.objects.in_reach_of(request.user)
    in_state = {
        "to_screen": [State.SUBMITTED],
        "asked": [State.NEEDS_INFO],
        "accepted": [State.ELIGIBLE],
        "matched": [State.MATCHED],
        "unmatched": [State.UNMATCHED],
    }
    counts = {
        name: Count("applications", filter=Q(applications__state__in=states))
        for name, states in in_state.items()
    }
    programmes = Programme.objects.in_reach_of(request.user)
    context = {
        "calls": mine.select_related("programme").annotate(**counts),
        "programmes": programmes,
        "is_administrator": coordinates_everywhere(request.user),
        "contact": contact(request),
    }
    return TemplateResponse(request, "mentoring/desk/calls.html", context)


def call(request, pk: int):
    """One call: where it stands, how many are how far, what comes next, and who did what."""
    found = found_call(request, pk)
    figures = _figures(found)
    acts = found.acts.select_related("by", "application__person", "run")[:ACTS_SHOWN]
    context = {
        **call_context(found, "call"),
        "steps": next_steps(found, figures),
        "timeline": _timeline(found),
        "figures": figures,
        "moves": [
            {"to": to, "label": label}
            for (state, to), label in MOVES.items()
            if state == found.state
        ],
        "may_cancel": CallState.CANCELLED in CALL_MOVES[found.state],
        "may_change": request.user.has_perm(CHANGE),
        "acts": acts,
        "limit": actions.LONGEST_REASON,
    }
    return TemplateResponse(request, "mentoring/desk/call.html", context)


def move(request, pk: int):
    """Moves a call to another state, on POST."""
    found = found_call(request, pk, CHANGE)
    to = request.POST.get("to")
    if request.method == "POST" and to in CallState.values:
        reason = request.POST.get("reason", "")
        tried(
            request,
            lambda: actions.move_call(found.pk, to, by=request.user, reason=reason),
            _("The call is now in this state: %(state)s.") % {"state": CallState(to).label},
        )
    return redirect("mentoring_call", found.pk)


def settings(request, pk: int):
    """Dates, what every pair needs, and what it is worth."""
    found = found_call(request, pk, CHANGE)
    seen = actions.fingerprint(found)
    form = SettingsForm(request.POST or None, instance=found, initial={"seen": seen})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            actions.save_settings(pk, form.values(), seen=seen, by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("The settings are saved."))
            return redirect("mentoring_call", pk)
    if form.errors:
        status = 422
    context = {**call_context(Call.objects.get(pk=pk), "settings"), "form": form}
    context["is_administrator"] = coordinates_everywhere(request.user)
    return TemplateResponse(request, "mentoring/desk/settings.html", context, status=status)


def programme(request, pk: int):
    """What administrators set for a whole programme."""
    check(request)
    check_everywhere(request)
    found = get_object_or_404(Programme, pk=pk)
    form = ProgrammeForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.save_programme(pk, **form.cleaned_data, by=request.user)
        messages.success(request, _("The programme is saved."))
        return redirect("mentoring_calls")
    context = {"programme": found, "form": form}
    return TemplateResponse(
        request, "mentoring/desk/programme.html", context, status=422 if form.errors else 200
    )


# --- Figures ----------------------------------------------------------------------------------


def _figures(call: Call) -> dict:
    """Applications by state and side, and matches by state."""
    rows = call.applications.values_list("state", "side").annotate(Count("pk")).order_by()
    counts = {(state, side): count for state, side, count in rows}
    matches = Match.objects.filter(call=call).values_list("state").annotate(Count("pk")).order_by()
    by_state = dict(matches)
    conflicts = Conflict.objects.filter(application__call=call).to_look_at().count()
    return {
        "applications": [
            {
                "state": state,
                "label": label,
                "mentees": counts.get((state, Side.MENTEE), 0),
                "mentors": counts.get((state, Side.MENTOR), 0),
            }
            for state, label in State.choices
        ],
        "sums": {
            state: sum(counts.get((state, side), 0) for side in Side.values)
            for state in State.values
        },
        "matches": [
            {"state": state, "label": label, "count": by_state[state]}
            for state, label in MatchState.choices
            if state in by_state
        ],
        "offers": sum(by_state.get(state, 0) for state in OFFERS),
        "conflicts": conflicts,
    }


def _timeline(call: Call) -> list[dict]:
    now = timezone.now()
    today = timezone.localdate()
    points = [
        (_("Applications open"), call.opens_at, call.opens_at and call.opens_at <= now),
        (_("Applications close"), call.closes_at, call.closes_at and call.closes_at <= now),
        (_("Mentorships begin"), call.period_from, call.period_from and call.period_from <= today),
        (_("Mentorships end"), call.period_until, call.period_until and call.period_until <= today),
    ]
    return [{"label": label, "at": at, "past": bool(past)} for label, at, past in points]


# --- What comes next --------------------------------------------------------------------------


def next_steps(call: Call, figures: dict) -> list[Step]:
    """In the order in which they should be done; the last one moves the call on."""
    if call.state in (CallState.CLOSED, CallState.CANCELLED):
        return [Step(_("Nothing is left to do: this call is over."))]
    steps = [*_screening(call, figures)]
    steps += {
        CallState.DRAFT: _of_draft,
        CallState.OPEN: _of_open,
        CallState.MATCHING: _of_matching,
        CallState.RUNNING: _of_matching,
        CallState.CLOSING: _of_closing,
    }[CallState(call.state)](call, figures)
    return steps


def _screening(call: Call, figures: dict):
    list_url = reverse("mentoring_applications", args=[call.pk])
    waiting = figures["sums"][State.SUBMITTED]
    if waiting:
        words = ngettext(
            "%(count)s application waits for your decision.",
            "%(count)s applications wait for your decision.",
            waiting,
        )
        yield Step(words % {"count": waiting}, f"{list_url}?state=submitted", _("Read and decide"))
    if figures["conflicts"]:
        words = ngettext(
            "%(count)s declared conflict names a person: say who that is.",
            "%(count)s declared conflicts name people: say who they are.",
            figures["conflicts"],
        )
        yield Step(
            words % {"count": figures["conflicts"]}, f"{list_url}?conflicts=open", _("Look at them")
        )


def _of_draft(call: Call, figures: dict) -> list[Step]:
    if None in (call.opens_at, call.closes_at, call.period_from, call.period_until):
        url = reverse("mentoring_settings", args=[call.pk])
        return [
            Step(_("Set the dates. Then the call can be opened."), url, _("Go to the settings"))
        ]
    return [Step(_("Check page and settings, then open the call with the button below."))]


def _of_open(call: Call, figures: dict) -> list[Step]:
    now = timezone.now()
    if call.opens_at > now:
        return [Step(_("Wait: people can apply once the opening date is there."))]
    if call.closes_at > now:
        return [Step(_("People can apply. Meanwhile you can decide about those who did."))]
    return [Step(_("Nobody can apply any more: decide about everybody, then begin matching."))]


def _of_matching(call: Call, figures: dict) -> list[Step]:
    runs_url = reverse("mentoring_runs", args=[call.pk])
    newest = call.runs.first()
    waiting = figures["sums"][State.ELIGIBLE] + figures["sums"][State.UNMATCHED]
    if newest and newest.state in (RunState.DRAFT, RunState.SOLVED, RunState.REVIEWED):
        url = reverse("mentoring_run", args=[newest.pk])
        return [Step(_("A matching waits to be looked at and published."), url, _("Look at it"))]
    if figures["offers"]:
        words = ngettext(
            "%(count)s offer waits for an answer.",
            "%(count)s offers wait for an answer.",
            figures["offers"],
        )
        url = reverse("mentoring_matches", args=[call.pk])
        return [Step(words % {"count": figures["offers"]}, url, _("See who answered"))]
    if waiting:
        return [Step(_("Ask for a matching of those who are accepted."), runs_url, _("Matchings"))]
    return [Step(_("Nobody waits for a match."))]


def _of_closing(call: Call, figures: dict) -> list[Step]:
    return [Step(_("Once every mentorship has ended, close the call."))]
