"""A person's dates: on one page, as a file, and for the calendar that follows them."""

from hashlib import sha256
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from home.models import site_name
from home.rules import number_of
from participants import limits
from participants.refusals import Refused
from schedule import actions, calendars
from schedule.models import Entry, Feed
from schedule.words import city, row

PAGE_SIZE = 30
HOUR = 3600
CALENDAR = "text/calendar; charset=utf-8"


@login_required
@require_GET
@never_cache
def dates(request):
    """All dates of a person, upcoming or past, and the address for their calendar. The address is
    a secret, so no cache keeps the page."""
    return render(request, "schedule/dates.html", _context(request))


def _context(request) -> dict:
    now = timezone.now()
    past = "past" in request.GET
    mine = Entry.objects.of(request.user)
    page = Paginator(mine.past(now) if past else mine.upcoming(now), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    here = f"{request.path}?past=1" if past else request.path
    numbers = page.paginator.page_range if page.paginator.num_pages > 1 else []
    return {
        "past": past,
        "rows": [row(entry) for entry in page],
        "pages": [
            {
                "number": number,
                "url": f"{here}{'&' if past else '?'}page={number}",
                "current": number == page.number,
            }
            for number in numbers
        ],
        "time_zone": city(timezone.get_current_timezone_name()),
        "feed": _feed_context(Feed.objects.filter(person=request.user).first()),
    }


@login_required
@require_http_methods(["GET", "POST"])
def address(request):
    """Makes, renews or closes the address of one's own calendar."""
    if request.method == "POST":
        try:
            _take_step(request)
        except Refused as refusal:
            context = _context(request) | {"refusal": refusal.message}
            return render(request, "schedule/dates.html", context, status=409)
    return redirect(f"{reverse('schedule:dates')}#calendar")


def _take_step(request) -> None:
    step = request.POST.get("step")
    if step == "open":
        actions.open_feed(request.user.pk)
        messages.success(request, _("Your calendar has an address now. It is below."))
    elif step == "renew":
        actions.renew_feed(request.user.pk, number_of(request.POST.get("number")))
        messages.success(
            request, _("The address is new. Put it into your calendar: the old one is closed.")
        )
    elif step == "close":
        actions.close_feed(request.user.pk)
        messages.success(request, _("The address is closed. No calendar can use it any more."))


@login_required
@require_GET
@never_cache
def download(request, uid: UUID):
    """One date, for somebody who wants no subscription."""
    entry = get_object_or_404(Entry.objects.of(request.user), uid=uid)
    response = HttpResponse(calendars.written([entry]), content_type=CALENDAR)
    response["Content-Disposition"] = 'attachment; filename="date.ics"'
    return response


@require_safe
def feed(request, token: str):
    """The dates of whoever made this address: no sign-in, no cookie, no session. Whatever is wrong
    with an address, the answer is the same."""
    found = Feed.objects.with_token(token).first()
    if found is None:
        words = _("Nobody uses this calendar address any more.")
        return HttpResponseNotFound(words, content_type="text/plain; charset=utf-8")
    if not limits.allows(
        "calendar", found.key.hex, amount=settings.SCHEDULE_FETCHES_AN_HOUR, seconds=HOUR
    ):
        return HttpResponse(status=429, headers={"Retry-After": str(HOUR)})
    entries = list(Entry.objects.filter(person=found.person).order_by("begins_at", "pk"))
    with translation.override(found.person.language):
        name = _("My dates – %(site)s") % {"site": site_name()}
        body = calendars.written(entries, name=name, time_zone=found.person.time_zone)
    changed = max([found.made_at, *(entry.changed_at for entry in entries)])
    response = HttpResponse(body, content_type=CALENDAR)
    response["Content-Language"] = found.person.language
    response["Content-Disposition"] = 'inline; filename="dates.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Last-Modified"] = http_date(changed.timestamp())
    response["ETag"] = etag = f'"{sha256(body).hexdigest()}"'
    # By the tag alone: another language or a date that was left out changes the text, and no day.
    return get_conditional_response(request, etag=etag, response=response)


def _feed_context(found: Feed | None) -> dict | None:
    if found is None:
        return None
    path = reverse("calendar_feed", args=[found.token])
    base = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return {
        "number": found.number,
        "made_at": found.made_at,
        "url": f"{base.scheme}://{base.netloc}{path}",
        "subscribe_url": f"webcal://{base.netloc}{path}",
    }
