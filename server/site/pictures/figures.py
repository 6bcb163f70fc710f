"""The statistical observations: their values with unit, parties and time, and who said them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import ACTUAL
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.solutions import solutions, value
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pyoxigraph import QuerySolution, Store

MOST: Final = 500
"""How many observations a page holds at most."""
DIGITS: Final = 30
"""How many digits a value has before its point at most."""
RELATIONS: Final = ("betweenParties", "observedActor", "relativeTo", "observedDocument", "rankScope")
"""What an observation is of, in the order in which it is told."""
VALUES: Final = f"""
SELECT ?observation ?value ?graph ?modality ?who ?possibly ?confidence WHERE {{{{
  {{about}}
  {{{{ GRAPH ?graph {{{{ ?observation wic:value ?value }}}}
    OPTIONAL {{{{ ?graph wic:modality ?modality }}}} OPTIONAL {{{{ ?graph wic:attributedTo ?who }}}}
    OPTIONAL {{{{ ?graph wic:possiblyAttributedTo ?possibly }}}}
    OPTIONAL {{{{ ?graph wic:confidence ?confidence }}}} }}}}
  UNION {{{{ ?observation wic:value ?value }}}}
  FILTER(isIRI(?observation))
}}}} ORDER BY ?observation ?graph LIMIT {8 * MOST}"""
TOLD: Final = """
SELECT DISTINCT ?observation ?property ?term ?notation ?claim WHERE {{
  VALUES ?observation {{ {observations} }}
  {{ VALUES ?property {{ wic:observedIndicator wic:unit wic:asWritten wic:betweenParties wic:observedActor
      wic:relativeTo wic:observedDocument wic:rankScope }}
    {{ ?observation ?property ?term }} UNION {{ GRAPH ?graph {{ ?observation ?property ?term }} }}
    OPTIONAL {{ ?term skos:notation ?notation }} }}
  UNION {{ ?claim wic:evaluates ?observation .
    OPTIONAL {{ ?claim wic:claimant|wic:possiblyAttributedTo ?term }} }}
}} ORDER BY ?observation ?property ?claim ?term"""
MODALITY: Final = f"{PREFIXES['modality']}"


@dataclass
class Observation:
    """A figure: its value, unit and indicator, what it is of, how it is told, and by whom."""

    iri: str
    value: Decimal
    indicator: str | None = None
    unit: str | None = None
    notation: str = ""
    written: str = ""
    graphs: list[str] = field(default_factory=list)
    modalities: list[str] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    possibly: list[str] = field(default_factory=list)
    confidence: list[str] = field(default_factory=list)
    of: dict[str, list[str]] = field(default_factory=dict)
    judged: dict[str, list[str]] = field(default_factory=dict)

    @property
    def manner(self) -> str:
        """Return how it is told: as so, as a modality such as `planned`, or only in a claim."""
        if self.graphs and all(kind_of(graph) is GraphKind.CONTENT for graph in self.graphs):
            return "claimed"
        if not self.modalities or ACTUAL in self.modalities:
            return "actual"
        return self.modalities[0].removeprefix(MODALITY)

    @property
    def parties(self) -> list[str]:
        """Return what it is of, in order."""
        return [iri for relation in RELATIONS for iri in self.of.get(relation, [])]

    def terms(self) -> Iterable[str]:
        """Yield the IRIs that a page names for it."""
        yield from (iri for iri in (self.iri, self.indicator, self.unit) if iri)
        for some in (self.modalities, self.who, self.possibly, self.confidence, *self.of.values()):
            yield from some
        for claim, who in self.judged.items():
            yield from (claim, *who)


def number(row: QuerySolution) -> Decimal | None:
    """Return the value of a solution, or None where it is no finite number."""
    term = row["value"]
    try:
        found = Decimal(term.value) if isinstance(term, Literal) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and found.adjusted() < DIGITS else None


def observations(store: Store, some: Collection[str] | None) -> list[Observation]:
    """Return all observations, or some, sorted by IRI, with what is told of them."""
    given = "" if some is None else f"VALUES ?observation {{ {listed(some)} }}"
    found: dict[tuple[str, Decimal], Observation] = {}
    for row in solutions(store, VALUES.format(about=given)):
        amount = number(row)
        if amount is None:
            continue
        one = found.setdefault(
            (value(row, "observation"), amount), Observation(value(row, "observation"), amount)
        )
        add(one.graphs, row["graph"])
        add(one.modalities, row["modality"])
        add(one.who, row["who"])
        add(one.possibly, row["possibly"])
        add(one.confidence, row["confidence"])
    kept = list(found.values())[:MOST]
    add_told(store, kept)
    return kept


def listed(iris: Iterable[str]) -> str:
    """Return IRIs as the data of a VALUES block."""
    return " ".join(str(NamedNode(iri)) for iri in iris)


def add(some: list[str], term: object) -> None:
    """Add an IRI to those that are told of an observation, once."""
    if isinstance(term, NamedNode) and term.value not in some:
        some.append(term.value)


def add_told(store: Store, some: Iterable[Observation]) -> None:
    """Add what observations are of, in which unit, how their source writes them, and how they are judged."""
    by_iri: dict[str, list[Observation]] = {}
    for one in some:
        by_iri.setdefault(one.iri, []).append(one)
    for row in solutions(store, TOLD.format(observations=listed(by_iri))):
        for one in by_iri[value(row, "observation")]:
            if isinstance(row["claim"], NamedNode):
                add(one.judged.setdefault(row["claim"].value, []), row["term"])
            elif row["property"] is not None:
                tell(one, value(row, "property").removeprefix(WIC), row)


def tell(one: Observation, name: str, row: QuerySolution) -> None:
    """Add what a solution tells of an observation."""
    term, notation = row["term"], row["notation"]
    if name == "asWritten":
        one.written = value(row, "term")
    elif isinstance(term, NamedNode):
        if name == "observedIndicator":
            one.indicator = term.value
        elif name == "unit":
            one.unit = term.value
            one.notation = notation.value if isinstance(notation, Literal) else ""
        else:
            add(one.of.setdefault(name, []), term)
