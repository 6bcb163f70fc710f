"""Adding and retracting: the closure is that of a fresh start, whatever the order, and so are its proofs."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Triple
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.reasoning.tables import GONE
from wicara.ontology import PREFIXES

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


@settings(deadline=None, max_examples=60)
@given(start=st.lists(TRIPLES, max_size=14), changes=CHANGES)
def test_follows_every_change(start: list[Triple], changes: list[tuple[bool, list[Triple]]]) -> None:
    """After any adds and retracts, of schema and sameAs too, the closure is that of a recompute."""
    premises = set(start)
    reasoner = Reasoner(premises)
    for is_added, triples in changes:
        if is_added:
            premises |= set(triples)
            reasoner.add(triples)
        else:
            taken = {*triples, *sorted(premises, key=str)[: len(triples)]}
            premises -= taken
            reasoner.retract(taken)
        assert contents(reasoner) == contents(Reasoner(premises))


@settings(deadline=None, max_examples=60)
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
