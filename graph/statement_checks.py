"""Checks of the statements as they are written, before shapes and reasoner look at them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from wicara.graph.assembly import INVALIDATED, kind, merged
from wicara.graph.facts.identity import check_identity, read_identity
from wicara.graph.facts.selector import faults
from wicara.graph.names import GRAPHS, GraphKind, called, called_term, graph_iri, kind_of
from wicara.graph.reasoning.profile import outside_profile
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad
    from wicara.graph.candidate import Candidate

TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
SAME_AS: Final = NamedNode(PREFIXES["owl"] + "sameAs")

MINTED: Final = (f"{BASE}/id/", f"{BASE}/concept/", WIC, GRAPHS)
"""The namespaces whose IRIs are ours, and so must be defined somewhere in the dataset."""

DESCRIBED: Final = {
    "FactGraph": GraphKind.FACT,
    "BackgroundGraph": GraphKind.BACKGROUND,
    "ContentGraph": GraphKind.CONTENT,
}
"""The class by which graph/prov describes each graph of a kind."""


def faulty_selectors(candidate: Candidate) -> Iterable[str]:
    """Every position and quote fits its sentence and source, and quotes are short."""
    return faults(candidate.quads)


def undescribed_graphs(candidate: Candidate) -> Iterator[str]:
    """Every fact, background and content graph is described in graph/prov, and states something."""
    named = {graph_name(quad) for quad in candidate.quads}
    for name, of_kind in DESCRIBED.items():
        described = instances(candidate.quads, NamedNode(WIC + name))
        written = {graph for graph in named if kind_of(graph) == of_kind}
        for graph in sorted(written - described):
            yield f"{called(graph)} is not described in graph:prov as a wic:{name}"
        for graph in sorted(described - written):
            yield f"{called(graph)} is described as a wic:{name} but states nothing"


def instances(quads: Iterable[Quad], of_class: NamedNode) -> set[str]:
    """Return the IRIs that are stated to be of a class."""
    typed = (quad.subject for quad in quads if quad.predicate == TYPE and quad.object == of_class)
    return {subject.value for subject in typed if isinstance(subject, NamedNode)}


def unknown_iris(candidate: Candidate) -> Iterator[str]:
    """Every IRI of ours is defined: things and terms have a class, graphs hold statements."""
    known = defined(candidate.quads)
    used: dict[str, str] = {}
    for quad in candidate.quads:
        for iri in (term.value for term in quad.triple if isinstance(term, NamedNode)):
            if iri.startswith(MINTED) and iri not in known:
                used.setdefault(iri, graph_name(quad))
    for iri, graph in sorted(used.items()):
        near = get_close_matches(iri, known, n=1, cutoff=0.9)
        hint = f"did you mean {called(near[0])}?" if near else "give it a class and labels, or mend the IRI"
        yield f"{called(iri)}, used in {called(graph)}, is not defined anywhere: {hint}"


def defined(quads: Iterable[Quad]) -> frozenset[str]:
    """Return the IRIs that have a type, the graphs that hold a statement, and those that were retracted."""
    known = {graph_iri(kind) for kind in GraphKind}
    for quad in quads:
        known.add(graph_name(quad))
        if quad.predicate in {TYPE, INVALIDATED} and isinstance(quad.subject, NamedNode):
            known.add(quad.subject.value)
    return frozenset(known)


def blank_nodes(candidate: Candidate) -> Iterator[str]:
    """Blank nodes stand only in the ontology: nothing else could be linked to or compared."""
    for quad in candidate.quads:
        terms = (quad.subject, quad.object)
        if kind(quad) != GraphKind.ONTOLOGY and any(isinstance(term, BlankNode) for term in terms):
            where = called(graph_name(quad))
            yield f"a blank node stands in {where}, with {called(quad.predicate.value)}: name it"


def same_as(candidate: Candidate) -> Iterator[str]:
    """Identity is settled in identity.csv: no owl:sameAs is stated."""
    for quad in candidate.quads:
        if quad.predicate == SAME_AS and kind(quad) != GraphKind.ALIGNMENT:
            pair = f"{called_term(quad.subject)} owl:sameAs {called_term(quad.object)}"
            yield f"{pair} in {called(graph_name(quad))}: say so in identity.csv instead"


def identity(candidate: Candidate) -> Iterable[str]:
    """Compare the reviewed table of mentions with the data; it may name what was retracted."""
    table = read_identity()
    found = check_identity(table, candidate.quads)
    if candidate.unretracted is candidate:
        return found
    standing = set(check_identity(table, candidate.unretracted.quads))
    return [each for each in found if each in standing]


def profile(candidate: Candidate) -> Iterable[str]:
    """Certify that the ontology is inside OWL 2 RL."""
    return map(str, outside_profile(merged(candidate.quads, {GraphKind.ONTOLOGY})))


def graph_name(quad: Quad) -> str:
    """Return the IRI of a quad's graph."""
    return "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
