"""One application at the desk: all that was said, and what a coordinator can do about it."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from home.rules import number_of
from mentoring import actions
from mentoring.desk.applications import DECISIONS
from mentoring.desk.common import call_context, found_application, tried
from mentoring.models import Application, Match
from mentoring.permissions import CHANGE
from mentoring.states import (
    APPLICATION_MOVES,
    DAYS,
    IN_POOL,
    TIMES,
    ApplicationState,
)

ACTS_SHOWN = 30
MOST_OTHERS = 20


def application(request, pk: int, *, typed: dict | None = None, status: int = 200):
    """`typed` keeps the words of an act that was refused: `{"act": name, "text": words}`."""
    found = found_application(request, pk)
    moves = APPLICATION_MOVES[found.state]
    held = Match.objects.of(found.person).holding() if found.person else Match.objects.none()
    context = {
        **call_context(found.call, "applications"),
        "application": found,
        "spoken": [(_language(code), level) for code, level in found.spoken()],
        "half_days": half_days(found.half_days),
        "topics": found.topics.all(),
        "conflicts": _conflicts(found, request.GET),
        "holds": held.filter(call=found.call, **{found.side: found}).exists(),
        "may_change": request.user.has_perm(CHANGE) and found.person_id is not None,
        "may_ask": ApplicationState.NEEDS_INFO in moves or found.state == "needs_info",
        "may_accept": ApplicationState.ELIGIBLE in moves and found.state not in IN_POOL,
        "may_refuse": ApplicationState.INELIGIBLE in moves,
        "acts": found.acts.select_related("by")[:ACTS_SHOWN],
        "typed": typed or {},
        "limit": actions.LONGEST_REASON,
        "question_limit": actions.LONGEST_QUESTION,
    }
    return TemplateResponse(request, "mentoring/desk/application.html", context, status=status)


def ask(request, pk: int):
    """Asks the applicant for more."""
    question = request.POST.get("question", "")
    return _do(
        request,
        pk,
        "question",
        lambda found: actions.ask(found.pk, by=request.user, question=question),
        _("The question is asked. The answer will stand here."),
    )


def decide(request, pk: int):
    """Accepts, or does not, with a reason."""
    to, reason = request.POST.get("to"), request.POST.get("reason", "")
    if to not in DECISIONS:
        return redirect("mentoring_application", pk)
    return _do(
        request,
        pk,
        "reason",
        lambda found: actions.decide(found.pk, to, by=request.user, reason=reason),
        _("The application is decided, and the applicant is told."),
    )


def conflict(request, pk: int):
    """Says who somebody in the applicant's words is."""

    def act(found: Application) -> None:
        number = number_of(request.POST.get("conflict"))
        one = get_object_or_404(found.conflicts.filter(organisation=None), pk=number)
        other = number_of(request.POST.get("other")) or None
        actions.resolve_conflict(one.pk, by=request.user, other_id=other)

    return _do(request, pk, "", act, _("The conflict is looked at."))


def _do(request, pk: int, field: str, act, done: str):
    """Acts on POST; words of an act that is refused stand in their field again."""
    found = found_application(request, pk, CHANGE)
    if request.method == "POST" and not tried(request, lambda: act(found), done) and field:
        typed = {"act": field, "text": request.POST.get(field, "")}
        return application(request, pk, typed=typed, status=422)
    return redirect("mentoring_application", pk)


def _conflicts(found: Application, query) -> list[dict]:
    """Each conflict; for people in words, applicants whose name or organisation has one of those
    words, or the words that the coordinator looks for."""
    rows = list(found.conflicts.select_related("organisation", "other__person"))
    looked_for = query.get("who", "").replace("\0", "").strip()[:200]
    others = Application.objects.filter(call=found.call, person__isnull=False).handed_in()
    others = others.exclude(person=found.person_id).for_desk().order_by("person__name", "pk")
    return [
        {"conflict": row, "others": [] if row.organisation_id else _like(others, row, looked_for)}
        for row in rows
    ]


def _like(others, row, looked_for: str) -> list[Application]:
    wanted = Q()
    for word in (looked_for or row.words).split():
        if len(word) > 2 or looked_for:
            wanted |= Q(person__name__icontains=word) | Q(organisation__name__icontains=word)
    return list(others.filter(wanted)[:MOST_OTHERS]) if wanted else []


def _language(code: str) -> str:
    try:
        return get_language_info(code)["name_translated"]
    except KeyError:
        return code


def half_days(chosen) -> list[tuple[str, str]]:
    """Days with their times of day, in words, in the order of the week."""
    days = {
        "mon": _("Monday"),
        "tue": _("Tuesday"),
        "wed": _("Wednesday"),
        "thu": _("Thursday"),
        "fri": _("Friday"),
        "sat": _("Saturday"),
    }
    times = {"am": _("morning"), "pm": _("afternoon"), "eve": _("evening")}
    found = []
    for day in DAYS:
        mine = [str(times[time]) for time in TIMES if f"{day}-{time}" in chosen]
        if mine:
            found.append((days[day], ", ".join(mine)))
    return found
