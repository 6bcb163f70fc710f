"""Where statements contradict each other: the same thing with different values, across sources and within."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, render_template
from pyoxigraph import Literal
from wicara.graph.evidence import bases_of
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.solutions import value
from wicara.ontology import PREFIXES
from wicara.server.descriptions.counts import merges
from wicara.server.descriptions.openapi import operation
from wicara.server.served import dataset, per_version, watched
from wicara.server.site.comparisons import COMPARISONS, FOUND
from wicara.server.site.language import format_date, format_decimal
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.words import Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import QuerySolution
    from wicara.graph.evidence import Basis
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.comparisons import Comparison
    from wicara.server.site.words import Shown, Term

blueprint = Blueprint("conflicts", __name__)

MOST: Final = 100
"""How many conflicts of each comparison the page shows; the query gives all."""
COUNT: Final = """
{{ SELECT ("{key}" AS ?comparison) (COUNT(DISTINCT ?x) AS ?things) {{ {things} }} }}
UNION {{ SELECT ("{key}" AS ?comparison) (COUNT(*) AS ?pairs) (SUM(?differs) AS ?conflicts) {{
  SELECT DISTINCT {found} ?differs {{
    {pairs}
    BIND(IF({conflict}, 1, 0) AS ?differs) }} }} }}"""
ROWS: Final = """
{{ SELECT DISTINCT ("{key}" AS ?comparison) {found} {{
  {pairs}
  FILTER({conflict}) }} ORDER BY {found} LIMIT {most} }}"""
BETWEEN: Final = {
    frozenset({GraphKind.FACT}): _("between two articles"),
    frozenset({GraphKind.BACKGROUND}): _("between two sources of the background"),
    frozenset({GraphKind.FACT, GraphKind.BACKGROUND}): _("between an article and the background"),
}
"""What the two graphs of a conflict are, where they are of two sources."""


def day(text: str) -> str:
    """Return a day as the reader writes it."""
    return str(format_date(date.fromisoformat(text), "d MMMM y"))


def number(text: str) -> str:
    """Return a number as the reader writes it."""
    return str(format_decimal(Decimal(text)))


WRITTEN: Final = {
    f"{PREFIXES['xsd']}{name}": written
    for name, written in (("date", day), ("decimal", number), ("integer", number))
}
"""How values of some datatypes are written for people."""


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


def rows(query: str) -> list[QuerySolution]:
    """Return the solutions of a query over the dataset, conclusions included; data as it is counts whole."""
    built = dataset()
    union = merges(built)
    found = watched(built.store).query(query, prefixes=dict(PREFIXES), use_default_graph_as_union=union)
    return list(cast("Iterable[QuerySolution]", found))


def united(template: str, comparisons: Iterable[Comparison]) -> str:
    """Return a query that makes several comparisons at once."""
    return " UNION ".join(
        template.format(
            key=one.key, things=one.things, pairs=one.pairs, conflict=one.conflict, most=MOST, found=FOUND
        )
        for one in comparisons
    )


def counted(_built: BuiltDataset) -> dict[str, Counted]:
    """Count what each comparison compares, with one query."""
    found: dict[str, dict[str, int]] = {}
    for row in rows(f"SELECT * {{ {united(COUNT, COMPARISONS)} }}"):
        numbers = {name: int(value(row, name)) for name in ("things", "pairs", "conflicts") if row[name]}
        found.setdefault(value(row, "comparison"), {}).update(numbers)
    return {key: Counted(**numbers) for key, numbers in found.items()}


def contradictions(_built: BuiltDataset) -> list[QuerySolution]:
    """Find the conflicts of those comparisons that have any, with one query."""
    some = [one for one in COMPARISONS if per_version(counted).get(one.key, Counted()).conflicts]
    return rows(f"SELECT * {{ {united(ROWS, some)} }}") if some else []


def between(first: str, second: str) -> object:
    """Return where two statements stand that conflict."""
    kinds = frozenset(kind for kind in (kind_of(first), kind_of(second)) if kind)
    if GraphKind.CONTENT in kinds:
        return _("with a claim")
    if first.rpartition("/")[0] == second.rpartition("/")[0]:
        return _("within one source")
    return BETWEEN.get(kinds, "")


def conflict(row: QuerySolution, words: Words) -> Conflict:
    """Return a solution as a page shows it."""
    first, second = value(row, "g1"), value(row, "g2")
    return Conflict(
        between(first, second),
        (
            Side(words.show(row["x"]), words.show(row["p"]), in_words(row["left"], words), first),
            Side(words.show(row["y"]), words.show(row["q"]), in_words(row["right"], words), second),
        ),
    )


def in_words(term: Term | None, words: Words) -> Shown | None:
    """Return a value as the reader writes it: days and numbers in their language."""
    shown = words.show(term)
    written = WRITTEN.get(term.datatype.value) if isinstance(term, Literal) else None
    if shown is None or written is None:
        return shown
    with suppress(ValueError, ArithmeticError):
        return replace(shown, text=written(shown.text), note="")
    return shown


def words_for(found: Iterable[QuerySolution], bases: Iterable[Basis]) -> Words:
    """Return the words for all that the page shows, with one query."""
    names = FOUND.replace("?", "").split()
    terms: list[Term] = [row[name] for row in found for name in names if row[name] is not None]
    told = [term for basis in bases for term in basis.terms()]
    return Words.for_request(labels_of(watched(dataset().store), iris_of((*terms, *told))))


@blueprint.get("/conflicts")
@operation(query=("lang",))
def page() -> str:
    """List what is compared, and where it conflicts."""
    found = per_version(contradictions)
    bases = bases_of(watched(dataset().store), [value(row, name) for row in found for name in ("g1", "g2")])
    words = words_for(found, list(bases.values()))
    numbers = per_version(counted)
    return render_template(
        "conflicts.html",
        comparisons=[(one, numbers.get(one.key, Counted()), of(one, found, words)) for one in COMPARISONS],
        total=sum(one.conflicts for one in numbers.values()),
        most=MOST,
        bases=bases,
        words=words,
    )


def of(comparison: Comparison, found: Iterable[QuerySolution], words: Words) -> list[Conflict]:
    """Return the conflicts that a comparison has found."""
    return [conflict(row, words) for row in found if value(row, "comparison") == comparison.key]
