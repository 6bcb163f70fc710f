"""The second engine: owlrl 7.6.2, with its known faults kept out.

- `owl:hasKey` is not handed to it: it never compares the last key, and so makes everything the same.
- Its verdicts on contradictions are passed over: it forgets the last member of `AllDifferent` and
  `AllDisjointProperties`, and denies values to years before 1, XML of several nodes and long integers. They
  are looked for in what it concludes, by `contradictions` of `wicara.graph.reasoning.matching`.
- Its readers of lexical forms are not asked: some raise what it does not catch. Nor is xsd:NMTOKEN a kind of
  xsd:Name, as it has it: `9-a` is an NMTOKEN.
- `x owl:sameAs x`, `x a owl:Thing` and the like are stopped at birth: they yield nothing but more of their
  kind (OWL 2 RL allows owl:Thing in no class expression but someValuesFrom and the qualified cardinalities,
  which owlrl treats apart), and they are what makes it slow.
- A round goes over what can start a rule, and what one start yields is there for the next: few rounds do.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from owlrl import OWLRL  # type: ignore[import-untyped]
from owlrl.OWLRL import OWLRL_Annotation_properties, OWLRL_Semantics  # type: ignore[import-untyped]
from rdflib import OWL, RDF, RDFS, XSD
from wicara.graph.rdflib_terms import graph_of, term_of
from wicara.graph.terms import triple_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple
    from rdflib.term import Node
    from wicara.graph.reasoning.rules import Fact

REFLEXIVE: Final = frozenset(
    {OWL.sameAs, OWL.equivalentClass, OWL.equivalentProperty, RDFS.subClassOf, RDFS.subPropertyOf}
)
AXIOMS: Final = (str(OWL), str(RDFS))
ANNOTATIONS: Final = frozenset(OWLRL_Annotation_properties)
DECLARATIONS: Final = frozenset(
    {
        OWL.AnnotationProperty,
        OWL.Class,
        OWL.DatatypeProperty,
        OWL.ObjectProperty,
        OWL.Ontology,
        OWL.Restriction,
    }
)
"""The types of OWL's own that start trivial rules only."""
TOP: Final = frozenset({OWL.Thing, RDFS.Resource})


class QuietRules(OWLRL_Semantics):  # type: ignore[misc] # owlrl has no types
    """The rules of owlrl without their trivial conclusions and without its verdicts on contradictions."""

    def closure(self) -> None:
        """Apply the rules to the graph until they yield nothing new."""
        self.known = set(self.graph)
        self.one_time_rules()
        self.flush_stored_triples()
        number, size = 0, -1
        while size < len(self.known):
            number, size = number + 1, len(self.known)
            for triple in filter(starts_rule, tuple(self.graph)):
                self.rules(triple, number)
                self.flush_stored_triples()
        self.post_process()

    def store_triple(self, t: tuple[Node, Node, Node]) -> None:
        """Keep a conclusion unless it is known or trivial."""
        subject, predicate, target = t
        if (subject == target and predicate in REFLEXIVE) or target in TOP or subject == OWL.Nothing:
            return
        if t not in self.known:
            super().store_triple(t)

    def flush_stored_triples(self) -> None:
        """Put the new conclusions into the graph."""
        self.known |= self.added_triples
        super().flush_stored_triples()

    def restriction_typing_check(self, v: Node, t: Node) -> bool:  # noqa: ARG002 - as owlrl declares it
        """Let owl:allValuesFrom put any value into its datatype: a wrong one is a contradiction there."""
        return True

    def add_error(self, message: str) -> None:
        """Pass over a contradiction."""


def starts_rule(triple: tuple[Node, Node, Node]) -> bool:
    """Tell whether a triple starts a rule: an axiom, an owl:sameAs, a type of OWL's own."""
    _, predicate, target = triple
    if predicate == RDF.type:
        return str(target).startswith(str(OWL)) and target not in DECLARATIONS
    return str(predicate).startswith(AXIOMS) and predicate not in ANNOTATIONS


def close(premises: Iterable[Triple]) -> frozenset[Fact]:
    """Return what owlrl concludes from the premises; literals may be subjects."""
    graph = graph_of(triple for triple in premises if triple.predicate.value != str(OWL.hasKey))
    before = set(graph)
    rules: Any = QuietRules(graph, axioms=False, daxioms=False)
    with corrected_datatypes():
        rules.closure()
    rows = (tuple(map(term_of, row)) for row in graph if row not in before)
    return frozenset((subject, predicate, target) for subject, predicate, target in rows)


@contextmanager
def corrected_datatypes() -> Iterator[None]:
    """Have owlrl read no lexical form, and know no more of xsd:NMTOKEN than of xsd:token."""
    readers, wider = OWLRL.AltXSDToPYTHON, OWLRL.OWL_Datatype_Subsumptions
    OWLRL.AltXSDToPYTHON = {}
    OWLRL.OWL_Datatype_Subsumptions = {**wider, XSD.NMTOKEN: [XSD.token, *wider[XSD.token]]}
    try:
        yield
    finally:
        OWLRL.AltXSDToPYTHON, OWLRL.OWL_Datatype_Subsumptions = readers, wider


def rdf_facts(facts: Iterable[Fact]) -> Iterator[Triple]:
    """Yield the facts that RDF can say."""
    yield from filter(None, map(triple_of, facts))
