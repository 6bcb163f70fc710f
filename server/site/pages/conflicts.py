"""Where statements contradict each other: the same thing with different values, across sources and within.

Each comparison is a question whose rows conflict (`queries/conflicts/`, `site/tables/differing.py`).
Figures have their indicator ?about, the parties ?one and ?other that they are of, their time ?during, their
?unit, and the bounds ?b1 and ?b2 of values.
The page shows one row for what is connected so: its values, each once, with all who say it. Where the header
says what the `left` one is, such as `planned`, the page keeps it apart from the others. A bound of a time is
shown as the time that it is of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Blueprint, render_template
from pyoxigraph import Literal, NamedNode
from wicara.graph.names import GraphKind, kind_of, set_of_facts
from wicara.graph.sparql import value
from wicara.ontology import WIC
from wicara.queries import comparisons, questions
from wicara.server.app_state import dataset, per_version, watched
from wicara.server.descriptions.openapi import operation
from wicara.server.site.language import WORDS, language, own_text
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.tables.cells import amount, show
from wicara.server.site.tables.differing import (
    BOUND,
    MAX_CONFLICTS,
    NAMES,
    Counted,
    conflicting,
    conflicts,
    counts,
    differences,
    number_of_differences,
)
from wicara.server.site.tables.rows import evidence_for
from wicara.server.site.times import NAMES as BOUNDS
from wicara.server.site.times import Bounds, day_of, format_span, format_window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad, QuerySolution
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.tables.rows import Evidence
    from wicara.server.site.words import Shown, Term, Words

blueprint = Blueprint("conflicts", __name__)

DERIVED: Final = "derived"
"""The comparison of values with what follows from other statements."""
VALUE: Final = NamedNode(f"{WIC}value")
LINKS: Final = tuple(NamedNode(f"{WIC}has{kind}TimeSpan") for kind in ("", "Planned", "Proposed"))
BETWEEN: Final = {
    frozenset({GraphKind.BACKGROUND}): _("between two sources of the background"),
    frozenset({GraphKind.FACT, GraphKind.BACKGROUND}): _("between a text and the background"),
}
"""What the two graphs of a conflict are, where they are not of two articles, as most are."""


@dataclass(frozen=True)
class ConflictingValue:
    """A value that sources give: what tells it from others, its bound and unit, in which graphs."""

    tags: tuple[str, ...]
    text: str
    bound: Shown | None
    graphs: tuple[str, ...]
    is_left: bool = False


@dataclass(frozen=True)
class Difference:
    """Statements that cannot all be true: what they are about, the values, where they stand."""

    about: tuple[Shown, ...]
    values: list[ConflictingValue]
    between: tuple[object, ...]


@dataclass(frozen=True)
class Comparison:
    """A comparison in words, counted, with its query, what it has found, and the question that tells more."""

    key: str
    title: str
    same: str
    compared: str
    query: str
    counted: Counted
    differences: list[Difference]
    cut: bool
    see: str
    left: str
    """The key of the status of the left values, where these are no plain facts."""


@blueprint.get("/conflicts")
@operation(query=("lang",))
def page() -> str:
    """List what is compared, and where it conflicts."""
    found, counted = per_version(conflicting), counts()
    evidence = evidence_for(
        watched(dataset().store),
        (row[name] for row in found for name in NAMES),
        (value(row, name) for row in found for name in ("g1", "g2")),
    )
    shown = [in_words(one, counted.get(one.id, Counted()), evidence) for one in comparisons()]
    return render_template(
        "conflicts.html",
        comparisons=shown,
        total=per_version(number_of_differences),
        most=MAX_CONFLICTS,
        asked={one.slug: one.wording(language()) for one in questions()},
        evidence=evidence,
        bases=evidence.bases,
        words=evidence.words,
    )


Spans: TypeAlias = "Mapping[tuple[str, str, str], list[tuple[str, Bounds, str]]]"
"""The times of things, by thing, property and day of a bound: each with the graph that gives it, and the
words that it is worked out from, where these do not name it."""
WRITTEN: Final = NamedNode(f"{WIC}asWritten")
NUMBER: Final = re.compile("[0-9]{1,9}")


def times(built: BuiltDataset) -> Spans:
    """Look up the times of the things whose bounds conflict, as each graph gives them."""
    found: dict[tuple[str, str, str], list[tuple[str, Bounds, str]]] = {}
    for thing in {row["x"] for row in per_version(conflicting) if is_bound(row["p"])}:
        links = (built.store.quads_for_pattern(thing, link, None, None) for link in LINKS)
        spans = (quad.object for quad in chain.from_iterable(links))
        for span in {span for span in spans if not isinstance(span, Literal)}:
            by_graph: dict[str, dict[str, Literal]] = {}
            for name in BOUNDS:
                for quad in built.store.quads_for_pattern(span, NamedNode(f"{WIC}{name}"), None, None):
                    if isinstance(quad.graph_name, NamedNode) and isinstance(quad.object, Literal):
                        by_graph.setdefault(quad.graph_name.value, {})[name] = quad.object
            for graph, given in by_graph.items():
                bounds = Bounds(*(day_of(given.get(name)) for name in BOUNDS))
                words = derived_from(
                    bounds, built.store.quads_for_pattern(span, WRITTEN, None, NamedNode(graph))
                )
                for name, day in given.items():
                    key = (thing.value, f"{WIC}{name}", day.value)
                    found.setdefault(key, []).append((graph, bounds, words))
    return found


def derived_from(bounds: Bounds, written: Iterable[Quad]) -> str:
    """Return the words that a time is worked out from: with a number, but neither its year nor its day."""
    own = {number for day in bounds.known for number in (day.year, day.day)}
    for words in (quad.object.value for quad in written if isinstance(quad.object, Literal)):
        numbers = set(map(int, NUMBER.findall(words)))
        if numbers and not numbers & own:
            return words
    return ""


def in_words(comparison: Question, counted: Counted, evidence: Evidence) -> Comparison:
    """Return a comparison in the language of the reader."""
    (same,), (compared,) = comparison.own("same"), comparison.own("compared")
    return Comparison(
        comparison.id,
        comparison.wording(language()),
        own_text(same),
        own_text(compared),
        comparison.body,
        counted,
        [difference(connected, evidence) for connected in per_version(differences)[comparison.id]],
        counted.conflicts > MAX_CONFLICTS,
        next(iter(comparison.names("see")), ""),
        left_of(comparison),
    )


def left_of(comparison: Question) -> str:
    """Return the key of the status of a comparison's left values, where these are no plain facts."""
    return next((key for (key,) in comparison.own("left")), "")


def difference(found: list[QuerySolution], evidence: Evidence, *, alone: bool = False) -> Difference:
    """Return conflicts about one thing as the page shows them, the smallest value first.

    What the left values are is told apart only where their comparison says so. A value that is shown `alone`,
    without what follows from other statements, says of what it is, and what follows.
    """
    words, spans, otherwise = evidence.words, per_version(times), per_version(worked_out)
    by_side = value(found[0], "comparison") in {one.id for one in comparisons() if left_of(one)}
    said: dict[tuple[str, Term | None, bool], dict[Term | None, dict[str, None]]] = {}
    for row in found:
        for side in (("p", "left", "b1", "g1", "x"), ("q", "right", "b2", "g2", "y")):
            name, term, bound = (row[each] for each in side[:3])
            graph = value(row, side[3])
            text = time_of(
                spans.get((value(row, side[4]), getattr(name, "value", ""), getattr(term, "value", "")), ()),
                graph,
            )
            text = text or in_full(term, name, row["unit"], words)
            of_property = said.setdefault((text, bound, by_side and side[0] == "p"), {})
            of_property.setdefault(name, {})[graph] = None
    values = []
    for (text, bound, is_left), of_property in said.items():
        alike: dict[tuple[str, ...], list[Term | None]] = {}
        for name, graphs in of_property.items():
            in_order = sorted(graphs, key=lambda graph: (not is_quoted(graph, evidence), graph))
            alike.setdefault(tuple(in_order), []).append(name)
        for sources, names in alike.items():
            named = [name for name in names if name != VALUE and not is_bound(name)]
            tags = tuple(
                str(WORDS["worked-out"].get(one.full.removeprefix(WIC), one.text))
                for one in filter(None, map(words.show, named))
            )
            opposed = (otherwise[graph] for graph in sources if graph in otherwise and VALUE in names)
            is_derived = value(found[0], "comparison") == DERIVED
            if is_derived and alone and VALUE in names:
                tags += tuple(one.text for one in map(words.show, {row["about"] for row in found}) if one)
            if alone or not is_derived:
                tags += tuple(dict.fromkeys(but_worked_out(row, words) for row in opposed))
            values.append(ConflictingValue(tags, text, words.show(bound), sources, is_left))
    first = found[0]
    told = (first[name] for name in ("about", "one", "other", "during"))
    about = dict.fromkeys(told if first["about"] else (first["x"],))
    where = dict.fromkeys(
        between(*(value(row, name) for name in ("comparison", "g1", "g2"))) for row in found
    )
    return Difference(tuple(filter(None, map(words.show, about))), values, tuple(where))


def worked_out(_built: BuiltDataset) -> dict[str, QuerySolution]:
    """Return by the facts that give a value what follows otherwise from other statements."""
    return {value(row, "g1"): row for row in conflicts()[DERIVED][:MAX_CONFLICTS]}


def but_worked_out(row: QuerySolution, words: Words) -> str:
    """Return in words what follows otherwise from other statements, and from which."""
    how = WORDS["worked-out"][value(row, "q").removeprefix(WIC)]
    return str(
        _("but %(how)s it is %(value)s", value=in_full(row["right"], VALUE, row["unit"], words), how=how)
    )


def is_quoted(graph: str, evidence: Evidence) -> bool:
    """Tell whether the words of a fact are quoted."""
    return graph in evidence.bases and bool(evidence.bases[graph].quotes)


def is_bound(name: Term | None) -> bool:
    """Tell whether a property gives a bound of a time."""
    return isinstance(name, NamedNode) and BOUND.fullmatch(name.value) is not None


def time_of(spans: Iterable[tuple[str, Bounds, str]], graph: str) -> str:
    """Return the time whose bound a graph gives, in words: of several, the one that it gives itself."""
    own = sorted(spans, key=lambda one: (one[0] != graph, one[0]))
    if not own:
        return ""
    _graph, bounds, words = own[0]
    when = format_span(bounds)
    return str(_("%(when)s (worked out from “%(words)s”)", when=when, words=words)) if words else when


def in_full(term: Term | None, name: Term | None, unit: Term | None, words: Words) -> str:
    """Return a value in words: a figure with its unit, a day as the bound that it is."""
    if isinstance(unit, NamedNode) and isinstance(term, Literal):
        return amount(term.value, unit.value, words.unit(unit.value))
    if isinstance(name, NamedNode) and (bound := BOUND.fullmatch(name.value)):
        return format_window(*((day_of(term), None) if bound[1] == "earliest" else (None, day_of(term))))
    shown = show(term, words)
    return shown.text if shown else ""


def between(comparison: str, first: str, second: str) -> object:
    """Return where two statements stand that conflict."""
    kinds = frozenset(filter(None, map(kind_of, (first, second))))
    if comparison == "claims":
        return _("with a claim")
    if set_of_facts(first) == set_of_facts(second):
        return _("within one source")
    return BETWEEN.get(kinds, "")
