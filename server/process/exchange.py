"""A request as it comes in, its way to an executor and back to the client."""

from __future__ import annotations

import asyncio
import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from wicara.server.http.conditional import content_range, is_divisible, wanted_part
from wicara.server.http.problems import Problem, bad_request, rendered
from wicara.server.process.messages import UNCHUNKED, Reply, Request, encoded, header_lines
from wicara.server.process.pool import Stopped

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from wicara.server.process.messages import Headers
    from wicara.server.process.pool import Generation, Job
    from wicara.server.process.versions import WriteStopped
    from wicara.server.settings import Limits

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

WRITES: Final = frozenset({"POST", "PUT", "DELETE", "PATCH"})
DISCARDED: Final = 1 << 24
"""Bytes over its limit that are still received of a body."""
BODY_TIME: Final = 60
"""Seconds that a body may take to come in."""
CACHE_HIT: Final = b"cache;desc=hit, total;dur=0.0"
WITH_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})
NOT_FORWARDED: Final = (b"x-forwarded-", b"forwarded", b"wicara-", b"transfer-encoding", b"expect")
"""The beginnings of headers that an executor does not get: those that nobody but a trusted proxy, or this
server itself, may set, and those of a connection whose body has been read whole (RFC 9110, section 7.6.1)."""
SCHEME: Final = re.compile("https?")
HOST: Final = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-Range, Range",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Location, Content-Range, ETag, Link, "
    "Repr-Digest, Retry-After, Server-Timing, Wicara-Truncated, Wicara-Unknown-Terms",
}
"""Anyone's page may read: nothing here is secret, and a query changes nothing."""
EVERY_REPLY: Final = encoded((SECURITY | CORS).items())
"""The headers of every answer."""
EVERY_REPLY_LINES: Final = header_lines(EVERY_REPLY)
POLICY: Final = b"content-security-policy"
EXCEPT_POLICY: Final = [header for header in EVERY_REPLY if header[0] != POLICY]
"""The headers of an answer that has a policy of its own, such as a page for frames of other sites."""
EXCEPT_POLICY_LINES: Final = header_lines(EXCEPT_POLICY)
STATUS_LINES: Final = {
    status.value: b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()) for status in HTTPStatus
}
BEGUN: Final = "wicara.begun"
"""The member of an ASGI scope whose request an executor answers already: a `RunningRequest`."""
WAITING_SINCE: Final = "wicara.waiting_since"
"""The member of one whose request waits for an executor since a time of the monotonic clock."""


class ClientGone(Exception):  # noqa: N818 - it is no fault of anybody
    """The client has closed its connection."""


class Broken(Exception):  # noqa: N818 - what it says is meant for the HTTP server
    """The answer broke off after its first byte: the connection must break too."""


class Rejected(Problem):
    """A request that a limit refuses; `by` is the name of the limit in the metrics."""

    def __init__(
        self,
        by: str,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        """Keep the name of the limit; the rest as any problem."""
        super().__init__(status, detail, headers, **members)
        self.by = by


@dataclass
class ReplyContext:
    """A request as it was asked, and what is to be done with its answer."""

    key: bytes
    """What its answer is cached under."""
    generation: Generation | None
    """The version that answers it."""
    exchange_id: str
    began: float
    queued: float
    """Seconds that it waited for an executor."""


@dataclass
class RunningRequest(ReplyContext):
    """A request that an executor answers."""

    job: Job
    seconds: float
    """How long it may take."""


def own_headers(exchange_id: str, queued: float, total: float) -> Headers:
    """Return the headers of one answer alone: its id, and the seconds that it waited and took."""
    timing = b"queue;dur=%.1f, total;dur=%.1f" % (queued * 1000, total * 1000)
    return [(b"x-request-id", exchange_id.encode()), (b"server-timing", timing)]


def forwarded(headers: Headers) -> Headers:
    """Return the headers of a request that an executor gets."""
    return [header for header in headers if not header[0].startswith(NOT_FORWARDED)]


def whole_reply(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """Return a reply with its length."""
    return Reply(status, encoded([*headers.items(), ("Content-Length", str(len(body)))]), body)


def not_stored(status: HTTPStatus, media_type: str, body: bytes) -> Reply:
    """Return a reply that no cache stores."""
    return whole_reply(status.value, {"Content-Type": media_type, "Cache-Control": "no-store"}, body)


def json_reply(status: HTTPStatus, members: dict[str, Any]) -> Reply:
    """Return a reply in JSON that no cache stores."""
    return not_stored(status, "application/json", json.dumps(members).encode())


def partial(reply: Reply, headers: Headers) -> Reply:
    """Return the part of a whole reply that a request wants, if it wants one; raises Problem 416."""
    etag, size = reply.header(b"etag"), len(reply.body)
    if not is_divisible("GET", reply.status, etag):
        return reply
    part = wanted_part(headers, etag, size)
    if part is None:
        return reply
    remaining = [header for header in reply.headers if header[0] != b"content-length"]
    remaining += [content_range(*part, size), (b"content-length", b"%d" % (part[1] - part[0]))]
    return Reply(HTTPStatus.PARTIAL_CONTENT.value, remaining, reply.body[slice(*part)])


@dataclass
class Exchange:
    """A request as it came in (ASGI 3.0), and what was answered so far."""

    scope: Scope
    receive: Receive
    send: Send
    id: str
    headers: dict[bytes, bytes] = field(init=False)
    began: float = field(default_factory=time.perf_counter)
    status: int = 0
    from_cache: bool = False
    queued: float = 0.0
    """Seconds that it waited for an executor."""

    def __post_init__(self) -> None:
        """Read the request line."""
        self.method: str = self.scope["method"]
        self.path: str = self.scope["path"]
        self.headers = dict(self.scope["headers"])

    @property
    def accept(self) -> str | None:
        """Return the Accept header."""
        return self.header(b"accept")

    def header(self, name: bytes) -> str | None:
        """Return the value of a header, the last one of several, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def forwarded(self, name: bytes) -> str:
        """Return what the nearest proxy says in a header: the last value of a list, or nothing."""
        return self.headers.get(name, b"").rpartition(b",")[2].strip().decode("latin-1")

    def client(self, *, trust_proxy: bool) -> str:
        """Return the address of the client: the peer's, or the one that a trusted proxy gives."""
        if trust_proxy:
            with suppress(ValueError):
                return str(ip_address(self.forwarded(b"x-forwarded-for")))
        peer = self.scope.get("client")
        return peer[0] if peer else ""

    @property
    def writes(self) -> bool:
        """Return whether the request is one to change the dataset."""
        if self.path in {"/update", "/update/"}:
            return self.method == "POST"
        return self.method in WRITES and (self.path == "/store" or self.path.startswith("/store/"))

    def request(self, body: bytes, *, trust_proxy: bool) -> Request:
        """Return the request for an executor; only a trusted proxy may name another host or scheme."""
        scope = self.scope
        scheme = scope["scheme"]
        headers = forwarded(scope["headers"])
        if trust_proxy:
            if SCHEME.fullmatch(named := self.forwarded(b"x-forwarded-proto")):
                scheme = named
            if HOST.fullmatch(host := self.forwarded(b"x-forwarded-host")):
                headers = [header for header in headers if header[0] != b"host"] + [(b"host", host.encode())]
        if scope["http_version"] == "1.0":
            headers.append((UNCHUNKED, b"1"))
        client = self.client(trust_proxy=trust_proxy)
        return Request(self.method, scope["raw_path"], scope["query_string"], scheme, client, headers, body)

    async def start(self, reply: Reply) -> None:
        """Send status and headers, with those that every answer has."""
        self.status = reply.status
        total = time.perf_counter() - self.began
        own = own_headers(self.id, self.queued, total)
        if self.from_cache:
            own[-1] = (b"server-timing", CACHE_HIT)
        common = EXCEPT_POLICY if reply.header(POLICY) else EVERY_REPLY
        headers = [*reply.headers, *common, *own]
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})

    async def answer(self, reply: Reply) -> None:
        """Send a whole reply, or the part of it that is wanted; raises Problem 416 for one that is none."""
        if self.method == "GET" and b"range" in self.headers:
            reply = partial(reply, self.scope["headers"])
        await self.start(reply)
        body = b"" if self.method == "HEAD" else reply.body
        await self.send({"type": "http.response.body", "body": body})

    async def hand_to(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        """Have another ASGI app answer; its answers get the headers that every one has."""

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                own = own_headers(self.id, self.queued, time.perf_counter() - self.began)
                message["headers"] = [*message.get("headers", ()), *EVERY_REPLY, *own]
            await self.send(message)

        await app(self.scope, self.receive, send)

    async def refuse(self, problem: Problem) -> None:
        """Send a problem in the form that the client prefers."""
        body, headers = rendered(problem, self.accept)
        await self.answer(whole_reply(problem.status.value, headers, body))

    async def until_gone(self) -> None:
        """Wait until the client has closed its connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def body(self, most: int) -> bytes:
        """Return the body of at most so many bytes.

        Raises Rejected 413 for a longer one, Problem 400 where the client leaves before its end, 408 where
        it does not come in, and 415 for one in a content coding (RFC 9110, section 15.5.16).
        """
        if not WITH_BODY & self.headers.keys():
            return b""
        fields = [value for name, value in self.scope["headers"] if name == b"content-encoding"]
        names = b",".join(fields).decode("latin-1").lower().split(",")
        if codings := {name.strip() for name in names} - {"", "identity"}:
            raise Problem(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"Content coding {', '.join(sorted(codings))} is not supported; send the body uncoded.",
                {"Accept-Encoding": "identity"},
            )
        try:
            async with asyncio.timeout(BODY_TIME):
                return await self.received(most)
        except TimeoutError as fault:
            detail = f"The body did not arrive within {BODY_TIME} seconds."
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail) from fault

    async def received(self, most: int) -> bytes:
        """Return the body; raises Rejected 413, and Problem 400 where it ends early.

        One that is somewhat too long is received all the same, and discarded: a client that is still sending
        would not hear the answer.
        """
        declared = self.headers.get(b"content-length", b"0")
        size = int(declared) if declared.isdigit() and int(declared) > most + DISCARDED else 0
        whole, more = bytearray(), not size
        while more and size <= most + DISCARDED:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                detail = "The body is shorter than its Content-Length, or its chunks are malformed."
                raise bad_request(detail)
            part = message.get("body", b"")
            size += len(part)
            more = message.get("more_body", False)
            if size <= most:
                whole += part
        if size > most:
            raise Rejected(
                "body",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The body is longer than {most} bytes (--max-query, --max-upload).",
                {"Connection": "close"},
            )
        return bytes(whole)


# What a request gets whose executor or writer was stopped, or that found none free in time.


RETRY: Final = {"Retry-After": "1"}
EFFECTS: Final = {
    "no": "Nothing was changed.",
    "unknown": "It was applied completely or not at all. Check the data before you send it again.",
}
"""What is known of the effect of a write that was stopped."""


def busy(limit: str, detail: str) -> Rejected:
    """Return the problem of a request that gets no executor in time."""
    return Rejected(limit, HTTPStatus.SERVICE_UNAVAILABLE, detail, RETRY, limit="executors")


def query_stopped(why: Stopped | None, seconds: float, limits: Limits) -> Problem:
    """Return the problem of a request whose executor was stopped (`why`), or ended by itself (None)."""
    unavailable = HTTPStatus.SERVICE_UNAVAILABLE
    if why is Stopped.DEADLINE:
        detail = (
            f"This took longer than {seconds:g} seconds and was stopped. Try again in a moment, or ask "
            f"for less: a narrower filter, or LIMIT in a query. The limit is {limits.timeout:g} seconds "
            "(--timeout)."
        )
        return Problem(unavailable, detail, limit="timeout", seconds=seconds)
    if why is Stopped.SLOW_LANE_FULL:
        detail = "Too many slow queries are running; this one was stopped for others. Try again soon."
        return Problem(unavailable, detail, RETRY, limit="slow_lane")
    if why is Stopped.SHUTDOWN:
        return Problem(unavailable, "The server is stopping.", RETRY)
    return Problem(unavailable, process_ended("query", limits), limit="memory")


def process_ended(what: str, limits: Limits) -> str:
    """Return what is said of a query or an update whose process ended by itself."""
    return (
        f"The {what} ended its process: it needs more memory than the limit of "
        f"{limits.memory} MB (--memory), or it crashed the query engine."
    )


def write_stopped(fault: WriteStopped, seconds: float, limits: Limits) -> Problem:
    """Return the problem of a write that was stopped: what is known of its effect, and why it was stopped."""
    unavailable, effect = HTTPStatus.SERVICE_UNAVAILABLE, EFFECTS[fault.applied]
    if fault.late:
        detail = (
            f"The update was stopped after {seconds:g} seconds; the limit of this server is "
            f"{limits.timeout:g} seconds (--timeout). {effect}"
        )
        return Problem(unavailable, detail, limit="timeout", seconds=seconds, applied=fault.applied)
    detail = f"{process_ended('update', limits)} {effect}"
    return Problem(unavailable, detail, limit="memory", applied=fault.applied)
