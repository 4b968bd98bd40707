"""The copy of everything about one person: a ZIP with `data.json` for programs, `index.html` for
people, and the person's own files. No script, and nothing that is fetched from elsewhere."""

import hashlib
import logging
import zipfile
import zoneinfo
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from participants import personal_data, readable
from participants.personal_data import Entry

logger = logging.getLogger(__name__)

# Documented in docs/personal-data.md; another layout gets another number.
FORMAT = "academy-personal-data/1"
LOOK = Path(__file__).parent / "data" / "export.css"


@dataclass
class Files:
    """The person's files by their names in the archive: those that are there, and those that
    could not be made."""

    names: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def write(target: IO[bytes], user: Any, *, now: datetime) -> None:
    """Writes the archive in the person's language and time zone."""
    with (
        translation.override(user.language),
        timezone.override(zoneinfo.ZoneInfo(user.time_zone)),
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        kept = [
            (entry, rows) for entry in personal_data.entries() if (rows := entry.exported(user))
        ]
        files = _write_files(archive, [entry for entry, _rows in kept], user)
        archive.writestr("data.json", readable.as_json(_data(kept, files, now)))
        archive.writestr("index.html", _page(kept, files, user, now))
        archive.writestr("style.css", LOOK.read_text())


def digest(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _write_files(archive: zipfile.ZipFile, entries: list[Entry], user: Any) -> Files:
    """A file that cannot be made is named as missing, and keeps nobody from all the rest."""
    files = Files()
    for entry in entries:
        for name, make in entry.files_of(user):
            try:
                content = make()
            except Exception as error:
                logger.error("A file of %s was not made: %s", entry.model, type(error).__name__)
                files.missing.append(f"files/{name}")
                continue
            files.names.append(f"files/{name}")
            archive.writestr(files.names[-1], content)
    return files


def _data(kept: list[tuple[Entry, list[dict]]], files: Files, now: datetime) -> dict:
    return {
        "format": FORMAT,
        "made_at": now,
        "source": settings.WAGTAILADMIN_BASE_URL,
        "language": translation.get_language(),
        "files": files.names,
        "missing": files.missing,
        "entries": [
            {
                "model": entry.model,
                "title": entry.title,
                **described(entry),
                "labels": {name: readable.label(entry, name) for name in rows[0]},
                "rows": rows,
            }
            for entry, rows in kept
        ],
    }


def described(entry: Entry) -> dict[str, str]:
    return {
        "purpose": str(entry.purpose),
        "legal_basis": str(entry.legal_basis.label),
        "retention": str(entry.retention),
        "recipients": str(entry.recipients),
    }


def _page(kept: list[tuple[Entry, list[dict]]], files: Files, user: Any, now: datetime) -> str:
    shelves = [readable.Shelf(entry, readable.in_words(entry, rows)) for entry, rows in kept]
    context = {
        "rooms": readable.rooms(shelves),
        "files": files.names,
        "missing": files.missing,
        "person": user,
        "made_at": readable.text(now),
        "language": translation.get_language(),
        "source": settings.WAGTAILADMIN_BASE_URL,
    }
    return render_to_string("participants/my_data/copy.html", context)
