"""The cells of a page's blocks: what stands in them, in words, and the statements that they rest on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import ACTUAL
from wicara.ontology import PREFIXES, WIC
from wicara.server.addresses import href_of
from wicara.server.site.dates import TO, Bounds, day, day_of, in_words
from wicara.server.site.language import format_decimal
from wicara.server.site.resource.layouts import OF_PARTICIPATION, Show
from wicara.server.site.words import Shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Triple
    from wicara.graph.evidence import Basis, Quote
    from wicara.server.linked.statements import Statement
    from wicara.server.site.resource.layouts import Column
    from wicara.server.site.resource.paths import Facts
    from wicara.server.site.words import Term, Words

ROLES: Final = {
    f"{WIC}hasChairParticipation": "chair",
    f"{WIC}hasProspectiveChairParticipation": "chair",
    f"{WIC}hasSpeakerParticipation": "speaker",
    f"{WIC}hasAttendeeParticipation": "attendee",
}
"""The role that a participation has by the property that leads to it."""
BOUNDS: Final = ("wic:earliestStart", "wic:latestStart", "wic:earliestEnd", "wic:latestEnd")


@dataclass(frozen=True)
class Value:
    """What a cell shows of one term; `why` is its statement where only reasoning says it."""

    shown: Shown
    why: Triple | None = None
    modality: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Cell:
    """The values of a cell, and the statements that they rest on."""

    values: tuple[Value, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Cells:
    """What makes cells: the statements at hand, the words, and what graphs rest on."""

    facts: Facts
    words: Words
    bases: dict[str, Basis]

    def cell(self, row: Term, column: Column) -> Cell:
        """Return the cell of a row in a column."""
        ends = self.facts.follow(row, column.path)
        if column.show is Show.ROLE:
            ends = ends or self.roles(row)
        statements = [one for found in ends.values() for one in found]
        found = [
            (self.value(shown, ends[end]), more) for end in ends for shown, more in self.shown(end, column)
        ]
        if column.show is Show.OWN:
            found = found[:1] if len(ends) == 1 else self.in_own_language(found)
        statements += [one for _, more in found for one in more]
        values = dict.fromkeys(value for value, _ in found)
        return Cell(tuple(sorted(values, key=lambda one: one.shown.text.casefold())), tuple(statements))

    def in_own_language(
        self, found: list[tuple[Value, list[Statement]]]
    ) -> list[tuple[Value, list[Statement]]]:
        """Return the values in the reader's language, or the first one."""
        return [one for one in found if one[0].shown.lang == self.words.lang] or found[:1]

    def value(self, shown: Value, statements: Iterable[Statement]) -> Value:
        """Return a value with its statement, where that is inferred."""
        last = next(iter(reversed([*statements])), None)
        return Value(shown.shown, last.triple, shown.modality) if last and last.inferred else shown

    def shown(self, end: Term, column: Column) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield what a column shows of a term at the end of its path, with the statements that it takes."""
        special = SPECIAL.get(column.show)
        if special:
            yield from special(self, end)
        elif shown := self.words.show(end):
            yield Value(in_reading(shown, end)), []

    def roles(self, row: Term) -> dict[Term, tuple[Statement, ...]]:
        """Return the roles that a participation has by the property that leads to it."""
        links = [one for found in self.facts.follow(row, (OF_PARTICIPATION,)).values() for one in found]
        return {
            NamedNode(PREFIXES["role"] + ROLES[one.triple.predicate.value]): (one,)
            for one in links
            if one.triple.predicate.value in ROLES
        }

    def time(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield a time span in words; as it was written where it has no bound."""
        bounds, statements = self.bounds(node)
        written = self.facts.follow(node, ("wic:asWritten",))
        text = in_words(bounds) or next((one.value for one in written if isinstance(one, Literal)), "")
        full = node.value if isinstance(node, NamedNode) else str(node)
        if text:
            yield Value(Shown(text, full, href=href_of(full))), statements
        elif shown := self.words.show(node):
            yield Value(shown), []

    def bounds(self, node: Term) -> tuple[Bounds, list[Statement]]:
        """Return the bounds of a time span, and the statements that give them."""
        days, statements = [], []
        for name in BOUNDS:
            ends = self.facts.follow(node, (name,))
            found = sorted(filter(None, (day_of(one.value) for one in ends if isinstance(one, Literal))))
            days.append(found[0] if found else None)
            statements += [one for found in ends.values() for one in found]
        return Bounds(*days), statements

    def text(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield what a claim says, with its modality; its label where it has no text."""
        texts = self.facts.follow(node, ("wic:contentText",))
        own = [one for one in texts if isinstance(one, Literal) and one.language == self.words.lang]
        text = next((one for one in [*own, *texts] if isinstance(one, Literal)), None)
        modalities = tuple(
            shown
            for one in self.facts.follow(node, ("wic:modality",))
            if one != NamedNode(ACTUAL) and (shown := self.words.show(one))
        )
        if text is not None and isinstance(node, NamedNode):
            shown = Shown(text.value, node.value, text.language, href_of(node.value))
            yield Value(shown, modality=modalities), [*texts[text]]
        elif label := self.words.show(node):
            yield Value(label, modality=modalities), []

    def figure(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield the value of an observation with its unit."""
        units = [
            one.value
            for one in self.facts.follow(node, ("wic:unit", "skos:notation"))
            if isinstance(one, Literal)
        ]
        full = node.value if isinstance(node, NamedNode) else str(node)
        for one, statements in self.facts.follow(node, ("wic:value",)).items():
            if isinstance(one, Literal):
                text = " ".join((number(one.value), *units[:1]))
                yield Value(Shown(text, full, href=href_of(full))), [*statements]

    def classes(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield the classes that were asserted of a term."""
        for one, statements in self.facts.follow(node, ("rdf:type",)).items():
            if not all(each.inferred for each in statements) and (shown := self.words.show(one)):
                yield Value(shown), [*statements]

    def place(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield where the words stand that a fact rests on."""
        for quote in self.quotes(node):
            where = f"{self.words.show_iri(quote.sentence).text}, " if quote.sentence else ""
            text = f"{where}{quote.start}{TO}{quote.end}"
            yield Value(Shown(text, text, href=quote.copy or None, outside=True)), []

    def quoted(self, node: Term) -> Iterator[tuple[Value, list[Statement]]]:
        """Yield the words that a fact rests on."""
        for quote in self.quotes(node):
            yield Value(Shown(f"“{quote.exact.value}”", quote.exact.value, quote.exact.language)), []

    def quotes(self, node: Term) -> Sequence[Quote]:
        """Return the words that a fact rests on."""
        basis = self.bases.get(node.value) if isinstance(node, NamedNode) else None
        return basis.quotes if basis else ()


SPECIAL: Final[dict[Show, Callable[[Cells, Term], Iterator[tuple[Value, list[Statement]]]]]] = {
    Show.TIME: Cells.time,
    Show.TEXT: Cells.text,
    Show.FIGURE: Cells.figure,
    Show.CLASS: Cells.classes,
    Show.PLACE: Cells.place,
    Show.WORDS: Cells.quoted,
}
"""What columns that do not show terms as they are show of them."""


def number(text: str) -> str:
    """Return a number as the reader's language writes it; anything else as it is."""
    try:
        return str(format_decimal(text))
    except (ValueError, ArithmeticError):
        return text


def in_reading(shown: Shown, term: Term) -> Shown:
    """Return a number or a day as people write it; anything else as it is shown."""
    if not isinstance(term, Literal) or term.datatype.value not in WRITTEN:
        return shown
    return replace(shown, text=WRITTEN[term.datatype.value](term.value), note="")


def in_words_if_day(text: str) -> str:
    """Return a day in words; anything else as it is."""
    found = day_of(text)
    return day(found) if found else text


WRITTEN: Final[dict[str, Callable[[str], str]]] = {
    f"{PREFIXES['xsd']}integer": number,
    f"{PREFIXES['xsd']}decimal": number,
    f"{PREFIXES['xsd']}nonNegativeInteger": number,
    f"{PREFIXES['xsd']}date": in_words_if_day,
}
"""How literals of some datatypes are written for people."""
