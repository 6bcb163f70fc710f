"""What a process that forks others must not do itself, and how to have it done.

pyoxigraph draws blank nodes, UUID() and RAND() from a random generator of the calling thread, seeded when the
thread first draws. A child inherits the generator of the thread that forks it: where that thread has drawn,
all of its children draw the same values. A process with several threads must not fork either: a lock that
another thread holds stays locked in the child. So what may draw runs in a thread that ends (`run_in_thread`),
and what leaves threads behind runs in a child (`output_of_child`).
"""

from __future__ import annotations

import os
import threading
import time
import traceback
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeVar

from wicara.server.front import confinement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
