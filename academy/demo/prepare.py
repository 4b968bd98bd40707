"""Brings the database of the demonstration up to date. Runs as a program of its own."""

import errno
import hashlib
import logging
import os
import sqlite3
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from academy import translations
from academy.demo.preflight import Refusal, no_space

logger = logging.getLogger(__name__)


def main() -> int:
    try:
        prepare()
    except Refusal as refusal:
        _say(str(refusal))
    except (OSError, DatabaseError) as error:
        logger.exception("Preparing the database failed")
        _say(str(_refusal_for(error)))
    except Exception:
        logger.exception("Preparing the database failed")
        _say(_unexpected())
    else:
        return 0
    return 1


def prepare() -> None:
    translations.compile_catalogues()
    migrate()
    follow_port()
    load_demonstration()


def migrate() -> None:
    """Refuses a database that a newer version made; brings an older one up to date."""
    executor = MigrationExecutor(connection)
    if unknown := unknown_migrations(executor.loader):
        raise Refusal(
            f"The database {settings.DATABASES['default']['NAME']} was made by a newer or another "
            f"version of the platform: this one does not know {', '.join(unknown[:3])}. Get the "
            "newer version, or move the file away to begin with a new database."
        )
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _say("Setting up the database. This takes up to a minute.")
        call_command("migrate", interactive=False, verbosity=0)


def unknown_migrations(loader: MigrationLoader) -> list[str]:
    """Applied migrations that come after all that this code has of the app. Older ones that the
    code no longer has were squashed, and are no reason to stop."""
    last: dict[str, str] = {}
    for app, name in loader.disk_migrations:
        last[app] = max(last.get(app, ""), name)
    known = set(loader.disk_migrations)
    return sorted(
        f"{app} {name}"
        for app, name in set(loader.applied_migrations) - known
        if name[:4] >= last.get(app, "")[:4]
    )


def follow_port() -> None:
    """Addresses in feeds and mails name the port of this run."""
    from wagtail.models import Site

    for site in Site.objects.filter(is_default_site=True).exclude(
        hostname="localhost", port=settings.PORT
    ):
        site.hostname, site.port = "localhost", settings.PORT
        site.save()


def load_demonstration() -> None:
    """Loads the files under demo/ when they have changed since this database last saw them."""
    if "load_demo" not in get_commands():
        return
    digest = demonstration_digest(settings.BASE_DIR / "demo")
    with connection.cursor() as cursor:
        if cursor.execute("PRAGMA user_version").fetchone()[0] == digest:
            return
    _say("Loading the demonstration.")
    with (settings.VAR_DIR / "log/load_demo.log").open("w", encoding="utf-8") as log:
        call_command("load_demo", verbosity=0, stdout=log)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {digest}")


def demonstration_digest(folder: Path) -> int:
    """A number that SQLite keeps in the head of its file; never 0, which stands for a new one."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return int.from_bytes(digest.digest()[:3], "big") + 1


def _refusal_for(error: Exception) -> Refusal | str:
    text = str(error)
    if getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT} or "is full" in text:
        return no_space(settings.VAR_DIR)
    if "is locked" in text:
        return "Another program is writing to the database. Stop it, and start again."
    if isinstance(error.__cause__, sqlite3.DatabaseError) and "malformed" in text:
        path = settings.DATABASES["default"]["NAME"]
        return f"The database {path} is damaged. Bring back a copy of it, or move it away."
    return _unexpected()


def _unexpected() -> str:
    return (
        "The database could not be prepared; what went wrong stands at the end of "
        f"{settings.VAR_DIR / 'log/prepare.log'}. To begin with a new one, move "
        f"{settings.DATABASES['default']['NAME']} away."
    )


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings.demo")
    django.setup()
    sys.exit(main())
