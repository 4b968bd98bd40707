"""The data-protection officer's desk: requests and their deadlines, runs, the register."""

from collections.abc import Iterator
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from home.spreadsheets import csv_response
from participants import actions, archive, readable, retention
from participants.forms.privacy import AnswerForm, ExtendForm, RecordForm, SureForm
from participants.models import DataExport, DataRequest, RetentionRun, User
from participants.permissions import can_answer_requests, can_change_person
from participants.refusals import Refused
from participants.states import RequestChannel, RequestKind

A_PAGE = 25


def officers_only(view):
    @wraps(view)
    def checked(request, *args, **kwargs):
        if not can_answer_requests(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@officers_only
@require_GET
def requests(request):
    """Open ones first, by deadline; then those that were answered."""
    known = DataRequest.objects.select_related("user")
    pages = Paginator(known.exclude(answered_at=None).order_by("-answered_at", "-pk"), A_PAGE)
    return _page(
        request,
        "requests",
        open=known.left_to_officers(timezone.now()),
        page=pages.get_page(request.GET.get("page")),
    )


@officers_only
@require_http_methods(["GET", "POST"])
def record(request):
    initial = {"received_on": timezone.localdate()}
    form = RecordForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = actions.record_request(
            RequestKind(data["kind"]),
            RequestChannel(data["channel"]),
            by=request.user,
            received_at=data["received_on"],
            user=form.user,
            who=data["who"],
            details=data["details"],
        )
        messages.success(request, _t("The request is recorded."))
        return redirect("privacy_request", made.pk)
    return _page(request, "record", form=form)


@officers_only
@require_http_methods(["GET", "POST"])
def one(request, pk):
    """One request, and what can be done about it."""
    found = get_object_or_404(DataRequest.objects.select_related("user", "answered_by"), pk=pk)
    forms = {"extend": ExtendForm(), "answer": AnswerForm(), "erase": SureForm()}
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step in forms:
            forms[step] = type(forms[step])(request.POST)
        if step not in forms or forms[step].is_valid():
            try:
                _do(request, found, step, forms)
            except Refused as refusal:
                messages.error(request, str(refusal))
            return redirect("privacy_request", pk)
    copy = DataExport.objects.filter(request=found, by=request.user).first()
    now = timezone.now()
    return _page(
        request,
        "request",
        found=found,
        forms=forms,
        may_act=found.is_open and _may_act(request.user, found),
        copy=copy,
        copy_ready=bool(copy and copy.made_at and copy.expires_at > now),
        failing=DataExport.objects.failing().filter(request=found).first(),
    )


def _do(request, found: DataRequest, step: str, forms: dict) -> None:
    if step == "extend":
        actions.extend_request(found.pk, forms[step].cleaned_data["reason"])
    elif step == "answer":
        data = forms[step].cleaned_data
        actions.answer_request(found.pk, data["outcome"], data["answer"], by=request.user)
    elif step in ("copy", "erase") and not _may_act(request.user, found):
        raise PermissionDenied
    elif step == "copy" and found.kind == RequestKind.EXPORT:
        actions.request_export_for(found.pk, by=request.user)
    elif step == "erase" and found.kind == RequestKind.ERASURE:
        actions.erase_for_request(found.pk, by=request.user)
    else:
        raise Refused("no_step")
    messages.success(request, _t("Done. It is written down with the request."))


def _may_act(officer, found: DataRequest) -> bool:
    """For others, by a request that came to the officer; never for an account above one's own."""
    person = found.user
    return (
        person is not None
        and person.pk != officer.pk
        and found.channel != RequestChannel.SELF
        and can_change_person(officer, person)
    )


@officers_only
@require_GET
def runs(request):
    pages = Paginator(RetentionRun.objects.all(), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    known = retention.rules()
    rows = [
        {"run": run, "counts": [run.counts.get(rule.name, 0) for rule in known]} for run in page
    ]
    return _page(request, "runs", rules=known, rows=rows, page=page)


@officers_only
@require_GET
def accounts(request):
    """Accounts that nobody uses and that do not go by themselves."""
    before = timezone.now() - actions.periods().erase
    left = User.objects.left_to_officers(before).prefetch_related("groups").order_by("absent_since")
    page = Paginator(left, A_PAGE).get_page(request.GET.get("page"))
    return _page(request, "accounts", page=page)


@officers_only
@require_GET
def register(request):
    if request.GET.get("export") == "csv":
        return csv_response(_register(), "register.csv")
    return _page(request, "register", rooms=readable.register())


def _register() -> Iterator[list]:
    """One line a field, in the officer's language."""
    heads = [_("Table"), _("Field"), _("In words"), _("Purpose"), _("Legal basis")]
    yield [*heads, _("How long"), _("Who sees it"), _("After erasure")]
    for room in readable.register():
        for shelf in room.shelves:
            entry = shelf.entry
            for name in (*entry.fields, *entry.secret):
                left = _t("stays, without a name") if name in entry.left_after_erasure() else ""
                words = readable.label(entry, name)
                row = [entry.model, name, words, *archive.described(entry).values()]
                yield [*row, left or _t("goes")]


def _page(request, name: str, **context):
    return render(request, f"participants/desk/privacy/{name}.html", context)


def urls() -> list:
    return [
        path("data-protection/", requests, name="privacy_desk"),
        path("data-protection/new/", record, name="privacy_record"),
        path("data-protection/request/<int:pk>/", one, name="privacy_request"),
        path("data-protection/runs/", runs, name="privacy_runs"),
        path("data-protection/accounts/", accounts, name="privacy_accounts"),
        path("data-protection/register/", register, name="privacy_register"),
    ]


class OfficersItem(MenuItem):
    def is_shown(self, request):
        return can_answer_requests(request.user)


class OfficersMenu(SubmenuMenuItem):
    def is_shown(self, request):
        return can_answer_requests(request.user)


def menu() -> OfficersMenu:
    items = [
        (_("Requests"), "privacy_desk", "tasks"),
        (_("Unused accounts"), "privacy_accounts", "user"),
        (_("Retention runs"), "privacy_runs", "time"),
        (_("Register"), "privacy_register", "list-ul"),
        (_("Changes of role"), "role_changes", "history"),
    ]
    parts = [
        OfficersItem(label, reverse(name), icon_name=icon, order=order, name=name)
        for order, (label, name, icon) in enumerate(items)
    ]
    return OfficersMenu(_("Data protection"), Menu(items=parts), icon_name="lock", order=630)
