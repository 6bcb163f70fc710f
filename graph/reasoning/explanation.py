"""Proofs of a triple from any premises, for use in programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wicara.graph.reasoning.proofs import derivations_of
from wicara.graph.reasoning.sources import triples_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rdflib.term import Node
    from wicara.graph.reasoning.matching import Fact, Term
    from wicara.graph.reasoning.proofs import Proof
    from wicara.graph.reasoning.sources import Source


def explain(source: Source, statement: Iterable[Term | Node], limit: int = 1) -> tuple[Proof, ...]:
    """Return proofs of a statement, the first proof first; none where it does not follow.

    `source` is triples, a pyoxigraph Store or Dataset, or an rdflib Graph; `statement` a triple of either
    library. No two proofs rest on the same premises. `print` shows a proof.
    """
    from wicara.graph.reasoning.reasoner import Reasoner  # noqa: PLC0415 - numpy is slow to import

    derivations = derivations_of(Reasoner(triples_of(source)))
    fact = fact_of(statement)
    first = derivations.first_proof(fact)
    if first is None or limit <= 1:
        return (first,) if first else ()
    leaves = set(first.leaves())
    others = (proof for proof in derivations.proofs(fact, limit) if set(proof.leaves()) != leaves)
    return (first, *others)[:limit]


def fact_of(statement: Iterable[Term | Node]) -> Fact:
    """Return a triple of pyoxigraph or rdflib as its three terms."""
    subject, predicate, target = map(native, statement)
    return subject, predicate, target


def native(term: Term | Node) -> Term:
    """Return a term of rdflib as one of pyoxigraph, and any other as it is."""
    if not type(term).__module__.startswith("rdflib."):
        return term  # type: ignore[return-value] # it is none of rdflib's
    from wicara.graph.rdflib_terms import term_of  # noqa: PLC0415 - imports rdflib, which is there already

    return term_of(term)
