"""Patterns mean what SPARQL 1.1 says (Query, 18.5 and 18.6) where the engine by itself answers otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store
from wicara.graph import sparql
from wicara.graph.sparql_patterns import mended_query
from writing import count, emptied, update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command
    from server_process import Server

pytestmark = pytest.mark.first_article

DATA = """
INSERT DATA { <x:a> <x:p> <x:b> . <x:a> <x:q> <x:b> . <x:b> <x:q> <x:c> . <x:c> <x:p> "l"@en
  GRAPH <x:1> { <x:s> <x:p> 10 } GRAPH <x:2> { <x:s> <x:p> 10 . <x:t> <x:p> 5 . <x:t> <x:q> <x:u> } } ;
CREATE GRAPH <x:3>
"""
IN_GRAPHS = [
    ("{ SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }", ["1 1", "2 3", "3 0"]),
    ("{ SELECT (MAX(?o) AS ?n) { ?s <x:p> ?o } GROUP BY ?s }", ["1 10", "2 10", "2 5"]),
    ("{ SELECT DISTINCT ?n { ?s ?n ?o } }", ["1 p", "2 p", "2 q"]),
    ("{ SELECT ?n { ?n ?p ?o } ORDER BY DESC(?n) LIMIT 1 }", ["1 s", "2 t"]),
    ("{ ?n <x:p> 10 OPTIONAL { SELECT ?n { ?n <x:q> ?any } } }", ["1 s", "2 s"]),
    ("{ ?n <x:p> ?o FILTER EXISTS { SELECT ?n { ?n <x:q> ?any } } }", ["2 t"]),
    ("{ ?n <x:p> _:b . _:b ^<x:p> ?n { SELECT ?n { ?n <x:q> _:c } } }", ["2 t"]),
    ("{ VALUES ?n { 1 } }", ["1 1", "2 1", "3 1"]),
    ("{ VALUES ?n { 1 } OPTIONAL { ?s <x:q> ?o } }", ["1 1", "2 1", "3 1"]),
    ("{ { VALUES ?n { 1 } } UNION { ?n <x:q> ?o } }", ["1 1", "2 1", "2 t", "3 1"]),
    ("{ GRAPH <x:1> { ?n <x:p> ?o } }", ["1 s", "2 s", "3 s"]),
    ("{ GRAPH ?other { SELECT (COUNT(*) AS ?n) { ?s <x:q> ?o } } FILTER(?n = 1) }", ["1 1", "2 1", "3 1"]),
    ("{ ?s <x:q> ?o BIND(BOUND(?g) AS ?n) }", ["2 false"]),
    ("{ ?n <x:q> ?o FILTER(!BOUND($g)) }", ["2 t"]),
    ("{ ?n <x:q> ?o MINUS { ?x ?y ?z } }", ["2 t"]),
    ("{ ?n <x:p> ?o OPTIONAL { ?n <x:q> ?g } }", ["1 s", "2 s"]),
    ("{ <x:none> <x:q>* ?n }", ["1 none", "2 none", "3 none"]),
    ("{ <x:s> <x:p>? ?n }", ["1 10", "1 s", "2 10", "2 s", "3 s"]),
    ("{ ?n (<x:p>|<x:p>)|^<x:q> ?o }", ["1 s", "1 s", "2 s", "2 s", "2 t", "2 t", "2 u"]),
]
"""Blocks of GRAPH ?g, and the solutions as `graph n`."""
OF_FROM = [
    ("FROM NAMED <x:2>", ["2 3"]),
    ("FROM NAMED <x:1> FROM NAMED <x:2> FROM NAMED <x:1>", ["1 1", "2 3"]),
    ("FROM <x:1>", []),
    ("FROM <x:1> FROM <x:2> FROM NAMED <x:1>", ["1 1"]),
]
"""Datasets, and how many triples GRAPH ?g counts in each graph."""
PATHS = [
    ("<x:none> <x:q>* ?n", ["none"]),
    ("<x:none> <x:q>? ?n", ["none"]),
    ("?n <x:q>* <x:none>", ["none"]),
    ("<http://x/none> <http://x/q>* ?n", ["http://x/none"]),
    ("<x:none> <x:q>*/<x:p>? ?n", []),
    ("BIND(EXISTS { <x:none> <x:q>*/<x:p>? <x:none> } AS ?n)", ["true"]),
    ("<x:none> ^(<x:q>*) ?n", ["none"]),
    ("<x:none> (<x:q>*)+ ?n", ["none"]),
    ("<x:none> (<x:q>?|<x:p>|<x:q>*) ?n", ["none", "none"]),
    ("<x:a> <x:q>* ?n", ["a", "b", "c"]),
    ('?n <x:q>? "none"@en', ["none"]),
    ("?n <x:q>? -5", ["-5"]),
    ('?n <x:q>? "l"@en', ["l"]),
    ("VALUES ?n { <x:none> } ?n <x:q>* ?x", []),
    ("BIND(EXISTS { <x:none> <x:q>* <x:none> } AS ?n)", ["true"]),
    ("BIND(EXISTS { <x:none> <x:q>* <x:other> } AS ?n)", ["false"]),
    ("BIND(EXISTS { 1 <x:q>? 01 } AS ?n)", ["true"]),
    ("<x:a> <x:p>|<x:p> ?n", ["b", "b"]),
    ("<x:a> (<x:p>|<x:q>)/<x:q> ?n", ["c", "c"]),
    ("<x:b> ^(<x:p>|<x:q>) ?n", ["a", "a"]),
    ("<x:b> !(<x:r>|^<x:r>) ?n", ["a", "a", "c"]),
    ("<x:a> (<x:p>|<x:q>)+ ?n", ["b", "c", "l"]),
    ("<x:a> <x:p>|<x:q> <x:b> ; <x:p> ?n , ?m # <x:p>|<x:q> ?o\n; .", ["b", "b"]),
    ("<x:a> <x:p>|<x:q> [ <x:q> ?n ]", ["c", "c"]),
    ("[] <x:p>|<x:q> ?n FILTER(1*2 = 2 || ?n)", ["b", "b", "c", "l"]),
    ("?x <x:p>|<x:q> ?n FILTER NOT EXISTS { ?x <x:q>|<x:p> <x:b> }", ["c", "l"]),
    ("{ SELECT (COUNT(*) AS ?n) { ?s <x:p>|<x:q>|<x:p> ?o } }", ["6"]),
    ('?s <x:p>|<x:p> ?n FILTER(?n = "}|{")', []),
]
"""Patterns of the default graph, and the values of ?n."""


@pytest.fixture(scope="module")
def server(writable: Server) -> Server:
    """Return a server of a default graph and three named ones, of which one is empty."""
    assert update(writable, DATA).status == 204
    return writable


@pytest.fixture
def own(server: Server) -> Iterator[Server]:
    """Yield the server to a test that changes what it holds."""
    yield server
    emptied(server)
    assert update(server, DATA).status == 204


def rows(server: Server, query: str) -> list[str]:
    """Return the solutions, sorted: the values of ?g and ?n without `x:`."""
    return sorted(
        " ".join(row.get(name, "-") for name in ("g", "n") if name in row).replace("x:", "")
        for row in server.ask(query).rows
    )


@pytest.mark.parametrize(("block", "expected"), IN_GRAPHS)
def test_block_of_graph(server: Server, block: str, expected: list[str]) -> None:
    """The block of GRAPH ?g is evaluated in each named graph, and then joined with ?g."""
    assert rows(server, f"SELECT ?g ?n {{ GRAPH ?g {block} }}") == expected
    assert rows(server, f"SELECT ?g ?n {{ VALUES ?g {{ <x:2> <x:9> }} GRAPH ?g{block} }}") == [
        row for row in expected if row.startswith("2")
    ]


@pytest.mark.parametrize(("clauses", "expected"), OF_FROM)
def test_graphs_of_the_dataset(server: Server, clauses: str, expected: list[str]) -> None:
    """The graphs are those of the query's dataset."""
    query = "SELECT ?g ?n %s { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } }"
    assert rows(server, query % clauses) == expected


@pytest.mark.parametrize(("pattern", "expected"), PATHS)
def test_paths(server: Server, pattern: str, expected: list[str]) -> None:
    """Alternatives are unions, and a path of length zero begins at any term."""
    assert rows(server, f"SELECT ?n {{ {pattern} }}") == sorted(expected)


def test_in_the_where_of_an_update(own: Server) -> None:
    """WHERE means the same in an update, whatever graphs it sees; templates stay as they are."""
    counting = "GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"
    inserting = f"INSERT {{ GRAPH <x:c> {{ ?g <x:n> ?n }} }} %s WHERE {{ {counting} }}"
    for clauses, named, expected in (
        ("", [], 3),
        ("USING <x:1> USING NAMED <x:2>", [], 1),
        ("USING <x:1>", [], 0),
        ("", ["x:1"], 1),
    ):
        update(own, "DROP SILENT GRAPH <x:c>")
        answer = update(own, inserting % clauses, **{"using-named-graph-uri": named})
        assert answer.status == 204
        assert count(own, "GRAPH <x:c> { ?s <x:n> ?n }") == expected
    assert update(own, "INSERT { <x:z> <x:z> ?x } WHERE { <x:none> <x:q>* ?x }").status == 204
    assert count(own, "<x:z> <x:z> <x:none>") == 1


def test_in_a_later_operation(own: Server) -> None:
    """What an operation before has made is not known yet: the update is refused, and nothing has changed."""
    text = "CREATE GRAPH <x:4> ; INSERT { ?g <x:n> 1 } WHERE { GRAPH ?g { SELECT ?s { ?s ?p ?o } } }"
    answer = update(own, text)
    assert answer.status == 400
    assert "a request of its own" in answer.json["detail"]
    assert rows(own, "SELECT ?g { GRAPH ?g {} }") == ["1", "2", "3"]


def test_too_many_graphs(own: Server) -> None:
    """A block that would have to be written out for too many graphs is refused; the message says why."""
    many = " ".join(f"GRAPH <x:{number}> {{ <x:s> <x:p> 1 }}" for number in range(1000, 1400))
    assert update(own, f"INSERT DATA {{ {many} }}").status == 204
    block = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert len(rows(own, f"SELECT * {{ GRAPH ?g {{ {block} }} }}")) == 403
    padded = f"SELECT * {{ GRAPH ?g {{ {block} # {'-' * 10000}\n }} }}"
    answer = own.send("POST", "/sparql", padded, content_type="application/sparql-query")
    assert answer.status == 400
    assert "FROM NAMED" in answer.json["detail"]


@pytest.mark.parametrize(
    "query", ["SELECT ?n { GRAPH ?g { SELECT ?n { ?n ?p ?o } }⟨here⟩", "ASK { ?s a|<x:p> ?o ⟨here⟩? }"]
)
def test_syntax_errors(server: Server, query: str) -> None:
    """A fault is told at its place in the text that was sent."""
    answer = server.ask(query.replace("⟨here⟩", ""))
    assert answer.status == 400
    assert answer.json["near"] == query


def test_on_the_command_line(wicara: Command, data_dir: Path, tmp_path: Path) -> None:
    """`wicara query` gives the same answers."""
    file = tmp_path / "query.rq"
    two = "SELECT (COUNT(*) AS ?x) { BIND(1 AS ?s) VALUES ?s { 1 } <x:n> skos:broader?|skos:broader? ?o }"
    graphs = (
        "SELECT (?a > 1 && ?a = ?b AS ?x) { { SELECT (COUNT(?g) AS ?a) { GRAPH ?g {} } } "
        "{ SELECT (COUNT(?g) AS ?b) { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } } } } }"
    )
    for text, expected in (
        ("SELECT ?x { <x:none> skos:broader* ?x }", "x:none"),
        (two, "2"),
        (graphs, "true"),
    ):
        file.write_text(text, encoding="utf-8")
        assert wicara("query", file, "--data", data_dir).stdout.split() == ["x", expected]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        'SELECT * { GRAPH ?g { ?s ?p ?o . ?o ?q "a|b" FILTER(?s != ?o || ?p * 2 > 1) } }',
        "SELECT * { ?s <x:p>/<x:q>+ ?o OPTIONAL { ?o <x:q>* ?x } }",
        "CONSTRUCT { GRAPH ?g { ?s <x:p> ?o } } { ?s <x:p>{| <x:q> 1 |} ?o }",
        "CONSTRUCT { ?s <x:p> (1 2) } WHERE { ?s <x:p> (1 2) }",
        "SELECT (COUNT(*) AS ?n) { SERVICE <x:s> { <x:a> <x:p>* ?x } }",
    ],
)
def test_what_the_engine_gets_right_stays(query: str) -> None:
    """Only what differs is rewritten; what is in SERVICE is for another server."""
    assert mended_query(query, 0, list) == query


def test_deep_nesting_stays() -> None:
    """What nests deeper than is looked into is left to the engine."""
    deep = "{" * 150 + "<x:none> <x:q>* ?n" + "}" * 150
    assert mended_query(f"SELECT * {deep}", 0, list) == f"SELECT * {deep}"
    assert list(sparql.query(Store(), f"SELECT * {deep}", prefixes={})) == []
    path = "(" * 400 + "<x:p>|<x:p>" + ")" * 400
    assert mended_query(f"ASK {{ ?s {path} ?o }}", 0, list) == f"ASK {{ ?s {path} ?o }}"
