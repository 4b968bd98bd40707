"""The steps before the servers start, and the servers themselves, as programs to run."""

import hashlib
import sys
from pathlib import Path

from academy.demo.supervisor import Child

BASE = Path(__file__).resolve().parents[2]
WEB_WORKERS = 2
# One is quickest; with two, somebody who fetches a big document slowly keeps nobody waiting.
THREADS_EACH = 2


def static_digest() -> str:
    """Changes with our own static files and with the locked packages that bring the others."""
    digest = hashlib.sha256((BASE / "requirements/run.txt").read_bytes())
    for path in sorted(BASE.glob("*/static/**/*")):
        if path.is_file():
            digest.update(f"{path.relative_to(BASE)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def static_stamp(var: Path) -> Path:
    return var / "static.digest"


def static_is_collected(var: Path) -> bool:
    stamp = static_stamp(var)
    return (
        stamp.exists()
        and stamp.read_text() == static_digest()
        and (var / "static/staticfiles.json").exists()
    )


def preparations(var: Path) -> list[Child]:
    log = var / "log"
    steps = [
        Child(
            "preparation of the database",
            [sys.executable, "-m", "academy.demo.prepare"],
            log / "prepare.log",
            speaks=True,
        )
    ]
    if not static_is_collected(var):
        collect = ["manage.py", "collectstatic", "--noinput", "--clear", "-v0"]
        steps.append(
            Child("collecting of static files", [sys.executable, *collect], log / "static.log")
        )
    return steps


def programs(var: Path, host: str, port: int) -> list[Child]:
    log = var / "log"
    server = ["granian", "--interface", "wsgi", "academy.wsgi:application", "--no-ws"]
    server += ["--host", host, "--port", str(port), "--workers", str(WEB_WORKERS)]
    server += ["--blocking-threads", str(THREADS_EACH), "--respawn-failed-workers"]
    server += ["--workers-kill-timeout", "5"]
    worker = ["celery", "-A", "academy", "worker", "--beat", "--concurrency", "1"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
    return [
        Child("web server", [sys.executable, "-m", *server], log / "web.log"),
        Child("background worker", [sys.executable, "-m", *worker], log / "worker.log"),
    ]
