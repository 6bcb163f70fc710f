"""Who took part in what with whom: the edges of some nodes, each with its role and the graphs that say so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, Triple
from wicara.graph.solutions import solutions, value
from wicara.ontology import WIC

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pyoxigraph import QuerySolution, Store

KINDS: Final = {
    "Person": "person",
    "State": "state",
    "Partnership": "partnership",
    "Event": "event",
    "EventSeries": "event",
    "IntergovernmentalBody": "body",
    "GovernmentBody": "body",
    "Actor": "body",
}
"""The kinds of nodes by class: a node is of the first one that it belongs to."""
KIND_OF: Final = {f"{WIC}{name}": kind for name, kind in KINDS.items()}
RANK: Final = {f"{WIC}{name}": place for place, name in enumerate(KINDS)}
PLANNED: Final = frozenset(
    f"{WIC}{name}" for name in ("plannedMeetingOf", "hasDesignatedCoordinatorship", "proposedOnSidelinesOf")
)
"""The properties of what is still to come, besides those of prospective participations."""

PATTERNS: Final = (
    (
        """?to ?link ?via . ?via wic:participant ?from .
           VALUES ?link { wic:hasChairParticipation wic:hasSpeakerParticipation wic:hasAttendeeParticipation
             wic:hasParticipation wic:hasProspectiveParticipation wic:hasProspectiveChairParticipation }
           OPTIONAL { ?via wic:hasRole ?had } BIND(COALESCE(?had, ?link) AS ?role)""",
        "?via wic:participant ?from",
    ),
    (
        "?via wic:participant ?from ; wic:onBehalfOf ?to . BIND(wic:onBehalfOf AS ?role)",
        "?via wic:onBehalfOf ?to",
    ),
    (
        """?from ?link ?via . ?via wic:coordinatorshipOf ?to . BIND(wic:Coordinatorship AS ?role)
           VALUES ?link { wic:hasCoordinatorship wic:hasDesignatedCoordinatorship }""",
        "?from ?link ?via",
    ),
    (
        "?via wic:tenureHolder ?from ; wic:tenurePost ?role . ?role wic:postOfState ?to",
        "?via wic:tenurePost ?role",
    ),
    (
        "?via wic:memberState ?from ; wic:memberOfBody ?to . BIND(wic:BodyMembership AS ?role)",
        "?via wic:memberState ?from",
    ),
    (
        """?from ?link ?via . ?via wic:statusWith ?to .
           VALUES (?link ?role) { (wic:hasPartnerStatus wic:DialoguePartnerStatus)
             (wic:hasPartnerCountryStatus wic:PartnerCountryStatus) }""",
        "?from ?link ?via",
    ),
    (
        """?from ?role ?to .
           VALUES ?role { wic:heldWith wic:meetingOf wic:plannedMeetingOf wic:includesEvent wic:designates
             wic:hasParty wic:hasExternalParty wic:bodyOf wic:proposedOnSidelinesOf }""",
        "?from ?role ?to",
    ),
)
"""The ways in which two nodes hang together, each with the triple whose graphs are its evidence."""
EDGES: Final = "SELECT ?from ?to ?role ?link ?via ?graph WHERE {{ {branches} }} LIMIT {limit}"
MOST: Final = 4000
"""How many solutions a picture is made of at most."""
BRANCH: Final = "{{ {values} {pattern} OPTIONAL {{ GRAPH ?graph {{ {evidence} }} }} }}"
CLASSES: Final = """
SELECT DISTINCT ?type ?kind WHERE {{
  VALUES ?kind {{ {kinds} }} ?type rdfs:subClassOf* ?kind . FILTER(isIRI(?type))
}}"""
NODES: Final = "SELECT ?node ?type WHERE {{ VALUES ?node {{ {nodes} }} ?node a ?type }}"
STARTS: Final = """
SELECT ?node (COUNT(*) AS ?count) WHERE {
  { VALUES ?link { wic:hasChairParticipation wic:hasSpeakerParticipation wic:hasAttendeeParticipation
      wic:hasProspectiveParticipation wic:hasProspectiveChairParticipation } ?node ?link ?via }
  UNION { VALUES ?role { wic:participant wic:onBehalfOf } ?via ?role ?node }
  FILTER(isIRI(?node))
} GROUP BY ?node ORDER BY DESC(?count) ?node LIMIT 24"""


@dataclass
class Edge:
    """Two nodes that hang together: in which role, by which situation, and the graphs that say so."""

    start: str
    end: str
    role: str
    via: str | None
    planned: bool
    graphs: list[str] = field(default_factory=list)

    @property
    def triple(self) -> Triple | None:
        """Return the statement that it is, or None where a situation lies between."""
        if self.via:
            return None
        return Triple(NamedNode(self.start), NamedNode(self.role), NamedNode(self.end))


def among(store: Store, nodes: Collection[str]) -> list[Edge]:
    """Return the edges that nodes have with each other, sorted."""
    listed = " ".join(map(iri, nodes))
    return found(store, [f"VALUES ?from {{ {listed} }} VALUES ?to {{ {listed} }}"])


def neighbours(store: Store, nodes: Collection[str]) -> list[Edge]:
    """Return the edges of nodes, in both directions, sorted."""
    listed = " ".join(map(iri, nodes))
    return found(store, [f"VALUES ?from {{ {listed} }}", f"VALUES ?to {{ {listed} }}"])


def iri(node: str) -> str:
    """Return an IRI as SPARQL has it."""
    return str(NamedNode(node))


def found(store: Store, values: Iterable[str]) -> list[Edge]:
    """Return the edges of all patterns, each with any of some VALUES blocks."""
    branches = " UNION ".join(
        BRANCH.format(values=each, pattern=pattern, evidence=evidence)
        for each in values
        for pattern, evidence in PATTERNS
    )
    merged: dict[tuple[str, str, str, str | None], Edge] = {}
    for row in solutions(store, EDGES.format(branches=branches, limit=MOST)):
        edge = edge_of(row)
        if edge is None:
            continue
        key = (edge.start, edge.end, edge.role, edge.via)
        kept = merged.setdefault(key, edge)
        kept.graphs = sorted({*kept.graphs, *edge.graphs})
        kept.planned = kept.planned or edge.planned
    return [merged[key] for key in sorted(merged, key=lambda key: tuple(part or "" for part in key))]


def edge_of(row: QuerySolution) -> Edge | None:
    """Return the edge of a solution, or None where one of its ends is no IRI."""
    ends = (row["from"], row["to"], row["role"])
    if not all(isinstance(end, NamedNode) for end in ends) or row["from"] == row["to"]:
        return None
    via, graph, link = row["via"], row["graph"], row["link"]
    told = {value(row, "role"), link.value if isinstance(link, NamedNode) else ""}
    return Edge(
        value(row, "from"),
        value(row, "to"),
        value(row, "role"),
        via.value if isinstance(via, NamedNode) else None,
        bool(told & PLANNED) or any("Prospective" in one for one in told),
        [graph.value] if isinstance(graph, NamedNode) else [],
    )


def classes(store: Store) -> dict[str, str]:
    """Return the class among those of KINDS that each class belongs to."""
    best: dict[str, str] = {}
    for row in solutions(store, CLASSES.format(kinds=" ".join(map(iri, KIND_OF)))):
        name, kind = value(row, "type"), value(row, "kind")
        best[name] = min(best.get(name, kind), kind, key=RANK.__getitem__)
    return best


def kinds(store: Store, known: Mapping[str, str], nodes: Iterable[str]) -> dict[str, str]:
    """Return the kind of each node by the classes that are known; what belongs to none of them is `other`."""
    listed = list(nodes)
    best: dict[str, str] = {}
    for row in solutions(store, NODES.format(nodes=" ".join(map(iri, listed)))):
        node, kind = value(row, "node"), known.get(value(row, "type"))
        if kind:
            best[node] = min(best.get(node, kind), kind, key=RANK.__getitem__)
    return {node: KIND_OF[best[node]] if node in best else "other" for node in listed}


def starts(store: Store) -> list[tuple[str, int]]:
    """Return the nodes with the most participations, each with how many."""
    return [(value(row, "node"), int(value(row, "count"))) for row in solutions(store, STARTS)]
