"""The database of a backup: PostgreSQL through pg_dump and pg_restore, SQLite as a file."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient

from academy.backups import Trouble

# Rows are compared as text: these say how a value is written, wherever it is read.
AS_TEXT = (
    "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"
)
TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    ORDER BY 1, 2
"""
# A sum over all rows, in whatever order they come: equal where each row is equal.
CONTENT = """
    SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)
    FROM {table} t
"""

Tables = dict[str, dict]


class Postgres:
    kind, file = "postgresql", "database.dump"

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Inside this block everything is read as it was at one moment, while people go on."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(AS_TEXT)
            yield

    def dump(self, folder: Path) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        self._call("pg_dump", [*options, f"--file={folder / self.file}"])

    def tables(self) -> Tables:
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            found = {}
            for schema, table in cursor.fetchall():
                cursor.execute(CONTENT.format(table=f"{quote(schema)}.{quote(table)}"))
                rows, content = cursor.fetchone()
                found[f"{schema}.{table}"] = {"rows": rows, "content": str(content)}
        return found

    def is_empty(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            return not cursor.fetchall()

    def load(self, folder: Path) -> None:
        """All of it or nothing."""
        name = connection.settings_dict["NAME"]
        connection.close()
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        self._call("pg_restore", [*options, str(folder / self.file), "--dbname"], name)

    @staticmethod
    def _call(program: str, options: list[str], *last: str) -> None:
        command, variables = DatabaseClient.settings_to_cmd_args_env(
            connection.settings_dict, options
        )
        if shutil.which(program) is None:
            raise Trouble(f"{program} is not installed. Install PostgreSQL's client programs.")
        done = subprocess.run(  # noqa: S603
            [program, *command[1:]],
            env=os.environ | (variables or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
            raise Trouble(f"{program} failed: {said}")


class Sqlite:
    kind, file = "sqlite", "academy.sqlite3"

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """SQLite's own copy is of one moment; everything else is read from the copy."""
        yield

    def dump(self, folder: Path) -> None:
        self._taken = folder / self.file
        connection.ensure_connection()
        with contextlib.closing(sqlite3.connect(self._taken)) as copy:
            connection.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")

    def tables(self) -> Tables:
        path = getattr(self, "_taken", None) or connection.settings_dict["NAME"]
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as readable:
            if (said := readable.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
                raise Trouble(f"The database is damaged: {said}")
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            return {
                name: {"rows": readable.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]}  # noqa: S608
                for (name,) in readable.execute(listed).fetchall()
            }

    def is_empty(self) -> bool:
        return not Path(connection.settings_dict["NAME"]).exists()

    def load(self, folder: Path) -> None:
        target = Path(connection.settings_dict["NAME"])
        target.parent.mkdir(parents=True, exist_ok=True)
        connection.close()
        with (folder / self.file).open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy)
        target.chmod(0o600)


def present() -> Postgres | Sqlite:
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def differences(expected: Tables, found: Tables) -> list[str]:
    """Table by table, in words."""
    said = []
    for table in sorted(expected | found):
        before, after = expected.get(table), found.get(table)
        if before is None or after is None:
            said.append(f"table {table} {'is missing' if after is None else 'is new'}")
        elif before["rows"] != after["rows"]:
            said.append(f"{table} has {after['rows']} rows instead of {before['rows']}")
        elif before != after:
            said.append(f"{table} has rows that differ")
    return said
