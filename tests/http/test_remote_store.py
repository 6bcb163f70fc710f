"""`wicara serve --store` answers from a store elsewhere as it does from its own, or says why it cannot."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import pytest
from needed import one_of
from prepared import PATIENCE
from server_process import serve, served, wait_until
from stores import OXIGRAPH, free_port, oxigraph
from wicara.graph.build import ensure
from wicara.graph.endpoint import STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Command
    from server_process import Answer, Server
    from stores import Addresses

pytestmark = [
    pytest.mark.first_article,
    pytest.mark.skipif(not OXIGRAPH.exists(), reason="oxigraph is not installed"),
]

PERSON: Final = "/doc/person/retno-marsudi"
QUERIES: Final = (
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(isBlank(?o) || !isIRI(?s)) }",
    "SELECT (COUNT(*) AS ?n) FROM graph:inferred FROM graph:ontology { ?s ?p ?o }",
    "SELECT (COUNT(*) AS ?n) FROM NAMED graph:inferred { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }",
    f"SELECT * {{ GRAPH <{STATE}> {{ ?s ?p ?o }} }}",
    "CONSTRUCT { ?s rdfs:label ?o } { ?s a owl:Class ; rdfs:label ?o }",
    "ASK { ?s a wic:HasBeenForeignMinister }",
    "SELECT * { ?s wic:nothing",
)
PATHS: Final = (
    "/",
    PERSON,
    f"{PERSON}.ttl",
    f"{PERSON}.trig?infer=off",
    "/questions/coordinator-on?date=2016-05-19",
    "/as-of?date=2018-08-02&infer=off",
    "/timeline.csv",
    "/search.csv?q=lavrov",
    "/explain?subject=person:retno-marsudi&predicate=rdf:type&object=wic:HasBeenForeignMinister&format=json",
    "/export/ontology.nq",
    "/export/prov.trig",
    "/.well-known/void",
    "/store?graph=https://w3id.org/wicara/graph/inferred",
    "/sparql",
    "/ont",
    "/id/person/nobody",
    *(f"/sparql?query={quote(text)}&infer={infer}" for text in QUERIES for infer in ("on", "off")),
)
FAULTS: Final = {
    "gone": 503,
    "full": 503,
    "fails": 502,
    "late": 504,
    "cut": 502,
    "endless": 502,
    "html": 502,
    "half": 502,
}
"""What a store may do in place of answering, and the status of what was asked of it."""
STATUSES: Final = {"full": 503, "fails": 500, "late": 504}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, data_dir: Path, wicara: Command) -> Iterator[Addresses]:
    """Return a store that holds the dataset."""
    with oxigraph(tmp_path_factory.mktemp("store")) as addresses:
        assert wicara("publish", "--store", addresses.url, "--data", data_dir).returncode == 0
        yield addresses


@pytest.fixture(scope="module")
def remote(store: Addresses) -> Iterator[Server]:
    """Return a server of that store."""
    with served("--store", store.url) as running:
        yield running


class Relay(BaseHTTPRequestHandler):
    """The way to a store, which misbehaves as it is told."""

    protocol_version = "HTTP/1.1"
    fault = ""
    stalls: threading.Event | None = None
    stalled: Final = threading.Event()
    broken_off: Final = threading.Event()
    store = ""

    def do_POST(self) -> None:
        """Pass a request on, or do something else."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.fault == "gone":
            self.close_connection = True
            return
        if self.fault == "stalls" and b"stalls" in body:
            self.stalled.set()
            self.connection.settimeout(PATIENCE)
            if not self.connection.recv(1):
                self.broken_off.set()
            return
        connection = HTTPConnection(urlsplit(self.store).netloc, timeout=PATIENCE)
        headers = {name: self.headers[name] for name in ("Content-Type", "Accept")}
        connection.request("POST", self.path, body, headers)
        answer = connection.getresponse().read()
        connection.close()
        if self.fault == "html":
            answer = b"<h1>Welcome</h1>"
        if self.fault == "half":
            answer = answer[: len(answer) // 2]
        self.send_response(STATUSES.get(self.fault, 200))
        if self.fault != "endless":
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[: len(answer) // 2] if self.fault == "cut" else answer)
        self.close_connection = self.fault in {"cut", "endless"}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def relayed(store: Addresses) -> Iterator[Server]:
    """Return a server that reaches the store through the relay."""
    Relay.store = store.url
    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        with served("--store", f"http://user:secret@127.0.0.1:{relay.server_port}") as running:
            yield running
        relay.shutdown()


@contextmanager
def misbehaving(fault: str) -> Iterator[None]:
    """Let the relay do something else than it should."""
    Relay.fault = fault
    try:
        yield
    finally:
        Relay.fault = ""


def asked(server: Server, text: str) -> Answer:
    """Return the answer to a query that no cache has."""
    return server.ask(text, accept="application/sparql-results+json")


def comparable(answer: Answer) -> tuple[int, str, object]:
    """Return what is compared of an answer: of results the rows, whatever their order."""
    if answer.media_type == "application/sparql-results+json" and "results" in answer.json:
        rows = sorted(map(str, answer.json["results"]["bindings"]))
        return answer.status, answer.media_type, rows
    is_set = answer.media_type in {"application/n-triples", "application/n-quads"}
    return answer.status, answer.media_type, sorted(answer.text.splitlines()) if is_set else answer.text


@pytest.mark.parametrize("path", one_of(3, PATHS))
def test_answers(remote: Server, built: Server, path: str) -> None:
    """Pages, questions, downloads, proofs, search and results of queries are those of its own store."""
    accept = "application/sparql-results+json, application/n-triples;q=0.9, text/html;q=0.5, */*;q=0.1"
    own, elsewhere = (each.get(path, host="data.test", accept=accept) for each in (built, remote))
    assert comparable(elsewhere) == comparable(own)


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(relayed: Server, fault: str) -> None:
    """A store that does not answer as it should is a problem that says so, and a line in the log."""
    text = f'ASK {{ ?s rdfs:label "{fault}" }}'
    with misbehaving(fault):
        answer, page = asked(relayed, text), relayed.get(f"{PERSON}.ttl?page=1&{fault}")
    assert (answer.status, page.status) == (FAULTS[fault], FAULTS[fault])
    assert answer.json["limit"] == "store"
    assert answer.headers["Retry-After"]
    assert "127.0.0.1" not in answer.text
    assert f'"status": {FAULTS[fault]}' in relayed.log
    assert asked(relayed, text).json["boolean"] is False


def test_a_query_that_is_stopped_is_broken_off(relayed: Server) -> None:
    """A query that is stopped, as its client has gone, is stopped at the store too."""
    query = quote('ASK { ?s rdfs:label "stalls" }')
    with misbehaving("stalls"), socket.create_connection(("127.0.0.1", relayed.port), PATIENCE) as client:
        client.sendall(f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert Relay.stalled.wait(PATIENCE)
        client.close()
        assert Relay.broken_off.wait(PATIENCE)


def test_a_password_is_not_logged(relayed: Server) -> None:
    """The log names the store without user and password."""
    with misbehaving("gone"):
        asked(relayed, 'ASK { ?s rdfs:label "password" }')
    assert "secret" not in relayed.log


def test_a_new_version(
    wicara: Command, own_data: Path, addition: Callable[..., Path], tmp_path: Path
) -> None:
    """What is published meanwhile is served as soon as it is whole, and until then nothing half."""
    query = "SELECT ?l { event:invented skos:prefLabel ?l }"
    with oxigraph(tmp_path) as store:
        before = wicara("publish", "--store", store.url, "--data", own_data)
        assert before.returncode == 0
        with served("--store", store.url) as server:
            assert asked(server, query).rows == []
            update(store, f"DELETE WHERE {{ GRAPH <{STATE}> {{ <{STATE}> ?p ?o }} }}")
            changing = asked(server, f"{query} LIMIT 5")
            assert (changing.status, changing.json["limit"]) == (503, "store")
            more = addition(
                entities_ttl="event:invented a wic:Meeting ; "
                'skos:prefLabel "invented meeting"@en , "pertemuan rekaan"@id .'
            )
            published = wicara("publish", "--store", store.url, "--data", own_data, "--add", more)
            assert published.returncode == 0
            digest = ensure(own_data, more).digest
            wait_until(lambda: server.get("/healthz").json["digest"] == digest)
            assert len(asked(server, query).rows) == 2


def update(store: Addresses, text: str) -> None:
    """Change a store."""
    connection = HTTPConnection(urlsplit(store.url).netloc, timeout=PATIENCE)
    connection.request("POST", "/update", text, {"Content-Type": "application/sparql-update"})
    assert connection.getresponse().status == 204
    connection.close()


def test_nothing_is_written(remote: Server, store: Addresses) -> None:
    """A server of a store elsewhere takes no writes, nor options that would have it do so."""
    refused = remote.send("POST", "/update", "CLEAR ALL", content_type="application/sparql-update")
    assert refused.status == 403
    for options in (["--writable"], ["--reload"], ["--empty"], ["--allow-service", "http://x.test/"]):
        told = serve("--store", store.url, *options)
        assert (told.returncode, "--store serves what is published" in told.stderr) == (2, True)


def test_a_store_that_has_nothing(tmp_path: Path) -> None:
    """A store that is empty, or not there, is told when the server starts."""
    with oxigraph(tmp_path) as store:
        told = serve("--store", store.url)
        assert (told.returncode, "run `wicara publish`" in told.stderr) == (1, True)
    told = serve("--store", f"http://127.0.0.1:{free_port()}")
    assert (told.returncode, "does not answer" in told.stderr) == (1, True)
