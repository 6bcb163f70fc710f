"""What the server says of itself in RDF: VoID, with DCAT in one document, and SPARQL 1.1 Service Description.

The statements stand in templates (`void.ttl`, `dcat.ttl`, `service.ttl`); here are their values.
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, current_app, redirect, render_template
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from wicara.graph.export import EXPORTS, capable
from wicara.graph.formats import FORMATS, serialize_triples
from wicara.graph.inputs import DATASET
from wicara.graph.names import META, TYPE, GraphKind, kind_of, split
from wicara.ontology import data_shape_files, ontology_shape_files
from wicara.server.app_state import dataset, per_version, settings
from wicara.server.descriptions.counts import (
    THINGS,
    classes,
    graphs,
    made_at,
    partitions,
    statistics,
)
from wicara.server.descriptions.downloads import sizes
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import public_url, uncached_response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flask import Request, Response
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.graph.export import Export
    from wicara.graph.formats import Format
    from wicara.server.descriptions.downloads import Size

blueprint = Blueprint("descriptions", __name__)

VOID: Final = "/.well-known/void"
SHAPES: Final = "/shape"
QUERY: Final = "/sparql"
FORM: Final = "/query"
LICENSE: Final = NamedNode("http://purl.org/dc/terms/license")
CREATOR: Final = NamedNode("http://purl.org/dc/terms/creator")
PUBLISHER: Final = NamedNode("http://purl.org/dc/terms/publisher")
LANGUAGE: Final = NamedNode("http://purl.org/dc/terms/language")
LANGUAGES: Final = "http://id.loc.gov/vocabulary/iso639-1/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"

MAX_PARTITIONS: Final = 1000
"""How many classes, and how many properties, have a partition: those that are used most."""
MAX_EXAMPLES: Final = 20
PLAIN: Final = ("default", "all")
"""The exports of a dataset that is served as it is."""
SUBSETS: Final = frozenset({"asserted", "inferred", "ontology"})
"""The exports that hold less than the dataset: each is a dataset of its own."""


@blueprint.get(VOID)
@operation(query=(), types=media_types(*negotiation.RDF))
def description() -> Response:
    """Describe the dataset, its parts, its downloads and its endpoint: VoID and DCAT.

    What is told before the downloads are measured lacks their sizes, and is not to be stored.
    """
    measured = sizes()
    described = dataset_description(measured or {})
    response = as_rdf(chain(described, as_nodes()), *documents.form_for(negotiation.RDF))
    response.headers["Vary"] = "Accept"
    if measured is None:
        response.cache_control.no_store = True
        del response.headers["ETag"]  # by which the front knows what it may give again
    return response


def shapes(form: Format, media_type: str) -> Response:
    """Return the SHACL shapes that the data and the ontology of the software meet."""
    files = (*data_shape_files(), *ontology_shape_files())
    triples = (quad.triple for path in files for quad in parse(path=path, rename_blank_nodes=True))
    response = as_rdf(triples, form, media_type)
    response.headers["Vary"] = "Accept"
    return response


documents.publish_at(blueprint, SHAPES, negotiation.RDF, shapes, ())


def is_description(request: Request) -> bool:
    """Return whether a request to the endpoint asks for its description: a GET without parameters."""
    return request.method in {"GET", "HEAD"} and not request.query_string


def describe_service() -> BaseResponse:
    """Return the description of the endpoint; browsers are redirected to the query form."""
    form, media_type = documents.form_for(negotiation.GRAPHS)
    response: BaseResponse
    if form is negotiation.HTML:
        response = redirect(FORM, HTTPStatus.SEE_OTHER)
    else:
        response = as_rdf(service_description(), form, media_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def as_rdf(triples: Iterable[Triple], form: Format, media_type: str) -> Response:
    """Return triples as a response."""
    return uncached_response(serialize_triples(triples, form), form.content_type(media_type))


def template_triples(template: str, **values: Any) -> Iterator[Triple]:  # noqa: ANN401 - as templates take them
    """Yield the triples of a Turtle template; terms among the values stand in it as Turtle writes them."""
    text = render_template(
        template,
        url=lambda path: NamedNode(public_url(path)),
        node=NamedNode,
        literal=lambda value, language=None: Literal(value, language=language),
        text=lambda value: Literal(value, language="en"),
        format_iri=lambda form: form.w3c,
        plain=dataset().plain,
        **values,
    )
    return (quad.triple for quad in parse(text, RdfFormat.TURTLE))


def dataset_description(measured: Mapping[str, Size]) -> Iterator[Triple]:
    """Yield the VoID description of the dataset, its partitions and its parts, with the DCAT catalogue."""
    counted = statistics()
    most_used = dict(islice(counted.classes.items(), MAX_PARTITIONS))
    properties = dict(islice(counted.properties.items(), MAX_PARTITIONS))
    root = NamedNode(public_url(f"{VOID}#dataset") if dataset().plain else DATASET)
    contact = settings().report_errors
    licences = (triple.object for triple in editorial() if triple.predicate == LICENSE)
    return template_triples(
        "void.ttl",
        root=root,
        digest=Literal(dataset().digest),
        things=Literal(THINGS),
        numbers=counted.numbers,
        vocabularies=sorted({split(name)[0] for name in (*properties, *most_used)} - {""}),
        examples=counted.examples[:MAX_EXAMPLES],
        classes=most_used,
        properties=properties,
        parts=[(name, EXPORTS.get(name), triples) for name, triples in counted.parts.items()],
        licences=list(licences),
        formats=FORMATS.values(),
        downloads=list(downloads()),
        subsets=SUBSETS,
        sizes=measured,
        made=per_version(made_at).isoformat(),
        contact=NamedNode(contact) if contact and "{" not in contact else None,
    )


def as_nodes() -> Iterator[Triple]:
    """Yield what the dataset says of itself, with nodes for its makers and languages, as DCAT has them."""
    whole = NamedNode(DATASET)
    for triple in editorial():
        value = triple.object
        if triple.predicate == LANGUAGE and isinstance(value, Literal):
            yield Triple(whole, LANGUAGE, NamedNode(f"{LANGUAGES}{value.value}"))
        elif triple.predicate == CREATOR and isinstance(value, Literal):
            maker = NamedNode(f"{DATASET}#{value.value.replace(' ', '-').lower()}")
            yield from (Triple(whole, CREATOR, maker), Triple(whole, PUBLISHER, maker))
            yield Triple(maker, TYPE, NamedNode(f"{FOAF}Agent"))
            yield Triple(maker, NamedNode(f"{FOAF}name"), value)
        else:
            yield triple


def editorial() -> Iterator[Triple]:
    """Yield what the dataset says of itself: title, licence, version; nothing where it is served as it is."""
    if not dataset().plain:
        yield from (
            quad.triple for quad in dataset().store.quads_for_pattern(NamedNode(DATASET), None, None, META)
        )


def downloads() -> Iterator[tuple[Export, Format]]:
    """Yield what can be downloaded: each export that holds something, in each format that can hold it."""
    for part in EXPORTS.values():
        if part.name in PLAIN or not dataset().plain:
            yield from ((part, form) for form in capable(part))


def service_description() -> Iterator[Triple]:
    """Yield what the endpoints for queries and updates can do, and which graphs they work on."""
    counted = graphs()
    takes_updates = settings().writable and settings().token and dataset().plain
    return template_triples(
        "service.ttl",
        result_formats=with_iri((*negotiation.RESULTS, *negotiation.RDF)),
        input_formats=with_iri(negotiation.RDF),
        takes_updates=takes_updates,
        services=(
            "sparql",
            *(() if dataset().plain else ("sparql/asserted",)),
            *(("update",) if takes_updates else ()),
        ),
        calls_others=bool(settings().allow_service),
        default=counted.default,
        named=counted.named,
        classes=dict(islice(per_version(classes).items(), MAX_PARTITIONS)),
        partitions=partitions(),
        prefixes=dataset().prefixes,
        questions=() if dataset().plain else current_app.config["QUESTIONS"],
        is_inferred=lambda name: kind_of(name) is GraphKind.INFERRED and not dataset().plain,
    )


def with_iri(offers: Iterable[Format]) -> list[Format]:
    """Return the formats that W3C has names for."""
    return [offer for offer in offers if offer.w3c]
