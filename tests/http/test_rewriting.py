"""Updates that are put on other graphs: the rewritten text does what the text would do there."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import pytest
from growth import grows_linearly, processor_time
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store
from wicara.graph.sparql import QueryDataset
from wicara.server.sparql.rewriting import Edit, Unclear, edited, enclosed, on_dataset, one_prologue, origin

G = NamedNode("x:g")
NODES = [NamedNode(f"x:{letter}") for letter in "abc"]
USING = f" USING {G} "


def put_on(text: str, graphs: list[NamedNode]) -> list[Edit]:
    """Return the edits by which an update sees these graphs as its default graph."""
    return on_dataset(text, QueryDataset.of(graphs, ()), "http://example.org/", {})


class Written(NamedTuple):
    """An operation as a client writes it, and with USING written by hand."""

    plain: str
    using: str


def data(keywords: str, gap: str, triples: str) -> Written:
    """Return INSERT DATA or DELETE DATA."""
    text = f"{keywords.replace(' ', gap)}{gap}{{ {triples} }}"
    return Written(text, text)


def delete_where(gap: str, pattern: str) -> Written:
    """Return DELETE WHERE."""
    return Written(
        f"DELETE{gap}WHERE{gap}{{ {pattern} }}", f"DELETE {{ {pattern} }} {USING} WHERE {{ {pattern} }}"
    )


def modify(templates: str, gap: str, pattern: str) -> Written:
    """Return DELETE, INSERT or both, with WHERE."""
    where = f"WHERE{gap}{{{pattern} }}"
    return Written(f"{templates}{gap}{where}", f"{templates}{USING}{where}")


GAPS = st.sampled_from([" ", "\n", "\t \r\n", " # WHERE { USING <x:1> ;\n", "# ' \" \\\n "])
TRIPLES = st.sampled_from(
    [
        "<x:a> <x:p> <x:b>", "<x:b> <x:q> 1", "e:c e:p 'WHERE {'", 'e:a\\.b e:p "}"',
        "<x:a> e:q '''a\\n}''' .", "<#a> <x:p> <x:USING>", "<x:a> <x:p> 'x'@en-where , -1.5e3", "",
    ]
)  # fmt: skip
PATTERNS = st.sampled_from(
    [
        "?s ?p ?o", "?s e:p ?o .", "?s ?p <x:b> ; ?q ?o", "<x:a> ?p ?o FILTER(?o != 1 && ?o < 5)", "",
        "?s ?p ?o FILTER(STR(?p) > 'x:p')", "?s ?p ?o . { SELECT ?s { ?s ?q 1 } }",
    ]
)  # fmt: skip
TEMPLATES = st.sampled_from(["?s <x:r> ?o", "?s ?p 7", "<x:a> ?p ?o . ?s <x:p> '{'", ""])
MODIFIES = st.one_of(
    st.builds("INSERT {{ {} }}".format, TEMPLATES),
    st.builds("DELETE{{{} }}".format, TEMPLATES),
    st.builds("delete {{ {} }}insert{{ {} }}".format, TEMPLATES, TEMPLATES),
)
OPERATIONS = st.one_of(
    st.builds(data, st.sampled_from(["INSERT DATA", "delete data"]), GAPS, TRIPLES),
    st.builds(delete_where, GAPS, st.sampled_from(["?s ?p ?o", "?s e:p ?o .", ""])),
    st.builds(modify, MODIFIES, GAPS, PATTERNS),
)
UPDATES = st.lists(OPERATIONS, min_size=1, max_size=4)
PROLOGUE = "BASE <http://e/> PREFIX e: <x:> "


def filled(graph: NamedNode | DefaultGraph) -> Store:
    """Return a store with a few triples in one graph."""
    store = Store()
    for subject in NODES:
        for predicate in (NamedNode("x:p"), NamedNode("x:q")):
            store.add(Quad(subject, predicate, Literal(1), graph))
            store.add(Quad(subject, predicate, NODES[0], graph))
    return store


def held(store: Store) -> set[tuple[object, ...]]:
    """Return the triples of a store, whatever graph they stand in."""
    return {(quad.subject, quad.predicate, quad.object) for quad in store}


@given(UPDATES)
def test_within(update: list[Written]) -> None:
    """An update within a graph does to it what it does to a default graph, and nothing to other graphs."""
    text = PROLOGUE + ";".join(operation.plain for operation in update)
    alone, inside = filled(DefaultGraph()), filled(G)
    elsewhere = Quad(NODES[0], NODES[0], NODES[0])
    inside.add(elsewhere)
    alone.update(text)
    inside.update(edited(text, enclosed(text, G)))
    inside.remove(elsewhere)
    assert {quad.graph_name for quad in inside} <= {G}
    assert held(inside) == held(alone)


@given(UPDATES)
def test_on_dataset(update: list[Written]) -> None:
    """An update on a graph of the request does what it does with USING written in each operation."""
    text = PROLOGUE + ";".join(operation.plain for operation in update)
    found, expected = filled(G), filled(G)
    found.update(edited(text, put_on(text, [G])))
    expected.update(PROLOGUE + ";".join(operation.using for operation in update))
    assert set(found) == set(expected)


DECLARATIONS = st.sampled_from(
    [
        "", "PREFIX e: <x:> ", "PREFIX e: <y:\\u0061> ", "prefix e:<q>", "BASE <http://f/g> ", "BASE<x:>",
        "BASE <h/> PREFIX e: <i>",
    ]
)  # fmt: skip
OWN_NAMES = st.sampled_from(
    [
        "INSERT DATA { e:1 <p> 'e:2'@en , 'x'^^e:t # e:3 <q>\n }",
        "INSERT DATA { GRAPH <g#h> { e:a\\.b e:p <x:a> } }",
        "INSERT { ?s e:p ?o } WHERE { ?s ?p ?o FILTER(?o != <../r> && ?o IN (<x:a>, e:1)) }",
        "DELETE{?s e:p ?o}INSERT{?s<p>e:x}WHERE{?s e:p ?o}",
        "INSERT { e: e: <> } USING <x:g> USING <g#h> WHERE { ?s ?p ?o }",
        "DELETE WHERE { ?s wic:p ?o }",
        "INSERT DATA { wic:s wic:p wic:o }",
        "CREATE SILENT GRAPH e:new",
        "COPY <x:g> TO e:copy",
    ]
)


@given(st.lists(st.tuples(DECLARATIONS, OWN_NAMES), min_size=1, max_size=5))
def test_prologues_between_operations(update: list[tuple[str, str]]) -> None:
    """A declaration counts for the operations after it, whatever its prefix or BASE meant before."""
    known = {"e": "x:given/", "wic": "w:"}
    text = " ; ".join(f"{prologue}{operation}" for prologue, operation in update)
    edits = one_prologue(text, "http://example.org/", known)
    found, expected = filled(G), filled(G)
    single = edited(text, edits)
    merging = on_dataset(single, QueryDataset.of([], []), "http://example.org/", known)
    found.update(edited(single, merging), base_iri="http://example.org/", prefixes=known)
    prologue = ""
    for own, operation in update:
        prologue += own
        expected.update(f"{prologue}{operation}", base_iri="http://example.org/", prefixes=known)
    assert set(found) == set(expected)


@given(UPDATES, st.lists(st.sampled_from([G, NamedNode("x:h"), NamedNode("x:i")]), max_size=4))
def test_merge_is_a_set(update: list[Written], more: list[NamedNode]) -> None:
    """More graphs that hold the same triples change nothing, however often each is named."""
    text = PROLOGUE + ";".join(operation.plain for operation in update)
    found, expected = filled(G), filled(G)
    found.extend([Quad(*triple, NamedNode("x:h")) for triple in held(found)])
    found.update(edited(text, put_on(text, [G, *more])))
    expected.update(edited(text, put_on(text, [G])))
    of_default = [
        {quad for quad in store if quad.graph_name == DefaultGraph()} for store in (found, expected)
    ]
    assert of_default[0] == of_default[1]
    assert {quad.graph_name for quad in found} <= {DefaultGraph(), G, NamedNode("x:h")}


@given(UPDATES)
def test_places(update: list[Written]) -> None:
    """What stands in the rewritten text and comes from the text as sent leads back to its place there."""
    text = PROLOGUE + ";".join(operation.plain for operation in update)
    edits = put_on(text, [G, NamedNode("x:h")])
    marked = edited(text, [edit._replace(text="\0" * len(edit.text)) for edit in edits])
    for place, character in enumerate(marked):
        if character != "\0":
            assert text[origin(edits, place)] == character


@given(UPDATES, GAPS)
def test_prologues(update: list[Written], gap: str) -> None:
    """A prologue before each operation does what one before the first does."""
    found, expected = filled(DefaultGraph()), filled(DefaultGraph())
    text = ";".join(PROLOGUE + gap + operation.plain for operation in update)
    found.update(edited(text, one_prologue(text, "http://example.org/", {})))
    expected.update(PROLOGUE + ";".join(operation.plain for operation in update))
    assert set(found) == set(expected)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <x:s> <x:p> 'using the: best, based on <this>; prefix' , 'using a: b' }",
        "INSERT DATA { <x:s> <x:p> 1 } ; INSERT DATA { <x:s> <x:p> 2 } # PREFIX",
        "PREFIX a: <x:;> INSERT { a:s a:p ?o } USING a:g WHERE { ?s ?p ?o }",
        "not an update ; at all",
        "INSERT DATA {",
        "",
    ],
)
def test_nothing_to_mend(text: str) -> None:
    """A text that the engine does right, or not at all, stays as it is."""
    assert edited(text, put_on(text, [])) == text


@pytest.mark.parametrize(
    "text",
    [
        "INSERT { <x:s> <x:p> 1 } WHERE { FILTER(1 <#x>\n 2) }",
        "INSERT { <x:s> <x:p> 1 } WHERE { ?s ?p ( 'a' <#x> ) }",
        "INSERT { <x:s> <x:p> 1 } WHERE { FILTER(?s <?p#> 1) }\n) }",
        'INSERT { <x:s> <x:p> 1 } WHERE { VALUES ?x { """a"\\uD800""" } }',
    ],
)
def test_two_readings(text: str) -> None:
    """A text that could be read in two ways is not rewritten by guess."""
    with pytest.raises(Unclear, match="two ways"):
        put_on(text, [G])


@pytest.mark.parametrize(
    "text", ["INSERT DATA { <#a> <x:p> <#b> , ( <#c> ) }", "DELETE WHERE { <#a> ?p <#b> }"]
)
def test_fragments_are_clear(text: str) -> None:
    """Relative IRIs with a fragment, outside of expressions, can be read in one way only."""
    put_on(text, [G])
    enclosed(text, G)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <x:h> { <x:s> <x:p> 1 } }",
        "INSERT { ?s ?p 1 } WHERE { { ?s ?p ?o }GRAPH?g{ ?s ?p ?o } }",
        "PREFIX e: <x:> INSERT { ?s ?p 1 } WHERE { GRAPHe:h { ?s ?p ?o } }",
        "INSERT { ?s ?p 1 } WHERE { FILTER EXISTS { graph <x:h> { ?s ?p ?o } } }",
        "WITH <x:h> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING <x:h> WHERE { ?s ?p ?o }",
        *("CLEAR DEFAULT", "DROP ALL", "CREATE GRAPH <x:h>", "LOAD <x:h>"),
        *("COPY DEFAULT TO <x:h>", "MOVE <x:h> TO DEFAULT", "ADD <x:h> TO DEFAULT"),
        "INSERT DATA { <x:s> <x:p> 1 } ; CLEAR DEFAULT",
    ],
)
@pytest.mark.parametrize("graph", [G, None])
def test_other_graphs(text: str, graph: NamedNode | None) -> None:
    """An update that names graphs, or manages them, cannot be put within one."""
    with pytest.raises(Unclear, match="PATCH"):
        enclosed(text, graph)


@pytest.mark.parametrize(
    "piece",
    [
        ";#",
        "using ",
        "using a:",
        "using\n#a",
        ":b",
        "prefix a:<b>",
        "base<",
        ";base <",
        "version '",
        "{(",
        ")}",
        ";base <x:> insert{}using<a:>using<b:>where{}",
        ";base <x:> insert{<a> <b> <c>}where{};base <y:>insert{<a> <b> <c>}where{}",
        ";prefix e:<x:>insert{e:a e:b e:c}where{};prefix e:<y:>insert{e:a e:b e:c}where{}",
        ";prefix f:<x:>insert{f:a e:b e:c}using f:a using <b>where{};base <c>",
    ],
)
def test_rewriting_is_linear(piece: str) -> None:
    """Eight times as much of any repeated piece costs about eight times the processor time."""

    def look(text: str) -> None:
        for graphs in ([], [G, NamedNode("x:h")]):
            with suppress(Unclear):
                single = edited(text, one_prologue(text, "http://example.org/", {"e": "x:"}))
                edited(single, put_on(single, graphs))

    def cost(size: int) -> int:
        text = piece * (size // len(piece))
        return processor_time(lambda: look(text))

    assert grows_linearly(cost, 10_000)
