"""Entity tags (RFC 9110, section 8.8.3) that tell the dataset's version: `"<version>.<hash>[-coding]"`.

A tag that a client holds is current for as long as the dataset has not changed, whatever it is the tag of.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from wicara.server.http.problems import Problem

from wicara import __version__

if TYPE_CHECKING:
    from wicara.server.process.messages import Headers

DIGITS: Final = 16
"""Hexadecimal digits of the version and of the hash."""
CONDITIONAL: Final = frozenset({"GET", "HEAD", "QUERY"})
"""The methods for which If-None-Match makes a 304."""
TAG: Final = re.compile(r'(W/)?"([^"]*)"')


class Versioned(Protocol):
    """What has versions: a dataset."""

    @property
    def digest(self) -> str:
        """Return what tells this version from all others (hex)."""


def version_of(dataset: Versioned) -> str:
    """Return what tells the version of a dataset in a tag."""
    return dataset.digest[:DIGITS]


def etag(dataset: Versioned, *parts: str) -> str:
    """Return the strong tag of a representation.

    The parts are all that it depends on beside the dataset and this software.
    """
    content = "\0".join((__version__, *parts)).encode("utf-8", "surrogateescape")
    return f'"{version_of(dataset)}.{blake2b(content, digest_size=DIGITS // 2).hexdigest()}"'


def is_current(if_match: str, dataset: Versioned) -> bool:
    """Return whether an If-Match header lists a tag of the dataset's present version, or is `*`.

    Weak tags never match (section 13.1.1).
    """
    if if_match.strip() == "*":
        return True
    versions = [tag.partition(".")[0] for weak, tag in TAG.findall(if_match) if not weak]
    return version_of(dataset) in versions


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return whether an If-None-Match header lists a tag, weak or strong, or is `*` (section 13.1.2)."""
    if not if_none_match:
        return False
    own = tag.removeprefix("W/")
    return if_none_match.strip() == "*" or any(f'"{known}"' == own for _, known in TAG.findall(if_none_match))


def is_unchanged(method: str, if_none_match: str | None, tag: str) -> bool:
    """Return whether a request is answered with 304: the client has what it would get (section 13.2.2)."""
    return method in CONDITIONAL and is_known(if_none_match, tag)


# Ranges of bytes (section 14). Single ranges only: a request for several gets the whole (section 14.2).


RANGE: Final = re.compile(rb"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.IGNORECASE)
ACCEPT_RANGES: Final = (b"accept-ranges", b"bytes")


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
