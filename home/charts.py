"""Bars in a drawing: where each name, bar and number stands, in em and percent of its width."""

import textwrap
from collections.abc import Iterable
from decimal import Decimal

# The longest bar leaves room for its number; lengths are in percent of the chart's width.
LONGEST_BAR = Decimal(76)
# Characters of a row's name on one line: fits a phone of 320 pixels.
LINE = 30
# Heights in em, so that a larger text makes a larger chart.
LINE_HEIGHT, BAR_HEIGHT, GAP = Decimal("1.35"), Decimal("1.25"), Decimal("0.9")


def bars(
    rows: Iterable[tuple[str, Decimal, str]], *, most: Decimal | None = None
) -> tuple[list[dict], str]:
    """Rows of name, value and the number in words, with their places; and the chart's height. The
    longest bar stands for `most`, or for the highest value."""
    rows = list(rows)
    longest = most or max((value for _name, value, _number in rows), default=Decimal(0))
    top, placed = Decimal(0), []
    for name, value, number in rows:
        lines = textwrap.wrap(name or "", LINE) or [""]
        names = [(text, top + LINE_HEIGHT * (i + 1)) for i, text in enumerate(lines)]
        bar_top = names[-1][1] + Decimal("0.35")
        width = round(value / (longest or Decimal(1)) * LONGEST_BAR, 2)
        placed.append(
            {
                "lines": [{"text": text, "y": f"{y}em"} for text, y in names],
                "top": f"{bar_top}em",
                "width": f"{width}%",
                "number_x": f"{width + 2}%",
                "number_y": f"{bar_top + BAR_HEIGHT / 2}em",
                "number": number,
                "label": name,
            }
        )
        top = bar_top + BAR_HEIGHT + GAP
    return placed, f"{max(top - GAP / 2, Decimal(0))}em"
