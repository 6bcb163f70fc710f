"""What this server has and where to get it: the catalogue of dataset, downloads and endpoint (DCAT 3)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.dataset import GraphKind, graph_iri
from wicara.graph.export import EXPORTS, FORMATS, capable
from wicara.graph.inputs import DATASET
from wicara.server.public import public_url
from wicara.server.served import dataset
from wicara.server.service_description import FORMAT_IRIS, QUERY
from wicara.server.triples import about, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple
    from wicara.graph.export import Export, Format
    from wicara.server.triples import Said

PATH: Final = "/.well-known/void"
"""Where the catalogue stands, with what VoID tells of the dataset."""
PLAIN: Final = ("default", "all")
"""The exports that hold something of data that is served as it is."""
PARTS: Final = frozenset({"asserted", "inferred", "ontology"})
"""The exports that hold less than the dataset; each is one of its own."""
MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
STANDARDS: Final = ("https://www.w3.org/TR/sparql11-protocol/", "https://www.w3.org/TR/sparql11-query/")
"""What the endpoint conforms to."""
TRIPLE_TERMS: Final = "https://www.w3.org/TR/rdf12-concepts/"


def iri(fragment: str) -> NamedNode:
    """Return the IRI of something that the catalogue describes."""
    return NamedNode(public_url(f"{PATH}#{fragment}"))


def root() -> NamedNode:
    """Return the IRI of the dataset: data that is served as it is gets one of this server."""
    return iri("dataset") if dataset().plain else NamedNode(DATASET)


def endpoint() -> NamedNode:
    """Return the IRI of the service that answers queries; its own description calls it so too."""
    return NamedNode(public_url(f"{QUERY}#service"))


def cataloged() -> Iterator[Triple]:
    """Yield the catalogue."""
    yield from about(iri("catalog"), catalog())
    yield from about(endpoint(), service())
    yield from editorial()
    yield from chain.from_iterable(about(of_download(*one), distribution(*one)) for one in downloads())


def catalog() -> Said:
    """Yield what the catalogue lists (DCAT 3, section 6.3)."""
    yield "a", named("dcat:Catalog")
    yield "dcterms:title", Literal("The dataset and the endpoint of this server", language="en")
    yield "dcat:dataset", root()
    yield "dcat:service", endpoint()


def service() -> Said:
    """Yield what the endpoint is (DCAT 3, section 6.9)."""
    yield "a", named("dcat:DataService")
    yield "dcterms:title", Literal("SPARQL endpoint", language="en")
    yield "dcat:endpointURL", NamedNode(public_url(QUERY))
    yield "dcat:endpointDescription", NamedNode(public_url(QUERY))
    yield "dcat:endpointDescription", NamedNode(public_url("/openapi.json"))
    yield "dcat:servesDataset", root()
    for standard in STANDARDS:
        yield "dcterms:conformsTo", NamedNode(standard)


def editorial() -> Iterator[Triple]:
    """Yield what the dataset says of itself: title, licence, version; data served as it is says nothing."""
    if not dataset().plain:
        meta = NamedNode(graph_iri(GraphKind.META))
        yield from (quad.triple for quad in dataset().store.quads_for_pattern(root(), None, None, meta))


def licensed() -> Said:
    """Yield the licence that the dataset states; its parts and downloads have the same."""
    licence = named("dcterms:license")
    yield from (("dcterms:license", said.object) for said in editorial() if said.predicate == licence)


def downloads() -> Iterator[tuple[Export, Format]]:
    """Yield what can be downloaded: each export that holds something, in each format that can hold it."""
    for part in EXPORTS.values():
        if part.name in PLAIN or not dataset().plain:
            yield from ((part, FORMATS[name]) for name in capable(part))


def downloads_of(subject: NamedNode) -> Said:
    """Yield the downloads of the dataset or of a part of it."""
    for part, form in downloads():
        if subject == (iri(part.name) if part.name in PARTS else root()):
            yield "dcat:distribution", of_download(part, form)
            yield "void:dataDump", url_of(part, form)


def of_download(part: Export, form: Format) -> NamedNode:
    """Return the IRI of a download."""
    return iri(f"{part.name}-{form.extension}")


def url_of(part: Export, form: Format) -> NamedNode:
    """Return where to get a download."""
    return NamedNode(public_url(f"/export/{part.name}.{form.extension}"))


def distribution(part: Export, form: Format) -> Said:
    """Yield what a download is (DCAT 3, section 6.8)."""
    yield "a", named("dcat:Distribution")
    yield "dcterms:title", Literal(f"{part.holds} ({form.label})", language="en")
    yield "dcat:downloadURL", url_of(part, form)
    yield "dcat:accessURL", url_of(part, form)
    yield "dcat:mediaType", NamedNode(MEDIA_TYPES + form.media_type)
    yield "dcterms:format", named(FORMAT_IRIS[form.name])
    if part.triple_terms:
        yield "dcterms:conformsTo", NamedNode(TRIPLE_TERMS)
    yield from licensed()
