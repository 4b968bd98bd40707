"""Decisions about colours, figures and files. No database, no clock, no request."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# --- Colour: a brand colour carries text and buttons, so it must be readable on both papers ---

# The papers of tokens.css: plain and tinted.
PAPER_LIGHT = ("#ffffff", "#f3f6fa")
PAPER_DARK = ("#10161f", "#182130")
READABLE = 4.5


def is_colour(text: str) -> bool:
    return bool(re.fullmatch("#[0-9a-fA-F]{6}", text))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 for black and 1 for white."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def weakest_contrast(colour: str, papers: tuple[str, ...]) -> float:
    """On the papers, and on the tint that is made of the colour itself."""
    grounds = (*papers, brand_tint(colour, papers))
    return min(contrast(colour, ground) for ground in grounds)


def is_readable(colour: str, papers: tuple[str, ...]) -> bool:
    return weakest_contrast(colour, papers) >= READABLE


def mix(colour: str, other: str, share: float) -> str:
    """`share` of the colour, the rest of the other."""
    pairs = [(int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def brand_tint(colour: str, papers: tuple[str, ...]) -> str:
    """The ground of panels that carry text in the brand colour."""
    return mix(colour, papers[0], 0.08)


# --- A figure that may go out ------------------------------------------------------------------

EARLIEST_YEAR = 1950


@dataclass(frozen=True)
class Figure:
    unit: str
    values: Sequence[Decimal]
    labels: Sequence[str]
    reference_year: int | None
    accessed: date | None

    @property
    def is_percentage(self) -> bool:
        return "%" in self.unit or self.unit.strip().lower() in {"percent", "per cent"}


def figure_problems(figure: Figure, *, today: date) -> list[tuple[str, str]]:
    """(field, reason code) of everything that looks wrong. What is empty is judged elsewhere."""
    found = [("rows", reason) for reason in _row_problems(figure)]
    year, accessed = figure.reference_year, figure.accessed
    if year is not None and year > today.year:
        return [*found, ("reference_year", "year_in_future")]
    if year is not None and year < EARLIEST_YEAR:
        found.append(("reference_year", "year_too_early"))
    if accessed and accessed > today:
        found.append(("accessed", "date_in_future"))
    elif accessed and year is not None and accessed.year < year:
        found.append(("accessed", "seen_before_year"))
    return found


def _row_problems(figure: Figure) -> list[str]:
    if any(not math.isfinite(value) or value < 0 for value in figure.values):
        return ["negative"]
    if figure.is_percentage and any(value > 100 for value in figure.values):
        return ["over_hundred"]
    names = [label.strip().casefold() for label in figure.labels]
    if len(set(names)) < len(names):
        return ["same_label"]
    return []


# --- Files that may go out -----------------------------------------------------------------------

NEEDS_NO_CREDIT = {"CC0 1.0", "Public domain", "Own work", ""}
MEDIA_TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
}


def is_missing_credit(credit: str, licence: str) -> bool:
    return not credit.strip() and licence not in NEEDS_NO_CREDIT


def is_undescribed(description: str, is_decorative: bool) -> bool:
    return not is_decorative and not description.strip()


def media_type(filename: str) -> str:
    """What a browser must be told about a media file, by its ending."""
    return MEDIA_TYPES.get(filename.rpartition(".")[2].lower(), "application/octet-stream")


def missing_in_media(kind: str, *, has_captions: bool, has_transcript: bool) -> list[str]:
    """What a video or recording lacks: a recording needs no captions, since nothing is shown."""
    missing = []
    if kind == "video" and not has_captions:
        missing.append("captions")
    if not has_transcript:
        missing.append("transcript")
    return missing


def number_of(text: str | None) -> int:
    """A number that somebody sent, or 0."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else 0
