"""Well-known ontologies, as packages ship them: a right verdict on OWL 2 RL, and a closure without a hang.

The verdicts were checked by hand against OWL 2 Profiles, section 4.2, and the Structural Specification,
section 5.8 (declarations). PROV-O says itself which of its axioms are outside: unions in domains and ranges.
"""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from needed import long
from wicara.graph.reasoning.files import native, read
from wicara.graph.reasoning.profile import certify
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from conftest import Command

SHIPPED: Final = {
    "SKOS": ("pylode", "pylode/rdf/skos.ttl"),
    "PROV-O": ("pylode", "pylode/rdf/prov.ttl"),
    "VoID": ("pylode", "pylode/rdf/void.ttl"),
    "OWL": ("pylode", "pylode/rdf/owl.ttl"),
    "SHACL": ("pyshacl", "pyshacl/assets/shacl.ttl"),
    "schema.org": ("pyshacl", "pyshacl/assets/schema.ttl"),
    "Brick 1.1": ("brickschema", "brickschema/ontologies/1.1/Brick.ttl"),
    "Brick 1.4": ("brickschema", "brickschema/ontologies/1.4/Brick.ttl"),
}
"""Ontology, and the package and file that it stands in."""
LARGEST: Final = "Brick 1.4"

UNION: Final = "owl:unionOf may not stand in a superclass expression"
OUTSIDE: Final = {
    # A range is a superclass expression, where no union may stand; rdf:List is reserved vocabulary.
    "SKOS": (f"skos:member rdfs:range: {UNION}", "skos:memberList rdfs:range: rdf:List is no class"),
    "PROV-O": (
        f"prov:atLocation rdfs:domain: {UNION}",
        f"prov:hadActivity rdfs:domain: {UNION}",
        f"prov:hadRole rdfs:domain: {UNION}",
        f"prov:qualifiedInfluence rdfs:domain: {UNION}",
        f"prov:wasInfluencedBy rdfs:domain: {UNION}",
        f"prov:wasInfluencedBy rdfs:range: {UNION}",
    ),
    # An rdf:Property alone is declared as no kind of property.
    "VoID": ("void:class rdfs:domain: void:class is not declared as a property",),
    # It defines the reserved vocabulary, which no ontology may.
    "OWL": ("owl:Restriction rdfs:subClassOf: owl:Class is not declared as a class",),
    # Its classes are of rdfs:Class only, which declares none.
    "SHACL": ("sh:NodeShape rdfs:subClassOf: sh:Shape is not declared as a class",),
    "schema.org": (
        "<http://schema.org/Thing> rdfs:subClassOf: owl:Thing may not be a superclass",
        "<http://schema.org/Person> owl:equivalentClass: <http://xmlns.com/foaf/0.1/Person> is not declared",
    ),
    "Brick 1.1": (
        "<https://brickschema.org/schema/1.1/Brick#Quantity> rdfs:subClassOf: skos:Concept is not declared",
        "<https://brickschema.org/schema/1.1/Brick#isAssociatedWith> rdfs:range: owl:Class is not declared",
    ),
    "Brick 1.4": (),
}
"""What is outside OWL 2 RL, the reasons among others."""

ALL: Final = {"SKOS": 2, "Brick 1.1": 8}
"""How many findings there are in all, where that was counted by hand."""


def shipped(name: str) -> Path:
    """Return the file of an ontology in an installed package."""
    package, path = SHIPPED[name]
    (found,) = [each for each in files(package) or [] if str(each) == path]
    return Path(str(found.locate()))


@pytest.mark.parametrize("name", [long(name) if name == LARGEST else name for name in SHIPPED])
def test_the_verdict(name: str) -> None:
    """The certifier says that the ontology is outside OWL 2 RL, and by which axioms."""
    found = [str(each) for each in certify(read([shipped(name)]).triples())]
    assert found
    assert [reason for reason in OUTSIDE[name] if not any(each.startswith(reason) for each in found)] == []
    assert len(found) == ALL.get(name, len(found))


def test_inside_but_for_two_axioms() -> None:
    """SKOS without the two ranges that are outside is OWL 2 RL."""
    ranges = {f"{PREFIXES['skos']}member", f"{PREFIXES['skos']}memberList"}
    kept = [
        each
        for each in read([shipped("SKOS")]).triples()
        if not (str(each.subject).strip("<>") in ranges and each.predicate.value.endswith("#range"))
    ]
    assert certify(kept) == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_closure(name: str) -> None:
    """The ontology is closed, and holds no contradiction."""
    document = read([shipped(name)])
    closed = native(document)
    assert closed.inferred
    assert closed.contradictions == ()


def test_as_a_person_asks(wicara: Command) -> None:
    """`wicara profile` names the axioms of SKOS that are outside and exits with 1."""
    done = wicara("profile", shipped("SKOS"))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "outside OWL 2 RL in 2 places")
