"""`deploy/restore BACKUP`: puts a backup into an empty place and proves that nothing is missing.

First every file of the backup is held against its SHA-256; then the database is filled and each
table compared; then the files are put back and read again. Whoever was erased since the backup was
made is erased again before anybody can see them."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from academy import backups
from academy.backups import FORMAT, MANIFEST, Trouble, sums

SHOWN = 20


def main(arguments: list[str]) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        _check_choice(chosen)
        with tempfile.TemporaryDirectory(prefix="restore-") as room:
            folder = _opened(chosen, Path(room))
            manifest = _checked(folder)
            print(f"The backup of {manifest['made_at']} is whole.", flush=True)
            if not chosen.check:
                _restore(folder, manifest, chosen)
    except (Trouble, OSError) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="deploy/restore", description=__doc__)
    parser.add_argument("backup", help="a folder, or a file that ends in .age or .gpg")
    parser.add_argument("--check", action="store_true", help="look whether it is whole; no more")
    parser.add_argument("--identity", type=Path, help="the file with the secret key, for age")
    parser.add_argument(
        "--erased",
        action="append",
        default=[],
        metavar="PLACE",
        help="who was erased meanwhile: a newer backup, a folder of private files, or `storage`",
    )
    parser.add_argument(
        "--nobody-erased", action="store_true", help="nobody was erased since the backup was made"
    )
    parser.add_argument(
        "--database-only",
        action="store_true",
        help="the files are in their place; they are compared and not written",
    )
    return parser


def _check_choice(chosen: argparse.Namespace) -> None:
    if not (chosen.check or chosen.erased or chosen.nobody_erased):
        raise Trouble(
            "Nothing was restored. Somebody may have been erased since the backup was made: name a "
            "newer backup or the old folder of private files with --erased, or say --nobody-erased."
        )


def _opened(chosen: argparse.Namespace, room: Path) -> Path:
    path = Path(chosen.backup)
    if path.is_dir():
        return path
    if not path.exists():
        raise Trouble(f"There is no backup {path}.")
    from academy.backups.seal import opened

    return opened(path, room, chosen.identity)


def _checked(folder: Path) -> dict:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = manifest["format"] == FORMAT
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise Trouble(f"{folder} has no manifest that can be read. Nothing was restored.")
    if faults := sums.faults(folder, manifest["files"]):
        raise Trouble(f"The backup is damaged: {_listed(faults)}. Nothing was restored.")
    return manifest


def _restore(folder: Path, manifest: dict, chosen: argparse.Namespace) -> None:
    _require_new_folder(manifest)
    backups.set_up()
    from academy.backups import database, files

    target = database.present()
    _require_empty(target, manifest, chosen.database_only)
    _require_known(manifest)
    target.load(folder)
    with target.still():
        different = database.differences(manifest["tables"], target.tables())
    if not different:
        if not chosen.database_only:
            files.copy_in(folder, manifest["files"])
        different = files.differences(manifest["files"])
    if different:
        raise Trouble(
            f"What was restored is not what was backed up: {_listed(different)}. Do not use it."
        )
    rows = sum(table["rows"] for table in manifest["tables"].values())
    print(
        f"Restored and compared: {rows} rows in {len(manifest['tables'])} tables, "
        f"{len(manifest['files'])} files.",
        flush=True,
    )
    # Somebody may have gone while the backup was being made: its own list knows.
    _finish(manifest, [str(folder), *chosen.erased])


def _require_new_folder(manifest: dict) -> None:
    """An embedded site's settings make a secret in its folder, so this is asked before they are
    read."""
    var = Path(os.environ.get("ACADEMY_VAR", "var"))
    if manifest["database"]["kind"] == "sqlite" and var.exists() and any(var.iterdir()):
        raise Trouble(
            f"The folder {var.absolute()} is not empty. Nothing was restored: name an empty one "
            "with ACADEMY_VAR."
        )


def _require_empty(target, manifest: dict, database_only: bool) -> None:
    from academy.backups import files

    if target.kind != manifest["database"]["kind"]:
        raise Trouble(
            f"The backup is of {manifest['database']['kind']}, and this site keeps its data in "
            f"{target.kind}. Nothing was restored."
        )
    if not target.is_empty():
        raise Trouble("The database is not empty. Nothing was restored.")
    if not database_only and any(files.all_names().values()):
        raise Trouble("The storage of files is not empty. Nothing was restored.")


def _require_known(manifest: dict) -> None:
    """Goes by the names of files: to load a migration of another package may open the database."""
    pairs = [name.split(".", 1) for name in manifest["migrations"]]
    for app, on_disk in _migrations():
        newest = max(on_disk, default="")
        applied = max((at for label, at in pairs if label == app), default="")
        if applied > newest:
            raise Trouble(
                f"The backup is of a newer version of the site ({app}.{applied}). Nothing "
                "was restored: install that version first."
            )


def _migrations() -> list[tuple[str, list[str]]]:
    from django.apps import apps

    return [
        (app.label, [path.stem for path in Path(app.path).glob("migrations/0*.py")])
        for app in apps.get_app_configs()
    ]


def _finish(manifest: dict, places: list[str]) -> None:
    """To this version's shape, and without those who were erased. What caches remember is of
    another time."""
    from django.core.cache import cache
    from django.core.management import CommandError, call_command

    from home import tree

    if {f"{app}.{name}" for app, names in _migrations() for name in names} - set(
        manifest["migrations"]
    ):
        call_command("migrate", interactive=False, verbosity=0)
    tree.touch()
    try:
        call_command("erase_again", *places)
        cache.clear()
    except CommandError as error:
        raise Trouble(str(error)) from error
    print("The site can be started.")


def _listed(things: list[str]) -> str:
    more = f", and {len(things) - SHOWN} more" if len(things) > SHOWN else ""
    return ", ".join(things[:SHOWN]) + more


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
