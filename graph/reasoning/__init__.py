"""The only seam to the reasoner: premises in, conclusions and inconsistencies out (OWL 2 RL/RDF rules).

Statements that no rule can use are not handed to the engine: a literal under a property that no axiom
speaks of (labels, definitions, quotes) matches no premise but that of eq-rep, so they are held back, and
the engine runs again with all of them if it finds two individuals to be the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.reasoning.inconsistency import Closure, Inconsistency, inconsistencies_of
from wicara.graph.reasoning.noise import is_noise
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Closure", "Inconsistency", "materialise"]

OWL: Final = PREFIXES["owl"]
SAME_AS: Final = NamedNode(f"{OWL}sameAs")
TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
ANNOTATION_TYPES: Final = frozenset(
    NamedNode(OWL + name) for name in ("AnnotationProperty", "DatatypeProperty")
)
DESCRIBING: Final = frozenset(
    {
        NamedNode(PREFIXES["rdfs"] + "isDefinedBy"),
        NamedNode(PREFIXES["rdfs"] + "seeAlso"),
        NamedNode(PREFIXES["dcterms"] + "isReplacedBy"),
    }
)
"""Properties that tell of a term without being an axiom about it."""


def materialise(premises: Iterable[Triple]) -> Closure:
    """Return what follows from the premises and is none of them, without noise, and each inconsistency."""
    from wicara.graph.reasoning.owlrl_engine import close  # noqa: PLC0415 - rdflib and owlrl take most of a second

    every = frozenset(premises)
    result = close(usable(every))
    if any(triple.predicate == SAME_AS and not is_noise(triple) for triple in result.conclusions):
        result = close(every)
    return Closure(
        conclusions=frozenset(t for t in result.conclusions if not is_noise(t)) - every,
        inconsistencies=inconsistencies_of(every | result.conclusions, result.messages),
    )


def usable(premises: frozenset[Triple]) -> frozenset[Triple]:
    """Return the premises without literals under properties that no axiom speaks of."""
    known = spoken_of(premises)
    return frozenset(
        t
        for t in premises
        if not isinstance(t.object, Literal) or t.predicate in known or t.predicate.value.startswith(OWL)
    )


def spoken_of(premises: frozenset[Triple]) -> frozenset[object]:
    """Return the terms that are more than declared and described: each may be a property with an axiom."""
    subjects = {t.subject for t in premises if not describes(t)}
    return frozenset(subjects | {t.object for t in premises if not isinstance(t.object, Literal)})


def describes(triple: Triple) -> bool:
    """Tell whether a statement only declares or describes its subject."""
    if triple.predicate == TYPE:
        return triple.object in ANNOTATION_TYPES
    return isinstance(triple.object, Literal) or triple.predicate in DESCRIBING
