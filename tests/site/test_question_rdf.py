"""Questions as RDF: executables with texts, targets, comments and parameters; one graph in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse
from rdflib import Graph
from rdflib.compare import isomorphic
from wicara.ontology import PREFIXES
from wicara.queries import questions

if TYPE_CHECKING:
    from server_process import Server

HTML = "text/html,*/*;q=0.5"
SH = PREFIXES["sh"]
SCHEMA = PREFIXES["schema"]
ALL = questions()


@pytest.fixture(scope="module")
def described(server: Server) -> Store:
    """Return the questions as RDF."""
    store = Store()
    store.load(server.get("/questions.ttl").body, format=RdfFormat.TURTLE)
    return store


def executables(store: Store) -> dict[str, NamedNode]:
    """Return the executables by the number of their questions."""
    quads = store.quads_for_pattern(None, NamedNode(f"{PREFIXES['dcterms']}identifier"), None)
    return {quad.object.value: quad.subject for quad in quads}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib uses what it deprecates
def test_every_form_says_the_same(server: Server) -> None:
    """Turtle, JSON-LD, N-Triples and RDF/XML are one graph; a browser gets the page."""
    turtle = Graph().parse(data=server.get("/questions.ttl").body, format="turtle")
    forms = {"jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
    for suffix, name in forms.items():
        other = Graph().parse(data=server.get(f"/questions.{suffix}").body, format=name)
        assert isomorphic(other, turtle), suffix
    negotiated = server.get("/questions", accept="text/turtle")
    assert negotiated.media_type == "text/turtle"
    assert negotiated.body == server.get("/questions.ttl").body
    assert server.get("/questions", accept=HTML).media_type == "text/html"
    assert server.get("/questions.xyz", accept=HTML).status == 404
    assert list(parse(negotiated.body, format=RdfFormat.TURTLE))


def test_what_is_executable_runs(server: Server, described: Store) -> None:
    """Each executable has its text, its target and its comments in both languages, and the text runs."""
    found = executables(described)
    assert set(found) == {question.id for question in ALL}
    for question in ALL:
        node = found[question.id]
        (text,) = (quad.object for quad in described.quads_for_pattern(node, NamedNode(f"{SH}select"), None))
        comments = described.quads_for_pattern(node, NamedNode(f"{PREFIXES['rdfs']}comment"), None)
        assert {quad.object.language for quad in comments} == {"en", "id"}
        (target,) = described.quads_for_pattern(node, NamedNode(f"{SCHEMA}target"), None)
        assert target.object.value.endswith("/sparql")
        assert server.ask(text.value).rows


def test_editors_that_know_the_convention_find_the_examples(described: Store) -> None:
    """The queries by which editors of SIB's kind look for examples and prefixes find them here."""
    prefixes = {"sh": SH, "rdfs": PREFIXES["rdfs"]}
    examples = described.query(
        "SELECT DISTINCT ?sq ?comment ?query { ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ;"
        " sh:select|sh:ask|sh:construct ?query }",
        prefixes=prefixes,
    )
    assert len(list(examples)) == 2 * len(ALL)
    declared = described.query("SELECT ?p ?n { [] sh:namespace ?n ; sh:prefix ?p }", prefixes=prefixes)
    assert {row["p"].value: row["n"].value for row in declared}["wic"] == PREFIXES["wic"]


def test_parameters_are_described(described: Store) -> None:
    """A parameter has its name in both languages, its datatype or class, and its default."""
    node = executables(described)["CQ48"]
    rows = described.query(
        f"SELECT ?path ?type ?default ?name {{ {node} sh:parameter ?p . ?p sh:path ?path ; sh:name ?name ;"
        " sh:defaultValue ?default ; sh:datatype|sh:class ?type FILTER(LANG(?name) = 'id') }",
        prefixes={"sh": SH},
    )
    found = {row["path"].value.rpartition("#")[2]: row for row in rows}
    date = NamedNode(f"{PREFIXES['xsd']}date")
    assert found["date"]["type"] == date
    assert found["date"]["default"] == Literal("2018-08-02", datatype=date)
    assert found["date"]["name"].value == "tanggal"
    assert found["partnership"]["type"].value == f"{PREFIXES['wic']}Partnership"
