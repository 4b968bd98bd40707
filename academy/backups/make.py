"""`deploy/backup PLACE`: a backup of a site that may be running."""

import argparse
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from academy import backups
from academy.backups import FORMAT, MANIFEST, Trouble, sums

NAME = "academy-"


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    os.umask(0o077)
    backups.set_up()
    try:
        made, missing = make(Path(chosen.place))
        if chosen.encrypt_to:
            from academy.backups.seal import seal

            made = seal(made, chosen.encrypt_to)
    except (Trouble, OSError) as trouble:
        print(f"No backup was made. {trouble}", file=sys.stderr)
        return 1
    for name in missing:
        print(f"The database names a file that is not there: {name}", file=sys.stderr)
    if chosen.keep:
        _drop_old(Path(chosen.place), chosen.keep)
    print(f"Backed up to {made}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy/backup", description=__doc__)
    parser.add_argument("place", help="an existing folder, which gets one entry a backup")
    parser.add_argument(
        "--encrypt-to", metavar="KEY", help="age1…, or the name of a key that GnuPG knows"
    )
    parser.add_argument(
        "--keep", type=int, metavar="N", help="afterwards, delete all but the newest N backups"
    )
    return parser


def make(place: Path) -> tuple[Path, list[str]]:
    """The folder, and the files that rows name and no storage has. It appears under its name only
    when it is whole."""
    from academy.backups import database
    from participants import journal

    if not place.is_dir():
        raise Trouble(f"There is no folder {place}.")
    now = datetime.now(UTC)
    made = place / f"{NAME}{now:%Y%m%dT%H%M%SZ}"
    draft = place / f".{made.name}.part"
    draft.mkdir()
    try:
        journal.note_missing()
        manifest = {"format": FORMAT, "made_at": now.isoformat()} | _contents(
            draft, database.present()
        )
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        (draft / MANIFEST).write_text(text, encoding="utf-8")
        os.sync()
        draft.rename(made)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return made, manifest["missing"]


def _contents(draft: Path, source) -> dict:
    """Files are copied after the moment of the database, so each that it names is among them."""
    from academy.backups import files

    with source.still():
        source.dump(draft)
        told = {
            "database": {"kind": source.kind, "file": source.file},
            "migrations": _migrations(),
            "tables": source.tables(),
        }
        named = set(_named_by_rows())
    facts = files.copy_out(draft)
    told["missing"] = sorted(named - set(facts))
    told["files"] = facts | {source.file: sums.of_one(draft / source.file)}
    return told


def _migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def _named_by_rows():
    """Each file that a row names, as a backup calls it."""
    from django.apps import apps
    from django.db.models import FileField

    from academy.backups.files import part_of

    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField):
                part = part_of(field.storage)
                rows = model._base_manager.exclude(**{field.name: ""})
                for name in rows.values_list(field.name, flat=True).iterator():
                    if name:
                        yield f"{part}/{name}"


def _drop_old(place: Path, keep: int) -> None:
    for old in sorted(place.glob(f"{NAME}[0-9]*"))[:-keep]:
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
