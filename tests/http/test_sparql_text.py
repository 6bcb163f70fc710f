# ruff: noqa: E501 - texts of queries are shown as they are
"""Calls of other servers are found wherever they hide, nothing else is taken for one, and deep nesting is refused."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from growth import grows_linearly, processor_time
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store
from server_process import served
from wicara.server.http.problems import Problem
from wicara.server.settings import Limits, Settings
from wicara.server.sparql.guard import admit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Server

U = "http://127.0.0.1:9/x"
BASE = "http://example.org/"
fuzzed = partial(settings, deadline=None, derandomize=True, database=None)


def is_update(text: str) -> bool:
    """Return whether a text of this module is an update."""
    return re.search("ASK|SELECT|DESCRIBE|CONSTRUCT", text) is None or text in HIDDEN_UPDATES


def refusal(
    text: str, *allowed: str, limits: Limits | None = None, update: bool | None = None
) -> Problem | None:
    """Return the refusal of a text by a server that allows some calls, or None where it passes."""
    kind = "update" if (is_update(text) if update is None else update) else "query"
    try:
        admit(text, kind, Settings(limits or Limits(), allow_service=allowed), {}, BASE)
    except Problem as problem:
        return problem
    return None


def evaluate(text: str, *, update: bool | None = None) -> None:
    """Evaluate a query or update on a store with one triple; raises SyntaxError."""
    store = Store()
    store.add(Quad(NamedNode("x:x"), NamedNode("x:x"), Literal(1)))
    with suppress(OSError, RuntimeError, ValueError):
        if is_update(text) if update is None else update:
            store.update(text, base_iri=BASE)
        else:
            found = store.query(text, base_iri=BASE)
            with suppress(TypeError):
                found.serialize(format=QueryResultsFormat.JSON)  # type: ignore[union-attr]


def parses(text: str, *, update: bool | None = None) -> bool:
    """Return whether the engine takes a text for SPARQL."""
    try:
        evaluate(text, update=update)
    except SyntaxError:
        return False
    return True


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
    """SERVICE and LOAD are refused wherever they hide; with another word in its place the text is none."""
    refused = refusal(text)
    assert refused is not None
    assert refused.status == HTTPStatus.FORBIDDEN
    assert re.search("SERVICE|LOAD", refused.detail)
    assert "--allow-service" in refused.detail
    evaluate(text)
    with pytest.raises(SyntaxError):
        evaluate(re.sub("service|load", "servant", text, flags=re.IGNORECASE), update=is_update(text))


@pytest.mark.parametrize("text", [*HARMLESS, *HARMLESS_UPDATES])
def test_the_word_alone_is_harmless(text: str) -> None:
    """The words in strings, comments, IRIs, variables, labels and prefixed names are no call, and parse."""
    assert refusal(text) is None
    evaluate(text)


def test_refusal(small: Server) -> None:
    """A query with SERVICE is answered 403, and says why, and how it is allowed."""
    answer = small.ask(HIDDEN[0])
    assert answer.status == 403
    assert f"SERVICE <{U}>" in answer.json["detail"]
    assert "--allow-service" in answer.json["detail"]


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


ALLOWED_BY_NAME = [
    "PREFIX a: <http://a.example/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
    "PREFIX a: <http://a.example/> ASK { SERVICE SILENT a: { ?s ?p ?o } }",
    "prefix a:<http://a.example/>ASK{ ?s ?p ?o.service#\na:sparql{ ?s ?p ?o } }",
    "PREFIX : <http://a.example/> LOAD :x ; LOAD SILENT :y INTO GRAPH <x:g>",
    "PREFIX a: <http://a.example/x/> PREFIX a: <http://a.example/y/> LOAD a:x",
    "ASK { SERVICE <http://a.example/> { SERVICE <http://a.example/b> { ?s ?p ?o } } }",
]
NOT_ALLOWED_BY_NAME = [
    "PREFIX a: <http://evil/> ASK { SERVICE a:sparql { ?s ?p ?o } }",
    "PREFIX a: <http://a.example/> PREFIX a: <http://evil/> ASK { SERVICE a:x { ?s ?p ?o } }",
    "PREFIX a: <http://a.example/> PREFIX a:#\n<http://evil/> ASK { SERVICE a:x { ?s ?p ?o } }",
    "PREFIX a: <http://a.example> ASK { SERVICE a:.evil { ?s ?p ?o } }",
    "PREFIX a: <http://evil/> PREFIX SILENTa: <http://a.example/b> ASK { SERVICE SILENTa:x {} }",
    "PREFIX a: <http://a.example/b> PREFIX SILENTa: <http://evil/> ASK { SERVICE SILENTa:x {} }",
    "PREFIX a: <http://a.example/> ASK { SERVICE a:\\.\\. { ?s ?p ?o } }",
    "BASE <http://evil/> ASK { SERVICE <http:x> { ?s ?p ?o } }",
    "ASK { SERVICE undeclared:x { ?s ?p ?o } }",
    "ASK { VALUES ?a { <http://a.example/> } SERVICE ?a { ?s ?p ?o } }",
    "ASK { SERVICE <http://a.example/> { ?s ?p ?o } SERVICE <http://evil/> { ?s ?p ?o } }",
    "ASK { SERVICE <http://a.example/> { SERVICE <http://evil/> { ?s ?p ?o } } }",
    "LOAD <http://a.example/> ; LOAD <http://evil/>",
    "ASK { ?s ?p ?o FILTER(?o<'x>')SERVICE <http://evil/> {} #'\n SERVICE <http://a.example/> {} }",
    "ASK { SERVICE#<http://a.example/> {\n<http://evil/> { ?s ?p ?o } FILTER(?s<'x>') }",
]


@pytest.mark.parametrize(("allowed", "iri"), ALLOWED)
def test_allowed(allowed: str, iri: str) -> None:
    """The same server, and a path that is the allowed one or below it, may be called."""
    assert refusal(f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", "http://other.example/", allowed) is None
    assert refusal(f"CLEAR ALL ; LOAD SILENT <{iri}> INTO GRAPH <x:g>", allowed) is None


@pytest.mark.parametrize(("allowed", "iri"), NOT_ALLOWED)
def test_not_allowed(allowed: str, iri: str) -> None:
    """Another server, or a path that only looks as if it were below, may not."""
    for text in (f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}", f"LOAD <{iri}>"):
        assert refusal(text, allowed) or not parses(text)


@pytest.mark.parametrize("text", ALLOWED_BY_NAME)
def test_allowed_by_name(text: str) -> None:
    """A prefixed name stands for the IRI that the text's own PREFIX makes of it."""
    assert refusal(text, "http://a.example/") is None


@pytest.mark.parametrize("text", NOT_ALLOWED_BY_NAME)
def test_not_allowed_by_name(text: str) -> None:
    """What may be another server in any reading, or by any declaration, is refused."""
    assert refusal(text, "http://a.example/") or not parses(text)


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
    assert refusal(asked) is None
    if asked.startswith(("SELECT", "DESCRIBE", "CONSTRUCT")):
        list(Store().query(asked))
    else:
        Store().update(asked)
    assert seen == []


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
        "SERVICE", "service", "LOAD", "load", "SILENT", "<U>", "?x", "{", "}", "(", ")", "FILTER",
        "BIND", "AS", "EXISTS", "<", ">", "#", "\n", " ", " ", '"', "'", '"""', "'''", "\\", "\\u0061",
        "\\uD800", "\\u+041", "\\q", "e:a", ":a", "e:a.b", "h:", "h:SERVICE", "service:a", ".", ";",
        "?s ?p ?o", "1", "true", "VALUES ?x", "@en", "_:b", "<?b", "#>", "'>", "<'", "a", "&&", "\\#", "\\'",
        "[", "]", "UNION", "'a'", "GRAPH ",
    ]
)  # fmt: skip
FRAMES = st.sampled_from(
    [
        "ASK {%s}",
        "ASK {?s ?p ?o FILTER(?o%s}",
        "ASK {VALUES ?x {1} FILTER(?x%s {?s ?p ?o}}",
        "ASK {?s ?p h:%s}",
        "ASK {FILTER(prefixh:%s {?s ?p ?o}}",
        "ASK {?s ?p e:a.b.%s}",
        "ASK {VALUES ?x {%s}}",
        "CLEAR ALL;%s",
        "%s",
    ]
)
TAILS = st.sampled_from(
    [
        "",
        "SERVICE<U>{}",
        "SERVICE?x{}",
        "SERVICE:a{}",
        "SERVICEe:a{}",
        "LOAD<U>",
        '#"""\n',
        "#'''\n",
        "#'\n",
    ]
)
HIDDEN_PIECES = st.sampled_from(
    [
        "<'x>')SERVICE:a{}#'\n",
        '<#>"""\n2)SERVICE:a{}#"""\n',
        "<?o#>)GRAPH\n)SERVICE:a{}",
        "'''a'}SERVICE:a{}#\\uD800'''\n",
        "=<http://a/\\u+041'>)SERVICE:a{}#'\n",
        "SERVICE:a{}",
    ]
)


@fuzzed(max_examples=1500)
@given(
    FRAMES,
    st.lists(PIECES, max_size=5).map("".join),
    HIDDEN_PIECES | TAILS,
    st.lists(PIECES, max_size=2).map("".join),
)
def test_what_passes_reaches_no_one(
    trap: tuple[str, list[str]], frame: str, before: str, hidden: str, after: str
) -> None:
    """Whatever passes sends no request when the engine evaluates it, in whichever reading."""
    address, seen = trap
    seen.clear()
    prologue = f"PREFIX : <{address}> PREFIX e: <{address}> PREFIX h: <http://h:> PREFIX prefixh: <x:> "
    text = prologue + frame.replace("%s", before + hidden + after).replace("<U>", f"<{address}>")
    for update in (False, True):
        if refusal(text, update=update) is None:
            with suppress(SyntaxError):
                evaluate(text, update=update)
            assert seen == []


HARMLESS_STRINGS = [
    "'a'",
    '"SERVICE <x:x> { ?s ?p ?o }"',
    "'it\\'s a SERVICE ?x {'@en",
    '"""a "SERVICE" <x:x> {\n}"""',
    "'''; LOAD <x:x> ;\n#'''",
    "'; LOAD <x:x> ; \\u0041'@en-load",
    '""',
    "'\\\\'",
    '"\\"#"',
    "''''LOAD <x:x>'''",
]
HARMLESS_NAMES = [
    "<x:x>",
    "<http://example.org/service#SERVICE>",
    "<http://example.org/it's/LOAD>",
    "<http://example.org/\\u0041#b>",
    "e:service",
    "e:load",
    "e:LOAD",
    "service:service",
    "load:x",
    "LOAD:load",
    "e:a.b",
    "e:a\\#b",
    "e:it\\'s",
    "e:service.",
    "<?b&&?c>",
    ":load",
]
VARIABLES = ["?s", "?o", "$service", "?SERVICE", "?load", "$LOAD", "?x"]
BLANKS = st.sampled_from(
    [
        " ",
        " ",
        " ",
        "",
        "\n",
        "\t",
        " \r\n",
        "# SERVICE <x:x> {\n",
        "#'\n",
        '#"""\n',
        " #load <x:x> ;\n",
        "#\r",
    ]
)
PROLOGUE = "".join(
    f"PREFIX {name}: <http://example.org/{name}/> " for name in ("e", "service", "load", "LOAD", "")
)
APART = frozenset("{}()[].;,")
"""Marks that need no blank beside them."""


def texts(*strategies: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what writes parts after one another, with blanks or comments between."""

    @st.composite
    def text(draw: st.DrawFn) -> str:
        written = ""
        for part in map(draw, strategies):
            blank = draw(BLANKS)
            glued = not blank and written and part and not {written[-1], part[0]} & APART
            written += (" " if glued else blank) + part
        return written

    return text()


word = st.just
variable = st.sampled_from(VARIABLES)
name = st.sampled_from(HARMLESS_NAMES)
term = variable | name | st.sampled_from(HARMLESS_STRINGS) | st.sampled_from(["1", "2.5", "true", "[]", "()"])
triple = texts(variable | name, variable | name | st.sampled_from(["a", "e:p/^e:q", "(e:p|e:load)*"]), term)
triples = st.lists(triple, min_size=1, max_size=2).map(" . ".join).map("{} .".format)
value = st.sampled_from([*VARIABLES, *HARMLESS_STRINGS, "1", "(1 + 2)", "STR(?s)", "e:load"])
comparison = texts(value, st.sampled_from(["<", ">", "=", "!=", "<=", "&&", "||", "+"]), value)


def expressions(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what writes expressions, over what writes groups."""
    exists = texts(st.sampled_from(["EXISTS", "NOT EXISTS", "!EXISTS"]), groups)
    return comparison | exists | texts(word("IF(EXISTS"), groups, word(", 1, 2)"))


def groups() -> st.SearchStrategy[str]:
    """Return what writes groups."""

    def wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        filtered = texts(word("FILTER("), expressions(inner), word(")"))
        item = st.one_of(
            triples,
            filtered,
            texts(
                st.sampled_from(["OPTIONAL", "MINUS", "GRAPH ?g", "GRAPH service:g", "GRAPH load:g"]), inner
            ),
            texts(inner, word("UNION"), inner),
            texts(word("BIND("), expressions(inner), word("AS ?bound)")),
            texts(word("VALUES ?v {"), name | st.sampled_from(HARMLESS_STRINGS), word("}")),
            texts(word("{ SELECT * WHERE"), inner, word("}")),
        )
        body = st.lists(item, max_size=3).map("\n".join)
        return texts(word("{"), body, word("}"))

    return st.recursive(triples.map("{{ {} }}".format), wider, max_leaves=5)


OPERATIONS = st.one_of(
    groups().map("INSERT {{ ?s load:p ?o }} WHERE {}".format),
    groups().map("DELETE {{ ?s load:p ?o }} USING load:g WHERE {}".format),
    st.lists(triple.filter(lambda text: "(" not in text), max_size=3)
    .map(" . ".join)
    .map("INSERT DATA {{ {} }}".format),
    st.sampled_from(
        [
            "CLEAR ALL",
            "CLEAR GRAPH load:g",
            "COPY load:a TO load:b",
            "INSERT DATA { <x:x> load:x load:x ; load:y load:z }",
        ]
    ),
)


def queries() -> st.SearchStrategy[str]:
    """Return what writes queries without calls."""
    return texts(
        word(PROLOGUE),
        st.sampled_from(
            ["ASK", "SELECT *", "SELECT ?service ?load", "DESCRIBE load:x", "CONSTRUCT {?s e:load 1}"]
        ),
        st.sampled_from(["", "", "FROM load:g", "FROM NAMED service:g"]),
        word("WHERE"),
        groups(),
        st.sampled_from(["", "", "LIMIT 1", "ORDER BY ?load", "VALUES ?load { load:x }"]),
    )


def updates() -> st.SearchStrategy[str]:
    """Return what writes updates without calls."""
    sequence = st.lists(OPERATIONS, min_size=1, max_size=3).flatmap(
        lambda some: st.sampled_from([" ; ", ";", ";#\n"]).map(lambda mark: mark.join(some))
    )
    return texts(word(PROLOGUE), sequence, st.sampled_from(["", ";", "# end"]))


@pytest.mark.parametrize("update", [False, True], ids=["queries", "updates"])
def test_nothing_is_refused_for_words(*, update: bool) -> None:
    """A text in which SERVICE and LOAD are but words in strings, comments, IRIs and names passes."""

    @fuzzed(max_examples=200)
    @given(updates() if update else queries())
    def check(text: str) -> None:
        assume(parses(text, update=update))
        assert refusal(text, update=update) is None

    check()


# What is too much

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
}
ENOUGH = {
    "a thousand triples": f"ASK {{ {'?s ?p ?o . ' * 1000} }}",
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
}


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP)
def test_too_deep(text: str) -> None:
    """What overflows the stack of the parser or planner is refused as nested too deep; 0 switches it off."""
    refused = refusal(text)
    assert refused is not None
    assert refused.status == HTTPStatus.BAD_REQUEST
    assert "100 brackets" in refused.detail
    assert "--max-nesting" in refused.detail
    assert refusal(text, limits=Limits(max_nesting=0)) is None


@pytest.mark.parametrize("text", ENOUGH.values(), ids=ENOUGH)
def test_enough(text: str) -> None:
    """Data, templates, rows and arguments make nothing deeper, and what stands side by side is not nested."""
    assert refusal(text) is None


@pytest.mark.parametrize("bracket", ["(", "{", "["])
def test_nesting(small: Server, bracket: str) -> None:
    """Brackets nested too deep are refused before the parser's stack breaks."""
    closing = {"(": ")", "{": "}", "[": "]"}[bracket]
    answer = small.ask(f"ASK {{ {bracket * 3000}{closing * 3000} }}")
    assert answer.status == 400
    assert "--max-nesting" in answer.json["detail"]
    assert small.ask("ASK {}").status == 200


STEPS = "/".join(["<x:p>"] * 20)
SLOW = {
    "functions that are read twice": f"ASK {{ FILTER({'REGEX(' * 30}'a'{', 1)' * 30}) }}",
    "negated brackets": f"ASK {{ FILTER({'!(' * 40}?{')' * 40}) }}",
    "sub-selects": f"ASK {{ {'?s ?p ?o { SELECT ?s { ' * 24}{'} GROUP BY ?s }' * 24} }}",
    "a repeated path": f"ASK {{ ?s ({STEPS})* ?o . ?o <x:p> ?x }}",
    "triples": f"ASK {{ {'?s ?p ?o . ' * 1000} }}",
}


def test_what_is_slow_to_plan_meets_the_deadline(tmp_path: Path) -> None:
    """A text that keeps the parser or the planner busy is stopped like a query that runs for long."""
    file = tmp_path / "some.ttl"
    file.write_text("<x:s> <x:p> <x:o> .", encoding="utf-8")
    with served(file, "--timeout", 0.5) as server:
        answers = {name: server.ask(text) for name, text in SLOW.items()}
        assert server.ask("ASK {}").status == 200
    assert {answer.status for answer in answers.values()} <= {200, 503}
    assert answers["triples"].status == 503


SHORT = 1 << 14
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
def test_the_look_is_linear(piece: str) -> None:
    """Eight times as much of anything repeated costs about eight times the processor time."""
    for end in ENDS:

        def cost(size: int, end: str = end) -> int:
            text = piece * (size // len(piece)) + end
            return processor_time(lambda: refusal(text, "http://a.example/"))

        assert grows_linearly(cost, SHORT)
