"""What counts as progress and completion. No database, clock or request in here."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

FARTHEST_GOAL = timedelta(days=2 * 366)


@dataclass(frozen=True)
class Item:
    """A lesson as an outline lists it. `weight` 0 counts for nothing; `parts` are required ids.
    Nobody has to do it once it is `retired`, and this one person not if it is `excused`."""

    id: int
    required: bool = True
    weight: int = 1
    minutes: int = 0
    parts: tuple[str, ...] = ()
    retired: bool = False
    excused: bool = False

    @property
    def waived(self) -> bool:
        return self.retired or self.excused


@dataclass(frozen=True)
class Event:
    """Something that happened to one item, under which outline (its number). `turn` counts how
    often a coordinator excused somebody from it or took that back."""

    verb: str
    item: int | None = None
    part: str | None = None
    outline: int = 1
    turn: int = 0


@dataclass
class ItemState:
    """How far one person is with one item: the newest outline under which it was done, and the
    one that asked to do it again. Done means: done since it was last asked for. Excused means: the
    last word on it was an excuse."""

    done_in: int = 0
    again_from: int = 0
    excused_in: int = 0
    asked_in: int = 0
    parts_in: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.done_in > 0 and self.done_in >= self.again_from

    @property
    def excused(self) -> bool:
        return self.excused_in > self.asked_in

    @property
    def parts(self) -> set[str]:
        return {part for part, outline in self.parts_in.items() if outline >= self.again_from}


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

    An event that comes late or twice never takes anything away. Only an outline that says so has
    a lesson done again, and what is done after that counts.
    """
    states: dict[int, ItemState] = {}
    for event in events:
        if event.item is None:
            continue
        state = states.setdefault(event.item, ItemState())
        if event.verb in ("done", "credited"):
            state.done_in = max(state.done_in, event.outline)
        elif event.verb == "reopened":
            state.again_from = max(state.again_from, event.outline)
        elif event.verb == "excused":
            state.excused_in = max(state.excused_in, event.turn)
        elif event.verb == "unexcused":
            state.asked_in = max(state.asked_in, event.turn)
        elif event.verb == "part_done" and event.part:
            state.parts_in[event.part] = max(state.parts_in.get(event.part, 0), event.outline)
    return states


def in_force(pinned: Sequence[Item], shown: Sequence[Item]) -> list[Item]:
    """What counts for somebody who is pinned to one outline and sees a later one.

    The order is the later one's. What is required, the pinned one says: lessons that came later
    are optional, and lessons that went are excused.
    """
    own = {item.id: item for item in pinned}
    there = {item.id for item in shown}
    return [
        *(own.get(item.id) or replace(item, required=False) for item in shown),
        *(replace(item, retired=True) for item in pinned if item.id not in there),
    ]


def for_person(items: Sequence[Item], excused: Collection[int]) -> list[Item]:
    """What counts for one person, whom a coordinator excused from some of it."""
    return [replace(item, excused=True) if item.id in excused else item for item in items]


def missing(items: Sequence[Item], done: set[int]) -> list[Item]:
    """What is left before the course is complete, in reading order.

    A lesson that was archived before somebody finished it need not be done, nor one from which a
    coordinator excused them.
    """
    return [i for i in items if i.required and not i.waived and i.id not in done]


def missing_parts(required: Sequence[str], done: Iterable[str]) -> list[str]:
    """The required parts of a lesson that are still to do, in reading order."""
    finished = set(done)
    return [part for part in required if part not in finished]


def summarise(items: Sequence[Item], done: set[int], *, completed: bool = False) -> Summary:
    """Counts over the outline's items; work on anything else changes nothing.

    Who has completed the course has nothing left, whatever the outline says today.
    """
    counted = [i for i in items if i.required and (i.id in done or not (i.waived or completed))]
    finished = [i for i in counted if i.id in done]
    left = [] if completed else missing(items, done)
    return Summary(
        required_total=len(counted),
        required_done=len(finished),
        optional_done=sum(1 for i in items if not i.required and i.id in done),
        percent=_percent(finished, counted, complete=completed or is_complete(items, done)),
        minutes_left=sum(i.minutes for i in left),
    )


def _percent(finished: Sequence[Item], counted: Sequence[Item], *, complete: bool) -> int:
    if complete:
        return 100
    total = sum(i.weight for i in counted)
    share = 100 * sum(i.weight for i in finished) // total if total else 0
    return min(share, 99)


def is_complete(items: Sequence[Item], done: set[int]) -> bool:
    """Nothing is missing, and at least one required lesson was done: nobody completes a course
    because all of it was archived, or because they were excused from all of it."""
    return not missing(items, done) and any(i.required and i.id in done for i in items)


def next_item(items: Sequence[Item], done: set[int], last: int | None) -> Item | None:
    """Where "Continue" leads: the lesson last opened if unfinished, else the next unfinished
    after it, else the first that is left, else nothing."""
    ids = [i.id for i in items]
    start = ids.index(last) if last in ids else 0
    in_turn = [*items[start:], *items[:start]]
    return next((i for i in missing(in_turn, done)), None)


# --- Self-checks and questions ----------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One answer to choose; `key` is the same in every language."""

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


# --- Quizzes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Try:
    """An attempt at a quiz: under which outline it was begun, and what came of it. One without
    `score` is under way; one that is `set_aside` does not count against the number allowed."""

    number: int
    outline: int = 1
    score: int | None = None
    passed: bool = False
    set_aside: bool = False


def score(right: int, total: int) -> int:
    """The share of right answers in whole percent, rounded down: nobody passes by rounding."""
    return 100 * right // total if total else 0


def passes(percent: int, mark: int) -> bool:
    return percent >= mark


def that_count(tries: Iterable[Try], again_from: int = 0) -> list[Try]:
    """Those since an outline last asked for the quiz."""
    return [one for one in tries if one.outline >= again_from]


def attempts_left(tries: Iterable[Try], allowed: int | None, again_from: int = 0) -> int | None:
    """How many more may be begun; None for as many as one likes."""
    if allowed is None:
        return None
    used = sum(1 for one in that_count(tries, again_from) if not one.set_aside)
    return max(allowed - used, 0)


def best(tries: Iterable[Try], again_from: int = 0) -> Try | None:
    """The attempt that counts: one that passed, then the highest score, then the first. A later
    one that failed takes nothing away."""
    ended = [one for one in that_count(tries, again_from) if one.score is not None]
    return max(ended, key=lambda t: (t.passed, t.score or 0, -t.number), default=None)


@dataclass(frozen=True)
class Wording:
    """What a question says in one language: its options' text and feedback by key."""

    question: str
    explanation: str = ""
    options: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Meaning:
    """What an answer to a question is marked against: its words in the source language, its
    options and which are right. Another meaning is another version."""

    kind: str
    options: tuple[Option, ...]
    words: Wording


def faults(meaning: Meaning) -> list[str]:
    """Why a question cannot be asked: `question`, `too_few`, `none_right`, `several_right`,
    `option`."""
    right = sum(1 for option in meaning.options if option.correct)
    texts = [meaning.words.options.get(option.key, ("", ""))[0] for option in meaning.options]
    found = {
        "question": not meaning.words.question.strip(),
        "too_few": len(meaning.options) < 2,
        "none_right": right == 0,
        "several_right": meaning.kind == "single" and right > 1,
        "option": not all(text.strip() for text in texts),
    }
    return [name for name, wrong in found.items() if wrong]


def untranslated(source: Wording, translation: Wording) -> list[str]:
    """What a translation lacks of the source: `question`, `explanation`, or an option's key."""
    lacks = [
        name
        for name in ("question", "explanation")
        if getattr(source, name).strip() and not getattr(translation, name).strip()
    ]
    for key, texts in source.options.items():
        pairs = zip(texts, translation.options.get(key, ("", "")), strict=True)
        if any(theirs.strip() and not own.strip() for theirs, own in pairs):
            lacks.append(key)
    return lacks


def shown_order(options: Sequence[str], order: Sequence[str]) -> list[str]:
    """The options in the order that an attempt dealt; one that it does not know comes last."""
    rank = {key: at for at, key in enumerate(order)}
    return sorted(options, key=lambda key: rank.get(key, len(rank)))


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


# --- Changes of an outline ----------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A lesson in an outline as a comparison sees it. `text` is its edition in the source."""

    item: int
    module: str
    required: bool = True
    minutes: int = 0
    parts: tuple[str, ...] = ()
    text: int | None = None


@dataclass(frozen=True)
class Change:
    """One difference between two outlines, of a lesson (`item`) or a module (`module`).

    `kind` is `added`, `removed`, `moved` (to another module), `reordered`, `required`,
    `optional`, `length`, `parts` or `text`; of a module `module_added`, `module_removed` or
    `module_reordered`.
    """

    kind: str
    item: int | None = None
    module: str | None = None


# What every reader meets as soon as a lesson's own text is published, whatever the outline says.
NOT_STRUCTURE = {"text"}
# What changes the amount of work: never only cosmetic.
MORE_THAN_COSMETIC = {"added", "removed", "required", "optional", "parts"}


def changes(
    old_modules: Sequence[str],
    old: Sequence[Place],
    new_modules: Sequence[str],
    new: Sequence[Place],
) -> list[Change]:
    """What distinguishes a new outline from an old one, in the new one's reading order, then what
    went."""
    before, after = {p.item: p for p in old}, {p.item: p for p in new}
    found = [*_module_changes(old_modules, new_modules)]
    order = _out_of_order([p.item for p in old if p.item in after], [p.item for p in new])
    for place in new:
        was = before.get(place.item)
        if was is None:
            found.append(Change("added", place.item, place.module))
            continue
        if was.module != place.module:
            found.append(Change("moved", place.item, place.module))
        elif place.item in order:
            found.append(Change("reordered", place.item, place.module))
        found += [Change(kind, place.item, place.module) for kind in _facts_changed(was, place)]
    found += [Change("removed", p.item, p.module) for p in old if p.item not in after]
    return found


def is_structure(change: Change) -> bool:
    """Whether learners keep the old outline until somebody publishes this change."""
    return change.kind not in NOT_STRUCTURE


def kinds_possible(found: Sequence[Change]) -> list[str]:
    """Which kinds of publication tell the truth about these changes."""
    if any(change.kind in MORE_THAN_COSMETIC for change in found):
        return ["additive", "material"]
    return ["cosmetic", "additive", "material"]


def _facts_changed(was: Place, now: Place) -> list[str]:
    kinds = []
    if was.required != now.required:
        kinds.append("required" if now.required else "optional")
    if was.minutes != now.minutes:
        kinds.append("length")
    if set(was.parts) != set(now.parts):
        kinds.append("parts")
    if was.text != now.text:
        kinds.append("text")
    return kinds


def _module_changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    order = _out_of_order([m for m in old if m in set(new)], list(new))
    found = [Change("module_added", module=m) for m in new if m not in set(old)]
    found += [Change("module_reordered", module=m) for m in new if m in order]
    return [*found, *(Change("module_removed", module=m) for m in old if m not in set(new))]


def _out_of_order(old: Sequence[Hashable], new: Sequence[Hashable]) -> set[Hashable]:
    """The fewest things one must take out of both sequences so that the rest has one order:
    all but a longest increasing subsequence. What is in one of them only is not counted."""
    rank = {value: at for at, value in enumerate(old)}
    values = [value for value in new if value in rank]
    best: list[list[Hashable]] = []
    for value in values:
        before = [chain for chain in best if rank[chain[-1]] < rank[value]]
        best.append([*_longest(before), value])
    return set(values) - set(_longest(best))


def _longest(chains: Sequence[list[Hashable]]) -> list[Hashable]:
    return max(chains, key=len) if chains else []


def why_closed(*, ends_on: date | None, closed: bool, invited: bool, today: date) -> str | None:
    """Why nobody can join a run of a course by themselves; None where everybody can. One can join
    before it starts, and up to its last day."""
    if ends_on is not None and today > ends_on:
        return "over"
    if closed:
        return "closed"
    return "not_open" if invited else None


def why_no_goal(day: date, today: date) -> str | None:
    """Why a day cannot be somebody's goal; None where it can."""
    if day < today:
        return "past"
    return "far" if day > today + FARTHEST_GOAL else None
