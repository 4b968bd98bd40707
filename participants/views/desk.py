"""Wagtail's own doors lead to the one door of the platform."""

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from participants.views.nexts import safe_next


def desk_login(request):
    """Somebody who is signed in and has no business at the desk is not sent round in a circle."""
    target = safe_next(request, reverse("wagtailadmin_home"))
    if request.user.is_authenticated and request.user.has_perm("wagtailadmin.access_admin"):
        return redirect(target)
    if request.user.is_authenticated:
        return redirect("dashboard")
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")


def desk_logout(request):
    """Only a POST signs anybody out; a link asks first."""
    if request.method != "POST":
        return redirect("account_logout")
    adapter = get_adapter(request)
    adapter.logout(request)
    return redirect(adapter.get_logout_redirect_url(request))


def desk_password_reset(request, rest=""):
    return redirect("account_reset_password")
