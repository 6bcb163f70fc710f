"""The words that facts rest on: selectors, and what holds between them and the text (Web Annotation).

Positions count the Unicode code points of the stored file, half-open, nothing normalised. A span's SHA-256 is
that of the UTF-8 bytes of its characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.facts.source import END, START, by_subject, first, match_source, number, read_sources
from wicara.graph.names import PREF_LABEL, iri_name
from wicara.ontology import PREFIXES, RDF_TYPE, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Quad
    from wicara.graph.facts.skeleton import Span
    from wicara.graph.facts.source import Index, Supplied

OA: Final = PREFIXES["oa"]
MOST_WORDS: Final = 12
"""A quote identifies a fact; it does not copy the text."""
MOST_COVERED: Final = 0.5
"""The share of a text that all quotes together may cover."""
SHARED: Final = 5
"""Letters in a row that make two words one, whatever stands before and behind them."""
WORD: Final = re.compile(r"\w+")
EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")
OMITTED: Final = " … "
"""What stands in a quote for the words of the text that it leaves out."""


@dataclass(frozen=True)
class Selector:
    """A span [start, end) of a text, its SHA-256 (hex), and the words in it that are quoted."""

    start: int
    end: int
    exact: str
    sha256: str


@dataclass(frozen=True)
class Evidence:
    """What one fact rests on: the words of a sentence of an article."""

    iri: str
    fact: str
    article: str
    sentence: str
    selector: Selector

    def __str__(self) -> str:
        """Name the fact and the span, as messages do."""
        return f"{iri_name(self.fact)} [{self.selector.start},{self.selector.end})"


@dataclass(frozen=True)
class Coverage:
    """How many code points of a text all quotes together repeat."""

    quoted: int
    length: int

    @property
    def share(self) -> float:
        """The quoted share of the text, 0 to 1."""
        return self.quoted / self.length if self.length else 0.0

    def __str__(self) -> str:
        """Say the figure with what it is counted from."""
        return f"{self.share:.0%} of the text ({self.quoted} of {self.length} code points)"


@dataclass(frozen=True)
class Comparison:
    """What came of comparing the evidence with a text: a summary, and what falls short."""

    summary: str
    findings: tuple[str, ...]


def span_sha256(text: str, start: int, end: int) -> str:
    """Return the SHA-256 (hex) of a span's UTF-8 bytes."""
    return sha256(text[start:end].encode()).hexdigest()


def selector(text: str, start: int, end: int, exact: str) -> Selector:
    """Return the selector of a span that quotes `exact`, words inside it."""
    return Selector(start, end, exact, span_sha256(text, start, end))


def word_count(words: str) -> int:
    """Return how many words there are between white space, NO-BREAK SPACE included; `OMITTED` is none."""
    return len(words.replace(OMITTED, " ").split())


def runs(words: str, text: str, start: int, end: int) -> Iterator[list[Span]]:
    """Yield each place of a quote in text[start:end]: the spans of its words, several where it omits some.

    The words after `OMITTED` are the next such words in the text; a text may hold `OMITTED` itself.
    """
    parts = [words.split(OMITTED), *([[words]] if OMITTED in words else [])]
    pattern = "|".join(".*?".join(f"({re.escape(run)})" for run in run_of) for run_of in reversed(parts))
    for match in re.compile(f"(?={pattern})", re.DOTALL).finditer(text[start:end]):
        yield [(start + first, start + last) for first, last in match.regs[1:] if first >= 0]


def core(words: str) -> str:
    """Return the words without the punctuation and white space around them."""
    return EDGES.sub("", words)


def read_evidence(quads: Iterable[Quad]) -> tuple[Evidence, ...]:
    """Return the evidence of every fact, sorted by fact; what is missing of it is empty, a position -1."""
    index = by_subject(quads)
    facts = sorted(iri for iri, of_it in index.items() if WIC + "FactGraph" in of_it.get(RDF_TYPE, ()))
    items = ((fact, item) for fact in facts for item in sorted(index[fact].get(WIC + "evidence", ())))
    return tuple(evidence_of(fact, item, index) for fact, item in items)


def unnamed(items: Iterable[Evidence], quads: Iterable[Quad], language: str) -> list[str]:
    """Return the facts whose quote shares no word with the label of the fact in the language of the text.

    What the quote does not name, a reader has to take from the span. Facts without such a label are left out.
    """
    labels = {
        quad.subject.value: quad.object.value
        for quad in quads
        if quad.predicate == PREF_LABEL
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
        and quad.object.language == language
    }
    quotes = {item.fact: item.selector.exact for item in items if item.fact in labels}
    return [
        iri_name(fact) for fact, exact in sorted(quotes.items()) if not parts(exact) & parts(labels[fact])
    ]


def parts(words: str) -> set[str]:
    """Return what words are compared by: numbers, abbreviations, `SHARED` letters in a row of other words."""
    listed = WORD.findall(words)
    whole = {word for word in listed if word.isdecimal() or word.isupper() or len(word) == SHARED - 1}
    runs = (word.casefold()[at : at + SHARED] for word in listed for at in range(len(word) - SHARED + 1))
    return whole | set(runs)


def evidence_of(fact: str, item: str, index: Index) -> Evidence:
    """Return one evidence item of a fact."""
    target = first(index, item, OA + "hasTarget")
    parts = index[target].get(OA + "hasSelector", []) if target in index else []
    position = next((part for part in parts if first(index, part, START)), "")
    quote = next((part for part in parts if first(index, part, OA + "exact")), "")
    return Evidence(
        iri=item,
        fact=fact,
        article=first(index, target, OA + "hasSource"),
        sentence=first(index, item, WIC + "inSentence"),
        selector=Selector(
            start=number(index, position, START),
            end=number(index, position, END),
            exact=first(index, quote, OA + "exact"),
            sha256=first(index, position, WIC + "spanSha256"),
        ),
    )


def compare(quads: Iterable[Quad], argument: str) -> Comparison:
    """Compare the evidence with the text of FILE or ID=FILE; raises UnreadableInput (see `match_source`)."""
    every = tuple(quads)
    supplied = match_source(argument, read_sources(every))
    items = [item for item in read_evidence(every) if item.article == supplied.source.iri]
    covered = coverage(items, supplied.text.characters)
    nameless = unnamed(items, every, supplied.source.language)
    naming = f"{len(items) - len(nameless)} share a word with the sentence of their fact"
    if nameless:
        naming += f", not those of {', '.join(name.rpartition('/')[2] for name in nameless)}"
    about = f"the evidence of {len({item.fact for item in items})} facts of {supplied.source.name}"
    return Comparison(
        summary=f"{about} stands in {supplied.text.path}; the quotes cover {covered}; {naming}",
        findings=(*differences(items, supplied), *misquotes(items, supplied), *overquoted(covered)),
    )


def differences(items: Sequence[Evidence], supplied: Supplied) -> Iterator[str]:
    """Yield both hashes where the text is another one, and every fact whose span is not what it was."""
    text = supplied.text.characters
    concerned = [
        f"{item}: the text has {text[item.selector.start : item.selector.end]!r} there, another SHA-256"
        for item in items
        if span_sha256(text, item.selector.start, item.selector.end) != item.selector.sha256
    ]
    if not supplied.identical:
        yield (
            f"{supplied.text.path} is not the text that the facts of {supplied.source.name} were read from: "
            f"its SHA-256 is {supplied.text.sha256}, that of the source {supplied.source.sha256}; "
            + (f"facts concerned: {len(concerned)}" if concerned else "no fact concerned")
        )
    yield from concerned


def misquotes(items: Sequence[Evidence], supplied: Supplied) -> Iterator[str]:
    """Yield every fact whose quote does not stand in its span, or holds a whole sentence."""
    text = supplied.text.characters
    whole = [core(text[sentence.start : sentence.end]) for sentence in supplied.source.sentences]
    for item in items:
        if not quoted_at(item, text):
            yield f"{item}: the quote {item.selector.exact!r} does not stand in the span"
        if any(sentence and sentence in item.selector.exact for sentence in whole):
            yield f"{item}: the quote {item.selector.exact!r} is a whole sentence; choose some of its words"


def quoted_at(item: Evidence, text: str) -> list[Span]:
    """Return where the words of the quote stand in the text, the first time in its span; else nothing."""
    chosen = item.selector
    place = runs(chosen.exact, text, chosen.start, chosen.end)
    return next(place, []) if chosen.exact and chosen.start >= 0 else []


def coverage(items: Iterable[Evidence], text: str) -> Coverage:
    """Count the code points of the text that at least one quote repeats."""
    quoted = {at for item in items for run in quoted_at(item, text) for at in range(*run)}
    return Coverage(len(quoted), len(text))


def overquoted(covered: Coverage) -> Iterator[str]:
    """Yield that the quotes together copy too much."""
    if covered.share > MOST_COVERED:
        yield f"the quotes together cover {covered}; at most {MOST_COVERED:.0%} may be: quote fewer words"
