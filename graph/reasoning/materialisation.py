"""From premises to their closure, by one of two engines that know nothing of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.reasoning.contradictions import concerned, told
from wicara.graph.reasoning.inconsistency import Closure, Inconsistency
from wicara.graph.reasoning.noise import is_noise
from wicara.graph.reasoning.sources import triples_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.reasoning.reasoner import Reasoner, Step
    from wicara.graph.reasoning.sources import Source

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


def materialise(source: Source, engine: str = "native") -> Closure:
    """Return what follows from the premises and is none of them, without noise, and each inconsistency.

    `source` is triples, a pyoxigraph Store or Dataset, or an rdflib Graph; all graphs in it are merged.
    `engine` is `native`, which also gives the reasoner with its proofs, or `owlrl`. Raises KeyError else.
    """
    return ENGINES[engine](frozenset(triples_of(source)))


def native(premises: frozenset[Triple]) -> Closure:
    """Return the closure by the engine of this package."""
    from wicara.graph.reasoning.reasoner import Reasoner  # noqa: PLC0415 - numpy is slow to import

    return closure_of(Reasoner(premises))


def closure_of(reasoner: Reasoner) -> Closure:
    """Return what a reasoner holds: its conclusions without noise, and where they contradict each other."""
    every = sorted(map(inconsistency, reasoner.contradictions()), key=lambda i: (i.rule, i.message))
    found = {(i.rule, frozenset(i.terms)): i for i in reversed(every)}
    return Closure(
        conclusions=frozenset(t for t in reasoner.conclusions() if not is_noise(t)),
        inconsistencies=tuple(reversed(found.values())),
        reasoner=reasoner,
    )


def inconsistency(step: Step) -> Inconsistency:
    """Return a contradiction in words, with the IRIs of which it tells and the premises."""
    return Inconsistency(step.rule.name, told(step), concerned(step), step.premises)


def owlrl(premises: frozenset[Triple]) -> Closure:
    """Return the closure by owlrl.

    Statements that no rule can use are not handed to it: a literal under a property that no axiom speaks of
    (labels, definitions, quotes) matches no premise but that of eq-rep, so they are held back, and it runs
    again with all of them if it finds two individuals to be the same.
    """
    from wicara.graph.reasoning.inconsistency import inconsistencies_of  # noqa: PLC0415 - with rdflib and owlrl,
    from wicara.graph.reasoning.owlrl_engine import close  # noqa: PLC0415 - most of a second to import

    result = close(usable(premises))
    if any(triple.predicate == SAME_AS and not is_noise(triple) for triple in result.conclusions):
        result = close(premises)
    return Closure(
        conclusions=frozenset(t for t in result.conclusions if not is_noise(t)) - premises,
        inconsistencies=inconsistencies_of(premises | result.conclusions, result.messages),
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


ENGINES: Final[dict[str, Callable[[frozenset[Triple]], Closure]]] = {"native": native, "owlrl": owlrl}
"""The engines by their names."""
