"""A server process on a free port, and a client that sends just what it is told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from prepared import PATIENCE, Process, nothing, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from email.message import Message

ROOMY: Final = {"--timeout": PATIENCE, "--slow-lane": 32, "--executors": 2}
"""Limits of each server, but for those that a test sets: no request is stopped for being slow.

For each version of a dataset twice as many processes are forked as may run at a time: few, as most tests
ask for one thing after the other.
"""
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

    process: Process | subprocess.Popen[bytes]
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

    def ask_beyond(self, query: str, seconds: str) -> Answer:
        """Send a query that its deadline stops; again where no process was free to begin with it in time."""
        while (answer := self.ask(query, timeout=seconds)).json.get("limit") == "executors":
            pass
        return answer

    def is_ready(self, path: str = "/readyz") -> bool:
        """Tell whether the server says that it is ready: it gives itself a second to find out."""
        return self.get(path).status == HTTPStatus.OK

    def heads(self, requests: Iterable[tuple[str, str]]) -> list[Answer]:
        """Send requests, method and path with one header, all at once on one connection; return heads."""
        *heads, last = (f"{line} HTTP/1.1\r\nHost: x\r\n{header}\r\n" for line, header in requests)
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall("\r\n".join([*heads, f"{last}Connection: close\r\n\r\n"]).encode())
            received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
        found = re.findall(rb"HTTP/1\.1 (\d{3}) .*\r\n((?:.+\r\n)*)", received)
        return [Answer(int(status), message_from_bytes(lines), b"") for status, lines in found]


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
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, task.read_text().split())
    return found


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead and not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def read_whole(file: IO[bytes]) -> str:
    """Return the text of a file that another process writes to."""
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")


def serve(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `wicara serve` where it is expected to fail."""
    return run("serve", "--port", 0, *arguments)


STOPPING: Final = """
import glob, os, signal, sys
begun, looks = sys.argv.pop(1), True
def look(*_):
    global looks
    if looks:
        looks = False
        looks = not glob.glob(begun)
        looks or os.kill(os.getpid(), signal.SIGSTOP)
sys.addaudithook(look)
from wicara.cli import main
main(prog_name="wicara")
"""
"""`wicara`, which stops itself as soon as a file or folder is there: it looks at each that it touches."""


def stopped_when(begun: Path, number: int, *arguments: object) -> tuple[int, str]:
    """Run `wicara` and send it a signal when there is a file or folder of a pattern that it makes.

    Return its exit code and what it printed. However busy the machine is, it gets no further than that.
    """
    command = [sys.executable, "-c", STOPPING, str(begun), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), f"it ended before there was {begun}: {status}"
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        _, printed = process.communicate(timeout=PATIENCE)
    return process.returncode, printed


@contextmanager
def served(*arguments: object, ends_with: int = 0, anew: bool = False) -> Iterator[Server]:
    """Run `wicara serve` on a free port until the block ends; the process must then end by itself.

    `ends_with` is its exit code where the block ends it otherwise; `anew` starts interpreters for it.
    """
    given = [*map(str, arguments)]
    roomy = [each for option, value in ROOMY.items() if option not in given for each in (option, str(value))]
    printed, stdout = os.pipe()
    with TemporaryFile() as log_file, open(printed, encoding="utf-8") as lines:  # noqa: PTH123 - a pipe
        command = ["serve", "--port", "0", *given, *roomy]
        if anew:
            process = subprocess.Popen(
                [sys.executable, "-m", "wicara", *command], stdout=stdout, stderr=log_file
            )
        else:
            process = Process(command, (nothing(), stdout, log_file))
        os.close(stdout)
        try:
            port = re.search(r":(\d+)/", lines.readline())
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


@contextmanager
def serving(text: str, *options: object, suffix: str = "trig", ends_with: int = 0) -> Iterator[Server]:
    """Run `wicara serve` of a file that holds a text, until the block ends."""
    with NamedTemporaryFile("w", suffix=f".{suffix}", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        with served(file.name, *options, ends_with=ends_with) as running:
            yield running


def distinct(number: int) -> str:
    """Return so many triples that have nothing but their predicate in common, in N-Triples."""
    return "".join(f"<x:s{n}> <x:p> <x:o{n}> .\n" for n in range(number))
