"""What queries that would never end do to the others: tiny lookups beside runaways of several kinds.

Runaways are sent to Wicara only. The server's processes are ended, all of them, should they come to hold
more memory than the benchmark allows.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple

import memory
import servers
import university
from http_tables import aligned, short
from rich.console import Console
from workloads import JSON, LOOKUP, PREFIX, teachers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from servers import Server

TIMEOUT: Final = 2
"""Seconds that Wicara gives a query."""
SIZE: Final = 100_000
CLIENTS: Final = 4
PAUSE: Final = 0.002
"""Seconds between two lookups of a client, so that the clients leave the processor to the server."""
LEAD: Final = 0.3
"""Seconds of lookups before the runaways are sent."""
PATIENCE: Final = 30.0
"""Seconds to wait for an answer."""
GRACE: Final = 2.0
"""Seconds in which processes may end that the server leaves behind."""
PART: Final = 1 << 18
"""Bytes to read at once."""
EVERY: Final = 0.2
"""Seconds between two looks at the processes."""
MOST: Final = 10 << 30
"""Bytes of memory that the server's processes may hold in all."""


def everything(number: int) -> str:
    """Return patterns that share no variable, each of which everything matches."""
    return " . ".join(f"?s{place} ?p{place} ?o{place}" for place in range(number))


def nested(depth: int) -> str:
    """Return a query with brackets in brackets."""
    return f"SELECT * {{ ?s ?p ?o FILTER({'(' * depth}?s = ?o{')' * depth}) }} LIMIT 1"


def values(name: str) -> str:
    """Return a VALUES of 5,000 rows."""
    return f"VALUES ?{name} {{ {' '.join(map(str, range(5000)))} }}"


RUNAWAYS: Final = {
    "order": f"SELECT * {{ {everything(2)} }} ORDER BY ?o0 ?o1",
    "count": f"SELECT (COUNT(*) AS ?n) {{ {everything(3)} }}",
    "filter": f'SELECT * {{ {everything(2)} FILTER(STR(?o0) = CONCAT(STR(?o1), "!")) }}',
    "path": f"{PREFIX} SELECT (COUNT(*) AS ?n) {{ ?s (:p|!:p)* ?o }}",
    "regex": f'SELECT * {{ {everything(2)} FILTER(REGEX(CONCAT(STR(?o0), STR(?o1)), "^(a|b)+$")) }}',
    "values": f"SELECT (COUNT(*) AS ?n) {{ {values('a')} {values('b')} {values('c')} }}",
    "patterns-200": f"SELECT * {{ {everything(200)} }}",
    "nesting-90": nested(90),
    "nesting-5000": nested(5000),
}
"""Queries that do not end in time, or are to be refused, by name."""
AT_ONCE: Final = ("order", "count", "filter", "path", "regex")


class Answer(NamedTuple):
    """How a runaway was answered: the status, or what came of it, and after how many seconds."""

    told: str
    seconds: float


@dataclass
class Lookups:
    """What the clients found: milliseconds of each lookup, and how many were not answered with 200."""

    times: list[float] = field(default_factory=list)
    bad: int = 0

    def percentile(self, rank: int) -> float:
        """Return a percentile in milliseconds."""
        return quantiles(self.times, n=100, method="inclusive")[rank - 1] if len(self.times) > 1 else 0.0


@dataclass(frozen=True)
class Phase:
    """What was found while some runaways ran: their answers, the lookups, the most memory and processes."""

    name: str
    answers: list[Answer]
    lookups: Lookups
    peak: int
    processes: int


def main() -> int:
    """Measure, print a table, and return 1 where a process died or was left behind."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = arguments()
    kind = servers.wicara(("--timeout", str(TIMEOUT)))
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "data.nt")
            file.write_text("".join(university.lines(SIZE)), encoding="utf-8")
            with servers.running(kind, file) as server, watched(server) as watch:
                print(f"{CLIENTS} clients look up, beside runaways; {SIZE:,} triples, --timeout {TIMEOUT}")
                print("\n".join(aligned(table(phases(server, watch, options)), 2)))
                lives = server.process.poll() is None
    except servers.Failed as fault:
        print(f"runaways.py: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("runaways.py: interrupted", file=sys.stderr)
        return 130
    left = ended(watch)
    print(f"The server {'lived' if lives else 'DIED'}; {left or 'none'} of its processes left behind.")
    return int(not lives or bool(left))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RUNAWAYS)}, five-at-once; all by default")
    parser.add_argument("--seconds", type=float, default=3, help="how long the clients look up, at least")
    options = parser.parse_args()
    if unknown := set(options.names) - {*RUNAWAYS, "five-at-once"}:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return options


def watched(server: Server) -> memory.Watch:
    """Return a watch over the processes of a server, which ends them when they hold too much."""

    def end() -> None:
        print("runaways.py: too much memory: the server is ended", file=sys.stderr)
        memory.end(memory.tree(server.process.pid))

    return memory.Watch(server.process.pid, EVERY, MOST, end)


def phases(server: Server, watch: memory.Watch, options: argparse.Namespace) -> Iterator[Phase]:
    """Yield what lookups take alone, beside each runaway, and beside five at once."""
    each = {name: [query] for name, query in RUNAWAYS.items()}
    each["five-at-once"] = [RUNAWAYS[name] for name in AT_ONCE]
    chosen = options.names or list(each)
    with Console(stderr=True).status("") as status:
        for place, name in enumerate(["none", *chosen]):
            status.update(f"{name}: {place} of {len(chosen)}, at most {PATIENCE:.0f} s each")
            watch.again()
            answers, lookups = beside(server, each.get(name, []), options.seconds)
            yield Phase(name, answers, lookups, watch.peak, watch.most)


def beside(server: Server, queries: Sequence[str], seconds: float) -> tuple[list[Answer], Lookups]:
    """Look up for some seconds, or until all runaways have been answered; return the answers and lookups."""
    found, stop, answers = Lookups(), Event(), list[Answer]()
    clients = [
        Thread(target=look_up, args=(server, place, stop, found), daemon=True) for place in range(CLIENTS)
    ]
    runaways = [Thread(target=run_away, args=(server, query, answers), daemon=True) for query in queries]
    for client in clients:
        client.start()
    time.sleep(LEAD)
    start = time.monotonic()
    for runaway in runaways:
        runaway.start()
    for runaway in runaways:
        runaway.join(PATIENCE + 5)
    time.sleep(max(0.0, seconds - (time.monotonic() - start)))
    stop.set()
    for client in clients:
        client.join(PATIENCE + 5)
    return answers, found


def look_up(server: Server, place: int, stop: Event, found: Lookups) -> None:
    """Look up one teacher after another over one connection, until told to stop; no query is the same."""
    names = teachers(SIZE)
    connection = HTTPConnection(servers.HOST, server.port, timeout=PATIENCE)
    number = place
    while not stop.wait(PAUSE):
        number += CLIENTS
        query = f"{PREFIX} {LOOKUP.replace('{}', names[number % len(names)])} # {time.time_ns()}"
        start = time.perf_counter()
        try:
            connection.request("GET", server.path(query), headers={"Accept": JSON})
            response = connection.getresponse()
            response.read()
            good = response.status == HTTPStatus.OK
        except (OSError, HTTPException):
            connection.close()
            good = False
        found.times.append((time.perf_counter() - start) * 1000)
        found.bad += not good


def run_away(server: Server, query: str, answers: list[Answer]) -> None:
    """Send a runaway; add its status, how it ended and when to the answers."""
    connection = HTTPConnection(servers.HOST, server.port, timeout=PATIENCE)
    headers = {"Accept": JSON, "Content-Type": "application/sparql-query"}
    start, told = time.perf_counter(), "no answer"
    with suppress(OSError, HTTPException):
        connection.request("POST", server.kind.query, query, headers)
        response = connection.getresponse()
        told = f"{response.status}, cut off"
        while response.read(PART) and time.perf_counter() - start < PATIENCE:
            pass
        told = str(response.status)
    answers.append(Answer(told, time.perf_counter() - start))
    connection.close()


def together(answers: Sequence[Answer]) -> Iterator[str]:
    """Yield each kind of answer: how many, and the seconds of the first and the last."""
    for told in dict.fromkeys(answer.told for answer in answers):
        times = sorted(answer.seconds for answer in answers if answer.told == told)
        many = f"{len(times)} x " if len(times) > 1 else ""
        span = f"{times[0]:.2f} to {times[-1]:.2f}" if many else f"{times[0]:.2f}"
        yield f"{many}{told} in {span} s"


def table(found: Iterator[Phase]) -> Iterator[list[str]]:
    """Yield the rows of the table; the first phase is that without runaways."""
    yield ["runaway", "answer", "lookups", "not 200", "p50 ms", "p99 ms", "p99 ratio", "peak MB", "processes"]
    alone = None
    for phase in found:
        p99 = phase.lookups.percentile(99)
        alone = alone or p99
        yield [
            phase.name,
            "; ".join(together(phase.answers)),
            f"{len(phase.lookups.times):,}",
            str(phase.lookups.bad),
            short(phase.lookups.percentile(50)),
            short(p99),
            f"{p99 / alone:.1f}" if alone else "",
            f"{phase.peak / 1e6:,.0f}",
            str(phase.processes),
        ]


def ended(watch: memory.Watch) -> int:
    """End what is left of the processes that were seen, a moment after the server; return how many."""
    deadline = time.monotonic() + GRACE
    while any(map(memory.alive, watch.seen)) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [process for process in watch.seen if memory.alive(process)]
    memory.end(left)
    return len(left)


if __name__ == "__main__":
    sys.exit(main())
