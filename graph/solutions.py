"""The solutions of queries that the code asks itself, with the prefixes of the dataset declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import QuerySolution, Store


def solutions(store: Store, query: str, *, union: bool = False) -> Iterator[QuerySolution]:
    """Return the solutions of a SELECT; with `union`, the default graph is the union of all graphs."""
    found = store.query(query, prefixes=dict(PREFIXES), use_default_graph_as_union=union)
    return iter(found)  # type: ignore[arg-type] # a SELECT gives solutions


def value(row: QuerySolution, name: str) -> str:
    """Return the text of a variable that is bound to an IRI or a literal."""
    term = row[name]
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
