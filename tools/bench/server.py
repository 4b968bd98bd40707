"""The web server under measurement, as operators start it, and what its processes take."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tools.bench.client import Connection, request
from tools.bench.place import BASE, VAR

TICKS = os.sysconf("SC_CLK_TCK")
STARTS_WITHIN = 60


@dataclass
class Server:
    port: int
    main: int

    def workers(self) -> list[int]:
        """The processes that answer. Others of the server's own have no part in it."""
        found = Path(f"/proc/{self.main}/task/{self.main}/children").read_text().split()
        return [pid for pid in map(int, found) if "granian" in _command(pid)]

    def seconds(self) -> float:
        """Of processor time that the workers have taken so far."""
        fields = [_stat(pid) for pid in self.workers()]
        return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS

    def peaks(self) -> list[float]:
        """The most memory that each worker ever held, in megabytes."""
        return [peak(pid) for pid in self.workers()]


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") + _name(pid)
    return ""


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text()


def _stat(pid: int) -> list[str]:
    """From the state on: what stands before it may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def peak(pid: int) -> float:
    """Megabytes that a process took at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def command(port: int) -> list[str]:
    from academy.demo.steps import THREADS_EACH, WEB_WORKERS

    program = [sys.executable, "-m", "granian", "--interface", "wsgi", "academy.wsgi:application"]
    program += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--no-log"]
    program += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(THREADS_EACH)]
    return [*program, "--workers-kill-timeout", "5"]


@contextmanager
def running(environment: dict[str, str], port: int = 0) -> Iterator[Server]:
    port = port or _free_port()
    with (VAR / "server.log").open("w") as log:
        process = subprocess.Popen(
            command(port), cwd=BASE, env=os.environ | environment, stdout=log, stderr=log
        )
    try:
        _wait(process, port)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait(process: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            connection = Connection(port)
            answer = connection.ask(request("/en/"))
            connection.close()
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"The server did not start: see {VAR / 'server.log'}.")
