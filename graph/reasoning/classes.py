"""Closing a table that is symmetric and transitive, as owl:sameAs is: a whole class of equals at a time.

Pair by pair, each pair would be found in as many ways as its class has members. Here the smallest number of a
class represents it: all members are joined to that one, level by level, and then each two of them through it.
Each conclusion is one of a rule all the same, of symmetry or of transitivity, and has its first proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from wicara.graph.reasoning.tables import (
    Delta,
    Ints,
    concatenate,
    distinct,
    first_of_each,
    pack,
    ranges,
    unpack,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wicara.graph.reasoning.tables import Index, Relation

CHUNK: Final = 1 << 22
"""How many pairs are made at a time."""


class Conclude(Protocol):
    """Adds conclusions of a rule, given their subjects, objects and premises; returns them as facts."""

    def __call__(self, subjects: Ints, objects: Ints, *premises: Ints) -> Delta:
        """Add conclusions."""


class PutFacts(Protocol):
    """Puts facts into the table; steps are those that no transitivity concludes."""

    def __call__(self, delta: Delta, *, are_steps: bool = False) -> None:
        """Put facts into the table."""


@dataclass(frozen=True)
class Classes:
    """The classes of a table, and how conclusions join it; reflexive: it also has each member twice.

    `expect` is told how many pairs there will be, before they are made.
    """

    table: Relation
    by_symmetry: Conclude
    by_transitivity: Conclude
    place: PutFacts
    expect: Callable[[int], None]
    reflexive: bool

    def close(self, grown: Delta) -> None:
        """Close the classes that hold some facts of the table, which may all be new."""
        _, there = self.table.by_subject.find(pack(grown.objects, grown.subjects))
        lone = grown.take(~there)
        self.place(self.by_symmetry(lone.objects, lone.subjects, lone.facts), are_steps=True)
        nodes, *edges = classes_around(self.table, distinct(np.append(grown.subjects, grown.objects)))
        root = representatives(len(nodes), edges[0], edges[1])
        reached = self.reach(nodes, root, *edges)
        members = np.flatnonzero(root != np.arange(len(nodes)))
        members = members[np.argsort(root[members], kind="stable")]
        keys = pack(nodes[members], nodes[root[members]])
        _, there = self.table.by_subject.find(keys)
        lone_members = members[~there]
        back = self.by_symmetry(nodes[lone_members], nodes[root[lone_members]], reached[lone_members])
        self.place(back)
        at, _ = self.table.by_subject.find(keys)
        self.join_members(nodes, root, members, reached[members], self.table.by_subject.facts[at])

    def reach(self, nodes: Ints, root: Ints, subjects: Ints, objects: Ints, facts: Ints) -> Ints:
        """Join representatives to their members, level by level; return the fact that reaches each node."""
        reached = np.full(len(nodes), -1)
        is_root = root[subjects] == subjects
        reached[objects[is_root]] = facts[is_root]
        bounds = np.searchsorted(subjects, np.arange(len(nodes) + 1))
        frontier = objects[is_root]
        levels = []
        while len(frontier):
            rows, source = ranges(bounds[frontier], bounds[frontier + 1])
            targets, at = first_of_each(objects[rows])
            new = (reached[targets] < 0) & (root[targets] != targets)
            before, rows, frontier = frontier[source[at[new]]], rows[at[new]], targets[new]
            level = self.by_transitivity(nodes[root[frontier]], nodes[frontier], reached[before], facts[rows])
            reached[frontier] = level.facts
            levels.append(level)
        if levels:
            self.place(reduce(concatenate, levels))
        return reached

    def join_members(self, nodes: Ints, root: Ints, members: Ints, reached: Ints, back: Ints) -> None:
        """Join each two members of a class through its representative, which reaches them, and they it."""
        low = np.searchsorted(root[members], root[members])
        high = np.searchsorted(root[members], root[members], side="right")
        if self.reflexive:
            roots, at = first_of_each(root[members])
            _, there = self.table.by_subject.find(pack(nodes[roots], nodes[roots]))
            own, at = nodes[roots[~there]], at[~there]
            self.place(self.by_transitivity(own, own, reached[at], back[at]))
        pairs = int((high - low).sum())
        self.expect(pairs - len(self.table))
        parts = max(1, -(-pairs // CHUNK))
        for part in np.array_split(np.arange(len(members)), parts):
            two, source = ranges(low[part], high[part])
            one = part[source]
            subjects, objects = nodes[members[one]], nodes[members[two]]
            _, there = self.table.by_subject.find(pack(subjects, objects))
            new = ~there if self.reflexive else ~there & (one != two)
            self.place(self.by_transitivity(subjects[new], objects[new], back[one[new]], reached[two[new]]))


def smallest(members: Ints, equals: Index) -> Ints:
    """Return the smallest of what each term equals and itself."""
    low, high = equals.spans(members)
    found = members.copy()
    has = low < high
    found[has] = np.minimum(members[has], unpack(equals.keys[low[has]])[1])
    return found


def classes_around(table: Relation, nodes: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return all nodes of the classes of some, and the pairs between them by place, with their facts."""
    while True:
        rows, _ = ranges(*table.by_subject.spans(nodes))
        subjects, objects = unpack(table.by_subject.keys[rows])
        more = distinct(np.append(nodes, objects))
        if len(more) == len(nodes):
            facts = table.by_subject.facts[rows]
            return nodes, np.searchsorted(nodes, subjects), np.searchsorted(nodes, objects), facts
        nodes = more


def representatives(count: int, subjects: Ints, objects: Ints) -> Ints:
    """Return the smallest node of the class of each node: labels sink along pairs, and then to their own."""
    root = np.arange(count)
    while True:
        lower = root.copy()
        np.minimum.at(lower, root[subjects], root[objects])
        while True:
            sunk = lower[lower]
            if np.array_equal(sunk, lower):
                break
            lower = sunk
        if np.array_equal(lower, root):
            return root
        root = lower
