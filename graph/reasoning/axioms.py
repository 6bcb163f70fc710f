"""The triples of an ontology, indexed: lists, kinds of properties, what runs in circles.

OWL 2 Mapping to RDF Graphs, tables 5 to 7; Structural Specification, sections 5.8 and 11.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.reasoning.datatypes import DATATYPES
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wicara.graph.reasoning.rules import Term

OWL: Final = PREFIXES["owl"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
XSD: Final = PREFIXES["xsd"]
TYPE: Final = f"{RDF}type"

NIL: Final = NamedNode(f"{RDF}nil")
BOOLEAN: Final = ("intersectionOf", "unionOf", "oneOf", "complementOf", "datatypeComplementOf")
RESTRICTING: Final = (
    *("someValuesFrom", "allValuesFrom", "hasValue", "hasSelf"),
    *("minCardinality", "maxCardinality", "cardinality"),
    *("minQualifiedCardinality", "maxQualifiedCardinality", "qualifiedCardinality"),
)
CONSTRUCTS: Final = (*BOOLEAN, *RESTRICTING, "onDatatype", "withRestrictions")
"""The properties that make a class expression or a data range out of a node."""
LEADING: Final = frozenset(
    NamedNode(name) for name in (f"{RDF}first", f"{RDF}rest", *(OWL + name for name in CONSTRUCTS))
)
"""The properties that lead from an expression or a list into what it is made of."""

OBJECT, VALUE, ANNOTATION = "ObjectProperty", "DatatypeProperty", "AnnotationProperty"
BOTH: Final = (OBJECT, VALUE)
EVERY: Final = (*BOTH, ANNOTATION)
DECLARING: Final = {
    **{OWL + name: name for name in (OBJECT, VALUE, ANNOTATION)},
    f"{OWL}OntologyProperty": ANNOTATION,
    **{
        OWL + name: OBJECT
        for name in ("InverseFunctionalProperty", "SymmetricProperty", "TransitiveProperty")
    },
}
"""The types that declare a kind of property (Mapping, tables 5 and 7)."""
BUILT_IN: Final = {
    **dict.fromkeys((f"{RDFS}{name}" for name in ("label", "comment", "seeAlso", "isDefinedBy")), ANNOTATION),
    **dict.fromkeys((f"{OWL}{name}" for name in ("deprecated", "versionInfo", "priorVersion")), ANNOTATION),
    **dict.fromkeys((f"{OWL}{name}" for name in ("backwardCompatibleWith", "incompatibleWith")), ANNOTATION),
    **{f"{OWL}{name}ObjectProperty": OBJECT for name in ("top", "bottom")},
    **{f"{OWL}{name}DataProperty": VALUE for name in ("top", "bottom")},
}
"""The properties that need no declaration, with their kinds (Structural Specification, table 5)."""


@dataclass(frozen=True)
class Axioms:
    """The triples of an ontology, indexed."""

    triples: frozenset[Triple]

    @cached_property
    def by_subject(self) -> dict[Term, dict[str, list[Term]]]:
        """Subject to property to objects."""
        index: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for triple in self.triples:
            index[triple.subject][triple.predicate.value].append(triple.object)
        return index

    @cached_property
    def by_predicate(self) -> dict[str, list[tuple[Term, Term]]]:
        """Property to subjects and objects."""
        index: dict[str, list[tuple[Term, Term]]] = defaultdict(list)
        for triple in self.triples:
            index[triple.predicate.value].append((triple.subject, triple.object))
        return index

    def objects(self, subject: Term, name: str) -> list[Term]:
        """Return the objects of a property, given by its IRI, or by its name in the OWL vocabulary."""
        return self.by_subject.get(subject, {}).get(name if ":" in name else OWL + name, [])

    def pairs(self, predicate: str) -> Sequence[tuple[Term, Term]]:
        """Return subject and object of every triple with this property."""
        return self.by_predicate.get(predicate, ())

    def types(self, term: Term) -> set[str]:
        """Return the IRIs of the types of a term."""
        return {kind.value for kind in self.objects(term, TYPE) if isinstance(kind, NamedNode)}

    def members(self, head: Term) -> list[Term]:
        """Return the members of an RDF list."""
        members: list[Term] = []
        while head != NIL and (firsts := self.objects(head, f"{RDF}first")):
            members += firsts[:1]
            (head,) = self.objects(head, f"{RDF}rest")[:1] or [NIL]
        return members

    def kinds(self, term: Term) -> list[str]:
        """Return the kinds of a property as it is declared, or as OWL has it."""
        if isinstance(term, NamedNode) and term.value in BUILT_IN:
            return [BUILT_IN[term.value]]
        return sorted({DECLARING[kind] for kind in self.types(term) & DECLARING.keys()})

    def n_ary(self, kind: str) -> Iterator[tuple[Term, list[Term]]]:
        """Yield the node and the members of each axiom of a kind, such as AllDisjointClasses."""
        for node, head in self.pairs(f"{OWL}members"):
            if OWL + kind in self.types(node):
                yield node, self.members(head)

    def named_property(self, term: Term) -> Term:
        """Return the property that an anonymous inverse is one of; any other term as it is."""
        inverses = self.objects(term, "inverseOf") if isinstance(term, BlankNode) else []
        return inverses[0] if inverses else term

    def is_datatype(self, term: Term) -> bool:
        """Tell whether a term is declared as a datatype, or is one of OWL 2 RL."""
        declared = self.types(term) & {f"{RDFS}Datatype", f"{OWL}DataRange"}
        return bool(declared) or (isinstance(term, NamedNode) and term.value in DATATYPES)

    @cached_property
    def composite(self) -> set[Term]:
        """The properties with a chain or transitivity, those above them, and the inverses of all."""
        transitive = NamedNode(f"{OWL}TransitiveProperty")
        found = {term for term, _ in self.pairs(f"{OWL}propertyChainAxiom")}
        found |= {term for term, kind in self.pairs(TYPE) if kind == transitive}
        links = [
            (self.named_property(one), self.named_property(two))
            for one, two in self.pairs(f"{RDFS}subPropertyOf")
        ]
        for name in ("inverseOf", "equivalentProperty"):
            both = [
                (self.named_property(one), self.named_property(two)) for one, two in self.pairs(OWL + name)
            ]
            links += [*both, *((two, one) for one, two in both)]
        while more := {above for below, above in links if below in found} - found:
            found |= more
        return found


CIRCLE: Final = "leads back to itself: no list and no class expression may contain itself"


def circular(axioms: Iterable[Triple]) -> Iterable[Triple]:
    """Return the triples of lists and anonymous expressions that lead back to where they came from."""
    leading = [
        triple
        for triple in axioms
        if triple.predicate in LEADING
        and (isinstance(triple.object, BlankNode) or triple.predicate.value == f"{RDF}rest")
    ]
    ahead = peel((triple.subject, triple.object, triple) for triple in leading)
    return peel((triple.object, triple.subject, triple) for triple in ahead)


def peel(edges: Iterable[tuple[Term, Term, Triple]]) -> list[Triple]:
    """Return the edges (from, to) from which one can walk on for ever."""
    into: dict[Term, list[tuple[Term, Triple]]] = defaultdict(list)
    open_edges: dict[Term, int] = defaultdict(int)
    for start, end, triple in edges:
        into[end].append((start, triple))
        open_edges[start] += 1
    ends = [node for node in into if node not in open_edges]
    while ends:
        for start, _ in into.pop(ends.pop(), ()):
            open_edges[start] -= 1
            if not open_edges[start]:
                ends.append(start)
    return [triple for edges_in in into.values() for _, triple in edges_in]
