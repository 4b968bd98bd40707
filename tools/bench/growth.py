"""The same pages with a hundredth, a tenth and all of the data: does a page take longer?"""

import subprocess
import sys

from tools.bench.place import BASE
from tools.bench.report import Report, aligned

SCALES = (0.01, 0.1, 1.0)
# Of what a page takes with a hundredth of the data. The rest is noise, or a query that grows.
ALLOWED = 1.3
ONE = " processor"
# Hands out every row there is: what may not grow is the time for as much text.
WHOLE = "coordinator's export"


def measure(seconds: float, rounds: int, *, plain: bool) -> int:
    reports = [_run(scale, seconds, rounds, plain=plain) for scale in SCALES]
    lines, grown = table(reports)
    print(f"\nProcessor time of a request by share of the data\n{aligned(lines)}")
    print(f"Grew by more than {ALLOWED - 1:.0%}: {', '.join(grown) or 'nothing'}")
    return 1 if grown else 0


def table(reports: list[Report]) -> tuple[list[list[str]], list[str]]:
    """A line for each page; and the pages that grew. What a machine did meanwhile slows the page to
    compare with as well, so each is taken as a share of that one."""
    lines = [["page", *(f"{scale:.0%}, ms" for scale in SCALES), "growth"]]
    grown = []
    for row in reports[0].rows:
        name, _colon, what = row.name.partition(":")
        if what != ONE or name == "stock Wagtail page":
            continue
        values = [report.value(row.name) for report in reports]
        if name == WHOLE:
            sizes = [report.value(f"{name}: answer") for report in reports]
            name += ", each kB"
            values = [one / size for one, size in zip(values, sizes, strict=True)]
        stock = [report.value(f"stock Wagtail page:{ONE}") for report in reports]
        growth = (values[-1] / stock[-1]) / (values[0] / stock[0])
        lines.append([name, *(f"{value:.3g}" for value in values), f"{growth:.2f}"])
        if growth > ALLOWED:
            grown.append(name)
    return lines, grown


def _run(scale: float, seconds: float, rounds: int, *, plain: bool) -> Report:
    out = BASE / "var" / f"bench-{scale:g}.json"
    command = [sys.executable, "-m", "tools.bench", "--scale", f"{scale:g}", "--out", str(out)]
    command += ["--seconds", str(seconds), "--rounds", str(rounds)]
    subprocess.run([*command, *(["--plain"] if plain else [])], cwd=BASE, check=True)
    return Report.read(out)
