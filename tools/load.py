"""Measures a demonstration under mixed load: eight people, half of it writing.

    python tools/load.py                              starts its own, below var/load
    python tools/load.py --url http://localhost:8000  measures a running one (see RATE_LIMITS below)

Runs for a bounded time against this machine only. A running demonstration must have been started
with RATE_LIMITS=off, since all eight people come from one address.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import yaml

BASE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE))

COURSE = "/en/courses/foundations-of-local-integration/"
READS = ["/en/", "/en/courses/", COURSE, "/en/my-academy/", "/en/courses/?topic=housing"]
FEEDBACK = "/en/feedback/"
# One message to this address promises one job, and the worker writes one such line when it is done.
JOB_DONE = "Task participants.mail_feedback["
OWN_PORT = 8765
LONGEST, MOST = 120, 32


class Forms(HTMLParser):
    """The forms of a page with what a person would send: the first choice, a few words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form" and given.get("method") == "post":
            self.found.append((given.get("action", ""), {}))
        elif tag in {"input", "textarea"} and self.found and given.get("name"):
            self._fill(tag, given, self.found[-1][1])

    @staticmethod
    def _fill(tag: str, given: dict[str, str], fields: dict[str, str]) -> None:
        words = "Words of a reader, ελληνικά, 🙂" if tag == "textarea" else ""
        fields.setdefault(given["name"], given.get("value", words) or words)


@dataclass
class Person:
    """One connection, kept open, with the cookies of one account."""

    host: str
    port: int
    email: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)
    taken: list[float] = field(default_factory=list)
    failures: Counter = field(default_factory=Counter)
    jobs: int = 0

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=30)

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            body = urlencode(fields | {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")})
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Origin": f"http://{self.host}:{self.port}"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read().decode(errors="replace")

    def measured(self, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        start = time.perf_counter()
        try:
            status, html = self.ask(method, path, fields)
        except (OSError, http.client.HTTPException) as error:
            status, html = 0, ""
            self.failures[f"{method} {path.partition('?')[0]}: {type(error).__name__}"] += 1
            self.connection.close()
        self.taken.append(time.perf_counter() - start)
        if status >= 400:
            self.failures[f"{method} {path.partition('?')[0]}: {status}"] += 1
        elif status and path == FEEDBACK and method == "POST":
            self.jobs += 1
        return html

    def sign_in(self) -> list[str]:
        """Signs in and enrols; returns the addresses of the lessons."""
        self.ask("GET", "/en/account/login/")
        given = {"login": self.email, "password": self.password}
        status, _html = self.ask("POST", "/en/account/login/", given)
        if status != 302:
            raise SystemExit(f"{self.email} could not sign in: status {status}.")
        _status, html = self.ask("GET", COURSE)
        page = Forms(html)
        for address in [*page.links, *(action for action, _fields in page.found)]:
            if address.endswith("/enrol/"):
                self.ask("POST", address, {})
                break
        return sorted({a for a in page.links if a.startswith(COURSE) and a.count("/") == 6})

    def live(self, lessons: list[str], end: float) -> None:
        """Reads a page and writes something, in turn, until the time is over."""
        for turn in itertools.count():
            if time.monotonic() > end:
                return
            lesson = lessons[turn // 2 % len(lessons)]
            path = READS[turn // 2 % len(READS)] if turn % 2 else lesson
            html = self.measured("GET", path)
            forms = [form for form in Forms(html).found if form[0].startswith("/en/learn/lesson/")]
            if turn % 2 == 0 and forms:
                self.measured("POST", *forms[turn // 2 % len(forms)])
            else:
                self.measured("POST", FEEDBACK, {"message": f"Turn {turn}", "page": path})


def measure(host: str, port: int, seconds: int, people: int, var: Path) -> int:
    accounts = yaml.safe_load((BASE / "demo/accounts.yaml").read_text(encoding="utf-8"))
    password = os.environ.get("DEMO_PASSWORD", "welcome-to-the-academy")
    crowd = [Person(host, port, a["email"], password) for a in accounts[:people]]
    signed_in = [person.sign_in() for person in crowd]
    lessons = signed_in[0]
    logs = [var / "log/web.log", var / "log/worker.log"]
    marks = {log: log.stat().st_size for log in logs}
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=person.live, args=(lessons, end)) for person in crowd]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - start
    time.sleep(5)
    written = "".join(_since(log, mark) for log, mark in marks.items())
    waiting = sum(1 for _ in (var / "queue/waiting").glob("[0-9]*"))
    return _report(crowd, spent, written, waiting)


def _since(log: Path, mark: int) -> str:
    with log.open("rb") as readable:
        readable.seek(mark)
        return readable.read().decode(errors="replace")


def _report(crowd: list[Person], spent: float, written: str, waiting: int) -> int:
    taken = sorted(itertools.chain.from_iterable(person.taken for person in crowd))
    failures = sum((person.failures for person in crowd), Counter())
    promised = sum(person.jobs for person in crowd)
    done = sum(JOB_DONE in line and " succeeded " in line for line in written.splitlines())
    locked = written.count("database is locked")
    print(f"{len(taken)} requests in {spent:.0f} s: {len(taken) / spent:.0f} a second")
    print(f"p50 {taken[len(taken) // 2] * 1000:.0f} ms, p99 {_percentile(taken, 0.99):.0f} ms")
    print(f"failures: {sum(failures.values())}; database is locked: {locked}")
    for what, count in failures.most_common(10):
        print(f"  {count} × {what}")
    print(f"jobs promised: {promised}; done 5 s later: {done}; still waiting: {waiting}")
    return 1 if failures or locked or waiting or done < promised else 0


def _percentile(taken: list[float], part: float) -> float:
    return taken[min(int(len(taken) * part), len(taken) - 1)] * 1000


@contextlib.contextmanager
def own_demonstration(var: Path):
    environment = os.environ | {
        "ACADEMY_VAR": str(var),
        "PORT": str(OWN_PORT),
        "RATE_LIMITS": "off",
    }
    command = [sys.executable, "-m", "academy.demo"]
    running = subprocess.Popen(
        command, cwd=BASE, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        for line in running.stdout or ():
            print(f"  {line}", end="")
            if line.startswith("Stop with"):
                break
        if running.poll() is not None:
            raise SystemExit("The demonstration did not start.")
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate()


def main() -> int:
    parser = argparse.ArgumentParser(description="Measures a demonstration on this machine.")
    parser.add_argument("--url", help="a running demonstration; without it, one is started")
    parser.add_argument("--var", type=Path, default=BASE / "var", help="its folder")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    seconds, people = min(given.seconds, LONGEST), min(given.connections, MOST)
    if given.url:
        place = urlsplit(given.url)
        if place.hostname not in {"localhost", "127.0.0.1"}:
            parser.error("only a demonstration on this machine is measured")
        return measure("localhost", place.port or 80, seconds, people, given.var)
    var = BASE / "var" / "load"
    with own_demonstration(var):
        return measure("localhost", OWN_PORT, seconds, people, var)


if __name__ == "__main__":
    sys.exit(main())
