"""The cache: answers by request, for one version of the dataset, the latest used ones."""

from __future__ import annotations

from collections import OrderedDict
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from wicara.server.http.conditional import is_unchanged
from wicara.server.process.exchange import (
    CACHE_HIT,
    EVERY_REPLY_LINES,
    EXCEPT_POLICY_LINES,
    POLICY,
    STATUS_LINES,
)
from wicara.server.process.messages import Reply, header_lines, headers_in

if TYPE_CHECKING:
    from collections.abc import Sequence

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
IN_304: Final = frozenset({b"etag", b"vary", b"cache-control", b"content-location", b"link"})

LARGEST: Final = 2
"""An answer may take this part of the cache."""
OVERHEAD: Final = 1000
"""Bytes that an entry costs beside its bodies, about."""


class CachedResponse:
    """A reply in the cache: headers as lines, and the body in parts; the rest is made when it is served."""

    def __init__(self, lines: bytes, parts: Sequence[bytes], size: int) -> None:
        """Hold a reply whose entry takes so many bytes."""
        self.lines, self.parts, self.size = lines, parts, size

    @cached_property
    def body(self) -> bytes:
        """The body, put together once: most large answers are never asked for again."""
        parts, self.parts = self.parts, ()
        return b"".join(parts)

    @cached_property
    def reply(self) -> Reply:
        """The reply."""
        return Reply(HTTPStatus.OK.value, headers_in(self.lines), self.body)

    @cached_property
    def head(self) -> bytes:
        """Status and headers as lines, each with its end."""
        timing = header_lines([(b"server-timing", CACHE_HIT)])
        common = EXCEPT_POLICY_LINES if POLICY in self.lines else EVERY_REPLY_LINES
        return b"".join((STATUS_LINES[HTTPStatus.OK], self.lines, common, timing))

    def reply_to(self, method: str, headers: Headers) -> Reply:
        """Return the reply, or the 304 for a client that has it already."""
        known = b", ".join(value for name, value in headers if name == b"if-none-match").decode("latin-1")
        if not is_unchanged(method, known, self.reply.header(b"etag").decode("latin-1")):
            return self.reply
        return Reply(
            HTTPStatus.NOT_MODIFIED.value, [header for header in self.reply.headers if header[0] in IN_304]
        )


class Cache:
    """Replies by request, up to a number of bytes."""

    def __init__(self, megabytes: int) -> None:
        """Hold nothing yet."""
        self.room = megabytes << 20
        self.largest = self.room // LARGEST - OVERHEAD
        self.used = 0
        self.gathered = 0
        """Bytes of answers under way that are to be held."""
        self.replies: OrderedDict[bytes, CachedResponse] = OrderedDict()

    def get(self, key: bytes) -> CachedResponse | None:
        """Return the reply of a request, or None."""
        cached = self.replies.get(key)
        if cached is not None:
            self.replies.move_to_end(key)
        return cached

    def put(self, key: bytes, status: int, lines: bytes, parts: Sequence[bytes]) -> None:
        """Hold a reply that may be served again and has its body, if it and its request are not too large.

        What was not used for longest goes.
        """
        length = sum(map(len, parts))
        size = length + len(key) + OVERHEAD
        lined = b"\n" + lines
        is_whole = b"\ncontent-length: %d\r\n" % length in lined
        if status != HTTPStatus.OK or not is_whole or b"\netag: " not in lined:
            return
        if size * LARGEST > self.room or key in self.replies:
            return
        self.replies[key] = CachedResponse(lines, parts, size)
        self.used += size
        while self.used > self.room:
            self.used -= self.replies.popitem(last=False)[1].size

    def clear(self) -> None:
        """Forget everything: there is another version."""
        self.replies.clear()
        self.used = 0


class Gathered:
    """The parts of an answer that goes out in pieces, as long as all such have room beside what is held."""

    def __init__(self, cache: Cache, *, wanted: bool) -> None:
        """Have no part yet, and take none where the answer is not wanted."""
        self.cache, self.wanted = cache, wanted
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> None:
        """Take a part; drop all where they get too large."""
        if not self.wanted:
            return
        self.parts.append(part)
        self.size += len(part)
        self.cache.gathered += len(part)
        if self.size > self.cache.largest or self.cache.gathered > self.cache.room:
            self.drop()

    def drop(self) -> None:
        """Let go of the parts, and take no more."""
        self.cache.gathered -= self.size
        self.wanted, self.parts, self.size = False, [], 0


def request_key(method: str, url: bytes, headers: Headers, body: bytes = b"") -> bytes:
    """Return what tells a request from others that may be answered otherwise."""
    seen = [b"%s: %s" % header for header in headers if header[0] in NEGOTIATED]
    return b"\n".join((method.encode(), url, *seen, b"", body))


def key_in(scope: dict[str, Any], body: bytes = b"") -> bytes:
    """Return the key of a request that came in with an ASGI scope; that of HEAD is that of GET."""
    query = scope["query_string"]
    url = scope["raw_path"] + b"?" + query if query else scope["raw_path"]
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return request_key(method, url, scope["headers"], body)


def is_cacheable(reply: Reply) -> bool:
    """Return whether a reply may be served again: a success with an ETag, of a download with its checksum."""
    is_download = reply.header(b"content-disposition").startswith(b"attachment")
    has_all = reply.header(b"etag") and (not is_download or reply.header(b"repr-digest"))
    return reply.status == HTTPStatus.OK.value and bool(has_all)
