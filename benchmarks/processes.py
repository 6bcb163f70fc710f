"""How long whole processes take, as a person at the keyboard feels it: `make bench` prints medians of five.

Every figure is wall-clock time from the start of the process; the dataset is built once before.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from servers import free_port, wait_for_answer

if TYPE_CHECKING:
    from collections.abc import Callable

WICARA: Final = (sys.executable, "-m", "wicara")
RUNS: Final = 5
PATIENCE: Final = 60.0
"""Seconds to wait for a server before giving up."""


def main() -> None:
    """Build once, then print each median with what it is to stay below."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, medians of {RUNS} whole processes")
    with tempfile.TemporaryDirectory() as data:
        run("build", "--data", data)
        for name, limit, measure in MEASURES:
            seconds = median(measure(data) for _ in range(RUNS))
            print(f"{seconds:8.2f} s  {name:48} {f'goal: below {limit} s' if limit else ''}".rstrip())


def run(*arguments: str) -> float:
    """Return how many seconds a command takes; raises CalledProcessError where it fails."""
    start = time.perf_counter()
    subprocess.run([*WICARA, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first_answer(data: str) -> float:
    """Return how many seconds pass from `wicara serve` to its first answer over HTTP."""
    port = free_port()
    command = [*WICARA, "serve", "--data", data, "--port", str(port)]
    log = Path(data) / "serve.log"
    start = time.perf_counter()
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as server,
    ):
        try:
            wait_for_answer(server, port, "/sparql?query=ASK%7B%7D", PATIENCE, log)
            return time.perf_counter() - start
        finally:
            server.terminate()


MEASURES: Final[tuple[tuple[str, float | None, Callable[[str], float]], ...]] = (
    ("wicara export --format turtle", 1.0, lambda data: run("export", "--format", "turtle", "--data", data)),
    ("wicara serve, dataset built, to the first answer", 2.0, first_answer),
    ("wicara build, nothing changed", None, lambda data: run("build", "--data", data)),
    ("wicara build --force", None, lambda data: run("build", "--force", "--data", data)),
)
"""What is measured: its name, the seconds to stay below, and a function of the folder of builds."""

if __name__ == "__main__":
    main()
