"""The versions of a dataset that a front serves: the first, and the next after each write and each reload."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.errors import Unavailable
from wicara.server.front import frames
from wicara.server.front.journal import log
from wicara.server.front.link import Link, LostError
from wicara.server.front.pool import TICK, Generation, fault_in
from wicara.server.front.setup import WRITER, Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.server.front.pool import Pool
    from wicara.server.front.setup import Origin
    from wicara.server.settings import Settings

LAST_WORDS: Final = 1.0
"""Seconds that what a process said before it ended may take to be heard."""
WORKER: Final = "wicara.server.front.worker"

Told = dict[str, Any]


def reply_in(kind: bytes, payload: bytes) -> frames.Reply:
    """Return the reply of a writer; raises the WicaraError that it tells in the place of one."""
    if kind == frames.FAULT:
        raise fault_in(frames.told_in(payload))
    return frames.Reply.unpacked(payload)


class Versions:
    """What is served now, and the way from it to the next version."""

    def __init__(self, pool: Pool, settings: Settings, changed: Callable[[], None]) -> None:
        """Serve nothing yet; `changed` is called whenever the version has changed."""
        self.pool = pool
        self.settings = settings
        self.changed = changed
        self.writing = asyncio.Lock()
        self.writer: Link | None = None
        self.origin: Origin | None = None
        self.first: asyncio.subprocess.Process | None = None

    @property
    def told(self) -> Told:
        """Return what the dataset says of itself: `version`, `digest`, and `quads` where it is in memory."""
        return {} if self.pool.generation is None else self.pool.generation.told

    @property
    def is_plain(self) -> bool:
        """Tell whether the dataset is served as it is, rather than built with a closure."""
        return self.origin is None or self.origin.kind != "build"

    async def start(self, origin: Origin) -> None:
        """Load a dataset in a process of its own and serve it; raises a WicaraError where there is none."""
        self.pool.tickets.pop(0, None)
        arrival = self.pool.expect(0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", WORKER, self.pool.address, stdin=asyncio.subprocess.PIPE
        )
        if process.stdin is not None:
            process.stdin.write(Setup(origin, self.settings).packed())
            process.stdin.close()
        either: set[asyncio.Future[Any]] = {arrival, asyncio.ensure_future(process.wait())}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not arrival.done():  # what it said last may still be on its way
            await asyncio.wait({arrival}, timeout=LAST_WORDS)
        if not arrival.done():
            raise Unavailable("the process that holds the dataset ended at its start; it has said why above")
        link, told = arrival.result()
        self.origin, self.first = origin, process
        await self.serve(link, told)

    async def serve(self, fork_server: Link, told: Told) -> None:
        """Make what a fork server holds the current version; of a dataset on disk, what its writer finds."""
        digest = told["digest"]
        if self.origin is not None and self.origin.on_disk:
            if self.writer is not None:
                self.writer.kill()
                await self.writer.ended
            self.writer, told = await self.pool.fork(fork_server, WRITER)
            digest = told["digest"]
        self.put(Generation(fork_server, told, digest))

    def put(self, generation: Generation) -> None:
        """Serve a version from now on."""
        self.pool.replace(generation)
        self.changed()

    async def write(self, request: frames.Request, seconds: float) -> frames.Reply:
        """Run a write, one after the other, and return its answer once the new version is served.

        Raises TimeoutError past `seconds`, LostError where the writer ended; neither leaves a trace.
        """
        async with asyncio.timeout(seconds), self.writing:
            writer = await self.writer_for()
            try:
                writer.send(frames.REQUEST, request.packed())
                reply = reply_in(*await writer.receive())
                await self.settle(writer, reply)
            except BaseException:
                self.drop(writer)
                raise
            return reply

    async def writer_for(self) -> Link:
        """Return a process that may write: the one of a dataset on disk, or a fork of the current version.

        Raises a WicaraError where the disk refuses.
        """
        generation = await self.living()
        if self.writer is not None:
            if not self.writer.lost:
                return self.writer
            await self.writer.ended  # it holds the lock of the store until then
        writer, told = await self.pool.fork(generation.fork_server, WRITER)
        if self.origin is not None and self.origin.on_disk:
            self.writer = writer
            self.put(Generation(generation.fork_server, told, told["digest"]))
        return writer

    async def living(self) -> Generation:
        """Return the current version once its fork server lives: it may have been killed and come again."""
        while (generation := self.pool.generation) is None or generation.fork_server.lost:  # noqa: ASYNC110 - rare
            await asyncio.sleep(TICK)
        return generation

    async def settle(self, writer: Link, reply: frames.Reply) -> None:
        """Serve the version after a write that succeeded; forget what one that failed has left."""
        generation = self.pool.generation
        if generation is None:
            raise LostError
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - the statuses of success
            if writer is not self.writer or reply.status >= 500:  # noqa: PLR2004 - of a fault: begin anew
                self.drop(writer)
            return
        if writer is self.writer:
            told = {"version": generation.told["version"], "digest": reply.header(b"wicara-version").decode()}
            self.put(Generation(generation.fork_server, told, told["digest"]))
            return
        writer.send(frames.ADOPT)
        _, payload = await writer.receive()
        told = frames.told_in(payload)
        self.put(Generation(writer, told, told["digest"]))

    def drop(self, writer: Link) -> None:
        """End a writer with all that it has not made a version."""
        writer.kill()

    async def watch(self) -> None:
        """Load the dataset again whenever its fork server has ended by itself, for ever."""
        while True:
            generation = self.pool.generation
            if generation is None or self.origin is None:
                return
            await generation.fork_server.ended
            if generation is self.pool.generation:
                log("fork server ended", action="the dataset is loaded again")
                await self.start(self.origin)
