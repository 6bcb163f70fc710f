"""Messages between the front and its processes: a kind, a length, the payload.

An answer is whole (`ANSWER`), or a `BEGIN`, any number of `CHUNK`, and an `END`. One that ends with `ABORT`,
or with the process, is not whole, and the front breaks the client's connection. A `CHUNK` is handed on in the
parts in which it comes.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from dataclasses import asdict, dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from wicara.server.settings import Limits, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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

LINE_END: Final = b"\r\n"
Headers = list[tuple[bytes, bytes]]

UNCHUNKED: Final = b"wicara-unchunked"
"""The header by which the front says that a client takes no chunks: it speaks HTTP/1.0."""


class Request(NamedTuple):
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


class Reply(NamedTuple):
    """The answer to a request, or its head where the body follows in chunks."""

    status: int
    headers: Headers
    body: bytes = b""

    @classmethod
    def unpacked(cls, payload: bytes) -> Reply:
        """Return the reply of the payload of an ANSWER or a BEGIN."""
        (status,), headers, body = unpacked(payload, 1)
        return cls(int(status), headers, body)

    @staticmethod
    def on_the_wire(payload: bytes) -> tuple[int, bytes, bytes]:
        """Return the status of the payload of an ANSWER, its headers as lines of HTTP, and its body."""
        end = SIZE.size + SIZE.unpack_from(payload)[0]
        status, _, lines = payload[SIZE.size : end].partition(LINE_END)
        return int(status), lines + LINE_END, payload[end:]

    def header(self, name: bytes) -> bytes:
        """Return the value of a header, empty where it is not there."""
        return next((value for found, value in self.headers if found == name), b"")


def encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return headers as they are sent: names in lower case, as bytes."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]


def header_lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return headers as HTTP has them, each with its line end (RFC 9112, section 5)."""
    return b"".join([b"%s: %s\r\n" % header for header in headers])


def headers_in(lines: bytes) -> Headers:
    """Return the headers that `header_lines` has made lines of."""
    return [(name, value) for name, _, value in (line.partition(b": ") for line in lines.splitlines())]


def members_in(payload: bytes) -> dict[str, Any]:
    """Return the members of a payload in JSON."""
    members: dict[str, Any] = json.loads(payload)
    return members


def packed(lines: Iterable[bytes], headers: Headers, body: bytes = b"") -> bytes:
    """Return lines and headers as a head that tells its length, and a body after it."""
    head = LINE_END.join([*lines, *map(b"%s: %s".__mod__, headers)])
    return b"".join((SIZE.pack(len(head)), head, body))


def unpacked(payload: bytes, lines: int) -> tuple[list[bytes], Headers, bytes]:
    """Return the first lines, the headers and the body of what `packed` made."""
    end = SIZE.size + SIZE.unpack_from(payload)[0]
    head = payload[SIZE.size : end].split(LINE_END)
    headers = [(name, value) for name, _, value in (line.partition(b": ") for line in head[lines:])]
    return head[:lines], headers, payload[end:]


def frame(kind: bytes, *parts: bytes) -> bytes:
    """Return a message as bytes; its payload may be in parts."""
    return b"".join((HEADER.pack(kind, sum(map(len, parts))), *parts))


FORK_SERVER: Final = "fork server"
EXECUTOR: Final = "executor"
WRITER: Final = "writer"
DISK: Final = "disk"
"""The kind of an origin whose executors each open a snapshot by themselves, rather than share memory."""
STORE: Final = "store"
"""The kind of an origin that is a store elsewhere, which `wicara publish` has filled."""


@dataclass(frozen=True)
class Origin:
    """Where the dataset comes from: a kind that `loading.LOADERS` has, and the paths that it needs."""

    kind: str
    paths: tuple[str, ...] = ()

    @property
    def on_disk(self) -> bool:
        """Tell whether each executor opens the dataset by itself."""
        return self.kind == DISK


@dataclass(frozen=True)
class Setup:
    """The setup of the first process: where the dataset is, and how it is served."""

    origin: Origin
    settings: Settings

    def packed(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def unpacked(cls, raw: bytes) -> Setup:
        """Return the setup that JSON describes."""
        members = json.loads(raw)
        settings = members["settings"]
        limits = Limits(**settings.pop("limits"))
        settings["allow_service"] = tuple(settings["allow_service"])
        origin = Origin(members["origin"]["kind"], tuple(members["origin"]["paths"]))
        return cls(origin, Settings(limits=limits, **settings))


@dataclass(frozen=True)
class Ticket:
    """What a new process is for: its number, its role, and the version of a dataset on disk that it opens."""

    number: int
    role: str
    digest: str = ""

    def packed(self) -> bytes:
        """Return this as JSON."""
        return json.dumps(asdict(self)).encode()


CREDENTIALS: Final = Struct("3i")
FULL: Final = 1 << 18
"""Bytes that wait for a slow client, after which a process is no longer read from."""
NORMAL, LOW = os.SCHED_OTHER, os.SCHED_IDLE


class LostError(Exception):
    """The process has ended, or was ended, before it had answered."""


def peer_of(connection: socket.socket) -> int:
    """Return the number of the process at the other end; the system says so, not the process."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    pid: int = CREDENTIALS.unpack(credentials)[0]
    return pid


def watch_process(pid: int, ended: Callable[[], None]) -> None:
    """Call `ended` as soon as a process has ended, at once where it has already."""
    loop = asyncio.get_running_loop()
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        loop.call_soon(ended)
        return

    def end() -> None:
        loop.remove_reader(process)
        os.close(process)
        ended()

    loop.add_reader(process, end)


class Link(asyncio.Protocol):
    """Frames to and from a process, its priority and its end."""

    def __init__(self, connected: Callable[[Link], None], forked: Callable[[bytes], None]) -> None:
        """Wait for the process to connect.

        `connected` is called with its first frame, `forked` with the payload of each FORKED.
        """
        self.connected: Callable[[Link], None] | None = connected
        self.forked = forked
        self.rest = b""
        self.to_come = 0
        """Bytes of a CHUNK that are still to come."""
        self.received: deque[tuple[bytes, bytes]] = deque()
        self.waiting = 0
        self.paused = False
        self.lost = False
        self.waiter: asyncio.Future[None] | None = None
        self.on_frame: Callable[[], None] | None = None
        """Called at the next frame, or the end, in the place of a `receive`."""
        self.pid = 0
        self.process: int | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the process is no more; shared, so never awaited itself: see `wait_ended`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find out which process it is."""
        self.transport = cast("asyncio.Transport", transport)
        self.pid = peer_of(transport.get_extra_info("socket"))
        try:
            self.process = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self.end()
            return
        asyncio.get_running_loop().add_reader(self.process, self.end)

    def end(self) -> None:
        """Take note that the process is no more, and its memory free, once its last words have been read."""
        if not self.lost:
            connection = self.transport.get_extra_info("socket").fileno()
            with suppress(OSError):  # nothing is left
                while data := os.read(connection, FULL):
                    self.data_received(data)
        if self.process is not None:
            asyncio.get_running_loop().remove_reader(self.process)
            os.close(self.process)
            self.process = None
        if not self.ended.done():
            self.ended.set_result(None)
        self.lose()

    def data_received(self, data: bytes) -> None:
        """Take bytes; hand on the frames that are whole, and without a copy what is there of a CHUNK."""
        if self.rest:
            data = self.rest + data
        at, size, header = 0, len(data), HEADER.size
        if self.to_come:
            at = self.put_part(data, 0, self.to_come)
        while size - at >= header:
            kind, length = HEADER.unpack_from(data, at)
            at += header
            if kind == CHUNK:
                at = self.put_part(data, at, length)
                continue
            if size - at < length:
                at -= header
                break
            payload = data[at : at + length]
            at += length
            if kind == FORKED:
                self.forked(payload)
                continue
            self.received.append((kind, payload))
            self.waiting += length
        self.rest = data[at:]
        if self.waiting > FULL and not self.paused:
            self.paused = True
            self.transport.pause_reading()
        if self.received:
            self.wake()

    def put_part(self, data: bytes, at: int, length: int) -> int:
        """Take what is there of so many bytes of a CHUNK, and return where it ends."""
        part = memoryview(data)[at : at + length]
        self.to_come = length - len(part)
        if part:
            self.received.append((CHUNK, cast("bytes", part)))
            self.waiting += len(part)
        return at + len(part)

    def wake(self) -> None:
        """Let whoever waits for a frame go on."""
        if self.connected is not None and self.received:
            connected, self.connected = self.connected, None
            connected(self)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)
        if self.on_frame is not None:
            called, self.on_frame = self.on_frame, None
            called()

    def connection_lost(self, _fault: Exception | None) -> None:
        """Take note that nothing more will come."""
        self.lose()

    def lose(self) -> None:
        """Give up on the process, and wake whoever waits."""
        self.lost = True
        self.transport.abort()
        self.wake()

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a frame; one to a process that is lost is dropped, as whoever waits for its answer is told."""
        if not self.lost:
            self.transport.write(frame(kind, payload))

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next frame; raises LostError where none will come."""
        while not self.received:
            if self.lost:
                raise LostError
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        return self.take()

    def take(self) -> tuple[bytes, bytes]:
        """Return the next frame, which is there."""
        kind, payload = self.received.popleft()
        self.waiting -= len(payload)
        if self.paused and self.waiting < FULL:
            self.paused = False
            self.transport.resume_reading()
        return kind, payload

    async def wait_ended(self) -> None:
        """Wait until the process is no more; a caller that gives up takes nothing from the others."""
        await asyncio.shield(self.ended)

    def kill(self) -> None:
        """End the process now, if it has not ended; whoever waits for it is woken before it has ended."""
        if self.process is not None:
            self.set_priority(NORMAL)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
        self.received.clear()
        self.lose()

    def processor_time(self) -> float:
        """Return the seconds of a processor that the process has used, by its own clock."""
        try:
            return time.clock_gettime(~self.pid << 3 | 2)  # as clock_getcpuclockid(3) has it
        except OSError:
            return 0.0

    def set_priority(self, policy: int) -> bool:
        """Let the process run with the others (NORMAL), or only when nothing else does (LOW).

        Tells whether the system allows it: back to NORMAL takes a privilege, or RLIMIT_NICE.
        """
        try:
            os.sched_setscheduler(self.pid, policy, os.sched_param(0))
        except OSError:
            return False
        return True
