"""Calls to other servers that are allowed: documents that LOAD names, and servers that SERVICE names."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final

import pytest
from server_process import served
from writing import WRITABLE, count, emptied, update

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server_process import Server

pytestmark = pytest.mark.first_article

RDFXML: Final = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="x:" xml:lang="en">'
    '<rdf:Description rdf:about="x:s" e:p="é"><e:l xml:lang="">none</e:l>'
    '<e:x rdf:parseType="Literal"><b xmlns="http://h/">t</b></e:x><e:n rdf:nodeID="n"/>'
    '<e:r rdf:resource="other"/></rdf:Description></rdf:RDF>'
)
JSON: Final = "application/sparql-results+json"
ROWS: Final = (
    b'{"head":{"vars":["s"]},"results":{"bindings":[' + b'{"s":{"type":"uri","value":"x:s"}},' * 9000
)
ANSWERS: Final[dict[str, tuple[int, str, bytes]]] = {
    "/utf-16.rdf": (200, "application/rdf+xml", RDFXML.encode("utf-16")),
    "/latin.rdf": (200, "application/rdf+xml; charset=iso-8859-1", RDFXML.encode("iso-8859-1")),
    "/by-name.owl": (200, "application/octet-stream", RDFXML.encode()),
    "/mark.ttl": (200, "text/turtle", "\ufeff<x:s> <x:p> <other>, _:b .".encode()),
    "/a%20b/\u00e9.json": (200, "application/ld+json", b'{"@id": "x:s", "x:p": {"@id": "x:o"}}'),
    "/plain": (200, "text/turtle", b"<x:s> <x:p> <x:plain> ."),
    "/faulty.ttl": (200, "text/turtle", b"<x:s> <x:p> 1 .\n<x:s> <x:p> ."),
    "/page": (200, "text/html", b"<p>no</p>"),
    "/gone": (404, "text/turtle", b""),
    "/moved": (302, "text/turtle", b""),
    "/long.ttl": (200, "text/turtle", b"# " + b"x" * 100_000),
    "/deep.nt": (200, "application/n-triples", b"<x:s> <x:p> " + b"<<( <x:s> <x:p> " * 200 + b"1"),
    "/half": (200, JSON, ROWS[:100]),
    "/half-of-much": (200, JSON, ROWS),
    "/boolean": (200, JSON, b'{"head":{},"boolean":true}'),
    "/rows": (200, JSON, ROWS[:-1] + b"]}}"),
}
"""What another server answers, by path: status, media type and body."""


class Elsewhere(BaseHTTPRequestHandler):
    """Another server."""

    def do_GET(self) -> None:
        """Answer by the path."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.replace("%C3%A9", "\u00e9")
        status, media_type, body = ANSWERS[path]
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/mark.ttl")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the base class looks for this name

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@contextmanager
def elsewhere() -> Iterator[str]:
    """Run another server for the block, whose URL it yields."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the URL of another server."""
    with elsewhere() as found:
        yield found


@pytest.fixture(scope="module")
def caller(url: str) -> Iterator[Server]:
    """Yield a writable server that may call the other."""
    with served("--empty", *WRITABLE, "--allow-service", f"{url}/", "--max-upload", 20_000) as server:
        yield server


@pytest.fixture
def calling(caller: Server) -> Server:
    """Return that server without data."""
    return emptied(caller)


@pytest.mark.parametrize("rest", ["", " ; INSERT DATA { <x:t> <x:p> 1 }"])
@pytest.mark.parametrize("name", ["utf-16.rdf", "latin.rdf", "by-name.owl"])
def test_documents_are_read_as_uploads_are(calling: Server, url: str, name: str, rest: str) -> None:
    """RDF/XML of any encoding is loaded alike: XML literals, no language, IRIs of the document."""
    assert update(calling, f"LOAD <{url}/{name}> INTO GRAPH <x:g>{rest}").status == 204
    rows = calling.ask(
        "SELECT (CONCAT(STR(?p), ' ', STR(?o), ' ', LANG(?o)) AS ?said) "
        "{ GRAPH <x:g> { ?s ?p ?o FILTER(!isBLANK(?o)) } }"
    ).rows
    assert {row.get("said") for row in rows} == {
        "x:p é en",
        "x:l none ",
        'x:x <b xmlns="http://h/">t</b> ',
        None,  # an IRI has no language
    }
    assert calling.ask(f"ASK {{ GRAPH <x:g> {{ <x:s> <x:r> <{url}/other> }} }}").json["boolean"]
    assert count(calling) == bool(rest)


def test_the_forms_of_load(calling: Server, url: str) -> None:
    """Keywords without spaces, comments, two documents; a graph is made; blank nodes are new each time."""
    assert update(calling, f"load<{url}/mark.ttl>").status == 204
    assert update(calling, f"BASE <{url}/> LOAD SILENT#c\n<{url}/mark.ttl>").status == 204
    assert count(calling, f"<x:s> <x:p> <{url}/other>") == 1
    assert count(calling, "<x:s> <x:p> ?o FILTER(isBLANK(?o))") == 2
    both = f"LOAD <{url}/a%20b/é.json> INTO GRAPH <x:g> ; LOAD <{url}/mark.ttl> INTO GRAPH <x:h>"
    assert update(calling, both).status == 204
    assert count(calling, "GRAPH <x:g> { <x:s> <x:p> <x:o> }") == 1
    assert count(calling, f"GRAPH <x:h> {{ <x:s> <x:p> <{url}/other> }}") == 1
    assert update(calling, f"PREFIX o: <{url}/> LOAD o:plain INTO GRAPH o:plain").status == 204
    assert count(calling, f"GRAPH <{url}/plain> {{ <x:s> <x:p> <x:plain> }}") == 1
    assert update(calling, "INSERT DATA { <x:s> <x:q> 'LOAD <x:y>' }").status == 204


@pytest.mark.parametrize("name", ["faulty.ttl", "page", "gone", "moved", "long.ttl", "deep.nt"])
@pytest.mark.parametrize("rest", ["", " ; INSERT DATA { <x:t> <x:p> 1 }"])
def test_what_cannot_be_loaded(calling: Server, url: str, name: str, rest: str) -> None:
    """It is a 502 that names the document, and nothing is changed; with SILENT, the rest is done."""
    answer = update(calling, f"LOAD <{url}/{name}>{rest}")
    assert (answer.status, answer.json["limit"]) == (502, "call")
    assert f"<{url}/{name}>" in answer.json["detail"]
    assert count(calling) == 0
    assert update(calling, f"LOAD SILENT <{url}/{name}>{rest}").status == 204
    assert count(calling) == bool(rest)


def test_a_service_that_fails(calling: Server, url: str) -> None:
    """A server that is down or answers no solutions is a 502 that says so; with SILENT it is passed over."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        down = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with served("--empty", "--allow-service", down) as server:
            for accept in (JSON, "application/sparql-results+xml", "text/csv", "text/html"):
                answer = server.ask(f"SELECT * {{ SERVICE <{down}> {{ ?s ?p ?o }} }}", accept=accept)
                assert answer.status == 502
                assert "refused" in answer.text
            assert server.ask(f"SELECT * {{ SERVICE SILENT <{down}> {{ ?s ?p ?o }} }}").rows == [{}]
    for name in ("page", "gone", "moved", "half", "boolean"):
        pattern = f"<{url}/{name}> {{ ?s ?p ?o }}"
        for query in ("SELECT *", "SELECT (COUNT(*) AS ?n)", "CONSTRUCT { ?s ?p ?o }"):
            answer = calling.ask(f"{query} {{ SERVICE {pattern} }}", accept="*/*")
            assert (answer.status, answer.json["limit"]) == (502, "call")
            assert "SERVICE SILENT" in answer.json["detail"]
            assert "{" not in answer.json["detail"]
        assert update(calling, f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE {pattern} }}").status == 502
    with pytest.raises(IncompleteRead):
        calling.ask(f"SELECT * {{ SERVICE <{url}/half-of-much> {{ ?s ?p ?o }} }}")
    assert calling.ask(f"SELECT * {{ SERVICE <{url}/rows> {{ ?s ?p ?o }} }}").rows[0] == {"s": "x:s"}
    assert calling.ask("SELECT * { VALUES ?x { 1 } SERVICE ?x { ?s ?p ?o } }").status in {400, 403}


def test_other_faults_are_no_calls(calling: Server) -> None:
    """A query that only speaks of SERVICE, in a text, has its own fault."""
    answer = calling.ask("SELECT (<x:f>('SERVICE <x:y>') AS ?x) {}")
    assert (answer.status, answer.json.get("limit")) == (400, None)
