"""A process of the dataset: it forks others like it, or answers one request at a time.

    python -m wicara.server.process.worker SOCKET     with its setup as JSON on standard input

The first one loads the dataset and becomes the fork server. All of them wait for frames on a connection of
their own to the front's socket, and end when it is closed.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from select import select
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import unquote_to_bytes

from jinja2 import FileSystemBytecodeCache
from wicara.graph.errors import DoesNotFit, RemoteFault, Unavailable, WicaraError
from wicara.graph.writable import WritableDataset, digest_of, snapshots
from wicara.server.app import create_app
from wicara.server.app_state import EXTENSION, swap
from wicara.server.descriptions import counts, downloads
from wicara.server.http.problems import Problem, of_store, rendered
from wicara.server.process import confinement, messages, subjects
from wicara.server.process.loading import load, run_in_thread
from wicara.server.process.messages import DISK, EXECUTOR, FORK_SERVER, STORE, WRITER, Setup, Ticket
from wicara.server.process.reply import ReplyWriter, reply_to
from wicara.server.site.pictures import timeline
from wicara.server.site.search import index_file
from wicara.server.site.tables import differing, statuses
from wicara.server.sparql import query
from wicara.server.sparql.protocol import ASSERTED
from wicara.server.sparql.representation import QueryRequest
from wicara.server.sparql.results import failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    from flask import Flask
    from wicara.graph.store import BuiltDataset
    from wicara.server.app_state import Served
    from wicara.server.process.messages import Request

QUERY_PATHS: Final = frozenset(
    path + slash for path in (b"/sparql", ASSERTED.encode()) for slash in (b"", b"/")
)
QUERY_METHODS: Final = frozenset({"GET", "POST", "QUERY"})
PAUSE: Final = 1.0
"""Seconds without a message after which a fork server prepares what the first search of a version needs."""
NICE: Final = 5
"""How nice the process is that prepares what nobody waits for yet."""
UNPREFIXED: Final = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
RANGES: Final = frozenset({b"range", b"if-range"})
"""The headers that the app does not see: parts are cut from what it answers."""
MARKS: Final = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": False,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
}


class Worker:
    """A process, its app, and its connection to the front."""

    def __init__(self, address: str, setup: Setup) -> None:
        """Connect to the front."""
        self.address = address
        self.setup = setup
        self.role = FORK_SERVER
        self.app: Flask | None = None
        self.version = ""
        """The version that this process has forked executors for."""
        self.prepared: str | None = None
        """The version whose first search has been prepared."""
        self.index_requests, self.index_requester = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        """Where the fork server of a dataset on disk is sent the lock of an index to make."""
        self.index_requester.settimeout(0)
        self.connect()

    def connect(self) -> None:
        """Open a connection of this process's own; ends the process where the front is gone."""
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.connection.connect(self.address)
        except OSError:
            os._exit(0)

    def read(self) -> tuple[bytes, bytes]:
        """Return the next message; ends the process where there will be none."""
        head = self.connection.recv(messages.HEADER.size, socket.MSG_WAITALL)
        if len(head) < messages.HEADER.size:
            os._exit(0)
        kind, size = messages.HEADER.unpack(head)
        return kind, self.connection.recv(size, socket.MSG_WAITALL) if size else b""

    def send(self, kind: bytes, members: dict[str, Any]) -> None:
        """Send a message in JSON."""
        self.connection.sendall(messages.frame(kind, json.dumps(members).encode()))

    def report(self, error: WicaraError, ticket: int) -> None:
        """Report to the front why something cannot be."""
        self.send(messages.FAULT, {"ticket": ticket, "error": type(error).__name__, "message": str(error)})

    def give_up(self, error: WicaraError, ticket: int) -> NoReturn:
        """Report why this process cannot be, and end when the front has heard it and lets go."""
        self.report(error, ticket)
        while True:
            self.read()

    def hello(self, ticket: int, **more: int) -> None:
        """Tell the front that this process is ready, and which dataset it has.

        Its size is sent once: to count it touches all of it, and what a fork touches is no longer shared.
        """
        dataset = self.dataset
        self.send(
            messages.HELLO, {"ticket": ticket, "version": dataset.version, "digest": dataset.digest} | more
        )

    @property
    def served(self) -> Flask:
        """Return the app; it is there once the dataset is loaded."""
        if self.app is None:
            raise AssertionError("the dataset is loaded before anything is answered")
        return self.app

    @property
    def dataset(self) -> BuiltDataset:
        """Return the dataset as it is now."""
        dataset: BuiltDataset = self.served.extensions["wicara"].dataset
        return dataset

    @property
    def disk(self) -> WritableDataset:
        """Return the dataset on disk that is served."""
        return WritableDataset(Path(self.setup.origin.paths[0]))

    def run(self) -> None:
        """Load the dataset and answer messages for ever; an error of loading ends the process."""
        try:
            self.app = create_app(load(self.setup.origin), self.setup.settings)
            self.share(self.app)
        except WicaraError as fault:
            self.give_up(fault, 0)
        gc.collect()
        gc.freeze()
        if not self.setup.settings.allow_service:
            confinement.without_network()
        confinement.without_core_dumps()
        self.hello(0, quads=len(self.dataset.store))
        while True:
            self.wait()
            self.take(*self.read())

    def share(self, app: Flask) -> None:
        """Let an app keep what all processes need in the socket's folder: templates, index, checksums.

        Compiled templates stay for the next server where the compiled modules beside them stay too.
        """
        folder = Path(self.address).parent
        app.extensions[EXTENSION].folder = folder
        app.extensions[downloads.PREPARED] = self.setup.origin.kind != STORE
        beside = Path(app.root_path) / "__pycache__"
        stays = not sys.dont_write_bytecode and os.access(beside, os.W_OK)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(
            str(beside if stays else folder), f"%s.{sys.implementation.cache_tag}.jinja"
        )
        index_file.keep_in(app, folder, self.make_index, self.setup.settings.index)

    def make_index(self, lock: IO[str], *, inferred: bool) -> None:
        """Have the index of what this process has made in another one, which has the lock until it ends.

        A process that has a store on disk open must not fork: it asks the fork server, which has none.
        """
        if not self.setup.origin.on_disk:
            self.call_apart(lambda: index_file.make(self.served, inferred=inferred))
            return
        with suppress(BlockingIOError):
            socket.send_fds(self.index_requester, [b"\0"], [lock.fileno()])

    def wait(self) -> None:
        """Return when there is a message; a fork server meanwhile does what it is asked and what has time."""
        while self.role == FORK_SERVER:
            pause = None if self.version == self.prepared else PAUSE
            ready = select([self.connection, self.index_requests], [], [], pause)[0]
            if self.connection in ready:
                return
            if not ready:
                self.warm()
                continue
            _, locks, _, _ = socket.recv_fds(self.index_requests, 1, 1)
            self.call_apart(lambda: index_file.make(self.served, inferred=True))
            for lock in locks:
                os.close(lock)

    def warm(self) -> None:
        """Prepare what pages of a version need when nothing has been asked for a while: templates, the index.

        Later executors have the templates then, and those before find them in the folder, compiled. A process
        of its own finds the rest: one, so that it takes one processor from requests.
        """
        self.prepared = self.version
        for name in self.served.jinja_env.list_templates(extensions=["html"]):
            self.served.jinja_env.get_template(name)
        self.call_apart(self.prepare)

    def prepare(self) -> None:
        """Find what pages read once, make the index and the file of look-ups, and measure downloads."""
        with self.served.test_request_context():
            for read in (statuses.sayings, differing.conflicts, differing.counts, timeline.indexed):
                read()
            for count in (counts.graphs, counts.partitions, counts.statistics):
                count()
        index_file.prepare(self.served)
        os.nice(NICE)
        if not self.setup.settings.writable and self.setup.origin.kind not in {DISK, STORE}:
            subjects.make(Path(self.address).parent, self.dataset)
        if self.served.extensions[downloads.PREPARED] and downloads.is_measurable(self.dataset):
            downloads.prepare(self.dataset, Path(self.address).parent)

    def call_apart(self, function: Callable[[], None]) -> None:
        """Have a function called in a process of its own, which ends with the front and not with this one.

        Of a dataset on disk, it has the newest version.
        """
        peer = messages.peer_of(self.connection)
        if os.fork():
            return
        try:
            front = os.pidfd_open(peer)
            Thread(target=lambda: (select([front], [], []), os._exit(0)), daemon=True).start()
            self.connection.close()
            confinement.end_with_parent(wanted=False)
            if self.setup.origin.on_disk:
                disk = self.disk
                self.open(Ticket(0, EXECUTOR, digest_of(snapshots(disk.folder)[-1])))
            confinement.limit_memory(self.setup.settings.limits.memory)
            function()
        finally:
            os._exit(0)

    def take(self, kind: bytes, payload: bytes) -> None:
        """Do what a message asks for."""
        if kind == messages.REQUEST:
            self.respond(messages.Request.unpacked(payload))
        elif kind == messages.FORK:
            self.fork(Ticket(**json.loads(payload)))
        elif kind == messages.ADOPT:
            self.adopt()

    def respond(self, request: Request) -> None:
        """Answer a request."""
        if self.role == WRITER:
            run_in_thread(lambda: self.change(request))  # it may be the next fork server
        else:
            answer_request(self.served, request, self.connection)

    def change(self, request: Request) -> None:
        """Answer a write; on disk, a snapshot of the new version is made before it is acknowledged."""
        reply = ReplyWriter(self.connection, request)
        run_app(self.served, request, reply)
        if reply.status.startswith(b"2") and self.setup.origin.on_disk:
            try:
                self.disk.publish(self.dataset)
            except Unavailable as fault:
                self.report(fault, 0)
                return
        reply.end(with_length=reply.status != b"204")

    def fork(self, ticket: Ticket) -> None:
        """Fork; the child goes on here with a connection and limits of its own."""
        child = os.fork()
        if child:
            self.send(messages.FORKED, {"ticket": ticket.number, "pid": child})
            self.version = ticket.digest or self.version
            return
        confinement.end_with_parent()
        inherited = self.connection
        try:
            self.role = ticket.role
            self.connect()
            inherited.close()
            self.open(ticket)
        except WicaraError as fault:
            self.give_up(fault, ticket.number)
        confinement.limit_memory(self.setup.settings.limits.memory)
        self.hello(ticket.number)

    def open(self, ticket: Ticket) -> None:
        """Open the dataset where it is on disk, before memory is limited; in memory it was inherited.

        To open a store takes address space for the threads of RocksDB: 390 MB, and 100 MB more for a moment.
        """
        if not self.setup.origin.on_disk:
            return
        disk = self.disk
        writes = ticket.role == WRITER
        swap(self.served, disk.open_for_writing() if writes else disk.open_snapshot(ticket.digest))

    def adopt(self) -> None:
        """Become the fork server, in place of the one that this process was forked from."""
        confinement.end_with_parent(wanted=False)
        confinement.limit_memory(0)
        self.role = FORK_SERVER
        gc.freeze()
        self.hello(-1)


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
        if name in RANGES:
            continue
        key = UNPREFIXED.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def answer_request(app: Flask, request: Request, connection: socket.socket) -> None:
    """Answer a request by the query function or by the app; HEAD as GET, whose headers it shows.

    A fault before the first byte has gone out is a 500, or a 406 if a format cannot hold the results; a
    later one breaks the answer off. Raises OSError where the front is gone.
    """
    reply = reply_to(request, connection)
    shown = request._replace(method="GET") if request.method == "HEAD" else request
    try:
        if not answer_query(app.extensions[EXTENSION], shown, reply):
            run_app(app, shown, reply)
        reply.end(with_length=reply.status not in {b"204", b"304"})
    except Exception as fault:  # whatever it is, the client gets no whole-looking answer
        if reply.is_lost:
            raise
        if reply.begun:
            reply.send(messages.ABORT)
            return
        reply = ReplyWriter(connection, request)
        write_problem(fault, reply)
        reply.end(with_length=True)


def answer_query(served: Served, request: Request, reply: ReplyWriter) -> bool:
    """Answer a query operation, and return whether it was one: a page, or a faulty one, is for the app.

    Dispatch by the web framework costs several times the query.
    """
    if request.path not in QUERY_PATHS or request.method not in QUERY_METHODS:
        return False
    headers = {name: value.decode("latin-1") for name, value in request.headers}
    query_request = QueryRequest(
        request.method,
        request.query,
        headers.get(b"content-type", "").partition(";")[0].strip().lower(),
        request.body,
        request.path.decode("latin-1"),
        headers.get(b"accept"),
        headers.get(b"accept-encoding"),
        headers.get(b"if-none-match"),
    )
    try:
        found = query.answer(query_request, served.dataset, served.settings)
    except (Problem, DoesNotFit):
        return False
    if found is None:
        return False
    reply.status, reply.headers = b"%d" % found.status, messages.encoded(found.headers.items())
    try:
        reply.write_all(found.body)
    except (OSError, RuntimeError, ValueError) as fault:
        if reply.is_lost:
            raise
        raise failed(fault, found.query) from fault
    return True


def run_app(app: WSGIApplication, request: Request, reply: ReplyWriter) -> None:
    """Run a request through an app (WSGI, PEP 3333), and write what it returns."""
    body = app(environ_of(request), reply.start)
    try:
        reply.write_all(body)
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def write_problem(fault: Exception, reply: ReplyWriter) -> None:
    """Write the problem of a fault of evaluation."""
    problem = failed(fault, "")
    if isinstance(fault, MemoryError):
        problem.status = HTTPStatus.SERVICE_UNAVAILABLE
    if isinstance(fault, DoesNotFit):
        problem = Problem(HTTPStatus.NOT_ACCEPTABLE, str(fault))
    if isinstance(fault, RemoteFault):
        problem = of_store(fault)
    if isinstance(fault, Problem):
        problem = fault
    body, headers = rendered(problem)
    reply.status, reply.headers = b"%d" % problem.status, messages.encoded(headers.items())
    reply.write(body)


def main() -> None:
    """Be the first process."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps what was forked
    setup = Setup.unpacked(sys.stdin.buffer.read())
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 0)
    with suppress(ConnectionError):  # the front is gone
        Worker(sys.argv[1], setup).run()
    os._exit(0)


if __name__ == "__main__":
    main()
