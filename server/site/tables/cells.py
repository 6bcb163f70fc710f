"""Cells: what stands in them in words, and the statements that they rest on.

`show` returns one term as a reader reads it. `Cells` makes the cells of a layout's columns from statements;
the cells of an answer are made in `answer_columns.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import Literal, NamedNode
from wicara.graph.status import CLAIM, NONE, READ, local_name, status_key, status_of, strongest, weakest
from wicara.ontology import PREFIXES, WIC
from wicara.server.app_state import per_version
from wicara.server.http.addresses import href_of
from wicara.server.site.language import WORDS, format_amount, format_decimal, name_of_language
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.layout import PATHS, Show
from wicara.server.site.tables.statuses import (
    AHEAD,
    ON_BEHALF,
    PARTICIPANT,
    Premises,
    is_time,
    status_of_statement,
    strongest_by_ends,
)
from wicara.server.site.tables.texts import Texts
from wicara.server.site.times import NAMES, TO, Bounds, day_of, format_day, format_period, format_span
from wicara.server.site.words import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pyoxigraph import Triple
    from wicara.graph.evidence import Basis, Quote
    from wicara.graph.status import Status
    from wicara.server.linked.statements import Statement
    from wicara.server.site.tables.layout import Column
    from wicara.server.site.tables.reading import Paths
    from wicara.server.site.words import Term, Words

XSD: Final = PREFIXES["xsd"]
NUMBERS: Final = frozenset(f"{XSD}{name}" for name in ("decimal", "integer", "nonNegativeInteger"))
RANK: Final = f"{PREFIXES['unit']}rank"
ROLES: Final = {
    f"{WIC}hasChairParticipation": "chair",
    f"{WIC}hasProspectiveChairParticipation": "chair",
    f"{WIC}hasSpeakerParticipation": "speaker",
    f"{WIC}hasAttendeeParticipation": "attendee",
}
"""The role that a participation has by the property that leads to it."""


@dataclass(frozen=True)
class Value:
    """What a cell shows of one term; `why` is its statement where only reasoning says it, `mark` its mark.

    `status` is the key of its status, `span` what is known of the time that it shows, `unit` what a number
    counts.
    """

    shown: Shown
    why: Triple | None = None
    status: str = ""
    mark: str = ""
    span: Bounds | None = None
    unit: str = ""


@dataclass(frozen=True)
class Cell:
    """The values of a cell, and the statements that they rest on."""

    values: tuple[Value, ...] = ()
    statements: tuple[Statement, ...] = ()


def show(term: Term | None, words: Words) -> Shown | None:
    """Return a term as a reader reads it: days and numbers in the reader's language, yes and no, phrases."""
    shown = words.show(term)
    if shown is None:
        return None
    if isinstance(term, NamedNode):
        phrase = WORDS["phrases"].get(term.value.removeprefix(WIC))
        return replace(shown, text=str(phrase), lang=words.lang, foreign=False) if phrase else shown
    if not isinstance(term, Literal):
        return shown
    text = literal_in_words(term)
    return shown if text is None else replace(shown, text=text, note="")


def literal_in_words(literal: Literal) -> str | None:
    """Return a day, a number or a truth value in words, or None for any other literal."""
    datatype = literal.datatype.value
    if datatype in NUMBERS:
        return number(literal.value)
    if datatype == f"{XSD}date" and (day := day_of(literal)):
        return format_day(day)
    if datatype == f"{XSD}boolean":
        return str(_("Yes") if literal.value in {"true", "1"} else _("No"))
    return None


def amount(text: str, unit: str | None, named: str) -> str:
    """Return a number with its unit, an IRI which is called `named`, as the reader's language writes them.

    Anything that is no number stays as it is.
    """
    try:
        number = Decimal(text)
        return str(_("No. %(n)s", n=format_decimal(number))) if unit == RANK else format_amount(number, named)
    except (ValueError, ArithmeticError):
        return f"{text} {named}".strip()


def number(text: str) -> str:
    """Return a number as the reader's language writes it; anything else as it is."""
    try:
        return str(format_decimal(text))
    except (ValueError, ArithmeticError):
        return text


Shows: TypeAlias = "Iterator[tuple[Value, Sequence[Statement]]]"
"""Values, each with the statements that it takes to show it."""


@dataclass(frozen=True)
class Cells:
    """What makes the cells of a layout: the statements at hand, the words, and what graphs rest on."""

    paths: Paths
    words: Words
    bases: Mapping[str, Basis]

    def ends(self, row: Term, column: Column, *, settled: bool = False) -> Mapping[Term, Sequence[Statement]]:
        """Return what a column shows of a row, each term with the statements that lead to it.

        A `settled` time is that of what was held; one that was only planned or proposed if there is no other.
        """
        ends = {end: self.of_the_row(row, led) for end, led in self.paths.follow(row, column.path).items()}
        if not settled or column.show is not Show.TIME:
            return ends
        return {end: led for end, led in ends.items() if not self.is_ahead(led)} or ends

    def cell(self, row: Term, column: Column, *, settled: bool = False) -> Cell:
        """Return the cell of a row in a column, with its `settled` times alone."""
        ends = self.ends(row, column, settled=settled)
        if column.show is Show.ROLE:
            ends = ends or self.roles(row)
        found = [
            (
                self.with_status(as_inferred(value, led), led),
                self.as_stated_by(led, more) if column.show is Show.TIME else more,
            )
            for end, led in ends.items()
            for value, more in self.shown(end, column.show)
        ]
        if column.show is Show.OWN:
            own = [one for one in found if one[0].shown.lang == self.words.lang]
            found = own if own and len(ends) > 1 else found[:1]
        statements = (*chain.from_iterable(ends.values()), *chain.from_iterable(more for _, more in found))
        values = dict.fromkeys(value for value, _ in found)
        in_order = sorted(values, key=lambda one: (one.status in AHEAD, one.shown.text.casefold()))
        if column.show is Show.TIME:
            in_order = [*{one.shown.text: one for one in reversed(in_order)}.values()][::-1]
        return Cell(tuple(in_order), statements)

    def of_the_row(self, row: Term, led: Sequence[Statement]) -> Sequence[Statement]:
        """Return the statements of a way from a row, those farther on as facts of the row itself make them.

        Facts of others may say the same of what lies on the way, such as which state a post is of.
        """
        first = [one for one in led if row in {one.triple.subject, one.triple.object}]
        return [
            one if one in first else of_its_own
            for one, of_its_own in zip(led, self.as_stated_by(first, led), strict=True)
        ]

    def as_stated_by(self, led: Iterable[Statement], others: Iterable[Statement]) -> list[Statement]:
        """Return statements as the facts that lead to them make them, else as the texts of these facts do.

        Facts of other things may share a time, such as the day of their text, or a post: they do not support
        this one.
        """
        leading = {graph for one in led for graph in one.graphs}
        texts = {self.text_of(graph) for graph in leading} - {""}

        def own(one: Statement) -> tuple[str, ...]:
            same = tuple(graph for graph in one.graphs if graph in leading)
            return same or tuple(graph for graph in one.graphs if self.text_of(graph) in texts) or one.graphs

        return [replace(one, graphs=own(one)) for one in others]

    def text_of(self, graph: str) -> str:
        """Return the text that a graph is of facts of; nothing for one that is of none."""
        basis = self.bases.get(graph)
        return basis.text.iri if basis and basis.text else ""

    def with_status(self, value: Value, led: Sequence[Statement]) -> Value:
        """Return a value with the status of the statements that lead to it, unless it is that of a claim."""
        found = self.status(led)
        return replace(value, status=found.key) if found and not value.status else value

    def status(self, led: Sequence[Statement]) -> Status | None:
        """Return the status of what some statements lead to."""
        return weakest(status for _, status in strongest_by_ends(led, self.bases))

    def linking(self, row: Term, links: Iterable[Statement]) -> Iterator[Statement]:
        """Yield the strongest links of a row, by their surest facts.

        Of a conclusion these are who takes part in the row, or for whom, or else the premises about the row.
        """
        for one, _status in strongest_by_ends(links, self.bases):
            leaves = per_version(Premises).of(one.triple) if one.inferred else (one,)
            parts = [leaf for leaf in leaves if leaf.triple.predicate in {PARTICIPANT, ON_BEHALF}]
            about = (leaf for leaf in leaves if row in {leaf.triple.subject, leaf.triple.object})
            for leaf in parts or about:
                graphs = (*leaf.graphs, *per_version(Premises).in_office(leaf.triple))
                ranks = {name: status_of(self.bases[name]).rank for name in graphs if name in self.bases}
                surest = (name for name, rank in ranks.items() if rank == min(ranks.values()))
                yield replace(leaf, graphs=tuple(surest))

    def is_ahead(self, led: Sequence[Statement]) -> bool:
        """Tell whether what some statements lead to was still to come for their sources."""
        found = self.status(led)
        return found is not None and found.key in AHEAD

    def shown(self, end: Term, how: Show) -> Shows:
        """Yield what a column shows of a term at the end of its path, with the statements that it takes."""
        if how in SPECIAL:
            yield from SPECIAL[how](self, end)
        elif shown := show(end, self.words):
            yield Value(shown), ()

    def roles(self, row: Term) -> dict[Term, tuple[Statement, ...]]:
        """Return the roles that a participation has by the property that leads to it."""
        links = chain.from_iterable(self.paths.follow(row, (PATHS["of_participation"],)).values())
        return {
            NamedNode(PREFIXES["role"] + ROLES[one.triple.predicate.value]): (one,)
            for one in links
            if one.triple.predicate.value in ROLES
        }

    def time(self, node: Term) -> Shows:
        """Yield a time span in words; as it was written where it has no bound."""
        bounds, statements = self.bounds(node)
        text = format_span(bounds) or next(self.texts(node, "wic:asWritten"), "")
        if text and "true" in self.texts(node, "wic:openEnd"):
            text = str(_("%(time)s, without end", time=text))
        if text:
            yield Value(linked(text, node), span=bounds), statements
        elif shown := self.words.show(node):
            yield Value(shown), ()

    def bounds(self, node: Term) -> tuple[Bounds, list[Statement]]:
        """Return the bounds of a time span, the tightest day of each, and the statements that give them."""
        days: list[date | None] = []
        statements: list[Statement] = []
        for name in NAMES:
            ends = self.paths.follow(node, (f"wic:{name}",))
            known = sorted(filter(None, map(day_of, ends)))
            days.append(known[-1 if name.startswith("earliest") else 0] if known else None)
            statements += chain.from_iterable(ends.values())
        return Bounds(*days), statements

    def readings_of_time(self, statements: Iterable[Statement]) -> list[Status]:
        """Return the statuses of the bounds of times that are only read from words, by their surest fact."""
        bounds: dict[tuple[Term, Term], list[Status]] = {}
        for one in statements:
            told = status_of_statement(one, self.bases) if is_time(one.triple.subject) else None
            if told and one.triple.predicate.value.removeprefix(WIC) in NAMES:
                bounds.setdefault((one.triple.subject, one.triple.predicate), []).append(told)
        surest = filter(None, map(strongest, bounds.values()))
        return [status for status in surest if status.key == READ]

    def texts(self, node: Term, *path: str) -> Iterator[str]:
        """Yield the texts of the literals that a path leads to."""
        return (one.value for one in self.paths.follow(node, path) if isinstance(one, Literal))

    def text(self, node: Term) -> Shows:
        """Yield what a claim says, with its status; its label where it has no text."""
        texts = self.paths.follow(node, ("wic:contentText",))
        text = in_own_language(texts, self.words.lang)
        modality = next(iter(self.paths.follow(node, ("wic:modality",))), None)
        status = status_key(CLAIM, local_name(modality), NONE)
        if text is not None and isinstance(node, NamedNode):
            shown = Shown(text.value, node.value, text.language, href_of(node.value))
            yield Value(shown, status=status), texts[text]
        elif label := self.words.show(node):
            yield Value(label, status=status), ()

    def figure(self, node: Term) -> Shows:
        """Yield the value of an observation with its unit, and how its source hedges it."""
        label = ("skos:prefLabel",)
        bound = in_own_language(self.paths.follow(node, ("wic:valueBound", *label)), self.words.lang)
        unit = next(iter(self.paths.follow(node, ("wic:unit",))), None)
        sign = next(self.texts(node, "wic:unit", "skos:notation"), "")
        name = in_own_language(self.paths.follow(node, ("wic:unit", *label)), self.words.lang)
        for one, statements in self.paths.follow(node, ("wic:value",)).items():
            if isinstance(one, Literal):
                shown = amount(one.value, getattr(unit, "value", None), sign or (name.value if name else ""))
                parts = (bound.value if bound else "", shown)
                yield Value(linked(" ".join(filter(None, parts)), node)), statements

    def elsewhere(self, node: Term) -> Shows:
        """Yield a thing of another data set, by the name of that and its name there."""
        if shown := self.words.show(node):
            prefix, _colon, name = shown.text.partition(":")
            called = WORDS["elsewhere"].get(prefix)
            yield Value(replace(shown, text=f"{called}: {name}") if called else shown), ()

    def classes(self, node: Term) -> Shows:
        """Yield the classes that were asserted of a term."""
        for one, statements in self.paths.follow(node, ("rdf:type",)).items():
            if not all(each.inferred for each in statements) and (shown := self.words.show(one)):
                yield Value(shown), statements

    def language(self, node: Term) -> Shows:
        """Yield what a language is called."""
        name = name_of_language(getattr(node, "value", ""))
        yield Value(Shown(name, name)), ()

    def place(self, node: Term) -> Shows:
        """Yield where the words stand that a fact rests on."""
        for quote in self.quotes(node):
            where = f"{self.words.show_iri(quote.sentence).text}, " if quote.sentence else ""
            text = f"{where}{quote.start}{TO}{quote.end}"
            yield Value(Shown(text, text, href=quote.copy or None, outside=True)), ()

    def quoted(self, node: Term) -> Shows:
        """Yield the words that a fact rests on, or that its text is cited without them."""
        for quote in self.quotes(node):
            yield Value(Shown(f"“{quote.exact.value}”", quote.exact.value, quote.exact.language)), ()
        if not self.quotes(node) and self.text_of(getattr(node, "value", "")):
            cited = str(_("cited, not quoted"))
            yield Value(Shown(cited, cited)), ()

    def issued(self, node: Term) -> Shows:
        """Yield when a text came out."""
        days = per_version(Texts).issued(node) if isinstance(node, NamedNode) else None
        if days:
            text = format_period(*days)
            yield Value(Shown(text, text), span=Bounds(*days, *days)), ()

    def quotes(self, node: Term) -> Sequence[Quote]:
        """Return the words that a fact rests on."""
        basis = self.bases.get(node.value) if isinstance(node, NamedNode) else None
        return basis.quotes if basis else ()


SPECIAL: Final[dict[Show, Callable[[Cells, Term], Shows]]] = {
    Show.TIME: Cells.time,
    Show.TEXT: Cells.text,
    Show.FIGURE: Cells.figure,
    Show.CLASS: Cells.classes,
    Show.ELSEWHERE: Cells.elsewhere,
    Show.LANGUAGE: Cells.language,
    Show.PLACE: Cells.place,
    Show.WORDS: Cells.quoted,
    Show.ISSUED: Cells.issued,
}
"""What columns that do not show terms as they are show of them."""


def as_inferred(value: Value, statements: Sequence[Statement]) -> Value:
    """Return a value with the last of the statements that lead to it, where that is inferred."""
    return replace(value, why=statements[-1].triple) if statements and statements[-1].inferred else value


def linked(text: str, node: Term) -> Shown:
    """Return a text that stands for a term, with the link of that."""
    full = node.value if isinstance(node, NamedNode) else str(node)
    return Shown(text, full, href=href_of(full))


def in_own_language(terms: Iterable[Term], lang: str) -> Literal | None:
    """Return the first literal in a language, else the first in any, else None."""
    literals = [one for one in terms if isinstance(one, Literal)]
    return next((one for one in literals if one.language == lang), next(iter(literals), None))
