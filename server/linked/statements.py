"""Statements with the named graphs that make them: counted, read page by page, and laid out for a page.

A statement that stands in several graphs counts once; one that only the content of a claim makes, never.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph.names import GraphKind, graph_iri, kind_of
from wicara.graph.sparql import solutions, value
from wicara.ontology import PREFIXES
from wicara.server.app_state import dataset

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store, Triple
    from wicara.server.site.words import Shown, Words

MARKS: Final = {
    GraphKind.ONTOLOGY: "ontology",
    GraphKind.VOCAB: "vocabulary",
    GraphKind.ENTITIES: "editorial",
    GraphKind.SOURCE: "source-description",
    GraphKind.PROV: "provenance",
    GraphKind.CONTENT: "content",
}
"""The word that marks a statement of a graph that has no evidence of its own."""
INFERRED: Final = graph_iri(GraphKind.INFERRED)
FIRST: Final = tuple(
    PREFIXES[prefix] + name
    for prefix, name in (
        ("rdf", "type"),
        ("skos", "prefLabel"),
        ("rdfs", "label"),
        ("skos", "altLabel"),
        ("skos", "definition"),
    )
)
"""The properties that open a list of statements, in this order."""

PUBLIC: Final = f'FILTER(!STRSTARTS(STR(?g), "{graph_iri(GraphKind.CONTENT)}/"))'
OUT: Final = "{node} ?p ?x"
IN: Final = "?x ?p {node}"
BESIDE: Final = f"<{graph_iri(GraphKind.ALIGNMENT)}> <{graph_iri(GraphKind.META)}>"
"""The graphs of a build that its default graph does not hold."""


@dataclass(frozen=True)
class Statement:
    """A triple and the named graphs that it stands in, sorted."""

    triple: Triple
    graphs: tuple[str, ...]

    @property
    def inferred(self) -> bool:
        """Tell whether nothing but reasoning says it."""
        return self.graphs == (INFERRED,)


@dataclass(frozen=True)
class Section:
    """What a page shows of one property of one node: the other ends, each with its statement."""

    node: Shown | None
    property: Shown | None
    rows: tuple[tuple[Shown | None, Statement], ...]


def is_public(graphs: set[str | None]) -> bool:
    """Tell whether a statement is the dataset's own: one that only the content of a claim makes is not."""
    return any(graph is None or kind_of(graph) is not GraphKind.CONTENT for graph in graphs)


def statements_of(quads: Iterable[Quad], *, contents: bool = False) -> tuple[Statement, ...]:
    """Return the statements that quads make, sorted; with `contents`, also those of claims only."""
    stated_in: dict[Triple, set[str | None]] = {}
    for quad in quads:
        graph = None if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        stated_in.setdefault(quad.triple, set()).add(graph)
    public = [(triple, graphs) for triple, graphs in stated_in.items() if contents or is_public(graphs)]
    public.sort(key=lambda pair: tuple(map(str, pair[0])))
    return tuple(
        Statement(triple, tuple(sorted(graph for graph in graphs if graph is not None)))
        for triple, graphs in public
    )


def marks(statement: Statement) -> list[tuple[str, str]]:
    """Return the marks of a statement's graphs that have no evidence: the key of a word, and the graph."""
    kinds = ((kind_of(graph), graph) for graph in statement.graphs)
    return [(MARKS[kind], graph) for kind, graph in kinds if kind in MARKS]


def rank(property_iri: str, shown: str) -> tuple[int, str]:
    """Return the place of a property in a list: the naming ones first, then by label."""
    return (FIRST.index(property_iri) if property_iri in FIRST else len(FIRST), shown.casefold())


def in_sections(
    statements: Sequence[Statement], words: Words, *, incoming: bool = False
) -> tuple[Section, ...]:
    """Return statements laid out by the node that they hang on and their property.

    Outgoing ones hang on their subject and show objects; incoming ones the other way round.
    """

    def place(statement: Statement) -> tuple[str, tuple[int, str], str]:
        triple = statement.triple
        shown = words.show(triple.predicate)
        node = triple.object if incoming else triple.subject
        return str(node), rank(triple.predicate.value, shown.text if shown else ""), triple.predicate.value

    return tuple(
        section(list(group), words, incoming=incoming)
        for _, group in groupby(sorted(statements, key=place), key=place)
    )


def section(group: list[Statement], words: Words, *, incoming: bool) -> Section:
    """Return the section of statements that share node and property."""
    triple = group[0].triple
    rows = tuple(
        (words.show(statement.triple.subject if incoming else statement.triple.object), statement)
        for statement in group
    )
    node = triple.object if incoming else triple.subject
    return Section(words.show(node), words.show(triple.predicate), rows)


def terms_in(statements: Iterable[Statement]) -> Iterable[NamedNode]:
    """Yield the IRIs that statements mention."""
    for statement in statements:
        yield from (term for term in statement.triple if isinstance(term, NamedNode))


@dataclass(frozen=True)
class Counts:
    """How many statements a thing has by property, both ways, and in it as a graph; and its classes."""

    outgoing: Mapping[str, int]
    incoming: Mapping[str, int]
    content: int
    classes: tuple[str, ...]

    @property
    def largest(self) -> int:
        """Return the number of statements of the longest of the lists that are paged together."""
        return max(sum(self.outgoing.values()), sum(self.incoming.values()), self.content)


class GraphScope(StrEnum):
    """Where statements stand beside the default graph; `@` stands for a pattern."""

    ALONE = "{ @ }"
    """Nowhere: there are no named graphs."""
    BUILT = f"{{ {{ @ }} UNION {{ VALUES ?g {{ {BESIDE} }} GRAPH ?g {{ @ }} FILTER NOT EXISTS {{ @ }} }} }}"
    """In the graphs that a build does not merge into the default one."""
    ANY = (
        "{ { @ } UNION { SELECT DISTINCT ?p ?x"
        f" {{ GRAPH ?g {{ @ }} {PUBLIC} FILTER NOT EXISTS {{ @ }} }} }} }}"
    )
    """In any named graph."""

    def once(self, pattern: str) -> str:
        """Return a pattern that matches each statement once, in whichever graphs it stands."""
        return self.value.replace("@", pattern)


def scope() -> GraphScope:
    """Return where the dataset of this request has statements."""
    served = dataset()
    if not served.plain:
        return GraphScope.BUILT
    return GraphScope.ALONE if next(iter(served.store.named_graphs()), None) is None else GraphScope.ANY


def counting(key: str, pattern: str, where: GraphScope) -> str:
    """Return the part of a query that counts the statements of a pattern by property."""
    return f'{{ SELECT ("{key}" AS ?key) ?p (COUNT(*) AS ?n) {{ {where.once(pattern)} }} GROUP BY ?p }}'


def counts_of(store: Store, subject: NamedNode) -> Counts:
    """Return how many statements there are of a thing, and its classes, with one query."""
    where = scope()
    query = " UNION ".join(
        (
            counting("out", OUT.format(node=subject), where),
            counting("in", IN.format(node=subject), where),
            f'{{ SELECT ("content" AS ?key) (COUNT(*) AS ?n) {{ GRAPH {subject} {{ ?s ?o ?x }} }} }}',
            f'{{ SELECT DISTINCT ("class" AS ?key) ?p {{ {in_any_graph(f"{subject} a ?p")} }} }}',
        )
    )
    counts: dict[str, dict[str, int]] = {"out": {}, "in": {}, "content": {}, "class": {}}
    for row in solutions(store, f"SELECT ?key ?p ?n {{ {query} }}"):
        name = value(row, "p") if row["p"] is not None else ""
        counts[value(row, "key")][name] = int(value(row, "n")) if row["n"] is not None else 0
    content, classes = counts["content"].get("", 0), tuple(sorted(counts["class"]))
    return Counts(naming_first(counts["out"]), naming_first(counts["in"]), content, classes)


def naming_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts by property in the order in which lists go through them: naming ones first."""

    def place(iri: str) -> tuple[int, str]:
        return (FIRST.index(iri) if iri in FIRST else len(FIRST), iri)

    return {iri: counts[iri] for iri in sorted(counts, key=place) if counts[iri]}


def windows(counts: Mapping[str, int], first: int, size: int) -> Iterator[tuple[str, int, int]]:
    """Yield the properties that a page falls on, each with how many statements to skip and to take."""
    before = 0
    for iri, number in counts.items():
        skipped = max(first - before, 0)
        taken = min(number - skipped, first + size - max(before, first))
        if taken > 0:
            yield iri, skipped, taken
        before += number


def list_page(pattern: str, counts: Mapping[str, int], first: int, size: int) -> Iterator[str]:
    """Yield the parts of a query that read a page of a list of statements, with their graphs.

    They come property after property, and within one in the order of the store's index.
    """
    if first == 0 and sum(counts.values()) <= size:
        yield in_any_graph(pattern)
        return
    where = scope()
    for iri, skipped, taken in windows(counts, first, size):
        own = pattern.replace("?p", f"<{iri}>")
        page = f"SELECT ?x {{ {where.once(own)} }} OFFSET {skipped} LIMIT {taken}"
        yield f"{{ {{ {page} }} BIND(<{iri}> AS ?p) {in_any_graph(own)} }}"


def in_any_graph(pattern: str, *, known: str = "") -> str:
    """Return a pattern that matches in the default graph, and in each named one with its name.

    All that a build has stands in a named graph. `known` is what binds variables before.
    """
    named = f"{{ {known} GRAPH ?g {{ {pattern} }} {PUBLIC} }}"
    return named if scope() is GraphScope.BUILT else f"{{ {{ {known} {pattern} }} UNION {named} }}"


def incoming_of(store: Store, subject: NamedNode, counts: Counts, first: int, size: int) -> list[Quad]:
    """Return a part of the statements that a thing is the object of, in the order of their list."""
    branches = list_page(IN.format(node=subject), counts.incoming, first, size)
    query = " UNION ".join(branches)
    rows = solutions(store, f"SELECT ?x ?p ?g {{ {query} }}") if query else ()
    return [Quad(row["x"], row["p"], subject, row["g"] or DefaultGraph()) for row in rows]
