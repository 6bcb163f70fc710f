"""A class with the classes around it drawn: what leads to it on the left, where it leads on the right."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.server.site.ontology.diagram import MARGIN, width_of
from wicara.server.site.ontology.entries import DOMAIN, RANGE
from wicara.server.site.ontology.model import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Shown, Words

ROW: Final = 34
SPACE: Final = 60
"""The space that the lines have to come together in."""


@dataclass(frozen=True)
class Relation:
    """A property that joins the class to another, and that other class."""

    property: Shown
    other: Shown


@dataclass(frozen=True)
class Arm:
    """A relation in the drawing: the other class from `box` on, `width` wide, and its line to the middle.

    The line goes flat from `near` to `turn`, under the name of the property, and then to the class.
    """

    relation: Relation
    y: int
    box: int
    width: int
    near: int
    turn: int
    end: int

    @property
    def text(self) -> int:
        """Where the name of the property begins."""
        return min(self.near, self.turn) + 4


@dataclass(frozen=True)
class Drawing:
    """The class in the middle, what is around it, and how large the drawing is."""

    name: Shown
    x: int
    middle: int
    wide: int
    arms: tuple[Arm, ...]
    width: int
    height: int


def relations(ontology: Ontology, words: Words, iri: str, here: str, there: str) -> Iterator[Relation]:
    """Yield the properties that have a class at one end, with the class at the other."""
    for name in names(ontology.subjects(NamedNode(iri), here)):
        for other in names(ontology.objects(NamedNode(name), there)):
            yield Relation(words.show_iri(name), words.show_iri(other))


def around(ontology: Ontology, words: Words, iri: str) -> Drawing | None:
    """Return the drawing of a class, or None where nothing is around it."""
    left = list(relations(ontology, words, iri, RANGE, DOMAIN))
    right = [one for one in relations(ontology, words, iri, DOMAIN, RANGE) if one.other.full != iri]
    if not left and not right:
        return None
    name = words.show_iri(iri)
    boxes, texts = widest(left)
    x = MARGIN + (boxes + texts + SPACE if left else 0)
    wide = width_of(name.text) + 2 * MARGIN
    height = max(len(left), len(right)) * ROW + 2 * MARGIN
    arms = chain(to_left(left, height, boxes, texts, x), to_right(right, height, x + wide))
    width = x + wide + MARGIN + (sum(widest(right)) + SPACE if right else 0)
    return Drawing(name, x, height // 2, wide, tuple(arms), width, height)


def widest(some: Sequence[Relation]) -> tuple[int, int]:
    """Return the width of the widest box, and that of the longest name of a property."""
    boxes = max((width_of(one.other.text) for one in some), default=0)
    texts = max((width_of(one.property.text) for one in some), default=0)
    return boxes + 2 * MARGIN, texts + MARGIN


def heights(count: int, height: int) -> range:
    """Return where the rows of a side are, in the middle of the drawing."""
    first = (height - count * ROW) // 2 + ROW // 2
    return range(first, first + count * ROW, ROW)


def to_left(some: Sequence[Relation], height: int, boxes: int, texts: int, end: int) -> Iterator[Arm]:
    """Yield what leads to the class."""
    for one, y in zip(some, heights(len(some), height), strict=True):
        width = width_of(one.other.text) + 2 * MARGIN
        near = MARGIN + boxes
        yield Arm(one, y, near - width, width, near, near + texts, end)


def to_right(some: Sequence[Relation], height: int, end: int) -> Iterator[Arm]:
    """Yield what the class leads to."""
    _, texts = widest(some)
    for one, y in zip(some, heights(len(some), height), strict=True):
        near = end + SPACE + texts
        yield Arm(one, y, near, width_of(one.other.text) + 2 * MARGIN, near, end + SPACE, end)
