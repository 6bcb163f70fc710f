"""The front's end of a connection to one process of the dataset."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections import deque
from contextlib import suppress
from struct import Struct
from typing import TYPE_CHECKING, Final, cast

from wicara.server.front import frames

if TYPE_CHECKING:
    from collections.abc import Callable

CREDENTIALS: Final = Struct("3i")
FULL: Final = 1 << 18
"""Bytes that wait for a slow client, after which a process is no longer read from."""
NORMAL, LOW = os.SCHED_OTHER, os.SCHED_IDLE


class LostError(Exception):
    """The process has ended, or was ended, before it had answered."""


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
        self.rest = bytearray()
        self.frames: deque[tuple[bytes, bytes]] = deque()
        self.waiting = 0
        self.paused = False
        self.lost = False
        self.waiter: asyncio.Future[None] | None = None
        self.pid = 0
        self.process: int | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done once the process is no more; shared, so never awaited itself: see `wait_ended`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find out which process it is; the system says so, not the process."""
        self.transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        self.pid = CREDENTIALS.unpack(raw)[0]
        try:
            self.process = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self.end()
            return
        asyncio.get_running_loop().add_reader(self.process, self.end)

    def end(self) -> None:
        """Take note that the process is no more, and its memory free."""
        if self.process is not None:
            asyncio.get_running_loop().remove_reader(self.process)
            os.close(self.process)
            self.process = None
        if not self.ended.done():
            self.ended.set_result(None)
        self.lose()

    def data_received(self, data: bytes) -> None:
        """Take bytes; hand on the frames that are whole."""
        self.rest += data
        at, size, header = 0, len(self.rest), frames.HEADER.size
        while size - at >= header:
            kind, length = frames.HEADER.unpack_from(self.rest, at)
            if size - at < header + length:
                break
            with memoryview(self.rest) as received:
                payload = bytes(received[at + header : at + header + length])
            at += header + length
            if kind == frames.FORKED:
                self.forked(payload)
                continue
            self.frames.append((kind, payload))
            self.waiting += length
        if at:
            del self.rest[:at]
        if self.waiting > FULL and not self.paused:
            self.paused = True
            self.transport.pause_reading()
        if self.frames:
            self.wake()

    def wake(self) -> None:
        """Let whoever waits for a frame go on."""
        if self.connected is not None and self.frames:
            connected, self.connected = self.connected, None
            connected(self)
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)

    def connection_lost(self, _fault: Exception | None) -> None:
        """Take note that nothing more will come."""
        self.lose()

    def lose(self) -> None:
        """Give up on the process: whoever waits is told."""
        self.lost = True
        self.transport.abort()
        self.wake()

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a frame."""
        self.transport.write(frames.frame(kind, payload))

    async def receive(self) -> tuple[bytes, bytes]:
        """Return the next frame; raises LostError where none will come."""
        while not self.frames:
            if self.lost:
                raise LostError
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter
        kind, payload = self.frames.popleft()
        self.waiting -= len(payload)
        if self.paused and self.waiting < FULL:
            self.paused = False
            self.transport.resume_reading()
        return kind, payload

    async def wait_ended(self) -> None:
        """Wait until the process is no more; a caller that gives up takes nothing from the others."""
        await asyncio.shield(self.ended)

    def kill(self) -> None:
        """End the process now, if it has not ended; whoever waits for it is told before it has ended."""
        if self.process is not None:
            self.set_priority(NORMAL)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
        self.frames.clear()
        self.lose()

    def set_priority(self, policy: int) -> bool:
        """Let the process run with the others (NORMAL), or only when nothing else does (LOW).

        Tells whether the system allows it: back to NORMAL takes a privilege, or RLIMIT_NICE.
        """
        try:
            os.sched_setscheduler(self.pid, policy, os.sched_param(0))
        except OSError:
            return False
        return True
