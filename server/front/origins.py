"""Where the dataset of a server comes from, told in JSON to the process that will hold it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wicara.graph.disk import DiskDataset
from wicara.graph.store import empty, from_files, in_memory, open_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wicara.graph.store import BuiltDataset


@dataclass(frozen=True)
class Origin:
    """A kind of `LOADERS`, and the paths that it needs."""

    kind: str
    paths: tuple[str, ...] = ()

    @property
    def on_disk(self) -> bool:
        """Tell whether each executor opens a snapshot by itself, rather than share memory."""
        return self.kind == DISK

    def load(self) -> BuiltDataset:
        """Return the dataset; raises a WicaraError where it cannot be had."""
        return LOADERS[self.kind](self.paths)


def built(paths: tuple[str, ...]) -> BuiltDataset:
    """Return the current build of a folder, copied into memory: all executors share it."""
    dataset = open_dataset(Path(paths[0]))
    return replace(dataset, store=in_memory(dataset.store), asserted=in_memory(dataset.asserted))


DISK: Final = "disk"
LOADERS: Final[Mapping[str, Callable[[tuple[str, ...]], BuiltDataset]]] = {
    "build": built,
    "files": lambda paths: from_files([Path(path) for path in paths]),
    "empty": lambda _paths: empty(),
    DISK: lambda paths: DiskDataset(Path(paths[0])).described(),
}
"""How each kind of origin is loaded."""
