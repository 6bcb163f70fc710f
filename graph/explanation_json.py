"""Explanations as JSON: terms as in SPARQL results, each statement also in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.reasoning.rules import sentence

if TYPE_CHECKING:
    from wicara.graph.evidence import Basis, Quote
    from wicara.graph.explain import Explanation
    from wicara.graph.reasoning.proofs import Near, Proof
    from wicara.graph.reasoning.rules import Term
    from wicara.graph.wording import Wording

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"


def as_json(explanation: Explanation, wording: Wording) -> Json:
    """Return an explanation as JSON values."""
    return Writer(explanation, wording).whole()


@dataclass(frozen=True)
class Writer:
    """Writes one explanation in the words of one language."""

    explanation: Explanation
    wording: Wording

    def whole(self) -> Json:
        """Return all of it."""
        found = self.explanation
        return {
            "statement": self.statement(found.fact),
            "verdict": found.verdict.value,
            "grounds": self.grounds(found.fact),
            "proofs": [self.proof(proof) for proof in found.proofs],
            "said": [ground_of(ground) for ground in found.said],
            "missing": [self.near(near) for near in found.near],
        }

    def statement(self, fact: tuple[Term | None, ...]) -> Json:
        """Return a statement with its words; an open place is null."""
        names = ("subject", "predicate", "object")
        terms: dict[str, Json] = dict(zip(names, map(term_of, fact), strict=True))
        return {**terms, "words": self.wording.statement(fact)}

    def grounds(self, fact: tuple[Term, Term, Term]) -> Json:
        """Return the graphs that assert a statement."""
        return [ground_of(ground) for ground in self.explanation.grounds.get(fact, ())]

    def proof(self, proof: Proof) -> Json:
        """Return a proof: a leaf with its graphs, or a rule and the proofs of its premises."""
        fact = proof.conclusion
        told: dict[str, Json] = {"statement": self.statement(fact) if fact else None}
        if not proof.rule:
            return {**told, "grounds": self.grounds(fact) if fact else []}
        premises: Json = [self.proof(premise) for premise in proof.premises]
        return {**told, **self.rule(proof.rule), "premises": premises}

    def rule(self, name: str) -> dict[str, Json]:
        """Return a rule with its sentence."""
        return {"rule": name, "because": sentence(name, self.wording.language)}

    def near(self, near: Near) -> Json:
        """Return an inference that lacks a premise."""
        given: Json = [self.statement(premise) for premise in near.premises]
        return {**self.rule(near.rule), "missing": self.statement(near.missing), "premises": given}


def term_of(term: Term | None) -> Json:
    """Return a term as SPARQL 1.1 Query Results JSON does (section 3.2.2)."""
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Literal):
        tag: dict[str, Json] = (
            {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
        )
        return {"type": "literal", "value": term.value, **tag}
    return None if term is None else {"type": "triple", "value": str(term)}


def ground_of(ground: Basis) -> Json:
    """Return a graph with what it rests on."""
    return {
        "graph": ground.graph or None,
        "kind": ground.kind.value if ground.kind else None,
        "quotes": [quote_of(quote) for quote in ground.quotes],
        "sources": [*ground.sources],
        "derivedFrom": [ground_of(origin) for origin in ground.derived_from],
    }


def quote_of(quote: Quote) -> Json:
    """Return words with where they stand."""
    return {
        "exact": quote.exact.value,
        "language": quote.exact.language,
        "article": quote.article,
        "sentence": quote.sentence or None,
        "start": quote.start,
        "end": quote.end,
    }
