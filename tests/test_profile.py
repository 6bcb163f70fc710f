"""The OWL 2 RL certifier: what is inside passes, and each construct outside is named with its axiom."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.reasoning.profile import outside_profile
from wicara.ontology import PREFIXES, REASONED

PROLOGUE = (
    "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    + """@prefix : <urn:x:> .
    :A a owl:Class . :B a owl:Class . :C a owl:Class .
    :p a owl:ObjectProperty . :q a owl:ObjectProperty . :d a owl:DatatypeProperty .
    """
)


def findings(turtle: str) -> list[str]:
    """Return what the certifier finds in a piece of Turtle."""
    return [
        str(each)
        for each in outside_profile(quad.triple for quad in parse(PROLOGUE + turtle, RdfFormat.TURTLE))
    ]


INSIDE = (
    ":A rdfs:subClassOf :B .",
    ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :v ] .",
    ":A owl:equivalentClass [ owl:intersectionOf ( :B [ owl:onProperty :p ; owl:hasValue :v ] ) ] .",
    "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :A .",
    "[ owl:onProperty :p ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :A .",
    "[ owl:onProperty :d ; owl:someValuesFrom xsd:integer ] rdfs:subClassOf :A .",
    "[ owl:unionOf ( :A :B ) ] rdfs:subClassOf :C .",
    "[ owl:oneOf ( :v :w ) ] rdfs:subClassOf :C .",
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 0 ; owl:onClass :B ] .",
    ":A rdfs:subClassOf [ owl:complementOf :B ] .",
    "[] a owl:AllDisjointClasses ; owl:members ( :A :B [ owl:unionOf ( :C :A ) ] ) .",
    ":q owl:propertyChainAxiom ( :p :p ) . :p owl:inverseOf :q .",
    ":p rdfs:domain :A ; rdfs:range [ owl:intersectionOf ( :A :B ) ] .",
    ":d rdfs:range xsd:integer ; rdfs:subPropertyOf :d . :d a owl:FunctionalProperty .",
    ":label rdfs:subPropertyOf rdfs:label ; a owl:AnnotationProperty ; rdfs:range rdf:List .",
    ":p rdfs:subPropertyOf owl:topObjectProperty .",
    ":v a [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
    ":d rdfs:range [ a rdfs:Datatype ; owl:intersectionOf ( xsd:integer xsd:decimal ) ] .",
    ':v dcterms:created "2018-08-02"^^xsd:date ; :d "2018-08-02"^^xsd:date .',
)

OUTSIDE = (
    (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "owl:someValuesFrom may not stand in a superclass",
    ),
    (":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .", "owl:unionOf may not stand in a superclass"),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .", "owl:minCardinality may not stand"),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .", "must be 0 or 1, not 2"),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasSelf true ] .", "owl:hasSelf may not stand"),
    ("[ owl:complementOf :B ] rdfs:subClassOf :A .", "owl:complementOf may not stand in a subclass"),
    (
        "[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .",
        "owl:allValuesFrom may not stand in a subclass",
    ),
    (
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
        "may not stand in a equivalent class",
    ),
    (
        ":A owl:equivalentClass [ owl:intersectionOf ( [ owl:onProperty :p ; owl:someValuesFrom :C ] ) ] .",
        "owl:someValuesFrom may not stand",
    ),
    (
        "[ owl:onProperty :p ; owl:someValuesFrom [ owl:complementOf :B ] ] rdfs:subClassOf :A .",
        "owl:complementOf",
    ),
    (":A rdfs:subClassOf owl:Thing .", "owl:Thing may not be a superclass"),
    (":A rdfs:subClassOf [ ] .", "exactly one construct"),
    (":A owl:disjointUnionOf ( :B :C ) .", "AllDisjointClasses"),
    (":A owl:hasKey ( :d ) .", "identity.csv"),
    (":p a owl:ReflexiveProperty .", "owl:ReflexiveProperty"),
    (":o owl:imports <urn:other> .", "owl:imports"),
    (":d rdfs:range xsd:date .", "xsd:date is no datatype of OWL 2 RL"),
    (":p rdfs:range rdf:List .", "rdf:List is no class or datatype of OWL 2 RL"),
    (":d rdfs:range [ a rdfs:Datatype ; owl:oneOf ( 1 2 ) ] .", "owl:oneOf may not stand in a data range"),
    (
        "[ owl:onProperty :d ; owl:someValuesFrom [ a rdfs:Datatype ; owl:unionOf () ] ] rdfs:subClassOf :A.",
        "owl:unionOf may not stand in a data range",
    ),
    (":v a [ owl:unionOf ( :A :B ) ] .", "owl:unionOf may not stand in a superclass"),
    (":A rdfs:subClassOf :Missing .", "<urn:x:Missing> is not declared as a class"),
    (":p rdfs:domain :Missing .", "<urn:x:Missing> is not declared as a class"),
    (":p rdfs:subPropertyOf :missing .", "<urn:x:missing> is not declared as a property"),
    (":p owl:propertyChainAxiom ( :q :missing ) .", "<urn:x:missing> is not declared as a property"),
    ("[ owl:onProperty :missing ; owl:hasValue :v ] rdfs:subClassOf :A .", "<urn:x:missing> is not declared"),
    (":p a owl:DatatypeProperty ; rdfs:domain :A .", "declared as DatatypeProperty and ObjectProperty"),
    (":p a owl:TransitiveProperty , owl:FunctionalProperty .", "FunctionalProperty on a property of a chain"),
    (
        ":p a owl:TransitiveProperty . :p rdfs:subPropertyOf :q . :q a owl:IrreflexiveProperty .",
        "IrreflexiveProperty on",
    ),
    (
        ":p owl:propertyChainAxiom ( :q :q ) . :p owl:inverseOf :q . :q a owl:AsymmetricProperty .",
        "AsymmetricProperty on",
    ),
    (":p a owl:TransitiveProperty ; owl:propertyDisjointWith :q .", "follows from a chain or transitivity"),
    (
        ":p a owl:TransitiveProperty . :A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        "may not be counted",
    ),
)
"""An axiom, and what is said of it."""


@pytest.mark.parametrize("turtle", INSIDE)
def test_inside(turtle: str) -> None:
    """What OWL 2 RL allows is not reported."""
    assert findings(turtle) == []


@pytest.mark.parametrize(("turtle", "fault"), OUTSIDE)
def test_outside(turtle: str, fault: str) -> None:
    """What OWL 2 RL does not allow is named."""
    assert [each for each in findings(turtle) if fault in each], findings(turtle)


def test_a_finding_names_its_axiom() -> None:
    """A finding says in which axiom the construct stands."""
    assert findings(":A rdfs:subClassOf [ owl:unionOf ( :B :C ) ] .") == [
        "<urn:x:A> rdfs:subClassOf: owl:unionOf may not stand in a superclass expression"
    ]


def test_the_ontology_is_inside() -> None:
    """Wicara's own ontology is inside the profile."""
    modules: list[Triple] = [q.triple for path in REASONED for q in parse(path=path)]
    assert outside_profile(modules) == ()
