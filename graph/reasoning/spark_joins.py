"""Joins as Spark makes them: many at once, where they differ in constants only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from wicara.graph.reasoning.schema import Template

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from wicara.graph.reasoning.joins import Slot

Places = tuple["Slot", "Slot", "Slot"]


class SparkJoin(NamedTuple):
    """A rule with its schema premises filled in; places are numbers of terms or names of variables."""

    rule: int
    schema: tuple[int, ...]
    atoms: tuple[Places, ...]
    heads: tuple[Places, ...]
    tests: tuple[tuple[str, tuple[Slot, ...]], ...]


@dataclass(frozen=True)
class Shape:
    """What joins have in common: each constant is the name of a column of parameters.

    `reflexive` tells of each head whether its subject and object are the same place.
    """

    atoms: tuple[tuple[str, ...], ...]
    heads: tuple[tuple[str, ...], ...]
    tests: tuple[tuple[str, tuple[str, ...]], ...]
    reflexive: tuple[bool, ...]


class Growth:
    """How many facts there are, by predicate, and by class for types."""

    def __init__(self, kind: int) -> None:
        """Take the number of rdf:type."""
        self.kind = kind
        self.by_predicate: Counter[int] = Counter()
        self.by_class: Counter[int] = Counter()

    def __iadd__(self, other: Growth) -> Self:
        """Add the counts of other facts."""
        self.by_predicate += other.by_predicate
        self.by_class += other.by_class
        return self

    @property
    def size(self) -> int:
        """How many facts there are."""
        return self.by_predicate.total()

    def of(self, atom: Places) -> int:
        """Return how many facts may fit an atom."""
        _, predicate, target = atom
        if isinstance(predicate, str):
            return self.size
        if predicate == self.kind and not isinstance(target, str):
            return self.by_class[target]
        return self.by_predicate[predicate]


def without_renaming(template: Template) -> Template:
    """Return a template whose equalities of predicates are data: a join tries each predicate at once."""
    schema = tuple(premise for premise in template.schema if premise not in template.renaming)
    return Template(template.place, template.rule, schema, (*template.renaming, *template.data))


def constants(join: SparkJoin) -> list[int]:
    """Return the constants of a join in their order, repeated ones too."""
    tests = (places for _, places in join.tests)
    return [
        place
        for places in (*join.atoms, *join.heads, *tests)
        for place in places
        if not isinstance(place, str)
    ]


def shape_of(join: SparkJoin) -> Shape:
    """Return the shape of a join."""
    names: dict[str, str] = {}
    count = 0

    def named(places: Iterable[Slot]) -> tuple[str, ...]:
        nonlocal count
        found = []
        for place in places:
            if isinstance(place, str):
                found.append(names.setdefault(place, f"?{len(names)}"))
            else:
                found.append(f"k{count}")
                count += 1
        return tuple(found)

    return Shape(
        tuple(map(named, join.atoms)),
        tuple(map(named, join.heads)),
        tuple((name, named(places)) for name, places in join.tests),
        tuple(head[0] == head[2] for head in join.heads),
    )
