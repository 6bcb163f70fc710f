"""The tables of the HTTP benchmark in plain text: requests a second, latencies, megabytes a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from load import Run
    from workloads import Workload

OURS: Final = "wicara"
FEW: Final = 100
"""Below it a figure has a digit after the point."""

LEGEND: Final = """\
queries   different: no query is asked twice, so no cache can help; repeated: the same one again and again
vs PEER   wicara's requests a second for each one of the peer's: the median of the ratios of the rounds,
          and its target where there is one (>= reached, < missed)
!         not all answers were whole and 200: see below the tables"""


@dataclass(frozen=True)
class Row:
    """A workload with a number of connections, queries that differ or not, and the runs of each server."""

    workload: Workload
    connections: int
    varied: bool
    runs: dict[str, list[Run]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Return what tells the row from others."""
        return [
            self.workload.name,
            str(self.connections),
            "different" if self.varied else "repeated",
        ]

    def middle(self, server: str, figure: Callable[[Run], float]) -> float:
        """Return the median of a figure over the rounds."""
        return median(figure(run) for run in self.runs[server])

    def ratio(self, peer: str) -> float:
        """Return the median of our rate divided by the peer's, round by round."""
        pairs = zip(self.runs[OURS], self.runs[peer], strict=False)
        return median(ours.rate / theirs.rate if theirs.rate else float("inf") for ours, theirs in pairs)

    def target(self, peer: str) -> float | None:
        """Return the ratio that is aimed at."""
        if peer == "memory":
            return self.workload.native[not self.varied]
        return self.workload.python if peer == "rdflib" else None

    def bad(self, server: str) -> int:
        """Return how many answers were not whole, or no 200."""
        return sum(run.bad for run in self.runs[server])


def aligned(rows: Iterable[Sequence[str]], left: int) -> Iterator[str]:
    """Yield rows as lines; the first columns begin at the left, the others end at the right."""
    table = list(rows)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def short(number: float) -> str:
    """Return a figure with as many digits as mean something."""
    return f"{number:,.0f}" if number >= FEW else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


def against(row: Row, peer: str) -> str:
    """Return the ratio to a peer beside its target."""
    ratio, target = row.ratio(peer), row.target(peer)
    if target is None:
        return f"{ratio:.2f}       "
    return f"{ratio:.2f} {'>=' if ratio >= target else '< '} {target:<4g}"


def rates(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield requests a second, and ratios."""
    servers = list(rows[0].runs)
    peers = servers[1:]
    yield ["workload", "conn.", "queries", *servers, *(f"vs {peer}   " for peer in peers)]
    for row in rows:
        figures = [
            short(row.middle(server, lambda run: run.rate)) + ("!" if row.bad(server) else "")
            for server in servers
        ]
        yield [*row.names, *figures, *(against(row, peer) for peer in peers)]


def latencies(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield p50 and p99 in milliseconds."""
    servers = list(rows[0].runs)
    yield ["workload", "conn.", "queries", *servers]
    for row in rows:
        yield [
            *row.names,
            *(
                f"{short(row.middle(server, lambda run: run.p50))} / "
                f"{short(row.middle(server, lambda run: run.p99))}"
                for server in servers
            ),
        ]


def throughputs(rows: Sequence[Row]) -> Iterator[list[str]]:
    """Yield megabytes of bodies a second."""
    servers = list(rows[0].runs)
    yield ["workload", "conn.", "queries", *servers]
    for row in rows:
        yield [
            *row.names,
            *(
                short(row.middle(server, lambda run: run.rate) * row.sizes[server] / 1e6)
                for server in servers
            ),
        ]


def report(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of all tables of a dataset."""
    yield from ("", "Requests a second (more is better)", *aligned(rates(rows), 1), LEGEND)
    yield from ("", "Milliseconds to the end of an answer: p50 / p99 (less is better)")
    yield from aligned(latencies(rows), 1)
    if large := [row for row in rows if row.workload.large]:
        yield from ("", "Megabytes of answers a second, uncompressed (more is better)")
        yield from aligned(throughputs(large), 1)
    yield ""
    yield from faults(rows)
    most = max(run.client for row in rows for runs in row.runs.values() for run in runs)
    yield f"The client took {most:.0%} of one core at most."


def faults(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a line for each server that did not always answer."""
    for row in rows:
        for server, runs in row.runs.items():
            if bad := row.bad(server):
                answers = sum(run.answers for run in runs)
                yield f"! {', '.join(row.names)}: {bad:,} of {answers:,} answers of {server} not 200"
