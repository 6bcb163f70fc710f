"""The network as a page: nodes that unfold, edges with their roles, and the same as a list."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import NamedNode
from wicara.server.app_state import store
from wicara.server.explain import explain_href
from wicara.server.http.addresses import href_of
from wicara.server.site.html import plain
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.pictures import network
from wicara.server.site.pictures.asked import changed, short_of, some_of, thing_asked, things_asked
from wicara.server.site.pictures.kept import kept
from wicara.server.site.pictures.picture import Picture, sources
from wicara.server.site.pictures.placing import placed
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.server.site.pictures.network import Edge
    from wicara.server.site.pictures.picture import Record, Source
    from wicara.server.site.words import Shown

NAMED: Final = {
    "person": _("Persons"),
    "state": _("States"),
    "body": _("Organizations"),
    "partnership": _("Partnerships"),
    "event": _("Events"),
    "other": _("Others"),
}
"""The kinds of nodes, with their names."""
SHAPES: Final = {
    "person": "M0-10A10 10 0 1 1 0 10A10 10 0 1 1 0-10Z",
    "state": "M-9-9H9V9H-9Z",
    "body": "M0-12L12 0L0 12L-12 0Z",
    "partnership": "M-6-10.4H6L12 0L6 10.4H-6L-12 0Z",
    "event": "M0-11.5L11 8.5H-11Z",
    "other": "M0-8A8 8 0 1 1 0 8A8 8 0 1 1 0-8Z",
}
"""The outline of each kind of node around its middle: kinds differ not by colour alone."""
MOST: Final = 48
"""How many nodes a picture holds."""
CANDIDATES: Final = 400
COLUMNS: Final = ("from", "fromLabel", "role", "roleLabel", "to", "toLabel", "planned", "via", "sources")
LINE: Final = 19
LINES: Final = 3
LETTER: Final = 6.7
SMALL_LETTER: Final = 5.4
PARTS: Final = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68)
"""Where the words of a line may stand, in parts of its length."""
NODES: Final = 40
SHORTEST: Final = 8
MARGIN: Final = 14


Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True)
class Node:
    """A node as it is drawn: where, of which kind, its label in lines, and what a click on it does."""

    iri: str
    x: float
    y: float
    kind: str
    shown: Shown
    lines: list[str]
    opened: bool
    toggle: str | None


@dataclass(frozen=True)
class Role:
    """What two nodes are to each other: in words, whether only planned, and where its evidence is."""

    edge: Edge
    text: str
    href: str | None
    sources: list[Source]


@dataclass(frozen=True)
class Line:
    """The line between two nodes: its ends, the part of it where its words stand, and its roles."""

    start: Node
    end: Node
    roles: list[Role]
    part: float = 0.5

    @property
    def x(self) -> float:
        """Return where its words stand."""
        return round(self.start.x + (self.end.x - self.start.x) * self.part, 1)

    @property
    def y(self) -> float:
        """Return where its words stand."""
        return round(self.start.y + (self.end.y - self.start.y) * self.part, 1)

    @property
    def slant(self) -> float:
        """Return by how many degrees its words are turned so that they are not upside down."""
        degrees = math.degrees(math.atan2(self.end.y - self.start.y, self.end.x - self.start.x))
        return round((degrees + 90) % 180 - 90, 1)

    @property
    def words(self) -> list[Role]:
        """Return the roles whose words fit on it, the last one cut where it does not."""
        room = int((math.dist((self.start.x, self.start.y), (self.end.x, self.end.y)) - NODES) / SMALL_LETTER)
        fitting: list[Role] = []
        for role in self.roles:
            left = room - sum(len(one.text) + 2 for one in fitting)
            if fitting and left < len(role.text):
                return [*fitting, replace(role, text="…")]
            fitting.append(
                replace(role, text=shorten(plain(role.text), max(left, SHORTEST), placeholder="…"))
            )
        return fitting

    @property
    def planned(self) -> bool:
        """Tell whether all of it is still to come."""
        return all(role.edge.planned for role in self.roles)


def picture() -> Picture:
    """Return the network that the address asks for."""
    tops = kept(network.starts)
    opened = opened_of(tops)
    near = network.neighbours(store(), opened) if opened else []
    ranked = by_degree(near, opened)
    kinds = network.kinds(store(), kept(network.classes), [*ranked, *(iri for iri, _count in tops)])
    wanted = some_of("kind", NAMED)
    fitting = [node for node in ranked if kinds[node] in wanted or node in opened]
    nodes = fitting[:MOST]
    edges = [edge for edge in near if {edge.start, edge.end} <= set(nodes)]
    edges += network.among(store(), [node for node in nodes if node not in opened])
    words = words_for(nodes, edges, tops)
    drawn = draw(nodes, edges, kinds, words, opened)
    roles = [role_of(edge, words) for edge in edges]
    return Picture(
        "network",
        [record(role, words) for role in roles],
        COLUMNS,
        {
            "start": words.show_iri(opened[0]) if opened else None,
            "nodes": drawn,
            "lines": lines(roles, drawn),
            "roles": roles,
            "box": box(drawn),
            "shapes": SHAPES,
            "names": NAMED,
            "counts": Counter(kinds[node] for node in ranked),
            "chosen": wanted,
            "words": words,
            "hidden": len(fitting) - len(nodes),
            "starts": [(words.show_iri(iri), count, kinds[iri]) for iri, count in tops],
            "short_of": short_of,
            "changed": changed,
        },
    )


def opened_of(tops: Sequence[tuple[str, int]]) -> list[str]:
    """Return the nodes that are unfolded, the first one first; by default those with the most links."""
    start = thing_asked("start")
    asked = [start, *things_asked("open")] if start else [NamedNode(iri) for iri, _count in tops[:2]]
    return list(dict.fromkeys(node.value for node in asked))


def by_degree(edges: Iterable[Edge], opened: Sequence[str]) -> list[str]:
    """Return the nodes of edges: the opened ones, then those with the most edges."""
    degree = Counter(end for edge in edges for end in (edge.start, edge.end))
    others = sorted(degree.keys() - set(opened), key=lambda node: (-degree[node], node))
    return [*opened, *others[:CANDIDATES]]


def words_for(nodes: Iterable[str], edges: Iterable[Edge], tops: Iterable[tuple[str, int]]) -> Words:
    """Return the words for all that the page names, with one query."""
    named = {*nodes, *(edge.role for edge in edges), *(iri for iri, _count in tops)}
    return Words.for_request(labels_of(store(), map(NamedNode, named)))


def draw(
    nodes: Sequence[str], edges: Iterable[Edge], kinds: Mapping[str, str], words: Words, opened: Sequence[str]
) -> list[Node]:
    """Return nodes with the places that suit their edges."""
    shown = [words.show_iri(node) for node in nodes]
    texts = [wrap(plain(one.text), LINE, max_lines=LINES, placeholder="…") or [one.full] for one in shown]
    index = {node: place for place, node in enumerate(nodes)}
    places = placed(
        tuple(map(size, texts)), frozenset((index[edge.start], index[edge.end]) for edge in edges)
    )
    return [
        Node(node, x, y, kinds[node], one, text, node in opened, toggle(node, opened))
        for node, one, text, (x, y) in zip(nodes, shown, texts, places, strict=True)
    ]


def size(text: Sequence[str]) -> tuple[float, float]:
    """Return the breadth and height of a node with its label below it."""
    return max(map(len, text)) * LETTER + MARGIN, 40 + 15 * len(text)


def toggle(node: str, opened: Sequence[str]) -> str | None:
    """Return the address that unfolds a node, or folds it; None for the one that all hangs on."""
    if node == opened[0]:
        return None
    others = [one for one in opened[1:] if one != node]
    after = others if node in opened else [*others, node]
    return changed("/network", start=short_of(opened[0]), open=[short_of(one) for one in after])


def role_of(edge: Edge, words: Words) -> Role:
    """Return an edge with its words, and the page that its evidence is nearest to."""
    found = sources(edge.graphs)
    shown = words.show_iri(edge.role)
    if found:
        return Role(edge, shown.text, found[0].href, found)
    href = explain_href(edge.triple) if edge.triple else href_of(edge.via or edge.role)
    return Role(edge, shown.text, href, [])


def lines(roles: Iterable[Role], drawn: Sequence[Node]) -> list[Line]:
    """Return the lines between nodes, each with all roles of its two ends."""
    by_iri = {node.iri: node for node in drawn}

    def ends(role: Role) -> tuple[str, ...]:
        return tuple(sorted((role.edge.start, role.edge.end)))

    found = [
        Line(by_iri[pair[0]], by_iri[pair[1]], list(members))
        for pair, members in groupby(sorted(roles, key=ends), key=ends)
    ]
    boxes = [box([node]) for node in drawn]
    return [replace(line, part=free_part(line, boxes)) for line in found]


def free_part(line: Line, boxes: Sequence[Box]) -> float:
    """Return the part of a line, near its middle, at which its words lie upon the fewest nodes."""
    start, end = (line.start.x, line.start.y), (line.end.x, line.end.y)
    half = sum(len(word.text) + 2 for word in line.words) * SMALL_LETTER / 2 / max(math.dist(start, end), 1)

    def covered(part: float) -> int:
        places = (part + half * step / 2 for step in range(-2, 3))
        points = [(start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at) for at in places]
        inside = [
            (left < x < left + broad and top < y < top + high)
            for x, y in points
            for left, top, broad, high in boxes
        ]
        return sum(inside)

    return min(PARTS, key=covered)


def box(drawn: Iterable[Node]) -> Box:
    """Return the corner and the size of what holds all nodes."""
    halves = [(node.x, node.y, size(node.lines)[0] / 2, size(node.lines)[1]) for node in drawn]
    if not halves:
        return (0, 0, 1, 1)
    left = min(x - half for x, _y, half, _high in halves) - MARGIN
    right = max(x + half for x, _y, half, _high in halves) + MARGIN
    top = min(y for _x, y, _half, _high in halves) - 2 * MARGIN
    bottom = max(y + high for _x, y, _half, high in halves)
    return (round(left), round(top), round(right - left), round(bottom - top))


def record(role: Role, words: Words) -> Record:
    """Return an edge as a record."""
    edge = role.edge
    return {
        "from": edge.start,
        "fromLabel": words.show_iri(edge.start).text,
        "role": edge.role,
        "roleLabel": role.text,
        "to": edge.end,
        "toLabel": words.show_iri(edge.end).text,
        "planned": "yes" if edge.planned else "no",
        "via": edge.via or "",
        "sources": edge.graphs,
    }
