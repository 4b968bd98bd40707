import zoneinfo
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from participants import audit, browsers
from participants.permissions import needs_second_factor


class PersonMiddleware:
    """Shows times in the person's own zone, notes now and then that their device was seen, and
    tells the log of role changes who is acting.

    Without a session cookie nobody is signed in, so nothing is asked of the database or the
    session, and the answer stays free of `Vary: Cookie`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            with audit.acting(lambda: getattr(request, "user", None)):
                return self.get_response(request)
        if request.user.is_authenticated:
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
            browsers.touch(request)
        try:
            with audit.acting(lambda: request.user):
                return self.get_response(request)
        finally:
            timezone.deactivate()


class SecondFactorMiddleware:
    """Sends staff without a second factor to set one up before they reach the editor's desk."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        desk = reverse("wagtailadmin_home")
        if not request.path.startswith(desk) or request.path in _doors():
            return self.get_response(request)
        if needs_second_factor(request.user):
            messages.warning(
                request,
                _("Your role needs a second step at sign-in. Set up one of these to go on."),
            )
            next_url = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('mfa_index')}?{next_url}")
        return self.get_response(request)


def _doors() -> set[str]:
    """What has to stay open for people on their way in or out."""
    return {
        reverse("wagtailadmin_login"),
        reverse("wagtailadmin_logout"),
        reverse("wagtailadmin_javascript_catalog"),
    }
