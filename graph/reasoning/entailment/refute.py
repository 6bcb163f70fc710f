"""Showing one statement: by the closure, by what it would mean, or because its denial clashes.

- An axiom holds where its rule holds for things of which nothing else is known: `C rdfs:subClassOf D` if a
  new member of C is one of D, a property is functional if two values of something new are the same. The rules
  of the profile say what each axiom means; where the semantics says "if and only if" (OWL 2 RDF-Based
  Semantics, sections 5.8 to 5.13), they are read backwards.
- Membership in a class expression holds where what the expression says holds of the member.
- `x owl:differentFrom y` holds where the two cannot be the same, and other denials likewise.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode, Triple
from wicara.graph.names import TYPE
from wicara.graph.reasoning.datatypes import value_of
from wicara.graph.reasoning.entailment.hypothesis import BEYOND, NOTHING, THING, owl, rdfs, whole_number
from wicara.graph.reasoning.matching import instantiate
from wicara.graph.reasoning.rules import Pattern, Rule, is_variable, read_rules, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.entailment.hypothesis import Hypothesis
    from wicara.graph.reasoning.rules import Term

MEANT: Final = {
    rdfs("subClassOf"): ("Class", "Class", ("cax-sco",)),
    owl("equivalentClass"): ("Class", "Class", ("cax-eqc1", "cax-eqc2")),
    owl("disjointWith"): ("Class", "Class", ("cax-dw",)),
    rdfs("subPropertyOf"): ("Property", "Property", ("prp-spo1",)),
    owl("equivalentProperty"): ("Property", "Property", ("prp-eqp1", "prp-eqp2")),
    owl("inverseOf"): ("Property", "Property", ("prp-inv1", "prp-inv2")),
    owl("propertyDisjointWith"): ("Property", "Property", ("prp-pdw",)),
    rdfs("domain"): ("Property", "Class", ("prp-dom",)),
    rdfs("range"): ("Property", "Class", ("prp-rng",)),
}
"""Axioms of two terms: what each term is, and the rules that say what the axiom means."""

CHARACTERISTICS: Final = {
    owl("FunctionalProperty"): "prp-fp",
    owl("InverseFunctionalProperty"): "prp-ifp",
    owl("ReflexiveProperty"): "prp-rfp",
    owl("IrreflexiveProperty"): "prp-irp",
    owl("SymmetricProperty"): "prp-symp",
    owl("AsymmetricProperty"): "prp-asyp",
    owl("TransitiveProperty"): "prp-trp",
}
"""What a property may be, and the rule that says what it means."""

EXPRESSIONS: Final = frozenset(map(owl, ("intersectionOf", "unionOf", "oneOf", "complementOf")))
"""What a class may be made of such that every class with those members is made so (5.4, 5.5)."""

TOP: Final = frozenset(map(owl, ("topObjectProperty",)))

COUNTED: Final = 6
"""The greatest maximum that is tried by supposing one value more."""
CANDIDATES: Final = 10
"""How many values are looked at for a minimum."""
BUDGET: Final = 100
"""How many suppositions are made for one conclusion, at most."""
WORK: Final = 10_000_000
"""How many facts may be looked through for them in all."""
DEPTH: Final = 6
"""How deep suppositions may stand inside one another."""
SPLITS: Final = 2
"""How many unions are taken apart within one another."""

Shown = tuple["Term", "Term", "Term"]


class Prover:
    """Shows statements in a hypothesis."""

    def __init__(self, hypothesis: Hypothesis) -> None:
        """Take the hypothesis."""
        self.hypothesis = hypothesis
        self.trying: set[Shown] = set()
        size = hypothesis.reasoner.engine.facts.size
        self.left = min(BUDGET, max(BUDGET // 10, WORK // size))
        self.rules = {rule.name: rule for rule in (*rules(), *read_rules(BEYOND))}

    def shows(self, subject: Term, predicate: Term, target: Term) -> bool:
        """Tell whether a statement is shown to hold."""
        goal = (subject, predicate, target)
        if self.hypothesis.holds(*goal) or self.hypothesis.is_contradictory:
            return True
        if goal in self.trying or len(self.trying) >= DEPTH:
            return False
        self.trying.add(goal)
        try:
            return self.by_meaning(*goal)
        finally:
            self.trying.discard(goal)

    def refutes(self, subject: Term, predicate: Term, target: Term) -> bool:
        """Tell whether a statement is shown not to hold."""
        return self.under([(subject, predicate, target)], None)

    def by_meaning(self, subject: Term, predicate: Term, target: Term) -> bool:
        """Show a statement that the closure does not hold by what it means."""
        if predicate == TYPE:
            return self.is_member(subject, target)
        if predicate in MEANT:
            return self.is_axiom(subject, predicate, target)
        if predicate in EXPRESSIONS:
            return self.is_made_of(subject, predicate, target)
        other = OTHERS.get(predicate)
        if other is not None:
            return bool(other(self, subject, target))
        return predicate in TOP

    # Suppositions.

    def under(self, supposed: Sequence[Shown], goal: Shown | None, splits: int = SPLITS) -> bool:
        """Tell whether a statement (None: a contradiction) is shown once others are supposed."""
        if any(isinstance(s, Literal) or not isinstance(p, NamedNode) for s, p, _ in supposed):
            return False
        self.left -= 1
        if self.left < 0 or self.hypothesis.is_exhausted:
            return False
        with self.hypothesis.supposing(Triple(*statement) for statement in supposed):  # type: ignore[arg-type]
            if self.hypothesis.is_contradictory or (goal is not None and self.shows(*goal)):
                return True
            cases = next(self.cases(), None) if splits else None
            return cases is not None and all(self.under([case], goal, splits - 1) for case in cases)

    def cases(self) -> Iterator[list[Shown]]:
        """Yield the cases for members of a union, or of an enumeration, none of which is known to hold."""
        for name, predicate in (("unionOf", TYPE), ("oneOf", owl("sameAs"))):
            for union, head in self.hypothesis.match(None, owl(name), None):
                members = self.hypothesis.members(head)
                for subject in self.hypothesis.subjects(TYPE, union) if members else ():
                    cases: list[Shown] = [(subject, predicate, member) for member in members or ()]
                    if not isinstance(subject, Literal) and not any(
                        self.hypothesis.holds(*case) for case in cases
                    ):
                        yield cases

    # Axioms.

    def is_axiom(self, subject: Term, predicate: Term, target: Term) -> bool:
        """Show an axiom of two terms."""
        kind, other, names = MEANT[predicate]  # type: ignore[index]
        is_well_made = self.hypothesis.is_a(subject, kind) and self.hypothesis.is_a(target, other)
        return is_well_made and all(self.follows(self.rules[name], subject, target) for name in names)

    def follows(self, rule: Rule, subject: Term, target: Term) -> bool:
        """Tell whether a rule would hold if its first premise, the axiom, had these terms."""
        axiom, *premises = (premise for premise in rule.premises if isinstance(premise, Pattern))
        known = {axiom.subject: subject, axiom.object: target}
        names = {term for premise in premises for term in premise.terms if is_variable(term)}
        terms: dict[str, Term] = {
            name: self.hypothesis.fresh() for name in sorted(names - known.keys())
        } | known
        supposed = [instantiate(premise, terms) for premise in premises]
        if not rule.conclusions:
            return self.under(supposed, None)
        return all(self.under(supposed, instantiate(conclusion, terms)) for conclusion in rule.conclusions)

    def is_chain(self, prop: Term, head: Term) -> bool:
        """Show owl:propertyChainAxiom: the chain from something new leads where the property leads."""
        steps = self.hypothesis.members(head)
        if not steps or not all(self.hypothesis.is_a(step, "Property") for step in (prop, *steps)):
            return False
        nodes = [self.hypothesis.fresh() for _ in range(len(steps) + 1)]
        supposed = list(zip(nodes, steps, nodes[1:], strict=False))
        return self.under(supposed, (nodes[0], prop, nodes[-1]))

    def is_key(self, kind: Term, head: Term) -> bool:
        """Show owl:hasKey: two new members with the same values are the same."""
        keys = self.hypothesis.members(head)
        if not keys or not self.hypothesis.is_a(kind, "Class"):
            return False
        if not all(self.hypothesis.is_a(key, "Property") for key in keys):
            return False
        one, two = self.hypothesis.fresh(), self.hypothesis.fresh()
        shared = [(key, self.hypothesis.fresh()) for key in keys]
        supposed: list[Shown] = [(one, TYPE, kind), (two, TYPE, kind)]
        supposed += [(node, key, value) for key, value in shared for node in (one, two)]
        return self.under(supposed, (one, owl("sameAs"), two))

    def is_made_of(self, subject: Term, predicate: Term, value: Term) -> bool:
        """Show that a named class is what an expression says: it is equivalent to one that is made so."""
        parts = [value] if predicate == owl("complementOf") else self.hypothesis.members(value)
        needs_classes = predicate != owl("oneOf")
        if parts is None or not self.hypothesis.is_a(subject, "Class"):
            return False
        if needs_classes and not all(self.hypothesis.is_a(part, "Class") for part in parts):
            return False
        individual = self.hypothesis.fresh()
        return self.under([(individual, predicate, value)], (subject, owl("equivalentClass"), individual))

    def is_disjoint_union(self, kind: Term, head: Term) -> bool:
        """Show owl:disjointUnionOf: a union whose members are disjoint."""
        members = self.hypothesis.members(head) or []
        pairs = combinations(members, 2)
        return (
            bool(members)
            and self.is_made_of(kind, owl("unionOf"), head)
            and all(self.shows(one, owl("disjointWith"), two) for one, two in pairs)
        )

    # Identity.

    def are_different(self, one: Term, two: Term) -> bool:
        """Show that two terms cannot be the same."""
        if isinstance(one, Literal) and isinstance(two, Literal):
            values = (value_of(one), value_of(two))
            return None not in values and values[0] != values[1]
        if isinstance(one, Literal):
            one, two = two, one
        return self.refutes(one, owl("sameAs"), two)

    def are_same(self, one: Term, two: Term) -> bool:
        """Show that two terms cannot be different."""
        if isinstance(one, Literal):
            one, two = two, one
        return not isinstance(one, Literal) and self.refutes(one, owl("differentFrom"), two)

    # Membership.

    def is_member(self, subject: Term, kind: Term) -> bool:
        """Show that something is in a class."""
        if kind in CHARACTERISTICS:
            rule = self.rules[CHARACTERISTICS[kind]]  # type: ignore[index]
            return self.hypothesis.is_a(subject, "Property") and self.is_characteristic(rule, subject)
        if not self.hypothesis.is_a(kind, "Class"):
            return False
        below = dict.fromkeys((kind, *self.hypothesis.subjects(rdfs("subClassOf"), kind)))
        if any(self.is_inside(subject, cls) for cls in below if cls != NOTHING):
            return True
        outside = self.hypothesis.fresh()
        return self.under([(outside, owl("complementOf"), kind), (subject, TYPE, outside)], None)

    def is_characteristic(self, rule: Rule, prop: Term) -> bool:
        """Show what a property is, such as functional."""
        if rule.name == "prp-rfp":
            node = self.hypothesis.fresh()
            return self.under([(node, TYPE, THING)], (node, prop, node))
        return self.follows(rule, prop, TYPE)

    def is_inside(self, subject: Term, node: Term) -> bool:
        """Show that something is in a class by what the class is made of."""
        for name, show in MADE_OF.items():
            for value in self.hypothesis.objects(node, owl(name)):
                if show(self, subject, value):
                    return True
        return any(
            show(self, subject, prop, value, filler)
            for prop in self.hypothesis.objects(node, owl("onProperty"))
            for name, show in RESTRICTIONS.items()
            for value in self.hypothesis.objects(node, owl(name))
            for filler in self.hypothesis.fillers(node, name)
        )

    def is_in_all(self, subject: Term, head: Term) -> bool:
        """Show membership in an intersection."""
        members = self.hypothesis.members(head)
        return members is not None and all(self.shows(subject, TYPE, member) for member in members)

    def is_in_any(self, subject: Term, head: Term) -> bool:
        """Show membership in a union: in one of its members, or that being in none clashes."""
        members = self.hypothesis.members(head) or []
        if any(self.shows(subject, TYPE, member) for member in members):
            return True
        supposed: list[Shown] = []
        for member in members:
            outside = self.hypothesis.fresh()
            supposed += [(outside, owl("complementOf"), member), (subject, TYPE, outside)]
        return bool(supposed) and self.under(supposed, None)

    def is_one_of(self, subject: Term, head: Term) -> bool:
        """Show membership in an enumeration."""
        members = self.hypothesis.members(head) or []
        return any(self.shows(subject, owl("sameAs"), member) for member in members)

    def is_not(self, subject: Term, kind: Term) -> bool:
        """Show membership in a complement."""
        return self.refutes(subject, TYPE, kind)

    def has_some(self, subject: Term, prop: Term, kind: Term, _: Term) -> bool:
        """Show that some value is in a class."""
        return len(self.values(subject, prop, kind, 1)) == 1

    def has_all(self, subject: Term, prop: Term, kind: Term, _: Term) -> bool:
        """Show that each value is in a class: a new one is."""
        node = self.hypothesis.fresh()
        return self.under([(subject, prop, node)], (node, TYPE, kind))

    def has_value(self, subject: Term, prop: Term, value: Term, _: Term) -> bool:
        """Show that a property has a value."""
        return self.shows(subject, prop, value)

    def has_self(self, subject: Term, prop: Term, value: Term, _: Term) -> bool:
        """Show that a property leads back."""
        is_true = isinstance(value, Literal) and value_of(value) == ("boolean", True)
        return is_true and self.shows(subject, prop, subject)

    def has_at_most(self, subject: Term, prop: Term, number: Term, kind: Term) -> bool:
        """Show a maximum: one value more, all different, clashes."""
        maximum = whole_number(number) if isinstance(number, Literal) else -1
        if not 0 <= maximum <= COUNTED:
            return False
        nodes = [self.hypothesis.fresh() for _ in range(maximum + 1)]
        supposed: list[Shown] = [(subject, prop, node) for node in nodes]
        supposed += [(node, TYPE, kind) for node in nodes]
        supposed += [(one, owl("differentFrom"), two) for one, two in combinations(nodes, 2)]
        return self.under(supposed, None)

    def has_at_least(self, subject: Term, prop: Term, number: Term, kind: Term) -> bool:
        """Show a minimum: so many values that are different."""
        least = whole_number(number) if isinstance(number, Literal) else -1
        if least <= 0:
            return least == 0
        return len(self.values(subject, prop, kind, least)) == least

    def has_exactly(self, subject: Term, prop: Term, number: Term, kind: Term) -> bool:
        """Show an exact number."""
        return self.has_at_least(subject, prop, number, kind) and self.has_at_most(
            subject, prop, number, kind
        )

    def values(self, subject: Term, prop: Term, kind: Term, wanted: int) -> list[Term]:
        """Return values in a class that are shown to be different from each other, as many as are wanted."""
        found: list[Term] = []
        for value in self.hypothesis.objects(subject, prop)[:CANDIDATES]:
            if (
                len(found) < wanted
                and (kind == THING or self.shows(value, TYPE, kind))
                and all(self.shows(value, owl("differentFrom"), other) for other in found)
            ):
                found.append(value)
        return found


MADE_OF: Final = {
    "complementOf": Prover.is_not,
    "intersectionOf": Prover.is_in_all,
    "unionOf": Prover.is_in_any,
    "oneOf": Prover.is_one_of,
}
"""What shows membership, by the constructor of the class."""

RESTRICTIONS: Final = {
    "someValuesFrom": Prover.has_some,
    "allValuesFrom": Prover.has_all,
    "hasValue": Prover.has_value,
    "hasSelf": Prover.has_self,
    "maxCardinality": Prover.has_at_most,
    "minCardinality": Prover.has_at_least,
    "cardinality": Prover.has_exactly,
    "maxQualifiedCardinality": Prover.has_at_most,
    "minQualifiedCardinality": Prover.has_at_least,
    "qualifiedCardinality": Prover.has_exactly,
}
"""What shows membership in a restriction."""

OTHERS: Final[Mapping[Term, Callable[[Prover, Term, Term], bool]]] = {
    owl("differentFrom"): Prover.are_different,
    owl("sameAs"): Prover.are_same,
    owl("propertyChainAxiom"): Prover.is_chain,
    owl("hasKey"): Prover.is_key,
    owl("disjointUnionOf"): Prover.is_disjoint_union,
}
"""What shows a statement of another property of OWL's."""
