import argparse
import os
import subprocess
import sys
from pathlib import Path

from tools.bench import place
from tools.bench.report import Report, worse

SEEDING = 90


def main() -> int:
    given = _arguments()
    if given.forget:
        place.forget()
        return 0
    if given.growth:
        from tools.bench import growth

        return growth.measure(given.seconds, given.rounds, plain=given.plain)
    report = matched(given) if given.only else run(given)
    print(f"\n{report.table()}\n\nWritten to {given.out}")
    missed = [row.name for row in report.rows if row.verdict == "MISSED"]
    print(f"Targets missed: {', '.join(missed) or 'none'}")
    if given.against is None:
        return 0
    lines = worse(Report.read(given.against), report)
    print(f"Worse than in {given.against} by more than 15 %:", *(lines or ["nothing"]), sep="\n  ")
    return 1 if lines else 0


def run(given: argparse.Namespace) -> Report:
    """One run at one scale, from an empty database to rows."""
    here = place.Place()
    here.enter()
    if given.plain:
        os.environ["BENCH_PLAIN_STATIC"] = "1"
    import django

    django.setup()
    report = Report()
    try:
        _fill(here, given, report)
        if not given.plain:
            _collect()
        _measure(here, given, report)
    finally:
        here.leave()
    report.write(given.out)
    return report


def matched(given: argparse.Namespace) -> Report:
    """What needs no database."""
    from tools.bench import matching

    report = Report()
    matching.measure(report, given.scale)
    report.write(given.out)
    return report


def _fill(here: place.Place, given: argparse.Namespace, report: Report) -> None:
    from tools.bench.seed import seed
    from tools.bench.seed.proof import counts

    kept = place.VAR / f"{place.seeded_template(given.scale)}.seconds"

    def make() -> None:
        print(f"Making the data at {given.scale:g} of the full size:", flush=True)
        kept.write_text(f"{seed(given.scale):.1f}")

    here.fill(given.scale, make, fresh=given.fresh)
    goal = SEEDING if given.scale == 1 else None
    report.row("seeding", float(kept.read_text()) if kept.exists() else 0.0, "s", target=goal)
    for name, count in counts().items():
        report.row(f"data: {name}", count, "rows", better="higher")


def _collect() -> None:
    """Static files as production serves them, once for each state of them."""
    from academy.demo.steps import static_digest, static_is_collected, static_stamp

    if not static_is_collected(place.VAR):
        command = ["manage.py", "collectstatic", "--noinput", "--clear", "-v0"]
        subprocess.run([sys.executable, *command], cwd=place.BASE, check=True)
        static_stamp(place.VAR).write_text(static_digest())


def _measure(here: place.Place, given: argparse.Namespace, report: Report) -> None:
    from tests.support.services import chromium
    from tools.bench import browser, matching, measure, server

    with server.running(here.environment(), given.port) as running:
        measure.measure(report, running, rounds=given.rounds, seconds=given.seconds)
        program = None if given.plain else chromium()
        if program:
            browser.measure(report, running, program)
    matching.measure(report, given.scale)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description="Measures the site.")
    more = parser.add_argument
    more("--scale", type=float, default=1.0, help="share of the full size: 0.01, 0.1, 1")
    more("--seconds", type=float, default=2.0, help="for each page in each round")
    more("--rounds", type=int, default=3)
    more("--port", type=int, default=0, help="of the server; any free one")
    more("--fresh", action="store_true", help="make the data anew")
    more("--growth", action="store_true", help="compare 1, 10 and 100 % of the data")
    more("--against", type=Path, help="say what is worse than in this file")
    more("--out", type=Path, default=place.BASE / "var" / "bench.json")
    more("--only", choices=["matching"], help="a part that needs no database")
    more("--plain", action="store_true", help="without a browser and hashed static files")
    more("--forget", action="store_true", help="drop everything that is kept between runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
