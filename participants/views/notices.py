from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from home.rules import number_of
from participants import mails
from participants import notices as kinds
from participants.actions import choose_paces, mark_read, try_address_again
from participants.forms.notices import PacesForm
from participants.models import Notice
from participants.states import Pace

ON_A_PAGE = 20


@login_required
@never_cache
@require_safe
def notices(request):
    """What the person was told, newest first. Looking marks nothing as read."""
    rows = Notice.objects.on_site().filter(user=request.user)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    listed = [_listed(notice) for notice in page]
    context = {
        "notices": [one for one in listed if one],
        "until": max((notice.pk for notice in page), default=0),
        "pages": _pages(page) if page.has_other_pages() else [],
    }
    return render(request, "participants/notices.html", context)


@login_required
def notices_read(request):
    """One notice, or all up to the newest that was shown. A number that no notice of theirs has
    changes nothing."""
    if request.method == "POST":
        mark_read(
            request.user.pk,
            until=number_of(request.POST.get("until")),
            only=number_of(request.POST.get("only")),
        )
    return redirect("participants:notices")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notice_settings(request):
    form = PacesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        choose_paces(request.user.pk, form.changed())
        messages.success(request, _("Your choice is saved."))
        return redirect("participants:notice_settings")
    status = 422 if form.errors else 200
    return render(request, "participants/notice_settings.html", {"form": form}, status=status)


@login_required
def address_again(request):
    if request.method == "POST":
        try_address_again(request.user.pk)
        messages.success(request, _("Thank you. We will write to this address again."))
    return redirect("participants:notice_settings")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Stops the mails about the topics that the link names, without a sign-in: the link itself says
    whose they are. Mail programs post here by themselves (RFC 8058), so no token of a form is
    asked for; looking changes nothing. The answer does not tell whether there is such a person."""
    known = mails.unsigned(token)
    if known is None:
        return render(request, "participants/unsubscribe_unknown.html", status=404)
    user_id, topics = known
    pace = Pace.AT_ONCE if "again" in request.POST else Pace.OFF
    if request.method == "POST":
        choose_paces(user_id, dict.fromkeys(topics, pace))
    context = {"topics": topics, "done": pace if request.method == "POST" else None}
    return render(request, "participants/unsubscribe.html", context)


def _listed(notice: Notice) -> dict | None:
    words = kinds.readable(notice, get_language())
    return words and {
        "id": notice.pk,
        "words": words,
        "day": notice.created_at,
        "unread": notice.read_at is None,
    }


def _pages(page) -> list[dict]:
    return [
        {"number": number, "url": f"?page={number}", "current": number == page.number}
        for number in page.paginator.page_range
    ]
