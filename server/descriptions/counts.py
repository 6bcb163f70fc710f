"""How much a dataset holds (VoID, section 4.6), and when it was made: found once for each of its versions.

That of a build is kept with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pyoxigraph import NamedNode
from wicara.graph.names import DEFAULT, GRAPHS
from wicara.graph.store import SENTINEL, read_record
from wicara.ontology import BASE
from wicara.server.app_state import cached

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyoxigraph import QuerySolutions, Store
    from wicara.graph.store import BuiltDataset

THINGS: Final = f"{BASE}/id/"
"""What the IRIs of the entities of the built dataset begin with."""

NUMBERS: Final = {
    "void:distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o }}",
    "void:distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) {{ ?s ?p ?o }}",
    "void:entities": "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {entities} }}",
}
"""What VoID tells by one number, and the query that counts it; the rest follows from the partitions."""
PROPERTIES: Final = {
    False: "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x",
    True: "SELECT ?x (COUNT(*) AS ?n) { SELECT DISTINCT ?s ?x ?o { ?s ?x ?o } } GROUP BY ?x",
}
"""The query for triples by property, by whether graphs are merged: a triple of two of them counts once."""
CLASSES: Final = "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x } GROUP BY ?x HAVING(isIRI(?x))"
KIND: Final = 'REPLACE(STR(?s), "[^/]*$", "") AS ?kind'
EXAMPLES: Final = {
    False: f"SELECT (MIN(?s) AS ?x) (COUNT(*) AS ?n) {{{{ ?s a ?c {{entities}} }}}} GROUP BY ({KIND})",
    True: "SELECT (MIN(?s) AS ?x) (COUNT(*) AS ?n) {{ ?s a ?c {entities} }} GROUP BY ?c",
}
"""The query for an example of each kind of entity; of each class, where the data is served as it is."""
PARTITIONS: Final = Path(__file__).with_name("partitions.rq")
MAX_PARTITIONED: Final = 2_000_000
"""Quads of a dataset, beyond which the uses of properties are not counted class by class."""
TRIPLES: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
BY_GRAPH: Final = "SELECT ?x (COUNT(*) AS ?n) { GRAPH ?x { ?s ?p ?o } } GROUP BY ?x HAVING(isIRI(?x))"
BY_KIND: Final = f"""
SELECT ?x (COUNT(*) AS ?n) {{ SELECT DISTINCT ?x ?s ?p ?o {{
  GRAPH ?g {{ ?s ?p ?o }} BIND(REPLACE(STRAFTER(STR(?g), "{GRAPHS}"), "/.*", "") AS ?x) }} }} GROUP BY ?x"""


@dataclass(frozen=True)
class Graphs:
    """How many triples stand in the default graph and in each named graph, empty ones too."""

    default: int
    named: Mapping[str, int]


@dataclass(frozen=True)
class Statistics:
    """What VoID tells of a dataset: numbers by VoID property, and how often each property and class is used.

    `examples` are entities, each of another kind. `parts` are the triples of each kind of graph that the
    default graph holds, and of all of those that are no conclusions.
    """

    numbers: Mapping[str, int]
    properties: Mapping[str, int]
    classes: Mapping[str, int]
    examples: Sequence[str]
    parts: Mapping[str, int]


def graphs() -> Graphs:
    """Tell how many triples each graph of this version holds."""
    return cached("graphs", count_graphs, lambda known: Graphs(**known))


def count_graphs(built: BuiltDataset) -> Graphs:
    """Count the triples of each graph."""
    store = built.store
    counted = by_name(store, BY_GRAPH)
    names = sorted(name.value for name in store.named_graphs() if isinstance(name, NamedNode))
    return Graphs(number(store, TRIPLES), {name: int(counted.get(name, 0)) for name in names})


@dataclass
class Uses:
    """The triples of a property with subjects of one class: all, and by class and datatype of the value."""

    triples: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    datatypes: dict[str, int] = field(default_factory=dict)


def classes(built: BuiltDataset) -> dict[str, int]:
    """Count the instances of each class in the default graph, the most used class first."""
    return frequencies(built.store, CLASSES, union=False)


def partitions() -> Mapping[str, Mapping[str, Uses]]:
    """Tell how often each property is used with the instances of each class, by class and property."""
    return cached("partitions", count_partitions, read_partitions)


def read_partitions(known: Mapping[str, Mapping[str, dict[str, Any]]]) -> Mapping[str, Mapping[str, Uses]]:
    """Return the uses of properties, from JSON."""
    uses: defaultdict[str, dict[str, Uses]] = defaultdict(dict)
    for cls, properties in known.items():
        uses[cls] = {name: Uses(**counts) for name, counts in properties.items()}
    return uses


def count_partitions(built: BuiltDataset) -> Mapping[str, Mapping[str, Uses]]:
    """Count the uses of each property with the instances of each class."""
    uses: defaultdict[str, defaultdict[str, Uses]] = defaultdict(lambda: defaultdict(Uses))
    if len(built.store) > MAX_PARTITIONED:
        return uses
    for row in cast("QuerySolutions", built.store.query(PARTITIONS.read_text("utf-8"))):
        of_property, number = uses[row["class"].value][row["property"].value], int(row["n"].value)
        if row["object"]:
            of_property.classes[row["object"].value] = number
        elif row["datatype"]:
            of_property.datatypes[row["datatype"].value] = number
        else:
            of_property.triples = number
    return uses


def merges(built: BuiltDataset) -> bool:
    """Tell whether VoID speaks of all graphs: of data as it is, nobody has said what the default graph is."""
    return built.plain and any(True for _ in built.store.named_graphs())


def statistics() -> Statistics:
    """Return what VoID tells: of the default graph, or of all graphs merged."""
    return cached("statistics", count_statistics, lambda known: Statistics(**known))


def count_statistics(built: BuiltDataset) -> Statistics:
    """Count what VoID tells."""
    store, union = built.store, merges(built)
    entities = "FILTER(isIRI(?s))" if built.plain else f'FILTER(STRSTARTS(STR(?s), "{THINGS}"))'
    properties = frequencies(store, PROPERTIES[union], union=union)
    classes = frequencies(store, CLASSES, union=union)
    numbers = {
        name: number(store, query.format(entities=entities), union=union) for name, query in NUMBERS.items()
    }
    return Statistics(
        numbers={
            "void:triples": sum(properties.values()),
            **numbers,
            "void:properties": len(properties),
            "void:classes": len(classes),
        },
        properties=properties,
        classes=classes,
        examples=tuple(frequencies(store, EXAMPLES[built.plain].format(entities=entities), union=union)),
        parts={} if built.plain else count_parts(built),
    )


def count_parts(built: BuiltDataset) -> dict[str, int]:
    """Count the triples of what the default graph is merged from."""
    counted = by_name(built.store, BY_KIND)
    kinds = {kind.value: int(counted[kind]) for kind in sorted(DEFAULT) if kind in counted}
    return {"asserted": number(built.asserted, TRIPLES), **kinds}


def frequencies(store: Store, query: str, *, union: bool) -> dict[str, int]:
    """Return how often each IRI is used, the most used first."""
    counted = {name: int(value) for name, value in by_name(store, query, union=union).items()}
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def by_name(store: Store, query: str, *, union: bool = False) -> dict[str, str]:
    """Return `?n` by `?x` of a query's solutions."""
    solutions = cast("QuerySolutions", store.query(query, use_default_graph_as_union=union))
    return {row["x"].value: row["n"].value for row in solutions}


def number(store: Store, query: str, *, union: bool = False) -> int:
    """Return the one number that a query counts."""
    [row] = cast("QuerySolutions", store.query(query, use_default_graph_as_union=union))
    return int(row["n"].value)


def made_at(built: BuiltDataset) -> datetime:
    """Return when a dataset was made: its build or its file, or else when it was first seen here."""
    if built.made is not None:
        return built.made
    record = read_record(built.path)
    if record is not None and record.digest == built.digest:
        return modified(built.path / SENTINEL)
    return modified(built.path) if built.path.is_file() else datetime.now(UTC).replace(microsecond=0)


def modified(path: Path) -> datetime:
    """Return when a file was written."""
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
