"""Clients that take no answer, or never end a body, are cut; what they held comes back to the others."""

from __future__ import annotations

import select
import socket
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from prepared import PATIENCE
from server_process import distinct, serving, wait_until
from test_isolation import CROSS
from writing import WRITABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

LIMIT = 2.0
CLIENTS = 32
ROWS = "/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 400")
"""An answer of some 40,000 bytes, which is kept."""
PAGES = ("/static/style.css", "/")
STREAM = f"/sparql?query={quote(f'SELECT * {{ {CROSS} }}')}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server with four places for requests and a limit of two seconds, and some answers kept."""
    lanes = ("--executors", 2, "--slow-lane", 2)
    with serving(distinct(1000), "--timeout", LIMIT, *lanes, *WRITABLE) as running:
        for path in (ROWS, *PAGES):
            wait_until(partial(answers, running, path))
        yield running


def answers(server: Server, path: str) -> bool:
    """Tell whether the server answers in its two seconds."""
    return server.get(path).status == 200


def connect(server: Server) -> socket.socket:
    """Return a connection that takes a few kilobytes unread."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE)
    connection.connect(("127.0.0.1", server.port))
    return connection


def is_cut(connection: socket.socket) -> bool:
    """Tell whether the server cuts a connection from which nothing is read."""
    poll = select.poll()
    poll.register(connection, 0)  # a reset is told without being asked for
    return bool(poll.poll(PATIENCE * 1000))


def trickle(connection: socket.socket, piece: bytes) -> None:
    """Send a piece again and again; raises ConnectionError when the connection is cut."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        connection.sendall(piece)
        time.sleep(0.1)


def head(method: str, path: str, *headers: str) -> bytes:
    """Return a request without a body."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def open_files(server: Server) -> int:
    """Return how many files and connections the front has open."""
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def test_readers_that_stall_hold_nothing(server: Server) -> None:
    """More clients than places ask for streams and read nothing: executors and connections come back."""
    before = open_files(server)
    with ExitStack() as stack:
        for _ in range(CLIENTS):
            connection = stack.enter_context(connect(server))
            connection.sendall(head("GET", STREAM, "Accept: text/csv", "Connection: close"))
        wait_until(lambda: server.at_work)
        wait_until(lambda: server.at_work == 0)
        for number in range(10):
            wait_until(partial(answers, server, f"/sparql?query=ASK%7B%7D%23{number}"))
        wait_until(lambda: open_files(server) <= before + CLIENTS // 2)  # processes have files, too


@pytest.mark.parametrize("path", [ROWS, *PAGES])
def test_whole_answers_that_nobody_takes(server: Server, path: str) -> None:
    """A client that asks for the same answer again and again and takes none is cut."""
    with connect(server) as connection:
        connection.sendall(head("GET", path) * 500)
        assert is_cut(connection)


def test_a_slow_reader_is_not_cut(server: Server) -> None:
    """A client that takes its answers slowly, for longer than a query may last, has all of them."""
    requests = 200
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(head("GET", ROWS) * (requests - 1) + head("GET", ROWS, "Connection: close"))
        taken, until = b"", time.monotonic() + 3 * LIMIT
        while time.monotonic() < until:
            taken += connection.recv(50_000)
            time.sleep(0.1)
        taken += b"".join(iter(lambda: connection.recv(1 << 20), b""))
        assert taken.count(b"HTTP/1.1 200 OK") == requests


@pytest.mark.parametrize(
    ("request_head", "piece"),
    [
        (head("POST", "/update", "Content-Length: 100000"), b"x"),
        (head("PUT", "/store?default", "Transfer-Encoding: chunked"), b"1\r\nx\r\n"),
        (head("POST", "/healthz", "Content-Length: 100000"), b"x"),
        (head("GET", "/sparql?query=ASK%7B%7D", "Content-Length: 100000"), b"x"),
    ],
    ids=["refused", "refused, in chunks", "of the front", "kept"],
)
def test_a_body_that_trickles_after_its_answer(server: Server, request_head: bytes, piece: bytes) -> None:
    """A client that has its answer and goes on with its body, a few bytes at a time, is cut."""
    with connect(server) as connection:
        connection.sendall(head("GET", "/sparql?query=ASK%7B%7D"))
        assert connection.recv(1 << 16)  # kept from now on
    with connect(server) as connection:
        connection.sendall(request_head)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 ")
        with pytest.raises(ConnectionError):
            trickle(connection, piece)
