"""One request through a WSGI app (PEP 3333) in an executor; the answer goes out as frames."""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from wicara.graph.errors import DoesNotFit
from wicara.server.front import frames
from wicara.server.front.direct import respond
from wicara.server.pushed import HELD, Pushed
from wicara.server.served import EXTENSION

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import TracebackType
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from flask import Flask
    from wicara.server.front.frames import Headers, Request

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

CHUNK: Final = 1 << 16
UNPREFIXED: Final = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
MARKS: Final = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


def environ_of(request: Request) -> WSGIEnvironment:
    """Return the WSGI environment of a request."""
    environ: WSGIEnvironment = {
        **MARKS,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(request.path).decode("latin-1"),
        "RAW_URI": request.path.decode("latin-1"),
        "QUERY_STRING": request.query.decode("latin-1"),
        "REMOTE_ADDR": request.client,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
    }
    for name, value in request.headers:
        key = UNPREFIXED.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


class Answer:
    """The answer to one request, a sink for its body: held back at first, then sent in chunks."""

    def __init__(self, connection: socket.socket) -> None:
        """Begin with nothing."""
        self.connection = connection
        self.status = b"500"
        self.headers: Headers = []
        self.parts: list[bytes] = []
        self.size = 0
        self.begun = False

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Take status and headers: the `start_response` of WSGI."""
        if exc_info is not None and exc_info[1] is not None and self.begun:
            raise exc_info[1]
        self.status = status[:3].encode("latin-1")
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers
        ]
        return self.write

    def write(self, data: bytes, /) -> int:
        """Take some bytes of the body."""
        self.parts.append(data)
        self.size += len(data)
        if self.size >= (CHUNK if self.begun else HELD):
            self.send_parts()
        return len(data)

    def flush(self) -> None:
        """Do nothing: chunks go out when they are full."""

    def send_parts(self) -> None:
        """Send what has come together; the head before the first."""
        if not self.begun:
            self.begun = True
            self.connection.sendall(frames.frame(frames.BEGIN, frames.packed([self.status], self.headers)))
        body = b"".join(self.parts)
        self.parts, self.size = [], 0
        self.connection.sendall(frames.frame(frames.CHUNK, body))

    def end(self, *, with_length: bool) -> None:
        """Send the rest, or the whole where nothing went out yet."""
        if self.begun:
            if self.parts:
                self.send_parts()
            self.connection.sendall(frames.frame(frames.END))
            return
        body = b"".join(self.parts)
        if with_length and not any(name == b"content-length" for name, _ in self.headers):
            self.headers.append((b"content-length", b"%d" % len(body)))
        self.connection.sendall(frames.frame(frames.ANSWER, frames.packed([self.status], self.headers, body)))


def answer(app: Flask, request: Request, connection: socket.socket) -> None:
    """Run a request through the endpoint or an app and send its answer.

    A fault before the first byte has gone out is a 500, or a 406 if a format cannot hold the results; a
    later one breaks the answer off. Raises OSError where the front is gone.
    """
    told = Answer(connection)
    try:
        if not respond(app.extensions[EXTENSION], request, told):
            run(app, request, told)
    except OSError:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it is, the client gets no whole-looking answer
        if told.begun:
            connection.sendall(frames.frame(frames.ABORT))
            return
        told = failed(connection, fault)
    told.end(with_length=request.method != "HEAD" and told.status not in {b"204", b"304"})


def run(app: WSGIApplication, request: Request, told: Answer) -> None:
    """Run a request through an app, and write what it returns."""
    body = app(environ_of(request), told.start)
    try:
        if isinstance(body, Pushed):
            body.write_to(told)
        else:
            for part in body:
                told.write(part)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def failed(connection: socket.socket, fault: Exception) -> Answer:
    """Return the answer that tells a fault of evaluation."""
    status = 503 if isinstance(fault, MemoryError) else 500
    detail = f"The query could not be evaluated: {fault}"
    if isinstance(fault, DoesNotFit):
        status, detail = 406, str(fault)
    title = HTTPStatus(status).phrase
    told = {"title": title, "status": status, "detail": detail}
    found = Answer(connection)
    found.start(
        f"{status} {title}",
        [
            ("Content-Type", "application/problem+json"),
            ("Cache-Control", "no-store"),
            ("Access-Control-Allow-Origin", "*"),
        ],
    )
    found.write(json.dumps(told).encode())
    return found
