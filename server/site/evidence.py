"""Which graphs make statements: what an answer rests on, and what of it was inferred."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.solutions import solutions
from wicara.server.linked.statements import INFERRED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Store
    from wicara.server.site.words import Term

Pattern: TypeAlias = "tuple[Term | None, Term | None, Term | None]"
"""A statement with open places."""

NAMES: Final = ("?s", "?p", "?o")
PASSED_OVER: Final = frozenset({GraphKind.CONTENT, GraphKind.ALIGNMENT, GraphKind.META})
"""The graphs that state nothing about the world."""


@dataclass(frozen=True)
class Support:
    """The graphs that state something, sorted, and the statements that nothing but reasoning makes."""

    graphs: tuple[str, ...] = ()
    inferred: tuple[Triple, ...] = ()

    def __or__(self, other: Support) -> Support:
        """Return what supports either of two."""
        return Support(
            tuple(sorted({*self.graphs, *other.graphs})),
            tuple(dict.fromkeys((*self.inferred, *other.inferred))),
        )


def supports(store: Store, patterns: Iterable[Pattern]) -> dict[Pattern, Support]:
    """Return what supports each pattern, with one query however many there are."""
    by_shape: dict[tuple[int, ...], list[Pattern]] = {}
    for pattern in dict.fromkeys(patterns):
        if shape := shape_of(pattern):
            by_shape.setdefault(shape, []).append(pattern)
    graphs = graphs_of(store, by_shape) if by_shape else {}
    found: dict[Pattern, Support] = {}
    for shape, alike in by_shape.items():
        by_key: dict[tuple[str, ...], Support] = {}
        for triple, names in graphs.items():
            key = tuple(str(triple[place]) for place in shape)
            by_key[key] = by_key.get(key, Support()) | support(triple, names)
        found |= {each: by_key.get(tuple(str(each[place]) for place in shape), Support()) for each in alike}
    return found


def shape_of(pattern: Pattern) -> tuple[int, ...]:
    """Return the places of a pattern that are filled; none where a query cannot say with what."""
    if any(isinstance(term, BlankNode | Triple) for term in pattern):
        return ()
    return tuple(place for place, term in enumerate(pattern) if term is not None)


def graphs_of(store: Store, by_shape: dict[tuple[int, ...], list[Pattern]]) -> dict[Triple, set[str]]:
    """Return the statements that fit patterns, each with the named graphs that it stands in."""
    blocks = " UNION ".join(block(shape, patterns) for shape, patterns in by_shape.items())
    graphs: dict[Triple, set[str]] = {}
    for row in solutions(store, f"SELECT DISTINCT ?s ?p ?o ?g {{ {blocks} }}"):
        subject, predicate, target, graph = row["s"], row["p"], row["o"], row["g"]
        told = isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)
        if told and isinstance(graph, NamedNode) and kind_of(graph.value) not in PASSED_OVER:
            graphs.setdefault(Triple(subject, predicate, target), set()).add(graph.value)
    return graphs


def block(shape: Sequence[int], patterns: Iterable[Pattern]) -> str:
    """Return the part of the query for patterns that are filled in the same places."""
    names = " ".join(NAMES[place] for place in shape)
    rows = " ".join(f"({' '.join(str(pattern[place]) for place in shape)})" for pattern in patterns)
    return f"{{ VALUES ({names}) {{ {rows} }} GRAPH ?g {{ ?s ?p ?o }} }}"


def support(triple: Triple, graphs: set[str]) -> Support:
    """Return what supports one statement."""
    return Support((), (triple,)) if graphs == {INFERRED} else Support(tuple(sorted(graphs - {INFERRED})))
