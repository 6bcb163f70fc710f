"""Answers that are given again: kept by request, for one version of the dataset, the latest used ones."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from wicara.server.process.exchange import EVERY_REPLY, HIT
from wicara.server.process.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Hashable

    from wicara.server.process.messages import Headers

NEGOTIATED: Final = frozenset(
    {
        b"accept",
        b"accept-language",
        b"accept-encoding",
        b"content-type",
        b"host",
        b"x-forwarded-host",
        b"x-forwarded-proto",
    }
)
"""The headers that an answer may depend on, beside the request's address and body."""
CONDITIONAL: Final = frozenset({"GET", "HEAD", "QUERY"})
"""The methods that If-None-Match means something to."""
KEPT_BY_304: Final = frozenset({b"etag", b"vary", b"cache-control", b"content-location", b"link"})

LARGEST: Final = 8
"""An answer may take this part of the cache."""
OVERHEAD: Final = 1000
"""Bytes that an entry costs beside its body, about."""


class Kept:
    """A reply that is kept; how its head begins on the wire is put together when it is given again."""

    def __init__(self, reply: Reply) -> None:
        """Keep a reply."""
        self.reply = reply
        self.body = reply.body

    @cached_property
    def head(self) -> bytes:
        """Return status and headers as lines, each with its end."""
        lines = [f"HTTP/1.1 {self.reply.status} {HTTPStatus(self.reply.status).phrase}".encode()]
        lines += [
            b"%s: %s" % header for header in (*self.reply.headers, *EVERY_REPLY, (b"server-timing", HIT))
        ]
        return b"".join(line + b"\r\n" for line in lines)


class Cache:
    """Replies by request, up to a number of bytes."""

    def __init__(self, megabytes: int) -> None:
        """Keep nothing yet."""
        self.room = megabytes << 20
        self.used = 0
        self.replies: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable) -> Kept | None:
        """Return the reply of a request, or None."""
        kept = self.replies.get(key)
        if kept is not None:
            self.replies.move_to_end(key)
        return kept

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep a reply, if it is not too large; what was not used for longest goes."""
        size = len(reply.body) + OVERHEAD
        if size * LARGEST > self.room or key in self.replies:
            return
        self.replies[key] = Kept(reply)
        self.used += size
        while self.used > self.room:
            _, gone = self.replies.popitem(last=False)
            self.used -= len(gone.body) + OVERHEAD

    def clear(self) -> None:
        """Forget everything: there is another version."""
        self.replies.clear()
        self.used = 0


def key_of(method: str, url: bytes, headers: Headers, body: bytes = b"") -> Hashable:
    """Return what tells a request from others that may be answered otherwise."""
    return method, url, body, *(header for header in headers if header[0] in NEGOTIATED)


def key_in(scope: dict[str, Any], body: bytes = b"") -> Hashable:
    """Return the key of a request that came in with an ASGI scope."""
    query = scope["query_string"]
    url = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    return key_of(scope["method"], url, scope["headers"], body)


def is_kept(reply: Reply) -> bool:
    """Tell whether a reply may be given again: a success that has an ETag."""
    return reply.status == HTTPStatus.OK.value and bool(reply.header(b"etag"))


def conditional(reply: Reply, headers: Headers) -> Reply:
    """Return a kept reply, or the 304 for a client that has it already (RFC 9110, section 13.1.2).

    A tag has its quotes with it, so a list that contains it as text lists it.
    """
    tag = reply.header(b"etag")
    known = (value for name, value in headers if name == b"if-none-match")
    if not any(tag in value or value.strip() == b"*" for value in known):
        return reply
    kept = [each for each in reply.headers if each[0] in KEPT_BY_304]
    return Reply(HTTPStatus.NOT_MODIFIED.value, kept)
