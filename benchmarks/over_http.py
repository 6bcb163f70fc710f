"""Wicara's SPARQL server beside others, over HTTP, on this machine: `make bench` runs it last.

All servers hold the same data and take turns. The load comes from wrk (Debian: apt-get install wrk).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import servers
import streaming
import university
from http_tables import OURS, Row, aligned, report
from load import NUMBERS, QUICK, Load, patient, quick
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from workloads import WORKLOADS, counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from load import Run
    from servers import Kind, Server
    from workloads import Workload

NAMES: Final = (*(workload.name for workload in WORKLOADS), "streaming")
UNITS: Final = {"k": 1_000, "M": 1_000_000}
LONGEST: Final = 100_000
"""Triples that rdflib-endpoint is given at most, as it takes minutes to read more."""
WARM: Final = 1
"""Seconds of the run that is thrown away."""
CHECKS: Final = 3
"""Answers, one by one, that say whether a server is quick."""
NO_WRK: Final = "over_http.py needs wrk, which makes the load. Debian, Ubuntu: apt-get install wrk"


@dataclass(frozen=True)
class Bench:
    """What is measured, and how: a dataset, its file, the folder of scripts, the options."""

    size: int
    file: Path
    options: argparse.Namespace

    @property
    def kinds(self) -> list[Kind]:
        """Return the servers that are compared, ours first."""
        peers = [servers.PEERS[name] for name in self.options.peers]
        small = self.size <= LONGEST or self.options.slow
        return [
            servers.wicara(self.options.wicara),
            *(peer for peer in peers if small or peer is not servers.RDFLIB),
        ]

    @property
    def rows(self) -> list[Row]:
        """Return the rows of the table, without runs."""
        return [
            Row(workload, connections, varied)
            for workload in WORKLOADS
            if workload.name in self.options.only
            for connections in self.options.connections
            for varied in (True, False)
        ]


def main() -> int:
    """Measure each size, print its tables, and write all figures where that is asked for."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = arguments()
    if shutil.which("wrk") is None:
        print(NO_WRK, file=sys.stderr)
        return 2
    figures: list[dict[str, object]] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            for size in options.sizes:
                figures += at_size(Bench(size, write(size, Path(folder)), options))
    except servers.Failed as fault:
        print(f"over_http.py: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("over_http.py: interrupted", file=sys.stderr)
        return 130
    finally:
        if options.json:
            options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(figure.get("bad") for figure in figures))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--sizes", type=sizes, default=sizes("100k,1M"), help="triples, such as 100k,1M")
    add("--rounds", type=int, default=5, help="runs of each server for each row")
    add("--seconds", type=int, default=3, help="how long a run is")
    add("--connections", type=numbers, default=[4, 16], help="connections at once, such as 4,16")
    add("--peers", type=names(servers.PEERS), default=list(servers.PEERS), help="of memory,disk,rdflib")
    add("--only", type=names(NAMES), default=list(NAMES), help=f"of {','.join(NAMES)}")
    add("--slow", action="store_true", help="rdflib-endpoint at any size: it takes minutes to read 1M")
    add("--wicara", type=shlex.split, default=[], help="more options of `wicara serve`, in one string")
    add("--json", type=Path, help="a file for all figures")
    return parser.parse_args()


def numbers(text: str) -> list[int]:
    """Return whole numbers that commas part."""
    return [int(part) for part in text.split(",")]


def sizes(text: str) -> list[int]:
    """Return numbers of triples that commas part, such as 100k,1M."""
    return [int(part.rstrip("kM")) * UNITS.get(part[-1:], 1) for part in text.split(",")]


def names(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return a reader of names that commas part, in the order in which they are known."""

    def read(text: str) -> list[str]:
        if unknown := set(filter(None, text.split(","))) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is not among {', '.join(known)}")
        return [name for name in known if name in text.split(",")]

    return read


def write(size: int, folder: Path) -> Path:
    """Write the data of a size as N-Triples."""
    path = folder / f"{size}.nt"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(university.lines(size))
    return path


def at_size(bench: Bench) -> Iterator[dict[str, object]]:
    """Start the servers, measure, print, and yield the figures."""
    head(bench)
    with ExitStack() as stack:
        started = []
        for kind in bench.kinds:
            start = time.monotonic()
            started.append(stack.enter_context(servers.running(kind, bench.file)))
            print(f"{kind.name:10} {kind.told:30} ready in {time.monotonic() - start:.1f} s", flush=True)
        if rows := measured(bench, started):
            print("\n".join(report(rows)), flush=True)
        yield from (figure for row in rows for figure in described(bench, row))
        if "streaming" in bench.options.only and bench.size == max(bench.options.sizes):
            yield from stream(bench, started)


def head(bench: Bench) -> None:
    """Print what is measured."""
    options = bench.options
    print(
        f"\nSPARQL over HTTP: {bench.size:,} triples, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}; medians of {options.rounds} rounds in turns, "
        f"{options.seconds} s each"
    )
    if "rdflib" in options.peers and servers.RDFLIB not in bench.kinds:
        print(f"rdflib     left out above {LONGEST:,} triples: it takes minutes to read more (see --slow)")


def measured(bench: Bench, started: Sequence[Server]) -> list[Row]:
    """Return the rows with their runs; raises Failed, before anything is timed, where the answers differ."""
    rows = bench.rows
    if not rows:
        return []
    for workload in dict.fromkeys(row.workload for row in rows):
        same(bench, workload, started)
    bar = Progress(
        TextColumn("{task.description:40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
        speed_estimate_period=900,
    )
    with bar:
        task = bar.add_task("", total=len(rows) * len(started) * (bench.options.rounds + 1))
        for row in rows:
            for server in measure(bench, row, started):
                bar.update(task, advance=1, description=f"{' '.join(row.names)} {server}")
    return rows


def same(bench: Bench, workload: Workload, started: Sequence[Server]) -> None:
    """Print how many rows or triples all servers give to a query; raises Failed where they do not agree."""
    found = {}
    for server in started:
        status, body = servers.ask(server, server.path(workload.queries(bench.size)[0]), workload.accept)
        if status != HTTPStatus.OK:
            raise servers.Failed(f"{server.kind.name} answers {status} to {workload.name}: {body[:200]!r}")
        found[server.kind.name] = counted(body, workload.accept)
    if len(set(found.values())) > 1:
        raise servers.Failed(f"{workload.name}: the servers give different numbers of rows: {found}")
    print(f"{workload.name:10} {workload.told}: {found[OURS]:,}")


def measure(bench: Bench, row: Row, started: Sequence[Server]) -> Iterator[str]:
    """Fill a row, server by server and round by round; yield the name of the server that was asked.

    A server that takes long for its first runs has no more of them.
    """
    options, script = bench.options, bench.file.with_suffix(".lua")
    load = Load(row.workload.queries(bench.size), row.workload.accept, row.varied)
    asked: dict[str, Callable[[int], Run]] = {}
    for server in started:
        name = server.kind.name
        row.runs[name] = []
        row.sizes[name], taken = checked(server, load)
        asked[name] = (
            partial(quick, server, load, row.connections, script)
            if taken < QUICK
            else partial(patient, server, load, row.connections)
        )
        if taken < WARM:
            asked[name](WARM)
        yield name
    for _ in range(options.rounds):
        for name, ask in asked.items():
            if sum(run.seconds for run in row.runs[name]) < options.rounds * options.seconds:
                row.runs[name].append(ask(options.seconds))
            yield name


def checked(server: Server, load: Load) -> tuple[int, float]:
    """Return the bytes of an answer, and the seconds of the quickest of a few; raises Failed."""
    taken, body = [], b""
    for _ in range(CHECKS):
        path = load.paths(server)[0] + (str(next(NUMBERS)) if load.varied else "")
        start = time.perf_counter()
        status, body = servers.ask(server, path, load.accept)
        taken.append(time.perf_counter() - start)
        if status != HTTPStatus.OK:
            raise servers.Failed(f"{server.kind.name} answers {status}: {body[:200]!r}")
    return len(body), min(taken)


def described(bench: Bench, row: Row) -> Iterator[dict[str, object]]:
    """Yield the figures of each server in a row."""
    for server, runs in row.runs.items():
        yield {
            "triples": bench.size,
            "workload": row.workload.name,
            "connections": row.connections,
            "queries": "different" if row.varied else "repeated",
            "server": server,
            "bytes": row.sizes[server],
            "rates": [run.rate for run in runs],
            "p50_ms": [run.p50 for run in runs],
            "p99_ms": [run.p99 for run in runs],
            "bad": row.bad(server),
            "ratio": None if server == OURS else row.ratio(server),
            "target": row.target(server),
        }


def stream(bench: Bench, started: Sequence[Server]) -> Iterator[dict[str, object]]:
    """Measure long answers, print their table and yield the figures."""
    found = [each for server in started for each in streaming.streamed(server, bench.options.rounds)]
    found.sort(key=lambda each: each.what)
    print(f"\nStreaming: {bench.size:,} triples, medians of {bench.options.rounds} transfers, one at a time")
    print("\n".join(aligned(streaming.lines(found), 2)), flush=True)
    yield from ({"triples": bench.size, **each._asdict()} for each in found)


if __name__ == "__main__":
    sys.exit(main())
