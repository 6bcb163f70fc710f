"""Matches rules against facts one at a time: backward from a conclusion, or forward to a contradiction.

This is no part of the engine and shares none of its code but the rule file's reader: the proof checker and
the search for other proofs and for missing premises rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.reasoning.datatypes import DATATYPES, in_space, is_ill_typed, is_recognised, value_of
from wicara.graph.reasoning.rules import RDF_TYPE, Over, Pattern, is_variable
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.rules import Premise, Rule

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Fact: TypeAlias = tuple[Term, Term, Term]
"""A generalized triple: any term may stand in any place (RDF 1.1 Concepts, section 7)."""
Bindings: TypeAlias = "Mapping[str, Term]"

FIRST: Final = NamedNode(PREFIXES["rdf"] + "first")
REST: Final = NamedNode(PREFIXES["rdf"] + "rest")
NIL: Final = NamedNode(PREFIXES["rdf"] + "nil")
NEVER: Final = 1 << 60
"""The cost of a premise whose variables nothing binds yet."""


class Facts:
    """Facts that are found by any of their places."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Index the facts by every choice of places."""
        self.index: dict[tuple[Term | None, ...], list[Fact]] = defaultdict(list)
        for fact in dict.fromkeys(facts):
            for key in product(*((term, None) for term in fact)):
                self.index[key].append(fact)

    def match(self, *places: Term | None) -> Sequence[Fact]:
        """Return the facts with these terms in their places; None stands for any."""
        return self.index.get(places, ())

    def __contains__(self, fact: Fact) -> bool:
        """Tell whether a fact is among them."""
        return fact in self.index


@dataclass(frozen=True)
class Match:
    """How premises of a rule match: what its variables are, the facts used, the premises that none meets."""

    bindings: Bindings = field(default_factory=dict)
    used: tuple[Fact, ...] = ()
    missing: tuple[Pattern, ...] = ()

    def places(self, pattern: Pattern) -> tuple[Term | None, ...]:
        """Return the terms of a pattern; None where a variable is not bound, or for a number."""
        return tuple(self.bindings.get(term) if is_variable(term) else named(term) for term in pattern.terms)


@dataclass(frozen=True)
class Task:
    """What a rule is matched against: the facts, and how many premises no fact need meet."""

    rule: Rule
    facts: Facts
    spare: int = 0


def matches(rule: Rule, facts: Facts, conclusion: Fact | None, spare: int = 0) -> Iterator[Match]:
    """Yield each match of a rule's premises that gives the conclusion (None: a contradiction).

    Up to `spare` premises about data need no fact that meets them.
    """
    heads = [unified(head, conclusion, {}) for head in rule.conclusions] if conclusion else [{}]
    if conclusion is None and rule.conclusions:
        return
    for bindings in heads:
        if bindings is not None:
            yield from solved(rule.premises, Match(bindings), Task(rule, facts, spare))


def solved(left: Sequence[Premise], match: Match, task: Task) -> Iterator[Match]:
    """Yield each way to meet the premises that are left, the one with the fewest candidates first."""
    if not left:
        yield match
        return
    costs = [cost(premise, match, task.facts) for premise in left]
    place = costs.index(min(costs))
    if costs[place] == NEVER:
        return
    premise, rest = left[place], (*left[:place], *left[place + 1 :])
    for more, unfolded in met(premise, match, task):
        yield from solved((*rest, *unfolded), more, task)
    if isinstance(premise, Pattern) and len(match.missing) < task.spare and is_about_data(premise):
        yield from solved(rest, replace(match, missing=(*match.missing, premise)), task)


def cost(premise: Premise, match: Match, facts: Facts) -> int:
    """Return how many candidates a premise has; tests and lists go first once their variables are bound."""
    if isinstance(premise, Pattern):
        return len(facts.match(*match.places(premise)))
    needed = premise.variables if premise.name in TESTS else premise.variables[:1]
    return -1 if all(variable in match.bindings for variable in needed) else NEVER


def met(premise: Premise, match: Match, task: Task) -> Iterator[tuple[Match, tuple[Pattern, ...]]]:
    """Yield each way to meet one premise, with the patterns that a list unfolds to."""
    if isinstance(premise, Pattern):
        for fact in task.facts.match(*match.places(premise)):
            bindings = unified(premise, fact, match.bindings)
            if bindings is not None:
                yield Match(bindings, (*match.used, fact), match.missing), ()
    elif premise.name in TESTS:
        if TESTS[premise.name](*(match.bindings[variable] for variable in premise.variables)):
            yield match, ()
    else:
        unfold = {"member": members, "pair": pairs}.get(premise.name, whole_lists)
        for found, used, patterns in unfold(premise, match.bindings[premise.variables[0]], task):
            if all(match.bindings.get(name, term) == term for name, term in found.items()):
                yield Match({**match.bindings, **found}, (*match.used, *used), match.missing), patterns


def is_about_data(pattern: Pattern) -> bool:
    """Tell whether a pattern speaks of individuals: of any property, or of a class that is a variable."""
    return is_variable(pattern.predicate) or (pattern.predicate == RDF_TYPE and is_variable(pattern.object))


def unified(pattern: Pattern, fact: Fact, bindings: Bindings) -> Bindings | None:
    """Return the bindings with those that make a pattern the fact, or None where none do."""
    found = dict(bindings)
    for term, value in zip(pattern.terms, fact, strict=True):
        if is_variable(term):
            if found.setdefault(term, value) != value:
                return None
        elif not is_term(term, value):
            return None
    return found


def is_term(written: str, term: Term) -> bool:
    """Tell whether a term is what a rule writes: an IRI, or a whole number in whatever spelling."""
    if written.isdigit():
        return isinstance(term, Literal) and value_of(term) == value_of(Literal(int(written)))
    return term == named(written)


@cache
def named(written: str) -> NamedNode | None:
    """Return an IRI of a rule as a term; None for a number."""
    return None if written.isdigit() else NamedNode(written)


# Lists: what a premise over one binds, the facts used, and the patterns that it unfolds to.

Unfolded: TypeAlias = tuple[dict[str, Term], tuple[Fact, ...], tuple[Pattern, ...]]


def cells(start: Term, facts: Facts) -> Iterator[tuple[Term, tuple[Fact, ...]]]:
    """Yield the cells of a list, rdf:nil too, each with the rdf:rest facts that lead to it."""
    ahead: list[tuple[Term, tuple[Fact, ...]]] = [(start, ())]
    while ahead:
        node, path = ahead.pop()
        yield node, path
        seen = {node, *(fact[0] for fact in path)}
        ahead += [(rest[2], (*path, rest)) for rest in facts.match(node, REST, None) if rest[2] not in seen]


def members(over: Over, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield each member of a list."""
    for node, path in cells(start, task.facts):
        for held in task.facts.match(node, FIRST, None):
            yield {over.variables[1]: held[2]}, (*path, held), ()


def pairs(over: Over, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield any two members at different places of a list, both ways round."""
    one, two = over.variables[1:]
    for node, path in cells(start, task.facts):
        for far in task.facts.match(node, FIRST, None):
            for near in (held for link in path for held in task.facts.match(link[0], FIRST, None)):
                yield {one: near[2], two: far[2]}, (*path, near, far), ()
                yield {one: far[2], two: near[2]}, (*path, near, far), ()


def whole_lists(over: Over, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield the members of a list that ends and is not empty, and the patterns that it unfolds to."""
    for node, path in cells(start, task.facts):
        if node != NIL or not path:
            continue
        for held in product(*(task.facts.match(link[0], FIRST, None) for link in path)):
            found = {f"?member/{i}": fact[2] for i, fact in enumerate(held)}
            unfold = steps if over.name == "chain" else copies
            yield found, (*path, *held), unfold(over, len(held), task.rule)


def steps(over: Over, length: int, _rule: Rule) -> tuple[Pattern, ...]:
    """Return the steps of a property chain, from its first variable to its last."""
    _, start, end = over.variables
    nodes = [start, *(f"?between/{i}" for i in range(1, length)), end]
    return tuple(Pattern(nodes[i], f"?member/{i}", nodes[i + 1]) for i in range(length))


def copies(over: Over, length: int, rule: Rule) -> tuple[Pattern, ...]:
    """Return the triples of an `every` for each member; variables that stand only there are one a member."""
    outside = {term for pattern in (*rule.premises, *rule.conclusions) for term in terms_of(pattern)}

    def renamed(term: str, place: int) -> str:
        if term == over.variables[1]:
            return f"?member/{place}"
        return f"{term}/{place}" if is_variable(term) and term not in outside else term

    return tuple(
        Pattern(*(renamed(term, place) for term in pattern.terms))
        for place in range(length)
        for pattern in over.triples
    )


def terms_of(premise: Premise) -> tuple[str, ...]:
    """Return the terms of a pattern; a premise over a list has none of its own."""
    return premise.terms if isinstance(premise, Pattern) else ()


# Tests on literals: table 8 of the profile.


def is_datatype(term: Term) -> bool:
    """Tell whether a term is a datatype of the map."""
    return isinstance(term, NamedNode) and term.value in DATATYPES


def has_value(literal: Term, datatype: Term) -> bool:
    """Tell whether a literal has a value in the value space of a datatype."""
    value = value_of(literal) if isinstance(literal, Literal) else None
    return value is not None and isinstance(datatype, NamedNode) and in_space(value, datatype.value)


def is_outside(literal: Term, datatype: Term) -> bool:
    """Tell whether a literal has no value in the value space of a datatype of the map."""
    if not isinstance(literal, Literal) or not isinstance(datatype, NamedNode):
        return False
    if value_of(literal) is None:
        return is_ill_typed(literal) and literal.datatype == datatype
    return is_recognised(datatype.value) and not has_value(literal, datatype)


def values(one: Term, two: Term) -> tuple[object, object] | None:
    """Return the values of two literals; None where one of them has none."""
    found = [value_of(term) if isinstance(term, Literal) else None for term in (one, two)]
    return None if None in found else (found[0], found[1])


def is_equal(one: Term, two: Term) -> bool:
    """Tell whether two literals have the same value."""
    found = values(one, two)
    return found is not None and found[0] == found[1]


def is_different(one: Term, two: Term) -> bool:
    """Tell whether two literals have different values."""
    found = values(one, two)
    return found is not None and found[0] != found[1]


TESTS: Final[Mapping[str, Callable[..., bool]]] = {
    "datatype": is_datatype,
    "has_value": has_value,
    "ill_typed": is_outside,
    "equal": is_equal,
    "different": is_different,
}
"""The tests on literals that rules name."""
