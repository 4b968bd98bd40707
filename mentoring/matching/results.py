"""What a run brings about, and what changed since another one. Loads no numpy."""

from collections.abc import Mapping
from dataclasses import dataclass

from mentoring.matching.profiles import Criterion, PairKeys


@dataclass(frozen=True)
class Pair:
    """A mentee and a mentor by their keys, and what the pair is worth."""

    mentee: str
    mentor: str
    points: Mapping[Criterion, int]
    locked: bool = False

    @property
    def keys(self) -> PairKeys:
        return self.mentee, self.mentor

    @property
    def score(self) -> int:
        return sum(self.points.values())


@dataclass(frozen=True)
class Result:
    """Pairs that were proved to be the best choice; everything in the order of keys.

    `prices` has, by mentor, what would be lost with one of their places less: points, and `place`
    more where one mentee fewer could be matched. `digest` is that of the input.
    """

    pairs: tuple[Pair, ...]
    unmatched: tuple[str, ...]
    prices: Mapping[str, int]
    place: int
    digest: str

    @property
    def score(self) -> int:
        return sum(pair.score for pair in self.pairs)


@dataclass(frozen=True)
class Changes:
    """What differs between two runs. `revalued` pairs are in both, with other points."""

    added: tuple[Pair, ...]
    gone: tuple[Pair, ...]
    revalued: tuple[tuple[Pair, Pair], ...]
    newly_unmatched: tuple[str, ...]


def compare(before: Result, after: Result) -> Changes:
    """Newly unmatched is who had a mentor and takes part without one now; who is not in the later
    run at all shows as a pair that is gone."""
    old = {pair.keys: pair for pair in before.pairs}
    new = {pair.keys: pair for pair in after.pairs}
    had = {pair.mentee for pair in before.pairs}
    return Changes(
        added=tuple(pair for keys, pair in new.items() if keys not in old),
        gone=tuple(pair for keys, pair in old.items() if keys not in new),
        revalued=tuple(
            (old[keys], pair)
            for keys, pair in new.items()
            if keys in old and old[keys].points != pair.points
        ),
        newly_unmatched=tuple(key for key in after.unmatched if key in had),
    )
