"""Bodies that are written rather than read: pyoxigraph writes its results into a file, chunk by chunk."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wicara.graph.xml_text import Sink


HELD: Final = 1 << 16
"""Bytes of a body that are held back, so that an error among them still has its own status."""


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
