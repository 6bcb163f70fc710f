"""What the endpoint says of itself: SPARQL 1.1 Service Description, in RDF."""

from __future__ import annotations

from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import redirect
from pyoxigraph import BlankNode, NamedNode
from wicara.graph.dataset import GraphKind, kind_of
from wicara.graph.export import FORMATS, write_triples
from wicara.server import forms, negotiation, uploads
from wicara.server.counts import graphs, kept
from wicara.server.public import public_url, said
from wicara.server.served import dataset, settings
from wicara.server.triples import about, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask import Request
    from pyoxigraph import Triple
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.server.negotiation import Representation
    from wicara.server.triples import Said, Value

QUERY: Final = "/sparql"
UPDATE: Final = "/update"
FORM: Final = "/query"

FORMAT_IRIS: Final = {
    "json": "formats:SPARQL_Results_JSON",
    "xml": "formats:SPARQL_Results_XML",
    "csv": "formats:SPARQL_Results_CSV",
    "tsv": "formats:SPARQL_Results_TSV",
    "turtle": "formats:Turtle",
    "ntriples": "formats:N-Triples",
    "rdfxml": "formats:RDF_XML",
    "jsonld": "formats:JSON-LD",
    "trig": "formats:TriG",
    "nquads": "formats:N-Quads",
}
"""What W3C calls the formats (https://www.w3.org/ns/formats/); HTML is none of them."""

GEOSPARQL: Final = "http://www.opengis.net/def/function/geosparql/"
GEOMETRY: Final = (
    "asGeoJSON centroid convexHull coordinateDimension dimension distance envelope getSRID isEmpty isSimple "
    "relate spatialDimension"
)
RELATIONS: Final = (
    "sfContains sfCrosses sfDisjoint sfEquals sfIntersects sfOverlaps sfTouches sfWithin "
    "ehContains ehCoveredBy ehCovers ehDisjoint ehEquals ehInside ehMeet ehOverlap "
    "rcc8dc rcc8ec rcc8eq rcc8ntpp rcc8ntppi rcc8po rcc8tpp rcc8tppi"
)
CASTS: Final = "date dayTimeDuration duration gDay gMonth gMonthDay gYear gYearMonth time yearMonthDuration"
EXTENSION_FUNCTIONS: Final = (
    *(NamedNode(GEOSPARQL + name) for name in f"{GEOMETRY} {RELATIONS}".split()),
    *(named(f"xsd:{name}") for name in CASTS.split()),
)
"""What pyoxigraph has beyond SPARQL 1.1: functions of GeoSPARQL, and casts to more datatypes."""

SIMPLE: Final = (("sd:entailmentRegime", named("entailment:Simple")),)
OWL_2_RL: Final = (
    ("sd:entailmentRegime", named("entailment:OWL-RDF-Based")),
    ("sd:supportedEntailmentProfile", named("profile:RL")),
)
DEFAULT_OWL_2_RL: Final = (
    ("sd:defaultEntailmentRegime", named("entailment:OWL-RDF-Based")),
    ("sd:defaultSupportedEntailmentProfile", named("profile:RL")),
)
DEFAULT_SIMPLE: Final = (("sd:defaultEntailmentRegime", named("entailment:Simple")),)


def wanted(asked: Request) -> bool:
    """Tell whether a request to the endpoint asks for its description: a GET without parameters."""
    return asked.method in {"GET", "HEAD"} and not asked.query_string


def answer() -> BaseResponse:
    """Answer with the description; browsers are sent to the form."""
    form, media_type = forms.chosen(negotiation.GRAPHS)
    if form is negotiation.HTML:
        response: BaseResponse = redirect(FORM, HTTPStatus.SEE_OTHER)
    else:
        response = said(write_triples(described(), FORMATS[form.name]), form.content_type(media_type))
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def described() -> Iterator[Triple]:
    """Yield what there is to say: of the endpoint for queries, of that for updates, and of the dataset."""
    yield from about(NamedNode(public_url(f"{QUERY}#service")), query_service())
    if takes_updates():
        yield from about(NamedNode(public_url(f"{UPDATE}#service")), update_service())
    yield from dataset_described(default_dataset())


def takes_updates() -> bool:
    """Tell whether somebody may change the dataset over HTTP."""
    return settings().writable and bool(settings().token) and dataset().plain


def default_dataset() -> NamedNode:
    """Return the IRI of the dataset of both endpoints."""
    return NamedNode(public_url(f"{QUERY}#dataset"))


def query_service() -> Said:
    """Yield what the endpoint for queries can do."""
    yield "a", named("sd:Service")
    yield "sd:endpoint", NamedNode(public_url(QUERY))
    yield "sd:supportedLanguage", named("sd:SPARQL10Query")
    yield "sd:supportedLanguage", named("sd:SPARQL11Query")
    yield from formats("sd:resultFormat", (*negotiation.RESULTS, *negotiation.GRAPHS))
    yield "rdfs:seeAlso", NamedNode(public_url("/questions"))
    yield from of_both_services()


def update_service() -> Said:
    """Yield what the endpoint for updates can do, and what may be uploaded beside it."""
    yield "a", named("sd:Service")
    yield "sd:endpoint", NamedNode(public_url(UPDATE))
    yield "sd:supportedLanguage", named("sd:SPARQL11Update")
    yield from formats("sd:inputFormat", uploads.FORMATS)
    yield from of_both_services()


def formats(predicate: str, offers: Iterable[Representation]) -> Said:
    """Yield formats by the names that W3C gives them."""
    for offer in offers:
        if offer.name in FORMAT_IRIS:
            yield predicate, named(FORMAT_IRIS[offer.name])


def of_both_services() -> Said:
    """Yield what both endpoints have in common."""
    yield "sd:feature", named("sd:EmptyGraphs")
    if settings().allow_service:
        yield "sd:feature", named("sd:BasicFederatedQuery")
    for function in EXTENSION_FUNCTIONS:
        yield "sd:extensionFunction", function
    yield from DEFAULT_SIMPLE if dataset().plain else DEFAULT_OWL_2_RL
    yield "sd:defaultDataset", default_dataset()
    yield "sd:availableGraphs", default_dataset()


def dataset_described(subject: NamedNode) -> Iterator[Triple]:
    """Yield what the dataset holds: its default graph, and each named graph with its entailment regime."""
    counted = kept(graphs)
    default = NamedNode(public_url(f"{QUERY}#default-graph"))
    nodes = {name: BlankNode(f"n{place}") for place, name in enumerate(counted.named)}
    of_dataset: list[tuple[str, Value]] = [
        ("a", named("sd:Dataset")),
        ("a", named("sd:GraphCollection")),
        ("sd:defaultGraph", default),
        *(("sd:namedGraph", node) for node in nodes.values()),
    ]
    yield from about(subject, of_dataset)
    yield from about(default, (("a", named("sd:Graph")), ("void:triples", counted.default)))
    yield from chain.from_iterable(
        named_graph(name, node, counted.named[name]) for name, node in nodes.items()
    )


def named_graph(name: str, node: BlankNode, triples: int) -> Iterator[Triple]:
    """Yield what is said of one named graph."""
    graph = BlankNode(f"g{node.value}")
    yield from about(
        node,
        (("a", named("sd:NamedGraph")), ("sd:name", NamedNode(name)), ("sd:graph", graph), *regime(name)),
    )
    yield from about(graph, (("a", named("sd:Graph")), ("void:triples", triples)))


def regime(name: str) -> tuple[tuple[str, Value], ...]:
    """Return the entailment regime of a named graph: what follows has one of its own."""
    return OWL_2_RL if kind_of(name) is GraphKind.INFERRED and not dataset().plain else SIMPLE
