"""Enrolments at the coordinator's desk: who is how far, why, and credit for copied lessons."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from courses import actions
from courses.models import CoursePage, Enrolment
from courses.states import EnrolmentState
from courses.views.shared import number_of
from courses.views.why import explanation
from credentials import actions as credentials
from credentials.actions import LONGEST_REASON
from home.pagemap import SOURCE, page_map
from participants.refusals import Refused

PAGE_SIZE = 50
LONGEST_NOTE = 500


def enrolments(request):
    """All enrolments, newest first; `course`, `state` and words of a name or address narrow it."""
    _check(request, "courses.view_enrolment")
    courses = list(
        CoursePage.objects.filter(locale__language_code=SOURCE)
        .order_by("title")
        .values_list("translation_key", "title")
    )
    titles = {str(key): title for key, title in courses}
    chosen = {name: request.GET.get(name, "").strip() for name in ("course", "state", "q")}
    rows = Enrolment.objects.with_summary().select_related("user").newest_first()
    if chosen["course"] in titles:
        rows = rows.in_course(chosen["course"])
    if chosen["state"] in EnrolmentState.values:
        rows = rows.filter(state=chosen["state"])
    if chosen["q"]:
        words = chosen["q"].replace("\0", "")[:200]
        rows = rows.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "rows": [{"enrolment": e, "course": titles.get(str(e.run.course.key), "–")} for e in page],
        "page": page,
        "query": query.urlencode(),
        "chosen": chosen,
        "courses": list(titles.items()),
        "states": EnrolmentState.choices,
    }
    return TemplateResponse(request, "courses/desk/enrolments.html", context)


def enrolment(request, pk: int, *, notes: dict[int, str] | None = None, status: int = 200):
    """Why one person's course is, or is not, complete. Their notes are theirs alone. `notes` are
    reasons of credits that were refused, by item."""
    _check(request, "courses.view_enrolment")
    found = get_object_or_404(Enrolment.objects.with_summary().select_related("user"), pk=pk)
    key = found.run.course.key
    node = page_map().by_key.get((key, SOURCE))
    credits = actions.creditable(found)
    titles = {entry.item_id: entry.titles for entry in actions.entries_of(found, credits)}
    context = {
        **explanation(found, request.GET.get("page")),
        "person": found.user,
        "course_title": node.title if node else "–",
        "credits": [
            {
                "item": item,
                "title": titles[item].get(SOURCE) or next(iter(titles[item].values()), ""),
                "note": (notes or {}).get(item, ""),
            }
            for item in credits
        ],
        "certificate": actions.certificate_of(found),
        "may_change_certificate": request.user.has_perm("credentials.change_credential"),
        "reason_limit": LONGEST_REASON,
        "may_credit": request.user.has_perm("courses.change_enrolment"),
        "limit": LONGEST_NOTE,
    }
    return TemplateResponse(request, "courses/desk/enrolment.html", context, status=status)


def credit(request, pk: int):
    """Grants credit for a copied lesson. A reason that is too long comes back whole."""
    _check(request, "courses.change_enrolment")
    found = get_object_or_404(Enrolment, pk=pk)
    if request.method != "POST":
        return redirect("courses_enrolment", pk)
    item = number_of(request.POST.get("item"))
    note = request.POST.get("note", "").replace("\0", "").strip()
    if len(note) > LONGEST_NOTE:
        messages.error(request, _("The reason is too long: shorten it to 500 characters."))
        return enrolment(request, pk, notes={item: note}, status=422)
    try:
        actions.credit(found.pk, item, by=request.user, note=note)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The lesson is credited."))
    return redirect("courses_enrolment", found.pk)


def certificate(request, pk: int):
    """Revokes a person's certificate, or issues it anew in their present name, with a reason."""
    _check(request, "credentials.change_credential")
    if request.method != "POST":
        return redirect("courses_enrolment", pk)
    found = actions.certificate_of(get_object_or_404(Enrolment, pk=pk))
    if found is None:
        raise Http404
    revoked = request.POST.get("step") == "revoke"
    act = credentials.revoke if revoked else credentials.reissue
    try:
        act(found.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        words = _("The certificate is revoked.") if revoked else _("A new certificate is issued.")
        messages.success(request, words)
    return redirect("courses_enrolment", pk)


def _check(request, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied
