"""Every IRI of the dataset answers at this server, as a page and as RDF."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from needed import long
from pyoxigraph import NamedNode, RdfFormat, parse
from rdflib import DCTERMS, RDFS, Graph, URIRef
from rdflib.compare import isomorphic
from wicara.ontology import BASE

if TYPE_CHECKING:
    from server_process import Server

pytestmark = pytest.mark.first_article

MEETING = "/id/event/2018-08-02-asean-russia-meeting"
FACT = "/graph/fact/kemlu-2018-08-02-asean-russia/F038"
FORMATS = {
    "ttl": ("text/turtle", "turtle"),
    "nt": ("application/n-triples", "nt"),
    "rdf": ("application/rdf+xml", "xml"),
    "jsonld": ("application/ld+json", "json-ld"),
}
DOCUMENTS = [
    "/doc/event/2018-08-02-asean-russia-meeting",
    "/doc/person/retno-marsudi",
    "/concept/area",
    "/concept/area/counter-terrorism",
    "/graph/inferred",
    FACT,
    "/ont",
]
LARGE = {"/graph/inferred", "/ont"}


def test_things_lead_to_their_documents(server: Server) -> None:
    """`/id/…` is 303 to `/doc/…`, with the choices of the reader; HEAD too."""
    answer = server.get(f"{MEETING}?lang=id&infer=off")
    assert answer.status == 303
    assert answer.headers["Location"] == f"{MEETING.replace('/id/', '/doc/')}?lang=id&infer=off"
    assert server.send("HEAD", MEETING).status == 303


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/ont/", "/ont"),
        ("/ont/?lang=id", "/ont?lang=id"),
        ("/timeline/?about=%C3%A9", "/timeline?about=%C3%A9"),
        ("/questions/", "/questions"),
        ("/questions/coordinator-on//", "/questions/coordinator-on"),
        ("/openapi.json/", "/openapi.json"),
        ("/nothing/", None),
        ("/doc/nothing/", None),
    ],
)
def test_a_slash_at_the_end(server: Server, path: str, leads_to: str | None) -> None:
    """The address of a document with a slash after it leads to the document."""
    answer = server.get(path)
    assert (answer.status, answer.headers["Location"]) == (308 if leads_to else 404, leads_to)


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph:DeprecationWarning"
)  # rdflib's own JSON-LD parser uses it
@pytest.mark.parametrize("path", [long(path) if path in LARGE else path for path in DOCUMENTS])
def test_same_statements_in_every_format(server: Server, path: str) -> None:
    """By suffix and by Accept the same bytes; the formats are isomorphic to each other."""
    graphs = []
    for extension, (media_type, syntax) in FORMATS.items():
        by_suffix = server.get(f"{path}.{extension}", accept="text/html")
        by_accept = server.get(path, accept=media_type)
        assert (by_suffix.status, by_suffix.media_type) == (200, media_type)
        assert by_accept.body == by_suffix.body
        assert by_accept.headers["Content-Location"] == f"{path}.{extension}"
        assert "Accept" in by_accept.headers["Vary"]
        graphs.append(Graph().parse(data=by_suffix.body, format=syntax))
    assert len(graphs[0]) > 0
    assert all(isomorphic(graphs[0], other) for other in graphs[1:])


def test_what_is_described(server: Server) -> None:
    """A description holds outgoing and incoming statements, inferred ones too, and labels of neighbours."""
    graph = Graph().parse(data=server.get("/doc/state/russia.ttl").body, format="turtle")
    russia = URIRef(f"{BASE}/id/state/russia")
    assert (russia, None, None) in graph
    assert (None, None, russia) in graph
    neighbours = set(graph.subjects(None, russia)) - {russia}
    label = URIRef("http://www.w3.org/2004/02/skos/core#prefLabel")
    assert all((neighbour, label, None) in graph for neighbour in neighbours if f"{BASE}/id/" in neighbour)


def test_without_conclusions(server: Server) -> None:
    """`infer=off` takes the inferred statements off pages and RDF alike."""
    path = MEETING.replace("/id/", "/doc/")
    on, off = (
        Graph().parse(data=server.get(f"{path}.nt?infer={value}").body, format="nt")
        for value in ("on", "off")
    )
    held_in = URIRef(f"{BASE}/ont#heldIn")
    assert (URIRef(BASE + MEETING), held_in, None) in on
    assert (None, held_in, None) not in off
    assert (
        'title="https://w3id.org/wicara/ont#heldIn"'
        not in server.get(f"{path}?infer=off", accept="text/html").text
    )
    assert server.get(f"{path}?infer=maybe").status == 400


def test_graph_as_dataset(server: Server) -> None:
    """A fact graph as TriG names the graph that its statements stand in."""
    quads = parse(server.get(f"{FACT}.trig").body, format=RdfFormat.TRIG)
    inside = [quad for quad in quads if quad.graph_name == NamedNode(BASE + FACT)]
    assert len(inside) == int(
        server.ask(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}{FACT}> {{ ?s ?p ?o }} }}").rows[0]["n"]
    )
    assert server.get(FACT, accept="application/n-quads").status == 200


INFERRED = NamedNode(f"{BASE}/graph/inferred")
CONCLUSIONS = "\n# What follows by reasoning"


@pytest.mark.parametrize("path", ["/doc/state/russia", FACT, "/concept/area/counter-terrorism"])
def test_conclusions_are_told_apart(server: Server, path: str) -> None:
    """TriG has each statement in its graphs, conclusions in one of their own; Turtle, under a comment."""
    quads = parse(server.get(f"{path}.trig").body, format=RdfFormat.TRIG)
    concluded = {quad.triple for quad in quads if quad.graph_name == INFERRED}
    stated, _, below = server.get(f"{path}.ttl").text.partition(CONCLUSIONS)
    prefixes = "".join(line for line in stated.splitlines(keepends=True) if line.startswith("@prefix"))
    assert {quad.triple for quad in parse(f"{prefixes}\n#{below}", format=RdfFormat.TURTLE)} == concluded
    assert not concluded & {quad.triple for quad in parse(stated, format=RdfFormat.TURTLE)}
    assert CONCLUSIONS not in server.get(f"{path}.ttl?infer=off").text


def test_ontology_as_it_is_stated(server: Server) -> None:
    """`/ont` as data is the ontology as it is stated; what follows for its terms comes on request, apart."""
    stated = set(parse(server.get("/ont.nt").body, format=RdfFormat.N_TRIPLES))
    exported = set(parse(server.get("/export/ontology.nt").body, format=RdfFormat.N_TRIPLES))
    assert {quad for quad in exported if "_:" not in str(quad)} <= stated
    told, _, concluded = server.get("/ont.ttl?infer=on").text.partition(CONCLUSIONS)
    assert concluded
    assert CONCLUSIONS not in server.get("/ont.ttl").text
    graph = Graph().parse(data=told, format="turtle")
    assert all(len(list(graph.objects(one, RDFS.domain))) < 2 for one in graph.subjects(RDFS.domain, None))


def test_version_of_the_ontology(server: Server) -> None:
    """`owl:versionIRI` leads to the ontology itself."""
    iri = server.ask(f"SELECT ?v {{ <{BASE}/ont> owl:versionIRI ?v }}").rows[0]["v"]
    path = iri.removeprefix(BASE)
    assert server.get(f"{path}.ttl").body == server.get("/ont.ttl").body
    assert server.get(path, accept="text/html").text.count("<article ") > 100


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("extension", FORMATS)
def test_licence(server: Server, extension: str) -> None:
    """A description says under which licence it stands, and whose part it is; its subject has no licence."""
    graph = Graph().parse(
        data=server.get(f"/doc/article/kemlu-2018-08-02-asean-russia.{extension}").body,
        format=FORMATS[extension][1],
    )
    licensed = {(str(s), str(o)) for s, o in graph.subject_objects(DCTERMS.license)}
    document = f"{BASE}/doc/article/kemlu-2018-08-02-asean-russia"
    assert licensed == {(document, "https://creativecommons.org/licenses/by/4.0/")}
    assert (URIRef(document), DCTERMS.isPartOf, URIRef(f"{BASE}/dataset")) in graph


@pytest.mark.parametrize(
    "path",
    [
        "/id/person/nobody",
        "/doc/person/nobody",
        "/doc/person/nobody.ttl",
        "/concept/area/nothing.rdf",
        "/graph/fact/none/F001",
        "/ontology",
        "/ont/9.9.9",
        "/doc/person/a%20b",
        "/doc/person/%3Cscript%3E",
        "/doc/..%2f..%2fetc%2fpasswd",
        "/static/..%2f__init__.py",
        "/static/../__init__.py",
        "/export/..%2f..%2fetc%2fpasswd.ttl",
        "/doc/person/x%0d%0aSet-Cookie:%20a=b",
        "/id/person/x%0d%0aSet-Cookie:%20a=b",
    ],
)
def test_unknown(server: Server, path: str) -> None:
    """What the dataset says nothing of is 404, with a suffix too; nothing slips into headers or files."""
    answer = server.get(path)
    assert answer.status == 404
    assert "Set-Cookie" not in answer.headers


def test_not_acceptable(server: Server) -> None:
    """A client that takes none of the forms gets 406 with a list of them."""
    answer = server.get("/concept/area", accept="image/png")
    assert answer.status == 406
    assert "text/turtle" in answer.json["available"]


def test_alternates(server: Server) -> None:
    """A document links to its other forms, and each of them answers."""
    path = "/doc/state/russia"
    answer = server.get(path, accept="text/html")
    links = [
        part.split(">")[0].lstrip(" <") for part in answer.headers["Link"].split(",") if "alternate" in part
    ]
    assert {urljoin(path, link).rpartition(".")[2] for link in links} == {*FORMATS, "trig", "nq"}
    assert all(server.get(link).status == 200 for link in links)
    assert f'<{BASE}/id/state/russia>; rel="describes"' in answer.headers["Link"]


@pytest.mark.parametrize("one_of", [20, long(1)])
def test_every_iri_of_the_data_answers(server: Server, one_of: int) -> None:
    """Each IRI under the base that stands anywhere in the default graph answers at this server."""
    query = f"""SELECT DISTINCT ?x {{ {{ ?x ?p ?o }} UNION {{ ?s ?x ?o }} UNION {{ ?s ?p ?x }}
                UNION {{ GRAPH ?x {{ ?s ?p ?o }} }} FILTER(STRSTARTS(STR(?x), "{BASE}/")) }}"""
    paths = {row["x"].removeprefix(BASE).partition("#")[0] for row in server.ask(query).rows}
    assert len(paths) > 300
    faulty = {
        path: status
        for path in sorted(paths)[::one_of]
        if (status := server.send("HEAD", path, accept="application/n-triples").status) not in {200, 303}
    }
    assert faulty == {}


def test_terms_of_the_ontology(server: Server) -> None:
    """Each term that the data uses has its anchor on the page of the ontology."""
    page = server.get("/ont", accept="text/html").text
    used = server.ask(f'SELECT DISTINCT ?p {{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), "{BASE}/ont#")) }}').rows
    missing = [row["p"] for row in used if f'id="{row["p"].rpartition("#")[2]}"' not in page]
    assert missing == []
