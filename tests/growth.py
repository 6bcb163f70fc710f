"""How the cost of work grows with its size, measured so that the speed of the machine does not matter."""

from __future__ import annotations

import gc
from time import thread_time_ns
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FACTOR: Final = 8
"""How many times larger the larger of two works is."""
SLACK: Final = 2.5
"""A cost may grow by this much more than the size does; quadratic work grows by another FACTOR."""
ATTEMPTS: Final = 5
"""A measurement on a busy machine may be wrong; what grows too fast does so each time."""


def grows_linearly(cost: Callable[[int], int], size: int) -> bool:
    """Tell whether a work of FACTOR times the size costs about as many times as much."""
    return any(cost(size * FACTOR) < SLACK * FACTOR * cost(size) for _ in range(ATTEMPTS))


def processor_time(work: Callable[[], object]) -> int:
    """Return the nanoseconds of a processor that work takes in this thread.

    Garbage is not looked for meanwhile, as that takes longer the more other tests have left behind.
    """
    gc.disable()
    try:
        before = thread_time_ns()
        work()
        return thread_time_ns() - before
    finally:
        gc.enable()
