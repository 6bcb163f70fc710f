"""Queries over a store, each on its dataset: the graphs that a request, or FROM in the text, describes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import DefaultGraph, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples, Store
from wicara.graph.sparql_text import declared_prefixes, from_clauses, graph_iris, query_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import BlankNode

Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples

FROM: Final = re.compile("from", re.IGNORECASE)


@dataclass(frozen=True)
class QueryDataset:
    """The graphs that a query sees (SPARQL 1.1 Query, section 13.2): its default ones, and the named.

    The default graph is the merge of `default`. Both are sets: a graph stands in each of them once.
    """

    default: tuple[NamedNode, ...]
    named: tuple[NamedNode, ...]

    @classmethod
    def of(cls, default: Iterable[NamedNode], named: Iterable[NamedNode]) -> QueryDataset:
        """Return the dataset of graphs that may be given more than once."""
        return cls(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named)))


def dataset_of_text(text: str, base: str | None, prefixes: Mapping[str, str]) -> QueryDataset | None:
    """Return the dataset that a query describes by two FROM clauses or more, else None.

    One clause needs no care. Neither does a query that is not SPARQL: the parser tells its fault.
    """
    form = query_start(text) if len(FROM.findall(text)) > 1 else None
    if form is None:
        return None
    prologue = text[: form.start()]
    clauses = list(from_clauses(text, form, {*prefixes, *declared_prefixes(prologue)}))
    if len(clauses) < 2:  # noqa: PLR2004 - one FROM merges nothing
        return None
    try:
        iris = graph_iris(prologue, [clause.graph for clause in clauses], base, prefixes)
    except SyntaxError:
        return None
    graphs = list(zip(clauses, iris, strict=True))
    return QueryDataset.of(
        (iri for clause, iri in graphs if not clause.named), (iri for clause, iri in graphs if clause.named)
    )


def merged(store: Store, dataset: QueryDataset) -> Store:
    """Return a store in memory whose default graph is the RDF merge of graphs.

    pyoxigraph 0.5 would answer once for each graph that a triple stands in.
    """
    merge = Store()
    for graph in dataset.default:
        merge.extend(
            Quad(quad.subject, quad.predicate, quad.object)
            for quad in store.quads_for_pattern(None, None, None, graph)
        )
    for graph in dataset.named:
        merge.extend(store.quads_for_pattern(None, None, None, graph))
    return merge


def query(
    store: Store,
    text: str,
    *,
    prefixes: Mapping[str, str],
    base: str | None = None,
    dataset: QueryDataset | None = None,
) -> Results:
    """Evaluate a query over a dataset, else that of its text, else the whole store.

    `prefixes` need no declaration. Raises SyntaxError, and what pyoxigraph raises while it evaluates.
    """
    dataset = dataset or dataset_of_text(text, base, prefixes)
    if dataset is None:
        return store.query(text, base_iri=base, prefixes=dict(prefixes))
    merges = len(dataset.default) > 1
    default: list[NamedNode | BlankNode | DefaultGraph] = [DefaultGraph()] if merges else [*dataset.default]
    return (merged(store, dataset) if merges else store).query(
        text,
        base_iri=base,
        prefixes=dict(prefixes),
        default_graph=default,
        named_graphs=[*dataset.named],
    )
