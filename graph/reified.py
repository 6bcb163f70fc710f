"""The facts as RDF 1.2 reifiers: every triple says which fact it belongs to and which words support it.

A triple is asserted, and its reifier, named by the fact graph and a hash of the triple, links it to the fact
graph and the evidence; the descriptions of both follow (RDF 1.2 Concepts, section 1.5: `rdf:reifies`).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Quad, Triple
from wicara.graph.evidence import PROV, WAY, described
from wicara.graph.names import GraphKind, kind_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store

REIFIES: Final = NamedNode(PREFIXES["rdf"] + "reifies")
IN_GRAPH: Final = NamedNode(PREFIXES["dcterms"] + "isPartOf")
SUPPORTED_BY: Final = NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
HASH_DIGITS: Final = 16


def reifier(fact: NamedNode, triple: Triple) -> NamedNode:
    """Return the name of a fact's triple: the same as long as the triple is."""
    return NamedNode(f"{fact.value}#{sha256(str(triple).encode()).hexdigest()[:HASH_DIGITS]}")


def facts(store: Store) -> Iterator[NamedNode]:
    """Yield the fact graphs."""
    for graph in store.named_graphs():
        if isinstance(graph, NamedNode) and kind_of(graph.value) is GraphKind.FACT:
            yield graph


def reified(store: Store, fact: NamedNode) -> Iterator[Quad]:
    """Yield a fact's triples, each with its reifier."""
    evidence = [quad.object for quad in store.quads_for_pattern(fact, WAY[0], None, PROV)]
    for quad in store.quads_for_pattern(None, None, None, fact):
        name = reifier(fact, quad.triple)
        yield Quad(quad.subject, quad.predicate, quad.object)
        yield Quad(name, REIFIES, quad.triple)
        yield Quad(name, IN_GRAPH, fact)
        for item in evidence:
            yield Quad(name, SUPPORTED_BY, item)


def reified_facts(store: Store) -> Iterator[Quad]:
    """Yield every fact with its reifiers and its provenance, as one graph."""
    for fact in facts(store):
        yield from reified(store, fact)
        yield from (Quad(quad.subject, quad.predicate, quad.object) for quad in described(store, fact))
