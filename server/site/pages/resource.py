"""The page about one thing, laid out for its kind: what it takes to write `resource.html`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import MODALITY, WITH_BASIS
from wicara.graph.names import kind_of
from wicara.graph.sparql import solutions
from wicara.graph.status import ESTABLISHED, status_of
from wicara.ontology import BASE, WIC, expand
from wicara.queries import page_query
from wicara.server.app_state import infer, store
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import forms_at, in_form, path_of, with_choices, with_fields
from wicara.server.linked.description import PAGE as RDF_PAGE
from wicara.server.linked.statements import counts_of, in_sections, marks
from wicara.server.site.citation import NEWS, of_page, of_text, texts_behind
from wicara.server.site.language import WORDS
from wicara.server.site.pages.explain import explain_href
from wicara.server.site.pages.reuse import report_href, schema_org
from wicara.server.site.tables.cells import Cells, in_own_language
from wicara.server.site.tables.differing import clashes_in
from wicara.server.site.tables.layout import PATHS, ROWS, Column, Show, layout_of, parts_of
from wicara.server.site.tables.reading import PAGE, Lists, Paths, block_rows, read_statements
from wicara.server.site.tables.register import address_for
from wicara.server.site.tables.rows import Blocks, evidence_for
from wicara.server.site.tables.sheet import sheets
from wicara.server.site.tables.statuses import (
    graphs_behind,
    is_reported,
    sayings,
    statuses_of,
    with_aftermath,
)
from wicara.server.site.tables.texts import HAS_TIME
from wicara.server.site.times import day_of, format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.evidence import Basis
    from wicara.graph.formats import Format
    from wicara.graph.status import Status
    from wicara.server.linked.statements import Counts
    from wicara.server.site.tables.rows import Line, Table
    from wicara.server.site.words import Shown, Term

TIMES: Final = frozenset(iri for iri, _backward in parts_of(PATHS["time"]))
DECISIVE: Final = {"claim": frozenset({MODALITY}), "figure": frozenset({f"{WIC}value"})}
"""The properties whose statements decide on the status of things that have one beside that of their time."""
"""The properties by which a thing has its time, as held, planned or proposed."""
CONCLUDED: Final = NamedNode(f"{WIC}HasBeenForeignMinister")
"""The class that only the posts which a person has held put that person in."""
STATEMENTS, CITATIONS = "statements", "citations"
"""The parts of a page that list all statements, and all texts to cite, as addresses call them; others are
blocks by their keys."""
CARDS, FEWER_CARDS, MANY_BLOCKS = 12, 3, 4
"""How many graphs a page shows with their words, and one of many blocks; marks of others lead elsewhere."""
SOURCES: Final = 3
"""How many sources a page says how to cite, those first that tell most of its thing."""
RECORDED: Final = {expand(name): heading for name, heading in WORDS["history"].items()}
"""What the provenance records of the history of a graph, by property, in the order in which it is shown."""


@dataclass(frozen=True)
class Page:
    """A page as HTML, and whether there is one after it."""

    body: str
    more: bool


@dataclass(frozen=True)
class Part:
    """The part of a list that a page shows: how many statements there are, and the first and last of them."""

    total: int
    first: int
    last: int

    @property
    def whole(self) -> bool:
        """Whether it is all of the list."""
        return (self.first, self.last) == (1, self.total)


def resource_page(iri: str, page: int, beside: Sequence[str] = ()) -> Page | None:
    """Return a page about an IRI, or None where the dataset says nothing of it.

    `beside` are the things that are described in the same document, itself among them.
    """
    try:
        subject = NamedNode(iri)
    except ValueError:
        return None
    counts = counts_of(store(), subject)
    if not counts.largest:
        return None
    view = View(subject, counts, page, beside)
    body = render_template("resource.html", view=view, **variables(view))
    return Page(body, view.with_statements and page * PAGE < counts.largest)


class View:
    """What is known for a page."""

    def __init__(
        self, subject: NamedNode, counts: Counts, page: int, beside: Sequence[str] = (), show: str = ""
    ) -> None:
        """Read what the page needs, with five queries at most; `show` is a part that it shows alone."""
        self.subject, self.counts, self.page = subject, counts, page
        self.beside = [NamedNode(iri) for iri in beside if iri != subject.value]
        self.first = (page - 1) * PAGE
        is_graph = counts.content > 0 or kind_of(subject.value) is not None
        self.layout = layout_of(counts.classes, graph=is_graph)
        self.show = show or request.args.get("show", STATEMENTS if page > 1 else "")
        alone = tuple(one for one in self.layout.blocks if one.key == self.show)
        self.block = next(iter(alone), None)
        whole = not self.show or self.show == CITATIONS
        shown = self.layout if whole else replace(self.layout, glance=(), blocks=alone)
        found = block_rows(store(), subject, shown, page if self.block else 0)
        self.rows_in_all = max((one.total for one in found.values()), default=0)
        self.layout = shown
        self.read = read_statements(store(), Lists(subject, counts, self.first), found, self.layout)
        rows = [row for one in found.values() for row in one.rows]
        graphs = [
            *chain.from_iterable(one.graphs for one in self.read.known),
            *graphs_behind(one for one in self.read.known if one.inferred),
        ]
        self.evidence = evidence_for(
            store(), self.terms(rows), (subject.value, *graphs, *(row.value for row in rows))
        )
        self.words = self.evidence.words
        self.cells = Cells(Paths((*self.read.known, *self.read.dataset)), self.words, self.evidence.bases)
        self.blocks = Blocks(
            subject, self.layout, found, self.cells, self.evidence, whole=self.block is not None
        )
        self.texts = texts_about(subject)

    def terms(self, rows: Iterable[NamedNode]) -> Iterator[Term]:
        """Yield the terms that the page shows."""
        yield self.subject
        yield from self.beside
        yield from rows
        yield from map(NamedNode, self.counts.classes)
        for one in chain(self.read.known, self.read.content, self.read.blank):
            yield from one.triple
            yield from map(NamedNode, one.graphs)

    @property
    def with_statements(self) -> bool:
        """Whether the page lists the statements: where that is wanted, or where nothing else is known."""
        if self.block or self.show == CITATIONS:
            return False
        return bool(self.show or not (self.tables or self.lines or self.counts.content))

    @cached_property
    def tables(self) -> list[Table]:
        """The blocks of the page."""
        return list(self.blocks.tables())

    @cached_property
    def lines(self) -> list[Line]:
        """What the page shows at a glance."""
        return list(self.blocks.lines())

    def address(self, here: str, **fields: str) -> str:
        """Return the address of a part of what is known of the subject."""
        return with_choices(with_fields(here, urlencode(fields)))

    @cached_property
    def title(self) -> Shown:
        """What the subject is called, in the reader's language."""
        return self.words.show_iri(self.subject.value)

    def kinds(self) -> list[Shown]:
        """Return the classes that were asserted of the subject."""
        return [value.shown for value, _ in self.cells.classes(self.subject)]

    def says_kind(self) -> bool:
        """Tell whether one of the classes is what the layout is for: then one word is enough."""
        return str(self.layout.kind).casefold() in {kind.text.casefold() for kind in self.kinds()}

    def claimed(self) -> Literal | None:
        """Return what a claim says, in the reader's language; None for anything else."""
        texts = self.cells.paths.follow(self.subject, ("wic:contentText",))
        return in_own_language(texts, self.words.lang) if self.layout.key == "claim" else None

    def statuses(self) -> tuple[Status, ...]:
        """Return the status of the subject: of a graph, a claim, a figure, what is reported or timed."""
        bases = self.evidence.bases
        if self.subject.value in bases:
            return (with_aftermath(status_of(bases[self.subject.value]), (), self.read.content),)
        decisive = DECISIVE.get(self.layout.key, frozenset() if is_reported(self.subject) else TIMES)
        found = [one for one in self.read.outgoing if one.triple.predicate.value in decisive]
        held = [one for one in found if one.triple.predicate == HAS_TIME]
        return statuses_of(held or found, bases, things=(self.subject,))

    def concluded(self) -> list[tuple[Shown | None, str]]:
        """Return what follows from the offices of a person, and where it is explained."""
        found = (one.triple for one in self.read.outgoing if one.inferred and one.triple.object == CONCLUDED)
        return [(self.words.show(triple.object), explain_href(triple)) for triple in found]

    def is_saying(self) -> bool:
        """Tell whether the subject is an act or a report, and facts about it are more than that it was."""
        graphs = chain.from_iterable(one.graphs for one in self.read.outgoing)
        facts = [status_of(self.evidence.bases[graph]) for graph in graphs if graph in self.evidence.bases]
        is_one = self.subject.value in sayings().things
        return is_one and any(one.key != ESTABLISHED for one in facts)

    def saying(self) -> tuple[object, list[str], list[str]]:
        """Return what was done in saying it, the times of that, and those who did, as far as is known."""
        names = (one.removeprefix(WIC) for one in self.counts.classes)
        verb = next((WORDS["acts"][name] for name in names if name in WORDS["acts"]), WORDS["acts"]["act"])
        when = Column("", (PATHS["time"],), Show.TIME)
        speaker = Column("", ("wic:speaker|wic:performedBy|wic:attributedTo",))
        found = (self.cells.cell(self.subject, one).values for one in (when, speaker))
        days, persons = ([one.shown.text for one in values] for values in found)
        return verb, days, persons

    def history(self) -> list[tuple[object, str, Shown | None]] | None:
        """Return what is recorded of a fact graph: what happened, and the day or the other graph."""
        if kind_of(self.subject.value) not in WITH_BASIS:
            return None
        found = [one.triple for one in self.read.outgoing if one.triple.predicate.value in RECORDED]
        found.sort(key=lambda triple: [*RECORDED].index(triple.predicate.value))
        return [change(RECORDED[one.predicate.value], one.object, self) for one in found]

    def behind(self) -> dict[str, Basis]:
        """Return the graphs that the blocks and the glance of the page rest on, in their order."""
        own_rows = (table.rows for table in self.tables if not (table.of_graphs or table.of_others))
        behind, known = self.evidence.behind, self.evidence.bases
        told = chain(*map(behind, self.lines), *map(behind, chain.from_iterable(own_rows)))
        return {basis.graph: basis for basis in told if basis.graph in known}

    def cards(self, first: Mapping[str, Basis]) -> dict[str, Basis]:
        """Return what the page shows with its words, of what it rests on, or of all that is known of it."""
        if self.show in {STATEMENTS, CITATIONS}:
            return {}
        limit = FEWER_CARDS if len(self.tables) >= MANY_BLOCKS else CARDS
        shown = self.first_of_each_text([*first.values()] or self.evidence.of(self.evidence.bases), limit)
        own = self.evidence.bases.get(self.subject.value)
        return {basis.graph: basis for basis in ([own, *shown] if own else shown)}

    def first_of_each_text(self, bases: Sequence[Basis], limit: int) -> list[Basis]:
        """Return some graphs of many, the first of each text in turn; the texts that tell most come first."""
        of_texts: dict[str, list[Basis]] = {text: [] for text in self.texts}
        for basis in bases:
            of_texts.setdefault(basis.text.iri if basis.text else "", []).append(basis)
        turns = chain.from_iterable(zip_longest(*of_texts.values()))
        chosen = {basis.graph for basis in islice(filter(None, turns), limit)}
        return [basis for basis in chain.from_iterable(of_texts.values()) if basis.graph in chosen]


def change(what: object, value: Term, view: View) -> tuple[object, str, Shown | None]:
    """Return a change with its day in words, or with a link to the other graph."""
    day = day_of(value)
    return (what, format_day(day), None) if day else (what, "", view.words.show(value))


def variables(view: View) -> Mapping[str, object]:
    """Return what the template shows."""
    iri, words = view.subject.value, view.words
    here = (path_of(iri) or "").partition("#")[0]
    tables, lines = view.tables, view.lines
    behind = view.behind()
    cards = view.cards(behind)
    graphs = [graph for table in tables if table.of_graphs for graph in table.graphs]
    beside = {basis.graph: basis for basis in view.evidence.of(graphs)}
    texts = (iri, *view.texts, *(() if of_text(iri) else texts_behind(behind.values())))
    cited = [*dict.fromkeys(filter(None, map(of_text, texts)))]
    shown = cited if view.show == CITATIONS else cited[:SOURCES]
    is_news = view.layout.key == "article" and bool(cited) and cited[0].kind == NEWS
    return {
        "iri": iri,
        "short": iri.removeprefix(f"{BASE}/id/"),
        "here": here,
        "words": words,
        "evidence": view.evidence,
        "cards": {**cards, **beside},
        "others": [basis for graph, basis in cards.items() if graph != iri and graph not in beside],
        "marks": marks,
        "infer": infer(),
        "status": view.statuses(),
        "is_saying": view.is_saying(),
        "lines": [] if view.show == CITATIONS else lines,
        "tables": [] if view.show == CITATIONS else tables,
        "content": in_sections(view.read.content, words),
        "outgoing": in_sections([*view.read.outgoing, *view.read.blank], words),
        "incoming": in_sections(view.read.incoming, words, incoming=True),
        "lists": lists(view, here),
        "part_size": ROWS["facts"],
        "with_statements": view.with_statements,
        "rest": f"SELECT ?s ?p {{ ?s ?p <{iri}> }} ORDER BY ?p ?s",
        "alternates": alternates(here, view.first // RDF_PAGE + 1),
        "citations": [*shown, of_page(iri, view.title.text)],
        "uncited": len(cited) - len(shown),
        "linked": schema_org(
            view.subject, "NewsArticle" if is_news else view.layout.schema, view.cells, here
        ),
        "history": view.history(),
        "report": report_href(iri),
        "clashes": clashes_in(iri),
        "claims": with_choices(address) if (address := address_for(view.subject)) else "",
        "sheets": sheets(),
    }


def texts_about(thing: NamedNode) -> list[str]:
    """Return the texts with facts about a thing, those first that tell most of it; one query."""
    query = page_query("sources-of").with_values({"thing": str(thing)})
    return [row["article"].value for row in solutions(store(), query)]


def alternates(here: str, page: int) -> list[tuple[Format, str]]:
    """Return the other forms of a page, each with its address: the page there that holds the same."""
    tail = f"page={page}" if page > 1 else ""
    return documents.as_data(
        forms_at(here, negotiation.DOCUMENTS),
        lambda offer: with_choices(with_fields(in_form(here, offer.extension), tail)),
    )


def lists(view: View, here: str) -> dict[str, object]:
    """Return which part of each list a page shows, and where the pages before and after it are."""
    counts, first, page = view.counts, view.first, view.page
    totals = {
        "outgoing": sum(counts.outgoing.values()),
        "incoming": sum(counts.incoming.values()),
        "content": counts.content,
    }
    size, total = (view.block.portion, view.rows_in_all) if view.block else (PAGE, counts.largest)
    show = view.show or STATEMENTS
    return {
        **{name: Part(total, first + 1, min(first + PAGE, total)) for name, total in totals.items()},
        "rows": Part(total, (page - 1) * size + 1, min(page * size, total)),
        "before": view.address(here, show=show, page=str(page - 1)) if page > 1 else None,
        "after": view.address(here, show=show, page=str(page + 1)) if page * size < total else None,
    }
