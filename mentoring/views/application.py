"""One's own application: where it stands, what comes next, the coordinator's question, leaving."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from home.templatetags.look import long_date
from mentoring import actions, rules
from mentoring.forms import AnswerForm
from mentoring.models import Application, Match, Unplaced
from mentoring.states import HOLDING, OFFERS, ApplicationState, RunState, Side, Step
from mentoring.views import answers as said_in
from mentoring.views import words
from mentoring.views.held import drop, held, hold
from mentoring.views.shared import is_open, link_of, own_or_404
from participants.owners import signed_owner
from participants.refusals import Refused
from participants.views.nexts import sign_in_url


@login_required
@require_safe
def application(request, pk: int):
    waiting = held(request, f"{pk}/answer")
    form = AnswerForm(initial={"answer": waiting.get("answer", "")} if waiting else None)
    return _show(request, own_or_404(request, pk), form, is_held=waiting is not None)


@require_http_methods(["GET", "POST"])
def answer(request, pk: int):
    """The answer to what the coordinator asked. A text that could not be kept stays on screen, and
    one that came without a session waits for its owner."""
    if not request.user.is_authenticated:
        hold(request, f"{pk}/answer")
        return redirect(sign_in_url(reverse("mentoring:application", args=[pk])))
    found = own_or_404(request, pk)
    if request.method == "GET":
        return redirect("mentoring:application", pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer(pk, request.user.pk, form.cleaned_data["answer"])
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            drop(request, f"{pk}/answer")
            messages.success(request, _("Your answer is with the coordinator."))
            return redirect("mentoring:application", pk)
    return _show(request, found, form, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request, pk: int):
    """Says what withdrawing means, then does it."""
    found = own_or_404(request, pk)
    if found.state == ApplicationState.WITHDRAWN:
        return redirect("mentoring:application", pk)
    if request.method == "POST":
        try:
            actions.withdraw(pk, request.user.pk)
        except Refused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Your application is withdrawn."))
        return redirect("mentoring:application", pk)
    context = {
        "application": found,
        "call": link_of(found.call),
        "has_offer": found.is_holding(OFFERS),
        "is_open": is_open(found.call, timezone.now()),
        "is_draft": found.submitted_at is None,
    }
    return render(request, "mentoring/withdraw.html", context)


def _show(
    request, found: Application, form: AnswerForm, *, is_held: bool = False, status: int = 200
):
    call, now = found.call, timezone.now()
    open_now = is_open(call, now)
    matches = list(_matches(found))
    holding = next((match for match in matches if match.state in HOLDING), None)
    title, text = standing(found, open_now, holding)

    def row(match: Match) -> dict:
        return _match_row(match, match.mentor if found.is_mentee else match.mentee)

    said = found.written() if found.state == ApplicationState.DRAFT else found.given()
    changeable = rules.is_changeable(found.state, open_now)
    context = {
        "application": found,
        "call": link_of(call),
        "side": Side(found.side).label,
        "title": title,
        "text": text,
        "closes": words.moment(call.closes_at) if open_now else None,
        "form": form,
        "is_held": is_held,
        "owner": signed_owner(request.user),
        "asks": found.state == ApplicationState.NEEDS_INFO or form.is_bound,
        "continue_url": said_in.step_url(found, _first_gap(found)) if changeable else None,
        "check_url": said_in.step_url(found, Step.CHECK),
        "apart_url": said_in.step_url(found, Step.APART),
        "has_changes": changeable and found.state != ApplicationState.DRAFT and bool(found.draft),
        "apply_url": reverse("mentoring:apply", args=[call.key, found.side])
        if found.state == ApplicationState.WITHDRAWN and open_now
        else None,
        "summary": said_in.summary(found, said, change=False),
        "conflicts": list(found.conflicts.select_related("organisation")),
        "matches": [row(match) for match in matches if match.state in HOLDING],
        "past": [row(match) for match in matches if match.state not in HOLDING],
        "why": _why(found),
        "may_withdraw": found.state != ApplicationState.WITHDRAWN
        and not any(match.state in set(HOLDING) - set(OFFERS) for match in matches),
    }
    return render(request, "mentoring/application.html", context, status=status)


def standing(found: Application, open_now: bool, holding: Match | None) -> tuple[str, str]:
    """Where an application stands, and what comes next and when."""
    call = found.call
    closes = words.moment(call.closes_at)
    names = {
        "closes": closes["when"] if closes else "",
        "days": call.days_to_answer,
        "begins": long_date(call.period_from),
    }
    told = _("You get a notice as soon as something is decided or asked.")
    when = (
        _("Matching begins after the call closes, on %(closes)s.")
        if open_now
        else _("The call has closed, and matching comes next.")
    )
    offered = _(
        "If there is somebody for you, you are offered a match and have %(days)s days to accept or"
        " decline it. Mentorships begin on %(begins)s."
    )
    matching = f"{when} {offered}"
    states = ApplicationState
    said = {
        states.DRAFT: (
            _("Your application is a draft"),
            _("Nobody else reads it yet. Hand it in by %(closes)s.")
            if open_now
            else _("The call is not open any more, so it cannot be handed in. It is kept."),
        ),
        states.SUBMITTED: (
            _("Your application is in"),
            _("A coordinator reads it.") + " " + told + " " + matching,
        ),
        states.NEEDS_INFO: (
            _("The coordinator has a question"),
            _("Answer it below. Then your application goes on."),
        ),
        states.ELIGIBLE: (_("You take part in the matching"), matching),
        states.INELIGIBLE: (
            _("Your application was not accepted"),
            _("The reason stands below. You can write to the coordinator if you disagree."),
        ),
        states.MATCHED: _matched_words(holding),
        states.UNMATCHED: (
            _("There is no match for you yet"),
            _("You take part in the next matching of this call, unless you withdraw."),
        ),
        states.WITHDRAWN: (
            _("You withdrew this application"),
            _("You can begin again while the call is open, with the answers you gave.")
            if open_now
            else _("Nobody is matched with you any more."),
        ),
    }
    title, text = said[states(found.state)]
    return title, text % names


def _matched_words(holding: Match | None) -> tuple[str, str]:
    if holding is not None and holding.state in OFFERS:
        return (
            _("We found a match for you"),
            _("Read who it is and why, and accept or decline before the deadline."),
        )
    return (
        _("You are in a mentorship"),
        _("Its page shows how to reach each other."),
    )


def _first_gap(found: Application) -> str:
    """Where to go on: the first step with something missing, else the check."""
    if found.state != ApplicationState.DRAFT:
        return Step.CONDITIONS
    try:
        absent = actions.missing(found, found.call)
    except Refused:
        return Step.CONDITIONS
    return rules.step_of(absent[0]) if absent else Step.CHECK


def _matches(found: Application):
    own, other = ("mentee", "mentor") if found.is_mentee else ("mentor", "mentee")
    rows = Match.objects.filter(**{own: found}).select_related(f"{other}__person")
    return rows.order_by("-offered_at", "-pk")


def _match_row(match: Match, other: Application) -> dict:
    person = other.person
    return {
        "other": rules.first_name(person.name) if person else _("somebody who left"),
        "url": reverse("mentoring:match", args=[match.pk]),
        "state": match.get_state_display(),
        "is_offer": match.state in OFFERS,
        "answer_by": words.moment(match.answer_by),
        "offered_at": match.offered_at,
        "ended_at": match.ended_at,
    }


def _why(found: Application) -> dict | None:
    """Why the last published matching left somebody without a pair."""
    if found.state != ApplicationState.UNMATCHED:
        return None
    rows = Unplaced.objects.filter(application=found, run__state=RunState.PUBLISHED)
    last = rows.order_by("-run__number").first()
    return words.why_unmatched(found.side, last.facts) if last else None
