"""Which graphs a contradiction comes from: those that give its things the classes or properties at fault.

The engine gives no proof: this is one step back from the closed schema. A statement supports `x a C` where
it types `x` with C or a subclass, or where its property has C as domain or range; it supports a property if
it uses that or a sub-property. The smallest support comes first: the odd one out is most likely the fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.assembly import CITABLE, THINGS, graphs_stating, kind
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyoxigraph import Quad, Triple

RDFS: Final = PREFIXES["rdfs"]
NARROWER: Final = frozenset({NamedNode(f"{RDFS}subClassOf"), NamedNode(f"{RDFS}subPropertyOf")})
DOMAIN: Final = frozenset({NamedNode(f"{RDFS}domain")})
RANGE: Final = frozenset({NamedNode(f"{RDFS}range")})


def blamed(quads: Collection[Quad], closed: Collection[Triple], iris: Collection[str]) -> tuple[str, ...]:
    """Return the IRIs of the graphs that a contradiction of these terms comes from, suspects first.

    `closed` are premises and conclusions.
    """
    things = {NamedNode(iri) for iri in iris if iri.startswith(THINGS)}
    terms = [NamedNode(iri) for iri in iris if not iri.startswith(THINGS)]
    supports = sorted((supporting(quads, closed, term, things) for term in terms), key=len)
    found = dict.fromkeys(graph for support in supports for graph in sorted(support))
    return tuple(found) or graphs_stating(quads, iris)


def supporting(
    quads: Iterable[Quad], closed: Collection[Triple], term: NamedNode, things: set[NamedNode]
) -> set[str]:
    """Return the graphs with a statement that gives one of the things this class or property."""
    narrower = {term, *subjects(closed, NARROWER, term)}
    domain, range_ = subjects(closed, DOMAIN, term), subjects(closed, RANGE, term)
    return {
        quad.graph_name.value  # type: ignore[union-attr]
        for quad in quads
        if kind(quad) in CITABLE
        and (
            (quad.subject in things and (quad.predicate in narrower | domain or quad.object in narrower))
            or (quad.object in things and quad.predicate in narrower | range_)
        )
    }


def subjects(triples: Iterable[Triple], predicates: Collection[NamedNode], target: NamedNode) -> set[object]:
    """Return the subjects that one of the properties links to the target."""
    return {t.subject for t in triples if t.object == target and t.predicate in predicates}
