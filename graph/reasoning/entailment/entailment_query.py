"""What a conclusion asks: statements to show, and class expressions that may be taken to exist.

A blank node of a conclusion is an existential variable. Where it is a class expression or a list that is well
made of what the premises know, something of that kind exists (OWL 2 RDF-Based Semantics, section 8, the
comprehension conditions): its definition is added to the premises, and the node is a constant. A blank node
that states an n-ary axiom (owl:AllDifferent and the like) is rewritten as what it says of its members
(section 5.11). Ontology headers are no part of what is to be entailed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.names import FIRST, NIL, REST, TYPE
from wicara.graph.reasoning.axioms import RESTRICTING
from wicara.graph.reasoning.entailment.hypothesis import (
    COUNTING,
    LISTED,
    RDF,
    RDFS,
    SINGLE,
    THING,
    owl,
    rdfs,
    whole_number,
)
from wicara.graph.reasoning.rules import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wicara.graph.reasoning.entailment.hypothesis import Hypothesis
    from wicara.graph.reasoning.rules import Term

ONTOLOGY: Final = owl("Ontology")
HEADER: Final = frozenset(
    {
        *map(owl, ("imports", "versionIRI", "versionInfo", "priorVersion")),
        *map(owl, ("backwardCompatibleWith", "incompatibleWith", "deprecated")),
        *map(rdfs, ("label", "comment", "seeAlso", "isDefinedBy")),
    }
)
"""The properties of an ontology header (OWL 2 Structural Specification, section 3)."""

CLASS: Final = NamedNode(f"{RDFS}Class")
PROPERTY: Final = NamedNode(f"{RDF}Property")
NEGATIVE: Final = owl("NegativePropertyAssertion")

PAIRWISE: Final = {
    owl("AllDifferent"): (("members", "distinctMembers"), owl("differentFrom"), None),
    owl("AllDisjointClasses"): (("members",), owl("disjointWith"), CLASS),
    owl("AllDisjointProperties"): (("members",), owl("propertyDisjointWith"), PROPERTY),
}
"""N-ary axioms: the properties of their lists, what each two members are, and what each member is."""


PARTS: Final = {
    *(FIRST, REST, owl("onProperty"), owl("onClass"), owl("onDataRange"), owl("inverseOf")),
    *map(owl, {*LISTED, *SINGLE, *RESTRICTING}),
}
"""The properties that lead from a class expression or list to what it is made of."""


@dataclass(frozen=True)
class Goal:
    """A statement to show, or to refute; blank nodes that are no constants are variables."""

    subject: Term
    predicate: Term
    object: Term
    negated: bool = False

    @property
    def terms(self) -> tuple[Term, Term, Term]:
        """The three places in order."""
        return (self.subject, self.predicate, self.object)


@dataclass(frozen=True)
class EntailmentQuery:
    """What is to be shown, with which definitions added; the blank nodes left in goals are variables."""

    goals: tuple[Goal, ...]
    definitions: tuple[Triple, ...]
    constants: frozenset[BlankNode]


class QueryReader:
    """A conclusion, indexed, being read against a hypothesis."""

    def __init__(self, triples: Iterable[Triple], hypothesis: Hypothesis) -> None:
        """Take the conclusion, whose blank nodes have names of their own, and the closure of the premises."""
        self.triples = frozenset(triples)
        self.hypothesis = hypothesis
        self.by_subject: dict[Term, dict[Term, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self.used: dict[Term, int] = defaultdict(int)
        for triple in sorted(self.triples, key=str):
            self.by_subject[triple.subject][triple.predicate].append(triple.object)
            self.used[triple.object] += 1
        self.defined: dict[Term, tuple[Triple, ...] | None] = {}

    def read(self) -> EntailmentQuery:
        """Return what the conclusion asks."""
        definitions = {
            triple
            for node in list(self.by_subject)
            if isinstance(node, BlankNode)
            for triple in self.definition(node) or ()
        }
        axioms = {node: found for node in list(self.by_subject) if (found := self.axiom(node)) is not None}
        said = [
            Goal(t.subject, t.predicate, t.object)
            for t in sorted(self.triples, key=str)
            if t not in definitions and t.subject not in axioms
        ]
        goals = (*said, *chain.from_iterable(axioms.values()))
        constants = frozenset(t.subject for t in definitions if isinstance(t.subject, BlankNode))
        return EntailmentQuery(goals, tuple(sorted(definitions, key=str)), constants)

    def objects(self, node: Term, predicate: Term) -> list[Term]:
        """Return the objects of a property of a node of the conclusion."""
        return self.by_subject[node][predicate] if node in self.by_subject else []

    # Class expressions and lists.

    def definition(self, node: Term) -> tuple[Triple, ...] | None:
        """Return what defines a blank node, all of whose parts are well made; None where it is not so.

        What it is made of comes first, without recursion: lists are long. What contains itself is not well
        made.
        """
        ahead = [] if node in self.defined else [node]
        begun: set[Term] = set()
        while ahead:
            top = ahead[-1]
            if top in begun or top in self.defined:
                ahead.pop()
                if top in begun:
                    begun.discard(top)
                    self.defined[top] = self.list_definition(top) or self.expression(top)
                continue
            begun.add(top)
            self.defined[top] = None
            said = self.by_subject.get(top, {}).items()
            parts = (part for predicate, objects in said if predicate in PARTS for part in objects)
            ahead += [part for part in parts if isinstance(part, BlankNode) and part not in self.defined]
        return self.defined[node]

    def list_definition(self, node: Term) -> tuple[Triple, ...] | None:
        """Return the cell of a list of known terms; None where it is none."""
        firsts, rests = self.objects(node, FIRST), self.objects(node, REST)
        if len(firsts) != 1 or len(rests) != 1 or not isinstance(node, BlankNode):
            return None
        if rests[0] != NIL and not (self.definition(rests[0]) and self.objects(rests[0], FIRST)):
            return None
        return (
            (Triple(node, FIRST, firsts[0]), Triple(node, REST, rests[0]))
            if self.is_part(firsts[0])
            else None
        )

    def is_part(self, term: Term) -> bool:
        """Tell whether something can be made of a term: a variable is nothing known."""
        return not isinstance(term, BlankNode) or self.definition(term) is not None

    def expression(self, node: Term) -> tuple[Triple, ...] | None:
        """Return what defines a class expression or an inverse property; None where it is none."""
        names = [
            name for name in (*LISTED, *SINGLE, *RESTRICTING, "inverseOf") if self.objects(node, owl(name))
        ]
        if len(names) != 1 or not isinstance(node, BlankNode):
            return None
        (name,) = names
        needed = [owl(name)]
        if name in RESTRICTING:
            needed += [owl("onProperty")]
        needed += [owl(filler) for filler in ("onClass", "onDataRange") if self.objects(node, owl(filler))]
        values = [self.objects(node, predicate) for predicate in needed]
        if any(len(value) != 1 for value in values) or not self.is_made(name, needed, [v[0] for v in values]):
            return None
        if not all(self.is_part(value[0]) for value in values):
            return None
        return tuple(Triple(node, part, value[0]) for part, value in zip(needed, values, strict=True))

    def is_made(self, name: str, needed: Sequence[NamedNode], values: Sequence[Term]) -> bool:
        """Tell whether the parts of an expression are of the kinds that it wants."""
        value, fillers = values[0], needed[2:] if name in RESTRICTING else needed[1:]
        if ("ualified" in name) != (len(fillers) == 1) or len(fillers) > 1:
            return False
        if name in RESTRICTING and (not self.is_known(values[1], "Property") or is_built_in(values[1])):
            return False  # not all that may be said of rdf:type exists: Russell's class does not
        if fillers and not self.is_known(values[2], "Class"):
            return False
        return self.has_value(name, value)

    def has_value(self, name: str, value: Term) -> bool:
        """Tell whether the main part of an expression is what its constructor wants."""
        if name in LISTED:
            members = self.list_members(value)
            return members is not None and (
                name == "oneOf" or all(self.is_known(m, "Class") for m in members)
            )
        if name == "inverseOf":
            return self.is_known(value, "Property")
        if name in COUNTING:
            return isinstance(value, Literal) and whole_number(value) >= 0
        return name in {"hasValue", "hasSelf"} or self.is_known(value, "Class")

    def list_members(self, node: Term) -> list[Term] | None:
        """Return the members of a list of the conclusion, or of the premises; None where it is none."""
        found: list[Term] = []
        while node != NIL:
            if (
                not isinstance(node, BlankNode)
                or self.definition(node) is None
                or len(found) > len(self.triples)
            ):
                return None
            (first,), (node,) = self.objects(node, FIRST), self.objects(node, REST)
            found.append(first)
        return found

    def is_known(self, term: Term, kind: str) -> bool:
        """Tell whether a part is a class or property for the premises, or an expression that is one."""
        if isinstance(term, BlankNode):
            is_property = bool(self.objects(term, owl("inverseOf")))
            return self.definition(term) is not None and is_property == (kind == "Property")
        return term == THING or self.hypothesis.is_a(term, kind)

    # Axioms that are nodes.

    def axiom(self, node: Term) -> list[Goal] | None:
        """Return what an anonymous axiom says; None where a node is none."""
        kinds = self.objects(node, TYPE)
        if not isinstance(node, BlankNode) or len(kinds) != 1 or self.used[node]:
            return None
        found = self.negative(node) if kinds[0] == NEGATIVE else self.pairwise(node, kinds[0])
        return None if found is None else list(found)

    def negative(self, node: Term) -> list[Goal] | None:
        """Return what a negative property assertion denies; None where the node says more or less."""
        places = [
            [*self.objects(node, owl(name)), *self.objects(node, owl(other))]
            for name, other in (
                ("sourceIndividual", ""),
                ("assertionProperty", ""),
                ("targetIndividual", "targetValue"),
            )
        ]
        is_whole = sum(map(len, self.by_subject[node].values())) == 1 + len(places)
        if not is_whole or any(len(place) != 1 for place in places):
            return None
        (subject,), (predicate,), (target,) = places
        return [Goal(subject, predicate, target, negated=True), Goal(predicate, TYPE, PROPERTY)]

    def pairwise(self, node: Term, kind: Term) -> list[Goal] | None:
        """Return what an axiom says of each two members; None where the node says more or less."""
        if not isinstance(kind, NamedNode) or kind not in PAIRWISE:
            return None
        names, relation, wanted = PAIRWISE[kind]
        heads = [head for name in names for head in self.objects(node, owl(name))]
        is_whole = sum(map(len, self.by_subject[node].values())) == 1 + len(heads)
        members = self.list_members(heads[0]) if len(heads) == 1 and is_whole else None
        if members is None:
            return None
        of_each = [Goal(member, TYPE, wanted) for member in members] if wanted else []
        return [*of_each, *(Goal(one, relation, two) for one, two in combinations(members, 2))]


def is_built_in(term: Term) -> bool:
    """Tell whether a term is of the vocabularies of RDF, RDFS, OWL or XSD."""
    return isinstance(term, NamedNode) and term.value.startswith(BUILT_IN)


def without_headers(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield what is no part of an ontology header."""
    every = list(triples)
    headers = {t.subject for t in every if t.predicate == TYPE and t.object == ONTOLOGY}
    for triple in every:
        is_header = triple.subject in headers and (triple.object == ONTOLOGY or triple.predicate in HEADER)
        if not is_header:
            yield triple
