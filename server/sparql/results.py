"""Query results as bodies and pages, written in the thread that evaluates: engine iterators belong to it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, NamedTuple, cast

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples
from wicara.graph import formats
from wicara.graph.errors import DoesNotFit
from wicara.graph.export import check_graph
from wicara.graph.formats import RESULTS, serialize_triples, stream_answer
from wicara.graph.xml_text import Unflushed, XmlSink
from wicara.server.http import negotiation
from wicara.server.http.compression import StreamedBody
from wicara.server.http.problems import Problem, bad_request
from wicara.server.linked.statements import Statement, in_sections
from wicara.server.site.words import Words, iris_of, labels_of
from wicara.server.sparql.calls import calls_service, failed_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Store, Triple
    from wicara.graph.formats import Format
    from wicara.graph.sparql import Results
    from wicara.graph.store import BuiltDataset
    from wicara.graph.xml_text import Sink
    from wicara.server.settings import Limits
    from wicara.server.site.words import Term

MAX_SORTED: Final = 1000
"""How many triples are sorted before they are written; more are written as they are found."""
MAX_SHOWN: Final = 1000
"""How many rows or statements a page shows; the other formats hold all."""
NOT_XML: Final = "JSON, CSV and TSV"
"""The formats of results that hold what XML does not."""
MAKES_UNFIT: Final = re.compile(
    r"<<|triple|langdir|@[a-z0-9-]+--|\\u|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[iu]ri\s*\(|service",
    re.IGNORECASE,
)
"""What a query has that makes terms which a format of RDF 1.1, or of XML, cannot hold."""
UNFIT: Final[dict[tuple[str, str], bool]] = {}
"""Whether a dataset, by its digest, has what a format cannot hold."""
MAX_REMEMBERED: Final = 8
UNKNOWN_FUNCTION: Final = "The custom function"
"""How pyoxigraph begins to say that a function does not exist, or takes other arguments."""


def failed(fault: Exception, query: str) -> Problem:
    """Return the problem of a query that parses and cannot be evaluated; some are the query's own fault."""
    if UNKNOWN_FUNCTION in str(fault):
        return bad_request(f"{fault}.")
    if calls_service(query):
        return failed_call(fault)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"The query could not be evaluated: {fault}")


def offers_for(results: Results) -> tuple[Format, ...]:
    """Return the formats that results can be given in: those of results for SELECT and ASK, else of RDF."""
    tabular = isinstance(results, QuerySolutions | QueryBoolean)
    return negotiation.RESULTS if tabular else negotiation.GRAPHS


@dataclass(frozen=True)
class Cut:
    """Where a result was cut: the limit, and its value."""

    limit: str
    value: int

    def __str__(self) -> str:
        """Return this as the value of a header."""
        return f"{self.limit}={self.value}"


def cut_at(limits: Limits, rows: int, size: int) -> Cut | None:
    """Return the limit that so many rows, or bytes, are beyond."""
    if limits.max_rows and rows > limits.max_rows:
        return Cut("max-rows", limits.max_rows)
    if limits.max_bytes and size > limits.max_bytes:
        return Cut("max-bytes", limits.max_bytes)
    return None


class RepeatableQuery(NamedTuple):
    """A query, and what evaluates it once more."""

    query: str
    evaluate: Callable[[], Results]


def body_of(
    results: QuerySolutions | QueryBoolean, form: Format, limits: Limits, links: Sequence[str] = ()
) -> tuple[bytes | StreamedBody, Cut | None]:
    """Return the answer to SELECT or ASK in a format other than HTML, and the limit that it was cut at.

    `links` stand in the head of JSON. Without a limit, solutions are written as they are found, and never
    held as a whole.
    Raises DoesNotFit where the format cannot hold them.
    """
    if isinstance(results, QueryBoolean):
        body = results.serialize(format=RESULTS[form.name].results) or b""
        return with_links(body, links) if form is formats.JSON else body, None
    is_capped = bool(limits.max_rows or limits.max_bytes)
    if is_capped:
        capped = CappedSink(form, limits)
        with suppress(CapReached):
            write(results, form, capped, links)
        return capped.body(), capped.cut
    return StreamedBody(lambda sink: write(results, form, sink, links)), None


def graph_body(
    triples: QueryTriples, form: Format, dataset: BuiltDataset, limits: Limits, asked: RepeatableQuery
) -> tuple[bytes | StreamedBody, Cut | None]:
    """Return the answer to CONSTRUCT or DESCRIBE in a format other than HTML, and the limit of its cut.

    Without a limit, a large graph is written as it is found, and never held as a whole. One that may not fit
    is written to nowhere first, so that no answer breaks off at what its format cannot hold.
    Raises DoesNotFit where the format cannot hold it.
    """
    if limits.max_rows or limits.max_bytes:
        collected, cut = cut_graph(triples, limits)
        return serialize_triples(collected, form), cut
    first = list(islice(triples, MAX_SORTED + 1))
    if len(first) <= MAX_SORTED:
        return serialize_triples(first, form), None
    if may_not_fit(dataset, asked.query, form):
        stream_answer(first, triples, form, Nowhere(), dataset.prefixes)
        first, triples = [], cast("QueryTriples", asked.evaluate())
    return StreamedBody(lambda sink: stream_answer(first, triples, form, sink, dataset.prefixes)), None


def write(solutions: QuerySolutions, form: Format, sink: Sink, links: Sequence[str] = ()) -> None:
    """Write solutions; raises DoesNotFit where the format cannot hold them."""
    checked = XmlSink(sink, NOT_XML) if form is formats.XML else sink
    if links and form is formats.JSON:
        checked = LinkedSink(sink, links)
    solutions.serialize(cast("IO[bytes]", checked), form.results)


class Nowhere(Unflushed):
    """A sink that keeps nothing."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""
        return len(data)


def may_not_fit(dataset: BuiltDataset, query: str, form: Format) -> bool:
    """Tell whether a graph that a query makes may hold what a format cannot: by its text, or by the data."""
    if form.unfit is None:
        return False
    if MAKES_UNFIT.search(query):
        return True
    if (dataset.digest, form.name) not in UNFIT:
        if len(UNFIT) >= MAX_REMEMBERED:
            UNFIT.clear()
        try:
            check_graph(dataset.store, None, form)
        except DoesNotFit:
            UNFIT[dataset.digest, form.name] = True
    return UNFIT.setdefault((dataset.digest, form.name), False)


def with_links(body: bytes, links: Sequence[str]) -> bytes:
    """Return JSON results with links in their head (SPARQL 1.1 Query Results JSON Format, section 3.1.2)."""
    begin, head, rest = body.partition(b'{"head":{')
    if not links or not head:
        return body
    comma = b"" if rest.startswith(b"}") else b","
    return b"".join((begin, head, b'"link":', json.dumps(links).encode(), comma, rest))


class LinkedSink(Unflushed):
    """A sink that puts links into the head of JSON results, which it holds back until the rows begin."""

    def __init__(self, sink: Sink, links: Sequence[str]) -> None:
        """Write to another sink."""
        self.sink, self.links = sink, links
        self.head = b""
        self.begun = False

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""
        if self.begun:
            return self.sink.write(data)
        self.head += data
        if b'"results"' in self.head:
            self.begun = True
            self.sink.write(with_links(self.head, self.links))
        return len(data)


def cut_graph(triples: Iterable[Triple], limits: Limits) -> tuple[list[Triple], Cut | None]:
    """Return the triples within the limits, and the one that the others are beyond; bytes as N-Triples."""
    collected: list[Triple] = []
    size = 0
    for triple in triples:
        size += len(str(triple).encode()) + len(b" .\n")
        cut = cut_at(limits, len(collected) + 1, size)
        if cut:
            return collected, cut
        collected.append(triple)
    return collected, None


class CapReached(Exception):  # noqa: N818 - it is how the engine is stopped
    """No more rows are wanted."""


@dataclass(frozen=True)
class RowFrame:
    """Where rows stand in what the engine writes: what comes before the first, and after the last.

    `between` matches the end of a row that another one follows; strings are passed over, and `open` is one
    that has no end yet.
    """

    head: bytes
    between: re.Pattern[bytes]
    end: bytes = b""


ROWS: Final = {
    formats.JSON: RowFrame(
        b'"bindings":[', re.compile(rb'"(?:[^"\\]|\\.)*+"|(?P<open>")|(?P<row>\}),\{', re.DOTALL), b"]}}"
    ),
    formats.XML: RowFrame(b"<results>", re.compile(rb"(?P<row></result>)<result>"), b"</results></sparql>"),
    formats.CSV: RowFrame(b"\r\n", re.compile(rb'"[^"]*+"|(?P<open>")|(?P<row>\r\n)(?=.)', re.DOTALL)),
    formats.TSV: RowFrame(b"\n", re.compile(rb"(?P<row>\n)(?=.)", re.DOTALL)),
}


class CappedSink(Unflushed):
    """A sink that counts rows while the engine writes, and cuts after the last one within the limits."""

    def __init__(self, form: Format, limits: Limits) -> None:
        """Take the format of the results and the limits; `cut` says which one was reached."""
        self.form, self.limits, self.rows = form, limits, ROWS[form]
        self.written = bytearray()
        self.head = self.place = self.last = 0
        self.count = 1
        self.cut: Cut | None = None

    def write(self, data: bytes, /) -> int:
        """Take some bytes; raises CapReached where no more are wanted."""
        self.written += data
        if not self.head:
            begin = self.written.find(self.rows.head)
            if begin < 0:
                return len(data)
            self.head = self.place = self.last = begin + len(self.rows.head)
        for match in self.rows.between.finditer(self.written, self.place):
            if match.lastgroup == "open":
                break
            self.place = match.end()
            if match.lastgroup == "row":
                self.place = end = match.end("row")
                self.check(self.count, end - self.head)
                self.last = end
                self.count += 1
                self.check(self.count, 0)
        self.check(0, len(self.written) - self.head if self.limits.max_bytes else 0)
        return len(data)

    def check(self, rows: int, size: int) -> None:
        """Raise CapReached where so many rows, or bytes, are beyond a limit."""
        self.cut = cut_at(self.limits, rows, size)
        if self.cut:
            raise CapReached

    def body(self) -> bytes:
        """Return the results, with an end where they were cut; JSON says there that they were."""
        if self.cut is None:
            return bytes(self.written)
        end = self.rows.end
        if self.form is formats.JSON:
            end = b']},"truncated":{"limit":"%s","value":%d}}' % (self.cut.limit.encode(), self.cut.value)
        return bytes(self.written[: self.last]) + end


def page_parts(results: Results, store: Store, query: str) -> dict[str, object]:
    """Return what a page shows of the results of a query: a table, a yes or no, statements; other formats."""
    offers = [offer for offer in offers_for(results) if offer is not negotiation.HTML]
    try:
        shown = (
            rows_shown(results, store)
            if isinstance(results, QuerySolutions)
            else triples_shown(results, store)
        )
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, query) from fault
    return {"offers": offers, **shown}


def rows_shown(solutions: QuerySolutions, store: Store) -> dict[str, object]:
    """Return what a page shows of solutions: variables, rows of terms, and whether there are more."""
    names = [variable.value for variable in solutions.variables]
    rows = [[solution[name] for name in names] for solution in islice(solutions, MAX_SHOWN + 1)]
    words = Words.for_request(labels_of(store, iris_of(cells(rows))))
    shown = [[words.show(cell) for cell in row] for row in rows[:MAX_SHOWN]]
    return {"variables": names, "rows": shown, "cut": len(rows) > MAX_SHOWN, "shown": MAX_SHOWN}


def cells(rows: list[list[Term | None]]) -> Iterator[Term]:
    """Yield the terms that stand in rows."""
    return (cell for row in rows for cell in row if cell is not None)


def triples_shown(results: QueryBoolean | QueryTriples, store: Store) -> dict[str, object]:
    """Return what a page shows of the answer to ASK, or of a graph."""
    if isinstance(results, QueryBoolean):
        return {"boolean": bool(results)}
    triples = list(islice(dict.fromkeys(results), MAX_SHOWN + 1))
    words = Words.for_request(labels_of(store, iris_of(term for triple in triples for term in triple)))
    sections = in_sections([Statement(triple, ()) for triple in triples[:MAX_SHOWN]], words)
    return {"sections": sections, "cut": len(triples) > MAX_SHOWN, "shown": MAX_SHOWN}
