"""Starts the web server of a site in production, everywhere alike:

    python -m academy.serve

It listens on WEB_HOST and WEB_PORT (0.0.0.0, 8000), or on the socket WEB_SOCKET, with WEB_WORKERS
processes (2) of WEB_THREADS threads (4). Each works on WEB_BACKPRESSURE requests (64) at most; more
wait in front of it, WEB_BACKLOG (1024) at most. SIGHUP replaces one worker after another; SIGTERM
lets requests end, for WEB_STOP_SECONDS (25) at most.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from academy.settings.environment import EnvironmentIncomplete, number, text_of

# The new worker has this long to be ready before the old one ends.
READY_SECONDS = 20


def command() -> list[str]:
    """What is run in place of this program, so that signals reach the server itself."""
    workers, threads = (
        number("WEB_WORKERS", 2, least=1, most=64),
        number("WEB_THREADS", 4, least=1, most=64),
    )
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "academy.wsgi:application"),
        *_place(),
        *("--no-ws", "--http", "1", "--workers", str(workers), "--blocking-threads", str(threads)),
        *("--backlog", str(number("WEB_BACKLOG", 1024, least=128, most=65535))),
        *("--backpressure", str(number("WEB_BACKPRESSURE", 64, least=threads, most=65535))),
        *("--http1-header-read-timeout", "10000", "--respawn-failed-workers"),
        *("--respawn-interval", str(number("WEB_READY_SECONDS", READY_SECONDS, least=1, most=300))),
        *("--workers-kill-timeout", str(number("WEB_STOP_SECONDS", 25, least=1, most=600))),
        *("--log-level", "warning"),
    ]


def _place() -> list[str]:
    if path := text_of("WEB_SOCKET"):
        return ["--uds", path, "--uds-permissions", "660"]
    port = number("WEB_PORT", 8000, least=1, most=65535)
    return ["--host", text_of("WEB_HOST", "0.0.0.0"), "--port", str(port)]  # noqa: S104


def figures_of_all() -> None:
    """Where the workers write what they count, so that one answers for all; empty at each start."""
    if text_of("METRICS_TOKEN"):
        folder = Path(
            text_of("PROMETHEUS_MULTIPROC_DIR") or Path(tempfile.gettempdir()) / "academy-figures"
        )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.production")
    try:
        run = command()
        from django.conf import settings

        _checked = settings.SECRET_KEY
    except EnvironmentIncomplete as refusal:
        sys.exit(f"{refusal}")
    figures_of_all()
    os.execv(run[0], run)  # noqa: S606


if __name__ == "__main__":
    main()
