"""Bodies that are written rather than read: pyoxigraph writes its results into a file, chunk by chunk."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final, Protocol

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


HELD: Final = 1 << 16
"""Bytes of a body that are held back, so that an error among them still has its own status."""
PART: Final = 1 << 13
"""Characters of a text that are written at once."""


class Sink(Protocol):
    """Where a body is written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes and return how many."""

    def flush(self) -> None:
        """Do nothing that the writer could rely on; writers of files call it."""


def write_all(pieces: Iterable[str], sink: Sink) -> None:
    """Write pieces of text into a sink, some thousands of characters at once."""
    part: list[str] = []
    size = 0
    for piece in pieces:
        part.append(piece)
        size += len(piece)
        if size >= PART:
            sink.write("".join(part).encode())
            part, size = [], 0
    sink.write("".join(part).encode())


class Pushed:
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


def pushed(write_to: Callable[[Sink], object], headers: Mapping[str, str]) -> Response:
    """Return a response whose body a function writes."""
    return Response(Pushed(write_to), headers=dict(headers), direct_passthrough=True)
