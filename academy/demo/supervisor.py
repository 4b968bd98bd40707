"""Starts the web server and the background worker, watches both, and stops both."""

import contextlib
import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from academy.demo.preflight import Refusal

STOP_SECONDS = 15
READY_SECONDS = 90
LOG_LIMIT = 5 * 1024 * 1024
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """On Linux a child is told to stop when its supervisor is killed without a chance to say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A program of our own, in a process group of its own so that all it started ends with it."""

    title: str
    command: Sequence[str]
    log: Path
    speaks: bool = False  # what it prints is for the person; only its errors go to the log
    process: subprocess.Popen | None = None

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        self._turn_log()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=None if self.speaks else output,
                stderr=output,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def failed(self) -> bool:
        return self.ended() and self.process.returncode != 0

    def signal(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        """Only the program itself is told: it stops its own helpers in good order."""
        if self.process is not None and not self.ended():
            self.process.terminate()

    def obituary(self) -> str:
        code = self.process.returncode if self.process else 0
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"The {self.title} ended {how}. Its log is {self.log}"

    def _turn_log(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))


@dataclass
class Supervisor:
    children: list[Child]
    environment: Mapping[str, str]
    folder: Path
    stop_signals: list[int] = field(default_factory=list)

    def listen(self) -> None:
        """Ctrl-C, `kill` and a closed terminal all ask for the same orderly end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda received, _frame: self.stop_signals.append(received))

    def run_steps(self, steps: list[Child]) -> Child | None:
        """Runs the steps side by side to their end, and returns the first that failed."""
        self.start(steps)
        failed = None
        while not failed and not self.stop_signals and not all(step.ended() for step in steps):
            time.sleep(0.05)
            failed = next((step for step in steps if step.failed()), None)
        self.stop()
        return failed

    def start(self, children: list[Child]) -> None:
        self.children = children
        for child in children:
            child.start(self.environment, self.folder)

    def wait_for_answer(self, host: str, port: int, within: float = READY_SECONDS) -> bool:
        """True at the server's first answer, whatever it says; false when waiting is in vain."""
        end = time.monotonic() + within
        while not self.stop_signals and not self.dead():
            if _answers(host, port):
                return True
            if time.monotonic() > end:
                raise Refusal(
                    f"The web server gave no answer within {within:.0f} seconds. "
                    f"Its log is {self.children[0].log}"
                )
            time.sleep(0.1)
        return False

    def watch(self) -> str | None:
        """Returns when asked to stop, or with an obituary when a child has ended by itself."""
        while not self.stop_signals:
            if dead := self.dead():
                return dead.obituary()
            time.sleep(0.2)
        return None

    def stop(self, within: float = STOP_SECONDS) -> None:
        """No process is left behind. A second signal ends the waiting."""
        asked = len(self.stop_signals)
        for child in self.children:
            child.ask_to_stop()
        end = time.monotonic() + within
        while (
            not all(child.ended() for child in self.children)
            and time.monotonic() < end
            and len(self.stop_signals) <= max(asked, 1)
        ):
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()

    def dead(self) -> Child | None:
        return next((child for child in self.children if child.ended()), None)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=20)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        connection.getresponse().read()
    except OSError:
        return False
    except http.client.HTTPException:
        return True
    finally:
        connection.close()
    return True
