"""What a process that forks others must not do itself, and how to have it done.

pyoxigraph draws blank nodes, UUID() and RAND() from a random generator of the calling thread, seeded when the
thread first draws. A child inherits the generator of the thread that forks it: where that thread has drawn,
all of its children draw the same values. A process with several threads must not fork either: a lock that
another thread holds stays locked in the child. So what may draw runs in a thread that ends (`run_in_thread`).
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from wicara.graph.endpoint import Endpoint
from wicara.graph.remote_store import open_published
from wicara.graph.store import BuiltDataset, empty, from_files, open_dataset
from wicara.graph.writable import WritableDataset
from wicara.server.process.messages import DISK, STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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


def built(data: Path) -> BuiltDataset:
    """Load the current build of a folder into memory, which all executors share; raises StoreFault."""
    dataset = open_dataset(data)
    for infer in (True, False):
        dataset.for_inference(infer)
    return dataset


def published(queries: str, authorization: str, through: str, seconds: str) -> BuiltDataset:
    """Return the dataset of a store that a Unix socket leads to; raises Unavailable."""
    return open_published(
        Endpoint(queries, authorization=authorization, through=through, seconds=float(seconds))
    )


LOADERS: Final[Mapping[str, Callable[[tuple[str, ...]], BuiltDataset]]] = {
    "build": lambda paths: run_in_thread(lambda: built(Path(paths[0]))),
    "files": lambda paths: run_in_thread(lambda: from_files([Path(path) for path in paths])),
    "empty": lambda _paths: empty(),
    STORE: lambda paths: run_in_thread(lambda: published(*paths)),
    DISK: lambda paths: WritableDataset(Path(paths[0])).described(),
}
"""How each kind of origin is loaded by the process that then forks others."""


def load(origin: Origin) -> BuiltDataset:
    """Return the dataset of an origin; raises a WicaraError where it cannot be had."""
    return LOADERS[origin.kind](origin.paths)
