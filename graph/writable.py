"""A writable dataset on disk: one store that a single process writes, and a snapshot of it for each version.

DIR/dataset.json         written once; without DIR/store beside it, something has been lost
DIR/store/               the store (RocksDB), open in the writer alone
DIR/snapshots/<number>v<digest>/
                         a version, immutable; its files are hard links, so it costs next to nothing

A snapshot is made before a write is acknowledged, and making one puts all of the store on the disk: what was
acknowledged survives kill -9 and a power cut. Readers never open the store itself: pyoxigraph leaves open
what a reader sees beside a live writer. A version in use stays: a lock on its folder says so. Versions are
numbered, since clocks and copies give files any time.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import finalize

from pyoxigraph import Store
from wicara.graph.durable_files import write_durably
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.store import BuiltDataset, new_digest, served_as_is

if TYPE_CHECKING:
    from pathlib import Path

SENTINEL: Final = "dataset.json"
STORE: Final = "store"
SNAPSHOTS: Final = "snapshots"
KEPT: Final = 3
"""How many snapshots stay: a reader may be about to open one that is no longer the latest."""
VERSION: Final = "writable"
NAME: Final = re.compile("(?:[0-9]{12,}v)?[0-9a-f]+")
"""The name of a snapshot: its number and digest."""
LOCKED: Final = "lock file"
"""What the engine says where another process has a store open."""
PATIENCE: Final = 5.0
"""Seconds to wait for a lock: a writer that was killed holds it until the system has ended it."""
FEW_FILES: Final = "file descriptors"
"""What the engine says where a process may open too few files for a store."""


def unreadable(path: Path, error: Exception) -> StoreFault | Unavailable:
    """Return the error of a store that cannot be read: it is damaged, or this process may open few files."""
    if FEW_FILES in str(error):
        return Unavailable(f"the store {path} cannot be opened: {error}")
    return StoreFault(f"the store {path} is damaged: {error}")


def is_writable_dataset(folder: Path) -> bool:
    """Return whether a folder holds a writable dataset."""
    return (folder / SENTINEL).is_file()


@dataclass(frozen=True)
class WritableDataset:
    """A writable dataset in a folder."""

    folder: Path

    def described(self) -> BuiltDataset:
        """Return the dataset without its data, for a process that only forks those that open it."""
        return served_as_is(self.folder, Store(), VERSION, "")

    def open_for_writing(self) -> BuiltDataset:
        """Open the store and make a snapshot of it, as the only process that may write.

        Raises StoreFault where the store is lost or damaged, Unavailable where the disk or another writer
        refuses.
        """
        if is_writable_dataset(self.folder) and not (self.folder / STORE / "CURRENT").exists():
            raise StoreFault(
                f"{self.folder} held a dataset, and its {STORE}/ is gone: bring it back with "
                f"`wicara restore`, or remove {self.folder / SENTINEL} to begin with an empty one"
            )
        try:
            (self.folder / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
            store = self.open_store()
            if not is_writable_dataset(self.folder):
                write_durably(self.folder / SENTINEL, b'{"format": 1}\n')
        except (OSError, RuntimeError) as error:
            raise self.refused(error) from error
        dataset = served_as_is(self.folder, store, VERSION, new_digest())
        self.publish(dataset)
        return dataset

    def open_store(self) -> Store:
        """Open the store, once a process that ends has let go of it; raises OSError where none does."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return Store(str(self.folder / STORE))
            except OSError as error:
                if LOCKED not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(PATIENCE / 20)

    def publish(self, dataset: BuiltDataset) -> None:
        """Make a snapshot of what the store holds now; raises Unavailable where the disk refuses."""
        earlier = snapshots(self.folder)
        number = 1 + (number_of(earlier[-1]) if earlier else 0)
        snapshot = self.folder / SNAPSHOTS / f"{number:012}v{dataset.digest}"
        try:
            dataset.store.backup(str(snapshot))
        except (OSError, RuntimeError) as error:
            shutil.rmtree(snapshot, ignore_errors=True)
            raise self.refused(error) from error
        for old in [*earlier, snapshot][:-KEPT]:
            remove_unused(old)

    @property
    def is_read_only(self) -> bool:
        """Tell whether the folder is there and cannot be written: a mount, or the folder of another user."""
        return self.folder.is_dir() and not os.access(self.folder, os.W_OK)

    def open_snapshot(self, digest: str) -> BuiltDataset:
        """Open a version, which stays while it is in use; raises StoreFault where there is none."""
        for folder in snapshots(self.folder):
            if digest_of(folder) == digest:
                try:
                    lock = os.open(folder, os.O_RDONLY)
                    fcntl.flock(lock, fcntl.LOCK_SH)
                    dataset = served_as_is(self.folder, Store.read_only(str(folder)), VERSION, digest)
                except (OSError, RuntimeError) as error:
                    raise unreadable(folder, error) from error
                finalize(dataset, os.close, lock)
                return dataset
        raise StoreFault(f"{self.folder / SNAPSHOTS} has no version {digest}")

    def refused(self, error: Exception) -> Unavailable:
        """Return the error that says what to do where the disk, or another process, refuses."""
        if self.is_read_only:
            return Unavailable(
                f"cannot write {self.folder}, which is read-only: serve it without --writable, or make it "
                "writable"
            )
        if FEW_FILES in str(error):
            return Unavailable(f"cannot open {self.folder}: {error}")
        return Unavailable(
            f"cannot write {self.folder}: {error}; make room, stop the other server that uses it, or name "
            "another folder with --data"
        )


def snapshots(folder: Path) -> list[Path]:
    """Return the versions of a writable dataset, the newest last.

    Those of wicara 0.1 have no number: they are older, in the order of their files CURRENT, which are written
    once. One that is being made has another name.
    """
    found = []
    for path in (folder / SNAPSHOTS).glob("*/CURRENT"):
        with suppress(FileNotFoundError):
            if NAME.fullmatch(path.parent.name):
                number = number_of(path.parent)
                found.append((number, 0 if number else path.stat().st_mtime_ns, path.parent))
    return [path for _, _, path in sorted(found)]


def number_of(snapshot: Path) -> int:
    """Return the number of a version, 0 for one that has none."""
    number, mark, _ = snapshot.name.partition("v")
    return int(number) if mark else 0


def digest_of(snapshot: Path) -> str:
    """Return the digest of a version."""
    return snapshot.name.rpartition("v")[2]


def remove_unused(snapshot: Path) -> None:
    """Remove a version, unless some process uses it."""
    with suppress(OSError):
        lock = os.open(snapshot, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(snapshot, ignore_errors=True)
        finally:
            os.close(lock)
