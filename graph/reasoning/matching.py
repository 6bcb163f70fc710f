"""Matches rules against facts one at a time: backward from a conclusion, or forward to a contradiction.

This is no part of the engine and shares none of its code but the reader of the rule file and the datatypes.
The search for other proofs and for missing premises rests on it, the contradictions of a closure that another
engine made, and what a contradiction says in words.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode
from wicara.graph.names import FIRST, NIL, REST, term_text
from wicara.graph.reasoning.datatypes import TESTS, is_ill_typed, value_of
from wicara.graph.reasoning.rules import (
    Builtin,
    Fact,
    Pattern,
    Term,
    is_variable,
    rules,
    unfold,
    words,
)
from wicara.ontology import RDF_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.rules import Premise, Rule

Bindings: TypeAlias = "Mapping[str, Term]"

NEVER: Final = 1 << 60
"""The cost of a premise whose variables nothing binds yet."""


class FactIndex:
    """Facts that are found by any of their places."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Index the facts by every choice of places."""
        self.index: dict[tuple[Term | None, ...], list[Fact]] = defaultdict(list)
        self.add(facts)

    def add(self, facts: Iterable[Fact]) -> None:
        """Index more facts."""
        for fact in dict.fromkeys(facts):
            if fact not in self.index:
                for key in product(*((term, None) for term in fact)):
                    self.index[key].append(fact)

    def match(self, *places: Term | None) -> Sequence[Fact]:
        """Return the facts with these terms in their places; None stands for any."""
        return self.index.get(places, ())

    def __contains__(self, fact: Fact) -> bool:
        """Tell whether a fact is among them."""
        return fact in self.index


@dataclass(frozen=True)
class Inference:
    """One step: the name of a rule, the facts it was applied to, what follows (None: a contradiction)."""

    rule: str
    premises: tuple[Fact, ...]
    conclusion: Fact | None


@dataclass(frozen=True)
class Match:
    """How premises of a rule match: what its variables are, the facts used, the premises that none meets."""

    bindings: Bindings = field(default_factory=dict)
    used: tuple[Fact, ...] = ()
    missing: tuple[Pattern, ...] = ()

    def places(self, pattern: Pattern) -> tuple[Term | None, ...]:
        """Return the terms of a pattern; None where a variable is not bound, or for a number."""
        return tuple(
            self.bindings.get(term) if is_variable(term) else constant(term) for term in pattern.terms
        )


@dataclass(frozen=True)
class Task:
    """What a rule is matched against: the facts, and how many premises no fact need meet."""

    rule: Rule
    facts: FactIndex
    spare: int = 0


def matches(rule: Rule, facts: FactIndex, conclusion: Fact | None, spare: int = 0) -> Iterator[Match]:
    """Yield each match of a rule's premises that gives the conclusion (None: a contradiction).

    Up to `spare` premises about data need no fact that meets them.
    """
    heads = [unify(head, conclusion, {}) for head in rule.conclusions] if conclusion else [{}]
    if conclusion is None and rule.conclusions:
        return
    for bindings in heads:
        if bindings is not None:
            yield from meet_all(rule.premises, Match(bindings), Task(rule, facts, spare))


def meet_all(left: Sequence[Premise], match: Match, task: Task) -> Iterator[Match]:
    """Yield each way to meet the premises that are left, the one with the fewest candidates first."""
    if not left:
        yield match
        return
    costs = [cost(premise, match, task.facts) for premise in left]
    place = costs.index(min(costs))
    if costs[place] == NEVER:
        return
    premise, rest = left[place], (*left[:place], *left[place + 1 :])
    for more, unfolded in meet(premise, match, task):
        yield from meet_all((*rest, *unfolded), more, task)
    if isinstance(premise, Pattern) and len(match.missing) < task.spare and is_about_data(premise):
        yield from meet_all(rest, replace(match, missing=(*match.missing, premise)), task)


def cost(premise: Premise, match: Match, facts: FactIndex) -> int:
    """Return how many candidates a premise has; tests and lists go first once their variables are bound."""
    if isinstance(premise, Pattern):
        return len(facts.match(*match.places(premise)))
    needed = premise.variables if premise.name in TESTS else premise.variables[:1]
    return -1 if all(variable in match.bindings for variable in needed) else NEVER


def meet(premise: Premise, match: Match, task: Task) -> Iterator[tuple[Match, tuple[Pattern, ...]]]:
    """Yield each way to meet one premise, with the patterns that a list unfolds to."""
    if isinstance(premise, Pattern):
        for fact in task.facts.match(*match.places(premise)):
            bindings = unify(premise, fact, match.bindings)
            if bindings is not None:
                yield Match(bindings, (*match.used, fact), match.missing), ()
    elif premise.name in TESTS:
        if TESTS[premise.name](*(match.bindings[variable] for variable in premise.variables)):
            yield match, ()
    else:
        read_list = {"member": members, "pair": pairs}.get(premise.name, whole_lists)
        for found, used, patterns in read_list(premise, match.bindings[premise.variables[0]], task):
            if all(match.bindings.get(name, term) == term for name, term in found.items()):
                yield Match({**match.bindings, **found}, (*match.used, *used), match.missing), patterns


def is_about_data(pattern: Pattern) -> bool:
    """Tell whether a pattern speaks of individuals: of any property, or of a class that is a variable."""
    return is_variable(pattern.predicate) or (pattern.predicate == RDF_TYPE and is_variable(pattern.object))


def unify(pattern: Pattern, fact: Fact, bindings: Bindings) -> Bindings | None:
    """Return the bindings with those that make a pattern the fact, or None where none do."""
    found = dict(bindings)
    for term, value in zip(pattern.terms, fact, strict=True):
        if is_variable(term):
            if found.setdefault(term, value) != value:
                return None
        elif not is_term(term, value):
            return None
    return found


def is_term(place: str, term: Term) -> bool:
    """Tell whether a term is what a place of a rule names: an IRI, or a whole number in whatever spelling."""
    if place.isdigit():
        return isinstance(term, Literal) and value_of(term) == value_of(Literal(int(place)))
    return term == constant(place)


def instantiate(pattern: Pattern, bindings: Bindings) -> Fact:
    """Return a pattern with terms in the place of its variables; it has no numbers."""
    subject, predicate, target = (
        bindings[place] if is_variable(place) else NamedNode(place) for place in pattern.terms
    )
    return subject, predicate, target


@cache
def constant(place: str) -> NamedNode | None:
    """Return an IRI of a rule as a term; None for a number."""
    return None if place.isdigit() else NamedNode(place)


# Lists: what a premise over one binds, the facts used, and the patterns that it unfolds to.

Unfolded: TypeAlias = tuple[dict[str, Term], tuple[Fact, ...], tuple[Pattern, ...]]


def cells(start: Term, facts: FactIndex) -> Iterator[tuple[Term, tuple[Fact, ...]]]:
    """Yield the cells of a list, rdf:nil too, each with the rdf:rest facts that lead to it."""
    ahead: list[tuple[Term, tuple[Fact, ...]]] = [(start, ())]
    while ahead:
        node, path = ahead.pop()
        yield node, path
        seen = {node, *(fact[0] for fact in path)}
        ahead += [(rest[2], (*path, rest)) for rest in facts.match(node, REST, None) if rest[2] not in seen]


def members(builtin: Builtin, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield each member of a list."""
    for node, path in cells(start, task.facts):
        for member in task.facts.match(node, FIRST, None):
            yield {builtin.variables[1]: member[2]}, (*path, member), ()


def pairs(builtin: Builtin, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield any two members at different places of a list, both ways round."""
    one, two = builtin.variables[1:]
    for node, path in cells(start, task.facts):
        for far in task.facts.match(node, FIRST, None):
            for near in (member for link in path for member in task.facts.match(link[0], FIRST, None)):
                yield {one: near[2], two: far[2]}, (*path, near, far), ()
                yield {one: far[2], two: near[2]}, (*path, near, far), ()


def whole_lists(builtin: Builtin, start: Term, task: Task) -> Iterator[Unfolded]:
    """Yield the members of a list that ends and is not empty, and the patterns that it unfolds to."""
    for node, path in cells(start, task.facts):
        if node != NIL or not path:
            continue
        for firsts in product(*(task.facts.match(link[0], FIRST, None) for link in path)):
            found = {f"?member/{i}": fact[2] for i, fact in enumerate(firsts)}
            yield found, (*path, *firsts), unfold(builtin, len(firsts), task.rule)


# Contradictions.

ILL_TYPED: Final = "dt-not-type"


def contradictions(facts: Iterable[Fact]) -> Iterator[Inference]:
    """Yield the contradictions of a closure: matches of rules without conclusion, ill-typed literals.

    The closure need not say that things are the same as themselves.
    """
    index = FactIndex(facts)
    index.add(
        fact
        for rule in rules()
        if rule.name == "eq-ref" and not rule.trivial
        for fact in forward(rule, index)
    )
    for rule in rules():
        for match in () if rule.conclusions else matches(rule, index, None):
            yield Inference(rule.name, match.used, None)
    for fact in index.match(None, None, None):
        if isinstance(fact[2], Literal) and is_ill_typed(fact[2]):
            yield Inference(ILL_TYPED, (fact,), None)


def forward(rule: Rule, facts: FactIndex) -> list[Fact]:
    """Return what a rule concludes from facts."""
    bindings = [match.bindings for match in meet_all(rule.premises, Match(), Task(rule, facts))]
    return [instantiate(head, solution) for head in rule.conclusions for solution in bindings]


def contradiction_text(clash: Inference) -> str:
    """Return a contradiction in words; where its rule has none of its own, the premises that clash."""
    template, bindings = template_of(clash)
    if bindings is None:
        facts = (" ".join(map(term_text, fact)) for fact in clash.premises)
        return " and ".join(facts) + " cannot hold together"
    return template.format(**{name[1:]: term_text(term) for name, term in bindings.items()})


def terms_concerned(clash: Inference) -> tuple[str, ...]:
    """Return the IRIs of which a contradiction tells, in the order of its rule."""
    template, bindings = template_of(clash)
    named = [term for name, term in (bindings or {}).items() if f"{{{name[1:]}}}" in template]
    places = named or [term for fact in clash.premises for term in fact]
    return tuple(dict.fromkeys(term.value for term in places if isinstance(term, NamedNode)))


def template_of(clash: Inference) -> tuple[str, Bindings | None]:
    """Return the words of a contradiction's rule, and what its variables stand for; None if unknown."""
    template = words().get(clash.rule, {}).get("clash", "")
    facts = FactIndex(clash.premises)
    for rule in rules() if template else ():
        if rule.name == clash.rule:
            for match in matches(rule, facts, None):
                order = dict.fromkeys(term for pattern in rule.patterns for term in pattern.terms)
                return template, {name: match.bindings[name] for name in order if name in match.bindings}
    return template, None
