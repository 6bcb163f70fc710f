"""A server process on a free port, and a client that sends just what it is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

PATIENCE = 60


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
    """A server process and the port that it listens on."""

    process: subprocess.Popen[str]
    port: int

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


@contextmanager
def served(*arguments: object, ends_with: int = 0) -> Iterator[Server]:
    """Run `wicara serve` on a free port until the block ends; the process must then end by itself.

    `ends_with` is its exit code where the block ends it otherwise.
    """
    command = [sys.executable, "-m", "wicara", "serve", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            found = re.search(r":(\d+)/", first)
            assert found, process.stderr.read() if process.stderr else ""
            yield Server(process, int(found[1]))
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == ends_with
