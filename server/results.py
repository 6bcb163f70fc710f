"""Query results as responses, written in the thread that evaluates: pyoxigraph's iterators belong to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, TYPE_CHECKING, Final, cast

from flask import render_template
from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples
from wicara.graph import formats
from wicara.graph.formats import Format, serialize_triples, stream
from wicara.graph.xml_text import XmlSink
from wicara.server.capped import OTHERS, Capped, CapReached, cut_at, held, is_capped
from wicara.server.evaluation import failed
from wicara.server.http import negotiation
from wicara.server.http.compression import HELD, Pushed
from wicara.server.linked.statements import Statement, in_sections
from wicara.server.site.words import Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyoxigraph import Store, Triple
    from wicara.graph.sparql import Results
    from wicara.graph.xml_text import Sink
    from wicara.server.capped import Cut
    from wicara.server.protocol import QueryOperation
    from wicara.server.settings import Limits
    from wicara.server.site.words import Term

SORTED: Final = 1000
"""How many triples are sorted before they are written; more are written as they are found."""
SHOWN: Final = 1000
"""How many rows or statements a page shows; the other formats hold all."""


def offers_for(results: Results) -> tuple[Format, ...]:
    """Return the forms that results can be given in: results types for SELECT and ASK, RDF for the others."""
    tabular = isinstance(results, QuerySolutions | QueryBoolean)
    return negotiation.RESULTS if tabular else negotiation.GRAPHS


@dataclass(frozen=True)
class Written:
    """A body, or what writes it, and the cap that it was cut at."""

    body: bytes | Pushed
    cut: Cut | None = None


def written(results: Results, form: Format, limits: Limits, prefixes: Mapping[str, str]) -> Written:
    """Return results in a form other than HTML; raises DoesNotFit where they do not fit it.

    Solutions and large graphs are written as they are found, and never held as a whole.
    """
    if isinstance(results, QueryBoolean):
        return Written(results.serialize(format=form.results) or b"")
    if isinstance(results, QueryTriples):
        return graph(results, form, limits, prefixes)
    if is_capped(limits):
        return capped(Capped(results, form, limits))

    def write(sink: Sink) -> None:
        checked = XmlSink(sink, OTHERS) if form is formats.XML else sink
        results.serialize(cast("IO[bytes]", checked), form.results)

    return Written(Pushed(write))


def capped(results: Capped) -> Written:
    """Return results up to a cap.

    Where it is reached only after the first bytes have gone out, the body breaks off instead.
    """
    pieces = results.pieces()
    first, whole = held(pieces, HELD)
    if whole:
        return Written(b"".join(first), results.cut)

    def write(sink: Sink) -> None:
        for piece in chain(first, pieces):
            if results.cut:
                raise CapReached
            sink.write(piece)

    return Written(Pushed(write))


def graph(triples: QueryTriples, form: Format, limits: Limits, prefixes: Mapping[str, str]) -> Written:
    """Return a graph: a small one sorted, a large one as it is found."""
    if is_capped(limits):
        kept, cut = cut_graph(triples, limits)
        return Written(serialize_triples(kept, form), cut)
    first = list(islice(triples, SORTED + 1))
    if len(first) <= SORTED:
        return Written(serialize_triples(first, form))
    return Written(Pushed(lambda sink: stream(chain(first, triples), form, sink, prefixes)))


def cut_graph(triples: Iterable[Triple], limits: Limits) -> tuple[list[Triple], Cut | None]:
    """Return the triples within the caps, and the cap that the others are beyond; bytes as N-Triples."""
    kept: list[Triple] = []
    size = 0
    for triple in triples:
        size += len(str(triple).encode()) + len(b" .\n")
        cut = cut_at(limits, len(kept) + 1, size)
        if cut:
            return kept, cut
        kept.append(triple)
    return kept, None


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
