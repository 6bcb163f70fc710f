"""The process that serves: the front on a socket, a clean stop, and a watch that serves what has changed."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import resource
import signal
import socket
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Final

import uvloop
from wicara.graph.build import ensure
from wicara.graph.errors import FaultyData, Unavailable, WicaraError
from wicara.graph.inputs import named_paths
from wicara.graph.overlay import overlay_of
from wicara.graph.remote_store import open_published
from wicara.graph.store import CURRENT
from wicara.graph.writable import is_writable_dataset
from wicara.server.process.connection import Listener
from wicara.server.process.front import Front
from wicara.server.process.gateway import open_gateway, watch_store
from wicara.server.process.log import flush
from wicara.server.process.messages import STORE, LostError, Origin
from wicara.server.process.pool import TICK, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wicara.graph.endpoint import Endpoint
    from wicara.server.settings import Settings

    Stamps = dict[Path, tuple[int, int]]

BACKLOG: Final = 1024
FILES: Final = 65_536
"""Open files and connections that the front asks the system for."""
EVERY: Final = 0.5
"""Seconds between two looks at the watched files."""
PREFIX: Final = "wicara-"
IN_USE: Final = "in-use"
"""The beginning of the name of a server's temporary folder, and the file there that the server has locked."""
GRACE: Final = 10
"""Seconds that requests under way have at a stop."""


@dataclass(frozen=True)
class ServedSource:
    """What is served: its origin, how to bring it up to date, and the files that it is made of."""

    origin: Origin
    prepare: Callable[[], object] = lambda: None
    rebuild: Sequence[str] = ()
    files: Callable[[], Iterable[Path]] = tuple
    endpoint: Endpoint | None = None
    """Where the store is that holds it, if it is elsewhere."""


def from_build(data: Path, extra: Path | None, progress: Callable[[str], None]) -> ServedSource:
    """Serve the built dataset; while it is served it is built again in a process of its own."""
    command = [sys.executable, "-m", "wicara", "build", "--data", str(data)]
    command += ["--add", str(extra)] if extra else []
    return ServedSource(
        Origin("build", (str(data),)),
        prepare=lambda: ensure(data, extra, progress),
        rebuild=command,
        files=lambda: (path for _, path in named_paths(extra, overlay_of(data))),
    )


def from_rdf(files: Sequence[Path]) -> ServedSource:
    """Serve RDF files as they are."""
    return ServedSource(Origin("files", tuple(map(str, files))), files=lambda: files)


def from_store(endpoint: Endpoint) -> ServedSource:
    """Serve what a store elsewhere holds; its origin is known once there is a way to it."""
    return ServedSource(Origin(STORE), lambda: open_published(endpoint), endpoint=endpoint)


def is_on_disk(data: Path, *, writable: bool) -> bool:
    """Tell whether a folder holds a writable dataset, or is to hold one: it has no build."""
    return is_writable_dataset(data) or (writable and not (data / CURRENT).is_symlink())


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


def stamps(source: ServedSource) -> Stamps:
    """Return the time of change (ns) and size (bytes) of each file; nothing where one has no place."""
    try:
        return {
            file: (status.st_mtime_ns, status.st_size) for file in source.files() for status in [file.stat()]
        }
    except (OSError, WicaraError):
        return {}


def say(message: str) -> None:
    """Print a line for the person at the terminal."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - the command's own messages


async def renew(front: Front, source: ServedSource) -> None:
    """Serve what the files hold now; where they are faulty, say so and go on with what was good."""
    try:
        if source.rebuild:
            await built_apart(source.rebuild)
        await front.versions.start(source.origin)
    except (WicaraError, LostError, OSError) as fault:
        say(f"wicara: {fault}\nwicara: still serving the last good dataset")
        return
    serves = front.versions.description
    say(f"wicara: now serving dataset {serves['version']} ({serves['digest'][:12]})")


async def built_apart(command: Sequence[str]) -> None:
    """Build in another process, so that requests are answered meanwhile; raises FaultyData."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    if process.returncode:
        raise FaultyData(errors.decode("utf-8", "replace").strip().removeprefix("wicara: "))


async def watch(source: ServedSource, known: Stamps, wanted: asyncio.Event) -> None:
    """Look at the files for ever, and ask for a reload when they have changed and come to rest."""
    latest = known
    while True:
        await asyncio.sleep(EVERY)
        before, latest = latest, stamps(source)
        if latest == before and latest != known:
            known = latest
            wanted.set()


async def reload_when(wanted: asyncio.Event, front: Front, source: ServedSource) -> None:
    """Reload whenever it is asked for, one after the other: all that ask meanwhile get one more."""
    while True:
        await wanted.wait()
        wanted.clear()
        await renew(front, source)


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Mark a folder as one that a living process uses: it holds a lock on a file there."""
    with (folder / "unmarked").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        (folder / "unmarked").rename(folder / IN_USE)
        yield


def remove_abandoned() -> None:
    """Remove the temporary folders of servers that were killed: their locks have ended with them."""
    for path in Path(gettempdir()).glob(f"{PREFIX}*/{IN_USE}"):
        with suppress(OSError), path.open() as mark:  # of another user, or in use
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            rmtree(path.parent, ignore_errors=True)


def until_signalled() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set: they are how a server is meant to end."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def finish(front: Front, listener: Listener, serving: asyncio.Future[None]) -> None:
    """Take no more requests, let those under way end, and then end all processes."""
    front.stopping = True
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
    source: ServedSource,
    settings: Settings,
    bound: socket.socket,
    announce: Callable[[str], None],
    *,
    reload: bool,
) -> None:
    """Load the dataset, answer requests until SIGTERM or Ctrl-C, and stop; SIGHUP loads it anew."""
    stop = until_signalled()
    known = stamps(source)
    remove_abandoned()
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder, in_use(Path(folder)):
        front = Front(settings, f"{folder}/front")
        inside = await front.pool.listen()
        if source.endpoint:
            inside_store, origin = await open_gateway(
                source.endpoint, f"{folder}/store", settings.limits.timeout
            )
            source = replace(source, origin=origin)
        await front.versions.start(source.origin)
        listener = Listener(front, GRACE)
        serving = asyncio.ensure_future(listener.begin(bound))
        wanted = asyncio.Event()
        background = [
            asyncio.ensure_future(front.versions.watch()),
            asyncio.ensure_future(reload_when(wanted, front, source)),
        ]
        if source.endpoint:
            background.append(asyncio.ensure_future(watch_store(source.endpoint, front, wanted)))
        if reload:
            background.append(asyncio.ensure_future(watch(source, known, wanted)))
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, wanted.set)
        gc.collect()
        gc.freeze()
        announce(front.versions.description["version"])
        await stop.wait()
        for task in background:
            task.cancel()
        await finish(front, listener, serving)
        inside.close()
        if source.endpoint:
            inside_store.close()
        flush(1.0)


def run(  # noqa: PLR0913 - what the command line decides
    source: ServedSource,
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
        uvloop.run(serve(source, settings, bound, lambda version: announce(url, version), reload=reload))
