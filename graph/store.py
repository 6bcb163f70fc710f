"""The only maker of pyoxigraph stores that are served: written by a build, or filled from files.

A build is a folder with two stores, because pyoxigraph 0.5 answers duplicates where a query merges graphs
by itself: `store/` (default graph with conclusions) and `asserted/` (without). `build.json` is written
last: a folder without it is no build.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import uuid4
from weakref import finalize

from pyoxigraph import Store, parse
from wicara.graph.errors import StoreFault, Unavailable, UnreadableInput
from wicara.graph.formats import format_of_file
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Quad

CURRENT: Final = "current"
SENTINEL: Final = "build.json"
WITH_CONCLUSIONS: Final = "store"
ASSERTED_ONLY: Final = "asserted"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a build is made of: `key` of inputs, code and libraries, inputs' `digest`, version, engine."""

    key: str
    digest: str
    version: str
    engine: str = ""


@dataclass(frozen=True, kw_only=True)
class BuildRecord(Origin):
    """What `build.json` says of a build: its origin, and how many quads each store holds."""

    store: int
    asserted: int


@dataclass(frozen=True)
class BuiltDataset:
    """A dataset that can be queried: `store` with conclusions, `asserted` without.

    `digest` changes with every change of what it holds. `plain` is a dataset that is served as it is: nothing
    is inferred. `prefixes` need not be declared in queries, and shorten the RDF that is written.
    """

    path: Path
    store: Store
    asserted: Store
    version: str
    digest: str
    plain: bool = False
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES)

    def for_inference(self, infer: bool) -> Store:  # noqa: FBT001 - the value of `infer=on|off`
        """Return the store that answers with (`infer=on`) or without (`infer=off`) conclusions."""
        return self.store if infer else self.asserted


def read_record(build: Path) -> BuildRecord | None:
    """Return what a build says of itself, or None where there is no complete build."""
    try:
        told = json.loads((build / SENTINEL).read_bytes())
        return BuildRecord(**{one.name: told[one.name] for one in fields(BuildRecord) if one.name in told})
    except (OSError, ValueError, TypeError):
        return None


def open_dataset(data: Path) -> BuiltDataset:
    """Open the current build below `data` for reading; raises StoreFault if it is missing or damaged."""
    build = data / CURRENT
    if not build.is_symlink():
        raise StoreFault(f"nothing is built in {data}: run `wicara build --data {data}`")
    record = read_record(build)
    if record is None:
        raise damaged(data, f"{build / SENTINEL} is missing or broken")
    path = build.resolve()
    dataset = BuiltDataset(
        path=path,
        store=opened(path / WITH_CONCLUSIONS, record.store, data),
        asserted=opened(path / ASSERTED_ONLY, record.asserted, data),
        version=record.version,
        digest=record.digest,
    )
    hold(dataset)
    return dataset


def hold(dataset: BuiltDataset) -> None:
    """Let the build stay on the disk for as long as the dataset is in use, where the system has locks."""
    with suppress(OSError):
        record = os.open(dataset.path / SENTINEL, os.O_RDONLY)
        finalize(dataset, os.close, record)
        fcntl.flock(record, fcntl.LOCK_SH)


def is_held(build: Path) -> bool:
    """Tell whether some process uses a build."""
    try:
        with (build / SENTINEL).open("rb") as record:
            fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def opened(path: Path, quads: int, data: Path) -> Store:
    """Open one store and compare its size with the build's record: an emptied folder opens silently."""
    try:
        store = Store.read_only(str(path))
        found = len(store)
    except (OSError, RuntimeError, ValueError) as error:  # RocksDB tells corruption as RuntimeError
        raise damaged(data, str(error)) from error
    if found != quads:
        raise damaged(data, f"{path} holds {found} statements, not {quads}")
    return store


def damaged(data: Path, how: str) -> StoreFault:
    """Return the error that says what to do about a damaged build."""
    return StoreFault(f"the dataset in {data} is damaged ({how}): run `wicara build --force --data {data}`")


def write_dataset(build: Path, origin: Origin, store: Sequence[Quad], asserted: Sequence[Quad]) -> None:
    """Write a build into an empty folder, its record last; raises Unavailable where the disk refuses.

    `store` are the quads with conclusions, `asserted` those without, each with its default graph.
    """
    try:
        record = BuildRecord(
            **asdict(origin),
            store=write_store(build / WITH_CONCLUSIONS, store),
            asserted=write_store(build / ASSERTED_ONLY, asserted),
        )
        write_durably(build / SENTINEL, json.dumps(asdict(record), indent=1) + "\n")
    except OSError as error:
        raise refused(build, error) from error


@dataclass(frozen=True)
class Difference:
    """How the quads of a store change: those that go and those that come."""

    out: frozenset[Quad]
    into: frozenset[Quad]


def change_dataset(
    build: Path, origin: Origin, before: BuiltDataset, store: Difference, asserted: Difference
) -> None:
    """Write a build that differs a little from another into an empty folder, its record last.

    Files that stay as they are belong to both (hard links). Raises Unavailable where the disk refuses.
    """
    try:
        record = BuildRecord(
            **asdict(origin),
            store=change_store(build / WITH_CONCLUSIONS, before.store, store),
            asserted=change_store(build / ASSERTED_ONLY, before.asserted, asserted),
        )
        write_durably(build / SENTINEL, json.dumps(asdict(record), indent=1) + "\n")
    except (OSError, RuntimeError) as error:  # RocksDB tells what it cannot do as RuntimeError
        raise refused(build, error) from error


def change_store(path: Path, before: Store, difference: Difference) -> int:
    """Write a store that differs from another, and return how many quads it holds."""
    before.backup(str(path))
    store = Store(str(path))
    for quad in difference.out:
        store.remove(quad)
    store.extend(difference.into)
    store.flush()
    return len(store)


def refused(build: Path, error: Exception) -> Unavailable:
    """Return the error that says what to do where the disk refuses."""
    return Unavailable(
        f"cannot write {build}: {error}; make room or name another folder with --data, and build again"
    )


def write_store(path: Path, quads: Sequence[Quad]) -> int:
    """Write the quads into a store of their own and return how many it holds."""
    store = Store(str(path))
    store.bulk_extend(quads)
    store.flush()
    return len(store)


def write_durably(path: Path, text: str) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def from_files(paths: Sequence[Path]) -> BuiltDataset:
    """Load RDF files into memory as they are, for `wicara serve FILE...`; nothing is inferred."""
    store = Store()
    prefixes = dict(PREFIXES)
    for path in paths:
        load(store, path)
        prefixes |= prefixes_of(path)
    return plain(paths[0], store, "files", digest(paths), prefixes)


def empty() -> BuiltDataset:
    """Return a dataset in memory that holds nothing."""
    return plain(Path(), Store(), "empty", new_digest())


def plain(
    path: Path, store: Store, version: str, digest: str, prefixes: Mapping[str, str] = MappingProxyType({})
) -> BuiltDataset:
    """Return a dataset that is served as it is."""
    return BuiltDataset(path, store, store, version, digest, plain=True, prefixes=prefixes)


def in_memory(store: Store) -> Store:
    """Return a copy of a store in memory."""
    copy = Store()
    copy.extend(store)
    return copy


def new_digest() -> str:
    """Return a digest that no other state of a dataset has (hex)."""
    return uuid4().hex


def prefixes_of(path: Path) -> dict[str, str]:
    """Return the prefixes that stand at the head of a file; none for formats without."""
    reader = parse(path=path, format=format_of_file(path), base_iri=path.resolve().as_uri())
    next(iter(reader), None)
    return reader.prefixes


def load(store: Store, path: Path) -> None:
    """Load one file by its extension; raises UnreadableInput with file, line and column."""
    try:
        store.load(path=path, format=format_of_file(path), base_iri=path.resolve().as_uri())
    except SyntaxError as error:
        raise UnreadableInput(f"{path}, line {error.lineno}, column {error.offset}: {error.msg}") from error
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error


def digest(paths: Iterable[Path]) -> str:
    """Return the SHA-256 (hex) of the bytes of files, one after the other."""
    from hashlib import file_digest, sha256  # noqa: PLC0415 - only for files

    total = sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(file_digest(file, "sha256").digest())
    return total.hexdigest()
