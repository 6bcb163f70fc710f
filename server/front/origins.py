"""How a process gets the dataset that its setup names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wicara.graph.disk import DiskDataset
from wicara.graph.store import empty, from_files, in_memory, open_dataset
from wicara.server.front.setup import DISK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wicara.graph.store import BuiltDataset
    from wicara.server.front.setup import Origin


def built(paths: tuple[str, ...]) -> BuiltDataset:
    """Return the current build of a folder, copied into memory: all executors share it."""
    dataset = open_dataset(Path(paths[0]))
    return replace(dataset, store=in_memory(dataset.store), asserted=in_memory(dataset.asserted))


LOADERS: Final[Mapping[str, Callable[[tuple[str, ...]], BuiltDataset]]] = {
    "build": built,
    "files": lambda paths: from_files([Path(path) for path in paths]),
    "empty": lambda _paths: empty(),
    DISK: lambda paths: DiskDataset(Path(paths[0])).described(),
}
"""How each kind of origin is loaded."""


def load(origin: Origin) -> BuiltDataset:
    """Return the dataset of an origin; raises a WicaraError where it cannot be had."""
    return LOADERS[origin.kind](origin.paths)
