"""A review that runs: the process of `wicara review`, and what its page would ask."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from prepared import PATIENCE, Process, nothing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Page:
    """A review that runs: its process, its port, the path with the token."""

    process: Process
    port: int
    path: str

    def ask(self, name: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Ask the page's server for something; return the status and the JSON, or the text."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        content = None if body is None else json.dumps(body)
        kind = {"Content-Type": "application/json"} if body is not None else {}
        connection.request("GET" if body is None else "POST", self.path + name, content, kind | headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, json.loads(text) if response.headers.get_content_subtype() == "json" else text

    def get(self, name: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Return what a reading address answers."""
        status, answer = self.ask(f"{name}?{urlencode(query)}")
        assert status == 200, answer
        return answer

    def post(self, name: str, **body: object) -> Any:  # noqa: ANN401 - JSON
        """Return what a writing address answers."""
        status, answer = self.ask(name, body)
        assert status == 200, answer
        return answer

    def fact(self, part: str, words: str = "") -> dict[str, Any]:
        """Return the first suggestion of a part with some words, as its form shows it."""
        items = self.get("session")["items"]
        found = next(item for item in items if item["part"] == part and words in item["quote"])
        return dict(self.get("fact", fact=found["fact"]))


@contextmanager
def reviewed(file: Path, *options: object) -> Iterator[Page]:
    """Run `wicara review` until the block ends, unless that has killed it."""
    printed, stdout = os.pipe()
    command = ("review", file, "--no-browser", "--by", "tester", *options)
    with (
        open(printed, encoding="utf-8") as lines,  # noqa: PTH123 - a pipe
        Process(command, (nothing(), stdout, sys.stderr)) as process,
    ):
        os.close(stdout)
        line = lines.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)(/\S+/)", line)
        assert found, line
        try:
            yield Page(process, int(found[1]), found[2])
        finally:
            process.terminate()
            assert process.wait(PATIENCE) in {0, -signal.SIGKILL}
