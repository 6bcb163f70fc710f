"""Content codings (RFC 9110, section 8.4): which one a client likes best, and bodies written through it."""

from __future__ import annotations

import zlib
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, Protocol, cast

import brotli  # type: ignore[import-untyped] # it ships no types
import zstandard
from flask import Response
from wicara.graph.xml_text import Unflushed
from wicara.server.http.negotiation import accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wicara.graph.xml_text import Sink


HELD: Final = 1 << 16
"""Bytes of a body that are held back, so that an error among them still has its own status."""


class StreamedBody:
    """A body: a function that writes it into a sink.

    An executor calls the function; any other WSGI server gets the bytes at once, since WSGI pulls.
    """

    def __init__(self, write_to: Callable[[Sink], object]) -> None:
        """Keep the function."""
        self.write_to = write_to

    def __iter__(self) -> Iterator[bytes]:
        """Yield the whole body."""
        whole = BytesIO()
        self.write_to(whole)
        yield whole.getvalue()


def streamed(write_to: Callable[[Sink], object], headers: Mapping[str, str]) -> Response:
    """Return a response whose body a function writes."""
    return Response(StreamedBody(write_to), headers=dict(headers), direct_passthrough=True)


SMALLEST: Final = 512
"""Bytes below which a body is sent as it is."""
PLAIN: Final = "identity"


class Compressor(Protocol):
    """What compresses piece by piece."""

    def compress(self, data: bytes, /) -> bytes:
        """Return what comes out when some bytes go in."""

    def flush(self) -> bytes:
        """Return the rest."""


def brotli_compressor() -> Compressor:
    """Begin Brotli (RFC 7932); quality 4 is about as quick as gzip."""
    compressor = brotli.Compressor(quality=4)
    return cast("Compressor", SimpleNamespace(compress=compressor.process, flush=compressor.finish))


CODINGS: Final[dict[str, Callable[[], Compressor]]] = {
    "zstd": lambda: zstandard.ZstdCompressor(level=3).compressobj(),
    "br": brotli_compressor,
    "gzip": lambda: zlib.compressobj(5, zlib.DEFLATED, 31),
}
"""The codings, the one that is preferred first; gzip with its header (31)."""


@lru_cache(maxsize=256)
def coding_for(header: str | None) -> str:
    """Return the coding for an Accept-Encoding header (RFC 9110, section 12.5.3)."""
    if not header:
        return PLAIN
    weights = weights_in(header)
    best = max(CODINGS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    return best if weight > 0 and weight >= weights.get(PLAIN, 0.0) else PLAIN


def weights_in(header: str) -> dict[str, float]:
    """Return the weight of each coding in a header."""
    as_media = ",".join(f"coding/{part.strip()}" for part in header.split(",") if part.strip())
    weights = accepted(as_media) if as_media else {}
    return {name.removeprefix("coding/"): weight for name, (weight, _) in weights.items()}


class Compressed(Unflushed):
    """A sink in front of another: what is written to it goes on compressed."""

    def __init__(self, sink: Sink, coding: str) -> None:
        """Begin with a coding of CODINGS."""
        self.sink = sink
        self.compressor = CODINGS[coding]()

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""
        out = self.compressor.compress(data)
        if out:
            self.sink.write(out)
        return len(data)

    def end(self) -> None:
        """Write the rest."""
        self.sink.write(self.compressor.flush())


def encoded(body: bytes | StreamedBody, coding: str, headers: dict[str, str]) -> bytes | StreamedBody:
    """Return a body in a content coding, and set the header that tells it; a small one stays as it is."""
    if coding == PLAIN or (isinstance(body, bytes) and len(body) < SMALLEST):
        return body
    headers["Content-Encoding"] = coding
    return through(body, coding) if isinstance(body, StreamedBody) else at_once(body, coding)


def through(body: StreamedBody, coding: str) -> StreamedBody:
    """Return a body that is coded while it is written."""

    def write_to(sink: Sink) -> None:
        compressed = Compressed(sink, coding)
        body.write_to(compressed)
        compressed.end()

    return StreamedBody(write_to)


def at_once(body: bytes, coding: str) -> bytes:
    """Return a body in a coding."""
    compressor = CODINGS[coding]()
    return compressor.compress(body) + compressor.flush()


def compress(response: Response, coding: str) -> None:
    """Give a response a content coding, if its body is worth it."""
    body = response.response
    if isinstance(body, StreamedBody):
        response.response = through(body, coding)
    elif response.is_streamed or response.direct_passthrough or len(response.get_data()) < SMALLEST:
        return
    else:
        response.set_data(at_once(response.get_data(), coding))
    response.headers["Content-Encoding"] = coding


class Hashed(Unflushed):
    """A sink in front of another: what is written to it goes on, and is hashed."""

    def __init__(self, sink: Sink) -> None:
        """Begin."""
        self.sink = sink
        self.hash = sha256()

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""
        self.hash.update(data)
        return self.sink.write(data)


def hashed(body: StreamedBody, keep: Callable[[bytes], object]) -> StreamedBody:
    """Return a body whose SHA-256 is kept once all of it is written."""

    def write_to(sink: Sink) -> None:
        through_hash = Hashed(sink)
        body.write_to(through_hash)
        keep(through_hash.hash.digest())

    return StreamedBody(write_to)
