"""The page about one thing: what is asked, laid out for its kind, before the template writes it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import render_template
from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import ACTUAL, LAST_PLACE, MODALITY, WITH_BASIS, bases_of, modalities_of
from wicara.graph.names import kind_of
from wicara.ontology import PREFIXES
from wicara.server import forms, negotiation
from wicara.server.addresses import path_of, with_choices
from wicara.server.description import PAGE as RDF_PAGE
from wicara.server.linked.statements import counts_of, in_sections, marks, statements_of
from wicara.server.served import infer, store
from wicara.server.site.dates import LAST
from wicara.server.site.resource.asked import GLANCE, PAGE, Listed, quads_of, rows_of
from wicara.server.site.resource.cells import Cells
from wicara.server.site.resource.citation import cited
from wicara.server.site.resource.history import history_of
from wicara.server.site.resource.layouts import CLAIM, Order, Show, layout_of
from wicara.server.site.resource.linked import described
from wicara.server.site.resource.paths import Facts
from wicara.server.site.resource.reports import report_href
from wicara.server.site.words import Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from wicara.graph.evidence import Basis
    from wicara.server.linked.statements import Counts, Statement
    from wicara.server.site.resource.asked import Found, Read
    from wicara.server.site.resource.cells import Cell
    from wicara.server.site.resource.layouts import Block, Layout
    from wicara.server.site.words import Shown, Term

TYPE: Final = f"{PREFIXES['rdf']}type"
CARDS: Final = 40
"""How many graphs a page tells in full what they rest on; marks of others lead to the page of the graph."""


@dataclass(frozen=True)
class Row:
    """A row of a block: its cells, the graphs that it rests on, and what it is if no plain fact."""

    cells: tuple[Cell, ...]
    bases: tuple[Basis, ...]
    modality: tuple[Term, ...] = ()
    current: bool = False


@dataclass(frozen=True)
class Table:
    """A block of a page; `query` asks for all of its rows, where there are more than are shown."""

    title: object
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    of_graphs: bool
    query: str = ""


@dataclass(frozen=True)
class Line:
    """A line of what a page shows at a glance."""

    heading: object
    cell: Cell
    bases: tuple[Basis, ...]


class View:
    """What is known for a page, and how it is laid out."""

    def __init__(self, subject: NamedNode, counts: Counts, page: int) -> None:
        """Read what the page needs, with a fixed number of queries."""
        self.subject, self.counts, self.page = subject, counts, page
        is_graph = counts.content > 0 or kind_of(subject.value) is not None
        self.layout: Layout = layout_of(counts.classes, graph=is_graph)
        self.found: Mapping[str, Found] = rows_of(store(), subject, self.layout) if page == 1 else {}
        self.read: Read = quads_of(
            store(), Listed(subject, counts, (page - 1) * PAGE), self.found, self.layout
        )
        self.outgoing = statements_of(self.read.outgoing)
        self.incoming = statements_of(self.read.incoming)
        self.content = statements_of(self.read.content, contents=True)
        self.blank = statements_of(self.read.blank)
        known = statements_of(chain(self.read.outgoing, self.read.incoming, self.read.blocks))
        self.facts = Facts([*known, *statements_of(self.read.dataset)])
        self.bases = bases_of(store(), self.graphs(known))
        self.words = Words.for_request(labels_of(store(), self.mentioned(known)))
        self.cells = Cells(self.facts, self.words, self.bases)

    def graphs(self, statements: Iterable[Statement]) -> Iterator[str]:
        """Yield the graphs that statements and blocks of graphs name, and the subject."""
        yield self.subject.value
        yield from chain.from_iterable(one.graphs for one in statements)
        for number, block in enumerate(self.layout.blocks):
            if block.of_graphs and str(number) in self.found:
                yield from (row.value for row in self.found[str(number)].rows)

    def mentioned(self, statements: Iterable[Statement]) -> Iterator[NamedNode]:
        """Yield the IRIs that the page shows."""
        yield self.subject
        yield from map(NamedNode, self.counts.classes)
        for one in chain(statements, self.content, self.blank):
            yield from iris_of(one.triple)
            yield from map(NamedNode, one.graphs)
        for basis in self.bases.values():
            yield from iris_of(basis.terms())
        yield from (row for found in self.found.values() for row in found.rows)

    def tables(self) -> Iterator[Table]:
        """Yield the blocks that have rows."""
        for number, block in enumerate(self.layout.blocks):
            rows = self.found[str(number)].rows if str(number) in self.found else ()
            if rows and rows != (self.subject,):
                yield self.table(block, rows)

    def table(self, block: Block, found: Sequence[NamedNode]) -> Table:
        """Return a block with its rows in order, without the columns that are empty."""
        rows = [(row, self.row(block, row)) for row in found[: block.limit]]
        rows.sort(key=lambda pair: self.place(block, *pair))
        used = [
            index for index in range(len(block.columns)) if any(row.cells[index].values for _, row in rows)
        ]
        return Table(
            block.title,
            tuple(str(block.columns[index].heading) for index in used),
            tuple(
                Row(tuple(row.cells[index] for index in used), row.bases, row.modality, row.current)
                for _, row in rows
            ),
            block.of_graphs,
            self.query(block) if len(found) > block.limit else "",
        )

    def query(self, block: Block) -> str:
        """Return the query for all rows of a block."""
        return f"SELECT DISTINCT ?row {{ {block.rows.replace('?this', str(self.subject))} }}"

    def row(self, block: Block, row: NamedNode) -> Row:
        """Return a row of a block."""
        cells = tuple(self.cells.cell(row, column) for column in block.columns)
        if block.of_graphs:
            bases = tuple(basis for basis in (self.bases.get(row.value),) if basis)
        else:
            statements = chain.from_iterable(cell.statements for cell in cells)
            bases = self.bases_of(chain(self.facts.links(self.subject, row), statements))
        return Row(cells, bases, self.modality(bases, cells), row == self.subject)

    def bases_of(self, statements: Iterable[Statement]) -> tuple[Basis, ...]:
        """Return what the graphs of statements rest on, in reading order."""
        graphs = {graph for one in statements for graph in one.graphs if graph in self.bases}
        return tuple(sorted((self.bases[graph] for graph in graphs), key=lambda one: one.order))

    def modality(self, bases: Sequence[Basis], cells: Iterable[Cell]) -> tuple[Term, ...]:
        """Return the modalities of what a row rests on, without those that its cells tell themselves."""
        told = {shown.full for cell in cells for value in cell.values for shown in value.modality}
        found = dict.fromkeys(term for basis in bases for term in basis.modalities)
        return tuple(term for term in found if getattr(term, "value", "") not in told)

    def place(self, block: Block, node: NamedNode, row: Row) -> tuple[object, ...]:
        """Return what sorts a row of a block."""
        label = row.cells[0].values[0].shown.text.casefold() if row.cells[0].values else node.value
        if block.order is Order.TIME:
            return (*self.time_of(block, node), label)
        if block.order is Order.READING:
            return (min((basis.order for basis in row.bases), default=LAST_PLACE), label)
        return (label,)

    def time_of(self, block: Block, node: NamedNode) -> tuple[date, date]:
        """Return the first time in the columns of a block."""
        spans = [
            self.cells.bounds(end)[0].order
            for column in block.columns
            if column.show is Show.TIME
            for end in self.facts.follow(node, column.path)
        ]
        return min(spans, default=(LAST, LAST))

    def lines(self) -> Iterator[Line]:
        """Yield what the page shows at a glance."""
        if GLANCE not in self.found:
            return
        for column in self.layout.glance:
            cell = self.cells.cell(self.subject, column)
            if cell.values:
                yield Line(column.heading, cell, self.bases_of(cell.statements))

    def kinds(self) -> list[Shown]:
        """Return the classes that were asserted of the subject."""
        return [value.shown for value, _ in self.cells.classes(self.subject)]

    def says_kind(self) -> bool:
        """Tell whether one of the classes is what the layout is for: then one word is enough."""
        return str(self.layout.kind).casefold() in {kind.text.casefold() for kind in self.kinds()}

    def cards(self, tables: Iterable[Table], lines: Iterable[Line]) -> dict[str, Basis]:
        """Return what the page tells in full: what its blocks rest on, else what all of its statements do."""
        rows = chain.from_iterable(table.rows for table in tables if not table.of_graphs)
        told = chain((line.bases for line in lines), (row.bases for row in rows))
        found = dict.fromkeys(basis.graph for basis in chain.from_iterable(told)) or self.bases
        kept = sorted((self.bases[graph] for graph in found), key=lambda one: one.order)[:CARDS]
        own = self.bases.get(self.subject.value)
        return {basis.graph: basis for basis in ([own, *kept] if own else kept)}

    def modalities(self) -> list[Term]:
        """Return what the subject is if no plain fact: its own modality, or that of all facts about it."""
        own = [one.triple.object for one in self.outgoing if one.triple.predicate.value == MODALITY]
        if own:
            return [term for term in own if term != NamedNode(ACTUAL)]
        facts = [one for one in self.outgoing if one.triple.predicate.value != TYPE]
        return modalities_of(
            [self.bases[graph] for one in facts for graph in one.graphs if graph in self.bases]
        )

    def said(self) -> Literal | None:
        """Return what a claim says, in the reader's language."""
        if self.layout is not CLAIM:
            return None
        texts = [
            one for one in self.facts.follow(self.subject, ("wic:contentText",)) if isinstance(one, Literal)
        ]
        own = [one for one in texts if one.language == self.words.lang]
        return next(iter([*own, *texts]), None)


@dataclass(frozen=True)
class Written:
    """A page as text, and whether there is one after it."""

    body: str
    more: bool


def resource_page(iri: str, page: int) -> Written | None:
    """Return a page about an IRI, or None where the dataset says nothing of it."""
    try:
        subject = NamedNode(iri)
    except ValueError:
        return None
    counts = counts_of(store(), subject)
    if not counts.largest:
        return None
    view = View(subject, counts, page)
    return Written(render_template("resource.html", view=view, **shown(view)), page * PAGE < counts.largest)


def shown(view: View) -> dict[str, object]:
    """Return what the template shows."""
    iri, words = view.subject.value, view.words
    here = (path_of(iri) or "").partition("#")[0]
    tables, lines = list(view.tables()), list(view.lines())
    cards = view.cards(tables, lines)
    return {
        "iri": iri,
        "here": here,
        "words": words,
        "cards": cards,
        "others": [basis for graph, basis in cards.items() if graph != iri],
        "marks": marks,
        "infer": infer(),
        "modality": [words.show(term) for term in view.modalities()],
        "lines": lines,
        "tables": tables,
        "content": in_sections(view.content, words),
        "outgoing": in_sections([*view.outgoing, *view.blank], words),
        "incoming": in_sections(view.incoming, words, incoming=True),
        "lists": lists(view, here),
        "rest": f"SELECT ?s ?p {{ ?s ?p <{iri}> }} ORDER BY ?p ?s",
        "alternates": alternates(here, (view.page - 1) * PAGE // RDF_PAGE + 1),
        "citation": cited(iri, label(view), view.cells),
        "linked": described(view.subject, view.layout.schema, view.cells, here),
        "history": history_of(view.outgoing, words) if kind_of(iri) in WITH_BASIS else None,
        "report": report_href(iri),
    }


def label(view: View) -> str:
    """Return what the subject is called, in the reader's language."""
    return view.words.show_iri(view.subject.value).text


def alternates(here: str, page: int) -> list[tuple[negotiation.Representation, str]]:
    """Return the other forms of a page, each with its address: the page there that holds the same."""
    tail = f"?page={page}" if page > 1 else ""
    return forms.as_data(negotiation.PAGES, lambda offer: with_choices(f"{here}.{offer.extension}{tail}"))


@dataclass(frozen=True)
class Part:
    """The part of a list that a page shows: how many statements there are, and the first and last of them."""

    total: int
    first: int
    last: int

    @property
    def whole(self) -> bool:
        """Tell whether it is all of the list."""
        return (self.first, self.last) == (1, self.total)


def lists(view: View, here: str) -> dict[str, object]:
    """Return which part of each list a page shows, and where the pages before and after it are."""
    counts, first = view.counts, (view.page - 1) * PAGE
    totals = {
        "outgoing": sum(counts.outgoing.values()),
        "incoming": sum(counts.incoming.values()),
        "content": counts.content,
    }
    more = view.page * PAGE < counts.largest
    return {
        **{name: Part(total, first + 1, min(first + PAGE, total)) for name, total in totals.items()},
        "before": with_choices(f"{here}?page={view.page - 1}") if view.page > 1 else None,
        "after": with_choices(f"{here}?page={view.page + 1}") if more else None,
    }
