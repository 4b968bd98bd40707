import logging
import re
import time
from functools import cache
from io import BytesIO
from threading import BoundedSemaphore

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpResponseBadRequest, HttpResponseNotAllowed
from django.urls import reverse

from academy import csp_reports, health, trouble

logger = logging.getLogger("academy.request")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I)


class AsideMiddleware:
    """Answers programs, not people: probes, Prometheus, browsers that report. They come before
    sessions, languages, the redirect to https and the list of hosts, get no cookie, and nothing of
    it is kept by caches. A probe asks by the number of a machine, not by the site's name."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.answers = {
            "/health/live": health.live,
            "/health/ready": health.ready,
            "/csp-report": SlowBodyMiddleware(csp_reports.receive),
        }
        if settings.METRICS_TOKEN:
            from academy import metrics

            self.answers["/metrics"] = metrics.expose

    def __call__(self, request):
        if request.method not in METHODS:  # and none of a visitor's making is counted or written
            return HttpResponseNotAllowed(sorted(METHODS))
        answer = self.answers.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        response = answer(request)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


class RequestLogMiddleware:
    """One line a request: the name of the view instead of the path, which may hold secrets. An id
    of the request that comes from outside counts where a server in front is trusted to set it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        logger.info(
            "Request",
            extra={
                "method": request.method,
                "view": match.view_name or match._func_path if match else "",
                "status": response.status_code,
                "ms": round((time.perf_counter() - started) * 1000),
            },
        )
        return response


@cache
def _places(threads):
    """For bodies that are being read: of one process, whichever way they come."""
    return BoundedSemaphore(max(1, threads - 1))


class SlowBodyMiddleware:
    """Keeps a thread of each process for requests that bring nothing along. What is sent comes as
    slowly as its sender likes, and holds a thread until it is there: a few who send a letter a
    second would keep everybody from reading. Who finds no place to send from reads why.

    What is little is read at once, so that a form which came as a whole holds its place for no
    longer than that. The server hands on what came before a line broke as if it were all: half a
    text or file must not be taken for a whole one."""

    LITTLE = 1024 * 1024
    PATIENCE = 0.05

    def __init__(self, get_response):
        self.get_response = get_response
        self.places = _places(settings.WEB_THREADS)

    def __call__(self, request):
        length = request._stream.limit  # as Django reads what was announced, however it is written
        if length <= 0:
            return self.get_response(request)
        if not self.places.acquire(timeout=self.PATIENCE):
            return trouble.unavailable(request)
        body = _Body(request._stream, length, self.places.release)
        try:
            request._stream = body if length > self.LITTLE else BytesIO(body.read())
            return self.get_response(request)
        except BrokenOff:
            return HttpResponseBadRequest()
        finally:
            body.leave()


class BrokenOff(OSError):
    """Less came than was announced."""


class _Body:
    """Gives its place away when all of it was read, or nobody wants it any more."""

    def __init__(self, stream, length, release):
        self.stream, self.left, self.release = stream, length, release

    def read(self, size=-1):
        """As much as is asked for and announced, though the server may hand it on in pieces."""
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        pieces = []
        while wanted > 0:
            pieces.append(self._count(self.stream.read(wanted)))
            wanted -= len(pieces[-1])
        return b"".join(pieces)

    def readline(self, size=-1):
        return self._count(self.stream.readline(size)) if self.left else b""

    def close(self):
        self.stream.close()
        self.leave()

    def _count(self, found):
        if not found:
            raise BrokenOff
        self.left -= len(found)
        if self.left <= 0:
            self.leave()
        return found

    def leave(self):
        release, self.release = self.release, None
        if release:
            release()


class RequestIdMiddleware:
    """Lets an id through that the server in front has set; one that a visitor sends is dropped.
    django-guid then takes it, or makes one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        if given and not (settings.TRUST_REQUEST_ID and ID.fullmatch(given)):
            del request.META["HTTP_X_REQUEST_ID"]
        return self.get_response(request)


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy of the public site; the editor's desk keeps one that Wagtail can live with.

    Wagtail's own screens hold inline scripts and styles, draw pictures before they are sent, and
    show previews in frames. Whatever else stands below its address gets the same policy."""

    def process_response(self, request, response):
        response = super().process_response(request, response)
        response["Reporting-Endpoints"] = f'csp="{settings.POLICY_REPORTS_TO}"'
        return response

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path.startswith(reverse("wagtailadmin_home")):
            parts.update = {**settings.DESK_CONTENT_SECURITY_POLICY, **(parts.update or {})}
        return parts
