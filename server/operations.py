"""Every operation of the server: the table that its OpenAPI document is made of.

Media types come from the tables of what is negotiated, exported and uploaded, limits from theirs: what
stands here is what those do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wicara.graph.export import FORMATS
from wicara.server import negotiation, protocol, uploads
from wicara.server.site.search.facets import FACETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.server.negotiation import Representation

    Answers = Mapping[HTTPStatus, tuple[str, ...]]


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
    answers: Answers
    faults: tuple[HTTPStatus, ...] = ()
    parameters: tuple[str, ...] = ()
    body: Mapping[str, str] = field(default_factory=dict)
    tag: str = "pages"
    schema: str = ""
    needs_token: bool = False
    limited: bool = True


write: Final = partial(Operation, needs_token=True)
"""An operation that changes the dataset."""


def media_types(*offers: Representation) -> tuple[str, ...]:
    """Return the media types that forms are sent under, each once."""
    return tuple(dict.fromkeys(name for offer in offers for name in (offer.media_type, *offer.aliases)))


OK: Final = HTTPStatus.OK
MOVED: Final = HTTPStatus.MOVED_PERMANENTLY
SEE_OTHER: Final = HTTPStatus.SEE_OTHER
BAD: Final = HTTPStatus.BAD_REQUEST
FORBIDDEN: Final = HTTPStatus.FORBIDDEN
NOT_FOUND: Final = HTTPStatus.NOT_FOUND
NOT_ACCEPTABLE: Final = HTTPStatus.NOT_ACCEPTABLE
CONFLICT: Final = HTTPStatus.CONFLICT
CHANGED_SINCE: Final = HTTPStatus.PRECONDITION_FAILED
OF_OTHER_TYPE: Final = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
WRITE: Final = (BAD, HTTPStatus.UNAUTHORIZED, FORBIDDEN, HTTPStatus.INSUFFICIENT_STORAGE)
"""What any write may be answered with."""

STORE: Final = "graph store"
HTML: Final = ("text/html",)
JSON: Final = ("application/json",)
CSS: Final = ("text/css",)
CSV: Final = ("text/csv",)
RDF: Final = tuple(form for form in negotiation.GRAPHS if form is not negotiation.HTML)
RESULTS: Final = media_types(*negotiation.RESULTS, *negotiation.GRAPHS)
EXPLAINED: Final = (*HTML, *JSON, *media_types(negotiation.TURTLE, negotiation.TRIG))
FOUND: Final = (*CSV, *JSON, *media_types(*negotiation.PAGES))
"""The forms of what a search finds."""
EXPORTED: Final = tuple(form.media_type for form in FORMATS.values())
UPLOADED: Final = MappingProxyType({form.media_type: form.label for form in uploads.FORMATS})

MERGED: Final = MappingProxyType({HTTPStatus.PERMANENT_REDIRECT: HTML})
"""How a path with two slashes in a row is answered."""
DONE: Final = MappingProxyType({HTTPStatus.NO_CONTENT: ()})
PUT: Final = MappingProxyType({HTTPStatus.CREATED: (), **DONE})
ON_PAGE: Final = ("infer", "lang")
GRAPHS: Final = ("default-graph-uri", "named-graph-uri")
HOW: Final = ("infer", "format", "timeout")
SEARCHED: Final = ("words", *FACETS, "results", *ON_PAGE)


def page(path: str, summary: str, *parameters: str, faults: tuple[HTTPStatus, ...] = ()) -> Operation:
    """Return the operation of a page."""
    return Operation("get", path, summary, {OK: HTML, **merged(path)}, faults, (*parameters, "lang"))


def merged(path: str) -> Answers:
    """Return the redirect of a path in which slashes may stand, to the one where none follows another."""
    return MERGED if "{" in path else {}


def picture(name: str, summary: str, *parameters: str) -> tuple[Operation, Operation]:
    """Return the operations of a picture: its page, and its data as CSV or JSON."""
    data = {OK: ("text/csv", "application/json"), **MERGED}
    given = (*parameters, *ON_PAGE)
    return (
        Operation("get", f"/{name}", summary, {OK: HTML}, (BAD,), given),
        Operation(
            "get", f"/{name}.{{data}}", f"{summary[:-1]}, as data.", data, (BAD, NOT_FOUND), ("data", *given)
        ),
    )


def description(path: str, summary: str, *parameters: str, datasets: bool = False) -> Operation:
    """Return the operation that describes an IRI of ours; a named graph also as a dataset."""
    offers = (*negotiation.PAGES, *(negotiation.DATASETS if datasets else ()))
    answers = {OK: media_types(*offers), MOVED: HTML, **merged(path)}
    faults = (BAD, NOT_FOUND, NOT_ACCEPTABLE)
    return Operation(
        "get", path, summary, answers, faults, (*parameters, *ON_PAGE, "page", "texts"), tag="linked data"
    )


def on_graph(path: str, *names: str, datasets: bool = False) -> tuple[Operation, ...]:
    """Return what can be done to the graph that a path or its parameters name (Graph Store Protocol)."""
    forms = media_types(*uploads.FORMATS, *(negotiation.DATASETS if datasets else ()))
    faults = (BAD, NOT_FOUND, NOT_ACCEPTABLE)
    put = (*WRITE, CHANGED_SINCE, OF_OTHER_TYPE)
    there = (*WRITE, NOT_FOUND, CHANGED_SINCE)
    patched = (*there, OF_OTHER_TYPE, CONFLICT)
    files = {**UPLOADED, uploads.MULTIPART: "Files"}
    update = {protocol.UPDATE: "Update"}
    return (
        Operation("get", path, "Get a graph.", {OK: forms}, faults, (*names, "infer"), tag=STORE),
        write("put", path, "Make a graph what the body holds.", PUT, put, names, UPLOADED, STORE),
        write("post", path, "Add what the body holds to a graph.", PUT, put, names, files, STORE),
        write("delete", path, "Remove a graph.", DONE, there, names, tag=STORE),
        write("patch", path, "Update a graph.", DONE, patched, names, update, STORE),
    )


def by_front(path: str, summary: str, answers: Answers, schema: str = "") -> Operation:
    """Return an operation that the front answers by itself."""
    return Operation("get", path, summary, answers, tag="operation", schema=schema, limited=False)


OPERATIONS: Final = (
    Operation(
        "get",
        "/sparql",
        "Answer a query; without any parameter, describe the service (browsers are sent to the form).",
        {OK: RESULTS, SEE_OTHER: HTML},
        (BAD, FORBIDDEN, NOT_ACCEPTABLE),
        ("query", *GRAPHS, *HOW),
        tag="SPARQL",
    ),
    Operation(
        "post",
        "/sparql",
        "Answer a query. The method QUERY does the same.",
        {OK: RESULTS},
        (BAD, FORBIDDEN, NOT_ACCEPTABLE, OF_OTHER_TYPE),
        (*GRAPHS, *HOW),
        {protocol.QUERY: "Query", protocol.FORM: "QueryForm"},
        tag="SPARQL",
    ),
    write(
        "post",
        "/update",
        "Change the dataset by a SPARQL update: the whole of it, or nothing.",
        DONE,
        (*WRITE, CONFLICT, OF_OTHER_TYPE),
        ("using-graph-uri", "using-named-graph-uri"),
        {protocol.UPDATE: "Update", protocol.FORM: "UpdateForm"},
        tag="SPARQL",
    ),
    *on_graph("/store", "graph-iri", "default", datasets=True),
    *on_graph("/store/{name}", "name"),
    Operation(
        "get",
        "/id/{thing}",
        "Send from a thing to the document about it.",
        {MOVED: HTML, SEE_OTHER: HTML, **MERGED},
        (BAD, NOT_FOUND),
        ("thing", *ON_PAGE),
        tag="linked data",
    ),
    description("/doc/{thing}", "Describe a thing.", "thing"),
    description("/concept/{concept}", "Describe a concept or a concept scheme.", "concept"),
    description("/graph/{graph}", "Describe a named graph.", "graph", datasets=True),
    description("/ont", "Describe the ontology."),
    description("/ont.{suffix}", "Describe the ontology in the form of a suffix.", "suffix"),
    description("/ont/{document}", "Describe what else is of the ontology.", "document"),
    Operation(
        "get",
        "/ont/term/{term}",
        "Describe a term of the ontology: what it means, how it is used, and with what.",
        {OK: media_types(*negotiation.PAGES)},
        (BAD, NOT_FOUND, NOT_ACCEPTABLE),
        ("term", *ON_PAGE),
        tag="linked data",
    ),
    Operation(
        "get",
        "/ont/diagram.svg",
        "Draw the classes of the ontology as a tree.",
        {OK: ("image/svg+xml",)},
        parameters=("lang",),
        tag="linked data",
    ),
    Operation(
        "get", "/dataset", "Send from the dataset to its description.", {SEE_OTHER: HTML}, tag="linked data"
    ),
    Operation(
        "get",
        "/.well-known/void",
        "Describe the dataset: VoID and DCAT.",
        {OK: media_types(*RDF)},
        (NOT_ACCEPTABLE,),
        tag="linked data",
    ),
    Operation(
        "get",
        "/export/{part}.{extension}",
        "Download a part of the dataset.",
        {OK: EXPORTED, **MERGED},
        (BAD, NOT_FOUND),
        ("part", "extension", "infer"),
        tag="downloads",
    ),
    Operation(
        "get",
        "/explain",
        "Say why a statement holds; without parameters, show a form.",
        {OK: EXPLAINED},
        (BAD, NOT_ACCEPTABLE),
        ("subject", "predicate", "object", "proofs", "explained", "lang"),
    ),
    page("/", "Say what this is and what it holds.", "infer", faults=(BAD,)),
    page("/browse", "List what has a page.", "infer", faults=(BAD,)),
    Operation(
        "get",
        "/questions",
        "Give the questions that the dataset answers: as a page, or as executable SPARQL (SHACL).",
        {OK: media_types(*negotiation.PAGES)},
        (NOT_ACCEPTABLE,),
        ("lang",),
    ),
    Operation(
        "get",
        "/questions.{suffix}",
        "Give the questions in the form of a suffix.",
        {OK: media_types(*negotiation.PAGES), **MERGED},
        (NOT_FOUND,),
        ("suffix", "lang"),
    ),
    Operation(
        "get",
        "/questions/{question}",
        "Show a question with values for its parameters, and its answer.",
        {OK: HTML, MOVED: HTML, **MERGED},
        (BAD, NOT_FOUND),
        ("question", "values", *ON_PAGE),
    ),
    page("/as-of", "Show what held on a day, certainly or possibly.", "day", "infer", faults=(BAD,)),
    Operation(
        "get",
        "/search",
        "Find things by words and by facets: as a page, or as data.",
        {OK: FOUND},
        (BAD, NOT_ACCEPTABLE),
        SEARCHED,
    ),
    Operation(
        "get",
        "/search.{suffix}",
        "Find things, in the form of a suffix; without `page`, all of them up to 10,000.",
        {OK: FOUND, **MERGED},
        (BAD, NOT_FOUND, NOT_ACCEPTABLE),
        ("form", *SEARCHED),
    ),
    *picture(
        "timeline",
        "Show what happened and what held when.",
        "about",
        "date",
        "lanes",
        "first-day",
        "last-day",
        "page",
    ),
    *picture("network", "Show who took part in what with whom.", "start", "open", "nodes"),
    *picture("map", "Show the places and the states."),
    *picture("figures", "Show the statistical observations.", "about"),
    page("/rules", "List the rules of OWL 2 RL."),
    page("/query", "Show a form for a query.", "text", "example", "infer", faults=(BAD, NOT_FOUND)),
    Operation(
        "post",
        "/query/check",
        "Tell the first token of a query that cannot stand where it stands.",
        {OK: JSON},
        (BAD, FORBIDDEN, OF_OTHER_TYPE),
        (),
        {protocol.QUERY: "Query", protocol.FORM: "QueryForm"},
        tag="SPARQL",
    ),
    Operation(
        "get",
        "/query/vocabulary.json",
        "Tell the terms that a query may use, with their words and how often each is used.",
        {OK: JSON},
        tag="SPARQL",
    ),
    page("/vocabularies", "List the concept schemes with their concepts.", "infer", faults=(BAD,)),
    page("/conflicts", "List what is compared across sources, and where values conflict."),
    page("/legend", "Say what the marks on the pages mean."),
    Operation(
        "get",
        "/conformance",
        "Tell how far this conforms to the standards, in EARL or as a page.",
        {OK: media_types(*negotiation.PAGES)},
        (NOT_ACCEPTABLE,),
        ("lang",),
    ),
    Operation(
        "get",
        "/conformance.{suffix}",
        "Tell how far this conforms, in the form of a suffix.",
        {OK: media_types(*negotiation.PAGES), **MERGED},
        (NOT_FOUND,),
        ("suffix", "lang"),
    ),
    Operation(
        "get",
        "/static/{file}",
        "Give a file of the pages.",
        {OK: CSS, HTTPStatus.PARTIAL_CONTENT: CSS, **MERGED},
        (NOT_FOUND, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE),
        ("file",),
    ),
    Operation("get", "/robots.txt", "Tell crawlers what to leave.", {OK: ("text/plain",)}, tag="feeds"),
    Operation("get", "/sitemap.xml", "List all pages.", {OK: ("application/xml",)}, tag="feeds"),
    Operation(
        "get",
        "/sitemap/{number}.xml",
        "List a portion of all pages.",
        {OK: ("application/xml",), **MERGED},
        (NOT_FOUND,),
        ("number",),
        tag="feeds",
    ),
    Operation(
        "get", "/llms.txt", "Tell language models how to use this.", {OK: ("text/plain",)}, tag="feeds"
    ),
    Operation(
        "get",
        "/changes.atom",
        "Tell the changes of the dataset as a feed.",
        {OK: ("application/atom+xml",)},
        (BAD,),
        ON_PAGE,
        tag="feeds",
    ),
    Operation("get", "/openapi.json", "Give this document.", {OK: JSON}, tag="operation"),
    by_front("/healthz", "Tell that the server answers, and what it serves.", {OK: JSON}, "Health"),
    by_front(
        "/readyz",
        "Tell whether a query would be answered now.",
        {OK: JSON, HTTPStatus.SERVICE_UNAVAILABLE: JSON},
        "Readiness",
    ),
    by_front("/metrics", "Tell Prometheus the metrics.", {OK: ("text/plain",)}),
)
"""Every operation: a method on a path."""
