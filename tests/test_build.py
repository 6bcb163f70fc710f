"""`wicara build`: what it makes, what it refuses, and that nothing of the last good build is lost."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from prepared import PATIENCE
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store
from server_process import stopped_when
from wicara.graph.build import ensure
from wicara.graph.candidate import Candidate
from wicara.graph.checks.table import QUICK, run
from wicara.graph.errors import FaultyData, StoreFault
from wicara.graph.inputs import read_inputs
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.store import open_dataset
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Command, Facts
    from wicara.graph.store import BuiltDataset

pytestmark = pytest.mark.first_article

ARTICLE = "kemlu-2018-08-02-asean-russia"
FACT = f"<{graph_iri(GraphKind.FACT, ARTICLE, 'F900')}>"
EVIDENCE = f"""
    evidence:{ARTICLE}-f900 a wic:Evidence , oa:Annotation ; oa:hasBody {FACT} ;
        skos:prefLabel "evidence"@en , "bukti"@id ;
        wic:inSentence sentence:{ARTICLE}-s01 ; oa:hasTarget evidence:{ARTICLE}-f900-target .
    evidence:{ARTICLE}-f900-target a oa:SpecificResource ; oa:hasSource article:{ARTICLE} ;
        oa:hasSelector evidence:{ARTICLE}-f900-position , evidence:{ARTICLE}-f900-quote .
    evidence:{ARTICLE}-f900-position a oa:TextPositionSelector ; oa:start 0 ; oa:end 10 ;
        wic:spanSha256 "{sha256(b"Singapura:").hexdigest()}" .
    evidence:{ARTICLE}-f900-quote a oa:TextQuoteSelector ; oa:exact "Singapura:"@id .
"""
DESCRIBED = f"""graph:prov {{ {FACT} a wic:FactGraph ;
    wic:factIdentifier "F900" ; wic:factOf article:{ARTICLE} ; skos:prefLabel "one more"@en , "satu lagi"@id ;
    wic:factKind kind:metadata ; wic:modality modality:actual ; wic:confidence conf:high ;
    wic:method method:manual ; wic:wording wording:narration ; wic:attributionBasis basis:narration ;
    wic:attributedTo article:{ARTICLE} ; prov:hadPrimarySource article:{ARTICLE} ;
    wic:evidence evidence:{ARTICLE}-f900 . {EVIDENCE} }}"""


def fact(statements: str) -> str:
    """Return TriG of one more fact, with its description and evidence."""
    return f"{FACT} {{ {statements} }}\n{DESCRIBED}"


def one(store: Store, query: str) -> str:
    """Return the only value of a query."""
    ((value,),) = store.query(query, prefixes=dict(PREFIXES))
    return value.value


FAULTS = {
    "broken": ({"entities_ttl": "state:russia a ."}, 2, ["more/entities.ttl, line ", "column"]),
    "outside any graph": (
        {"fact_trig": "state:russia wic:bodyOf body:asean ."},
        2,
        ["more/fact.trig, line ", "its class and names"],
    ),
    "forbidden graph": ({"fact_trig": "graph:inferred { state:russia a wic:State }"}, 2, ["graph/inferred"]),
    "nameless kind": ({"persons_ttl": "person:x a wic:Person ."}, 2, ["more/persons.ttl", "entities*.ttl"]),
    "no evidence": (
        {
            "fact_trig": f"{FACT} {{ state:russia wic:hasMembership situation:laos-in-asean }} "
            f"graph:prov {{ {FACT} a wic:FactGraph }}"
        },
        1,
        ["F900", "A fact that is not derived is of some kind", "Needs exactly one wic:method"],
    ),
    "unknown IRI": (
        {"fact_trig": fact("event:2018-08-02-asean-russia-meeting wic:heldAt place:singapura")},
        1,
        ["place:singapura", "F900", "did you mean place:singapore?"],
    ),
    "unknown term": (
        {"fact_trig": fact("event:2018-08-02-asean-russia-meeting wic:takesPlaceAt place:singapore")},
        1,
        ["wic:takesPlaceAt", "F900", "is not defined anywhere"],
    ),
    "date out of order": (
        {"fact_trig": fact('timespan:russia-dialogue-partner wic:latestEnd "1990-01-01"^^xsd:date')},
        1,
        ["timespan:russia-dialogue-partner: A date is out of order", "wic:earliestEnd", "F900"],
    ),
    "blank node": (
        {"fact_trig": fact("event:2018-08-02-asean-russia-meeting wic:heldAt [ a wic:Place ]")},
        1,
        ["blank node", "F900", "wic:heldAt"],
    ),
    "sameAs": (
        {"fact_trig": fact("state:russia owl:sameAs state:laos")},
        1,
        ["state:russia: Which thing a name stands for", "identity.csv", "F900"],
    ),
}
"""Faulty additions: the files, the exit code, and what the message must name."""


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_input_is_refused_and_named(
    name: str, wicara: Command, own_data: Path, addition: Callable[..., Path]
) -> None:
    """Faulty input gives one clear message and an exit code, and the last good build stays in use."""
    files, code, told = FAULTS[name]
    before = (own_data / "current").readlink()
    done = wicara("build", "--data", own_data, "--add", addition(**files))
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert [each for each in told if each not in done.stderr] == [], done.stderr
    assert (own_data / "current").readlink() == before
    assert len(open_dataset(own_data).store) > 0


def test_a_person_who_is_also_a_state_is_inconsistent(
    wicara: Command, own_data: Path, addition: Callable[..., Path]
) -> None:
    """CQ44: a type that disjoint classes forbid fails the build by rule cax-adc, and the graph is named.

    So does a type that only follows from a range; and shapes say what they find of the same mistakes.
    """
    wrong = fact(
        "person:sergey-lavrov a wic:State . "
        "event:2018-08-02-asean-russia-meeting wic:heldAt person:retno-marsudi ."
    )
    done = wicara("build", "--data", own_data, "--add", addition(fact_trig=wrong))
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    for told in (
        "person:sergey-lavrov is in wic:Person and in wic:State, which are disjoint (rule cax-adc); see ",
        "person:retno-marsudi is in wic:Actor and in wic:Place, which are disjoint (rule cax-adc); see ",
    ):
        (line,) = (line for line in lines if told in line)
        assert f"graph:fact/{ARTICLE}/F900" in line
    assert "- failed: the data meets its shapes before anything is inferred" in lines
    assert len(open_dataset(own_data).store) > 0


def test_an_addition_becomes_part_of_the_dataset(
    own_data: Path, addition: Callable[..., Path], stated: Facts
) -> None:
    """An added fact is served, and what follows from it too, though not without inference."""
    more = addition(fact_trig=fact("event:2018-08-02-asean-russia-meeting wic:heldAt place:sochi"))
    with_more = ensure(own_data, more)
    assert one(with_more.store, "SELECT (COUNT(*) AS ?n) { ?g a wic:FactGraph }") == str(stated.count + 1)
    held = "ASK { event:2018-08-02-asean-russia-meeting wic:heldInState state:russia }"
    assert with_more.store.query(held, prefixes=dict(PREFIXES))
    assert not with_more.asserted.query(held, prefixes=dict(PREFIXES))


def test_a_retracted_fact_is_left_out_with_what_was_derived_from_it(addition: Callable[..., Path]) -> None:
    """A fact graph with prov:invalidatedAtTime is left out with what was derived from it; its end is told."""
    gone = graph_iri(GraphKind.FACT, ARTICLE, "F074")
    retraction = f'graph:prov {{ <{gone}> prov:invalidatedAtTime "2026-01-01T00:00:00Z"^^xsd:dateTime }}'
    candidate = Candidate(read_inputs(addition(retraction_trig=retraction)))
    store = candidate.store
    left = {row[0].value for row in store.query("SELECT ?g { ?g a wic:FactGraph }", prefixes=dict(PREFIXES))}
    assert gone not in left
    assert graph_iri(GraphKind.FACT, ARTICLE, "D06") not in left
    assert one(store, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{gone}> {{ ?s ?p ?o }} }}") == "0"
    assert one(store, f"SELECT (COUNT(*) AS ?n) {{ <{gone}> ?p ?o }}") == "1"
    assert [result for result in run(QUICK, candidate, str) if result.findings] == []


def test_it_counts_every_fact(dataset: BuiltDataset, stated: Facts) -> None:
    """The dataset holds the facts of the articles and those that were derived from them."""
    assert one(dataset.store, "SELECT (COUNT(*) AS ?n) { ?g a wic:FactGraph }") == str(stated.count)


def test_without_inference_nothing_inferred_is_served(dataset: BuiltDataset) -> None:
    """The store for `infer=off` has no graph/inferred; its default graph is the other less that."""
    inferred = {q.triple for q in dataset.store if str(q.graph_name) == f"<{graph_iri(GraphKind.INFERRED)}>"}
    both = [
        {q.triple for q in s.quads_for_pattern(None, None, None, DefaultGraph())}
        for s in (dataset.store, dataset.asserted)
    ]
    assert inferred
    assert both[0] - both[1] == inferred
    assert dataset.for_inference(infer=False) is dataset.asserted
    assert not dataset.asserted.contains_named_graph(
        next(q.graph_name for q in dataset.store if str(q.graph_name).endswith("/inferred>"))
    )


def test_no_clock_time_stands_in_the_dataset(dataset: BuiltDataset) -> None:
    """The dataset tells the hash of its inputs and never the time of the build."""
    assert one(dataset.store, "SELECT ?hash { GRAPH graph:meta { ?dataset dcterms:identifier ?hash } }") == (
        f"sha256:{dataset.digest}"
    )
    times = [
        q
        for q in dataset.store
        if isinstance(q.object, Literal) and q.object.datatype.value.endswith("#dateTime")
    ]
    assert times == []


def test_unchanged_inputs_are_not_built_again(wicara: Command, own_data: Path) -> None:
    """A second build of the same inputs makes nothing."""
    first = (own_data / "current").readlink()
    done = wicara("build", "--data", own_data)
    assert done.returncode == 0
    assert done.stderr == ""
    assert (own_data / "current").readlink() == first
    assert len(list((own_data / "builds").iterdir())) == 1


def test_two_builders_do_not_disturb_each_other(dataset: BuiltDataset, tmp_path: Path) -> None:
    """Of two builds started at once one finds its work done; the result is what was built elsewhere."""
    command = [sys.executable, "-m", "wicara", "build", "--data", str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate(timeout=PATIENCE)[1] for process in both] == [b"", b""]
    assert [process.returncode for process in both] == [0, 0]
    assert len(list((tmp_path / "builds").iterdir())) == 1
    assert set(open_dataset(tmp_path).store) == set(dataset.store)


def test_a_killed_build_leaves_the_last_good_one(wicara: Command, own_data: Path) -> None:
    """A build that is killed while it writes changes nothing that is served; a forced build then cleans up.

    The forced build stands beside the one before, even where that one has been damaged meanwhile.
    """
    before = (own_data / "current").readlink()
    begun = own_data / "builds" / "unfinished-*"
    stopped_when(begun, signal.SIGKILL, "build", "--force", "--data", own_data)
    assert (own_data / "current").readlink() == before
    assert len(open_dataset(own_data).store) > 0
    emptied((own_data / "current").resolve())
    assert wicara("build", "--force", "--data", own_data).returncode == 0
    assert (own_data / "current").readlink() != before
    assert len(open_dataset(own_data).store) > 0
    assert {path.name for path in (own_data / "builds").iterdir()} == {
        before.name,
        (own_data / "current").readlink().name,
    }


def test_ctrl_c_ends_a_build_quietly(own_data: Path) -> None:
    """An interrupted build says so in one line and exits with 130."""
    begun = own_data / "builds" / "unfinished-*"
    ended = stopped_when(begun, signal.SIGINT, "build", "--force", "--data", own_data)
    assert ended == (130, "wicara: interrupted\n")


def test_a_disk_that_refuses_is_told(own_data: Path) -> None:
    """Where the store cannot be written, the message says so, and the last good build stays in use."""
    before = (own_data / "current").readlink()
    done = subprocess.run(
        [sys.executable, "-m", "wicara", "build", "--force", "--data", str(own_data)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("wicara: cannot write")
    assert "make room" in done.stderr
    assert (own_data / "current").readlink() == before
    assert len(open_dataset(own_data).store) > 0


def test_a_missing_store_is_told(tmp_path: Path) -> None:
    """Opening where nothing is built says which command builds."""
    with pytest.raises(
        StoreFault, match=f"nothing is built in {tmp_path}: run `wicara build --data {tmp_path}`"
    ):
        open_dataset(tmp_path)


def without_record(build: Path) -> None:
    """Remove what says that a build is complete."""
    (build / "build.json").unlink()


def emptied(build: Path) -> None:
    """Empty a file of the dataset."""
    (build / "asserted.nq").write_bytes(b"")


def removed(build: Path) -> None:
    """Remove a file of the dataset."""
    (build / "inferred.nq").unlink()


def altered(build: Path) -> None:
    """Change a word somewhere in the dataset."""
    content = (build / "asserted.nq").read_bytes()
    (build / "asserted.nq").write_bytes(content.replace(b"Singapura", b"Singapore", 1))


@pytest.mark.parametrize("damage", [without_record, emptied, removed, altered])
def test_a_damaged_build_is_told(damage: Callable[[Path], None], wicara: Command, own_data: Path) -> None:
    """A damaged build is never served: the message says what is wrong and how to mend it."""
    damage((own_data / "current").resolve())
    done = wicara("build", "--data", own_data)
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert f"run `wicara build --force --data {own_data}`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_build_by_an_older_version_is_built_again(wicara: Command, own_data: Path) -> None:
    """A build that has no files of quads, as wicara 0.1 made it, is told, and `wicara build` replaces it."""
    build = (own_data / "current").resolve()
    shutil.rmtree(build)
    build.mkdir()
    for name in ("store", "asserted"):
        Store(str(build / name)).add(Quad(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o")))
    record = {"key": "0" * 64, "digest": "1" * 64, "version": "1.0.0", "store": 1, "asserted": 1}
    (build / "build.json").write_text(json.dumps(record))
    for command in ("verify", "backup"):
        done = wicara(command, *([own_data.parent / "b"] if command == "backup" else []), "--data", own_data)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert f"another version of wicara: run `wicara build --data {own_data}`" in done.stderr
    assert wicara("build", "--data", own_data).returncode == 0
    assert wicara("verify", "--data", own_data).returncode == 0


def test_a_folder_that_cannot_be_written_is_told(wicara: Command, tmp_path: Path) -> None:
    """A data folder that is a file, or lies below one, is named in the message."""
    (tmp_path / "file").write_text("")
    done = wicara("build", "--data", tmp_path / "file" / "below")
    assert done.returncode == 1
    assert "cannot write to" in done.stderr
    assert "--data" in done.stderr


def test_a_message_lists_no_more_than_it_should(own_data: Path, addition: Callable[..., Path]) -> None:
    """Where a check finds very much, the message lists the first findings and counts the rest."""
    many = " ".join(f"event:e{n} wic:heldAt place:singapore ." for n in range(30))
    with pytest.raises(FaultyData, match="and 10 more"):
        ensure(own_data, addition(fact_trig=fact(many)))
