"""What is the same for every visitor, kept in the memory of each process.

Everything here is keyed by one token in the database, `TreeVersion`. Whoever changes something
that visitors share (a page, a site setting, a restriction, an outline) calls `touch()` in the same
transaction; the next request of any process reads another token and builds anew. No process has
to be told anything, and a rolled-back change leaves nothing behind, since its token never recurs.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
ENTRIES = 4096

_request = threading.local()
_lock = threading.Lock()
_entries: OrderedDict[Hashable, object] = OrderedDict()
_NOTHING = object()


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


def look_again() -> None:
    """The next look reads the token anew: for whoever waited for a lock since the last one."""
    memo = getattr(_request, "memo", None)
    if memo is not None:
        memo.pop("token", None)


def touch() -> None:
    """Everything kept so far is out of date. Harmless when repeated."""
    from home.models import TreeVersion

    TreeVersion.objects.update_or_create(pk=1, defaults={"token": uuid.uuid4()})
    memo = getattr(_request, "memo", None)
    if memo is not None:
        memo.clear()


def remembered(key: Hashable, build: Callable[[], T]) -> T:
    """What `build` returns, built once per process and version. Treat it as read-only."""
    return remembered_all([key], lambda _missing: {key: build()})[key]


def remembered_all(keys: Iterable[K], build: Callable[[list[K]], Mapping[K, T]]) -> dict[K, T]:
    """The same for many: `build` gets the keys that are not there yet, and makes them together."""
    version, wanted = token(), list(dict.fromkeys(keys))
    if version is None:
        return dict(build(wanted))
    found = {key: value for key in wanted if (value := _kept(version, key)) is not _NOTHING}
    if missing := [key for key in wanted if key not in found]:
        made = build(missing)
        for key, value in made.items():
            _keep(version, key, value)
        found |= made
    return found


def _kept(version: str, key: Hashable) -> Any:
    with _lock:
        if (version, key) not in _entries:
            return _NOTHING
        _entries.move_to_end((version, key))
        return _entries[version, key]


def _keep(version: str, key: Hashable, value: object) -> None:
    with _lock:
        _entries[version, key] = value
        while len(_entries) > ENTRIES:
            _entries.popitem(last=False)
