"""The graphs of the dataset as resources, as SPARQL 1.1 Graph Store HTTP Protocol has it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

import pytest
from forms import canonical
from graph_store import DATA, IRI, TARGETS, G, patch, post, put, triples
from pyoxigraph import RdfFormat, parse
from writing import BEARER, TURTLE, UPDATE, count, write

if TYPE_CHECKING:
    from server_process import Server

pytestmark = pytest.mark.first_article


@pytest.fixture
def server(empty: Server) -> Server:
    """Return a server that takes writes and holds nothing."""
    return empty


@pytest.mark.parametrize("path", TARGETS)
@pytest.mark.parametrize("content_type", DATA)
def test_put_and_get_in_every_format(server: Server, path: str, content_type: str) -> None:
    """What is put in one format comes back in each format as the same graph, labelled as that format."""
    assert put(server, path, DATA[content_type], content_type).status in {201, 204}
    expected = canonical(DATA[TURTLE], RdfFormat.TURTLE)
    for accept in DATA:
        answer = server.get(path, accept=accept)
        assert (answer.status, answer.media_type) == (200, accept)
        assert "Accept" in answer.headers["Vary"]
        assert canonical(answer.body, RdfFormat.from_media_type(accept)) == expected


def test_turtle_by_default(server: Server) -> None:
    """Without an Accept header, and for a browser, a graph is Turtle with its charset."""
    put(server, G, DATA[TURTLE])
    for accept in (None, "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "text/turtle; charset=utf-8"):
        assert server.get(G, accept=accept).headers["Content-Type"] == "text/turtle; charset=utf-8"


def test_prefixes_of_the_dataset(small: Server) -> None:
    """A graph of a server without writes is read as well, with those of its prefixes that the graph uses."""
    answer = small.get("/store?default")
    assert "skos:prefLabel" in answer.text
    assert "@prefix skos: <http://www.w3.org/2004/02/skos/core#> ." in answer.text
    assert "@prefix owl:" not in answer.text


def test_not_acceptable(server: Server) -> None:
    """A client that takes none of the formats gets 406 with a list of them."""
    answer = server.get("/store?default", accept="image/png")
    assert answer.status == 406
    assert "application/n-triples" in answer.json["available"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [G, "/store/none"])
def test_no_such_graph(server: Server, method: str, path: str) -> None:
    """A graph that is not there is 404; the default graph always is there."""
    content_type = UPDATE if method == "PATCH" else None
    assert write(server, method, path, content_type=content_type).status == 404
    assert server.get("/store?default").status == 200


def test_head(server: Server) -> None:
    """HEAD answers with the headers of GET and no body."""
    put(server, G, DATA[TURTLE])
    head, get = server.send("HEAD", G, accept=TURTLE), server.get(G, accept=TURTLE)
    assert (head.status, head.body) == (200, b"")
    assert {name: head.headers[name] for name in ("Content-Type", "ETag", "Vary")} == {
        name: get.headers[name] for name in ("Content-Type", "ETag", "Vary")
    }


def test_put_replaces(server: Server) -> None:
    """PUT is 201 for a new graph and 204 for one that it replaces; other graphs stay."""
    put(server, "/store?graph=x:other", "<x:s> <x:p> 9 .")
    first = put(server, G, "<x:s> <x:p> 1 , 2 , [] .")
    second = put(server, G, "<x:s> <x:p> 2 , 3 .")
    assert [(answer.status, answer.body) for answer in (first, second)] == [(201, b""), (204, b"")]
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert triples(server, G) == {f'<x:s> <x:p> "{n}"{integer} .' for n in (2, 3)}
    assert triples(server, "/store?graph=x:other") == {f'<x:s> <x:p> "9"{integer} .'}


def test_put_again_is_the_same(server: Server) -> None:
    """The same PUT twice leaves one copy, blank nodes too."""
    for status in (201, 204, 204):
        assert put(server, G, "<x:s> <x:p> _:a , [ <x:q> _:a ] .").status == status
        assert len(triples(server, G)) == 3


@pytest.mark.parametrize("path", TARGETS)
def test_put_nothing(server: Server, path: str) -> None:
    """An empty body makes an empty graph, which is there."""
    put(server, path, "<x:s> <x:p> 1 .")
    assert put(server, path, "").status == 204
    assert triples(server, path) == set()
    assert put(server, "/store?graph=x:new", "").status == 201
    assert triples(server, "/store?graph=x:new") == set()
    assert post(server, "/store?graph=x:newer", "").status == 201
    assert server.get("/store?graph=x:newer").status == 200


@pytest.mark.parametrize("path", TARGETS)
def test_post_merges(server: Server, path: str) -> None:
    """POST adds to what is there, 201 where that makes the graph."""
    status = 204 if path.endswith("default") else 201
    assert post(server, path, "<x:s> <x:p> 1 .").status == status
    assert post(server, path, "<x:s> <x:p> 1 , 2 .").status == 204
    assert len(triples(server, path)) == 2


@pytest.mark.parametrize("content_type", [TURTLE, "application/ld+json"])
def test_blank_nodes_are_new(server: Server, content_type: str) -> None:
    """A blank node of an upload is none that is there already, even one with the same label."""
    for _ in range(2):
        assert post(server, G, DATA[content_type], content_type).status in {201, 204}
    label = next(line.split()[0] for line in triples(server, G) if line.startswith("_:"))
    assert post(server, G, f"{label} <x:q> 1 .").status == 204
    assert count(server, f"GRAPH <{IRI}> {{ ?b <x:q> 1 }}") == 3


def test_delete(server: Server) -> None:
    """DELETE removes a graph, once, and of the default graph what it holds."""
    put(server, G, "<x:s> <x:p> 1 .")
    put(server, "/store?default", "<x:s> <x:p> 1 .")
    assert [write(server, "DELETE", G).status for _ in range(2)] == [204, 404]
    assert count(server) == 1
    assert [write(server, "DELETE", "/store?default").status for _ in range(2)] == [204, 204]
    assert count(server) == 0


@pytest.mark.parametrize(
    "path",
    [
        f"{G}&default",
        f"{G}&graph=x:g",
        "/store?graph=relative",
        "/store?graph=",
        "/store?graph=/absolute/path",
        "/store?graph=x:%20",
        "/store/a?graph=x:g",
        "/store/a?default",
        "/store?graph=%FF",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"])
def test_names_that_are_none(server: Server, method: str, path: str) -> None:
    """Two names of a graph, a relative IRI or none at all are 400."""
    content_type = {"PUT": TURTLE, "POST": TURTLE, "PATCH": UPDATE}.get(method)
    assert write(server, method, path, content_type=content_type).status == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_no_name(server: Server, method: str) -> None:
    """A request to the store itself that names no graph is 400, but for POST."""
    content_type = {"PUT": TURTLE, "PATCH": UPDATE}.get(method)
    assert write(server, method, "/store", content_type=content_type).status == 400


def test_decoded_once(server: Server) -> None:
    """The IRI of `graph=` is decoded once, however it is encoded."""
    put(server, "/store?graph=http://example.org/%2531", "<x:s> <x:p> 1 .")
    assert server.get("/store?graph=http%3A%2F%2Fexample.org%2F%252531").status == 404
    assert server.get("/store?graph=http%3a%2f%2fexample.org%2F%2531").status == 200
    assert count(server, "GRAPH <http://example.org/%31> { ?s ?p ?o }") == 1
    put(server, f"/store?graph={quote('http://example.org/é')}", "<x:s> <x:p> 1 .")
    assert count(server, "GRAPH <http://example.org/é> { ?s ?p ?o }") == 1


@pytest.mark.parametrize(
    "path", ["/store/person/1.ttl", "/store/a%20b/%C3%A9", "/store/a//b", "/store/http://x/"]
)
def test_direct_name(server: Server, path: str) -> None:
    """A URL below /store/ names the graph of just that URL, as it was written, which is the base too."""
    assert put(server, path, "<> <x:p> <other> .").status == 201
    iri = f"http://127.0.0.1:{server.port}{path}"
    assert count(server, f"GRAPH <{iri}> {{ <{iri}> ?p ?o }}") == 1
    assert triples(server, f"/store?graph={quote(iri, safe='')}") == triples(server, path)
    assert server.get(f"{path}?").status == 200


def test_direct_name_by_host(server: Server) -> None:
    """The host of a directly named graph is the one that the client asks for."""
    sent = {"authorization": BEARER, "content_type": TURTLE, "host": "graphs.example"}
    assert server.send("PUT", "/store/g", "<> <x:p> 1 .", **sent).status == 201
    assert server.get("/store/g").status == 404
    assert server.get("/store?graph=http://graphs.example/store/g").status == 200


def test_post_to_the_store(server: Server) -> None:
    """POST to the store itself makes a new graph each time; Location is its IRI and where it is read."""
    places = []
    for _ in range(2):
        answer = post(server, "/store", "<> <x:p> 1 .")
        assert (answer.status, answer.body) == (201, b"")
        places.append(answer.headers["Location"])
        UUID(places[-1].rpartition("/")[2])
        assert count(server, f"GRAPH <{places[-1]}> {{ <{places[-1]}> <x:p> 1 }}") == 1
        assert server.get(places[-1].partition(f":{server.port}")[2]).status == 200
        assert server.get(f"/store?graph={places[-1]}").status == 200
    assert places[0] != places[1]


def test_whole_dataset(server: Server) -> None:
    """The store itself is the whole dataset, for a client that names a format of datasets."""
    put(server, G, "<x:s> <x:p> 1 .")
    put(server, "/store?default", "<x:s> <x:p> 2 .")
    trig = server.get("/store", accept="application/trig, text/turtle;q=0.5")
    nquads = server.get("/store", accept="application/n-quads")
    assert (trig.media_type, nquads.media_type) == ("application/trig", "application/n-quads")
    assert set(parse(trig.body, RdfFormat.TRIG)) == set(parse(nquads.body, RdfFormat.N_QUADS))
    assert len(nquads.text.splitlines()) == 2
    for accept in (None, "*/*", TURTLE, "application/trig;q=0, */*"):
        answer = server.get("/store", accept=accept)
        assert answer.status == 400
        assert "application/trig" in answer.json["detail"]


def test_infer(built: Server) -> None:
    """Of the built dataset every graph is read, and `infer=off` leaves out what was inferred."""
    inferred = "/store?graph=https://w3id.org/wicara/graph/inferred"
    asserted = triples(built, "/store?default&infer=off")
    assert asserted < triples(built, "/store?default")
    assert built.get(inferred).status == 200
    assert built.get(f"{inferred}&infer=off").status == 404
    assert built.get("/store?default&infer=rubbish").status == 400


@pytest.mark.parametrize("path", TARGETS)
def test_patch(server: Server, path: str) -> None:
    """PATCH applies an update to one graph, which is its default graph and the base of its IRIs."""
    put(server, path, "<x:s> <x:p> 1 , 2 .")
    put(server, "/store?graph=x:other", "<x:s> <x:p> 1 .")
    text = """PREFIX x: <x:> DELETE DATA { x:s x:p 1 } ; DELETE { ?s ?p ?o } INSERT { ?s ?p ?n } WHERE
        { ?s ?p ?o BIND(?o * 10 AS ?n) } ; INSERT DATA { <#a> x:p '<x:s> GRAPH' }"""
    answer = patch(server, path, text)
    assert (answer.status, answer.body) == (204, b"")
    base = {G: IRI, TARGETS[1]: f"http://127.0.0.1:{server.port}/store"}.get(
        path, f"http://127.0.0.1:{server.port}{path}"
    )
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert triples(server, path) == {f'<x:s> <x:p> "20"{integer} .', f'<{base}#a> <x:p> "<x:s> GRAPH" .'}
    assert len(triples(server, "/store?graph=x:other")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <x:other> { <x:s> <x:p> 1 } }",
        "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "WITH <x:other> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING <x:other> WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "INSERT DATA { <x:s> <x:p> 1 } ; DROP DEFAULT",
        "INSERT DATA { <x:s> <x:p> }",
        b"INSERT DATA { <x:s> <x:p> '\xff' }",
    ],
)
@pytest.mark.parametrize("path", TARGETS)
def test_bad_patch(server: Server, path: str, text: str | bytes) -> None:
    """A PATCH that names other graphs, manages graphs or does not parse is 400 and changes nothing."""
    put(server, path, "<x:s> <x:p> 0 .")
    put(server, "/store?graph=x:other", "<x:s> <x:p> 0 .")
    before = server.get("/store", accept="application/n-quads")
    assert patch(server, path, text).status == 400
    after = server.get("/store", accept="application/n-quads")
    assert (after.body, after.headers["ETag"]) == (before.body, before.headers["ETag"])


@pytest.mark.parametrize("content_type", [None, TURTLE, "application/sparql-query"])
def test_patch_of_another_type(server: Server, content_type: str | None) -> None:
    """A PATCH that is no update is 415 and says what it is to be."""
    put(server, G, "")
    answer = patch(server, G, "INSERT DATA { <x:s> <x:p> 1 }", content_type)
    assert (answer.status, answer.headers["Accept-Patch"]) == (415, UPDATE)


@pytest.mark.parametrize("path", ["/store", "/store/a", G])
def test_options(server: Server, path: str) -> None:
    """OPTIONS tells the methods and what they take."""
    answer = server.send("OPTIONS", path)
    methods = {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"}
    assert (answer.status, set(answer.headers["Allow"].split(", "))) == (200, methods)
    assert set(DATA) < set(answer.headers["Accept-Post"].split(", "))
    assert answer.headers["Accept-Patch"] == UPDATE


def test_other_methods(server: Server) -> None:
    """Any other method is 405."""
    answer = server.send("TRACE", G)
    assert answer.status == 405
    assert "PATCH" in answer.headers["Allow"]


def test_etag(server: Server) -> None:
    """A graph has a strong ETag for each format, good for 304 until the dataset changes."""
    put(server, G, "<x:s> <x:p> 1 .")
    first = server.get(G)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    assert server.get(G, if_none_match=tag).status == 304
    assert server.get(G, accept="application/n-triples").headers["ETag"] != tag
    post(server, G, "<x:s> <x:p> 2 .")
    again = server.get(G, if_none_match=tag)
    assert (again.status, again.headers["ETag"] != tag) == (200, True)


CONDITIONAL = [
    ("PUT", "<x:s> <x:p> 2 .", TURTLE),
    ("POST", "<x:s> <x:p> 2 .", TURTLE),
    ("PATCH", "INSERT DATA { <x:s> <x:p> 2 }", UPDATE),
    ("DELETE", None, None),
]


@pytest.mark.parametrize(("method", "body", "content_type"), CONDITIONAL)
def test_if_match(server: Server, method: str, body: str | None, content_type: str | None) -> None:
    """A write with the tag of what the client has seen is done, one with an older tag is 412."""
    put(server, G, "<x:s> <x:p> 0 .")
    old = server.get(G).headers["ETag"]
    put(server, G, "<x:s> <x:p> 1 .")
    new = server.get(G, accept="application/rdf+xml", accept_encoding="gzip").headers["ETag"]
    for tags in (old, f"W/{new}", '"rubbish"', "rubbish", f'"{new[1:10]}"'):
        answer = write(server, method, G, body, content_type=content_type, if_match=tags)
        assert (answer.status, answer.media_type) == (412, "application/problem+json")
    assert server.get(G, if_none_match=server.get(G).headers["ETag"]).status == 304
    tags = f"{old}, {new}"
    assert write(server, method, G, body, content_type=content_type, if_match=tags).status == 204


def test_if_match_star(server: Server) -> None:
    """`If-Match: *` is for a graph that is there, `If-None-Match: *` for one that is not."""
    body = "<x:s> <x:p> 1 ."
    for method in ("PUT", "POST"):
        assert write(server, method, G, body, content_type=TURTLE, if_match="*").status == 412
        assert server.get(G).status == 404
    assert write(server, "PUT", G, body, content_type=TURTLE, if_none_match="*").status == 201
    for method, body_, content_type in CONDITIONAL:
        answer = write(server, method, G, body_, content_type=content_type, if_none_match="*")
        assert answer.status == 412
    tag = server.get(G).headers["ETag"]
    assert write(server, "PUT", G, body, content_type=TURTLE, if_none_match=f"W/{tag}").status == 412
    assert write(server, "PUT", G, body, content_type=TURTLE, if_none_match='"other"').status == 204
    assert write(server, "PUT", G, body, content_type=TURTLE, if_match="*").status == 204


def test_no_update_is_lost(server: Server) -> None:
    """Of clients that change what they have read, each with its tag, none undoes the work of another."""
    put(server, G, "<x:s> <x:n> 0 .")

    def raised(_: int) -> None:
        for _ in range(200):
            seen = server.get(G, accept="application/n-triples")
            number = int(seen.text.split('"')[1])
            body = f"<x:s> <x:n> {number + 1} ."
            tag = seen.headers["ETag"]
            if write(server, "PUT", G, body, content_type=TURTLE, if_match=tag).status == 204:
                return
        pytest.fail("another client was faster, two hundred times")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(raised, range(20)))
    assert server.get(G, accept="application/n-triples").text.split('"')[1] == "20"


def test_many_writers(server: Server) -> None:
    """Twenty clients that add to one graph at once lose nothing."""
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda n: post(server, G, f"<x:s> <x:p> {n} , [] ."), range(40)))
    assert sorted(answer.status for answer in answers) == [201] + [204] * 39
    assert len(triples(server, G)) == 80


def test_readers_see_no_half(server: Server) -> None:
    """While a graph is replaced, every reader gets one of its states as a whole."""
    bodies = ["".join(f"<x:s{part}> <x:p> {state} .\n" for part in range(500)) for state in range(2)]
    put(server, G, bodies[0])

    def seen(_: int) -> set[str]:
        lines = server.get(G, accept="application/n-triples").text.splitlines()
        assert len(lines) == 500
        return {line.split('"')[1] for line in lines}

    with ThreadPoolExecutor(4) as pool:
        states = pool.map(seen, range(60))
        for turn in range(20):
            assert put(server, G, bodies[turn % 2]).status == 204
        assert all(len(state) == 1 for state in states)
