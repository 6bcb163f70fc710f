"""Whether premises entail a conclusion, under the RDF-Based Semantics of OWL 2 with its datatype map.

The premises are closed under all rules (see hypothesis); what the closure does not hold is argued for (see
refute). A yes is always right. A no means that no argument was found: OWL 2 Full is undecidable, and a
conclusion outside OWL 2 RL may need more than is tried here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.nesting import too_deep_is_unreadable
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


@too_deep_is_unreadable()
def entails(premises: Iterable[Triple], conclusion: Iterable[Triple]) -> bool | Inconsistent:
    """Tell whether premises entail a conclusion; Inconsistent where the premises contradict themselves.

    A blank node of the conclusion stands for something that exists; it is never one of the premises. Ontology
    headers of the conclusion are passed over. Raises UnreadableInput where class expressions nest too deep.
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
    if Solver(prover, names - query.constants).solves(query.goals):
        return True
    if not query.constants:
        return False
    variables: Bindings = {node: prover.hypothesis.fresh() for node in sorted(names, key=str)}
    stated = [substitute(Goal(t.subject, t.predicate, t.object), variables) for t in part]
    return Solver(prover, frozenset(variables.values())).solves(stated)


def connected_parts(triples: Iterable[Triple], names: frozenset[Term]) -> list[list[Triple]]:
    """Return triples in groups that share none of some nodes."""
    leaders: dict[Term, Term] = {}

    def leader(node: Term) -> Term:
        while (above := leaders.setdefault(node, node)) != node:
            leaders[node] = leaders[above]
            node = above
        return node

    stated = list(triples)
    for triple in stated:
        if triple.subject in names and triple.object in names:
            leaders[leader(triple.subject)] = leader(triple.object)
    groups: defaultdict[Term | Triple, list[Triple]] = defaultdict(list)
    for triple in stated:
        own = next((term for term in (triple.subject, triple.object) if term in names), None)
        groups[triple if own is None else leader(own)].append(triple)
    return list(groups.values())


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
        self.known: dict[tuple[Term | None, Term, Term | None, bool], list[tuple[Term, Term]]] = {}

    def free(self, goal: Goal) -> frozenset[Term]:
        """Return the variables of a goal."""
        return self.variables & frozenset(goal.terms)

    def solves(self, goals: Sequence[Goal]) -> bool:
        """Tell whether there are terms for the variables with which all goals are shown."""
        ahead: list[tuple[Sequence[Goal], Iterator[Bindings]]] = [(goals, iter([{}]))]
        while ahead:
            left, choices = ahead[-1]
            bindings = next(choices, None)
            if bindings is None:
                ahead.pop()
                continue
            left = [substitute(goal, bindings) for goal in left]
            step = self.step(left)
            if step is not None:
                ahead.append(step)
            elif all(self.shown(goal) for goal in left):
                return True
        return False

    def step(self, goals: Sequence[Goal]) -> tuple[Sequence[Goal], Iterator[Bindings]] | None:
        """Return what is left of goals after the next one, and what may be the values of its variables.

        The next one is that which the closure gives the fewest values, or a variable that it gives none.
        None where no goal has a variable.
        """
        best: Goal | None = None
        unmatched: Goal | None = None
        for goal in goals:
            if not self.free(goal):
                continue
            unmatched = unmatched or goal
            count = len(self.ends_of(goal))
            if count and (best is None or count < len(self.ends_of(best))):
                best = goal
                if count == 1:
                    break
        if best is not None:
            return [goal for goal in goals if goal != best], iter(self.matches(best))
        if unmatched is None:
            return None
        variable = min(self.free(unmatched), key=str)
        return goals, ({variable: term} for term in self.terms())

    def shown(self, goal: Goal) -> bool:
        """Tell whether a goal without variables is shown."""
        if goal.negated:
            return self.prover.refutes(*goal.terms)
        return self.prover.shows(*goal.terms) or self.prover.under([], goal.terms)

    def ends_of(self, goal: Goal) -> Sequence[tuple[Term, Term]]:
        """Return subjects and objects of the statements of the closure that a goal with variables matches."""
        if goal.negated:
            return ()
        free = self.free(goal)
        subject, target = (None if term in free else term for term in (goal.subject, goal.object))
        pattern = (subject, goal.predicate, target, goal.subject == goal.object)
        if pattern not in self.known:
            found = self.hypothesis.match(*pattern[:3])
            self.known[pattern] = [(one, two) for one, two in found if one == two] if pattern[3] else found
        return self.known[pattern]

    def matches(self, goal: Goal) -> list[Bindings]:
        """Return what the closure gives the variables of a goal."""
        free, places = self.free(goal), (goal.subject, goal.object)
        return [{k: v for k, v in zip(places, pair, strict=True) if k in free} for pair in self.ends_of(goal)]

    def terms(self) -> Iterator[Term]:
        """Yield terms to try: those of the premises that are not of the vocabularies."""
        every = self.hypothesis.reasoner.terms
        named = (t for t in every if isinstance(t, NamedNode) and not t.value.startswith(BUILT_IN))
        yield from list(islice(named, TRIED))


def substitute(goal: Goal, bindings: Mapping[Term, Term]) -> Goal:
    """Return a goal with terms in the place of its variables."""
    if not bindings or bindings.keys().isdisjoint(goal.terms):
        return goal
    subject, predicate, target = (bindings.get(term, term) for term in goal.terms)
    return Goal(subject, predicate, target, goal.negated)
