"""Statements with the named graphs that make them, and how a page lays them out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, NamedNode
from wicara.graph.dataset import GraphKind, graph_iri, kind_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad, Triple
    from wicara.server.terms import Shown, Words

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
    found: dict[Triple, set[str | None]] = {}
    for quad in quads:
        graph = None if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        found.setdefault(quad.triple, set()).add(graph)
    public = [(triple, graphs) for triple, graphs in found.items() if contents or is_public(graphs)]
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
    rows = tuple((words.show(one.triple.subject if incoming else one.triple.object), one) for one in group)
    node = triple.object if incoming else triple.subject
    return Section(words.show(node), words.show(triple.predicate), rows)


def terms_in(statements: Iterable[Statement]) -> Iterable[NamedNode]:
    """Yield the IRIs that statements mention."""
    for statement in statements:
        yield from (term for term in statement.triple if isinstance(term, NamedNode))
