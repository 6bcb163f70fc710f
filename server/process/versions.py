"""The versions of a dataset that a front serves: the first, and the next after each write and each reload."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.backup import newest_snapshots
from wicara.graph.errors import Unavailable, WicaraError
from wicara.graph.writable import WritableDataset, digest_of
from wicara.server.process import messages
from wicara.server.process.log import log
from wicara.server.process.messages import STORE, WRITER, Link, LostError, Setup
from wicara.server.process.pool import TICK, Generation, error_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.server.process.messages import Origin
    from wicara.server.process.pool import Pool
    from wicara.server.settings import Settings

PAUSE: Final = 1.0
"""Seconds between two tries to load a dataset again whose fork server has ended."""
WORKER: Final = "wicara.server.process.worker"
ALLOCATOR: Final = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=60000"}
"""The environment of the process that loads the dataset, where it is not set, and of those forked from it.

A CONSTRUCT frees as many small pieces of memory as it has triples, and the next one wants as many: kept at
hand rather than merged, they save a tenth of its instructions. No other query was seen to need more.
"""

Description = dict[str, Any]


class WriteStopped(Exception):  # noqa: N818 - a state of the request
    """A write was stopped: it was late, or its process ended; `applied` is "no" or "unknown"."""

    def __init__(self, applied: str, *, late: bool) -> None:
        """Keep why, and what is known of its effect."""
        super().__init__()
        self.applied = applied
        self.late = late


def reply_in(kind: bytes, payload: bytes) -> messages.Reply:
    """Return the reply of a writer; raises the WicaraError that it reports in the place of one."""
    if kind == messages.FAULT:
        raise error_in(messages.members_in(payload))
    return messages.Reply.unpacked(payload)


class Versions:
    """What is served now, and the way from it to the next version."""

    def __init__(self, pool: Pool, settings: Settings, changed: Callable[[], None]) -> None:
        """Serve nothing yet; `changed` is called whenever the version has changed."""
        self.pool = pool
        self.settings = settings
        self.changed = changed
        self.writing = asyncio.Lock()
        self.opening = asyncio.Lock()
        self.starting = asyncio.Lock()
        self.writer: Link | None = None
        """The process that has the store of a dataset on disk open; it holds its lock until it has ended."""
        self.origin: Origin | None = None
        self.first: asyncio.subprocess.Process | None = None

    @property
    def description(self) -> Description:
        """Return `version` and `digest` of the dataset, and `quads` where it is in memory."""
        return {} if self.pool.generation is None else self.pool.generation.description

    @property
    def is_plain(self) -> bool:
        """Tell whether the dataset is served as it is, rather than built with a closure."""
        return self.origin is None or self.origin.kind not in {"build", STORE}

    async def start(self, origin: Origin) -> None:
        """Load a dataset in a process of its own and serve it; raises a WicaraError where there is none."""
        async with self.starting:
            self.pool.tickets.pop(0, None)
            arrival = self.pool.expect(0)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", WORKER, self.pool.address),
                stdin=asyncio.subprocess.PIPE,
                env=ALLOCATOR | os.environ,
            )
            if process.stdin is not None:
                with suppress(RuntimeError, OSError):  # it was killed: its end is seen below
                    process.stdin.write(Setup(origin, self.settings).packed())
                    process.stdin.close()
            either: set[asyncio.Future[Any]] = {arrival, asyncio.ensure_future(process.wait())}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not arrival.done():
                raise Unavailable(
                    "the process that holds the dataset ended at its start; it has said why above"
                )
            link, description = arrival.result()
            self.origin, self.first = origin, process
            try:
                await self.serve(link, description)
            except BaseException:
                link.kill()
                raise

    async def serve(self, fork_server: Link, description: Description) -> None:
        """Make what a fork server holds the current version; of a dataset on disk, what its writer finds.

        One that is only read is served from its newest snapshot where its folder cannot be written.
        """
        disk = WritableDataset(Path(self.origin.paths[0])) if self.origin and self.on_disk else None
        if disk and disk.is_read_only and not self.settings.writable:
            self.put(
                Generation(
                    fork_server, description | {"digest": digest_of(newest_snapshots(disk.folder)[-1])}
                )
            )
        elif disk:
            await self.open_writer(of=fork_server)
        else:
            self.put(Generation(fork_server, description))

    @property
    def on_disk(self) -> bool:
        """Tell whether what is served is a dataset on disk, with a writer that stays."""
        return self.origin is not None and self.origin.on_disk

    async def open_writer(self, of: Link | None = None) -> Link:
        """Return the writer of a dataset on disk; where it is not there, start one and serve what it finds.

        With a fork server `of` the next version, the writer of the last one gives way to one of that.
        Raises a WicaraError where the disk refuses, and LostError where the writer ends at once. Only one
        writer can have the store open, so this goes on to its end when the caller is cancelled, and whoever
        comes next finds the writer.
        """
        return await asyncio.shield(asyncio.ensure_future(self.reopen(of)))

    async def reopen(self, of: Link | None) -> Link:
        """Start a writer in place of one that has ended or that gives way, one at a time."""
        async with self.opening:
            if self.writer is not None:
                if of is None and not self.writer.lost:
                    return self.writer
                self.writer.kill()
                await self.writer.wait_ended()
            if of is None:
                if self.pool.generation is None:
                    raise LostError
                of = self.pool.generation.fork_server
            self.writer, description = await self.pool.fork(of, WRITER)
            self.put(Generation(of, description))
            return self.writer

    async def why_no_writes(self, seconds: float) -> str:
        """Return why writes fail now, or nothing; a writer on disk that has ended is first started again."""
        if not self.on_disk or not self.settings.writable:
            return ""
        try:
            async with asyncio.timeout(seconds):
                await self.writer_on_disk()
        except WicaraError as fault:
            return str(fault)
        except (LostError, TimeoutError):
            return "the process that writes has ended and is not there again yet"
        return ""

    def put(self, generation: Generation) -> None:
        """Serve a version from now on."""
        self.pool.replace(generation)
        self.changed()

    async def write(self, request: messages.Request, seconds: float) -> messages.Reply:
        """Run a write, one after the other, and return its answer once the new version is served.

        Raises WriteStopped past `seconds`, and where the writer ended. In memory that changes nothing; the
        writer of a dataset on disk may have applied the write before it was killed.
        """
        applied = "no"
        try:
            async with asyncio.timeout(seconds), self.writing:
                writer = await self.writer_for()
                try:
                    applied = "unknown" if self.on_disk else "no"
                    writer.send(messages.REQUEST, request.packed())
                    reply = reply_in(*await writer.receive())
                    await self.settle(writer, reply)
                except BaseException:
                    writer.kill()
                    raise
                return reply
        except (LostError, TimeoutError) as fault:
            raise WriteStopped(applied, late=isinstance(fault, TimeoutError)) from fault

    async def writer_for(self) -> Link:
        """Return a process that may write: the one of a dataset on disk, or a fork of the current version.

        Raises a WicaraError where the disk refuses.
        """
        if self.on_disk:
            return await self.writer_on_disk()
        generation = await self.living()
        writer, _ = await self.pool.fork(generation.fork_server, WRITER)
        return writer

    async def writer_on_disk(self) -> Link:
        """Return the writer of a dataset on disk, started again where it has ended."""
        while True:
            generation = await self.living()
            if self.writer is not None and not self.writer.lost:
                return self.writer
            try:
                return await self.open_writer()
            except LostError:
                if not generation.fork_server.lost:
                    raise

    async def living(self) -> Generation:
        """Return the current version once its fork server lives: it may have been killed and come again."""
        while (generation := self.pool.generation) is None or generation.fork_server.lost:  # noqa: ASYNC110 - rare
            await asyncio.sleep(TICK)
        return generation

    async def settle(self, writer: Link, reply: messages.Reply) -> None:
        """Serve the version after a write that succeeded; forget what one that failed has left."""
        generation = self.pool.generation
        if generation is None:
            raise LostError
        if not 200 <= reply.status < 300:  # noqa: PLR2004 - the statuses of success
            if writer is not self.writer or reply.status >= 500:  # noqa: PLR2004 - of a fault: begin anew
                writer.kill()
            return
        if self.on_disk:
            if (
                writer is self.writer
            ):  # else another has opened the store since, and has found what was written
                digest = reply.header(b"wicara-version").decode()
                self.put(Generation(generation.fork_server, generation.description | {"digest": digest}))
            return
        writer.send(messages.ADOPT)
        _, payload = await writer.receive()
        description = messages.members_in(payload)
        del description["ticket"]
        self.put(Generation(writer, description))

    async def watch(self) -> None:
        """Load the dataset again whenever its fork server has ended by itself, for ever."""
        while True:
            generation = self.pool.generation
            if generation is None or self.origin is None:
                return
            await generation.fork_server.wait_ended()
            if generation is not self.pool.generation:
                continue
            log("fork server ended", action="the dataset is loaded again")
            try:
                await self.start(self.origin)
            except Exception as fault:  # noqa: BLE001 - whatever it is, no later end may go unseen
                log("fault", fault=repr(fault), action="the dataset is loaded again later")
                await asyncio.sleep(PAUSE)
