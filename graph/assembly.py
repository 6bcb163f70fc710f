"""Which statements are accepted, and what of them is merged, reasoned with and served."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple
from wicara.graph.evidence import WAY
from wicara.graph.names import ASSERTED, DERIVED_FROM, INFERRED, GraphKind, kind_of
from wicara.graph.terms import text_of
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from wicara.graph.reasoning.rules import Fact, Term

INVALIDATED: Final = NamedNode(PREFIXES["prov"] + "invalidatedAtTime")
CURRENT: Final = NamedNode(f"{WIC}currentLabel")
LABEL, VARIANT = (NamedNode(f"{PREFIXES['skos']}{name}") for name in ("prefLabel", "altLabel"))

TIGHTEST: Final = {
    NamedNode(f"{WIC}earliestStart"): max,
    NamedNode(f"{WIC}latestStart"): min,
    NamedNode(f"{WIC}earliestEnd"): max,
    NamedNode(f"{WIC}latestEnd"): min,
    NamedNode(f"{WIC}granularity"): max,
}
"""The bounds of a time span and their granularity, and which of several values says most."""
GRANULARITIES: Final = tuple(f"{PREFIXES['gran']}{name}" for name in ("none", "year", "month", "day"))
"""From the coarsest to the finest."""
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
THINGS: Final = f"{BASE}/id/"
CITABLE: Final = (GraphKind.FACT, GraphKind.BACKGROUND, GraphKind.ENTITIES, GraphKind.SOURCE)
"""The kinds of graphs that a message names when a statement is at fault, in this order."""


def accepted(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Return the quads without those that are retracted, things called as a later source calls them."""
    every = tuple(quads)
    gone = retracted_quads(every)
    return tuple(renamed(quad for quad in every if quad not in gone))


def retracted_quads(quads: Collection[Quad]) -> frozenset[Quad]:
    """Return which of some quads are retracted."""
    if not any(quad.predicate == INVALIDATED for quad in quads):
        return frozenset()
    store = Store()
    store.bulk_extend(quads)
    return retracted_in(store)


def retracted_in(store: Store) -> frozenset[Quad]:
    """Return what the named graphs of a store hold of what is retracted, found from the retractions on.

    A graph is retracted by `prov:invalidatedAtTime`; that statement is all that remains. What was derived
    from it goes too, what told of these graphs, and the names of things that nothing else tells of.
    """

    def quads(*pattern: Term | None) -> Iterator[Quad]:
        found = store.quads_for_pattern(*pattern)  # type: ignore[arg-type] # one term a place, or None
        return (quad for quad in found if not isinstance(quad.graph_name, DefaultGraph))

    invalid = {quad.subject for quad in quads(None, INVALIDATED, None, None)}
    graphs = reached(invalid, lambda graph: (q.subject for q in quads(None, DERIVED_FROM, graph, None)))

    def evidence(node: Term) -> Iterator[Term]:
        values = (quad.object for way in WAY for quad in quads(node, way, None))
        return (value for value in values if not isinstance(value, Literal))

    about = reached(graphs, evidence)
    found = chain.from_iterable((*quads(node, None, None), *quads(None, None, None, node)) for node in about)
    gone = {quad for quad in found if quad.predicate != INVALIDATED}
    for thing in things_in(chain.from_iterable(quads(None, None, None, graph) for graph in graphs)):
        told = chain(quads(thing, None, None), quads(None, None, thing))
        if all(quad in gone or kind(quad) == GraphKind.ENTITIES for quad in told):
            gone.update(quads(thing, None, None))
    return frozenset(gone)


def renamed(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads, things called as a later source calls them; the name before is a variant."""
    every = tuple(quads)
    names = {(q.subject, q.object.language): q.object for q in every if q.predicate == CURRENT}  # type: ignore[union-attr]
    for quad in every:
        name = names.get((quad.subject, getattr(quad.object, "language", None)))
        if name is None or quad.predicate != LABEL or kind(quad) != GraphKind.ENTITIES:
            yield quad
            continue
        yield Quad(quad.subject, LABEL, name, quad.graph_name)
        if quad.object != name:
            yield Quad(quad.subject, VARIANT, quad.object, quad.graph_name)


def things_in(quads: Iterable[Quad]) -> set[NamedNode]:
    """Return the individuals that the quads tell of."""
    terms = (term for quad in quads for term in (quad.subject, quad.object))
    return {term for term in terms if isinstance(term, NamedNode) and term.value.startswith(THINGS)}


def reached(start: Iterable[Term], links: Callable[[Term], Iterable[Term]]) -> set[Term]:
    """Return the nodes of `start` and all that links lead to from them."""
    nodes = set(start)
    fresh = list(nodes)
    while fresh:
        more = set(links(fresh.pop())) - nodes
        nodes |= more
        fresh += more
    return nodes


def kind(quad: Quad) -> GraphKind | None:
    """Return what the quad's graph holds."""
    name = quad.graph_name
    return kind_of(name.value) if isinstance(name, NamedNode) else None


def merged(quads: Iterable[Quad], kinds: Collection[GraphKind]) -> frozenset[Triple]:
    """Return the RDF merge of the graphs of these kinds; blank nodes already have names of their own.

    Where several graphs bound one time span, the tightest bounds and the finest granularity hold: a fact may
    narrow what another says.
    """
    triples = frozenset(quad.triple for quad in quads if kind(quad) in kinds)
    bounds: dict[tuple[object, NamedNode], list[Triple]] = defaultdict(list)
    for triple in triples:
        if triple.predicate in TIGHTEST and (
            is_day(triple.object) or text_of(triple.object) in GRANULARITIES
        ):
            bounds[triple.subject, triple.predicate].append(triple)
    several = ((TIGHTEST[key[1]], found) for key, found in bounds.items() if len(found) > 1)
    wider = {
        triple for tightest, found in several for triple in found if triple != tightest(found, key=order_of)
    }
    return triples - wider


def is_day(term: object) -> bool:
    """Tell whether a term is a date without a time zone, of a year of four digits: such sort as text."""
    return isinstance(term, Literal) and DAY.fullmatch(term.value) is not None


def order_of(triple: Triple) -> tuple[int, str]:
    """Return what a date or a granularity is sorted by: later is greater, and finer is greater."""
    value = text_of(triple.object)
    return (GRANULARITIES.index(value) if value in GRANULARITIES else 0, value)


def inferred(conclusions: Iterable[Triple]) -> tuple[Quad, ...]:
    """Return the conclusions as quads of graph/inferred, sorted."""
    return tuple(sorted((Quad(t.subject, t.predicate, t.object, INFERRED) for t in conclusions), key=str))


def in_default_graph(triple: Triple) -> Quad:
    """Return a triple as a quad of the default graph, in half the time that it takes to name that."""
    return Quad(triple.subject, triple.predicate, triple.object)


def with_default_graph(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """Return the named graphs without conclusions, and the default graph made of them."""
    named = tuple(quad for quad in quads if quad.graph_name != INFERRED)
    return (*named, *map(in_default_graph, merged(named, ASSERTED)))


def graphs_of_proof(store: Store, leaves: Collection[Fact]) -> tuple[str, ...]:
    """Return the citable graphs that state a leaf of a proof: facts, then background, then the others."""
    named = {
        (CITABLE.index(of_kind), quad.graph_name.value)  # type: ignore[union-attr]
        for subject, predicate, target in leaves
        if not isinstance(subject, Literal) and isinstance(predicate, NamedNode)
        for quad in store.quads_for_pattern(subject, predicate, target, None)
        if (of_kind := kind(quad)) in CITABLE
    }
    return tuple(name for _, name in sorted(named))


def nodes_of(iris: Iterable[str]) -> Iterator[NamedNode]:
    """Yield the nodes of those texts that are IRIs."""
    for iri in iris:
        with suppress(ValueError):
            yield NamedNode(iri)


def graphs_stating(store: Store, iris: Collection[str]) -> tuple[str, ...]:
    """Return the citable graphs that tell of these things: those that join two of the terms come first.

    Where some of the terms are individuals, only what is said of these counts.
    """
    things = {iri for iri in iris if iri.startswith(THINGS)} or set(iris)
    joined: Counter[str] = Counter()
    found = (
        quads
        for node in nodes_of(things)
        for quads in (
            store.quads_for_pattern(node, None, None, None),
            store.quads_for_pattern(None, node, None, None),
            store.quads_for_pattern(None, None, node, None),
        )
    )
    for quad in chain.from_iterable(found):
        if kind(quad) in CITABLE:
            terms = {term.value for term in quad.triple if isinstance(term, NamedNode)}
            name = quad.graph_name.value  # type: ignore[union-attr]
            joined[name] = max(joined[name], len(terms & set(iris)))
    return tuple(sorted(joined, key=lambda name: (-joined[name], name)))
