"""Checks by shapes and reasoner, and of what they make of the statements."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode
from wicara.graph.assembly import graphs_stating, merged
from wicara.graph.blame import blamed
from wicara.graph.names import DEFAULT, PREMISES, GraphKind, called
from wicara.graph.reasoning import Closure, materialise
from wicara.ontology import PREFIXES

from wicara import ontology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wicara.graph.candidate import Candidate

SAME_AS: Final = NamedNode(PREFIXES["owl"] + "sameAs")

NO_WORDS: Final[Mapping[str, str]] = MappingProxyType({})
GRAPHS_NAMED: Final = 5
"""How many graphs one finding names."""


def ontology_shapes(candidate: Candidate) -> Iterator[str]:
    """Ontology and concept schemes meet their shapes."""
    from wicara.graph.validation import validate  # noqa: PLC0415 - pySHACL takes a second to import

    triples = merged(candidate.quads, {GraphKind.ONTOLOGY, GraphKind.VOCAB})
    return map(str, validate(triples, ontology.ontology_shape_files()))


def data_shapes(candidate: Candidate) -> Iterator[str]:
    """Tell where the data does not meet its shapes, but for what a retraction left incomplete."""
    for violation in sorted(candidate.violations - candidate.gaps, key=str):
        yield f"{violation}{in_graphs(candidate, violation.terms)}"


def inconsistencies(candidate: Candidate) -> Iterator[str]:
    """Nothing that follows contradicts anything else (the rules of OWL 2 RL whose conclusion is false)."""
    closed = merged(candidate.quads, PREMISES) | candidate.closure.conclusions
    words = quotes(candidate) if candidate.closure.inconsistencies else {}
    for found in candidate.closure.inconsistencies:
        graphs = blamed(candidate.quads, closed, found.terms)
        yield f"{found.message} (rule {found.rule}){see(graphs, words)}"


def inferred_identity(candidate: Candidate) -> Iterator[str]:
    """No two individuals are concluded to be the same: a functional property has two values then."""
    for triple in sorted(candidate.closure.conclusions, key=str):
        if triple.predicate == SAME_AS:
            iris = [triple.subject.value, triple.object.value]  # type: ignore[union-attr]
            yield f"{called(iris[0])} and {called(iris[1])} come out as one thing{in_graphs(candidate, iris)}"


def misplaced_conclusions(candidate: Candidate) -> Iterator[str]:
    """graph/inferred holds no stated triple, no literal subject and no anonymous class."""
    stated = merged(candidate.quads, PREMISES)
    for triple in candidate.closure.conclusions:
        if (
            triple in stated
            or not isinstance(triple.subject, NamedNode)
            or isinstance(triple.object, BlankNode)
        ):
            yield f"graph:inferred holds {triple}"


def misplaced_statements(candidate: Candidate) -> Iterator[str]:
    """Every triple of the default graph stands in a graph that says what it is; no claim content does."""
    quads = candidate.served(infer=True)
    accounted = merged(quads, DEFAULT)
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph) and quad.triple not in accounted:
            yield f"the default graph holds {quad.triple}, which no named graph accounts for"


def disagreements(candidate: Candidate) -> Iterator[str]:
    """Name each conclusion and each contradicting rule that only one of the two reasoners has."""
    premises = merged(candidate.quads, PREMISES)
    ours, theirs = (materialise(premises, engine) for engine in ("native", "owlrl"))
    for engine, one, other in (("native", ours, theirs), ("owlrl", theirs, ours)):
        for triple in sorted(one.conclusions - other.conclusions, key=str):
            yield f"only {engine} concludes {triple}"
        for rule in sorted(rules_broken(one) - rules_broken(other)):
            yield f"only {engine} finds a contradiction by {rule}"


def rules_broken(closure: Closure) -> set[str]:
    """Return the names of the rules by which premises contradict each other."""
    return {each.rule for each in closure.inconsistencies}


def in_graphs(candidate: Candidate, iris: Iterable[str]) -> str:
    """Return where these terms are told of, as the end of a sentence."""
    return see(graphs_stating(candidate.quads, frozenset(iris)))


def see(graphs: tuple[str, ...], words: Mapping[str, str] = NO_WORDS) -> str:
    """Return the first of these graphs as the end of a sentence, each with its words if they are given."""
    more = f" and {len(graphs) - GRAPHS_NAMED} more" if len(graphs) > GRAPHS_NAMED else ""
    named = (f"{called(g)} (“{words[g]}”)" if g in words else called(g) for g in graphs[:GRAPHS_NAMED])
    return f"; see {', '.join(named)}{more}" if graphs else ""


def quotes(candidate: Candidate) -> dict[str, str]:
    """Return the words that each fact graph rests on."""
    query = "SELECT ?graph ?words { ?graph wic:evidence/oa:hasTarget/oa:hasSelector/oa:exact ?words }"
    found = candidate.store.query(query, prefixes=dict(PREFIXES))
    return {row["graph"].value: row["words"].value for row in found}  # type: ignore[union-attr]
