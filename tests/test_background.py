"""The background packs: one graph a fact, each with a source outside the articles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Final

import pytest
import rdflib
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, parse
from wicara.graph.inputs import data_file
from wicara.graph.inputs import quads_of as expanded
from wicara.graph.names import GraphKind, graph_iri, kind_of
from wicara.ontology import BASE, PREFIXES, WIC

from wicara import graph as package

DATA: Final = Path(package.__path__[0]) / "data"
PACKS: Final = {path.stem: path for path in sorted((DATA / "background").glob("*.trig"))}
each_pack = pytest.mark.parametrize("path", PACKS.values(), ids=PACKS)

PROV: Final = NamedNode(graph_iri(GraphKind.PROV))
TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
LABEL: Final = NamedNode(f"{PREFIXES['skos']}prefLabel")
ASEAN_2018: Final = {
    "brunei": "1984-01-07",
    "cambodia": "1999-04-30",
    "indonesia": "1967-08-08",
    "laos": "1997-07-23",
    "malaysia": "1967-08-08",
    "myanmar": "1997-07-23",
    "philippines": "1967-08-08",
    "singapore": "1967-08-08",
    "thailand": "1967-08-08",
    "viet-nam": "1995-07-28",
}


def wic(name: str) -> NamedNode:
    """Return a term of the ontology."""
    return NamedNode(WIC + name)


def quads_of(path: Path) -> list[Quad]:
    """Return the quads that one file stands for."""
    return list(expanded(data_file(path)))


def all_quads() -> list[Quad]:
    """Return the quads of all packs."""
    return [quad for path in PACKS.values() for quad in quads_of(path)]


def values(quads: list[Quad], predicate: NamedNode) -> dict[str, str]:
    """Return what a functional predicate says, by subject."""
    return {quad.subject.value: quad.object.value for quad in quads if quad.predicate == predicate}


def facts_of(path: Path) -> set[NamedNode]:
    """Return the graphs of a pack other than the one of provenance."""
    return {quad.graph_name for quad in quads_of(path)} - {PROV}


@each_pack
@pytest.mark.filterwarnings(
    "ignore:(Dataset|Conj):DeprecationWarning"
)  # rdflib's parse uses its own old names
def test_both_parsers_read_the_same(path: Path) -> None:
    """Both rdflib and pyoxigraph read the same number of quads from a pack."""
    dataset = rdflib.Dataset()
    dataset.parse(data=path.read_text("utf-8"), format="trig")
    assert len(list(dataset.quads())) == len(set(parse(path=path)))


@each_pack
def test_graphs_are_named_after_their_pack(path: Path) -> None:
    """Each statement has its graph, and each fact's graph is graph/background/{pack}/{slug}."""
    for graph in facts_of(path):
        assert not isinstance(graph, DefaultGraph)
        assert kind_of(graph.value) is GraphKind.BACKGROUND
        assert re.fullmatch(rf"{BASE}/graph/background/{path.stem}/[a-z0-9-]+", graph.value)


@each_pack
def test_each_fact_has_its_source(path: Path) -> None:
    """graph/prov describes just the graphs that state something: type, labels, method, source."""
    said = defaultdict(lambda: defaultdict(set))
    for quad in quads_of(path):
        if quad.graph_name == PROV:
            said[quad.subject][quad.predicate].add(quad.object)
    assert set(said) == facts_of(path)
    for graph, about in said.items():
        (source,) = about[NamedNode(f"{PREFIXES['dcterms']}source")]
        (citation,) = about[NamedNode(f"{PREFIXES['dcterms']}bibliographicCitation")]
        assert about[TYPE] == {wic("BackgroundGraph")}, graph
        assert about[wic("method")] == {NamedNode(f"{PREFIXES['method']}background")}, graph
        assert about[NamedNode(f"{PREFIXES['prov']}hadPrimarySource")] == {source}, graph
        assert {label.language for label in about[LABEL]} == {"en", "id"}, graph
        assert source.value.startswith(("https://", "http://")), graph
        assert len(citation.value) > len("a title, a date"), graph


def test_the_ten_members_of_2018_and_their_days() -> None:
    """The pack holds one membership in ASEAN for each of the ten states, from the day it joined."""
    quads = quads_of(PACKS["asean-membership"])
    member, span = values(quads, wic("memberState")), values(quads, wic("hasTimeSpan"))
    start = values(quads, wic("earliestStart"))
    days = {state.removeprefix(PREFIXES["state"]): start[span[who]] for who, state in member.items()}
    assert days == ASEAN_2018
    assert start == values(quads, wic("latestStart"))
    assert set(values(quads, wic("memberOfBody")).values()) == {f"{PREFIXES['body']}asean"}


def test_the_ten_were_members_at_the_meeting() -> None:
    """Each membership certainly holds on 2 August 2018, and none has an end."""
    quads = quads_of(PACKS["asean-membership"])
    meeting = "2018-08-02"
    assert len(values(quads, wic("earliestEnd"))) == len(ASEAN_2018)
    assert all(day <= meeting for day in values(quads, wic("latestStart")).values())
    assert all(day >= meeting for day in values(quads, wic("earliestEnd")).values())
    assert not values(quads, wic("latestEnd"))


def test_codes_are_well_formed_and_each_is_of_one_state() -> None:
    """Every state has an alpha-2 and an alpha-3 code of ISO 3166-1, and no two states share one."""
    quads = quads_of(PACKS["iso-3166"])
    for name, form in (("iso3166Alpha2", "[A-Z]{2}"), ("iso3166Alpha3", "[A-Z]{3}")):
        codes = [quad.object.value for quad in quads if quad.predicate == wic(name)]
        assert all(re.fullmatch(form, code) for code in codes)
        assert not [code for code, count in Counter(codes).items() if count > 1]
    assert values(quads, wic("iso3166Alpha2")).keys() == values(quads, wic("iso3166Alpha3")).keys()


def test_every_state_of_the_packs_has_a_code() -> None:
    """A state that any pack names is one that the pack of codes knows."""
    coded = values(quads_of(PACKS["iso-3166"]), wic("iso3166Alpha3"))
    named = {
        term.value
        for quad in all_quads()
        for term in (quad.subject, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith(PREFIXES["state"])
    }
    assert named == set(coded)


def test_bounds_are_days_in_order() -> None:
    """Every bound is a day of the calendar, typed as one, and no bound comes before one it must follow."""
    quads = all_quads()
    names = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
    bounds = {name: values(quads, wic(name)) for name in names}
    for first, second in (names[:2], names[2:], names[::2], names[1::2]):
        for span in bounds[first].keys() & bounds[second].keys():
            assert date.fromisoformat(bounds[first][span]) <= date.fromisoformat(bounds[second][span]), span
    assert {quad.object.datatype.value for quad in quads if quad.predicate in map(wic, names)} == {
        f"{PREFIXES['xsd']}date"
    }


def test_coordinates_are_decimal_degrees_on_earth() -> None:
    """Latitudes lie within 90 degrees and longitudes within 180, both as xsd:decimal, for the same places."""
    quads = quads_of(PACKS["coordinates"])
    for name, most in (("latitude", 90), ("longitude", 180)):
        for value in (quad.object for quad in quads if quad.predicate == wic(name)):
            assert isinstance(value, Literal)
            assert value.datatype.value == f"{PREFIXES['xsd']}decimal"
            assert abs(float(value.value)) <= most
    assert values(quads, wic("latitude")).keys() == values(quads, wic("longitude")).keys()


def test_what_the_packs_bring_in_is_named_and_typed() -> None:
    """Each situation, time span and post that a pack makes has one class and a label in both languages."""
    quads = quads_of(DATA / "entities-background.ttl")
    made = {
        quad.subject
        for quad in all_quads()
        if quad.subject.value.startswith(tuple(PREFIXES[kind] for kind in ("situation", "timespan", "post")))
    }
    for thing in made:
        about = [quad for quad in quads if quad.subject == thing]
        assert sum(quad.predicate == TYPE for quad in about) == 1, thing
        assert {q.object.language for q in about if q.predicate == LABEL} == {"en", "id"}, thing
