"""Answers for readers: columns with names, times and numbers in words, and what each row rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode, QuerySolutions
from wicara.graph.evidence import bases_of
from wicara.ontology import PREFIXES, WIC
from wicara.server.evaluation import failed
from wicara.server.site.language import WORDS, format_decimal
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.rows import Support, supports
from wicara.server.site.times import day_of, format_day, format_period, format_window
from wicara.server.site.words import Shown, Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from pyoxigraph import Store
    from wicara.graph.evidence import Basis
    from wicara.graph.sparql import Results
    from wicara.queries import Question
    from wicara.server.site.tables.rows import Pattern
    from wicara.server.site.words import Term

    Solution: TypeAlias = Mapping[str, Term | None]
    Maker: TypeAlias = Callable[[Sequence[Term | None], Words], tuple[Shown, ...]]

SHOWN: Final = 100
"""How many rows a page shows, with their evidence; the other formats hold all."""
LABEL: Final = re.compile(r"Label_(en|id)$")
WORDING: Final = re.compile(r"_(en|id)$")
GRAPH: Final = re.compile(r"(^fact|Fact|^graph)$")
"""The variables whose values are the graphs that an answer rests on."""
GLANCE: Final = 7
"""How much a reader takes in at a glance."""
UNSEEN: Final = frozenset({"factIdentifier", "spanSha256"})
"""What only programs want."""
PLAIN_NUMBERS: Final = re.compile(r"([yY]ear|ByCount|^start|^end)$")
"""Numbers that are written without marks between thousands."""
XSD: Final = PREFIXES["xsd"]
NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "nonNegativeInteger"))


@dataclass(frozen=True)
class Column:
    """A column: its name, the variables that it is made of, and how their values become text."""

    name: str
    variables: tuple[str, ...]
    make: Maker

    @property
    def heading(self) -> object:
        """Return what the column is called."""
        return WORDS["columns"].get(self.name, self.name)


@dataclass(frozen=True)
class Row:
    """A row: its cells, how certain it is, and what it rests on."""

    cells: tuple[tuple[Shown, ...], ...]
    certainty: str
    support: Support


@dataclass(frozen=True)
class Lead:
    """One thing that an answer tells at a glance, and how certain it is where nothing else tells that."""

    parts: tuple[Shown, ...]
    certainty: str


@dataclass(frozen=True)
class Answer:
    """An answer as a page shows it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    lead: tuple[Lead, ...]
    bases: Mapping[str, Basis]
    words: Words
    cut: bool


def terms(found: Sequence[Term | None], words: Words) -> tuple[Shown, ...]:
    """Show a value: a day in words, a number in digits, anything else as everywhere."""
    return tuple(show(term, words) for term in found if term is not None)


def plain(found: Sequence[Term | None], words: Words) -> tuple[Shown, ...]:
    """Show a value as it stands."""
    shown = (words.show(term) for term in found)
    return tuple(Shown(one.text, one.full, one.lang, one.href, one.outside) for one in shown if one)


def show(term: Term, words: Words) -> Shown:
    """Return a term as an answer shows it."""
    shown = words.show(term) or Shown("", "")
    if isinstance(term, NamedNode) and (phrase := WORDS["phrases"].get(term.value.removeprefix(WIC))):
        return replace(shown, text=str(phrase), lang=words.lang)
    if not isinstance(term, Literal):
        return shown
    datatype = term.datatype.value
    if datatype == f"{XSD}boolean":
        return Shown(_("Yes") if term.value == "true" else _("No"), str(term))
    if datatype == f"{XSD}date" and (day := day_of(term)):
        return Shown(format_day(day), str(term))
    return Shown(format_decimal(term.value), str(term)) if datatype in NUMBERS else shown


def wording(found: Sequence[Term | None], words: Words) -> tuple[Shown, ...]:
    """Show words in the reader's language, or else in another."""
    literals = [term for term in found if isinstance(term, Literal)]
    literals.sort(key=lambda literal: literal.language != words.lang)
    return tuple(Shown(one.value, str(one), tag_of(one, words)) for one in literals[:1])


def tag_of(literal: Literal, words: Words) -> str | None:
    """Return the language of words where it is not the reader's."""
    return None if literal.language == words.lang else literal.language


def started(found: Sequence[Term | None], _words: Words) -> tuple[Shown, ...]:
    """Show when something began, as far as two bounds tell."""
    return (Shown(format_window(*days(found)) or _("not stated"), ""),)


def ended(found: Sequence[Term | None], _words: Words) -> tuple[Shown, ...]:
    """Show when something ended, as far as two bounds tell."""
    return (Shown(format_window(*days(found)) or _("not stated"), ""),)


def lasted(found: Sequence[Term | None], _words: Words) -> tuple[Shown, ...]:
    """Show the days from one to another."""
    first, last = days(found)
    day = first or last
    text = format_period(first, last) if first and last else format_day(day) if day else ""
    return (Shown(text, ""),) if text else ()


def days(found: Sequence[Term | None]) -> tuple[date | None, date | None]:
    """Return the days of two dates."""
    first, last = (day_of(term) if isinstance(term, Literal) else None for term in found)
    return first, last


def offsets(found: Sequence[Term | None], _words: Words) -> tuple[Shown, ...]:
    """Show the place of words in a text."""
    return (Shown("\N{EN DASH}".join(term.value for term in found if isinstance(term, Literal)), ""),)


def certainty(found: Sequence[Term | None], _words: Words) -> tuple[Shown, ...]:
    """Show whether something certainly holds, possibly, or not."""
    return (Shown(str(WORDS["certainties"][certainty_of(found)]), ""),)


def certainty_of(found: Sequence[Term | None]) -> str:
    """Return the key of a certainty: the first value tells what is possible, the second what is certain."""
    possible, certain = (isinstance(term, Literal) and term.value == "true" for term in found)
    return "certain" if certain else "possible" if possible else "ruled-out"


COMBINED: Final[Mapping[tuple[str, str], tuple[str, Maker]]] = {
    ("earliestStart", "latestStart"): ("starts", started),
    ("earliestEnd", "latestEnd"): ("ends", ended),
    ("from", "to"): ("when", lasted),
    ("earliest", "latest"): ("when", lasted),
    ("start", "end"): ("characters", offsets),
    ("possible", "certain"): ("certainty", certainty),
}
"""The pairs of variables that make one column: its name, and how their values become text."""


def columns(names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns that a page shows of variables.

    Labels are shown by what they label, and graphs by marks, unless they are what is asked for.
    """
    found: dict[str, Column] = {}
    for place, name in enumerate(names):
        if name in UNSEEN or is_label(name, names) or (place and GRAPH.search(name)):
            continue
        column = column_of(name, names)
        found.setdefault(column.name, column)
    return tuple(found.values())


def filled_columns(names: Sequence[str], rows: Sequence[Solution]) -> tuple[Column, ...]:
    """Return the columns that have a value in some row, and the first one."""
    filled_in = {name for row in rows for name, term in row.items() if term is not None}
    found = columns(names)
    return found[:1] + tuple(column for column in found[1:] if filled_in & {*column.variables})


def is_label(name: str, names: Sequence[str]) -> bool:
    """Tell whether a variable is the label of another."""
    return LABEL.search(name) is not None and LABEL.sub("", name) in names


def column_of(name: str, names: Sequence[str]) -> Column:
    """Return the column that a variable is shown in."""
    for pair, (title, make) in COMBINED.items():
        if name in pair and {*pair} <= {*names}:
            return Column(title, pair, make)
    if WORDING.search(name):
        stem = WORDING.sub("", name)
        return Column(stem, tuple(one for one in names if WORDING.sub("", one) == stem), wording)
    return Column(name, (name,), plain if PLAIN_NUMBERS.search(name) else terms)


def answer(question: Question, values: Mapping[str, Term], results: Results, store: Store) -> Answer:
    """Return the answer to a question as a page shows it, with four queries however many rows there are."""
    if not isinstance(results, QuerySolutions):
        raise TypeError(results)
    names = [variable.value for variable in results.variables]
    try:
        found = [{name: row[name] for name in names} for row in islice(results, SHOWN + 1)]
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault
    return laid_out(question, values, (names, found), store)


def laid_out(
    question: Question,
    values: Mapping[str, Term],
    found: tuple[Sequence[str], Sequence[Solution]],
    store: Store,
) -> Answer:
    """Return an answer whose rows are known."""
    names, rows = found[0], found[1][:SHOWN]
    rests = [[pattern_of(each, row, values) for each in question.evidence] for row in rows]
    known = supports(store, chain.from_iterable(rests))
    backed = [backing(row, rest, known) for row, rest in zip(rows, rests, strict=True)]
    bases = bases_of(store, chain.from_iterable(one.graphs for one in backed))
    words = words_for(store, rows, bases)
    shown = filled_columns(names, rows)
    laid_rows = [laid(row, shown, words, support) for row, support in zip(rows, backed, strict=True)]
    return Answer(
        shown,
        tuple(laid_rows),
        lead(question.answer, shown, laid_rows),
        bases,
        words,
        len(found[1]) > SHOWN,
    )


def pattern_of(written: Sequence[str], row: Solution, values: Mapping[str, Term]) -> Pattern:
    """Return the statement that a row rests on: what is no column and no parameter stays open."""
    subject, predicate, target = (filled(place, row, values) for place in written)
    return subject, predicate, target


def filled(place: str, row: Solution, values: Mapping[str, Term]) -> Term | None:
    """Return what stands in a place of a statement that is written with variables and prefixed names."""
    if place.startswith("?"):
        return row.get(place[1:]) or values.get(place[1:])
    prefix, _colon, local = place.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


def backing(row: Solution, patterns: Sequence[Pattern], known: Mapping[Pattern, Support]) -> Support:
    """Return what supports a row: its statements, and the graphs that it names itself."""
    own = (term.value for name, term in row.items() if GRAPH.search(name) and isinstance(term, NamedNode))
    support = Support(tuple(sorted(own)))
    for pattern in patterns:
        support |= known.get(pattern, Support())
    return support


def words_for(store: Store, rows: Sequence[Solution], bases: Mapping[str, Basis]) -> Words:
    """Return the words for all that an answer shows."""
    cells = (term for row in rows for term in row.values() if term is not None)
    told = chain.from_iterable(basis.terms() for basis in bases.values())
    return Words.for_request(labels_of(store, {*iris_of(cells), *iris_of(told)}))


def lead(wanted: Sequence[str], shown: Sequence[Column], rows: Sequence[Row]) -> tuple[Lead, ...]:
    """Return what rows tell at a glance, each once: the columns that a question names, or the first."""
    names = [column.name for column in shown]
    told = [name for name in wanted or names[:1] if name in names and name != "certainty"]
    places = {name: names.index(name) for name in told}
    found = dict.fromkeys(glance(row, places) for row in rows)
    return tuple(found) if len(found) <= GLANCE else ()


def glance(row: Row, places: Mapping[str, int]) -> Lead:
    """Return what some cells of a row tell: the words on a standing go before what the bounds leave open."""
    settled = "standing" in places and bool(row.cells[places["standing"]])
    parts = tuple(one for place in places.values() for one in row.cells[place])
    return Lead(parts, "" if settled else row.certainty)


def laid(row: Solution, shown: Sequence[Column], words: Words, support: Support) -> Row:
    """Return a row as a page shows it."""
    cells = [column.make([row[name] for name in column.variables], words) for column in shown]
    certain = next((column for column in shown if column.name == "certainty"), None)
    return Row(
        tuple(cells), certainty_of([row[name] for name in certain.variables]) if certain else "", support
    )
