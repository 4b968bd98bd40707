"""Uploads in a folder of the site's own, on a disk that may be full."""

import copy
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.db import transaction

# No room on the disk, or none for this user.
FULL = (errno.ENOSPC, errno.EDQUOT)
_written: ContextVar[list[tuple[FileSystemStorage, str]] | None] = ContextVar("written")


class Storage(FileSystemStorage):
    """A file that cannot be written to its end is not left there half."""

    def _save(self, name: str, content: File) -> str:
        begun: list[str] = []

        def path(name: str) -> str:
            begun.append(super(Storage, self).path(name))
            return begun[-1]

        own: Any = copy.copy(self)
        own.path = path
        try:
            name = FileSystemStorage._save(own, name, content)
        except Exception:
            # Made by this call, or not there: one that was there before has led to another name.
            for half in begun[-1:]:
                Path(half).unlink(missing_ok=True)
            raise
        if (written := _written.get(None)) is not None:
            written.append((self, name))
        return name


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """A transaction, with which the files go that were written in it. They stay when it breaks off
    at its very end: the row may be there, and a row without its file is worse."""
    written: list[tuple[FileSystemStorage, str]] = []
    token = _written.set(written)
    undone = False
    try:
        with transaction.atomic():
            try:
                yield
            except Exception:
                undone = True
                raise
    finally:
        _written.reset(token)
        for storage, name in written if undone else ():
            storage.delete(name)
