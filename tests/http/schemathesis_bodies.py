"""How schemathesis writes bodies of the media types that are no JSON and no form: as text."""

from __future__ import annotations

import schemathesis

WRITTEN_AS_TEXT = (
    "application/sparql-query",
    "application/sparql-update",
    "text/turtle",
    "application/n-triples",
    "application/n-quads",
    "application/trig",
    "application/rdf+xml",
    "application/ld+json",
)


@schemathesis.serializer(*WRITTEN_AS_TEXT)
def as_text(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """Return a value as text."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
