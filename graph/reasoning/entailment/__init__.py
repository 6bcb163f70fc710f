"""Whether premises entail a conclusion, under the RDF-Based Semantics of OWL 2 with its datatype map.

The premises are closed under all rules (see hypothesis); what the closure does not hold is argued for (see
refute). A yes is always right. A no means that no argument was found: OWL 2 Full is undecidable, and a
conclusion outside OWL 2 RL may need more than is tried here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.reasoning.entailment.entailment_query import (
    EntailmentQuery,
    Goal,
    QueryReader,
    without_headers,
)
from wicara.graph.reasoning.entailment.hypothesis import Hypothesis
from wicara.graph.reasoning.entailment.refute import Prover
from wicara.graph.reasoning.rules import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.rules import Term

Bindings = dict["Term", "Term"]

TRIED: Final = 200
"""How many terms are tried for a variable that no statement of the closure gives a value."""


@dataclass(frozen=True)
class Inconsistent:
    """The premises contradict themselves, and so entail everything."""

    contradictions: tuple[Inference, ...]


def entails(premises: Iterable[Triple], conclusion: Iterable[Triple]) -> bool | Inconsistent:
    """Tell whether premises entail a conclusion; Inconsistent where the premises contradict themselves.

    A blank node of the conclusion stands for something that exists; it is never one of the premises. Ontology
    headers of the conclusion are passed over.
    """
    triples = list(conclusion)
    hypothesis = Hypothesis(premises, (term for triple in triples for term in triple))
    contradictions = tuple(hypothesis.contradictions())
    if contradictions:
        return Inconsistent(contradictions)
    renaming: dict[BlankNode, BlankNode] = {}
    stated = [rename_apart(triple, hypothesis, renaming) for triple in without_headers(triples)]
    nodes = frozenset(renaming.values())
    parts = connected_parts(stated, nodes)
    queries = [QueryReader(part, hypothesis).read() for part in parts]
    hypothesis.add(triple for query in queries for triple in query.definitions)
    prover = Prover(hypothesis)
    return all(is_shown(*pair, prover, nodes) for pair in zip(parts, queries, strict=True))


def is_shown(part: Sequence[Triple], query: EntailmentQuery, prover: Prover, names: frozenset[Term]) -> bool:
    """Tell whether a connected part of a conclusion is shown.

    Its class expressions are taken to exist; where that does not do, they are looked for in the premises as
    any other blank node is (an annotation of an axiom names the very list that is annotated).
    """
    if Solver(prover, names - query.constants).solves(query.goals, {}):
        return True
    if not query.constants:
        return False
    variables: Bindings = {node: prover.hypothesis.fresh() for node in sorted(names, key=str)}
    stated = [substitute(Goal(t.subject, t.predicate, t.object), variables) for t in part]
    return Solver(prover, frozenset(variables.values())).solves(stated, {})


def connected_parts(triples: Iterable[Triple], names: frozenset[Term]) -> list[list[Triple]]:
    """Return triples in groups that share none of some nodes."""
    groups: list[tuple[frozenset[Term], list[Triple]]] = []
    for triple in triples:
        own = names & {triple.subject, triple.object}
        touched = [group for group in groups if group[0] & own]
        groups = [group for group in groups if not group[0] & own]
        nodes = own.union(*(group[0] for group in touched))
        groups.append((nodes, [*(each for group in touched for each in group[1]), triple]))
    return [group[1] for group in groups]


def rename_apart(triple: Triple, hypothesis: Hypothesis, names: dict[BlankNode, BlankNode]) -> Triple:
    """Return a triple with its blank nodes under names that the premises do not have."""

    def renamed(term: Term) -> Term:
        if isinstance(term, BlankNode) and term not in names:
            names[term] = hypothesis.fresh()
        return names[term] if isinstance(term, BlankNode) else term

    return Triple(renamed(triple.subject), triple.predicate, renamed(triple.object))  # type: ignore[arg-type]


class Solver:
    """Finds terms for the variables of goals so that every goal is shown."""

    def __init__(self, prover: Prover, variables: frozenset[Term]) -> None:
        """Take what shows goals without variables, and the blank nodes that are variables."""
        self.hypothesis = prover.hypothesis
        self.variables = variables
        self.prover = prover

    def free(self, goal: Goal) -> frozenset[Term]:
        """Return the variables of a goal."""
        return self.variables & frozenset(goal.terms)

    def solves(self, goals: Sequence[Goal], bindings: Bindings) -> bool:
        """Tell whether there are terms for the variables with which all goals are shown."""
        left = [substitute(goal, bindings) for goal in goals]
        open_goals = [goal for goal in left if self.free(goal)]
        if not open_goals:
            return all(self.shown(goal) for goal in left)
        matches = {goal: self.matches(goal) for goal in open_goals}
        fruitful = [goal for goal in open_goals if matches[goal]]
        if not fruitful:
            variable = min(self.free(open_goals[0]), key=str)
            return any(self.solves(left, {variable: term}) for term in self.terms())
        best = min(fruitful, key=lambda goal: len(matches[goal]))
        rest = [goal for goal in left if goal != best]
        return any(self.solves(rest, found) for found in matches[best])

    def shown(self, goal: Goal) -> bool:
        """Tell whether a goal without variables is shown."""
        if goal.negated:
            return self.prover.refutes(*goal.terms)
        return self.prover.shows(*goal.terms) or self.prover.under([], goal.terms)

    def matches(self, goal: Goal) -> list[Bindings]:
        """Return what the closure gives the variables of a goal."""
        if goal.negated:
            return []
        free = self.free(goal)
        subject, target = (None if term in free else term for term in (goal.subject, goal.object))
        found = self.hypothesis.match(subject, goal.predicate, target)
        if goal.subject == goal.object:
            return [{goal.subject: one} for one, two in found if one == two]
        places = (goal.subject, goal.object)
        return [{k: v for k, v in zip(places, pair, strict=True) if k in free} for pair in found]

    def terms(self) -> Iterator[Term]:
        """Yield terms to try: those of the premises that are not of the vocabularies."""
        every = self.hypothesis.reasoner.terms
        named = (t for t in every if isinstance(t, NamedNode) and not t.value.startswith(BUILT_IN))
        yield from list(islice(named, TRIED))


def substitute(goal: Goal, bindings: Mapping[Term, Term]) -> Goal:
    """Return a goal with terms in the place of its variables."""
    subject, predicate, target = (bindings.get(term, term) for term in goal.terms)
    return Goal(subject, predicate, target, goal.negated)
