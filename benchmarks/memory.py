"""What a tree of processes holds in memory, from /proc (Linux): proportional set sizes, shared pages once."""

from __future__ import annotations

import os
import re
import signal
from contextlib import suppress
from math import inf
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

PROC: Final = Path("/proc")
PSS: Final = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
DEAD: Final = frozenset("ZX")


class Process(NamedTuple):
    """A process: its number, and when it began, as numbers are used again."""

    number: int
    began: int


def stat(number: int) -> tuple[Process, int, str] | None:
    """Return a process, the number of its parent, and its state; None where there is none."""
    try:
        fields = (PROC / str(number) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return Process(number, int(fields[19])), int(fields[1]), fields[0]


def alive(process: Process) -> bool:
    """Return whether a process still runs; one that only waits to be reaped does not."""
    found = stat(process.number)
    return found is not None and found[0] == process and found[2] not in DEAD


def tree(root: int) -> set[Process]:
    """Return a process and all its descendants."""
    children: dict[int, list[Process]] = {}
    for found in map(stat, map(int, filter(str.isdigit, (path.name for path in PROC.iterdir())))):
        if found is not None:
            children.setdefault(found[1], []).append(found[0])
    first = stat(root)
    return set(below(first[0], children)) if first else set()


def below(process: Process, children: dict[int, list[Process]]) -> Iterator[Process]:
    """Yield a process and its descendants."""
    yield process
    for child in children.get(process.number, ()):
        yield from below(child, children)


def end(processes: Iterable[Process]) -> None:
    """End processes at once, those that still run."""
    for process in filter(alive, processes):
        with suppress(ProcessLookupError):
            os.kill(process.number, signal.SIGKILL)


def held(processes: Iterable[Process]) -> int:
    """Return the sum of the proportional set sizes of processes, in bytes; 0 for one that is gone."""
    return sum(map(pss, processes))


def pss(process: Process) -> int:
    """Return the proportional set size of a process, in bytes."""
    try:
        match = PSS.search((PROC / str(process.number) / "smaps_rollup").read_text())
    except OSError:
        return 0
    return int(match[1]) * 1024 if match else 0


class Watch:
    """Looks at a tree of processes again and again: the most memory it held, and the processes it had."""

    def __init__(
        self, root: int, every: float, limit: float = inf, beyond: Callable[[], object] = list
    ) -> None:
        """Watch a tree every so many seconds; call `beyond`, once, when it holds more than the limit."""
        self.peak = self.first = held(tree(root))
        self.seen = tree(root)
        self.most = len(self.seen)
        self.root, self.every, self.limit, self.beyond = root, every, limit, beyond
        self.done = Event()
        self.thread = Thread(target=self.run, daemon=True)

    def run(self) -> None:
        """Look until told to end."""
        while not self.done.wait(self.every):
            now = tree(self.root)
            self.seen |= now
            self.most = max(self.most, len(now))
            self.peak = max(self.peak, held(now))
            if self.peak > self.limit:
                self.beyond()
                return

    def again(self) -> None:
        """Forget the peaks."""
        self.peak, self.most = 0, 0

    def __enter__(self) -> Self:
        """Begin to look."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.done.set()
        self.thread.join()
