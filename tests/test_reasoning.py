"""Reasoning from Python, over any kind of premises: what follows, what is trivial, which contradictions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pyoxigraph import Dataset, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import Graph
from wicara.graph.assembly import graphs_of_proof
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.reasoning import ENGINES, entails, explain, materialise
from wicara.graph.reasoning.closure import usable
from wicara.graph.reasoning.rules import rules, sentence, words
from wicara.ontology import LANGUAGES, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.reasoning.closure import Source

CHECKOUT: Final = Path(__file__).parent.parent
CASES: Final = tomllib.loads(Path(__file__).with_name("reasoning.toml").read_text("utf-8"))
GUIDE: Final = (CHECKOUT / "docs" / "reasoning.md").read_text(encoding="utf-8")

PROLOGUE = (
    "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()) + "@prefix : <urn:x:> .\n"
)


def triples(turtle: str) -> frozenset[Triple]:
    """Return the triples of a piece of Turtle."""
    return frozenset(quad.triple for quad in parse(PROLOGUE + turtle, RdfFormat.TURTLE))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rule", CASES["conclusions"])
def test_conclusion(rule: str, engine: str) -> None:
    """The premises of a rule yield its conclusion, and no contradiction."""
    premises, conclusion = map(triples, CASES["conclusions"][rule])
    closure = materialise(premises, engine)
    assert conclusion <= closure.conclusions
    assert closure.inconsistencies == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("rule", "premises"), CASES["inconsistent"])
def test_inconsistency(rule: str, premises: str, engine: str) -> None:
    """A contradiction is a value that names its rule and the things concerned."""
    found = materialise(triples(premises), engine).inconsistencies
    assert {each.rule for each in found} == {rule}
    assert all(set(each.terms) & {"urn:x:a", "urn:x:b", "urn:x:c"} for each in found)


def test_the_graphs_of_a_contradiction() -> None:
    """The graphs with the leaves of the proof of a contradiction are named, facts first, and no others."""
    schema = triples(
        "wic:heldAt rdfs:range wic:Place . wic:Person rdfs:subClassOf wic:Actor . "
        "wic:Actor owl:disjointWith wic:Place ."
    )
    stated = {
        graph_iri(GraphKind.ENTITIES): triples("person:b a wic:Person ."),
        graph_iri(GraphKind.FACT, "x", "F001"): triples("event:a wic:heldAt person:b ."),
        graph_iri(GraphKind.FACT, "x", "F002"): triples("person:b skos:note person:c ."),
    }
    closure = materialise(schema.union(*stated.values()))
    (clash,) = closure.inconsistencies
    quads = [Quad(*triple, NamedNode(graph)) for graph, added in stated.items() for triple in added]
    store = Store()
    store.extend(quads)
    named = graphs_of_proof(store, set(closure.proof(clash).leaves()))
    assert [graph.rsplit("/", 1)[1] for graph in named] == ["F001", "entities"]


@pytest.mark.parametrize("engine", ENGINES)
def test_different_keys_are_of_different_things(engine: str) -> None:
    """Two things with different keys stay two; owlrl's own owl:hasKey would make everything the same."""
    premises = triples(":C owl:hasKey ( :code ) . :a a :C ; :code 1 . :b a :C ; :code 2 .")
    found = materialise(premises, engine).conclusions
    assert not [triple for triple in found if triple.predicate.value.endswith("sameAs")]


def test_nothing_trivial_is_concluded() -> None:
    """No literal is a subject, no blank node stands anywhere, nothing is a Thing or the same as itself."""
    premises = triples(
        ":A a owl:Class ; rdfs:subClassOf owl:Thing . "
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom xsd:integer ] . "
        ":p a owl:DatatypeProperty ; rdfs:range xsd:integer . :a a :A ; :p 1 . :A owl:equivalentClass :B ."
    )
    conclusions = materialise(premises).conclusions
    assert conclusions == triples(
        ":a a :B . :A rdfs:subClassOf :B . :B rdfs:subClassOf :A ; owl:equivalentClass :A ."
    )


def test_conclusions_hold_no_premise_and_are_closed() -> None:
    """A closure holds none of its premises, and reasoning again over both adds nothing."""
    premises = triples(":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d . :a :p :c .")
    conclusions = materialise(premises).conclusions
    assert conclusions == triples(":a :p :d . :b :p :d .")
    assert materialise(premises | conclusions).conclusions == frozenset()


def test_labels_are_held_back_and_axioms_are_not() -> None:
    """A literal under a property that no axiom speaks of is not handed to the engine; all else is."""
    label = ':a skos:prefLabel "a"@en .'
    used = ':a :code "1" . :code a owl:DatatypeProperty ; rdfs:domain :C ; rdfs:label "code"@en .'
    assert usable(triples(label + used)) == triples(
        ':a :code "1" . :code a owl:DatatypeProperty ; rdfs:domain :C .'
    )


def test_it_says_nothing(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    """Ill-typed literals neither print nor log: they come back as inconsistencies."""
    materialise(triples(':p rdfs:domain :C . :a :p "x"^^xsd:integer , "2018-02-30"^^xsd:date .'))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


CHAIN: Final = ":within a owl:TransitiveProperty . :desk :within :room . :room :within :house ."


def store(turtle: str) -> Store:
    """Return Turtle as a pyoxigraph Store."""
    filled = Store()
    filled.extend(parse(turtle, RdfFormat.TURTLE))
    return filled


FORMS: Final[dict[str, Callable[[str], Source]]] = {
    "quads": lambda turtle: list(parse(turtle, RdfFormat.TURTLE)),
    "triples": lambda turtle: [quad.triple for quad in parse(turtle, RdfFormat.TURTLE)],
    "store": store,
    "dataset": lambda turtle: Dataset(parse(turtle, RdfFormat.TURTLE)),
    "rdflib": lambda turtle: Graph().parse(data=turtle, format="turtle"),
    "tuples": lambda turtle: list(Graph().parse(data=turtle, format="turtle")),
}


@pytest.mark.parametrize("form", FORMS)
def test_any_kind_of_premises(form: str) -> None:
    """Closure, proofs and entailment are the same for triples, pyoxigraph's stores and rdflib's graphs."""
    premises, something, nothing = (
        FORMS[form](PROLOGUE + turtle)
        for turtle in (CHAIN, ":desk :within [ :within :house ] .", ":house :within [] .")
    )
    closure = materialise(premises)
    assert (closure.conclusions, closure.inconsistencies) == (triples(":desk :within :house ."), ())
    (conclusion,) = closure.conclusions
    (proof,) = explain(premises, conclusion)
    assert (proof.rule, len(proof.leaves())) == ("prp-trp", 3)
    assert explain(premises, *triples(":house :within :desk .")) == ()
    assert entails(premises, something) is True
    assert entails(premises, nothing) is False


def test_a_file_is_no_premises() -> None:
    """The name of a file, as text or path, is a TypeError that names what parses files."""
    for name in ("premises.ttl", Path("premises.ttl")):
        with pytest.raises(TypeError, match=r"reasoning\.files\.read"):
            materialise(name)  # type: ignore[arg-type] # what it is about


def test_an_inconsistency_has_its_proof() -> None:
    """A contradiction tells its rule and premises, and its proof ends in what is asserted; owlrl has none."""
    premises = triples(":Cat rdfs:subClassOf :Pet . :Pet owl:disjointWith :Stone . :tom a :Cat , :Stone .")
    closure = materialise(premises)
    (found,) = closure.inconsistencies
    assert (found.rule, len(found.premises)) == ("cax-dw", 3)
    proof = closure.proof(found)
    assert proof.conclusion is None
    assert {Triple(*fact) for fact in proof.leaves()} == premises
    theirs = materialise(premises, "owlrl")
    with pytest.raises(ValueError, match="native"):
        theirs.proof(theirs.inconsistencies[0])


def test_the_guide_names_each_file() -> None:
    """docs/reasoning.md names each module and rule file of the reasoner, and no other."""
    files = (CHECKOUT / "graph" / "reasoning").rglob("*")
    there = {path.name for path in files if path.suffix in {".py", ".rules"}} - {"__init__.py"}
    assert set(re.findall(r"`(\w+\.(?:py|rules))`", GUIDE)) == there


def test_one_more_rule_is_one_entry_of_the_rule_file() -> None:
    """Each rule has a sentence in both languages beside it, and what clashes where it concludes nothing."""
    assert set(words()) == {rule.name for rule in rules()}
    for rule in rules():
        for language in LANGUAGES:
            assert re.fullmatch(r"[A-Z].*\.", sentence(rule.name, language))
        assert rule.conclusions or rule.name == "dt-not-type" or words()[rule.name]["clash"]
    assert sentence("no-such-rule") == ""
