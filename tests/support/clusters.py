"""A PostgreSQL server of a test's own, to be killed, stopped and started again."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

PORT, OWNER = 5432, "academy"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the machine stays up, so what was written is there
    "max_connections": "60",
}
# PostgreSQL does not run as root.
SERVANT = "postgres"


@cache
def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, which are on no path where a package brought them."""
    folders = [Path(found).parent for found in [shutil.which("pg_ctl")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def missing() -> str:
    """Why no server can be made here; nothing when one can."""
    if programs() is None:
        return "initdb and pg_ctl are not installed"
    if os.geteuid() == 0 and SERVANT not in {entry.pw_name for entry in pwd.getpwall()}:
        return f"root needs a user {SERVANT} to start PostgreSQL as"
    return ""


@dataclass
class Cluster:
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self.folder}&port={PORT}"

    def ask(self, database: str, question: str) -> list[tuple]:
        with psycopg.connect(self.url(database), autocommit=True) as line:
            cursor = line.execute(question)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        self._control("start", "--log", str(self.folder / "log"))

    def stop(self, mode: str) -> None:
        """`immediate` is a crash: nothing is put in order. `fast` is what an upgrade does."""
        self._control("stop", "--mode", mode)

    def restart(self, mode: str) -> None:
        self._control("restart", "--mode", mode, "--log", str(self.folder / "log"))

    def copy(self, source: str, database: str) -> None:
        """The tables of a database on another server, whose address is `source`."""
        self.ask("postgres", f'CREATE DATABASE "{database}"')
        self.ask(database, "DROP SCHEMA public")
        command = ["pg_dump", "--no-owner", "--no-acl", "--schema=public", f"--dbname={source}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as dump:
            load = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", self.url(database)]
            subprocess.run(load, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        assert dump.returncode == 0

    def create(self) -> None:
        servant = {"user": SERVANT, "group": SERVANT} if os.geteuid() == 0 else {}
        self._as = {**servant, "cwd": self.folder, "check": True, "stdout": subprocess.DEVNULL}
        if servant:
            shutil.chown(self.folder, SERVANT, SERVANT)
        initdb = [*self._program("initdb"), "--username", OWNER, "--auth", "trust", "--no-sync"]
        subprocess.run([*initdb, "--encoding", "UTF8", "--locale", "C.UTF-8"], **self._as)
        given = SETTINGS | {"unix_socket_directories": f"'{self.folder}'", "port": str(PORT)}
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value or repr('')}\n" for name, value in given.items())

    def _control(self, *arguments: str) -> None:
        subprocess.run([*self._program("pg_ctl"), "--wait", *arguments], **self._as)

    def _program(self, name: str) -> list[str]:
        return [str(programs() / name), "--pgdata", str(self.folder / "data")]


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """In a folder with a short name: that of a socket holds a hundred letters."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="academy-")))
    try:
        cluster.create()
        cluster.start()
        yield cluster
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            cluster.stop("immediate")
        shutil.rmtree(cluster.folder, ignore_errors=True)
