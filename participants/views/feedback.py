from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from participants.actions import give_feedback
from participants.forms.feedback import FeedbackForm
from participants.views.nexts import is_here


@csrf_exempt
@require_http_methods(["GET", "POST"])
def feedback(request):
    """The form stands at the foot of every page, so it must not put a cookie on every visitor:
    instead of a token it asks where the request comes from, and another site's is refused."""
    if request.method == "GET":
        form = FeedbackForm(page=request.GET.get("page", ""))
        return _page(request, form)
    if not _is_from_here(request):
        raise PermissionDenied
    form = FeedbackForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not form.is_from_robot():
        if not ratelimit.consume(request, action="feedback"):
            form.add_error(None, _("You sent many messages. Wait an hour, then send this one."))
            return _page(request, form, status=429)
        _keep(request, form.cleaned_data)
    messages.success(request, _("Thank you. We read every message."))
    page = form.cleaned_data["page"]
    return redirect(page if is_here(request, page) else f"/{get_language()}/")


def _keep(request, data: dict) -> None:
    give_feedback(
        data["token"],
        message=data["message"],
        page=data["page"],
        reply_to=data["reply_to"],
        language=get_language() or settings.LANGUAGE_CODE,
        user=request.user if request.user.is_authenticated else None,
    )


def _page(request, form: FeedbackForm, status: int = 200):
    return render(request, "participants/feedback.html", {"form": form}, status=status)


def _is_from_here(request) -> bool:
    """Browsers name the origin of every POST, and cannot be made to lie about it."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    return origin in settings.CSRF_TRUSTED_ORIGINS or (
        urlsplit(origin).netloc == request.get_host()
    )
