"""What a process that forks others must not do itself, and how to have it done.

pyoxigraph draws blank nodes, UUID() and RAND() from a random generator of the calling thread, seeded when the
thread first draws. A child inherits the generator of the thread that forks it: where that thread has drawn,
all of its children draw the same values. A process with several threads must not fork either: a lock that
another thread holds stays locked in the child. So what may draw runs in a thread that ends (`run_in_thread`),
and what leaves threads behind runs in a child (`output_of_child`).
"""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

from pyoxigraph import RdfFormat, Store, parse
from wicara.graph.disk import DiskDataset
from wicara.graph.errors import StoreFault
from wicara.graph.store import BuiltDataset, damaged, empty, from_files, open_dataset
from wicara.server.process import confinement
from wicara.server.process.messages import DISK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wicara.server.process.messages import Origin


STACK: Final = 16 << 20
"""Bytes of stack of such a thread: a main thread has eight megabytes on most systems."""

T = TypeVar("T")


def run_in_thread(function: Callable[[], T]) -> T:
    """Return what a function returns, or raise what it raises, in a thread that has ended by then."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(function())
        except BaseException as fault:  # noqa: BLE001 - raised again by the caller's thread
            outcome.set_exception(fault)

    threading.stack_size(STACK)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    task = Path(f"/proc/self/task/{thread.native_id}")
    while task.exists():  # Python has joined it, and the system is about to end it
        time.sleep(0)
    return outcome.result()


@contextmanager
def output_of_child(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Yield the bytes that a function writes in a child process; they end early where the child fails."""
    read_end, write_end = os.pipe()
    if not os.fork():
        try:
            confinement.end_with_parent()
            os.close(read_end)
            with os.fdopen(write_end, "wb") as output:
                write(output)
        except BaseException:  # noqa: BLE001 - a child must not go on where its parent goes on
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as output:
        yield output


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
