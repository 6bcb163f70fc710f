"""OWL 2 RL reasoning for programs: what follows, why, and whether something is entailed.

>>> from wicara.graph.reasoning import entails, explain, materialise
>>> closure = materialise(premises)
>>> closure.conclusions, closure.inconsistencies
>>> print(explain(premises, triple)[0])
>>> entails(premises, conclusion)

Premises and conclusions are triples, a pyoxigraph Store or Dataset, or an rdflib Graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wicara.graph.reasoning.closure import ENGINES, Closure, Inconsistency, materialise, triples_of
from wicara.graph.reasoning.proofs import explain

if TYPE_CHECKING:
    from wicara.graph.reasoning.closure import Source
    from wicara.graph.reasoning.entailment import Inconsistent

__all__ = ["ENGINES", "Closure", "Inconsistency", "entails", "explain", "materialise"]


def entails(premises: Source, conclusion: Source) -> bool | Inconsistent:
    """Tell whether premises entail a conclusion; Inconsistent where they contradict themselves.

    Under the RDF-Based Semantics. A yes is always right; a no means that no argument was found.
    """
    from wicara.graph.reasoning.entailment import entails as argued  # noqa: PLC0415 - numpy is slow to import

    return argued(triples_of(premises), triples_of(conclusion))
