"""A writable dataset on disk: one store that a single process writes, and a snapshot of it for each version.

DIR/dataset.json         written once; without DIR/store beside it, something has been lost
DIR/store/               the store (RocksDB), open in the writer alone
DIR/snapshots/<digest>/  a version, immutable; its files are hard links, so it costs next to nothing

A snapshot is made before a write is acknowledged, and making one puts all of the store on the disk: what was
acknowledged survives kill -9 and a power cut. Readers never open the store itself: pyoxigraph leaves open
what a reader sees beside a live writer.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Store
from wicara.graph.durable_files import write_durably
from wicara.graph.errors import StoreFault, Unavailable
from wicara.graph.store import BuiltDataset, new_digest, plain

if TYPE_CHECKING:
    from pathlib import Path

SENTINEL: Final = "dataset.json"
STORE: Final = "store"
SNAPSHOTS: Final = "snapshots"
KEPT: Final = 3
"""How many snapshots stay: a reader may be about to open one that is no longer the latest."""
VERSION: Final = "writable"
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
        return plain(self.folder, Store(), VERSION, "")

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
            store = Store(str(self.folder / STORE))
            if not is_writable_dataset(self.folder):
                write_durably(self.folder / SENTINEL, b'{"format": 1}\n')
        except (OSError, RuntimeError) as error:
            raise self.refused(error) from error
        dataset = plain(self.folder, store, VERSION, new_digest())
        self.publish(dataset)
        return dataset

    def publish(self, dataset: BuiltDataset) -> None:
        """Make a snapshot of what the store holds now; raises Unavailable where the disk refuses."""
        try:
            dataset.store.backup(str(self.snapshot(dataset.digest)))
            self.remove_old()
        except (OSError, RuntimeError) as error:
            shutil.rmtree(self.snapshot(dataset.digest), ignore_errors=True)
            raise self.refused(error) from error

    @property
    def is_read_only(self) -> bool:
        """Tell whether the folder is there and cannot be written: a mount, or the folder of another user."""
        return self.folder.is_dir() and not os.access(self.folder, os.W_OK)

    def snapshot(self, digest: str) -> Path:
        """Return the folder of a version."""
        return self.folder / SNAPSHOTS / digest

    def open_snapshot(self, digest: str) -> BuiltDataset:
        """Open a version for reading; raises StoreFault where it is not there."""
        try:
            store = Store.read_only(str(self.snapshot(digest)))
        except (OSError, RuntimeError) as error:
            raise unreadable(self.snapshot(digest), error) from error
        return plain(self.folder, store, VERSION, digest)

    def remove_old(self) -> None:
        """Remove all snapshots but the latest ones."""
        snapshots = sorted((self.folder / SNAPSHOTS).iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for old in snapshots[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

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
