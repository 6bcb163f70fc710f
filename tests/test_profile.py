"""The OWL 2 RL certifier: what is inside passes, and each construct outside is named with its axiom."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.reasoning.files import read
from wicara.graph.reasoning.profile import certify, outside_profile
from wicara.ontology import PREFIXES, REASONED

CASES = tomllib.loads(Path(__file__).with_name("reasoning.toml").read_text("utf-8"))["profile"]
ROWS = tomllib.loads(Path(__file__).with_name("mapping.toml").read_text("utf-8"))["rows"]
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


def certified(turtle: str) -> list[str]:
    """Return what the certifier finds of the profile alone."""
    return [str(each) for each in certify(q.triple for q in parse(PROLOGUE + turtle, RdfFormat.TURTLE))]


@pytest.mark.parametrize("turtle", CASES["inside"])
def test_inside(turtle: str) -> None:
    """What OWL 2 RL allows is not reported."""
    assert findings(turtle) == []


@pytest.mark.parametrize(("turtle", "fault"), CASES["outside"])
def test_outside(turtle: str, fault: str) -> None:
    """What OWL 2 RL does not allow is named."""
    assert [each for each in findings(turtle) if fault in each], findings(turtle)


@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_mapping(row: str) -> None:
    """Of each row, what the profile has passes, and something that looks like it is named."""
    inside, outside, fault = ROWS[row]
    assert certified(inside) == []
    assert [each for each in certified(outside) if fault in each], certified(outside)


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
