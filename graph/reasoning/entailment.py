"""Whether premises entail a conclusion (OWL 2 RDF-Based Semantics)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wicara.graph.reasoning.reasoner import Reasoner, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Triple


@dataclass(frozen=True)
class Inconsistent:
    """The premises contradict themselves, and so entail everything."""

    contradictions: tuple[Step, ...]


def entails(premises: Iterable[Triple], conclusion: Iterable[Triple]) -> bool | Inconsistent:
    """Tell whether the closure of the premises holds the conclusion, which has no blank node."""
    reasoner = Reasoner(premises, all_rules=True)
    found = tuple(reasoner.contradictions())
    if found:
        return Inconsistent(found)
    return all(reasoner.fact(t.subject, t.predicate, t.object) is not None for t in conclusion)
