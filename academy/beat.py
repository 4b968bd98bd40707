"""Beat, of which any number may run and one is at work: the others stand by.

Whoever holds the lock sends. On PostgreSQL it is an advisory lock of one connection, which the
server gives back the moment the process is gone; on SQLite it is a lock on a file. A stand-by asks
every two seconds. Nothing is kept on disk: who takes over sends everything at once, since tasks
bear repetition and the time before may have been long.

The address of the database must lead to the server itself, or through a pooler that keeps sessions.
"""

import fcntl
import logging
import time
from datetime import timedelta
from typing import IO, Any

from celery import beat
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from academy import alive

logger = logging.getLogger(__name__)

# "beat" as a number: the same for every version of the site.
KEY = 0x62656174
LOOK_AGAIN = 2
# A clock that is set back by more than this between two looks was wrong before.
STEP = 30
# A holder whose machine is gone without a word is given up by the server after some 15 seconds.
OWN = """
    SET application_name = 'academy beat';
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3;
"""


class AdvisoryLock:
    """Of a connection of its own, so that no request or task can give it back."""

    _connection: BaseDatabaseWrapper | None = None

    def held(self) -> bool:
        """Asks the server each time: after a restart of it the lock is somebody else's to take."""
        try:
            if self._connection is not None:
                return self._ask("SELECT 1") == 1
            self._connection = _connection()
            with self._connection.cursor() as cursor:
                cursor.execute(OWN)
            if self._ask(f"SELECT pg_try_advisory_lock({KEY})"):
                return True
        except Exception as error:
            logger.warning("Beat does not reach the database: %s", type(error).__name__)
        self.release()
        return False

    def _ask(self, question: str) -> Any:
        with self._connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    def release(self) -> None:
        held, self._connection = self._connection, None
        if held is not None:
            held.close()


def _connection() -> BaseDatabaseWrapper:
    """Never one of a pool: closing it must end it, and nothing may open it again unasked."""
    made = connections.create_connection("default")
    known = made.settings_dict
    options = {key: value for key, value in known["OPTIONS"].items() if key != "pool"}
    made.settings_dict = known | {"OPTIONS": options, "CONN_HEALTH_CHECKS": False}
    return made


def _wall_ahead() -> float:
    """Of the clock that nobody sets; the difference changes when the other one is set."""
    return time.time() - time.monotonic()


class FileLock:
    _file: IO | None = None

    def held(self) -> bool:
        if self._file is not None:
            return True
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        file = (settings.VAR_DIR / "beat.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Scheduler(beat.Scheduler):
    """The one that `celery beat` and `celery worker --beat` take here."""

    max_interval = LOOK_AGAIN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        engine = settings.DATABASES["default"]["ENGINE"]
        self.lock = AdvisoryLock() if engine.endswith("postgresql") else FileLock()
        self.at_work = False
        self.ahead = _wall_ahead()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        alive.touch("beat")
        if not self.lock.held():
            if self.at_work:
                logger.warning("Beat lost its lock and stands by.")
            self.at_work = False
            return LOOK_AGAIN
        if self._clock_was_set_back() or not self.at_work:
            self._take_over()
        return min(super().tick(*args, **kwargs), LOOK_AGAIN)

    def _clock_was_set_back(self) -> bool:
        """Then what comes next was planned for a moment that is long in coming."""
        before, self.ahead = self.ahead, _wall_ahead()
        return self.ahead < before - STEP

    def _take_over(self) -> None:
        logger.warning("Beat is at work.")
        self.at_work = True
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - timedelta(days=2)
        self._heap = None

    def close(self) -> None:
        super().close()
        self.lock.release()
