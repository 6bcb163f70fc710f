"""Whether any RDF files are OWL 2 RL: the certifier over files that nobody has checked before.

What would have it walk in circles is cut first and is a finding of its own. That this project does without
owl:hasKey and owl:imports is no finding here: the profile has both (OWL 2 Profiles, section 4.2.5).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Triple
from wicara.graph.naming import called_term
from wicara.graph.reasoning.profile import CONSTRUCTS, Finding, outside_profile
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.graph.reasoning.reasoner import Term

OWL: Final = PREFIXES["owl"]
REST: Final = NamedNode(PREFIXES["rdf"] + "rest")
FIRST: Final = NamedNode(PREFIXES["rdf"] + "first")
LEADING: Final = frozenset({FIRST, REST, *(NamedNode(OWL + name) for name in CONSTRUCTS)})
"""The properties that lead from a class expression or a list into what it is made of."""

OURS: Final = frozenset(NamedNode(OWL + name) for name in ("hasKey", "imports"))


def certify(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Return each construct outside OWL 2 RL with its axiom, sorted; none where all is inside."""
    axioms = frozenset(triple for triple in triples if triple.predicate not in OURS)
    circles = frozenset(circular(axioms))
    found = {Finding(f"{called_term(t.subject)} {called_term(t.predicate)}", CIRCLE) for t in circles}
    try:
        found |= set(outside_profile(axioms - circles))
    except RecursionError:
        found.add(Finding("a class expression", "is nested more deeply than can be read"))
    return tuple(sorted(found, key=str))


CIRCLE: Final = "leads back to itself: no list and no class expression may contain itself"


def circular(axioms: frozenset[Triple]) -> Iterator[Triple]:
    """Yield the triples by which a list or an anonymous expression leads back to where it came from."""
    edges: dict[Term, list[Triple]] = defaultdict(list)
    for triple in sorted((t for t in axioms if leads_on(t)), key=str):
        edges[triple.subject].append(triple)
    done: set[Term] = set()
    for start in list(edges):
        yield from back_edges(start, edges, done)


def leads_on(triple: Triple) -> bool:
    """Tell whether the certifier walks from the subject to the object of a triple."""
    return triple.predicate in LEADING and (isinstance(triple.object, BlankNode) or triple.predicate == REST)


def back_edges(start: Term, edges: dict[Term, list[Triple]], done: set[Term]) -> Iterator[Triple]:
    """Yield the triples below a node that lead back to a node that is being walked (depth first)."""
    path: set[Term] = set()
    stack: list[tuple[Term, Iterator[Triple]]] = []

    def enter(node: Term) -> None:
        path.add(node)
        stack.append((node, iter(edges.get(node, ()))))

    if start not in done:
        enter(start)
    while stack:
        node, left = stack[-1]
        triple = next(left, None)
        if triple is None:
            stack.pop()
            path.discard(node)
            done.add(node)
        elif triple.object in path:
            yield triple
        elif triple.object not in done:
            enter(triple.object)
