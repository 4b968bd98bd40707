"""What counts as progress and completion. No database, clock or request in here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """A lesson as an outline lists it. `weight` 0 counts for nothing; `parts` are required ids."""

    id: int
    required: bool = True
    weight: int = 1
    minutes: int = 0
    parts: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True)
class Event:
    """Something a person did to one item. Only `opened`, `part_done` and `done` tell of items."""

    verb: str
    item: int | None = None
    part: str | None = None


@dataclass
class ItemState:
    """How far one person is with one item."""

    done: bool = False
    parts: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Summary:
    """One person's standing in a course. `percent` is 100 only when nothing is missing."""

    required_total: int
    required_done: int
    optional_done: int
    percent: int
    minutes_left: int


def fold(events: Iterable[Event]) -> dict[int, ItemState]:
    """The state that events add up to, in whatever order and however often they arrive.

    Progress only grows: an event that comes late or twice never takes anything away.
    """
    states: dict[int, ItemState] = {}
    for event in events:
        if event.item is None:
            continue
        state = states.setdefault(event.item, ItemState())
        state.done = state.done or event.verb == "done"
        if event.verb == "part_done" and event.part:
            state.parts.add(event.part)
    return states


def missing(items: Sequence[Item], done: set[int]) -> list[Item]:
    """What is left before the course is complete, in reading order. Empty means complete.

    A lesson that was archived before somebody finished it is excused.
    """
    return [i for i in items if i.required and not i.retired and i.id not in done]


def missing_parts(required: Sequence[str], done: Iterable[str]) -> list[str]:
    """The required parts of a lesson that are still to do, in reading order."""
    finished = set(done)
    return [part for part in required if part not in finished]


def summarise(items: Sequence[Item], done: set[int]) -> Summary:
    """Counts over the outline's items; work on anything else changes nothing."""
    counted = [i for i in items if i.required and (not i.retired or i.id in done)]
    finished = [i for i in counted if i.id in done]
    left = missing(items, done)
    return Summary(
        required_total=len(counted),
        required_done=len(finished),
        optional_done=sum(1 for i in items if not i.required and i.id in done),
        percent=_percent(finished, counted, complete=not left),
        minutes_left=sum(i.minutes for i in left),
    )


def _percent(finished: Sequence[Item], counted: Sequence[Item], *, complete: bool) -> int:
    if complete:
        return 100
    total = sum(i.weight for i in counted)
    share = 100 * sum(i.weight for i in finished) // total if total else 0
    return min(share, 99)


def is_complete(items: Sequence[Item], done: set[int]) -> bool:
    """An outline without items is never complete."""
    return bool(items) and not missing(items, done)


def next_item(items: Sequence[Item], done: set[int], last: int | None) -> Item | None:
    """Where "Continue" leads: the lesson last opened if unfinished, else the next unfinished
    after it, else the first that is left, else nothing."""
    ids = [i.id for i in items]
    start = ids.index(last) if last in ids else 0
    in_turn = [*items[start:], *items[:start]]
    return next((i for i in missing(in_turn, done)), None)


# --- Self-checks ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One answer of a self-check; `key` is the same in every language."""

    key: str
    correct: bool


def is_right(options: Sequence[Option], chosen: Iterable[str]) -> bool:
    """All right options and no wrong one are chosen."""
    return {o.key for o in options if o.correct} == set(chosen)


def clean_choice(options: Sequence[Option], chosen: Sequence[str], *, multiple: bool) -> list[str]:
    """The chosen keys that exist, in the options' order; empty if the answer is not usable."""
    known = [o.key for o in options if o.key in set(chosen)]
    if len(known) != len(set(chosen)) or (len(known) > 1 and not multiple):
        return []
    return known


# --- Catalogue --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A course as the catalogue filters it: its values by facet, its text in lower case."""

    id: int
    values: Mapping[str, frozenset[str]]
    text: str = ""


def matches(entry: Entry, chosen: Mapping[str, set[str]], words: Sequence[str]) -> bool:
    """Within a facet any chosen value will do; between facets, and for words, all must hold."""
    return all(
        not values or entry.values.get(facet, frozenset()) & values
        for facet, values in chosen.items()
    ) and all(_begins_a_word(word, entry.text) for word in words)


def count_options(
    entries: Sequence[Entry],
    facet: str,
    options: Sequence[str],
    chosen: Mapping[str, set[str]],
    words: Sequence[str],
) -> dict[str, int]:
    """For each option: how many courses there would be with it and the other facets' choices."""
    others = {name: values for name, values in chosen.items() if name != facet}
    pool = [e for e in entries if matches(e, others, words)]
    return {o: sum(1 for e in pool if o in e.values.get(facet, ())) for o in options}


def length_band(minutes: int) -> str:
    """`short` is up to an hour, `medium` up to two and a half, `long` above; minutes."""
    if minutes <= 60:
        return "short"
    return "medium" if minutes <= 150 else "long"


def _begins_a_word(word: str, text: str) -> bool:
    return text.startswith(word) or f" {word}" in text
