"""Whether premises entail a conclusion, under the RDF-Based Semantics of OWL 2 with its datatype map.

The premises are closed under all rules (see world); what the closure does not hold is argued for (see
refutation). A yes is always right. A no means that no argument was found: OWL 2 Full is undecidable, and a
conclusion outside OWL 2 RL may need more than is tried here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.graph.reasoning.noise import BUILT_IN
from wicara.graph.reasoning.question import Goal, Reading
from wicara.graph.reasoning.refutation import Prover
from wicara.graph.reasoning.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.reasoning.reasoner import Step, Term

Bindings = dict["Term", "Term"]

TRIED: Final = 200
"""How many terms are tried for a variable that no statement of the closure gives a value."""


@dataclass(frozen=True)
class Inconsistent:
    """The premises contradict themselves, and so entail everything."""

    contradictions: tuple[Step, ...]


def entails(premises: Iterable[Triple], conclusion: Iterable[Triple]) -> bool | Inconsistent:
    """Tell whether premises entail a conclusion; Inconsistent where the premises contradict themselves.

    A blank node of the conclusion stands for something that exists; it is never one of the premises. Ontology
    headers of the conclusion are passed over.
    """
    asked = list(conclusion)
    world = World(premises, (term for triple in asked for term in triple if isinstance(term, Literal)))
    contradictions = tuple(world.contradictions())
    if contradictions:
        return Inconsistent(contradictions)
    names: dict[BlankNode, BlankNode] = {}
    question = Reading((apart(triple, world, names) for triple in asked), world).question()
    world.add(question.definitions)
    solver = Solver(world, frozenset(names.values()) - question.constants)
    return all(solver.solves(goals, {}) for goals in solver.components(question.goals))


def apart(triple: Triple, world: World, names: dict[BlankNode, BlankNode]) -> Triple:
    """Return a triple with its blank nodes under names that the premises do not have."""

    def renamed(term: Term) -> Term:
        if isinstance(term, BlankNode) and term not in names:
            names[term] = world.fresh()
        return names[term] if isinstance(term, BlankNode) else term

    return Triple(renamed(triple.subject), triple.predicate, renamed(triple.object))  # type: ignore[arg-type]


class Solver:
    """Finds terms for the variables of goals so that every goal is shown."""

    def __init__(self, world: World, variables: frozenset[Term]) -> None:
        """Take the world and the blank nodes that are variables."""
        self.world = world
        self.variables = variables
        self.prover = Prover(world)

    def free(self, goal: Goal) -> frozenset[Term]:
        """Return the variables of a goal."""
        return self.variables & frozenset(goal.terms)

    def components(self, goals: Iterable[Goal]) -> list[list[Goal]]:
        """Return the goals in groups that share no variable."""
        groups: list[tuple[set[Term], list[Goal]]] = []
        for goal in goals:
            free = set(self.free(goal))
            touched = [group for group in groups if group[0] & free]
            groups = [group for group in groups if not group[0] & free]
            names = free.union(*(group[0] for group in touched))
            groups.append((names, [each for group in touched for each in group[1]] + [goal]))
        return [group[1] for group in groups]

    def solves(self, goals: Sequence[Goal], bindings: Bindings) -> bool:
        """Tell whether there are terms for the variables with which all goals are shown."""
        left = [filled(goal, bindings) for goal in goals]
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
        found = self.world.match(subject, goal.predicate, target)
        if goal.subject == goal.object:
            return [{goal.subject: one} for one, two in found if one == two]
        places = (goal.subject, goal.object)
        return [{k: v for k, v in zip(places, pair, strict=True) if k in free} for pair in found]

    def terms(self) -> Iterator[Term]:
        """Yield terms to try: those of the premises that are not of the vocabularies."""
        every = (term for term in self.world.reasoner.terms if is_individual(term))
        yield from [term for term, _ in zip(every, range(TRIED), strict=False)]


def is_individual(term: Term) -> bool:
    """Tell whether a term may be an individual of the premises."""
    return isinstance(term, NamedNode) and not term.value.startswith(BUILT_IN)


def filled(goal: Goal, bindings: Mapping[Term, Term]) -> Goal:
    """Return a goal with terms in the place of its variables."""
    subject, predicate, target = (bindings.get(term, term) for term in goal.terms)
    return Goal(subject, predicate, target, goal.negated)
