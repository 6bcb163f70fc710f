"""What a request costs grows no faster than its bytes, whatever stands in its head, address or body."""

from __future__ import annotations

import socket
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from growth import grows_linearly
from needed import one_of
from prepared import PATIENCE
from server_process import served, workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server_process import Server

SMALL: Final = 6_000
"""Bytes of the shorter of two requests."""

PATTERNS: Final = {
    "letters": "a",
    "spaces": " ",
    "quotes": '"',
    "escapes": '"\\',
    "commas": ",",
    "weights": "a/b;q=0.1,",
    "parameters": ";a=b",
    "quoted": '"a",',
    "equals": "=",
    "escaped": "%22",
}
FIELDS: Final = {
    "fields": "a=b&",
    "ends": "&",
    "escapes": "%22",
    "percents": "%",
    "digits": "1",
    "names": "&timeout",
}
HEADERS: Final = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Connection",
    "Content-Type",
    "Cookie",
    "Forwarded",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Range",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
)
REQUESTS: Final = ("GET /nowhere", "GET /sparql?query=ASK%7B%7D", "POST /update", "GET /store?default")


def fill(pattern: str, size: int) -> str:
    """Return so many bytes of a pattern."""
    return (pattern * (size // len(pattern) + 1))[:size]


def with_header(request: str, name: str, pattern: str) -> Callable[[int], bytes]:
    """Return what makes a request whose header is so long."""
    return lambda size: f"{request} HTTP/1.1\r\nHost: x\r\n{name}: x{fill(pattern, size)}\r\n\r\n".encode()


def with_query(path: str, pattern: str) -> Callable[[int], bytes]:
    """Return what makes a request whose query string is so long."""
    return lambda size: f"GET {path}{fill(pattern, size)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def with_form(start: str, pattern: str) -> Callable[[int], bytes]:
    """Return what makes a form so long."""

    def made(size: int) -> bytes:
        body = start + fill(pattern, size)
        return (
            "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    return made


HOSTILE: Final = {
    **{
        name: {
            f"{kind}, {request}": with_header(request, name, pattern)
            for request in REQUESTS
            for kind, pattern in PATTERNS.items()
        }
        for name in HEADERS
    },
    **{
        path: {kind: with_query(path, pattern) for kind, pattern in FIELDS.items()}
        for path in ("/", "/id/event/", "/sparql?", "/sparql?timeout=", "/as-of?date=", "/explain?s=")
    },
    **{
        f"form {start}": {kind: with_form(start, pattern) for kind, pattern in FIELDS.items()}
        for start in ("", "timeout=", "query=ASK{}&timeout=")
    },
}
"""Requests by the place of what is long in them, and by what it is made of."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server that takes writes and believes a proxy, so that all headers are read."""
    with served("--empty", "--writable", "--token", "t", "--trust-proxy", "--cache", 0) as running:
        yield running


def processor_time(server: Server) -> dict[int, int]:
    """Return the nanoseconds of a processor that the front and each of its processes has taken."""
    taken = {}
    for pid in (server.process.pid, *workers(server)):
        with suppress(FileNotFoundError, ProcessLookupError):
            taken[pid] = int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0])
    return taken


def cost(server: Server, request: bytes) -> int:
    """Return the nanoseconds of a processor that the server takes to answer a request."""
    before = processor_time(server)
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(request)
        with HTTPResponse(connection) as response:
            response.begin()
            response.read()
    assert response.status != 500
    return sum(taken - before.get(pid, 0) for pid, taken in processor_time(server).items())


@pytest.mark.parametrize("place", one_of(3, HOSTILE))
def test_cost_grows_as_the_bytes_do(server: Server, place: str) -> None:
    """Eight times the bytes cost the server at most twenty times the processor time."""
    for kind, made in HOSTILE[place].items():
        assert grows_linearly(lambda size, made=made: cost(server, made(size)), SMALL), kind
