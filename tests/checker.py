"""The proof checker: every step is a rule of the rule file applied to its premises, every leaf is asserted.

It shares nothing with the engine but the rule file's reader and the datatypes: a step is accepted only where
the rule, matched again, uses just the given premises and gives just the given conclusion.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal
from wicara.graph.reasoning.datatypes import is_ill_typed
from wicara.graph.reasoning.matching import Fact, FactIndex, matches
from wicara.graph.reasoning.rules import Rule, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from wicara.graph.reasoning.proofs import Proof

ILL_TYPED: Final = "dt-not-type"


@cache
def rules_by_name() -> dict[str, tuple[Rule, ...]]:
    """Return the rules of each name: a rule may stand on several lines."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules():
        found[rule.name].append(rule)
    return {name: tuple(variants) for name, variants in found.items()}


def is_instance(rule: str, premises: Collection[Fact], conclusion: Fact | None) -> bool:
    """Tell whether a rule gives the conclusion (None: a contradiction) from all of these premises."""
    given, facts = set(premises), FactIndex(premises)
    return any(
        set(match.used) == given
        for variant in rules_by_name().get(rule, ())
        for match in matches(variant, facts, conclusion)
    ) or (rule == ILL_TYPED and conclusion is None and uses_ill_typed(given))


def uses_ill_typed(premises: Collection[Fact]) -> bool:
    """Tell whether the premise is one that uses a literal without a value.

    Such a literal is of its own datatype without anyone saying so: that premise of dt-not-type is its use.
    """
    objects = [fact[2] for fact in premises]
    return len(objects) == 1 and isinstance(objects[0], Literal) and is_ill_typed(objects[0])


def faults(proof: Proof, is_asserted: Callable[[Fact], bool]) -> Iterator[str]:
    """Yield what is wrong with a proof: leaves that nobody asserts, steps that no rule gives, circles."""
    below: dict[int, frozenset[Fact | None]] = {}
    for node in bottom_up(proof):
        inside = frozenset[Fact | None]().union(*(below[id(premise)] for premise in node.premises))
        below[id(node)] = inside | {node.conclusion}
        if node.conclusion in inside:
            yield f"{told(node.conclusion)} rests on itself"
        if fault := fault_of(node, is_asserted):
            yield fault


def fault_of(node: Proof, is_asserted: Callable[[Fact], bool]) -> str | None:
    """Return what is wrong with the last step of a proof, or None."""
    premises = [premise.conclusion for premise in node.premises]
    if not node.rule:
        is_leaf = node.conclusion is not None and not premises and is_asserted(node.conclusion)
        return None if is_leaf else f"{told(node.conclusion)} is not asserted"
    facts = [premise for premise in premises if premise is not None]
    if len(facts) == len(premises) and is_instance(node.rule, facts, node.conclusion):
        return None
    return f"{told(node.conclusion)} does not follow by {node.rule} from {'; '.join(map(told, premises))}"


def bottom_up(proof: Proof) -> Iterator[Proof]:
    """Yield all proofs that a proof is made of, each once and after its premises."""
    done: set[int] = set()
    ahead = [(proof, False)]
    while ahead:
        node, is_open = ahead.pop()
        if is_open:
            yield node
        elif id(node) not in done:
            done.add(id(node))
            ahead.append((node, True))
            ahead.extend((premise, False) for premise in node.premises)


def told(fact: Fact | None) -> str:
    """Return a fact as messages write it."""
    return "a contradiction" if fact is None else " ".join(map(str, fact))
