"""Compares WSGI servers under the same site: production settings, two workers each, eight
connections that are kept open, a signed-in person's pages and a visitor's in turn.

    python tools/servers.py                 five rounds of five seconds each, about six minutes
    python tools/servers.py --rounds 1      a quick look

All servers run at once, and rounds alternate between them, so that a slow moment of the machine
touches all alike. It needs PostgreSQL (DATABASE_URL, else `academy_servers` on this machine, which
is made and filled with the demonstration) and Redis (REDIS_URL, else database 7 on this machine).
Writes the table to standard output and var/servers.json.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

BASE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE))

from tools.sample import PRODUCTION  # noqa: E402

VAR = BASE / "var" / "servers"
HOST, FIRST_PORT = "127.0.0.1", int(os.environ.get("SERVERS_PORT", "18100"))
WORKERS, CONNECTIONS, SECONDS = 2, 8, 5.0
APP = "academy.wsgi:application"
PAGES = ["lesson", "course", "/en/my-academy/", "/en/courses/"]
COURSE = "/en/courses/foundations-of-local-integration/"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "academy.settings.production",
    **PRODUCTION,
    "DATABASE_URL": os.environ.get("DATABASE_URL", "postgresql:///academy_servers"),
    "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/7"),
    "ACADEMY_VAR": str(VAR),
    "LOG_LEVEL": "WARNING",
}
HEADERS = (
    "Host: academy.example.org\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.7\r\n"
)


def granian(port: int, threads: int) -> list[str]:
    return [
        *("granian", "--interface", "wsgi", APP, "--no-ws", "--host", HOST, "--port", str(port)),
        *("--workers", str(WORKERS), "--blocking-threads", str(threads), "--log-level", "error"),
    ]


def gunicorn(port: int, *more: str) -> list[str]:
    own = ["gunicorn", APP, "--bind", f"{HOST}:{port}", "--workers", str(WORKERS)]
    return [*own, "--log-level", "error", "--worker-tmp-dir", "/dev/shm", *more]  # noqa: S108


def uwsgi(port: int, *more: str) -> list[str]:
    own = ["uwsgi", "--http11-socket", f"{HOST}:{port}", "--module", APP, "--master"]
    own += ["--processes", str(WORKERS), "--lazy-apps", "--disable-logging", "--die-on-term"]
    return [
        *own,
        "--need-app",
        "--http-keepalive",
        "--so-keepalive",
        "--buffer-size",
        "16384",
        *more,
    ]


SERVERS = {
    "granian, 1 thread": lambda port: granian(port, 1),
    "granian, 2 threads": lambda port: granian(port, 2),
    "granian, 4 threads": lambda port: granian(port, 4),
    "gunicorn sync": lambda port: gunicorn(port, "--worker-class", "sync"),
    "gunicorn gthread, 4 threads": lambda port: gunicorn(
        port, "--threads", "4", "--keep-alive", "30"
    ),
    "gunicorn gthread, 4 threads, loaded once": lambda port: gunicorn(
        port, "--threads", "4", "--keep-alive", "30", "--preload"
    ),
    "uwsgi, 4 threads": lambda port: uwsgi(port, "--threads", "4"),
}


# --- The site -----------------------------------------------------------------------------------


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env=os.environ | ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def prepare() -> tuple[str, list[str]]:
    """The database with its demonstration; returns a session and the addresses to ask for."""
    name = ENVIRONMENT["DATABASE_URL"].rpartition("/")[2].partition("?")[0]
    with (
        contextlib.suppress(psycopg.errors.DuplicateDatabase),
        psycopg.connect("postgresql:///postgres", autocommit=True) as server,
    ):
        server.execute(f'CREATE DATABASE "{name}"')
    manage("migrate", "-v0")
    manage("translations", "compile")
    manage("collectstatic", "--noinput", "-v0")
    manage("load_demo", "-v0", "--password", secrets.token_urlsafe())
    told = json.loads(manage("shell", "-v0", "-c", SIGN_IN).splitlines()[-1])
    return told["session"], [told.get(page, page) for page in PAGES]


SIGN_IN = f"""
import json, re
from django.conf import settings
from django.test import Client
from participants.models import User
person = User.objects.filter(profile__isnull=False, is_superuser=False).order_by('pk').first()
client = Client(HTTP_HOST='academy.example.org', HTTP_X_FORWARDED_PROTO='https')
client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
html = client.get('{COURSE}').content.decode()
for action in re.findall(r'action="([^"]+/enrol/)"', html):
    client.post(action)
lesson = next(a for a in re.findall(r'href="([^"]+)"', html)
              if a.startswith('{COURSE}') and a.count('/') == 6)
print(json.dumps({{'session': client.cookies[settings.SESSION_COOKIE_NAME].value,
                   'course': '{COURSE}', 'lesson': lesson}}))
"""


@contextlib.contextmanager
def running(name: str, port: int) -> Iterator[int]:
    command = SERVERS[name](port)
    program = Path(sys.executable).parent / command[0]
    process = subprocess.Popen(
        [program, *command[1:]],
        cwd=BASE,
        env=os.environ | ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=(VAR / f"{port}.log").open("w"),
        start_new_session=True,
    )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# --- Asking -------------------------------------------------------------------------------------


class Connection:
    """Asks and reads, and does little else: it shares the machine with the server."""

    def __init__(self, port: int, session: str) -> None:
        self.port, self.session = port, session
        self.line: socket.socket | None = None
        self.taken: list[float] = []
        self.wrong = 0

    def ask(self, path: str) -> int:
        if self.line is None:
            self.line = socket.create_connection((HOST, self.port), timeout=30)
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        cookie = f"Cookie: sessionid={self.session}\r\n" if path != "/en/courses/" else ""
        self.line.sendall(f"GET {path} HTTP/1.1\r\n{HEADERS}{cookie}\r\n".encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _blank, body = data.partition(b"\r\n\r\n")
        low = head.lower()
        length = int(low.partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        if b"connection: close" in low:
            self.line.close()
            self.line = None
        return int(head.split(b" ", 2)[1])

    def _more(self) -> bytes:
        more = self.line.recv(262_144) if self.line else b""
        if not more:
            raise ConnectionError("The server hung up.")
        return more

    def live(self, paths: list[str], until: float, turn: int) -> None:
        while time.perf_counter() < until:
            started = time.perf_counter()
            try:
                status = self.ask(paths[turn % len(paths)])
            except OSError:
                status, self.line = 0, None
            if status != 200:
                self.wrong += 1
            self.taken.append(time.perf_counter() - started)
            turn += 1


def measure(port: int, session: str, paths: list[str], seconds: float) -> tuple[list[float], int]:
    lines = [Connection(port, session) for _ in range(CONNECTIONS)]
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=line.live, args=(paths, until, turn))
        for turn, line in enumerate(lines)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for line in lines for one in line.taken], sum(line.wrong for line in lines)


def wait_for(port: int, session: str, paths: list[str]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with contextlib.suppress(OSError, ValueError, IndexError):
            if Connection(port, session).ask(paths[0]) == 200:
                return
        time.sleep(0.3)
    raise SystemExit(f"No answer on port {port}. See {VAR}/{port}.log")


def megabytes(parent: int) -> tuple[float, float]:
    """Of the largest process below this one, a worker: its peak, and its share of what is held
    now, where what several processes share counts in parts."""
    found = [(0.0, 0.0)]
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, KeyError):
            facts = _facts(status)
            if facts["PPid"] == str(parent):
                share = _facts(status.parent / "smaps_rollup")["Pss"]
                found.append((_mb(facts["VmHWM"]), _mb(share)))
    return max(found)


def _facts(file: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return {name: value.strip() for name, _colon, value in lines}


def _mb(kilobytes: str) -> float:
    return int(kilobytes.split()[0]) / 1024


class SlowClients:
    """They send the head of a request letter by letter, and never end it."""

    def __init__(self, port: int, count: int = 20) -> None:
        self.lines = [socket.create_connection((HOST, port), timeout=5) for _ in range(count)]
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._trickle)

    def __enter__(self) -> None:
        for line in self.lines:
            line.sendall(f"GET /en/courses/ HTTP/1.1\r\n{HEADERS}X-Slow: ".encode())
        self.thread.start()
        time.sleep(1)

    def __exit__(self, *exc: object) -> None:
        self.end.set()
        self.thread.join()
        for line in self.lines:
            line.close()

    def _trickle(self) -> None:
        while not self.end.wait(0.5):
            for line in self.lines:
                with contextlib.suppress(OSError):
                    line.sendall(b"x")


# --- The table ----------------------------------------------------------------------------------


def compare(rounds: int, names: list[str]) -> list[dict]:
    VAR.mkdir(parents=True, exist_ok=True)
    session, paths = prepare()
    found: dict[str, dict] = {n: {"rate": [], "taken": [], "wrong": 0, "peak": 0.0} for n in names}
    with contextlib.ExitStack() as stack:
        ports = {name: FIRST_PORT + at for at, name in enumerate(names)}
        pids = {name: stack.enter_context(running(name, ports[name])) for name in names}
        for name in names:
            wait_for(ports[name], session, paths)
            measure(ports[name], session, paths, 3)  # each worker fills its memory
        for turn in range(rounds):
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                taken, wrong = measure(ports[name], session, paths, SECONDS)
                found[name]["rate"].append(len(taken) / SECONDS)
                found[name]["taken"] += taken
                found[name]["wrong"] += wrong
        for name in names:
            found[name]["peak"], found[name]["share"] = megabytes(pids[name])
            with SlowClients(ports[name]):
                taken, _wrong = measure(ports[name], session, paths, SECONDS)
            found[name]["slow"] = len(taken) / SECONDS
    return [_row(name, found[name], found[names[0]]) for name in names]


def _row(name: str, one: dict, first: dict) -> dict:
    ratios = [mine / theirs for mine, theirs in zip(one["rate"], first["rate"], strict=True)]
    taken = sorted(one["taken"])
    return {
        "server": name,
        "ratio": round(statistics.median(ratios), 2),
        "requests_per_second": round(statistics.median(one["rate"])),
        "p50_ms": round(taken[len(taken) // 2] * 1000),
        "p99_ms": round(taken[int(len(taken) * 0.99)] * 1000),
        "worker_mb": round(one["peak"]),
        "share_mb": round(one["share"]),
        "beside_slow_clients": round(one["slow"] / statistics.median(one["rate"]), 2),
        "failed": one["wrong"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares WSGI servers on this machine.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names that contain one of these words")
    given = parser.parse_args()
    names = [n for n in SERVERS if not given.only or any(word in n for word in given.only)]
    rows = compare(max(1, min(given.rounds, 20)), names)
    names = list(rows[0])
    print(f"| {' | '.join(name.replace('_', ' ') for name in names)} |")
    print(f"|{'---|' * len(names)}")
    for row in rows:
        print(f"| {' | '.join(str(row[name]) for name in names)} |")
    (BASE / "var" / "servers.json").write_text(json.dumps(rows, indent=1))
    return 1 if any(row["failed"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
