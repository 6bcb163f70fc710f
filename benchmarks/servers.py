"""The SPARQL servers that are compared: processes on a free port of 127.0.0.1 that end with their block."""

from __future__ import annotations

import resource
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HOST: Final = "127.0.0.1"
START: Final = 600.0
"""Seconds that a server has to read its data."""
STOP: Final = 15.0
"""Seconds that a server has to end."""
PATIENCE: Final = 180.0
"""Seconds to wait for an answer, or for a part of it."""
MOST: Final = 8 << 30
"""Bytes of address space of each process of a server."""


class Failed(Exception):  # noqa: N818 - it says what happened
    """A server did not start, or gave an answer that it should not give."""


@dataclass(frozen=True)
class Kind:
    """A kind of server: its command for a file of N-Triples, a folder of its own and a port; its paths.

    `first` is a command to run before, and `post` says that the data is posted to it once it listens.
    """

    name: str
    told: str
    command: Callable[[Path, Path, int], list[str]]
    query: str
    default_graph: tuple[str, ...]
    first: Callable[[Path, Path], list[str]] | None = None
    post: bool = False


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    kind: Kind
    port: int
    process: subprocess.Popen[bytes]

    def path(self, query: str) -> str:
        """Return the path and query string that ask a query."""
        return f"{self.kind.query}?query={quote(query, safe='')}"


def program(name: str) -> str:
    """Return where a program is: beside this Python, or on PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise Failed(f"{name} is not here: python -m pip install --group bench")
    return found


def wicara(options: Sequence[str] = ()) -> Kind:
    """Return Wicara, served with more options than it needs."""
    command = [sys.executable, "-m", "wicara", "serve", *options]
    return Kind(
        "wicara",
        " ".join(command[2:]),
        lambda file, _, port: [*command, str(file), "--port", str(port)],
        "/sparql",
        ("/store?default", "/export/default.ttl"),
    )


MEMORY: Final = Kind(
    "memory",
    "oxigraph serve, in memory",
    lambda _file, _folder, port: [program("oxigraph"), "serve", "--bind", f"{HOST}:{port}"],
    "/query",
    ("/store?default",),
    post=True,
)
DISK: Final = Kind(
    "disk",
    "oxigraph serve -l, on RocksDB",
    lambda _, folder, port: [
        program("oxigraph"),
        "serve",
        "--location",
        str(folder),
        "--bind",
        f"{HOST}:{port}",
    ],
    "/query",
    ("/store?default",),
    first=lambda file, folder: [
        program("oxigraph"),
        "load",
        "--location",
        str(folder),
        "--file",
        str(file),
    ],
)
RDFLIB: Final = Kind(
    "rdflib",
    "rdflib-endpoint serve",
    lambda file, _, port: [
        program("rdflib-endpoint"),
        "serve",
        "--host",
        HOST,
        "--port",
        str(port),
        str(file),
    ],
    "/",
    (),
)
PEERS: Final = {kind.name: kind for kind in (MEMORY, DISK, RDFLIB)}


@contextmanager
def running(kind: Kind, file: Path) -> Iterator[Server]:
    """Serve a file of N-Triples until the block ends; raises Failed where the server does not start."""
    folder = file.with_name(f"{file.stem}-{kind.name}")
    log = folder.with_suffix(".log")
    if kind.first:
        subprocess.run(kind.first(file, folder), check=True, capture_output=True, timeout=START)
    port = free_port()
    with (
        log.open("wb") as output,
        subprocess.Popen(
            kind.command(file, folder, port), stdout=output, stderr=output, start_new_session=True
        ) as process,
    ):
        server = Server(kind, port, process)
        try:
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MOST, MOST))
            wait_for_answer(process, port, server.path("ASK {}"), START, log)
            if kind.post:
                post(server, file)
            yield server
        finally:
            stop(process)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for_answer(
    process: subprocess.Popen[bytes], port: int, path: str, seconds: float, log: Path
) -> None:
    """Send a GET of `path` to a server that is starting until the status is 200.

    Raises Failed, with the end of its log, where the process ends or the seconds pass before.
    """
    deadline = time.monotonic() + seconds
    while process.poll() is None and (left := deadline - time.monotonic()) > 0:
        with suppress(OSError, HTTPException):
            if get(port, path, "application/sparql-results+json", left)[0] == HTTPStatus.OK:
                return
        time.sleep(0.01)
    raise Failed(f"port {port} does not answer {path}:\n{log.read_text(errors='replace')[-2000:]}")


def post(server: Server, file: Path) -> None:
    """Load a file into the default graph of a server that is empty."""
    connection = HTTPConnection(HOST, server.port, timeout=START)
    with file.open("rb") as body:
        headers = {"Content-Type": "application/n-triples", "Content-Length": str(file.stat().st_size)}
        connection.request("POST", server.kind.default_graph[0], body, headers)
        response = connection.getresponse()
    if not 200 <= response.status < 300:  # noqa: PLR2004 - a success
        raise Failed(f"{server.kind.told} does not take the data: {response.status}")
    connection.close()


def ask(server: Server, path: str, accept: str) -> tuple[int, bytes]:
    """Return the status and the body of one answer."""
    return get(server.port, path, accept, PATIENCE)


def get(port: int, path: str, accept: str, timeout: float) -> tuple[int, bytes]:
    """Return the status and the body of an answer of a server on a port of 127.0.0.1."""
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Accept": accept, "Accept-Encoding": "identity"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to end; end it, and what it started, where it does not."""
    family = memory.tree(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP)
    memory.end(family)
