"""What the Graph Store Protocol takes as the body of a request, and how it refuses others."""

from __future__ import annotations

from http.client import HTTPConnection
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from graph_store import DATA, IRI, NAMESPACES, TARGETS, G, post, put, triples
from prepared import PATIENCE
from pyoxigraph import RdfFormat, parse
from writing import BEARER, TURTLE, UPDATE, update, write

if TYPE_CHECKING:
    from server_process import Server

BAD = [
    (TURTLE, "<x:s> <x:p> 1 .\n<x:s> <x:p> .", 2, 13),
    (TURTLE, "<x:s> <x:p> 1 .\n<x:s> <x:p> '\xff' .".encode("latin-1"), 2, 14),
    ("application/n-triples", "<x:s> <x:p> <relative> .", 1, 13),
    ("application/rdf+xml", "<r>\n <s></r>", 2, 7),
    ("application/rdf+xml", "", 1, 1),
    ("application/ld+json", '{\n "@id": }', 2, 9),
]


@pytest.fixture
def server(empty: Server) -> Server:
    """Return a server that takes writes and holds nothing."""
    return empty


@pytest.mark.parametrize("path", TARGETS)
@pytest.mark.parametrize("bad", BAD)
def test_bad_body(server: Server, path: str, bad: tuple[str, str | bytes, int, int]) -> None:
    """A body that does not parse is 400 with line and column, and the graph stays as it was."""
    content_type, body, line, column = bad
    put(server, path, "<x:s> <x:p> 0 .")
    before = server.get(path)
    for method in ("PUT", "POST"):
        answer = write(server, method, path, body, content_type=content_type)
        assert (answer.status, answer.media_type) == (400, "application/problem+json")
        assert (answer.json["line"], answer.json["column"]) == (line, column)
    after = server.get(path)
    assert (after.body, after.headers["ETag"]) == (before.body, before.headers["ETag"])


def test_bad_body_makes_no_graph(server: Server) -> None:
    """A body that does not parse makes no graph, neither named nor new."""
    assert put(server, G, "<x:s>").status == post(server, "/store", "<x:s>").status == 400
    assert server.get(G).status == 404
    assert server.get("/store", accept="application/n-quads").body == b""


@pytest.mark.parametrize(
    "body",
    [
        f'{{"@id": "{IRI}", "@graph": [{{"@id": "x:s", "x:p": 1}}]}}',
        '[{"@id": "x:s", "x:p": 1}, {"@id": "x:g", "@graph": [{"@id": "x:s", "x:p": 1}]}]',
        '{"@context": "http://127.0.0.1:9/context", "@id": "x:s", "x:p": 1}',
        '{"@context": {"@import": "http://127.0.0.1:9/context"}, "@id": "x:s"}',
    ],
)
def test_json_ld_of_other_graphs(server: Server, body: str) -> None:
    """JSON-LD with named graphs would write elsewhere, a remote context be fetched: both are 400."""
    for method in ("PUT", "POST"):
        assert write(server, method, G, body, content_type="application/ld+json").status == 400
    assert server.get("/store", accept="application/n-quads").body == b""


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/trig", "application/n-quads", "text/n3", "rubbish", UPDATE],
)
def test_other_media_types(server: Server, content_type: str | None) -> None:
    """Another media type, or none, is 415 and lists those that there are."""
    for method in ("PUT", "POST"):
        answer = write(server, method, G, "<x:s> <x:p> 1 .", content_type=content_type)
        assert answer.status == 415
        assert set(DATA) <= set(answer.headers["Accept-Post"].split(", "))
        assert set(DATA) <= set(answer.json["available"])
    assert server.get(G).status == 404


@pytest.mark.parametrize(
    ("charset", "body", "status"),
    [
        ("utf-8", '<x:s> <x:p> "é" .'.encode(), 201),
        ('"UTF8"', '<x:s> <x:p> "é" .'.encode("utf-8-sig"), 201),
        ("iso-8859-1", b'<x:s> <x:p> "e" .', 201),
        ("iso-8859-1", '<x:s> <x:p> "é" .'.encode("iso-8859-1"), 415),
        ("iso-8859-1", '<x:s> <x:p> "é" .'.encode(), 415),
        ("utf-16", '<x:s> <x:p> "e" .'.encode("utf-16"), 415),
    ],
)
@pytest.mark.parametrize("content_type", [TURTLE, "application/n-triples"])
def test_charset(server: Server, content_type: str, charset: str, body: bytes, status: int) -> None:
    """Formats that are always UTF-8 have no other charset, but for what is the same in both."""
    answer = write(server, "POST", G, body, content_type=f"{content_type}; charset={charset}")
    assert answer.status == status
    if status == 415:
        assert "always UTF-8" in answer.json["detail"]


@pytest.mark.parametrize("content_type", ["application/rdf+xml", TURTLE, "application/ld+json"])
def test_base(server: Server, content_type: str) -> None:
    """A relative IRI in an upload is resolved against the IRI of its graph."""
    body = {
        TURTLE: "<a#b> <x:p> <> .",
        "application/ld+json": '{"@id": "a#b", "x:p": {"@id": ""}}',
        "application/rdf+xml": f'<rdf:RDF {NAMESPACES}><rdf:Description rdf:about="a#b">'
        '<x:p rdf:resource=""/></rdf:Description></rdf:RDF>',
    }[content_type]
    for method in ("PUT", "POST", "PUT"):
        write(server, method, G, body, content_type=content_type)
        assert triples(server, G) == {f"<http://example.org/a#b> <x:p> <{IRI}> ."}


def form_of(*parts: tuple[str, bytes]) -> tuple[bytes, str]:
    """Return a form of parts, each its headers and bytes, and its content type."""
    body = b"".join(
        f"--limit\r\nContent-Disposition: form-data; {headers}\r\n\r\n".encode() + content + b"\r\n"
        for headers, content in parts
    )
    return body + b"--limit--\r\n", "multipart/form-data; boundary=limit"


OWL = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:">'
    b'<rdf:Description rdf:about="x:a"><x:p rdf:resource="x:b"/></rdf:Description></rdf:RDF>'
)
PARTS = [
    ('name="a"; filename="a.bin"\r\nContent-Type: text/turtle; charset=utf-8', b"<a> <x:p> _:b ."),
    ('name="b"; filename="b.nt"\r\nContent-Type: application/octet-stream', b"_:b <x:p> <x:b> ."),
    ('name="a"; filename="c.TTL"', b"_:b <x:p> <x:c> , _:b ."),
    ('name="d"; filename="d"\r\nContent-Type: application/ld+json', b'{"@id": "_:b", "x:p": "d"}'),
]


@pytest.mark.parametrize("path", [*TARGETS, "/store"])
@pytest.mark.parametrize("parts", [PARTS[:1], PARTS])
def test_multipart(server: Server, path: str, parts: list[tuple[str, bytes]]) -> None:
    """The files of a form are all added, each in its own format, and no blank node is shared between them."""
    answer = post(server, path, *form_of(*parts))
    assert answer.status in {201, 204}
    if path == "/store":
        path = answer.headers["Location"].partition(f":{server.port}")[2]
    lines = triples(server, path)
    assert len(lines) == (1 if len(parts) == 1 else 5)
    labels = {word for line in lines for word in line.split() if word.startswith("_:")}
    assert len(labels) == len(parts)


@pytest.mark.parametrize("name", ["a.owl", "a.XML", "a.json", "a.n3", "a.txt"])
def test_names_of_files(server: Server, name: str) -> None:
    """A file's name tells the format as it does on the command line."""
    content = {"json": b'{"@id": "x:a", "x:p": {"@id": "x:b"}}', "owl": OWL, "xml": OWL}
    body = content.get(name.lower().partition(".")[2], b"<x:a> <x:p> <x:b> .")
    headers = f'name="f"; filename="{name}"\r\nContent-Type: application/octet-stream'
    assert post(server, G, *form_of((headers, body))).status == 201
    assert triples(server, G) == {"<x:a> <x:p> <x:b> ."}


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([], 400),
        ([*PARTS[:2], ('name="e"; filename="e.ttl"', b"<x:s> <x:p> .")], 400),
        ([*PARTS[:1], ('name="e"', b"<x:s> <x:p> 1 .")], 400),
        ([*PARTS[:1], ('name="e"; filename="e.html"\r\nContent-Type: text/html', b"")], 415),
        ([*PARTS[:1], ('name="e"; filename="e.trig"', b"")], 415),
        ([*PARTS[:1], ('name="e"; filename="e"', b"")], 415),
    ],
)
def test_bad_multipart(server: Server, parts: list[tuple[str, bytes]], status: int) -> None:
    """A form with a bad file, a file of no known format, a field or no file at all adds nothing."""
    answer = post(server, G, *form_of(*parts))
    assert answer.status == status
    assert server.get(G).status == 404
    if status == 400 and len(parts) == 3:
        assert "e.ttl" in answer.json["detail"]
        assert (answer.json["line"], answer.json["column"]) == (1, 13)


def test_broken_multipart(server: Server) -> None:
    """A form without a boundary, or one that breaks off, is 400; PUT takes no form."""
    body, content_type = form_of(*PARTS)
    assert post(server, G, body, "multipart/form-data").status == 400
    assert post(server, G, body[:-40], content_type).status == 400
    assert put(server, G, body, content_type).status == 415
    assert server.get(G).status == 404


def test_content_coding(server: Server) -> None:
    """A body in a content coding is 415 and says that there is none to be."""
    put(server, G, "")
    for method, path, content_type in (
        ("PUT", G, TURTLE),
        ("POST", "/store", TURTLE),
        ("PATCH", G, UPDATE),
        ("POST", "/update", UPDATE),
    ):
        answer = write(server, method, path, b"\x1f\x8b", content_type=content_type, content_encoding="gzip")
        assert (answer.status, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert write(server, "PUT", G, "", content_type=TURTLE, content_encoding="identity").status == 204


def test_content_range(server: Server) -> None:
    """A PUT of a part is 400 (RFC 9110, section 14.5)."""
    put(server, G, "<x:s> <x:p> 1 .")
    answer = write(server, "PUT", G, "", content_type=TURTLE, content_range="bytes 0-0/10")
    assert answer.status == 400
    assert len(triples(server, G)) == 1


@pytest.mark.parametrize(
    ("body", "accept"),
    [
        ("<x:s> <x:p> <<( <x:s> <x:p> 1 )>> .", "application/ld+json"),
        ("<x:s> <x:p> 'x'@en--ltr .", "application/ld+json"),
        ("<x:s> <http://example.org/1/> 1 .", "application/rdf+xml"),
        ("<x:s> <x:p> '\\u0001' .", "application/rdf+xml"),
    ],
)
def test_what_a_format_cannot_hold(server: Server, body: str, accept: str) -> None:
    """A graph that a format cannot hold is 406 in that format, never a broken document; Turtle holds it."""
    put(server, G, body)
    assert server.get(G, accept=accept).status == 406
    assert set(parse(server.get(G).body, RdfFormat.TURTLE)) == set(parse(body.encode(), RdfFormat.TURTLE))


def test_entities(server: Server) -> None:
    """The XML entities that ontologies use are expanded; those that blow up are 400 and end nothing."""
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:"'
    document = "<!DOCTYPE r [%s]>\n<rdf:RDF " + rdf + '><rdf:Description rdf:about="x:s"><x:p>&%s;</x:p>'
    document += "</rdf:Description></rdf:RDF>"
    good = document % ('<!ENTITY a "A"><!ENTITY b "&a;&a;">', "b")
    assert put(server, G, good, "application/rdf+xml").status == 201
    assert triples(server, G) == {'<x:s> <x:p> "AA" .'}
    names = "abcdefgh"
    bomb = f'<!ENTITY a "{"A" * 20}">'
    bomb += "".join(f'<!ENTITY {n} "{f"&{m};" * 20}">' for m, n in pairwise(names))
    assert put(server, G, document % (bomb, "h"), "application/rdf+xml").status == 400
    assert triples(server, G) == {'<x:s> <x:p> "AA" .'}


def test_nesting(server: Server) -> None:
    """Triple terms and JSON nested deep are 400 before the parser fails; brackets and strings are not."""

    def nested(depth: int) -> str:
        return f"<x:s> <x:p> {'<<( <x:s> <x:p> ' * depth} 1 {')>>' * depth} ."

    answer = put(server, G, nested(100_000))
    assert answer.status == 400
    assert "--max-nesting" in answer.json["detail"]
    assert put(server, G, nested(101), "text/turtle").status == 400
    objects = ('{"x:p":' * depth + "1" + "}" * depth for depth in (100, 101))
    assert [put(server, G, text, "application/ld+json").status for text in objects] == [201, 400]
    assert put(server, G, nested(100)).status == 204
    assert put(server, G, f"<x:s> <x:p> {'[ <x:p> ' * 500} 1 {']' * 500} , '{'<<(' * 500}' .").status == 204


def test_broken_off(server: Server) -> None:
    """A body that ends before its announced length changes nothing."""
    put(server, G, "<x:s> <x:p> 1 .")
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    connection.putrequest("PUT", G)
    for name, value in (("Authorization", BEARER), ("Content-Type", TURTLE), ("Content-Length", "1000")):
        connection.putheader(name, value)
    connection.endheaders(b"<x:s> <x:p> 2 .")
    connection.close()
    assert update(server, "INSERT DATA { <x:s> <x:p> 3 }").status == 204
    assert triples(server, G) == {'<x:s> <x:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .'}
