"""Where the bench runs: databases, cache and files that are its own and nobody else's."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tools.sample import PRODUCTION

BASE = Path(__file__).resolve().parents[2]
CLONE = hashlib.sha256(str(BASE).encode()).hexdigest()[:6]
PREFIX = f"academy_bench_{CLONE}_"
SERVER = os.environ.get("DATABASE_URL", "postgresql:///postgres")
REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/14")
VAR = BASE / "var" / "bench"


def digest(*patterns: str) -> str:
    found = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(BASE.glob(pattern)):
            if not {".venv", ".venv-dev", "var"} & set(path.parts):
                found.update(f"{path.relative_to(BASE)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:10]


def empty_template() -> str:
    """Migrated, and nothing in it."""
    migrations = "*/migrations/*.py", "tools/bench/site/migrations/*.py", "requirements/dev.txt"
    return f"{PREFIX}empty_{digest(*migrations)}"


def seeded_template(scale: float) -> str:
    """Changes with what makes the data: the seed, the tables, what outlines and summaries hold."""
    code = digest("tools/bench/seed/*.py", "courses/rules.py", "courses/actions/outlines.py")
    return f"{PREFIX}at_{scale:g}_{code}_{empty_template()[-6:]}"


@dataclass
class Place:
    """One run's database. It is a copy of a template, and gone afterwards."""

    name: str = f"{PREFIX}run_{os.getpid()}"

    @property
    def url(self) -> str:
        return urlunsplit(urlsplit(SERVER)._replace(path=f"/{self.name}"))

    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "tools.bench.settings",
            **PRODUCTION,
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "https://localhost",
            "DATABASE_URL": self.url,
            "REDIS_URL": REDIS,
            "CELERY_BROKER_URL": REDIS,
            "BENCH_NAME": self.name,
            "ACADEMY_VAR": str(VAR),
        }

    def enter(self) -> None:
        """From here on this process is one of the site's own."""
        sys.path.insert(0, str(BASE))
        os.environ.update(self.environment())
        VAR.mkdir(parents=True, exist_ok=True)

    def fill(self, scale: float, seed: Callable[[], None], *, fresh: bool = False) -> bool:
        """Whether the data had to be made anew; else it is a copy of what an earlier run made."""
        drop_left_behind()
        template = seeded_template(scale)
        if fresh:
            _drop(template)
        if has(template):
            _copy(template, self.name)
            return False
        if not has(empty_template()):
            self._migrate()
        _copy(empty_template(), self.name)
        seed()
        _disconnect()
        for old in _names(f"at_{scale:g}_"):
            _drop(old)
        _copy(self.name, template)
        return True

    def _migrate(self) -> None:
        from django.core.management import call_command

        _copy("template0", self.name)
        call_command("migrate", verbosity=0, interactive=False)
        _disconnect()
        for old in _names("empty_"):
            _drop(old)
        _copy(self.name, empty_template())

    def leave(self) -> None:
        _disconnect()
        _drop(self.name)
        _forget_keys(self.name)
        shutil.rmtree(VAR / "queue", ignore_errors=True)


def ask(statement: str) -> list[tuple]:
    import psycopg

    with psycopg.connect(SERVER, autocommit=True) as server:
        cursor = server.execute(statement)
        return cursor.fetchall() if cursor.description else []


def has(name: str) -> bool:
    return name in _names("")


def drop_left_behind() -> None:
    """What a run left that was killed."""
    for name in _names("run_"):
        if not Path(f"/proc/{name.rpartition('_')[2]}").exists():
            _drop(name)


def forget() -> None:
    """All that the bench keeps between two runs."""
    for name in _names(""):
        _drop(name)
    shutil.rmtree(VAR, ignore_errors=True)


def _names(rest: str) -> list[str]:
    found = [row[0] for row in ask("SELECT datname FROM pg_database")]
    return [name for name in found if name.startswith(PREFIX + rest)]


def _drop(name: str) -> None:
    ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _copy(source: str, target: str) -> None:
    """As files: copying by the log, which is the default, writes everything twice."""
    newer = ask("SELECT current_setting('server_version_num')::int >= 150000")[0][0]
    _drop(target)
    strategy = " STRATEGY file_copy" if newer else ""
    ask(f'CREATE DATABASE "{target}" TEMPLATE "{source}"{strategy}')


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


def _forget_keys(name: str) -> None:
    import redis

    with redis.Redis.from_url(REDIS) as client:
        keys = [name, *client.scan_iter(match=f"{name}:*"), f"_kombu.binding.{name}"]
        client.delete(*keys)
