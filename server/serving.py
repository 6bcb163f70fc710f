"""The process that serves: waitress on a socket, a clean stop, and a watch that swaps in what has changed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Final, Protocol

from waitress.server import create_server  # type: ignore[import-untyped] # it ships no types
from wicara.graph.build import ensure
from wicara.graph.errors import FaultyData, Unavailable, WicaraError
from wicara.graph.inputs import named_paths
from wicara.graph.overlay import overlay_of
from wicara.graph.store import empty, from_files, open_dataset
from wicara.queries import questions
from wicara.server import create_app
from wicara.server.redirects import read_redirects
from wicara.server.served import swap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import FrameType

    from flask import Flask
    from wicara.graph.store import BuiltDataset
    from wicara.server.settings import Settings

    Stamps = dict[Path, tuple[int, int]]


class WSGIServer(Protocol):
    """What is used of waitress: one socket has `effective_port`, several have `effective_listen`."""

    def run(self) -> None:
        """Answer requests until the loop is left."""

    def close(self) -> None:
        """Close the sockets."""


THREADS: Final = 8
MAX_BODY: Final = 1 << 27
"""Bytes of a body that waitress reads; the app's own limit is lower and answers with a problem."""
EVERY: Final = 0.5
"""Seconds between two looks at the watched files."""


@dataclass(frozen=True)
class Origin:
    """Where a dataset comes from: how to make it, how to make it again while it is served, and its files."""

    load: Callable[[], BuiltDataset]
    again: Callable[[], BuiltDataset]
    files: Callable[[], Iterable[Path]]


def from_build(data: Path, extra: Path | None, progress: Callable[[str], None]) -> Origin:
    """Return the origin of the built dataset; it is built again in a process of its own."""
    return Origin(
        load=lambda: ensure(data, extra, progress),
        again=lambda: built_apart(data, extra),
        files=lambda: (path for _, path in named_paths(extra, overlay_of(data))),
    )


def from_rdf(files: Sequence[Path]) -> Origin:
    """Return the origin of RDF files that are served as they are."""
    return Origin(load=lambda: from_files(files), again=lambda: from_files(files), files=lambda: files)


def from_nothing() -> Origin:
    """Return the origin of an empty dataset in memory."""
    return Origin(load=empty, again=empty, files=lambda: ())


def built_apart(data: Path, extra: Path | None) -> BuiltDataset:
    """Build in another process, so that requests are answered meanwhile; raises FaultyData."""
    command = [sys.executable, "-m", "wicara", "build", "--data", str(data)]
    command += ["--add", str(extra)] if extra else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise FaultyData(done.stderr.strip().removeprefix("wicara: "))
    return open_dataset(data)


def listen(app: Flask, host: str, port: int) -> WSGIServer:
    """Return a server that listens; raises Unavailable where the machine does not let it."""
    try:
        server: WSGIServer = create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=MAX_BODY,
            clear_untrusted_proxy_headers=True,
        )
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise Unavailable(
            f"cannot listen on {host}, port {port}: {reason}. Stop what uses it, or choose another port "
            "with --port (0 takes a free one)."
        ) from fault
    return server


def address(server: WSGIServer, host: str) -> str:
    """Return the URL that the server answers at, without a slash at the end."""
    port = getattr(server, "effective_port", None) or vars(server)["effective_listen"][0][1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Leave the loop of the server."""
    raise KeyboardInterrupt


@contextmanager
def until_stopped() -> Iterator[None]:
    """Let SIGTERM and Ctrl-C end the block quietly, as they are how a server is meant to end."""
    signal.signal(signal.SIGTERM, stop)
    with suppress(KeyboardInterrupt):
        yield


def run(server: WSGIServer) -> None:
    """Answer until SIGTERM or Ctrl-C; requests under way then get five seconds, waitress's own limit."""
    try:
        server.run()
    finally:
        server.close()


def stamps(origin: Origin) -> Stamps:
    """Return the time of change (ns) and size (bytes) of each file; nothing where one has no place."""
    try:
        return {
            file: (status.st_mtime_ns, status.st_size) for file in origin.files() for status in [file.stat()]
        }
    except (OSError, WicaraError):
        return {}


def tell(message: str) -> None:
    """Print a line for the person at the terminal."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - the command's own messages


def renew(app: Flask, origin: Origin) -> None:
    """Serve what the files hold now; where they are faulty, say so and go on with what was good."""
    try:
        dataset = origin.again()
        app.config.update(QUESTIONS=questions(), REDIRECTS=read_redirects())
    except (WicaraError, ValueError) as fault:
        tell(f"wicara: {fault}\nwicara: still serving the last good dataset")
        return
    swap(app, dataset)
    tell(f"wicara: now serving dataset {dataset.version} ({dataset.digest[:12]})")


def watch(app: Flask, origin: Origin, served: Stamps) -> None:
    """Look at the files for ever, and renew the dataset when they have changed and come to rest."""
    latest = served
    while True:
        time.sleep(EVERY)
        before, latest = latest, stamps(origin)
        if latest == before and latest != served:
            served = latest
            renew(app, origin)


@dataclass(frozen=True)
class Server:
    """A server that listens: its address, without a slash at the end, and the dataset that it began with."""

    url: str
    dataset: BuiltDataset
    app: Flask
    origin: Origin
    stamps: Stamps
    wsgi: WSGIServer

    def run(self, *, reload: bool) -> None:
        """Answer requests until SIGTERM or Ctrl-C; with `reload`, watch the files meanwhile."""
        if reload:
            Thread(target=watch, args=(self.app, self.origin, self.stamps), name="watch", daemon=True).start()
        run(self.wsgi)


def start(origin: Origin, settings: Settings, host: str, port: int) -> Server:
    """Make the dataset and listen; raises a WicaraError where either cannot be."""
    before = stamps(origin)
    dataset = origin.load()
    app = create_app(dataset, settings)
    wsgi = listen(app, host, port)
    return Server(address(wsgi, host), dataset, app, origin, before, wsgi)
