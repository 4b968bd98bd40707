"""Runs every test: on SQLite, then on PostgreSQL with Redis where both can be reached. Journeys in
a browser take half of the time, and are walked once: on PostgreSQL with Redis where it is there.
What knows no database (marked `pure`) runs once as well.

Says at the end what was left out and why. With CI=true, leaving out is a failure. Words after the
program's name go to pytest: `python tools/test.py tests/courses -x`.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

BASE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(BASE))
RESULTS = BASE / "var" / "test"
COUNTED = ("tests", "failures", "errors", "skipped")


def main(arguments: list[str]) -> int:
    strict = os.environ.get("CI", "").lower() in {"1", "true"}
    missing = _missing()
    if strict and missing:
        print("With CI=true every test must run:", *missing, sep="\n  ")
        return 1
    both = not any("PostgreSQL" in reason for reason in missing)
    # What needs PostgreSQL, and the journeys, are not left out: their run follows.
    first = ["-m", "not postgres and not journey"] if both else []
    code, counts = _run("SQLite", {}, [*first, *arguments])
    codes, total = [code], counts
    if both:
        server = {"TEST_DATABASE": "postgres"}
        code, counts = _run("PostgreSQL with Redis", server, ["-m", "not pure", *arguments])
        codes, total = [*codes, code], total + counts
    _report(missing, total)
    return next((code for code in codes if code), 0)


def _missing() -> list[str]:
    """What is not there, as sentences."""
    from tests.support.services import chromium, postgres_fault, redis_fault

    found = []
    if not chromium():
        found.append("Journeys, for want of Chromium. Name it with CHROMIUM=/path/to/chromium.")
    if fault := postgres_fault():
        found.append(f"The run on PostgreSQL, for want of PostgreSQL ({fault}). See DATABASE_URL.")
    if fault := redis_fault():
        found.append(f"The run on PostgreSQL, for want of Redis ({fault}). See REDIS_URL.")
    return found


def _run(title: str, environment: dict[str, str], arguments: list[str]) -> tuple[int, Counter]:
    RESULTS.mkdir(parents=True, exist_ok=True)
    result = RESULTS / f"result-{os.getpid()}.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "worksteal"]
    command += ["-p", "no:cacheprovider", "--durations=15", f"--junitxml={result}", *arguments]
    print(f"--- Tests on {title}", flush=True)
    own = {key: value for key, value in os.environ.items() if key != "ACADEMY_VAR"}
    if not environment:
        own.pop("DATABASE_URL", None)
        own.pop("TEST_DATABASE", None)
    start = time.monotonic()
    code = subprocess.run(command, cwd=BASE, env=own | environment, check=False).returncode
    print(f"--- {title}: {time.monotonic() - start:.0f} seconds\n", flush=True)
    counts = _counts(result)
    result.unlink(missing_ok=True)
    return code, counts


def _counts(result: Path) -> Counter:
    if not result.exists():
        return Counter(errors=1)
    suites = ElementTree.parse(result).iter("testsuite")  # noqa: S314
    counts: Counter = Counter()
    for suite in suites:
        counts.update({key: int(suite.get(key, 0)) for key in COUNTED})
    return counts


def _report(missing: list[str], total: Counter) -> None:
    if missing:
        print("Left out:", *missing, sep="\n  ")
    else:
        print("Nothing was left out: SQLite, PostgreSQL, Redis and Chromium were there.")
    failed = total["failures"] + total["errors"]
    passed = total["tests"] - failed - total["skipped"]
    print(f"{passed} passed, {failed} failed, {total['skipped']} skipped", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
