"""Cards: what a page rests on, one for each sentence of a source, one for each reference work.

A fact graph is on the card of the sentence that its first words stand in; background on that of the work it
comes from; what was derived from other facts is on one card.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wicara.graph.names import GraphKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wicara.graph.evidence import Basis, CitedSource, Quote
    from wicara.graph.terms import Term


@dataclass
class Card:
    """The graphs of one sentence, or of one work, in reading order."""

    bases: list[Basis] = field(default_factory=list)

    @property
    def quotes(self) -> Sequence[Quote]:
        """The words that the graphs quote from the sentence, each once, without those within longer ones."""
        found = {quote.exact.value: quote for quote in self.all_quotes}
        return [
            one
            for one in found.values()
            if not any(one.exact.value in text for text in found.keys() - {one.exact.value})
        ]

    @property
    def all_quotes(self) -> Sequence[Quote]:
        """All quotations from the sentence of the card."""
        quotes = [quote for basis in self.bases for quote in basis.quotes]
        return [one for one in quotes if place_of(one) == place_of(quotes[0])]

    @property
    def cited(self) -> CitedSource | None:
        """The text that is cited without its words."""
        text = self.bases[0].text
        return text if text and text.places and not self.bases[0].quotes else None

    @property
    def sources(self) -> Sequence[Term]:
        """The works that background comes from."""
        return self.bases[0].said.get("source", ())

    @property
    def is_background(self) -> bool:
        """Whether it holds what is known from elsewhere."""
        return self.bases[0].kind is GraphKind.BACKGROUND


def spans_of(card: Card) -> list[tuple[int, int, str]]:
    """Return where the quotations of a card stand, in code points, each with its words."""
    return [(quote.start, quote.end, quote.exact.value) for quote in card.all_quotes]


def place_of(quote: Quote) -> tuple[str, str]:
    """Return the sentence that words stand in."""
    return quote.article, quote.sentence


def card_key(basis: Basis) -> tuple[str, ...]:
    """Return the card that a graph is on."""
    if basis.quotes:
        return place_of(basis.quotes[0])
    if basis.text and basis.text.places:
        return ("cited", basis.text.iri, *sorted(basis.text.places.values()))
    if basis.kind is GraphKind.BACKGROUND:
        return ("background", *sorted(map(str, basis.said.get("source", ()))))
    return ("derived",)


def cards_of(bases: Iterable[Basis]) -> list[Card]:
    """Return the cards of some graphs, in the order of these."""
    found: dict[tuple[str, ...], Card] = {}
    for basis in bases:
        found.setdefault(card_key(basis), Card()).bases.append(basis)
    return list(found.values())
