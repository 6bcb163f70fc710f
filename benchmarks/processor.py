"""What a request costs the processor, by process: in the front, in the executors, and of that in the engine.

Run it on a quiet machine: processes that share a core pay for each other. It needs wrk, as over_http.py does.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import servers
import university
from load import Load, quick
from memory import tree
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store
from workloads import WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers import Server
    from workloads import Workload

TICK: Final = os.sysconf("SC_CLK_TCK")
NAMES: Final = ("lookup", "describe", "join")
CONNECTIONS: Final = 4
REST: Final = 1.5
"""Seconds without work after which a server has prepared all that it prepares by itself."""


class Cost(NamedTuple):
    """Seconds of processor time so far: of the front, and of all processes below it; as user and system."""

    front: tuple[float, float]
    below: tuple[float, float]


def times(number: int) -> tuple[float, float]:
    """Return the user and system time of a process; raises OSError where it has ended."""
    fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def cost(server: Server) -> Cost:
    """Return what a server has cost so far."""
    front = server.process.pid
    others = [times(each.number) for each in tree(front) if each.number != front]
    return Cost(times(front), (sum(user for user, _ in others), sum(system for _, system in others)))


def rest(server: Server) -> None:
    """Wait until a server does nothing: it prepares what pages need once nothing has been asked."""
    before, now = None, cost(server)
    while before != now:
        time.sleep(REST)
        before, now = now, cost(server)


def of_the_engine(workload: Workload, size: int, file: Path) -> float:
    """Return the microseconds that the engine needs for a query and its results, in this process."""
    store = Store()
    store.bulk_load(path=str(file), format=RdfFormat.N_TRIPLES)
    queries = workload.queries(size)
    began = time.process_time()
    for query in queries:
        results = store.query(query)
        if isinstance(results, QueryTriples):
            results.serialize(format=RdfFormat.TURTLE)
        else:
            results.serialize(format=QueryResultsFormat.JSON)
    return (time.process_time() - began) / len(queries) * 1e6


def rows(size: int, seconds: int, file: Path) -> Iterator[str]:
    """Yield a line for each workload."""
    workloads = [each for each in WORKLOADS if each.name in NAMES]
    with servers.running(servers.wicara(), file) as server:
        for workload in workloads:
            load = Load(workload.queries(size), workload.accept, varied=True)
            quick(server, load, CONNECTIONS, file.with_suffix(".lua"), 1)
            rest(server)
            before = cost(server)
            run = quick(server, load, CONNECTIONS, file.with_suffix(".lua"), seconds)
            after = cost(server)
            parts = [
                (new - old) / run.answers * 1e6
                for now, then in zip(after, before, strict=True)
                for new, old in zip(now, then, strict=True)
            ]
            engine = of_the_engine(workload, size, file)
            yield f"{workload.name:10}" + "".join(f"{part:>10.0f}" for part in (*parts, engine))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="triples")
    parser.add_argument("--seconds", type=int, default=5, help="how long a run is")
    options = parser.parse_args()
    print("Microseconds of processor time a request, no query asked twice")
    print(f"{'':10}{'front':>20}{'executors':>20}{'of that':>10}")
    print(f"{'':10}" + f"{'user':>10}{'system':>10}" * 2 + f"{'engine':>10}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.nt"
        with file.open("w", encoding="utf-8") as data:
            data.writelines(university.lines(options.size))
        for row in rows(options.size, options.seconds, file):
            print(row, flush=True)


if __name__ == "__main__":
    main()
