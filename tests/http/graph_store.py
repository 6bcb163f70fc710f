"""Requests of the Graph Store Protocol, and the graphs that tests send."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from writing import TURTLE, UPDATE, write

if TYPE_CHECKING:
    from server_process import Answer, Server

IRI = "http://example.org/g"
G = f"/store?graph={quote(IRI, safe='')}"
TARGETS = [G, "/store?default", "/store/person/1.ttl"]
NAMESPACES = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="x:"'
DATA = {
    TURTLE: f"<{IRI}/s> <x:p> 'é' , [ <x:q> 1 ] .",
    "application/n-triples": f'<{IRI}/s> <x:p> "é" .\n<{IRI}/s> <x:p> _:b .\n_:b <x:q> "1"^^'
    "<http://www.w3.org/2001/XMLSchema#integer> .",
    "application/ld+json": f'{{"@id": "{IRI}/s", "x:p": ["é", {{"x:q": 1}}]}}',
    "application/rdf+xml": f'<rdf:RDF {NAMESPACES}><rdf:Description rdf:about="{IRI}/s">'
    "<x:p>é</x:p><x:p><rdf:Description>"
    '<x:q rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">1</x:q></rdf:Description></x:p>'
    "</rdf:Description></rdf:RDF>",
}
"""The same three triples in each format."""


def put(server: Server, path: str, body: str | bytes, content_type: str | None = TURTLE) -> Answer:
    """Replace a graph."""
    return write(server, "PUT", path, body, content_type=content_type)


def post(server: Server, path: str, body: str | bytes, content_type: str | None = TURTLE) -> Answer:
    """Add to a graph."""
    return write(server, "POST", path, body, content_type=content_type)


def patch(server: Server, path: str, body: str | bytes, content_type: str | None = UPDATE) -> Answer:
    """Change a graph."""
    return write(server, "PATCH", path, body, content_type=content_type)


def triples(server: Server, path: str) -> set[str]:
    """Return the triples of a graph as lines of N-Triples."""
    answer = server.get(path, accept="application/n-triples")
    assert answer.status == 200
    return set(answer.text.splitlines())
