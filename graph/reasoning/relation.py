"""The facts of one predicate as sorted columns: pairs of term numbers, each with the number of its fact."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

SHIFT: Final = 32
LOW: Final = (1 << SHIFT) - 1
EMPTY: Final = np.empty(0, np.int64)


def packed(first: Ints, second: Ints) -> Ints:
    """Return pairs of term numbers as one number each, so that they sort by the first."""
    return (first << SHIFT) | second


def unpacked(keys: Ints) -> tuple[Ints, Ints]:
    """Return the first and the second places of packed pairs."""
    return keys >> SHIFT, keys & LOW


def distinct(values: Ints) -> Ints:
    """Return the different numbers, sorted; `numpy.unique` imports numpy.ma first, which takes 20 ms."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def among(values: Ints, ordered: Ints) -> Mask:
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
            subjects, objects = unpacked(self.by_subject.keys)
            self._by_object = Index(packed(objects, subjects), self.by_subject.facts)
        return self._by_object

    def add(self, subjects: Ints, objects: Ints, facts: Ints) -> None:
        """Add facts that are not there yet."""
        self.by_subject.merge(packed(subjects, objects), facts)
        if self._by_object is not None:
            self._by_object.merge(packed(objects, subjects), facts)

    def remove(self, subjects: Ints, objects: Ints) -> None:
        """Take facts out."""
        self.by_subject.remove(packed(subjects, objects))
        if self._by_object is not None:
            self._by_object.remove(packed(objects, subjects))

    def match(self, subject: int | None, target: int | None) -> list[tuple[int, int, int]]:
        """Return (subject, object, fact) for the facts with these places; None is any."""
        if subject is None and target is not None:
            return [(s, o, fact) for o, s, fact in within(self.by_object, target)]
        found = within(self.by_subject, subject)
        return found if target is None else [row for row in found if row[1] == target]


class Tables(dict[int, Relation]):
    """The facts by the numbers of their predicates; a predicate without facts has no table of its own."""

    def __missing__(self, table: int) -> Relation:
        """Return an empty table, which is not kept."""
        return Relation()

    def grow(self, table: int) -> Relation:
        """Return a table to put facts into."""
        return self.setdefault(table, Relation())


def within(index: Index, first: int | None) -> list[tuple[int, int, int]]:
    """Return (first, second, fact) of the pairs that begin with a term, or of all."""
    low, high = (0, len(index.keys)) if first is None else span(index, first)
    one, two = unpacked(index.keys[low:high])
    return list(zip(one.tolist(), two.tolist(), index.facts[low:high].tolist(), strict=True))


def span(index: Index, first: int) -> tuple[int, int]:
    """Return the start and the end of the pairs that begin with one term."""
    low, high = index.spans(np.array([first]))
    return int(low[0]), int(high[0])
