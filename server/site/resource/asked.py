"""What a page asks of the store: a fixed number of queries, however many links a thing has.

The first one counts, the second one finds the rows of the blocks, the third one reads the statements.
Statements that only the content of a claim makes are never among them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph.inputs import DATASET
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.solutions import solutions, value
from wicara.server.linked.statements import IN, OUT, graphs_of, listed
from wicara.server.site.resource.paths import parts, prefixes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.server.linked.statements import Counts
    from wicara.server.site.resource.layouts import Column, Layout

PAGE: Final = 100
"""How many outgoing, how many incoming and how many statements in a graph a page shows."""
MOST: Final = 5000
"""How many statements are read for a block at most."""
META: Final = graph_iri(GraphKind.META)
GLANCE: Final = "glance"


@cache
def paths_of(columns: tuple[Column, ...]) -> tuple[str, ...]:
    """Return the paths from a row to all whose statements the columns need, as SPARQL writes them."""
    return tuple(dict.fromkeys(chain.from_iterable(prefixes_of(one.known) for one in columns)))


@cache
def properties_of(columns: tuple[Column, ...]) -> str:
    """Return the properties that columns need, as a list of SPARQL."""
    steps = chain.from_iterable(one.steps for one in columns)
    found = {iri for step in steps for iri, _ in parts(step)}
    return ", ".join(f"<{iri}>" for iri in sorted(found))


def finding(key: str, pattern: str, columns: tuple[Column, ...], limit: int) -> str:
    """Return the part of a query that finds the rows of a block, and what stands near them."""
    rows = f"{{ SELECT DISTINCT ?row {{ {pattern} }} LIMIT {limit + 1} }}"
    near = " UNION ".join(f"{{ ?row {path} ?node }}" for path in paths_of(columns))
    found = f"{{ {rows} }} UNION {{ {rows} {near} FILTER(!isLiteral(?node)) }}" if near else rows
    return f'{{ SELECT DISTINCT ("{key}" AS ?key) ?row ?node {{ {found} }} }}'


@dataclass(frozen=True)
class Found:
    """The rows of a block in the order in which they were found, and all that stands near them."""

    rows: tuple[NamedNode, ...]
    nodes: tuple[NamedNode, ...]


def rows_of(store: Store, subject: NamedNode, layout: Layout) -> dict[str, Found]:
    """Return what each block of a layout shows, and the glance, with one query."""
    parts_of_query = [
        finding(str(number), block.rows.replace("?this", str(subject)), block.columns, block.limit)
        for number, block in enumerate(layout.blocks)
    ]
    if layout.glance:
        parts_of_query.append(finding(GLANCE, f"VALUES ?row {{ {subject} }}", layout.glance, 1))
    rows: dict[str, list[NamedNode]] = {}
    nodes: dict[str, list[NamedNode]] = {}
    if parts_of_query:
        for one in solutions(store, f"SELECT ?key ?row ?node {{ {' UNION '.join(parts_of_query)} }}"):
            if isinstance(one["row"], NamedNode):
                rows.setdefault(value(one, "key"), []).append(one["row"])
            node = one["node"] or one["row"]
            if isinstance(node, NamedNode):
                nodes.setdefault(value(one, "key"), []).append(node)
    return {
        key: Found(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(nodes.get(key, ()))))
        for key, found in rows.items()
    }


def about(nodes: Sequence[NamedNode], columns: tuple[Column, ...]) -> str:
    """Return the part of a query that reads what columns need to know of terms."""
    values = f"VALUES ?s {{ {' '.join(map(str, nodes))} }}"
    pattern = f"?s ?p ?o FILTER(?p IN ({properties_of(columns)}))"
    return f"{{ SELECT ?s ?p ?o ?g {{ {graphs_of(pattern, known=values)} }} LIMIT {MOST} }}"


def linking(subject: NamedNode, rows: Sequence[NamedNode]) -> str:
    """Return the part of a query that reads the statements between a thing and the rows of its blocks."""
    values = " ".join(map(str, rows))
    out = f"VALUES ?o {{ {values} }} BIND({subject} AS ?s)"
    into = f"VALUES ?s {{ {values} }} BIND({subject} AS ?o)"
    return " UNION ".join(
        (graphs_of(f"{subject} ?p ?o", known=out), graphs_of(f"?s ?p {subject}", known=into))
    )


@dataclass(frozen=True)
class Listed:
    """What a page lists: the statements of a thing from one of them on."""

    subject: NamedNode
    counts: Counts
    first: int


@dataclass(frozen=True)
class Read:
    """The quads that a page is made of: a page of each list, and what the blocks need."""

    outgoing: tuple[Quad, ...]
    incoming: tuple[Quad, ...]
    content: tuple[Quad, ...]
    blocks: tuple[Quad, ...]
    blank: tuple[Quad, ...]
    dataset: tuple[Quad, ...]


def quads_of(store: Store, listed_on: Listed, found: Mapping[str, Found], layout: Layout) -> Read:
    """Return the statements that a page shows, with one query."""
    subject, counts, first = listed_on.subject, listed_on.counts, listed_on.first
    columns = {str(number): block.columns for number, block in enumerate(layout.blocks)} | {
        GLANCE: layout.glance
    }
    graphs = {str(number) for number, block in enumerate(layout.blocks) if block.of_graphs}
    rows = {row for key, one in found.items() if key not in {GLANCE, *graphs} for row in one.rows}
    out = listed(OUT.format(node=subject), counts.outgoing, first, PAGE)
    into = listed(IN.format(node=subject), counts.incoming, first, PAGE)
    branches = {
        "out": (f"{branch} BIND({subject} AS ?s)" for branch in out),
        "in": (f"{branch} BIND({subject} AS ?o)" for branch in into),
        "content": content(subject, counts.content, first),
        "block": chain(
            (about(one.nodes, columns[key]) for key, one in found.items() if one.nodes and key not in graphs),
            [linking(subject, sorted(rows, key=str))] if rows else [],
        ),
        "blank": blank(subject, counts.outgoing),
        "dataset": [f"GRAPH <{META}> {{ <{DATASET}> ?p ?o }} BIND(<{DATASET}> AS ?s)"],
    }
    query = " UNION ".join(
        f'{{ {branch} BIND("{key}" AS ?key) }}' for key, several in branches.items() for branch in several
    )
    sorted_out: dict[str, list[Quad]] = {key: [] for key in branches}
    for row in solutions(store, f"SELECT ?key ?s ?p ?o ?g ?x {{ {query} }}"):
        key = value(row, "key")
        ends = (row["x"] if key == "in" else row["s"], row["x"] if key == "out" else row["o"])
        sorted_out[key].append(Quad(ends[0], row["p"], ends[1], row["g"] or DefaultGraph()))
    return Read(*map(tuple, sorted_out.values()))


def content(graph: NamedNode, number: int, first: int) -> Iterator[str]:
    """Yield the part of a query that reads a page of what stands in a named graph."""
    if number > first:
        yield (
            f"{{ SELECT ?s ?p ?o {{ GRAPH {graph} {{ ?s ?p ?o }} }} OFFSET {first} LIMIT {PAGE} }}"
            f" BIND({graph} AS ?g)"
        )


def blank(subject: NamedNode, outgoing: Mapping[str, int]) -> Iterator[str]:
    """Yield the parts of a query that read what is said of the blank nodes near a thing."""
    if sum(outgoing.values()) <= PAGE:
        one = f"{subject} ?q ?s FILTER(isBlank(?s)) ?s ?p ?o"
        two = f"{subject} ?q ?b FILTER(isBlank(?b)) ?b ?r ?s FILTER(isBlank(?s)) ?s ?p ?o"
        yield from (graphs_of(pattern) for pattern in (one, two))
