"""What SHACL cannot say of the statements as they are written: it sees no graphs, no tables, no profile."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from wicara.graph.assembly import INVALIDATED, kind, merged
from wicara.graph.facts.identity import check_identity, read_identity
from wicara.graph.names import GRAPHS, GraphKind, called, graph_iri, kind_of
from wicara.graph.reasoning.profile import outside_profile
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Quad
    from wicara.graph.candidate import Candidate

TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")
MINTED: Final = (f"{BASE}/id/", f"{BASE}/concept/", WIC, GRAPHS)
"""The namespaces whose IRIs are ours, and so must be defined somewhere in the dataset."""
DESCRIBED: Final = {
    NamedNode(f"{WIC}FactGraph"): GraphKind.FACT,
    NamedNode(f"{WIC}BackgroundGraph"): GraphKind.BACKGROUND,
    NamedNode(f"{WIC}ContentGraph"): GraphKind.CONTENT,
}
"""The class by which graph/prov describes each graph of a kind."""


def undescribed_graphs(candidate: Candidate) -> Iterator[str]:
    """Every fact, background and content graph is described in graph/prov, and states something."""
    named = {graph_name(quad) for quad in candidate.quads}
    for of_class, of_kind in DESCRIBED.items():
        described = {
            quad.subject.value
            for quad in candidate.quads
            if quad.object == of_class and quad.predicate == TYPE and isinstance(quad.subject, NamedNode)
        }
        stating = {graph for graph in named if kind_of(graph) == of_kind}
        for graph in sorted(stating - described):
            yield f"{called(graph)} is not described in graph:prov as a {called(of_class.value)}"
        for graph in sorted(described - stating):
            yield f"{called(graph)} is described as a {called(of_class.value)} but states nothing"


def unknown_iris(candidate: Candidate) -> Iterator[str]:
    """Every IRI of ours is defined: things and terms have a class, graphs hold statements."""
    known = {graph_iri(kind) for kind in GraphKind}  # and graphs that hold a statement, or held one
    used: dict[str, str] = {}
    for quad in candidate.quads:
        known.add(graph_name(quad))
        if quad.predicate in {TYPE, INVALIDATED} and isinstance(quad.subject, NamedNode):
            known.add(quad.subject.value)
        for iri in (term.value for term in quad.triple if isinstance(term, NamedNode)):
            if iri.startswith(MINTED):
                used.setdefault(iri, graph_name(quad))
    for iri in sorted(used.keys() - known):
        near = get_close_matches(iri, known, n=1, cutoff=0.9)
        hint = f"did you mean {called(near[0])}?" if near else "give it a class and labels, or mend the IRI"
        yield f"{called(iri)}, used in {called(used[iri])}, is not defined anywhere: {hint}"


def blank_nodes(candidate: Candidate) -> Iterator[str]:
    """Blank nodes stand only in the ontology: nothing else could be linked to or compared."""
    for quad in candidate.quads:
        terms = (quad.subject, quad.object)
        if kind(quad) != GraphKind.ONTOLOGY and any(isinstance(term, BlankNode) for term in terms):
            where = called(graph_name(quad))
            yield f"a blank node stands in {where}, with {called(quad.predicate.value)}: name it"


def identity(candidate: Candidate) -> Iterable[str]:
    """Compare the reviewed table of mentions with the data; it may name what was retracted."""
    table = read_identity()
    found = check_identity(table, candidate.quads)
    if candidate.unretracted is candidate:
        return found
    standing = set(check_identity(table, candidate.unretracted.quads))
    return [finding for finding in found if finding in standing]


def profile(candidate: Candidate) -> Iterable[str]:
    """Certify that the ontology is inside OWL 2 RL."""
    return map(str, outside_profile(merged(candidate.quads, {GraphKind.ONTOLOGY})))


def graph_name(quad: Quad) -> str:
    """Return the IRI of a quad's graph."""
    return "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
