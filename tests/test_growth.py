"""What changed alone is checked and built anew, and comes out as if all of it had been.

A change is judged twice: going on from the state of the last build, and from nothing (`check --all`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

import pytest
from needed import long
from pyoxigraph import RdfFormat, parse
from test_shapes import FILES, HERE, setting
from wicara.graph import state
from wicara.graph.build import ensure, prepared, silent, wanted_in
from wicara.graph.checks.shapes import store_of, validate
from wicara.graph.store import read_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from _pytest.mark import ParameterSet
    from conftest import Command

pytestmark = pytest.mark.first_article

F001: Final = "<https://w3id.org/wicara/graph/fact/kemlu-2018-08-02-asean-russia/F001>"
EVENT: Final = "event:2018-08-02-asean-russia-meeting"


def test_what_is_taken_away_is_missed_as_in_the_whole() -> None:
    """Each statement of sound data that goes is missed where the whole lacks it."""
    stated = sorted(
        {quad.triple for quad in parse(path=HERE / "sound.ttl", format=RdfFormat.TURTLE)}, key=str
    )
    missed = 0
    for gone in stated[::6]:
        store = store_of(setting("data") - {gone})
        found = validate(store, FILES["data"](), changed=[gone])
        assert found == validate(store, FILES["data"]()), gone
        missed += bool(found)
    assert missed


def findings(done: str) -> list[str]:
    """Return what a check has printed, but for the second opinion, which judges the sound only."""
    return [line for line in done.splitlines() if not line.startswith(("pass ", "failed second"))]


UNSOUND: Final = {
    "a thing without labels": {"entities-x_ttl": "state:utopia a wic:State ."},
    "an unknown thing, a second identifier, a second time span": {
        "x_trig": f"{F001} {{ {EVENT} wic:heldAt place:nowhere ; wic:hasTimeSpan timespan:2016-05-20 . }}"
        f'graph:prov {{ {F001} wic:factIdentifier "F901" . }}'
    },
    "a contradiction": {"entities-x_ttl": "state:laos a wic:Event ."},
    "a blank node": {"x_trig": f"{F001} {{ {EVENT} wic:heldAt [ ] . }}"},
    "an axiom": {"entities-x_ttl": "wic:State rdfs:subClassOf wic:Event ."},
}


AGAIN: Final = {
    "a thing without labels",
    "a blank node",
    "an axiom",  # all is read anew
    "no record",
    "of another program",  # as a build by an older version, of which another test is
    "of other inputs",
    "no store",
}
"""Cases that go the way of another one here: they run long."""


def cases(names: Iterable[str]) -> list[str | ParameterSet]:
    """Return cases by name, those that run long marked."""
    return [long(name) if name in AGAIN else name for name in names]


@pytest.mark.parametrize("what", cases(UNSOUND))
def test_an_addition_is_judged_as_the_whole_is(
    what: str, wicara: Command, data_dir: Path, addition: Callable[..., Path]
) -> None:
    """What is wrong with an addition to a sound build is found, and nothing else."""
    folder = addition(**UNSOUND[what])
    grown, whole = (wicara("check", "--add", folder, "--data", data_dir, *more) for more in ((), ("--all",)))
    assert (grown.returncode, whole.returncode) == (1, 1), whole.stdout + whole.stderr
    assert findings(grown.stdout) == findings(whole.stdout)


def test_only_what_changed_is_read(data_dir: Path, addition: Callable[..., Path]) -> None:
    """A build goes on from the one before, unless what concerns everything has changed."""
    for text, goes_on in (("place:x a wic:City .", True), ("wic:X rdfs:seeAlso wic:State .", True)):
        folder = addition(**{"entities-x_ttl": text})
        with prepared(data_dir, wanted_in(data_dir, folder), silent) as candidate:
            assert (candidate.step is not None) == goes_on
            assert len([*candidate.fresh]) < 10
    with prepared(data_dir, wanted_in(data_dir, None), silent, force=True) as candidate:
        assert candidate.step is None


@long
def test_a_store_of_many_portions_is_gone_on_from(
    tmp_path: Path, addition: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many tables the store of a state is made of, the next build goes on from it."""
    monkeypatch.setattr(state, "BATCH", 200)
    ensure(tmp_path, None)
    folder = addition(**{"entities-x_ttl": "place:x a wic:City ."})
    with prepared(tmp_path, wanted_in(tmp_path, folder), silent) as candidate:
        assert candidate.step is not None


DAMAGES: Final[dict[str, Callable[[Path], object]]] = {
    "no record": lambda state: (state / "state.json").unlink(),
    "half a record": lambda state: (state / "state.json").write_bytes(
        (state / "state.json").read_bytes()[:99]
    ),
    "of another program": lambda state: edit(state / "state.json", '"program": "', '"program": "0'),
    "of other inputs": lambda state: edit(state / "state.json", '"digest": "', '"digest": "0'),
    "a unit": lambda state: edit(next((state / "units").glob("*-kemlu-*.trig")), "Singapura", "Singapore"),
    "no store": lambda state: shutil.rmtree(state / "store"),
    "half a table": lambda state: halve(max((state / "store").glob("*.sst"), key=lambda p: p.stat().st_size)),
}


def edit(path: Path, old: str, new: str) -> None:
    """Replace some text of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def halve(path: Path) -> None:
    """Cut a file in half."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("damage", cases(DAMAGES))
def test_a_damaged_state_is_not_believed(
    damage: str, wicara: Command, own_data: Path, addition: Callable[..., Path]
) -> None:
    """Whatever became of the state, a check finds what is wrong, and a build is what it would be."""
    (state,) = (path for path in (own_data / "state").iterdir() if not path.name.startswith("trial-"))
    DAMAGES[damage](state)
    folder = addition(**UNSOUND["a thing without labels"])
    assert (
        "state:utopia: Needs exactly two skos:prefLabel"
        in wicara("check", "--add", folder, "--data", own_data).stdout
    )


@pytest.mark.parametrize("compared", [{1}, long({0, 2})], ids=["changed", "come and gone"])
def test_a_build_goes_on_to_what_a_build_from_nothing_is(
    own_data: Path, addition: Callable[..., Path], tmp_path: Path, compared: set[int]
) -> None:
    """A file that comes, changes and goes leaves each time the bytes of a build from nothing."""
    first = read_record(own_data / "current")
    label = 'skos:prefLabel "x"@en , "x"@id'
    texts = (
        f"place:x a wic:City ; {label} .",
        f"place:x a wic:Place ; {label} . place:y a wic:City ; {label} .",
        "",
    )
    for number, text in enumerate(texts):
        folder = addition(**{"entities-x_ttl": text})
        with prepared(own_data, wanted_in(own_data, folder), silent) as candidate:
            assert candidate.step is not None
        ensure(own_data, folder)
        if number in compared:
            scratch = built(folder, tmp_path / "scratch")
            assert read_record(own_data / "current") == read_record(scratch / "current")
    ensure(own_data)
    assert read_record(own_data / "current") == first
    states = {path.name for path in (own_data / "state").iterdir() if not path.name.startswith("trial-")}
    assert states == {path.name for path in (own_data / "builds").iterdir()}


def built(folder: Path, data: Path) -> Path:
    """Return a folder where the same is built from nothing."""
    shutil.rmtree(data, ignore_errors=True)
    ensure(data, folder)
    return data
