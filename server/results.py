"""Query results as bytes, written in the thread that evaluates: pyoxigraph's iterators belong to it."""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Final

from flask import render_template
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions
from wicara.graph.export import FORMATS, write_triples
from wicara.graph.unwritable import Unwritable
from wicara.server import negotiation
from wicara.server.evaluation import failed
from wicara.server.problems import Problem
from wicara.server.statements import Statement, in_sections
from wicara.server.terms import Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import QueryTriples, Store
    from wicara.server.evaluation import Results
    from wicara.server.negotiation import Representation
    from wicara.server.protocol import QueryOperation
    from wicara.server.terms import Term

SOLUTION_FORMATS: Final = {
    negotiation.JSON: QueryResultsFormat.JSON,
    negotiation.XML: QueryResultsFormat.XML,
    negotiation.CSV: QueryResultsFormat.CSV,
    negotiation.TSV: QueryResultsFormat.TSV,
}
SHOWN: Final = 1000
"""How many rows or statements a page shows; the other formats hold all."""


def offers_for(results: Results) -> tuple[Representation, ...]:
    """Return the forms that results can be given in: results types for SELECT and ASK, RDF for the others."""
    tabular = isinstance(results, QuerySolutions | QueryBoolean)
    return negotiation.RESULTS if tabular else negotiation.GRAPHS


def written(results: Results, form: Representation) -> bytes:
    """Return results in a form other than HTML; raises Problem where evaluation fails on the way."""
    try:
        if isinstance(results, QuerySolutions | QueryBoolean):
            return results.serialize(format=SOLUTION_FORMATS[form]) or b""
        return write_triples(set(results), FORMATS[form.name])
    except Unwritable as fault:
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, str(fault)) from fault
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault


def page_parts(results: Results, store: Store) -> dict[str, object]:
    """Return what a page shows of results: a table, a yes or no, or statements; and the other forms."""
    offers = [offer for offer in offers_for(results) if offer is not negotiation.HTML]
    try:
        shown = table(results, store) if isinstance(results, QuerySolutions) else told(results, store)
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault
    return {"offers": offers, **shown}


def page(results: Results, operation: QueryOperation, store: Store) -> bytes:
    """Return results as a page."""
    return render_template("results.html", operation=operation, **page_parts(results, store)).encode()


def table(solutions: QuerySolutions, store: Store) -> dict[str, object]:
    """Return what a page shows of solutions: variables, rows of terms, and whether there are more."""
    names = [variable.value for variable in solutions.variables]
    rows = [[solution[name] for name in names] for solution in islice(solutions, SHOWN + 1)]
    words = Words.for_request(labels_of(store, iris_of(cells(rows))))
    shown = [[words.show(cell) for cell in row] for row in rows[:SHOWN]]
    return {"variables": names, "rows": shown, "cut": len(rows) > SHOWN, "shown": SHOWN}


def cells(rows: list[list[Term | None]]) -> Iterator[Term]:
    """Yield the terms that stand in rows."""
    return (cell for row in rows for cell in row if cell is not None)


def told(results: QueryBoolean | QueryTriples, store: Store) -> dict[str, object]:
    """Return what a page shows of the answer to ASK, or of a graph."""
    if isinstance(results, QueryBoolean):
        return {"boolean": bool(results)}
    triples = list(islice(dict.fromkeys(results), SHOWN + 1))
    words = Words.for_request(labels_of(store, iris_of(term for triple in triples for term in triple)))
    sections = in_sections([Statement(triple, ()) for triple in triples[:SHOWN]], words)
    return {"sections": sections, "cut": len(triples) > SHOWN, "shown": SHOWN}
