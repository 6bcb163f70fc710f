"""Cards: what a page rests on, one for each sentence of a source, one for each reference work; quotations.

A fact graph is on the card of the sentence that its first words stand in; background on that of the work it
comes from; what was derived from other facts is on one card.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import current_app
from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import OMITTED
from wicara.graph.facts.selector import TextAtHand
from wicara.graph.facts.source import read_sources
from wicara.graph.names import GraphKind
from wicara.graph.status import status_of
from wicara.ontology import PREFIXES, WIC
from wicara.server.app_state import per_version
from wicara.server.site.tables.rows import without_plans
from wicara.server.site.tables.statuses import graphs_behind, tells_time
from wicara.server.site.tables.texts import came_out_after
from wicara.server.site.times import day_of
from wicara.server.site.words import Shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from flask import Flask
    from pyoxigraph import Quad
    from wicara.graph.evidence import Basis, CitedSource, Quote
    from wicara.graph.store import BuiltDataset
    from wicara.graph.terms import Term
    from wicara.server.site.tables.rows import Evidence, Row

PERSON: Final = PREFIXES["person"]
NAME: Final = re.compile(r"[^\W\d_]{4,}")
"""The words of a person's name by which a text may call the person."""


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
    def pieces(self) -> Sequence[str]:
        """Its quotations, each without what stands in those before it."""
        found: list[str] = []
        for quote in self.quotes:
            parts = quote.exact.value.split(OMITTED)
            new = [part for part in parts if not any(part in piece for piece in found)]
            found += [OMITTED.join(new)] if new else []
        return found

    def is_foreign(self, lang: str) -> bool:
        """Tell whether it has no words in a language: it quotes another, or only cites."""
        return not self.quotes or self.quotes[0].exact.language != lang

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


def quoted_for(row: Row, parts: Iterable[str | Shown], evidence: Evidence) -> Iterator[Basis]:
    """Yield the facts whose words a sentence shows: the first, or those that name the persons it is about.

    Premises of a conclusion are among them where it is about a person, or nothing is stated. What is no
    weaker than the row goes first: a claim alone does not establish it; then what tells of more than a time.
    Of a day, what came out by then is next, then what can be quoted, then the nearest to it in time.
    """
    support = row.support
    named = {part.full: {*NAME.findall(part.text)} for part in parts if isinstance(part, Shown)}
    about = [one for one in support.statements if getattr(one.triple.subject, "value", "").startswith(PERSON)]
    subjects = dict.fromkeys(str(getattr(one.triple.subject, "value", "")) for one in about)
    missing = [named[one] for one in subjects if one in named]
    graphs = (*support.graphs, *graphs_behind(about if support.graphs else support.statements))
    found = [one for one in evidence.of(graphs) if one.is_placed]
    dating, telling = (
        {*chain.from_iterable(one.graphs for one in support.statements if tells_time(one.triple) is dates)}
        for dates in (True, False)
    )
    known = sorted(
        without_plans(found, row.statuses),
        key=lambda one: (
            one.graph not in support.graphs,
            bool(row.statuses) and status_of(one).rank > row.statuses[0].rank,
            one.graph in dating - telling,
            *distance(row.day, one),
            not one.quotes,
        ),
    )
    texts = [
        " ".join((*(quote.exact.value for quote in one.quotes), evidence.words.show_iri(one.graph).text))
        for one in known
    ]
    first = True
    while known and (first or missing):
        counts = [sum(any(name in text for name in names) for names in missing) for text in texts]
        best = counts.index(max(counts))
        if not (first or counts[best]):
            return
        yield known[best]
        missing = [names for names in missing if not any(name in texts[best] for name in names)]
        first = False


def distance(day: date | None, basis: Basis) -> tuple[bool, bool, int]:
    """Return the place of a fact by a day: out by then, can be quoted, and how near; all alike for no day."""
    if day is None:
        return False, False, 0
    issued = day_of(basis.text.issued) if basis.text else None
    return came_out_after(basis, day), not basis.quotes, abs(((issued or date.min) - day).days)


# The sentence around the words of a fact, where the operator has the text of its article.


HASH, SENTENCE_OF = NamedNode(f"{WIC}textSha256"), NamedNode(f"{WIC}sentenceOf")
TEXTS: Final = "TEXTS"


def install(app: Flask, texts: Mapping[str, str]) -> None:
    """Let the templates of an app show passages of texts, which come by their SHA-256."""
    app.config[TEXTS] = texts
    app.jinja_env.globals["passage"] = passage


def passage(*quotes: Quote) -> Sequence[tuple[str, str]]:
    """Return the sentence of quotes in pieces, each with what it is; nothing without the text."""
    if not current_app.config[TEXTS] or not quotes:
        return ()
    text = per_version(texts_at_hand).get(quotes[0].article)
    return text.passage((one.start, one.end, one.exact.value) for one in quotes) if text else ()


def texts_at_hand(built: BuiltDataset) -> dict[str, TextAtHand]:
    """Return the texts of the articles of a dataset that are at hand, by the IRI of the article."""
    texts = current_app.config[TEXTS]
    sources = read_sources(quad for sha256 in texts for quad in article_quads(built, sha256))
    return {source.iri: TextAtHand(source, texts[source.sha256]) for source in sources}


def article_quads(built: BuiltDataset, sha256: str) -> Iterator[Quad]:
    """Yield what a dataset says of the articles that were read from a text, and of their sentences."""
    store = built.asserted
    for article in store.quads_for_pattern(None, HASH, Literal(sha256), None):
        yield from store.quads_for_pattern(article.subject, None, None, None)
        for sentence in store.quads_for_pattern(None, SENTENCE_OF, article.subject, None):
            yield from store.quads_for_pattern(sentence.subject, None, None, None)
