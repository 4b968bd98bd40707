"""Generated data of a size that is said beforehand, and always the same."""

import time
from dataclasses import dataclass

from tools.bench.seed.content import make_content
from tools.bench.seed.people import make_people
from tools.bench.seed.proof import prove


@dataclass(frozen=True)
class Size:
    """How much there is. Pages keep their size whatever the scale: there are fewer of them."""

    courses: int
    lessons: int
    people: int
    enrolments: int
    progress: int
    longest: int = 64

    @classmethod
    def at(cls, scale: float) -> "Size":
        people = max(round(20_000 * scale), 64)
        courses = max(round(50 * scale), 12)
        lessons = 64 + (courses - 1) * 936 // 49
        # Everybody is in ten courses, and has begun or done ten lessons in each, on average.
        return cls(courses, lessons, people, people * 10, people * 100)


def seed(scale: float) -> float:
    """Fills an empty database. Returns the seconds that it took, the proof not counted."""
    size, start = Size.at(scale), time.monotonic()
    _said("pages and outlines", lambda: make_content(size))
    _said("people and what they did", lambda: make_people(size))
    spent = time.monotonic() - start
    _said("proof that it is true", prove)
    return spent


def _said(what: str, do) -> None:
    start = time.monotonic()
    do()
    print(f"  {what}: {time.monotonic() - start:.1f} s", flush=True)
