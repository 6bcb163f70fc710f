"""Exports: every format reads back as the same dataset, and the same dataset is always the same bytes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import one_of
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
)
from wicara.graph.errors import Unwritable
from wicara.graph.export import export, part_quads
from wicara.graph.formats import FORMATS, serialize_quads, serialize_triples
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.terms import sorted_quads
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article

RDF = PREFIXES["rdf"]
XSD = PREFIXES["xsd"]
READ_AS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
RDFLIB_NAME = {
    "turtle": "turtle",
    "trig": "trig",
    "nquads": "nquads",
    "ntriples": "nt",
    "jsonld": "json-ld",
    "rdfxml": "xml",
}
ONE_GRAPH = [name for name, form in FORMATS.items() if not form.datasets]
MANY_GRAPHS = [name for name, form in FORMATS.items() if form.datasets]

LANGUAGES = st.sampled_from(["en", "id", "id-ID", "zh-hant"])
LOCAL_NAMES = ("x", "F001", "a.b", "a.", "1", "-a", "a/b", "caf\u00e9", "x%20y", "", "a,b", "(2)", "_")
IRIS = st.one_of(
    st.sampled_from(
        [
            namespace + local
            for namespace in (
                PREFIXES["wic"],
                PREFIXES["event"],
                PREFIXES["skos"],
                "urn:x:",
                "http://example.org/a?b=",
            )
            for local in LOCAL_NAMES
        ]
    ),
    st.sampled_from(
        [RDF + "nil", RDF + "first", RDF + "type", "time:soon", "event:x", "mailto:a@example.org"]
    ),
).map(NamedNode)
PREDICATES = st.sampled_from(
    [
        RDF + name
        for name in ("type", "first", "rest", "value", "_1")
    ]
    + [PREFIXES["wic"] + name for name in ("about", "a.b", "a-b", "p1")]
    + ["http://example.org/a?b=c", "urn:x:y", PREFIXES["skos"] + "prefLabel"]
).map(NamedNode)  # fmt: skip
BLANKS = st.integers(0, 6).map(lambda number: BlankNode(f"b{number}"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
XML_TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\t\n\r\x85"), max_size=12
)


def literals(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Literal]:
    """Return literals of all sorts over some texts, ill-typed ones too."""
    return st.one_of(
        texts.map(Literal),
        st.builds(
            lambda text, tag: Literal(text, language=tag),
            texts,
            LANGUAGES,
        ),
        st.builds(
            lambda text, name: Literal(text, datatype=NamedNode(XSD + name)),
            st.sampled_from(
                ["1", "-1", "+1", "01", "1.50", ".5", "1.", "1e3", "true", "1 ", "", "2018-08-02", "x"]
            ),
            st.sampled_from(["integer", "decimal", "double", "boolean", "date", "token", "gYear"]),
        ),
        texts.map(lambda text: Literal(text, datatype=NamedNode("urn:x:type"))),
    )


def quads(texts: st.SearchStrategy[str], graphs: st.SearchStrategy[object]) -> st.SearchStrategy[list[Quad]]:
    """Return small datasets whose blank nodes meet often: chains, cycles, shared ones, lists."""
    nodes = st.one_of(IRIS, BLANKS, BLANKS)
    quad = st.builds(Quad, nodes, PREDICATES, st.one_of(nodes, literals(texts)), graphs)
    return st.lists(quad, max_size=14)


GRAPHS = st.one_of(st.just(DefaultGraph()), IRIS, BLANKS)
DATASETS = quads(TEXTS, GRAPHS)
TRIPLES = quads(TEXTS, st.just(DefaultGraph()))
PLAIN_TRIPLES = st.lists(st.builds(Quad, IRIS, PREDICATES, st.one_of(IRIS, literals(TEXTS))), max_size=14)
XML_TRIPLES = quads(XML_TEXTS, st.just(DefaultGraph()))
PATIENT = settings(max_examples=60)


def canonical(found: Iterable[Quad | Triple]) -> set[str]:
    """Return the statements with canonical blank nodes, to compare datasets up to isomorphism."""
    dataset = Dataset(
        item if isinstance(item, Quad) else Quad(item.subject, item.predicate, item.object) for item in found
    )
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


def lexical(literal: Literal) -> Literal:
    """Return a literal as rdflib would hold it: some forms normalised, language tags low."""
    if literal.language:
        return Literal(literal.value, language=literal.language.lower())
    return Literal(
        str(rdflib.Literal(literal.value, datatype=literal.datatype.value)), datatype=literal.datatype
    )


def through_rdflib(found: Iterable[Quad]) -> Iterable[Quad]:
    """Yield the statements as they would be if rdflib had held them."""
    for quad in found:
        term = lexical(quad.object) if isinstance(quad.object, Literal) else quad.object
        yield Quad(quad.subject, quad.predicate, term, quad.graph_name)


def from_rdflib(term: rdflib.term.Node) -> NamedNode | BlankNode | Literal:
    """Return an rdflib term in pyoxigraph."""
    if isinstance(term, rdflib.URIRef):
        return NamedNode(term)
    if isinstance(term, rdflib.BNode):
        return BlankNode(term)
    assert isinstance(term, rdflib.Literal)
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(term.datatype or XSD + "string"))


def read_by_rdflib(text: bytes, name: str) -> Iterable[Triple]:
    """Yield the triples that rdflib reads in the default graph."""
    graph = rdflib.Dataset() if FORMATS[name].datasets else rdflib.Graph()
    graph.parse(data=text, format=RDFLIB_NAME[name])
    for triple in graph.triples((None, None, None)):
        yield Triple(*(from_rdflib(term) for term in triple))


@pytest.mark.parametrize("name", MANY_GRAPHS)
@PATIENT
@given(data=DATASETS)
def test_a_dataset_reads_back(name: str, data: list[Quad]) -> None:
    """Whatever a dataset holds, each format that holds datasets reads back as the same dataset."""
    text = serialize_quads(sorted_quads(data), FORMATS[name])
    assert canonical(parse(text, format=READ_AS[name])) == canonical(data)


@pytest.mark.parametrize("name", ["turtle", "ntriples"])
@PATIENT
@given(data=TRIPLES)
def test_a_graph_reads_back(name: str, data: list[Quad]) -> None:
    """Whatever a graph holds, Turtle and N-Triples read back as the same graph."""
    text = serialize_quads(sorted_quads(data), FORMATS[name])
    assert canonical(parse(text, format=READ_AS[name])) == canonical(data)


@PATIENT
@given(data=PLAIN_TRIPLES)
def test_an_answer_is_written_as_an_export(data: list[Quad]) -> None:
    """The Turtle of an answer is that of an export of the same graph, byte for byte."""
    answer = serialize_triples((quad.triple for quad in data), FORMATS["turtle"])
    assert answer == serialize_quads(sorted_quads(data), FORMATS["turtle"])


@PATIENT
@given(data=XML_TRIPLES)
def test_rdfxml_reads_back(data: list[Quad]) -> None:
    """A graph whose characters XML can hold reads back from RDF/XML as the same graph."""
    text = serialize_quads(sorted_quads(data), FORMATS["rdfxml"])
    assert canonical(parse(text, format=RdfFormat.RDF_XML)) == canonical(data)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::UserWarning:rdflib")
@pytest.mark.parametrize("name", FORMATS)
@PATIENT
@given(data=XML_TRIPLES)
def test_rdflib_reads_the_same(name: str, data: list[Quad]) -> None:
    """Rdflib reads every format as the graph that was written."""
    text = serialize_quads(sorted_quads(data), FORMATS[name])
    assert canonical(read_by_rdflib(text, name)) == canonical(through_rdflib(data))


def relabelled(quad: Quad, labels: dict[object, BlankNode]) -> Quad:
    """Return the quad with other labels for its blank nodes."""
    subject, object_, graph = (
        labels.get(term, term) for term in (quad.subject, quad.object, quad.graph_name)
    )
    return Quad(subject, quad.predicate, object_, graph)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::UserWarning:rdflib")
@pytest.mark.parametrize("name", one_of(3, FORMATS))
def test_rdflib_reads_the_real_dataset(dataset: BuiltDataset, name: str) -> None:
    """Rdflib reads the default graph of the real dataset, its blank nodes too, the same from every format."""
    found = part_quads(dataset, "default")
    assert canonical(read_by_rdflib(serialize_quads(found, FORMATS[name]), name)) == canonical(
        through_rdflib(found)
    )


@pytest.mark.parametrize("name", MANY_GRAPHS)
@PATIENT
@given(data=DATASETS, seed=st.integers())
def test_the_same_dataset_is_the_same_bytes(name: str, data: list[Quad], seed: int) -> None:
    """Neither the order that statements come in nor the labels of blank nodes change a byte."""
    chance = random.Random(seed)  # noqa: S311 - hypothesis chooses the seed
    labels = {BlankNode(f"b{number}"): BlankNode() for number in range(7)}
    other = [relabelled(quad, labels) for quad in data]
    chance.shuffle(other)
    assert serialize_quads(sorted_quads(other), FORMATS[name]) == serialize_quads(
        sorted_quads(data), FORMATS[name]
    )


def linked(*pairs: tuple[object, object]) -> list[Quad]:
    """Return quads that link blank nodes."""
    return [Quad(BlankNode(f"n{a}"), NamedNode("x:p"), BlankNode(f"n{b}")) for a, b in pairs]


@pytest.mark.parametrize(
    "data",
    [
        linked(*((a, b) for a in range(10) for b in range(10) if a != b)),
        linked(*((a, (a + 1) % 400) for a in range(400))),
        linked(*((a, 10 * a + b) for a in range(1, 4) for b in range(10, 17))),
    ],
)
def test_nodes_that_are_all_alike(data: list[Quad]) -> None:
    """Blank nodes that look the same are written in time, and the same whatever they are called."""
    nodes = sorted({node for quad in data for node in (quad.subject, quad.object)}, key=str)
    labels: dict[object, BlankNode] = dict(zip(nodes, map(BlankNode, "zyxwvutsr"), strict=False))
    other = [relabelled(quad, {node: node for node in nodes} | labels) for quad in reversed(data)]
    assert serialize_quads(sorted_quads(other), FORMATS["nquads"]) == serialize_quads(
        sorted_quads(data), FORMATS["nquads"]
    )


def store_of(found: Iterable[Quad]) -> Store:
    """Return a store in memory that holds the quads."""
    store = Store()
    store.extend(found)
    return store


@dataclass(frozen=True)
class InMemory:
    """A dataset as the build makes it, small and in memory."""

    store: Store

    def for_inference(self, infer: bool) -> Store:  # noqa: FBT001 - the dataset's own signature
        """Return the store, without the inferred graph where it is not wanted."""
        if infer:
            return self.store
        return store_of(quad for quad in self.store if quad.graph_name != INFERRED)


INFERRED = NamedNode(graph_iri(GraphKind.INFERRED))
FACT = NamedNode(graph_iri(GraphKind.FACT, "invented", "F001"))
EVIDENCE = NamedNode(f"{BASE}/id/evidence/invented-f001")


@pytest.fixture
def small() -> InMemory:
    """Return a dataset of one fact with its evidence, and one inference."""
    text = f"""
        <{FACT.value}> {{ event:x wic:heldAt place:y . }}
        <{INFERRED.value}> {{ event:x wic:heldIn place:y . }}
        graph:prov {{ <{FACT.value}> a wic:FactGraph ; wic:evidence evidence:invented-f001 .
                      evidence:invented-f001 a wic:Evidence ; oa:hasTarget evidence:invented-f001-target .
                      evidence:invented-f001-target oa:hasSelector evidence:invented-f001-quote .
                      evidence:invented-f001-quote oa:exact "kata"@id . }}
        event:x wic:heldAt place:y ; wic:heldIn place:y .
    """
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    return InMemory(store_of(parse(prefixes + text, format=RdfFormat.TRIG)))


@pytest.mark.parametrize("form", ONE_GRAPH)
def test_one_graph_formats_refuse_a_dataset(small: InMemory, form: str) -> None:
    """A format that holds one graph refuses the whole dataset and names those that hold it."""
    with pytest.raises(Unwritable, match="trig, nquads or jsonld"):
        export(small, "all", form)


@pytest.mark.parametrize("form", ["jsonld", "rdfxml"])
def test_formats_without_triple_terms_refuse_reifiers(small: InMemory, form: str) -> None:
    """A format without RDF 1.2 triple terms refuses the reified facts and names those that have them."""
    with pytest.raises(Unwritable, match="turtle, trig, nquads or ntriples"):
        export(small, "facts", form)


@pytest.mark.parametrize("graph", ["http://example.org/none", "fact/invented/F002", "no iri: <>"])
def test_an_unknown_graph_is_named(small: InMemory, graph: str) -> None:
    """A graph that is not there is refused with the names of those that are."""
    with pytest.raises(Unwritable, match="default, asserted, inferred, ontology, all or facts"):
        export(small, graph, "trig")


def test_a_named_graph_by_the_end_of_its_iri(small: InMemory) -> None:
    """A graph of the dataset may be named by its IRI or by what follows `/graph/`."""
    short = export(small, "fact/invented/F001", "ntriples")
    assert short == export(small, FACT.value, "ntriples")
    assert short.count(b"\n") == 1


def test_inference_off_leaves_the_inferred_graph_out(small: InMemory) -> None:
    """Without inference the dataset has no inferred graph, and asking for that graph alone is a mistake."""
    assert b"graph/inferred" in export(small, "all", "nquads")
    assert b"graph/inferred" not in export(small, "all", "nquads", infer=False)
    with pytest.raises(Unwritable, match="inference off"):
        export(small, "inferred", "turtle", infer=False)


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.triple_terms])
def test_reified_facts_read_back(small: InMemory, form: str) -> None:
    """Each triple of a fact is asserted; its reifier leads to the fact graph and to the quoted words."""
    store = store_of(parse(export(small, "facts", form), format=READ_AS[form]))
    rows = store.query(
        """SELECT ?words { ?r rdf:reifies <<( event:x wic:heldAt place:y )>> ; dcterms:isPartOf ?fact ;
           prov:wasDerivedFrom / oa:hasTarget / oa:hasSelector / oa:exact ?words .
           ?fact a wic:FactGraph . event:x wic:heldAt place:y . }""",
        prefixes=dict(PREFIXES),
    )
    assert [row["words"].value for row in rows] == ["kata"]


def test_every_part_is_sorted(small: InMemory) -> None:
    """Quads come in the order of code points, `rdf:type` before other predicates, the default graph first."""
    quads = part_quads(small, "all")
    graphs = [getattr(quad.graph_name, "value", "") for quad in quads]
    assert graphs == sorted(graphs)
    of_fact = [quad.predicate.value for quad in quads if quad.subject == FACT]
    assert of_fact == [RDF + "type", PREFIXES["wic"] + "evidence"]


@pytest.mark.parametrize(
    ("predicate", "text", "complaint"),
    [
        ("urn:x:p", "a\x01b", "U\\+0001"),
        ("http://example.org/1", "a", "http://example.org/1"),
        (RDF + "li", "a", "#li"),
    ],
)
def test_rdfxml_says_what_it_cannot_hold(predicate: str, text: str, complaint: str) -> None:
    """Where XML has no way to write something, the export says what it is, and writes nothing."""
    triple = Triple(NamedNode("urn:x:s"), NamedNode(predicate), Literal(text))
    with pytest.raises(Unwritable, match=complaint):
        serialize_triples([triple], FORMATS["rdfxml"])


@pytest.mark.parametrize("form", FORMATS)
def test_base_direction_stays_or_is_refused(form: str) -> None:
    """A literal with the base direction of RDF 1.2 keeps it, or the format that lacks it refuses."""
    words = Literal("a", language="ar", direction=BaseDirection.RTL)
    triple = Triple(NamedNode("urn:x:s"), NamedNode("urn:x:p"), words)
    if FORMATS[form].triple_terms:
        (read,) = parse(serialize_triples([triple], FORMATS[form]), format=READ_AS[form])
        assert read.object == words
    else:
        with pytest.raises(Unwritable, match="base direction"):
            serialize_triples([triple], FORMATS[form])


def test_a_long_chain_of_blank_nodes_is_written() -> None:
    """Neither a long list nor a long chain of blank nodes is too deep to write and read."""
    links = [BlankNode() for _ in range(3000)]
    chain = [Triple(one, NamedNode(RDF + "rest"), other) for one, other in pairwise(links)]
    chain.append(Triple(NamedNode("urn:x:s"), NamedNode("urn:x:p"), links[0]))
    members = [Triple(link, NamedNode(RDF + "first"), Literal("m")) for link in links]
    end = [Triple(links[-1], NamedNode(RDF + "rest"), NamedNode(RDF + "nil"))]
    for triples in (chain, chain + members, chain + members + end):
        text = serialize_triples(triples, FORMATS["turtle"])
        assert len(list(parse(text, format=RdfFormat.TURTLE))) == len(triples)


def test_only_prefixes_in_use_are_declared(small: InMemory) -> None:
    """Turtle declares the prefixes that its terms use, and no other."""
    text = export(small, "inferred", "turtle").decode()
    assert [line.split()[1] for line in text.splitlines() if line.startswith("@prefix")] == [
        "event:",
        "place:",
        "wic:",
    ]
