"""What a timeline shows: events, terms, documents and figures, each with the times that are known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.ontology import BASE, WIC
from wicara.server.language import lazy_gettext as _
from wicara.server.provenance import ACTUAL, solutions, value
from wicara.server.site.pictures.bounds import NAMES, Bounds, bounds_of, within

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
ITEMS: Final = """
SELECT DISTINCT ?item ?kind WHERE {{
  {about}
  ?item a ?type . ?type rdfs:subClassOf* ?kind . VALUES ?kind {{ {kinds} }}
  FILTER(isIRI(?item))
}} ORDER BY ?item"""
TIMES: Final = """
SELECT ?item ?link ?span ?earliestStart ?latestStart ?earliestEnd ?latestEnd ?written ?graph ?modality
WHERE {{
  VALUES ?item {{ {items} }}
  {{ VALUES ?link {{ wic:hasTimeSpan wic:hasPlannedTimeSpan wic:hasProposedTimeSpan }}
    ?item ?link ?span .
    OPTIONAL {{ GRAPH ?graph {{ ?item ?link ?span }} OPTIONAL {{ ?graph wic:modality ?modality }} }} }}
  UNION {{ ?item wic:during+ ?outer . ?outer wic:hasTimeSpan ?span . BIND(wic:during AS ?link)
    FILTER NOT EXISTS {{ ?item wic:hasTimeSpan ?own }} }}
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
CHOICES: Final = """
SELECT DISTINCT ?thing ?kind WHERE {
  VALUES ?kind { wic:Partnership wic:Person wic:State wic:IntergovernmentalBody }
  ?thing a ?type . ?type rdfs:subClassOf* ?kind . FILTER(isIRI(?thing))
} ORDER BY ?thing LIMIT 300"""


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


def items(store: Store, about: NamedNode | None) -> list[Item]:
    """Return what has a lane, or what of it concerns a thing, sorted by IRI; without times."""
    pattern = ABOUT.format(thing=about) if about else ""
    kinds = " ".join(f"<{kind}>" for kind in LANE_OF)
    found: dict[str, str] = {}
    for row in solutions(store, ITEMS.format(about=pattern, kinds=kinds)):
        lane = LANE_OF[value(row, "kind")]
        iri = value(row, "item")
        found[iri] = min(found.get(iri, lane), lane, key=RANK.__getitem__)
    return [Item(iri, lane) for iri, lane in found.items() if lane in NAMED]


def values(some: Iterable[Item]) -> str:
    """Return things as the data of a VALUES block."""
    return " ".join(str(NamedNode(item.iri)) for item in some)


def add_times(store: Store, some: Sequence[Item]) -> None:
    """Add to each thing the times that are known of it."""
    by_iri = {item.iri: item for item in some}
    found: dict[tuple[str, str, str], Time] = {}
    for row in solutions(store, TIMES.format(items=values(some))):
        key = (value(row, "item"), value(row, "link").removeprefix(WIC), value(row, "span"))
        if key not in found:
            found[key] = time_of(key[1], key[2], {name: row[name] for name in (*NAMES, "written")})
            by_iri[key[0]].times.append(found[key])
        add_source(found[key], row["graph"], row["modality"])
    for time in found.values():
        time.manner = manner_of(time)


def time_of(link: str, span: str, terms: Mapping[str, object]) -> Time:
    """Return the time that a link to a time span gives."""
    bounds = bounds_of(terms)  # type: ignore[arg-type] # terms of a solution
    written = terms["written"]
    return Time(
        link,
        span,
        within(bounds) if link == "during" else bounds,
        written=written.value if isinstance(written, Literal) else "",
    )


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
    for row in solutions(store, STANDING.format(items=values(some))):
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


def choices(store: Store) -> dict[str, list[str]]:
    """Return the things that a timeline may be about, by class."""
    found: dict[str, list[str]] = {}
    for row in solutions(store, CHOICES):
        found.setdefault(value(row, "kind"), []).append(value(row, "thing"))
    return found
