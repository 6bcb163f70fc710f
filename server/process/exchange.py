"""A request as it comes in, and its way back to the client."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wicara.server.process.messages import encoded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wicara.server.process.messages import Reply

    Scope = dict[str, Any]
    Receive = Callable[[], Awaitable[dict[str, Any]]]
    Send = Callable[[dict[str, Any]], Awaitable[None]]

WRITES: Final = frozenset({"POST", "PUT", "DELETE", "PATCH"})
DROPPED: Final = 1 << 24
"""Bytes over its limit that are still taken in of a body."""
HIT: Final = b"cache;desc=hit, total;dur=0.0"
WITH_BODY: Final = frozenset({b"content-length", b"transfer-encoding"})

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Link, Retry-After, Server-Timing, "
    "Wicara-Truncated",
}
"""Anyone's page may read: nothing here is secret, and a query changes nothing."""
EVERY_REPLY: Final = encoded((SECURITY | CORS).items())
"""The headers of every answer."""


class ClientGone(Exception):  # noqa: N818 - it is no fault of anybody
    """The client has closed its connection."""


class Broken(Exception):  # noqa: N818 - what it says is meant for the HTTP server
    """The answer broke off after its first byte: the connection must break too."""


class TooLong(Exception):  # noqa: N818 - a refusal
    """The body is longer than the limit that this carries."""


@dataclass
class Exchange:
    """A request as it came in, and what was answered so far."""

    method: str
    path: str
    scope: Scope
    headers: dict[bytes, bytes]
    receive: Receive
    send: Send
    id: str
    began: float
    status: int = 0
    cached: bool = False
    queued: float = 0.0
    """Seconds that it waited for an executor."""

    @property
    def accept(self) -> str | None:
        """Return the Accept header."""
        value = self.headers.get(b"accept")
        return None if value is None else value.decode("latin-1")

    @property
    def codings(self) -> set[str]:
        """Return the content codings of the body, in lower case."""
        fields = [value for name, value in self.scope["headers"] if name == b"content-encoding"]
        names = b",".join(fields).decode("latin-1").lower().split(",")
        return {name.strip() for name in names} - {""}

    @property
    def writes(self) -> bool:
        """Tell whether the request is one to change the dataset."""
        if self.path == "/update":
            return self.method == "POST"
        return self.method in WRITES and (self.path == "/store" or self.path.startswith("/store/"))

    async def start(self, reply: Reply) -> None:
        """Send status and headers, with those that every answer has."""
        self.status = reply.status
        total = time.perf_counter() - self.began
        timing = b"queue;dur=%.1f, total;dur=%.1f" % (self.queued * 1000, total * 1000)
        headers = [
            *reply.headers,
            *EVERY_REPLY,
            (b"x-request-id", self.id.encode()),
            (b"server-timing", HIT if self.cached else timing),
        ]
        await self.send({"type": "http.response.start", "status": reply.status, "headers": headers})

    async def answer(self, reply: Reply) -> None:
        """Send a whole reply."""
        await self.start(reply)
        body = b"" if self.method == "HEAD" else reply.body
        await self.send({"type": "http.response.body", "body": body})

    async def until_gone(self) -> None:
        """Wait until the client has closed its connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def body(self, most: int) -> bytes:
        """Return the body; raises TooLong, or ClientGone where the client leaves before its end.

        A body that is somewhat too long is taken in all the same, and dropped: a client that is still sending
        would not hear the answer.
        """
        declared = self.headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most + DROPPED:
            raise TooLong(most)
        whole = bytearray()
        size, more = 0, bool(WITH_BODY & self.headers.keys())
        while more and size <= most + DROPPED:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part = message.get("body", b"")
            size += len(part)
            more = message.get("more_body", False)
            if size <= most:
                whole += part
        if size > most:
            raise TooLong(most)
        return bytes(whole)
