"""A match, for the two whom it brings together: what each sees of the other, and their answer."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from home import charts
from mentoring import actions, rules
from mentoring.forms import DeclineForm
from mentoring.models import Application, Match
from mentoring.states import OFFERS, TOGETHER, MatchState, Reply
from mentoring.views import words
from mentoring.views.held import drop, held, hold
from mentoring.views.shared import link_of
from participants.owners import signed_owner
from participants.refusals import Refused
from participants.views.nexts import sign_in_url


@login_required
@require_safe
def match(request, pk: int):
    waiting = held(request, f"match-{pk}")
    form = DeclineForm(initial={"reason": waiting.get("reason", "")} if waiting else None)
    return _show(request, _own_or_404(request, pk), form)


@require_http_methods(["GET", "POST"])
def reply(request, pk: int):
    """Yes or no, each for oneself. A reason that came without a session waits for its owner."""
    if not request.user.is_authenticated:
        hold(request, f"match-{pk}")
        return redirect(sign_in_url(reverse("mentoring:match", args=[pk])))
    found = _own_or_404(request, pk)
    if request.method == "GET":
        return redirect("mentoring:match", pk)
    form = DeclineForm(request.POST)
    is_yes = request.POST.get("reply") == Reply.ACCEPTED
    if not is_yes and (request.POST.get("reply") != Reply.DECLINED or not form.is_valid()):
        return _show(request, found, form, status=422)
    try:
        if is_yes:
            found = actions.accept(pk, request.user.pk)
        else:
            reason = form.cleaned_data["reason"]
            found = actions.decline(pk, request.user.pk, reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        drop(request, f"match-{pk}")
        messages.success(request, _thanks(found, is_yes))
    return redirect("mentoring:match", pk)


def _thanks(found: Match, is_yes: bool) -> str:
    if not is_yes:
        return _("You declined. The other person learns that it did not come about, and no more.")
    if found.state == MatchState.ACTIVE:
        return _("You both accepted. Your mentorship begins.")
    return _("You accepted. As soon as the other one does, you both get a notice.")


def _own_or_404(request, pk: int) -> Match:
    rows = Match.objects.of(request.user).select_related(
        "call__programme",
        *("mentee__person", "mentee__organisation", "mentor__person", "mentor__organisation"),
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _show(request, found: Match, form: DeclineForm, status: int = 200):
    side = "mentee" if found.mentee.person_id == request.user.pk else "mentor"
    own, other = (getattr(found, name) for name in (side, _other(side)))
    title, text = _standing(found, side)
    rows = words.criteria(found.points, found.call.weights)
    most = max((found.call.weights.get(name, 0) for name in found.call.weights), default=0)
    bars, height = charts.bars(
        ((name, Decimal(value), number) for name, value, number in rows), most=Decimal(most or 1)
    )
    is_waiting = found.state in OFFERS and found.answer_by > timezone.now()
    context = {
        "match": found,
        "call": link_of(found.call),
        "title": title,
        "text": text,
        "is_mentee": side == "mentee",
        "answer_by": words.moment(found.answer_by) if is_waiting else None,
        "asks": is_waiting and not getattr(found, f"{side}_reply"),
        "other": _person(other, found),
        "own": own,
        "criteria": {
            "bars": bars,
            "height": height,
            "rows": [{"name": name, "number": number} for name, _value, number in rows],
            "sentence": "; ".join(f"{name}: {number}" for name, _value, number in rows),
        },
        "score": found.score,
        "most": sum(found.call.weights.values()),
        "form": form,
        "owner": signed_owner(request.user),
    }
    return render(request, "mentoring/match.html", context, status=status)


def _other(side: str) -> str:
    return "mentor" if side == "mentee" else "mentee"


def _person(other: Application, found: Match) -> dict:
    """Before both accepted: first name, role, country and topics. How to reach each other only
    while they are together; of an erased person nothing."""
    person = other.person
    if person is None:
        return {"is_gone": True}
    known = {
        "first_name": rules.first_name(person.name) or _("Somebody"),
        "role": other.get_role_display(),
        "country": other.country_name,
        "topics": [topic.label for topic in other.topics.all()],
    }
    if found.state not in TOGETHER:
        return known
    return known | {
        "name": person.name,
        "email": person.email,
        "organisation": other.organisation.name if other.organisation else "",
        "languages": words.languages(other.languages),
        "challenge": other.challenge,
        "objective": other.objective,
        "experience": other.experience,
    }


def _standing(found: Match, side: str) -> tuple[str, str]:
    """What a match is now, in words for one of the two."""
    if found.state in OFFERS:
        return _offer_words(found, side)
    states = MatchState
    over = _("You take part in the next matching of this call, unless you withdraw.")
    declined = (
        _("You declined it, so it is over.")
        if getattr(found, f"{side}_reply") == Reply.DECLINED
        else _("It did not come about.") + " " + over
    )
    said = {
        states.ACTIVE: (
            _("Your mentorship"),
            _("You both accepted. Write to each other and agree on a first session."),
        ),
        states.PAUSED: (_("Your mentorship is paused"), _("You can still reach each other.")),
        states.SUSPENDED: (
            _("Your mentorship is suspended"),
            _("You will hear from us. Please do not arrange sessions until then."),
        ),
        states.COMPLETED: (_("Your mentorship is completed"), _("Thank you for taking part.")),
        states.ENDED_EARLY: (_("Your mentorship has ended"), over),
        states.TERMINATED: (_("Your mentorship has ended"), _("You heard from us about it.")),
        states.DECLINED: (_("This match did not come about"), declined),
        states.EXPIRED: (
            _("This match did not come about"),
            _("Not both of you answered before the deadline.") + " " + over,
        ),
        states.RESCINDED: (_("This offer was taken back"), over),
    }
    return said[states(found.state)]


def _offer_words(found: Match, side: str) -> tuple[str, str]:
    if found.answer_by <= timezone.now():
        return (
            _("This offer is over"),
            _("Its deadline has passed. You will get a notice about what comes next."),
        )
    if getattr(found, f"{side}_reply") == Reply.ACCEPTED:
        return (
            _("You accepted"),
            _("Now it is the other one’s turn. You both get a notice as soon as they answer."),
        )
    return (
        _("We found a match for you"),
        _("This is what you have in common. Accept or decline, each for yourselves."),
    )
