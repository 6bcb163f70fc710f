"""What a request costs the processor, by process: in the front, in the executors, and in the native server.

Run it on a quiet machine: processes that share a core pay for each other. It needs wrk, as over_http.py does.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import servers
import university
from load import Load, patient, quick
from memory import tree
from workloads import WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from load import Run
    from servers import Server
    from workloads import Workload

TICK: Final = os.sysconf("SC_CLK_TCK")
NAMES: Final = tuple(each.name for each in WORKLOADS if not each.name.startswith("100k"))
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
    """Return what a server has cost so far; a process that ended meanwhile counts no more."""
    front = server.process.pid
    user = system = 0.0
    for each in tree(front):
        with suppress(OSError):
            more = times(each.number) if each.number != front else (0.0, 0.0)
            user, system = user + more[0], system + more[1]
    return Cost(times(front), (user, system))


def rest(server: Server) -> None:
    """Wait until a server does nothing: it prepares what pages need once nothing has been asked."""
    before, now = None, cost(server)
    while before != now:
        time.sleep(REST)
        before, now = now, cost(server)


def of_a_request(server: Server, ask: Callable[[int], Run], seconds: int) -> list[float]:
    """Return the microseconds that a request costs a server in each part of `Cost`, in one run."""
    before = cost(server)
    run = ask(seconds)
    after = cost(server)
    return [
        (new - old) / run.answers * 1e6
        for now, then in zip(after, before, strict=True)
        for new, old in zip(now, then, strict=True)
    ]


def asking(server: Server, workload: Workload, size: int, script: Path) -> Callable[[int], Run]:
    """Return what asks a server for so many seconds."""
    load = Load(workload.queries(size), workload.accept, varied=True)
    if workload.large:
        return partial(patient, server, load, CONNECTIONS)
    return partial(quick, server, load, CONNECTIONS, script)


def rows(options: argparse.Namespace, file: Path) -> Iterator[str]:
    """Yield a line for each workload: medians of rounds in which the servers take turns."""
    with servers.running(servers.wicara(), file) as ours, servers.running(servers.MEMORY, file) as native:
        for workload in (each for each in WORKLOADS if each.name in options.only.split(",")):
            asked = [
                (
                    server,
                    asking(server, workload, options.size, file.with_suffix(".lua")),
                    list[list[float]](),
                )
                for server in (ours, native)
            ]
            for server, ask, _ in asked:
                ask(1)
                rest(server)
            for _ in range(options.rounds):
                for server, ask, found in asked:
                    found.append(of_a_request(server, ask, options.seconds))
            parts, other = ([median(part) for part in zip(*found, strict=True)] for _, _, found in asked)
            figures = (*parts, sum(parts), sum(other))
            line = "".join(f"{figure:>10.0f}" for figure in figures)
            yield f"{workload.name:10}{line}{sum(other) / sum(parts):>10.2f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="triples")
    parser.add_argument("--seconds", type=int, default=3, help="how long a run is")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each server for each row")
    parser.add_argument("--only", default=",".join(NAMES), help=f"of {','.join(NAMES)}")
    options = parser.parse_args()
    print("Microseconds of processor time a request, no query asked twice")
    print(f"{'':10}{'front':>20}{'executors':>20}{'both':>10}{'native':>10}{'to native':>10}")
    print(f"{'':10}" + f"{'user':>10}{'system':>10}" * 2)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.nt"
        with file.open("w", encoding="utf-8") as data:
            data.writelines(university.lines(options.size))
        for row in rows(options, file):
            print(row, flush=True)


if __name__ == "__main__":
    main()
