"""The map: states by their outlines, places by their coordinates, and both as lists."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal
from wicara.graph.sparql import value
from wicara.ontology import WIC
from wicara.server.app_state import per_inference, store
from wicara.server.site.filter import narrowed
from wicara.server.site.html import BUILT
from wicara.server.site.language import WORDS
from wicara.server.site.pictures.picture import (
    Picture,
    add_iri,
    collide,
    iri_of,
    limit_of,
    picture,
    rows,
    words_for,
)
from wicara.server.site.pictures.timeline import PAGE, Item, add_times, contexts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Store
    from wicara.server.site.pictures.picture import Box, Frame, Record
    from wicara.server.site.words import Shown, Term, Words

COLUMNS: Final = (
    *("kind", "item", "label", "latitude", "longitude", "code"),
    *("standing", "events", "planned", "sources"),
)
OUTLINES: Final = BUILT / "outlines.json"
"""The outlines of states, as the front-end build draws them from Natural Earth."""
COLOURS: Final = WORDS["colours"]
MEMBER: Final = f"{WIC}BodyMembership"
HALF_TURN: Final = 180.0
MARGIN: Final = 24.0
WIDE: Final = 1060
HIGH: Final = 560
"""The breadth and height in pixels that the map has at least on a wide screen (`style.css`)."""
LETTERS: Final = 13
"""The size of the letters on such a screen, in pixels: names are laid out by it."""
LETTER: Final = 0.6
ABOVE: Final = 0.8
BELOW: Final = 0.22
"""The breadth of a letter, and how far letters reach above and below their line, in parts of their size."""
DOT: Final = 0.4
"""How far the dot of a place reaches, in the same parts."""
NARROW: Final = 1.35
"""How much larger the names of places are drawn on narrow screens (`style.css`)."""
NEAR: Final = 2.0
"""How much larger than its dot what is around a place is: on narrow screens names of others keep off it."""
MIDDLE: Final = 0.43
"""The part of the breadth that a narrow screen shows at first."""
EAST: Final = 103.0
"""The degrees east that are the middle of what a narrow screen shows at first."""
SIDES: Final = {
    "right": ("start", 0.7, 0.35),
    "left": ("end", -0.7, 0.35),
    "below": ("middle", 0.0, 1.5),
    "above": ("middle", 0.0, -0.75),
    "right-below": ("start", 0.4, 1.15),
    "left-below": ("end", -0.4, 1.15),
    "right-above": ("start", 0.4, -0.45),
    "left-above": ("end", -0.4, -0.45),
}
"""Where the name of a place may stand: its anchor there, and how far off, in the same parts."""
MAX_SHOWN: Final = 30
"""Events that the page lists of one place, the newest ones; the data has all."""
SHIFTS: Final = ((0.0, 0.0), (0.0, -1.3), (0.0, 1.3), (3.0, 0.0), (-3.0, 0.0))
"""How far from the middle of a state its name may stand, in the same parts."""
BUSIEST: Final = 40
"""Places that are named in one line below the map: where most was held."""


@dataclass
class EventAt:
    """An event at a place: whether only planned there, and the graphs that state it."""

    event: str
    planned: bool
    graphs: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A place: where it lies, what was held there, and the graphs that state where it lies."""

    iri: str
    latitude: float
    longitude: float
    events: list[EventAt]
    graphs: list[str] = field(default_factory=list)

    @property
    def once(self) -> list[EventAt]:
        """Each event once: as held where it was, else as planned."""
        return without_repeats(self.events)

    @property
    def held(self) -> list[EventAt]:
        """What took place there."""
        return [one for one in self.once if not one.planned]

    @property
    def planned(self) -> list[EventAt]:
        """What was only planned there."""
        return [one for one in self.once if one.planned]


@dataclass(frozen=True)
class Standing:
    """What a state is to a body: a member or a partner, and the situation that says so."""

    role: str
    body: str
    via: str


@dataclass
class State:
    """A state: its code, its standing with bodies, and the body whose states the map colours."""

    iri: str
    code: str
    standings: list[Standing] = field(default_factory=list)
    body: str = ""

    @property
    def kind(self) -> str:
        """How it is coloured: as a member of the body, as a partner, or as neither."""
        roles = {one.role for one in self.standings if one.body == self.body}
        return "member" if MEMBER in roles else "partner" if roles else "neither"


@dataclass(frozen=True)
class Outline:
    """A state on the map: its path, the corners around it, and where its name may stand."""

    path: str
    box: Box
    at: tuple[float, float]


@dataclass(frozen=True)
class World:
    """The map: outlines by ISO 3166-1 alpha-3 code, the land of all others, and how places are projected."""

    outlines: dict[str, Outline]
    others: str
    sphere: str
    turn: float
    scale: float
    shift: tuple[float, float]

    def project(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a place lies: Natural Earth (Šavrič, Jenny, Patterson, Petrovič, Hurni, 2011)."""
        turned = math.radians((longitude + self.turn + HALF_TURN) % 360 - HALF_TURN)
        high = math.radians(latitude)
        square = high * high
        fourth = square * square
        x = turned * (
            0.8707
            - 0.131979 * square
            + fourth * (-0.013791 + fourth * (0.003971 * square - 0.001529 * fourth))
        )
        y = high * (
            1.007226 + square * (0.015085 + fourth * (-0.044475 + 0.028874 * square - 0.005916 * fourth))
        )
        return round(self.shift[0] + self.scale * x, 1), round(self.shift[1] - self.scale * y, 1)


@cache
def world() -> World | None:
    """Return the map, or None where the front end has not been built."""
    try:
        built = json.loads(OUTLINES.read_text(encoding="utf-8"))
    except OSError:
        return None
    outlines = {
        code: Outline(one["path"], tuple(one["box"]), tuple(one["at"]))
        for code, one in built["states"].items()
    }
    shift = tuple(built["shift"])
    return World(outlines, built["others"], built["sphere"], built["turn"], built["scale"], shift)


@dataclass(frozen=True)
class Area:
    """A state as it is drawn: its outline, and where there is room for its name, if anywhere."""

    state: State
    shown: Shown
    outline: Outline
    at: tuple[float, float] | None


@dataclass(frozen=True)
class Spot:
    """A place as it is drawn, with its name on the side where there is room."""

    place: Place
    shown: Shown
    x: float
    y: float
    side: str = "right"
    room: str = ""
    """Nothing, or `lesser` where its name has no room on a narrow screen, `crowded` where on none."""
    beyond: str = ""
    """The side on which a narrow screen leaves it out at first, if it does."""

    @property
    def name(self) -> str:
        """Its name with how many events took place there."""
        return f"{self.shown.text} {len(self.place.held) or ''}".strip()

    @property
    def stands(self) -> tuple[str, float, float]:
        """The anchor of its name, and how far this is off."""
        return SIDES[self.side]

    def label(self, side: str, size: float) -> Box:
        """Return the corners around its name on a side, with letters of a size."""
        anchor, right, down = SIDES[side]
        return label_box(self.x + right * size, self.y + down * size, self.name, size, anchor)

    def dot(self, size: float) -> Box:
        """Return the corners around its dot."""
        reach = DOT * size
        return (self.x - reach, self.y - reach, self.x + reach, self.y + reach)


@picture()
def map_() -> Picture:
    """Show the places and the states."""
    (every, all_held), view = per_inference(read_events), narrowed("/map")
    fitting = {iri: [one for one in events if view.has(one.event)] for iri, events in every.items()}
    held = {iri: events for iri, events in fitting.items() if events and iri}
    places, states = read_places(store(), held), read_states(store())
    places = {iri: place for iri, place in places.items() if place.events or view.days is None}
    listed = {iri: without_repeats(some)[: MAX_SHOWN if iri else PAGE] for iri, some in fitting.items()}
    items = {one.event: Item(one.event, "event") for events in listed.values() for one in events}
    add_times(store(), [*items.values()], contexts(store(), items.values())[0])
    for events in listed.values():
        events.sort(key=lambda one: items[one.event].order)
    named = {*places, *states, *held, *items}
    named |= {iri for state in states.values() for one in state.standings for iri in (one.body, one.via)}
    words = words_for(store(), named)
    earth = world()
    areas, spots, frame = draw(states.values(), places.values(), words, earth) if earth else ([], [], None)
    return Picture(
        "map",
        [*place_records(places.values(), words), *state_records(states.values(), words)],
        COLUMNS,
        {
            "world": earth,
            "areas": areas,
            "spots": spots,
            "box": frame,
            "size": round(size_in(frame), 1) if frame else 0,
            "places": by_label(places, words),
            "busiest": [
                (words.show_iri(place.iri), place)
                for place in sorted(places.values(), key=lambda one: (-len(one.held), one.iri))[:BUSIEST]
                if place.events
            ],
            "numbers": {iri: number for number, iri in enumerate(places, 1)},
            "states": by_label(states, words),
            "elsewhere": {iri: without_repeats(events) for iri, events in held.items() if iri not in places},
            "placeless": fitting.get("", []),
            "placed": len({one.event for events in held.values() for one in events}),
            "all_held": all_held,
            "listed": listed,
            "items": items,
            "unlined": [state for state in states.values() if not earth or state.code not in earth.outlines],
            "words": words,
            "kinds": colours(next((one.body for one in states.values()), ""), words),
        },
    )


def colours(body: str, words: Words) -> dict[str, str]:
    """Return what the colours of states tell, by kind; without a body there is one colour."""
    name = words.show_iri(body).text if body else ""
    return {kind: str(text) % {"body": name} for kind, text in COLOURS.items() if body or kind == "neither"}


def without_repeats(events: Iterable[EventAt]) -> list[EventAt]:
    """Return each event once: as held where it was, else as planned."""
    every = [*events]
    held = {one.event: one for one in every if not one.planned}
    return [*{one.event: held.get(one.event, one) for one in every}.values()]


def degrees(term: Term | None, limit: float) -> float | None:
    """Return a literal as degrees from -limit to limit, or None for anything else."""
    try:
        number = float(term.value) if isinstance(term, Literal) else None
    except ValueError:
        return None
    return number if number is not None and -limit <= number <= limit else None


def read_places(store: Store, held: dict[str, list[EventAt]]) -> dict[str, Place]:
    """Return the places that have coordinates on Earth, by IRI, with the events at them."""
    places: dict[str, Place] = {}
    for row in rows(store, "map-places"):
        latitude, longitude = degrees(row["latitude"], 90), degrees(row["longitude"], 180)
        if latitude is not None and longitude is not None:
            iri = value(row, "place")
            place = places.setdefault(iri, Place(iri, latitude, longitude, held.get(iri, [])))
            add_iri(place.graphs, row, "graph")
    return places


def read_events(store: Store) -> tuple[dict[str, list[EventAt]], bool]:
    """Return what was held or is planned at each place, by its IRI (none: nowhere); whether that is all."""
    by_place: dict[str, dict[tuple[str, bool], EventAt]] = {}
    found = list(rows(store, "map-events"))
    for row in found:
        key = (value(row, "event"), value(row, "link") == f"{WIC}plannedAt")
        at_place = by_place.setdefault(iri_of(row, "place") or "", {})
        add_iri(at_place.setdefault(key, EventAt(*key)).graphs, row, "graph")
    held = {iri: [*events.values()] for iri, events in by_place.items()}
    return held, len(found) < limit_of("map-events")


def read_states(store: Store) -> dict[str, State]:
    """Return the states that have a code, by IRI, with their standing."""
    states: dict[str, State] = {}
    for row in rows(store, "map-states"):  # those of a state with its code come first
        if row["code"] is not None:
            states.setdefault(value(row, "state"), State(value(row, "state"), value(row, "code")))
        elif state := states.get(value(row, "state")):
            state.standings.append(Standing(value(row, "role"), value(row, "body"), value(row, "via")))
    body = most_members(states.values())
    for state in states.values():
        state.body = body
    return states


def most_members(states: Iterable[State]) -> str:
    """Return the body that most states are members of, else partners of; nothing where there is none."""
    found = Counter((one.role == MEMBER, one.body) for state in states for one in state.standings)
    return max(found, key=lambda key: (key[0], found[key], key[1]), default=(False, ""))[1]


def by_label(some: dict[str, Place] | dict[str, State], words: Words) -> list[tuple[Shown, Place | State]]:
    """Return places or states with their labels, sorted by these."""
    pairs = [(words.show_iri(iri), one) for iri, one in some.items()]
    return sorted(pairs, key=lambda pair: pair[0].text.casefold())


def draw(
    states: Iterable[State], places: Iterable[Place], words: Words, earth: World
) -> tuple[list[Area], list[Spot], Frame | None]:
    """Return the states that have an outline, larger ones first, the places, and what holds them all.

    Names stand where none collide: those of places first, then those of states.
    """
    spots = [
        Spot(place, words.show_iri(place.iri), *earth.project(place.longitude, place.latitude))
        for place in places
    ]
    lined = [(state, earth.outlines[state.code]) for state in states if state.code in earth.outlines]
    lined.sort(key=lambda pair: math.prod(pair[1].box[side] - pair[1].box[side + 2] for side in (0, 1)) * -1)
    frame = box([outline.box for _, outline in lined], spots, earth)
    size = size_in(frame) if frame else 0
    spots = named(spots, frame, size) if frame else spots
    taken = [spot.dot(size) for spot in spots]
    taken += [spot.label(spot.side, size) for spot in spots if spot.room != "crowded"]
    areas = []
    for state, outline in lined:
        shown = words.show_iri(state.iri)
        for right, down in SHIFTS:
            at = (round(outline.at[0] + right * size, 1), round(outline.at[1] + down * size, 1))
            label = label_box(*at, shown.text, size, "middle")
            is_inside = at == outline.at or holds(outline.box, label)
            if is_inside and not any(collide(label, other) for other in taken):
                taken.append(label)
                areas.append(Area(state, shown, outline, at))
                break
        else:
            areas.append(Area(state, shown, outline, None))
    return areas, spots, frame


def size_in(frame: Frame) -> float:
    """Return how large letters are drawn so that they have their size on a wide screen."""
    return LETTERS * max(frame[2] / WIDE, frame[3] / HIGH)


def named(spots: Sequence[Spot], frame: Frame, size: float) -> list[Spot]:
    """Return places, each with the side where its name is free; those where most was held come first."""
    dots = {spot.place.iri: spot.dot(size) for spot in spots}
    around = {spot.place.iri: spot.dot(size * NEAR) for spot in spots}
    left, right = frame[0], frame[0] + frame[2]
    first, last = (left + right - MIDDLE * frame[2]) / 2, (left + right + MIDDLE * frame[2]) / 2

    def trouble(spot: Spot, side: str) -> tuple[bool, bool, int, int]:
        """Tell whether a name is cut on a narrow screen, or collides, how many dots are near, its side."""
        one = spot.label(side, size * NARROW)
        is_cut = first < spot.x < last and not (first <= one[0] and one[2] <= last)
        near = sum(collide(one, dot) for iri, dot in around.items() if iri != spot.place.iri)
        return is_cut, any(collide(one, other) for other in narrow), near, [*SIDES].index(side)

    taken: list[Box] = []
    narrow: list[Box] = []
    found: dict[str, Spot] = {}
    for spot in sorted(spots, key=lambda one: (-len(one.place.held), -len(one.place.planned))):
        others = [*taken, *(dot for iri, dot in dots.items() if iri != spot.place.iri)]
        boxes = {side: spot.label(side, size) for side in SIDES}
        free = [
            side
            for side, one in boxes.items()
            if left <= one[0] and one[2] <= right and not any(collide(one, other) for other in others)
        ]
        side = min(free, key=lambda one: trouble(spot, one)) if free else spot.side
        on_narrow = spot.label(side, size * NARROW)
        has_room = not any(collide(on_narrow, other) for other in narrow)
        beyond = "left" if spot.x < first else "right" if spot.x > last else ""
        room = "" if free and has_room else "lesser" if free else "crowded"
        taken += [boxes[side]] if free else []
        narrow += [on_narrow] if free and has_room else []
        found[spot.place.iri] = replace(spot, side=side, room=room, beyond=beyond)
    return [found[spot.place.iri] for spot in spots]


def label_box(x: float, y: float, text: str, size: float, anchor: str) -> Box:
    """Return the corners around a name whose anchor is given, with letters of a size."""
    breadth = len(text) * LETTER * size
    left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * breadth
    return (left, y - ABOVE * size, left + breadth, y + BELOW * size)


def holds(one: Box, other: Box) -> bool:
    """Tell whether a box lies within another one."""
    return one[0] <= other[0] and one[1] <= other[1] and other[2] <= one[2] and other[3] <= one[3]


def box(outlines: Iterable[Box], spots: Iterable[Spot], earth: World) -> Frame | None:
    """Return the corner and the size of what holds all that is drawn, or None for nothing.

    What reaches over more than half of the map is shown around its middle, which a narrow screen shows.
    """
    boxes = [*outlines, *((one.x, one.y, one.x, one.y) for one in spots)]
    if not boxes:
        return None
    left, top = min(one[0] for one in boxes) - MARGIN, min(one[1] for one in boxes) - MARGIN
    right, bottom = max(one[2] for one in boxes) + MARGIN, max(one[3] for one in boxes) + MARGIN
    if right - left > earth.shift[0]:
        middle = earth.project(EAST, 0)[0]
        reach = max(middle - left, right - middle)
        left, right = middle - reach, middle + reach
    return (round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))


def place_records(places: Iterable[Place], words: Words) -> Iterator[Record]:
    """Yield the records of places."""
    for place in places:
        yield {
            "kind": "place",
            "item": place.iri,
            "label": words.show_iri(place.iri).text,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "code": "",
            "standing": [],
            "events": [held.event for held in place.events if not held.planned],
            "planned": [held.event for held in place.events if held.planned],
            "sources": place.graphs,
        }


def state_records(states: Iterable[State], words: Words) -> Iterator[Record]:
    """Yield the records of states."""
    for state in states:
        yield {
            "kind": "state",
            "item": state.iri,
            "label": words.show_iri(state.iri).text,
            "latitude": None,
            "longitude": None,
            "code": state.code,
            "standing": [one.via for one in state.standings],
            "events": [],
            "planned": [],
            "sources": [],
        }
