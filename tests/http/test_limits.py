"""What a request may cost, limit by limit, and what is said where one is reached."""

from __future__ import annotations

import csv
import http.client
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from prepared import PATIENCE
from server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

ALL = "SELECT * { ?s ?p ?o }"
TRIPLES = "".join(f'<x:s{n}> <x:p> "value, {n}"@en .\n' for n in range(5000))


@pytest.fixture(scope="module")
def capped() -> Iterator[Server]:
    """Return a server that cuts results at 100 rows."""
    with serving(TRIPLES, "--max-rows", 100) as running:
        yield running


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    """Return a server that cuts no results."""
    with serving(TRIPLES) as running:
        yield running


@pytest.fixture(scope="module")
def seven() -> Iterator[Server]:
    """Return a server that cuts results at seven rows."""
    with serving(TRIPLES, "--max-rows", 7) as running:
        yield running


def test_rows_are_cut_and_said(capped: Server) -> None:
    """A result over the cap of rows is cut there; a header says so, and the JSON."""
    answer = capped.ask(ALL)
    assert len(answer.json["results"]["bindings"]) == 100
    assert answer.headers["Wicara-Truncated"] == "max-rows=100"
    assert answer.json["truncated"] == {"limit": "max-rows", "value": 100}


def test_a_short_result_is_whole(capped: Server) -> None:
    """A result under the cap is whole, says nothing, and is what a server without a cap answers."""
    query = "SELECT ?s ?o ?none { ?s <x:p> ?o } ORDER BY ?s LIMIT 100"
    answer = capped.ask(query)
    assert len(answer.json["results"]["bindings"]) == 100
    assert "Wicara-Truncated" not in answer.headers
    assert "truncated" not in answer.json


TERMS = """SELECT * { VALUES (?a ?b) {
  (<x:a> "a\\"b\\nc\\td,<&>") ("x"@id 1) (1.5 true) (UNDEF "é"^^<x:t>) } }"""


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_capped_results_say_the_same(capped: Server, plain: Server, form: str) -> None:
    """Results under a cap hold the same as those that the engine writes, in every format."""
    expected, found = (server.ask(TERMS, format=form) for server in (plain, capped))
    if form == "json":
        assert found.json == expected.json
    elif form == "xml":
        rows = [one.text.partition("<results>")[2] for one in (found, expected)]
        assert rows[0] == rows[1]
    else:
        assert found.text == expected.text


@pytest.mark.parametrize("form", ["csv", "tsv", "xml"])
def test_other_formats_are_cut(capped: Server, form: str) -> None:
    """Each format is cut at a row, and stays well-formed."""
    answer = capped.ask(ALL, format=form)
    assert answer.text.count("x:s") == 100
    assert answer.headers["Wicara-Truncated"] == "max-rows=100"


def test_graphs_are_cut(capped: Server) -> None:
    """A graph is cut at so many triples."""
    answer = capped.ask("CONSTRUCT WHERE { ?s ?p ?o }", format="ntriples")
    assert len(answer.text.splitlines()) == 100
    assert answer.headers["Wicara-Truncated"] == "max-rows=100"


def test_a_long_result_is_cut_as_well() -> None:
    """A result of many kilobytes is cut at the row, says so, and is well-formed."""
    with serving(TRIPLES, "--max-rows", 4000) as server:
        answer = server.ask(ALL)
        assert len(answer.json["results"]["bindings"]) == 4000
        assert answer.headers["Wicara-Truncated"] == "max-rows=4000"


MARKS = r"""SELECT * {
  VALUES ?a { "},{" "\"},{\"" "</result><result>" "a\r\nb" '"' "\"\"\n" } VALUES ?n { 1 2 } }"""


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_what_looks_like_the_end_of_a_row(plain: Server, seven: Server, form: str) -> None:
    """Values that look like the marks between rows are not counted."""
    whole, cut = (server.ask(MARKS, format=form) for server in (plain, seven))
    assert cut.headers["Wicara-Truncated"] == "max-rows=7"
    if form == "json":
        assert cut.json["results"]["bindings"] == whole.json["results"]["bindings"][:7]
    elif form == "xml":
        assert cut.text.count("<result>") == 7
        assert whole.text.startswith(cut.text.removesuffix("</results></sparql>"))
    else:
        reader = csv.reader(io.StringIO(cut.text, newline=""), delimiter="," if form == "csv" else "\t")
        assert whole.text.startswith(cut.text)
        assert len(list(reader) if form == "csv" else cut.text.splitlines()) == 8


def test_bytes_are_cut() -> None:
    """A result over the cap of bytes is cut at a row before it, and says so."""
    with serving(TRIPLES, "--max-bytes", 10_000) as server:
        answer = server.ask(ALL)
        assert 8000 < len(answer.body) < 11_000
        assert answer.headers["Wicara-Truncated"] == "max-bytes=10000"
        assert json.loads(answer.body)["truncated"]["limit"] == "max-bytes"


def test_a_long_uri(capped: Server) -> None:
    """A URI over the limit is 414, as a problem that says to use POST."""
    answer = capped.get(f"/sparql?query={'x' * 60_001}")
    assert (answer.status, answer.media_type) == (414, "application/problem+json")
    assert "POST" in answer.json["detail"]


def test_a_long_body(capped: Server) -> None:
    """A body over the limit is 413, told before it has all come in."""
    query = "ASK {} #" + "x" * (1 << 20)
    answer = capped.send("POST", "/sparql", query, content_type="application/sparql-query")
    assert (answer.status, answer.media_type) == (413, "application/problem+json")


def test_rate() -> None:
    """A client over its rate is 429 with Retry-After; a trusted proxy's clients are told apart."""
    with serving(TRIPLES, "--rate", 5, "--trust-proxy") as server:
        assert server.ask("ASK {}").status == 200  # kept: the same again takes no time
        for path in ("/sparql?query=ASK%7B%7D", "/metrics"):
            client = f"X-Forwarded-For: 192.0.2.{len(path)}"
            heads = server.heads([(f"GET {path}", client)] * 60 + [("GET /readyz", client)])
            assert {head.status for head in heads[:5]} == {200}
            assert (heads[-1].status, heads[-1].headers["Retry-After"]) == (429, "1")
        assert {head.status for head in server.heads([("GET /healthz", client)] * 60)} == {200}


def test_a_full_queue() -> None:
    """Where no more requests may wait, the next one is 503 with Retry-After at once."""
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with serving(TRIPLES, "--executors", 1, "--slow-lane", 1, "--queue", 1, "--timeout", 3) as server:
        connections = [
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE) for _ in range(6)
        ]
        for number, connection in enumerate(connections):
            connection.request("GET", f"/sparql?query={quote(f'{slow} # {number}')}")
        answers = [connection.getresponse() for connection in connections]
        assert {answer.status for answer in answers} == {503}
        assert any(answer.headers["Retry-After"] for answer in answers)
        for connection in connections:
            connection.close()
        assert server.ask("ASK {}", timeout="3").status in {200, 503}
