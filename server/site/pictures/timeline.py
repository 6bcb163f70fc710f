"""What a timeline shows: events, terms, documents and figures, each with the times that are known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import ACTUAL
from wicara.graph.solutions import solutions, value
from wicara.ontology import BASE, WIC
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.times import NAMES, Bounds, bounds_of, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pyoxigraph import Store

LANES: Final = {
    "act": ("CommunicativeAct",),
    "event": ("Event",),
    "coordinator": ("Coordinatorship",),
    "office": ("Tenure",),
    "none": ("Participation", "EventReport"),
    "standing": ("Situation",),
    "document": ("Document",),
    "figure": ("StatisticalObservation",),
}
"""The lanes by the classes of what lies in them: a thing lies in the first one that it belongs to."""
NAMED: Final = {
    "event": _("Events"),
    "act": _("What was said"),
    "coordinator": _("Coordinators"),
    "office": _("Offices"),
    "standing": _("Standing and cooperation"),
    "document": _("Documents"),
    "figure": _("Figures"),
}
"""The lanes from top to bottom, with their names."""
LASTING: Final = frozenset({"office", "standing"})
"""The lanes of what may last far longer than what the rest is about."""
HAPPENING: Final = frozenset({"event", "act"})
"""The lanes of what may happen in the course of something else."""
LANE_OF: Final = {f"{WIC}{name}": lane for lane, names in LANES.items() for name in names}
RANK: Final = {lane: place for place, lane in enumerate(LANES)}
MANNERS: Final = {"hasPlannedTimeSpan": "planned", "hasProposedTimeSpan": "proposed"}
"""What a property says of the time that it gives; others give a time that is told as so."""
CERTAINTY: Final = ("actual", "planned", "proposed")

ABOUT: Final = """
{{ BIND({thing} AS ?item) }}
UNION {{ ?item ?to {thing} }} UNION {{ {thing} ?from ?item }}
UNION {{ ?middle ?to {thing} . ?item ?link ?middle .
  ?middle a ?class .
  VALUES ?class {{ wic:Participation wic:Document wic:PlanOfAction wic:OutcomeDocument wic:Post }} }}
UNION {{ {thing} (wic:hasParty|wic:hasExternalParty) ?one , ?other . FILTER(?one != ?other)
  ?item (wic:betweenParties|wic:observedActor|wic:statusHolder|^wic:hasPartnerStatus) ?one .
  ?item (wic:betweenParties|wic:relativeTo|wic:statusWith) ?other }}"""
"""What concerns a thing: what is linked to it, by itself, by a part in it, by a document or by a post."""
MEMBERS: Final = """
SELECT ?item ?kind WHERE {{
  {{ SELECT DISTINCT ?type ?kind WHERE {{
    VALUES ?kind {{ {kinds} }} ?type rdfs:subClassOf* ?kind . FILTER(isIRI(?type)) }} }}
  ?item a ?type . FILTER(isIRI(?item))
}}"""
LINKS: Final = 10_000
"""How many links of a thing are looked at for what concerns it."""
CONCERNED: Final = "SELECT DISTINCT ?item WHERE {{ {about} FILTER(isIRI(?item)) }} LIMIT {limit}"
OUTER: Final = (
    "SELECT ?item ?outer WHERE {{ VALUES ?item {{ {items} }} ?item wic:during+ ?outer }} ORDER BY ?outer"
)
TIMES: Final = """
SELECT ?item ?link ?span ?earliestStart ?latestStart ?earliestEnd ?latestEnd ?written ?graph ?modality
WHERE {{
  VALUES ?item {{ {items} }}
  VALUES ?link {{ wic:hasTimeSpan wic:hasPlannedTimeSpan wic:hasProposedTimeSpan }}
  ?item ?link ?span .
  OPTIONAL {{ GRAPH ?graph {{ ?item ?link ?span }} OPTIONAL {{ ?graph wic:modality ?modality }} }}
  OPTIONAL {{ ?span wic:earliestStart ?earliestStart }} OPTIONAL {{ ?span wic:latestStart ?latestStart }}
  OPTIONAL {{ ?span wic:earliestEnd ?earliestEnd }} OPTIONAL {{ ?span wic:latestEnd ?latestEnd }}
  OPTIONAL {{ ?span wic:asWritten ?written }}
}} ORDER BY ?item ?link ?span ?graph"""
STANDING: Final = """
SELECT ?item ?standing ?graph ?earliestStart ?latestStart ?earliestEnd ?latestEnd WHERE {{
  VALUES ?standing {{ wic:sittingAt wic:incomingAt wic:holdsAt }}
  VALUES ?item {{ {items} }}
  ?item ?standing ?at .
  OPTIONAL {{ GRAPH ?graph {{ ?item ?standing ?at }} }}
  OPTIONAL {{ ?at wic:earliestStart ?earliestStart }} OPTIONAL {{ ?at wic:latestStart ?latestStart }}
  OPTIONAL {{ ?at wic:earliestEnd ?earliestEnd }} OPTIONAL {{ ?at wic:latestEnd ?latestEnd }}
}} ORDER BY ?item ?standing ?graph"""
CHOICES: Final = ("Partnership", "Person", "State", "IntergovernmentalBody")
"""The classes of what a timeline may be chosen to be about."""
CHOSEN: Final = 300
"""How many things of each of them there are to choose from."""


@dataclass
class Time:
    """A time of a thing: how it is told, between which days, in which words, and the graphs that say so."""

    link: str
    span: str
    bounds: Bounds
    manner: str = "actual"
    written: str = ""
    graphs: list[str] = field(default_factory=list)
    modalities: list[str] = field(default_factory=list)


@dataclass
class Item:
    """A thing on a timeline: its lane, and its times."""

    iri: str
    lane: str
    times: list[Time] = field(default_factory=list)

    @property
    def manner(self) -> str:
        """Return how the surest of its times is told."""
        return min((time.manner for time in self.times), key=CERTAINTY.index, default="actual")

    @property
    def order(self) -> tuple[bool, tuple[date, ...], str]:
        """Return its place in its lane: by time; last what has none."""
        known = [time.bounds.known for time in self.times if time.bounds.known]
        return (not known, min(known, default=()), self.iri)


@dataclass(frozen=True)
class Reading:
    """What the dataset says of a day beyond the bounds: that a term is under way, or still to begin."""

    standing: str
    graph: str | None


@dataclass(frozen=True)
class Index:
    """What there is, sorted by IRI: the lane of everything that has one, and what to choose from by class."""

    lanes: Mapping[str, str]
    choices: Mapping[str, list[str]]


def index(store: Store) -> Index:
    """Return what there is, with one query."""
    choices: dict[str, set[str]] = {f"{WIC}{name}": set() for name in CHOICES}
    lanes: dict[str, str] = {}
    for row in solutions(store, MEMBERS.format(kinds=" ".join(f"<{kind}>" for kind in (*LANE_OF, *choices)))):
        iri, kind = value(row, "item"), value(row, "kind")
        if kind in choices:
            choices[kind].add(iri)
        else:
            put(lanes, iri, LANE_OF[kind])
    return Index(
        {iri: lanes[iri] for iri in sorted(lanes) if lanes[iri] in NAMED},
        {kind: sorted(iris)[:CHOSEN] for kind, iris in choices.items() if iris},
    )


def put(found: dict[str, str], iri: str, lane: str) -> None:
    """Put something into a lane, if it is in none that comes before it."""
    found[iri] = min(found.get(iri, lane), lane, key=RANK.__getitem__)


def items(store: Store, known: Mapping[str, str], about: NamedNode | None) -> list[Item]:
    """Return what has a lane, or what of it concerns a thing, sorted by IRI; without times."""
    if about is None:
        return [Item(iri, lane) for iri, lane in known.items()]
    asked = CONCERNED.format(about=ABOUT.format(thing=about), limit=LINKS)
    concerned = {value(row, "item") for row in solutions(store, asked)}
    return [Item(iri, known[iri]) for iri in sorted(concerned & known.keys())]


def listed(some: Iterable[str]) -> str:
    """Return IRIs as the data of a VALUES block."""
    return " ".join(str(NamedNode(iri)) for iri in some)


def outer_events(store: Store, some: Iterable[Item]) -> dict[str, list[str]]:
    """Return the events in whose course others happened, by the IRI of these."""
    found: dict[str, list[str]] = {}
    happened = listed(item.iri for item in some if item.lane in HAPPENING)
    for row in solutions(store, OUTER.format(items=happened)) if happened else ():
        if isinstance(row["outer"], NamedNode):
            found.setdefault(value(row, "item"), []).append(value(row, "outer"))
    return found


def add_times(store: Store, some: Sequence[Item]) -> None:
    """Add to each thing the times that are known of it, or of what it happened in the course of."""
    outer = outer_events(store, some)
    found = times(store, {*(item.iri for item in some), *(iri for iris in outer.values() for iri in iris)})
    for item in some:
        item.times = found.get(item.iri, [])
        if all(time.link in MANNERS for time in item.times):
            around = (time for iri in outer.get(item.iri, []) for time in found.get(iri, []))
            spans = {time.span: time for time in around if time.link not in MANNERS}
            item.times += [Time("during", span, within(time.bounds)) for span, time in spans.items()]


def times(store: Store, iris: Iterable[str]) -> dict[str, list[Time]]:
    """Return the times that are told of things, by the IRI of the thing."""
    found: dict[tuple[str, str, str], Time] = {}
    by_iri: dict[str, list[Time]] = {}
    for row in solutions(store, TIMES.format(items=listed(sorted(iris)))):
        key = (value(row, "item"), value(row, "link").removeprefix(WIC), value(row, "span"))
        if key not in found:
            written = row["written"]
            found[key] = Time(
                key[1],
                key[2],
                bounds_of({name: row[name] for name in NAMES}),
                written=written.value if isinstance(written, Literal) else "",
            )
            by_iri.setdefault(key[0], []).append(found[key])
        add_source(found[key], row["graph"], row["modality"])
    for time in found.values():
        time.manner = manner_of(time)
    return by_iri


def add_source(time: Time, graph: object, modality: object) -> None:
    """Add a graph that says of a time, and the modality of what that graph says."""
    if isinstance(graph, NamedNode) and graph.value not in time.graphs:
        time.graphs.append(graph.value)
        if isinstance(modality, NamedNode):
            time.modalities.append(modality.value)


def manner_of(time: Time) -> str:
    """Return how a time is told: as so, as planned or as proposed."""
    if time.link in MANNERS:
        return MANNERS[time.link]
    if not time.modalities or ACTUAL in time.modalities:
        return "actual"
    return "planned" if f"{BASE}/concept/modality/planned" in time.modalities else "proposed"


def readings(store: Store, some: Sequence[Item], day: date) -> dict[str, Reading]:
    """Return what the dataset says beyond the bounds of how things stand on a day."""
    found = {}
    for row in solutions(store, STANDING.format(items=listed(item.iri for item in some))):
        at = bounds_of({name: row[name] for name in NAMES})
        if at.certain(day):
            graph = row["graph"]
            standing = value(row, "standing").removeprefix(WIC)
            found[value(row, "item")] = Reading(
                standing, graph.value if isinstance(graph, NamedNode) else None
            )
    return found


@dataclass(frozen=True)
class OnDay:
    """What held on a day for certain, what possibly did or was planned to, and what was still to begin."""

    certain: list[Item]
    possible: list[Item]
    coming: list[Item]


def on_day(some: Iterable[Item], day: date, read: Mapping[str, Reading]) -> OnDay:
    """Return how things stand on a day, by their bounds and by what the dataset says beyond these."""
    found = OnDay([], [], [])
    for item in some:
        reading = read.get(item.iri)
        if reading:
            (found.coming if reading.standing == "incomingAt" else found.certain).append(item)
        elif item.manner == "actual" and any(time.bounds.certain(day) for time in item.times):
            found.certain.append(item)
        elif any(time.bounds.possible(day) for time in item.times):
            found.possible.append(item)
    return found
