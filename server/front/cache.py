"""Answers that are given again: kept by request, for one version of the dataset, the latest used ones."""

from __future__ import annotations

from collections import OrderedDict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from wicara.server.front.frames import Reply

if TYPE_CHECKING:
    from collections.abc import Hashable

    from wicara.server.front.frames import Headers

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
KEPT_BY_304: Final = frozenset(
    {b"etag", b"vary", b"cache-control", b"content-location", b"link", b"access-control-allow-origin"}
)

LARGEST: Final = 8
"""An answer may take this part of the cache."""
OVERHEAD: Final = 1000
"""Bytes that an entry costs beside its body, about."""


class Cache:
    """Replies by request, up to a number of bytes."""

    def __init__(self, megabytes: int) -> None:
        """Keep nothing yet."""
        self.room = megabytes << 20
        self.used = 0
        self.replies: OrderedDict[Hashable, Reply] = OrderedDict()

    def get(self, key: Hashable) -> Reply | None:
        """Return the reply of a request, or None."""
        reply = self.replies.get(key)
        if reply is not None:
            self.replies.move_to_end(key)
        return reply

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep a reply, if it is not too large; what was not used for longest goes."""
        size = len(reply.body) + OVERHEAD
        if size * LARGEST > self.room or key in self.replies:
            return
        self.replies[key] = reply
        self.used += size
        while self.used > self.room:
            _, gone = self.replies.popitem(last=False)
            self.used -= len(gone.body) + OVERHEAD

    def clear(self) -> None:
        """Forget everything: there is another version."""
        self.replies.clear()
        self.used = 0


def key_of(scope: dict[str, Any], body: bytes = b"") -> Hashable:
    """Return what tells a request from others that may be answered otherwise."""
    return (
        scope["method"],
        scope["raw_path"],
        scope["query_string"],
        body,
        *(header for header in scope["headers"] if header[0] in NEGOTIATED),
    )


def is_kept(reply: Reply) -> bool:
    """Tell whether a reply may be given again: a success that has an ETag."""
    return reply.status == HTTPStatus.OK.value and bool(reply.header(b"etag"))


def conditional(reply: Reply, headers: Headers) -> Reply:
    """Return a kept reply, or the 304 for a client that has it already (RFC 9110, section 13.1.2)."""
    known = [value for name, value in headers if name == b"if-none-match"]
    if not known:
        return reply
    tags = [tag.strip().removeprefix(b"W/") for value in known for tag in value.split(b",")]
    if b"*" not in tags and reply.header(b"etag") not in tags:
        return reply
    kept = [each for each in reply.headers if each[0] in KEPT_BY_304]
    return Reply(HTTPStatus.NOT_MODIFIED.value, kept)
