"""The graphs of a query or update are sets (SPARQL 1.1 Query, 13.2), however a text or request names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from server_process import serving
from writing import update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command
    from server_process import Server

pytestmark = pytest.mark.first_article

DATA = """
<http://ex.org/g1> { <http://ex.org/s> <http://ex.org/p> 10 }
<http://ex.org/g2> { <http://ex.org/s> <http://ex.org/p> 10 . <http://ex.org/t> <http://ex.org/p> 5 }
"""
E = "PREFIX e: <http://ex.org/>"
FIVE = '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'
TRIPLES = [
    ("", "FROM <http://ex.org/g1> FROM <http://ex.org/g2>", 2),
    ("", "FROM <http://ex.org/g1> FROM <http://ex.org/g1>", 1),
    ("", r"FROM <http://ex.org/\u00671> FROM <http://ex.org/g2>", 2),
    ("", r"FROM <http://ex.org/\U000000671> FROM <http://ex.org/g1>", 1),
    (r"PREFIX e: <http://ex.org/\u0067>", "FROM e:1 FROM e:2", 2),
    ("BASE <http://ex.org/a/> BASE <b/>", "FROM <../../g1> FROM <../../g2>", 2),
    ("BASE <http://ex.org/a/b?c=d> PREFIX e: <//ex.org/>", "FROM e:g1 FROM </g1> FROM <../g2>", 2),
    (E, "FROM e:g1 # FROM e:g2\nFROM <http://ex.org/g1>", 1),
    (E, "FROM#\ne:g2 from e:g2", 2),
    (E, "FROMe:g2 FROMe:g2", 2),
    ("PREFIX named: <http://ex.org/>", "FROM named:g1 FROM named:g1", 1),
    ("PREFIX from: <http://ex.org/>", "FROM from:g2FROM <http://ex.org/g2>", None),
    ("PREFIX select: <http://ex.org/>", "FROM select:g2 FROM <http://ex.org/g2>", 2),
    ("", "FROM <http://ex.org/g1> FROM NAMED <http://ex.org/g2> FROM NAMED <http://ex.org/g2>", 1),
    ("", "FROM NAMED <http://ex.org/g1> FROM NAMED <http://ex.org/g2>", 0),
]
"""Prologues, clauses, and how many triples the default graph then has; None: it is no SPARQL."""
QUADS = [
    ("", "FROM NAMED <http://ex.org/g1> FROM NAMED <http://ex.org/g1>", 1),
    (E, "FROM NAMED e:g1 FROM NAMED <http://ex.org/g1>", 1),
    ("", "FROMNAMED<http://ex.org/g2>FROMNAMED<http://ex.org/g2>", 2),
    (E, "FROMNAMEDe:g2 FROMNAMEDe:g2", 2),
    ("PREFIX : <http://ex.org/>", "FROM NAMED:g1 FROM NAMED:g1", 1),
    ("BASE <http://ex.org/>", r"FROM NAMED <g1> FROM NAMED <\u00671> FROM <g2>", 1),
    ("", "FROM NAMED <http://ex.org/g1> FROM NAMED <http://ex.org/g2>", 3),
    ("", "FROM <http://ex.org/g1> FROM <http://ex.org/g2>", 0),
]
"""Prologues, clauses, and how many quads the named graphs then have."""
QUERIES = [
    (f"{prologue} SELECT (COUNT(*) AS ?n) {clauses}{{ ?s ?p ?o }}", n) for prologue, clauses, n in TRIPLES
]
QUERIES += [
    (f"{prologue} SELECT (COUNT(*) AS ?n) {clauses}{{ GRAPH ?g {{ ?s ?p ?o }} }}", n)
    for prologue, clauses, n in QUADS
]


@pytest.fixture(scope="module")
def two() -> Iterator[Server]:
    """Return a server of two graphs that share a triple."""
    with serving(DATA) as running:
        yield running


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_graphs_of_a_query(two: Server, query: str, expected: int | None) -> None:
    """Each graph is in the dataset once, by whichever name."""
    answer = two.ask(query)
    if expected is None:
        assert answer.status == 400
    else:
        assert answer.rows == [{"n": str(expected)}]


FORMS = [
    (
        "ASKFROM<http://ex.org/g1>FROM<http://ex.org/g1>{ { SELECT(SUM(?o)AS?n){ ?s ?p ?o }}FILTER(?n=10) }",
        "csv",
        "true",
    ),
    (
        f"{E} CONSTRUCT{{<x:s><x:n>?n}}FROM e:g1 FROM e:g1{{{{SELECT(STR(SUM(?o))AS?n){{?s ?p ?o}}}}}}",
        "ntriples",
        '<x:s> <x:n> "10" .',
    ),
    (
        "PREFIX from: <http://ex.org/> DESCRIBE from:t FROM from:g2 FROM from:g2",
        "ntriples",
        f"<http://ex.org/t> <http://ex.org/p> {FIVE} .",
    ),
    (f"{E} SELECT(1<2 AS?x)FROM e:g1 FROM e:g1{{ ?s ?p ?o }}", "csv", "x\r\ntrue"),
]


@pytest.mark.parametrize(("query", "form", "expected"), FORMS)
def test_forms_of_a_query(two: Server, query: str, form: str, expected: str) -> None:
    """The clauses are found after every query form."""
    assert two.ask(query, format=form).text.strip() == expected


@pytest.mark.parametrize(
    ("pattern", "graphs", "expected"),
    [
        ("GRAPH ?g { ?s ?p ?o }", {"named-graph-uri": ["http://ex.org/g1"] * 2}, 1),
        ("?s ?p ?o", {"default-graph-uri": ["http://ex.org/g1"] * 2}, 1),
        ("?s ?p ?o", {"default-graph-uri": ["http://ex.org/g1", "http://ex.org/g2"]}, 2),
    ],
)
def test_graphs_of_a_request(two: Server, pattern: str, graphs: dict[str, list[str]], expected: int) -> None:
    """Graphs that the request names count once as well (SPARQL 1.1 Protocol, 2.1.4)."""
    assert two.ask(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}", **graphs).rows == [{"n": str(expected)}]


IN_GRAPH = "{ SELECT (SUM(?o) AS ?n) { GRAPH ?g { ?s ?p ?o } } }"
IN_DEFAULT = "{ SELECT (SUM(?o) AS ?n) { ?s ?p ?o } }"


UPDATES = [
    ("", "USING NAMED <http://ex.org/g1> USING NAMED <http://ex.org/g1>", IN_GRAPH, 10),
    (E, "USING NAMED e:g1 USING NAMED <http://ex.org/g1>", IN_GRAPH, 10),
    (E, "USINGNAMED<http://ex.org/g2>USINGNAMEDe:g2 ", IN_GRAPH, 15),
    (E, "USING NAMED # NAMED\ne:g2 USING # e\n NAMED e:g2", IN_GRAPH, 15),
    ("BASE <http://ex.org/a/> BASE <b/>", r"USING NAMED <../../g1> USING NAMED </\u00671>", IN_GRAPH, 10),
    ("", "USING <http://ex.org/g1> USING <http://ex.org/g1>", IN_DEFAULT, 10),
    (E, "USINGe:g1 USING#\ne:g2 ", IN_DEFAULT, 15),
    (E, "USING e:g1 USING NAMED e:g2 USING NAMED e:g2", IN_DEFAULT, 10),
]
"""Prologues, clauses, what asks for the sum of the literals, and the sum."""


@pytest.fixture(scope="module")
def filled(writable: Server) -> Server:
    """Return a server that takes updates, of the two graphs."""
    succeed(writable, f"INSERT DATA {{ {DATA.replace('<http://ex.org/g', 'GRAPH <http://ex.org/g')} }}")
    return writable


def succeed(server: Server, text: str, **fields: list[str]) -> None:
    """Send an update, which succeeds."""
    answer = update(server, text, **fields)
    assert answer.status == 204, answer.text


def sum_of(server: Server) -> str:
    """Return the sum that the last update left, and take it away."""
    [row] = server.ask("SELECT ?n { <x:s> <x:sum> ?n }").rows
    succeed(server, "DELETE WHERE { <x:s> <x:sum> ?n }")
    return row["n"]


@pytest.mark.parametrize(("prologue", "clauses", "where", "expected"), UPDATES)
def test_graphs_of_an_update(filled: Server, prologue: str, clauses: str, where: str, expected: int) -> None:
    """An update sees each graph once, also in an operation that is not its first."""
    text = f"{prologue} CLEAR SILENT GRAPH <x:g> ; INSERT {{ <x:s> <x:sum> ?n }} {clauses} WHERE {where}"
    succeed(filled, text)
    assert sum_of(filled) == str(expected)


def test_graphs_of_the_request_of_an_update(filled: Server) -> None:
    """Graphs that the request of an update names count once as well."""
    succeed(
        filled,
        f"INSERT {{ <x:s> <x:sum> ?n }} WHERE {IN_GRAPH}",
        **{"using-named-graph-uri": ["http://ex.org/g1"] * 2},
    )
    assert sum_of(filled) == "10"


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("FROM graph:ontology FROM graph:ontology { ?s ?p ?o }", "graph:ontology"),
        ("FROM graph:ontology FROM graph:inferred { ?s ?p ?o }", "graph:ontology graph:inferred"),
        ("FROM NAMED graph:ontology FROM NAMED graph:ontology { GRAPH ?g { ?s ?p ?o } }", "graph:ontology"),
    ],
)
def test_the_command_sees_the_same(
    wicara: Command, data_dir: Path, tmp_path: Path, query: str, graphs: str
) -> None:
    """`wicara query` counts a triple of its graphs once, as the server does."""
    once = f"{{ SELECT DISTINCT ?s ?p ?o {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} }} }}"
    file = tmp_path / "query.rq"
    counts = []
    for text in (query, once):
        file.write_text(f"SELECT (COUNT(*) AS ?n) {text}", encoding="utf-8")
        counts.append(wicara("query", file, "--data", data_dir, "--format", "csv").stdout)
    assert counts[0] == counts[1]
    assert counts[0].splitlines()[1].isdigit()
