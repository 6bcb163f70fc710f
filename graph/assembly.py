"""Which statements are accepted, and what of them is merged, reasoned with and served."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple
from wicara.graph.evidence import WAY
from wicara.graph.names import ASSERTED, DEFAULT, DERIVED_FROM, INFERRED, GraphKind, kind_of
from wicara.graph.terms import text_of
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pyoxigraph import Store
    from wicara.graph.reasoning.rules import Fact

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
    """Return the quads without retracted fact graphs, what was derived from these, and what told of them.

    A graph is retracted by `prov:invalidatedAtTime`; that statement is all that remains. Names of things that
    nothing else tells of go with it.
    """
    every = tuple(quads)
    invalid: set[object] = {quad.subject for quad in every if quad.predicate == INVALIDATED}
    graphs = reached(invalid, [(q.object, q.subject) for q in every if q.predicate == DERIVED_FROM])
    about = reached(graphs, [(q.subject, q.object) for q in every if q.predicate in WAY])
    left = [q for q in every if q.predicate == INVALIDATED or not {q.graph_name, q.subject} & about]
    named_still = things_in(quad for quad in left if kind(quad) != GraphKind.ENTITIES)
    orphans = things_in(quad for quad in every if quad.graph_name in graphs) - named_still
    return tuple(renamed(quad for quad in left if quad.subject not in orphans))


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


def things_in(quads: Iterable[Quad]) -> set[object]:
    """Return the individuals that the quads tell of."""
    terms = (term for quad in quads for term in (quad.subject, quad.object))
    return {term for term in terms if isinstance(term, NamedNode) and term.value.startswith(THINGS)}


def reached(start: set[object], links: Collection[tuple[object, object]]) -> set[object]:
    """Return `start` and all that links, each from one node to another, lead to from it."""
    nodes = set(start)
    while more := {end for begin, end in links if begin in nodes} - nodes:
        nodes |= more
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


def with_default_graph(quads: tuple[Quad, ...], *, infer: bool) -> tuple[Quad, ...]:
    """Return the named graphs and the default graph made of them; without conclusions if not `infer`."""
    kinds, named = (DEFAULT, quads) if infer else (ASSERTED, [q for q in quads if q.graph_name != INFERRED])
    default = (Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in merged(named, kinds))
    return (*named, *default)


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
