"""Facts as sorted columns of numbers: a table for each predicate, and their proofs.

A fact is a row of numbers: of its predicate (the table), its subject and its object. A table holds the pairs
of its facts, packed into one number each, by subject and by object. `FactTable` has every fact by a number of
its own, with its first proof.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SHIFT: Final = 32
LOW: Final = (1 << SHIFT) - 1
EMPTY: Final = np.empty(0, np.int64)


def pack(first: Ints, second: Ints) -> Ints:
    """Return pairs of term numbers as one number each, so that they sort by the first."""
    return (first << SHIFT) | second


def unpack(keys: Ints) -> tuple[Ints, Ints]:
    """Return the first and the second places of packed pairs."""
    return keys >> SHIFT, keys & LOW


def distinct(values: Ints) -> Ints:
    """Return the different numbers, sorted; `numpy.unique` imports numpy.ma first, which takes 20 ms."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def first_of_each(keys: Ints) -> tuple[Ints, Ints]:
    """Return the different numbers in the order in which they first stand, and where that is."""
    _, at = np.unique(keys, return_index=True)
    at.sort()
    return keys[at], at


def ranges(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """Return all numbers of some ranges, one range after the other, and the range that each is of."""
    counts = high - low
    source = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(source)) + np.repeat(low - np.cumsum(counts) + counts, counts), source


def contains(values: Ints, ordered: Ints) -> Mask:
    """Tell which numbers stand in an ordered column; `numpy.isin` imports numpy.ma too."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: Mask = ordered[at] == values
    return found


class Index:
    """Pairs in order, with the number of the fact that each is."""

    def __init__(self, keys: Ints = EMPTY, facts: Ints = EMPTY) -> None:
        """Take pairs in any order, each once."""
        order = np.argsort(keys, kind="stable")
        self.keys = keys[order]
        self.facts = facts[order]

    def merge(self, keys: Ints, facts: Ints) -> None:
        """Add pairs that are not there yet, in any order."""
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(self.keys, keys[order])
        self.keys = np.insert(self.keys, at, keys[order])
        self.facts = np.insert(self.facts, at, facts[order])

    def remove(self, keys: Ints) -> None:
        """Take pairs out; those that are not there are passed over."""
        at, there = self.find(keys)
        self.keys = np.delete(self.keys, at[there])
        self.facts = np.delete(self.facts, at[there])

    def find(self, keys: Ints) -> tuple[Ints, Mask]:
        """Return where each pair stands, or would, and whether it does."""
        at = np.searchsorted(self.keys, keys)
        if not len(self.keys):
            return at, np.zeros(len(keys), np.bool_)
        return at, self.keys[np.minimum(at, len(self.keys) - 1)] == keys

    def spans(self, first: Ints) -> tuple[Ints, Ints]:
        """Return the start and the end of the pairs that begin with each term."""
        return np.searchsorted(self.keys, first << SHIFT), np.searchsorted(self.keys, (first + 1) << SHIFT)


class Relation:
    """The facts of one predicate, found by subject and by object."""

    def __init__(self) -> None:
        """Start empty."""
        self.by_subject = Index()
        self._by_object: Index | None = None

    def __len__(self) -> int:
        """Return how many facts there are."""
        return len(self.by_subject.keys)

    @property
    def by_object(self) -> Index:
        """The facts by object; made when first asked for."""
        if self._by_object is None:
            subjects, objects = unpack(self.by_subject.keys)
            self._by_object = Index(pack(objects, subjects), self.by_subject.facts)
        return self._by_object

    def add(self, subjects: Ints, objects: Ints, facts: Ints) -> None:
        """Add facts that are not there yet."""
        self.by_subject.merge(pack(subjects, objects), facts)
        if self._by_object is not None:
            self._by_object.merge(pack(objects, subjects), facts)

    def remove(self, subjects: Ints, objects: Ints) -> None:
        """Take facts out."""
        self.by_subject.remove(pack(subjects, objects))
        if self._by_object is not None:
            self._by_object.remove(pack(objects, subjects))

    def match(self, subject: int | None, target: int | None, *, since: int = 0) -> list[tuple[int, int, int]]:
        """Return (subject, object, fact) for the facts with these places, from a number on; None is any."""
        if subject is None and target is not None:
            return [(s, o, fact) for o, s, fact in pairs_from(self.by_object, target, since)]
        found = pairs_from(self.by_subject, subject, since)
        return found if target is None else [row for row in found if row[1] == target]


class Tables(dict[int, Relation]):
    """The facts by the numbers of their predicates; a predicate without facts has no table of its own."""

    def __missing__(self, table: int) -> Relation:
        """Return an empty table, which is not kept."""
        return Relation()

    def grow(self, table: int) -> Relation:
        """Return a table to put facts into."""
        return self.setdefault(table, Relation())


def pairs_from(index: Index, first: int | None, since: int = 0) -> list[tuple[int, int, int]]:
    """Return (first, second, fact) of the pairs that begin with a term, or of all; facts from a number on."""
    low, high = (0, len(index.keys)) if first is None else span(index, first)
    keys, facts = index.keys[low:high], index.facts[low:high]
    if since:
        keys, facts = keys[facts >= since], facts[facts >= since]
    one, two = unpack(keys)
    return list(zip(one.tolist(), two.tolist(), facts.tolist(), strict=True))


def span(index: Index, first: int) -> tuple[int, int]:
    """Return the start and the end of the pairs that begin with one term."""
    low, high = index.spans(np.array([first]))
    return int(low[0]), int(high[0])


# All facts by number, and their first proofs.

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


class FactTable:
    """Facts by number; a number is never given twice, and the premises of a conclusion have smaller ones."""

    def __init__(self) -> None:
        """Start empty."""
        self.size = 0
        self.batches: list[Batch] = []
        self.spans: dict[int, tuple[int, int]] = {}
        """Of each batch, the numbers between which its facts are, with those of other batches."""
        self.tables, self.subjects, self.objects = GrowingArray(), GrowingArray(), GrowingArray()
        self.batch, self.row = GrowingArray(), GrowingArray()

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

    def __getitem__(self, number: int) -> tuple[int, int, int]:
        """Return a fact by its number: the numbers of its predicate, subject and object."""
        columns = (self.tables, self.subjects, self.objects)
        predicate, subject, target = (int(column.values[number]) for column in columns)
        return predicate, subject, target

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


class GrowingArray:
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


# From a fact to the conclusions whose first proof uses it.


class Uses:
    """The uses of one table's facts as premises, as packed (premise, conclusion).

    They are sorted when first asked for. Later ones make segments of their own, each less than half as long
    as the one before, so that a use is sorted anew but a few times.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.waiting: list[tuple[int, int]] = []
        self.segments: list[Ints] = []

    def of(self, premises: Ints, facts: FactTable) -> Ints:
        """Return the conclusions that use any of these premises."""
        if self.waiting:
            self.take_in(facts)
        return np.concatenate([EMPTY, *(uses_within(segment, premises) for segment in self.segments)])

    def take_in(self, facts: FactTable) -> None:
        """Sort what waits, a batch and a place of its proofs each."""
        uses = np.sort(np.concatenate([uses_of(facts, batch, place) for batch, place in self.waiting]))
        self.waiting = []
        while self.segments and len(self.segments[-1]) < 2 * len(uses):
            uses = np.sort(np.concatenate([self.segments.pop(), uses]))
        self.segments.append(uses)


class Dependents:
    """An index that is made, a table at a time, when first asked, and follows as facts are added."""

    def __init__(self, facts: FactTable) -> None:
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

    def concluded_from(self, numbers: Ints) -> Ints:
        """Return the conclusions whose first proof uses any of these facts directly."""
        self.follow()
        used = distinct(self.users(numbers)) if len(numbers) else numbers
        return used[self.facts.batch.values[used] >= 0]

    def users(self, numbers: Ints) -> Ints:
        """Return the conclusions that use any of these facts directly."""
        tables = self.facts.tables.values[numbers]
        concerned = distinct(tables).tolist()
        return np.concatenate(
            [EMPTY, *(self.by_table[table].of(numbers[tables == table], self.facts) for table in concerned)]
        )

    def follow(self) -> None:
        """Note, for each table, the places of the proofs made since that hold its facts."""
        for number in range(self.batches, len(self.facts.batches)):
            batch = self.facts.batches[number]
            for place, fact in enumerate((*batch.schema, *batch.premises[:1].ravel().tolist())):
                self.by_table[int(self.facts.tables.values[fact])].waiting.append((number, place))
        self.batches = len(self.facts.batches)


def uses_within(segment: Ints, premises: Ints) -> Ints:
    """Return the conclusions of a segment that use any of these premises."""
    low, high = (np.searchsorted(segment, (premises + more) << SHIFT) for more in (0, 1))
    return unpack(segment[ranges(low, high)[0]])[1]


def uses_of(facts: FactTable, number: int, place: int) -> Ints:
    """Return the uses of premises at one place of the proofs of a batch."""
    batch = facts.batches[number]
    start, end = facts.spans.get(number, (0, 0))
    conclusions = start + np.flatnonzero(facts.batch.values[start:end] == number)
    if place < len(batch.schema):
        return pack(np.full(len(conclusions), batch.schema[place], np.int64), conclusions)
    column = batch.premises[:, place - len(batch.schema)]
    return pack(column[facts.row.values[conclusions]], conclusions)


# Facts as columns, on their way into a table.


@dataclass(frozen=True)
class Delta:
    """Some facts of one table, as columns."""

    subjects: Ints
    objects: Ints
    facts: Ints

    def take(self, rows: Ints | Mask) -> Delta:
        """Return the chosen facts."""
        return Delta(self.subjects[rows], self.objects[rows], self.facts[rows])


@dataclass(frozen=True)
class Derived:
    """Conclusions of one join in one round: packed pairs, the batch and rows of their proofs."""

    keys: Ints
    batch: int
    rows: Ints
    stepped: bool


def concatenate(one: Delta, two: Delta) -> Delta:
    """Return the facts of both."""
    columns = ((one.subjects, two.subjects), (one.objects, two.objects), (one.facts, two.facts))
    return Delta(*(np.concatenate(pair) for pair in columns))


def all_facts(table: Relation) -> Delta:
    """Return all facts of a table."""
    return Delta(*unpack(table.by_subject.keys), table.by_subject.facts)


def by_object(delta: Delta, targets: Collection[int]) -> Iterator[tuple[int, Delta]]:
    """Yield the facts that have each of some objects, where there are any."""
    if not targets:
        return
    chosen = np.flatnonzero(np.isin(delta.objects, list(targets)))
    order = chosen[np.argsort(delta.objects[chosen], kind="stable")]
    objects, starts = np.unique(delta.objects[order], return_index=True)
    for target, rows in zip(objects.tolist(), np.split(order, starts[1:]), strict=False):
        yield target, delta.take(rows)
