"""Proofs as values: a conclusion, its rule, and the proofs of the premises down to what is asserted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice, product
from math import prod
from typing import TYPE_CHECKING, Final

from wicara.graph.names import term_name
from wicara.graph.reasoning.closure import to_oxigraph, triples_of
from wicara.graph.reasoning.matching import FactIndex, Inference, matches
from wicara.graph.reasoning.rules import Fact, Term, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from rdflib.term import Node
    from wicara.graph.reasoning.closure import Source
    from wicara.graph.reasoning.reasoner import Reasoner

REACH: Final = 3000
"""How many inferences a search for other proofs looks at; beyond them only first proofs are taken."""
CANDIDATES: Final = 500
"""How many matches of one rule a search for missing premises looks at."""
LIMIT: Final = 10
"""How many proofs are looked for where no limit is named."""


@dataclass(frozen=True)
class Proof:
    """A proof; without a rule it is a leaf, which is asserted. Its conclusion is None for a contradiction."""

    conclusion: Fact | None
    rule: str = ""
    premises: tuple[Proof, ...] = ()

    def __str__(self) -> str:
        """Return the proof as lines, premises below what follows from them and further in.

        What was proved further up is not proved again.
        """
        lines: list[str] = []
        seen: set[int] = set()
        ahead: list[tuple[Proof, int]] = [(self, 0)]
        while ahead:
            node, depth = ahead.pop()
            is_known = bool(node.rule) and id(node) in seen
            note = f"({node.rule}{', see above' if is_known else ''})" if node.rule else "(asserted)"
            fact = " ".join(map(term_name, node.conclusion)) if node.conclusion else "a contradiction"
            lines.append(f"{'  ' * depth}{fact} {note}")
            seen.add(id(node))
            if not is_known:
                ahead.extend((premise, depth + 1) for premise in reversed(node.premises))
        return "\n".join(lines)

    def nodes(self) -> Iterator[Proof]:
        """Yield all proofs that this one is made of, itself first; those used twice only once."""
        seen: set[int] = set()
        ahead = [self]
        while ahead:
            node = ahead.pop()
            if id(node) not in seen:
                seen.add(id(node))
                yield node
                ahead.extend(reversed(node.premises))

    def leaves(self) -> tuple[Fact, ...]:
        """Return the asserted facts that the proof rests on, each once."""
        found = (node.conclusion for node in self.nodes() if not node.rule)
        return tuple(dict.fromkeys(fact for fact in found if fact is not None))


@dataclass(frozen=True)
class Near:
    """An inference that lacks one premise: its places, None where any term would do."""

    rule: str
    premises: tuple[Fact, ...]
    missing: tuple[Term | None, ...]


class Derivations:
    """The facts of a closure, asserted or concluded, and how they follow from one another."""

    def __init__(self, asserted: Iterable[Fact], first: Mapping[Fact, Inference]) -> None:
        """Take what is asserted, and the first inference of each conclusion."""
        self.first = first
        given, concluded = tuple(asserted), tuple(first)
        self.facts = FactIndex([*given, *concluded])
        self.asserted, self.concluded = frozenset(given), frozenset(concluded)
        self.rules = tuple(rule for rule in rules() if not rule.trivial)

    def first_proof(self, fact: Fact, known: dict[Fact, Proof] | None = None) -> Proof | None:
        """Return the first proof of a fact; None where it neither is asserted nor follows.

        `known` are proofs to build on; those that are found on the way join them.
        """
        if fact not in self.facts:
            return None
        return first_proof(fact, self.step, known)

    def step(self, fact: Fact) -> Inference | None:
        """Return the first inference of a fact; None where it is no conclusion."""
        return self.first[fact] if fact in self.concluded else None

    def inferences(self, fact: Fact) -> Iterator[Inference]:
        """Yield every step that concludes a fact from others that hold, the first inference first."""
        start = self.step(fact)
        seen = set[tuple[str, frozenset[Fact]]]()
        for step in chain([start] if start else [], self.matched(fact)):
            key = (step.rule, frozenset(step.premises))
            if key not in seen:
                seen.add(key)
                yield step

    def matched(self, fact: Fact) -> Iterator[Inference]:
        """Yield each match of a rule that concludes a fact, but not from itself."""
        for rule in self.rules:
            for match in matches(rule, self.facts, fact) if rule.premises else ():
                if fact not in match.used:
                    yield Inference(rule.name, match.used, fact)

    def proofs(self, fact: Fact, limit: int = LIMIT) -> tuple[Proof, ...]:
        """Return proofs of a fact that rest on different facts, the smallest first, up to a limit.

        No proof rests on all that another rests on and more. For what is asserted: by what else gives it.
        """
        return Search(self, fact, limit).proofs()

    def near(self, fact: Fact, limit: int = 3) -> tuple[Near, ...]:
        """Return the inferences of a fact that lack one premise, those that lack the least first."""
        found = {
            (rule.name, missing): Near(rule.name, match.used, missing)
            for rule in self.rules
            for match in islice(matches(rule, self.facts, fact, spare=1), CANDIDATES)
            for missing in map(match.places, match.missing)
            if missing != fact
        }
        return tuple(sorted(found.values(), key=distance)[:limit])


def derivations_of(reasoner: Reasoner) -> Derivations:
    """Return the facts and first inferences of a reasoner as it stands."""
    numbers = reasoner.engine.facts.numbers(asserted=False).tolist()
    steps = ((reasoner.statement(number), reasoner.first_inference(number)) for number in numbers)
    return Derivations(
        reasoner.statements(asserted=True), {fact: step for fact, step in steps if step is not None}
    )


def contradiction(derivations: Derivations, rule: str, premises: Iterable[Fact]) -> Proof:
    """Return the proof of a contradiction: the first proofs of the premises that its rule was applied to."""
    proofs = map(derivations.first_proof, premises)
    return Proof(None, rule, tuple(proof for proof in proofs if proof is not None))


def distance(near: Near) -> tuple[int, int, str]:
    """Return how far an inference is: few open places come first, then many premises that hold."""
    return (near.missing.count(None), -len(near.premises), f"{near.rule} {near.missing}")


def first_proof(
    fact: Fact, inference: Callable[[Fact], Inference | None], known: dict[Fact, Proof] | None = None
) -> Proof:
    """Return the proof of a fact, given the inference of each fact (None: it is asserted).

    `known` are proofs to build on, which grow. Raises ValueError where a fact would be a premise of itself.
    """
    found = {} if known is None else known
    opened: set[Fact] = set()
    ahead = [] if fact in found else [fact]
    while ahead:
        current = ahead[-1]
        step = inference(current)
        wanted = [] if step is None else [premise for premise in step.premises if premise not in found]
        if wanted and current in opened:
            raise ValueError(f"the proof of {current} runs in a circle")
        opened.add(current)
        ahead.extend(wanted)
        if not wanted:
            premises = tuple(found[premise] for premise in step.premises) if step else ()
            found[ahead.pop()] = Proof(step.conclusion, step.rule, premises) if step else Proof(current)
    return found[fact]


@dataclass(frozen=True, eq=False)
class RankedProof:
    """A proof, what it rests on, and how many steps it has as a tree."""

    proof: Proof
    leaves: frozenset[Fact]
    size: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """The order of proofs: those that rest on little first, then those with few steps."""
        return (len(self.leaves), self.size, self.proof.rule)


class Search:
    """A search for the proofs of a fact: those of each fact behind it, until none is new.

    As in an assumption-based truth maintenance system (de Kleer 1986): each fact has the smallest sets of
    asserted facts that give it, which are combined along the inferences up to a fixpoint.
    """

    def __init__(self, derivations: Derivations, goal: Fact, limit: int) -> None:
        """Look behind the goal for every inference that may have a part in its proofs."""
        self.goal, self.limit = goal, limit
        self.derivations = derivations
        self.inferences: dict[Fact, list[Inference]] = {}
        self.ranked: dict[Fact, list[RankedProof]] = {}
        self.look_behind()

    def look_behind(self) -> None:
        """Collect the inferences behind the goal; the facts that end them have one proof each."""
        ahead, left = [self.goal], REACH
        known: dict[Fact, Proof] = {}
        for fact in ahead:
            if fact in self.ranked:
                continue
            if fact != self.goal and (fact not in self.derivations.concluded or not left):
                first = self.derivations.first_proof(fact, known)
                self.ranked[fact] = [RankedProof(first, frozenset(first.leaves()), 1)] if first else []
            else:
                self.inferences[fact] = list(islice(self.derivations.inferences(fact), left))
                self.ranked[fact] = []
                left -= len(self.inferences[fact])
                ahead += [premise for step in self.inferences[fact] for premise in step.premises]

    def proofs(self) -> tuple[Proof, ...]:
        """Return the proofs of the goal when no proof is new any more."""
        facts = list(reversed(self.inferences))
        for _ in range(len(facts) + 1):
            improved = [fact for fact in facts if self.improve(fact)]
            if not improved:
                break
        return tuple(ranked.proof for ranked in self.ranked[self.goal])

    def improve(self, fact: Fact) -> bool:
        """Combine the proofs of the premises of each inference of a fact; tell whether anything is new."""
        before = self.ranked[fact]
        for step in self.inferences[fact]:
            for new in self.combined(step):
                self.ranked[fact] = with_proof(self.ranked[fact], new, self.limit)
        return self.ranked[fact] != before

    def combined(self, step: Inference) -> Iterator[RankedProof]:
        """Yield the proofs that an inference makes of those of its premises, up to a number."""
        choices: Collection[list[RankedProof]] = [self.ranked[premise] for premise in step.premises]
        maximum = min(prod(map(len, choices)), self.limit**2)
        for chosen in islice(product(*choices), maximum):
            proof = Proof(step.conclusion, step.rule, tuple(ranked.proof for ranked in chosen))
            leaves = frozenset[Fact]().union(*(ranked.leaves for ranked in chosen))
            yield RankedProof(proof, leaves, 1 + sum(ranked.size for ranked in chosen))


def with_proof(ranked: list[RankedProof], new: RankedProof, limit: int) -> list[RankedProof]:
    """Return proofs and one more, without those that rest on all that another rests on, up to a limit."""
    if any(known.leaves <= new.leaves and known.rank <= new.rank for known in ranked):
        return ranked
    left = [known for known in ranked if not new.leaves <= known.leaves]
    return sorted([*left, new], key=lambda each: each.rank)[:limit]


# For programs.


def explain(source: Source, statement: Iterable[Term | Node], limit: int = 1) -> tuple[Proof, ...]:
    """Return proofs of a statement, the first proof first; none where it does not follow.

    `source` is triples, a pyoxigraph Store or Dataset, or an rdflib Graph; `statement` a triple of either
    library. No two proofs rest on the same premises. `print` shows a proof.
    """
    from wicara.graph.reasoning.reasoner import Reasoner  # noqa: PLC0415 - numpy is slow to import

    derivations = derivations_of(Reasoner(triples_of(source)))
    subject, predicate, target = map(to_oxigraph, statement)
    fact = (subject, predicate, target)
    first = derivations.first_proof(fact)
    if first is None or limit <= 1:
        return (first,) if first else ()
    leaves = set(first.leaves())
    others = (proof for proof in derivations.proofs(fact, limit) if set(proof.leaves()) != leaves)
    return (first, *others)[:limit]
