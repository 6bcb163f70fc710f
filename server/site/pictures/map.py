"""What a map shows: places with their coordinates and events, states with their codes and their standing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.solutions import solutions, value
from wicara.ontology import WIC

if TYPE_CHECKING:
    from pyoxigraph import Store
    from wicara.server.site.words import Term

MOST: Final = 1000
"""How many places, states or events a map holds at most."""
PLACES: Final = f"""
SELECT ?place ?latitude ?longitude ?state ?graph WHERE {{
  ?place wic:latitude ?latitude ; wic:longitude ?longitude . FILTER(isIRI(?place))
  OPTIONAL {{ ?place wic:territoryOf ?state }}
  OPTIONAL {{ GRAPH ?graph {{ ?place wic:latitude ?latitude }} }}
}} ORDER BY ?place LIMIT {MOST}"""
EVENTS: Final = f"""
SELECT DISTINCT ?place ?event ?link ?graph WHERE {{
  VALUES ?link {{ wic:heldAt wic:plannedAt }}
  ?event ?link ?place . FILTER(isIRI(?place) && isIRI(?event))
  OPTIONAL {{ GRAPH ?graph {{ ?event ?link ?place }} }}
}} ORDER BY ?place ?event ?link LIMIT {MOST}"""
STATES: Final = f"""
SELECT DISTINCT ?state ?code WHERE {{ ?state wic:iso3166Alpha3 ?code . FILTER(isIRI(?state)) }}
ORDER BY ?state LIMIT {MOST}"""
STANDING: Final = f"""
SELECT DISTINCT ?state ?role ?body ?via WHERE {{
  {{ ?via wic:memberState ?state ; wic:memberOfBody ?body . BIND(wic:BodyMembership AS ?role) }}
  UNION {{ VALUES (?link ?role) {{ (wic:hasPartnerStatus wic:DialoguePartnerStatus)
      (wic:hasPartnerCountryStatus wic:PartnerCountryStatus) }}
    ?state ?link ?via . ?via wic:statusWith ?body }}
  FILTER(isIRI(?state) && isIRI(?body) && isIRI(?via))
}} ORDER BY ?state ?role ?body ?via LIMIT {MOST}"""
MEMBER: Final = f"{WIC}BodyMembership"


@dataclass
class Held:
    """An event at a place: whether only planned there, and the graphs that say so."""

    event: str
    planned: bool
    graphs: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A place: where it lies, the state whose land it is, what was held there, and who says where it lies."""

    iri: str
    latitude: float
    longitude: float
    state: str | None
    graphs: list[str] = field(default_factory=list)
    events: list[Held] = field(default_factory=list)


@dataclass(frozen=True)
class Standing:
    """What a state is to a body: a member or a partner, and the situation that says so."""

    role: str
    body: str
    via: str


@dataclass
class State:
    """A state: its code, and its standing with bodies."""

    iri: str
    code: str
    standings: list[Standing] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """Return how it is coloured: as a member of a body, as a partner, or as neither."""
        if any(one.role == MEMBER for one in self.standings):
            return "member"
        return "partner" if self.standings else "neither"


def degrees(term: Term | None, most: float) -> float | None:
    """Return a literal as degrees from -most to most, or None for anything else."""
    try:
        number = float(term.value) if isinstance(term, Literal) else None
    except ValueError:
        return None
    return number if number is not None and -most <= number <= most else None


def places(store: Store) -> dict[str, Place]:
    """Return the places that have coordinates on Earth, by IRI, with the events at them."""
    found: dict[str, Place] = {}
    for row in solutions(store, PLACES):
        latitude, longitude = degrees(row["latitude"], 90), degrees(row["longitude"], 180)
        if latitude is None or longitude is None:
            continue
        state, graph, iri = row["state"], row["graph"], value(row, "place")
        place = found.setdefault(
            iri, Place(iri, latitude, longitude, state.value if isinstance(state, NamedNode) else None)
        )
        if isinstance(graph, NamedNode) and graph.value not in place.graphs:
            place.graphs.append(graph.value)
    return found


def events(store: Store) -> dict[str, list[Held]]:
    """Return what was held or is planned at each place, by the IRI of the place."""
    found: dict[tuple[str, str, bool], Held] = {}
    by_place: dict[str, list[Held]] = {}
    for row in solutions(store, EVENTS):
        key = (value(row, "place"), value(row, "event"), value(row, "link").endswith("plannedAt"))
        if key not in found:
            found[key] = Held(key[1], key[2])
            by_place.setdefault(key[0], []).append(found[key])
        graph = row["graph"]
        if isinstance(graph, NamedNode):
            found[key].graphs.append(graph.value)
    return by_place


def states(store: Store) -> dict[str, State]:
    """Return the states that have a code, by IRI, with their standing."""
    found: dict[str, State] = {}
    for row in solutions(store, STATES):
        found.setdefault(value(row, "state"), State(value(row, "state"), value(row, "code")))
    for row in solutions(store, STANDING):
        state = found.get(value(row, "state"))
        if state:
            state.standings.append(Standing(value(row, "role"), value(row, "body"), value(row, "via")))
    return found
