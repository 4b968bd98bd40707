"""Backing up and restoring: `deploy/backup`, `deploy/restore`.

A backup is a folder: the database, the files people brought (`media/`, `private/`) and
`manifest.json`, which says how many rows each table has and what every file's SHA-256 is. It is
taken while the site runs; restoring goes into an empty place only, and proves what it did.
"""

import os

FORMAT = "academy-backup/1"
MANIFEST = "manifest.json"


class Trouble(Exception):
    """Its words are a sentence for the person who backs up or restores."""


def set_up() -> None:
    """The settings of the place: those that are named, else by whether a DATABASE_URL is given."""
    place = "production" if os.environ.get("DATABASE_URL") else "demo"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"academy.settings.{place}")
    import django

    django.setup()
