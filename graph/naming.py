"""How messages name terms: graphs by their path, other IRIs by their prefixed names."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.dataset import GRAPHS
from wicara.graph.prefixes import shorten


def called(iri: str) -> str:
    """Return an IRI as people read it."""
    if iri.startswith(GRAPHS):
        return f"graph:{iri.removeprefix(GRAPHS)}"
    return shorten([iri]).names.get(iri, f"<{iri}>")


def called_term(term: object) -> str:
    """Return any RDF term as people read it."""
    if isinstance(term, NamedNode):
        return called(term.value)
    if isinstance(term, BlankNode):
        return "[a blank node]"
    return term.value if isinstance(term, Literal) else str(term)
