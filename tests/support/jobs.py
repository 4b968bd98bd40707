"""Promised jobs, run when a test says so: what was asked on commit goes through a real broker (in
memory, or Redis beside PostgreSQL) and is then called as the worker would call it."""

from dataclasses import dataclass, field
from queue import Empty

from celery import current_app
from django.conf import settings
from django.db import connection

MANY = 1000


@dataclass
class Jobs:
    done: list[tuple[str, list, dict]] = field(default_factory=list)

    def run(self) -> list[str]:
        """Runs what was promised, and what those jobs promise, until nothing is left. Returns the
        names in order. An error that a job raises is the test's."""
        before = len(self.done)
        while True:
            self._commit()
            if not (message := self._take()):
                return [name for name, _args, _kwargs in self.done[before:]]
            name, args, kwargs = message
            self.done.append(message)
            assert len(self.done) < MANY, "jobs promise each other without end"
            current_app.tasks[name](*args, **kwargs)

    def lose(self) -> int:
        """Loses what was promised, as a killed worker does. Returns how much that was."""
        self._commit()
        lost = 0
        while self._take():
            lost += 1
        return lost

    @staticmethod
    def _commit() -> None:
        """A test's transaction is never committed, so what waits for the commit is called here."""
        while connection.in_atomic_block and connection.run_on_commit:
            _savepoints, call, _robust = connection.run_on_commit.pop(0)
            call()

    @staticmethod
    def _take() -> tuple[str, list, dict] | None:
        with current_app.connection_for_read() as broker:
            queue = broker.SimpleQueue(settings.CELERY_TASK_DEFAULT_QUEUE)
            try:
                message = queue.get_nowait()
                message.ack()
            except Empty:
                return None
            finally:
                queue.close()
        args, kwargs, _embedded = message.payload
        return message.headers["task"], args, kwargs
