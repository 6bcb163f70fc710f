"""The endpoint describes itself: SPARQL 1.1 Service Description."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from forms import same_in_each_form
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDF, VOID
from server_process import served
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rdflib.term import Node
    from server_process import Server

SD = Namespace(PREFIXES["sd"])
ENTAILMENT = Namespace("http://www.w3.org/ns/entailment/")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
RL = URIRef("http://www.w3.org/ns/owl-profile/RL")
NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
"""What W3C calls the formats (https://www.w3.org/ns/formats/), by their names at this server."""


def described(server: Server, **headers: str) -> Graph:
    """Return the description of a server's endpoint."""
    return Graph().parse(data=server.get("/sparql", **headers).text, format="turtle")


def service_at(graph: Graph, server: Server, path: str) -> URIRef:
    """Return the service whose endpoint is a path of a server."""
    [service] = graph.subjects(SD.endpoint, URIRef(f"http://127.0.0.1:{server.port}{path}"))
    assert (service, RDF.type, SD.Service) in graph
    return URIRef(service)


def named_graphs(graph: Graph) -> dict[str, Node]:
    """Return the node of each named graph of the default dataset by its name."""
    [dataset] = set(graph.objects(None, SD.defaultDataset))
    nodes = list(graph.objects(dataset, SD.namedGraph))
    names = {str(graph.value(node, SD.name)): node for node in nodes}
    assert len(names) == len(nodes)
    return names


def triples(graph: Graph, node: Node | None) -> int:
    """Return how many triples a graph is said to have."""
    value = graph.value(node, VOID.triples)
    assert isinstance(value, Literal)
    return int(value)


def counted(server: Server, pattern: str) -> int:
    """Return how many solutions a pattern has."""
    return int(server.ask(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}").rows[0]["n"])


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph:DeprecationWarning"
)  # rdflib's own JSON-LD parser uses it
def test_same_in_every_format(small: Server) -> None:
    """The description is the same graph in each RDF format; Turtle where a client does not say."""
    same_in_each_form(small, "/sparql")
    assert small.get("/sparql", accept="*/*").body == small.get("/sparql?").body


def test_who_asks_for_it(server: Server) -> None:
    """A browser is sent to the form, HEAD gets the headers; a request with any parameter is a query."""
    browser = server.get("/sparql", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert (browser.status, browser.headers["Location"]) == (303, "/query")
    head = server.send("HEAD", "/sparql")
    assert (head.status, head.body, head.media_type) == (200, b"", "text/turtle")
    assert server.get("/sparql", accept="image/png").status == 406
    assert server.get("/sparql?infer=on").status == 400
    assert server.send("POST", "/sparql").status in {400, 415}


def test_kept_by_its_version(server: Server) -> None:
    """The description has a strong ETag, and 304 for those who have it."""
    first = server.get("/sparql")
    assert first.headers["ETag"].startswith('"')
    assert server.get("/sparql", if_none_match=first.headers["ETag"]).status == 304


def test_every_graph_of_the_dataset(server: Server) -> None:
    """The default graph and every named graph are there, each with as many triples as a query finds."""
    graph = described(server)
    [dataset] = set(graph.objects(None, SD.defaultDataset))
    assert triples(graph, graph.value(dataset, SD.defaultGraph)) == counted(server, "?s ?p ?o")
    rows = server.ask("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g").rows
    told = {name: triples(graph, graph.value(node, SD.graph)) for name, node in named_graphs(graph).items()}
    assert told == {row["g"]: int(row["n"]) for row in rows}
    assert set(graph.objects(None, SD.availableGraphs)) == {dataset}


def test_entailment(server: Server) -> None:
    """The default graph and what follows are under the OWL 2 RL profile; what is asserted is as it stands."""
    graph = described(server)
    service = service_at(graph, server, "/sparql")
    assert graph.value(service, SD.defaultEntailmentRegime) == ENTAILMENT["OWL-RDF-Based"]
    assert graph.value(service, SD.defaultSupportedEntailmentProfile) == RL
    nodes = named_graphs(graph)
    inferred = nodes.pop(f"{BASE}/graph/inferred")
    assert graph.value(inferred, SD.entailmentRegime) == ENTAILMENT["OWL-RDF-Based"]
    assert graph.value(inferred, SD.supportedEntailmentProfile) == RL
    assert {graph.value(node, SD.entailmentRegime) for node in nodes.values()} == {ENTAILMENT.Simple}


def test_result_formats(server: Server) -> None:
    """The result formats are exactly those that the endpoint gives."""
    graph = described(server)
    told = set(graph.objects(service_at(graph, server, "/sparql"), SD.resultFormat))
    given = set()
    for name, published in NAMES.items():
        queries = ("ASK {}", "CONSTRUCT WHERE { ?s a wic:Person }")
        if any(server.ask(query, format=name).status == 200 for query in queries):
            given.add(FORMATS[published])
    assert told == given


def test_extension_functions(server: Server) -> None:
    """The functions that are named are those that queries may call; any other one is an error."""
    graph = described(server)
    told = {str(iri) for iri in graph.objects(service_at(graph, server, "/sparql"), SD.extensionFunction)}
    assert {str(iri).rpartition("/")[2].rpartition("#")[2] for iri in told} > {
        "sfWithin",
        "distance",
        "gYear",
    }
    calls = [f"(<{function}>(1) AS ?x{place})" for place, function in enumerate(told)]
    assert server.ask(f"SELECT {' '.join(calls)} {{}}").status == 200
    assert (
        server.ask("SELECT (<http://www.opengis.net/def/function/geosparql/none>(1) AS ?x) {}").status >= 400
    )


def test_only_what_is_true(server: Server) -> None:
    """A server that takes no updates and calls no others describes one service, for queries."""
    graph = described(server)
    service = service_at(graph, server, "/sparql")
    assert set(graph.subjects(RDF.type, SD.Service)) == {service}
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL10Query, SD.SPARQL11Query}
    assert set(graph.objects(service, SD.feature)) == {SD.EmptyGraphs}
    assert (None, SD.inputFormat, None) not in graph


def test_data_as_it_is(small: Server) -> None:
    """Of files that are served as they are nothing follows."""
    graph = described(small)
    service = service_at(graph, small, "/sparql")
    assert graph.value(service, SD.defaultEntailmentRegime) == ENTAILMENT.Simple
    assert set(graph.objects(None, SD.entailmentRegime)) == {ENTAILMENT.Simple}
    assert (None, SD.supportedEntailmentProfile, None) not in graph
    assert set(named_graphs(graph)) == {
        f"{BASE}/graph/fact/test/one",
        f"{BASE}/graph/fact/test/two",
        f"{BASE}/graph/content/c",
    }


def test_host_of_the_client(small: Server) -> None:
    """Addresses are those that the client used; a proxy that is not trusted cannot change them."""
    graph = described(small, host="example.org", x_forwarded_host="evil.example", x_forwarded_proto="https")
    assert set(graph.objects(None, SD.endpoint)) == {URIRef("http://example.org/sparql")}
    assert small.get("/sparql", host='"><script>').status in {200, 400}


@pytest.fixture(scope="module")
def writable() -> Iterator[Server]:
    """Return a server of an empty dataset that takes updates, calls others, and trusts its proxy."""
    arguments = ("--empty", "--writable", "--token", "t", "--allow-service", "http://example.org/")
    with served(*arguments, "--trust-proxy") as running:
        yield running


def test_trusted_proxy(writable: Server) -> None:
    """A trusted proxy tells the public address."""
    graph = described(writable, x_forwarded_host="data.example.org", x_forwarded_proto="https")
    assert URIRef("https://data.example.org/sparql") in set(graph.objects(None, SD.endpoint))


def test_update_service(writable: Server) -> None:
    """Where updates are taken, their endpoint is a service of its own, on the same dataset."""
    graph = described(writable)
    query, update = (service_at(graph, writable, path) for path in ("/sparql", "/update"))
    assert set(graph.objects(update, SD.supportedLanguage)) == {SD.SPARQL11Update}
    assert graph.value(update, SD.defaultDataset) == graph.value(query, SD.defaultDataset)
    assert set(graph.objects(None, SD.feature)) == {SD.EmptyGraphs, SD.BasicFederatedQuery}


def test_input_formats(writable: Server) -> None:
    """The input formats are exactly those that the graph store takes."""
    bodies = {
        "turtle": ("text/turtle", "<a:s> <a:p> <a:o> ."),
        "ntriples": ("application/n-triples", "<a:s> <a:p> <a:o> ."),
        "rdfxml": (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        ),
        "jsonld": ("application/ld+json", "{}"),
        "trig": ("application/trig", "<a:s> <a:p> <a:o> ."),
        "nquads": ("application/n-quads", "<a:s> <a:p> <a:o> ."),
        "json": ("application/sparql-results+json", "{}"),
    }
    taken = set()
    for name, (media_type, body) in bodies.items():
        path = "/store?graph=urn:x:input"
        answer = writable.send("PUT", path, body, content_type=media_type, authorization="Bearer t")
        assert answer.status in {201, 204, 415}
        if answer.status != 415:
            taken.add(FORMATS[NAMES[name]])
    assert set(described(writable).objects(None, SD.inputFormat)) == taken


def test_follows_the_dataset(writable: Server) -> None:
    """After an update the description tells what is there now, empty graphs too."""
    update = "CREATE GRAPH <urn:x:empty> ; INSERT DATA { GRAPH <urn:x:g> { <urn:x:s> <urn:x:p> 1 , 2 } }"
    done = writable.send(
        "POST", "/update", update, content_type="application/sparql-update", authorization="Bearer t"
    )
    assert done.status in {200, 204}
    graph = described(writable)
    told = {name: triples(graph, graph.value(node, SD.graph)) for name, node in named_graphs(graph).items()}
    assert told.items() >= {"urn:x:empty": 0, "urn:x:g": 2}.items()
