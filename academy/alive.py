"""Whether a program is at work: `python academy/alive.py worker`, `beat` or `web`.

A worker and a beat touch a file as they go round, in the folder ACADEMY_ALIVE or below ACADEMY_VAR;
one that hangs does not. The web server is asked. Run as a file it loads nothing of the site, so
that a container can ask often.
"""

import http.client
import os
import sys
import time
from pathlib import Path

# Longer than any task may run, and than a broker takes to come back from a restart.
TOO_OLD = 300
PATH = "/health/live"
PROGRAMS = ("worker", "beat", "web")


def file(program: str) -> Path:
    folder = os.environ.get("ACADEMY_ALIVE") or os.environ.get("ACADEMY_VAR") or "var"
    return Path(folder) / f"academy-{program}.alive"


def touch(program: str) -> None:
    """Never keeps a program from its work, also when the disk is full."""
    try:
        file(program).touch()
    except OSError:
        return


def trouble(program: str) -> str:
    """A sentence; nothing when all is well."""
    if program == "web":
        return _trouble_of_web()
    try:
        # After the clock was set back, the last sign lies ahead: a program at work soon gives one.
        age = abs(time.time() - file(program).stat().st_mtime)
    except FileNotFoundError:
        return f"The {program} has not begun."
    return f"The {program} has done nothing for {age:.0f} seconds." if age > TOO_OLD else ""


def _trouble_of_web() -> str:
    port = int(os.environ.get("WEB_PORT") or 8000)
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        asked.request("GET", PATH, headers={"X-Forwarded-Proto": "https"})
        status = asked.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"The web server does not answer: {type(error).__name__}."
    finally:
        asked.close()
    return "" if status == 200 else f"The web server answers {status}."


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PROGRAMS:
        print(f"Name one of these: {', '.join(PROGRAMS)}.", file=sys.stderr)
        return 2
    if said := trouble(arguments[0]):
        print(said, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
