"""Statements in words: every kind of class expression, and those that make no sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple
from wicara.graph.explain.wording import Wording
from wicara.graph.terms import read_fact
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from wicara.graph.store import BuiltDataset

NAMES = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in ("owl", "rdf", "rdfs", "xsd"))
DATA = """
@prefix : <http://example.org/> .
:C rdfs:label "cat"@en , "kucing"@id . :D rdfs:label "dog"@en . :eats rdfs:label "eats"@en .
_:one owl:oneOf ( :C :D ) . _:either owl:unionOf ( :C :D ) . _:not owl:complementOf :C .
_:all owl:onProperty :eats ; owl:allValuesFrom :D . _:most owl:onProperty :eats ; owl:maxCardinality 1 .
_:few owl:onProperty :eats ; owl:onClass :D ; owl:maxQualifiedCardinality 2 .
_:members owl:members ( :C :D ) . _:empty a owl:Class . _:self owl:complementOf _:self .
_:ring rdf:first :C ; rdf:rest _:ring . _:broken rdf:first :D ; rdf:rest _:nowhere .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    """Return a store with an expression of each kind."""
    found = Store()
    found.load((NAMES + DATA).encode(), format=RdfFormat.TURTLE)
    return found


def node(store: Store, predicate: str, number: int = 0) -> BlankNode:
    """Return a blank node that has a property."""
    prefix, _, local = predicate.partition(":")
    subjects = [
        quad.subject for quad in store.quads_for_pattern(None, NamedNode(PREFIXES[prefix] + local), None)
    ]
    found = sorted({subject for subject in subjects if isinstance(subject, BlankNode)}, key=str)[number]
    assert isinstance(found, BlankNode)
    return found


@pytest.mark.parametrize(
    ("predicate", "english", "indonesian"),
    [
        ("owl:oneOf", "one of cat, dog", "salah satu dari kucing, dog"),
        ("owl:unionOf", "cat or dog", "kucing atau dog"),
        ("owl:allValuesFrom", "eats nothing but dog", "eats hanya dog"),
        ("owl:maxCardinality", "eats at most 1", "eats paling banyak 1"),
        ("owl:maxQualifiedCardinality", "eats at most 2 dog", "eats paling banyak 2 dog"),
        ("owl:members", "cat, dog", "kucing, dog"),
    ],
)
def test_expressions(store: Store, predicate: str, english: str, indonesian: str) -> None:
    """Each kind of class expression has words in both languages; a missing label falls back to another."""
    assert Wording(store).term(node(store, predicate)) == english
    assert Wording(store, "id").term(node(store, predicate)) == indonesian


def test_expressions_that_make_no_sense(store: Store) -> None:
    """A complement of itself, a list that runs in a ring or ends nowhere, and a class of nothing end."""
    told = {Wording(store).term(node(store, "owl:complementOf", place)) for place in range(2)}
    assert told == {"not cat", f"{'not ' * 9}…"}
    rings = {Wording(store).term(BlankNode(name)) for name in ("none", "nobody")}
    assert rings == {"something"}
    lists = [node(store, "rdf:rest", place) for place in range(8)]
    assert {"cat", "dog"} <= {Wording(store).term(each) for each in lists}


def test_other_terms(store: Store) -> None:
    """Literals, triple terms, open places and terms without a label are told, too."""
    wording = Wording(store)
    a, b = NamedNode("http://example.org/a"), NamedNode(f"{PREFIXES['wic']}b")
    assert wording.term(Literal("kata", language="id")) == "“kata”"
    assert wording.term(Literal(42)) == "42"
    assert wording.term(Triple(a, b, a)) == str(Triple(a, b, a))
    assert wording.statement((a, None, b)) == "<http://example.org/a>: something wic:b"


@pytest.mark.parametrize("language", ["en", "id"])
def test_each_statement_of_the_dataset_is_a_sentence(dataset: BuiltDataset, language: str) -> None:
    """Every statement that follows is a sentence, without a name that only programs use."""
    wording = Wording(dataset.store, language)
    inferred = NamedNode("https://w3id.org/wicara/graph/inferred")
    for quad in dataset.store.quads_for_pattern(None, None, None, inferred):
        told = wording.sentence((quad.subject, quad.predicate, quad.object))
        assert told
        assert "wic:" not in told.partition("(")[0], told
        assert not told.removesuffix("Jr.").endswith(".")


@pytest.mark.parametrize(
    ("fact", "english", "indonesian"),
    [
        (
            ("person:retno-marsudi", "a", "wic:HasBeenForeignMinister"),
            "Retno L.P. Marsudi has been a foreign minister",
            "Retno L.P. Marsudi sedang atau pernah menjadi menteri luar negeri",
        ),
        (
            ("state:indonesia", "wic:hasBeenMemberOf", "body:asean"),
            "Indonesia has been a member of ASEAN",
            "Indonesia sedang atau pernah menjadi anggota ASEAN",
        ),
        (
            ("state:thailand", "a", "wic:Actor"),
            "Thailand is an actor: a person, a state, a body or a group",
            "Thailand adalah aktor: orang, negara, badan, atau kelompok",
        ),
        (
            (
                "event:2019-2020-arf-ism-cttc",
                "wic:participationLink",
                "situation:russia-to-chair-arf-ism-cttc",
            ),
            "Russia takes part, or is to take part, in ARF Inter-Sessional Meeting on CTTC, 2019-2020",
            (
                "Rusia ikut serta atau akan ikut serta dalam Pertemuan Antarsesi ARF tentang Kontraterorisme "
                "dan Kejahatan Lintas Negara (CTTC) 2019-2020"
            ),
        ),
        (
            ("person:retno-marsudi", "wic:madeClaim", "claim:indonesia-priority-areas"),
            "Retno L.P. Marsudi put this forward: “Three areas of cooperation should have priority”",
            "Retno L.P. Marsudi menyampaikan ini: “Tiga bidang kerja sama hendaknya diprioritaskan”",
        ),
    ],
)
def test_sentences(dataset: BuiltDataset, fact: tuple[str, str, str], english: str, indonesian: str) -> None:
    """What follows of a thing is said as people say it."""
    assert Wording(dataset.store).sentence(read_fact(*fact)) == english
    assert Wording(dataset.store, "id").sentence(read_fact(*fact)) == indonesian
