"""Every operation of the server: the table that its OpenAPI document is made of.

Media types come from `negotiation`, limits from `limits`: what is written here is what they do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.export import EXPORTS, FORMATS
from wicara.server import negotiation
from wicara.server.language import LANGUAGES
from wicara.server.schemas import FORMS, INFER, IRIS, QUERY, SECONDS, TEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.server.negotiation import Representation

HTML: Final = ("text/html",)
JSON: Final = ("application/json",)
PAGE: Final = MappingProxyType({HTTPStatus.OK: HTML})
FORM: Final = "application/x-www-form-urlencoded"


def media_types(*offers: Representation) -> tuple[str, ...]:
    """Return the media types that forms are sent under, each once."""
    return tuple(dict.fromkeys(name for offer in offers for name in (offer.media_type, *offer.aliases)))


@dataclass(frozen=True)
class Operation:
    """A method on a path: its parameters, its body by media type, and what it answers.

    `answers` are statuses with the media types of their bodies, `schema` is what a body in JSON is; `faults`
    are statuses with problem details, beside those of the limits. `limited` is False for what the front
    answers by itself, before any limit.
    """

    method: str
    path: str
    summary: str
    answers: Mapping[HTTPStatus, tuple[str, ...]]
    faults: tuple[HTTPStatus, ...] = ()
    parameters: tuple[str, ...] = ()
    body: Mapping[str, str] = field(default_factory=dict)
    schema: str = ""
    tag: str = "pages"
    needs_token: bool = False
    limited: bool = True


def parameter(name: str, place: str, told: str, schema: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a parameter as OpenAPI has it (section 4.8.12)."""
    return {"name": name, "in": place, "description": told, "schema": dict(schema), **more}


def in_query(name: str, told: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter of the query string."""
    return parameter(name, "query", told, schema)


def in_path(name: str, told: str, example: str) -> dict[str, Any]:
    """Return a parameter that is a part of the path."""
    return parameter(name, "path", told, {"type": "string", "minLength": 1}, required=True, example=example)


NUMBER: Final = MappingProxyType({"type": "integer", "minimum": 1, "default": 1})

PARAMETERS: Final = MappingProxyType(
    {
        "query": in_query("query", "The query, exactly once.", QUERY),
        "default-graph-uri": in_query("default-graph-uri", "A graph of the default graph, for FROM.", IRIS),
        "named-graph-uri": in_query("named-graph-uri", "A named graph, for FROM NAMED.", IRIS),
        "using-graph-uri": in_query("using-graph-uri", "A graph that WHERE sees, for USING.", IRIS),
        "using-named-graph-uri": in_query(
            "using-named-graph-uri", "A named graph that WHERE sees, for USING NAMED.", IRIS
        ),
        "infer": in_query("infer", "With or without what was inferred.", INFER),
        "format": in_query("format", "The form of the answer, whatever Accept says.", {"enum": [*FORMS]}),
        "timeout": in_query(
            "timeout",
            "Seconds that the query may take, up to the limit of the server.",
            SECONDS,
        ),
        "lang": in_query("lang", "The language, whatever Accept-Language says.", {"enum": [*LANGUAGES]}),
        "page": in_query("page", "Which page of incoming statements.", {**NUMBER, "maximum": 999_999}),
        "text": in_query("query", "A query that the form is filled in with.", QUERY),
        "subject": in_query("subject", "An IRI or a prefixed name.", TEXT),
        "predicate": in_query("predicate", "An IRI or a prefixed name.", TEXT),
        "object": in_query("object", "An IRI, a prefixed name, or a literal as Turtle has it.", TEXT),
        "proofs": in_query("proofs", "How many proofs at most.", {**NUMBER, "maximum": 50}),
        "explained": in_query(
            "format", "The form of the explanation.", {"enum": ["html", "json", "turtle", "trig"]}
        ),
        "thing": in_path("thing", "Kind and name of a thing, with a slash between.", "state/russia"),
        "concept": in_path("concept", "Scheme and name, with or without a suffix.", "area/trade.ttl"),
        "graph": in_path("graph", "What the IRI of the graph ends in, with or without a suffix.", "inferred"),
        "document": in_path("document", "What the IRI goes on with.", "1.0.0"),
        "suffix": in_path("suffix", "The form: html, ttl, jsonld, nt or rdf.", "ttl"),
        "question": in_path("question", "The number of a question.", "CQ25"),
        "part": in_path("part", f"{', '.join(EXPORTS)}, or what a graph's IRI ends in.", "default"),
        "extension": in_path("extension", "The format: ttl, trig, nq, nt, jsonld or rdf.", "ttl"),
        "file": in_path("file", "The name of a file.", "style.css"),
    }
)
"""The parameters, by the names that operations call them."""

DESCRIBED: Final = MappingProxyType(
    {
        HTTPStatus.OK: media_types(*negotiation.PAGES),
        HTTPStatus.MOVED_PERMANENTLY: (),
    }
)
DESCRIBED_GRAPH: Final = MappingProxyType(
    {**DESCRIBED, HTTPStatus.OK: media_types(*negotiation.PAGES, *negotiation.DATASETS)}
)
OF_RESOURCE: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE)
ON_PAGE: Final = ("infer", "lang")
ON_RESOURCE: Final = (*ON_PAGE, "page")
QUERIED: Final = MappingProxyType({HTTPStatus.OK: media_types(*negotiation.RESULTS, *negotiation.GRAPHS)})
OF_QUERY: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_ACCEPTABLE)
DATASET: Final = ("default-graph-uri", "named-graph-uri")
RDF: Final = tuple(offer for offer in negotiation.GRAPHS if offer is not negotiation.HTML)

OPERATIONS: Final = (
    Operation(
        "get",
        "/sparql",
        "Answer a query; without any parameter, describe the service (browsers are sent to the form).",
        {**QUERIED, HTTPStatus.SEE_OTHER: ()},
        OF_QUERY,
        ("query", *DATASET, "infer", "format", "timeout"),
        tag="SPARQL",
    ),
    Operation(
        "post",
        "/sparql",
        "Answer a query. The method QUERY does the same.",
        QUERIED,
        (*OF_QUERY, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (*DATASET, "infer", "format", "timeout"),
        {"application/sparql-query": "Query", FORM: "QueryForm"},
        tag="SPARQL",
    ),
    Operation(
        "post",
        "/update",
        "Change the dataset by a SPARQL update: the whole of it, or nothing.",
        {HTTPStatus.NO_CONTENT: ()},
        (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.CONFLICT,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.INSUFFICIENT_STORAGE,
        ),
        ("using-graph-uri", "using-named-graph-uri"),
        {"application/sparql-update": "Update", FORM: "UpdateForm"},
        tag="SPARQL",
        needs_token=True,
    ),
    Operation("get", "/query", "Show a form for a query.", PAGE, (), ("text", *ON_PAGE), tag="SPARQL"),
    Operation(
        "get",
        "/id/{thing}",
        "Send from a thing to the document about it.",
        {HTTPStatus.MOVED_PERMANENTLY: (), HTTPStatus.SEE_OTHER: ()},
        (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
        ("thing", *ON_PAGE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/doc/{thing}",
        "Describe a thing.",
        DESCRIBED,
        OF_RESOURCE,
        ("thing", *ON_RESOURCE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/concept/{concept}",
        "Describe a concept or a concept scheme.",
        DESCRIBED,
        OF_RESOURCE,
        ("concept", *ON_RESOURCE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/graph/{graph}",
        "Describe a named graph.",
        DESCRIBED_GRAPH,
        OF_RESOURCE,
        ("graph", *ON_RESOURCE),
        tag="linked data",
    ),
    Operation(
        "get", "/ont", "Describe the ontology.", DESCRIBED, OF_RESOURCE, ON_RESOURCE, tag="linked data"
    ),
    Operation(
        "get",
        "/ont.{suffix}",
        "Describe the ontology in the form of a suffix.",
        DESCRIBED,
        OF_RESOURCE,
        ("suffix", *ON_RESOURCE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/ont/{document}",
        "Describe what else is of the ontology.",
        DESCRIBED,
        OF_RESOURCE,
        ("document", *ON_RESOURCE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/dataset",
        "Send from the dataset to its description.",
        {HTTPStatus.SEE_OTHER: ()},
        tag="linked data",
    ),
    Operation(
        "get",
        "/.well-known/void",
        "Describe the dataset: VoID and DCAT.",
        {HTTPStatus.OK: media_types(*RDF)},
        (HTTPStatus.NOT_ACCEPTABLE,),
        tag="linked data",
    ),
    Operation(
        "get",
        "/export/{part}.{extension}",
        "Download a part of the dataset.",
        {HTTPStatus.OK: tuple(form.media_type for form in FORMATS.values())},
        (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
        ("part", "extension", "infer"),
        tag="downloads",
    ),
    Operation(
        "get",
        "/explain",
        "Say why a statement holds; without parameters, show a form.",
        {HTTPStatus.OK: (*HTML, *JSON, *media_types(negotiation.TURTLE, negotiation.TRIG))},
        (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_ACCEPTABLE),
        ("subject", "predicate", "object", "proofs", "explained", "lang"),
    ),
    Operation("get", "/", "Say what this is and what it holds.", PAGE, (HTTPStatus.BAD_REQUEST,), ON_PAGE),
    Operation("get", "/browse", "List what has a page.", PAGE, (HTTPStatus.BAD_REQUEST,), ON_PAGE),
    Operation(
        "get",
        "/questions/{question}",
        "Show a question and its answer.",
        PAGE,
        (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
        ("question", *ON_PAGE),
    ),
    Operation("get", "/rules", "List the rules of OWL 2 RL.", PAGE, (), ("lang",)),
    Operation(
        "get",
        "/static/{file}",
        "Give a file of the pages.",
        {HTTPStatus.OK: ("text/css",), HTTPStatus.PARTIAL_CONTENT: ("text/css",)},
        (HTTPStatus.NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
        ("file",),
    ),
    Operation("get", "/openapi.json", "Give this document.", {HTTPStatus.OK: JSON}, tag="operation"),
    Operation(
        "get",
        "/healthz",
        "Tell that the server answers, and which dataset it serves.",
        {HTTPStatus.OK: JSON},
        schema="Health",
        tag="operation",
        limited=False,
    ),
    Operation(
        "get",
        "/readyz",
        "Tell whether a query would be answered now.",
        {HTTPStatus.OK: JSON, HTTPStatus.SERVICE_UNAVAILABLE: JSON},
        schema="Readiness",
        tag="operation",
        limited=False,
    ),
    Operation(
        "get",
        "/metrics",
        "Tell Prometheus the metrics.",
        {HTTPStatus.OK: ("text/plain",)},
        tag="operation",
        limited=False,
    ),
)
"""Every operation: one line a method and path."""
