"""Suggestions in a data file: what `wicara draft` wrote and nobody has accepted, which is no data.

A subject with `in:suggested` is a suggestion. Nothing that is said of it, and nothing in the graph of its
name, is read from the file; and where a file has suggestions and no fact, its source is not described either.
To accept a suggestion, complete it and take `in:suggested` away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.facts.patterns import IN
from wicara.graph.names import GraphKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.facts.short_form import Stated

SUGGESTED: Final = NamedNode(f"{IN}suggested")


def without_suggestions(statements: Sequence[Stated]) -> Iterator[Stated]:
    """Yield the statements of a file that are no suggestions; none where it has nothing but a draft."""
    suggested = {one.quad.subject for one in statements if one.quad.predicate == SUGGESTED}
    rest = [
        one
        for one in statements
        if one.quad.subject not in suggested and one.quad.graph_name not in suggested
    ]
    if not suggested or any(is_fact(one.quad.subject) or is_fact(one.quad.graph_name) for one in rest):
        yield from rest


def is_fact(node: object) -> bool:
    """Tell whether a node is the graph of a fact."""
    return isinstance(node, NamedNode) and kind_of(node.value) == GraphKind.FACT
