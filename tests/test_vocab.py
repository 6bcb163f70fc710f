"""The SKOS schemes: one file a scheme, labels and definitions in both languages, a sound hierarchy."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import pytest
import rdflib
from pyoxigraph import parse
from rdflib.namespace import RDF, SKOS
from wicara.ontology import BASE, CONCEPT_SCHEMES, WIC, vocab_files

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES: Final = {"en", "id"}
FILES: Final = {path.stem: path for path in vocab_files()}
each_scheme = pytest.mark.parametrize("path", FILES.values(), ids=FILES)


def graph_of(path: Path) -> rdflib.Graph:
    """Return the triples of one file."""
    return rdflib.Graph().parse(path)


def everything() -> rdflib.Graph:
    """Return the triples of all schemes."""
    union = rdflib.Graph()
    for path in FILES.values():
        union.parse(path)
    return union


def texts(graph: rdflib.Graph, subject: rdflib.term.Node, predicate: rdflib.URIRef) -> list[rdflib.Literal]:
    """Return the literals that a predicate gives a subject."""
    return [text for text in graph.objects(subject, predicate) if isinstance(text, rdflib.Literal)]


def test_each_scheme_has_its_file() -> None:
    """There is one file for each scheme that has a prefix, and no other."""
    assert set(FILES) == set(CONCEPT_SCHEMES.values())


@each_scheme
def test_both_parsers_read_the_same(path: Path) -> None:
    """Both rdflib and pyoxigraph read the same number of triples from a scheme."""
    assert len(graph_of(path)) == len(set(parse(path=path)))


@each_scheme
def test_a_file_holds_one_scheme_and_its_concepts(path: Path) -> None:
    """Every subject of a file is its scheme or a concept of it, under the scheme's own IRI."""
    graph = graph_of(path)
    scheme = rdflib.URIRef(f"{BASE}/concept/{path.stem}")
    concepts = set(graph.subjects(SKOS.inScheme, scheme))
    assert set(graph.subjects(RDF.type, SKOS.ConceptScheme)) == {scheme}
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == concepts
    assert set(graph.subjects()) == concepts | {scheme}
    assert all(str(concept).startswith(f"{scheme}/") for concept in concepts)


@each_scheme
def test_one_label_and_one_definition_in_each_language(path: Path) -> None:
    """A scheme and each concept has just one label and one definition in English and in Indonesian."""
    graph = graph_of(path)
    for subject in set(graph.subjects()):
        for predicate in (SKOS.prefLabel, SKOS.definition):
            languages = Counter(text.language for text in texts(graph, subject, predicate))
            assert languages == dict.fromkeys(LANGUAGES, 1), (subject, predicate)


@pytest.mark.parametrize("predicate", [SKOS.prefLabel, SKOS.definition], ids=["label", "definition"])
def test_no_two_concepts_say_the_same(predicate: rdflib.URIRef) -> None:
    """No two concepts of any scheme share a preferred label or a definition."""
    subjects = defaultdict(set)
    for subject, text in everything().subject_objects(predicate):
        subjects[text].add(subject)
    assert not {text: same for text, same in subjects.items() if len(same) > 1}


@each_scheme
def test_labels_of_a_concept_are_disjoint(path: Path) -> None:
    """No label is at once preferred, alternative or hidden, nor shared with another concept of the scheme."""
    graph = graph_of(path)
    labels = Counter(
        label
        for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
        for label in graph.objects(None, predicate)
    )
    assert not [label for label, count in labels.items() if count > 1]


@each_scheme
def test_broader_stays_in_the_scheme_and_ends_at_a_top(path: Path) -> None:
    """Each concept is a top concept or leads by skos:broader, without a cycle, to one of its own scheme."""
    graph = graph_of(path)
    scheme = rdflib.URIRef(f"{BASE}/concept/{path.stem}")
    tops = set(graph.subjects(SKOS.topConceptOf, scheme))
    for concept in graph.subjects(SKOS.inScheme, scheme):
        broader = set(graph.objects(concept, SKOS.broader))
        above = set(graph.transitive_objects(concept, SKOS.broader)) - {concept}
        assert all((other, SKOS.inScheme, scheme) in graph for other in broader)
        assert not any(concept in set(graph.objects(other, SKOS.broader)) for other in above)
        assert (concept in tops) != bool(broader)
        assert concept in tops or above & tops


@each_scheme
def test_a_notation_names_one_concept(path: Path) -> None:
    """Within a scheme no two concepts have the same notation."""
    notations = Counter(graph_of(path).objects(None, SKOS.notation))
    assert not [notation for notation, count in notations.items() if count > 1]


def test_only_broader_is_asserted() -> None:
    """What follows from skos:broader is left to the reasoner."""
    graph = everything()
    for inferred in (SKOS.narrower, SKOS.broaderTransitive, SKOS.narrowerTransitive, SKOS.hasTopConcept):
        assert (None, inferred, None) not in graph


def test_areas_are_areas_of_cooperation() -> None:
    """The concepts of the scheme of areas, and no others, are typed as areas of cooperation."""
    graph = everything()
    areas = set(graph.subjects(SKOS.inScheme, rdflib.URIRef(f"{BASE}/concept/area")))
    assert areas == set(graph.subjects(RDF.type, rdflib.URIRef(f"{WIC}CooperationArea")))


def test_handling_cyber_matters_is_near_to_cyber_security_but_not_it() -> None:
    """The two areas that the article names differently are two concepts, a close match."""
    area = rdflib.Namespace(f"{BASE}/concept/area/")
    assert (area["cyber-handling"], SKOS.closeMatch, area["cyber-security"]) in everything()
