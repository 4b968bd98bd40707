from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from academy.demo import mail

# A mail brings its own style and may hold anything: it is shown without script, form or address.
DESIGNED_MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@require_safe
@never_cache
def mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "demo/mail_list.html", {"mails": mail.newest()})


@require_safe
@never_cache
def mail_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "demo/mail_detail.html", {"mail": _mail_or_404(name)})


@require_safe
@never_cache
def mail_as_designed(request: HttpRequest, name: str) -> HttpResponse:
    found = _mail_or_404(name)
    if not found.html:
        raise Http404
    return HttpResponse(found.html, headers={"Content-Security-Policy": DESIGNED_MAIL_POLICY})


def _mail_or_404(name: str) -> mail.Mail:
    found = mail.read(name)
    if found is None:
        raise Http404(_("There is no such mail."))
    return found
