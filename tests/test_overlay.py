"""`wicara add` and `wicara retract`: what they change and refuse, and that a rebuild gives the same."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
from checker import is_instance
from needed import long
from pyoxigraph import NamedNode, Triple
from server_process import stopped_when
from test_build import ARTICLE, fact, one
from wicara.graph import overlay
from wicara.graph.assembly import in_default_graph, inferred, merged, with_default_graph
from wicara.graph.build import build_key, ensure, prepared, wanted_in
from wicara.graph.candidate import Candidate
from wicara.graph.change import change
from wicara.graph.errors import UnreadableInput
from wicara.graph.inputs import read_inputs
from wicara.graph.names import DEFAULT, PREMISES, GraphKind, graph_iri, kind_of
from wicara.graph.overlay import graph_named, overlay_of
from wicara.graph.reasoning import materialise
from wicara.graph.reasoning.closure import closure_of
from wicara.graph.reasoning.proof_file import NAME, StoredProofs
from wicara.graph.reasoning.reasoner import Reasoner
from wicara.graph.store import open_dataset, read_record
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from conftest import Command, Facts
    from pyoxigraph import Quad
    from wicara.graph.change import Edit

pytestmark = pytest.mark.first_article

COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?g a wic:FactGraph }"
HELD: Final = "ASK { event:2018-08-02-asean-russia-meeting wic:heldInState state:russia }"
DAY: Final = "2026-01-01"


def graph(name: str) -> str:
    """Return the IRI of a fact graph of the article."""
    return graph_iri(GraphKind.FACT, ARTICLE, name)


def files_in(folder: Path) -> set[Path]:
    """Return all files below a folder, but for the lock."""
    return {path for path in folder.rglob("*") if path.is_file() and path.name not in {"lock", "LOCK"}}


def exported(wicara: Command, data: Path) -> str:
    """Return the whole dataset as `wicara export` writes it."""
    done = wicara("export", "--graph", "all", "--format", "nquads", "--data", data)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rebuilt(data: Path, folder: Path) -> Path:
    """Return a folder in which the same overlay is built from scratch."""
    shutil.copytree(data / "overlay", folder / "overlay")
    ensure(folder)
    return folder


def check_build(data: Path) -> None:
    """Compare the current build with what its inputs amount to, every statement, and check all proofs."""
    dataset = open_dataset(data)
    expected = Candidate(read_inputs(overlay_of(data)))
    named = (*expected.quads, *inferred(expected.closure.conclusions))
    assert set(dataset.store) == {*named, *map(in_default_graph, merged(named, DEFAULT))}
    assert set(dataset.asserted) == set(with_default_graph(named))
    record = read_record(data / "current")
    assert record is not None
    assert (record.key, record.digest) == (build_key(overlay_of(data)), expected.inputs.digest)
    holds = {(t.subject, t.predicate, t.object) for t in merged(expected.quads, PREMISES)}
    proofs = StoredProofs(dataset.path / NAME)
    for inference in proofs.values():
        assert set(inference.premises) <= holds, "a premise stands after its conclusion, or nowhere"
        assert is_instance(inference.rule, inference.premises, inference.conclusion)
        holds.add(inference.conclusion)
    assert {(t.subject, t.predicate, t.object) for t in expected.closure.conclusions} <= holds


def test_a_retraction_is_what_a_rebuild_gives(wicara: Command, own_data: Path, tmp_path: Path) -> None:
    """A retracted fact goes with what was derived and inferred from it; a rebuild has the same bytes."""
    before = read_record(own_data / "current")
    done = wicara("retract", "F074", "--date", DAY, "--data", own_data)
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    for gone in ("F074", "D06", "D09"):
        assert f"- graph:fact/{ARTICLE}/{gone}" in told
    assert "  - state:russia wic:hasBeenDialoguePartnerOf body:asean" in told
    assert (own_data / "current" / "build.json").is_file()
    check_build(own_data)
    assert f'{DAY}T00:00:00Z"' in exported(wicara, own_data)
    scratch = rebuilt(own_data, tmp_path / "scratch")
    assert before != read_record(scratch / "current") == read_record(own_data / "current")
    done = wicara("retract", "--undo", f"fact/{ARTICLE}/F074", "--data", own_data)
    assert f"+ graph:fact/{ARTICLE}/D06" in done.stdout.splitlines()
    assert read_record(own_data / "current") == before
    assert list((own_data / "overlay").iterdir()) == []


@pytest.mark.long
def test_an_addition_is_what_a_rebuild_gives(
    wicara: Command, own_data: Path, addition: Callable[..., Path], tmp_path: Path, stated: Facts
) -> None:
    """Added files are told, served with what follows from them, and part of a build from scratch."""
    label = 'skos:prefLabel "Adler"@en , "Adler"@id'
    folder = addition(
        visit_trig=fact(
            "event:2018-08-02-asean-russia-meeting wic:heldAt place:adler . "
            "place:adler wic:locatedIn place:russia ."
        ),
        entities_ttl=f"place:adler a wic:City ; {label} .",
    )
    done = wicara("add", *sorted(folder.iterdir()), "--data", own_data)
    assert done.returncode == 0, done.stderr
    assert f"+ graph:fact/{ARTICLE}/F900" in done.stdout.splitlines()
    assert {path.name for path in (own_data / "overlay").iterdir()} == {"visit.trig", "entities.ttl"}
    dataset = ensure(own_data)
    assert one(dataset.store, COUNT) == str(stated.count + 1)
    assert dataset.store.query(HELD, prefixes=dict(PREFIXES))
    assert not dataset.asserted.query(HELD, prefixes=dict(PREFIXES))
    check_build(own_data)
    scratch = rebuilt(own_data, tmp_path / "scratch")
    assert read_record(scratch / "current") == read_record(own_data / "current")
    change(scratch, None, retracting("F074"), lambda _step: None)
    assert {path.name for path in (scratch / "overlay").iterdir()} == {
        "entities.ttl",
        "retracted.trig",
        "visit.trig",
    }


REFUSED: Final = {
    "a shape": (
        fact("event:2018-08-02-asean-russia-meeting wic:heldAt person:retno-marsudi"),
        1,
        ["meets its shapes", "person:retno-marsudi", "F900"],
    ),
    "inconsistent": (fact("person:sergey-lavrov a wic:State"), 1, ["cax-adc", "F900"]),
    "broken": ("graph:prov { <broken", 2, ["overlay/fact.trig", "line ", "column"]),
}
"""Additions that fall short: what is added, the exit code, and what must be told."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_falls_short_is_not_added(
    name: str, wicara: Command, own_data: Path, addition: Callable[..., Path]
) -> None:
    """An addition goes through the checks of a build first; where one fails, nothing is written."""
    text, code, told = REFUSED[name]
    before = files_in(own_data)
    done = wicara("add", addition(fact_trig=text) / "fact.trig", "--data", own_data)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert [each for each in told if each not in done.stderr] == []
    assert files_in(own_data) == before


def test_a_dry_run_writes_nothing(wicara: Command, own_data: Path) -> None:
    """With --dry-run both commands tell what would change, and leave every file as it is."""
    before = files_in(own_data)
    done = wicara("retract", "F074", "--dry-run", "--data", own_data)
    assert done.returncode == 0
    assert done.stdout.endswith("nothing was written: this is what would change\n")
    assert f"- graph:fact/{ARTICLE}/D06" in done.stdout
    assert files_in(own_data) == before


def test_unknown_names_are_told(wicara: Command, own_data: Path) -> None:
    """An unknown graph, one that is not retracted, and a file that cannot be added end with 2 and say why."""
    for arguments, told in (
        (("retract", "F0744"), f"did you mean graph:fact/{ARTICLE}/F074?"),
        (("retract", "--undo", "F074"), "is not retracted in the overlay"),
        (("add", own_data / "current" / "build.json"), "cannot be added"),
    ):
        done = wicara(*arguments, "--data", own_data)
        assert done.returncode == 2
        assert told in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name", [graph("F038"), f"<{graph('F038')}>", f"graph:fact/{ARTICLE}/F038", f"{ARTICLE}/F038", "F038"]
)
def test_a_graph_has_several_names(name: str) -> None:
    """A graph is meant by its IRI, its prefixed name, or any end of its IRI that is a whole segment."""
    assert graph_named(name, [graph("F038"), graph("F138"), graph_iri(GraphKind.PROV)]) == graph("F038")


def test_a_name_of_two_graphs_is_refused() -> None:
    """An end of an IRI that two graphs share asks for more of the name."""
    with pytest.raises(UnreadableInput, match="write more"):
        graph_named("F038", [graph("F038"), graph_iri(GraphKind.FACT, "another", "F038")])


def retracting(*names: str) -> Edit:
    """Return an edit of the overlay that retracts facts."""

    def edit(stage: Path, _graphs: Callable[[], Collection[str]]) -> None:
        for name in names:
            overlay.retract(stage, graph(name), date.fromisoformat(DAY))

    return edit


def test_a_retraction_may_leave_gaps(own_data: Path) -> None:
    """What a retraction leaves incomplete is told and accepted, by the rebuild too."""
    found = change(own_data, None, retracting("F008"), lambda _step: None)
    assert [gap for gap in found.gaps if gap.startswith("claim:security-threats: ")]
    again = change(own_data, None, retracting("F074"), lambda _step: None)
    assert set(found.gaps) <= set(again.gaps)
    assert again.gaps == tuple(sorted(map(str, Candidate(read_inputs(overlay_of(own_data))).gaps)))
    followed = read_record(own_data / "current")
    ensure(own_data, force=True)
    assert read_record(own_data / "current") == followed


@pytest.mark.parametrize("seed", [0, *map(long, range(1, 6))])
def test_retractions_are_gone_on_from(seed: int, own_data: Path, addition: Callable[..., Path]) -> None:
    """Whatever is retracted and restored, a build goes on to what a build from nothing is."""
    chosen = random.Random(seed)  # noqa: S311 - a test that can be repeated
    graphs = {iri for iri in read_inputs().graphs if kind_of(iri) in overlay.RETRACTABLE}
    names = chosen.sample(sorted(graphs), 6)
    stage = own_data / "overlay"
    stage.mkdir()
    more = addition(more_trig=fact("event:2018-08-02-asean-russia-meeting wic:heldAt place:sochi"))
    for retracted in (names[:4], names[2:], [graph("F900"), *names[3:5]], []):
        (stage / overlay.RETRACTED).unlink(missing_ok=True)
        for name in retracted:
            overlay.retract(stage, name, date.fromisoformat(DAY))
        if retracted:
            overlay.put(stage, [more / "more.trig"])
        with prepared(own_data, wanted_in(own_data, None), lambda _step: None) as candidate:
            assert candidate.step is not None
        ensure(own_data)
        check_build(own_data)


def test_changes_follow_one_another(own_data: Path, addition: Callable[..., Path]) -> None:
    """After several changes, of axioms too, stores, proofs and key are those of a build of the inputs."""
    axiom = addition(
        axiom_trig=fact(
            "event:2018-08-02-asean-russia-meeting wic:heldAt place:sochi . "
            "wic:heldInState rdfs:subPropertyOf dcterms:spatial ."
        )
    )
    quiet: Callable[[str], None] = lambda _step: None  # noqa: E731 - a name for nothing
    change(own_data, None, retracting("F074", "F010"), quiet)
    change(own_data, None, lambda stage, _: overlay.put(stage, [axiom / "axiom.trig"]), quiet)
    change(own_data, None, lambda stage, _: overlay.unretract(stage, graph("F010")), quiet)
    check_build(own_data)


AXIOMS: Final = (
    "wic:heldAt rdfs:subPropertyOf wic:locatedIn",
    "wic:hasParticipant rdf:type owl:SymmetricProperty",
    "wic:Event rdfs:subClassOf wic:Situation",
    "wic:State rdfs:subClassOf wic:Place",
    "wic:locatedIn rdfs:domain wic:Event",
    "state:russia owl:sameAs state:laos",
    "wic:speaker rdf:type owl:FunctionalProperty",
)


def triple(text: str) -> Triple:
    """Return a triple of prefixed names."""
    subject, predicate, target = (
        NamedNode(PREFIXES[prefix] + local)
        for name in text.split()
        for prefix, _, local in [name.partition(":")]
    )
    return Triple(subject, predicate, target)


@pytest.mark.parametrize("seed", [0, *map(long, range(1, 10))])
def test_the_closure_follows_random_changes(seed: int) -> None:
    """Whatever facts of the real dataset and axioms come and go, the closure is that of a recompute."""
    chosen = random.Random(seed)  # noqa: S311 - a test that can be repeated
    quads = Candidate(read_inputs()).quads
    facts = sorted({q.graph_name.value for q in quads if f"/graph/fact/{ARTICLE}/" in str(q.graph_name)})
    axioms = frozenset(map(triple, AXIOMS))
    held = merged(quads, PREMISES)
    reasoner = Reasoner(held)
    for _ in range(5):
        out = without(quads, set(chosen.sample(facts, chosen.choice([1, 2, 5]))))
        wanted = merged(out, PREMISES) | set(chosen.sample(sorted(axioms, key=str), chosen.choice([0, 1, 2])))
        reasoner.retract(held - wanted)
        reasoner.add(wanted - held)
        held = wanted
        assert set(reasoner.conclusions()) == set(Reasoner(held).conclusions())


def without(quads: Collection[Quad], graphs: set[str]) -> list[Quad]:
    """Return the quads that stand in none of these graphs."""
    return [quad for quad in quads if str(quad.graph_name).strip("<>") not in graphs]


def test_contradictions_follow() -> None:
    """A contradiction comes with the statement that makes it and goes with it."""
    premises = merged(Candidate(read_inputs()).quads, PREMISES)
    wrong = premises | {triple("person:sergey-lavrov rdf:type wic:State")}
    reasoner = Reasoner(premises)
    reasoner.add(wrong - premises)
    found = closure_of(reasoner)
    assert {each.rule for each in found.inconsistencies} == {"cax-adc"}
    assert found.conclusions == materialise(wrong).conclusions
    reasoner.retract(wrong - premises)
    assert closure_of(reasoner).inconsistencies == ()


def test_a_killed_change_is_whole_or_none(wicara: Command, own_data: Path, stated: Facts) -> None:
    """Killed while it writes, a change is none; once the overlay is published, the next build has it."""
    before = (own_data / "current").readlink()
    command = ("retract", "F074", "--date", DAY, "--data", own_data)
    stopped_when(own_data / "builds" / "unfinished-*", signal.SIGKILL, *command)
    assert not (own_data / "overlay").exists()
    assert one(ensure(own_data).store, COUNT) == str(stated.count)
    assert wicara(*command).returncode == 0
    after = read_record(own_data / "current")
    (own_data / "current").unlink()
    (own_data / "current").symlink_to(before)  # as it is between publishing and swapping in
    ensure(own_data)
    assert read_record(own_data / "current") == after


def test_two_changes_at_once_are_both_made(own_data: Path) -> None:
    """Changes that are started together are made one after the other."""
    command = [sys.executable, "-m", "wicara", "retract", "--data", str(own_data)]
    both = [
        subprocess.Popen([*command, f"fact/{ARTICLE}/{name}"], stdout=subprocess.DEVNULL)
        for name in ("F074", "F010")
    ]
    assert [process.wait(240) for process in both] == [0, 0]
    assert set(overlay.retracted(own_data / "overlay")) == {graph("F074"), graph("F010")}
    check_build(own_data)


def test_a_build_that_is_used_stays(own_data: Path) -> None:
    """A build that a process still reads is not removed, however many come after it."""
    used = open_dataset(own_data)
    for name in ("F074", "F010"):
        change(own_data, None, retracting(name), lambda _step: None)
    assert (used.path / "build.json").is_file()
    assert json.loads((used.path / "build.json").read_text())["digest"] == used.digest
    assert len(list((own_data / "builds").iterdir())) == 3
