"""The article's facts: all there, each with its words, and nothing served that no graph states."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from wicara.graph.names import DEFAULT, GraphKind, graph_iri, kind_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from conftest import Facts
    from wicara.graph.store import BuiltDataset

ROOT = Path(__file__).parent.parent
ARTICLE = "kemlu-2018-08-02-asean-russia"
DEVIATIONS = tomllib.loads(Path(__file__).with_name("deviations.toml").read_text("utf-8"))
"""Where the data differs from the reviewed facts, with reasons."""


def rows(dataset: BuiltDataset, query: str) -> list[tuple[str, ...]]:
    """Return the solutions as plain strings."""
    solutions = dataset.store.query(query, prefixes=dict(PREFIXES))
    assert isinstance(solutions, ox.QuerySolutions)
    return [tuple("" if term is None else term.value for term in solution) for solution in solutions]


@pytest.fixture(scope="session")
def facts(shared: Path) -> list[dict[str, Any]]:
    """Return the reviewed facts of the article, with the deviations that have a reason."""
    loaded: list[dict[str, Any]] = json.loads((shared / "facts" / "facts.json").read_text("utf-8"))["facts"]
    for fact in loaded:
        fact.update(DEVIATIONS["values"].get(fact["id"], {}))
        fact["spans"] = [[fact["start"], fact["end"]]]
        if deviation := DEVIATIONS["spans"].get(fact["id"]):
            assert deviation["spans"] != fact["spans"]
            fact["spans"] = deviation["spans"]
    return loaded


def test_every_fact_is_there(dataset: BuiltDataset, stated: Facts) -> None:
    """The default graph has the fact graphs of the files, and each holds a statement."""
    assert rows(dataset, "SELECT (COUNT(*) AS ?n) { ?g a wic:FactGraph }") == [(str(stated.count),)]
    derived = rows(dataset, "SELECT ?g { ?g a wic:DerivedFactGraph }")
    assert {graph for (graph,) in derived} == stated.derived
    empty = rows(dataset, "SELECT ?g { ?g a wic:FactGraph FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }")
    assert empty == []


def test_selectors_are_those_of_the_review(dataset: BuiltDataset, facts: list[dict[str, Any]]) -> None:
    """Every fact's position selectors have the reviewed offsets."""
    found = rows(
        dataset,
        f"""SELECT ?id ?start ?end {{ ?g wic:factOf article:{ARTICLE} ; wic:factIdentifier ?id ;
             wic:evidence/oa:hasTarget/oa:hasSelector ?s .
           ?s a oa:TextPositionSelector ; oa:start ?start ; oa:end ?end }}""",
    )
    reviewed = [one for one in found if one[0] not in DEVIATIONS["added"]]
    spans = [(fact["id"], str(start), str(end)) for fact in facts for start, end in fact["spans"]]
    assert sorted(reviewed) == sorted(spans)


def test_quotes_stand_in_the_text(dataset: BuiltDataset, shared: Path, stated: Facts) -> None:
    """Every quote is in its span and has at most twelve words; the span's hash is that of the text.

    All quotes of a text together are less than half of it.
    """
    files = chain((shared / "sources").glob("*.txt"), (shared / "growth/sources").glob("*.txt"))
    texts = {hashlib.sha256(content).hexdigest(): content.decode() for content in map(Path.read_bytes, files)}
    found = rows(
        dataset,
        """SELECT ?fact ?text ?start ?end ?sha ?exact { ?fact wic:evidence/oa:hasTarget ?t .
           ?t oa:hasSource/wic:textSha256 ?text ; oa:hasSelector ?p , ?q .
           ?p oa:start ?start ; oa:end ?end ; wic:spanSha256 ?sha . ?q oa:exact ?exact }""",
    )
    assert {fact for fact, *_ in found} == stated.quoted
    covered: dict[str, set[int]] = defaultdict(set)
    for _, name, start, end, sha, exact in found:
        text, span = texts[name], texts[name][int(start) : int(end)]
        words = exact.split(" … ")
        place = re.search(".*?".join(f"({re.escape(run)})" for run in words), span, re.DOTALL)
        assert place, exact
        covered[name].update(at + int(start) for run in place.regs[1:] for at in range(*run))
        assert len(" ".join(words).split()) <= 12
        assert hashlib.sha256(span.encode()).hexdigest() == sha
        assert len(covered[name]) < len(text) / 2


@pytest.mark.parametrize(
    ("key", "pattern"),
    [("kind", "wic:factKind/skos:notation"), ("modality", "wic:modality"), ("confidence", "wic:confidence")],
)
def test_kind_modality_and_confidence(
    dataset: BuiltDataset, facts: list[dict[str, Any]], key: str, pattern: str
) -> None:
    """What a fact is, how it is meant and how sure it is agree with the review."""
    facts_of_it = f"?g wic:factOf article:{ARTICLE} ; wic:evidence ?e ; wic:factIdentifier ?id"
    found = rows(dataset, f"SELECT ?id ?v {{ {facts_of_it} ; {pattern} ?v }}")
    reviewed = {(i, v.rsplit("/", 1)[-1]) for i, v in found if i not in DEVIATIONS["added"]}
    assert {(i, v.replace("-", "_")) for i, v in reviewed} == {
        (f["id"], f[key].replace("-", "_")) for f in facts
    }


def test_what_is_not_stated_is_marked_by_its_basis(dataset: BuiltDataset) -> None:
    """Presuppositions, implicatures and readings say so."""
    found = dict(
        rows(
            dataset,
            f"""SELECT ?id ?basis {{ VALUES ?id {{
                 "F010" "F021" "F069" "F070" "F071" "F072" "F091" "F095" "F097" "F099" "F100" "F101" }}
               ?g wic:factOf article:{ARTICLE} ; wic:factIdentifier ?id ; wic:attributionBasis ?basis }}""",
        )
    )
    assert {i: b.rsplit("/", 1)[-1] for i, b in found.items()} == {
        **{i: each["basis"] for i, each in DEVIATIONS["values"].items() if "basis" in each},
        "F100": "presupposition",
        "F101": "presupposition",
        "F091": "reading",
        "F095": "presupposition",
        "F097": "presupposition",
        "F099": "implicature",
    }


def test_what_holds_only_possibly_is_never_plain(dataset: BuiltDataset) -> None:
    """At least four meetings are a reading; November 2018 lies only possibly in the two terms."""
    assert rows(
        dataset,
        'SELECT ?c { GRAPH ?g { ?c wic:statedCount 4 } ?g wic:factIdentifier "D10" . ?c a wic:Reading }',
    )
    possibly = rows(dataset, "SELECT ?t { timespan:2018-11 wic:possiblyWithin ?t }")
    assert {t.rsplit("/", 1)[-1] for (t,) in possibly} == {"2015-2018", "2018-2021"}


def test_default_graph_is_the_merge_of_its_named_graphs(dataset: BuiltDataset) -> None:
    """The default graph holds what its kinds of named graph hold, no more and no less.

    Of several bounds of one time span it holds one, and of several granularities.
    """
    default = {q.triple for q in dataset.store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    named = {
        quad.triple
        for quad in dataset.store
        if isinstance(quad.graph_name, ox.NamedNode) and kind_of(quad.graph_name.value) in DEFAULT
    }
    names = ("earliestStart", "latestStart", "earliestEnd", "latestEnd", "granularity")
    bounds = {f"{PREFIXES['wic']}{name}" for name in names}
    held = {(triple.subject, triple.predicate) for triple in default if triple.predicate.value in bounds}
    assert default <= named
    assert {(triple.subject, triple.predicate) for triple in named - default} <= held


def test_claim_contents_stay_out(dataset: BuiltDataset) -> None:
    """What was only claimed or proposed is in no graph but the content graph that spells it out."""
    kinds = Counter(
        kind_of(graph)
        for (graph,) in rows(
            dataset,
            """SELECT ?g { GRAPH ?g {
               { ?s wic:cooperatesWith ?o } UNION { ?s wic:truePartnerOf ?o }
               UNION { ?s wic:onSidelinesOf ?o } } }""",
        )
    )
    assert kinds == {GraphKind.CONTENT: 4}


def test_inferred_graph_repeats_nothing(dataset: BuiltDataset) -> None:
    """No inferred triple is asserted too, has a literal subject or types by an anonymous class."""
    graph = ox.NamedNode(graph_iri(GraphKind.INFERRED))
    inferred = {q.triple for q in dataset.store.quads_for_pattern(None, None, None, graph)}
    asserted = {q.triple for q in dataset.asserted.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert inferred
    assert not inferred & asserted
    assert all(
        isinstance(t.subject, ox.NamedNode) and not isinstance(t.object, ox.BlankNode) for t in inferred
    )
