"""The process that serves: the front on a socket, a clean stop, and a watch that serves what has changed."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sys
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import uvloop
from wicara.graph.build import ensure
from wicara.graph.disk import is_disk_dataset
from wicara.graph.errors import FaultyData, Unavailable, WicaraError
from wicara.graph.inputs import named_paths
from wicara.graph.overlay import overlay_of
from wicara.graph.store import CURRENT
from wicara.server.process.connection import Listener
from wicara.server.process.front import Front
from wicara.server.process.log import flush
from wicara.server.process.messages import DISK, Origin
from wicara.server.process.pool import TICK, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from wicara.server.settings import Settings

    Stamps = dict[Path, tuple[int, int]]

BACKLOG: Final = 1024
FILES: Final = 65_536
"""Open files and connections that the front asks the system for."""
EVERY: Final = 0.5
"""Seconds between two looks at the watched files."""
GRACE: Final = 10
"""Seconds that requests under way have at a stop."""


@dataclass(frozen=True)
class Served:
    """What is served: its origin, how to bring it up to date, and the files that it is made of."""

    origin: Origin
    prepare: Callable[[], object]
    renew: Sequence[str]
    files: Callable[[], Iterable[Path]]


def from_build(data: Path, extra: Path | None, progress: Callable[[str], None]) -> Served:
    """Serve the built dataset; while it is served it is built again in a process of its own."""
    command = [sys.executable, "-m", "wicara", "build", "--data", str(data)]
    command += ["--add", str(extra)] if extra else []
    return Served(
        Origin("build", (str(data),)),
        prepare=lambda: ensure(data, extra, progress),
        renew=command,
        files=lambda: (path for _, path in named_paths(extra, overlay_of(data))),
    )


def from_rdf(files: Sequence[Path]) -> Served:
    """Serve RDF files as they are."""
    return Served(Origin("files", tuple(map(str, files))), lambda: None, (), lambda: files)


def from_nothing() -> Served:
    """Serve an empty dataset in memory."""
    return Served(Origin("empty"), lambda: None, (), lambda: ())


def from_disk(data: Path) -> Served:
    """Serve a writable dataset on disk."""
    return Served(Origin(DISK, (str(data),)), lambda: None, (), lambda: ())


def is_on_disk(data: Path, *, writable: bool) -> bool:
    """Tell whether a folder holds a writable dataset, or is to hold one: it has no build."""
    return is_disk_dataset(data) or (writable and not (data / CURRENT).is_symlink())


def many_files() -> None:
    """Let this process and those that it starts have many connections and files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; raises Unavailable where the machine does not let it."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
        bound.setblocking(False)  # noqa: FBT003 - of the socket's own
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise Unavailable(
            f"cannot listen on {host}, port {port}: {reason}. Stop what uses it, or choose another port "
            "with --port (0 takes a free one)."
        ) from fault
    return bound


def address(bound: socket.socket, host: str) -> str:
    """Return the URL that a socket answers at, without a slash at the end."""
    port = bound.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def stamps(served: Served) -> Stamps:
    """Return the time of change (ns) and size (bytes) of each file; nothing where one has no place."""
    try:
        return {
            file: (status.st_mtime_ns, status.st_size) for file in served.files() for status in [file.stat()]
        }
    except (OSError, WicaraError):
        return {}


def tell(message: str) -> None:
    """Print a line for the person at the terminal."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - the command's own messages


async def renew(front: Front, served: Served) -> None:
    """Serve what the files hold now; where they are faulty, say so and go on with what was good."""
    try:
        if served.renew:
            await built_apart(served.renew)
        await front.versions.start(served.origin)
    except WicaraError as fault:
        tell(f"wicara: {fault}\nwicara: still serving the last good dataset")
        return
    told = front.versions.told
    tell(f"wicara: now serving dataset {told['version']} ({told['digest'][:12]})")


async def built_apart(command: Sequence[str]) -> None:
    """Build in another process, so that requests are answered meanwhile; raises FaultyData."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    if process.returncode:
        raise FaultyData(errors.decode("utf-8", "replace").strip().removeprefix("wicara: "))


async def watch(front: Front, served: Served, known: Stamps) -> None:
    """Look at the files for ever, and serve what they hold when they have changed and come to rest."""
    latest = known
    while True:
        await asyncio.sleep(EVERY)
        before, latest = latest, stamps(served)
        if latest == before and latest != known:
            known = latest
            await renew(front, served)


def until_signalled() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set: they are how a server is meant to end."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def finish(front: Front, listener: Listener, serving: asyncio.Future[None]) -> None:
    """Take no more requests, let those under way end, and then end all processes."""
    front.own.stopping = True
    listener.should_exit = True
    try:
        async with asyncio.timeout(GRACE):
            while front.pool.jobs or front.versions.writing.locked():  # noqa: ASYNC110 - it has its time
                await asyncio.sleep(TICK)
    except TimeoutError:
        for job in list(front.pool.jobs):
            job.stop(Stopped.SHUTDOWN)
    await serving
    front.pool.close()


async def serve(
    served: Served,
    settings: Settings,
    bound: socket.socket,
    announce: Callable[[str], None],
    *,
    reload: bool,
) -> None:
    """Load the dataset, answer requests until SIGTERM or Ctrl-C, and stop; SIGHUP loads it anew."""
    stop = until_signalled()
    known = stamps(served)
    with TemporaryDirectory(prefix="wicara-", ignore_cleanup_errors=True) as folder:
        front = Front(settings, f"{folder}/front")
        inside = await front.pool.listen()
        await front.versions.start(served.origin)
        listener = Listener(front, GRACE)
        serving = asyncio.ensure_future(listener.begin(bound))
        background = {asyncio.ensure_future(front.versions.watch())}
        if reload:
            background.add(asyncio.ensure_future(watch(front, served, known)))

        def reload_now() -> None:
            background.add(asyncio.ensure_future(renew(front, served)))

        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload_now)
        announce(front.versions.told["version"])
        await stop.wait()
        for each in background:
            each.cancel()
        await finish(front, listener, serving)
        inside.close()
        flush(1.0)


def run(  # noqa: PLR0913 - what the command line decides
    served: Served,
    settings: Settings,
    host: str,
    port: int,
    announce: Callable[[str, str], None],
    *,
    reload: bool,
) -> None:
    """Serve until told to stop; `announce` is called with the URL and the dataset's version.

    Raises a WicaraError where the socket or the dataset cannot be had.
    """
    many_files()
    with listen(host, port) as bound:
        url = address(bound, host)
        uvloop.run(serve(served, settings, bound, lambda version: announce(url, version), reload=reload))
