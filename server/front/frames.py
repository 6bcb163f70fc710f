"""Messages between the front and its processes: a kind, a length, the payload.

An answer is whole (`ANSWER`), or a `BEGIN`, any number of `CHUNK`, and an `END`. One that ends with `ABORT`,
or with the process, is not whole, and the front breaks the client's connection.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER: Final = Struct("!cI")
SIZE: Final = Struct("!I")

REQUEST: Final = b"Q"
FORK: Final = b"F"
FORKED: Final = b"K"
ADOPT: Final = b"P"
HELLO: Final = b"H"
FAULT: Final = b"X"
ANSWER: Final = b"A"
BEGIN: Final = b"B"
CHUNK: Final = b"C"
END: Final = b"E"
ABORT: Final = b"Z"

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Request:
    """A request as it goes to an executor; the header names are in lower case."""

    method: str
    path: bytes
    query: bytes
    scheme: str
    client: str
    headers: Headers
    body: bytes = b""

    @property
    def form(self) -> bytes:
        """Return the body where its content type is that of a form, else nothing."""
        media_type = dict(self.headers).get(b"content-type", b"").partition(b";")[0].strip().lower()
        return self.body if media_type == b"application/x-www-form-urlencoded" else b""

    def packed(self) -> bytes:
        """Return the payload of a REQUEST."""
        lines = [self.method.encode(), self.path, self.query, self.scheme.encode(), self.client.encode()]
        return packed(lines, self.headers, self.body)

    @classmethod
    def unpacked(cls, payload: bytes) -> Request:
        """Return the request of a payload."""
        (method, path, query, scheme, client), headers, body = unpacked(payload, 5)
        return cls(method.decode(), path, query, scheme.decode(), client.decode(), headers, body)


def last_field(form: bytes, name: bytes) -> bytes | None:
    """Return the last value of a field in a query string or form, percent-encoded; None without the field.

    The bytes are searched and no other field is decoded, so that a long form costs little.
    """
    field = name + b"="
    start = form.rfind(b"&" + field) + 1
    if not form.startswith(field, start):
        return None
    end = form.find(b"&", start)
    return form[start + len(field) : end if end >= 0 else len(form)]


@dataclass(frozen=True)
class Reply:
    """The answer to a request, or its head where the body follows in chunks."""

    status: int
    headers: Headers
    body: bytes = b""

    @classmethod
    def unpacked(cls, payload: bytes) -> Reply:
        """Return the reply of the payload of an ANSWER or a BEGIN."""
        (status,), headers, body = unpacked(payload, 1)
        return cls(int(status), headers, body)

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, empty where it is not there."""
        return next((value for found, value in self.headers if found == name), b"")


def told_in(payload: bytes) -> dict[str, Any]:
    """Return what a payload in JSON tells."""
    told: dict[str, Any] = json.loads(payload)
    return told


def packed(lines: Iterable[bytes], headers: Headers, body: bytes = b"") -> bytes:
    """Return lines and headers as a head that tells its length, and a body after it."""
    head = b"\n".join([*lines, *(name + b":" + value for name, value in headers)])
    return b"".join((SIZE.pack(len(head)), head, body))


def unpacked(payload: bytes, lines: int) -> tuple[list[bytes], Headers, bytes]:
    """Return the first lines, the headers and the body of what `packed` made."""
    end = SIZE.size + SIZE.unpack_from(payload)[0]
    head = payload[SIZE.size : end].split(b"\n")
    headers = [(name, value) for name, _, value in (line.partition(b":") for line in head[lines:])]
    return head[:lines], headers, payload[end:]


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return a message as bytes."""
    return HEADER.pack(kind, len(payload)) + payload
