"""One enrolment at the coordinator's desk: how far, why, and what a coordinator can do about it."""

from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from courses import actions
from courses.actions.desk import checked_reason
from courses.desk.people import check, desk_context
from courses.models import Enrolment
from courses.permissions import CHANGE, VIEW
from courses.states import Act
from courses.titles import course_title, kept_title
from courses.views.why import explanation
from credentials.actions import LONGEST_REASON as LONGEST_CERTIFICATE_REASON
from home.rules import number_of
from participants.refusals import Refused

CERTIFICATES = "credentials.change_credential"
ACTS_SHOWN = 50


def enrolment(request, pk: int, *, typed: dict | None = None, status: int = 200):
    """Why one person's course is, or is not, complete. Their notes are theirs alone. `typed` is
    the reason of an act that was refused: `{"act": name, "item": id, "reason": text}`."""
    found = _found(request, pk, VIEW)
    why = explanation(found, request.GET.get("page"))
    found = why["enrolment"]
    credits = actions.creditable(found)
    entries = [*found.manifest.items.all(), *actions.entries_of(found, credits)]
    titles = {entry.item_id: kept_title(entry.titles) for entry in entries}
    acts = found.acts.select_related("by").newest_first()[:ACTS_SHOWN]
    context = {
        **desk_context(request, "enrolments"),
        **why,
        "person": found.user,
        "course_title": course_title(found.run.course.key, found.manifest.titles),
        "credits": [{"item": item, "title": titles[item]} for item in credits],
        "typed": typed,
        "certificate": actions.certificate_of(found),
        "may_change_certificate": request.user.has_perm(CERTIFICATES),
        "certificate_limit": LONGEST_CERTIFICATE_REASON,
        "may_change": request.user.has_perm(CHANGE),
        "excusable": [one for one in why["lessons"] if one["excusable"]],
        "excused": [one for one in why["lessons"] if one["excuse"]],
        "resettable": _resettable(why["lessons"]) if found.is_active else [],
        "acts": [{"act": act, "title": titles.get(act.item_id, "")} for act in acts],
        "limit": actions.LONGEST_REASON,
    }
    return TemplateResponse(request, "courses/desk/enrolment.html", context, status=status)


def credit(request, pk: int):
    """Counts a copied lesson as done."""

    def act(found: Enrolment) -> str:
        note = checked_reason(request.POST.get("note", ""), may_be_empty=True)
        actions.credit(found.pk, _item(request), by=request.user, note=note)
        return _("The lesson is credited.")

    return _do(request, pk, CHANGE, act)


def excuse(request, pk: int):
    """Excuses somebody from a lesson, or takes that back, with a reason."""

    def act(found: Enrolment) -> str:
        back = request.POST.get("step") == "unexcuse"
        do = actions.unexcuse if back else actions.excuse
        do(found.pk, _item(request), by=request.user, reason=request.POST.get("reason", ""))
        if back:
            return _("The lesson counts again for this person.")
        return _("The person is excused from this lesson.")

    return _do(request, pk, CHANGE, act)


def reset(request, pk: int):
    """Gives somebody all their attempts at a quiz again, with a reason."""

    def act(found: Enrolment) -> str:
        reason = request.POST.get("reason", "")
        if actions.reset_attempts(found.pk, _item(request), by=request.user, reason=reason):
            return _("The person has all attempts at this quiz again.")
        raise Refused(
            "nothing_to_reset", _("There is nothing to reset: no attempt was handed in since.")
        )

    return _do(request, pk, CHANGE, act)


def certificate(request, pk: int):
    """Revokes a person's certificate, or issues it anew in their present name, with a reason."""

    def act(found: Enrolment) -> str:
        kind = Act.REVOKE if request.POST.get("step") == "revoke" else Act.REISSUE
        actions.change_certificate(
            found.pk,
            request.POST.get("code", ""),
            act=kind,
            by=request.user,
            reason=request.POST.get("reason", ""),
        )
        if kind == Act.REVOKE:
            return _("The certificate is revoked.")
        return _("A new certificate is issued.")

    return _do(request, pk, CERTIFICATES, act)


def _resettable(lessons: list[dict]) -> list[dict]:
    """Quizzes with attempts that count, and that are not passed yet."""
    return [
        one
        for one in lessons
        if not one["done_at"] and any(not attempt["set_aside"] for attempt in one["attempts"])
    ]


def _do(request, pk: int, right: str, act):
    """Acts on POST; whoever comes by GET, say after signing in again, sees the enrolment. A reason
    that was typed for an act that is refused stands in its field again."""
    found = _found(request, pk, right)
    if request.method == "POST":
        try:
            messages.success(request, act(found))
        except Refused as refusal:
            messages.error(request, refusal.message)
            reason = request.POST.get("note") or request.POST.get("reason")
            if reason:
                typed = {"act": request.resolver_match.url_name, "item": _item(request)}
                return enrolment(request, pk, typed=typed | {"reason": reason}, status=422)
    return redirect("courses_enrolment", found.pk)


def _found(request, pk: int, right: str) -> Enrolment:
    """An enrolment in a course of theirs; others do not exist."""
    check(request, VIEW)
    check(request, right)
    mine = Enrolment.objects.in_reach_of(request.user).with_summary().select_related("user")
    return get_object_or_404(mine, pk=pk)


def _item(request) -> int:
    return number_of(request.POST.get("item"))
