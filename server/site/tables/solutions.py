"""Answers: the solutions of a question as rows, each with what it rests on, and a few words at a glance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode, QuerySolutions
from wicara.graph.status import ESTABLISHED, Status
from wicara.ontology import expand
from wicara.server.app_state import dataset, settings
from wicara.server.site.language import WORDS, own_text
from wicara.server.site.tables.answer_columns import CERTAIN, GRAPH, HOLDS, OUTCOME, filled_columns
from wicara.server.site.tables.cards import quoted_for
from wicara.server.site.tables.cells import Cell, show
from wicara.server.site.tables.differing import clashes_of
from wicara.server.site.tables.rows import Row, Support, Table, evidence_for, supports_of_rows
from wicara.server.site.tables.statuses import graphs_behind, is_open, is_plain, weakest_of
from wicara.server.site.times import day_of
from wicara.server.sparql.query import evaluate
from wicara.server.sparql.results import failed

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis
    from wicara.queries import Question
    from wicara.server.site.tables.answer_columns import AnswerColumn, Solution
    from wicara.server.site.tables.rows import Evidence, Pattern
    from wicara.server.site.words import Shown, Term
    from wicara.server.sparql.protocol import QueryOperation

MAX_ROWS: Final = 100
"""How many rows a page shows, with their evidence; the other formats hold all."""
MAX_DATA_ROWS: Final = 5000
"""How many rows an answer has as data; its query gives all."""
MAX_LEADS: Final = 30
FIRST_LEADS: Final = 7
"""How many things an answer says at a glance: all up to 30 of them, of more the first."""
SEGMENT: Final = re.compile(r"\[([^\]]*)\]|([^\[]+)")
HOLE: Final = re.compile(r"\{(\w+)\}")
"""The parts of the sentence of a question: those in brackets and the others; the names in them."""


@dataclass(frozen=True)
class Solutions:
    """The solutions of a query, at most as many as a page shows, and whether there are more."""

    names: tuple[str, ...]
    rows: tuple[Solution, ...]
    cut: bool


@dataclass(frozen=True)
class ShortAnswer:
    """One thing that an answer says at a glance, its status, and whether it holds if nothing else says so.

    It is made of words and of the terms that it speaks of; `quoted` are the facts that it shows the words of,
    `stated` the facts that make each of the statements that it rests on, `clash` that of its row, if
    its question has values `compared` at all; `glossed` whether what the quoted facts say is told beside it.
    The facts that are `related` tell of something else.
    """

    parts: tuple[str | Shown, ...]
    holds: str
    statuses: tuple[Status, ...]
    quoted: tuple[Basis, ...] = field(compare=False)
    stated: tuple[Sequence[Basis], ...] = field(compare=False)
    clash: str = ""
    compared: bool = False
    glossed: bool = True
    related: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        """What it says, without links."""
        text = "".join(part if isinstance(part, str) else part.text for part in self.parts)
        return text[:1].upper() + text[1:]

    @property
    def is_marked(self) -> bool:
        """Whether its status is shown: where neither its reporter nor what is open on a day stands for it."""
        return bool(self.statuses) and not self.reporters and not is_open(self.holds, self.statuses)

    @property
    def reporters(self) -> Sequence[Basis]:
        """What texts report it, where values are compared: other texts may report another."""
        plain = self.compared and self.holds != CERTAIN and is_plain(self.statuses)
        return [one for one in self.quoted if one.text] if plain else ()


@dataclass(frozen=True)
class Answer:
    """An answer as a page shows it."""

    table: Table
    short: tuple[ShortAnswer, ...]
    """What the first rows say, each thing once; `more` counts what is left out."""
    more: int
    evidence: Evidence
    cut: bool
    columns: tuple[str, ...]
    said: tuple[ShortAnswer, ...]
    """What each row says."""
    cards: Mapping[str, Basis]
    """What the rows rest on themselves, and of the premises of conclusions what is quoted."""

    @property
    def quoted(self) -> Sequence[Basis]:
        """The facts that its sentences show the words of, in their order."""
        return [basis for one in self.short for basis in one.quoted]

    @property
    def aftermaths(self) -> Mapping[str, Status]:
        """The texts that no row rests on, with a plan each, by which plans of its rows came about."""
        plans = (status for row in self.table.rows for status in row.statuses)
        found = {plan.came_about.value: plan for plan in plans if plan.came_about}
        rested_on = {basis.text.iri for basis in self.cards.values() if basis.text}
        return {text: plan for text, plan in found.items() if text not in rested_on}

    @property
    def explains_established(self) -> bool:
        """Whether it marks something as established, which is then explained beside it."""
        marked = (one for one in self.short if one.is_marked)
        return any(status.key == ESTABLISHED for one in marked for status in one.statuses)


def solve(operation: QueryOperation, limit: int = MAX_ROWS) -> Solutions:
    """Return up to `limit` solutions of a SELECT; raises Problem where it cannot be evaluated."""
    results = evaluate(dataset(), operation, settings())
    if not isinstance(results, QuerySolutions):
        raise TypeError(results)
    names = tuple(variable.value for variable in results.variables)
    try:
        rows = [{name: row[name] for name in names} for row in islice(results, limit + 1)]
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, operation.query) from fault
    return Solutions(names, tuple(rows[:limit]), len(rows) > limit)


def supports_of(
    store: Store, question: Question, values: Mapping[str, Term], rows: Sequence[Solution]
) -> list[Support]:
    """Return what supports each solution of a question, with one query.

    That is what its header says, and the graphs that the solution names itself; one that is named beside
    what it is about decides nothing of its status.
    """
    beside = frozenset(question.names("beside"))
    patterns = [[*patterns_of(question, row, values)] for row in rows]
    found = []
    for row, support in zip(rows, supports_of_rows(store, patterns), strict=True):
        graphs = {
            name: term.value
            for name, term in row.items()
            if GRAPH.search(name) and isinstance(term, NamedNode)
        }
        named = (graph for name, graph in graphs.items() if name not in beside)
        found.append(Support(tuple(sorted(graphs.values())), named=tuple(sorted(named))) | support)
    return found


def patterns_of(question: Question, row: Solution, values: Mapping[str, Term]) -> Iterator[Pattern]:
    """Yield the statements that a solution rests on.

    What is no variable of the solutions and no parameter stays open; a statement with a variable that this
    solution does not bind is none.
    """
    for text in question.evidence:
        names = [place[1:] for place in text if place.startswith("?")]
        if all(row[name] is not None for name in names if name in row):
            subject, predicate, target = (
                (row.get(place[1:]) or values.get(place[1:]))
                if place.startswith("?")
                else NamedNode(expand(place))
                for place in text
            )
            yield subject, predicate, target


def answer(question: Question, values: Mapping[str, Term], found: Solutions, store: Store) -> Answer:
    """Return the answer to a question as a page shows it, with three queries however many rows there are."""
    backed = supports_of(store, question, values, found.rows)
    terms = chain(values.values(), chain.from_iterable(row.values() for row in found.rows))
    evidence = evidence_for(store, terms, row_graphs(backed))
    columns = filled_columns(found.names, found.rows)
    clashes = clashes_of(question.own("clash"), found.rows)
    day = next(filter(None, map(day_of, values.values())), None)
    beside = frozenset(question.names("beside"))
    rows = [
        replace(row_of(solution, columns, support, evidence, beside), clash=clash, day=day)
        for solution, support, clash in zip(found.rows, backed, clashes, strict=True)
    ]
    headings = tuple(WORDS["columns"].get(column.name, column.name) for column in columns)
    alone = zip(rows, ([row] for row in found.rows), strict=True)
    said = tuple(short_answers(question, values, columns, alone, evidence))
    listed = [columns.index(one) for one in columns if one.name in question.names("list")]
    together = listed_together(zip(rows, found.rows, strict=True), listed)
    lead = distinct(short_answers(question, values, columns, together, evidence))
    first = lead if len(lead) <= MAX_LEADS else lead[:FIRST_LEADS]
    own = {graph for support in backed for graph in support.graphs}
    own |= {basis.graph for one in lead for basis in one.quoted}
    return Answer(
        Table("", headings, tuple(rows)),
        first,
        len(lead) - len(first),
        evidence,
        found.cut,
        tuple(column.name for column in columns),
        said,
        {graph: basis for graph, basis in evidence.bases.items() if graph in own},
    )


def distinct(answers: Iterable[ShortAnswer]) -> tuple[ShortAnswer, ...]:
    """Return what answers say, each thing once; of values that are compared, with each text that gives it.

    How sure the editors are of what texts report is said of each text.
    """
    found: dict[ShortAnswer, ShortAnswer] = {}
    for one in answers:
        told = replace(one, statuses=(Status(ESTABLISHED),)) if one.reporters else one
        same = found.setdefault(told, one)
        if one.compared:
            more = [basis for basis in one.quoted if basis not in same.quoted]
            found[told] = replace(same, quoted=(*same.quoted, *more))
    return tuple(found.values())


def row_graphs(backed: Iterable[Support]) -> Iterator[str]:
    """Yield the graphs that solutions rest on, and those of the premises of what is inferred."""
    for support in backed:
        yield from support.graphs
        yield from graphs_behind(support.statements)


def row_of(
    solution: Solution,
    columns: Sequence[AnswerColumn],
    support: Support,
    evidence: Evidence,
    beside: Container[str],
) -> Row:
    """Return a solution as a row; what stands `beside` what it is about decides nothing of its status."""
    cells = tuple(column.cell(solution, evidence.words) for column in columns)
    marks = [value.mark for cell in cells for value in cell.values if value.mark]
    things = [term for name, term in solution.items() if term is not None and name not in beside]
    return Row(cells, support, support.statuses(evidence.bases, things), "".join(marks[:1]))


def short_answers(
    question: Question,
    values: Mapping[str, Term],
    columns: Sequence[AnswerColumn],
    rows: Iterable[tuple[Row, Iterable[Solution]]],
    evidence: Evidence,
) -> Iterator[ShortAnswer]:
    """Yield what each row says at a glance: in the sentence of a question, else the columns it names.

    What the header `cites` are graphs to be cited in its order, of all solutions of a row, last those of what
    is `beside` it. The words of a source on a standing go before what the bounds leave open.
    """
    chosen = {name: [shown] for name, term in values.items() if (shown := show(term, evidence.words))}
    names = [column.name for column in columns]
    said = next(iter(question.own("says")), [])
    wanted = [name for name in question.answer or names[:1] if name in names and name != HOLDS]
    listed = " \N{EN DASH} ".join(f"{{{name}}}" for name in wanted)
    citing = question.names("cites")
    beside = {f"{name}Fact" for name in question.names("beside")}
    for row, solutions in rows:
        cells = {
            name: [one.shown for one in cell.values] for name, cell in zip(names, row.cells, strict=True)
        }
        parts = sentence_of(own_text(said) if said else listed, {**chosen, **cells})
        named = {part.full for part in parts if not isinstance(part, str)}
        statuses = tuple(
            replace(
                one,
                by=tuple(who for who in one.by if who.value not in named),
                possibly=tuple(who for who in one.possibly if who.value not in named),
            )
            for one in row.statuses
        )
        terms = ((name, solution[name]) for name in citing for solution in solutions)
        cited = {term.value: name for name, term in terms if isinstance(term, NamedNode)}
        related = frozenset(graph for graph, name in cited.items() if name in beside)
        quoted = [one for one in evidence.of(cited, as_given=True) if one.is_placed]
        yield ShortAnswer(
            parts,
            "" if "standing" in wanted and cells["standing"] else row.state,
            () if OUTCOME in names else statuses,
            tuple(sorted(quoted or quoted_for(row, parts, evidence), key=lambda one: one.graph in related)),
            tuple(evidence.of(one.graphs) for one in row.support.statements),
            row.clash,
            bool(question.own("clash")),
            ["no"] not in question.own("in-short"),
            related,
        )


def listed_together(
    rows: Iterable[tuple[Row, Solution]], places: Container[int]
) -> Iterable[tuple[Row, Sequence[Solution]]]:
    """Return rows, those as one that differ in the cells of some places only, with the solutions of each.

    Its cells hold their values, and its status is the weakest of theirs.
    """
    found: dict[tuple[Cell, ...], tuple[Row, Sequence[Solution]]] = {}
    for row, solution in rows:
        key = tuple(cell for place, cell in enumerate(row.cells) if place not in places)
        before, solutions = found.get(key, (row, ()))
        cells = (
            Cell(tuple(dict.fromkeys(pair[0].values + pair[1].values)))
            for pair in zip(before.cells, row.cells, strict=True)
        )
        statuses = weakest_of(before.statuses, row.statuses)
        support = before.support | row.support
        clash = before.clash or row.clash
        whole = replace(before, cells=tuple(cells), support=support, statuses=statuses, clash=clash)
        found[key] = (whole, (*solutions, solution))
    return found.values()


def sentence_of(pattern: str, shown: Mapping[str, Sequence[Shown]]) -> tuple[str | Shown, ...]:
    """Return a sentence with terms in the place of names; a part in brackets is left out without them."""
    parts: list[str | Shown] = []
    for optional, plain_part in SEGMENT.findall(pattern):
        pieces = HOLE.split(optional or plain_part)
        if optional and not all(shown.get(name) for name in pieces[1::2]):
            continue
        for words, name in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
            parts.append(words)
            for place, one in enumerate(found := shown.get(name, ())):
                between = "; " if any(", " in each.text for each in found) else ", "
                parts += [between, one] if place else [one]
    return tuple(part for part in parts if part)
