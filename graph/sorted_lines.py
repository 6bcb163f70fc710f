"""Files of lines sorted by their bytes, each line once: looked up and changed without being read whole."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Self

from wicara.graph.durable_files import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path
    from types import TracebackType


@dataclass(frozen=True)
class LineChange:
    """The lines that a file loses, and those that it gets; `before` is that file, None for an empty one."""

    out: AbstractSet[bytes]
    into: AbstractSet[bytes]
    before: Path | None = None


class SortedLines:
    """An open file of sorted lines."""

    def __init__(self, path: Path) -> None:
        """Open the file; raises OSError."""
        self.file = path.open("rb")
        self.size = os.fstat(self.file.fileno()).st_size

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.file.close()

    def __contains__(self, line: bytes) -> bool:
        """Tell whether the file has a line."""
        return self.line_at(self.place_of(line)) == line

    def those_of(self, lines: Iterable[bytes]) -> set[bytes]:
        """Return the lines that the file has: they are looked for where one there begins with the same word.

        That is the subject of a statement in N-Quads: what is told of new things is not there.
        """
        found: set[bytes] = set()
        place = 0
        for word, alike in groupby(sorted(lines), key=first_word):
            place = self.place_of(word, place)
            if self.line_at(place).startswith(word):
                found.update(line for line in alike if line in self)
        return found

    def beginning(self, start: bytes) -> Iterator[bytes]:
        """Yield the lines that begin with some bytes."""
        self.file.seek(self.place_of(start))
        return takewhile(lambda line: line.startswith(start), self.file)

    def line_at(self, place: int) -> bytes:
        """Return the line that begins at a place; none at the end."""
        self.file.seek(place)
        return self.file.readline()

    def place_of(self, line: bytes, low: int = 0) -> int:
        """Return where a line begins or would, in bytes; it is not before `low`, where a line begins."""
        first = self.line_at(low)
        if not first or line <= first:
            return low
        low, high = low + len(first), self.size
        while low < high:
            middle = (low + high) // 2
            self.file.seek(middle - 1)
            self.file.readline()
            start = self.file.tell()
            found = self.file.readline() if start < high else b""
            if found and found < line:
                low = start + len(found)
            else:
                high = middle
        return low

    def copy(self, start: int, end: int, write: Callable[[bytes], None]) -> None:
        """Write what stands between two places."""
        self.file.seek(start)
        while block := self.file.read(min(BLOCK, end - start)):
            write(block)
            start += len(block)


def first_word(line: bytes) -> bytes:
    """Return what a line begins with, up to its first space."""
    word, space, _ = line.partition(b" ")
    return word + space


def write_changed(path: Path, change: LineChange) -> tuple[int, str]:
    """Write a new file that has the lines of a change, and wait until it is on the disk; raises OSError.

    Return how many lines more it has than the file before, and its SHA-256 (hex).
    """
    total = sha256()
    with path.open("xb") as target:

        def write(content: bytes) -> None:
            target.write(content)
            total.update(content)

        if change.before is None:
            more = len(change.into)
            for line in sorted(change.into):
                write(line)
        else:
            with SortedLines(change.before) as lines:
                more = write_merged(lines, change, write)
        target.flush()
        os.fsync(target.fileno())
    return more, total.hexdigest()


def write_merged(lines: SortedLines, change: LineChange, write: Callable[[bytes], None]) -> int:
    """Write the lines of a file with those of a change; return how many lines more these are."""
    place = more = 0
    for line in sorted(change.out | change.into):
        start = lines.place_of(line, place)
        lines.copy(place, start, write)
        is_there = lines.line_at(start) == line
        place = start + len(line) * is_there
        if line in change.into:
            write(line)
        more += (line in change.into) - is_there
    lines.copy(place, lines.size, write)
    return more
