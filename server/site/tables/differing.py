"""Where sources differ: what the comparisons of `queries/conflicts/` find, cached for each version.

A conflict is a solution of a comparison: two things ?x and ?y, which are or speak of the same, with the
properties ?p and ?q, the values ?left and ?right, and the graphs ?g1 and ?g2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from pyoxigraph import QueryResultsFormat, parse_query_results
from wicara.graph.sparql import solutions, value
from wicara.ontology import PREFIXES, WIC
from wicara.queries import comparisons
from wicara.server.app_state import cached, per_version
from wicara.server.descriptions.counts import merges
from wicara.server.site.language import WORDS
from wicara.server.site.language import gettext as _
from wicara.server.site.times import day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from pyoxigraph import QuerySolution, QuerySolutions
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.words import Term

MAX_CONFLICTS: Final = 100
"""How many conflicts of each comparison pages show; the query gives all."""
BOUND: Final = re.compile(f"{re.escape(WIC)}(earliest|latest)(?:Start|End)")
"""A property that gives the first or the last day on which something can have begun or ended."""
FIGURES: Final = "figures"
"""The comparison of figures."""
LENGTH: Final = f"{PREFIXES['ind']}length-of-term"
ONLY: Final = "FILTER(?conflict)"
"""How a comparison leaves out what agrees."""
NAMES: Final = ("x", "p", "left", "y", "q", "right", "about", "one", "other", "during", "unit", "b1", "b2")
SELECTED: Final = " ".join(f"?{name}" for name in ("comparison", "g1", "g2", *NAMES))
COUNT: Final = """
{{ {{ SELECT (COUNT(DISTINCT ?x) AS ?things) {{ {things} }} }} BIND("{key}" AS ?comparison) }}
UNION {{ {{ SELECT (COUNT(*) AS ?pairs) (SUM(IF(COALESCE(?conflict, false), 1, 0)) AS ?conflicts) {{
  {{ {pairs} }} }} }} BIND("{key}" AS ?comparison) }}"""


@dataclass(frozen=True)
class Counted:
    """How many things a comparison looks at, how many pairs of statements it compares, how many conflict."""

    things: int = 0
    pairs: int = 0
    conflicts: int = 0


def counts() -> Mapping[str, Counted]:
    """Return what each comparison compares."""
    return cached(
        "compared", count, lambda known: {key: Counted(**numbers) for key, numbers in known.items()}
    )


def count(built: BuiltDataset) -> dict[str, dict[str, int]]:
    """Count what each comparison compares, with one query."""
    found: dict[str, dict[str, int]] = {}
    parts = (
        COUNT.format(key=one.id, things="\n".join(one.header["things"]), pairs=pairs_of(one))
        for one in comparisons()
    )
    for row in rows(built, " UNION ".join(parts)):
        numbers = {name: int(value(row, name)) for name in ("things", "pairs", "conflicts") if row[name]}
        found.setdefault(value(row, "comparison"), {}).update(numbers)
    return found


def pairs_of(comparison: Question) -> str:
    """Return the query for all pairs that a comparison compares, each with whether it conflicts."""
    select, where, pattern = comparison.select.replace(ONLY, "").partition("\nWHERE")
    return f"{select} ?conflict{where}{pattern.rpartition('ORDER BY')[0]}"


def conflicts() -> Mapping[str, Sequence[QuerySolution]]:
    """Return all conflicts of this version, by comparison."""
    return cached("conflicts", find_conflicts, by_comparison)


def find_conflicts(built: BuiltDataset) -> str:
    """Find what conflicts by any comparison, with one query, as results of SPARQL in JSON."""
    parts = (f'{{ {{ {one.select} }} BIND("{one.id}" AS ?comparison) }}' for one in comparisons())
    found = rows(built, " UNION ".join(parts), SELECTED).serialize(format=QueryResultsFormat.JSON)
    return (found or b"").decode()


def by_comparison(known: str) -> dict[str, list[QuerySolution]]:
    """Return conflicts by their comparison, from results of SPARQL."""
    found: dict[str, list[QuerySolution]] = {one.id: [] for one in comparisons()}
    for row in cast("QuerySolutions", parse_query_results(known, format=QueryResultsFormat.JSON)):
        found[value(row, "comparison")].append(row)
    return found


def conflicting(_built: BuiltDataset) -> list[QuerySolution]:
    """Return the conflicts that pages show: the first of each comparison."""
    return [row for found in conflicts().values() for row in found[:MAX_CONFLICTS]]


def rows(built: BuiltDataset, pattern: str, selected: str = "*") -> QuerySolutions:
    """Return solutions over the dataset, conclusions included; data as it is counts whole."""
    return solutions(built.store, f"SELECT {selected} {{ {pattern} }}", union=merges(built))


def grouped_by_thing(found: Iterable[QuerySolution]) -> list[list[QuerySolution]]:
    """Return conflicts in groups: those that share a thing, directly or by way of others, in their order."""
    groups: list[tuple[set[str], list[QuerySolution]]] = []
    for row in found:
        things = {value(row, "x"), value(row, "y")}
        touched = [group for group in groups if group[0] & things]
        joined = [each for group in touched for each in group[1]]
        groups = [group for group in groups if group not in touched]
        groups.append((things.union(*(group[0] for group in touched)), [*joined, row]))
    return [rows for _things, rows in groups]


def differences(_built: BuiltDataset) -> dict[str, list[list[QuerySolution]]]:
    """Return the conflicts that pages show, by comparison: what is connected is one difference."""
    return {key: grouped_by_thing(found[:MAX_CONFLICTS]) for key, found in conflicts().items()}


def number_of_differences(_built: BuiltDataset) -> int:
    """Return how many differences the page shows."""
    return sum(map(len, per_version(differences).values()))


class Compared(NamedTuple):
    """What a comparison finds of a thing that a graph tells of: its rows, and the graphs set beside it."""

    rows: list[QuerySolution]
    beside: set[str]


def comparing(_built: BuiltDataset) -> dict[str, list[Compared]]:
    """Return what compares each graph with others; of the rows about the same, some may agree with it."""
    return by_graph(chain.from_iterable(per_version(differences).values()))


def by_graph(groups: Iterable[list[QuerySolution]]) -> dict[str, list[Compared]]:
    """Return by graph the groups of rows that compare it, and what each sets beside it."""
    found: dict[str, list[Compared]] = {}
    for rows in groups:
        beside: dict[str, set[str]] = {}
        for first, second in ((value(row, "g1"), value(row, "g2")) for row in rows):
            beside.setdefault(first, set()).add(second)
            beside.setdefault(second, set()).add(first)
        for graph, others in beside.items():
            found.setdefault(graph, []).append(Compared(rows, others))
    return found


class Agreeing(NamedTuple):
    """The figures that agree with those of each graph: the same, or else rounded or within a bound."""

    same: dict[str, list[Compared]]
    near: dict[str, list[Compared]]


def agreeing(built: BuiltDataset) -> Agreeing:
    """Find the figures that agree, with one query."""
    (figures,) = (pairs_of(one) for one in comparisons() if one.id == FIGURES)
    parts: tuple[list[QuerySolution], list[QuerySolution]] = ([], [])
    for row in rows(built, f'{{ {figures} }} FILTER(!?conflict) BIND("{FIGURES}" AS ?comparison)', SELECTED):
        parts[(row["left"], row["b1"]) != (row["right"], row["b2"])].append(row)
    return Agreeing(*map(by_graph, map(grouped_by_thing, parts)))


def is_length(compared: Compared) -> bool:
    """Tell whether a comparison is of lengths of terms, which may count the same dates otherwise."""
    return value(compared.rows[0], "about") == LENGTH


def is_counted_otherwise(graphs: Iterable[str]) -> bool:
    """Tell whether another text than those of some facts gives the length of the same dates otherwise."""
    near = per_version(agreeing).near
    found = chain.from_iterable(near.get(graph, ()) for graph in graphs)
    return any(
        row["left"] != row["right"] and not (row["b1"] or row["b2"])
        for one in found
        if is_length(one)
        for row in one.rows
    )


def clashes_of(named: Iterable[Sequence[str]], rows: Sequence[Mapping[str, Term | None]]) -> list[str]:
    """Return for each solution the comparison by which the value of its thing clashes, or nothing.

    `named` is a variable, with the comparison that its things are looked for in: `clash` of a header.
    """
    known = per_version(clashing)
    pairs = [(name, key) for name, key in named]
    return [
        next((key for name, key in pairs if key in known.get(getattr(row[name], "value", ""), ())), "")
        for row in rows
    ]


def clash_in(things: Iterable[str], *, of_time: bool = False, day: date | None = None) -> str:
    """Return the first comparison by which sources differ on one of some things, or nothing.

    With `of_time`, on its time; with a day, where that lies between the days that they give.
    """
    known = per_version(clashing)
    for key, span in chain.from_iterable(known.get(thing, {}).items() for thing in things):
        if not of_time if span is None else not day or span[0] <= day <= span[1]:
            return key
    return ""


def differing(comparison: str) -> str:
    """Return how sources differ by a comparison, in words; nothing without one."""
    return comparison and str(WORDS["differing"].get(comparison) or _("sources differ"))


def clashes_in(thing: str) -> Iterable[str]:
    """Return the comparisons by which sources differ on a thing."""
    return per_version(clashing).get(thing, {})


def clashing(_built: BuiltDataset) -> dict[str, dict[str, tuple[date, date] | None]]:
    """Return the comparisons by which sources differ on things, by thing.

    Where they differ on its time, with the first and the last of the days between which they do.
    """
    found: dict[str, dict[str, tuple[date, date] | None]] = {}
    for key, row in ((key, row) for key, rows in conflicts().items() for row in rows):
        days = [day for name in ("left", "right") if (day := day_of(row[name]))]
        for thing, link in ((value(row, "x"), value(row, "p")), (value(row, "y"), value(row, "q"))):
            known = found.setdefault(thing, {})
            known.setdefault(key, None)
            if BOUND.fullmatch(link) and days:
                both = (*days, *(known[key] or ()))
                known[key] = (min(both), max(both))
    return found
