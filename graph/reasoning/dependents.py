"""From a fact to the conclusions whose first proof uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from wicara.graph.reasoning.relation import EMPTY, Ints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.reasoning.facts import Facts

SEGMENTS: Final = 8
"""How many segments there may be before the index is made anew as one."""


@dataclass(frozen=True)
class Segment:
    """Uses of facts as premises, sorted by the premise."""

    premises: Ints
    conclusions: Ints


class Dependents:
    """An index that is made when first asked, and follows as facts are added."""

    def __init__(self, facts: Facts) -> None:
        """Take the facts."""
        self.facts = facts
        self.segments: list[Segment] = []
        self.size = 0

    def of(self, numbers: Ints) -> Ints:
        """Return these facts and all that their loss would take along, each once."""
        self.follow()
        found = np.unique(numbers)
        frontier = found
        while len(frontier):
            used = np.concatenate([EMPTY, *(uses(segment, frontier) for segment in self.segments)])
            frontier = np.setdiff1d(used[self.facts.batch.values[used] >= 0], found)
            found = np.union1d(found, frontier)
        return found

    def follow(self) -> None:
        """Take in the facts that were added since."""
        if len(self.segments) >= SEGMENTS:
            self.segments, self.size = [], 0
        if self.size < self.facts.size:
            self.segments.append(segment_of(self.facts, self.size))
            self.size = self.facts.size


def uses(segment: Segment, premises: Ints) -> Ints:
    """Return the conclusions of a segment that use any of these premises."""
    low = np.searchsorted(segment.premises, premises)
    counts = np.searchsorted(segment.premises, premises + 1) - low
    at = np.arange(int(counts.sum())) + np.repeat(low - np.cumsum(counts) + counts, counts)
    found: Ints = segment.conclusions[at]
    return found


def segment_of(facts: Facts, start: int) -> Segment:
    """Return the uses of premises by the facts from a number on."""
    parts = list(proof_columns(facts, start))
    premises = np.concatenate([EMPTY, *(part[0] for part in parts)])
    conclusions = np.concatenate([EMPTY, *(part[1] for part in parts)])
    order = np.argsort(premises, kind="stable")
    return Segment(premises[order], conclusions[order])


def proof_columns(facts: Facts, start: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield (premises, conclusions) as columns, one pair of columns for each place of each batch."""
    batch = facts.batch.values[start:]
    order = np.argsort(batch, kind="stable")
    places, starts = np.unique(batch[order], return_index=True)
    for place, low, high in zip(
        places.tolist(), starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True
    ):
        if place < 0:
            continue
        numbers = order[low:high] + start
        for fact in facts.batches[place].schema:
            yield np.full(len(numbers), fact), numbers
        rows = facts.batches[place].premises[facts.row.values[numbers]]
        for column in rows.T:
            yield column, numbers
