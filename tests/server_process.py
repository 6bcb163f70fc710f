"""A server process on a free port, and a client that sends just what it is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

PATIENCE: Final = 60
"""Seconds in which any answer comes on the busiest machine: a fault detector, never what a test is about."""
TAIL: Final = 4_000
"""Characters of a server's log in the report of a failed test."""
RUNNING: list[Server] = []
"""The servers that run now: the report of a failed test shows the end of their logs."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers and the body."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Return the body as JSON."""
        return json.loads(self.body)

    @property
    def media_type(self) -> str:
        """Return the media type without parameters."""
        return self.headers.get_content_type()

    @property
    def rows(self) -> list[dict[str, str]]:
        """Return the solutions of a SELECT in JSON, values only."""
        return [
            {name: term["value"] for name, term in row.items()} for row in self.json["results"]["bindings"]
        ]


@dataclass(frozen=True)
class Server:
    """A server process, the port that it listens on, and the file that has all it logs."""

    process: subprocess.Popen[str]
    port: int
    log_file: IO[bytes]

    @property
    def log(self) -> str:
        """Return what the server has logged until now."""
        return read_whole(self.log_file)

    def metric(self, line: str) -> float:
        """Return the sum of the metrics whose lines begin so: a name, or a name and labels."""
        lines = self.get("/metrics").text.splitlines()
        found = [float(each.rpartition(" ")[2]) for each in lines if each.startswith(line)]
        assert found, line
        return sum(found)

    @property
    def at_work(self) -> float:
        """Return how many executors have a request."""
        return sum(self.metric(f'wicara_executors{{state="{state}"}}') for state in ("busy", "slow"))

    @property
    def resident(self) -> int:
        """Return the bytes of memory that the front takes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> str:
        """End the server as a supervisor does, and return all that it logged."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        return self.log

    def send(
        self, method: str, path: str, body: bytes | str | None = None, /, **headers: str | None
    ) -> Answer:
        """Send one request on a connection of its own; `content_type=` is the header Content-Type."""
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, /, **headers: str | None) -> Answer:
        """Send a GET."""
        return self.send("GET", path, **headers)

    def ask(self, query: str, /, *, accept: str | None = None, **fields: str | list[str]) -> Answer:
        """Send a query by GET with more fields of the protocol."""
        return self.get(f"/sparql?{urlencode({'query': query, **fields}, doseq=True)}", accept=accept)


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds; fail where it never does."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.02)


def workers(server: Server) -> list[int]:
    """Return the processes below a server's."""
    found, ahead = [], [server.process.pid]
    while ahead:
        children = children_of(ahead.pop())
        found += children
        ahead += children
    return found


def children_of(pid: int) -> list[int]:
    """Return the children of a process; none where it has ended."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError):
            found += map(int, task.read_text().split())
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def read_whole(file: IO[bytes]) -> str:
    """Return the text of a file that another process writes to."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")


def serve(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `wicara serve` where it is expected to fail."""
    command = [sys.executable, "-m", "wicara", "serve", "--port", "0", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


@contextmanager
def served(*arguments: object, ends_with: int = 0) -> Iterator[Server]:
    """Run `wicara serve` on a free port until the block ends; the process must then end by itself.

    `ends_with` is its exit code where the block ends it otherwise.
    """
    command = [sys.executable, "-m", "wicara", "serve", "--port", "0", *map(str, arguments)]
    with (
        TemporaryFile() as log_file,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log_file, text=True) as process,
    ):
        try:
            first = process.stdout.readline() if process.stdout else ""
            port = re.search(r":(\d+)/", first)
            assert port, "the server does not start"
            RUNNING.append(Server(process, int(port[1]), log_file))
            yield RUNNING[-1]
        except BaseException as fault:
            fault.add_note(f"The server of {arguments} logged:\n{read_whole(log_file)[-TAIL:]}")
            raise
        finally:
            RUNNING[:] = [server for server in RUNNING if server.process is not process]
            process.terminate()
            try:
                assert process.wait(PATIENCE) == ends_with
            except subprocess.TimeoutExpired:
                process.kill()
                raise
