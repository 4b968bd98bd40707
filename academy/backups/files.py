"""Files of a backup, and of the storages that it is taken from and put back into: folders and
buckets alike."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from academy.backups import Trouble
from academy.backups.sums import Facts, copied

# Below these names a backup holds what lies in these storages: all but what is built from the code.
KEPT = {
    {"default": "media"}.get(alias, alias): alias
    for alias in settings.STORAGES
    if alias != "staticfiles"
}
# Copies of personal data: whoever loses one asks again.
LEFT_OUT = {"private": ("exports",)}
SECRET = "secret-key"  # noqa: S105  (a file's name)


def part_of(storage: Storage) -> str:
    return next(part for part, alias in KEPT.items() if _where(storages[alias]) == _where(storage))


def _where(storage: Storage) -> tuple[str, str]:
    return getattr(storage, "bucket_name", ""), str(storage.location)


def names(storage: Storage, left_out: tuple[str, ...] = (), folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in sorted(files) if name)
    for name in sorted(folders):
        if name and f"{folder}{name}" not in left_out:
            yield from names(storage, left_out, f"{folder}{name}/")


def all_names() -> dict[str, list[str]]:
    return {
        part: list(names(storages[alias], LEFT_OUT.get(part, ()))) for part, alias in KEPT.items()
    }


def copy_out(folder: Path) -> Facts:
    """Everything in the storages, and the secret of an embedded site. A file that somebody deletes
    meanwhile is passed over."""
    facts = {}
    for part, found in all_names().items():
        for name in found:
            target = folder / part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with storages[KEPT[part]].open(name) as source, target.open("wb") as copy:
                    facts[f"{part}/{name}"] = copied(source, copy)
            except FileNotFoundError:
                target.unlink(missing_ok=True)
    secret = settings.VAR_DIR / SECRET
    if secret.is_file():
        with secret.open("rb") as source, (folder / SECRET).open("wb") as copy:
            facts[SECRET] = copied(source, copy)
    return facts


def copy_in(folder: Path, facts: Facts) -> None:
    for full in _stored(facts):
        part, _slash, name = full.partition("/")
        with (folder / full).open("rb") as source:
            given = storages[KEPT[part]].save(name, File(source, name=name))
        if given != name:
            raise Trouble(f"The file {full} was there already. Restore into an empty place.")
    if SECRET in facts:
        target = settings.VAR_DIR / SECRET
        target.touch(mode=0o600)
        target.write_bytes((folder / SECRET).read_bytes())


def differences(facts: Facts) -> list[str]:
    """What the storages hold otherwise than a backup says, file by file."""
    found = []
    for full in _stored(facts):
        part, _slash, name = full.partition("/")
        try:
            with storages[KEPT[part]].open(name) as source:
                if copied(source) != facts[full]:
                    found.append(f"{full} differs")
        except FileNotFoundError:
            found.append(f"{full} is missing")
    return found


def _stored(facts: Facts) -> list[str]:
    return [name for name in facts if name.partition("/")[0] in KEPT]
