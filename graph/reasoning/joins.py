"""Joins of sorted tables, a whole column at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from wicara.graph.reasoning.relation import Index, Ints, Mask, Relation, packed, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

Slot = int | str
"""A place of an atom: the number of a term, or the name of a variable."""


@dataclass(frozen=True)
class Atom:
    """One premise of a join: the number of its table, and its two places."""

    table: int
    subject: Slot
    object: Slot


@dataclass(frozen=True)
class Test:
    """A test on literals: its name, and the places whose terms it looks at."""

    name: str
    places: tuple[Slot, ...]


@dataclass(frozen=True)
class Join:
    """A rule with its schema premises filled in.

    What is left to join (`atoms`), what follows (`heads`: subject, table, object; none is an inconsistency),
    the numbers of the facts that were filled in (`schema`), and the tests that rows must pass.
    """

    rule: int
    atoms: tuple[Atom, ...]
    heads: tuple[tuple[Slot, int, Slot], ...]
    schema: tuple[int, ...]
    tests: tuple[Test, ...] = ()


@dataclass(frozen=True)
class Delta:
    """Some facts of one table, as columns."""

    subjects: Ints
    objects: Ints
    facts: Ints

    def take(self, rows: Ints | Mask) -> Delta:
        """Return the chosen facts."""
        return Delta(self.subjects[rows], self.objects[rows], self.facts[rows])


def joined(one: Delta, two: Delta) -> Delta:
    """Return the facts of both."""
    columns = ((one.subjects, two.subjects), (one.objects, two.objects), (one.facts, two.facts))
    return Delta(*(np.concatenate(pair) for pair in columns))


def whole(table: Relation) -> Delta:
    """Return all facts of a table."""
    return Delta(*unpacked(table.by_subject.keys), table.by_subject.facts)


@dataclass
class Rows:
    """Solutions of a join: a column of terms for each variable, a column of fact numbers for each atom."""

    size: int
    columns: dict[str, Ints] = field(default_factory=dict)
    facts: dict[int, Ints] = field(default_factory=dict)

    def take(self, rows: Ints | Mask) -> Rows:
        """Return the chosen rows."""
        size = int(rows.sum()) if rows.dtype == np.bool_ else len(rows)
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Rows(size, columns, {place: column[rows] for place, column in self.facts.items()})

    def value(self, slot: Slot) -> Ints:
        """Return the column of a place; a constant is repeated."""
        return self.columns[slot] if isinstance(slot, str) else np.full(self.size, slot, np.int64)

    def knows(self, slot: Slot) -> bool:
        """Tell whether a place has a value."""
        return not isinstance(slot, str) or slot in self.columns


def bound(subject: Slot, target: Slot, subjects: Ints, objects: Ints) -> tuple[Mask, dict[str, Ints]]:
    """Return which of the pairs fit two places, and the columns that they give to variables."""
    keep = np.ones(len(subjects), np.bool_)
    pairs = ((subject, subjects), (target, objects))
    for slot, column in pairs:
        if not isinstance(slot, str):
            keep &= column == slot
    if isinstance(subject, str) and subject == target:
        keep &= subjects == objects
    return keep, {slot: column for slot, column in pairs if isinstance(slot, str)}


def opened(atom: Atom, delta: Delta, place: int) -> Rows:
    """Return the facts of a delta that fit an atom, as the first rows of a join."""
    keep, columns = bound(atom.subject, atom.object, delta.subjects, delta.objects)
    return Rows(len(keep), columns, {place: delta.facts}).take(keep)


def solved(rows: Rows, join: Join, left: list[int], tables: Mapping[int, Relation]) -> Rows:
    """Return the rows joined with the atoms that are left, the best bound atom first."""
    while left and rows.size:
        place = max(left, key=lambda n: rows.knows(join.atoms[n].subject) + rows.knows(join.atoms[n].object))
        left.remove(place)
        atom = join.atoms[place]
        rows = extended(rows, atom, tables[atom.table], place)
    return rows


def extended(rows: Rows, atom: Atom, table: Relation, place: int) -> Rows:
    """Return the rows joined with the facts of a table that fit an atom."""
    if rows.knows(atom.subject) and rows.knows(atom.object):
        at, found = table.by_subject.find(packed(rows.value(atom.subject), rows.value(atom.object)))
        kept = rows.take(found)
        kept.facts[place] = table.by_subject.facts[at[found]]
        return kept
    if rows.knows(atom.subject):
        return spread(rows, atom.subject, atom.object, table.by_subject, place)
    if rows.knows(atom.object):
        return spread(rows, atom.object, atom.subject, table.by_object, place)
    return crossed(rows, opened(atom, whole(table), place))


def spread(rows: Rows, known: Slot, unknown: Slot, index: Index, place: int) -> Rows:
    """Return each row once for every pair in the index that begins with its known term."""
    low, high = index.spans(rows.value(known))
    counts = high - low
    source = np.repeat(np.arange(rows.size), counts)
    at = np.arange(len(source)) + np.repeat(low - np.cumsum(counts) + counts, counts)
    found = rows.take(source)
    if isinstance(unknown, str):
        found.columns[unknown] = unpacked(index.keys[at])[1]
    found.facts[place] = index.facts[at]
    return found


def crossed(rows: Rows, others: Rows) -> Rows:
    """Return every row with every other."""
    one = rows.take(np.repeat(np.arange(rows.size), others.size))
    two = others.take(np.tile(np.arange(others.size), rows.size))
    return Rows(one.size, one.columns | two.columns, one.facts | two.facts)
