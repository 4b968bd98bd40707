"""Hands out uploaded files where no web server stands in front of the site, from a folder or a
bucket.

Only types that a browser shows without running them are shown; all else is saved. Videos can be
wound forward: a range of bytes is answered as such, and never with more than fits into memory at
once. So a paused video holds no thread of the server; the browser asks for the next part itself.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
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


class Stored(Protocol):
    """A public file, wherever it lies."""

    size: int
    modified: datetime
    etag: str

    def part(self, wanted: range) -> bytes: ...

    def chunks(self) -> Iterator[bytes]: ...


class OnDisk:
    def __init__(self, path: Path) -> None:
        facts = path.stat()
        self.path, self.size = path, facts.st_size
        self.modified = datetime.fromtimestamp(facts.st_mtime, UTC)
        self.etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'

    def part(self, wanted: range) -> bytes:
        with self.path.open("rb") as readable:
            readable.seek(wanted.start)
            return readable.read(len(wanted))

    def chunks(self) -> Iterator[bytes]:
        with self.path.open("rb") as readable:
            yield from iter(lambda: readable.read(PART), b"")


def _file(path: str) -> Stored:
    """Names are judged alike, wherever the files lie."""
    try:
        found = Path(safe_join(settings.MEDIA_ROOT, path))
    except (SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    inside = found.relative_to(Path(settings.MEDIA_ROOT).absolute())
    if not inside.parts or len(found.name.encode()) > LONGEST_NAME or inside.parts[0] in GUARDED:
        raise Http404
    if hasattr(default_storage, "stored"):
        try:
            return default_storage.stored(inside.as_posix())
        except FileNotFoundError as error:
            raise Http404 from error
    if not found.is_file():
        raise Http404
    return OnDisk(found)


def _found(request: HttpRequest, path: str) -> Stored:
    """Asked for once a request: for the mark, and for the answer."""
    if not hasattr(request, "stored"):
        request.stored = _file(path)
    return request.stored


def _etag(request: HttpRequest, path: str) -> str:
    return _found(request, path).etag


@require_safe
@condition(etag_func=_etag)
def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    file, suffix = _found(request, path), Path(path).suffix.lower()
    wanted = _wanted(request, file.size, file.etag)
    if wanted is None:
        response = _whole(file)
    elif not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    else:
        response = _partial(file, wanted[:PART])
    response["Content-Type"] = SHOWN.get(suffix, "application/octet-stream")
    response["Content-Disposition"] = "inline" if suffix in SHOWN else "attachment"
    response["Accept-Ranges"] = "bytes"
    response["Last-Modified"] = http_date(file.modified.timestamp())
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


def _whole(file: Stored) -> HttpResponseBase:
    if file.size <= PART:
        return HttpResponse(file.part(range(file.size)) if file.size else b"")
    return StreamingHttpResponse(file.chunks(), headers={"Content-Length": str(file.size)})


def _partial(file: Stored, wanted: range) -> HttpResponse:
    content = file.part(wanted)
    last = wanted.start + len(content) - 1
    headers = {"Content-Range": f"bytes {wanted.start}-{last}/{file.size}"}
    return HttpResponse(content, status=206, headers=headers)
