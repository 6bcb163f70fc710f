"""Long answers on their way: when the first byte comes, when the last, and how the server's memory grows."""

from __future__ import annotations

import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from memory import Watch
from servers import HOST, PATIENCE, Failed
from workloads import CSV, EVERYTHING, JSON, TURTLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers import Server

PART: Final = 1 << 18
EVERY: Final = 0.05
"""Seconds between two looks at the memory."""
FIRST_BYTE: Final = 50
"""Milliseconds to the first byte that are the target."""
GROWTH: Final = 20
"""Megabytes that the processes may grow by."""
WHOLE: Final = 2
"""Seconds from the first byte to the last that are the target for the default graph."""
NUMBERS: Final = count()


class Streamed(NamedTuple):
    """A transfer: seconds to the first byte of the body, from there to the last, bytes; growth in bytes."""

    what: str
    server: str
    first: float
    rest: float
    size: int
    growth: int


def streamed(server: Server, rounds: int) -> Iterator[Streamed]:
    """Yield what each long answer of a server took."""
    asked = [("all rows, CSV", EVERYTHING, CSV), ("all rows, JSON", EVERYTHING, JSON)]
    if server.kind.default_graph:
        asked.append(("default graph, Turtle", default_graph(server), TURTLE))
    for what, query, accept in asked:
        try:
            yield measured(server, what, query, accept, rounds)
        except (Failed, OSError, HTTPException) as fault:
            print(f"{what}: {server.kind.name} failed: {fault}", flush=True)


def default_graph(server: Server) -> str:
    """Return the path at which a server gives its default graph: the first one that it knows."""
    paths = server.kind.default_graph
    return next((path for path in paths if status(server, path) != HTTPStatus.NOT_FOUND), paths[-1])


def status(server: Server, path: str) -> int:
    """Return the status of an answer, without its body."""
    connection = HTTPConnection(HOST, server.port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Accept": TURTLE})
    found = connection.getresponse().status
    connection.close()
    return found


def measured(server: Server, what: str, asked: str, accept: str, rounds: int) -> Streamed:
    """Return the medians of some transfers after a first one, and the growth of memory in one more."""
    transfer(server, asked, accept)
    times = [transfer(server, asked, accept) for _ in range(rounds)]
    with Watch(server.process.pid, EVERY) as watch:
        transfer(server, asked, accept)
    first, rest, size = (median(column) for column in zip(*times, strict=True))
    return Streamed(what, server.kind.name, first, rest, int(size), max(0, watch.peak - watch.first))


def transfer(server: Server, asked: str, accept: str) -> tuple[float, float, int]:
    """Read a long answer once: seconds to the first byte, from there to the last, and the size."""
    path = asked if asked.startswith("/") else server.path(f"{asked} # {next(NUMBERS)}")
    connection = HTTPConnection(HOST, server.port, timeout=PATIENCE)
    start = time.perf_counter()
    connection.request("GET", path, headers={"Accept": accept, "Accept-Encoding": "identity"})
    response = connection.getresponse()
    size = len(response.read(1))
    first = time.perf_counter()
    buffer = bytearray(PART)
    while got := response.readinto(buffer):
        size += got
    end = time.perf_counter()
    connection.close()
    if response.status != HTTPStatus.OK:
        raise Failed(f"{response.status} for {path}")
    return first - start, end - first, size


def lines(found: list[Streamed]) -> Iterator[list[str]]:
    """Yield the rows of the table; the targets are those of Wicara."""
    yield ["answer", "server", "first byte ms", "to the last s", "MB", "MB/s", "memory grows MB"]
    for each in found:
        ours = each.server == "wicara"
        whole = WHOLE if ours and each.what.startswith("default") else None
        yield [
            each.what,
            each.server,
            below(each.first * 1000, FIRST_BYTE if ours else None),
            below(each.rest, whole, 2),
            f"{each.size / 1e6:.0f}",
            f"{each.size / 1e6 / (each.first + each.rest):.0f}",
            below(each.growth / 1e6, GROWTH if ours else None),
        ]


def below(value: float, target: float | None, digits: int = 0) -> str:
    """Return a figure, and how it stands to the target that it is to stay below."""
    if target is None:
        return f"{value:.{digits}f}"
    return f"{value:.{digits}f} {'<=' if value <= target else '>'} {target}"
