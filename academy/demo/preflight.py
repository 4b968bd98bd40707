"""What must hold before the demonstration starts. Each refusal is a sentence that says what to do.

Uses the standard library alone: it runs before Django reads any setting.
"""

import errno
import fcntl
import os
import shutil
import socket
import sqlite3
from pathlib import Path
from typing import IO

MEGABYTE = 1024 * 1024
NEEDED_FOR_FIRST_RUN = 300 * MEGABYTE
NEEDED_LATER = 50 * MEGABYTE


class Refusal(Exception):
    """The demonstration does not start; the text tells a person why and what to do."""


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Refusal(f'PORT is "{text}", but must be a number from 1 to 65535: make run PORT=8001')
    return int(text)


def writable(var: Path) -> None:
    probe = var / f".probe-{os.getpid()}"
    try:
        var.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"0" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise no_space(var) from error
        raise Refusal(
            f"The folder {var} cannot be written ({error.strerror}). Make it writable for you, or "
            "name another one: make run ACADEMY_VAR=/path/to/folder"
        ) from error


def no_space(var: Path) -> Refusal:
    return Refusal(
        f"There is no space left on the disk that holds {var}. Free some space and start again; "
        "nothing was lost."
    )


def space(var: Path, needed: int) -> None:
    free = shutil.disk_usage(var).free
    if free < needed:
        raise Refusal(
            f"The disk that holds {var} has {free // MEGABYTE} MB free; {needed // MEGABYTE} MB "
            "are needed. Free some space, or name a folder on another disk: "
            "make run ACADEMY_VAR=/path/to/folder"
        )


def alone(var: Path, address: str) -> IO[str]:
    """Two demonstrations never share a folder. The caller keeps the lock open until it ends; the
    system takes it back from a process that is killed."""
    lock = (var / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        raise Refusal(
            f"The demonstration already runs from the folder {var}: {lock.read().strip()}. "
            "Use that one, or stop it with Ctrl-C first."
        ) from error
    lock.truncate(0)
    lock.write(f"{address} (process {os.getpid()})\n")
    lock.flush()
    return lock


def port_free(host: str, number: int) -> None:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[
            0
        ]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise Refusal(_why_not_bound(host, number, error)) from error


def _why_not_bound(host: str, number: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = number + 1 if number < 65535 else number - 1
        return (
            f"Port {number} is taken by another program. Stop that program, or choose another "
            f"port: make run PORT={other}"
        )
    if error.errno == errno.EACCES:
        return f"You may not use port {number}. Choose one above 1023: make run PORT=8000"
    return (
        f"This machine has no address {host} ({error.strerror}). "
        "Leave HOST away, or use one of its addresses: make run HOST=127.0.0.1"
    )


def database(path: Path) -> None:
    """An absent or empty file is fine: the first run makes it."""
    if not path.exists() or path.stat().st_size == 0:
        return
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5)
        try:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise Refusal(
            f"{path} cannot be read as a database ({error}). {_move_away(path)}"
        ) from error
    if names and "django_migrations" not in names:
        raise Refusal(f"{path} is the database of another program. {_move_away(path)}")


def _move_away(path: Path) -> str:
    return (
        f"Move it away, and the next start makes a new one: mv {path} {path}.old "
        f"(and {path.name}-wal, {path.name}-shm where they exist)"
    )
