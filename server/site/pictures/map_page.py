"""The map as a page: states by their outlines, places by their coordinates, and both as lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.server.app_state import store
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.pictures import map as data
from wicara.server.site.pictures.asked import short_of
from wicara.server.site.pictures.kept import kept
from wicara.server.site.pictures.outlines import world
from wicara.server.site.pictures.picture import Picture, sources
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.server.site.pictures.map import Place, State
    from wicara.server.site.pictures.outlines import Box, Outline, World
    from wicara.server.site.pictures.picture import Record
    from wicara.server.site.words import Shown

COLUMNS: Final = (
    "kind",
    "item",
    "label",
    "latitude",
    "longitude",
    "code",
    "standing",
    "events",
    "planned",
    "sources",
)
KINDS: Final = {
    "member": _("member of a body"),
    "partner": _("partner of a body"),
    "neither": _("another state"),
}
"""What the colours of states tell."""
MARGIN: Final = 24.0
LETTER: Final = 7.4
HIGH: Final = 18.0


@dataclass(frozen=True)
class Area:
    """A state as it is drawn: its outline, and its name where there is room for it."""

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


def picture() -> Picture:
    """Return the map."""
    places = data.places(store())
    held = kept(data.events)
    for iri, place in places.items():
        place.events = held.get(iri, [])
    elsewhere = {iri: events for iri, events in held.items() if iri not in places}
    states = data.states(store())
    words = words_for(places.values(), elsewhere, states.values())
    earth = world()
    spots = [spot(place, words, earth) for place in places.values()] if earth else []
    areas = draw(states.values(), spots, words, earth) if earth else []
    spots = beside(spots, areas)
    return Picture(
        "map",
        [*place_records(places.values(), words), *state_records(states.values(), words)],
        COLUMNS,
        {
            "world": earth,
            "areas": areas,
            "spots": spots,
            "box": box(areas, spots),
            "places": in_order(places.values(), words),
            "numbers": {iri: number for number, iri in enumerate(places, 1)},
            "states": in_order(states.values(), words),
            "elsewhere": elsewhere,
            "unlined": [state for state in states.values() if not earth or state.code not in earth.outlines],
            "words": words,
            "kinds": KINDS,
            "sources": sources,
            "short_of": short_of,
        },
    )


def words_for(
    places: Iterable[Place], elsewhere: Mapping[str, Sequence[data.Held]], states: Iterable[State]
) -> Words:
    """Return the words for all that the page names, with one query."""
    named = {*elsewhere, *(held.event for events in elsewhere.values() for held in events)}
    for place in places:
        named |= {place.iri, *(held.event for held in place.events)}
    for state in states:
        named |= {state.iri, *(iri for one in state.standings for iri in (one.role, one.body, one.via))}
    return Words.for_request(labels_of(store(), map(NamedNode, named)))


def in_order(some: Iterable[Place] | Iterable[State], words: Words) -> list[tuple[Shown, Place | State]]:
    """Return places or states with their labels, sorted by these."""
    return sorted(((words.show_iri(one.iri), one) for one in some), key=lambda pair: pair[0].text.casefold())


def spot(place: Place, words: Words, earth: World) -> Spot:
    """Return a place as it is drawn."""
    return Spot(place, words.show_iri(place.iri), *earth.project(place.longitude, place.latitude))


def draw(states: Iterable[State], spots: Iterable[Spot], words: Words, earth: World) -> list[Area]:
    """Return the states that have an outline, larger ones first; names stand where none collide."""
    lined = [(state, earth.outlines[state.code]) for state in states if state.code in earth.outlines]
    lined.sort(key=lambda pair: -size(pair[1].box))
    taken = [label_box(one.x, one.y, "o") for one in spots]
    found = []
    for state, outline in lined:
        shown = words.show_iri(state.iri)
        place = label_box(*outline.at, shown.text)
        free = not any(collide(place, other) for other in taken)
        taken += [place] if free else []
        found.append(Area(state, shown, outline, free))
    return found


def beside(spots: Iterable[Spot], areas: Iterable[Area]) -> list[Spot]:
    """Return places with their names on the side where these collide with the fewest others."""
    taken = [label_box(*area.outline.at, area.shown.text) for area in areas if area.named]
    found = []
    for one in spots:
        reach = len(one.shown.text) * LETTER / 2 + 10
        sides = {
            "right": label_box(one.x + reach, one.y, one.shown.text),
            "left": label_box(one.x - reach, one.y, one.shown.text),
            "below": label_box(one.x, one.y + HIGH, one.shown.text),
            "above": label_box(one.x, one.y - HIGH, one.shown.text),
        }
        side = min(sides, key=lambda name: sum(collide(sides[name], other) for other in taken))
        taken.append(sides[side])
        found.append(replace(one, side=side))
    return found


def size(box: Box) -> float:
    """Return the area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def label_box(x: float, y: float, text: str) -> Box:
    """Return the corners around a name whose middle is given."""
    half = len(text) * LETTER / 2
    return (x - half, y - HIGH / 2, x + half, y + HIGH / 2)


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
