"""Ranges of bytes (RFC 9110, section 14): the part of a representation that a request wants.

Single ranges only: a request for several gets the whole, as section 14.2 allows.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from wicara.server.http.problems import Problem

if TYPE_CHECKING:
    from wicara.server.process.messages import Headers

RANGE: Final = re.compile(rb"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
UNIT: Final = (b"accept-ranges", b"bytes")


def is_divisible(method: str, status: int, etag: bytes) -> bool:
    """Return whether parts of an answer can be had: a strong tag tells that they are of the same bytes."""
    return method in {"GET", "HEAD"} and status == HTTPStatus.OK and etag.startswith(b'"')


def wanted_part(headers: Headers, etag: bytes, size: int) -> tuple[int, int] | None:
    """Return where the part that a request wants begins and ends (exclusive); None for the whole.

    The whole is right where the header is malformed, and where If-Range names another version (section
    13.1.5). Raises Problem 416 for a part that begins after the last byte.
    """
    fields = dict(headers)
    match = RANGE.fullmatch(fields.get(b"range", b""))
    if match is None or fields.get(b"if-range", etag).strip() != etag:
        return None
    first, last = match.groups()
    if not (first or last) or (first and last and int(last) < int(first)):
        return None
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    if begin >= size:
        detail = f"The representation has {size} bytes; the range begins after the last one."
        raise Problem(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, detail, {"Content-Range": f"bytes */{size}"}
        )
    return begin, end


def content_range(begin: int, end: int, size: int) -> tuple[bytes, bytes]:
    """Return the header that says which part of how many bytes an answer holds."""
    return b"content-range", b"bytes %d-%d/%d" % (begin, end - 1, size)
