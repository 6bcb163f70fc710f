"""Answers that are given again: ETags, the cache, content codings, and streams that are never held."""

from __future__ import annotations

import gzip
import http.client
import time
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import brotli
import pytest
import zstandard
from needed import long
from prepared import PATIENCE
from server_process import distinct, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server_process import Server

pytestmark = pytest.mark.first_article

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s"
MANY = 50_000


@pytest.fixture(scope="module")
def many() -> Iterator[Server]:
    """Return a server of 50,000 triples."""
    with serving(distinct(MANY), suffix="nt") as running:
        yield running


DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


FEW = {("/sparql", "gzip"), ("/store?default", "zstd"), ("/", "br"), ("/export/default.nt", "zstd")}
"""Of each path one coding, and of each coding a path: others take as long again."""


@pytest.mark.parametrize(
    ("path", "coding"),
    [
        (path, coding) if (path, coding) in FEW else long(path, coding)
        for path in ("/sparql", "/store?default", "/", "/export/default.nt")
        for coding in DECODERS
    ],
)
def test_codings(server: Server, coding: str, path: str) -> None:
    """Each content coding holds the same, says so in its headers, and has an ETag of its own."""
    accept = "text/turtle" if path in {"/sparql", "/store?default"} else None
    plain = server.get(path, accept=accept)
    coded = server.get(path, accept=accept, accept_encoding=coding)
    assert coded.headers["Content-Encoding"] == coding
    assert "Accept-Encoding" in coded.headers["Vary"]
    assert DECODERS[coding](coded.body) == plain.body
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert (
        server.get(path, accept=accept, accept_encoding=coding, if_none_match=coded.headers["ETag"]).status
        == 304
    )


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, br, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"),
        ("zstd;q=0, *", "br"),
        ("identity, gzip;q=0.1", None),
        ("deflate", None),
        ("", None),
    ],
)
def test_which_coding(server: Server, header: str, coding: str | None) -> None:
    """The coding with the highest weight wins; what is not offered, or weighs nothing, is not used."""
    query = "SELECT * { ?s ?p ?o } LIMIT 100"
    answer = server.get(f"/sparql?query={quote(query)}", accept_encoding=header)
    assert answer.headers["Content-Encoding"] == coding


def test_large_results_are_coded_too(many: Server) -> None:
    """A result that streams is coded as it streams."""
    answer = many.get(f"/sparql?query={quote(ALL)}", accept="text/csv", accept_encoding="zstd")
    assert DECODERS["zstd"](answer.body).count(b"\n") == MANY + 1


def test_an_answer_is_given_again(many: Server) -> None:
    """The same question is answered from the cache, by GET and POST, and with another Accept it is not."""
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    hits = many.metric('wicara_cache_total{result="hit"}')
    first = many.ask(query)
    again = many.ask(query)
    assert again.body == first.body
    assert "hit" in again.headers["Server-Timing"]
    assert "hit" not in many.ask(query, accept="text/csv").headers["Server-Timing"]
    for _ in range(2):
        posted = many.send("POST", "/sparql", query, content_type="application/sparql-query")
        assert posted.body == first.body
    assert many.metric('wicara_cache_total{result="hit"}') == hits + 2
    path = f"/sparql?{urlencode({'query': query})}"
    assert many.get(path, if_none_match=first.headers["ETag"]).status == 304


@pytest.mark.parametrize("function", ["RAND()", "NOW()", "UUID()", "STRUUID()", "rand  ()", "Now # c\n()"])
def test_what_changes_is_not_kept(many: Server, function: str) -> None:
    """A query that may answer otherwise the next time has no ETag and is asked again."""
    query = f"SELECT ({function} AS ?x) {{}}"
    answers = [many.ask(query) for _ in range(2)]
    assert all(answer.status == 200 for answer in answers)
    assert answers[0].body != answers[1].body or "NOW" in function.upper()
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert "ETag" not in answers[0].headers
    assert "hit" not in answers[1].headers["Server-Timing"]


def test_a_stream_begins_at_once(many: Server) -> None:
    """The first bytes of a large result come long before the last: what answers it is still at work."""
    connection = http.client.HTTPConnection("127.0.0.1", many.port, timeout=PATIENCE)
    with closing(connection):
        query = "SELECT * { ?s ?p ?o . ?a ?p ?b } LIMIT 2000000"
        connection.request("GET", f"/sparql?query={quote(query)}")
        response = connection.getresponse()
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.read(1)
        assert many.at_work
        response.close()


def test_a_slow_reader_holds_nothing(many: Server) -> None:
    """A client that does not read stops its own query only: others are answered, and memory does not grow."""
    connection = http.client.HTTPConnection("127.0.0.1", many.port, timeout=PATIENCE)
    query = "SELECT * { ?s ?p ?o . ?a ?p ?b } LIMIT 2000000"
    connection.request("GET", f"/sparql?query={quote(query)}")
    response = connection.getresponse()
    response.read(1000)
    with closing(connection):
        for _ in range(20):
            assert many.ask("ASK {}").status == 200
        time.sleep(0.5)
        assert many.resident < 150 << 20
        response.close()


def test_head(many: Server) -> None:
    """HEAD has the headers of GET and no body."""
    path = "/sparql?query=ASK%7B%7D"
    got, asked = many.get(path), many.send("HEAD", path)
    assert asked.body == b""
    for name in ("Content-Type", "ETag", "Content-Length"):
        assert asked.headers[name] == got.headers[name]


def test_the_query_method(many: Server) -> None:
    """The method QUERY asks like POST."""
    answer = many.send("QUERY", "/sparql", "ASK {}", content_type="application/sparql-query")
    assert (answer.status, answer.json["boolean"]) == (200, True)


def test_health_and_readiness(many: Server) -> None:
    """The front tells that it lives, whether queries are answered, and what it counts."""
    assert many.get("/healthz").json["status"] == "ok"
    wait_until(many.is_ready)
    ready = many.get("/readyz")
    assert (ready.status, ready.json["ready"], ready.json["quads"]) == (200, True, MANY)
    reads_only = many.get("/readyz/write")
    assert (reads_only.status, reads_only.json["ready"]) == (503, False)
    assert "--writable" in reads_only.json["why"]
    text = many.get("/metrics").text
    for name in (
        "wicara_requests_total",
        "wicara_request_seconds_bucket",
        "wicara_executors",
        "wicara_cache",
    ):
        assert name in text


def test_a_request_has_an_id(many: Server) -> None:
    """Every answer has an id of its own and says what it took."""
    ids = {many.ask("ASK {}").headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
    assert "total;dur=" in many.ask("ASK {}").headers["Server-Timing"]
