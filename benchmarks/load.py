"""Many connections that ask at once: wrk where answers are quick, threads that read to the end where not.

wrk counts the answers of a fixed time, and with few of them those that are under way at its end would be
missed; the threads here end with their last answer. Both keep their connections.
"""

from __future__ import annotations

import json
import re
import resource
import socket
import subprocess
import time
from dataclasses import dataclass
from itertools import count
from math import nan
from statistics import quantiles
from threading import Thread
from typing import TYPE_CHECKING, Final, NamedTuple

from servers import HOST, PATIENCE, Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

QUICK: Final = 0.010
"""Seconds of an answer that is left to wrk."""
PART: Final = 1 << 18
"""Bytes to read at once."""
LAST_CHUNK: Final = b"\r\n0\r\n\r\n"
LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
NUMBERS: Final = count(10_000_000, 10_000_000)
"""Where each run begins to number its queries, so that no query is ever asked twice."""

SCRIPT: Final = """
local paths = %(paths)s
local tail = %(tail)s
local number = %(number)d
function request()
  number = number + 1
  return "GET " .. paths[number %% #paths + 1] .. %(ending)s .. tail
end
function done(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  print(string.format("RESULT %%d %%d %%d %%d %%d", summary.requests, errors.status + lost, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
"""
"""What wrk runs: the next request, and its figures at the end (microseconds)."""


@dataclass(frozen=True)
class Load:
    """What is asked: queries in turns, each with a number where all are to differ; the media type."""

    queries: Sequence[str]
    accept: str
    varied: bool

    def paths(self, server: Server) -> list[str]:
        """Return the path of each query, up to its number."""
        if self.varied:
            return [server.path(f"{query} # ") for query in self.queries]
        return [server.path(self.queries[0])]

    def tail(self, server: Server) -> str:
        """Return the request after its path."""
        headers = (f"Host: {HOST}:{server.port}", f"Accept: {self.accept}", "Accept-Encoding: identity")
        return "\r\n".join((" HTTP/1.1", *headers, "", ""))


class Run(NamedTuple):
    """What a run gave: answers, those among them that were no 200 or were lost, seconds; milliseconds.

    `client` is the part of a core that asking took.
    """

    answers: int
    bad: int
    seconds: float
    p50: float
    p99: float
    client: float

    @property
    def rate(self) -> float:
        """Return good answers a second."""
        return (self.answers - self.bad) / self.seconds


class Answer(NamedTuple):
    """An answer: whether it was a whole 200, how long it took, and when it ended."""

    good: bool
    seconds: float
    ended: float


def quick(server: Server, load: Load, connections: int, script: Path, seconds: int) -> Run:
    """Ask with wrk; raises CalledProcessError where it fails."""
    values = {
        "paths": "{" + ", ".join(map(json.dumps, load.paths(server))) + "}",
        "tail": json.dumps(load.tail(server)),
        "number": next(NUMBERS),
        "ending": "number" if load.varied else '""',
    }
    script.write_text(SCRIPT % values, encoding="utf-8")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{PATIENCE:.0f}s"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, "-s", str(script), f"http://{HOST}:{server.port}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + PATIENCE,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answers, bad, taken, p50, p99 = map(int, done.stdout.split("RESULT")[1].split())
    cost = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(answers, bad, taken / 1e6, p50 / 1000, p99 / 1000, cost / (taken / 1e6))


def patient(server: Server, load: Load, connections: int, seconds: float) -> Run:
    """Ask in threads until the time is over, wait for the last answer, and count to there."""
    requests, answers = requested(server, load), list[Answer]()
    start, cost = time.perf_counter(), time.process_time()
    threads = [
        Thread(target=ask_until, args=(start + seconds, server.port, requests, answers), daemon=True)
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = max(answer.ended for answer in answers) - start
    times = [answer.seconds * 1000 for answer in answers if answer.good] or [nan]
    cuts = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    bad = sum(not answer.good for answer in answers)
    return Run(len(answers), bad, taken, cuts[49], cuts[98], (time.process_time() - cost) / taken)


def requested(server: Server, load: Load) -> Iterator[bytes]:
    """Return requests for ever, to be taken by many threads."""
    paths, tail = load.paths(server), load.tail(server)

    def request(number: int) -> bytes:
        ending = str(number) if load.varied else ""
        return f"GET {paths[number % len(paths)]}{ending}{tail}".encode()

    return map(request, count(next(NUMBERS)))


def ask_until(deadline: float, port: int, requests: Iterator[bytes], answers: list[Answer]) -> None:
    """Ask one request after another over one connection; over a new one where it broke."""
    connection = None
    while True:
        start = time.perf_counter()
        try:
            connection = connection or socket.create_connection((HOST, port), PATIENCE)
            good = status(connection, next(requests)) == b"200"
        except OSError:
            connection, good = None, False
        end = time.perf_counter()
        answers.append(Answer(good, end - start, end))
        if end > deadline:
            return


def status(connection: socket.socket, request: bytes) -> bytes:
    """Ask, read the answer to its end and return its status; raises OSError where it is cut off.

    The body is looked at only for its end, which is cheaper than to take it apart: no answer to a query of
    the benchmark has the last chunk's bytes within.
    """
    connection.sendall(request)
    got = part(connection)
    while b"\r\n\r\n" not in got:
        got += part(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    if length := LENGTH.search(head):
        left = int(length[1]) - len(body)
        while left > 0:
            left -= len(part(connection))
    else:
        ending = b"\r\n" + body
        while not ending.endswith(LAST_CHUNK):
            ending = ending[-len(LAST_CHUNK) :] + part(connection)
    return head[9:12]


def part(connection: socket.socket) -> bytes:
    """Return the next bytes; raises ConnectionError at the end."""
    if got := connection.recv(PART):
        return got
    raise ConnectionError("cut off")
