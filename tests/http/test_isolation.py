"""No query can hurt the others or the front: deadline, memory, lanes, and what is left behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import pytest
from prepared import PATIENCE
from server_process import Server, distinct, is_alive, serving, wait_until, workers

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = "2"
"""Seconds that a query asks for: what runs beside it has the server's own limit."""
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
NUMBERS = " ".join(map(str, range(5000)))

RUNAWAYS = {
    "cross join, sorted": f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f",
    "cross join, counted": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "cross join, filtered": f"SELECT * {{ {CROSS} FILTER (CONCAT(STR(?a), STR(?f), STR(?h)) = '!') }}",
    "cross join, grouped": f"SELECT ?a ?d (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?d ?h",
    "disjoint patterns": f"SELECT * {{ {' '.join(f'?a{n} ?b{n} ?c{n} .' for n in range(200))} }}",
    "nested deep": f"ASK {{ FILTER ({'(' * 5000}1{')' * 5000}) }}",
    "nested groups": f"SELECT (COUNT(*) AS ?n) {{ {'{' * 90} {CROSS} {'}' * 90} }}",
    "path over everything": "SELECT (COUNT(*) AS ?n) { ?s (<x:p>|!<x:p>)* ?o . ?p (<x:p>|!<x:p>)* ?q }",
    "regex on everything": f"SELECT * {{ {CROSS} FILTER REGEX(CONCAT(STR(?a), STR(?f)), '(a+)+$') }}",
    "huge VALUES": f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'VALUES ?{v} {{ {NUMBERS} }}' for v in 'ab')}"
    f" {' '.join(f'VALUES ?{v} {{ {NUMBERS} }}' for v in 'cd')} }}",
}
"""Queries that would take hours, or all memory."""


@pytest.fixture(scope="module")
def limited() -> Iterator[Server]:
    """Return a server of 20,000 triples with a limit of memory."""
    lines = (f"<x:s{n % 1000}> <x:p{n % 7}> <x:s{(n * 7) % 1013}> .\n" for n in range(20_000))
    with serving("".join(lines), "--memory", 256, suffix="nt") as running:
        yield running


def post(server: Server, query: str) -> int:
    """Return the status of a query."""
    return server.send("POST", "/sparql?timeout=1", query, content_type="application/sparql-query").status


class Lookups:
    """Four clients that look little things up, one after the other, until the block ends."""

    def __init__(self, server: Server) -> None:
        """Begin later."""
        self.port = server.port
        self.statuses: list[int] = []
        self.ended = False
        self.threads = [threading.Thread(target=self.look) for _ in range(4)]

    def look(self) -> None:
        """Ask again and again on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        number = 0
        while not self.ended:
            number += 1
            query = quote(
                f"SELECT ?o {{ <x:s{number % 1000}> <x:p1> ?o }} # {number} {threading.get_ident()}"
            )
            connection.request("GET", f"/sparql?query={query}")
            response = connection.getresponse()
            response.read()
            self.statuses.append(response.status)
            time.sleep(0.005)
        connection.close()

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        """End."""
        self.ended = True
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("name", RUNAWAYS)
def test_runaways(limited: Server, name: str) -> None:
    """A runaway, five times at once, is a 503 or 400 by the limit, and no other client has an error."""
    with Lookups(limited) as lookups, ThreadPoolExecutor(5) as clients:
        statuses = {*clients.map(lambda _: post(limited, RUNAWAYS[name]), range(5))}
    assert statuses <= {400, 503}
    assert set(lookups.statuses) == {200}
    assert limited.process.poll() is None


def test_a_deadline_is_a_problem(limited: Server) -> None:
    """What a deadline stops, which would take hours, is answered as a problem that says what to do."""
    answer = limited.ask_beyond(RUNAWAYS["cross join, counted"], LIMIT)
    assert (answer.status, answer.media_type) == (503, "application/problem+json")
    assert "--timeout" in answer.json["detail"]
    assert answer.json["limit"] == "timeout"


def test_a_client_may_ask_for_less_time(limited: Server) -> None:
    """`timeout=` makes the deadline shorter; what is no number of seconds is 400."""
    answer = limited.ask_beyond(RUNAWAYS["cross join, counted"], "0.3")
    assert (answer.status, answer.json["seconds"]) == (503, 0.3)
    for wrong in ("-1", "x", "nan"):
        assert limited.ask("ASK {}", timeout=wrong).status == 400


def test_memory(limited: Server) -> None:
    """A query that needs more memory than it may have is a 503 that says so, in JSON and as a page."""
    query = f"SELECT (GROUP_CONCAT(?x) AS ?y) {{ {CROSS} BIND (CONCAT(STR(?a), STR(?d), STR(?g)) AS ?x) }}"
    answer = limited.ask(query, timeout=LIMIT)
    assert answer.status == 503
    assert answer.json["limit"] in {"memory", "timeout"}
    assert limited.ask(query, accept="text/html", timeout=LIMIT).media_type == "text/html"


def test_a_page_tells_readers_what_they_can_do(limited: Server) -> None:
    """A page names no option of the server, which only who runs it can set: it says what helps a reader."""
    query = RUNAWAYS["cross join, counted"]
    told = limited.ask_beyond(query, "0.3").json["detail"]
    while "took longer" not in (page := limited.ask(query, accept="text/html", timeout="0.3").text):
        pass
    assert "(--timeout)" in told
    assert told.replace(" (--timeout)", "") in page
    assert "Try again in a moment" in page
    assert "--" not in page.partition("<main")[2]


def test_a_crash_takes_nobody_along(limited: Server) -> None:
    """Executors that are killed from outside are replaced; the request they had is a 503, or is not hurt."""
    for _ in range(3):
        for pid in workers(limited)[1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert limited.ask("ASK {}", accept="text/csv").status in {200, 503}
        wait_until(lambda: limited.ask("SELECT * { ?s ?p ?o } LIMIT 1").status == 200)


def test_the_fork_server_may_be_killed() -> None:
    """Where the process that holds the dataset is killed, it is loaded again, and queries are answered."""
    with serving("<x:a> <x:b> 1 .") as server:
        os.kill(workers(server)[0], signal.SIGKILL)
        wait_until(lambda: server.ask("ASK { <x:a> <x:b> 1 }").status == 200)
        assert server.ask("ASK { <x:a> <x:b> 1 }").json["boolean"]


def test_nothing_is_left_behind() -> None:
    """A kill -9 of the front ends all of its processes, one in the middle of a runaway too."""
    with serving(distinct(2000), ends_with=-signal.SIGKILL) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            request = (
                f"GET /sparql?query={quote(RUNAWAYS['cross join, counted'])} HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            connection.sendall(request.encode())
            wait_until(lambda: server.at_work)
            below = workers(server)
            assert len(below) > 1
            server.process.kill()
            server.process.wait(PATIENCE)
        wait_until(lambda: not any(is_alive(pid) for pid in below))


def test_a_client_that_leaves_stops_its_query(limited: Server) -> None:
    """When its client has gone, a query is stopped long before its deadline."""
    gone = 'wicara_stopped_total{why="client gone"}'
    before = limited.metric(gone)
    with socket.create_connection(("127.0.0.1", limited.port)) as connection:
        query = quote(RUNAWAYS["cross join, counted"])
        connection.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait_until(lambda: limited.at_work and any(map(is_at_low_priority, workers(limited))))
    wait_until(lambda: limited.metric(gone) == before + 1)


def is_at_low_priority(pid: int) -> bool:
    """Tell whether a process works only when nothing else does; one that has ended does not."""
    with suppress(ProcessLookupError):
        return os.sched_getscheduler(pid) == os.SCHED_IDLE
    return False


def test_a_stream_that_is_stopped_breaks(limited: Server) -> None:
    """A result that its deadline cuts after the first byte is no whole-looking body.

    On a busy machine a deadline may come before the first byte: then the query is asked again.
    """
    path = f"/sparql?timeout={LIMIT}&query={quote(f'SELECT * {{ {CROSS} }}')}"
    for _ in range(20):
        connection = http.client.HTTPConnection("127.0.0.1", limited.port, timeout=PATIENCE)
        with closing(connection):
            connection.request("GET", path, headers={"Accept": "text/csv"})
            response = connection.getresponse()
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                continue
            assert response.status == HTTPStatus.OK
            with pytest.raises(http.client.IncompleteRead):
                response.read()
            return
    pytest.fail("no result began before its deadline")


def test_executors_have_no_network() -> None:
    """An executor can open no connection: its sockets are of the machine's inside only."""
    with serving("<x:a> <x:b> 1 .") as server:
        for pid in workers(server):
            status = Path(f"/proc/{pid}/status").read_text()
            assert "Seccomp:\t2" in status
            assert "NoNewPrivs:\t1" in status
