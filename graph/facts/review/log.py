"""The log of a review: a line of JSON for each decision, with what it changed, its keys, its time, its waits.

Undoing goes by it, also after the page was closed. `summary` tells what `wicara review --summary` prints.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

SUFFIX: Final = ".review.jsonl"
DEEP: Final = 50
"""How many decisions can be undone."""
RIGHT: Final = ("accept", "edit")
LONG: Final = 300
"""Milliseconds above which a wait is too long."""


def log_path(file: Path) -> Path:
    """Return where the log of a data file is."""
    return file.with_name(file.name.removesuffix(file.suffix) + SUFFIX)


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a file of JSON lines; one that a killed process has not finished is left out."""
    entries = []
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else ():
        with suppress(ValueError):
            entries.append(json.loads(line))
    return [entry for entry in entries if isinstance(entry, dict)]


def append(path: Path, line: str) -> None:
    """Add a line to a file, durably, behind one that a killed process has not finished."""
    unfinished = path.exists() and path.read_bytes()[-1:] not in {b"", b"\n"}
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}" if unfinished else line)
        file.flush()
        os.fsync(file.fileno())


class Log:
    """The log of one file, and the decisions that can be undone."""

    def __init__(self, file: Path) -> None:
        """Read what is there."""
        self.path = log_path(file)
        entries = read_log(self.path)
        self.number = max((entry.get("number", 0) for entry in entries), default=0)
        undone = {entry.get("of") for entry in entries}
        self.undoable = [
            entry for entry in entries if can_be_undone(entry) and entry.get("number") not in undone
        ][-DEEP:]

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write a line, durably."""
        self.number += 1
        line = {"number": self.number, "at": datetime.now(UTC).isoformat(timespec="milliseconds"), **entry}
        append(self.path, json.dumps(line, ensure_ascii=False) + "\n")
        if line.get("of") is not None:
            self.undoable = [decision for decision in self.undoable if decision["number"] != line["of"]]
        elif can_be_undone(line):
            self.undoable = [*self.undoable, line][-DEEP:]

    def last(self) -> dict[str, Any] | None:
        """Return the last decision that can be undone."""
        return self.undoable[-1] if self.undoable else None


def can_be_undone(entry: Mapping[str, Any]) -> bool:
    """Tell whether a line is of a decision that changed something."""
    return bool(entry.get("changes")) and entry.get("decision") != "undo" and "number" in entry


def summary(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return what a review took: decisions, keys a suggestion and a new fact, minutes, waiting times."""
    return "".join(f"{line}\n" for line in summary_lines(entries))


def summary_lines(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a summary."""
    counts = Counter(str(entry.get("decision")) for entry in entries)
    yield ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "no decisions"
    undone = {entry.get("of") for entry in entries}
    stand = [entry for entry in entries if entry.get("number") not in undone]
    right = [entry for entry in stand if entry.get("decision") in RIGHT and entry.get("changes")]
    new = [entry for entry in stand if entry.get("decision") == "new"]
    yield f"keys a suggestion that was right: {average(right, 'keys')}"
    yield f"keys a new fact: {average(new, 'keys')}"
    seconds = sum(entry.get("ms", 0) for entry in entries) / 1000
    yield f"time: {seconds / 60:.1f} minutes; {len(right) + len(new)} facts"
    yield from agreement(stand)
    waits = [wait for entry in entries for wait in waits_of(entry)]
    if waits:
        yield f"waits: {of_waits([ms for _, ms in waits])}"
    for key in sorted({key for key, _ in waits if key}):
        yield f"  {key}: {of_waits([ms for of, ms in waits if of == key])}"


def waits_of(entry: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the waits of an entry: the key that began each (empty in logs that lack it), and milliseconds."""
    for wait in entry.get("waits", ()):
        yield (str(wait["key"]), float(wait["ms"])) if isinstance(wait, dict) else ("", float(wait))


def of_waits(waits: Iterable[float]) -> str:
    """Return what a summary says of some waits."""
    waits = sorted(waits)
    late = sum(wait > LONG for wait in waits)
    return (
        f"{len(waits)}, median {median(waits):.0f} ms, 95 % up to "
        f"{waits[len(waits) * 95 // 100]:.0f} ms, longest {waits[-1]:.0f} ms, {late} above {LONG} ms"
    )


def agreement(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield for each two readers on how many of the suggestions that both decided on they agree."""
    readers: dict[str, dict[str, str]] = {}
    for entry in entries:
        if entry.get("decision") in {*RIGHT, "reject", "unsure"}:
            decision = "accept" if entry["decision"] in RIGHT else entry["decision"]
            readers.setdefault(str(entry.get("by")), {})[str(entry.get("fact"))] = decision
    for one, other in combinations(sorted(readers), 2):
        both = readers[one].keys() & readers[other].keys()
        if both:
            same = sum(readers[one][fact] == readers[other][fact] for fact in both)
            yield f"{one} and {other} agree on {same} of {len(both)}"


def average(entries: Iterable[Mapping[str, Any]], name: str) -> str:
    """Return the mean of a figure of some lines, and of how many."""
    values = [entry[name] for entry in entries if name in entry]
    return f"{sum(values) / len(values):.1f} ({len(values)})" if values else "none"
