"""Parts of answers, HEAD and HTTP/1.0: lengths, and downloads that go on where they broke off."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from server_process import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server_process import Server

QUERY = f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}"
DOWNLOADS = {
    "an export that is streamed": "/export/default.nt",
    "an export that is sorted": f"/export/{quote('small')}.nt",
    "results that are streamed": QUERY,
    "results that are cached": f"{QUERY}LIMIT+5",
    "a graph of the store": "/store?default",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server of more quads than exports sort, and a small named graph."""
    lines = [f'<urn:s{n}> <urn:p> "{n}" .\n' for n in range(101_000)]
    lines.append('<urn:s> <urn:p> "small" <https://w3id.org/wicara/graph/small> .\n')
    with serving("".join(lines), suffix="nq") as running:
        yield running


@pytest.mark.parametrize("path", DOWNLOADS.values(), ids=DOWNLOADS)
def test_parts_make_the_whole(server: Server, path: str) -> None:
    """HEAD tells the length, and any part of the bytes is had by itself: 206, or 416 after the last one."""
    whole = server.get(path)
    size = len(whole.body)
    head = server.send("HEAD", path)
    told = head.headers["Content-Length"], head.headers["Accept-Ranges"], head.headers["ETag"]
    assert (head.status, head.body, told) == (200, b"", (str(size), "bytes", whole.headers["ETag"]))
    half = size // 2
    for wanted, part in {
        f"bytes=0-{half - 1}": slice(0, half),
        f"bytes={half}-": slice(half, None),
        f"Bytes= {half}-{size * 2}": slice(half, None),
        "bytes=-7": slice(-7, None),
        f"bytes=-{size * 2}": slice(0, None),
        "bytes=3-3": slice(3, 4),
    }.items():
        answer = server.get(path, range=wanted)
        begin, end, _ = part.indices(size)
        assert (answer.status, answer.body == whole.body[part]) == (206, True)
        assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
        assert answer.headers["ETag"] == whole.headers["ETag"]
    for wanted in (f"bytes={size}-", "bytes=-0"):
        answer = server.get(path, range=wanted)
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,4-5", "bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", f"bytes=0-{'9' * 5000}"]
)
def test_what_is_no_single_range_gets_the_whole(server: Server, wanted: str) -> None:
    """A range that is malformed, of another unit, or one of several is passed over."""
    assert server.get(DOWNLOADS["results that are cached"], range=wanted).status == 200


def test_if_range(server: Server) -> None:
    """A part is sent only of the version that the client has begun with; a 304 comes before any part."""
    path = "/export/default.nt"
    tag = server.send("HEAD", path).headers["ETag"]
    for if_range, status in {tag: 206, f"W/{tag}": 200, '"other"': 200}.items():
        assert server.get(path, range="bytes=0-9", if_range=if_range).status == status
    assert server.get(path, range="bytes=0-9", if_none_match=tag).status == 304


def test_parts_of_a_coding(server: Server) -> None:
    """The parts of a representation in a content coding are those of its coded bytes."""
    whole = server.get("/export/default.nt", accept_encoding="gzip")
    rest = server.get("/export/default.nt", accept_encoding="gzip", range="bytes=1000-")
    assert (rest.status, rest.headers["Content-Encoding"]) == (206, "gzip")
    assert rest.body == whole.body[1000:]


def test_curl_goes_on(server: Server, tmp_path: Path) -> None:
    """A download by curl that broke off goes on where it was."""
    whole = server.get("/export/default.nt").body
    file = tmp_path / "default.nt"
    file.write_bytes(whole[:100_000])
    url = f"http://127.0.0.1:{server.port}/export/default.nt"
    subprocess.run(["curl", "-sf", "-C", "-", "-o", str(file), url], check=True)
    assert file.read_bytes() == whole


def test_answers_that_differ_have_no_parts(server: Server) -> None:
    """Where two answers may have other bytes there is no strong tag, and a range gets the whole."""
    made = server.ask("CONSTRUCT { [] <urn:q> ?o } { ?s ?p ?o } LIMIT 9", accept="application/n-triples")
    assert made.headers["ETag"].startswith('W/"')
    assert made.headers["Accept-Ranges"] is None
    path = f"/sparql?query={quote('CONSTRUCT { _:b <urn:q> ?o } { ?s ?p ?o } LIMIT 9')}"
    answer = server.get(path, range="bytes=0-3")
    assert answer.status == 200
    assert server.get(path, if_none_match=answer.headers["ETag"]).status == 304
    for query in (
        "CONSTRUCT { ?s <urn:q> (1 2) } { ?s ?p ?o } LIMIT 1",
        "CONSTRUCT WHERE { [] ?p ?o } LIMIT 1",
    ):
        assert server.ask(query).headers["ETag"].startswith('W/"')
    for query in (
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o . [] ?p ?o } LIMIT 1",
        "SELECT * { [] <urn:construct> ?o } LIMIT 1",
    ):
        assert server.ask(query).headers["ETag"].startswith('"')
    random = server.ask("SELECT (UUID() AS ?id) {}")
    assert (random.headers["ETag"], random.headers["Accept-Ranges"]) == (None, None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_http_1_0(server: Server, tmp_path: Path, method: str) -> None:
    """A client of HTTP/1.0 gets no chunks: the length of a stream is told (RFC 9112, section 6.1)."""
    file = tmp_path / "answer"
    address, _, form = f"http://127.0.0.1:{server.port}{QUERY}".partition("?")
    told = subprocess.run(
        ["curl", "-s", "--http1.0", "-D", "-", "-o", str(file)]
        + ([f"{address}?{form}"] if method == "GET" else ["-d", form, address]),
        check=True,
        capture_output=True,
    ).stdout.lower()
    assert b"transfer-encoding" not in told
    assert b"content-length: %d\r\n" % file.stat().st_size in told
    assert file.read_bytes() == server.get(QUERY).body


def test_http_1_0_has_no_broken_answer(server: Server) -> None:
    """What fails late is an error for a client of HTTP/1.0, to which a broken answer would look whole."""
    rows = " ".join(map(str, range(20_000)))
    query = f'SELECT (IF(?v = 19999, "\\u0001", STR(?v)) AS ?x) {{ VALUES ?v {{ {rows} }} }}'.encode()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            b"POST /sparql HTTP/1.0\r\nAccept: application/sparql-results+xml\r\n"
            b"Content-Type: application/sparql-query\r\nContent-Length: %d\r\n\r\n%s" % (len(query), query)
        )
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    assert answer.split()[1] == b"406"
    assert b"<result>" not in answer
