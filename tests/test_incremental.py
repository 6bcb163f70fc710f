"""Adding and retracting: the closure is that of a fresh start, whatever the order, and so are its proofs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from checker import faults
from hypothesis import example, given, settings
from hypothesis import strategies as st
from needed import long
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from wicara.graph.reasoning.closure_file import read_closure, write_closure
from wicara.graph.reasoning.proofs import derivations_of
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.reasoning.tables import GONE
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

OWL: Final = PREFIXES["owl"]
RDFS: Final = PREFIXES["rdfs"]
TYPE: Final = NamedNode(PREFIXES["rdf"] + "type")


def names(kind: str, count: int) -> st.SearchStrategy[NamedNode]:
    """One of a few names of a kind."""
    return st.sampled_from([NamedNode(f"http://example.org/{kind}{n}") for n in range(count)])


def terms(prefix: str, *local: str) -> st.SearchStrategy[NamedNode]:
    """One of some terms of a vocabulary."""
    return st.sampled_from([NamedNode(prefix + name) for name in local])


INDIVIDUAL, PROPERTY, CLASS = names("i", 6), names("p", 3), names("C", 3)
TRIPLES: Final = st.one_of(
    st.builds(Triple, INDIVIDUAL, PROPERTY, INDIVIDUAL),
    st.builds(Triple, INDIVIDUAL, PROPERTY, INDIVIDUAL),
    st.builds(Triple, INDIVIDUAL, st.just(TYPE), CLASS),
    st.builds(Triple, PROPERTY, terms(RDFS, "subPropertyOf"), PROPERTY),
    st.builds(Triple, PROPERTY, terms(OWL, "inverseOf", "propertyDisjointWith"), PROPERTY),
    st.builds(Triple, CLASS, terms(RDFS, "subClassOf"), CLASS),
    st.builds(Triple, CLASS, terms(OWL, "equivalentClass", "disjointWith"), CLASS),
    st.builds(Triple, PROPERTY, terms(RDFS, "domain", "range"), CLASS),
    st.builds(
        Triple,
        PROPERTY,
        st.just(TYPE),
        terms(OWL, "TransitiveProperty", "SymmetricProperty", "FunctionalProperty", "IrreflexiveProperty"),
    ),
    st.builds(Triple, INDIVIDUAL, terms(OWL, "sameAs"), INDIVIDUAL),
)
CLASS_ONE: Final = NamedNode("http://example.org/C1")
CHANGES: Final = st.lists(st.tuples(st.booleans(), st.lists(TRIPLES, max_size=4)), min_size=1, max_size=5)


def contents(reasoner: Reasoner) -> tuple[set[str], set[str], set[str]]:
    """Return what is asserted, what is concluded, and the rules of the contradictions."""
    asserted = {str(statement) for statement in reasoner.statements(asserted=True)}
    concluded = {str(statement) for statement in reasoner.statements(asserted=False)}
    return asserted, concluded, {step.rule for step in reasoner.contradictions()}


def from_disk(reasoner: Reasoner) -> Reasoner:
    """Return a closure as it is read after it was written; as it is where too much of it is gone."""
    with TemporaryDirectory() as folder:
        write_closure(Path(folder) / "closure", reasoner)
        return read_closure(Path(folder) / "closure") if any(Path(folder).iterdir()) else reasoner


@settings(max_examples=60)
@given(start=st.lists(TRIPLES, max_size=14), changes=CHANGES)
def test_follows_every_change(start: list[Triple], changes: list[tuple[bool, list[Triple]]]) -> None:
    """After any adds and retracts, of schema and sameAs too, the closure is that of a recompute.

    So is one that was on disk between the changes.
    """
    premises = set(start)
    reasoner = Reasoner(premises)
    for is_added, triples in changes:
        if not any(reasoner.contradictions()):
            reasoner = from_disk(reasoner)
        if is_added:
            premises |= set(triples)
            reasoner.add(triples)
        else:
            taken = {*triples, *sorted(premises, key=str)[: len(triples)]}
            premises -= taken
            reasoner.retract(taken)
        assert contents(reasoner) == contents(Reasoner(premises))


@settings(max_examples=60)
@given(start=st.lists(TRIPLES, max_size=14), more=st.lists(TRIPLES, max_size=6))
def test_first_proofs_are_well_founded(start: list[Triple], more: list[Triple]) -> None:
    """Each premise of a first proof holds and is older than the conclusion: no proof runs in a circle."""
    reasoner = Reasoner(start)
    reasoner.add(more)
    reasoner.retract(start[::2])
    facts = reasoner.engine.facts
    for number in facts.numbers(asserted=False).tolist():
        proof = facts.proof(number)
        assert proof is not None
        assert all(premise < number and facts.batch.values[premise] != GONE for premise in proof[1])


def test_a_contradiction_outlives_many_that_are_gone() -> None:
    """Of very many contradictions of one kind, the one that remains after a retraction is still told."""
    disjoint = Triple(NamedNode("http://example.org/C0"), NamedNode(f"{OWL}disjointWith"), CLASS_ONE)
    both = [
        Triple(NamedNode(f"http://example.org/x{n}"), TYPE, each)
        for n in range(300)
        for each in (NamedNode("http://example.org/C0"), CLASS_ONE)
    ]
    reasoner = Reasoner([disjoint, *both])
    reasoner.retract(both[:-2])
    (left,) = reasoner.contradictions()
    assert left.rule == "cax-dw"


LISTS: Final = """
@prefix : <http://example.org/> .
:both owl:intersectionOf ( :C0 :C1 :C2 ) . :any owl:unionOf ( :C0 :C1 :C3 ) .
:p owl:propertyChainAxiom ( :q :r ) .
[] a owl:AllDisjointClasses ; owl:members ( :C0 :C1 :C4 ) . [] a owl:AllDifferent ; owl:members ( :a :b :d ) .
:x a :both . :y a :C0 . :a :q :b . :b :r :d . :a owl:sameAs :b .
"""


@pytest.mark.parametrize("reasoner_is", ["kept", long("new")])
def test_a_list_that_breaks_or_is_mended(reasoner_is: str) -> None:
    """Without a part of a list nothing follows from its members; with it again, all does; from disk, too."""
    prefixes = "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("owl", "rdf"))
    premises = {quad.triple for quad in parse((prefixes + LISTS).encode(), format=RdfFormat.TURTLE)}
    parts = [one for one in premises if one.predicate.value.rpartition("#")[2] in {"first", "rest"}]
    consistent = {one for one in premises if one.predicate.value != f"{OWL}members"}
    for part in parts:
        start = consistent if reasoner_is == "kept" else premises
        reasoner = from_disk(Reasoner(start)) if reasoner_is == "kept" else Reasoner(start)
        reasoner.retract([part])
        assert contents(reasoner) == contents(Reasoner(start - {part}))
        reasoner.add([part])
        assert contents(reasoner) == contents(Reasoner(start))


def test_without_proofs_nothing_is_retracted() -> None:
    """A reasoner that keeps no proofs cannot tell what follows from a premise, and says so."""
    premise = Triple(NamedNode("http://example.org/i0"), TYPE, CLASS_ONE)
    reasoner = Reasoner([premise], proofs=False)
    with pytest.raises(ValueError, match="proofs=True"):
        reasoner.retract([premise])
    assert premise in {one.triple for one in reasoner.statements(asserted=True)}


EDGES: Final = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9)
AROUND_ZERO: Final = [(0, 0), (0, 2), (0, 3), (0, 4), (1, 2), (2, 0)]
"""What is left of these and 0-1 without the first six connects 0 and 1 by the last alone."""
LINKED: Final = NamedNode("http://example.org/linked")
AXIOMS: Final = tuple(
    Triple(LINKED, TYPE, NamedNode(f"{OWL}{kind}Property")) for kind in ("Symmetric", "Transitive")
)


def links(edges: Iterable[tuple[int, int]], relation: NamedNode) -> list[Triple]:
    """Return pairs of numbers as triples."""
    names = [NamedNode(f"http://example.org/n{n}") for n in range(10)]
    return [Triple(names[one], relation, names[two]) for one, two in edges]


def components(edges: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return all pairs that edges connect, each way and with themselves."""
    groups = {n: {n} for pair in edges for n in pair}
    for one, two in edges:
        merged = groups[one] | groups[two]
        groups.update(dict.fromkeys(merged, merged))
    return {(one, two) for group in groups.values() for one in group for two in group}


@pytest.mark.parametrize("relation", [NamedNode(f"{OWL}sameAs"), LINKED], ids=["sameAs", "linked"])
@settings(max_examples=40)
@example(changes=[(True, AROUND_ZERO), (True, [(0, 1)]), (False, [(0, 0)] * 6)], axioms_first=True)
@given(changes=st.lists(st.tuples(st.booleans(), EDGES), min_size=1, max_size=4), axioms_first=st.booleans())
def test_classes_of_equals(
    relation: NamedNode, changes: list[tuple[bool, list[tuple[int, int]]]], *, axioms_first: bool
) -> None:
    """What is symmetric and transitive joins all that is connected, after any changes, with proofs."""
    reasoner = Reasoner(AXIOMS if axioms_first else ())
    edges: dict[tuple[int, int], None] = {}
    for is_added, some in changes:
        if is_added:
            edges.update(dict.fromkeys(some))
            reasoner.add(links(some, relation))
        else:
            taken = [*some, *list(edges)[: len(some)]]
            edges = {edge: None for edge in edges if edge not in taken}
            reasoner.retract(links(taken, relation))
    reasoner.add(AXIOMS)
    pairs = components(edges)
    if relation != LINKED:
        pairs = {(one, two) for one, two in pairs if one != two or (one, two) in edges}
    held = [
        s for kind in (True, False) for s in reasoner.statements(asserted=kind) if s.predicate == relation
    ]
    assert {tuple(s) for s in held} == {tuple(triple) for triple in links(pairs, relation)}
    derivations = derivations_of(reasoner)
    for fact in derivations.first:
        proof = derivations.first_proof(fact)
        assert proof is not None
        assert list(faults(proof, derivations.asserted.__contains__)) == []


def test_a_long_chain_of_equals() -> None:
    """A chain of names is closed, and falls apart into two where a link is taken out."""
    names = [NamedNode(f"http://example.org/n{n:03}") for n in range(300)]
    same = NamedNode(f"{OWL}sameAs")
    reasoner = Reasoner(Triple(one, same, two) for one, two in pairwise(names))
    assert len(list(reasoner.conclusions())) == 300 * 299 - 299
    reasoner.retract([Triple(names[149], same, names[150])])
    assert len(list(reasoner.conclusions())) == 2 * (150 * 149 - 149)
