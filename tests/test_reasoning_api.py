"""The Python API: the same answers for triples, pyoxigraph's stores and rdflib's graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Dataset, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import Graph
from wicara.graph.reasoning import entails, explain, materialise

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.reasoning.closure import Source

TURTLE = """
@prefix : <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
:within a owl:TransitiveProperty . :desk :within :room . :room :within :house .
"""
CONCLUSION = Triple(*(NamedNode(f"http://example.org/{name}") for name in ("desk", "within", "house")))


def quads(turtle: str) -> list[Quad]:
    """Return Turtle as quads."""
    return list(parse(turtle, RdfFormat.TURTLE))


def store(turtle: str) -> Store:
    """Return Turtle as a pyoxigraph Store."""
    filled = Store()
    filled.extend(quads(turtle))
    return filled


FORMS: dict[str, Callable[[str], Source]] = {
    "quads": quads,
    "triples": lambda turtle: [quad.triple for quad in quads(turtle)],
    "store": store,
    "dataset": lambda turtle: Dataset(quads(turtle)),
    "rdflib": lambda turtle: Graph().parse(data=turtle, format="turtle"),
}


@pytest.mark.parametrize("form", FORMS)
def test_materialise(form: str) -> None:
    """What follows is the same for every form of the premises."""
    closure = materialise(FORMS[form](TURTLE))
    assert closure.conclusions == {CONCLUSION}
    assert closure.inconsistencies == ()


@pytest.mark.parametrize("form", FORMS)
def test_explain(form: str) -> None:
    """A conclusion has a proof that names its rule and ends in premises; what does not follow has none."""
    (proof,) = explain(FORMS[form](TURTLE), CONCLUSION)
    assert proof.rule == "prp-trp"
    assert len(proof.leaves()) == 3
    backward = Triple(CONCLUSION.object, CONCLUSION.predicate, CONCLUSION.subject)  # type: ignore[arg-type]
    assert explain(FORMS[form](TURTLE), backward) == ()


@pytest.mark.parametrize("form", FORMS)
def test_entails(form: str) -> None:
    """Entailment goes beyond the closure: an existential conclusion is entailed, a wrong one is not."""
    something = "@prefix : <http://example.org/> . :desk :within [ :within :house ] ."
    nothing = "@prefix : <http://example.org/> . :house :within [] ."
    assert entails(FORMS[form](TURTLE), FORMS[form](something)) is True
    assert entails(FORMS[form](TURTLE), FORMS[form](nothing)) is False


def test_an_inconsistency_has_its_proof() -> None:
    """A contradiction tells its rule and premises, and its proof ends in what is asserted."""
    turtle = """
    @prefix : <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    :Cat rdfs:subClassOf :Animal . :Animal owl:disjointWith :Stone . :tom a :Cat , :Stone .
    """
    closure = materialise(quads(turtle))
    (found,) = closure.inconsistencies
    assert found.rule == "cax-dw"
    assert len(found.premises) == 3
    proof = closure.proof(found)
    assert proof.conclusion is None
    assert {str(fact[2]).rsplit("/", 1)[-1] for fact in proof.leaves()} == {"Animal>", "Stone>", "Cat>"}
    assert len(proof.leaves()) == 4


def test_owlrl_keeps_no_proofs() -> None:
    """Asked for the proof of a contradiction that owlrl found, the closure says that there is none."""
    turtle = "@prefix : <urn:> . @prefix owl: <http://www.w3.org/2002/07/owl#> . :a owl:differentFrom :a ."
    closure = materialise(quads(turtle), "owlrl")
    (found,) = closure.inconsistencies
    with pytest.raises(ValueError, match="native"):
        closure.proof(found)
