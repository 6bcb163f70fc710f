# ruff: noqa: E501 - texts of queries are shown as they are
"""SERVICE and LOAD are found wherever they hide, and nothing else is taken for them; what is too much is told."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store
from server_process import served
from wicara.ontology import PREFIXES
from wicara.server import guard
from wicara.server.settings import Limits, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Server

U = "http://127.0.0.1:9/x"
STRICT = Settings()

HIDDEN = [
    f"SELECT * {{ SERVICE <{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ service<{U}>{{ ?s ?p ?o }} }}",
    f"SELECT * {{ SeRvIcE SILENT <{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE#\n<{U}> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE SILENT#\n#\n<{U}>#\n {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICESILENT<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }}",
    f"ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }} }}",
    f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }})",
    f"SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }})",
    f"SELECT (EXISTS {{ SERVICE <{U}> {{ ?s ?p ?o }} }} AS ?x) {{ }}",
    f"ASK {{ BIND(IF(EXISTS {{ SERVICE <{U}> {{}} }}, 1, 2) AS ?x) }}",
    f"ASK {{ {{ SELECT * {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }} }}",
    f"ASK {{ ?s ?p ?o LATERAL {{ SERVICE <{U}> {{ ?s ?p ?o }} }} }}",
    f"ASK {{ ?s ?p 1SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p trueSERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p 'a'@en.SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ?o.SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"BASE <{U}> ASK {{ SERVICE<>{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE:a #{{\n {{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE:a\\#b {{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ SERVICE SILENT:a {{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<?o#>GRAPH\n)SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<?o#>)GRAPH\n)SERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX : <{U}> ASK {{ ?s ?p ?o FILTER(1<(?o)#>GRAPH\n)#>GRAPH\nSERVICE:a{{ ?s ?p ?o }} }}",
    f"PREFIX e: <{U}> ASK {{ SERVICEe:a{{ ?s ?p ?o }} }}",
    f"PREFIX e: <{U}> ASK {{ SERVICESILENTe:a{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} FILTER(1<2)SERVICE?x{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES ?x {{ <{U}> }} FILTER(1<2)SERVICE?x#>\n{{ ?s ?p ?o }} }}",
    f"ASK {{ VALUES (?a ?b ?x) {{ (1 2 <{U}>) }} FILTER(?a<?b)SERVICE?x#>\n{{ ?s ?p ?o }} }}",
    f'ASK {{ ?s ?p ?o FILTER(?o<#>"""\n2) SERVICE <{U}> {{ ?s ?p ?o }} #"""\n}}',
    f'ASK {{ ?s ?p ?o FILTER(?o<?o#>"""\n) SERVICE <{U}> {{ ?s ?p ?o }} #"""\n}}',
    f"ASK {{ VALUES ?o {{1}} FILTER(?o<'x>')SERVICE <{U}> {{ ?s ?p ?o }} #'\n}}",
    f"PREFIX prefixe: <x:> ASK {{ FILTER(prefixe:<'x>')SERVICE <{U}> {{ ?s ?p ?o }} #'\n}}",
    f"ASK {{ VALUES ?o {{1}} FILTER(?o=<http://a/\\u+041'>)SERVICE <{U}> {{ ?s ?p ?o }} #'\n}}",
    f'ASK {{ VALUES ?x {{"""abc"}} SERVICE <{U}> {{ ?s ?p ?o }} #\\q"""\n}}',
    f'ASK {{ VALUES ?x {{"""abc"}} SERVICE <{U}> {{ ?s ?p ?o }} #\\uD800"""\n}}',
    f'ASK {{ VALUES ?x {{"""abc"}} SERVICE <{U}> {{ ?s ?p ?o }} #\\U00110000"""\n}}',
    f"ASK {{ VALUES ?x {{'''abc'}} SERVICE <{U}> {{ ?s ?p ?o }} #\\uD800'''\n}}",
    f"PREFIX e: <http://e/> ASK {{ ?s ?p e:a\\#b . SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"PREFIX e: <http://e/> ASK {{ ?s ?p e:a\u0301\\#b . SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"PREFIX e: <http://e/> ASK {{ ?s ?p e:a.b.SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"PREFIX e: <http://h:> ASK {{ ?s ?p e:SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p <http://a/\\u0061#b> . SERVICE<{U}>{{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p ?o FILTER(?s<<http://a/#>)SERVICE<{U}>{{ ?s ?p ?o }} }}",
]

HIDDEN_UPDATES = [
    f"LOAD <{U}>",
    f"load<{U}>",
    f"LOAD SILENT <{U}> INTO GRAPH <x:g>",
    f"LOADSILENT<{U}>INTOGRAPH<x:g>",
    f"#'\nLOAD#'\n<{U}>#'\n;",
    f"CLEAR ALL ; LOAD <{U}>",
    f"CLEAR ALL;LOAD<{U}>;CLEAR ALL",
    f"INSERT DATA {{ <x:s> <x:p> '}}' }} ;LOAD<{U}>",
    f"PREFIX : <{U}> LOAD:a",
    f"PREFIX : <{U}> LOAD:a INTO GRAPH :b",
    f"PREFIX : <{U}> LOADSILENT:a",
    f"PREFIX : <{U}> LOAD :a\\#b",
    f"PREFIX e: <{U}>LOADe:a",
    f"BASE <{U}>LOAD<>",
    f"VERSION '1.2'LOAD<{U}>",
    f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{U}> {{ ?s ?p ?o }} }}",
    f"DELETE {{ ?s ?p ?o }} USING <x:g> WHERE {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{U}> {{}} }} }}",
    f"CLEAR ALL; INSERT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER(?o<'x>')SERVICE <{U}> {{}} #'\n}}",
]

HARMLESS = [
    "SELECT ?service { ?service ?p ?o }",
    "SELECT ?service ?load { ?service ?p ?load }",
    "SELECT $SERVICE { $SERVICE ?p ?o } # SERVICE <x> {}",
    'SELECT * { ?s ?p "SERVICE <x> {}" , \'it is a service\' , """a "SERVICE" <x> {\n}""" }',
    "SELECT * { ?s ?p 'a\\'SERVICE <x> {}' }",
    "SELECT * { ?s <http://example.org/service#SERVICE> <urn:x:service> }",
    "PREFIX service: <http://example.org/> SELECT * { ?s service:a service:b ; service:c [] }",
    "PREFIX service: <http://example.org/> SELECT * { GRAPH service:g { ?s ?p ?o } }",
    "PREFIX service: <http://example.org/> SELECT * FROM service:g { ?s ?p ?o }",
    "PREFIX service: <http://example.org/> DESCRIBE service:g { ?s ?p ?o }",
    "PREFIX e: <http://example.org/> SELECT * { ?s e:service e:a.service ; ?p _:service }",
    "PREFIX e: <http://example.org/> SELECT * { ?s e:service e:it\\'s . ?s e:load e:a\\#b }",
    "SELECT * { ?s ?p 'service'@en-service }",
    "ASK { ?s ?p ?o FILTER(?o<?p && ?s>?o) FILTER(STR(?o) = 'service#') }",
    "PREFIX : <#> ASK { ?s :service '''SERVICE <x> {\n}''' } # SERVICE <x> {}",
    "PREFIX load: <http://example.org/> DESCRIBE load:x",
    "PREFIX load: <http://example.org/> PREFIX LOAD: <http://e/> ASK { load:x load:y load:z ; LOAD:a load:b }",
    "ASK { ?s ?p '; LOAD <x> ;' } # ; LOAD <x> ;",
]

HARMLESS_UPDATES = [
    "PREFIX load: <http://example.org/> INSERT DATA { load:x load:y load:z ; load:a load:b . load:x a load:c }",
    "PREFIX load: <x:> INSERT DATA { <x:s> <x:p> load:x ; load:y 'LOAD <x:x> ;' } ; CLEAR SILENT GRAPH load:x",
    "PREFIX load: <x:> COPY load:a TO load:b ; DROP SILENT GRAPH load:c",
    "PREFIX e: <x:> INSERT { ?load e:load ?o } USING e:load WHERE { ?load e:upload ?o }",
    "CREATE SILENT GRAPH <x:load> # LOAD <x:x>",
    "PREFIX service: <x:> WITH service:g DELETE { ?s ?p ?o } WHERE { GRAPH service:h { ?s ?p ?o } }",
    "INSERT DATA { <x:s> <x:p> '''; LOAD <x:x> ;\nSERVICE <x:x> {''' }",
]


@pytest.mark.parametrize("text", [*HIDDEN, *HIDDEN_UPDATES])
def test_a_hidden_call_is_refused(text: str) -> None:
    """SERVICE and LOAD are refused wherever they hide."""
    with pytest.raises(guard.Refused, match=r"SERVICE|LOAD") as refusal:
        guard.check(text, STRICT)
    assert refusal.value.status == HTTPStatus.FORBIDDEN
    assert "--allow-service" in str(refusal.value)


@pytest.mark.parametrize("text", [*HIDDEN, *HIDDEN_UPDATES])
def test_a_hidden_call_is_one(text: str) -> None:
    """What hides there is taken for a call by the engine: with another word in its place the text is none."""
    evaluate(text)
    with pytest.raises(SyntaxError):
        evaluate(re.sub("service|load", "servant", text, flags=re.IGNORECASE))


def evaluate(text: str) -> None:
    """Evaluate a query or update on an empty store; raises SyntaxError."""
    with suppress(OSError, RuntimeError):
        if text in HIDDEN or "ASK" in text or "SELECT" in text:
            Store().query(text)
        else:
            Store().update(text)


@pytest.mark.parametrize("query", HARMLESS)
def test_the_word_alone_is_harmless(query: str) -> None:
    """The words in strings, comments, IRIs, variables, labels and prefixed names are no call, and parse."""
    guard.check(query, STRICT)
    Store().query(query, base_iri="http://example.org/")


@pytest.mark.parametrize("update", HARMLESS_UPDATES)
def test_the_word_alone_is_harmless_in_updates(update: str) -> None:
    """The words are no call in an update either, and the update works."""
    guard.check(update, STRICT)
    Store().update(update)


def test_refusal(small: Server) -> None:
    """A query with SERVICE is answered 403, and says why, and how it is allowed."""
    answer = small.ask(HIDDEN[0])
    assert answer.status == 403
    assert f"SERVICE <{U}>" in answer.json["detail"]
    assert "--allow-service" in answer.json["detail"]


# What is allowed

ALLOWED = [
    ("http://a.example/", "http://a.example/sparql"),
    ("http://a.example", "http://a.example/sparql?a=b"),
    ("http://a.example", "http://a.example"),
    ("http://a.example/", "http://a.example"),
    ("http://a.example/", "http://A.Example:80/sparql"),
    ("http://a.example:8080/", "http://a.example:8080/x"),
    ("https://a.example:443/", "https://a.example/x"),
    ("http://a.example/sparql", "http://a.example/sparql"),
    ("http://a.example/sparql", "http://a.example/sparql/b?c=/../d"),
    ("http://a.example/sparql", "http://a.example/sparql?x"),
    ("http://a.example/sparql/", "http://a.example/sparql/b"),
    ("http://[::1]:3030/", "http://[::1]:3030/ds"),
    ("http://a.example/q?graph=1", "http://a.example/q?graph=1"),
]
NOT_ALLOWED = [
    ("http://a.example/", "http://a.example.evil/"),
    ("http://a.example", "http://a.example.evil/"),
    ("http://a.example", "http://a.example@evil/"),
    ("http://a.example", "http://a.example:80@evil/"),
    ("http://a.example", "http://evil/http://a.example/"),
    ("http://a.example/", "http://user@a.example/"),
    ("http://a.example/", "https://a.example/"),
    ("http://a.example/", "http://a.example:8080/"),
    ("http://a.example:80", "http://a.example:8080/"),
    ("http://a.example/", "http://a.example:x/"),
    ("http://a.example/", "http://evil\\u002f@a.example/"),
    ("http://a.example/", "//a.example/"),
    ("http://a.example/", "x"),
    ("http://a.example/", "http:a.example/"),
    ("http://a.example/", "http:///a.example/"),
    ("http://a.example/sparql", "http://a.example/sparql2"),
    ("http://a.example/sparql", "http://a.example/"),
    ("http://a.example/sparql/", "http://a.example/sparql"),
    ("http://a.example/sparql", "http://a.example/sparql/../admin"),
    ("http://a.example/sparql", "http://a.example/sparql/.."),
    ("http://a.example/sparql", "http://a.example/sparql/./../admin"),
    ("http://a.example/sparql", "http://a.example/sparql/..;/admin"),
    ("http://a.example/sparql", "http://a.example/sparql/%2e%2e/admin"),
    ("http://a.example/sparql", "http://a.example/sparql/.%2E/admin"),
    ("http://a.example/sparql", "http://a.example/sparql/..%2fadmin"),
    ("http://a.example/q?graph=1", "http://a.example/q?graph=12"),
    ("http://a.example/q?graph=1", "http://a.example/q"),
    ("a.example", "http://a.example/"),
    ("file:///", "file:///etc/passwd"),
    ("", "http://a.example/"),
]


def allowing(*beginnings: str) -> Settings:
    """Return settings that allow calls."""
    return Settings(allow_service=beginnings)


@pytest.mark.parametrize(("allowed", "iri"), ALLOWED)
def test_allowed(allowed: str, iri: str) -> None:
    """The same server, and a path that is the allowed one or below it, may be called."""
    guard.check(f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", allowing("http://other.example/", allowed))
    guard.check(f"CLEAR ALL ; LOAD SILENT <{iri}> INTO GRAPH <x:g>", allowing(allowed))


@pytest.mark.parametrize(("allowed", "iri"), NOT_ALLOWED)
def test_not_allowed(allowed: str, iri: str) -> None:
    """Another server, or a path that only looks as if it were below, may not."""
    for text in (f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", f"LOAD <{iri}>"):
        with pytest.raises(guard.Refused):
            guard.check(text, allowing(allowed))


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX a: <http://a.example/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
        "PREFIX a: <http://a.example/> ASK { SERVICE SILENT a: { ?s ?p ?o } }",
        "prefix a:<http://a.example/>ASK{ ?s ?p ?o.service#\na:sparql{ ?s ?p ?o } }",
        "PREFIX : <http://a.example/> LOAD :x ; LOAD SILENT :y INTO GRAPH <x:g>",
        "PREFIX a: <http://a.example/x/> PREFIX a: <http://a.example/y/> LOAD a:x",
        "ASK { SERVICE <http://a.example/> { SERVICE <http://a.example/b> { ?s ?p ?o } } }",
    ],
)
def test_allowed_by_name(text: str) -> None:
    """A prefixed name stands for the IRI that the text's own PREFIX makes of it."""
    guard.check(text, allowing("http://a.example/"))


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX a: <http://evil/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
        "PREFIX a: <http://a.example/> PREFIX a: <http://evil/> ASK { SERVICE a:x { ?s ?p ?o } }",
        "PREFIX a: <http://a.example/> PREFIX a:#\n<http://evil/> ASK { SERVICE a:x { ?s ?p ?o } }",
        "PREFIX a: <http://a.example> ASK { SERVICE a:.evil { ?s ?p ?o } }",
        "PREFIX a: <http://a.example/b> PREFIX SILENTa: <http://a.example/b> ASK { SERVICE SILENTa:x {} }",
        "PREFIX a: <http://a.example/> ASK { SERVICE a:\\.\\. { ?s ?p ?o } }",
        "BASE <http://evil/> ASK { SERVICE <http:x> { ?s ?p ?o } }",
        "ASK { SERVICE undeclared:x { ?s ?p ?o } }",
        "ASK { VALUES ?a { <http://a.example/> } SERVICE ?a { ?s ?p ?o } }",
        "ASK { SERVICE <http://a.example/> { ?s ?p ?o } SERVICE <http://evil/> { ?s ?p ?o } }",
        "ASK { SERVICE <http://a.example/> { SERVICE <http://evil/> { ?s ?p ?o } } }",
        "LOAD <http://a.example/> ; LOAD <http://evil/>",
        "ASK { ?s ?p ?o FILTER(?o<'x>')SERVICE <http://evil/> {} #'\n SERVICE <http://a.example/> {} }",
        "ASK { SERVICE#<http://a.example/> {\n<http://evil/> { ?s ?p ?o } FILTER(?s<'x>') }",
    ],
)
def test_not_allowed_by_name(text: str) -> None:
    """What may be another server in any reading, or by any declaration, is refused."""
    with pytest.raises(guard.Refused):
        guard.check(text, allowing("http://a.example/"))


# What really leaves

RESULTS = b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"from afar"}}]}}'


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server that writes down each request it gets, and the list of these."""
    seen: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_query = self.command == "POST"
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json" if is_query else "text/turtle")
            body = RESULTS if is_query else b"<x:s> <x:p> <x:o> ."
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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
    seen.clear()
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


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * {{ GRAPH <{}> {{ ?s ?p ?o }} }}",
        "DESCRIBE <{}>",
        "DESCRIBE * FROM <{}> {{ ?s ?p ?o }}",
        "CONSTRUCT {{ ?s ?p ?o }} FROM <{}> WHERE {{ ?s ?p ?o }}",
        "INSERT {{ ?s ?p ?o }} USING <{}> WHERE {{ ?s ?p ?o }}",
        "DELETE {{ ?s ?p ?o }} USING NAMED <{}> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "WITH <{}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
        "COPY SILENT <{}> TO DEFAULT",
        "CLEAR SILENT GRAPH <{}>",
    ],
)
def test_the_engine_fetches_no_graph(trap: tuple[str, list[str]], text: str) -> None:
    """The graphs that a text names are those of the store: the engine fetches none, so the guard lets it pass."""
    address, seen = trap
    seen.clear()
    asked = text.format(address)
    guard.check(asked, STRICT)
    if asked.startswith(("SELECT", "DESCRIBE", "CONSTRUCT")):
        list(Store().query(asked))
    else:
        Store().update(asked)
    assert seen == []


@pytest.mark.parametrize("allowed", ["{}", "{}/y", ""])
def test_the_engine_calls_what_passes(trap: tuple[str, list[str]], allowed: str) -> None:
    """The engine does call what SERVICE and LOAD name: only what is allowed arrives."""
    address, seen = trap
    seen.clear()
    config = allowing(allowed.format(address))
    store = Store()
    with suppress(guard.Refused):
        guard.check(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", config)
        list(store.query(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}"))
    with suppress(guard.Refused):
        guard.check(f"LOAD <{address}>", config)
        store.update(f"LOAD <{address}>")
    assert seen == (["/x", "/x"] if allowed == "{}" else [])


def test_an_allowed_service_is_called(trap: tuple[str, list[str]], tmp_path: Path) -> None:
    """A server that may call another one does so, and no one else."""
    address, seen = trap
    seen.clear()
    file = tmp_path / "some.ttl"
    file.write_text("<x:s> <x:p> <x:o> .", encoding="utf-8")
    with served(file, "--allow-service", address) as server:
        answer = server.ask(f"SELECT ?o {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", accept="application/json")
        assert [row["o"] for row in answer.rows] == ["from afar"]
        assert seen == ["/x"]
        other = address.removesuffix("x") + "other"
        assert server.ask(f"SELECT ?o {{ SERVICE <{other}> {{ ?s ?p ?o }} }}").status == 403
    assert seen == ["/x"]


PIECES = st.sampled_from(
    [
        "SERVICE", "service", "SILENT", "<U>", "?x", "{", "}", "(", ")", "FILTER", "BIND", "AS",
        "EXISTS", "<", ">", "#", "\n", " ", " ", '"', "'", '"""', "'''", "\\", "\\u0061", "\\uD800",
        "\\q", "e:a", ":a", "service:a", ".", ";", "?s ?p ?o", "1", "true", "VALUES ?x", "@en", "_:b",
        "<?b", "#>", "a", "&&", "\\#", "[", "]", "UNION", "'a'", "'>", "<'x>'", "h:", "e:a.b.",
    ]
)  # fmt: skip
QUERIES = st.lists(PIECES, min_size=1, max_size=14).map("".join)
FRAMES = st.sampled_from(
    ["ASK {%s}", "ASK {?s ?p ?o FILTER(?o%s}", "ASK {VALUES ?x {<U>} %s {?s ?p ?o}}", "%s"]
)
TAILS = st.sampled_from(["", "SERVICE<U>{}", "SERVICE?x{}", "SERVICE:a{}", '#"""\n', "#'''\n"])


@settings(max_examples=400, deadline=None, derandomize=True)
@given(QUERIES, FRAMES, TAILS)
def test_what_passes_reaches_no_one(trap: tuple[str, list[str]], body: str, frame: str, tail: str) -> None:
    """Whatever passes the guard sends no request when the engine evaluates it."""
    address, seen = trap
    seen.clear()
    prologue = f"PREFIX : <{address}> PREFIX e: <{address}> PREFIX h: <http://h:>"
    query = (prologue + frame % (body + tail)).replace("<U>", f"<{address}>")
    with suppress(guard.Refused):
        guard.check(query, STRICT)
        store = Store()
        store.add(Quad(NamedNode("x:x"), NamedNode("x:x"), Literal(1)))
        with suppress(SyntaxError, OSError, RuntimeError):
            store.query(query, prefixes=dict(PREFIXES)).serialize(format=QueryResultsFormat.JSON)
    assert seen == []


# What is too much

STAR = " ; ".join(["<x:p> ?o"] * 101)
STEPS = "/".join(["<x:p>"] * 20)
TOO_DEEP = {
    "parentheses": f"ASK {{ FILTER({'(' * 3000}1{')' * 3000}) }}",
    "groups": f"ASK {{ {'{' * 3000}{'}' * 3000} }}",
    "blank nodes": f"ASK {{ ?s ?p {'[ ?p ' * 3000}1{']' * 3000} }}",
    "lists in data": f"INSERT DATA {{ <x:s> <x:p> {'(' * 3000}1{')' * 3000} }}",
    "reified triples": f"ASK {{ ?s ?p {'<<' * 5000}?s ?p ?o{'>> ?p ?o' * 5000} }}",
    "disjunctions": f"ASK {{ FILTER({'||'.join(['1'] * 10000)}) }}",
    "sums": f"ASK {{ FILTER({'+'.join(['1'] * 10000)}) }}",
    "negations": f"ASK {{ FILTER({'!' * 10000}1) }}",
    "unions": f"ASK {{ {'UNION'.join(['{}'] * 10000)} }}",
    "optional groups": f"ASK {{ {'OPTIONAL{}' * 10000} }}",
    "minus": f"ASK {{ {'MINUS{}' * 3000} }}",
    "bindings": f"ASK {{ {''.join(f'BIND(1 AS ?v{number})' for number in range(3000))} }}",
    "filters": f"ASK {{ {'FILTER(1)' * 10000} }}",
    "sub-selects": f"ASK {{ {'{SELECT*{}}' * 3000} }}",
    "expressions": f"SELECT {' '.join(f'(1 AS ?v{number})' for number in range(3000))} {{}}",
    "groupings": f"SELECT (1 AS ?x) {{}} GROUP BY {' '.join(f'({number})' for number in range(3000))}",
    "descriptions": f"DESCRIBE {' '.join(['<x:x>'] * 3000)}",
    "nested REGEX": f"ASK {{ FILTER({'REGEX(' * 30}'a'{', 1)' * 30}) }}",
    "nested REPLACE": f"ASK {{ FILTER({'replace(' * 30}'a'{', 1, 2)' * 30}) }}",
    "nested GROUP_CONCAT": f"SELECT ({'GROUP_CONCAT(' * 30}1{')' * 30} AS ?x) {{}}",
    "negated brackets": f"ASK {{ FILTER({'!(' * 30}?{')' * 30}) }}",
    "negated functions": f"ASK {{ FILTER({'!STR(' * 30}?{')' * 30}) }}",
    "sub-selects of sub-selects": f"ASK {{ {'?s ?p ?o { SELECT ?s { ' * 20}{'} GROUP BY ?s }' * 20} }}",
    "a repeated path": f"ASK {{ ?s ({STEPS})* ?o . ?o <x:p> ?x }}",
    "a path with an alternative": f"ASK {{ ?s {STEPS}|<x:q> ?o . ?o <x:p> ?x }}",
    "an alternative with a path": f"ASK {{ ?s <x:q>|{STEPS} ?o . ?o <x:p> ?x }}",
}
TOO_MANY = {
    "triples": f"ASK {{ {'?s ?p ?o . ' * 101} }}",
    "predicates": f"ASK {{ ?s {STAR} }}",
    "objects": f"ASK {{ ?s ?p {', '.join(['?o'] * 101)} }}",
    "members of a list": f"ASK {{ ?s ?p ({'?o ' * 51}) }}",
    "lists in lists": f"ASK {{ ?s ?p ({'(?o)' * 51}) }}",
    "blank nodes": f"ASK {{ ?s ?p {', '.join(['[ ?p ?o ]'] * 51)} }}",
    "steps": f"ASK {{ ?s {'/'.join(['<x:p>'] * 101)} ?o }}",
    "alternatives": f"ASK {{ ?s {'|'.join(['<x:p>'] * 101)} ?o }}",
    "inverse steps": f"ASK {{ {'?s ^<x:p> ?o . ' * 51} }}",
    "graphs": f"ASK {{ {'GRAPH ?g {}' * 101} }}",
    "values": f"ASK {{ {'VALUES ?v { 1 }' * 101} }}",
    "groups": f"ASK {{ {'{ ?s ?p ?o }' * 101} }}",
    "after filters": f"ASK {{ {'?s ?p ?o FILTER(?o) ' * 101} }}",
    "in EXISTS": f"ASK {{ FILTER(1 && EXISTS {{ ?s {STAR} }}) }}",
    "in a sub-select": f"ASK {{ {{ SELECT (COUNT(*) AS ?n) {{ ?s {STAR} }} }} }}",
    "annotations": f"ASK {{ ?s ?p ?o {'{| ?p ?o |} ' * 51} }}",
    "in an update": f"INSERT {{ ?s ?p ?o }} WHERE {{ ?s {STAR} }}",
    "in DELETE WHERE": f"DELETE WHERE {{ ?s {STAR} }}",
    "in the second operation": f"CLEAR ALL ; DELETE {{ ?s ?p ?o }} WHERE {{ ?s {STAR} }}",
    "after a comment and strings": f"ASK {{ #'\n ?s ?p '#' , '''\n}}''' ; {STAR} }}",
}
ENOUGH = {
    "a hundred triples": f"ASK {{ {'?s ?p ?o . ' * 100} }}",
    "data": f"INSERT DATA {{ {'<x:s> <x:p> 1, (1 2), [ <x:p> 3 ] . ' * 500} }}",
    "data in graphs": f"DELETE DATA {{ {'GRAPH <x:g> { <x:s> <x:p> 1 . } ' * 500} }}",
    "many operations": "INSERT DATA { <x:s> <x:p> 1 } ; " * 500,
    "many small updates": "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o . ?o ?p ?s } ; " * 200,
    "rows of values": f"ASK {{ VALUES (?a ?b) {{ {'(1 2) ' * 1000} }} }}",
    "values at the end": f"SELECT * {{ ?a ?p ?o }} VALUES ?a {{ {'<x:x> ' * 1000} }}",
    "a template": f"CONSTRUCT {{ {'?s ?p ?o . ' * 500} }} WHERE {{ ?s ?p ?o }}",
    "templates of an update": f"DELETE {{ {'?s ?p ?o . ' * 500} }} INSERT {{ {'?s ?p ?o . ' * 500} }} WHERE {{}}",
    "an IN list": f"ASK {{ ?s ?p ?o FILTER(?o IN ({', '.join(['1', '(2)'] * 500)})) }}",
    "arguments": f"ASK {{ FILTER(CONCAT({', '.join(['1.5'] * 1000)})) }}",
    "names with dots and hyphens": f"PREFIX a: <x:> SELECT * {{ VALUES ?v {{ {'a:b-c.d-e ' * 1000} }} }}",
    "brackets in strings": f"ASK {{ ?s ?p '{'(' * 1000}' , '''{'{' * 1000}''' }} # {'[' * 1000}",
    "brackets in IRIs and names": f"PREFIX a: <x:> ASK {{ ?s <x:{'(' * 1000}> a:{chr(92) + '('}a }}",
    "brackets side by side": f"ASK {{ FILTER(1 IN ({', '.join(['(1)'] * 900)})) }}",
    "variables": f"SELECT {' '.join(f'?v{number}' for number in range(1000))} {{}}",
    "three hundred disjunctions": f"ASK {{ FILTER({' || '.join(['(?x = 1)'] * 300)}) }}",
    "REPLACE in REPLACE": f"ASK {{ FILTER({'REPLACE(' * 9}'a'{', 1, 2)' * 9}) }}",
}


def refusal_of(text: str, limits: Limits) -> guard.Refused | None:
    """Return the refusal of a text, or None where it passes."""
    try:
        guard.check(text, Settings(limits=limits))
    except guard.Refused as fault:
        return fault
    return None


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP)
def test_too_deep(text: str) -> None:
    """What kills the parser or planner, or keeps it busy, is refused as nested too deep; 0 switches it off."""
    refused = refusal_of(text, Limits(max_patterns=0))
    assert refused is not None
    assert refused.status == HTTPStatus.BAD_REQUEST
    assert "100 brackets" in str(refused)
    assert "--max-nesting" in str(refused)
    assert refusal_of(text, Limits(max_patterns=0, max_nesting=0)) is None


@pytest.mark.parametrize("text", TOO_MANY.values(), ids=TOO_MANY)
def test_too_many(text: str) -> None:
    """More than a hundred patterns are refused, however they are written; 0 switches it off."""
    refused = refusal_of(text, Limits())
    assert refused is not None
    assert refused.status == HTTPStatus.BAD_REQUEST
    assert "100 triple patterns" in str(refused)
    assert "--max-patterns" in str(refused)
    assert refusal_of(text, Limits(max_patterns=0)) is None


@pytest.mark.parametrize("text", ENOUGH.values(), ids=ENOUGH)
def test_enough(text: str) -> None:
    """Data, templates, rows and arguments are no patterns, and what stands side by side is not nested."""
    assert refusal_of(text, Limits()) is None


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ("ASK {}", 0),
        ("ASK { ?s ?p ?o }", 1),
        ("ASK { ?s ?p ?o . ?o a ?c . }", 2),
        ("ASK { ?s ?p ?a, ?b ; ?q ?c }", 3),
        ("ASK { ?s a/^a|a ?o }", 4),
        ("ASK { ?s ?p (1 true 'a') }", 7),
        ("ASK { [] ?p [ ?q 1 ; ?r 2 ] }", 3),
        ("ASK { ?s ?p ?o FILTER(?o > 1 && ?o IN (2, 3)) ?a ?b ?c BIND(STR(?o) AS ?x) }", 2),
        ("ASK { ?s ?p ?o OPTIONAL { ?a ?b ?c } FILTER NOT EXISTS { ?d ?e ?f } }", 3),
        ("PREFIX e: <x:> ASK { FILTER e:f(1, 2) ?s e:p.q e:r.s . ?s ?p ?o }", 2),
        ("SELECT (SUM(?a + 1) AS ?x) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY DESC(?x)", 2),
        ("ASK { VALUES (?a ?b) { (1 2) (3 4) } VALUES ?c { 5 } }", 2),
    ],
)
def test_patterns(text: str, patterns: int) -> None:
    """A pattern is counted for each object, step, and member of a list, twice for the latter."""
    assert refusal_of(text, Limits(max_patterns=max(patterns, 1))) is None
    if patterns > 1:
        assert refusal_of(text, Limits(max_patterns=patterns - 1)) is not None


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_nesting(small: Server, bracket: str) -> None:
    """Brackets nested too deep are refused before the parser's stack breaks."""
    closing = {"(": ")", "{": "}", "[": "]"}[bracket]
    answer = small.ask(f"ASK {{ {bracket * 3000}{closing * 3000} }}")
    assert answer.status == 400
    assert "--max-nesting" in answer.json["detail"]
    assert small.ask("ASK {}").status == 200


def test_patterns_over_http(small: Server) -> None:
    """Too many triple patterns are told as the fault of the query that they are."""
    answer = small.ask(TOO_MANY["triples"])
    assert (answer.status, answer.media_type) == (400, "application/problem+json")
    assert "--max-patterns" in answer.json["detail"]


LONG = 1 << 20
ENDS = [
    '\n"SERVICE <x:x> {}" service load',
    '\n"SERVICE <http://a.example/> {} \\uD800',
    "\"\n' SERVICE <http://a.example/> {} ; LOAD <http://a.example/> ;",
]
"""What makes the guard look closer: a clause in a string, a text with two readings, strings turned round."""
REPEATED = [
    *(
        "a.",
        '"""',
        "x:...",
        "<#>",
        "service:a ",
        "'''\\n",
        "(",
        "_:a.",
        "<",
        "\\",
        "'\\",
        "service:",
        "?a<?b#",
    ),
    *(
        "service#",
        "service ",
        "service<",
        "service",
        "load ",
        "load:",
        ";load<x:x>",
        "load#",
        '"a"',
        "{}",
        "()",
    ),
    *("[", "a ", "1,", ";", "/", "!", "<<", "{|", "?a", "@a-", "#", "\n", "a-b.", "a:a.", "e:\\#", "FILTER("),
    *("SELECT{", "insert{", "insert{{}", "values?x{", "values(?x){", "prefix a:<x>", "prefix", "service ?x "),
    *(
        "graph service:g ",
        "1e",
        "é:é",
        "<a#",
        "<#'>",
        "\\uD8",
        "DESCRIBE <a>",
        "(a/",
        "IN((1),",
        "service\\~",
    ),
    *("load:\\~", "{?s ?p ?o}", "'''\\", "'\\'", '"\\\\', "''\\", "<\\", "<'"),
]


@pytest.mark.parametrize("piece", REPEATED)
def test_the_guard_is_linear(piece: str) -> None:
    """An eighth of a megabyte of anything repeated takes a tenth of a second; a square would take seconds."""
    config = allowing("http://a.example/")
    for end in ENDS:
        before = time.process_time()
        with suppress(guard.Refused):
            guard.check(piece * (LONG // 8 // len(piece)) + end, config)
        assert time.process_time() - before < 1


@pytest.mark.parametrize("piece", ["a.", "'''\\n", '"""', "<#>", "service:a ", "{}"])
def test_a_megabyte(piece: str) -> None:
    """The longest query that the server takes is read in a second of computing, or a few on a busy machine."""
    before = time.process_time()
    with suppress(guard.Refused):
        guard.check(piece * (LONG // len(piece)) + ENDS[0], STRICT)
    assert time.process_time() - before < 4
