"""Documents, queries and updates of a random grammar mean what rdflib takes them for.

Where rdflib is known to be wrong, the grammar or the comparison leaves it out. It gives a solution of a
path of `?`, `*` or `+` more than once, loses solutions without any variable in a sub-select, counts VALUES
twice, loses duplicates between two VALUES of one variable, and lets a sub-select, and an OPTIONAL inside
another, see the variables of what stands before them (18.6 has them evaluated on their own). In a sequence
of two paths that may be empty it goes through a term that no triple has, where the variable in the middle
is a node (SPARQL 1.1 Query, section 18.4). Where VALUES stands before an OPTIONAL it loses solutions that the
OPTIONAL does not extend. In an XML literal it escapes quotation marks of text, which
Canonical XML leaves as they are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import long
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolutions,
    RdfFormat,
    Store,
    parse,
)
from wicara.graph import sparql
from wicara.graph.rdfxml_input import readable
from wicara.server.sparql.rewriting import mended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")  # of itself
FEW: Final = 30
EXAMPLES: Final = pytest.mark.parametrize("examples", [FEW, long(20_000)])
BASE: Final = "http://b.example/d/"


def check(examples: int, strategy: st.SearchStrategy[str], test: Callable[[str], None]) -> None:
    """Run a test with so many texts of a strategy; a few are always the same."""
    settings(max_examples=examples, derandomize=examples <= FEW, database=None)(given(strategy)(test))()


def term_of(term: object) -> NamedNode | BlankNode | Literal:
    """Return a term of rdflib as one of pyoxigraph."""
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term).replace("-", ""))
    literal = cast("rdflib.Literal", term)
    if literal.language:
        return Literal(str(literal), language=literal.language)
    return Literal(str(literal), datatype=NamedNode(str(literal.datatype)) if literal.datatype else None)


def alike(quads: Iterable[Quad]) -> set[str]:
    """Return quads as the store has them; isomorphic graphs are the same."""
    store = Store()
    store.extend(quads)
    found = Dataset(store)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, found))


def read_by_rdflib(text: str, form: str) -> set[str]:
    """Return a document as rdflib reads it."""
    graph = rdflib.Graph(bind_namespaces="none").parse(data=text, format=form, publicID=BASE)
    return alike(Quad(*(cast("Any", term_of(term)) for term in triple), DefaultGraph()) for triple in graph)


# Documents

IRIS: Final = st.sampled_from(
    [
        "<http://x.example/a>",
        "<c>",
        "<#d>",
        "<../e?f=g>",
        "<>",
        "e:h",
        "e:i.j",
        "e:",
        "e:k%20l",
        "<http://x/\\u00e9>",
    ]
)
PREDICATES: Final = st.one_of(IRIS.filter(lambda iri: iri != "<>"), st.just("a"))
TEXTS: Final = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\0", exclude_categories=["Cs", "Cc"]), max_size=5
)
STRINGS: Final = st.one_of(
    TEXTS.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(["''", '"""a"b\n"""', "'''c\\'d'''", '"\\t\\u0041\\U0001F600"']),
)
LITERALS: Final = st.one_of(
    STRINGS,
    st.builds("{}@{}".format, STRINGS, st.sampled_from(["en", "id-ID"])),
    st.builds("{}^^{}".format, STRINGS, st.just("e:t")),
    st.sampled_from(["1", "-2", "3.50", "4e0", "true", "false"]),
)
OBJECTS: Final = st.recursive(
    st.one_of(IRIS, LITERALS, st.sampled_from(["_:m", "_:n1", "[]", "()"])),
    lambda target: st.one_of(
        st.lists(target, max_size=3).map(lambda found: f"( {' '.join(found)} )"),
        st.builds("[ {} {} ; {} {} ]".format, PREDICATES, target, PREDICATES, target),
    ),
    max_leaves=4,
)
STATEMENTS: Final = st.one_of(
    st.builds("{} {} {} .".format, st.one_of(IRIS, st.just("_:m")), PREDICATES, OBJECTS),
    st.builds("{} {} {} , {} ; {} {} .".format, IRIS, PREDICATES, OBJECTS, OBJECTS, PREDICATES, OBJECTS),
    st.sampled_from(["@base <http://c.example/f/> .", "PREFIX e: <http://y.example/> ", "# comment\n"]),
)
TURTLE: Final = st.lists(STATEMENTS, max_size=4).map(
    lambda found: "\n".join(["@prefix e: <http://x.example/ns#> .", *found])
)


@EXAMPLES
def test_turtle(examples: int) -> None:
    """Turtle is read as rdflib reads it."""

    def same(text: str) -> None:
        assert alike(parse(text, RdfFormat.TURTLE, base_iri=BASE)) == read_by_rdflib(text, "turtle")

    check(examples, TURTLE, same)


ESCAPED: Final = TEXTS.map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace(">", "&gt;")
)
UNQUOTED: Final = ESCAPED.map(lambda text: text.replace("&quot;", ""))
MARKS: Final = st.sampled_from(["", ' xml:lang="en"', ' xml:lang=""', ' xml:base="http://c.example/f/"'])
PROPERTIES: Final = st.deferred(
    lambda: st.one_of(
        st.builds("<e:p{}>{}</e:p>".format, MARKS, ESCAPED),
        st.builds('<e:q rdf:datatype="http://x.example/t">{}</e:q>'.format, ESCAPED),
        st.sampled_from(['<e:r rdf:resource="#d"/>', '<e:r rdf:nodeID="n"/>', "<rdf:li>1</rdf:li>"]),
        st.builds("<e:s{}>{}</e:s>".format, MARKS, DESCRIPTIONS),
        st.builds(
            '<e:t rdf:parseType="Resource">{}</e:t>'.format, st.lists(PROPERTIES, max_size=2).map("".join)
        ),
        st.builds(
            '<e:u rdf:parseType="Collection">{}</e:u>'.format,
            st.lists(DESCRIPTIONS, min_size=1, max_size=2).map("".join),
        ),
        st.builds('<e:v rdf:parseType="Literal">{}<h:b xmlns:h="http://h/">x</h:b></e:v>'.format, UNQUOTED),
    )
)
DESCRIPTIONS: Final = st.deferred(
    lambda: st.builds(
        "<{0}{1}{2}>{3}</{0}>".format,
        st.sampled_from(["rdf:Description", "e:Thing"]),
        st.sampled_from(["", ' rdf:about="c"', ' rdf:nodeID="n"', ' rdf:about="http://x.example/a" e:w="v"']),
        MARKS,
        st.lists(PROPERTIES, max_size=2).map("".join),
    )
)
RDFXML: Final = st.lists(DESCRIPTIONS, max_size=3).map(
    lambda found: (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:e="http://x.example/ns#">{"".join(found)}</rdf:RDF>'
    )
)


@EXAMPLES
def test_rdfxml(examples: int) -> None:
    """RDF/XML is read as rdflib reads it."""

    def same(text: str) -> None:
        assert alike(readable(text.encode()).quads(BASE)) == read_by_rdflib(text, "xml")

    check(examples, RDFXML, same)


VALUES: Final = st.one_of(
    st.sampled_from([1, 2.5, True, "s", {"@id": "e:a"}, {"@id": "c"}, {"@value": "t", "@language": "en"}]),
    st.builds(lambda text: {"@value": text, "@type": "e:t"}, TEXTS),
    st.builds(lambda texts: {"@list": texts}, st.lists(TEXTS, max_size=3)),
)
NODE_OBJECTS: Final = st.recursive(
    st.fixed_dictionaries({"e:p": VALUES}, optional={"@id": st.sampled_from(["e:a", "c", "_:n"])}),
    lambda node: st.fixed_dictionaries(
        {"e:q": st.lists(st.one_of(node, VALUES), max_size=2), "term": VALUES},
        optional={"@type": st.sampled_from(["e:T", ["e:T", "e:U"]]), "@id": st.just("_:n")},
    ),
    max_leaves=4,
)
CONTEXT: Final = {"e": "http://x.example/", "term": {"@id": "e:term"}}
JSONLD: Final = st.builds(lambda node: json.dumps({"@context": CONTEXT, **node}), NODE_OBJECTS)


@EXAMPLES
def test_jsonld(examples: int) -> None:
    """JSON-LD is read as rdflib reads it."""

    def same(text: str) -> None:
        assert alike(parse(text, RdfFormat.JSON_LD, base_iri=BASE)) == read_by_rdflib(text, "json-ld")

    check(examples, JSONLD, same)


# Queries and updates

DATA: Final = """
<x:a> <x:p> <x:b>, <x:c> ; <x:q> <x:b> . <x:b> <x:p> <x:a> ; <x:q> 1 . <x:c> <x:q> <x:c>, "l"@en .
<x:g> { <x:a> <x:p> <x:b> . <x:b> <x:q> 2 }
<x:h> { <x:a> <x:p> <x:b> . <x:g> <x:p> <x:h> . <x:c> <x:q> "l"@en }
"""
TERMS: Final = st.sampled_from(["<x:a>", "<x:b>", "<x:c>", "<x:none>", "1", '"l"@en'])
TWO_TERMS: Final = st.lists(TERMS, min_size=2, max_size=2, unique=True).map(" ".join)
NODES: Final = st.sampled_from(["?s", "?o", "?x", "<x:a>", "<x:b>", "<x:none>"])
VARIABLES: Final = st.sampled_from(["?s", "?o", "?x"])
TWO_MAY_BE_EMPTY: Final = re.compile(r"[*?]\)*/.*[*?]")
PATHS: Final = st.recursive(
    st.sampled_from(["<x:p>", "<x:q>", "^<x:p>"]),
    lambda path: st.one_of(
        st.builds("({}|{})".format, path, path),
        st.builds("({}/{})".format, path, path),
        st.builds("({}){}".format, path, st.sampled_from("*?+")),
    ),
    max_leaves=3,
).filter(lambda path: TWO_MAY_BE_EMPTY.search(path) is None)
TRIPLES: Final = st.builds(
    "{} {} {} .".format, NODES, st.one_of(PATHS, st.just("?p")), st.one_of(NODES, TERMS)
)
ANY_GROUPS: Final = st.recursive(
    st.lists(TRIPLES, min_size=1, max_size=2).map(" ".join),
    lambda group: st.one_of(
        st.builds("{{ {} }} UNION {{ {} }}".format, group, group),
        st.builds("{} OPTIONAL {{ {} }}".format, group, group),
        st.builds("{} MINUS {{ {} }}".format, group, group),
        st.builds("{} FILTER NOT EXISTS {{ {} }}".format, group, group),
        st.builds("GRAPH ?g {{ {} }}".format, group),
        st.builds("GRAPH <x:h> {{ {} }}".format, group),
        st.builds("VALUES {} {{ {} }} {}".format, VARIABLES, TWO_TERMS, group),
        st.builds("{} FILTER({} != {})".format, group, VARIABLES, TERMS),
    ),
    max_leaves=4,
)


def has_nested_optional(group: str) -> bool:
    """Tell whether an OPTIONAL stands inside another."""
    optional: list[bool] = []
    for mark in re.findall(r"OPTIONAL \{|[{}]", group):
        if mark == "}":
            optional.pop()
            continue
        if mark != "{" and any(optional):
            return True
        optional.append(mark != "{")
    return False


VALUES_BEFORE_OPTIONAL: Final = re.compile("VALUES.*OPTIONAL")
GROUPS: Final = ANY_GROUPS.filter(
    lambda group: not has_nested_optional(group) and VALUES_BEFORE_OPTIONAL.search(group) is None
)
SELECTIONS: Final = st.one_of(
    st.builds("{{ SELECT (COUNT(*) AS ?n) {{ {} }} }}".format, GROUPS),
    st.builds("{{ SELECT DISTINCT {} {{ {} }} }}".format, VARIABLES, GROUPS),
)
WHERES: Final = st.one_of(
    GROUPS,
    SELECTIONS,
    st.builds("GRAPH ?g {{ {} }}".format, SELECTIONS),
    st.builds("{{ {} }} UNION {{ {} }}".format, SELECTIONS, GROUPS),
)
CLOSURE: Final = re.compile(r"\)[*?+]")
NAMES: Final = ("s", "o", "x", "g", "n")


def stores() -> tuple[Store, rdflib.Dataset]:
    """Return the data in both implementations."""
    store = Store()
    store.load(DATA.encode(), RdfFormat.TRIG)
    return store, rdflib.Dataset().parse(data=DATA, format="trig")  # type: ignore[return-value]


@EXAMPLES
def test_queries(examples: int) -> None:
    """Queries have the same solutions, as often."""
    store, dataset = stores()

    def same(group: str) -> None:
        query = f"SELECT {' '.join(f'?{name}' for name in NAMES)} {{ {group} }}"
        rows = cast("QuerySolutions", sparql.query(store, query, prefixes={}))
        found = Counter(tuple(str(row[name]) if row[name] else "" for name in NAMES) for row in rows)
        expected = Counter(
            tuple(str(term_of(term)) if term is not None else "" for term in cast("Any", row))
            for row in dataset.query(query)
        )
        for counted in (found, expected):
            counted.pop(("",) * len(NAMES), None)
        if CLOSURE.search(group) is None and group.count("VALUES") < 2:
            assert found == expected
        elif "COUNT" not in group:
            assert set(found) == set(expected)

    check(examples, WHERES, same)


def test_values_before_optional() -> None:
    """What an OPTIONAL does not extend stays, also of VALUES before it (section 18.5, LeftJoin)."""
    group = "VALUES ?s { <x:a> <x:b> } ?o <x:p> ?x . OPTIONAL { ?s <x:p> ?o }"
    rows = sparql.query(stores()[0], f"SELECT ?s ?o ?x {{ {group} }}", prefixes={})
    assert len({tuple(map(str, row)) for row in cast("QuerySolutions", rows)}) == 6


TEMPLATES: Final = st.sampled_from(["?s <x:new> ?o", "<x:new> <x:p> ?x", "<x:a> <x:p> ?x . ?o <x:q> ?s"])
IN_ONE_GRAPH: Final = st.one_of(GROUPS, SELECTIONS).filter(lambda group: "GRAPH" not in group)
OPERATIONS: Final = st.one_of(
    st.builds("INSERT {{ {} }} WHERE {{ {} }}".format, TEMPLATES, IN_ONE_GRAPH),
    st.builds("DELETE {{ {} }} INSERT {{ {} }} WHERE {{ {} }}".format, TEMPLATES, TEMPLATES, IN_ONE_GRAPH),
    st.sampled_from(
        ["INSERT DATA { <x:c> <x:p> <x:a> }", "DELETE WHERE { ?s <x:p> <x:b> }", "CLEAR DEFAULT"]
    ),
)


@EXAMPLES
def test_updates(examples: int) -> None:
    """An update leaves the same statements; rdflib makes some of literals, which are none."""

    def same(update: str) -> None:
        store, _ = stores()
        store.update(mended(update, {}, lambda query: sparql.graphs_listed(store.query(query))))
        graph = rdflib.Graph().parse(data=DATA.partition("<x:g> {")[0], format="turtle")
        graph.update(update)
        expected = {
            Quad(*(cast("Any", term_of(term)) for term in triple))
            for triple in graph
            if not isinstance(triple[0], rdflib.Literal)
        }
        assert alike(store.quads_for_pattern(None, None, None, DefaultGraph())) == alike(expected)

    check(examples, OPERATIONS, same)
