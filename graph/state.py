"""What a build leaves for the next one, so that a change costs what it changes, not what there is.

DIR/state/<build>/state.json     of which program it is, its units, and the digest of the inputs
DIR/state/<build>/units/<key>-*  each unit as it was read (in one folder: many take long to remove)
DIR/state/<build>/store/         the statements and their default graph without conclusions (RocksDB)
DIR/state/<build>/retracted.nq   what the units state beside, and is retracted
DIR/state/<build>/closure/       what follows, with first proofs (graph/reasoning/closure_file.py)
DIR/state/<build>/*.cache        what servers have computed of it (server/build_cache.py)

A state is believed where program, ontology and shapes are the same and the store names the same inputs; it is
left aside where a change renames what others speak of. The whole is built then.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import chain, islice
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize
from wicara.graph.assembly import CURRENT, INVALIDATED, in_default_graph, kind, merged, retracted_in
from wicara.graph.durable_files import digest_of_file, digested_beside
from wicara.graph.inputs import (
    DATASET,
    NOT_RDF,
    NamesOfThings,
    SourceFile,
    canonical,
    digest_of,
    digest_of_input,
    long_form,
    source_files,
    statements_of,
)
from wicara.graph.names import ASSERTED, GRAPHS, META, PREF_LABEL, GraphKind, split
from wicara.graph.sorted_lines import SortedLines, first_word
from wicara.graph.store import ASSERTED as STATED
from wicara.graph.store import files_of
from wicara.graph.store import is_whole as is_whole_build
from wicara.graph.terms import text_of
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from wicara.graph.candidate import Candidate

STATE: Final = "state"
RECORD: Final = "state.json"
STORE: Final = "store"
CLOSURE: Final = "closure"
RETRACTED: Final = "retracted.nq"
UNITS: Final = "units"
TRIAL: Final = "trial-"
DIGEST: Final = NamedNode(PREFIXES["dcterms"] + "identifier")
SCHEMA: Final = frozenset({GraphKind.ONTOLOGY, GraphKind.VOCAB, GraphKind.ALIGNMENT, GraphKind.META})
"""The graphs whose change concerns everything."""
TABLE: Final = ".sst"
LIVING: Final = ("CURRENT", "MANIFEST", "OPTIONS", "IDENTITY")
"""The files of RocksDB that a store goes on writing, beside its tables."""
BATCH: Final = 100_000
"""Of how many quads a table of RocksDB is made at once: they are all in memory then."""
FEW: Final = 50
"""Of how many things the statements that go are looked for in other units."""


@dataclass(frozen=True)
class Record:
    """Of what a state is: program, inputs, each unit's key and graph, the SHA-256 of its other files."""

    program: str
    digest: str
    units: Mapping[str, tuple[str, str | None]]
    store: Mapping[str, str]
    closure: Mapping[str, str]
    retracted: str


@dataclass(frozen=True)
class Unit:
    """A file of the inputs and those beside it that bear its name: locks, tables."""

    file: SourceFile
    paths: tuple[Path, ...]

    @cached_property
    def key(self) -> str:
        """The SHA-256 (hex) of its name, and of names and bytes of its files."""
        return self.key_without("")

    def key_without(self, prefix: str) -> str:
        """Return what the key is where its files have a prefix to their names."""
        total = sha256(self.file.name.encode())
        for path in self.paths:
            name = path.name.removeprefix(prefix)
            total.update(f"\n{name} {digest_of_input(path, self.file.name)}".encode())
        return total.hexdigest()


@dataclass(frozen=True)
class Units:
    """The files that changed, as they were read and as they are, and those that are the same."""

    before: list[SourceFile]
    after: list[SourceFile]
    same: list[SourceFile]


@dataclass(frozen=True)
class Delta:
    """The statements of the named graphs that go, and those that come."""

    out: frozenset[Quad]
    into: frozenset[Quad]


@dataclass(frozen=True)
class Step:
    """A state carried on to other inputs: its store as it is then, and the quads that went and came.

    `out` and `into` are of the named graphs and of their default graph; `near` is what named graphs state now
    of the things and properties that changed, and `retracted` what is retracted now; `before` is the state's
    folder, and `closure` that of its closure, None where it has none that is whole.
    """

    store: Store
    before: Path
    out: frozenset[Quad]
    into: frozenset[Quad]
    near: frozenset[Quad]
    retracted: frozenset[Quad]
    closure: Path | None = None


def digest_quad(digest: str) -> Quad:
    """Return what graph/meta says of the inputs."""
    return Quad(NamedNode(DATASET), DIGEST, Literal(f"sha256:{digest}"), META)


def units_of(files: Iterable[SourceFile]) -> dict[str, Unit]:
    """Return the units of some files by the names of these: each with those beside it that bear its name."""
    tables: dict[Path, dict[str, list[Path]]] = {}
    found = {}
    for file in files:
        folder, stem = file.path.parent, file.path.name.partition(".")[0]
        if folder not in tables:
            tables[folder] = defaultdict(list)
            for path in chain.from_iterable(map(folder.glob, NOT_RDF)):
                tables[folder][path.name.partition(".")[0]].append(path)
        found[file.name] = Unit(file, tuple(sorted([file.path, *tables[folder].get(stem, ())])))
    return found


def keep_state(
    data: Path, build: Path, program: str, candidate: Candidate, files: Iterable[SourceFile]
) -> None:
    """Write what a new build leaves for the next; it is no more than a saving, so the disk may refuse."""
    folder, step = data / STATE / build.name, candidate.step
    if any(quad.predicate == CURRENT for quad in candidate.retracted):
        return
    with suppress(OSError):
        from wicara.graph.reasoning.closure_file import write_closure  # noqa: PLC0415 - brings the engine

        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if step is None:
            write_store(folder / STORE, parse(path=build / STATED, format=RdfFormat.N_QUADS))
        else:
            step.store.flush()
            step.store.backup(str(folder / STORE))
        if candidate.closure.reasoner is not None:
            write_closure(folder / CLOSURE, candidate.closure.reasoner)
        serialize(sorted(candidate.retracted, key=str), str(folder / RETRACTED), format=RdfFormat.N_QUADS)
        record = Record(program, candidate.inputs.digest, {}, {}, {}, digest_of_file(folder / RETRACTED))
        finish(folder, record, files, step.before if step else None)


def write_store(folder: Path, quads: Iterator[Quad]) -> None:
    """Make a store of quads in portions, have RocksDB merge its tables, and close it.

    Until then tables come and go; and what is not merged each build that goes on from it would merge.
    """
    store = Store(str(folder))
    while batch := tuple(islice(quads, BATCH)):
        store.bulk_extend(batch)
    store.optimize()
    store.flush()


def finish(folder: Path, record: Record, files: Iterable[SourceFile], before: Path | None = None) -> None:
    """Copy the units into a state, those of the state before by a second name; write the record last."""
    units = {}
    (folder / UNITS).mkdir()
    for name, unit in units_of(files).items():
        units[name] = unit.key, unit.file.kind
        for path in unit.paths:
            copied = Path(UNITS) / f"{unit.key}-{path.name}"
            if before and (before / copied).exists():
                os.link(before / copied, folder / copied)
            else:
                shutil.copyfile(path, folder / copied)
    closure = {path.name: digest_of_file(path) for path in sorted((folder / CLOSURE).glob("*"))}
    contents = {"units": units, "store": contents_of(folder / STORE), "closure": closure}
    (folder / RECORD).write_text(json.dumps({**asdict(record), **contents}, indent=1))


def read_record(folder: Path) -> Record | None:
    """Return the record of a state, or None where there is no complete one."""
    try:
        record = json.loads((folder / RECORD).read_bytes())
        units = {name: (str(key), graph) for name, (key, graph) in record["units"].items()}
        store, closure = (dict(record[name]) for name in (STORE, CLOSURE))
        return Record(record["program"], record["digest"], units, store, closure, record["retracted"])
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
    """Give the state of a build, carried on to the inputs as they are; None where it is not to be used.

    Nor is it where the build is not whole. Its files, and those of the state, are read in other threads.
    """
    folder = data / STATE / build.name
    trial = None
    try:
        record = read_record(folder)
        if record is None or record.program != program:
            yield None
            return
        files = [folder / STORE / name for name in record.store]
        files += [folder / CLOSURE / name for name in record.closure]
        with digested_beside(map(build.joinpath, files_of(infer=True))):
            with digested_beside(files):
                units = changed_units(folder, record, source_files(*folders))
                delta = None if units is None else delta_of(units)
            step = None
            with suppress(OSError):
                if delta is not None:
                    trial = Path(mkdtemp(prefix=f"{TRIAL}{os.getpid()}-", dir=data / STATE))
                    link_store(folder / STORE, trial / STORE, record.store)
                    gone = read_retracted(folder, record)
                    digests = record.digest, digest_of(*folders)
                    step = stepped(Store(str(trial / STORE)), folder, digests, delta, gone)
                if step is not None and is_whole(folder / CLOSURE, record.closure):
                    step = replace(step, closure=folder / CLOSURE)
        yield step if is_whole_build(build) else None
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
    return bool(contents) and all(digest_of_file(closure / name) == known for name, known in contents.items())


def read_retracted(folder: Path, record: Record) -> frozenset[Quad]:
    """Return what a state holds of what is retracted; raises OSError where it is damaged."""
    if digest_of_file(folder / RETRACTED) != record.retracted:
        raise OSError(f"{folder / RETRACTED} is damaged")
    return frozenset(parse(path=folder / RETRACTED, format=RdfFormat.N_QUADS))


def graphs_of_build(data: Path, build: Path) -> frozenset[str] | None:
    """Return the IRIs of the graphs that a build has, and of those retracted; None without its state."""
    folder = data / STATE / build.name
    record = read_record(folder)
    with suppress(OSError):
        if record is not None:
            gone = read_retracted(folder, record)
            with SortedLines(build / STATED) as lines:
                stated = {first_word(line) for line in lines.beginning(f"<{GRAPHS}".encode())}
            return frozenset(word.decode()[1:-2] for word in stated).union(
                text_of(q.graph_name) for q in gone
            )
    return None


def contents_of(store: Path) -> dict[str, str]:
    """Return the SHA-256 (hex) of each file that makes a store of RocksDB."""
    names = [
        path.name
        for path in store.iterdir()
        if path.name.startswith(LIVING) or path.suffix in {TABLE, ".log"}
    ]
    return {name: digest_of_file(store / name) for name in sorted(names)}


def changed_units(folder: Path, record: Record, files: Iterable[SourceFile]) -> Units | None:
    """Return which units changed; None where that is too many, or one of them is damaged."""
    now = units_of(files)
    before = {
        name: SourceFile(
            folder / UNITS / f"{key}-{Path(name).name}", name, None if graph is None else GraphKind(graph)
        )
        for name, (key, graph) in record.units.items()
        if name not in now or now[name].key != key
    }
    fresh = [unit.file for name, unit in now.items() if name in before or name not in record.units]
    are_whole = all(
        unit.file.path.is_file() and unit.key_without(f"{record.units[name][0]}-") == record.units[name][0]
        for name, unit in units_of(before.values()).items()
    )
    if 2 * len({*before, *(file.name for file in fresh)}) > len(record.units) or not are_whole:
        return None
    return Units([*before.values()], fresh, [unit.file for unit in now.values() if unit.file not in fresh])


def delta_of(units: Units) -> Delta | None:
    """Return what the units that changed no longer state, and what they state now.

    None where that is not enough: what concerns everything changed.
    """
    names = NamesOfThings(chain.from_iterable(map(statements_of, units.same)))
    before, after = stated(units.before, names), stated(units.after, names)
    if not all(is_local(quad) for quad in before ^ after):
        return None
    still = stated_elsewhere(before - after, units.same, names)
    return None if still is None else Delta(before - after - still, after - before)


def stated(files: Iterable[SourceFile], others: NamesOfThings) -> frozenset[Quad]:
    """Return what files state, as the store writes it; the others may give names to what they mention."""
    read = [(file, tuple(statements_of(file))) for file in files]
    own = NamesOfThings([statement for _, statements in read for statement in statements])

    def names(iri: str, language: str) -> str | None:
        name = others(iri, language)
        return others.current.get((iri, language)) or own(iri, language) or name

    return frozenset(canonical(quad for file, found in read for quad in long_form(file, found, names)))


def is_local(quad: Quad) -> bool:
    """Tell whether a statement concerns only what it speaks of."""
    nodes = (quad.subject, quad.object)
    is_schema = kind(quad) in SCHEMA or quad.predicate == CURRENT
    return not is_schema and not any(isinstance(node, BlankNode) for node in nodes)


def stated_elsewhere(
    quads: frozenset[Quad], others: Collection[SourceFile], names: NamesOfThings
) -> frozenset[Quad] | None:
    """Return those of the quads that other units state too; None where there are too many to look for.

    A unit is read where it holds the last part of the name of one of the things; for a retraction that of the
    property, which no short form stands for.
    """
    nodes = (quad.predicate if quad.predicate == INVALIDATED else quad.subject for quad in quads)
    parts = {split(text_of(node))[1].encode() for node in nodes}
    if len(parts) > FEW:
        return None
    near = [
        file
        for file in (others if parts else ())
        if any(part in content for content in (file.path.read_bytes(),) for part in parts)
    ]
    return quads & stated(near, names)


def stepped(
    store: Store, folder: Path, digests: tuple[str, str], delta: Delta, before: frozenset[Quad]
) -> Step | None:
    """Change the copy of a state's store; None where it is of other inputs, or cannot follow.

    `digests` are of the inputs as they were, and as they are; `before` is what was retracted.
    """
    old, new = map(digest_quad, digests)
    if old not in store:
        return None
    store.extend(before)
    out = {quad for quad in (*delta.out, old) if quad in store}
    into = {quad for quad in (*delta.into, new) if quad not in store}
    places = {(quad.subject, quad.predicate) for quad in out | into}
    known = stated_of(store, places)  # now, as little is known of what is new
    names = [quad for quad in out | into if is_name(quad)]
    if any(is_mentioned(store, quad) or is_renamed(store, quad) for quad in names):
        return None
    remove_from(store, out)
    store.extend(into)
    gone = retracted_in(store)
    if any(quad.predicate == CURRENT for quad in gone):
        return None
    remove_from(store, gone)
    now = (known - out | into) - gone
    out = out - before | gone - before - into
    into = into - gone | before - gone - delta.out
    more = {(quad.subject, quad.predicate) for quad in out | into} - places
    now |= stated_of(store, more)
    named = frozenset(quad for quad in now if not isinstance(quad.graph_name, DefaultGraph))
    went, came = follow(store, now)
    return Step(store, folder, frozenset(out | went), frozenset(into | came), named, gone)


def stated_of(store: Store, places: Collection[tuple[object, NamedNode]]) -> set[Quad]:
    """Return the statements of some things with some properties, in all graphs; each thing is read once."""
    quads = (
        quad
        for subject in {subject for subject, _ in places}
        for quad in store.quads_for_pattern(subject, None, None, None)  # type: ignore[arg-type] # a node
    )
    return {quad for quad in quads if (quad.subject, quad.predicate) in places}


def settled(store: Store, changed: Collection[Quad]) -> tuple[set[Quad], set[Quad]]:
    """Let the default graph follow changes of named graphs; return what went and what came in it."""
    return follow(store, stated_of(store, {(quad.subject, quad.predicate) for quad in changed}))


def follow(store: Store, stated: Collection[Quad]) -> tuple[set[Quad], set[Quad]]:
    """Let the default graph follow what some things are stated to have; return what went and came in it."""
    out, into = change_of_default(stated)
    remove_from(store, out)
    store.extend(into)
    return out, into


def remove_from(store: Store, quads: Iterable[Quad]) -> None:
    """Take quads out of a store."""
    for quad in quads:
        store.remove(quad)


def change_of_default(quads: Collection[Quad]) -> tuple[set[Quad], set[Quad]]:
    """Return what goes from the default graph and what comes, so that it follows what is stated."""
    default = {quad for quad in quads if isinstance(quad.graph_name, DefaultGraph)}
    wanted = set(map(in_default_graph, merged(quads, ASSERTED)))
    return default - wanted, wanted - default


def is_name(quad: Quad) -> bool:
    """Tell whether a statement names a thing: files that mention it may be expanded with its name."""
    return quad.predicate == PREF_LABEL and kind(quad) is GraphKind.ENTITIES


def is_renamed(store: Store, quad: Quad) -> bool:
    """Tell whether a later source gives what a statement is about another name."""
    return any(store.quads_for_pattern(quad.subject, CURRENT, None, None))


def is_mentioned(store: Store, quad: Quad) -> bool:
    """Tell whether something else speaks of what a statement is about."""
    subject = quad.subject
    return any(other.subject != subject for other in store.quads_for_pattern(None, None, subject, None))
