"""Whatever comes in on the socket: an answer in time, no fault of the server, and nothing slips through."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from operator import add
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from prepared import PATIENCE
from server_process import Answer, wait_until
from writing import BEARER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server_process import Server

pytestmark = pytest.mark.first_article

BUSY = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE}
"""The only statuses above 499 that are no fault."""
INJECTED = "X-Injected"
NOT_OURS = (b"root:x:0:0", b"[project]", b"def create_app")
"""What stands in files that no path may lead to."""


many = settings(max_examples=400, derandomize=True, database=None, suppress_health_check=[*HealthCheck])
few = settings(many, max_examples=100)

METHODS = """GET HEAD POST PUT PATCH DELETE OPTIONS QUERY TRACE BREW"""
ROUTES = """
/ /sparql /sparql /sparql /update /store /query /explain /explain /id/state/russia /doc/state/russia
/concept/area /graph/inferred /ont /export/default.ttl /export/all.nq /static/style.css /browse
/questions /as-of
/questions/coordinator-on /rules /dataset /openapi.json /.well-known/void /healthz /readyz /metrics"""
STEMS = """/id/ /doc/ /concept/ /graph/ /ont. /ont/ /export/ /static/ /questions/ /store/ /.well-known/ /"""
SUFFIXES = """.ttl .html .nq .exe / . .."""
NAMES = """
query query query update infer format lang timeout page subject predicate object proofs graph default version
default-graph-uri named-graph-uri using-graph-uri using-named-graph-uri"""
HEADERS = """
Accept Accept Accept-Language Accept-Encoding If-None-Match If-Match If-Modified-Since Range Content-Type
Content-Type Origin Authorization Cookie X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto Forwarded Referer
X-Request-Id Wicara-Version Content-Encoding Slug"""
MEDIA_TYPES = """
application/x-www-form-urlencoded application/sparql-query application/sparql-update text/turtle text/html */*
application/trig application/n-quads application/ld+json application/rdf+xml multipart/form-data;boundary=x"""
WORDS = """
../../../../etc/passwd ..%2f..%2fpyproject.toml %2e%2e/%2e%2e/server/__init__.py // . javascript:alert(1)
{{7*7}} %s%n <script>alert(1)</script> "><b> -1 0 1e309 NaN 99999999999999999999 on off html rdfxml en http://[
relative urn:x:g https://w3id.org/wicara/graph/inferred https://w3id.org/wicara/id/state/russia state:russia
file:///etc/passwd"""
OPERATIONS = r"""
ASK {}
SELECT
SELECT * { ?s ?p ?o } LIMIT 3
SELECT (<urn:x:f>(1) AS ?x) {}
SELECT (1/0 AS ?x) (NOW() AS ?y) {}
SELECT ?x { BIND(IRI('a b') AS ?x) }
SELECT * FROM <file:///etc/passwd> FROM NAMED <relative> {}
SELECT * { SERVICE <http://127.0.0.1:1/> {} }
SELECT * { ?s ?p '\uD800' }
SELECT * { ?s ?p ?o FILTER REGEX(?o, '(') } LIMIT 1
CONSTRUCT { ?s ?p <<( ?s ?p ?o )>> } WHERE { ?s ?p ?o } LIMIT 2
DESCRIBE <urn:x:s>
INSERT DATA { <urn:x:s> <urn:x:p> 1 }
INSERT DATA { GRAPH <urn:x:g> { <urn:x:s> <urn:x:p> "x"@en--ltr } }
DELETE WHERE { ?s ?p ?o }
LOAD <file:///etc/passwd>
CREATE GRAPH <urn:x:g>
DROP GRAPH <urn:x:none>
CLEAR ALL"""
BODIES = (
    b"<urn:x:s> <urn:x:p> 1 .",
    b'<urn:x:s> <urn:x:p> "\xff" .',
    b"--x\r\nContent-Type: text/turtle\r\n\r\n<urn:x:s> <urn:x:p> 1 .\r\n--x--\r\n",
    b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r>&e;</r>',
    b'{"@context": "file:///etc/passwd"}',
)
BREAKS = (f"\r\n{INJECTED}: yes", f"\n{INJECTED}: yes\n\nbody", "\r", "\x00", "\u2028", "\x85", "\ud800")


def words(text: str) -> st.SearchStrategy[str]:
    """Return a strategy of the words of a text."""
    return st.sampled_from(text.split())


def escaped(text: str) -> str:
    """Return a text as a part of a URI, whatever stands in it."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="%./:~")


HOSTILE = st.one_of(st.sampled_from(BREAKS), words(WORDS), st.text(max_size=20))
VALUES = st.one_of(HOSTILE, st.sampled_from(OPERATIONS.strip().split("\n")))
PATHS = st.one_of(
    words(ROUTES),
    st.builds(
        "{}{}{}".format,
        words(STEMS),
        st.lists(HOSTILE.map(escaped), max_size=3).map("/".join),
        words(SUFFIXES),
    ),
)
FIELDS = st.builds("{}={}".format, words(NAMES) | HOSTILE.map(escaped), VALUES.map(escaped))
STRINGS = st.lists(FIELDS, max_size=3).map("&".join)
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
SET = st.sampled_from([BEARER, "Basic eDp5", "*", '"a", W/"b"', "bytes=9-1,5-", "gzip;q=2", "x" * 5000])


@dataclass(frozen=True)
class Sent:
    """A request, to be sent as it is."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes

    def __bytes__(self) -> bytes:
        """Return it as it goes out."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        own = [("Host", "localhost"), ("Content-Length", str(len(self.body))), ("Connection", "close")]
        lines = [
            f"{self.method} {target} HTTP/1.1",
            *(f"{name}: {value}" for name, value in own + self.headers),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + self.body


TOKEN = ("Authorization", BEARER)
ROUTED = st.one_of(
    st.tuples(st.just("GET"), PATHS),
    st.tuples(words("POST QUERY HEAD"), st.just("/sparql")),
    st.tuples(words("POST PUT DELETE PATCH GET"), words("/update /store")),
    st.tuples(words(METHODS), PATHS),
)
"""Methods with paths: most of them have a route."""
SENT_HEADERS = st.builds(
    add,
    st.sampled_from([[], [TOKEN]]),
    st.lists(st.tuples(words(HEADERS), st.one_of(words(MEDIA_TYPES), SET, LATIN)), max_size=4),
)
SENT_BODIES = st.one_of(
    st.just(b""),
    VALUES.map(lambda text: text.encode("utf-8", "surrogatepass")),
    STRINGS.map(str.encode),
    st.sampled_from(BODIES),
    st.binary(max_size=50),
)
REQUESTS = st.builds(lambda routed, *more: Sent(*routed, *more), ROUTED, STRINGS, SENT_HEADERS, SENT_BODIES)
PIECES = st.one_of(
    st.sampled_from([b"GET ", b"POST ", b"/", b" HTTP/1.1", b"\r\n", b"Host: a", b"Content-Length: "]),
    st.binary(max_size=30),
)


def answer_to(server: Server, raw: bytes, method: str = "GET", *, ends: bool = False) -> Answer | None:
    """Return the answer to bytes on a socket, None where it was closed without one; fails for neither.

    With `ends` nothing more can come: the client's side of the connection is closed.
    """
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as connection:
        with suppress(OSError):  # the server may have closed it already
            connection.sendall(raw)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        response = HTTPResponse(connection, method=method)
        try:
            response.begin()
            return Answer(response.status, response.headers, response.read())
        except TimeoutError:
            pytest.fail(f"no answer in {PATIENCE} seconds to {raw[:2000]!r}")
        except (HTTPException, ConnectionError):
            return None
        finally:
            response.close()


def check(answer: Answer, raw: bytes) -> None:
    """Fail where an answer shows a fault of the server, or what it must not."""
    told = (answer.status, answer.body[:500], raw[:2000])
    assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in BUSY, told
    assert not {INJECTED, "Set-Cookie"} & set(answer.headers), told
    assert not any(secret in answer.body for secret in NOT_OURS), told
    if answer.body and answer.media_type == "application/problem+json":
        assert answer.json["status"] == answer.status >= HTTPStatus.BAD_REQUEST, told


def check_request(servers: Iterable[Server], sent: Sent) -> None:
    """Fail where a server does not answer a request, or with a fault of its own."""
    for running in servers:
        answer = answer_to(running, bytes(sent), sent.method)
        assert answer, bytes(sent)
        check(answer, bytes(sent))


@few
@given(REQUESTS)
@example(Sent("GET", f"/id/state/russia%0d%0a{INJECTED}:%20yes", f"lang=%0d%0a{INJECTED}:%20yes", [], b""))
@example(Sent("GET", "/id/state/russia", f"lang=%0d%0a{INJECTED}:%20yes", [], b""))
@example(Sent("GET", "/export/..%2f..%2fpyproject.toml", "", [], b""))
@example(Sent("PUT", "/store/..%2f..%2f..%2fetc%2fpasswd", "", [TOKEN], b""))
@example(Sent("POST", "/store", f"graph=urn:x:%0d%0a{INJECTED}:%20yes", [TOKEN], b""))
def test_requests(server: Server, writable: Server, request_: Sent) -> None:
    """A request of any path, fields, headers and body is answered, and not with a fault of the server."""
    check_request((server, writable), request_)


@pytest.mark.long
@many
@given(REQUESTS)
def test_many_requests(server: Server, writable: Server, request_: Sent) -> None:
    """So are many more."""
    check_request((server, writable), request_)


@many
@given(st.lists(PIECES))
@example([b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nshort"])
@example([b"POST /sparql HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"])
@example([b"GET / HTTP/9.9\r\n\r\n"])
@example([b"GET ", b"/" * 100_000, b" HTTP/1.1\r\n\r\n"])
@example([b"GET / HTTP/1.1\r\n", b"A: b\r\n" * 10_000, b"\r\n"])
@example([b"GET / HTTP/1.0\r\n\r\n"])
def test_rubbish(writable: Server, parts: list[bytes]) -> None:
    """Bytes that are no request get an answer or a closed connection, in time."""
    raw = b"".join(parts)
    answer = answer_to(writable, raw, ends=True)
    if answer:
        check(answer, raw)


def test_still_there(server: Server, writable: Server) -> None:
    """After all that, both servers answer."""
    for running in (server, writable):
        assert running.ask("ASK {}").json["boolean"]
        wait_until(running.is_ready)
        assert running.process.poll() is None
