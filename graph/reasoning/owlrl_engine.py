"""The second engine: owlrl 7.6.2, with its known faults kept out.

- `owl:hasKey` is not handed to it: it never compares the last key, and so makes everything the same.
- Contradictions are looked for in what it concludes by `wicara.graph.reasoning.matching`: of `AllDifferent`
  and `AllDisjointProperties` it forgets the last member.
- `x owl:sameAs x`, `x a owl:Thing` and the like are stopped at birth: they yield nothing but more of their
  kind (OWL 2 RL allows owl:Thing in no class expression but someValuesFrom and the qualified cardinalities,
  which owlrl treats apart), and they are what makes it slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from owlrl.OWLRL import OWLRL_Semantics  # type: ignore[import-untyped]
from pyoxigraph import Triple
from rdflib import OWL, RDF, RDFS, Graph
from rdflib.term import Literal, URIRef
from wicara.graph.rdflib_terms import graph_of, term_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib.term import Node

REFLEXIVE: Final = frozenset(
    {OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty, RDFS.subClassOf, RDFS.subPropertyOf}
)
AXIOMS: Final = (str(OWL), str(RDFS))
TOP: Final = frozenset({OWL.Thing, RDFS.Resource})
ERRORS: Final = "http://www.daml.org/2002/03/agents/agent-ont#"
"""The namespace of the triples in which owlrl reports an inconsistency; its messages are read directly."""


@dataclass(frozen=True)
class RawClosure:
    """What owlrl concludes, the trivial included but no literal subject, and its messages."""

    conclusions: frozenset[Triple]
    messages: tuple[str, ...]


class QuietRules(OWLRL_Semantics):  # type: ignore[misc] # owlrl has no types
    """The rules of owlrl without their trivial conclusions."""

    def store_triple(self, t: tuple[Node, Node, Node]) -> None:
        """Keep a conclusion unless it is trivial."""
        subject, predicate, target = t
        if (subject == target and predicate in REFLEXIVE) or target in TOP or subject == OWL.Nothing:
            return
        super().store_triple(t)

    def rules(self, t: tuple[Node, Node, Node], cycle_num: int) -> None:
        """Look for rules only at what can start one: an axiom, an owl:sameAs, a type of OWL's own."""
        _, predicate, target = t
        if str(predicate).startswith(AXIOMS) or (predicate == RDF.type and str(target).startswith(str(OWL))):
            super().rules(t, cycle_num)


def close(premises: Iterable[Triple]) -> RawClosure:
    """Return what owlrl concludes from the premises."""
    graph = graph_of(triple for triple in premises if triple.predicate.value != str(OWL.hasKey))
    before = set(graph)
    rules: Any = QuietRules(graph, axioms=False, daxioms=False)
    rules.closure()
    messages = tuple(sorted(rules.error_messages))
    return RawClosure(frozenset(conclusions(graph, before)), messages)


def conclusions(graph: Graph, before: set[tuple[Node, Node, Node]]) -> Iterator[Triple]:
    """Yield what stands in the graph now and did not before, as far as RDF can say it."""
    for subject, predicate, target in graph:
        if (subject, predicate, target) in before or isinstance(subject, Literal):
            continue
        if isinstance(predicate, URIRef) and not predicate.startswith(ERRORS):
            yield Triple(term_of(subject), term_of(predicate), term_of(target))  # type: ignore[arg-type]
