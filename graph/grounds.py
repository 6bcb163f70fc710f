"""What an asserted statement rests on: the named graphs that make it, and the words that these quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.dataset import GraphKind, graph_iri, kind_of
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.graph.reasoning.matching import Fact, Term

OA: Final = PREFIXES["oa"]
PROV: Final = NamedNode(graph_iri(GraphKind.PROV))
SOURCES: Final = (f"{PREFIXES['dcterms']}bibliographicCitation", f"{PREFIXES['dcterms']}source")
DERIVED_FROM: Final = f"{PREFIXES['prov']}wasDerivedFrom"


@dataclass(frozen=True)
class Quote:
    """Words of an article: IRIs of article and sentence, and where they stand (code points, half-open)."""

    exact: Literal
    article: str
    sentence: str
    start: int
    end: int


@dataclass(frozen=True)
class Ground:
    """A graph that makes a statement: what it holds, what it quotes, cites, and is derived from itself.

    The default graph of files that were loaded as they are has no name and no kind.
    """

    graph: str
    kind: GraphKind | None
    quotes: tuple[Quote, ...] = ()
    sources: tuple[str, ...] = ()
    derived_from: tuple[Ground, ...] = ()

    @property
    def name(self) -> str:
        """The short name of a graph: the last part of its IRI."""
        return self.graph.rpartition("/")[2]

    @property
    def is_schema(self) -> bool:
        """Whether it is the ontology."""
        return self.kind is GraphKind.ONTOLOGY

    def all_quotes(self) -> Iterator[Quote]:
        """Yield its quotes, and those of the graphs that it is derived from."""
        yield from self.quotes
        for ground in self.derived_from:
            yield from ground.all_quotes()


def grounds_of(store: Store, fact: Fact) -> tuple[Ground, ...]:
    """Return the graphs that make a statement, sorted, without conclusions; those of claims' contents too."""
    subject, predicate, target = fact
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return ()
    quads = list(store.quads_for_pattern(subject, predicate, target, None))
    graphs = sorted({q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)})
    if quads and not graphs:
        return (Ground("", None),)
    return tuple(ground_of(store, graph) for graph in graphs if kind_of(graph) is not GraphKind.INFERRED)


def ground_of(store: Store, graph: str, seen: frozenset[str] = frozenset()) -> Ground:
    """Return what a graph rests on; a graph that is derived from itself is not followed again."""
    origins = {term.value for term in values(store, graph, DERIVED_FROM) if isinstance(term, NamedNode)}
    return Ground(
        graph=graph,
        kind=kind_of(graph),
        quotes=tuple(
            quote for item in values(store, graph, f"{WIC}evidence") for quote in quotes(store, item)
        ),
        sources=tuple(text_of(term) for source in SOURCES for term in values(store, graph, source)),
        derived_from=tuple(
            ground_of(store, origin, seen | {graph}) for origin in sorted(origins - seen - {graph})
        ),
    )


def quotes(store: Store, item: Term) -> Iterator[Quote]:
    """Yield the words that an item of evidence selects."""
    for target in values(store, item, f"{OA}hasTarget"):
        parts = values(store, target, f"{OA}hasSelector")
        exact = [term for part in parts for term in values(store, part, f"{OA}exact")]
        start = [text_of(term) for part in parts for term in values(store, part, f"{OA}start")]
        end = [text_of(term) for part in parts for term in values(store, part, f"{OA}end")]
        article = [text_of(term) for term in values(store, target, f"{OA}hasSource")]
        sentence = [text_of(term) for term in values(store, item, f"{WIC}inSentence")]
        for words in exact:
            if isinstance(words, Literal) and article and start and end:
                yield Quote(words, article[0], "".join(sentence[:1]), int(start[0]), int(end[0]))


def values(store: Store, node: Term | str, predicate: str) -> list[Term]:
    """Return what the provenance graph says of a node, sorted."""
    subject = NamedNode(node) if isinstance(node, str) else node
    if isinstance(subject, Literal):
        return []
    found = store.quads_for_pattern(subject, NamedNode(predicate), None, PROV)
    return sorted((quad.object for quad in found), key=str)


def text_of(term: Term) -> str:
    """Return the text of a literal, or an IRI."""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
