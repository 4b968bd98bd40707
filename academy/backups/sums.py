"""What a file is known by: its size and SHA-256. Needs no settings."""

import hashlib
from pathlib import Path
from typing import BinaryIO

PART = 1024 * 1024

Facts = dict[str, dict]


def copied(source: BinaryIO, copy: BinaryIO | None = None) -> dict:
    """The facts of what was read; it is written on to `copy`, if there is one."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(PART):
        digest.update(chunk)
        size += len(chunk)
        if copy is not None:
            copy.write(chunk)
    return {"size": size, "sha256": digest.hexdigest()}


def of_one(path: Path) -> dict:
    with path.open("rb") as source:
        return copied(source)


def faults(folder: Path, facts: Facts) -> list[str]:
    """What in a folder is not as it was written down."""
    found = []
    for name, expected in facts.items():
        try:
            if of_one(folder / name) != expected:
                found.append(f"{name} differs")
        except FileNotFoundError:
            found.append(f"{name} is missing")
    return found
