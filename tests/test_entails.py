"""`entails`: what follows beyond the rules, what does not, and that a yes is never wrong."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from interpretations import DECLARATIONS, Interpretation, statement, triples_of
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.reasoning.entailment import Inconsistent, entails
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from conftest import Command

HEAD: Final = "@prefix : <http://example.org/> .\n" + "".join(
    f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("rdf", "rdfs", "owl", "xsd")
)

ANNOTATED: Final = """
:p owl:propertyChainAxiom _:l . _:l rdf:first :q ; rdf:rest _:m . _:m rdf:first :r ; rdf:rest rdf:nil .
_:x a owl:Axiom ; owl:annotatedSource :p ; owl:annotatedProperty owl:propertyChainAxiom ;
  owl:annotatedTarget _:l ; rdfs:label 'a chain' .
"""

ENTAILED: Final = {
    "difference is symmetric": (":a owl:differentFrom :b .", ":b owl:differentFrom :a ."),
    "different values of a functional property have different subjects": (
        ":p a owl:FunctionalProperty . :x :p :y . :z :p :w . :y owl:differentFrom :w .",
        ":x owl:differentFrom :z .",
    ),
    "AllDifferent from its pairs": (
        ":a owl:differentFrom :b, :c . :b owl:differentFrom :c .",
        "[] a owl:AllDifferent ; owl:distinctMembers (:a :b :c) .",
    ),
    "pairs from AllDifferent": (
        "[] a owl:AllDifferent ; owl:members (:a :b :c) .",
        ":c owl:differentFrom :a .",
    ),
    "members of disjoint classes differ": (
        ":A owl:disjointWith :B . :a a :A . :b a :B .",
        ":a owl:differentFrom :b . :B owl:disjointWith :A .",
    ),
    "reflexive property": (":knows a owl:ReflexiveProperty . :Peter a owl:Thing .", ":Peter :knows :Peter ."),
    "a chain p p is transitivity": (
        ":p owl:propertyChainAxiom (:p :p) .",
        ":p a owl:TransitiveProperty .",
    ),
    "transitivity is a chain p p": (
        ":p a owl:TransitiveProperty .",
        ":p owl:propertyChainAxiom (:p :p) .",
    ),
    "the inverse of a transitive property": (
        ":p a owl:TransitiveProperty . :q owl:inverseOf :p .",
        ":q a owl:TransitiveProperty .",
    ),
    "a wider datatype": (":p rdfs:range xsd:byte .", ":p rdfs:range xsd:short ."),
    "what two ranges leave": (
        ":p rdfs:range xsd:nonNegativeInteger, xsd:nonPositiveInteger .",
        ":p rdfs:range xsd:byte, xsd:decimal .",
    ),
    "the only value": (
        """:p rdfs:range xsd:nonPositiveInteger .
           :x a [owl:onProperty :p; owl:someValuesFrom xsd:nonNegativeInteger] .""",
        ':x :p "0"^^xsd:int .',
    ),
    "the datatypes of the map": (
        "",
        "xsd:integer a rdfs:Datatype . xsd:byte rdfs:subClassOf xsd:decimal .",
    ),
    "AllDisjointClasses from its pairs": (
        ":A owl:disjointWith :B, :C . :C owl:disjointWith :B .",
        "[] a owl:AllDisjointClasses ; owl:members (:A :B :C) .",
    ),
    "a denied property": (
        ":p owl:propertyDisjointWith :q . :a :q :b .",
        """[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :a ;
           owl:assertionProperty :p ; owl:targetIndividual :b .""",
    ),
    "functional is at most one": (
        ":p a owl:FunctionalProperty .",
        "owl:Thing rdfs:subClassOf [owl:onProperty :p; owl:maxCardinality 1] .",
    ),
    "at most one is functional": (
        "owl:Thing rdfs:subClassOf [owl:onProperty :p; owl:maxCardinality 1] .",
        ":p a owl:FunctionalProperty .",
    ),
    "the inverse of functional": (
        ":p owl:inverseOf :q . :p a owl:FunctionalProperty .",
        ":q a owl:InverseFunctionalProperty .",
    ),
    "symmetric is its own inverse": (":p a owl:SymmetricProperty .", ":p owl:inverseOf :p ."),
    "a range is allValuesFrom of everything": (
        ":p rdfs:range :C .",
        "owl:Thing rdfs:subClassOf [owl:onProperty :p; owl:allValuesFrom :C] .",
    ),
    "allValuesFrom of everything is a range": (
        "owl:Thing rdfs:subClassOf [owl:onProperty :p; owl:allValuesFrom :C] .",
        ":p rdfs:range :C .",
    ),
    "a domain in other words": (
        ":p rdfs:domain :C .",
        "[owl:onProperty :p; owl:someValuesFrom owl:Thing] rdfs:subClassOf :C .",
    ),
    "the same expression, written twice": (
        "[owl:onProperty :p; owl:allValuesFrom :D] rdfs:subClassOf :C .",
        "[owl:onProperty :p; owl:allValuesFrom :D] rdfs:subClassOf :C .",
    ),
    "a union below": (
        ":A rdfs:subClassOf :C . :B rdfs:subClassOf :C .",
        "[owl:unionOf (:A :B)] rdfs:subClassOf :C .",
    ),
    "by cases": (
        ":x a [owl:unionOf (:A :B)] . :A rdfs:subClassOf :C . :B rdfs:subClassOf :C .",
        ":x a :C .",
    ),
    "an intersection": (":x a :A, :B .", ":x a [owl:intersectionOf (:A :B)] ."),
    "neither is not either": (
        ":x a [owl:complementOf :A], [owl:complementOf :B] .",
        ":x a [owl:complementOf [owl:unionOf (:A :B)]] .",
    ),
    "something that must exist": (
        ":x a [owl:onProperty :p; owl:someValuesFrom :C] .",
        ":x :p _:y . _:y a :C .",
    ),
    "equal values, written otherwise": (
        ":x :p '1'^^xsd:integer ; :q true .",
        ":x :p '1.0'^^xsd:decimal ; :q '1'^^xsd:boolean .",
    ),
    "a literal for a variable": (":x :p 5 .", ":x :p _:l . _:l a xsd:byte ."),
    "hasSelf": (
        ":x a [owl:onProperty :p; owl:hasSelf true] . :y :p :y .",
        ":x :p :x . :y a [owl:onProperty :p; owl:hasSelf true] .",
    ),
    "hasSelf of what reaches literals": (
        """:p a owl:ReflexiveProperty . :C owl:equivalentClass [owl:onProperty :p; owl:hasSelf true] .
           :x :q 'a' ; a owl:Thing .""",
        ":x a :C .",
    ),
    "a key of a subclass": (":C owl:hasKey (:p) . :D rdfs:subClassOf :C .", ":D owl:hasKey (:p) ."),
    "contraposition": (
        ":A rdfs:subClassOf :B . :x a [owl:complementOf :B] .",
        ":x a [owl:complementOf :A] .",
    ),
    "in a class or in its complement": (
        ":A owl:complementOf :B . :x :p :y .",
        ":x a [owl:unionOf (:A :B)] .",
    ),
    "an enumeration below": (":C owl:oneOf (:a :b) . :a a :D . :b a :D .", ":C rdfs:subClassOf :D ."),
    "headers are passed over": ("", "[] a owl:Ontology ; rdfs:comment 'x' . :o a owl:Ontology ."),
    "what everything is": (
        ":x :p :y .",
        ":p a owl:ObjectProperty, rdf:Property . :y a owl:Thing . :x a rdfs:Resource .",
    ),
    "at most one, and another": (
        ":x a [owl:onProperty :p; owl:maxCardinality 1] . :x :p :y . :z owl:differentFrom :y .",
        """[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x ;
           owl:assertionProperty :p ; owl:targetIndividual :z .""",
    ),
    "a difference of something": (":a owl:differentFrom :b .", "_:s owl:differentFrom :b ."),
    "a class without members": (
        ":A owl:disjointWith :B . :C rdfs:subClassOf :A, :B .",
        ":C owl:equivalentClass owl:Nothing .",
    ),
    "two different values": (
        ":x :p :a, :b . :a owl:differentFrom :b .",
        ":x a [owl:onProperty :p; owl:minCardinality 2] .",
    ),
    "an annotated chain": (
        ANNOTATED,
        f"{ANNOTATED} _:x rdfs:label 'a chain' .",
    ),
    "a disjoint union": (
        ":C owl:disjointUnionOf (:A :B) .",
        ":A owl:disjointWith :B . :A rdfs:subClassOf :C . :C owl:equivalentClass [owl:unionOf (:A :B)] .",
    ),
    "asymmetric is irreflexive": (":p a owl:AsymmetricProperty .", ":p a owl:IrreflexiveProperty ."),
    "a restriction on an inverse": (
        ":a :p :b .",
        ":b a [owl:onProperty [owl:inverseOf :p]; owl:hasValue :a] .",
    ),
    "at least one is some": (
        ":C rdfs:subClassOf [owl:onProperty :p; owl:minCardinality 1] .",
        ":C rdfs:subClassOf [owl:onProperty :p; owl:someValuesFrom owl:Thing] .",
    ),
}

NOT_ENTAILED: Final = {
    "what no premise says is a class": ("", ":A rdfs:subClassOf :A ."),
    "what no premise says is a property": ("", ":p a owl:ObjectProperty ."),
    "the converse": (":A rdfs:subClassOf :B .", ":B rdfs:subClassOf :A ."),
    "another language": (":x :p 'a'@en .", ":x :p 'a'@fr ."),
    "a declaration": (":x :p :y .", ":x a owl:NamedIndividual ."),
    "a difference by name": (":x :p :y .", ":x owl:differentFrom :y ."),
    "one variable is one thing": (
        ":x :p :y, :z . :y a :C . :z a :D .",
        ":x :p _:y . _:y a :C, :D .",
    ),
    "a member of a union": (":x a [owl:unionOf (:A :B)] .", ":x a :A ."),
    "all of what is known is not all": (
        ":x :p :y . :y a :C .",
        ":x a [owl:onProperty :p; owl:allValuesFrom :C] .",
    ),
    "a narrower datatype": (":p rdfs:range xsd:short .", ":p rdfs:range xsd:byte ."),
    "some is not all": (
        ":C rdfs:subClassOf [owl:onProperty :p; owl:someValuesFrom :D] .",
        ":C rdfs:subClassOf [owl:onProperty :p; owl:allValuesFrom :D] .",
    ),
    "Russell's class": (
        ":x a :C . :D a owl:Class .",
        "_:r owl:complementOf [owl:onProperty rdf:type; owl:hasSelf true] . :x a :D .",
    ),
    "a class that is its own complement": (":C a owl:Class .", "_:r owl:complementOf _:r ."),
    "two definitions of one node": (
        ":A a owl:Class . :B a owl:Class .",
        "_:r owl:complementOf :A ; owl:oneOf (:A) .",
    ),
    "two names may be one thing": (
        ":x :p :a, :b .",
        ":x a [owl:onProperty :p; owl:minCardinality 2] .",
    ),
    "what a header says beside": (":x a :C .", ":o a owl:Ontology ; :p :q ."),
    "a literal without a value": (":x :p '1' .", ":x :p 'a'^^xsd:integer ."),
    "float is not double": (":x :p '1'^^xsd:float .", ":x :p '1'^^xsd:double ."),
    "values of a datatype outside the map": (
        "[owl:onProperty :p; owl:hasValue '2018-08-02'^^xsd:date] rdfs:subClassOf :C . :x :p :y .",
        "[owl:onProperty :p; owl:hasValue '2018-08-03'^^xsd:date] rdfs:subClassOf :C .",
    ),
    "a list that runs in a circle": (
        ":A a owl:Class .",
        "_:c owl:unionOf _:l . _:l rdf:first :A ; rdf:rest _:l .",
    ),
    "labels of blank nodes are of their document": ("_:x a :C . :y a :D .", "_:x a :C , :D ."),
}


@pytest.fixture
def ask(wicara: Command, tmp_path: Path) -> Command:
    """Return a function that writes its arguments as Turtle files and runs `wicara entails` on them."""

    def run(*_: object, **texts: str) -> subprocess.CompletedProcess[str]:
        files = [tmp_path / f"{name}.ttl" for name in texts]
        for file, text in zip(files, texts.values(), strict=True):
            file.write_text(HEAD + text, encoding="utf-8")
        return wicara("entails", *files)

    return run


def triples(text: str) -> list[Triple]:
    """Read Turtle after the usual prefixes."""
    return [Triple(q.subject, q.predicate, q.object) for q in parse((HEAD + text).encode(), RdfFormat.TURTLE)]


@pytest.mark.parametrize("name", ENTAILED)
def test_entailed(name: str) -> None:
    """What follows under the RDF-based semantics is found, by whatever way it needs."""
    premises, conclusion = map(triples, ENTAILED[name])
    assert entails(premises, conclusion) is True


@pytest.mark.parametrize("name", NOT_ENTAILED)
def test_not_entailed(name: str) -> None:
    """What does not follow is not entailed, however much it looks so."""
    premises, conclusion = map(triples, NOT_ENTAILED[name])
    assert entails(premises, conclusion) is False


def test_inconsistent_premises_entail_everything() -> None:
    """Premises that contradict themselves are told apart from both answers, with the contradiction."""
    answer = entails(triples(":A owl:disjointWith :B . :x a :A, :B ."), triples(":any :thing :goes ."))
    assert isinstance(answer, Inconsistent)
    assert {step.rule for step in answer.contradictions} == {"cax-dw"}


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**32))
def test_yes_is_never_wrong(seed: int) -> None:
    """A structure that satisfies the premises satisfies what they are said to entail; they are consistent."""
    chance = random.Random(seed)  # noqa: S311 - a test
    world = Interpretation(chance)
    every = [statement(chance) for _ in range(40)]
    holding = [each for each in every if world.satisfies(each)]
    failing = [each for each in every if not world.satisfies(each)]
    premises = DECLARATIONS + triples_of(holding[:10], "premise")
    for conclusion in failing[:2]:
        assert entails(premises, triples_of([conclusion], "asked")) is False, (holding[:10], conclusion)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_every_conclusion_of_the_rules_is_entailed(seed: int) -> None:
    """What the rules conclude about named things is entailed, and so is each premise."""
    chance = random.Random(seed)  # noqa: S311 - a test
    world = Interpretation(chance)
    holding = [each for each in (statement(chance) for _ in range(25)) if world.satisfies(each)]
    premises = DECLARATIONS + triples_of(holding[:8], "premise")
    concluded = [t for t in Reasoner(premises).conclusions() if "_:" not in str(t)]
    assert entails(premises, concluded) is True


@pytest.mark.parametrize(
    ("premises", "conclusion", "code", "said"),
    [
        (":A rdfs:subClassOf :B . :x a :A .", ":x a :B .", 0, "^entailed$"),
        (":A rdfs:subClassOf :B . :x a :B .", ":x a :A .", 1, "^not entailed$"),
        (":x a owl:Nothing .", ":x a :A .", 3, "^inconsistent, cls-nothing2: .*is in owl:Nothing"),
        (":x a .", ":x a :A .", 2, r"premises\.ttl, line 6, column \d+: "),
    ],
)
def test_command_answers_by_exit_code(
    premises: str, conclusion: str, code: int, said: str, ask: Command
) -> None:
    """`wicara entails` says it in words and by its exit code: 0, 1, 3, and 2 for an unreadable file."""
    result = ask(premises=premises, conclusion=conclusion)
    assert result.returncode == code
    assert re.search(said, result.stdout + result.stderr, re.MULTILINE)


def test_command_merges_premises(ask: Command) -> None:
    """Several premise files are one graph, and their blank nodes are not mixed up."""
    assert ask(one="_:x a :A .", two="_:x a :B .", each="_:y a :A . _:z a :B .").returncode == 0
    assert ask(one="_:x a :A .", two="_:x a :B .", both="_:y a :A , :B .").returncode == 1
