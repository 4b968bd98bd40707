"""The site as processes of its own, in production settings, for tests that restart it."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import places

HEADERS = {
    "Host": "academy.example.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
}


@dataclass
class Site:
    port: int
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen = field(init=False)

    def start(self) -> None:
        """As a supervisor does, also when the last one is gone."""
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "academy.serve"],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def get(self, path: str, *, timeout: float = 30, **headers: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            line.request("GET", path, headers=HEADERS | headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def workers(self) -> set[int]:
        """The processes that answer."""
        found = set()
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                pid, parent = int(text.split(" ", 1)[0]), int(text.rpartition(")")[2].split()[1])
                named = "resource_tracker" not in (status.parent / "cmdline").read_text()
                if parent == self.process.pid and named:
                    found.add(pid)
        return found

    def wait(self, seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/health/live", timeout=5)[0] == 200:
                    return
            time.sleep(0.2)
        raise AssertionError(f"The site did not start: {self.log.read_text()[-3000:]}")


@contextlib.contextmanager
def running(folder: Path, port: int, **more: str) -> Iterator[Site]:
    """In production's settings, with collected static files, unless `more` names other ones."""
    given = places.production(folder, WEB_HOST="127.0.0.1", WEB_PORT=str(port), **more)
    if "DJANGO_SETTINGS_MODULE" not in more:
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, env=given, check=True)
        del given["DJANGO_SETTINGS_MODULE"]  # the server itself knows which
    site = Site(port, folder / "site.log", given)
    site.start()
    try:
        site.wait()
        yield site
    finally:
        site.process.send_signal(signal.SIGTERM)
        try:
            site.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(site.process.pid, signal.SIGKILL)
            site.process.wait()


@dataclass
class Load:
    """Visitors that ask without a pause until told to end: on connections that stay open, as a
    proxy keeps them, or on a new one each time."""

    site: Site
    path: str
    people: int = 4
    keep: bool = True
    answers: Counter = field(default_factory=Counter)
    again: int = 0
    _end: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.people)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        """A server may close an open connection while nobody uses it (RFC 9112, 9.3.1): who then
        gets no byte of an answer asks once more on a new one, as browsers and proxies do. On a new
        connection nothing is forgiven."""
        line = self._new()
        while not self._end.is_set():
            fresh = line.sock is None
            try:
                outcome: object = self._once(line)
            except (OSError, http.client.HTTPException) as error:
                line.close()
                line = self._new()
                if not fresh and isinstance(
                    error, http.client.RemoteDisconnected | ConnectionError
                ):
                    self.again += 1
                    continue
                outcome = type(error).__name__
            self.answers[outcome] += 1
        line.close()

    def _once(self, line: http.client.HTTPConnection) -> int:
        line.request("GET", self.path, headers=HEADERS)
        answer = line.getresponse()
        answer.read()
        if not self.keep:
            line.close()
        return answer.status

    def _new(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
