"""*My data*: see, correct, take along and erase everything about oneself."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from participants import personal_data, readable
from participants.actions import ask_about_data, erase_oneself, last_of, request_export
from participants.forms.my_data import AskForm, EraseForm
from participants.models import DataExport, DataRequest
from participants.models.profiles import private_storage
from participants.reauthentication import recently_authenticated
from participants.refusals import Refused
from participants.states import RequestChannel, RequestKind, role_label

EACH = 3
A_PAGE = 25


@login_required
@require_GET
@never_cache
def my_data(request):
    """Some rows of everything; the rest is a click away. One query for each entry of the register,
    however many rows."""
    return render(request, "participants/my_data/index.html", _context(request))


@login_required
@require_GET
@never_cache
def kept(request, label):
    """All rows of one entry, the newest first."""
    entry = personal_data.find(label)
    if entry is None:
        raise Http404
    pages = Paginator(range(entry.count(request.user)), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    rows = entry.newest(request.user, page.start_index() - 1, page.end_index()) if page else []
    context = {
        "shelf": readable.Shelf(entry, readable.in_words(entry, rows)),
        "pages": [
            {"number": number, "url": f"?page={number}", "current": number == page.number}
            for number in (pages.page_range if pages.num_pages > 1 else [])
        ],
    }
    return render(request, "participants/my_data/kept.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def export(request):
    """Asks for a copy. A double click, or two tabs, ask for one."""
    if request.method == "GET":
        return redirect("participants:my_data")
    try:
        request_export(request.user.pk)
    except Refused as refusal:
        context = _context(request) | {"refusal": refusal.message}
        return render(request, "participants/my_data/index.html", context, status=429)
    messages.success(
        request, _("We are making your copy. This takes a minute or two; we tell you by e-mail.")
    )
    return redirect("participants:my_data")


@login_required
@require_GET
def download(request, token):
    """The copy itself, for the person it is about. An officer who made it fetches it here too."""
    mine = DataExport.objects.visible_to(request.user, timezone.now())
    found = get_object_or_404(mine, token=token)
    try:
        file = private_storage().open(found.file_name)
    except FileNotFoundError:
        raise Http404 from None
    name = f"data-{timezone.localdate(found.made_at).isoformat()}.zip"
    response = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def ask(request):
    """A request that an officer answers within a month."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            ask_about_data(request.user.pk, RequestKind(data["kind"]), data["details"])
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, _("Your request is with us. We answer within a month."))
            return redirect("participants:my_data")
    status = 422 if form.errors else 200
    return render(request, "participants/my_data/ask.html", {"form": form}, status=status)


@recently_authenticated
@require_http_methods(["GET", "POST"])
@never_cache
def erase(request):
    """Says what goes and what stays; then it goes. Nobody stays signed in anywhere."""
    form = EraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_oneself(request.user.pk)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            logout(request)
            return redirect("participants:erased")
    context = {"form": form, **_what_goes(request.user)}
    status = 422 if form.errors else 200
    return render(request, "participants/my_data/erase.html", context, status=status)


@require_GET
def erased(request):
    return render(request, "participants/my_data/erased.html")


@require_GET
def register(request):
    """What we keep, why, how long, and who sees it: for everybody to read."""
    return render(request, "participants/my_data/register.html", {"rooms": readable.register()})


def _context(request) -> dict:
    user, now = request.user, timezone.now()
    exports = list(DataExport.objects.filter(user=user, by=None).order_by("-requested_at")[:5])
    return {
        "rooms": readable.some_of_everything(user, EACH),
        "making": next((one for one in exports if one.made_at is None), None),
        "ready": [one for one in exports if one.made_at and one.expires_at > now],
        "kept_for": settings.DATA_EXPORT_KEPT_FOR.days,
        "requests": DataRequest.objects.filter(user=user)
        .exclude(kind=RequestKind.EXPORT, channel=RequestChannel.SELF)
        .order_by("-received_at")[:10],
    }


def _what_goes(user) -> dict:
    """Of what there is about this person: which entries go, and what of the others stays."""
    held = [entry for entry in personal_data.entries() if entry.count(user)]
    return {
        "goes": [
            entry.title for entry in held if set(entry.fields) - set(entry.left_after_erasure())
        ],
        "stays": [
            {
                "title": entry.title,
                "labels": [readable.label(entry, name) for name in entry.left_after_erasure()],
            }
            for entry in held
            if entry.left_after_erasure()
        ],
        "roles": [role_label(name) for name in user.groups.values_list("name", flat=True)],
        "last_of": last_of(user),
    }
