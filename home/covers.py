"""Covers drawn from a seed, so a course without a photo still looks finished.

The same seed always gives the same picture. Every topic has shapes and a hue of its own; grid,
tones and the warm accent are common to all, so the covers stand together as one family. The
colours come from classes, so a cover follows dark mode.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Callable

TILE = 40
COLUMNS, ROWS = 10, 5
GROUND, ACCENT = 0, 5
Shape = Callable[[int, int, int, random.Random], str]


def _square(x: int, y: int, s: int, rng: random.Random) -> str:
    return f"M{x} {y}h{s}v{s}h-{s}z"


def _disc(x: int, y: int, s: int, rng: random.Random) -> str:
    r = s // 2
    return f"M{x} {y + r}a{r} {r} 0 0 1 {s} 0a{r} {r} 0 0 1-{s} 0z"


def _ring(x: int, y: int, s: int, rng: random.Random) -> str:
    inner = s // 2
    r, edge = inner // 2, (s - inner) // 2
    hole = f"M{x + edge} {y + s // 2}a{r} {r} 0 0 0 {inner} 0a{r} {r} 0 0 0-{inner} 0z"
    return _disc(x, y, s, rng) + hole


def _quarter(x: int, y: int, s: int, rng: random.Random) -> str:
    return (
        f"M{x} {y}h{s}a{s} {s} 0 0 1-{s} {s}z",
        f"M{x} {y}h{s}v{s}a{s} {s} 0 0 1-{s}-{s}z",
        f"M{x} {y + s}v-{s}a{s} {s} 0 0 1 {s} {s}z",
        f"M{x} {y + s}a{s} {s} 0 0 1 {s}-{s}v{s}z",
    )[rng.randrange(4)]


def _arch(x: int, y: int, s: int, rng: random.Random) -> str:
    r = s // 2
    return f"M{x} {y + s}v-{r}a{r} {r} 0 0 1 {s} 0v{r}z"


def _bowl(x: int, y: int, s: int, rng: random.Random) -> str:
    r = s // 2
    return f"M{x} {y}h{s}v{r}a{r} {r} 0 0 1-{s} 0z"


def _leaf(x: int, y: int, s: int, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return f"M{x} {y}a{s} {s} 0 0 1 {s} {s}a{s} {s} 0 0 1-{s}-{s}z"
    return f"M{x} {y + s}a{s} {s} 0 0 1 {s}-{s}a{s} {s} 0 0 1-{s} {s}z"


def _gable(x: int, y: int, s: int, rng: random.Random) -> str:
    r = s // 2
    return f"M{x} {y + s}v-{r}l{r}-{r} {r} {r}v{r}z"


def _peak(x: int, y: int, s: int, rng: random.Random) -> str:
    return f"M{x} {y + s}l{s // 2}-{s} {s // 2} {s}z"


def _wedge(x: int, y: int, s: int, rng: random.Random) -> str:
    return (
        f"M{x} {y}h{s}l-{s} {s}z",
        f"M{x} {y}h{s}v{s}z",
        f"M{x} {y}v{s}h{s}z",
        f"M{x + s} {y}v{s}h-{s}z",
    )[rng.randrange(4)]


def _stairs(x: int, y: int, s: int, rng: random.Random) -> str:
    q = s // 4
    return f"M{x} {y + s}v-{q}h{q}v-{q}h{q}v-{q}h{q}v-{q}h{q}v{s}z"


def _bars(x: int, y: int, s: int, rng: random.Random) -> str:
    width = s // 5
    heights = [rng.randrange(2, 6) * s // 5 for _ in range(3)]
    return "".join(f"M{x + 2 * i * width} {y + s}v-{h}h{width}v{h}z" for i, h in enumerate(heights))


def _cross(x: int, y: int, s: int, rng: random.Random) -> str:
    a, b = s // 5, s // 5 * 3 // 2
    return (
        f"M{x + a} {y + a + b - a // 2}h{b - a // 2}v-{b - a // 2}h{a}v{b - a // 2}h{b - a // 2}"
        f"v{a}h-{b - a // 2}v{b - a // 2}h-{a}v-{b - a // 2}h-{b - a // 2}z"
    )


def _dots(x: int, y: int, s: int, rng: random.Random) -> str:
    q = s // 4
    return "".join(
        _disc(x + dx, y + dy, q, rng)
        for dx in (q // 2, s - q * 3 // 2)
        for dy in (q // 2, s - q * 3 // 2)
    )


def _stripes(x: int, y: int, s: int, rng: random.Random) -> str:
    h = s // 5
    return "".join(f"M{x} {y + 2 * i * h}h{s}v{h}h-{s}z" for i in range(3))


def _speech(x: int, y: int, s: int, rng: random.Random) -> str:
    r, h = s // 4, s * 3 // 4
    return (
        f"M{x + r} {y}h{s - 2 * r}a{r} {r} 0 0 1 0 {h}"
        f"h-{s - 3 * r}l-{r} {s - h}v-{s - h}a{r} {r} 0 0 1 0-{h}z"
    )


# topic slug → (hue class, shapes); a topic that is not named takes one of these by its name.
FAMILIES: dict[str, tuple[int, tuple[Shape, ...]]] = {
    "foundations": (0, (_arch, _gable, _quarter, _square)),
    "education-and-training": (1, (_quarter, _bowl, _stripes, _disc)),
    "employment-and-skills": (2, (_stairs, _wedge, _square, _quarter)),
    "health": (4, (_leaf, _cross, _disc, _quarter)),
    "housing": (8, (_gable, _square, _gable, _arch)),
    "partnerships": (3, (_ring, _quarter, _disc, _leaf)),
    "funding": (9, (_disc, _bars, _ring, _bowl)),
    "participation": (6, (_speech, _bowl, _disc, _quarter)),
    "digital": (2, (_dots, _square, _ring, _wedge)),
    "evidence": (3, (_bars, _dots, _quarter, _stripes)),
    "community-sponsorship": (7, (_leaf, _arch, _disc, _leaf)),
    "reception": (1, (_arch, _bowl, _arch, _quarter)),
    "towns-and-rural-areas": (5, (_peak, _leaf, _gable, _stripes)),
    "good-practice": (6, (_ring, _peak, _disc, _quarter)),
}
# Words that say which family a topic's slug belongs to, first match wins.
KEYWORDS = (
    ("education", "education-and-training"),
    ("employment", "employment-and-skills"),
    ("health", "health"),
    ("housing", "housing"),
    ("partnership", "partnerships"),
    ("fund", "funding"),
    ("participation", "participation"),
    ("technolog", "digital"),
    ("evidence", "evidence"),
    ("sponsorship", "community-sponsorship"),
    ("reception", "reception"),
    ("rural", "towns-and-rural-areas"),
    ("practice", "good-practice"),
)


def family_of(topic_slug: str) -> str:
    """The family a topic's cover is drawn in. An unknown topic keeps one by its name."""
    if topic_slug in FAMILIES:
        return topic_slug
    for word, family in KEYWORDS:
        if word in topic_slug:
            return family
    if not topic_slug:
        return "foundations"
    return sorted(FAMILIES)[_number(topic_slug) % len(FAMILIES)]


def draw(seed: str, topic_slug: str = "") -> tuple[int, dict[int, str]]:
    """The cover's hue, and for each tone one path over all its shapes."""
    hue, shapes = FAMILIES[family_of(topic_slug)]
    rng = random.Random(_number(f"{topic_slug}/{seed}"))  # noqa: S311
    paths: dict[int, str] = defaultdict(str)
    for x, y, size in _tiles(rng):
        empty = 2 if size == TILE else 0
        tone = rng.choices((1, 2, 3, 4, GROUND), weights=(3, 4, 4, 3, empty))[0]
        if tone == GROUND:
            continue
        behind = rng.choice((GROUND, GROUND, 1))
        if behind and tone > 2:
            paths[behind] += _square(x, y, size, rng)
        paths[tone] += rng.choice(shapes)(x, y, size, rng)
    x, y = rng.randrange(3, COLUMNS - 3) * TILE, rng.randrange(1, 2) * TILE
    paths[ACCENT] = _disc(x, y, TILE, rng)
    return hue, dict(sorted(paths.items()))


def _tiles(rng: random.Random) -> list[tuple[int, int, int]]:
    """Some large tiles for rhythm, small ones in what they leave."""
    free = {(column, row) for column in range(COLUMNS) for row in range(ROWS)}
    tiles = []
    for _ in range(7):
        column, row = rng.randrange(COLUMNS - 1), rng.randrange(ROWS - 1)
        cells = {(column + dx, row + dy) for dx in (0, 1) for dy in (0, 1)}
        if cells <= free:
            free -= cells
            tiles.append((column * TILE, row * TILE, 2 * TILE))
    tiles += [(column * TILE, row * TILE, TILE) for column, row in sorted(free)]
    return tiles


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
