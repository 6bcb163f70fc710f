"""What reasoning takes inside a process: closing with and without proofs, and one fact more or less."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
from pyoxigraph import NamedNode, Triple
from samples import write
from wicara.graph.assembly import merged
from wicara.graph.candidate import Candidate
from wicara.graph.inputs import read_inputs
from wicara.graph.names import PREMISES
from wicara.graph.reasoning.closure import materialise
from wicara.graph.reasoning.files import conclusions, no_collection, read, serialize, tables_of
from wicara.graph.reasoning.reasoner import Reasoner

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.reasoning.files import Document

RUNS: Final = 5
SIZES: Final = ("100k", "1M")
FACTS: Final = 20
"""How many single facts are added and retracted, one after the other."""
EXAMPLE: Final = "http://example.org/"


def main() -> None:
    """Measure and print."""
    print(f"\nInside a process: medians of {RUNS}, in turns (of {FACTS} for single facts)")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            steps(size, write(size, Path(folder)))
            proofs(size, read([write(size, Path(folder))]))
        single_facts(read([write("100k", Path(folder))]))
    dataset()


def steps(size: str, path: Path) -> None:
    """Print what `wicara reason` does with a file, and how long each part takes."""
    start = time.process_time()
    document = read([path])
    parsed = time.process_time()
    reasoner = closed(document)
    done = time.process_time()
    serialize(reasoner.terms, conclusions(reasoner))
    end = time.process_time()
    print(
        f"{size}: read {parsed - start:.2f} s, close {done - parsed:.2f} s, sort and write {end - done:.2f} s"
    )


def proofs(size: str, document: Document) -> None:
    """Print what the engine takes with and without first proofs, without parsing."""
    with_proofs, without = in_turns(lambda: closed(document), lambda: closed(document, proofs=False))
    print(
        f"{size}: closing takes {with_proofs:.3f} s of processor with proofs, {without:.3f} s without: "
        f"{with_proofs / without - 1:+.1%}"
    )


def closed(document: Document, *, proofs: bool = True) -> Reasoner:
    """Return the closure of a document."""
    with no_collection():
        reasoner = Reasoner(proofs=proofs)
        numbers = np.array([reasoner.number(term) for term in document.terms], np.int64)
        reasoner.add_tables(tables_of(numbers[document.rows]))
        return reasoner


def in_turns(*measured: Callable[[], object]) -> list[float]:
    """Return the median of the processor time of each function, run in turns."""
    taken: list[list[float]] = [[] for _ in measured]
    for _ in range(RUNS):
        for place, function in enumerate(measured):
            taken[place].append(seconds(function, time.process_time))
    return [median(each) for each in taken]


def seconds(function: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return how long a function takes by a clock."""
    start = clock()
    function()
    return clock() - start


def single_facts(document: Document) -> None:
    """Print what it takes to add and to retract one fact."""
    reasoner = closed(document)
    facts = [student(number) for number in range(FACTS)]
    added = [seconds(partial(reasoner.add, [fact]), time.perf_counter) for fact in facts]
    retracted = [seconds(partial(reasoner.retract, [fact]), time.perf_counter) for fact in facts]
    for name, taken in (("added", added), ("retracted", retracted)):
        print(
            f"100k: one fact {name} takes {median(taken) * 1000:.1f} ms, {max(taken) * 1000:.1f} ms at most"
        )


def student(number: int) -> Triple:
    """Return the fact that a new student is a member of a department."""
    return Triple(
        NamedNode(f"{EXAMPLE}data/new{number}"),
        NamedNode(f"{EXAMPLE}university#memberOf"),
        NamedNode(f"{EXAMPLE}data/U0/D{number % 5}"),
    )


def dataset() -> None:
    """Print what the reasoning part of `wicara build` takes."""
    premises = merged(Candidate(read_inputs()).quads, PREMISES)
    taken = [seconds(lambda: materialise(premises), time.perf_counter) for _ in range(RUNS)]
    print(f"the dataset: {len(premises)} premises are closed in {median(taken):.2f} s")


if __name__ == "__main__":
    main()
