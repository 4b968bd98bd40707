"""Whether this process can answer, and what stands behind it.

`needed` says what nobody can be served without. All else that is away leaves pages working: were
it to fail the answer, one store that is down would take every web process away with it."""

import contextlib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache as once_a_process
from pathlib import Path
from threading import Lock

from celery import current_app
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from participants import sweeps

# A check that takes longer counts as failed; whoever asks waits no longer than this.
SECONDS = 6
# Asked more often, the same is said again: strangers may ask too.
KEPT_SECONDS = 2
SWEEP_AGE = timedelta(minutes=5)


class Failed(Exception):
    """A check ran, and what it looked at is not well."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    if not _migrated.good:
        plan = MigrationExecutor(connection)
        if plan.migration_plan(plan.loader.graph.leaf_nodes()):
            raise Failed
        _migrated.good = True


def broker() -> None:
    with current_app.connection_for_write(connect_timeout=2) as line:
        line.ensure_connection(max_retries=1, interval_start=0, timeout=2)


def shared_cache() -> None:
    """One that is a server is asked itself: while it is away, our own memory answers for it."""
    if hasattr(cache, "probe"):
        cache.probe()


def storage() -> None:
    """Both shelves: one that is reached answers, one on a disk takes a file."""
    for name in ("default", "private"):
        shelf = storages[name]
        if hasattr(shelf, "probe"):
            shelf.probe()
        else:
            Path(shelf.location).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=shelf.location) as file:
                file.write(b"0" * 4096)


def sweep() -> None:
    """One that ended well ahead of now ended by a wrong clock, and says nothing."""
    last = sweeps.last_run()
    if last is None or abs(timezone.now() - last) > SWEEP_AGE:
        raise Failed


@dataclass(frozen=True)
class Check:
    run: Callable[[], None]
    needed: bool = False


CHECKS = {
    "database": Check(database, needed=True),
    "migrations": Check(migrations, needed=True),
    "broker": Check(broker),
    "cache": Check(shared_cache),
    "storage": Check(storage),
    "sweep": Check(sweep),
}


# --- Answers ------------------------------------------------------------------------------------


def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Names and how they are; never why, which may name hosts or people."""
    found = _latest.get()
    bad = {name for name, good in found.items() if not good}
    needed = bad & {name for name, check in CHECKS.items() if check.needed}
    status = "failed" if needed else "degraded" if bad else "ok"
    words = {name: "ok" if good else "failed" for name, good in found.items()}
    return JsonResponse({"status": status, "checks": words}, status=503 if needed else 200)


def look() -> dict[str, bool]:
    """All at once, each bounded."""
    until = time.monotonic() + SECONDS
    running = {name: _threads().submit(_is_good, check) for name, check in CHECKS.items()}
    found = {}
    for name, future in running.items():
        try:
            found[name] = future.result(max(until - time.monotonic(), 0))
        except TimeoutError:
            future.cancel()
            found[name] = False
    return found


def _is_good(check: Check) -> bool:
    try:
        check.run()
    except Exception:  # whatever it is, it is not well
        return False
    finally:
        with contextlib.suppress(Exception):
            connection.close()
    return True


@once_a_process
def _threads() -> ThreadPoolExecutor:
    """Kept, so that checks that hang are not joined by more and more of their kind."""
    return ThreadPoolExecutor(2 * len(CHECKS), thread_name_prefix="health")


class _Migrated:
    """Once applied, always applied: new ones come with a new process."""

    good = False


class _Latest:
    def __init__(self) -> None:
        self.lock, self.at, self.found = Lock(), float("-inf"), dict[str, bool]()

    def get(self) -> dict[str, bool]:
        with self.lock:
            if time.monotonic() - self.at > KEPT_SECONDS:
                self.found, self.at = look(), time.monotonic()
            return self.found

    def forget(self) -> None:
        self.at = float("-inf")


_migrated, _latest = _Migrated(), _Latest()
