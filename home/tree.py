"""What is the same for every visitor, kept in the memory of each process.

Everything here is keyed by one token in the database, `TreeVersion`. Whoever changes something
that visitors share (a page, a site setting, a restriction, an outline) calls `touch()` in the same
transaction; the next request of any process reads another token and builds anew. No process has
to be told anything, and a rolled-back change leaves nothing behind, since its token never recurs.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

from django.db import connection

T = TypeVar("T")
ENTRIES = 4096

_request = threading.local()
_lock = threading.Lock()
_entries: OrderedDict[Hashable, object] = OrderedDict()


class once_a_request:
    """Inside this block the token is read from the database at most once. A block inside a block
    (the editor's preview makes a request within a request) has a memory of its own."""

    def __enter__(self):
        self._outer = getattr(_request, "memo", None)
        _request.memo = {}
        return self

    def __exit__(self, *exc):
        _request.memo = self._outer


def token() -> str | None:
    """The present version, or None where the database has none yet."""
    memo = getattr(_request, "memo", None)
    if memo is not None and "token" in memo:
        return memo["token"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM home_treeversion WHERE id = 1")
        row = cursor.fetchone()
    value = str(row[0]) if row else None
    if memo is not None:
        memo["token"] = value
    return value


def touch() -> None:
    """Everything kept so far is out of date. Harmless when repeated."""
    from home.models import TreeVersion

    TreeVersion.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})
    memo = getattr(_request, "memo", None)
    if memo is not None:
        memo.clear()


def remembered(key: Hashable, build: Callable[[], T]) -> T:
    """What `build` returns, built once per process and version. Treat it as read-only."""
    version = token()
    if version is None:
        return build()
    full_key = (version, key)
    with _lock:
        if full_key in _entries:
            _entries.move_to_end(full_key)
            return _entries[full_key]  # type: ignore[return-value]
    value = build()
    with _lock:
        _entries[full_key] = value
        while len(_entries) > ENTRIES:
            _entries.popitem(last=False)
    return value
