"""From a fact to the conclusions whose first proof uses it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from wicara.graph.reasoning.relation import EMPTY, SHIFT, Ints, distinct, packed, unpacked

if TYPE_CHECKING:
    from wicara.graph.reasoning.facts import Facts


class Uses:
    """The uses of one table's facts as premises, as packed (premise, conclusion).

    They are sorted when first asked for. Later ones make segments of their own, each less than half as long
    as the one before, so that a use is sorted anew but a few times.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.waiting: list[tuple[int, int]] = []
        self.segments: list[Ints] = []

    def of(self, premises: Ints, facts: Facts) -> Ints:
        """Return the conclusions that use any of these premises."""
        if self.waiting:
            self.take_in(facts)
        return np.concatenate([EMPTY, *(within(segment, premises) for segment in self.segments)])

    def take_in(self, facts: Facts) -> None:
        """Sort what waits, a batch and a place of its proofs each."""
        uses = np.sort(np.concatenate([uses_of(facts, batch, place) for batch, place in self.waiting]))
        self.waiting = []
        while self.segments and len(self.segments[-1]) < 2 * len(uses):
            uses = np.sort(np.concatenate([self.segments.pop(), uses]))
        self.segments.append(uses)


class Dependents:
    """An index that is made, a table at a time, when first asked, and follows as facts are added."""

    def __init__(self, facts: Facts) -> None:
        """Take the facts."""
        self.facts = facts
        self.by_table: dict[int, Uses] = defaultdict(Uses)
        self.batches = 0

    def of(self, numbers: Ints) -> Ints:
        """Return these facts and all that their loss would take along, each once."""
        self.follow()
        frontier = distinct(numbers)
        found = np.zeros(self.facts.size, np.bool_)
        found[frontier] = True
        while len(frontier):
            used = self.users(frontier)
            frontier = distinct(used[(self.facts.batch.values[used] >= 0) & ~found[used]])
            found[frontier] = True
        return np.flatnonzero(found)

    def users(self, numbers: Ints) -> Ints:
        """Return the conclusions that use any of these facts directly."""
        tables = self.facts.tables.values[numbers]
        each = distinct(tables).tolist()
        return np.concatenate(
            [EMPTY, *(self.by_table[table].of(numbers[tables == table], self.facts) for table in each)]
        )

    def follow(self) -> None:
        """Note, for each table, the places of the proofs made since that hold its facts."""
        for number in range(self.batches, len(self.facts.batches)):
            batch = self.facts.batches[number]
            for place, fact in enumerate((*batch.schema, *batch.premises[:1].ravel().tolist())):
                self.by_table[int(self.facts.tables.values[fact])].waiting.append((number, place))
        self.batches = len(self.facts.batches)


def within(segment: Ints, premises: Ints) -> Ints:
    """Return the conclusions of a segment that use any of these premises."""
    low = np.searchsorted(segment, premises << SHIFT)
    counts = np.searchsorted(segment, (premises + 1) << SHIFT) - low
    at = np.arange(int(counts.sum())) + np.repeat(low - np.cumsum(counts) + counts, counts)
    return unpacked(segment[at])[1]


def uses_of(facts: Facts, number: int, place: int) -> Ints:
    """Return the uses of premises at one place of the proofs of a batch."""
    batch = facts.batches[number]
    start, end = facts.spans.get(number, (0, 0))
    conclusions = start + np.flatnonzero(facts.batch.values[start:end] == number)
    if place < len(batch.schema):
        return packed(np.full(len(conclusions), batch.schema[place], np.int64), conclusions)
    column = batch.premises[:, place - len(batch.schema)]
    return packed(column[facts.row.values[conclusions]], conclusions)
