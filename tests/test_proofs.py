"""Proofs: the checker accepts what the engine proves and nothing else; minimal ones; near misses; the file.

The checker (tests/checker.py) knows nothing of the engine: it matches the rules of the rule file again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from checker import faults, is_instance, rules_by_name
from closures import EXAMPLE, FRESH, ONTOLOGIES, real_closure, term, triple
from hypothesis import given, settings
from needed import long
from pyoxigraph import BlankNode, Literal, Triple
from rdflib import Graph, URIRef
from wicara.graph.errors import StoreFault
from wicara.graph.reasoning import explain
from wicara.graph.reasoning.files import read
from wicara.graph.reasoning.proof_file import StoredProofs, write_proofs
from wicara.graph.reasoning.proofs import Derivations, Inference, Proof, derivations_of, first_proof
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wicara.graph.reasoning.rules import Fact


@pytest.fixture(scope="module")
def closure() -> tuple[Reasoner, Derivations]:
    """Return the closure of the real dataset."""
    return real_closure()


def fact(text: str) -> Fact:
    """Return `s p o` of names as a fact."""
    subject, predicate, target = triple(text)
    return subject, predicate, target


def derivations(*texts: str) -> Derivations:
    """Return the closure of some triples."""
    return derivations_of(Reasoner(map(triple, texts)))


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


def judge(known: Derivations, every: int = 1) -> Iterator[Proof]:
    """Yield each first proof of a closure; it is accepted to its leaves, and rejected once tampered with.

    `every` skips conclusions: of 8, one is judged.
    """
    for conclusion, step in islice(known.first.items(), 0, None, every):
        proof = known.first_proof(conclusion)
        assert proof is not None
        assert list(faults(proof, known.asserted.__contains__)) == []
        for other in changed(proof):
            assert list(faults(other, known.asserted.__contains__)), other
        assert (step.rule, frozenset(step.premises)) in {
            (match.rule, frozenset(match.premises)) for match in known.matched(conclusion)
        }
        yield proof


@pytest.mark.parametrize("every", [8, long(1)])
def test_every_proof_of_the_dataset(closure: tuple[Reasoner, Derivations], every: int) -> None:
    """Each first proof holds, is found backwards too, and is no instance of another rule."""
    names = list(rules_by_name())
    for number, proof in enumerate(judge(closure[1], every)):
        premises = [premise.conclusion for premise in proof.premises if premise.conclusion]
        for name in names[number % 3 :: 3]:
            assert name == proof.rule or not is_instance(name, premises, proof.conclusion), (name, proof.rule)


@settings(max_examples=60)
@given(premises=ONTOLOGIES)
def test_every_proof_of_random_ontologies(premises: set[Triple]) -> None:
    """First proofs hold, other proofs too and none rests on more than another, and so do contradictions."""
    reasoner = Reasoner(premises)
    known = derivations_of(reasoner)
    for place, first in enumerate(judge(known)):
        proofs = known.proofs(first.conclusion, limit=5) if first.conclusion and place < 20 else (first,)
        assert proofs
        for proof in proofs:
            assert proof.conclusion == first.conclusion
            assert list(faults(proof, known.asserted.__contains__)) == []
        leaves = [set(proof.leaves()) for proof in proofs]
        assert not any(one < two or (one == two and one is not two) for one in leaves for two in leaves)
    for step in reasoner.contradictions():
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


def test_finds_every_way() -> None:
    """A fact that follows in two ways has two proofs, the one that rests on less first."""
    known = derivations(
        "C1 rdfs:subClassOf C2", "i1 a C1", "p1 rdfs:domain C3", "C3 rdfs:subClassOf C2", "i1 p1 i2"
    )
    proofs = known.proofs(fact("i1 a C2"))
    assert proofs[0].rule == "cax-sco"
    assert [set(proof.leaves()) for proof in proofs] == [
        {fact("C1 rdfs:subClassOf C2"), fact("i1 a C1")},
        {fact("p1 rdfs:domain C3"), fact("C3 rdfs:subClassOf C2"), fact("i1 p1 i2")},
    ]


def test_proves_the_asserted_by_what_else_gives_it() -> None:
    """What is asserted is its own first proof; its other proofs are those by rules."""
    known = derivations("C1 rdfs:subClassOf C2", "i1 a C1", "i1 a C2")
    first = known.first_proof(fact("i1 a C2"))
    assert first is not None
    assert not first.rule
    assert [proof.rule for proof in known.proofs(fact("i1 a C2"))] == ["cax-sco"]


def test_stops_at_the_limit() -> None:
    """No more proofs are given than are asked for."""
    texts = [f"i1 a C{n}" for n in range(5)] + [f"C{n} rdfs:subClassOf D" for n in range(5)]
    known = derivations(*texts)
    assert len(known.proofs(fact("i1 a D"))) == 5
    assert len(known.proofs(fact("i1 a D"), limit=3)) == 3


def test_proves_long_chains() -> None:
    """The proof of the ends of a chain of 600 links needs no deep recursion and is accepted."""
    texts = [f"i{n} p1 i{n + 1}" for n in range(600)]
    conclusion = fact("i0 p1 i600")
    known = Derivations(
        map(fact, ["p1 a owl:TransitiveProperty", *texts]),
        {
            fact(f"i0 p1 i{n}"): Inference(
                "prp-trp",
                (fact("p1 a owl:TransitiveProperty"), fact(f"i0 p1 i{n - 1}"), fact(f"i{n - 1} p1 i{n}")),
                fact(f"i0 p1 i{n}"),
            )
            for n in range(2, 601)
        },
    )
    proof = known.first_proof(conclusion)
    assert proof is not None
    assert len(proof.leaves()) == 601
    assert list(faults(proof, known.asserted.__contains__)) == []


def test_proves_nothing_that_does_not_follow() -> None:
    """What neither is asserted nor follows has no proof."""
    known = derivations("i1 p1 i2")
    assert known.first_proof(fact("i2 p1 i1")) is None
    assert known.proofs(fact("i2 p1 i1")) == ()


def test_refuses_circular_inferences() -> None:
    """Inferences that run in a circle are told, not followed for ever."""
    one, two = fact("i1 p1 i2"), fact("i2 p1 i1")
    steps = {one: Inference("prp-symp", (two,), one), two: Inference("prp-symp", (one,), two)}
    with pytest.raises(ValueError, match="circle"):
        first_proof(one, steps.get)


def test_says_which_premise_is_missing() -> None:
    """What does not follow names the rule that is nearest and the one premise that it lacks."""
    known = derivations("p1 a owl:TransitiveProperty", "i1 p1 i2", "C1 rdfs:subClassOf C2", "i3 p1 i4")
    nearest = known.near(fact("i1 p1 i4"))
    assert {(near.rule, near.missing) for near in nearest} == {
        ("prp-trp", fact("i2 p1 i4")),
        ("prp-trp", fact("i1 p1 i3")),
    }
    (kind,) = known.near(fact("i1 a C2"))
    assert (kind.rule, kind.missing) == ("cax-sco", fact("i1 a C1"))
    assert kind.premises == (fact("C1 rdfs:subClassOf C2"),)
    assert known.near(fact("i1 p2 i2")) == ()


def test_keeps_first_proofs_in_a_file(closure: tuple[Reasoner, Derivations], tmp_path: Path) -> None:
    """The file gives back the first inference of each conclusion, and nothing for other facts."""
    reasoner, known = closure
    write_proofs(tmp_path / "proofs.sqlite", reasoner)
    stored = StoredProofs(tmp_path / "proofs.sqlite")
    assert len(stored) == len(known.first)
    assert dict(stored.items()) == dict(known.first)
    assert stored.get(fact("i1 p1 i2")) is None


def test_says_that_the_file_is_damaged(tmp_path: Path) -> None:
    """A file of proofs that is none, or is missing, is told as a fault of the build."""
    broken = tmp_path / "proofs.sqlite"
    broken.write_bytes(b"not a database, but long enough to be taken for one" * 10)
    with pytest.raises(StoreFault, match="wicara build --force"):
        len(StoredProofs(broken))
    with pytest.raises(StoreFault, match="damaged"):
        StoredProofs(tmp_path / "none").get(fact("i1 p1 i2"))


def test_explains_what_programs_hold() -> None:
    """Premises of pyoxigraph and of rdflib give the same proofs, which print as lines."""
    texts = ["C1 rdfs:subClassOf C2", "i1 a C1", "p1 rdfs:domain C2", "i1 p1 i2"]
    graph = Graph()
    graph.parse(data="".join(f"{triple(text)} .\n" for text in texts), format="nt")
    names = (f"{EXAMPLE}i1", f"{PREFIXES['rdf']}type", f"{EXAMPLE}C2")
    proofs = explain(graph, map(URIRef, names), limit=5)
    natively = explain(map(triple, texts), fact("i1 a C2"), limit=5)
    assert sorted(map(str, proofs)) == sorted(map(str, natively))
    assert {proof.rule for proof in proofs} == {"cax-sco", "prp-dom"}
    (first,) = explain(graph, triple("i1 a C2"))
    assert str(first).splitlines()[0].endswith(f"({first.rule})")
    assert str(first).count("(asserted)") == 2
    assert explain(graph, triple("i2 a C2")) == ()


def test_prints_what_is_used_twice_only_once() -> None:
    """A proof that uses a conclusion twice prints its proof once."""
    leaf = Proof(fact("i1 p1 i2"))
    twice = Proof(fact("i2 p1 i1"), "prp-symp", (Proof(fact("p1 a owl:SymmetricProperty")), leaf))
    text = str(Proof(None, "prp-asyp", (twice, twice)))
    assert text.startswith("a contradiction (prp-asyp)")
    assert text.count("(prp-symp)") == 1
    assert text.count("(prp-symp, see above)") == 1


def test_keeps_terms_of_every_kind(tmp_path: Path) -> None:
    """Literals with quotes and line ends, as subjects too, and blank nodes come back as they were."""
    odd = Literal('a "quoted"\nline \\ with\ttabs and é', language="en")
    number = Literal("+01", datatype=term("xsd:integer"))
    node = BlankNode("c14n0")
    premises = [
        triple("p1 rdfs:subPropertyOf p2"),
        *(Triple(node, term("p1"), each) for each in (odd, number, node)),
    ]
    reasoner = Reasoner(premises, all_rules=True)
    write_proofs(tmp_path / "proofs.sqlite", reasoner)
    stored = StoredProofs(tmp_path / "proofs.sqlite")
    assert dict(stored.items()) == dict(derivations_of(reasoner).first)
    assert any(isinstance(fact[0], Literal) for fact in stored)
    assert stored[node, term("p2"), odd].rule == "prp-spo1"
