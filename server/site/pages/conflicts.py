"""Where statements contradict each other: the same thing with different values, across sources and within.

Each comparison is a question whose rows conflict (`queries/conflicts/`): two things ?x and ?y, which are or
speak of the same, with the properties ?p and ?q, the values ?left and ?right, and the graphs ?g1 and ?g2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.sparql import solutions, value
from wicara.queries import comparisons
from wicara.server.app_state import dataset, per_version, watched
from wicara.server.descriptions.counts import merges
from wicara.server.descriptions.openapi import operation
from wicara.server.site.language import language, own_text
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.tables.cells import show
from wicara.server.site.tables.rows import evidence_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import QuerySolution
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.words import Shown, Words

blueprint = Blueprint("conflicts", __name__)

MAX_CONFLICTS: Final = 100
"""How many conflicts of each comparison the page shows; the query gives all."""
ONLY: Final = "FILTER(?conflict)"
"""How a comparison leaves out what agrees."""
NAMES: Final = ("x", "p", "left", "y", "q", "right")
COUNT: Final = """
{{ {{ SELECT (COUNT(DISTINCT ?x) AS ?things) {{ {things} }} }} BIND("{key}" AS ?comparison) }}
UNION {{ {{ SELECT (COUNT(*) AS ?pairs) (SUM(IF(COALESCE(?conflict, false), 1, 0)) AS ?conflicts) {{
  {{ {pairs} }} }} }} BIND("{key}" AS ?comparison) }}"""
BETWEEN: Final = {
    frozenset({GraphKind.FACT}): _("between two articles"),
    frozenset({GraphKind.BACKGROUND}): _("between two sources of the background"),
    frozenset({GraphKind.FACT, GraphKind.BACKGROUND}): _("between an article and the background"),
}
"""What the two graphs of a conflict are, where they are of two sources."""


@dataclass(frozen=True)
class Counted:
    """How many things a comparison looks at, how many pairs of statements it compares, how many conflict."""

    things: int = 0
    pairs: int = 0
    conflicts: int = 0


@dataclass(frozen=True)
class Side:
    """One of two statements: what it is said of, the property, the value, and the graph that says it."""

    thing: Shown | None
    property: Shown | None
    value: Shown | None
    graph: str


@dataclass(frozen=True)
class Conflict:
    """Two statements that cannot both be true, and where they stand."""

    between: object
    sides: tuple[Side, Side]


@dataclass(frozen=True)
class Comparison:
    """A comparison as the page shows it: in words, counted, with its query and the conflicts it has found."""

    key: str
    title: str
    same: str
    compared: str
    query: str
    counted: Counted
    conflicts: list[Conflict]


@blueprint.get("/conflicts")
@operation(query=("lang",))
def page() -> str:
    """List what is compared, and where it conflicts."""
    found, counted = per_version(conflicting), per_version(count)
    evidence = evidence_for(
        watched(dataset().store),
        (row[name] for row in found for name in NAMES),
        (value(row, name) for row in found for name in ("g1", "g2")),
    )
    return render_template(
        "conflicts.html",
        comparisons=[
            in_words(one, counted.get(one.id, Counted()), found, evidence.words) for one in comparisons()
        ],
        total=sum(one.conflicts for one in counted.values()),
        most=MAX_CONFLICTS,
        bases=evidence.bases,
        words=evidence.words,
    )


def count(_built: BuiltDataset) -> dict[str, Counted]:
    """Count what each comparison compares, with one query."""
    found: dict[str, dict[str, int]] = {}
    parts = (
        COUNT.format(key=one.id, things="\n".join(one.header["things"]), pairs=pairs_of(one))
        for one in comparisons()
    )
    for row in rows(" UNION ".join(parts)):
        numbers = {name: int(value(row, name)) for name in ("things", "pairs", "conflicts") if row[name]}
        found.setdefault(value(row, "comparison"), {}).update(numbers)
    return {key: Counted(**numbers) for key, numbers in found.items()}


def pairs_of(comparison: Question) -> str:
    """Return the query for all pairs that a comparison compares, each with whether it conflicts."""
    select, where, pattern = comparison.select.replace(ONLY, "").partition("\nWHERE")
    return f"{select} ?conflict{where}{pattern.rpartition('ORDER BY')[0]}"


def conflicting(_built: BuiltDataset) -> list[QuerySolution]:
    """Find the conflicts of those comparisons that have any, with one query."""
    counted = per_version(count)
    parts = [
        f'{{ {{ {one.select} LIMIT {MAX_CONFLICTS} }} BIND("{one.id}" AS ?comparison) }}'
        for one in comparisons()
        if counted.get(one.id, Counted()).conflicts
    ]
    return list(rows(" UNION ".join(parts))) if parts else []


def rows(pattern: str) -> Iterator[QuerySolution]:
    """Return solutions over the dataset, conclusions included; data as it is counts whole."""
    built = dataset()
    return solutions(watched(built.store), f"SELECT * {{ {pattern} }}", union=merges(built))


def in_words(comparison: Question, counted: Counted, found: list[QuerySolution], words: Words) -> Comparison:
    """Return a comparison in the language of the reader."""
    (same,), (compared,) = comparison.own("same"), comparison.own("compared")
    own = [conflict(row, words) for row in found if value(row, "comparison") == comparison.id]
    title = comparison.wording(language())
    return Comparison(comparison.id, title, own_text(same), own_text(compared), comparison.body, counted, own)


def conflict(row: QuerySolution, words: Words) -> Conflict:
    """Return a solution as the page shows it."""
    sides = [
        Side(words.show(row[thing]), words.show(row[name]), show(row[term], words), value(row, graph))
        for thing, name, term, graph in (("x", "p", "left", "g1"), ("y", "q", "right", "g2"))
    ]
    return Conflict(between(sides[0].graph, sides[1].graph), (sides[0], sides[1]))


def between(first: str, second: str) -> object:
    """Return where two statements stand that conflict."""
    kinds = frozenset(filter(None, map(kind_of, (first, second))))
    if GraphKind.CONTENT in kinds:
        return _("with a claim")
    if first.rpartition("/")[0] == second.rpartition("/")[0]:
        return _("within one source")
    return BETWEEN.get(kinds, "")
