"""Joins of tables, a column at a time: the premises of a rule that are left when its schema is matched.

`Rows` are the solutions of a join.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from wicara.graph.reasoning.tables import Delta, Index, Ints, Mask, Relation, all_facts, pack, ranges, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

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

    @cached_property
    def tables(self) -> frozenset[int]:
        """The tables of its atoms."""
        return frozenset(atom.table for atom in self.atoms)


@dataclass(frozen=True)
class Clash:
    """Rows of a rule whose conclusion is false, by the batch of their premises."""

    join: Join
    batch: int


@dataclass(frozen=True)
class Older:
    """Atoms of a join that are joined only with facts whose numbers are below one."""

    places: Mapping[int, None] = field(default_factory=dict)
    than: int = 0


ANY_AGE: Final = Older()


@dataclass
class JoinRows:
    """Solutions of a join: a column of terms for each variable, a column of fact numbers for each atom."""

    size: int
    columns: dict[str, Ints] = field(default_factory=dict)
    facts: dict[int, Ints] = field(default_factory=dict)

    def take(self, rows: Ints | Mask) -> JoinRows:
        """Return the chosen rows."""
        size = int(rows.sum()) if rows.dtype == np.bool_ else len(rows)
        columns = {name: column[rows] for name, column in self.columns.items()}
        return JoinRows(size, columns, {place: column[rows] for place, column in self.facts.items()})

    def where(self, mask: Mask) -> JoinRows:
        """Return the chosen rows: these themselves, where all are."""
        return self if mask.all() else self.take(mask)

    def value(self, slot: Slot) -> Ints:
        """Return the column of a place; a constant is repeated."""
        return self.columns[slot] if isinstance(slot, str) else np.full(self.size, slot, np.int64)

    def knows(self, slot: Slot) -> bool:
        """Tell whether a place has a value."""
        return not isinstance(slot, str) or slot in self.columns

    def knows_both(self, atom: Atom) -> bool:
        """Tell whether both places of an atom have a value, so that it only drops rows."""
        return self.knows(atom.subject) and self.knows(atom.object)

    def knows_either(self, atom: Atom) -> bool:
        """Tell whether a place of an atom has a value, by which its facts are found."""
        return self.knows(atom.subject) or self.knows(atom.object)


def bind(subject: Slot, target: Slot, subjects: Ints, objects: Ints) -> tuple[Mask, dict[str, Ints]]:
    """Return which of the pairs fit two places, and the columns that they give to variables."""
    keep = np.ones(len(subjects), np.bool_)
    pairs = ((subject, subjects), (target, objects))
    for slot, column in pairs:
        if not isinstance(slot, str):
            keep &= column == slot
    if isinstance(subject, str) and subject == target:
        keep &= subjects == objects
    return keep, {slot: column for slot, column in pairs if isinstance(slot, str)}


def first_rows(atom: Atom, delta: Delta, place: int) -> JoinRows:
    """Return the facts of a delta that fit an atom, as the first rows of a join."""
    keep, columns = bind(atom.subject, atom.object, delta.subjects, delta.objects)
    return JoinRows(len(keep), columns, {place: delta.facts}).take(keep)


def join_rows(
    rows: JoinRows, join: Join, left: Iterable[int], tables: Mapping[int, Relation], older: Older = ANY_AGE
) -> JoinRows:
    """Return the rows joined with the atoms that are left, the best bound atom first."""
    waiting = dict.fromkeys(left)
    while waiting and rows.size:
        place = best_bound(rows, join, waiting, older)
        del waiting[place]
        rows = extend(rows, join.atoms[place], tables[join.atoms[place].table], place)
        if place in older.places:
            rows = rows.where(rows.facts[place] < older.than)
    return rows


def best_bound(rows: JoinRows, join: Join, waiting: Collection[int], older: Older) -> int:
    """Return the first atom with most places known; of those with both, first one of older facts."""
    first = chain((n for n in older.places if n in waiting), waiting)
    bound = next((n for n in first if rows.knows_both(join.atoms[n])), None)
    if bound is not None:
        return bound
    return next((n for n in waiting if rows.knows_either(join.atoms[n])), next(iter(waiting)))


def extend(rows: JoinRows, atom: Atom, table: Relation, place: int) -> JoinRows:
    """Return the rows joined with the facts of a table that fit an atom; may change the rows given."""
    if rows.knows_both(atom):
        at, found = table.by_subject.find(pack(rows.value(atom.subject), rows.value(atom.object)))
        selected = rows.where(found)
        selected.facts[place] = table.by_subject.facts[at[found]]
        return selected
    if rows.knows(atom.subject):
        return expand_rows(rows, atom.subject, atom.object, table.by_subject, place)
    if rows.knows(atom.object):
        return expand_rows(rows, atom.object, atom.subject, table.by_object, place)
    return cross(rows, first_rows(atom, all_facts(table), place))


def expand_rows(rows: JoinRows, known: Slot, unknown: Slot, index: Index, place: int) -> JoinRows:
    """Return each row once for every pair in the index that begins with its known term."""
    at, source = ranges(*index.spans(rows.value(known)))
    found = rows.take(source)
    if isinstance(unknown, str):
        found.columns[unknown] = unpack(index.keys[at])[1]
    found.facts[place] = index.facts[at]
    return found


def cross(rows: JoinRows, others: JoinRows) -> JoinRows:
    """Return every row with every other."""
    one = rows.take(np.repeat(np.arange(rows.size), others.size))
    two = others.take(np.tile(np.arange(others.size), rows.size))
    return JoinRows(one.size, one.columns | two.columns, one.facts | two.facts)


def is_symmetric(join: Join) -> bool:
    """Tell whether a join is that of a table turned round, into itself."""
    if len(join.atoms) != 1 or len(join.heads) != 1 or join.tests:
        return False
    (atom,) = join.atoms
    is_open = isinstance(atom.subject, str) and isinstance(atom.object, str) and atom.subject != atom.object
    return is_open and join.heads[0] == (atom.object, atom.table, atom.subject)


def is_transitive(join: Join) -> bool:
    """Tell whether a join is that of a table with itself, end to start, into itself."""
    if len(join.atoms) != 2 or len(join.heads) != 1:  # noqa: PLR2004 - two ends
        return False
    (one, two), head = join.atoms, join.heads[0]
    variables = {place for place in (one.subject, one.object, two.object) if isinstance(place, str)}
    return (
        len(variables) == 3  # noqa: PLR2004 - start, middle, end
        and one.object == two.subject
        and (one.subject, one.table, two.object) == head
        and one.table == two.table
    )
