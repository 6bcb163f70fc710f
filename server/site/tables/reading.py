"""From a layout to the statements that a page needs: two queries, however many links a thing has.

The first query finds the rows of the blocks and all that stands near them, the second one reads the
statements: a page of each list, and what the columns need. Statements that only the content of a claim makes
are never among them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph.inputs import DATASET
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.sparql import solutions, value
from wicara.server.linked.statements import IN, OUT, in_any_graph, list_page, statements_of
from wicara.server.site.tables.layout import WHERE_WORDS_STAND, Order, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.server.linked.statements import Counts, Statement
    from wicara.server.site.tables.layout import Block, Column, Layout, Steps
    from wicara.server.site.words import Term

PAGE: Final = 100
"""How many outgoing, how many incoming and how many statements in a graph a page shows."""
MAX_STATEMENTS: Final = 5000
"""How many statements are read for a block at most."""
META: Final = graph_iri(GraphKind.META)
GLANCE: Final = "glance"


@cache
def paths_of(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the paths from a row to all whose statements the columns need, as SPARQL writes them."""
    steps = ([f"({step})" for step in column.known] for column in columns)
    return tuple(dict.fromkeys("/".join(one[: end + 1]) for one in steps for end in range(len(one))))


@cache
def properties_of(columns: tuple[Column, ...]) -> str:
    """Return the properties that columns need, as a list of SPARQL."""
    steps = chain.from_iterable(one.steps for one in columns)
    return ", ".join(f"<{iri}>" for iri in sorted({iri for step in steps for iri, _ in parts_of(step)}))


@dataclass(frozen=True)
class BlockRows:
    """Rows of a block, all that stands near them, and how many rows the block has in all."""

    rows: tuple[NamedNode, ...]
    nodes: tuple[NamedNode, ...]
    total: int


def block_rows(store: Store, subject: NamedNode, layout: Layout, page: int = 0) -> dict[str, BlockRows]:
    """Return the rows of each block of a layout by its number, and the glance, with one query.

    A `page` is one of all rows from the first on; page 0 is what is shown beside others, and the spared.
    """
    parts: list[str] = []
    for number, block in enumerate(layout.blocks):
        shown = layout.shown(block) + layout.spared
        pattern = block.rows.replace("?this", str(subject))
        key = f'"{number}" AS ?key'
        counted = f"SELECT DISTINCT {distinguishing(block)} {{ {with_distinguishing(block, pattern)} }}"
        parts.append(f"{{ SELECT ({key}) (COUNT(*) AS ?n) {{ {{ {counted} }} }} }}")
        nearest = block.order is Order.NEAREST and not page
        in_order = (
            nearest_rows(block, pattern, subject, shown)
            if nearest
            else rows_in_order(block, pattern, page, shown)
        )
        parts.append(block_query(key, in_order, block.columns))
    if layout.glance:
        parts.append(block_query(f'"{GLANCE}" AS ?key', f"VALUES ?row {{ {subject} }}", layout.glance))
    rows: dict[str, dict[NamedNode, None]] = defaultdict(dict)
    nodes: dict[str, dict[NamedNode, None]] = defaultdict(dict)
    totals: dict[str, int] = {}
    for one in solutions(store, f"SELECT ?key ?n ?row ?node {{ {' UNION '.join(parts)} }}") if parts else ():
        key, node = value(one, "key"), one["node"]
        if one["n"] is not None:
            totals[key] = int(value(one, "n"))
        if isinstance(one["row"], NamedNode):
            rows[key][one["row"]] = nodes[key][one["row"]] = None
        if isinstance(node, NamedNode):
            nodes[key][node] = None
    return {
        key: BlockRows(tuple(found), tuple(nodes[key]), totals.get(key, 1)) for key, found in rows.items()
    }


def rows_in_order(block: Block, pattern: str, page: int, shown: int) -> str:
    """Return the part of a query that finds a page of rows of a block; without one, the newest `shown`."""
    first = max(page - 1, 0) * block.portion
    size = block.portion if page or block.of_graphs else shown
    newest = block.order is Order.ISSUED or (not page and block.order is Order.TIME)
    names = distinguishing(block)
    order = f"(!BOUND(?place)) {'DESC' if newest else ''}(?place) {names}"
    found = f"{{ {rows_with_places(block, pattern)} ORDER BY {order} OFFSET {first} LIMIT {size} }}"
    return (
        f"{found} {{ SELECT ?row {names} {{ {with_distinguishing(block, pattern)} }} }}"
        if block.each
        else found
    )


def rows_with_places(block: Block, pattern: str) -> str:
    """Return the query that finds the rows of a block, each with its place in the order, if it has one."""
    places = [path_pattern("?row", path) for path in block.places]
    if block.order is Order.READING and not block.of_graphs:
        places = [f"{{ GRAPH ?making {{ ?row ?how ?what }} {path_pattern('?making', WHERE_WORDS_STAND)} }}"]
    place = f"OPTIONAL {{ {' UNION '.join(places)} FILTER(BOUND(?in)) }}" if places else ""
    names = distinguishing(block)
    found = f"{with_distinguishing(block, pattern)} {place}"
    return f"SELECT {names} (MIN(?in) AS ?place) {{ {found} }} GROUP BY {names}"


def nearest_rows(block: Block, pattern: str, subject: NamedNode, size: int) -> str:
    """Return the part of a query that finds the rows nearest in time to a thing, `size` of each side.

    All rows that have a time come before a thing that has none.
    """
    places = " UNION ".join(path_pattern(str(subject), path) for path in block.places)
    own = f"SELECT (MIN(?in) AS ?now) {{ {places} }}"
    sides = (
        f"{{ SELECT ?row {{ {{ {own} }} {{ {rows_with_places(block, pattern)} }} FILTER({side}) }}"
        f" ORDER BY {order} ?row LIMIT {size} }}"
        for side, order in (
            ("COALESCE(?place < ?now, !BOUND(?now))", "DESC(?place)"),
            ("COALESCE(?place = ?now, !BOUND(?place))", f"DESC(?row = {subject}) (!BOUND(?place))"),
            ("?place > ?now", "?place"),
        )
    )
    return f"{{ {' UNION '.join(sides)} }}"


def distinguishing(block: Block) -> str:
    """Return the variables by which the rows of a block are told apart: one for each column of `each`."""
    return " ".join(f"?each{number}" for number in range(len(block.each))) or "?row"


def with_distinguishing(block: Block, pattern: str) -> str:
    """Return the pattern of the rows of a block with what tells them apart: a value, or the row itself."""
    parts = (
        f"OPTIONAL {{ ?row {'/'.join(f'({step})' for step in column.path)} ?own{number} }}"
        f" BIND(COALESCE(?own{number}, ?row) AS ?each{number})"
        for number, column in enumerate(block.each)
    )
    return " ".join((pattern, *parts))


def path_pattern(start: str, path: Steps, stem: str = "?row") -> str:
    """Return the pattern of what a path leads to (?in), step by step; variables on the way begin with `stem`.

    Each step is optional, as engines then look it up of what is found, and not of all that there is.
    """
    step, *rest = path
    end = f"{stem}_" if rest else "?in"
    further = f" OPTIONAL {path_pattern(end, tuple(rest), end)}" if rest else ""
    return f"{{ {start} {step} {end}{further} }}"


def block_query(key: str, rows: str, columns: tuple[Column, ...]) -> str:
    """Return the part of a query that finds the rows of a block and what is near them."""
    near = " UNION ".join(f"{{ ?row {path} ?node }}" for path in paths_of(columns))
    found = f"{rows} OPTIONAL {{ {near} FILTER(!isLiteral(?node)) }}" if near else rows
    return f"{{ SELECT DISTINCT ({key}) ?row ?node {{ {found} }} }}"


@dataclass(frozen=True)
class PageStatements:
    """The statements that a page is made of: a page of each list, and what blocks and citation need."""

    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    content: tuple[Statement, ...]
    blank: tuple[Statement, ...]
    known: tuple[Statement, ...]
    dataset: tuple[Statement, ...]


@dataclass(frozen=True)
class Lists:
    """The statements of a thing from the `first` of each list on."""

    subject: NamedNode
    counts: Counts
    first: int


def read_statements(
    store: Store, lists: Lists, rows: Mapping[str, BlockRows], layout: Layout
) -> PageStatements:
    """Return the statements that a page shows, with one query."""
    subject, counts, first = lists.subject, lists.counts, lists.first
    columns = {str(number): block.columns for number, block in enumerate(layout.blocks)}
    columns[GLANCE] = layout.glance
    graphs = {str(number) for number, block in enumerate(layout.blocks) if block.of_graphs}
    linked = {row for key, one in rows.items() if key not in {GLANCE, *graphs} for row in one.rows}
    out = list_page(OUT.format(node=subject), counts.outgoing, first, PAGE)
    into = list_page(IN.format(node=subject), counts.incoming, first, PAGE)
    branches: dict[str, Iterable[str]] = {
        "out": (f"{branch} BIND({subject} AS ?s)" for branch in out),
        "in": (f"{branch} BIND({subject} AS ?o)" for branch in into),
        "content": content(subject, first) if counts.content > first else (),
        "block": chain(
            (
                terms_part(one.nodes, columns[key])
                for key, one in rows.items()
                if one.nodes and key not in graphs
            ),
            linking(subject, sorted(linked, key=str)) if linked else (),
        ),
        "blank": blank(subject) if sum(counts.outgoing.values()) <= PAGE else (),
        "dataset": [f"GRAPH <{META}> {{ <{DATASET}> ?p ?o }} BIND(<{DATASET}> AS ?s)"],
    }
    query = " UNION ".join(
        f'{{ {branch} BIND("{key}" AS ?key) }}' for key, several in branches.items() for branch in several
    )
    quads: dict[str, list[Quad]] = {key: [] for key in branches}
    for row in solutions(store, f"SELECT ?key ?s ?p ?o ?g ?x {{ {query} }}"):
        key = value(row, "key")
        ends = (row["x"] if key == "in" else row["s"], row["x"] if key == "out" else row["o"])
        quads[key].append(Quad(ends[0], row["p"], ends[1], row["g"] or DefaultGraph()))
    return PageStatements(
        statements_of(quads["out"]),
        statements_of(quads["in"]),
        statements_of(quads["content"], contents=True),
        statements_of(quads["blank"]),
        statements_of(chain(quads["out"], quads["in"], quads["block"])),
        statements_of(quads["dataset"]),
    )


def terms_part(nodes: Sequence[NamedNode], columns: tuple[Column, ...]) -> str:
    """Return the part of a query that reads what columns need to know of terms."""
    values = f"VALUES ?s {{ {' '.join(map(str, nodes))} }}"
    pattern = f"?s ?p ?o FILTER(?p IN ({properties_of(columns)}))"
    return f"{{ SELECT ?s ?p ?o ?g {{ {in_any_graph(pattern, known=values)} }} LIMIT {MAX_STATEMENTS} }}"


def linking(subject: NamedNode, rows: Sequence[NamedNode]) -> Iterator[str]:
    """Yield the parts of a query that read the statements between a thing and the rows of its blocks."""
    values = " ".join(map(str, rows))
    yield in_any_graph(f"{subject} ?p ?o", known=f"VALUES ?o {{ {values} }} BIND({subject} AS ?s)")
    yield in_any_graph(f"?s ?p {subject}", known=f"VALUES ?s {{ {values} }} BIND({subject} AS ?o)")


def content(graph: NamedNode, first: int) -> Iterator[str]:
    """Yield the part of a query that reads a page of what stands in a named graph."""
    page = f"SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }} OFFSET {first} LIMIT {PAGE}"
    yield f"{{ {page} }} BIND({graph} AS ?g)"


def blank(subject: NamedNode) -> Iterator[str]:
    """Yield the parts of a query that read what is said of the blank nodes near a thing."""
    yield in_any_graph(f"{subject} ?q ?s FILTER(isBlank(?s)) ?s ?p ?o")
    yield in_any_graph(f"{subject} ?q ?b FILTER(isBlank(?b)) ?b ?r ?s FILTER(isBlank(?s)) ?s ?p ?o")


class Paths:
    """Statements that can be followed from term to term."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        """Sort statements by their ends."""
        self.leaving: dict[tuple[Term, str], list[Statement]] = defaultdict(list)
        self.arriving: dict[tuple[Term, str], list[Statement]] = defaultdict(list)
        self.between: dict[frozenset[Term], list[Statement]] = defaultdict(list)
        for one in statements:
            triple = one.triple
            self.leaving[triple.subject, triple.predicate.value].append(one)
            self.arriving[triple.object, triple.predicate.value].append(one)
            self.between[frozenset((triple.subject, triple.object))].append(one)

    def follow(self, node: Term, path: Steps) -> dict[Term, tuple[Statement, ...]]:
        """Return where a path leads from a term, each end with the statements that lead there."""
        ends: dict[Term, tuple[Statement, ...]] = {node: ()}
        for step in path:
            found: dict[Term, tuple[Statement, ...]] = {}
            for start, before in ends.items():
                for end, statements in self.step(start, step).items():
                    found[end] = (*found.get(end, ()), *before, *statements)
            ends = found
        return ends

    def step(self, node: Term, step: str) -> dict[Term, list[Statement]]:
        """Return where a step leads, each end with its statements: inferred ones only without others."""
        found: dict[Term, list[Statement]] = defaultdict(list)
        for iri, backward in parts_of(step):
            for one in (self.arriving if backward else self.leaving).get((node, iri), ()):
                found[one.triple.subject if backward else one.triple.object].append(one)
        return {end: asserted_first(statements) for end, statements in found.items()}

    def links(self, node: Term, other: Term) -> list[Statement]:
        """Return the statements between two terms, in either direction."""
        return asserted_first(self.between.get(frozenset((node, other)), []))


def asserted_first(statements: list[Statement]) -> list[Statement]:
    """Return those of some statements that are asserted, or all where none is."""
    return [one for one in statements if not one.inferred] or statements
