"""The class hierarchy as a drawing: a tree from left to right, laid out here, drawn by a template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.ontology import WIC
from wicara.server.site.language import language
from wicara.server.site.ontology.model import RDFS, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.server.site.ontology.model import Ontology
    from wicara.server.site.words import Shown, Words

ROW: Final = 30
"""The height that a leaf takes."""
GAP: Final = 36
"""The space between two columns, for the lines."""
LETTER: Final = 8
"""About how wide a letter is at the size of the labels; how much wider and narrower some are."""
WIDE, NARROW = "mwMWACDGHNOQRU", "fijlrtI .,-()"
MARGIN: Final = 12
SUBCLASS: Final = f"{RDFS}subClassOf"


@dataclass(frozen=True)
class Box:
    """A class in the drawing: its name, where its box is, and the point that its line comes from, if any."""

    text: str
    lang: str | None
    href: str
    x: int
    y: int
    width: int
    origin: tuple[int, int] | None


@dataclass(frozen=True)
class Node:
    """A class with the narrower classes below it."""

    iri: str
    name: Shown
    below: tuple[Node, ...]

    @property
    def leaves(self) -> int:
        """How many rows it takes."""
        return sum(node.leaves for node in self.below) or 1

    @property
    def width(self) -> int:
        """How wide its box is."""
        return width_of(self.name.text) + 2 * MARGIN


@dataclass(frozen=True)
class Drawing:
    """Boxes, and how large the drawing is."""

    boxes: tuple[Box, ...]
    width: int
    height: int


def width_of(text: str) -> int:
    """Return about how wide a text is."""
    wide, narrow = (sum(map(text.count, letters)) for letters in (WIDE, NARROW))
    return round(len(text) * LETTER + 3 * (wide - narrow))


def tree(ontology: Ontology, words: Words, kind: str = "class", narrower: str = SUBCLASS) -> tuple[Node, ...]:
    """Return the ontology's terms of a kind as a forest, each below the first wider one."""
    own = ontology.own(kind)
    first: dict[str, str] = {}
    for iri in own:
        wider = [one for one in names(ontology.objects(NamedNode(iri), narrower)) if one in own]
        if wider and not leads_to(first, wider[0], iri):
            first[iri] = wider[0]
    return tuple(branches([iri for iri in own if iri not in first], first, words))


def leads_to(first: dict[str, str], iri: str, other: str) -> bool:
    """Tell whether one goes up from a term to another."""
    while iri in first and iri != other:
        iri = first[iri]
    return iri == other


def branches(terms: list[str], first: dict[str, str], words: Words) -> Iterator[Node]:
    """Yield terms with what is below them, by their names."""
    shown = {iri: words.show_iri(iri) for iri in terms}
    for iri in sorted(terms, key=lambda one: shown[one].text.casefold()):
        below = [one for one, above in first.items() if above == iri]
        yield Node(iri, shown[iri], tuple(branches(below, first, words)))


def drawn(forest: tuple[Node, ...]) -> Drawing:
    """Return a forest laid out: each level a column, each class in the middle of what is below it."""
    columns = [MARGIN]
    level = forest
    while level:
        columns.append(columns[-1] + max(node.width for node in level) + GAP)
        level = tuple(below for node in level for below in node.below)
    boxes = tuple(placed(forest, columns, MARGIN, None))
    return Drawing(boxes, columns[-1], sum(node.leaves for node in forest) * ROW + 2 * MARGIN)


def placed(
    nodes: tuple[Node, ...],
    columns: list[int],
    top: int,
    origin: tuple[int, int] | None,
    level: int = 0,
) -> Iterator[Box]:
    """Yield the boxes of nodes that are siblings, and of what is below them."""
    for node in nodes:
        middle = top + node.leaves * ROW // 2
        name, href = node.name, f"#{node.iri.removeprefix(WIC)}"
        lang = None if name.lang == language() else name.lang
        yield Box(name.text, lang, href, columns[level], middle, node.width, origin)
        end = (columns[level] + node.width, middle)
        yield from placed(node.below, columns, top, end, level + 1)
        top += node.leaves * ROW
