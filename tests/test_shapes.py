"""Shapes and disjointness: each has an example that it alone refuses, and the real data meets them all.

What ours finds is what pySHACL finds, on the real data and on examples, and what it finds in a change alone
is what it finds in the whole.

The second line of an example says what must refuse it: `# Must fail: shape:NAME`, or `cax-adc` and two
classes.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import OWL, RDF, SH, Graph, URIRef
from rdflib.collection import Collection
from wicara.graph.assembly import accepted, merged
from wicara.graph.checks.shapes import Violation, shapes_of, store_of, validate
from wicara.graph.dataset_folder import VARIABLE
from wicara.graph.inputs import SourceFile, quads_of, read_inputs
from wicara.graph.names import ASSERTED, GraphKind
from wicara.graph.rdflib_terms import graph_of, silence
from wicara.graph.reasoning import materialise
from wicara.ontology import BASE, WIC, data_shape_files, ontology_shape_files

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE: Final = Path(__file__).parent / "shapes"
SHAPE: Final = "https://w3id.org/wicara/shape#"
SCHEMA: Final = frozenset({GraphKind.ONTOLOGY, GraphKind.VOCAB})
SAMPLE: Final = (
    f"<{BASE}/ont>",
    *(f"<{WIC}{term}>" for term in ("Actor", "Event", "Person", "State", "heldAt")),
    *(f"<{BASE}/concept/{scheme}" for scheme in ("area", "role", "status")),
)
"""How the subjects begin of that part of the ontology which its examples spoil."""

TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
FILES: Final = {"data": data_shape_files, "ontology": ontology_shape_files}


def examples(folder: str) -> list[Path]:
    """Return the examples of a folder."""
    return sorted((HERE / folder).glob("*.ttl"))


def said(example: Path) -> str:
    """Return what an example says must refuse it."""
    found = re.search(r"^# Must fail: (.+)$", example.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{example} does not say what must refuse it"
    return found.group(1)


def read(path: Path) -> frozenset[Triple]:
    """Return the triples of a Turtle file."""
    return frozenset(quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE))


@cache
def real(kinds: frozenset[GraphKind]) -> frozenset[Triple]:
    """Return what the real data states in the graphs of these kinds."""
    return merged(accepted(read_inputs().quads), kinds)


@cache
def setting(folder: str) -> frozenset[Triple]:
    """Return the sound data that the examples of a folder spoil: a few terms and schemes, or a small world.

    The small world comes with the whole ontology without its texts, which no shape for data looks at.
    """
    schema = real(SCHEMA)
    if folder == "ontology":
        return frozenset(t for t in schema if str(t.subject).startswith(SAMPLE))
    worded = {t for t in schema if isinstance(t.object, Literal) and t.object.language}
    return schema - worded | read(HERE / "sound.ttl")


@cache
def shapes(folder: str) -> Graph:
    """Return the shapes for data, or those for the ontology."""
    files = (SourceFile(path, path.name, GraphKind.META) for path in FILES[folder]())
    return graph_of(quad.triple for file in files for quad in quads_of(file))


@cache
def messages(folder: str) -> dict[str, str]:
    """Return the English message of each shape that has one: its own, or that of its query."""
    graph = shapes(folder)
    found: dict[str, str] = {}
    for subject, message in graph.subject_objects(SH.message):
        owner = graph.value(predicate=SH.sparql, object=subject) or subject
        if message.language == "en":  # type: ignore[attr-defined]
            assert found.setdefault(name(owner), str(message)) == str(message), f"{owner} has two messages"
    return found


def name(shape: object) -> str:
    """Return a shape's IRI as the examples write it."""
    return str(shape).replace(SHAPE, "shape:")


def found_by_both(triples: Iterable[Triple], folder: str) -> set[Violation]:
    """Return the violations of the triples; pySHACL finds the same, of the same nodes and values."""
    store = store_of(triples)
    found = set(validate(store, FILES[folder]()))
    assert found == by_pyshacl([quad.triple for quad in store], folder)
    return found


def found_in_change(example: Path, folder: str) -> list[Violation]:
    """Return the violations that are found by looking at what an example concerns, where it is data."""
    came = read(example) - setting(folder)
    store = sound(folder)
    spoiling = [Quad(*triple) for triple in came]
    store.extend(spoiling)
    try:
        return validate(store, FILES[folder](), changed=came if folder == "data" else None)
    finally:
        for quad in spoiling:
            store.remove(quad)


@cache
def sound(folder: str) -> Store:
    """Return a store of the sound data, which each example spoils in its turn."""
    return store_of(setting(folder))


def by_pyshacl(triples: Iterable[Triple], folder: str) -> set[Violation]:
    """Return the violations that pySHACL finds (SHACL, section 3.6)."""
    with silence("rdflib.term"):
        pyshacl = pytest.importorskip("pyshacl")  # its import takes a second
        _, report, _ = pyshacl.validate(graph_of(triples), shacl_graph=shapes(folder), inference="none")
    assert isinstance(report, Graph), report
    return {
        Violation(
            focus=str(report.value(result, SH.focusNode)),
            message=" ".join(
                min(
                    str(text)
                    for text in report.objects(result, SH.resultMessage)
                    if text.language in {"en", None}  # type: ignore[attr-defined] # a literal
                ).split()
            ),
            value=None if value is None else str(value),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
        for value in (report.value(result, SH.value),)
    }


def pattern(message: str) -> re.Pattern[str]:
    """Return what a message looks like once its variables are filled in."""
    return re.compile(re.sub(r"\\{\\\?\w+\\}", ".+", re.escape(message)))


@pytest.mark.parametrize("folder", FILES)
def test_what_is_spoilt_was_sound(folder: str) -> None:
    """What the examples are added to meets every shape, so what is refused is the example's own fault."""
    assert found_by_both(setting(folder), folder) == set()


@pytest.mark.parametrize(
    ("folder", "example"),
    [pytest.param(folder, path, id=f"{folder}-{path.stem}") for folder in FILES for path in examples(folder)],
)
def test_example_is_refused(folder: str, example: Path) -> None:
    """An example is refused with the message of the shape that it names, and with no other."""
    expected = messages(folder)[said(example)]
    found = found_in_change(example, folder)
    assert found, f"nothing refuses {example.name}"
    assert not [each for each in found if not pattern(expected).fullmatch(each.message)]


@pytest.mark.parametrize(
    ("folder", "example"),
    [
        pytest.param(folder, path, id=f"{folder}-{path.stem}", marks=[pytest.mark.long] if number % 9 else [])
        for folder in FILES
        for number, path in enumerate(examples(folder))
    ],
)
def test_all_of_it_is_looked_at(folder: str, example: Path) -> None:
    """What an example concerns shows as much as all of the data does."""
    found = validate(store_of(setting(folder) | read(example)), FILES[folder]())
    assert {*found} == {*found_in_change(example, folder)}


@pytest.mark.parametrize("folder", FILES)
def test_pyshacl_refuses_the_same(folder: str) -> None:
    """PySHACL finds what ours does in all examples at once, where each spoils a thing of its own."""
    texts = [path.read_text("utf-8").replace("spoilt", f"spoilt-{path.stem}") for path in examples(folder)]
    spoiling = (quad.triple for text in texts for quad in parse(text, RdfFormat.TURTLE))
    assert len(found_by_both(setting(folder).union(spoiling), folder)) >= len(texts)


@pytest.mark.parametrize("folder", FILES)
def test_each_shape_has_an_example(folder: str) -> None:
    """No shape has a message that no example brings up."""
    assert set(messages(folder)) == {said(example) for example in examples(folder)}


@pytest.mark.parametrize("folder", FILES)
def test_each_message_is_in_both_languages_and_stands_once(folder: str) -> None:
    """A shape says what to do in English and in Indonesian, in words that no other shape uses.

    The message of a query is in English alone: pySHACL 0.40 takes the language off it, so that nobody could
    tell two of them apart.
    """
    graph = shapes(folder)
    for subject in set(graph.subjects(SH.message)):
        languages = {text.language for text in graph.objects(subject, SH.message)}  # type: ignore[attr-defined]
        assert languages == ({"en"} if (subject, SH.select, None) in graph else {"en", "id"}), subject
    counts = Counter(graph.objects(predicate=SH.message))
    assert not [text for text, count in counts.items() if count > 1]


@pytest.mark.parametrize("folder", FILES)
def test_no_shape_is_idle(folder: str) -> None:
    """Every named shape is reached from one that has a target."""
    graph = shapes(folder)
    targeted = {each for target in TARGETS for each in graph.subjects(target)}
    reached = {node for start in targeted for node in graph.transitive_objects(start, None)}
    named = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in graph.subjects(RDF.type, kind)}
    assert named <= reached


@pytest.mark.parametrize("folder", FILES)
def test_shapes_speak_of_terms_that_exist(folder: str) -> None:
    """A shape names no class or property of ours that the ontology does not define."""
    terms = {term for triple in shapes(folder) for term in triple}
    used = {term for term in terms if isinstance(term, URIRef) and term.startswith(WIC)}
    known = {URIRef(t.subject.value) for t in real(SCHEMA) if isinstance(t.subject, NamedNode)}
    assert used <= known


REAL: Final = pytest.mark.parametrize(
    ("kinds", "folder"), [(ASSERTED, "data"), (SCHEMA, "ontology")], ids=FILES
)


@REAL
def test_real_data_meets_the_shapes(kinds: frozenset[GraphKind], folder: str) -> None:
    """Nothing is to be said against the real data, nor against the ontology and the schemes."""
    assert validate(store_of(real(kinds)), FILES[folder]()) == ()


@pytest.mark.long
@REAL
def test_pyshacl_has_nothing_against_real_data(kinds: frozenset[GraphKind], folder: str) -> None:
    """Nor has pySHACL."""
    assert found_by_both(real(kinds), folder) == set()


def test_pyshacl_has_nothing_against_the_first_article(
    first_article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor has it against one article."""
    monkeypatch.setenv(VARIABLE, str(first_article))
    assert found_by_both(merged(accepted(read_inputs().quads), ASSERTED), "data") == set()


@pytest.fixture(scope="module")
def contradictions() -> dict[str, set[tuple[str, frozenset[str]]]]:
    """Return for each individual of these examples the rule and the classes that contradict each other."""
    spoilt = frozenset().union(*map(read, examples("disjoint")))
    found: dict[str, set[tuple[str, frozenset[str]]]] = {}
    for each in materialise(real(SCHEMA) | spoilt).inconsistencies:
        classes = frozenset(term for term in each.terms if term.startswith(WIC))
        for individual in set(each.terms) - classes:
            found.setdefault(individual, set()).add((each.rule, classes))
    return found


@pytest.mark.parametrize("example", examples("disjoint"), ids=lambda path: path.stem)
def test_disjoint_classes_are_refused(
    example: Path, contradictions: dict[str, set[tuple[str, frozenset[str]]]]
) -> None:
    """An individual that comes out in two disjoint classes is an inconsistency that names just these."""
    rule, *classes = said(example).replace("wic:", WIC).split()
    terms = {term for triple in read(example) for term in (triple.subject, triple.object)}
    individuals = {term.value for term in terms if isinstance(term, NamedNode)}
    found = set().union(*(contradictions.get(individual, set()) for individual in individuals))
    assert found == {(rule, frozenset(classes))}


def test_each_disjoint_class_has_an_example() -> None:
    """Every class of an owl:AllDisjointClasses has an example: something that is in another as well."""
    graph = graph_of(real(frozenset({GraphKind.ONTOLOGY})))
    groups = [set(Collection(graph, members)) for members in graph.objects(None, OWL.members)]
    found = examples("disjoint")
    pairs = [frozenset(said(example).replace("wic:", WIC).split()[1:]) for example in found]
    classes = {str(each) for group in groups for each in group}
    assert all(any(pair <= set(map(str, group)) for group in groups) for pair in pairs)
    assert {example.stem for example in found} == {kebab(cls.removeprefix(WIC)) for cls in classes}


def kebab(camel: str) -> str:
    """Return `StatisticalObservation` as `statistical-observation`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", camel).lower()


def predicates(query: str) -> set[NamedNode]:
    """Return the predicates that a query writes, with its own prefixes."""
    prefixes = dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", query))
    names = re.findall(r"(?<![\w<?$])([\w-]+):([\w-]+)", query.partition("SELECT")[2])
    return {NamedNode(prefixes[prefix] + local) for prefix, local in names if prefix not in {"xsd", "https"}}


def test_a_query_says_which_statements_it_reads() -> None:
    """The ways that a query for data reads have the predicates that it writes, so that a change is seen."""
    queries = [query for shape in shapes_of(data_shape_files()) for query in shape.queries if not query.about]
    for query in queries:
        steps = {step.predicate for way in (*query.reads, *query.lacks) for step in way}
        assert steps == predicates(query.text), query.text
    assert queries
