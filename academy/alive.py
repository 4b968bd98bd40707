"""Whether a program without an address is at work: `python -m academy.alive worker`, or `beat`.

Each touches a file as it goes round, in the folder ACADEMY_ALIVE or below ACADEMY_VAR; one that
hangs does not. Needs no settings, so that a container can ask often.
"""

import os
import sys
import time
from pathlib import Path

# Longer than any task may run, and than a broker takes to come back from a restart.
TOO_OLD = 300
PROGRAMS = ("worker", "beat")


def file(program: str) -> Path:
    folder = os.environ.get("ACADEMY_ALIVE") or os.environ.get("ACADEMY_VAR") or "var"
    return Path(folder) / f"academy-{program}.alive"


def touch(program: str) -> None:
    """Never keeps a program from its work, also when the disk is full."""
    try:
        file(program).touch()
    except OSError:
        return


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PROGRAMS:
        print(f"Name one of these: {', '.join(PROGRAMS)}.", file=sys.stderr)
        return 2
    try:
        age = time.time() - file(arguments[0]).stat().st_mtime
    except FileNotFoundError:
        print(f"The {arguments[0]} has not begun.", file=sys.stderr)
        return 1
    if age > TOO_OLD:
        print(f"The {arguments[0]} has done nothing for {age:.0f} seconds.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
