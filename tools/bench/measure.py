"""One run: every page in turn, several rounds, beside the two pages to compare with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tools.bench.client import Connection, Round, press
from tools.bench.pages import DJANGO, STOCK, Target, all_targets, first_views
from tools.bench.report import HIGHER, Report, median, percentile, ratio
from tools.bench.server import Server

WARM_UP = 40
FIRST_VIEW, MEMORY = 20, 170


@dataclass
class Found:
    """What all rounds said of one page."""

    queries: int = 0
    rounds: list[Round] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        return [one.a_second for one in self.rounds]


def measure(report: Report, server: Server, *, rounds: int, seconds: float) -> None:
    targets = all_targets()
    found = {target.name: Found() for target in targets}
    for target in targets:
        _warm(server, target)
    for _round in range(rounds):
        for target in targets:
            _press(server, target, found[target.name], seconds)
    for target in targets:
        found[target.name].queries = _queries(server, target)
        _tell(report, target, found[target.name], found)
    _first_views(report, server)
    peak = max(server.peaks())
    report.row("memory of a worker, peak", peak, "MB", target=MEMORY)


def _warm(server: Server, target: Target) -> None:
    """Both processes have shown it before. A page that writes is not shown for that."""
    if target.status == 200:
        connections = [Connection(server.port) for _one in target.asking]
        for at in range(WARM_UP if len(connections) > 2 else 2):
            connections[at % len(connections)].ask(next(target.asking[at % len(connections)]))
        _close(connections)


def _queries(server: Server, target: Target) -> int:
    """Asked twice where that changes nothing: the first view may write where somebody is."""
    readers = [Connection(server.port) for _one in range(WARM_UP if target.before else 0)]
    for reader in readers:
        reader.ask(target.before)
    _close(readers)
    connection = Connection(server.port)
    for _again in range(2 if target.status == 200 else 1):
        answer = connection.ask(target.one)
        _check(target, {answer.status})
    connection.close()
    return int(answer.headers["x-queries"])


def _press(server: Server, target: Target, found: Found, seconds: float) -> None:
    connections = [Connection(server.port) for _one in target.asking]
    before = server.seconds()
    one = press(connections, target.asking, seconds)
    spent = server.seconds() - before
    _close(connections)
    _check(target, one.statuses)
    found.rounds.append(one)
    found.cpu.append(1000 * spent / len(one.taken))


def _check(target: Target, statuses: Iterable[int]) -> None:
    if wrong := set(statuses) - {target.status}:
        raise SystemExit(f"{target.name} answered {wrong} instead of {target.status}.")


def _close(connections: list[Connection]) -> None:
    for connection in connections:
        connection.close()


def _tell(report: Report, target: Target, found: Found, all_found: dict[str, Found]) -> None:
    name, goals = target.name, target.targets
    taken = [1000 * one for part in found.rounds for one in part.taken]
    report.row(f"{name}: queries", found.queries, "queries", target=goals.get("queries"))
    report.row(f"{name}: rate", median(found.rates), "requests/s", better=HIGHER)
    for base in (STOCK, DJANGO):
        if name not in (STOCK, base):
            share = ratio(found.rates, all_found[base].rates)
            goal = goals.get("ratio") if base == STOCK else None
            report.row(f"{name}: × {base}", share, "×", target=goal, better=HIGHER)
    report.row(f"{name}: p50", percentile(taken, 0.5), "ms")
    report.row(f"{name}: p99", percentile(taken, 0.99), "ms")
    report.row(f"{name}: processor", median(found.cpu), "ms/request")
    if name not in (STOCK, DJANGO):
        share = ratio(all_found[STOCK].cpu, found.cpu)
        report.row(f"{name}: processor, × {STOCK}", share, "×", better=HIGHER)
    size = sum(one.size for one in found.rounds) / max(len(taken), 1) / 1000
    report.row(f"{name}: answer", size, "kB")


def _first_views(report: Report, server: Server) -> None:
    """The most queries that a page takes in a process that has not seen the newest version."""
    for name, data in first_views().items():
        most = max(_first(server, data) for _again in range(3))
        report.row(f"{name}: first view after a publication", most, "queries", target=FIRST_VIEW)


def _first(server: Server, data: bytes) -> int:
    from home.models import StandardPage

    connection = Connection(server.port)
    connection.ask(data)  # where somebody is, is written down now and not then
    page = StandardPage.objects.first()
    page.save_revision().publish()
    answer = connection.ask(data)
    connection.close()
    return int(answer.headers["x-queries"])
