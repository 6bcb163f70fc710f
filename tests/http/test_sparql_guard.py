"""SERVICE is found wherever it hides, and nothing else is taken for it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store
from wicara.ontology import PREFIXES
from wicara.server import guard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

U = "http://127.0.0.1:9/x"

HIDDEN = [
    f"SELECT * {{ SERVICE <{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ service<{U}>{{ ?s ?p ?o }} }}",
    f"SELECT * {{ SeRvIcE SILENT <{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE#\n<{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICESILENT<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }}",
    f"ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }} }}",
    f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }})",
    f"SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }})",
    f"SELECT (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }} AS ?x) {{ }}",
    f"ASK {{ BIND(IF(EXISTS {{ SERVICE <{U}> {{}} }}, 1, 2) AS ?x) }}",
    f"ASK {{ {{ SELECT * {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }} }}",
    f"ASK {{ ?s ?p 1SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p trueSERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p 'a'@en.SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"BASE <{U}> ASK {{ SERVICE<>{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE:a #{{\n {{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<?o#>GRAPH\n)SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<?o#>)GRAPH\n)SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<(?o)#>GRAPH\n)#>GRAPH\nSERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX e: <{U}> ASK {{ SERVICEe:a{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} FILTER(1<2)SERVICE?x{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} FILTER(1<2)SERVICE?x#>\n{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES (?a ?b ?x) {{ (1 2 <{U}>) }} FILTER(?a<?b)SERVICE?x#>\n{{ ?s ?p ?o }} }}",
    f'ASK {{ ?s ?p ?o FILTER(?o<#>"""\n2) SERVICE <{U}> {{ ?s ?p ?o }} #"""\n}}',
    f'ASK {{ ?s ?p ?o FILTER(?o<?o#>"""\n) SERVICE <{U}> {{ ?s ?p ?o }} #"""\n}}',
    f'ASK {{ VALUES ?x {{"""abc"}} SERVICE <{U}> {{ ?s ?p ?o }} #\\q"""\n}}',
    f'ASK {{ VALUES ?x {{"""abc"}} SERVICE <{U}> {{ ?s ?p ?o }} #\\uD800"""\n}}',
    f"ASK {{ VALUES ?x {{'''abc'}} SERVICE <{U}> {{ ?s ?p ?o }} #\\uD800'''\n}}",
    f"PREFIX e: <http://e/> ASK {{ ?s ?p e:a\\#b . SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"PREFIX e: <http://e/> ASK {{ ?s ?p e:a\u0301\\#b . SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p <http://a/\\u0061#b> . SERVICE<{U}>{{ ?s ?p ?o }} }}",
]

HARMLESS = [
    "SELECT ?service { ?service ?p ?o }",
    "SELECT $SERVICE { $SERVICE ?p ?o } # SERVICE <x> {}",
    'SELECT * { ?s ?p "SERVICE <x> {}" , \'it is a service\' , """a "SERVICE" <x> {\n}""" }',
    "SELECT * { ?s ?p 'a\\'SERVICE <x> {}' }",
    "SELECT * { ?s <http://example.org/service#SERVICE> <urn:x:service> }",
    "PREFIX service: <http://example.org/> SELECT * { ?s service:a service:b ; service:c [] }",
    "PREFIX service: <http://example.org/> SELECT * { GRAPH service:g { ?s ?p ?o } }",
    "PREFIX service: <http://example.org/> SELECT * FROM service:g { ?s ?p ?o }",
    "PREFIX e: <http://example.org/> SELECT * { ?s e:service e:a.service ; ?p _:service }",
    "SELECT * { ?s ?p 'service'@en-service }",
    "ASK { ?s ?p ?o FILTER(?o<?p && ?s>?o) FILTER(STR(?o) = 'service#') }",
]


@pytest.mark.parametrize("query", HIDDEN)
def test_hidden_service_is_refused(query: str) -> None:
    """SERVICE is refused wherever it hides."""
    with pytest.raises(guard.Refused, match="SERVICE"):
        guard.check(query)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_is_harmless(query: str) -> None:
    """The word in strings, comments, IRIs, variables, labels and prefixed names is no SERVICE, and parses."""
    guard.check(query)
    Store().query(query)


def test_refusal(small: Server) -> None:
    """A query with SERVICE is answered 403, and says why."""
    answer = small.ask(HIDDEN[0])
    assert answer.status == 403
    assert "SERVICE" in answer.json["detail"]


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server that writes down each request it gets, and the list of these."""
    seen: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(500)

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Trap) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x", seen
        server.shutdown()
        thread.join()


def test_nothing_is_fetched(small: Server, trap: tuple[str, list[str]]) -> None:
    """No query makes the server send a request: not by SERVICE, FROM, the graphs of the request, or LOAD."""
    address, seen = trap
    for query in HIDDEN:
        small.ask(query.replace(U, address))
    for query in (
        f"ASK FROM <{address}> {{ ?s ?p ?o }}",
        f"ASK FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ):
        assert small.ask(query).json["boolean"] is False
    small.ask("ASK { ?s ?p ?o }", **{"default-graph-uri": address, "named-graph-uri": address})
    small.ask(f"LOAD <{address}>")
    assert seen == []


PIECES = st.sampled_from(
    [
        "SERVICE", "service", "SILENT", "<U>", "?x", "{", "}", "(", ")", "FILTER", "BIND", "AS",
        "EXISTS", "<", ">", "#", "\n", " ", " ", '"', "'", '"""', "'''", "\\", "\\u0061", "\\uD800",
        "\\q", "e:a", ":a", "service:a", ".", ";", "?s ?p ?o", "1", "true", "VALUES ?x", "@en", "_:b",
        "<?b", "#>", "a", "&&", "\\#", "[", "]", "UNION", "'a'",
    ]
)  # fmt: skip
QUERIES = st.lists(PIECES, min_size=1, max_size=14).map("".join)
FRAMES = st.sampled_from(
    ["ASK {%s}", "ASK {?s ?p ?o FILTER(?o%s}", "ASK {VALUES ?x {<U>} %s {?s ?p ?o}}", "%s"]
)
TAILS = st.sampled_from(["", "SERVICE<U>{}", "SERVICE?x{}", "SERVICE:a{}", '#"""\n', "#'''\n"])


@settings(max_examples=400, deadline=None)
@given(QUERIES, FRAMES, TAILS)
def test_what_passes_reaches_no_one(trap: tuple[str, list[str]], body: str, frame: str, tail: str) -> None:
    """Whatever passes the guard sends no request when the engine evaluates it."""
    address, seen = trap
    query = (f"PREFIX : <{address}> PREFIX e: <{address}>" + frame % (body + tail)).replace(
        "<U>", f"<{address}>"
    )
    with suppress(guard.Refused):
        guard.check(query)
        store = Store()
        store.add(Quad(NamedNode("x:x"), NamedNode("x:x"), Literal(1)))
        with suppress(SyntaxError, OSError, RuntimeError):
            store.query(query, prefixes=dict(PREFIXES)).serialize(format=QueryResultsFormat.JSON)
    assert seen == []


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_nesting(small: Server, bracket: str) -> None:
    """Brackets nested too deep are refused before the parser's stack breaks."""
    closing = {"(": ")", "{": "}", "[": "]"}[bracket]
    answer = small.ask(f"ASK {{ {bracket * 3000}{closing * 3000} }}")
    assert answer.status == 403
    assert small.ask("ASK {}").status == 200


@pytest.mark.parametrize(
    "piece", ["a.", '"""', "x:...", "<#>", "service:a ", "'''\\n", "(", "_:a.", "<", "\\", "'\\", "service:"]
)
def test_guard_is_linear(piece: str) -> None:
    """Four hundred kilobytes of any repeated piece is walked through in seconds."""
    text = piece * (400_000 // len(piece)) + " service"
    before = time.perf_counter()
    with suppress(guard.Refused):
        guard.check(text)
    assert time.perf_counter() - before < 10
