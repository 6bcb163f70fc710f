"""Every way in which a body may come, at every address that takes one: what was sent is what counts."""

from __future__ import annotations

import gzip
import socket
import zlib
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

import pytest
from needed import long
from prepared import PATIENCE
from server_process import Answer
from writing import BEARER, FORM, TURTLE, UPDATE, count, update

if TYPE_CHECKING:
    from collections.abc import Callable

    from server_process import Server

QUERY = "application/sparql-query"
MULTIPART = "multipart/form-data; boundary=cut"
JSON = "application/sparql-results+json"
G = "/store?graph=urn:g"
NEW = "<urn:s> <urn:p> 'new é' ."
RDFXML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
    '<rdf:Description rdf:about="urn:s"><u:p>new é</u:p></rdf:Description></rdf:RDF>'
)
JSONLD = '[{"@id": "urn:s", "urn:p": [{"@value": "new é"}]}]'
INSERTION = f"INSERT DATA {{ {NEW} }}"
ASKED = "ASK { <urn:old> ?p 'old é' }"


def part(text: str, *, name: str = "new.ttl", content_type: str = TURTLE) -> str:
    """Return a form with one file."""
    return (
        f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n{text}\r\n--cut--\r\n"
    )


class Way(NamedTuple):
    """A way to send a body: the headers that tell its length, and the pieces in which it goes out."""

    headers: Callable[[bytes], str]
    pieces: Callable[[bytes], list[bytes]]


def length(body: bytes) -> str:
    """Return the header of a body whose length is told."""
    return f"Content-Length: {len(body)}\r\n"


def chunked(_body: bytes) -> str:
    """Return the header of a body in chunks."""
    return "Transfer-Encoding: chunked\r\n"


def expecting(told: Callable[[bytes], str]) -> Callable[[bytes], str]:
    """Return the headers of a client that sends the body when it is told to go on."""
    return lambda body: told(body) + "Expect: 100-continue\r\n"


def in_chunks(body: bytes, size: int, extension: bytes = b"", trailer: bytes = b"") -> list[bytes]:
    """Return a body in chunks of a size, and the last one (RFC 9112, section 7.1)."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return [*(b"%x%s\r\n%s\r\n" % (len(one), extension, one) for one in parts), b"0\r\n%s\r\n" % trailer]


WAYS = {
    "length": Way(length, lambda body: [body]),
    "length, in pieces": Way(length, lambda body: [body[:7], body[7:]]),
    "length, expected": Way(expecting(length), lambda body: [body]),
    "one chunk": Way(chunked, lambda body: in_chunks(body, 1 << 20)),
    "small chunks": Way(chunked, lambda body: [b"".join(in_chunks(body, 3))]),
    "chunks in pieces": Way(chunked, lambda body: in_chunks(body, 17, b";x=y", b"X-Sum: 1\r\n")),
    "chunks, expected": Way(expecting(chunked), lambda body: in_chunks(body, 30)),
    "Chunked": Way(lambda _: "Transfer-Encoding: Chunked\r\n", lambda body: in_chunks(body, 30)),
}
ABSENT = Way(lambda _: "", lambda _: [])


@dataclass(frozen=True)
class Door:
    """An address that takes a body: what is right there, and what is not."""

    method: str
    path: str
    content_type: str
    right: str
    wrong: str
    replaces: bool = False
    named: bool = True


WRITES = {
    "update": Door("POST", "/update", UPDATE, INSERTION, "INSERT GARBAGE {", named=False),
    "update form": Door(
        "POST",
        "/update",
        FORM,
        urlencode({"update": INSERTION}),
        urlencode({"update": "INSERT GARBAGE {"}),
        named=False,
    ),
    "PUT": Door("PUT", G, TURTLE, NEW, "<urn:s> <urn:p> .", replaces=True),
    "PUT default": Door("PUT", "/store?default", TURTLE, NEW, "nonsense", replaces=True, named=False),
    "PUT below": Door("PUT", "/store/g", TURTLE, NEW, "<urn:s> <urn:p> .", replaces=True),
    "PUT N-Triples": Door(
        "PUT", G, "application/n-triples", NEW.replace("'", '"'), "<urn:s> .", replaces=True
    ),
    "PUT RDF/XML": Door("PUT", G, "application/rdf+xml", RDFXML, RDFXML[:-3], replaces=True),
    "PUT JSON-LD": Door("PUT", G, "application/ld+json", JSONLD, JSONLD[:-3], replaces=True),
    "POST": Door("POST", G, TURTLE, NEW, "<urn:s> <urn:p> ."),
    "POST default": Door("POST", "/store?default", TURTLE, NEW, "<urn:s> <urn:p> .", named=False),
    "POST below": Door("POST", "/store/g", TURTLE, NEW, "<urn:s> <urn:p> ."),
    "POST new": Door("POST", "/store", TURTLE, NEW, "<urn:s> <urn:p> ."),
    "POST form": Door("POST", G, MULTIPART, part(NEW), part("<urn:s> <urn:p> .")),
    "POST form new": Door("POST", "/store", MULTIPART, part(NEW), part(NEW)[:-12]),
    "PATCH": Door("PATCH", G, UPDATE, INSERTION, "INSERT GARBAGE {"),
    "PATCH below": Door("PATCH", "/store/g", UPDATE, INSERTION, "INSERT GARBAGE {"),
}
READS = {
    "query": Door("POST", "/sparql", QUERY, ASKED, "ASK GARBAGE {"),
    "query form": Door(
        "POST", "/sparql", FORM, urlencode({"query": ASKED}), urlencode({"query": "ASK GARBAGE {"})
    ),
    "QUERY": Door("QUERY", "/sparql", QUERY, ASKED, "ASK GARBAGE {"),
    "QUERY form": Door(
        "QUERY", "/sparql/", FORM, urlencode({"query": ASKED}), urlencode({"query": "ASK GARBAGE {"})
    ),
}
ALL = WRITES | READS
OLD = "<urn:old> <urn:p> 'old é'"
BEFORE = f"INSERT DATA {{ {OLD} . GRAPH <urn:g> {{ {OLD} }} GRAPH <%s> {{ {OLD} }} }}"
ANYWHERE = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def as_before() -> set[str]:
    """Return the digests of versions as each test begins with."""
    return set()


@pytest.fixture
def server(one_writable: Server, as_before: set[str]) -> Server:
    """Return a server with the same old statement in the default graph and in each graph that is written."""
    if digest_of(one_writable) not in as_before:
        assert update(one_writable, f"DROP ALL ; {BEFORE % graph_below(one_writable)}").status == 204
        as_before.add(digest_of(one_writable))
    return one_writable


def digest_of(server: Server) -> str:
    """Return the digest of the version that a server has, which each write changes."""
    digest: str = server.get("/healthz").json["digest"]
    return digest


def graph_below(server: Server) -> str:
    """Return the graph of an address below /store."""
    return f"http://127.0.0.1:{server.port}/store/g"


def sent(server: Server, door: Door, way: Way, body: bytes, more: str = "") -> Answer:
    """Send a body in some way, on a connection of its own, and return the answer."""
    head = (
        f"{door.method} {door.path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: {BEARER}\r\n"
        f"Content-Type: {door.content_type}\r\n{more}{way.headers(body)}\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head.encode())
        if "Expect:" in head:
            assert connection.recv(1 << 10) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for piece in way.pieces(body):
            connection.sendall(piece)
        with closing(HTTPResponse(connection, method=door.method)) as response:
            response.begin()
            return Answer(response.status, response.headers, response.read())


def state(server: Server) -> tuple[int, int, int]:
    """Return how many statements stand in the default graph, in named ones, and how many graphs there are."""
    graphs = server.ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g {} }").rows[0]["n"]
    return count(server), count(server, "GRAPH ?g { ?s ?p ?o }"), int(graphs)


def graph_of(server: Server, door: Door, answer: Answer) -> str:
    """Return the pattern of the graph that an address writes, with a gap for the statement."""
    if not door.named:
        return "{ %s }"
    below = graph_below(server) if door.path.startswith("/store/") else "urn:g"
    return f"{{ GRAPH <{answer.headers['Location'] or below}> {{ %s }} }}"


@pytest.mark.parametrize(
    ("door", "way"),
    [
        long(door, way) if (row + column) % 3 else (door, way)
        for row, door in enumerate(WRITES)
        for column, way in enumerate(WAYS)
    ],
)
def test_what_is_sent_is_there(server: Server, door: str, way: str) -> None:
    """What was acknowledged is read back, all of it, beside what it was added to or in place of that."""
    answer = sent(server, WRITES[door], WAYS[way], WRITES[door].right.encode())
    assert answer.status == (201 if answer.headers["Location"] else 204), answer.text
    pattern = graph_of(server, WRITES[door], answer)
    assert count(server, pattern % NEW.rstrip(" .")) == 1
    kept = 0 if WRITES[door].replaces or answer.headers["Location"] else 1
    assert count(server, pattern % OLD) == kept
    assert count(server, ANYWHERE) == 3 + (0 if WRITES[door].replaces else 1)


@pytest.mark.parametrize("door", ALL)
def test_what_is_wrong_is_told(server: Server, door: str) -> None:
    """What is faulty is 400 however it comes, and changes nothing."""
    before = state(server)
    not_utf8 = (
        ALL[door].right.replace("é", "\udce9").replace("%C3%A9", "%E9").encode(errors="surrogateescape")
    )
    for name, way in WAYS.items():
        for body in (ALL[door].wrong.encode(), not_utf8):
            answer = sent(server, ALL[door], way, body)
            assert answer.status == 400, (name, answer.text)
    assert state(server) == before


@pytest.mark.parametrize("accept", [JSON, "text/html"])
@pytest.mark.parametrize("door", READS)
def test_what_is_asked_is_answered(server: Server, door: str, accept: str) -> None:
    """A query is answered however it comes, as data and as a page."""
    for name, way in WAYS.items():
        answer = sent(server, READS[door], way, READS[door].right.encode(), f"Accept: {accept}\r\n")
        assert (answer.status, answer.media_type) == (200, accept), name
        assert answer.json["boolean"] if accept == JSON else "old é" in answer.text, name


@pytest.mark.parametrize("way", WAYS)
def test_a_query_that_is_checked(server: Server, way: str) -> None:
    """The editor's check hears of a fault however the query comes."""
    door = Door("POST", "/query/check", QUERY, ASKED, "")
    assert sent(server, door, WAYS[way], ASKED.encode()).json["fault"] is None
    assert sent(server, door, WAYS[way], b"ASK GARBAGE {").json["fault"]["token"] == "GARBAGE"  # noqa: S105 - of SPARQL


EMPTY = {"no length": ABSENT, "length 0": WAYS["length"], "no chunk": WAYS["one chunk"]}


@pytest.mark.parametrize("way", EMPTY)
@pytest.mark.parametrize("door", ALL)
def test_empty(server: Server, door: str, way: str) -> None:
    """An empty body is an empty document where that is one, and else 400; nothing comes of either way."""
    before = state(server)
    there = ALL[door]
    answer = sent(server, there, EMPTY[way], b"")
    if there.content_type in {TURTLE, "application/n-triples", UPDATE}:
        assert answer.status == (201 if answer.headers["Location"] else 204), answer.text
        assert count(server, graph_of(server, there, answer) % "?s ?p ?o") == (
            0 if there.replaces or answer.headers["Location"] else 1
        )
    else:
        assert (answer.status, state(server)) == (400, before), answer.text


CODINGS = {
    "gzip": gzip.compress,
    "Identity, DEFLATE": zlib.compress,
    "br": lambda body: body,
    "gzip\r\nContent-Encoding: identity": gzip.compress,
}


@pytest.mark.parametrize("door", ALL)
def test_content_codings(server: Server, door: str) -> None:
    """A body in a content coding is 415, tells which is taken, and changes nothing (RFC 9110, 15.5.16)."""
    before = state(server)
    for coding, encoded in CODINGS.items():
        body = encoded(ALL[door].right.encode())
        for way in ("length", "small chunks"):
            answer = sent(server, ALL[door], WAYS[way], body, f"Content-Encoding: {coding}\r\n")
            told = answer.headers["Accept-Encoding"]
            assert (answer.status, told) == (415, "identity"), (coding, way, answer.text)
    assert state(server) == before


@pytest.mark.parametrize("way", ["length", "small chunks"])
@pytest.mark.parametrize("door", WRITES)
def test_no_coding(server: Server, door: str, way: str) -> None:
    """The coding that is none may be named."""
    answer = sent(
        server, WRITES[door], WAYS[way], WRITES[door].right.encode(), "Content-Encoding: Identity\r\n"
    )
    assert answer.status in {201, 204}
    assert count(server, graph_of(server, WRITES[door], answer) % NEW.rstrip(" .")) == 1


BROKEN = {
    "too short": (length, lambda body: body[:-1]),
    "no last chunk": (chunked, lambda body: in_chunks(body, 30)[0]),
    "chunk too short": (chunked, lambda body: b"%x\r\n%s" % (len(body) + 1, body)),
    "size is no number": (chunked, lambda body: b"xyz\r\n" + body),
    "size is wrong": (chunked, lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) - 5, body)),
    "length and chunks": (
        lambda body: length(body) + chunked(body),
        lambda body: b"".join(in_chunks(body, 30)),
    ),
    "unknown": (lambda _: "Transfer-Encoding: gzip\r\n", lambda body: body),
    "unknown, chunked": (
        lambda _: "Transfer-Encoding: gzip, chunked\r\n",
        lambda body: b"".join(in_chunks(gzip.compress(body), 30)),
    ),
}


@pytest.mark.parametrize("door", WRITES)
def test_broken_bodies(server: Server, door: str) -> None:
    """A body that is not whole, or whose end cannot be told, is never acknowledged and changes nothing."""
    before = state(server)
    for way in BROKEN:
        assert not answer_to_broken(server, WRITES[door], way).startswith(b"HTTP/1.1 2"), way
    assert state(server) == before


def answer_to_broken(server: Server, door: Door, way: str) -> bytes:
    """Send a body that is not whole, end the connection's own side, and return the whole answer."""
    told, wire = BROKEN[way]
    body = door.right.encode()
    head = (
        f"{door.method} {door.path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: {BEARER}\r\nContent-Type: {door.content_type}\r\n{told(body)}\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        connection.sendall(head.encode() + wire(body))
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))
