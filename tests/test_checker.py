"""The proof checker: it accepts what the engine proves, and nothing that has been tampered with."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from checker import faults, is_instance, rules_by_name
from closures import FRESH, ONTOLOGIES, real_closure, term, triple
from hypothesis import given, settings
from pyoxigraph import Literal
from wicara.graph.reasoning.files import read
from wicara.graph.reasoning.proofs import Derivations, Proof, derivations_of
from wicara.graph.reasoning.reasoner import Reasoner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyoxigraph import Triple
    from wicara.graph.reasoning.rules import Fact


@pytest.fixture(scope="module")
def derivations() -> Derivations:
    """Return the closure of the real dataset."""
    return real_closure()[1]


def fact(text: str) -> Fact:
    """Return `s p o` of names as a fact."""
    subject, predicate, target = triple(text)
    return subject, predicate, target


def changed(proof: Proof) -> Iterator[Proof]:
    """Yield a proof with its last step tampered with: a term, a premise, or the conclusion."""
    for place, premise in enumerate(proof.premises):
        others = (*proof.premises[:place], *proof.premises[place + 1 :])
        kept = {each.conclusion for each in others}
        if premise.conclusion not in kept:
            yield replace(proof, premises=others)
        for other in renamed(premise):
            yield replace(proof, premises=(*others, other))
    for other in renamed(proof):
        yield replace(proof, conclusion=other.conclusion)
    yield replace(proof, conclusion=None)


def renamed(proof: Proof) -> Iterator[Proof]:
    """Yield a proof as it is but for one term of its conclusion."""
    for place in range(3):
        terms = list(proof.conclusion or ())
        terms[place] = FRESH
        yield replace(proof, conclusion=tuple(terms))


def test_accepts_every_proof_of_the_dataset(derivations: Derivations) -> None:
    """The first proof of every inferred triple of the real dataset holds, step by step, to its leaves."""
    assert derivations.first
    for conclusion in derivations.first:
        proof = derivations.first_proof(conclusion)
        assert proof is not None
        assert list(faults(proof, derivations.asserted.__contains__)) == []


def test_rejects_every_changed_proof_of_the_dataset(derivations: Derivations) -> None:
    """A changed term, a premise too few, or another rule: the checker rejects the proof."""
    names = rules_by_name()
    for number, conclusion in enumerate(derivations.first):
        proof = derivations.first_proof(conclusion)
        assert proof is not None
        for other in changed(proof):
            assert list(faults(other, derivations.asserted.__contains__)), other
        premises = [premise.conclusion for premise in proof.premises if premise.conclusion]
        for name in list(names)[number % 3 :: 3]:
            assert name == proof.rule or not is_instance(name, premises, conclusion), (name, proof.rule)


@settings(deadline=None, max_examples=60)
@given(premises=ONTOLOGIES)
def test_judges_every_step_of_random_ontologies(premises: set[Triple]) -> None:
    """On any ontology all steps of the engine are accepted, and none of them once it is tampered with."""
    reasoner = Reasoner(premises)
    derivations = derivations_of(reasoner)
    for conclusion in derivations.first:
        proof = derivations.first_proof(conclusion)
        assert proof is not None
        assert list(faults(proof, derivations.asserted.__contains__)) == []
        for other in changed(proof):
            assert list(faults(other, derivations.asserted.__contains__)), other


@settings(deadline=None, max_examples=60)
@given(premises=ONTOLOGIES)
def test_accepts_contradictions(premises: set[Triple]) -> None:
    """Every contradiction that the engine finds is an instance of its rule, and of no conclusion."""
    for step in Reasoner(premises).contradictions():
        facts = list(step.premises)
        assert is_instance(step.rule, facts, None)
        assert not is_instance(step.rule, facts, facts[0])
        assert not is_instance(step.rule, [*facts, fact("i9 p9 i9")], None)


@pytest.mark.parametrize(
    ("rule", "premises", "conclusion"),
    [
        ("cax-sco", ["C1 rdfs:subClassOf C2", "i1 a C1"], "i1 a C2"),
        ("prp-dom", ["p1 rdfs:domain C1", "i1 p1 i2"], "i1 a C1"),
        ("prp-trp", ["p1 a owl:TransitiveProperty", "i1 p1 i2", "i2 p1 i3"], "i1 p1 i3"),
        (
            "prp-spo2",
            [
                "p1 owl:propertyChainAxiom l1",
                "l1 rdf:first p2",
                "l1 rdf:rest l2",
                "l2 rdf:first p3",
                "l2 rdf:rest rdf:nil",
                "i1 p2 i2",
                "i2 p3 i3",
            ],
            "i1 p1 i3",
        ),
        ("cls-int2", ["C1 owl:intersectionOf l1", "l1 rdf:first C2", "i1 a C1"], "i1 a C2"),
        (
            "prp-key",
            [
                "C1 owl:hasKey l1",
                "l1 rdf:first p1",
                "l1 rdf:rest rdf:nil",
                "i1 a C1",
                "i2 a C1",
                "i1 p1 i3",
                "i2 p1 i3",
            ],
            "i1 owl:sameAs i2",
        ),
    ],
)
def test_tells_instances(rule: str, premises: list[str], conclusion: str) -> None:
    """A rule of each kind is an instance with all of its premises, and without any one of them is none."""
    facts = [fact(text) for text in premises]
    assert is_instance(rule, facts, fact(conclusion))
    for missing in facts:
        assert not is_instance(rule, [each for each in facts if each != missing], fact(conclusion))
    assert not is_instance(rule, [*facts, fact("i9 p9 i9")], fact(conclusion))


def test_reads_whole_numbers_in_any_spelling() -> None:
    """`0` in a rule is any literal with that value, and no other."""
    rest = [fact("C1 owl:onProperty p1"), fact("i1 a C1"), fact("i1 p1 i2")]
    for text, datatype, expected in (
        ("0", "integer", True),
        ("+00", "decimal", True),
        ("0", "string", False),
    ):
        number = Literal(text, datatype=term(f"xsd:{datatype}"))
        cardinality = (term("C1"), term("owl:maxCardinality"), number)
        assert is_instance("cls-maxc1", [cardinality, *rest], None) is expected


def test_rejects_circles() -> None:
    """A fact is no proof of itself, whatever lies between."""
    axiom = Proof(fact("p1 a owl:SymmetricProperty"))
    leaf = Proof(fact("i1 p1 i2"))
    back = Proof(fact("i2 p1 i1"), "prp-symp", (axiom, leaf))
    round_trip = Proof(fact("i1 p1 i2"), "prp-symp", (axiom, back))
    asserted = {fact("p1 a owl:SymmetricProperty"), fact("i1 p1 i2")}
    assert list(faults(back, asserted.__contains__)) == []
    assert any("rests on itself" in fault for fault in faults(round_trip, asserted.__contains__))


def test_rejects_unknown_rules_and_leaves() -> None:
    """A rule that the file does not have gives nothing, and a leaf must be asserted."""
    assert not is_instance("no-such-rule", [], fact("i1 p1 i2"))
    assert list(faults(Proof(fact("i1 p1 i2")), set[object]().__contains__))


def test_accepts_every_proof_of_the_w3c_cases(shared: Path) -> None:
    """Each conclusion and each contradiction of the W3C's cases for OWL 2 RL, with all rules, has a proof."""
    counted = Counter[str]()
    for file in sorted((shared / "conformance" / "owl2rl").glob("*/*.rdf")):
        reasoner = Reasoner(read([file]).triples(), all_rules=True)
        for step in derivations_of(reasoner).first.values():
            assert is_instance(step.rule, step.premises, step.conclusion), (file, step)
            counted[step.rule] += 1
        for clash in reasoner.contradictions():
            assert is_instance(clash.rule, clash.premises, None), (file, clash)
            counted[clash.rule] += 1
    assert len(counted) > 60, counted
