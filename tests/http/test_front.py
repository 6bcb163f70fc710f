"""The process in front under many requests of one client, odd requests, and reloads close together."""

from __future__ import annotations

import json
import re
import signal
import socket
import struct
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from prepared import PATIENCE
from server_process import distinct, served, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from server_process import Server

ROWS = 600
PIPELINED = 20_000
MEGABYTE = 1 << 20
QUERY = "application/sparql-query"
RESET = struct.pack("ii", 1, 0)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server whose whole dataset is an answer of tens of kilobytes."""
    with serving(distinct(ROWS)) as running:
        yield running


def status_of(server: Server, request: bytes) -> bytes:
    """Return the status of the answer to a request that is sent as it is."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        return connection.recv(12).partition(b" ")[2]


def test_pipelined_requests_of_a_client_that_does_not_read(server: Server) -> None:
    """Answers from the cache wait until the client takes them, and so do its further requests."""
    path = f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}"
    size = len(server.get(path).body)
    assert "hit" in server.get(path).headers["Server-Timing"]
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept-Encoding: identity\r\n\r\n"
    before = server.resident
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.settimeout(2)
        with suppress(OSError):  # no more is taken, or the connection is cut
            connection.sendall(request.encode() * PIPELINED)
        assert "hit" in server.get(path).headers["Server-Timing"]
        assert server.resident - before < size * PIPELINED / 8


def test_pipelined_requests_of_a_client_that_reads(server: Server) -> None:
    """Each request of a pipeline gets its answer."""
    request = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n"
    answers = 200
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        connection.sendall(request * (answers - 1) + last)
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert received.count(b"HTTP/1.1 200 OK") == received.count(b"\r\n\r\ntrue") == answers


def test_uncached_answers_of_a_pipeline(server: Server) -> None:
    """Answers that are written at once, by a task and in pieces keep the order of their requests."""
    patterns = ["<x:s1> <x:p> ?o", "?s ?p ?o . ?a <x:p> <x:o7>", "?s ?p ?o . ?t ?q ?r FILTER(?s = <x:s2>)"]
    alone = [server.ask(f"SELECT * {{ {pattern} }}", accept="text/csv").body for pattern in patterns]
    queries = [f"SELECT * {{ {pattern} }} # {n}" for n in range(10) for pattern in patterns]
    request = (
        "GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nAccept-Encoding: identity\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall("".join(request % quote(query) for query in queries).encode())
        with connection.makefile("rb") as received:
            for number in range(len(queries)):
                assert next_body(received) == alone[number % len(patterns)]


def next_body(received: BinaryIO) -> bytes:
    """Return the body of the next answer of a connection, by its length or its chunks."""
    head = b"".join(iter(received.readline, b"\r\n")).lower()
    if length := re.search(rb"content-length: (\d+)", head):
        return received.read(int(length[1]))
    parts = []
    while size := int(received.readline(), 16):
        parts.append(received.read(size))
        received.readline()
    received.readline()
    return b"".join(parts)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_connection_that_is_to_close(server: Server, version: str) -> None:
    """An answer to a client that wants no other says so and ends the connection."""
    query = quote(f"SELECT ?o {{ <x:s1> <x:p> ?o }} # {version}")
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(
            f"GET /sparql?query={query} HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        )
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nconnection: close\r\n" in received.lower()


def test_a_large_answer_is_cached(server: Server) -> None:
    """An answer that went out in pieces the first time comes from the cache whole the second time."""
    query = "SELECT * { ?s ?p ?o . ?t <x:p> <x:o1> . ?u <x:p> ?v } LIMIT 20000"
    first, second = (server.ask(query, accept="text/csv") for _ in range(2))
    assert "Content-Length" not in first.headers
    assert "hit" in second.headers["Server-Timing"]
    assert second.body == first.body
    assert first.body.count(b"\n") == 20_001


def test_the_cache_counts_long_requests(server: Server) -> None:
    """A query of nearly a megabyte takes as much of the cache, however short its answer is."""
    before = server.metric("wicara_cache_bytes")
    query = "ASK {} #".ljust(MEGABYTE - 1, "x")
    assert server.send("POST", "/sparql", query, content_type="application/sparql-query").status == 200
    assert server.metric("wicara_cache_bytes") - before >= MEGABYTE - 1


@pytest.mark.parametrize(
    ("request_line", "hosts", "status"),
    [
        ("GET / HTTP/1.1", 1, b"200"),
        ("GET / HTTP/1.1", 0, b"400"),
        ("GET / HTTP/1.1", 2, b"400"),
        ("GET / HTTP/1.0", 0, b"200"),
        (f"GET /{'x' * 70_000} HTTP/1.1", 1, b"414"),
        (f"GET /{'x' * 140_000} HTTP/1.1", 1, b"414"),
        ("GET /healthz HTTP/1.1", 1, b"200"),
        ("GET /healthz HTTP/1.1", 0, b"400"),
        ("GET /readyz HTTP/1.1", 2, b"400"),
        ("GET /search?q=Лавров HTTP/1.1", 1, b"200"),
        ("GET /id/é HTTP/1.1", 1, b"404"),
    ],
)
def test_host_and_target(server: Server, request_line: str, hosts: int, status: bytes) -> None:
    """A request of HTTP/1.1 has one Host (RFC 9112, section 3.2); a target too long to be split is 414."""
    head = "\r\n".join([request_line, *["Host: x"] * hosts, "", ""])
    assert status_of(server, head.encode()) == status


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET /a\x01 HTTP/1.1\r\nHost: x\r\n\r\n", "percent-encode"),
        (b"GET / HTTP/9.x\r\nHost: x\r\n\r\n", "version"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", "longer than"),
        (
            (
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n"
                b"Content-Length: 1\r\n\r\nx"
            ),
            "Upgrade",
        ),
    ],
)
def test_what_the_parser_refuses_has_a_reason(server: Server, sent: bytes, reason: str) -> None:
    """A request that never becomes one is answered with a problem that says what is wrong with it."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(sent)
        received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert reason in json.loads(body)["detail"]


def test_clients_that_leave_take_nothing_along(server: Server) -> None:
    """Clients that leave in the middle of a stream, a slow query or a body, politely or not, cost nothing."""
    stream = quote("SELECT * { ?s ?p ?o . ?x ?y ?z }")
    slow = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    heads = (
        f"GET /sparql?query={stream} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"GET /sparql?query={slow} HTTP/1.1\r\nHost: x\r\n\r\n",
        f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: 9\r\n\r\nASK",
        "GET /search?q=a HTTP/1.1\r\nHost: x\r\n\r\nGET /timeline HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    files = Path(f"/proc/{server.process.pid}/fd")
    server.get("/")
    before = len([*files.iterdir()])
    for number in range(30):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
            connection.sendall(heads[number % len(heads)].encode())
            if number % len(heads) == 0:
                connection.recv(1000)
            if number // 4 % 2:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        assert server.ask(f"ASK {{}} # {number}").status == 200
    wait_until(lambda: len([*files.iterdir()]) <= before + 8 and not server.at_work)
    assert '"event": "fault"' not in server.log


def test_more_clients_than_executors(server: Server) -> None:
    """Requests that come at once are each answered, in the order of their connection; some clients leave."""
    request = (
        "GET /sparql?query=%s HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nAccept-Encoding: identity\r\n\r\n"
    )
    with ExitStack() as stack:
        connections = [
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            for _ in range(60)
        ]
        for number, connection in enumerate(connections):
            queries = [f"SELECT ?o {{ <x:s{n}> ?p ?o }} # {number}" for n in (number, number + 1)]
            connection.sendall(
                "".join(request % quote(query) for query in queries[: 1 + number % 2]).encode()
            )
            if number % 3 == 0:
                connection.close()
        for number, connection in enumerate(connections):
            if number % 3:
                with connection.makefile("rb") as received:
                    for n in range(number, number + 1 + number % 2):
                        assert next_body(received) == f"o\r\nx:o{n}\r\n".encode()
    wait_until(lambda: not server.at_work and not server.metric("wicara_queue"))


def test_a_forwarded_address_is_an_address(tmp_path: Path) -> None:
    """What a trusted proxy passes on counts as another client only where it is an address."""
    file = tmp_path / "data.nt"
    file.touch()
    with served(file, "--trust-proxy", "--rate", 1) as server:
        heads = server.heads(("GET /metrics", f"X-Forwarded-For: client-{n}") for n in range(20))
        assert heads[-1].status == 429
        assert server.get("/", x_forwarded_for="192.0.2.7").status == 200


def test_reloads_close_together(tmp_path: Path) -> None:
    """Each reload that is asked for is made, also while another is under way: the last data is served."""
    file = tmp_path / "data.nt"
    file.write_text('<x:s> <x:p> "0" .\n')
    with served(file) as server:
        for number in range(1, 6):
            file.write_text(f'<x:s> <x:p> "{number}" .\n')
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        wait_until(lambda: server.ask('ASK { ?s ?p "5" }').json["boolean"])
