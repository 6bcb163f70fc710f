"""What a document in RDF says, in each of the forms that it is offered in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from rdflib import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server_process import Server

SYNTAXES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
"""Media types, and what rdflib calls them."""


def canonical(document: bytes | str | Iterable[Quad], form: RdfFormat = RdfFormat.N_TRIPLES) -> Dataset:
    """Return the triples of a document or store, equal to those of any isomorphic graph."""
    quads = parse(document, form) if isinstance(document, bytes | str) else document
    found = Dataset(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return found


def same_in_each_form(server: Server, path: str) -> None:
    """Hold that a document is one graph in all its forms, and Turtle where a client does not say."""
    graphs = []
    for media_type, syntax in SYNTAXES.items():
        answer = server.get(path, accept=media_type)
        assert (answer.status, answer.media_type) == (200, media_type)
        assert "Accept" in answer.headers["Vary"]
        read = Graph().parse(data=answer.text, format=syntax)
        graphs.append(canonical(read.serialize(format="nt")))
    assert all(graphs[0] == other for other in graphs[1:])
    assert server.get(path).media_type == "text/turtle"
