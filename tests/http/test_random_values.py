"""Values that a query makes up are made up anew for each request, however many processes answer."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from needed import long
from server_process import Server, served, wait_until
from writing import WRITABLE, update

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.first_article

CLIENTS = 24
FUNCTIONS = ("UUID", "STRUUID", "RAND", "BNODE")
VALUES = f"SELECT {' '.join(f'({call}() AS ?{call})' for call in FUNCTIONS)} {{}}"


@pytest.fixture(scope="module", params=["file", "empty", "build", "disk"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of each kind of dataset, where there is one that has loaded blank nodes."""
    folder = tmp_path_factory.mktemp("random")
    file = folder / "blank.ttl"
    file.write_text("[] <x:p> [] .")
    arguments = {
        "file": (file, *WRITABLE),
        "empty": ("--empty", *WRITABLE),
        "build": ("--data", request.getfixturevalue("data_dir") if request.param == "build" else ""),
        "disk": ("--data", folder / "disk", *WRITABLE),
    }[request.param]
    with served(*arguments, "--slow-lane", CLIENTS) as running:  # no request is slow enough to be stopped
        yield running


def made_up(server: Server, number: int) -> list[str]:
    """Return the values of one request, which no cache knows."""
    answer = server.ask(f"{VALUES} # {number}")
    assert answer.status == 200
    return list(answer.rows[0].values())


def insert(server: Server, number: int) -> None:
    """Insert five made-up values: the label of a blank node, and one of each function."""
    functions = " ".join(f"BIND ({call}() AS ?{call})" for call in FUNCTIONS)
    text = (
        f"INSERT DATA {{ _:node <x:number> {number} }} ; INSERT {{ <x:s> <x:made-up> "
        f"{', '.join(f'?{call}' for call in FUNCTIONS)} }} WHERE {{ {functions} }}"
    )
    assert update(server, text).status == 204


def inserted(server: Server) -> list[str]:
    """Return the values that inserts have made up."""
    found = server.ask("SELECT ?value { { ?value <x:number> ?n } UNION { <x:s> <x:made-up> ?value } }")
    return [row["value"] for row in found.rows]


@pytest.mark.parametrize("requests", [48, long(1000)])
def test_no_value_is_made_up_twice(server: Server, requests: int) -> None:
    """UUID(), STRUUID(), RAND() and BNODE() give no value to two requests, and updates none of theirs.

    SPARQL 1.1 Query, sections 17.4.2.9, 17.4.2.12 and 17.4.2.13.
    """
    writes = 0 if "--writable" not in server.process.args else 4
    values: list[str] = []
    if writes:
        assert update(server, "CLEAR ALL").status == 204
    with ThreadPoolExecutor(CLIENTS) as clients:
        for first in range(0, requests, requests // 4):
            changes = [clients.submit(insert, server, first + number) for number in range(writes)]
            asked = clients.map(lambda number: made_up(server, number), range(first, first + requests // 4))
            values += [value for row in asked for value in row]
            for change in changes:
                change.result()
    values += inserted(server) if writes else []
    assert len(values) == 4 * requests + 5 * 4 * writes
    assert len(set(values)) == len(values)


def test_no_value_of_the_processes_before_a_reload(server: Server) -> None:
    """The processes that a reload starts make up other values than those before them."""
    values = [value for number in range(20) for value in made_up(server, number)]
    metric = "wicara_versions_total"
    before = server.metric(metric)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.metric(metric) > before)
    values += [value for number in range(20) for value in made_up(server, number)]
    assert len(set(values)) == len(values)


def test_the_same_request_twice(server: Server) -> None:
    """No cache gives out a made-up value again, and no entity tag claims that it would be the same."""
    for call in FUNCTIONS:
        answers = [server.ask(f"SELECT ({call}() AS ?value) {{}}") for _ in range(3)]
        assert len({answer.rows[0]["value"] for answer in answers}) == 3
        assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
        assert not any("ETag" in answer.headers for answer in answers)
