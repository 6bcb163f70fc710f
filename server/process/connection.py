"""HTTP/1.1 (RFC 9112) by uvicorn and httptools, with what a server that faces strangers needs besides.

A request whose head is too long, or takes too long, is refused. A cached answer goes out at once, from the
parser's callback: no task, no coroutine.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import struct
import sys
import time
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from httptools import HttpParserCallbackError, HttpParserInvalidURLError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from wicara.server.http.problems import Problem, bad_request, rendered
from wicara.server.process.cache import request_key
from wicara.server.process.exchange import BEGUN, WAITING_SINCE, WITH_BODY
from wicara.server.process.messages import header_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uvicorn._types import ASGI3Application
    from wicara.server.process.exchange import RunningRequest
    from wicara.server.process.front import Front
    from wicara.server.process.pool import Waiting

MAX_HEAD: Final = 1 << 17
"""Bytes of a request line and headers."""
HEAD_TIME: Final = 20
"""Seconds that the head of a request may take to come in, and a new connection to say anything."""
STALL_TIME: Final = 20
"""Seconds in which a client takes some of its answer, and sends the rest of a body that is answered already.

Less where `--timeout` is less.
"""
TCP_INFO: Final = struct.Struct("120xQ")
"""Of what Linux tells of a connection, the bytes that its other end has acknowledged (`tcpi_bytes_acked`)."""
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER such that closing drops what was not sent."""
IDLE_TIME: Final = 60
"""Seconds that a connection is kept open between requests."""
MAX_URL: Final = 65_535
"""Bytes of a request target that the parser splits."""
COPIED: Final = 1 << 15
"""Bytes of a body that is sent together with its head; all clients share a longer one."""
MAX_AT_ONCE: Final = 8
"""Look-ups of a connection that the front answers before it turns to others."""
MAX_PIPELINED: Final = 1000
"""Requests of a connection that wait for the answers to those before them."""
TOO_LARGE: Final = Problem(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The request line and headers exceed {MAX_HEAD} bytes."
)
TOO_LONG: Final = Problem(HTTPStatus.REQUEST_URI_TOO_LONG, f"The URI is longer than {MAX_URL} bytes.")
TOO_SLOW: Final = Problem(
    HTTPStatus.REQUEST_TIMEOUT, f"The request line and headers did not arrive within {HEAD_TIME} seconds."
)
TOO_MANY: Final = Problem(
    HTTPStatus.TOO_MANY_REQUESTS, f"More than {MAX_PIPELINED} requests of this connection wait for answers."
)
NO_UPGRADE: Final = bad_request(
    "Upgrades are not supported for requests with a body: omit the Upgrade header."
)
BAD_URI: Final = "The URI is malformed: percent-encode spaces, control characters and letters outside ASCII."
OUTSIDE_ASCII: Final = re.compile(rb"[\x80-\xff]")


def as_bytes(problem: Problem) -> bytes:
    """Return the answer that describes a problem, after which the connection closes."""
    body, headers = rendered(problem)
    headers |= {"Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {problem.status.value} {problem.status.phrase}"]
    lines += [f"{name.lower()}: {value}" for name, value in headers.items()]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body


def escaped(data: bytes) -> bytes:
    """Return the first bytes of a request with its URI percent-encoded where it holds raw UTF-8."""
    line, end, rest = data.partition(b"\n")
    return OUTSIDE_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line) + end + rest


class Connection(HttpToolsProtocol):
    """A connection of a client."""

    front: Front

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; who says nothing for too long is refused."""
        super().connection_made(transport)
        self.head = 0
        self.in_head = True
        self.in_line = True
        self.in_body = False
        self.looked_up = 0
        self.answered = False
        self.waiting: Waiting | None = None
        self.begun: RunningRequest | None = None
        self.under_way: RequestResponseCycle | None = None
        """The request that a task answers; `cycle` is the last of a pipeline."""
        self.keep_alive = True
        self.outstanding: int | None = None
        self.outstanding_since = 0.0
        self.patience: asyncio.TimerHandle | None = None
        self.wait()

    def wait(self) -> None:
        """Begin to wait for a head."""
        self.patience = self.loop.call_later(HEAD_TIME, self.refuse, TOO_SLOW)

    def stop_waiting(self) -> None:
        """Stop waiting for a head: it is there, or the connection has gone."""
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End; a request that waits for an executor is forgotten."""
        self.stop_waiting()
        if self.waiting is not None:
            self.front.pool.give_up(self.waiting)
            self.waiting = None
        if self.under_way is not None:
            self.under_way.disconnected = True
            self.under_way.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Have a task answer a request, to which nothing can be sent where the client has gone meanwhile."""
        self.under_way = cycle
        cycle.disconnected = cycle.disconnected or self.transport.is_closing()
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """Let the answer under way end, and then the connection."""
        self.send_or_defer()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        """Take bytes; a head may be in part of them, and may not be without end."""
        self.looked_up = 0
        if self.in_line:
            self.in_line = b"\n" not in data
            data = data if data.isascii() else escaped(data)
        super().data_received(data)
        if not self.in_head or self.transport.is_closing():
            return
        self.head += len(data)
        if self.head > MAX_HEAD:
            self.refuse(TOO_LONG if len(self.url) > MAX_URL else TOO_LARGE)
        elif self.patience is None:
            self.wait()

    def cut_when_stalled(self, now: float) -> None:
        """Cut a client that has not moved on for too long; called every second."""
        outstanding = self.owed()
        if outstanding is None or outstanding != self.outstanding:
            self.outstanding, self.outstanding_since = outstanding, now
        elif now - self.outstanding_since > min(STALL_TIME, self.front.limits.timeout):
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.transport.abort()

    def owed(self) -> int | None:
        """Return what changes as an answer is taken, -1 for a body that is answered already, else None."""
        if self.transport.get_write_buffer_size():
            connection = self.transport.get_extra_info("socket")
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO.size)
            acknowledged: int = TCP_INFO.unpack(info)[0]
            return acknowledged
        answered = self.answered or (self.cycle is not None and self.cycle.response_complete)
        return -1 if self.in_body and answered else None

    def refuse(self, problem: Problem) -> None:
        """Refuse a request whose head is not whole."""
        if not self.transport.is_closing():
            self.transport.write(as_bytes(problem))
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse a request that the parser does not take, with its reason."""
        fault = sys.exception()
        if isinstance(fault, HttpParserInvalidURLError):
            msg = BAD_URI
        elif fault is not None and not isinstance(fault, HttpParserCallbackError):
            msg = f"Not a valid HTTP request: {fault}."
        self.refuse(bad_request(msg))

    def on_message_begin(self) -> None:
        """Begin a request."""
        self.send_or_defer()
        super().on_message_begin()
        self.in_head = True
        self.answered = False

    def on_headers_complete(self) -> None:
        """Answer at once from the cache, or begin to answer.

        The parser reads neither the body of a request that asks for an upgrade nor a request after it.
        """
        self.in_head = False
        self.in_body = True
        self.head = 0
        self.stop_waiting()
        if len(self.url) > MAX_URL or len(self.pipeline) >= MAX_PIPELINED:
            self.answered = True
            self.refuse(TOO_LONG if len(self.url) > MAX_URL else TOO_MANY)
            return
        if self.is_simple():
            key = request_key("GET", self.url, self.headers)
            if self.serve_cached(key):
                self.answered = True
                return
            self.keep_alive = self.parser.should_keep_alive()
            if self.front.begin(self, key):
                return
        if not self.parser.should_upgrade():
            super().on_headers_complete()
        elif WITH_BODY & dict(self.headers).keys():
            self.answered = True
            self.refuse(NO_UPGRADE)
        else:
            super().on_headers_complete()
            self.cycle.keep_alive = False

    def begin(self, begun: RunningRequest) -> None:
        """Take note that an executor answers the request that waits."""
        self.waiting, self.begun = None, begun
        begun.job.hand_over = begun.job.link.on_frame = self.send_or_defer

    def send_or_defer(self) -> None:
        """Send the answer that an executor was asked for, if it is there and whole; else wait in a task.

        Half of the front's time for a short answer would go into the task and its messages. This is called as
        the answer begins; where it takes long; and where the connection goes on or is to end before.
        """
        waiting, begun = self.waiting, self.begun
        self.waiting = self.begun = None
        if waiting is not None:
            self.front.pool.give_up(waiting)
            self.wait_in_task({WAITING_SINCE: waiting.since})
        if begun is None:
            return
        begun.job.hand_over = begun.job.link.on_frame = None
        answer = None if self.transport.is_closing() else self.front.whole_answer(begun)
        if answer is None:
            self.wait_in_task({BEGUN: begun})
            return
        self.send_whole(answer)
        self.on_response_complete()

    def may_look_up(self) -> bool:
        """Tell whether the front may answer itself: so often for what comes in at once, be it pipelined."""
        self.looked_up += 1
        return self.looked_up <= MAX_AT_ONCE

    def send_whole(self, answer: bytes) -> None:
        """Send an answer that is whole but for the headers of the server."""
        status, _, rest = answer.partition(b"\r\n")
        own = header_lines(self.server_state.default_headers)
        if not self.keep_alive:
            own += b"connection: close\r\n"
        self.transport.write(b"".join((status, b"\r\n", own, rest)))
        if not self.keep_alive:
            self.transport.close()

    def wait_in_task(self, members: dict[str, Any]) -> None:
        """Have a task wait for an answer: one that takes long, or is not whole, or that nobody takes."""
        path, _, query = self.url.partition(b"?")
        scope = cast("dict[str, Any]", self.scope)
        scope |= {"method": "GET", "path": path.decode(), "raw_path": path, "query_string": query} | members
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=self.keep_alive,
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        self._start_asgi_task(self.cycle, self.app)

    def is_simple(self) -> bool:
        """Return whether a request is a GET of HTTP/1.1, the only one, and the client takes answers."""
        return (
            self.parser.get_method() == b"GET"
            and not self.parser.should_upgrade()
            and self.parser.get_http_version() == "1.1"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
        )

    def serve_cached(self, key: bytes) -> bool:
        """Send the cached answer; return whether there was one."""
        began = time.perf_counter()
        cached = self.front.cached(key, self.headers)
        if cached is None:
            return False
        identity = (b"x-request-id", self.front.next_id().encode())
        own = header_lines((identity, *self.server_state.default_headers))
        if len(cached.body) < COPIED:
            self.transport.write(b"".join((cached.head, own, b"\r\n", cached.body)))
        else:
            self.transport.write(b"".join((cached.head, own, b"\r\n")))
            self.transport.write(cached.body)
        self.front.count_cached(self.url, time.perf_counter() - began)
        return True

    def on_body(self, body: bytes) -> None:
        """Take a part of a body; one of a request that has its answer already is of no use."""
        if not self.answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request; go on with the next one of the connection, if it is to stay open."""
        self.in_body = False
        self.in_line = True
        if self.waiting is not None or self.begun is not None:
            return
        if not self.answered:
            super().on_message_complete()
            return
        if self.parser.should_keep_alive():
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            self.transport.close()


class Listener(uvicorn.Server):
    """A server on sockets that are bound already; signals are for whoever started it."""

    def __init__(self, front: Front, grace: int) -> None:
        """Serve an app; at a stop, requests under way have `grace` seconds."""
        for name in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).disabled = True  # the front has a log of its own
        super().__init__(
            uvicorn.Config(
                front,
                http=type("Connection", (Connection,), {"front": front}),
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # the front trusts a proxy only with --trust-proxy
                timeout_keep_alive=IDLE_TIME,
                timeout_graceful_shutdown=grace,
            )
        )

    async def on_tick(self, counter: int) -> bool:
        """Look for clients that have stalled, once in ten ticks of 0.1 seconds."""
        if counter % 10 == 0:
            now = time.monotonic()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.cut_when_stalled(now)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals as they are."""
        yield

    def begin(self, bound: socket.socket) -> Any:  # noqa: ANN401 - a coroutine
        """Return what serves until `should_exit` is set."""
        return self.serve(sockets=[bound])
