"""A process of the dataset: it forks others like it, or answers one request at a time.

    python -m wicara.server.front.worker SOCKET     with its setup as JSON on standard input

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
from pathlib import Path
from select import select
from typing import TYPE_CHECKING, Any, Final

from jinja2 import FileSystemBytecodeCache
from wicara.graph.disk import DiskDataset
from wicara.graph.errors import Unavailable, WicaraError
from wicara.server.app import create_app
from wicara.server.front import confinement, frames
from wicara.server.front.fork_safety import run_in_thread
from wicara.server.front.origins import load
from wicara.server.front.setup import FORK_SERVER, WRITER, Setup, Ticket
from wicara.server.front.wsgi import Answer, answer, run
from wicara.server.served import swap
from wicara.server.site.search import index_file

if TYPE_CHECKING:
    from flask import Flask
    from wicara.graph.store import BuiltDataset
    from wicara.server.front.frames import Request

PAUSE: Final = 1.0
"""Seconds without a message after which a fork server has time for other things."""


class Worker:
    """A process, its app, and its connection to the front."""

    def __init__(self, address: str, setup: Setup) -> None:
        """Connect to the front."""
        self.address = address
        self.setup = setup
        self.role = FORK_SERVER
        self.app: Flask | None = None
        self.connect()

    def connect(self) -> None:
        """Open a connection of this process's own."""
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.connect(self.address)

    def read(self) -> tuple[bytes, bytes]:
        """Return the next message; ends the process where there will be none."""
        head = self.connection.recv(frames.HEADER.size, socket.MSG_WAITALL)
        if len(head) < frames.HEADER.size:
            os._exit(0)
        kind, size = frames.HEADER.unpack(head)
        return kind, self.connection.recv(size, socket.MSG_WAITALL) if size else b""

    def send(self, kind: bytes, told: dict[str, Any]) -> None:
        """Send a message in JSON."""
        self.connection.sendall(frames.frame(kind, json.dumps(told).encode()))

    def fault(self, fault: WicaraError, number: int) -> None:
        """Tell the front why something cannot be."""
        self.send(frames.FAULT, {"ticket": number, "fault": type(fault).__name__, "told": str(fault)})

    def hello(self, number: int, **more: int) -> None:
        """Tell the front that this process is ready, and which dataset it has.

        Its size is told once: to count it touches all of it, and what a fork touches is no longer shared.
        """
        dataset = self.dataset
        told = {"ticket": number, "version": dataset.version, "digest": dataset.digest}
        self.send(frames.HELLO, told | more)

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

    def run(self) -> None:
        """Load the dataset and answer messages for ever; a fault of loading is told and ends the process."""
        try:
            self.app = create_app(load(self.setup.origin), self.setup.settings)
            self.share(self.app)
        except WicaraError as fault:
            self.fault(fault, 0)
            return
        gc.collect()
        gc.freeze()
        if not self.setup.settings.allow_service:
            confinement.without_network()
        confinement.without_core_dumps()
        self.hello(0, quads=len(self.dataset.store))
        self.warm()
        while True:
            self.take(*self.read())

    def share(self, app: Flask) -> None:
        """Let an app keep what all processes need alike in the folder of the socket: templates, the index."""
        folder = Path(self.address).parent
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
        index_file.keep_in(app, folder)

    def warm(self) -> None:
        """Prepare what pages need when nothing has been asked for a while: templates, and the index.

        Later executors have the templates then, and those before find them in the folder, compiled. A process
        of its own makes the index.
        """
        while select([self.connection], [], [], PAUSE)[0]:
            self.take(*self.read())
            if self.role != FORK_SERVER:
                return
        for name in self.served.jinja_env.list_templates(extensions=["html"]):
            self.served.jinja_env.get_template(name)
        if not self.setup.origin.on_disk and not os.fork():
            self.make_index()

    def make_index(self) -> None:
        """Make the index of search, and end; where that fails, whoever searches tries it again."""
        try:
            confinement.end_with_parent()
            confinement.limit_memory(self.setup.settings.limits.memory)
            index_file.prepare(self.served)
        finally:
            os._exit(0)

    def take(self, kind: bytes, payload: bytes) -> None:
        """Do what a message asks for."""
        if kind == frames.REQUEST:
            self.respond(frames.Request.unpacked(payload))
        elif kind == frames.FORK:
            self.fork(Ticket(**json.loads(payload)))
        elif kind == frames.ADOPT:
            self.adopt()

    def respond(self, request: Request) -> None:
        """Answer a request."""
        if self.role == WRITER:
            run_in_thread(lambda: self.change(request))  # it may be the next fork server
        else:
            answer(self.served, request, self.connection)

    def change(self, request: Request) -> None:
        """Answer a write; on disk, a snapshot of the new version is made before it is acknowledged."""
        told = Answer(self.connection)
        run(self.served, request, told)
        if told.status.startswith(b"2") and self.setup.origin.on_disk:
            try:
                DiskDataset(Path(self.setup.origin.paths[0])).publish(self.dataset)
            except Unavailable as fault:
                self.fault(fault, 0)
                return
        told.end(with_length=told.status != b"204")

    def fork(self, ticket: Ticket) -> None:
        """Fork; the child goes on here with a connection and limits of its own."""
        child = os.fork()
        if child:
            self.send(frames.FORKED, {"ticket": ticket.number, "pid": child})
            return
        confinement.end_with_parent()
        inherited = self.connection
        try:
            self.role = ticket.role
            self.connect()
            inherited.close()
            self.open(ticket)
        except WicaraError as fault:
            self.fault(fault, ticket.number)
            os._exit(1)
        confinement.limit_memory(self.setup.settings.limits.memory)
        self.hello(ticket.number)

    def open(self, ticket: Ticket) -> None:
        """Open the dataset where it is on disk; in memory it was inherited."""
        if not self.setup.origin.on_disk:
            return
        disk = DiskDataset(Path(self.setup.origin.paths[0]))
        writes = ticket.role == WRITER
        swap(self.served, disk.open_for_writing() if writes else disk.open_snapshot(ticket.digest))

    def adopt(self) -> None:
        """Become the fork server, in place of the one that this process was forked from."""
        confinement.end_with_parent(wanted=False)
        confinement.limit_memory(0)
        self.role = FORK_SERVER
        gc.freeze()
        self.hello(-1)


def main() -> None:
    """Be the first process."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps what was forked
    setup = Setup.unpacked(sys.stdin.buffer.read())
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        os.dup2(nothing.fileno(), 0)
    with suppress(OSError):  # the front is gone
        Worker(sys.argv[1], setup).run()
    os._exit(0)


if __name__ == "__main__":
    main()
