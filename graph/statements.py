"""Statements by subject and predicate, to read things out of quads without a store."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import NamedNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Quad

Index: TypeAlias = dict[str, dict[str, list[str]]]
"""Subject, predicate, values: IRIs and lexical forms alike, in the order in which they were stated."""


def by_subject(quads: Iterable[Quad]) -> Index:
    """Return what the quads, in whatever graph, state of each IRI, every statement once."""
    index: Index = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode):
            value = getattr(quad.object, "value", str(quad.object))
            values = index[quad.subject.value][quad.predicate.value]
            if value not in values:
                values.append(value)
    return index


def first(index: Index, subject: str, predicate: str) -> str:
    """Return one value of a predicate, or the empty string where there is none."""
    values = index[subject][predicate] if subject in index and predicate in index[subject] else ()
    return values[0] if values else ""


def number(index: Index, subject: str, predicate: str) -> int:
    """Return one value of a predicate as a count, or -1 where there is none or it is no count."""
    value = first(index, subject, predicate)
    return int(value) if value.isascii() and value.isdecimal() else -1
