"""Columns of an answer: which variables of a question each shows, and how a value is made of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode
from wicara.ontology import WIC
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.cells import Cell, Value, amount, in_own_language, show
from wicara.server.site.times import (
    NAMES,
    TO,
    Bounds,
    day_of,
    format_day,
    format_period,
    format_span,
    format_window,
)
from wicara.server.site.words import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wicara.server.site.words import Term, Words

    Solution: TypeAlias = Mapping[str, Term | None]
    Terms: TypeAlias = Sequence[Term | None]
    Maker: TypeAlias = Callable[[Terms, Words], Value | None]

LABEL: Final = re.compile(r"Label_(en|id)$")
WORDING: Final = re.compile(r"_(en|id)$")
GRAPH: Final = re.compile(r"(^fact|Fact|^graph)$")
"""The variables whose values are the graphs that an answer rests on."""
HIDDEN: Final = frozenset({"factIdentifier", "spanSha256"})
"""The variables that only programs want."""
PLAIN_NUMBERS: Final = re.compile(r"([yY]ear|ByCount|^start|^end)$")
"""Numbers that are written without marks between thousands."""


@dataclass(frozen=True)
class AnswerColumn:
    """A column: its name, the variables that it is made of, and what makes a value, or several, of theirs."""

    name: str
    variables: tuple[str, ...]
    make: Maker

    def cell(self, row: Solution, words: Words) -> Cell:
        """Return the cell of a solution."""
        value = self.make([row[name] for name in self.variables], words)
        return Cell((value,) if value else ())


def columns_of(names: Sequence[str]) -> tuple[AnswerColumn, ...]:
    """Return the columns that a page shows of variables.

    Labels are shown by what they label, and graphs by marks, unless they are what is asked for.
    """
    found: dict[str, AnswerColumn] = {}
    for place, name in enumerate(names):
        is_label = LABEL.search(name) is not None and LABEL.sub("", name) in names
        if not (name in HIDDEN or is_label or (place and GRAPH.search(name))):
            column = column_of(name, names)
            found.setdefault(column.name, column)
    return tuple(found.values())


def filled_columns(names: Sequence[str], rows: Sequence[Solution]) -> tuple[AnswerColumn, ...]:
    """Return the columns that have a value in some row, and the first one."""
    filled = {name for row in rows for name, term in row.items() if term is not None}
    found = columns_of(names)
    return found[:1] + tuple(column for column in found[1:] if filled & {*column.variables})


def column_of(name: str, names: Sequence[str]) -> AnswerColumn:
    """Return the column that a variable is shown in."""
    for group, (title, make) in GROUPS.items():
        if name in group and {*group} <= {*names}:
            settling = [other for other in SETTLING.get(title, ()) if other in names]
            return AnswerColumn(title, (*group, *settling), make)
    if WORDING.search(name):
        stem = WORDING.sub("", name)
        return AnswerColumn(stem, tuple(one for one in names if WORDING.sub("", one) == stem), wording)
    return AnswerColumn(name, (name,), as_written if PLAIN_NUMBERS.search(name) else value)


def value(terms: Terms, words: Words) -> Value | None:
    """Return a value as everywhere: a day in words, a number in the reader's language."""
    shown = show(terms[0], words)
    return Value(shown) if shown else None


def figure(terms: Sequence[Term | None], words: Words) -> Value | None:
    """Return a number with its unit, or what is none as it is shown."""
    counted, unit = terms
    if not isinstance(counted, Literal) or not isinstance(unit, NamedNode):
        return value(terms, words)
    called = words.unit(unit.value)
    return Value(Shown(amount(counted.value, unit.value, called), str(counted)), unit=called)


def wording(terms: Sequence[Term | None], words: Words) -> Value | None:
    """Return words in the reader's language, or else in another."""
    text = in_own_language((term for term in terms if term is not None), words.lang)
    if text is None:
        return None
    return Value(Shown(text.value, str(text), None if text.language == words.lang else text.language))


def as_written(terms: Terms, words: Words) -> Value | None:
    """Return a value as it stands."""
    shown = words.show(terms[0])
    return Value(replace(shown, note="")) if shown else None


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


def holding(terms: Terms, _words: Words) -> Value:
    """Return whether something holds then for certain, possibly or not, and its time by its bounds.

    What a source says of that day goes before what the bounds leave open.
    """
    possible, certain = (isinstance(term, Literal) and term.value == "true" for term in terms[:2])
    key = CERTAIN if certain else "possible" if possible else "ruled-out"
    standings = (STANDINGS.get(getattr(term, "value", "")) for term in terms)
    key = next(filter(None, standings), key)
    time = format_span(Bounds(*map(day_of, terms[2 : 2 + len(NAMES)])))
    return Value(Shown(time, key), mark=key)


def holding_or(key: str, terms: Terms, words: Words) -> Value:
    """Return whether something holds then for certain, in a way of its own that has a key, or possibly."""
    certain, otherwise = (isinstance(term, Literal) and term.value == "true" for term in terms[1:3])
    found = holding((*terms[:2], *terms[3:]), words)
    if otherwise and not certain:
        return replace(found, shown=replace(found.shown, full=key), mark=key)
    return found


def outcome(terms: Terms, _words: Words) -> Value:
    """Return what became of a plan, by its key in `holds` of words.toml."""
    key = getattr(terms[0], "value", "")
    return Value(Shown("", key), mark=key)


def span(terms: Terms, _words: Words) -> Value | None:
    """Return a time as its bounds tell it."""
    text = format_span(Bounds(*map(day_of, terms)))
    return Value(Shown(text, "")) if text else None


HOLDS: Final = "holds"
CERTAIN: Final = "certain"
WHEN: Final = "when"
OUTCOME: Final = "outcome"
GROUPS: Final[Mapping[tuple[str, ...], tuple[str, Maker]]] = {
    ("possible", "certain", "asPlanned", *NAMES): (HOLDS, partial(holding_or, "planned")),
    ("possible", "certain", *NAMES): (HOLDS, holding),
    ("possible", "certain", "between"): (HOLDS, partial(holding_or, "between")),
    ("possible", "certain", "lasting"): (HOLDS, partial(holding_or, "lasting")),
    ("possible", "certain"): (HOLDS, holding),
    NAMES: (WHEN, span),
    ("earliest", "latestStart", "earliestEnd", "latest"): (WHEN, span),
    ("earliestStart", "latestStart"): ("starts", window),
    ("earliestEnd", "latestEnd"): ("ends", window),
    ("from", "to"): (WHEN, period),
    ("plannedFrom", "plannedTo"): ("planned", period),
    ("start", "end"): ("characters", offsets),
    (OUTCOME,): (OUTCOME, outcome),
    ("value", "unit"): ("value", figure),
    ("otherValue", "unit"): ("otherValue", figure),
}
"""The variables that make one column, larger groups first: its name, and what makes a value of theirs."""
SETTLING: Final = {HOLDS: ("standing",)}
"""The variables that a column takes into account, and that are columns of their own."""
STANDINGS: Final = {f"{WIC}sittingAt": CERTAIN, f"{WIC}incomingAt": "to-come"}
"""What the words of a source say of a day, as `holds` in words.toml names it."""
