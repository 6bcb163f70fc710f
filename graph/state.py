"""What a build leaves for the next one, so that a change costs what it changes, not what there is.

DIR/state/<build>/state.json     of which program it is, its units, and the digest of the inputs
DIR/state/<build>/units/<key>/   each unit as it was read: a file of the inputs, and those of its name
DIR/state/<build>/store/         the statements and their default graph without conclusions (RocksDB)
DIR/state/<build>/closure/       what follows, with first proofs (graph/reasoning/closure_file.py)

A state is believed where program, ontology and shapes are the same and the store names the same inputs; it is
left aside where something is retracted, or a change renames what others speak of. The whole is built then.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store
from wicara.graph.assembly import CURRENT, INVALIDATED, kind, merged
from wicara.graph.inputs import (
    DATASET,
    NOT_RDF,
    NamesOfThings,
    SourceFile,
    canonical,
    digest_of,
    long_form,
    read_bytes,
    source_files,
    statements_of,
)
from wicara.graph.names import ASSERTED, META, PREF_LABEL, GraphKind
from wicara.graph.store import ASSERTED as STATED
from wicara.graph.store import digest_of_file, fill
from wicara.graph.terms import text_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from wicara.graph.candidate import Candidate

STATE: Final = "state"
RECORD: Final = "state.json"
STORE: Final = "store"
CLOSURE: Final = "closure"
UNITS: Final = "units"
TRIAL: Final = "trial-"
DIGEST: Final = NamedNode(PREFIXES["dcterms"] + "identifier")
SCHEMA: Final = frozenset({GraphKind.ONTOLOGY, GraphKind.VOCAB, GraphKind.ALIGNMENT, GraphKind.META})
"""The graphs whose change concerns everything."""
TABLE: Final = ".sst"
LIVING: Final = ("CURRENT", "MANIFEST", "OPTIONS", "IDENTITY")
"""The files of RocksDB that a store goes on writing, beside its tables."""
FEW: Final = 50
"""Of how many things the statements that go are looked for in other units."""


@dataclass(frozen=True)
class Record:
    """Of what a state is: program, inputs, each unit's key and graph, the files of store and closure."""

    program: str
    digest: str
    units: Mapping[str, tuple[str, str | None]]
    store: Mapping[str, str]
    closure: Mapping[str, str]


@dataclass(frozen=True)
class Delta:
    """The statements of the named graphs that go, and those that come."""

    out: frozenset[Quad]
    into: frozenset[Quad]


@dataclass(frozen=True)
class Step:
    """A state carried on to other inputs: its store as it is then, and the quads that went and came.

    `out` and `into` are of the named graphs and of their default graph; `before` is the state's folder, and
    `closure` that of its closure, None where it has none that is whole.
    """

    store: Store
    before: Path
    out: frozenset[Quad]
    into: frozenset[Quad]
    closure: Path | None = None


def digest_quad(digest: str) -> Quad:
    """Return what graph/meta says of the inputs."""
    return Quad(NamedNode(DATASET), DIGEST, Literal(f"sha256:{digest}"), META)


def unit_files(file: SourceFile) -> list[Path]:
    """Return a file of the inputs and those beside it that bear its name: locks, tables."""
    stem = file.path.name.partition(".")[0]
    beside = (path for path in file.path.parent.glob(f"{stem}.*") if any(map(path.match, NOT_RDF)))
    return sorted({file.path, *beside})


def key_of_unit(file: SourceFile) -> str:
    """Return the SHA-256 (hex) of a unit: of its name, and of names and bytes of its files."""
    total = sha256(file.name.encode())
    for path in unit_files(file):
        total.update(f"\n{path.name} {sha256(read_bytes(path, file.name)).hexdigest()}".encode())
    return total.hexdigest()


def keep_state(
    data: Path, build: Path, program: str, candidate: Candidate, files: Iterable[SourceFile]
) -> None:
    """Write what a new build leaves for the next; it is no more than a saving, so the disk may refuse."""
    folder, step = data / STATE / build.name, candidate.step
    if any(candidate.store.quads_for_pattern(None, INVALIDATED, None, None)):
        return
    with suppress(OSError):
        from wicara.graph.reasoning.closure_file import write_closure  # noqa: PLC0415 - brings the engine

        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if step is None:
            store = Store(str(folder / STORE))
            fill(store, (build / STATED).read_bytes(), on_disk=True)
            store.flush()
        else:
            step.store.flush()
            step.store.backup(str(folder / STORE))
        if candidate.closure.reasoner is not None:
            write_closure(folder / CLOSURE, candidate.closure.reasoner)
        record = Record(program, candidate.inputs.digest, {}, {}, {})
        finish(folder, record, files, step.before if step else None)


def finish(folder: Path, record: Record, files: Iterable[SourceFile], before: Path | None = None) -> None:
    """Copy the units into a state, those of the state before by a second name; write the record last."""
    units = {}
    for file in files:
        key = key_of_unit(file)
        units[file.name] = key, file.kind
        place = folder / UNITS / key
        place.mkdir(parents=True, exist_ok=True)
        for path in unit_files(file):
            known = before / UNITS / key / path.name if before else None
            if known is not None and known.exists():
                os.link(known, place / path.name)
            else:
                shutil.copyfile(path, place / path.name)
    closure = {path.name: digest_of_file(path) for path in sorted((folder / CLOSURE).glob("*"))}
    contents = {"units": units, "store": contents_of(folder / STORE), "closure": closure}
    (folder / RECORD).write_text(json.dumps({**asdict(record), **contents}, indent=1))


def read_record(folder: Path) -> Record | None:
    """Return the record of a state, or None where there is no complete one."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        units = {name: (str(key), graph) for name, (key, graph) in record["units"].items()}
        return Record(
            record["program"], record["digest"], units, dict(record["store"]), dict(record["closure"])
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def remove_old_states(data: Path, builds: Path) -> None:
    """Remove the states of builds that are no more, and what processes that are no more have tried."""
    for folder in (data / STATE).glob("*"):
        number = folder.name.removeprefix(TRIAL).partition("-")[0]
        is_over = (
            not is_running(int(number))
            if folder.name.startswith(TRIAL)
            else not (builds / folder.name).exists()
        )
        if is_over:
            shutil.rmtree(folder, ignore_errors=True)


def is_running(process: int) -> bool:
    """Tell whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# Going on from a state.


@contextmanager
def carried_on(
    data: Path, build: Path, program: str, folders: tuple[Path | None, ...]
) -> Iterator[Step | None]:
    """Give the state of a build, carried on to the inputs as they are; None where it is not to be used."""
    folder = data / STATE / build.name
    trial = None
    try:
        record = read_record(folder)
        delta = None
        if record is not None and record.program == program:
            delta = delta_of(folder, record, {file.name: file for file in source_files(*folders)})
        if record is None or delta is None:
            yield None
            return
        step = None
        with suppress(OSError):
            trial = Path(mkdtemp(prefix=f"{TRIAL}{os.getpid()}-", dir=data / STATE))
            link_store(folder / STORE, trial / STORE, record.store)
            step = stepped(folder, trial, (record.digest, digest_of(*folders)), delta)
            if step is not None and is_whole(folder / CLOSURE, record.closure):
                step = replace(step, closure=folder / CLOSURE)
        yield step
    finally:
        if trial is not None:
            shutil.rmtree(trial, ignore_errors=True)


def link_store(source: Path, target: Path, contents: Mapping[str, str]) -> None:
    """Copy a store that nobody has open: its tables never change, so that a second name is enough.

    Raises OSError where a file is not what it was.
    """
    target.mkdir()
    for name, content in contents.items():
        if digest_of_file(source / name) != content:
            raise OSError(f"{source / name} is damaged")
        if name.endswith(TABLE):
            os.link(source / name, target / name)
        else:
            shutil.copyfile(source / name, target / name)


def is_whole(closure: Path, contents: Mapping[str, str]) -> bool:
    """Tell whether there is a closure, with just these files; raises OSError where one cannot be read."""
    return bool(contents) and all(digest_of_file(closure / name) == each for name, each in contents.items())


def contents_of(store: Path) -> dict[str, str]:
    """Return the SHA-256 (hex) of each file that makes a store of RocksDB."""
    names = [
        path.name
        for path in store.iterdir()
        if path.name.startswith(LIVING) or path.suffix in {TABLE, ".log"}
    ]
    return {name: digest_of_file(store / name) for name in sorted(names)}


def delta_of(folder: Path, record: Record, files: Mapping[str, SourceFile]) -> Delta | None:
    """Return what the units that changed no longer state, and what they state now.

    None where that is not enough: too much changed, or what concerns everything, or a unit is damaged.
    """
    now = {name: key_of_unit(file) for name, file in files.items()}
    units = {name: kept_unit(folder, record, name) for name in record.units}
    changed = [
        name for name in {**units, **now} if name not in units or record.units[name][0] != now.get(name)
    ]
    if 2 * len(changed) > len(units) or not all(units.values()):
        return None
    others = [file for name, file in units.items() if file and name not in changed]
    before = stated([file for name in changed if (file := units.get(name))], others)
    after = stated([files[name] for name in changed if name in files], others)
    if not all(is_local(quad) for quad in before ^ after):
        return None
    still = stated_elsewhere(before - after, others)
    return None if still is None else Delta(before - after - still, after - before)


def kept_unit(folder: Path, record: Record, name: str) -> SourceFile | None:
    """Return a unit as it was read; None where it is damaged."""
    key, graph = record.units[name]
    file = SourceFile(
        folder / UNITS / key / Path(name).name, name, None if graph is None else GraphKind(graph)
    )
    return file if file.path.is_file() and key_of_unit(file) == key else None


def stated(files: Iterable[SourceFile], others: Iterable[SourceFile]) -> frozenset[Quad]:
    """Return what files state, as the store writes it; the others may give names to what they mention."""
    read = [(file, tuple(statements_of(file))) for file in files]
    own = NamesOfThings([each for _, statements in read for each in statements])
    rest = NamesOfThings(chain.from_iterable(map(statements_of, others)))

    def names(iri: str, language: str) -> str | None:
        return own(iri, language) or rest(iri, language)

    return frozenset(canonical(quad for file, found in read for quad in long_form(file, found, names)))


def is_local(quad: Quad) -> bool:
    """Tell whether a statement concerns only what it speaks of."""
    nodes = (quad.subject, quad.object)
    is_schema = kind(quad) in SCHEMA or quad.predicate in {INVALIDATED, CURRENT}
    return not is_schema and not any(isinstance(node, BlankNode) for node in nodes)


def stated_elsewhere(quads: frozenset[Quad], others: Collection[SourceFile]) -> frozenset[Quad] | None:
    """Return those of the quads that other units state too; None where there are too many to look for.

    A unit is read where it holds the last part of the name of one of the things.
    """
    names = {text_of(quad.subject).rpartition("/")[2].encode() for quad in quads}
    if len(names) > FEW:
        return None
    near = [
        file
        for file in (others if names else ())
        if any(name in content for content in (file.path.read_bytes(),) for name in names)
    ]
    return quads & stated(near, others)


def stepped(folder: Path, trial: Path, digests: tuple[str, str], delta: Delta) -> Step | None:
    """Change a store that was copied; None where it is of other inputs, or holds retractions.

    `digests` are of the inputs as they were, and as they are. Raises OSError where it is damaged.
    """
    old, new = map(digest_quad, digests)
    store = Store(str(trial / STORE))
    if old not in store or any(store.quads_for_pattern(None, INVALIDATED, None, None)):
        return None
    names = [quad for quad in delta.out | delta.into if is_name(quad)]
    if any(is_mentioned(store, quad) or is_renamed(store, quad) for quad in names):
        return None
    out = {quad for quad in (*delta.out, old) if quad in store}
    into = {quad for quad in (*delta.into, new) if quad not in store}
    for quad in out:
        store.remove(quad)
    store.extend(into)
    stands, wanted = settled(store, out | into)
    out |= stands
    into |= wanted
    return Step(store, folder, frozenset(out), frozenset(into))


def settled(store: Store, changed: Collection[Quad]) -> tuple[set[Quad], set[Quad]]:
    """Let the default graph follow changes of named graphs; return what went and what came in it."""
    out: set[Quad] = set()
    into: set[Quad] = set()
    for subject, predicate in {(quad.subject, quad.predicate) for quad in changed}:
        quads = tuple(store.quads_for_pattern(subject, predicate, None, None))
        stands = {quad for quad in quads if isinstance(quad.graph_name, DefaultGraph)}
        wanted = {Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in merged(quads, ASSERTED)}
        for quad in stands - wanted:
            store.remove(quad)
        store.extend(wanted - stands)
        out |= stands - wanted
        into |= wanted - stands
    return out, into


def is_name(quad: Quad) -> bool:
    """Tell whether a statement names a thing: files that mention it may be expanded with its name."""
    return quad.predicate == PREF_LABEL and kind(quad) is GraphKind.ENTITIES


def is_renamed(store: Store, quad: Quad) -> bool:
    """Tell whether a later source gives what a statement is about another name."""
    return any(store.quads_for_pattern(quad.subject, CURRENT, None, None))


def is_mentioned(store: Store, quad: Quad) -> bool:
    """Tell whether something else speaks of what a statement is about."""
    subject = quad.subject
    return any(each.subject != subject for each in store.quads_for_pattern(None, None, subject, None))
