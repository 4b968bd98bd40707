"""The environment of a site of its own, as an operator would give it: for tests that start the
site's programs as processes."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.support.browsing import Visitor
from tools.sample import PRODUCTION

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
BASE = settings.BASE_DIR
KEPT = ("PATH", "HOME", "LANG", "PGHOST", "PGUSER", "PGPASSWORD", "PGPORT", "GNUPGHOME")


def database_url(name: str) -> str:
    """An address of a database beside the one of the tests."""
    known = connection.settings_dict
    user = f"{known['USER']}:{known['PASSWORD']}@" if known["USER"] else ""
    port = f"&port={known['PORT']}" if known["PORT"] else ""
    host = f"?host={known['HOST']}{port}" if known["HOST"] else ""
    return f"postgresql://{user}/{name}{host}"


def production(var: Path, database: str = "", **more: str) -> dict[str, str]:
    """`database` is this test's own one, unless another is named."""
    return {
        **{key: os.environ[key] for key in KEPT if key in os.environ},
        "PYTHON": sys.executable,
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "academy.settings.production",
        "ACADEMY_VAR": str(var),
        **PRODUCTION,
        "ALLOWED_HOSTS": "academy.example.org,localhost,127.0.0.1",
        "DATABASE_URL": database_url(database or str(connection.settings_dict["NAME"])),
        "REDIS_URL": REDIS.rpartition("/")[0] + "/9",
        **more,
    }


def wait_for(happened: Callable[[], object], within: float = 60) -> object:
    """What it returns, once that is something."""
    until = time.monotonic() + within
    while not (found := happened()):
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
    return found


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def answers(port: int) -> bool:
    """Whether a web server is at work there."""
    try:
        return Visitor().get(port, "/en/account/login/").status == 200
    except (OSError, http.client.HTTPException):
        return False


@contextlib.contextmanager
def programs(environment: dict[str, str], log: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Starts programs of the site, `start("academy.serve", WEB_PORT="8001")`; ends them all, with
    what they started."""
    started: list[subprocess.Popen] = []
    with log.open("wb") as output:

        def start(*command: str, **more: str) -> subprocess.Popen:
            program = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment | more,
                cwd=BASE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            started.append(program)
            return program

        try:
            yield start
        finally:
            for program in started:
                if program.poll() is None:
                    os.killpg(program.pid, signal.SIGKILL)
                program.wait()


def forget(redis_url: str) -> None:
    """What the programs of this test's site left in Redis, also what a killed worker had taken: all
    sites of one Redis keep that in one place."""
    import redis

    name = str(connection.settings_dict["NAME"])
    with redis.Redis.from_url(redis_url) as server:
        if keys := list(server.scan_iter(match=f"*{name}*")):
            server.delete(*keys)
        for tag, taken in server.hscan_iter("unacked"):
            if f'"{name}"'.encode() in taken:
                server.hdel("unacked", tag)
                server.zrem("unacked_index", tag)
