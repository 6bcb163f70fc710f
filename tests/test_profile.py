"""The OWL 2 RL certifier: what is inside passes, and each construct outside is named with its axiom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.reasoning.files import read
from wicara.graph.reasoning.profile import certify, outside_profile
from wicara.ontology import PREFIXES, REASONED

if TYPE_CHECKING:
    from pathlib import Path

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
    # tables 5 to 18 of the mapping, section 4.2 of the profiles
    ':A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality "01"^^xsd:nonNegativeInteger ] .',
    ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing ] .",
    ":A rdfs:subClassOf [ owl:onProperty :d ; owl:maxQualifiedCardinality 1 ; owl:onDataRange xsd:int ] .",
    ":A rdfs:subClassOf [ owl:onProperty :d ; owl:allValuesFrom xsd:string ] .",
    ':v a [ owl:onProperty :d ; owl:hasValue 1 ] , [ owl:onProperty :d ; owl:hasValue "x"@en ] .',
    ":A rdfs:subClassOf [ owl:onProperty [ owl:inverseOf :p ] ; owl:hasValue :v ] .",
    ":C owl:intersectionOf ( :A :B ) .",
    ":t a rdfs:Datatype ; owl:intersectionOf ( xsd:int xsd:long ) . :d rdfs:range :t .",
    ":t a rdfs:Datatype ; owl:equivalentClass [ a rdfs:Datatype ; owl:intersectionOf ( xsd:int :t ) ] .",
    ":d rdfs:subPropertyOf owl:topDataProperty . :d owl:propertyDisjointWith owl:bottomDataProperty .",
    "[] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
    ":s a owl:SymmetricProperty ; rdfs:domain :A . :n a owl:OntologyProperty ; rdfs:range :nothing .",
    """[] owl:sourceIndividual :v ; owl:assertionProperty :p ; owl:targetIndividual :w .
    [] owl:sourceIndividual :v ; owl:assertionProperty :d ; owl:targetValue 1 . :v :p :w ; :d 1 .""",
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
        "may not stand in an equivalent class",
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
    (
        ":p a owl:TransitiveProperty , owl:FunctionalProperty .",
        "owl:FunctionalProperty: <urn:x:p> follows from a chain",
    ),
    (
        ":p a owl:TransitiveProperty . :p rdfs:subPropertyOf :q . :q a owl:IrreflexiveProperty .",
        "owl:IrreflexiveProperty: <urn:x:q> follows from a chain",
    ),
    (
        ":p owl:propertyChainAxiom ( :q :q ) . :p owl:inverseOf :q . :q a owl:AsymmetricProperty .",
        "owl:AsymmetricProperty: <urn:x:q> follows from a chain",
    ),
    (":p a owl:TransitiveProperty ; owl:propertyDisjointWith :q .", "follows from a chain or transitivity"),
    (
        ":p a owl:TransitiveProperty . :A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        "may not be counted",
    ),
    # named classes that are made of something (Mapping, table 18)
    (":C owl:unionOf ( :A :B ) .", "owl:unionOf may not stand in an equivalent class"),
    (":C owl:oneOf ( :v :w ) .", "owl:oneOf may not stand in an equivalent class"),
    (":C owl:complementOf :A .", "owl:complementOf may not stand in an equivalent class"),
    (":C owl:intersectionOf ( :A :Missing ) .", "<urn:x:Missing> is not declared as a class"),
    (":C owl:onProperty :p ; owl:hasValue :v .", "a restriction has no name"),
    (":t a rdfs:Datatype ; owl:oneOf ( 1 2 ) .", "owl:oneOf may not stand in a data range"),
    # restrictions (Mapping, tables 13 and 15)
    ("[ owl:someValuesFrom :A ] rdfs:subClassOf :B .", "on one property, not on none"),
    (":A rdfs:subClassOf [ owl:onProperty :p , :q ; owl:allValuesFrom :B ] .", "on one property, not on 2"),
    ("[ owl:onProperties ( :d ) ; owl:someValuesFrom xsd:string ] rdfs:subClassOf :A .", "and no list"),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B , :C ] .", "has one value, not 2"),
    (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ; owl:hasValue :v ] .",
        "exactly one construct",
    ),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxQualifiedCardinality 1 ] .", "has no owl:onClass"),
    (
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ; owl:onClass :B ] .",
        "has 1 owl:onClass",
    ),
    (
        ":v a [ owl:onProperty :d ; owl:maxQualifiedCardinality 1 ; owl:onDataRange xsd:date ] .",
        "xsd:date is no datatype",
    ),
    (
        """:A rdfs:subClassOf [ owl:onProperty :d ; owl:maxQualifiedCardinality 1 ;
           owl:onDataRange [ a rdfs:Datatype ; owl:oneOf ( "a" ) ] ] .""",
        "owl:oneOf may not stand in a data range",
    ),
    (
        ':A rdfs:subClassOf [ owl:onProperty :d ; owl:hasValue "2018-08-02"^^xsd:date ] .',
        "xsd:date is no datatype",
    ),
    # keys (Profiles, section 4.2.5)
    ("[ owl:onProperty :p ; owl:allValuesFrom :A ] owl:hasKey ( :d ) .", "may not stand in a subclass"),
    ("owl:Thing owl:hasKey ( :d ) .", "owl:Thing may not be a subclass"),
    (":A owl:hasKey ( :missing ) .", "<urn:x:missing> is not declared as a property"),
    (":A owl:hasKey ( ) .", "at least one property"),
    # kinds (Structural Specification, sections 5.8, 8 and 9)
    (":p rdfs:range xsd:string .", "xsd:string is a datatype and may not be a superclass"),
    (":p rdfs:domain xsd:string .", "xsd:string is a datatype and may not be a superclass"),
    (":d rdfs:range :A .", "<urn:x:A> is a class and may not be a data range"),
    (":A rdfs:subClassOf xsd:string .", "xsd:string is a datatype and may not be a superclass"),
    (":A rdfs:subClassOf [ owl:intersectionOf ( :B xsd:string ) ] .", "xsd:string is a datatype"),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom xsd:string ] .", "xsd:string is a datatype"),
    (":A rdfs:subClassOf [ owl:onProperty :d ; owl:allValuesFrom :B ] .", "<urn:x:B> is a class"),
    (
        "[ owl:onProperty :d ; owl:someValuesFrom owl:Thing ] rdfs:subClassOf :A .",
        "owl:Thing may not be a data range",
    ),
    (":A rdfs:subClassOf [ a rdfs:Datatype ; owl:intersectionOf ( xsd:int ) ] .", "a data range may not be"),
    (":A a rdfs:Datatype .", "declared as Class and Datatype"),
    (":d rdfs:subPropertyOf :p .", "may not stand in one axiom"),
    (":p owl:equivalentProperty :d .", "may not stand in one axiom"),
    ("[] a owl:AllDisjointProperties ; owl:members ( :p :d ) .", "may not stand in one axiom"),
    (
        ":label a owl:AnnotationProperty ; owl:equivalentProperty :p .",
        "owl:AnnotationProperty, which may not stand",
    ),
    (":d owl:inverseOf :p .", "owl:DatatypeProperty, which may not stand here"),
    (":d a owl:SymmetricProperty .", "declared as DatatypeProperty and ObjectProperty"),
    (":d a owl:IrreflexiveProperty .", "owl:DatatypeProperty, which may not stand here"),
    (":p owl:propertyChainAxiom ( :p :d ) .", "owl:DatatypeProperty, which may not stand here"),
    (
        ":n a owl:AnnotationProperty . :A rdfs:subClassOf [ owl:onProperty :n ; owl:hasValue 1 ] .",
        "owl:AnnotationProperty, which may not stand here",
    ),
    (":A rdfs:subClassOf [ owl:onProperty :p ; owl:hasValue 1 ] .", "1 stands where no literal may stand"),
    (":A rdfs:subClassOf [ owl:onProperty :d ; owl:hasValue :v ] .", "stands where a literal must stand"),
    (":v :p 1 .", "1 stands where no literal may stand"),
    (":v :d :w .", "stands where a literal must stand"),
    ("[] owl:assertionProperty :p ; owl:targetValue :v .", "stands where a literal must stand"),
    ("[ owl:oneOf ( 1 2 ) ] rdfs:subClassOf :A .", "1 is no individual"),
    (":d rdfs:subPropertyOf :d . owl:topDataProperty rdfs:subPropertyOf :d .", "only be a superproperty"),
    (
        ":p a owl:TransitiveProperty . [] a owl:AllDisjointProperties ; owl:members ( :p :q ) .",
        "follows from a chain",
    ),
    (
        ":p a owl:TransitiveProperty . :q owl:equivalentProperty :p ; a owl:AsymmetricProperty .",
        "<urn:x:q> follows",
    ),
    (":A owl:equivalentClass _:x . _:x owl:intersectionOf ( _:x :B ) .", "leads back to itself"),
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


def test_shared_cases(shared: Path) -> None:
    """Of the shared files only those whose names begin with "ok" are OWL 2 RL."""
    files = sorted((shared / "faults" / "cases" / "h09-profile").glob("*.ttl"))
    wrong = [
        file.name for file in files if bool(certify(read([file]).triples())) is file.name.startswith("ok")
    ]
    assert wrong == []
