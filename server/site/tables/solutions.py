"""Answers: the solutions of a question as rows, each with what it rests on, and a few words at a glance."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode, QuerySolutions
from wicara.ontology import expand
from wicara.server.app_state import dataset, settings
from wicara.server.site.language import WORDS
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.cells import Cell, Value, in_own_language, show
from wicara.server.site.tables.rows import Row, Support, Table, evidence_for, supports
from wicara.server.site.times import TO, day_of, format_day, format_period, format_window
from wicara.server.site.words import Shown
from wicara.server.sparql.query import evaluate
from wicara.server.sparql.results import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis
    from wicara.queries import Question
    from wicara.server.site.tables.rows import Evidence, Pattern
    from wicara.server.site.words import Term, Words
    from wicara.server.sparql.protocol import QueryOperation

    Solution: TypeAlias = Mapping[str, Term | None]
    Terms: TypeAlias = Sequence[Term | None]
    Maker: TypeAlias = Callable[[Terms, Words], Value | None]

MAX_ROWS: Final = 100
"""How many rows a page shows, with their evidence; the other formats hold all."""
MAX_LEADS: Final = 7
"""How many things an answer says at a glance at most."""
LABEL: Final = re.compile(r"Label_(en|id)$")
WORDING: Final = re.compile(r"_(en|id)$")
GRAPH: Final = re.compile(r"(^fact|Fact|^graph)$")
"""The variables whose values are the graphs that an answer rests on."""
HIDDEN: Final = frozenset({"factIdentifier", "spanSha256"})
"""The variables that only programs want."""
PLAIN_NUMBERS: Final = re.compile(r"([yY]ear|ByCount|^start|^end)$")
"""Numbers that are written without marks between thousands."""
CLAIMS: Final = ("/claim", "/proposal", "/appeal")
"""What the IRIs of the kinds of facts end in that only tell what somebody says."""


@dataclass(frozen=True)
class Solutions:
    """The solutions of a query, at most as many as a page shows, and whether there are more."""

    names: tuple[str, ...]
    rows: tuple[Solution, ...]
    cut: bool


@dataclass(frozen=True)
class Column:
    """A column: its name, the variables that it is made of, and what makes a value of theirs."""

    name: str
    variables: tuple[str, ...]
    make: Maker

    def cell(self, row: Solution, words: Words) -> Cell:
        """Return the cell of a solution."""
        value = self.make([row[name] for name in self.variables], words)
        return Cell((value,) if value else ())


@dataclass(frozen=True)
class Lead:
    """One thing that an answer says at a glance, and how certain it is where nothing else says that."""

    parts: tuple[Shown, ...]
    certainty: str


@dataclass(frozen=True)
class Answer:
    """An answer as a page shows it."""

    table: Table
    lead: tuple[Lead, ...]
    evidence: Evidence
    cut: bool


def solve(operation: QueryOperation, limit: int = MAX_ROWS) -> Solutions:
    """Return up to `limit` solutions of a SELECT; raises Problem where it cannot be evaluated."""
    results = evaluate(dataset(), operation, settings())
    if not isinstance(results, QuerySolutions):
        raise TypeError(results)
    names = tuple(variable.value for variable in results.variables)
    try:
        rows = [{name: row[name] for name in names} for row in islice(results, limit + 1)]
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault
    return Solutions(names, tuple(rows[:limit]), len(rows) > limit)


def supports_of(
    store: Store, question: Question, values: Mapping[str, Term], rows: Sequence[Solution]
) -> list[Support]:
    """Return what supports each solution of a question, with one query.

    That is what its header says, and the graphs that the solution names itself.
    """
    patterns = [[*patterns_of(question, row, values)] for row in rows]
    known = supports(store, chain.from_iterable(patterns))
    found = []
    for row, rests_on in zip(rows, patterns, strict=True):
        named = (
            term.value for name, term in row.items() if GRAPH.search(name) and isinstance(term, NamedNode)
        )
        support = Support(tuple(sorted(named)))
        for pattern in rests_on:
            support |= known.get(pattern, Support())
        found.append(support)
    return found


def patterns_of(question: Question, row: Solution, values: Mapping[str, Term]) -> Iterator[Pattern]:
    """Yield the statements that a solution rests on.

    What is no variable of the solutions and no parameter stays open; a statement with a variable that this
    solution does not bind is none.
    """
    for written in question.evidence:
        names = [place[1:] for place in written if place.startswith("?")]
        if all(row[name] is not None for name in names if name in row):
            subject, predicate, target = (
                (row.get(place[1:]) or values.get(place[1:]))
                if place.startswith("?")
                else NamedNode(expand(place))
                for place in written
            )
            yield subject, predicate, target


def answer(question: Question, values: Mapping[str, Term], found: Solutions, store: Store) -> Answer:
    """Return the answer to a question as a page shows it, with three queries however many rows there are."""
    backed = supports_of(store, question, values, found.rows)
    terms = chain.from_iterable(row.values() for row in found.rows)
    evidence = evidence_for(store, terms, chain.from_iterable(one.graphs for one in backed))
    columns = filled_columns(found.names, found.rows)
    rows = [
        row_of(solution, columns, support, evidence)
        for solution, support in zip(found.rows, backed, strict=True)
    ]
    headings = tuple(WORDS["columns"].get(column.name, column.name) for column in columns)
    return Answer(
        Table("", headings, tuple(rows)), lead_of(question.answer, columns, rows), evidence, found.cut
    )


def row_of(solution: Solution, columns: Sequence[Column], support: Support, evidence: Evidence) -> Row:
    """Return a solution as a row."""
    cells = tuple(column.cell(solution, evidence.words) for column in columns)
    marks = [value.mark for cell in cells for value in cell.values if value.mark]
    return Row(cells, support, modality_of(evidence.of(support.graphs)), "".join(marks[:1]))


def modality_of(bases: Iterable[Basis]) -> tuple[Term, ...]:
    """Return what is marked of graphs: their modalities, or that they only tell what somebody says."""
    found: dict[Term, None] = {}
    for basis in bases:
        claims = (kind for kind in basis.said.get("kind", ()) if str(kind)[:-1].endswith(CLAIMS))
        found |= dict.fromkeys(basis.modalities or claims)
    return tuple(found)


def lead_of(wanted: Sequence[str], columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Lead, ...]:
    """Return what rows say at a glance, each once: the columns that a question names, or the first.

    The words of a source on a standing go before what the bounds leave open.
    """
    places = {column.name: place for place, column in enumerate(columns)}
    names = [name for name in wanted or list(places)[:1] if name in places and name != "certainty"]
    found: dict[Lead, None] = {}
    for row in rows:
        settled = "standing" in names and row.cells[places["standing"]].values
        parts = tuple(value.shown for name in names for value in row.cells[places[name]].values)
        found[Lead(parts, "" if settled else row.state)] = None
    return tuple(found) if len(found) <= MAX_LEADS else ()


def columns_of(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns that a page shows of variables.

    Labels are shown by what they label, and graphs by marks, unless they are what is asked for.
    """
    found: dict[str, Column] = {}
    for place, name in enumerate(names):
        is_label = LABEL.search(name) is not None and LABEL.sub("", name) in names
        if not (name in HIDDEN or is_label or (place and GRAPH.search(name))):
            column = column_of(name, names)
            found.setdefault(column.name, column)
    return tuple(found.values())


def filled_columns(names: Sequence[str], rows: Sequence[Solution]) -> tuple[Column, ...]:
    """Return the columns that have a value in some row, and the first one."""
    filled = {name for row in rows for name, term in row.items() if term is not None}
    found = columns_of(names)
    return found[:1] + tuple(column for column in found[1:] if filled & {*column.variables})


def column_of(name: str, names: Sequence[str]) -> Column:
    """Return the column that a variable is shown in."""
    for pair, (title, make) in PAIRS.items():
        if name in pair and {*pair} <= {*names}:
            return Column(title, pair, make)
    if WORDING.search(name):
        stem = WORDING.sub("", name)
        return Column(stem, tuple(one for one in names if WORDING.sub("", one) == stem), wording)
    return Column(name, (name,), plain if PLAIN_NUMBERS.search(name) else value)


def value(terms: Terms, words: Words) -> Value | None:
    """Return a value as everywhere: a day in words, a number in the reader's language."""
    shown = show(terms[0], words)
    return Value(shown) if shown else None


def plain(terms: Terms, words: Words) -> Value | None:
    """Return a value as it stands."""
    shown = words.show(terms[0])
    return Value(replace(shown, note="")) if shown else None


def wording(terms: Terms, words: Words) -> Value | None:
    """Return words in the reader's language, or else in another."""
    text = in_own_language((term for term in terms if term is not None), words.lang)
    if text is None:
        return None
    return Value(Shown(text.value, str(text), None if text.language == words.lang else text.language))


def window(terms: Terms, _words: Words) -> Value:
    """Return when something began, or ended, as far as two bounds tell."""
    return Value(Shown(format_window(*map(day_of, terms)) or str(_("not stated")), ""))


def period(terms: Terms, _words: Words) -> Value | None:
    """Return the days from one to another, of which one may be unknown."""
    days = [day for day in map(day_of, terms) if day]
    text = format_period(*days) if len(days) > 1 else "".join(map(format_day, days))
    return Value(Shown(text, "")) if text else None


def offsets(terms: Terms, _words: Words) -> Value:
    """Return the place of words in a text."""
    return Value(Shown(TO.join(term.value for term in terms if isinstance(term, Literal)), ""))


def certainty(terms: Terms, _words: Words) -> Value:
    """Return whether something certainly holds, possibly, or not, by whether each of the two is so."""
    possible, certain = (isinstance(term, Literal) and term.value == "true" for term in terms)
    key = "certain" if certain else "possible" if possible else "ruled-out"
    return Value(Shown(str(WORDS["certainties"][key]), key), mark=key)


PAIRS: Final[Mapping[tuple[str, str], tuple[str, Maker]]] = {
    ("earliestStart", "latestStart"): ("starts", window),
    ("earliestEnd", "latestEnd"): ("ends", window),
    ("from", "to"): ("when", period),
    ("earliest", "latest"): ("when", period),
    ("start", "end"): ("characters", offsets),
    ("possible", "certain"): ("certainty", certainty),
}
"""The pairs of variables that make one column: its name, and what makes a value of theirs."""
