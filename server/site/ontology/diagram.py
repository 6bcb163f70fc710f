"""Drawings that templates draw: all classes as a tree, and a class with those around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.ontology import WIC, expand
from wicara.server.site.language import language
from wicara.server.site.ontology.model import iris_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Shown, Words

LETTER: Final = 8
"""About how wide a letter is at the size of the labels; how much wider and narrower some are."""
WIDE, NARROW = "mwMWACDGHNOQRU", "fijlrtI .,-()"
MARGIN: Final = 12
LEAF: Final = 30
"""The height that a class without narrower ones takes in the tree."""
GAP: Final = 36
"""The space between two columns of the tree, for the lines."""
ROW: Final = 34
"""The height of a row around a class."""
SPACE: Final = 60
"""The space that the lines have to come together in."""
SUBCLASS, DOMAIN, RANGE = map(expand, ("rdfs:subClassOf", "rdfs:domain", "rdfs:range"))


def text_width(text: str) -> int:
    """Return about how wide a text is."""
    wide, narrow = (sum(map(text.count, letters)) for letters in (WIDE, NARROW))
    return round(len(text) * LETTER + 3 * (wide - narrow))


def box_width(text: str) -> int:
    """Return how wide a box around a text is."""
    return text_width(text) + 2 * MARGIN


@dataclass(frozen=True)
class Node:
    """A term with the narrower ones below it."""

    iri: str
    name: Shown
    below: tuple[Node, ...]

    @property
    def leaves(self) -> int:
        """How many rows it takes."""
        return sum(node.leaves for node in self.below) or 1


def tree(ontology: Ontology, words: Words, kind: str = "class", narrower: str = SUBCLASS) -> tuple[Node, ...]:
    """Return the ontology's terms of a kind as a forest, each below the first wider one."""
    own = ontology.own(kind)
    above: dict[str, str] = {}

    def leads_to(iri: str, other: str) -> bool:
        while iri in above and iri != other:
            iri = above[iri]
        return iri == other

    def branches(terms: list[str]) -> Iterator[Node]:
        for iri in sorted(terms, key=lambda one: words.show_iri(one).text.casefold()):
            below = [one for one, wider in above.items() if wider == iri]
            yield Node(iri, words.show_iri(iri), tuple(branches(below)))

    for iri in own:
        wider = [one for one in iris_among(ontology.objects(NamedNode(iri), narrower)) if one in own]
        if wider and not leads_to(wider[0], iri):
            above[iri] = wider[0]
    return tuple(branches([iri for iri in own if iri not in above]))


@dataclass(frozen=True)
class Box:
    """A class in the tree: its name, where its box is, and the point that its line comes from, if any."""

    text: str
    lang: str | None
    href: str
    x: int
    y: int
    width: int
    origin: tuple[int, int] | None


@dataclass(frozen=True)
class Drawing:
    """The boxes of a tree, and how large the drawing is."""

    boxes: tuple[Box, ...]
    width: int
    height: int


def drawn(forest: tuple[Node, ...]) -> Drawing:
    """Return a forest laid out: each level a column, each class in the middle of what is below it."""
    columns = [MARGIN]
    level = forest
    while level:
        columns.append(columns[-1] + max(box_width(node.name.text) for node in level) + GAP)
        level = tuple(below for node in level for below in node.below)

    def boxes(nodes: Sequence[Node], top: int, origin: tuple[int, int] | None, level: int) -> Iterator[Box]:
        for node in nodes:
            x, y, width = columns[level], top + node.leaves * LEAF // 2, box_width(node.name.text)
            lang = None if node.name.lang == language() else node.name.lang
            yield Box(node.name.text, lang, f"#{node.iri.removeprefix(WIC)}", x, y, width, origin)
            yield from boxes(node.below, top, (x + width, y), level + 1)
            top += node.leaves * LEAF

    height = sum(node.leaves for node in forest) * LEAF + 2 * MARGIN
    return Drawing(tuple(boxes(forest, MARGIN, None, 0)), columns[-1], height)


@dataclass(frozen=True)
class Arm:
    """A property that joins the class in the middle to another: the box of that, and the line between.

    The line goes flat from `near` to `turn`, under the name of the property, and then to `end`.
    """

    relation: Shown
    other: Shown
    y: int
    box: int
    near: int
    turn: int
    end: int

    @property
    def width(self) -> int:
        """How wide the box of the other class is."""
        return box_width(self.other.text)

    @property
    def text(self) -> int:
        """Where the name of the property begins."""
        return min(self.near, self.turn) + 4


@dataclass(frozen=True)
class Around:
    """A class in the middle, what is around it, and how large the drawing is."""

    name: Shown
    x: int
    middle: int
    wide: int
    arms: tuple[Arm, ...]
    width: int
    height: int


def around(ontology: Ontology, words: Words, iri: str) -> Around | None:
    """Return the drawing of a class: on the left what leads to it, on the right where it leads."""

    def relations(here: str, there: str) -> list[tuple[Shown, Shown]]:
        return [
            (words.show_iri(name), words.show_iri(other))
            for name in iris_among(ontology.subjects(NamedNode(iri), here))
            for other in iris_among(ontology.objects(NamedNode(name), there))
        ]

    left = relations(RANGE, DOMAIN)
    right = [one for one in relations(DOMAIN, RANGE) if one[1].full != iri]
    if not left and not right:
        return None
    name, height = words.show_iri(iri), max(len(left), len(right)) * ROW + 2 * MARGIN

    def widest(some: list[tuple[Shown, Shown]]) -> tuple[int, int]:
        boxes = max((text_width(other.text) for _, other in some), default=0)
        texts = max((text_width(relation.text) for relation, _ in some), default=0)
        return boxes + 2 * MARGIN, texts + MARGIN

    def heights(some: list[tuple[Shown, Shown]]) -> Iterator[tuple[int, Shown, Shown]]:
        first = (height - len(some) * ROW) // 2 + ROW // 2
        return ((first + number * ROW, *one) for number, one in enumerate(some))

    boxes, texts = widest(left)
    x, wide, near = MARGIN + (boxes + texts + SPACE if left else 0), box_width(name.text), MARGIN + boxes
    arms = [
        Arm(relation, other, y, near - box_width(other.text), near, near + texts, x)
        for y, relation, other in heights(left)
    ]
    end, far = x + wide, x + wide + SPACE + widest(right)[1]
    arms += [Arm(relation, other, y, far, far, end + SPACE, end) for y, relation, other in heights(right)]
    width = end + MARGIN + (sum(widest(right)) + SPACE if right else 0)
    return Around(name, x, height // 2, wide, tuple(arms), width, height)
