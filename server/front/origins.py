"""How a process gets the dataset that its setup names."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from pyoxigraph import RdfFormat, Store, parse
from wicara.graph.disk import DiskDataset
from wicara.graph.errors import StoreFault
from wicara.graph.store import BuiltDataset, damaged, empty, from_files, open_dataset
from wicara.server.front.fork_safety import output_of_child, run_in_thread
from wicara.server.front.setup import DISK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wicara.server.front.setup import Origin


def built(paths: tuple[str, ...]) -> BuiltDataset:
    """Return the current build of a folder, copied into memory: all executors share it.

    A child opens it: RocksDB leaves threads behind. Raises StoreFault where the build is missing or damaged.
    """
    data = Path(paths[0])
    with output_of_child(lambda output: dump(data, output)) as dumped:
        head = json.loads(dumped.readline() or "{}")
        if "path" not in head:
            raise StoreFault(head["fault"]) if head else damaged(data, "it cannot be read")
        return run_in_thread(lambda: copied(data, head, dumped))


def dump(data: Path, output: IO[bytes]) -> None:
    """Write a build: a line of JSON that describes it, and the quads of both stores; or the fault in JSON."""
    try:
        dataset = open_dataset(data)
    except StoreFault as fault:
        output.write(json.dumps({"fault": str(fault)}).encode() + b"\n")
        return
    head = {
        "path": str(dataset.path),
        "version": dataset.version,
        "digest": dataset.digest,
        "quads": [len(dataset.store), len(dataset.asserted)],
    }
    output.write(json.dumps(head).encode() + b"\n")
    for store in (dataset.store, dataset.asserted):
        store.dump(output, RdfFormat.N_QUADS)


def copied(data: Path, head: dict[str, Any], dumped: IO[bytes]) -> BuiltDataset:
    """Return the build that was dumped; raises StoreFault where the dump ends early."""
    quads = parse(dumped, RdfFormat.N_QUADS)
    stores = []
    for size in head["quads"]:
        stores.append(Store())
        stores[-1].extend(islice(quads, size))
    if [len(store) for store in stores] != head["quads"]:
        raise damaged(data, "it cannot be read to its end")
    return BuiltDataset(Path(head["path"]), stores[0], stores[1], head["version"], head["digest"])


LOADERS: Final[Mapping[str, Callable[[tuple[str, ...]], BuiltDataset]]] = {
    "build": built,
    "files": lambda paths: run_in_thread(lambda: from_files([Path(path) for path in paths])),
    "empty": lambda _paths: empty(),
    DISK: lambda paths: DiskDataset(Path(paths[0])).described(),
}
"""How each kind of origin is loaded by the process that then forks others (see `fork_safety`)."""


def load(origin: Origin) -> BuiltDataset:
    """Return the dataset of an origin; raises a WicaraError where it cannot be had."""
    return LOADERS[origin.kind](origin.paths)
