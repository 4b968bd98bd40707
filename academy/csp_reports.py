"""What browsers report of the Content-Security-Policy: which rule stopped something, and where that
came from. Addresses of pages, what was in them, and who it was are not read."""

import json
import logging
import re
import time
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("academy.csp")

LONGEST = 16 * 1024
A_MINUTE = 30
DIRECTIVE = re.compile(r"[a-z][a-z-]{2,40}")
# What browsers say instead of an address.
WORDS = {"inline", "eval", "wasm-eval", "data", "blob", "self", "trusted-types-policy"}


def receive(request: HttpRequest) -> HttpResponse:
    """Never says what came of it, and never writes more than a few lines a minute."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    for body in _reports(request):
        if told := _told(body):
            if not _count.allows():
                break
            logger.warning("Stopped by the policy", extra=told)
    return HttpResponse(status=204)


def _reports(request: HttpRequest) -> list[dict[str, Any]]:
    """Both forms: one report under a name (report-uri), or a list of them (report-to)."""
    try:
        if int(request.headers.get("Content-Length") or 0) > LONGEST:
            return []
        given = json.loads(request.read(LONGEST))
    except (ValueError, OSError, RecursionError):
        return []
    if isinstance(given, dict):
        given = [{"type": "csp-violation", "body": given.get("csp-report")}]
    if not isinstance(given, list):
        return []
    mine = [one for one in given[:10] if isinstance(one, dict)]
    bodies = [one.get("body") for one in mine if one.get("type") == "csp-violation"]
    return [body for body in bodies if isinstance(body, dict)]


def _told(body: dict[str, Any]) -> dict[str, str] | None:
    names = ("effectiveDirective", "effective-directive", "violated-directive")
    directive = str(next((body[name] for name in names if body.get(name)), "")).split(" ")[0]
    blocked = _origin(str(body.get("blockedURL", body.get("blocked-uri", ""))))
    if not DIRECTIVE.fullmatch(directive) or not blocked:
        return None
    return {"directive": directive, "blocked": blocked}


def _origin(blocked: str) -> str:
    if blocked in WORDS:
        return blocked
    try:
        parts = urlsplit(blocked[:2000])
        host = parts.hostname or ""
    except ValueError:
        return ""
    if not re.fullmatch(r"[a-z][a-z0-9+.-]{0,30}", parts.scheme):
        return ""
    return f"{parts.scheme}://{host[:100]}" if re.fullmatch(r"[a-z0-9.-]+", host) else parts.scheme


class _Count:
    """In this process alone: no report asks anything of a database."""

    def __init__(self) -> None:
        self.lock, self.minute, self.seen = Lock(), -1, 0

    def allows(self) -> bool:
        minute = int(time.monotonic() // 60)
        with self.lock:
            if minute != self.minute:
                self.minute, self.seen = minute, 0
            self.seen += 1
            return self.seen <= A_MINUTE


_count = _Count()
