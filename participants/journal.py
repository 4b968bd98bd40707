"""Who was erased, written down beside the database: a number and a moment each, nothing else.

A backup that is older than an erasure brings the person back. The list outlives the database, as
it lies with the private files, so whoever restores can erase the same people again.
"""

import logging
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage

from participants.models import User
from participants.models.profiles import private_storage

logger = logging.getLogger(__name__)

FOLDER = "erased"


def note(user_id: int, erased_at: datetime) -> None:
    """Never raises: the person is erased already. What a storage refuses, `note_missing` writes."""
    try:
        storage, name = private_storage(), f"{FOLDER}/{user_id}"
        if not storage.exists(name):
            storage.save(name, ContentFile(erased_at.isoformat().encode()))
    except Exception as error:
        logger.error("An erasure was not noted: %s", type(error).__name__)


def note_missing() -> int:
    """Before each backup: what the storage did not take at its time. Returns how many."""
    known = set(_names(private_storage()))
    erased = User.objects.exclude(erased_at=None).values_list("pk", "erased_at")
    missing = [(pk, at) for pk, at in erased.iterator() if str(pk) not in known]
    for pk, at in missing:
        note(pk, at)
    return len(missing)


def noted(place: str) -> dict[int, datetime]:
    """The list that a backup, a folder of private files or, under the name `storage`, the site's
    present private storage holds."""
    storage = private_storage() if place == "storage" else FileSystemStorage(_folder(Path(place)))
    found = {}
    for name in _names(storage):
        with storage.open(f"{FOLDER}/{name}") as file:
            found[int(name)] = datetime.fromisoformat(file.read().decode())
    return found


def _folder(place: Path) -> Path:
    inside = place / "private"
    if not (found := inside if inside.is_dir() else place).is_dir():
        raise FileNotFoundError(place)
    return found


def _names(storage: Storage) -> list[str]:
    try:
        return [name for name in storage.listdir(FOLDER)[1] if name.isdecimal()]
    except FileNotFoundError:  # nobody yet
        return []
