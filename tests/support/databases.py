"""Test databases in no time: migrations run once into a template, and every process gets a copy.

A template is kept under var/test and made anew when a migration or a lock file changes. A second
one holds the loaded demonstration. After a test that really commits, the copy is made again, so
what migrations wrote (roles, vocabularies, the root page) is there for the next one.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections

from tests.support import snapshots

BASE: Path = settings.BASE_DIR
ON_POSTGRES = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
MAINTENANCE_DATABASE = str(settings.DATABASES["default"]["NAME"])
SERVER = {
    key: settings.DATABASES["default"][key.upper()]
    for key in ("user", "password", "host", "port")
    if settings.DATABASES["default"].get(key.upper())
}
CLONE = hashlib.sha256(str(BASE).encode()).hexdigest()[:6]


def digest(*patterns: str) -> str:
    found = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(BASE.glob(pattern)):
            if path.is_file() and not {".venv", ".venv-dev", "var"} & set(path.parts):
                found.update(f"{path.relative_to(BASE)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


@functools.cache
def empty_template() -> str:
    return "empty_" + digest(
        "*/migrations/*.py", "requirements/dev.txt", "academy/settings/base.py"
    )


@functools.cache
def demonstration_template() -> str:
    code = [f"{app.parent.name}/**/*.py" for app in BASE.glob("*/apps.py")]
    return "demo_" + digest("requirements/dev.txt", "tests/support/*.py", "demo/**/*", *code)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    settings.TEST_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.TEST_DIR / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Sqlite:
    """Templates are files; a copy is made by SQLite itself, which waits for who still reads."""

    def __init__(self) -> None:
        self.mine = Path(settings.RUN_DIR) / "test.sqlite3"

    def file(self, template: str) -> Path:
        return Path(settings.TEST_DIR) / f"{template}.sqlite3"

    def has(self, template: str) -> bool:
        return self.file(template).exists()

    def new(self) -> None:
        for path in self.mine.parent.glob("test.sqlite3*"):
            path.unlink()

    def keep(self, template: str) -> None:
        draft = self.file(template).with_suffix(".new")
        _copy(self.mine, draft)
        draft.replace(self.file(template))

    def take(self, template: str) -> None:
        """A run keeps a file of its own: another one, with newer migrations, may drop the first."""
        own = self.mine.parent / f"{template}.sqlite3"
        if not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.file(template), own)
        _copy(own, self.mine)

    def forget(self, kind: str, kept: str) -> None:
        for path in settings.TEST_DIR.glob(f"{kind}_*.sqlite3"):
            if path.stem != kept:
                path.unlink()

    def end(self) -> None:
        """The folder of the run goes away with all it holds."""


class Postgres:
    """Templates are databases, copied by the server. Since dropping one waits for the disk, a copy
    also holds each template's rows in a schema of its own, and they are put back from there."""

    def __init__(self) -> None:
        self.mine = f"academy_test_{CLONE}_{os.getpid()}"
        self.held: set[str] = set()
        settings.DATABASES["default"]["NAME"] = self.mine
        connection.settings_dict["NAME"] = self.mine

    def _name(self, template: str) -> str:
        return f"academy_test_{CLONE}_{template}"

    @staticmethod
    def _ask(statement: str, database: str = MAINTENANCE_DATABASE) -> list[tuple]:
        with psycopg.connect(autocommit=True, dbname=database, **SERVER) as server:
            cursor = server.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _mine(self, statement: str) -> list[tuple]:
        return self._ask(statement, self.mine)

    @classmethod
    def _all(cls) -> list[str]:
        names = [row[0] for row in cls._ask("SELECT datname FROM pg_database")]
        return [name for name in names if name.startswith(f"academy_test_{CLONE}_")]

    def _copy(self, source: str, target: str) -> None:
        self._ask(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._ask(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def has(self, template: str) -> bool:
        return self._name(template) in self._all()

    def new(self) -> None:
        self._copy("template0", self.mine)
        self.held = set()

    def keep(self, template: str) -> None:
        self._mine(snapshots.taking(self._mine, template))
        self._copy(self.mine, self._name(template))
        self.held.add(template)

    def take(self, template: str) -> None:
        if template in self.held:
            self._mine(snapshots.putting_back(self._mine, template))
            return
        self._copy(self._name(template), self.mine)
        self.held = {
            name.removeprefix(snapshots.PREFIX)
            for (name,) in self._ask("SELECT nspname FROM pg_namespace", self.mine)
            if name.startswith(snapshots.PREFIX)
        }

    def forget(self, kind: str, kept: str) -> None:
        for name in self._all():
            if name.startswith(self._name(f"{kind}_")) and name != self._name(kept):
                self._ask(f'DROP DATABASE IF EXISTS "{name}"')

    def end(self) -> None:
        self._ask(f'DROP DATABASE IF EXISTS "{self.mine}" WITH (FORCE)')

    @classmethod
    def drop_left_behind(cls) -> None:
        for name in cls._all():
            owner = name.rpartition("_")[2]
            if owner.isdigit() and len(name.split("_")) == 4 and not _alive(int(owner)):
                cls._ask(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as readable,
        contextlib.closing(sqlite3.connect(target, timeout=20)) as writable,
    ):
        readable.backup(writable)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Databases:
    """The copies of this process."""

    def __init__(self) -> None:
        self.backend = Postgres() if ON_POSTGRES else Sqlite()

    def start(self) -> None:
        name = empty_template()
        with one_at_a_time():
            if not self.backend.has(name):
                self.backend.new()
                call_command("migrate", verbosity=0, interactive=False)
                connections.close_all()
                self.backend.keep(name)
                self.backend.forget("empty", name)
            self._take(name)

    def restore(self) -> None:
        """Undoes what a test committed."""
        self._take(empty_template())

    def _take(self, template: str) -> None:
        connections.close_all()
        self.backend.take(template)
        ContentType.objects.clear_cache()

    def load_demonstration(self) -> None:
        """The database and the files as `load_demo` leaves them."""
        name = demonstration_template()
        files = Path(settings.TEST_DIR) / f"{name}.files"
        with one_at_a_time():
            if not (self.backend.has(name) and files.exists()):
                self._make_demonstration(name, files)
            self._take(name)
            shutil.copytree(files, settings.FILES_DIR, dirs_exist_ok=True)

    def _make_demonstration(self, name: str, files: Path) -> None:
        self.restore()
        with (Path(settings.RUN_DIR) / "load_demo.log").open("w", encoding="utf-8") as log:
            call_command("load_demo", verbosity=0, stdout=log)
        connections.close_all()
        self.backend.keep(name)
        self.backend.forget("demo", name)
        for old in settings.TEST_DIR.glob("demo_*.files"):
            shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(settings.FILES_DIR, files, dirs_exist_ok=True)

    def end(self) -> None:
        connections.close_all()
        self.backend.end()
        shutil.rmtree(settings.RUN_DIR, ignore_errors=True)


def clear_left_behind() -> None:
    """What test processes left that were killed."""
    if ON_POSTGRES:
        Postgres.drop_left_behind()
    for folder in settings.TEST_DIR.glob("run-*"):
        if not _alive(int(folder.name.removeprefix("run-"))):
            shutil.rmtree(folder, ignore_errors=True)
