"""SHACL validation before reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from wicara.graph.checks.shapes import validate
from wicara.graph.errors import UnreadableInput
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from pathlib import Path

PROLOGUE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
SHAPES = """
wic:PostShape a sh:NodeShape ; sh:targetClass wic:Situation ;
    sh:property [ sh:path wic:tenurePost ; sh:minCount 1 ; sh:message "it has a post"@en , "harus ada"@id ] ;
    sh:property [ sh:path wic:note ; sh:maxCount 0 ; sh:severity sh:Warning ] ;
    sh:property [ sh:path wic:tenurePost ; sh:class wic:Post ; sh:message "the post is a wic:Post"@en ] .
"""


@pytest.fixture
def shapes(tmp_path: Path) -> list[Path]:
    """Return a shapes file."""
    path = tmp_path / "shapes.ttl"
    path.write_text(PROLOGUE + SHAPES)
    return [path]


def triples(turtle: str) -> list[Triple]:
    """Return the triples of a piece of Turtle."""
    return [quad.triple for quad in parse(PROLOGUE + turtle, RdfFormat.TURTLE)]


def test_data_that_meets_the_shapes_has_no_violation(shapes: list[Path]) -> None:
    """Conforming data has no violation, and a warning is none."""
    data = "situation:a a wic:Situation ; wic:tenurePost post:b ; wic:note 'x' . post:b a wic:Post ."
    assert validate(triples(data), shapes) == ()


def test_a_violation_names_focus_node_and_message(shapes: list[Path]) -> None:
    """A violation is told in English, with the focus node and the value by their short names."""
    (missing,) = validate(triples("situation:a a wic:Situation ."), shapes)
    assert str(missing) == "situation:a: it has a post"
    (wrong,) = validate(triples("situation:a a wic:Situation ; wic:tenurePost place:b ."), shapes)
    assert str(wrong) == "situation:a: the post is a wic:Post (is place:b)"


def test_subclass_axioms_are_seen_and_inferred_types_are_not(shapes: list[Path]) -> None:
    """A shape applies to instances of subclasses, and a type that only a domain would give does not count."""
    subclass = "wic:Tenure rdfs:subClassOf wic:Situation . situation:a a wic:Tenure ."
    assert len(validate(triples(subclass), shapes)) == 1
    ranged = "wic:tenurePost rdfs:range wic:Post . situation:a a wic:Situation ; wic:tenurePost post:b ."
    assert len(validate(triples(ranged), shapes)) == 1


def test_without_shapes_everything_conforms() -> None:
    """No shapes, no violations."""
    assert validate(triples("situation:a a wic:Situation ."), []) == ()


def test_a_broken_shapes_file_is_named(tmp_path: Path) -> None:
    """Shapes that do not parse are an input error that names the file."""
    (tmp_path / "bad.ttl").write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . sh:a sh:b")
    with pytest.raises(UnreadableInput, match=r"bad\.ttl"):
        validate(triples("situation:a a wic:Situation ."), [tmp_path / "bad.ttl"])


@pytest.mark.parametrize(
    "term", ["sh:closed true", "sh:minLength 2", "sh:js [ sh:jsFunctionName 'f' ]", "sh:deactivated true"]
)
def test_what_is_not_known_of_shacl_is_refused(term: str, tmp_path: Path) -> None:
    """A term of SHACL that would not be looked at is an input error, not a shape that everything meets."""
    (tmp_path / "more.ttl").write_text(
        PROLOGUE + f"wic:S a sh:NodeShape ; sh:targetClass wic:Situation ; {term} ."
    )
    with pytest.raises(UnreadableInput, match=f"{term.split(maxsplit=1)[0]} of .*S is not known"):
        validate(triples("situation:a a wic:Situation ."), [tmp_path / "more.ttl"])
