"""A contradiction in plain words: what each rule whose conclusion is false says (OWL 2 Profiles, 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.naming import called_term
from wicara.graph.reasoning.rules import Pattern, is_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wicara.graph.reasoning.reasoner import Statement, Step, Term

WORDS: Final = {
    "eq-diff1": "{x} and {y} are the same and different",
    "eq-diff2": "{y} and {z} are the same, but members of an AllDifferent",
    "eq-diff3": "{y} and {z} are the same, but members of an AllDifferent",
    "prp-irp": "{x} {p} itself, but {p} is irreflexive",
    "prp-asyp": "{x} {p} {y} and back, but {p} is asymmetric",
    "prp-pdw": "{x} {p} {y} and {x} {q} {y}, but these properties are disjoint",
    "prp-adp": "{u} {p} {v} and {u} {q} {v}, but these properties are disjoint",
    "prp-npa1": "{x} {p} {y} is stated and denied",
    "prp-npa2": "{x} {p} {y} is stated and denied",
    "cls-nothing2": "{x} is in owl:Nothing, which has no members",
    "cls-com": "{x} is in {c} and in its complement {d}",
    "cls-maxc1": "{x} {p} {y}, but {x} may have no {p}",
    "cls-maxqc1": "{x} {p} {y}, but {x} may have no {p} in {c}",
    "cls-maxqc2": "{x} {p} {y}, but {x} may have no {p}",
    "cax-dw": "{x} is in {c} and in {d}, which are disjoint",
    "cax-adc": "{z} is in {c} and in {d}, which are disjoint",
}
"""What the rules say, in the variables of the rule file."""

Bindings = dict[str, "Term"]


def told(step: Step) -> str:
    """Return a contradiction in words; where the rule has none of its own, the premises that clash."""
    words, bindings = WORDS.get(step.rule.name), bindings_of(step)
    if words is None or bindings is None:
        return " and ".join(map(said, step.premises)) + " cannot hold together"
    return words.format(**{name[1:]: called(term) for name, term in bindings.items()})


def concerned(step: Step) -> tuple[str, ...]:
    """Return the IRIs of which a contradiction tells."""
    words = WORDS.get(step.rule.name, "")
    told_of = [t for name, t in (bindings_of(step) or {}).items() if f"{{{name[1:]}}}" in words]
    places = told_of or [place for p in step.premises for place in (p.subject, p.predicate, p.object)]
    return tuple(dict.fromkeys(term.value for term in places if isinstance(term, NamedNode)))


def bindings_of(step: Step) -> Bindings | None:
    """Return what the variables of a contradiction's rule stand for; None where that cannot be told."""
    patterns = [premise for premise in step.rule.premises if isinstance(premise, Pattern)]
    return bound(patterns, step.premises, {})


def bound(patterns: Sequence[Pattern], facts: Sequence[Statement], found: Bindings) -> Bindings | None:
    """Return what the variables of a rule stand for, given the facts that it was applied to, in its order."""
    if not patterns:
        return found
    for place, fact in enumerate(facts):
        more = matched(patterns[0], fact, found)
        solution = None if more is None else bound(patterns[1:], facts[place + 1 :], more)
        if solution is not None:
            return solution
    return None


def matched(pattern: Pattern, fact: Statement, found: Bindings) -> Bindings | None:
    """Return the bindings with those that a fact gives a pattern, or None where it does not fit."""
    bindings = dict(found)
    for place, term in zip(pattern.terms, (fact.subject, fact.predicate, fact.object), strict=True):
        fits = bindings.setdefault(place, term) == term if is_variable(place) else is_constant(place, term)
        if not fits:
            return None
    return {name: term for name, term in bindings.items() if is_variable(name)}


def is_constant(place: str, term: Term) -> bool:
    """Tell whether a term is the IRI or the whole number that a rule names."""
    return isinstance(term, Literal) if place.isdigit() else term == NamedNode(place)


def said(fact: Statement) -> str:
    """Return a statement on one line."""
    return " ".join(called(term) for term in (fact.subject, fact.predicate, fact.object))


def called(term: Term) -> str:
    """Return a term as people read it; literals and blank nodes as they are written."""
    return called_term(term) if isinstance(term, NamedNode) else str(term)
