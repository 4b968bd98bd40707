"""What people read when the site cannot answer. It asks nothing of the database, the session or the
cache: one of them may be what is missing."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation

from home.disk import FULL

AGAIN_SECONDS = 30


def server_error(request: HttpRequest) -> HttpResponse:
    """Something of ours is broken (500), the database is away for now (503), or the disk is full
    (507). Nothing that was sent is read, or the upload's handler would ask the database who sent
    it."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError):
        return unavailable(request)
    if isinstance(error, OSError) and error.errno in FULL:
        sent = request.method not in {"GET", "HEAD"}  # or a picture's sizes found no room
        return _page(request, "507.html", 507) if sent else unavailable(request)
    return _page(request, "500.html", 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    response = _page(request, "503.html", 503)
    response["Retry-After"] = str(AGAIN_SECONDS)
    return response


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        page = loader.get_template(template).render()
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})
