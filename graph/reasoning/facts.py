"""All facts of a closure as columns, and the first proof of each: a rule and the numbers of its premises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from wicara.graph.reasoning.relation import EMPTY, Ints

ASSERTED: Final = -1
"""The batch of a fact that is a premise."""
GONE: Final = -2
"""The batch of a fact that is no more."""


@dataclass(frozen=True)
class Batch:
    """Proofs of one join in one round: the rule, the schema facts of all, a row of facts for each."""

    rule: int
    schema: tuple[int, ...]
    premises: Ints


@dataclass(frozen=True)
class Fact:
    """A fact: the numbers of its predicate, subject and object."""

    table: int
    subject: int
    object: int


class Facts:
    """Facts by number; a number is never given twice, and the premises of a conclusion have smaller ones."""

    def __init__(self) -> None:
        """Start empty."""
        self.size = 0
        self.batches: list[Batch] = []
        self.spans: dict[int, tuple[int, int]] = {}
        """Of each batch, the numbers between which its facts are, with those of other batches."""
        self.tables, self.subjects, self.objects = Column(), Column(), Column()
        self.batch, self.row = Column(), Column()

    def add(self, table: int, subjects: Ints, objects: Ints, batch: Ints, row: Ints) -> Ints:
        """Add facts of one table, each with where its proof is, and return their numbers."""
        numbers = np.arange(self.size, self.size + len(subjects))
        self.size += len(subjects)
        for column, values in (
            (self.tables, np.full(len(subjects), table)),
            (self.subjects, subjects),
            (self.objects, objects),
            (self.batch, batch),
            (self.row, row),
        ):
            column.add(values)
        return numbers

    def __getitem__(self, number: int) -> Fact:
        """Return a fact by its number."""
        return Fact(
            int(self.tables.values[number]),
            int(self.subjects.values[number]),
            int(self.objects.values[number]),
        )

    def numbers(self, *, asserted: bool) -> Ints:
        """Return the numbers of the premises, or of the conclusions."""
        batch = self.batch.values
        return np.flatnonzero(batch == ASSERTED if asserted else batch >= 0)

    def is_asserted(self, number: int) -> bool:
        """Tell whether a fact is a premise."""
        return int(self.batch.values[number]) == ASSERTED

    def proof(self, number: int) -> tuple[int, tuple[int, ...]] | None:
        """Return the rule and the premises of a fact's first proof; None for a premise."""
        place = int(self.batch.values[number])
        if place < 0:
            return None
        batch = self.batches[place]
        row = batch.premises[int(self.row.values[number])] if batch.premises.shape[1] else EMPTY
        return batch.rule, (*batch.schema, *row.tolist())


class Column:
    """Numbers that grow at the end; the array has room to spare."""

    def __init__(self) -> None:
        """Start empty."""
        self._room = np.empty(1024, np.int64)
        self._size = 0

    @property
    def values(self) -> Ints:
        """The numbers so far."""
        return self._room[: self._size]

    def add(self, values: Ints) -> None:
        """Put numbers at the end."""
        size = self._size + len(values)
        if size > len(self._room):
            grown = np.empty(max(size, 2 * len(self._room)), np.int64)
            grown[: self._size] = self.values
            self._room = grown
        self._room[self._size : size] = values
        self._size = size
