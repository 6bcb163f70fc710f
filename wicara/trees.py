"""Explanations for people: a tree in plain words, down to the words of an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wicara.graph.explain import Verdict
from wicara.graph.names import GraphKind, called
from wicara.graph.reasoning.rules import sentence
from wicara.graph.wording import is_structure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.evidence import Basis, Quote
    from wicara.graph.explain import Explanation
    from wicara.graph.reasoning.proofs import Near, Proof
    from wicara.graph.reasoning.rules import Fact
    from wicara.graph.wording import Wording

KINDS: Final = {
    GraphKind.ONTOLOGY: "the ontology",
    GraphKind.VOCAB: "the vocabulary",
    GraphKind.ENTITIES: "the entities, an editor's choice",
    GraphKind.SOURCE: "the description of the source",
    GraphKind.PROV: "the provenance",
}
"""What a graph without evidence of its own is called."""
VERDICTS: Final = {
    Verdict.ASSERTED: "asserted",
    Verdict.INFERRED: "inferred",
    Verdict.NEITHER: "neither asserted nor inferred",
}


@dataclass(frozen=True)
class Branch:
    """A line of a tree, with what stands below it."""

    text: str
    below: tuple[Branch, ...] = ()


def lines(branches: Sequence[Branch], indent: str = "") -> Iterator[str]:
    """Yield the lines of branches that hang on one line."""
    for place, branch in enumerate(branches):
        is_last = place == len(branches) - 1
        yield f"{indent}{'└─' if is_last else '├─'} {branch.text}"
        yield from lines(branch.below, indent + ("   " if is_last else "│  "))


def tree(explanation: Explanation, wording: Wording, *, schema: bool = False) -> str:
    """Return an explanation as text; without `schema`, what the ontology alone says is one line a rule."""
    return "".join(f"{line}\n" for line in Teller(explanation, wording, schema).lines())


@dataclass(frozen=True)
class Teller:
    """Tells one explanation in the words of one language."""

    explanation: Explanation
    wording: Wording
    schema: bool

    def lines(self) -> Iterator[str]:
        """Yield the lines: statement and verdict, then grounds and proofs, or what is missing."""
        found = self.explanation
        yield f"{self.wording.statement(found.fact)} ({VERDICTS[found.verdict]})"
        yield from lines(tuple(self.sources(found.fact)))
        for number, proof in enumerate(found.proofs, start=1):
            if len(found.proofs) > 1:
                yield f"Proof {number} of {len(found.proofs)}"
            yield from lines(self.because(proof))
        for ground in found.said:
            yield f"A claim says so, which nobody asserts here: {called(ground.graph)}"
        if found.verdict is Verdict.NEITHER:
            yield from self.lacking(found.near)

    def because(self, proof: Proof) -> tuple[Branch, ...]:
        """Return the last step of a proof: its rule, with the premises below it."""
        return (Branch(self.rule(proof.rule), tuple(self.premises(proof))),)

    def rule(self, name: str) -> str:
        """Return a rule as its sentence and its name."""
        return f"{sentence(name, self.wording.language)} ({name})"

    def premises(self, proof: Proof) -> Iterator[Branch]:
        """Yield the premises of a step: data in full, the ontology's as sentences."""
        shown = self.explanation.shown(proof)
        for premise in proof.premises:
            fact = premise.conclusion
            if fact is None:
                continue
            if self.schema or premise in shown:
                yield self.branch(premise, fact)
            elif not is_structure(fact):
                yield Branch(f"{self.wording.statement(fact)} (ontology)")

    def branch(self, proof: Proof, fact: Fact) -> Branch:
        """Return a premise with what is below it."""
        below = self.because(proof) if proof.rule else tuple(self.sources(fact))
        return Branch(f"{self.wording.statement(fact)}", below)

    def sources(self, fact: Fact) -> Iterator[Branch]:
        """Yield the graphs that assert a statement."""
        return (self.source(ground) for ground in self.explanation.grounds.get(fact, ()))

    def source(self, ground: Basis) -> Branch:
        """Return a graph with the words that it rests on."""
        told = KINDS.get(ground.kind) if ground.kind else "the file"
        origins = tuple(self.source(origin) for origin in ground.derived_from)
        below = (*map(self.quote, ground.quotes), *map(Branch, ground.sources), *origins)
        return Branch(f"asserted by {told or called(ground.graph)}", below)

    def quote(self, quote: Quote) -> Branch:
        """Return words with where they stand."""
        place = called(quote.sentence or quote.article)
        return Branch(f"“{quote.exact.value}” ({place}, characters {quote.start} to {quote.end})")

    def lacking(self, nearest: Sequence[Near]) -> Iterator[str]:
        """Yield what it would take: the missing premise of the nearest rules."""
        if not nearest:
            yield "No rule would conclude it from one more statement."
        for near in nearest:
            yield f"It would follow if this held: {self.wording.statement(near.missing)}"
            given = (fact for fact in near.premises if self.schema or not is_structure(fact))
            yield from lines((Branch(self.rule(near.rule), tuple(map(self.given, given))),))

    def given(self, fact: Fact) -> Branch:
        """Return a premise that holds."""
        return Branch(f"{self.wording.statement(fact)}")
