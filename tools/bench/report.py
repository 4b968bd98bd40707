"""What was measured: rows with a target, a table to read, a file to compare with."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HIGHER, LOWER = "higher", "lower"
WORSE = 0.15


@dataclass(frozen=True)
class Row:
    name: str
    value: float
    unit: str
    target: float | None
    better: str

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        met = self.value >= self.target if self.better == HIGHER else self.value <= self.target
        return "met" if met else "MISSED"


class Report:
    """The rows of one run. Later measurements add theirs with `row`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def row(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        target: float | None = None,
        better: str = LOWER,
    ) -> None:
        """`better` says which way is better; a target is met when it is reached or passed."""
        if better not in {HIGHER, LOWER}:
            raise ValueError(better)
        if any(row.name == name for row in self.rows):
            raise ValueError(f"measured twice: {name}")
        self.rows.append(Row(name, rounded(value), unit, target, better))

    def value(self, name: str) -> float:
        return next(row.value for row in self.rows if row.name == name)

    def table(self) -> str:
        lines = [
            [row.name, f"{row.value:g}", row.unit, _target(row), row.verdict] for row in self.rows
        ]
        return aligned([["what", "value", "unit", "target", ""], *lines])

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        found = [asdict(row) for row in self.rows]
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Report":
        report = cls()
        report.rows = [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
        return report


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    return f"{'≥' if row.better == HIGHER else '≤'} {row.target:g}"


def worse(before: Report, after: Report, by: float = WORSE) -> list[str]:
    """What got worse by more than this share, as lines. What one of them lacks is passed over."""
    known = {row.name: row for row in before.rows}
    found = []
    for row in after.rows:
        if (was := known.get(row.name)) is None:
            continue
        change = loss(was.value, row.value, row.better)
        if change > by:
            found.append(f"{row.name}: {was.value:g} → {row.value:g} {row.unit} ({change:+.0%})")
    return found


def loss(before: float, after: float, better: str) -> float:
    """By which share a value is worse than it was; below zero where it is better. From nothing to
    something, where less is better, is worse by all."""
    lost = after - before if better == LOWER else before - after
    if before == 0:
        return float(lost > 0) - float(lost < 0)
    return lost / abs(before)


def percentile(taken: Iterable[float], part: float) -> float:
    """The smallest value that at least this share of all does not exceed; 0 of nothing."""
    ordered = sorted(taken)
    if not ordered:
        return 0.0
    at = -(-len(ordered) * round(part * 1000) // 1000) - 1
    return ordered[max(at, 0)]


def median(values: Sequence[float]) -> float:
    ordered, middle = sorted(values), len(values) // 2
    if not ordered:
        return 0.0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def ratio(values: Sequence[float], base: Sequence[float]) -> float:
    """The median of each round's share of the base in the same round: what slows a whole round
    down slows both."""
    return median([one / other for one, other in zip(values, base, strict=True) if other])


def rounded(value: float) -> float:
    """Three digits say all that such a measurement knows; counts stay whole."""
    return value if isinstance(value, int) else float(f"{value:.3g}")


def aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = [
        "  ".join(
            cell.rjust(width) if at == 1 else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([shown[0], "-" * max(map(len, shown)), *shown[1:]])
