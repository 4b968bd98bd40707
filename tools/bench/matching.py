"""Mentoring's matching at three sizes, beside two simpler ways to match the same people.

`python -m tools.bench --only matching` needs no database. Each size has a process of its own, whose
memory is measured; the simpler ways run in it after that. Both count the same points on both sides,
so they find the same pairs.
"""

import json
import os
import subprocess
import sys
import time
from heapq import heappop, heappush

from tools.bench.place import BASE
from tools.bench.report import HIGHER, Report
from tools.bench.server import peak

SIZES = (100, 1_000, 5_000)
SECONDS, MEMORY = 5, 700
PROVED = "proved"
Edge = tuple[int, int, int]
"""Points, mentee, mentor."""


def measure(report: Report, scale: float = 1.0) -> None:
    for size in (size for size in SIZES if size <= max(SIZES[0], SIZES[-1] * scale)):
        command = [sys.executable, "-m", "tools.bench.matching", str(size)]
        ran = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=True)
        tell(report, size, json.loads(ran.stdout))


def tell(report: Report, size: int, found: dict) -> None:
    """The targets are those of the largest size."""
    name = f"matching {size:,} mentees"
    largest = size == SIZES[-1]
    report.row(f"{name}: time", found["seconds"], "s", target=SECONDS if largest else None)
    report.row(f"{name}: processor", found["processor"], "s")
    report.row(f"{name}: memory", found["memory"], "MB", target=MEMORY if largest else None)
    report.row(f"{name}: reasons", found["reasons"], "s")
    most = found["ways"][PROVED][1]
    for way, (matched, points) in found["ways"].items():
        goal = 100 if way == PROVED else None
        share = 100 * points / most
        report.row(f"{name}: {way}, points", share, "% of best", target=goal, better=HIGHER)
        report.row(f"{name}: {way}, matched", matched, "people", better=HIGHER)


# --- In a process of its own ------------------------------------------------------------------


def run(size: int) -> dict:
    """Loading the packages is not counted; building the model and the proof are."""
    from mentoring.matching.explaining import explain
    from mentoring.matching.profiles import Decisions
    from mentoring.matching.proof import verify
    from mentoring.matching.solving import solve
    from tests.factories.matching import CRITERIA, pool

    people, decisions = pool(size), Decisions()
    started, processor = time.perf_counter(), time.process_time()
    result = solve(people, CRITERIA, decisions, key=b"bench")
    found = {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - processor,
        "memory": peak(os.getpid()),
    }
    started = time.perf_counter()
    explain(result, people, CRITERIA, decisions)
    found["reasons"] = time.perf_counter() - started
    verify(result, people, CRITERIA, decisions)
    found["ways"] = {PROVED: (len(result.pairs), result.score)}
    edges, places = _edges(people)
    for way in (greedy, deferred_acceptance):
        made = way(edges, places)
        points = sum(points for points, _, _ in made.values())
        found["ways"][way.__name__.replace("_", " ")] = (len(made), points)
    return found


def greedy(edges: list[Edge], places: list[int]) -> dict[int, Edge]:
    """The best pair that is left, again and again."""
    left, made = list(places), {}
    for edge in sorted(edges, reverse=True):
        _, mentee, mentor = edge
        if mentee not in made and left[mentor]:
            made[mentee] = edge
            left[mentor] -= 1
    return made


def deferred_acceptance(edges: list[Edge], places: list[int]) -> dict[int, Edge]:
    """Mentees ask their best first, and mentors keep the best who asked (Gale and Shapley 1962)."""
    wishes: dict[int, list[Edge]] = {}
    for edge in sorted(edges):
        wishes.setdefault(edge[1], []).append(edge)
    kept: list[list[Edge]] = [[] for _ in places]
    asking = list(wishes)
    while asking:
        mentee = asking.pop()
        if not wishes[mentee]:
            continue
        edge = wishes[mentee].pop()
        heappush(kept[edge[2]], edge)
        if len(kept[edge[2]]) > places[edge[2]]:
            asking.append(heappop(kept[edge[2]])[1])
    return {edge[1]: edge for each in kept for edge in each}


def _edges(people: list) -> tuple[list[Edge], list[int]]:
    """Every pair that may be made, and the mentors' places."""
    from mentoring.matching.board import CLOSED, Board
    from mentoring.matching.profiles import Decisions, Side
    from tests.factories.matching import CRITERIA

    mentees, mentors = ([one for one in people if one.side is side] for side in Side)
    found: list[Edge] = []
    for rows, worth in Board(mentees, mentors, CRITERIA, Decisions()).blocks():
        at, column = (worth != CLOSED).nonzero()
        points = worth[at, column].tolist()
        found += zip(points, (at + rows.start).tolist(), column.tolist(), strict=True)
    return found, [mentor.capacity for mentor in mentors]


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]))))
