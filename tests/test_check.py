"""`wicara check`: every check in one table, pass or what falls short."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad
from wicara.graph.candidate import Candidate
from wicara.graph.checks.shapes import VERDICT
from wicara.graph.checks.table import QUICK, SLOW, THOROUGH
from wicara.graph.inputs import Inputs, read_inputs
from wicara.graph.names import GraphKind, graph_iri
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Command
    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article

TEXT = "sources/kemlu-2018-08-02-asean-russia.txt"
FACT = "fact/kemlu-2018-08-02-asean-russia/F001"


def term(name: str) -> NamedNode:
    """Return the IRI that a prefixed name stands for."""
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def statement(graph: str, subject: str, predicate: str, target: str | Literal | BlankNode) -> Quad:
    """Return a quad of prefixed names."""
    value = term(target) if isinstance(target, str) else target
    return Quad(term(subject), term(predicate), value, term(f"graph:{graph}"))


FAULTS = {
    "graphs": (
        [statement("fact/x/F001", "state:laos", "rdf:type", "wic:State")],
        "graph:fact/x/F001 is not described in graph:prov as a wic:FactGraph",
    ),
    "graphs, one that states nothing": (
        [statement("prov", "graph:background/x/y", "rdf:type", "wic:BackgroundGraph")],
        "graph:background/x/y is described as a wic:BackgroundGraph but states nothing",
    ),
    "terms": (
        [statement(FACT, "state:laos", "wic:hasParty", "state:laoss")],
        "state:laoss, used in graph:fact/kemlu-2018-08-02-asean-russia/F001, is not defined anywhere",
    ),
    "blank nodes": (
        [statement(FACT, "state:laos", "wic:hasParty", BlankNode("b"))],
        "a blank node stands in graph:fact/kemlu-2018-08-02-asean-russia/F001, with wic:hasParty",
    ),
    "profile": (
        [statement("ontology", "wic:State", "owl:disjointUnionOf", "wic:Person")],
        "wic:State owl:disjointUnionOf: owl:disjointUnionOf is not in OWL 2 RL",
    ),
}
"""Check, statements that make it fall short, and what it then says."""


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Return the real inputs."""
    return read_inputs()


@pytest.mark.parametrize("name", FAULTS)
def test_each_check_finds_its_fault(name: str, inputs: Inputs) -> None:
    """A fault makes its check fall short, in words that name it; the real data passes the same check."""
    faulty, told = FAULTS[name]
    checks = [check for check in QUICK if check.name == name.partition(",")[0]]
    assert [found for check in checks for found in check.findings(Candidate(inputs))] == []
    candidate = Candidate(Inputs(inputs.files, (*inputs.quads, *faulty), inputs.digest))
    found = [each for check in checks for each in check.findings(candidate)]
    assert [each for each in found if told in each], found


def test_two_individuals_that_come_out_as_one_are_told(inputs: Inputs) -> None:
    """A second value of a functional property makes two things one by the rules, and a check says so."""
    second = statement(FACT, "situation:laos-in-asean", "wic:tenureHolder", "person:retno-marsudi")
    third = statement(FACT, "situation:laos-in-asean", "wic:tenureHolder", "person:joko-widodo")
    functional = statement("ontology", "wic:tenureHolder", "rdf:type", "owl:FunctionalProperty")
    candidate = Candidate(Inputs(inputs.files, (second, third, functional), inputs.digest))
    (check,) = [check for check in SLOW if check.name == "inferred identity"]
    assert any("come out as one thing" in each for each in check.findings(candidate))


def test_reasoners_that_disagree_are_told(inputs: Inputs) -> None:
    """What only one of the two reasoners finds is named, with its rule; they agree on the real data."""
    (check,) = THOROUGH
    assert list(check.findings(Candidate(inputs))) == []
    single = statement("ontology", "skos:notation", "rdf:type", "owl:FunctionalProperty")
    values = [statement(FACT, "state:laos", "skos:notation", Literal(text)) for text in ("one", "two")]
    candidate = Candidate(Inputs(inputs.files, (*inputs.quads, single, *values), inputs.digest))
    assert "only native finds a contradiction by eq-diff1" in list(check.findings(candidate))


def test_claim_contents_are_not_in_the_default_graph(dataset: BuiltDataset) -> None:
    """What a claim says is in the default graph only where something else says it too."""
    default = {quad.triple for quad in dataset.store.quads_for_pattern(None, None, None, DefaultGraph())}
    claims = f"<{graph_iri(GraphKind.CONTENT)}/"
    claimed = {quad.triple for quad in dataset.store if str(quad.graph_name).startswith(claims)}
    said = {
        quad.triple
        for quad in dataset.store
        if not isinstance(quad.graph_name, DefaultGraph) and not str(quad.graph_name).startswith(claims)
    }
    assert claimed - said
    assert not (claimed - said) & default


def test_the_dataset_passes_with_its_text(wicara: Command, shared: Path) -> None:
    """The dataset passes every check, its evidence stands in the article, and a pipe gets no colours."""
    done = wicara("check", "--source", shared / TEXT)
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "failed" not in done.stdout
    assert re.search(r"the evidence of [1-9][0-9]* facts of kemlu-2018-08-02-asean-russia", done.stdout)
    assert done.stdout.splitlines()[-1].endswith("checks pass")


def test_what_falls_short_is_listed(
    wicara: Command, shared: Path, tmp_path: Path, addition: Callable[..., Path]
) -> None:
    """One changed character of the text gives both hashes and the facts concerned; other checks still run.

    What falls short is listed under its check, and the exit code is 1.
    """
    text = (shared / TEXT).read_text(encoding="utf-8")
    changed = tmp_path / "changed.txt"
    changed.write_text(text.replace("42%", "43%"), encoding="utf-8")
    source = f"kemlu-2018-08-02-asean-russia={changed}"
    done = wicara("check", "--source", source, "--add", addition(entities_ttl="state:utopia a wic:State ."))
    assert done.returncode == 1
    assert "47d153a5d74f639e98426947e413965856b9480e7b3849aa1a5d3835007f54df" in done.stdout
    assert "F038 [" in done.stdout
    assert "F001 [" not in done.stdout
    assert "failed data shapes" in done.stdout
    assert "- state:utopia: Needs exactly two skos:prefLabel" in done.stdout
    assert "pass   consistency" in done.stdout


def test_the_verdict_on_the_ontology_is_kept(inputs: Inputs, tmp_path: Path) -> None:
    """Where ontology and shapes have not changed, their verdict is read from the data folder; else not."""
    (check,) = [check for check in SLOW if check.name == "ontology shapes"]
    part = tuple(
        q
        for q in inputs.quads
        if str(q.subject).startswith((f"<{PREFIXES['wic']}A", "<https://w3id.org/wicara/ont>"))
    )
    faulty = statement("ontology", "wic:Actor", "rdfs:label", Literal("State", language="en"))
    sound, spoilt = (Candidate(Inputs((), quads, ""), folder=tmp_path) for quads in (part, (*part, faulty)))
    for _ in range(2):
        assert list(check.findings(sound)) == []
        assert list(check.findings(spoilt)) != []
    kept = tmp_path / VERDICT
    verdict = kept.read_text()
    kept.write_text("another")
    assert list(check.findings(sound)) == []
    assert kept.read_text() == verdict


def test_what_is_missing_is_told_once_with_its_line(
    wicara: Command, data_dir: Path, addition: Callable[..., Path]
) -> None:
    """A thing that is defined nowhere is one finding, however it is used; a finding names file and line."""
    things = "state:laos wic:hasPartnerStatus situation:nothing .\n\nstate:utopia a wic:State ."
    noted = f"graph:entities {{ <{PREFIXES['graph']}{FACT}> wic:note state:nowhere . }}"
    folder = addition(x_trig=noted, **{"entities-x_ttl": things})
    done = wicara("check", "--add", folder, "--data", data_dir)
    for missing, file, text in (
        ("situation:nothing", "entities-x.ttl", "situation:nothing"),
        ("state:nowhere", "x.trig", "state:nowhere"),
    ):
        (finding,) = [line for line in done.stdout.splitlines() if missing in line]
        assert f"({place_of(folder / file, text)})" in finding
    utopia = [line for line in done.stdout.splitlines() if "state:utopia" in line]
    assert len(utopia) == len(set(utopia)) > 0
    assert all(f"({place_of(folder / 'entities-x.ttl', 'state:utopia')})" in line for line in utopia)


def place_of(path: Path, text: str) -> str:
    """Return the file, as messages call it, and its line that holds a text."""
    lines = path.read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return f"{path.parent.name}/{path.name}, line {number}"
