"""JSON schemas (2020-12) of what the server takes and gives, by the names that the OpenAPI document has."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from wicara.server import negotiation

TEXT: Final = {"type": "string"}
TEXTS: Final = {"type": "array", "items": TEXT}
COUNT: Final = {"type": "integer", "minimum": 0}
IRI: Final = {"type": "string", "format": "iri"}
IRIS: Final = {"type": "array", "items": IRI}
INFER: Final = {"enum": ["on", "off"]}
SECONDS: Final = {"type": "number", "minimum": 0.001}
QUERY: Final = {"type": "string", "examples": ["SELECT * { ?s ?p ?o } LIMIT 5", "DESCRIBE <urn:x:thing>"]}
UPDATE: Final = {"type": "string", "examples": ["INSERT DATA { <urn:x:thing> <urn:x:is> true }"]}
TRIPLE: Final = {"type": "string", "examples": ["<urn:x:thing> <urn:x:is> <urn:x:there> ."]}
XML: Final = {
    "type": "string",
    "examples": ['<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Bag/></r:RDF>'],
}
FILES: Final = {
    "type": "object",
    "description": "Files of RDF: the content type of each, or its extension, tells the format.",
    "additionalProperties": {"type": "array", "items": {"type": "string", "format": "binary"}},
}
FORMS: Final = tuple(offer.name for offer in dict.fromkeys((*negotiation.RESULTS, *negotiation.GRAPHS)))


def record(required: str, about: str = "", **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the schema of an object: its members, and which of them it always has."""
    names = {name.replace("__", "-"): schema for name, schema in properties.items()}
    told = {"description": about} if about else {}
    return {"type": "object", **told, "required": required.split(), "properties": names}


PROBLEM: Final = record(
    "title status detail",
    "RFC 9457, with `line`, `column` and `near` where a text does not parse, `limit` where one was reached.",
    title=TEXT,
    status={"type": "integer", "minimum": 400, "maximum": 599},
    detail=TEXT,
    line=COUNT,
    column=COUNT,
    near=TEXT,
    available={"type": "array", "items": TEXT},
    limit=TEXT,
    seconds={"type": "number"},
)
TERM: Final = record(
    "type value",
    type={"enum": ["uri", "literal", "bnode", "triple"]},
    value={"type": ["string", "object"]},
    datatype=TEXT,
)
RESULTS: Final = record(
    "head",
    "SPARQL 1.1 Query Results JSON Format: `results` for SELECT, `boolean` for ASK.",
    head=record("", vars={"type": "array", "items": TEXT}),
    boolean={"type": "boolean"},
    results=record(
        "bindings",
        bindings={"type": "array", "items": {"type": "object", "additionalProperties": TERM}},
    ),
)
HEALTH: Final = record(
    "status version digest", status={"const": "ok"}, version=TEXT, digest=TEXT, quads=COUNT
)
READINESS: Final = record("ready", ready={"type": "boolean"}, why=TEXT, version=TEXT, digest=TEXT)

SCHEMAS: Final = MappingProxyType(
    {
        "Query": QUERY,
        "Update": UPDATE,
        "Turtle": TRIPLE,
        "N-Triples": TRIPLE,
        "RDF-XML": XML,
        "JSON-LD": {"type": ["object", "array"]},
        "Files": FILES,
        "Problem": PROBLEM,
        "SparqlResults": RESULTS,
        "Health": HEALTH,
        "Readiness": READINESS,
        "QueryForm": record(
            "query",
            query=QUERY,
            default__graph__uri=IRIS,
            named__graph__uri=IRIS,
            infer=INFER,
            format={"enum": [*FORMS]},
            timeout=SECONDS,
        ),
        "UpdateForm": record(
            "update", update=UPDATE, using__graph__uri=IRIS, using__named__graph__uri=IRIS, timeout=SECONDS
        ),
    }
)
OF_MEDIA_TYPE: Final = MappingProxyType(
    {"application/problem+json": "Problem", "application/sparql-results+json": "SparqlResults"}
)
"""What is always of one schema."""


def content(media_types: dict[str, str]) -> dict[str, Any]:
    """Return the content of a body: each media type with the name of its schema, or nothing of it."""
    return {
        media_type: {"schema": reference(schema or OF_MEDIA_TYPE.get(media_type))}
        for media_type, schema in media_types.items()
    }


def reference(schema: str | None) -> dict[str, Any]:
    """Return a reference to a schema, or the schema that everything meets."""
    return {"$ref": f"#/components/schemas/{schema.replace('/', '-')}"} if schema else {}
