"""The map: states by their outlines, places by their coordinates, and both as lists."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal
from wicara.graph.sparql import value
from wicara.ontology import WIC
from wicara.server.app_state import per_inference, store
from wicara.server.site.filter import narrowed
from wicara.server.site.html import BUILT
from wicara.server.site.language import WORDS
from wicara.server.site.pictures.picture import Picture, add_iri, limit_of, picture, rows, words_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Store
    from wicara.server.site.pictures.picture import Record
    from wicara.server.site.words import Shown, Term, Words

Box: TypeAlias = tuple[float, float, float, float]
"""The left, the top, the right and the bottom."""

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
LETTER: Final = 7.4
LINE_HEIGHT: Final = 18.0
NARROW: Final = 36 / 14
"""How much larger the names of places are drawn on narrow screens (`style.css`)."""
MAX_SHOWN: Final = 30
"""Events that the page lists of one place; the data has all."""
BUSIEST: Final = 6
"""Places that the page is told of in one line by, where most was held."""
GAP: Final = 10
"""The space between a place and its name beside it."""


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
    """A state as it is drawn: its outline, and whether there is room for its name."""

    state: State
    shown: Shown
    outline: Outline
    named: bool


@dataclass(frozen=True)
class Spot:
    """A place as it is drawn, with its name on the side where there is room."""

    place: Place
    shown: Shown
    x: float
    y: float
    side: str = "right"
    lesser: bool = False
    """Whether its name has no room on a narrow screen, beside those of places where more was held."""


@picture()
def map_() -> Picture:
    """Show the places and the states."""
    held, all_held = per_inference(read_events)
    view = narrowed("/map")
    if view.days is not None:
        fitting = {iri: [one for one in events if view.has(one.event)] for iri, events in held.items()}
        held = {iri: events for iri, events in fitting.items() if events}
    places, states = read_places(store(), held), read_states(store())
    if view.days is not None:
        places = {iri: place for iri, place in places.items() if place.events}
    elsewhere = {iri: without_repeats(events) for iri, events in held.items() if iri not in places}
    named = {*places, *states, *held, *(one.event for events in held.values() for one in events[:MAX_SHOWN])}
    named |= {
        iri for state in states.values() for one in state.standings for iri in (one.role, one.body, one.via)
    }
    words = words_for(store(), named)
    earth = world()
    areas, spots = draw(states.values(), places.values(), words, earth) if earth else ([], [])
    return Picture(
        "map",
        [*place_records(places.values(), words), *state_records(states.values(), words)],
        COLUMNS,
        {
            "world": earth,
            "areas": areas,
            "spots": spots,
            "box": box(areas, spots),
            "places": by_label(places, words),
            "busiest": [
                (words.show_iri(place.iri), place)
                for place in sorted(places.values(), key=lambda one: (-len(one.held), one.iri))[:BUSIEST]
                if place.events
            ],
            "numbers": {iri: number for number, iri in enumerate(places, 1)},
            "states": by_label(states, words),
            "elsewhere": elsewhere,
            "all_held": all_held,
            "most": MAX_SHOWN,
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
    found: dict[str, EventAt] = {}
    for one in events:
        if one.event not in found or not one.planned:
            found[one.event] = one
    return [*found.values()]


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
    """Return what was held or is planned at each place, by the IRI of the place, and whether that is all."""
    by_place: dict[str, dict[tuple[str, bool], EventAt]] = {}
    found = list(rows(store, "map-events"))
    for row in found:
        key = (value(row, "event"), value(row, "link") == f"{WIC}plannedAt")
        add_iri(
            by_place.setdefault(value(row, "place"), {}).setdefault(key, EventAt(*key)).graphs, row, "graph"
        )
    held = {iri: [*events.values()] for iri, events in by_place.items()}
    return held, len(found) < limit_of("map-events")


def read_states(store: Store) -> dict[str, State]:
    """Return the states that have a code, by IRI, with their standing."""
    states: dict[str, State] = {}
    for row in rows(store, "map-states"):
        states.setdefault(value(row, "state"), State(value(row, "state"), value(row, "code")))
    for row in rows(store, "map-standing"):
        if state := states.get(value(row, "state")):
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
) -> tuple[list[Area], list[Spot]]:
    """Return the states that have an outline, larger ones first, and the places.

    The names of states stand where none collide, those of places on the side where they collide the least.
    """
    spots = [
        Spot(place, words.show_iri(place.iri), *earth.project(place.longitude, place.latitude))
        for place in places
    ]
    lined = [(state, earth.outlines[state.code]) for state in states if state.code in earth.outlines]
    lined.sort(key=lambda pair: -area_of(pair[1].box))
    taken = [label_box(spot.x, spot.y, "ooo") for spot in spots]
    areas = []
    for state, outline in lined:
        shown = words.show_iri(state.iri)
        label = label_box(*outline.at, shown.text)
        is_free = not any(collide(label, other) for other in taken)
        taken += [label] if is_free else []
        areas.append(Area(state, shown, outline, is_free))
    dots, taken = taken[: len(spots)], taken[len(spots) :]
    left, _top, width, _height = box(areas, spots) or (0.0, 0.0, 0.0, 0.0)
    for number, spot in enumerate(spots):
        sides = sides_of(spot)
        others = [*taken, *dots[:number], *dots[number + 1 :]]
        fitting = [name for name, one in sides.items() if left <= one[0] and one[2] <= left + width]
        side = min(fitting or sides, key=lambda name: sum(collide(sides[name], other) for other in others))
        taken.append(sides[side])
        spots[number] = replace(spot, side=side)
    return areas, with_room(spots)


def sides_of(spot: Spot, scale: float = 1.0) -> dict[str, Box]:
    """Return the corners around the name of a place, by its side; with larger letters, at a scale."""
    x, y, text = spot.x, spot.y, spot.shown.text
    reach = len(text) * LETTER * scale / 2 + GAP
    return {
        "right": label_box(x + reach, y, text, scale),
        "left": label_box(x - reach, y, text, scale),
        "below": label_box(x, y + LINE_HEIGHT * scale, text, scale),
        "above": label_box(x, y - LINE_HEIGHT * scale, text, scale),
    }


def with_room(spots: list[Spot]) -> list[Spot]:
    """Return places, those marked whose names collide on a narrow screen with names of more frequent ones."""
    taken: list[Box] = []
    named = set()
    for spot in sorted(spots, key=lambda one: (-len(one.place.held), -len(one.place.planned))):
        name = sides_of(spot, NARROW)[spot.side]
        if not any(collide(name, other) for other in taken):
            taken.append(name)
            named.add(spot.place.iri)
    return [replace(spot, lesser=spot.place.iri not in named) for spot in spots]


def area_of(box: Box) -> float:
    """Return the area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def label_box(x: float, y: float, text: str, scale: float = 1.0) -> Box:
    """Return the corners around a name whose middle is given; with larger letters, at a scale."""
    half, high = len(text) * LETTER * scale / 2, LINE_HEIGHT * scale / 2
    return (x - half, y - high, x + half, y + high)


def collide(one: Box, other: Box) -> bool:
    """Tell whether two boxes have a part in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def box(areas: Iterable[Area], spots: Iterable[Spot]) -> tuple[float, ...] | None:
    """Return the corner and the size of what holds all that is drawn, or None for nothing."""
    boxes = [*(area.outline.box for area in areas), *((one.x, one.y, one.x, one.y) for one in spots)]
    if not boxes:
        return None
    left, top = min(one[0] for one in boxes) - MARGIN, min(one[1] for one in boxes) - MARGIN
    right, bottom = max(one[2] for one in boxes) + MARGIN, max(one[3] for one in boxes) + MARGIN
    return tuple(round(number, 1) for number in (left, top, right - left, bottom - top))


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
