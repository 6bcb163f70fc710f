"""The only maker of pyoxigraph stores that are served: read from a build, or filled from files.

A build is a folder that never changes: two files of sorted N-Quads and `build.json`, which says what it is
made of and the SHA-256 of both; it is written last, so that a folder without it is no build. A dataset is
served as two stores in memory, because pyoxigraph 0.5 answers duplicates where a query merges graphs by
itself: one with conclusions, made of both files, and one without, made of `asserted.nq`; each has its default
graph.
"""

from __future__ import annotations

import fcntl
import json
import os
from codecs import BOM_UTF8
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from weakref import finalize

from pyoxigraph import RdfFormat, Store, parse, serialize
from wicara.graph.durable_files import digest_of_file, write_durably
from wicara.graph.errors import StoreFault, Unavailable, UnreadableInput, error_place
from wicara.graph.formats import format_of_file, opened
from wicara.graph.nesting import MAX_NESTING, file_nests_beyond
from wicara.graph.sorted_lines import LineChange, write_changed
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from pyoxigraph import Quad
    from wicara.graph.reasoning.matching import Inference
    from wicara.graph.reasoning.rules import Fact

CURRENT: Final = "current"
SENTINEL: Final = "build.json"
ASSERTED: Final = "asserted.nq"
"""The named graphs but graph/inferred, and their default graph."""
INFERRED: Final = "inferred.nq"
"""What conclusions add to these: graph/inferred, and its triples in the default graph."""


@dataclass(frozen=True, kw_only=True)
class BuildInputs:
    """What a build is made of: `key` of inputs, code and libraries, inputs' `digest`, version, engine."""

    key: str
    digest: str
    version: str
    engine: str = ""


@dataclass(frozen=True)
class QuadFile:
    """How many quads a file of a build holds, and its SHA-256 (hex)."""

    quads: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class BuildRecord(BuildInputs):
    """The contents of `build.json`: the build's inputs, and its files; none in builds by wicara 0.1."""

    files: Mapping[str, QuadFile] = field(default_factory=dict)

    def quads(self, *, infer: bool) -> int:
        """Return how many quads the dataset has, with or without conclusions."""
        return sum(self.files[name].quads for name in files_of(infer=infer))


def files_of(*, infer: bool) -> tuple[str, ...]:
    """Return the names of the files that make a dataset with or without conclusions."""
    return (ASSERTED, INFERRED) if infer else (ASSERTED,)


@dataclass(frozen=True)
class BuiltDataset:
    """A dataset that can be queried; `load` returns its store with (True) or without conclusions.

    `digest` changes with every change of what it holds. `plain` is a dataset that is served as it is: nothing
    is inferred. `prefixes` need not be declared in queries, and shorten the RDF that is written. `made` is
    when it was made and `proofs` are the first ones of its conclusions, where its files do not tell.
    """

    path: Path
    load: Callable[[bool], Store]
    version: str
    digest: str
    plain: bool = False
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES)
    made: datetime | None = None
    proofs: Mapping[Fact, Inference] | None = None

    def prefixes_in(self, text: str) -> dict[str, str]:
        """Return the prefixes that a text may use: each one that is given costs the parser a microsecond."""
        return {prefix: iri for label, prefix, iri in self.labels if label in text}

    @cached_property
    def labels(self) -> tuple[tuple[str, str, str], ...]:
        """Each prefix as names begin with it, as it is, and with its IRI."""
        return tuple((f"{prefix}:", prefix, iri) for prefix, iri in self.prefixes.items())

    @cached_property
    def store(self) -> Store:
        """The store with conclusions, loaded when it is first used; raises StoreFault if it is damaged."""
        return self.load(True)  # noqa: FBT003 - the value of `infer=on`

    @cached_property
    def asserted(self) -> Store:
        """The store without conclusions, loaded when it is first used; raises StoreFault if it is damaged."""
        return self.load(False)  # noqa: FBT003 - the value of `infer=off`

    def for_inference(self, infer: bool) -> Store:  # noqa: FBT001 - the value of `infer=on|off`
        """Return the store that answers with (`infer=on`) or without (`infer=off`) conclusions."""
        return self.store if infer else self.asserted


def read_record(build: Path) -> BuildRecord | None:
    """Return the record of a build, or None where there is no complete build."""
    try:
        record = json.loads((build / SENTINEL).read_bytes())
        names = ("key", "digest", "version", "engine")
        files = {name: QuadFile(**values) for name, values in record.get("files", {}).items()}
        return BuildRecord(**{name: record[name] for name in names if name in record}, files=files)
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def open_dataset(data: Path) -> BuiltDataset:
    """Open the current build below `data`; raises StoreFault if it is missing, older or damaged.

    The contents of its files are compared with its record; their quads are loaded when they are first used.
    """
    path, record = current_build(data)
    for name in files_of(infer=True):
        try:
            content = digest_of_file(path / name)
        except OSError as error:
            raise damaged(data, f"{path / name}: {error.strerror}") from error
        if name not in record.files or record.files[name].sha256 != content:
            raise damaged(data, f"{path / name} has another SHA-256 than {SENTINEL} says")
    dataset = BuiltDataset(
        path, lambda infer: load_build(path, record, data, infer=infer), record.version, record.digest
    )
    hold(dataset)
    return dataset


def is_whole(build: Path) -> bool:
    """Tell whether the files of a build are there and hold what its record says."""
    record = read_record(build)
    try:
        return (
            record is not None
            and bool(record.files)
            and all(digest_of_file(build / name) == file.sha256 for name, file in record.files.items())
        )
    except OSError:
        return False


def current_build(data: Path) -> tuple[Path, BuildRecord]:
    """Return the folder and the record of the current build; raises StoreFault if it is missing or older."""
    build = data / CURRENT
    if not build.is_symlink():
        raise StoreFault(f"nothing is built in {data}: run `wicara build --data {data}`")
    record = read_record(build)
    if record is None:
        raise damaged(data, f"{build / SENTINEL} is missing or broken")
    if not record.files:
        raise StoreFault(
            f"the dataset in {data} was built by another version of wicara: run `wicara build --data {data}`"
        )
    return build.resolve(), record


def load_build(path: Path, record: BuildRecord, data: Path, *, infer: bool) -> Store:
    """Return the quads of a build in memory."""
    store = Store()
    try:
        for name in files_of(infer=infer):
            fill(store, (path / name).read_bytes())
    except (OSError, SyntaxError) as error:
        raise damaged(data, str(error)) from error
    if len(store) != record.quads(infer=infer):
        raise damaged(data, f"{path} holds {len(store)} quads, not {record.quads(infer=infer)}")
    return store


def fill(store: Store, content: bytes) -> None:
    """Load the N-Quads of a build into a store; blank nodes keep their names, which proofs know them by.

    pyoxigraph renames the blank nodes of what it loads, but not of what it parses, three times as slowly. It
    has written all of it: IRIs are not looked at again.
    """
    named, others, place = [], [], 0
    while (found := content.find(b"_:", place)) >= 0:
        begin, end = content.rfind(b"\n", place, found) + 1 or place, content.find(b"\n", found) + 1
        named.append(content[place:begin])
        others.append(content[begin : end or len(content)])
        place = end or len(content)
    store.load(b"".join((*named, content[place:])), RdfFormat.N_QUADS, lenient=True)
    store.extend(parse(b"".join(others), RdfFormat.N_QUADS))


def hold(dataset: BuiltDataset) -> None:
    """Let the build stay on the disk for as long as the dataset is in use, where the system has locks."""
    with suppress(OSError):
        record = os.open(dataset.path / SENTINEL, os.O_RDONLY)
        finalize(dataset, os.close, record)
        fcntl.flock(record, fcntl.LOCK_SH)


def is_held(build: Path) -> bool:
    """Return whether some process uses a build."""
    try:
        with (build / SENTINEL).open("rb") as record:
            fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def damaged(data: Path, how: str) -> StoreFault:
    """Return the error that says what to do about a damaged build."""
    return StoreFault(f"the dataset in {data} is damaged ({how}): run `wicara build --force --data {data}`")


def write_dataset(build: Path, inputs: BuildInputs, asserted: LineChange, inferred: LineChange) -> None:
    """Write a build into an empty folder, its record last; raises Unavailable where the disk refuses.

    `asserted` changes the lines of N-Quads without conclusions, `inferred` those that conclusions add, each
    with what they add to the default graph. Raises StoreFault where the build before is damaged.
    """
    files = {}
    try:
        for name, change in ((ASSERTED, asserted), (INFERRED, inferred)):
            before = 0 if change.before is None else whole_file(change.before).quads
            more, content = write_changed(build / name, change)
            files[name] = QuadFile(before + more, content)
        record = BuildRecord(**asdict(inputs), files=files)
        write_durably(build / SENTINEL, f"{json.dumps(asdict(record), indent=1)}\n".encode())
    except OSError as error:
        raise refused(build, error) from error


def whole_file(path: Path) -> QuadFile:
    """Return what the record of a build says of one of its files; raises StoreFault where it is damaged."""
    record = read_record(path.parent)
    file = record.files.get(path.name) if record else None
    if file is None or digest_of_file(path) != file.sha256:
        raise damaged(path.parents[2], f"{path} has another SHA-256 than {SENTINEL} says")
    return file


def lines_of(quads: Iterable[Quad]) -> set[bytes]:
    """Return quads as lines of N-Quads."""
    return set((serialize(quads, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True))


def refused(build: Path, error: Exception) -> Unavailable:
    """Return the error that says what to do where the disk refuses."""
    return Unavailable(
        f"cannot write {build}: {error}; make room or name another folder with --data, and build again"
    )


def from_files(paths: Sequence[Path]) -> BuiltDataset:
    """Load RDF files into memory as they are, for `wicara serve FILE...`; nothing is inferred."""
    store = Store()
    prefixes = dict(PREFIXES)
    for path in paths:
        syntax = format_of_file(path)
        base = path.resolve().as_uri()
        try:
            prefixes |= load_file(store, path, syntax, base)
        except SyntaxError as error:
            raise UnreadableInput(f"{path}{error_place(error)}: {error.msg}") from error
        except (OSError, ValueError) as error:
            raise UnreadableInput(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    return served_as_is(paths[0], store, "files", digest(paths), prefixes)


def load_file(store: Store, path: Path, syntax: RdfFormat, base: str) -> dict[str, str]:
    """Load a file into a store and return the prefixes at its head.

    Raises SyntaxError and OSError, and ValueError for a file that nests too deep.
    """
    with opened(path) as file:
        if syntax == RdfFormat.RDF_XML:
            from wicara.graph.rdfxml_input import readable  # noqa: PLC0415 - brings the libraries of XML and HTTP

            document = readable(file.read())
            store.bulk_extend(document.quads(base, rename_blank_nodes=True))
            reader = parse(document.text, syntax, base_iri=base)
            next(iter(reader), None)
            return reader.prefixes
        start = file.seek(len(BOM_UTF8) if file.read(len(BOM_UTF8)) == BOM_UTF8 else 0)
        if file_nests_beyond(file, syntax, MAX_NESTING):
            raise ValueError(f"it is nested more than {MAX_NESTING} deep")
        file.seek(start)
        store.load(file, syntax, base_iri=base)
        file.seek(start)
        reader = parse(file, syntax, base_iri=base)
        next(iter(reader), None)
        return reader.prefixes


def empty() -> BuiltDataset:
    """Return a dataset in memory that holds nothing."""
    return served_as_is(Path(), Store(), "empty", new_digest())


def served_as_is(
    path: Path, store: Store, version: str, digest: str, prefixes: Mapping[str, str] = MappingProxyType({})
) -> BuiltDataset:
    """Return a dataset that is served as it is."""
    return BuiltDataset(path, lambda _infer: store, version, digest, plain=True, prefixes=prefixes)


def new_digest() -> str:
    """Return a digest that no other state of a dataset has (hex)."""
    return uuid4().hex


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 (hex) of the bytes of files, one after the other."""
    total = sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(file_digest(file, "sha256").digest())
    return total.hexdigest()
