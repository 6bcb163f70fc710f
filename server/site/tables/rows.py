"""The engine: rows with what they rest on, for pages of things, answers, comparisons and pictures alike.

How a page shows rows of anything:

1. it has rows: those of the blocks of a layout (`reading.py`, `Blocks`), or the solutions of a query
   (`solutions.py`);
2. `supports` finds the graphs that state the patterns a row rests on, and what of them only reasoning says,
   with one query;
3. `evidence_for` reads what these graphs rest on, down to the words, and the labels of all that is shown,
   with two queries;
4. each row becomes a `Row`: its cells, its support, its statuses (`statuses.py`); `html.row_marks` writes the
   marks that lead to the evidence, `rows` of `_macros.html` the table.

So a page takes the same number of queries however many rows it has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import chain, zip_longest
from operator import or_
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.evidence import LAST_PLACE, bases_of
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.sparql import solutions
from wicara.graph.status import ORDER, status_of
from wicara.server.linked.statements import INFERRED, Statement
from wicara.server.site.tables.cells import Cell
from wicara.server.site.tables.differing import clash_in
from wicara.server.site.tables.layout import Order, Show
from wicara.server.site.tables.statuses import (
    AHEAD,
    graphs_behind,
    is_ahead,
    is_open,
    is_plain,
    is_report,
    is_reported,
    status_of_graphs,
    statuses_of,
    tells_time,
    weakest_of,
)
from wicara.server.site.tables.texts import came_out_after
from wicara.server.site.times import LAST, day_of, format_attested, format_day
from wicara.server.site.words import Shown, Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis
    from wicara.graph.status import Status
    from wicara.server.site.tables.cells import Cells, Value
    from wicara.server.site.tables.layout import Block, Column, Layout
    from wicara.server.site.tables.reading import BlockRows
    from wicara.server.site.words import Term

Pattern: TypeAlias = "tuple[Term | None, Term | None, Term | None]"
"""A statement with open places."""

NAMES: Final = ("?s", "?p", "?o")
NUMBER: Final = re.compile("[0-9]+")
LAST_PARAGRAPH: Final = 1 << 20
"""The place of what no paragraph is told of."""
LAST_RANK: Final = (len(ORDER), "")
"""The rank of what has no status, after all others."""
STATES_NOTHING: Final = frozenset({GraphKind.CONTENT, GraphKind.ALIGNMENT, GraphKind.META})
"""The graphs that state nothing about the world."""


@dataclass(frozen=True)
class Support:
    """The graphs that state something, sorted, and the statements that nothing but reasoning makes."""

    graphs: tuple[str, ...] = ()
    inferred: tuple[Triple, ...] = ()
    statements: tuple[Statement, ...] = ()
    """What the graphs say of it, and what only reasoning says, for its status."""
    named: tuple[str, ...] = ()
    """The graphs that it names itself, whatever they say."""
    linking: frozenset[str] = frozenset()
    """The graphs that link what it is of to the thing of a page."""

    def __or__(self, other: Support) -> Support:
        """Return what supports either of two."""
        return Support(
            tuple(sorted({*self.graphs, *other.graphs})),
            tuple(dict.fromkeys((*self.inferred, *other.inferred))),
            tuple(dict.fromkeys((*self.statements, *other.statements))),
            tuple(dict.fromkeys((*self.named, *other.named))),
            self.linking | other.linking,
        )

    @property
    def telling(self) -> frozenset[str]:
        """The graphs that tell of whom or of what it is, and not of its time alone."""
        links = (one.graphs for one in self.statements if not tells_time(one.triple))
        return frozenset(chain.from_iterable(links))

    @property
    def beside(self) -> frozenset[str]:
        """The graphs that say something else beside it."""
        return frozenset(self.graphs).difference(self.named, *(one.graphs for one in self.statements))

    def statuses(self, bases: Mapping[str, Basis], things: Iterable[Term] = ()) -> tuple[Status, ...]:
        """Return the status of what this supports, which tells of some things, and the others it has."""
        return statuses_of(self.statements, bases, things=things, more=status_of_graphs(self.named, bases))


@dataclass(frozen=True)
class Evidence:
    """What the rows of a page rest on, by graph, and the words for all that it shows."""

    bases: Mapping[str, Basis]
    words: Words

    def of(self, graphs: Iterable[str], *, as_given: bool = False) -> list[Basis]:
        """Return the bases of some graphs in reading order, or in that in which they are given."""
        found = [self.bases[graph] for graph in dict.fromkeys(graphs) if graph in self.bases]
        return found if as_given else sorted(found, key=lambda one: one.order)

    def behind(self, row: Row | Line) -> list[Basis]:
        """Return what a row rests on: plans only for a plan, beside it, or where nothing else is.

        What links it to the page's thing goes first, then what else tells of whom or of what it is, last what
        tells of its time alone; of a day, what came out by then and what can be quoted go first; then reading
        order. What only follows rests on what its first proof does.
        """
        known = self.of(row.support.graphs) or self.of(graphs_behind(row.support.statements))
        telling = row.support.telling
        statuses, day = (row.statuses, row.day) if isinstance(row, Row) else ((), None)
        stated, beside = without_plans(known, statuses), row.support.beside
        return sorted(
            (one for one in known if one in stated or one.graph in beside),
            key=lambda one: (
                one.graph not in row.support.linking,
                one.graph not in telling,
                *((came_out_after(one, day), not one.quotes) if day else ()),
            ),
        )


@dataclass(frozen=True)
class Row:
    """A row: its cells, what it rests on, its statuses, the main one first, and whether it holds on a day.

    `thing` is the IRI of what it is of, where that has a page; `clash` the comparison by which other sources
    give another value, if they do; `day` the day that it is asked about, if it is about one.
    """

    cells: tuple[Cell, ...]
    support: Support
    statuses: tuple[Status, ...] = ()
    state: str = ""
    current: bool = False
    thing: str = ""
    clash: str = ""
    day: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it was so once, as sources establish, and may be so on the day: that it is, none says."""
        return is_open(self.state, self.statuses)


def without_plans(known: Sequence[Basis], statuses: Sequence[Status]) -> Sequence[Basis]:
    """Return what a row of some statuses rests on: plans only for a plan, or where nothing else is."""
    if not statuses or is_ahead(statuses):
        return known
    return [one for one in known if not is_ahead([status_of(one)])] or known


@dataclass(frozen=True)
class Table:
    """Rows under headings: those that are shown, of a `total`; `key` names the block that they are of."""

    title: object
    headings: tuple[object, ...]
    rows: tuple[Row, ...]
    of_graphs: bool = False
    key: str = ""
    total: int = 0
    order: Order = Order.LABEL

    @property
    def of_others(self) -> bool:
        """Whether its rows are of what stands beside the page's own thing: they tell nothing of that."""
        return self.order is Order.NEAREST

    @property
    def rests_on_more(self) -> bool:
        """Whether a row rests on more than one graph."""
        return not self.of_graphs and any(len(row.support.graphs) > 1 for row in self.rows)

    @property
    def graphs(self) -> list[str]:
        """The graphs that its rows rest on."""
        return [graph for row in self.rows for graph in row.support.graphs]


@dataclass(frozen=True)
class Line:
    """A line of what a page shows at a glance."""

    heading: object
    cell: Cell
    support: Support


def evidence_for(
    store: Store, terms: Iterable[Term | None], graphs: Iterable[str], *, quotes: bool = True
) -> Evidence:
    """Return what graphs rest on and the words for terms and for that, with two queries."""
    bases = bases_of(store, graphs, quotes=quotes)
    shown = chain((term for term in terms if term is not None), *(one.terms() for one in bases.values()))
    return Evidence(bases, Words.for_request(labels_of(store, iris_of(shown))))


def supports(store: Store, patterns: Iterable[Pattern]) -> dict[Pattern, Support]:
    """Return what supports each pattern, with one query however many there are."""
    by_shape: dict[tuple[int, ...], list[Pattern]] = {}
    for pattern in dict.fromkeys(patterns):
        if shape := shape_of(pattern):
            by_shape.setdefault(shape, []).append(pattern)
    graphs = graphs_stating(store, by_shape) if by_shape else {}
    found: dict[Pattern, Support] = {}
    for shape, alike in by_shape.items():
        by_key: dict[tuple[str, ...], Support] = {}
        for triple, names in graphs.items():
            key = tuple(str(triple[place]) for place in shape)
            by_key[key] = by_key.get(key, Support()) | support_of(triple, names)
        found |= {each: by_key.get(tuple(str(each[place]) for place in shape), Support()) for each in alike}
    return found


def supports_of_rows(store: Store, patterns: Sequence[Sequence[Pattern]]) -> list[Support]:
    """Return what supports any pattern of each row, with one query."""
    known = supports(store, chain.from_iterable(patterns))
    return [reduce(or_, (known.get(each, Support()) for each in of_row), Support()) for of_row in patterns]


def shape_of(pattern: Pattern) -> tuple[int, ...]:
    """Return the places of a pattern that are filled; none where a query cannot say with what."""
    if any(isinstance(term, BlankNode | Triple) for term in pattern):
        return ()
    return tuple(place for place, term in enumerate(pattern) if term is not None)


def graphs_stating(store: Store, by_shape: dict[tuple[int, ...], list[Pattern]]) -> dict[Triple, set[str]]:
    """Return the statements that fit patterns, each with the named graphs that it stands in."""
    blocks = []
    for shape, patterns in by_shape.items():
        names = " ".join(NAMES[place] for place in shape)
        rows = " ".join(f"({' '.join(str(pattern[place]) for place in shape)})" for pattern in patterns)
        blocks.append(f"{{ VALUES ({names}) {{ {rows} }} GRAPH ?g {{ ?s ?p ?o }} }}")
    graphs: dict[Triple, set[str]] = {}
    for row in solutions(store, f"SELECT DISTINCT ?s ?p ?o ?g {{ {' UNION '.join(blocks)} }}"):
        subject, predicate, target, graph = row["s"], row["p"], row["o"], row["g"]
        is_triple = isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)
        if is_triple and isinstance(graph, NamedNode) and kind_of(graph.value) not in STATES_NOTHING:
            graphs.setdefault(Triple(subject, predicate, target), set()).add(graph.value)
    return graphs


def support_of(triple: Triple, graphs: Iterable[str]) -> Support:
    """Return what supports one statement that stands in some graphs."""
    asserting = tuple(sorted({*graphs} - {INFERRED}))
    statement = Statement(triple, asserting or (INFERRED,))
    return Support(asserting, () if asserting else (triple,), (statement,))


def paragraph_of(basis: Basis) -> int:
    """Return the number of the paragraph of a text in which a fact stands that is not quoted.

    The title is before the first of them, and what no place is told of after the last.
    """
    if basis.text is None or not basis.text.places:
        return 0 if basis.quotes else LAST_PARAGRAPH
    number = NUMBER.search(next(iter(basis.text.places.values())))
    return int(number[0]) if number else 0


@dataclass(frozen=True)
class Blocks:
    """Makes the blocks and the glance of a page from its cells."""

    subject: NamedNode
    layout: Layout
    found: Mapping[str, BlockRows]
    cells: Cells
    evidence: Evidence
    whole: bool = False
    """Whether a page of all rows is shown, and not the first few beside other blocks."""

    def tables(self) -> Iterator[Table]:
        """Yield the blocks that have rows other than the page's own thing."""
        for number, block in enumerate(self.layout.blocks):
            found = self.found.get(str(number))
            if found and found.rows != (self.subject,):
                yield self.table(block, found)

    def table(self, block: Block, found: BlockRows) -> Table:
        """Return a block with its rows in order, without the columns that are empty."""
        groups: dict[tuple[object, ...], list[NamedNode]] = {}
        for node in found.rows:
            ends = (frozenset(self.cells.ends(node, column)) for column in block.each)
            groups.setdefault(tuple(one or node for one in ends) or (node,), []).append(node)
        rows = [
            (nodes[0], as_one([self.row(block, node) for node in nodes], block.columns))
            for nodes in groups.values()
        ]
        rows.sort(key=lambda pair: self.place(block, *pair))
        few = self.layout.shown(block)
        if not (self.whole or block.of_graphs) and found.total > few + self.layout.spared:
            rows = self.nearest(block, rows) if block.order is Order.NEAREST else rows[:few]
        used = [n for n in range(len(block.columns)) if any(row.cells[n].values for _, row in rows)]
        return Table(
            block.title,
            tuple(block.columns[n].title for n in used),
            tuple(replace(row, cells=tuple(row.cells[n] for n in used)) for _, row in rows),
            block.of_graphs,
            block.key,
            found.total,
            block.order,
        )

    def nearest(self, block: Block, rows: list[tuple[NamedNode, Row]]) -> list[tuple[NamedNode, Row]]:
        """Return the rows of a block nearest in time to the page's own thing, before and after it in turn.

        Others of its own time come last, as many as there is room for.
        """
        now = self.time_of(block, self.subject)[0]
        before = [pair for pair in reversed(rows) if self.time_of(block, pair[0])[0] < now]
        after = [pair for pair in rows if self.time_of(block, pair[0])[0] > now]
        beside = [pair for pair in rows if pair not in before and pair not in after]
        beside.sort(key=lambda pair: not pair[1].current)
        turns = chain.from_iterable(zip_longest(before, after))
        chosen = [*beside[:1], *filter(None, turns), *beside[1:]][: self.layout.shown(block)]
        return [pair for pair in rows if pair in chosen]

    def row(self, block: Block, node: NamedNode) -> Row:
        """Return a row of a block."""
        cells = tuple(
            in_block(self.cells.cell(node, column, settled=True), column, of_report=is_report(node))
            for column in block.columns
        )
        links = self.links(node)
        linking = asserted_by(self.cells.linking(node, links))
        if block.of_graphs or block.order is Order.ISSUED:
            support = Support((node.value,), named=(node.value,))
        else:
            statements = chain.from_iterable(cell.statements for cell in cells)
            support = replace(linking | asserted_by(chain(links, statements)), linking=linking.telling)
        statuses = self.statuses(node, links, block.columns, cells, support)
        is_timed = any(column.show is Show.TIME for column in block.columns)
        clash = clash_in([node.value], of_time=True) if is_timed else ""
        return Row(cells, support, statuses, current=node == self.subject, thing=node.value, clash=clash)

    def links(self, node: NamedNode) -> Sequence[Statement]:
        """Return the statements between the page's thing and a row; where they plan, what follows too."""
        links = self.cells.paths.links(self.subject, node)
        return (
            self.cells.paths.between[frozenset((self.subject, node))] if self.cells.is_ahead(links) else links
        )

    def statuses(
        self,
        node: NamedNode,
        links: Sequence[Statement],
        columns: Sequence[Column],
        cells: Sequence[Cell],
        support: Support,
    ) -> tuple[Status, ...]:
        """Return the status of a row: that of its thing, as it is reported, linked and told of first.

        Of an event beside another, reports alone tell whether it took place, and not what links the two. What
        is said in an act has its own mark: that it is proposed makes the act no less one that took place.
        What is no event is only read from words where a bound of its time is.
        """
        shown = zip(columns, cells, strict=True)
        doing = (cell.statements for column, cell in shown if not (column.path and column.show is Show.TEXT))
        telling = next(filter(None, doing), ())
        own = chain.from_iterable(self.cells.paths.follow(node, ("wic:modality",)).values())
        decisive = links if is_reported(node) else (*own, *links, *telling)
        decisive = () if is_reported(node) and is_reported(self.subject) else decisive
        # That a report was made says nothing of how sure it is: the fact that has it does.
        bases = self.evidence.bases
        graphs = {graph for one in links for graph in one.graphs if graph in bases and is_report(node)}
        surest = sorted(graphs, key=lambda graph: status_of(bases[graph]).rank)[:1]
        found = replace(support, statements=tuple(decisive), named=(*support.named, *surest))
        known = found.statuses(bases, (node,))
        if is_reported(node) or not is_plain(known):
            return known
        return weakest_of(
            known, self.cells.readings_of_time(chain.from_iterable(one.statements for one in cells))
        )

    def place(self, block: Block, node: NamedNode, row: Row) -> tuple[object, ...]:
        """Return the sort key of a row of a block; at last what it begins with, and its own label."""
        first = row.cells[0].values[0].shown.text.casefold() if row.cells[0].values else node.value
        labels = (first, self.evidence.words.show_iri(node.value).text.casefold())
        if block.order in {Order.TIME, Order.NEAREST}:
            times = self.time_of(block, node)
            if self.whole or block.order is Order.NEAREST:
                return (*times, *labels)
            return (times == (LAST, LAST), *(LAST - time for time in times), *labels)
        if block.order is Order.ISSUED:
            text = self.evidence.bases[node.value].text if node.value in self.evidence.bases else None
            issued = day_of(text.issued) if text else None
            return (date.max - (issued or date.min), *labels)
        if block.order is Order.READING:
            links = asserted_by(self.cells.paths.links(self.subject, node))
            bases = self.evidence.of(links.graphs) or self.evidence.of(row.support.graphs)
            article, start, name = bases[0].order if bases else LAST_PLACE
            paragraph = paragraph_of(bases[0]) if bases and block.of_graphs else 0
            return (article, start, paragraph, name, *labels)
        return labels

    def time_of(self, block: Block, node: NamedNode) -> tuple[date, date]:
        """Return the first time in the columns of a block."""
        spans = (
            self.cells.bounds(end)[0].order
            for column in block.columns
            if column.show is Show.TIME
            for end in self.cells.ends(node, column, settled=True)
        )
        return min(spans, default=(LAST, LAST))

    def lines(self) -> Iterator[Line]:
        """Yield what the page shows at a glance."""
        for column in self.layout.glance if "glance" in self.found else ():
            cell = self.cells.cell(self.subject, column)
            if cell.values:
                yield Line(column.title, cell, asserted_by(cell.statements))


def as_one(rows: Sequence[Row], columns: Sequence[Column]) -> Row:
    """Return rows as one, with the values of each cell once and the status of the surest of them.

    Where one row has the time of what was held, those that were planned are left out.
    """
    if len(rows) == 1:
        return rows[0]
    surest, *others = sorted(
        rows, key=lambda row: [status.rank for status in row.statuses[:1]] or [LAST_RANK]
    )
    cells = []
    for column, *alike in zip(columns, surest.cells, *(row.cells for row in others), strict=True):
        values: dict[str, Value] = {}
        for value in chain.from_iterable(cell.values for cell in alike):
            values.setdefault(value.shown.text, value)
        held = {text: value for text, value in values.items() if value.status not in AHEAD}
        values = attested_together(held or values) if column.show is Show.TIME else values
        statements = chain.from_iterable(cell.statements for cell in alike)
        in_order = sorted(values.values(), key=lambda one: (one.status in AHEAD, one.shown.text.casefold()))
        cells.append(Cell(tuple(in_order), tuple(dict.fromkeys(statements))))
    support = reduce(or_, (row.support for row in others), surest.support)
    return replace(surest, cells=tuple(cells), support=support)


def attested_together(times: Mapping[str, Value]) -> dict[str, Value]:
    """Return times by their words; those of which one day alone is known are one, first to last."""
    days = {day: value for value in times.values() if value.span and (day := value.span.attested)}
    if len(days) < 2:  # noqa: PLR2004 - several
        return {**times}
    text = format_attested(days)
    together = replace(days[min(days)], shown=Shown(text, text))
    return {text: together} | {name: one for name, one in times.items() if one not in days.values()}


def in_block(cell: Cell, column: Column, *, of_report: bool) -> Cell:
    """Return a cell as a row shows it: its times, kinds and roles are words there, and no links.

    The day of a report is that on which its text came out.
    """
    if column.show not in {Show.TIME, Show.CLASS, Show.ROLE}:
        return cell
    shown = [one.shown.without_link for one in cell.values]
    days = [one.span.attested if of_report and one.span else None for one in cell.values]
    values = (
        replace(one, shown=replace(text, text=format_day(day)) if day else text)
        for one, text, day in zip(cell.values, shown, days, strict=True)
    )
    return replace(cell, values=tuple(values))


def asserted_by(statements: Iterable[Statement]) -> Support:
    """Return the graphs that make some statements; their cells mark what is inferred."""
    found = tuple(dict.fromkeys(statements))
    return Support(tuple(sorted({graph for one in found for graph in one.graphs})), statements=found)
