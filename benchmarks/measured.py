"""What a whole process takes: wall-clock time, time on the processor, and the most memory it held."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock, seconds of processor, and bytes of memory at the peak."""

    wall: float
    cpu: float
    peak: int


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end and return what it took; raises CalledProcessError where it fails.

    It finds its modules compiled, as it does in a shell that does not forbid Python to write them.
    """
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def typical(costs: Sequence[Cost]) -> Cost:
    """Return the median of each measure."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        round(median(cost.peak for cost in costs)),
    )
