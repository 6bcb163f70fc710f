"""What can be reasoned over: triples, quads, pyoxigraph's stores and datasets, rdflib's graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Dataset, Quad, Store, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rdflib import Graph

    Source = Iterable[Triple] | Iterable[Quad] | Store | Dataset | Graph


def triples_of(source: Source) -> Iterator[Triple]:
    """Yield the triples of a source; named graphs are merged."""
    if not isinstance(source, Store | Dataset) and type(source).__module__.startswith("rdflib."):
        yield from rdflib_triples(source)  # type: ignore[arg-type]
        return
    for each in source:
        yield each.triple if isinstance(each, Quad) else each  # type: ignore[misc]


def rdflib_triples(graph: Graph) -> Iterator[Triple]:
    """Yield the triples of an rdflib graph or dataset."""
    from wicara.graph.rdflib_terms import term_of  # noqa: PLC0415 - imports rdflib, which is there already

    rows = graph.quads() if hasattr(graph, "quads") else graph
    for row in rows:
        yield Triple(*(term_of(term) for term in row[:3]))  # type: ignore[arg-type]
