"""The network: who took part in what with whom, as nodes that unfold, edges with their roles, and a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, product
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Triple
from wicara.graph.evidence import WITH_BASIS
from wicara.graph.names import kind_of
from wicara.graph.sparql import solutions, value
from wicara.graph.status import ESTABLISHED, READ, strongest
from wicara.queries import picture_query, with_rows
from wicara.server.app_state import per_inference, per_version, store
from wicara.server.descriptions.openapi import several
from wicara.server.http.addresses import href_of
from wicara.server.site.filter import ACTORS, VIEWS, narrowed
from wicara.server.site.html import plain
from wicara.server.site.language import WORDS
from wicara.server.site.pages.explain import explain_href
from wicara.server.site.pictures.picture import (
    Picture,
    add_iri,
    changed,
    classes_with,
    collide,
    iri_list,
    iri_of,
    limit_of,
    picture,
    requested_kinds,
    requested_thing,
    requested_things,
    rows,
    short_of,
    sources,
    words_for,
)
from wicara.server.site.pictures.placing import placed
from wicara.server.site.search.index import FACETS, search_kind
from wicara.server.site.tables.statuses import STATUSES, Aftermath, status_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pyoxigraph import Store
    from wicara.graph.status import Status
    from wicara.server.site.filter import Narrowed
    from wicara.server.site.pictures.picture import Box, EvidenceLink, Frame, Record
    from wicara.server.site.words import Shown, Words

SHAPES: Final = WORDS["shapes"]
"""The shapes of nodes, each for the kinds that `kinds.toml` gives it, with their names."""
PATHS: Final = {
    "person": "M0-10A10 10 0 1 1 0 10A10 10 0 1 1 0-10Z",
    "state": "M-9-9H9V9H-9Z",
    "body": "M0-12L12 0L0 12L-12 0Z",
    "partnership": "M-6-10.4H6L12 0L6 10.4H-6L-12 0Z",
    "event": "M0-11.5L11 8.5H-11Z",
    "other": "M0-8A8 8 0 1 1 0 8A8 8 0 1 1 0-8Z",
}
"""The outline of each shape around its middle: kinds differ not by colour alone."""
MAX_NODES: Final = 48
"""How many nodes a picture holds."""
MOST_OPEN: Final = 60
"""How many lines are listed below the picture without being folded."""
MOST_MET: Final = 6
"""How many persons are named above the picture before the others are folded."""
MAX_EDGES: Final = limit_of("network-edges")
"""How many solutions a picture is made of at most."""
ENDS: Final = ("from", "fromLabel", "role", "roleLabel", "to", "toLabel")
COLUMNS: Final = (*ENDS, "planned", "status", "via", "sources")
LINE_LENGTH: Final = 19
MAX_LINES: Final = 7
LETTER: Final = 6.7
ROLE_LETTER: Final = 6.3
ROLE_HEIGHT: Final = 15
"""How broad a letter of the words of a line is, and how high they are (`style.css`)."""
PARTS: Final = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)
"""Where the middle of the words of a line may stand, in parts of its length."""
MARGIN: Final = 14
WEAK: Final = ("/attendee", "#onBehalfOf")
"""How the roles end that say the least of two nodes: they come after the others."""


@dataclass
class Edge:
    """Two nodes that hang together: their role, by which situation and graphs, and how sure."""

    start: str
    end: str
    role: str
    via: str | None
    planned: bool = False
    graphs: list[str] = field(default_factory=list)
    status: Status = STATUSES[ESTABLISHED]


@dataclass(frozen=True)
class Role:
    """What two nodes are to each other, in words, with the page that its evidence is nearest to."""

    edge: Edge
    text: str
    href: str | None
    sources: list[EvidenceLink]
    mark: str


@dataclass(frozen=True)
class Met:
    """A person, and the meetings at which somebody else was too, each with the graphs that say so of both."""

    person: str
    meetings: dict[str, list[str]]


@dataclass(frozen=True)
class Node:
    """A node as it is drawn: where, in which shape, its label in lines, and what a click on it does."""

    iri: str
    x: float
    y: float
    kind: str
    shown: Shown
    lines: list[str]
    opened: bool
    toggle: str | None
    above: bool
    """Whether its label stands above its symbol, and not below."""

    @property
    def box(self) -> Box:
        """The corners around its symbol and its label together, with a margin."""
        breadth, height = size(self.lines)
        half, top = breadth / 2 + MARGIN, self.y - (height if self.above else 2 * MARGIN)
        return (self.x - half, top, self.x + half, top + height + 2 * MARGIN)

    @property
    def bodies(self) -> list[Box]:
        """The corners around its symbol and around its label, without a margin."""
        half, top = max(map(len, self.lines)) * LETTER / 2, self.y + self.text_at
        label = (self.x - half, top, self.x + half, top + 14 * len(self.lines) + 4)
        return [(self.x - 13, self.y - 13, self.x + 13, self.y + 13), label]

    @property
    def text_at(self) -> int:
        """How far below its symbol its label begins, in the units of the picture."""
        return -18 - 14 * len(self.lines) if self.above else 14


@dataclass(frozen=True)
class Line:
    """The line between two nodes: its ends, its roles, and where those words stand that have room."""

    start: Node
    end: Node
    roles: list[Role]
    part: float = 0.5
    words: Sequence[Role] = ()
    """The roles whose words lie upon nothing else; the others are told by its title alone."""

    def at(self, part: float) -> tuple[float, float]:
        """Return the point at a part of it."""
        start, end = self.start, self.end
        return start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part

    @property
    def x(self) -> float:
        """Where its words stand."""
        return round(self.at(self.part)[0], 1)

    @property
    def y(self) -> float:
        """Where its words stand."""
        return round(self.at(self.part)[1], 1)

    @property
    def distinct(self) -> list[Role]:
        """The roles, each once; a plan only where nothing else is."""
        found: dict[str, Role] = {}
        for role in [one for one in self.roles if not one.edge.planned] or self.roles:
            known = found.setdefault(role.edge.role, role)
            found[role.edge.role] = min(known, role, key=lambda one: one.edge.status.rank)
        return [*found.values()]

    def box_of(self, words: Sequence[Role], part: float) -> Box:
        """Return the corners around words that stand at a part of it."""
        half = (sum(len(plain(word.text)) + 2 for word in words) - 1) * ROLE_LETTER / 2
        x, y = self.at(part)
        return (x - half, y - ROLE_HEIGHT / 2, x + half, y + ROLE_HEIGHT / 2)

    def crosses(self, box: Box) -> bool:
        """Tell whether it goes through a box: the two overlap, and corners lie on both of its sides."""
        (x, y), (right, low) = self.at(0), self.at(1)
        if not collide(box, (min(x, right), min(y, low), max(x, right), max(y, low))):
            return False
        sides = [(right - x) * (to - y) - (low - y) * (at - x) for at in box[::2] for to in box[1::2]]
        return min(sides) < 0 < max(sides)

    @property
    def planned(self) -> bool:
        """Whether all of it is still to come."""
        return all(role.edge.planned for role in self.roles)


@picture("start", "open", several("kind", "The kinds of nodes; all of them without.", SHAPES))
def network() -> Picture:
    """Show who took part in what with whom."""
    tops = per_inference(read_index).starts
    view = narrowed("/network")
    opened = opened_of([iri for iri, _ in tops], view)
    known, is_cut = edges(store(), [(opened, None), (None, opened)]) if opened else ([], False)
    near = that_fit(known, view)
    ranked = by_degree(near, opened)
    met: list[Met] = []
    if opened and search_kind(opened[0]) == "person" and not view.asked:
        met = met_by(store(), opened[0], near)  # a filter takes as many queries as a page may have
        ranked += [one.person for one in met if one.person not in ranked]
    shapes = shapes_of(store(), [*ranked, *(iri for iri, _ in tops)])
    wanted = requested_kinds(SHAPES)
    fitting = [node for node in ranked if shapes[node] in wanted or node in opened]
    nodes = fitting[:MAX_NODES]
    others = [node for node in nodes if node not in opened]
    shown = [edge for edge in near if {edge.start, edge.end} <= set(nodes)]
    shown += that_fit(edges(store(), [(others, others)])[0], view)
    named = {name for one in met for name in (one.person, *one.meetings)}
    statuses = [edge.status for edge in shown]
    named |= {who.value for one in statuses for who in (*one.by, *one.possibly, one.confidence) if who}
    words = words_for(store(), {*nodes, *named, *(edge.role for edge in shown), *(iri for iri, _ in tops)})
    drawn = draw(nodes, shown, shapes, words, opened)
    roles = [role_of(edge, words) for edge in shown]
    return Picture(
        "network",
        [record(role, words) for role in roles],
        COLUMNS,
        {
            "start": words.show_iri(opened[0]) if opened else None,
            "nodes": drawn,
            "lines": lines(roles, drawn),
            "pairs": in_pairs(shown, words),
            "box": box(drawn),
            "shapes": PATHS,
            "names": SHAPES,
            "met": [
                (
                    words.show_iri(one.person),
                    [(words.show_iri(it), sources(of)) for it, of in one.meetings.items()],
                )
                for one in met
            ],
            "most_met": MOST_MET,
            "most_open": MOST_OPEN,
            "counts": Counter(shapes[node] for node in ranked),
            "chosen": wanted,
            "words": words,
            "hidden": len(fitting) - len(nodes),
            "most": MAX_EDGES if is_cut else None,
            "starts": [(words.show_iri(iri), count, shapes[iri]) for iri, count in tops],
        },
    )


# What hangs together.


def edges(
    store: Store, ends: Iterable[tuple[Collection[str] | None, Collection[str] | None]]
) -> tuple[list[Edge], bool]:
    """Return the edges from some nodes to others, sorted, with one query for several such pairs.

    None stands for any node. And whether there are more, which were not read.
    """
    parts = []
    for sides in ends:
        values = (None if side is None else iri_list(side) for side in sides)
        parts.append(
            with_rows(picture_query("network-edges"), dict(zip(("from", "to"), values, strict=True)))
        )
    found = list(solutions(store, f"SELECT * {{ {{ {' } UNION { '.join(parts)} }} }} LIMIT {MAX_EDGES}"))
    merged: dict[tuple[str, ...], Edge] = {}
    for solution in found:
        start, end, role, via = (iri_of(solution, name) for name in ("from", "to", "role", "via"))
        if start and end and role and start != end:
            edge = merged.setdefault((start, end, role, via or ""), Edge(start, end, role, via))
            edge.planned = edge.planned or solution["planned"] is not None
            add_iri(edge.graphs, solution, "graph")
    for edge in merged.values():
        edge.graphs.sort()
        facts = (NamedNode(graph) for graph in edge.graphs if kind_of(graph) in WITH_BASIS)
        edge.status = strongest(map(per_version(Aftermath).status_of, facts)) or edge.status
    return [edge for _, edge in sorted(merged.items())], len(found) == MAX_EDGES


def in_pairs(some: Iterable[Edge], words: Words) -> list[Role]:
    """Return edges for a list: what is said of the same two nodes is one, with all its roles and sources.

    What is planned stays apart from what is not.
    """
    found: dict[tuple[str, str, bool], list[Edge]] = {}
    for edge in some:
        found.setdefault((edge.start, edge.end, edge.planned), []).append(edge)
    pairs = []
    for members in found.values():
        members.sort(key=lambda edge: edge.role.endswith(WEAK))
        firsts: dict[str, list[str]] = {}
        for edge in members:
            firsts.setdefault(edge.role, edge.graphs[:1])
        graphs = dict.fromkeys(chain(*firsts.values(), *(edge.graphs for edge in members)))
        weak = sorted(members, key=lambda edge: edge.status.rank, reverse=True)  # the surest is kept
        best = {edge.role: role_of(edge, words).text for edge in weak}
        names = dict.fromkeys(best[role] for role in firsts)
        pairs.append(replace(role_of(replace(members[0], graphs=[*graphs]), words), text=", ".join(names)))
    return pairs


def that_fit(some: Iterable[Edge], view: Narrowed) -> list[Edge]:
    """Return the edges that fit the filter: the meetings among their ends decide, else the situation."""
    kept = []
    for edge in some:
        ends = [end for end in (edge.start, edge.end) if search_kind(end) in VIEWS["/network"]]
        if any(map(view.has, ends or [edge.via or ""])):
            kept.append(edge)
    return kept


def by_degree(some: Iterable[Edge], opened: Sequence[str]) -> list[str]:
    """Return the nodes of edges: the opened ones, then those with the most edges."""
    degree = Counter(end for edge in some for end in (edge.start, edge.end))
    others = sorted(degree.keys() - set(opened), key=lambda node: (-degree[node], node))
    return [*opened, *others]


def met_by(store: Store, person: str, near: Iterable[Edge]) -> list[Met]:
    """Return who took part in the same events as a person, those in the most first, without what is planned.

    The newest events come first where their IRIs begin with their day.
    """
    own: dict[str, list[str]] = {}
    for edge in near:
        if edge.start == person and search_kind(edge.end) == "event" and not edge.planned:
            own.setdefault(edge.end, []).extend(edge.graphs)
    found: dict[str, dict[str, list[str]]] = {}
    for edge in edges(store, [(None, own)])[0] if own else []:
        if search_kind(edge.start) == "person" and edge.start != person and not edge.planned:
            found.setdefault(edge.start, {}).setdefault(edge.end, list(own[edge.end])).extend(edge.graphs)
    return [
        Met(one, {event: sorted(set(meetings[event])) for event in sorted(meetings, reverse=True)})
        for one, meetings in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


@dataclass(frozen=True)
class Index:
    """The nodes with the most participations, each with how many; the place of each class with a shape."""

    starts: list[tuple[str, int]]
    classes: dict[str, int]


def read_index(store: Store) -> Index:
    """Return what there is to start from, and which classes have a shape, with one query."""
    starts: list[tuple[str, int]] = []
    classes: dict[str, int] = {}
    for one in rows(store, "network-index", **classes_with("shape")[0]):
        if one["node"] is not None:
            starts.append((value(one, "node"), int(value(one, "count"))))
        elif one["type"] is not None:
            classes[value(one, "type")] = int(value(one, "place"))
    return Index(sorted(starts, key=lambda pair: (-pair[1], pair[0])), classes)


def shapes_of(store: Store, nodes: Collection[str]) -> dict[str, str]:
    """Return the shape of each node by its classes: `other` for one of no class that has a shape."""
    shape_at, place_of = classes_with("shape")[1], per_inference(read_index).classes
    places: dict[str, int] = {}
    for solution in rows(store, "network-nodes", node=iri_list(nodes)):
        node, place = value(solution, "node"), place_of.get(value(solution, "type"), len(shape_at))
        places[node] = min(places.get(node, place), place)
    return {node: [*shape_at, "other"][places.get(node, len(shape_at))] for node in nodes}


def opened_of(tops: Sequence[str], view: Narrowed) -> list[str]:
    """Return the nodes that are unfolded, the first one first.

    By default these are the actors of the filter, else the person who took part in most, else those with the
    most links.
    """
    start = requested_thing("start")
    actors = [FACETS[key].iri(value) for key in ACTORS for value in view.asked.chosen.get(key, ())]
    persons = [iri for iri in tops if search_kind(iri) == "person"]
    chosen = [iri for iri in actors if iri] or persons[:1] or tops[:2]
    nodes = [start, *requested_things("open")] if start else [NamedNode(iri) for iri in chosen]
    return list(dict.fromkeys(node.value for node in nodes))


# How it is drawn.


def draw(
    nodes: Sequence[str], some: Iterable[Edge], shapes: dict[str, str], words: Words, opened: Sequence[str]
) -> list[Node]:
    """Return nodes with the places that suit their edges."""
    shown = [words.show_iri(node) for node in nodes]
    texts = [
        wrap(plain(one.text), LINE_LENGTH, max_lines=MAX_LINES, placeholder="…") or [one.full]
        for one in shown
    ]
    index = {node: number for number, node in enumerate(nodes)}
    places = placed(tuple(map(size, texts)), frozenset((index[one.start], index[one.end]) for one in some))
    return [
        Node(node, x, y, shapes[node], one, text, node in opened, toggle(node, opened), above)
        for node, one, text, (x, y, above) in zip(nodes, shown, texts, places, strict=True)
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
    evidence, text = sources(edge.graphs), words.show_iri(edge.role).text
    mark = status_text(edge.status, words) if edge.status.key not in {ESTABLISHED, READ} else ""
    text += f" ({mark})" if mark and not edge.planned else ""
    triple = Triple(*map(NamedNode, (edge.start, edge.role, edge.end)))
    near = href_of(edge.via) if edge.via else explain_href(triple)
    return Role(edge, text, evidence[0].href if evidence else near, evidence, mark)


def lines(roles: Iterable[Role], drawn: Sequence[Node]) -> list[Line]:
    """Return the lines between nodes, each with all roles of its two ends, and words where they are free."""
    by_iri = {node.iri: node for node in drawn}

    def ends(role: Role) -> list[str]:
        return sorted((role.edge.start, role.edge.end))

    pairs = groupby(sorted(roles, key=ends), key=ends)
    bare = [
        Line(by_iri[start], by_iri[end], sorted(members, key=lambda role: role.edge.role.endswith(WEAK)))
        for (start, end), members in pairs
    ]
    taken = [body for node in drawn for body in node.bodies]
    found = []
    for line in bare:
        found.append(with_words(line, taken, bare))
        if found[-1].words:
            taken.append(line.box_of(found[-1].words, found[-1].part))
    return found


def with_words(line: Line, taken: Sequence[Box], others: Sequence[Line]) -> Line:
    """Return a line with as many of its roles as have room beside what is taken and others, and where."""
    roles = line.distinct
    for count, part in product(range(len(roles), 0, -1), PARTS):
        place = line.box_of(roles[:count], part)
        if not any(collide(place, one) for one in taken) and not any(
            one is not line and one.crosses(place) for one in others
        ):
            return replace(line, part=part, words=roles[:count])
    return line


def box(drawn: Iterable[Node]) -> Frame:
    """Return what holds all nodes, in whole numbers."""
    boxes: list[Box] = [node.box for node in drawn] or [(0, 0, 1, 1)]
    left, top = min(one[0] for one in boxes), min(one[1] for one in boxes)
    right, bottom = max(one[2] for one in boxes), max(one[3] for one in boxes)
    return (round(left), round(top), round(right - left), round(bottom - top))


def record(role: Role, words: Words) -> Record:
    """Return an edge as a record."""
    edge = role.edge
    return {
        "from": edge.start,
        "fromLabel": words.show_iri(edge.start).text,
        "role": edge.role,
        "roleLabel": words.show_iri(edge.role).text,
        "to": edge.end,
        "toLabel": words.show_iri(edge.end).text,
        "planned": "yes" if edge.planned else "no",
        "status": status_text(edge.status, words) if role.sources else "",
        "via": edge.via or "",
        "sources": edge.graphs,
    }
