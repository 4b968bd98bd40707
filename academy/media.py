"""Hands out uploaded files where no web server stands in front of the site.

Only types that a browser shows without running them are shown; all else is saved. Videos can be
wound forward: a range of bytes is answered as such, and never with more than fits into memory at
once. So a paused video holds no thread of the server; the browser asks for the next part itself.
"""

import re
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils._os import safe_join
from django.utils.http import http_date
from django.views.decorators.http import condition, require_safe

SHOWN = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".ogv": "video/ogg",
    ".webm": "video/webm",
    ".vtt": "text/vtt; charset=utf-8",
}
# Documents have permissions of their own; Wagtail's view asks for them.
GUARDED = ("documents",)
# Should a file be opened by itself, it may neither run nor fetch anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox"
LONGEST_NAME = 255
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
PART = 1024 * 1024


def _file(path: str) -> Path:
    try:
        found = Path(safe_join(settings.MEDIA_ROOT, path))
    except (SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    inside = found.relative_to(Path(settings.MEDIA_ROOT).absolute())
    if len(found.name.encode()) > LONGEST_NAME or inside.parts[0] in GUARDED:
        raise Http404
    if not found.is_file():
        raise Http404
    return found


def _etag(request: HttpRequest, path: str) -> str:
    facts = _file(path).stat()
    return f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'


@require_safe
@condition(etag_func=_etag)
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    file = _file(path)
    size = file.stat().st_size
    wanted = _wanted(request, size, _etag(request, path))
    if wanted is None:
        response = _whole(file, size)
    elif not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = _partial(file, wanted[:PART], size)
    response["Content-Type"] = SHOWN.get(file.suffix.lower(), "application/octet-stream")
    response["Content-Disposition"] = "inline" if file.suffix.lower() in SHOWN else "attachment"
    response["Accept-Ranges"] = "bytes"
    response["Last-Modified"] = http_date(file.stat().st_mtime)
    response["Cache-Control"] = "public, max-age=3600"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _wanted(request: HttpRequest, size: int, etag: str) -> range | None:
    """The bytes asked for; nothing for the whole file, an empty range for what does not exist.
    Several ranges at once and a range of an older version are answered with the whole file."""
    match = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if not match or not any(match.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    return range(int(first), min(int(last) + 1, size) if last else size)


def _whole(file: Path, size: int) -> HttpResponseBase:
    return HttpResponse(file.read_bytes()) if size <= PART else FileResponse(file.open("rb"))


def _partial(file: Path, wanted: range, size: int) -> HttpResponse:
    with file.open("rb") as readable:
        readable.seek(wanted.start)
        content = readable.read(len(wanted))
    last = wanted.start + len(content) - 1
    headers = {"Content-Range": f"bytes {wanted.start}-{last}/{size}"}
    return HttpResponse(content, status=206, headers=headers)
