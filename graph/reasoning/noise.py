"""Conclusions that are true, useless and many: they are neither stored nor shown.

The documented noise: literals as subjects (RDF has none), anonymous classes (blank nodes), everything equal
to or below itself, everything an owl:Thing or rdfs:Resource, and statements about the vocabularies of RDF,
RDFS, OWL and XSD.
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.ontology import PREFIXES

OWL: Final = PREFIXES["owl"]
RDFS: Final = PREFIXES["rdfs"]

REFLEXIVE: Final = frozenset(
    {
        f"{OWL}sameAs",
        f"{OWL}equivalentClass",
        f"{OWL}equivalentProperty",
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
    }
)
TOP: Final = frozenset({f"{OWL}Thing", f"{RDFS}Resource"})
BUILT_IN: Final = (PREFIXES["rdf"], RDFS, OWL, PREFIXES["xsd"])


def is_noise(triple: Triple) -> bool:
    """Tell whether a conclusion is noise."""
    subject, predicate, target = triple.subject, triple.predicate, triple.object
    if not isinstance(subject, NamedNode) or isinstance(target, BlankNode):
        return True
    if subject.value.startswith(BUILT_IN):
        return True
    if isinstance(target, Literal | Triple):
        return False
    return target.value in TOP or (target == subject and predicate.value in REFLEXIVE)
