"""Real Celery workers for tests that kill them. A nursery imports everything once and forks: so the
next one is at work a moment after the last one died."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

WORKER = [
    "worker",
    "--pool=solo",
    "--loglevel=CRITICAL",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]


@dataclass
class Nursery:
    process: subprocess.Popen

    def start(self) -> int:
        """Starts a worker; returns its process id when it is at work."""
        self.process.stdin.write("start\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    @staticmethod
    def kill(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)


def nursery(*, database: str, folder: Path, mail_port: int) -> AbstractContextManager[Nursery]:
    """Of a broker in a folder, which loses what a killed worker had taken."""
    own = {
        "DJANGO_SETTINGS_MODULE": "tests.support.worker_settings",
        "WORKER_DATABASE": database,
        "WORKER_FOLDER": str(folder),
        "WORKER_MAIL_PORT": str(mail_port),
    }
    return nursery_in(os.environ | own)


@contextlib.contextmanager
def nursery_in(environment: dict[str, str]) -> Iterator[Nursery]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.workers"],
        env=environment | {"CELERY_SKIP_CHECKS": "true"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout.readline() == "ready\n"
        yield Nursery(process)
    finally:
        process.stdin.close()
        process.wait(20)


def main() -> None:
    import celery.apps.worker
    import celery.bin.celery
    import celery.concurrency.solo
    import celery.worker.consumer  # noqa: F401
    import django
    from celery.signals import worker_ready
    from django.core.mail import DNS_NAME

    from academy.celery import app

    django.setup()
    app.loader.import_default_modules()
    DNS_NAME.get_fqdn()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever dies needs nobody to wait for them
    tell = os.dup(1)
    worker_ready.connect(lambda **kwargs: os.write(tell, f"{os.getpid()}\n".encode()), weak=False)
    os.write(tell, b"ready\n")
    for _line in sys.stdin:
        if os.fork():
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        app.worker_main(WORKER)
        os._exit(0)
    os.killpg(0, signal.SIGKILL)  # also a worker that a test left behind


if __name__ == "__main__":
    main()
