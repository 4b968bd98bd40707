"""What all screens of the mentoring desk have in common: who may open them, and where one is."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.models import Site

from home.models import SiteSettings
from mentoring.models import Application, Call, MatchRun
from mentoring.permissions import VIEW, coordinates_everywhere
from participants.refusals import Refused

TABS = {
    "call": _("Overview"),
    "applications": _("Applications"),
    "runs": _("Matchings"),
    "pairs": _("Decisions about pairs"),
    "matches": _("Offers and mentorships"),
    "figures": _("Figures"),
    "settings": _("Settings"),
}


def check(request, right: str = VIEW) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def check_everywhere(request) -> None:
    if not coordinates_everywhere(request.user):
        raise PermissionDenied


def found_call(request, pk: int, right: str = VIEW) -> Call:
    """A call of a programme of theirs; others do not exist."""
    check(request, right)
    mine = Call.objects.in_reach_of(request.user).select_related("programme")
    return get_object_or_404(mine, pk=pk)


def found_application(request, pk: int, right: str = VIEW) -> Application:
    check(request, right)
    mine = Application.objects.in_reach_of(request.user).for_desk()
    return get_object_or_404(mine, pk=pk)


def found_run(request, pk: int, right: str = VIEW) -> MatchRun:
    check(request, right)
    mine = MatchRun.objects.in_reach_of(request.user).select_related("call__programme", "asked_by")
    return get_object_or_404(mine, pk=pk)


def call_context(call: Call, here: str) -> dict:
    return {
        "call": call,
        "tabs": [
            {
                "label": label,
                "url": reverse(f"mentoring_{name}", args=[call.pk]),
                "current": name == here,
            }
            for name, label in TABS.items()
        ],
    }


def contact(request) -> str:
    site = Site.find_for_request(request)
    return SiteSettings.for_site(site).contact_email if site else ""


def tried(request, act, done: str) -> bool:
    """Acts, and says in words what came of it. Says whether it was done."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True
