"""A backup that is made while a server writes, restored, and served again."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from server_process import served
from writing import TURTLE, WRITABLE, update, write

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Command
    from server_process import Server

pytestmark = pytest.mark.first_article

PAIRS = "SELECT (COUNT(?a) AS ?n) (COUNT(?b) AS ?m) { ?s <x:a> ?a OPTIONAL { GRAPH <x:g> { ?s <x:b> ?b } } }"
ASKED = (
    "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
    "SELECT ?person ?p ?o { ?person a wic:HasBeenForeignMinister ; ?p ?o } ORDER BY ?person ?p ?o",
)


class Writer(threading.Thread):
    """A client that inserts two quads in each update, until it is told to end."""

    def __init__(self, server: Server) -> None:
        """Begin at once."""
        super().__init__()
        self.server = server
        self.acknowledged = 0
        self.ended = False
        self.start()

    def run(self) -> None:
        """Send updates."""
        while not self.ended:
            subject = f"<x:s{self.acknowledged}>"
            text = f"INSERT DATA {{ {subject} <x:a> 1 . GRAPH <x:g> {{ {subject} <x:b> 1 }} }}"
            assert update(self.server, text).status == 204
            self.acknowledged += 1

    def goes_on(self) -> None:
        """Wait until another update is acknowledged."""
        before = self.acknowledged
        while self.acknowledged == before:
            assert self.is_alive()
            time.sleep(0.01)

    def end(self) -> None:
        """Send no more."""
        self.ended = True
        self.join()


def answers(server: Server) -> list[bytes]:
    """Return what a server answers to some queries."""
    return [server.ask(query, accept="text/csv").body for query in ASKED]


def test_while_a_server_writes(wicara: Command, tmp_path: Path) -> None:
    """All that was acknowledged before a backup is in it, each update as a whole; writes go on meanwhile."""
    with served(*WRITABLE, "--data", tmp_path / "data") as server:
        writer = Writer(server)
        for number in range(3):
            writer.goes_on()
            before = writer.acknowledged
            assert wicara("backup", tmp_path / f"b{number}", "--data", tmp_path / "data").returncode == 0
            assert wicara("verify", "--data", tmp_path / "data").returncode == 0
            writer.goes_on()
        writer.end()
        after = writer.acknowledged
        told = wicara("restore", tmp_path / "b0", "--data", tmp_path / "data", "--force").stderr
        assert "stop it first" in told
    assert wicara("restore", tmp_path / "b2", "--data", tmp_path / "new").returncode == 0
    with served(*WRITABLE, "--data", tmp_path / "new") as server:
        (row,) = server.ask(PAIRS).rows
        assert row["n"] == row["m"]
        assert before <= int(row["n"]) <= after
        assert update(server, "INSERT DATA { <x:new> <x:a> 1 }").status == 204


@pytest.mark.long
def test_the_same_answers(wicara: Command, own_data: Path, tmp_path: Path) -> None:
    """A server of what was restored answers as the one before, a built dataset and a writable one."""
    with served("--data", own_data) as server:
        built = answers(server)
        assert wicara("backup", tmp_path / "b", "--data", own_data).returncode == 0
        turtle = server.get("/export/default.ttl").body
    assert wicara("restore", tmp_path / "b", "--data", own_data, "--force").returncode == 0
    with served("--data", own_data) as server:
        assert answers(server) == built
    with served(*WRITABLE, "--data", tmp_path / "written") as server:
        for graph in ("default", "graph=https://example.org/g"):
            assert write(server, "PUT", f"/store?{graph}", turtle, content_type=TURTLE).status in {201, 204}
        written = answers(server)
        assert wicara("backup", tmp_path / "w", "--data", tmp_path / "written").returncode == 0
    assert wicara("restore", tmp_path / "w", "--data", tmp_path / "written", "--force").returncode == 0
    with served("--data", tmp_path / "written") as server:
        assert answers(server) == written
