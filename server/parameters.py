"""The parameters of the server's operations, as the OpenAPI document has them (section 4.8.12)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.export import EXPORTS
from wicara.server.schemas import FORMS, INFER, IRI, IRIS, QUERY, SECONDS, TEXT, TEXTS
from wicara.server.site.language import LANGUAGES
from wicara.server.site.pictures import network_page, timeline
from wicara.server.site.search.facets import FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def parameter(name: str, place: str, told: str, schema: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a parameter as OpenAPI has it."""
    return {"name": name, "in": place, "description": told, "schema": dict(schema), **more}


def in_query(name: str, told: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a parameter of the query string."""
    return parameter(name, "query", told, schema)


def in_path(name: str, told: str, example: str) -> dict[str, Any]:
    """Return a parameter that is a part of the path."""
    return parameter(name, "path", told, {"type": "string", "minLength": 1}, required=True, example=example)


NUMBER: Final = MappingProxyType({"type": "integer", "minimum": 1, "default": 1})

THING: Final = MappingProxyType({"type": "string", "examples": ["partnership/asean-russia"]})
DAY: Final = MappingProxyType({"type": "string", "format": "date", "examples": ["2018-08-02"]})


def some(names: Iterable[str]) -> dict[str, Any]:
    """Return the schema of a parameter that may stand several times, each a name of some."""
    return {"type": "array", "items": {"enum": [*names]}}


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
        "graph-iri": in_query("graph", "The IRI of the graph.", IRI),
        "default": in_query("default", "The default graph; any value, or none.", {"const": ""}),
        "timeout": in_query(
            "timeout",
            "Seconds that the query may take, up to the limit of the server.",
            SECONDS,
        ),
        "lang": in_query("lang", "The language, whatever Accept-Language says.", {"enum": [*LANGUAGES]}),
        "words": in_query("q", "Words to find; those in quotation marks stand together.", TEXT),
        **{
            key: in_query(key, f"Only results with one of these values of the facet {key}.", TEXTS)
            for key in FACETS
        },
        "results": in_query("page", "Which page of results.", {**NUMBER, "maximum": 999_999}),
        "page": in_query("page", "Which page of the lists of statements.", {**NUMBER, "maximum": 999_999}),
        "texts": in_query("texts", "Long texts in full, on a page.", {"enum": ["all"]}),
        "text": in_query("query", "A query that the form is filled in with.", QUERY),
        "example": in_query("example", "The number of a question that the form is filled in with.", TEXT),
        "subject": in_query("subject", "An IRI or a prefixed name.", TEXT),
        "predicate": in_query("predicate", "An IRI or a prefixed name.", TEXT),
        "object": in_query("object", "An IRI, a prefixed name, or a literal as Turtle has it.", TEXT),
        "proofs": in_query("proofs", "How many proofs at most.", {**NUMBER, "maximum": 50}),
        "explained": in_query(
            "format", "The form of the explanation.", {"enum": ["html", "json", "turtle", "trig"]}
        ),
        "about": in_query("about", "What all of it concerns, by IRI or by the path of its page.", THING),
        "start": in_query("start", "The node that it begins with, by IRI or by the path of its page.", THING),
        "open": in_query("open", "More nodes that are unfolded.", {"type": "array", "items": dict(THING)}),
        "date": in_query("date", "The day to tell of.", DAY),
        "first-day": in_query("from", "The first day of the picture.", DAY),
        "last-day": in_query("to", "The last day of the picture.", DAY),
        "lanes": in_query("kind", "The kinds of what is shown; all of them without.", some(timeline.NAMED)),
        "nodes": in_query("kind", "The kinds of nodes; all of them without.", some(network_page.NAMED)),
        "data": in_path("data", "The form: csv or json.", "csv"),
        "thing": in_path("thing", "Kind and name of a thing, with a slash between.", "state/russia"),
        "concept": in_path("concept", "Scheme and name, with or without a suffix.", "area/trade.ttl"),
        "graph": in_path("graph", "What the IRI of the graph ends in, with or without a suffix.", "inferred"),
        "name": in_path("name", "What the URL goes on with: the whole of it names the graph.", "notes"),
        "document": in_path("document", "What the IRI goes on with.", "1.0.0"),
        "term": in_path("term", "The name of a term, with or without a suffix.", "Person"),
        "number": in_path("number", "Which portion.", "1"),
        "suffix": in_path("suffix", "The form: html, ttl, jsonld, nt or rdf.", "ttl"),
        "form": in_path("suffix", "The form: html, csv, json, ttl, jsonld, nt or rdf.", "csv"),
        "question": in_path("question", "The name of a question, or its number.", "coordinator-on"),
        "values": in_query(
            "values",
            "Values of the question's parameters, by their names: dates, numbers, IRIs or prefixed names, "
            "words with their language (`China@en`).",
            {"type": "object", "additionalProperties": TEXT},
        ),
        "day": in_query("date", "The day, by default the last one of which a report tells.", DAY),
        "part": in_path("part", f"{', '.join(EXPORTS)}, or what a graph's IRI ends in.", "default"),
        "extension": in_path("extension", "The format: ttl, trig, nq, nt, jsonld or rdf.", "ttl"),
        "file": in_path("file", "The name of a file.", "style.css"),
    }
)
"""The parameters, by the names that operations call them."""
