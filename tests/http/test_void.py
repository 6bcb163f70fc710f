"""The dataset describes itself: VoID and DCAT at /.well-known/void."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from forms import same_in_each_form
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, OWL, RDF, VOID
from server_process import served
from wicara.ontology import BASE

if TYPE_CHECKING:
    from pathlib import Path

    from rdflib.term import Node
    from server_process import Server

PATH = "/.well-known/void"
DATASET = URIRef(f"{BASE}/dataset")
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")


def described(server: Server) -> Graph:
    """Return the description of a server's dataset."""
    return Graph().parse(data=server.get(PATH).text, format="turtle")


def url(server: Server, path: str) -> URIRef:
    """Return the public URL of a path."""
    return URIRef(f"http://127.0.0.1:{server.port}{path}")


def number(graph: Graph, subject: Node, predicate: URIRef) -> int:
    """Return the number that is told of a subject."""
    value = graph.value(subject, predicate)
    assert isinstance(value, Literal)
    return int(value)


def counted(server: Server, what: str, pattern: str = "?s ?p ?o") -> int:
    """Return what a query counts."""
    return int(server.ask(f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}").rows[0]["n"])


def partitioned(graph: Graph, dataset: Node, link: URIRef, of: URIRef, by: URIRef) -> dict[str, int]:
    """Return the number of each partition by its class or property."""
    nodes = list(graph.objects(dataset, link))
    found = {str(graph.value(node, of)): number(graph, node, by) for node in nodes}
    assert len(found) == len(nodes)
    return found


def frequencies(server: Server, query: str) -> dict[str, int]:
    """Return `?n` by `?x` of a query's solutions."""
    return {row["x"]: int(row["n"]) for row in server.ask(query).rows}


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph:DeprecationWarning"
)  # rdflib's own JSON-LD parser uses it
def test_same_in_every_format(small: Server) -> None:
    """The description is the same graph in each RDF format; Turtle where a client does not say."""
    same_in_each_form(small, PATH)
    assert small.get(PATH, accept="text/html,*/*;q=0.8").media_type == "text/turtle"
    assert small.get(PATH, accept="image/png").status == 406
    assert small.send("HEAD", PATH).status == 200
    assert small.get(PATH, if_none_match=small.get(PATH).headers["ETag"]).status == 304


def test_iri_of_the_dataset(server: Server) -> None:
    """The IRI of the dataset leads to the description, whose topic it is."""
    answer = server.get("/dataset")
    assert (answer.status, answer.headers["Location"]) == (303, PATH)
    graph = described(server)
    assert (url(server, PATH), RDF.type, VOID.DatasetDescription) in graph
    assert graph.value(url(server, PATH), FOAF.primaryTopic) == DATASET


def test_title_licence_version(server: Server) -> None:
    """What the dataset says of itself is there: titles in two languages, the licence, the version."""
    graph = described(server)
    assert {title.language for title in graph.objects(DATASET, DCTERMS.title)} == {"en", "id"}  # type: ignore[attr-defined]
    assert graph.value(DATASET, DCTERMS.license) == CC_BY
    meta = f"GRAPH <{BASE}/graph/meta> {{ <{DATASET}> owl:versionInfo ?version }}"
    assert (
        str(graph.value(DATASET, OWL.versionInfo)) == server.ask(f"SELECT * {{ {meta} }}").rows[0]["version"]
    )
    assert graph.value(DATASET, DCTERMS.conformsTo) == URIRef(f"{BASE}/ont")


def test_numbers(server: Server) -> None:
    """Each number is what a query of the endpoint counts."""
    graph = described(server)
    told = {
        name: number(graph, DATASET, VOID[name])
        for name in ("triples", "distinctSubjects", "distinctObjects", "properties", "classes", "entities")
    }
    assert told == {
        "triples": counted(server, "*"),
        "distinctSubjects": counted(server, "DISTINCT ?s"),
        "distinctObjects": counted(server, "DISTINCT ?o"),
        "properties": counted(server, "DISTINCT ?p"),
        "classes": counted(server, "DISTINCT ?c", "?s a ?c FILTER(isIRI(?c))"),
        "entities": counted(server, "DISTINCT ?s", f'?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}/id/"))'),
    }
    assert str(graph.value(DATASET, VOID.uriSpace)) == f"{BASE}/id/"


def test_partitions(server: Server) -> None:
    """Every class and every property has its partition, with the number that a query counts."""
    graph = described(server)
    by_class = partitioned(graph, DATASET, VOID.classPartition, VOID["class"], VOID.entities)
    by_property = partitioned(graph, DATASET, VOID.propertyPartition, VOID.property, VOID.triples)
    of_class = "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x } GROUP BY ?x"
    assert by_class == frequencies(server, of_class)
    assert by_property == frequencies(server, "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x")
    namespaces = {str(one) for one in graph.objects(DATASET, VOID.vocabulary)}
    assert all(any(name.startswith(one) for one in namespaces) for name in by_class | by_property)


def test_examples_answer(server: Server) -> None:
    """There is an example of each kind of thing, and each answers at this server."""
    examples = list(described(server).objects(DATASET, VOID.exampleResource))
    assert len({str(example).rpartition("/")[0] for example in examples}) == len(examples) > 10
    assert {server.get(str(example).removeprefix(BASE)).status for example in examples} == {303}


def test_parts(server: Server) -> None:
    """The parts of the default graph are subsets with their size."""
    graph = described(server)
    told = {
        str(part).partition("#")[2]: number(graph, part, VOID.triples)
        for part in graph.objects(DATASET, VOID.subset)
    }
    infer_off = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", infer="off").rows[0]["n"]
    assert told["asserted"] == int(infer_off)
    assert told["inferred"] == counted(server, "*", f"GRAPH <{BASE}/graph/inferred> {{ ?s ?p ?o }}")
    facts = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{BASE}/graph/fact/"))'
    assert told["fact"] == counted(server, "*", f"SELECT DISTINCT ?s ?p ?o {{ {facts} }}")
    assert {"content", "meta", "alignment"}.isdisjoint(told)


def test_downloads(server: Server) -> None:
    """Each download is there, of the type that is told, under the licence; VoID and DCAT tell the same."""
    graph = described(server)
    distributions = set(graph.subjects(RDF.type, DCAT.Distribution))
    assert {*graph.objects(None, DCAT.distribution)} == distributions
    urls = {graph.value(one, DCAT.downloadURL): graph.value(one, DCAT.mediaType) for one in distributions}
    assert set(urls) == {*graph.objects(None, VOID.dataDump)}
    assert all(graph.value(one, DCTERMS.license) == CC_BY for one in distributions)
    found = {
        address: MEDIA_TYPES + server.send("HEAD", urlsplit(str(address)).path).media_type for address in urls
    }
    assert found == {address: str(media_type) for address, media_type in urls.items()}
    assert len(found) > 20


def test_catalogue(server: Server) -> None:
    """The catalogue lists the dataset and the endpoint, which is the one that describes itself."""
    graph = described(server)
    [catalog] = graph.subjects(RDF.type, DCAT.Catalog)
    assert graph.value(catalog, DCAT.dataset) == DATASET
    service = graph.value(catalog, DCAT.service)
    assert (service, DCAT.endpointURL, url(server, "/sparql")) in graph
    assert (service, DCAT.servesDataset, DATASET) in graph
    assert graph.value(DATASET, VOID.sparqlEndpoint) == url(server, "/sparql")
    for document in graph.objects(service, DCAT.endpointDescription):
        assert server.get(urlsplit(str(document)).path).status == 200
    assert f"<{service}>" in server.get("/sparql", accept="application/n-triples").text


def test_data_as_it_is(small: Server) -> None:
    """Of files that are served as they are all graphs count, a triple once; nothing is invented."""
    graph = described(small)
    dataset = url(small, f"{PATH}#dataset")
    everywhere = "SELECT DISTINCT ?s ?p ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    assert number(graph, dataset, VOID.triples) == counted(small, "*", everywhere)
    by_property = partitioned(graph, dataset, VOID.propertyPartition, VOID.property, VOID.triples)
    assert sum(by_property.values()) == number(graph, dataset, VOID.triples)
    assert by_property[f"{BASE}/id/person/p"] == 4
    assert not [*graph.triples((None, DCTERMS.license, None)), *graph.triples((dataset, DCTERMS.title, None))]
    assert {str(one).rpartition("/")[2] for one in graph.objects(None, DCAT.downloadURL)} == {
        *(f"default.{extension}" for extension in ("ttl", "trig", "nq", "nt", "jsonld", "rdf")),
        *(f"all.{extension}" for extension in ("trig", "nq", "jsonld")),
    }


def test_odd_data(tmp_path: Path) -> None:
    """Classes that are no IRIs, graphs and entities without names, and no data at all, are told of too."""
    file = tmp_path / "odd.nq"
    file.write_text(
        "_:a <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> _:b _:g .\n"
        '<x:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "literal" .\n'
        "<x:a> <urn:no-namespace> <x:b> .\n"
    )
    with served(file) as running, served("--empty") as nothing:
        graph = described(running)
        dataset = url(running, f"{PATH}#dataset")
        assert number(graph, dataset, VOID.triples) == 3
        assert number(graph, dataset, VOID.classes) == 0
        assert number(graph, dataset, VOID.entities) == 1
        assert running.get("/sparql").status == 200
        assert number(described(nothing), url(nothing, f"{PATH}#dataset"), VOID.triples) == 0
