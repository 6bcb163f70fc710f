"""The reply of an executor to one request, on its way to the front: whole, in chunks, or measured first."""

from __future__ import annotations

from http import HTTPStatus
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from wicara.graph.xml_text import Unflushed
from wicara.server.http.compression import HELD, StreamedBody
from wicara.server.http.conditional import ACCEPT_RANGES, content_range, is_divisible, wanted_part
from wicara.server.http.problems import Problem
from wicara.server.process import messages

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from wicara.server.process.messages import Headers, Request

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

CHUNK: Final = 1 << 18


class ReplyWriter(Unflushed):
    """The reply to one request, a sink for its body: held back at first, then sent in chunks."""

    def __init__(self, connection: socket.socket, request: Request) -> None:
        """Answer a request."""
        self.connection = connection
        self.request = request
        self.status = b"500"
        self.headers: Headers = []
        self.parts: list[bytes] = []
        self.size = 0
        self.begun = False
        self.is_lost = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Take status and headers but Date, which the front sends: the `start_response` of WSGI."""
        if exc_info is not None and exc_info[1] is not None and self.begun:
            raise exc_info[1]
        self.status, self.headers = (
            status[:3].encode("latin-1"),
            messages.encoded(header for header in headers if header[0].lower() != "date"),
        )
        return self.write

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, empty where it is not there."""
        return next((value for found, value in self.headers if found == name), b"")

    def write(self, data: bytes, /) -> int:
        """Take some bytes of the body."""
        self.parts.append(data)
        self.size += len(data)
        if self.size >= (CHUNK if self.begun else HELD):
            self.send_parts()
        return len(data)

    def write_all(self, body: bytes | StreamedBody | Iterable[bytes]) -> None:
        """Take a body."""
        if isinstance(body, StreamedBody):
            body.write_to(self)
        else:
            for part in (body,) if isinstance(body, bytes) else body:
                self.write(part)

    def taken(self) -> bytes:
        """Return the bytes that have come together, and begin anew."""
        body = b"".join(self.parts)
        self.parts, self.size = [], 0
        return body

    def send_parts(self) -> None:
        """Send what has come together; the head before the first."""
        if not self.begun:
            self.send_head()
        parts, self.parts, self.size = self.parts, [], 0
        self.send(messages.CHUNK, *parts)

    def send_head(self) -> None:
        """Send status and headers."""
        self.begun = True
        self.send(messages.BEGIN, self.packed())

    def packed(self, body: bytes = b"") -> bytes:
        """Return status, headers and a body as a payload; whether parts can be had is told there."""
        given = dict(self.headers)
        etag = given.get(b"etag", b"")
        if is_divisible(self.request.method, int(self.status), etag) and ACCEPT_RANGES[0] not in given:
            self.headers.append(ACCEPT_RANGES)
        return messages.packed([self.status], self.headers, body)

    def send(self, kind: bytes, *parts: bytes) -> None:
        """Send a message to the front; an OSError here, and only here, says that it is gone."""
        try:
            self.connection.sendall(messages.frame(kind, *parts))
        except OSError:
            self.is_lost = True
            raise

    def end(self, *, with_length: bool) -> None:
        """Send the rest, or the whole where nothing went out yet."""
        if self.begun:
            if self.parts:
                self.send_parts()
            self.send(messages.END)
            return
        body = self.taken()
        if with_length and not self.header(b"content-length"):
            self.headers.append((b"content-length", b"%d" % len(body)))
        self.send(messages.ANSWER, self.packed(body))


class MeasuredReply(ReplyWriter):
    """A reply whose length is told: for HEAD, for a part of a body, and for HTTP/1.0, which has no chunks.

    What is too long to be held is counted, for HEAD, or goes to a temporary file.
    """

    def __init__(self, connection: socket.socket, request: Request) -> None:
        """Answer a request."""
        super().__init__(connection, request)
        self.file: IO[bytes] | None = None
        self.total = 0

    def send_parts(self) -> None:
        """Put what has come together aside; raises Problem 507 where it has no place."""
        body = self.taken()
        self.total += len(body)
        if self.request.method == "HEAD":
            return
        try:
            self.file = self.file or TemporaryFile()  # noqa: SIM115 - it is gone once it is closed, or the process is
            self.file.write(body)
        except OSError as fault:
            detail = f"There is no room for a temporary file of the answer: {fault.strerror}."
            raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, detail) from fault

    def end(self, *, with_length: bool) -> None:
        """Send the whole, or the part that is wanted, with its length; of HEAD, the length alone."""
        if not self.total:
            super().end(with_length=with_length)
            return
        self.send_parts()
        begin, end = self.part()
        self.headers = [header for header in self.headers if header[0] != b"content-length"]
        self.headers.append((b"content-length", b"%d" % (end - begin)))
        if self.file is None:
            self.send(messages.ANSWER, self.packed())
            return
        self.send_head()
        self.file.seek(begin)
        while data := self.file.read(min(CHUNK, end - begin)):
            begin += len(data)
            self.send(messages.CHUNK, data)
        self.send(messages.END)
        self.file.close()

    def part(self) -> tuple[int, int]:
        """Return where the part that is wanted begins and ends, and make this a 206; raises Problem 416."""
        etag = self.header(b"etag")
        found = None
        if is_divisible(self.request.method, int(self.status), etag):
            found = wanted_part(self.request.headers, etag, self.total)
        if found is None:
            return 0, self.total
        self.status = b"%d" % HTTPStatus.PARTIAL_CONTENT
        self.headers.append(content_range(*found, self.total))
        return found


def reply_to(request: Request, connection: socket.socket) -> ReplyWriter:
    """Return what takes the reply to a request: one that tells its length where the request needs that."""
    names = {name for name, _ in request.headers}
    in_part = request.method == "GET" and b"range" in names
    if request.method == "HEAD" or in_part or messages.UNCHUNKED in names:
        return MeasuredReply(connection, request)
    return ReplyWriter(connection, request)
