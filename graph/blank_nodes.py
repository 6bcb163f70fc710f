"""Blank nodes that are much alike, named by what stands around them, in a time that their number bounds.

RDF Dataset Canonicalization (RDFC-1.0) tries the orders of nodes that look the same from where it stands;
ten nodes that all know each other take it hours. Where that would take long, colours tell nodes apart: each
gets the colour of what it stands in, again and again; where several have the same, one of them is set apart.
Nodes that are really alike give the same bytes, whichever that is. Of some graphs of other symmetries, and
of very large ones, the bytes then depend on the names that the nodes had.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from math import factorial, prod
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Quad, Triple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Colours: TypeAlias = dict[BlankNode, int]
Around: TypeAlias = dict[BlankNode, list[tuple[int, tuple[BlankNode, ...]]]]
"""What each node stands in: a number for a quad but for its blank nodes, and the other nodes there."""
LONG: Final = 10_000_000
"""The estimate beyond which RDFC-1.0 takes more than a fraction of a second."""
WORK: Final = 1_000_000
"""Quads that are looked at to tell nodes apart; what is alike then is ordered by name."""


def named_canonically(quads: set[Quad]) -> set[Quad]:
    """Return quads with canonical names of their blank nodes; of those that are much alike, as told above."""
    around = surroundings(quads)
    if effort(around) <= LONG:
        dataset = Dataset(quads)
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return set(dataset)
    names = {node: BlankNode(f"b{place}") for place, node in enumerate(node_order(around))}
    return {with_names(quad, names) for quad in quads}


def surroundings(quads: Iterable[Quad]) -> Around:
    """Return what each node stands in."""
    around: defaultdict[BlankNode, list[tuple[str, tuple[BlankNode, ...]]]] = defaultdict(list)
    other = BlankNode("other")
    for quad in quads:
        nodes = blank_nodes(quad)
        for node in set(nodes):
            names = dict.fromkeys(nodes, other) | {node: BlankNode("self")}
            around[node].append(
                (
                    str(with_names(quad, names)),
                    tuple(other_node for other_node in nodes if other_node != node),
                )
            )
    rank = {
        text: place
        for place, text in enumerate(sorted({text for seen in around.values() for text, _ in seen}))
    }
    return {node: [(rank[text], others) for text, others in seen] for node, seen in around.items()}


def blank_nodes(quad: Quad) -> list[BlankNode]:
    """Return the blank nodes of a quad, each as often as it stands there, those in its triple term too."""
    nodes: list[BlankNode] = []
    terms: list[object] = [quad.graph_name, quad.object, quad.subject]
    while terms:
        term = terms.pop()
        if isinstance(term, BlankNode):
            nodes.append(term)
        elif isinstance(term, Triple):
            terms += (term.object, term.subject)
    return nodes


def effort(around: Around) -> int:
    """Return an estimate of what RDFC-1.0 has to do, by the orders of nodes that look the same at first."""
    first = coloured(around, dict.fromkeys(around, 0))
    alike = Counter(first.values())
    total = 0
    for node, size in components({node for node in around if alike[first[node]] > 1}, around).items():
        related = Counter(
            (quad, first[other])
            for quad, others in around[node]
            for other in others
            if alike[first[other]] > 1
        )
        total += size * size * prod(factorial(min(count, 20)) for count in related.values())
    return total


def components(nodes: set[BlankNode], around: Around) -> dict[BlankNode, int]:
    """Return how many of some nodes each of them is linked with, itself too."""
    sizes: dict[BlankNode, int] = {}
    for start in nodes:
        if start in sizes:
            continue
        component, waiting = {start}, [start]
        while waiting:
            linked = {other for _, others in around[waiting.pop()] for other in others}
            new = (linked & nodes) - component
            component |= new
            waiting += new
        sizes |= dict.fromkeys(component, len(component))
    return sizes


def coloured(around: Around, colours: Colours) -> Colours:
    """Return colours that tell apart what the given ones do, and what stands in other quads by these."""
    seen = {
        node: (
            colours[node],
            *sorted((quad, *(colours[other] for other in others)) for quad, others in quads),
        )
        for node, quads in around.items()
    }
    rank = {key: place for place, key in enumerate(sorted(set(seen.values())))}
    return {node: rank[key] for node, key in seen.items()}


def refined(around: Around, colours: Colours) -> tuple[Colours, int]:
    """Return colours that tell apart all that theirs can, and how many quads were looked at."""
    work, size = 0, sum(map(len, around.values()))
    while True:
        count = len(set(colours.values()))
        colours = coloured(around, colours)
        work += size
        if len(set(colours.values())) == count or work > WORK:
            return colours, work


def node_order(around: Around) -> list[BlankNode]:
    """Return the nodes in an order that, as far as can be told in time, does not depend on their names."""
    colours, work = refined(around, dict.fromkeys(around, 0))
    while work <= WORK:
        alike = Counter(colours.values())
        several = [colour for colour, count in alike.items() if count > 1]
        if not several:
            break
        chosen = min(several)
        apart = next(node for node in around if colours[node] == chosen)
        colours = {node: 2 * colour + (node != apart) for node, colour in colours.items()}
        colours, more = refined(around, colours)
        work += more
    return sorted(around, key=lambda node: (colours[node], node.value))


def with_names(quad: Quad, names: Mapping[BlankNode, BlankNode]) -> Quad:
    """Return a quad with other names for its blank nodes."""

    def term(old: object) -> object:
        if isinstance(old, BlankNode):
            return names[old]
        if isinstance(old, Triple):
            return Triple(term(old.subject), old.predicate, term(old.object))  # type: ignore[arg-type]
        return old

    return Quad(term(quad.subject), quad.predicate, term(quad.object), term(quad.graph_name))  # type: ignore[arg-type]
