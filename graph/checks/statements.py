"""What SHACL cannot say of the statements as they are written: it sees no graphs, no tables, no profile."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from wicara.graph.assembly import INVALIDATED, kind, merged, nodes_of
from wicara.graph.facts.identity import check_identity, read_identity
from wicara.graph.names import GRAPHS, PREF_LABEL, TYPE, GraphKind, graph_iri, iri_name, kind_of
from wicara.graph.reasoning.profile import outside_profile
from wicara.ontology import BASE, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad, Store
    from wicara.graph.candidate import Candidate
    from wicara.graph.facts.identity import Identity

MINTED: Final = (f"{BASE}/id/", f"{BASE}/concept/", WIC, GRAPHS)
"""The namespaces whose IRIs are ours, and so must be defined somewhere in the dataset."""
ROOTS: Final = frozenset(graph_iri(kind) for kind in GraphKind)
"""The graphs that stand once, and what the IRIs of the others begin with."""
DESCRIBED: Final = {
    NamedNode(f"{WIC}FactGraph"): GraphKind.FACT,
    NamedNode(f"{WIC}BackgroundGraph"): GraphKind.BACKGROUND,
    NamedNode(f"{WIC}ContentGraph"): GraphKind.CONTENT,
}
"""The class by which graph/prov describes each graph of a kind."""


def undescribed_graphs(candidate: Candidate) -> Iterator[str]:
    """Every fact, background and content graph is described in graph/prov, and states something."""
    store = candidate.store
    concerned = graphs_concerned(candidate)
    nodes: Iterable[NamedNode | None] = [None] if concerned is None else concerned
    named = {
        graph.value
        for graph in (store.named_graphs() if concerned is None else concerned)
        if isinstance(graph, NamedNode)
        and (concerned is None or any(store.quads_for_pattern(None, None, None, graph)))
    }
    for of_class, of_kind in DESCRIBED.items():
        described = {
            quad.subject.value
            for node in nodes
            for quad in store.quads_for_pattern(node, TYPE, of_class, None)
            if isinstance(quad.subject, NamedNode)
        }
        stating = {graph for graph in named if kind_of(graph) == of_kind}
        for graph in sorted(stating - described):
            yield f"{iri_name(graph)} is not described in graph:prov as a {iri_name(of_class.value)}"
        for graph in sorted(described - stating):
            yield f"{iri_name(graph)} is described as a {iri_name(of_class.value)} but states nothing"


def graphs_concerned(candidate: Candidate) -> set[NamedNode] | None:
    """Return the graphs that changed, or whose description did; None for all graphs."""
    if candidate.step is None:
        return None
    changed = (*candidate.fresh, *candidate.gone)
    described = (quad.subject for quad in changed if quad.predicate == TYPE and quad.object in DESCRIBED)
    return {
        node for node in (*described, *(quad.graph_name for quad in changed)) if isinstance(node, NamedNode)
    }


def unknown_iris(candidate: Candidate) -> Iterator[str]:
    """Every IRI of ours is defined: things and terms have a class, graphs hold statements."""
    unknown = candidate.undefined
    known = {*ours(candidate.store)} if unknown else set()
    for iri in sorted(unknown):
        near = get_close_matches(iri, known, n=1, cutoff=0.9)
        hint = f"did you mean {iri_name(near[0])}?" if near else "give it a class and labels, or mend the IRI"
        place = candidate.places.of(iri, None, [unknown[iri]])
        where = f" ({place})" if place else ""
        yield f"{iri_name(iri)}, used in {iri_name(unknown[iri])}, is not defined anywhere: {hint}{where}"


def undefined(candidate: Candidate) -> dict[str, str]:
    """Return the IRIs of ours that are not defined, each with a graph that uses it."""
    used: dict[str, str] = {}
    for quad in candidate.fresh:
        for iri in (term.value for term in quad.triple if isinstance(term, NamedNode)):
            if iri.startswith(MINTED):
                used.setdefault(iri, graph_name(quad))
    gone = {node for quad in candidate.gone for node in (quad.subject, quad.graph_name)}
    for node in (node for node in gone if isinstance(node, NamedNode)):
        for pattern in ((node, None, None, None), (None, None, node, None)):
            for quad in islice(candidate.store.quads_for_pattern(*pattern), 1):
                used.setdefault(node.value, graph_name(quad))
    return {iri: graph for iri, graph in used.items() if not is_defined(candidate.store, iri)}


def is_defined(store: Store, iri: str) -> bool:
    """Tell whether an IRI has a class, or is that of a graph that holds a statement, or held one."""
    node = NamedNode(iri)
    patterns = ((node, TYPE, None, None), (None, None, None, node), (node, INVALIDATED, None, None))
    return iri in ROOTS or any(any(store.quads_for_pattern(*pattern)) for pattern in patterns)


def ours(store: Store) -> Iterator[str]:
    """Yield the IRIs that are defined."""
    yield from ROOTS
    yield from (graph.value for graph in store.named_graphs())
    for predicate in (TYPE, INVALIDATED):
        for quad in store.quads_for_pattern(None, predicate, None, None):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value


def misplaced_blank_nodes(candidate: Candidate) -> Iterator[str]:
    """Blank nodes stand only in the ontology: nothing else could be linked to or compared."""
    for quad in candidate.fresh:
        terms = (quad.subject, quad.object)
        if kind(quad) != GraphKind.ONTOLOGY and any(isinstance(term, BlankNode) for term in terms):
            where = iri_name(graph_name(quad))
            yield f"a blank node stands in {where}, with {iri_name(quad.predicate.value)}: name it"


def identity(candidate: Candidate) -> Iterable[str]:
    """Compare the reviewed table of mentions with the data; it may name what was retracted."""
    table = read_identity()
    found = check_identity(table, named(candidate.store, table))
    if not found or not candidate.retracted:
        return found
    with candidate.unretracted() as store:
        standing = set(check_identity(table, named(store, table)))
    return [finding for finding in found if finding in standing]


def profile(candidate: Candidate) -> Iterable[str]:
    """Certify that the ontology is inside OWL 2 RL; one that has not changed is."""
    triples = merged(candidate.fresh, {GraphKind.ONTOLOGY})
    return map(str, outside_profile(triples)) if triples else ()


def named(store: Store, table: Iterable[Identity]) -> Iterator[Quad]:
    """Yield the names of the things and articles of the table of mentions."""
    for node in nodes_of({iri for row in table for iri in (row.iri, f"{BASE}/id/article/{row.article}")}):
        yield from store.quads_for_pattern(node, PREF_LABEL, None, None)


def graph_name(quad: Quad) -> str:
    """Return the IRI of a quad's graph."""
    return "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
