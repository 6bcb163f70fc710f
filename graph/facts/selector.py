"""The words that facts rest on: selectors, and what holds between them and the text (Web Annotation).

Positions count the Unicode code points of the stored file, half-open, nothing normalised. A span's SHA-256 is
that of the UTF-8 bytes of its characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from wicara.graph.facts.source import END, START, TYPE, by_subject, first, match_source, number, read_sources
from wicara.graph.names import called
from wicara.ontology import PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyoxigraph import Quad
    from wicara.graph.facts.source import Index, Source, Supplied

OA: Final = PREFIXES["oa"]
MOST_WORDS: Final = 8
"""A quote identifies a fact; it does not copy the text."""
MOST_COVERED: Final = 0.5
"""The share of a text that all quotes together may cover."""
SHA256: Final = re.compile(r"[0-9a-f]{64}")
EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")


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
        return f"{called(self.fact)} [{self.selector.start},{self.selector.end})"


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
    """Return how many words there are between white space, NO-BREAK SPACE included."""
    return len(words.split())


def core(words: str) -> str:
    """Return the words without the punctuation and white space around them."""
    return EDGES.sub("", words)


def read_evidence(quads: Iterable[Quad]) -> tuple[Evidence, ...]:
    """Return the evidence of every fact, sorted by fact; what is missing of it is empty, a position -1."""
    index = by_subject(quads)
    facts = sorted(iri for iri, of_it in index.items() if WIC + "FactGraph" in of_it.get(TYPE, ()))
    items = ((fact, item) for fact in facts for item in sorted(index[fact].get(WIC + "evidence", ())))
    return tuple(evidence_of(fact, item, index) for fact, item in items)


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


def faults(quads: Iterable[Quad]) -> Iterator[str]:
    """Yield what is wrong with the evidence by itself, without any text at hand."""
    every = tuple(quads)
    sources = {source.iri: source for source in read_sources(every)}
    for item in read_evidence(every):
        source = sources.get(item.article)
        if not item.article or item.selector.start < 0 or not item.selector.exact:
            yield f"{called(item.fact)}: its evidence {called(item.iri)} lacks an article, position or quote"
        elif source is None:
            yield f"{item}: its article {called(item.article)} is no source that is described"
        else:
            yield from (f"{item}: {fault}" for rule in RULES for fault in rule(item, source))


def outside_text(item: Evidence, source: Source) -> Iterator[str]:
    """Yield where the span has no characters, or stands outside the text."""
    if not 0 <= item.selector.start < item.selector.end <= source.length:
        yield f"there is no such span in a text of {source.length} code points"


def outside_sentence(item: Evidence, source: Source) -> Iterator[str]:
    """Yield where the span stands outside the sentence that is named."""
    sentence = next((each for each in source.sentences if each.iri == item.sentence), None)
    if sentence is None:
        yield f"its sentence {called(item.sentence)} is none of {called(source.iri)}"
    elif not sentence.start <= item.selector.start <= item.selector.end <= sentence.end:
        yield f"it is not inside its sentence, {called(sentence.iri)} [{sentence.start},{sentence.end})"


def ill_hashed(item: Evidence, _source: Source) -> Iterator[str]:
    """Yield where the SHA-256 is none, or is not that of a quote that fills the span."""
    chosen = item.selector
    if not SHA256.fullmatch(chosen.sha256):
        yield f"wic:spanSha256 {chosen.sha256!r} is not a SHA-256 in 64 small hexadecimal digits"
    elif len(chosen.exact) == chosen.end - chosen.start and chosen.sha256 != span_sha256(
        chosen.exact, 0, len(chosen.exact)
    ):
        yield f"the quote {chosen.exact!r} fills the span, but has another SHA-256 than the span"


def ill_quoted(item: Evidence, source: Source) -> Iterator[str]:
    """Yield where the quote does not fit into the span, has too many words, or is a whole sentence."""
    exact = item.selector.exact
    if not 0 < len(exact) <= item.selector.end - item.selector.start:
        yield f"the quote {exact!r} does not fit into the span"
    if word_count(exact) > MOST_WORDS:
        yield f"the quote has {word_count(exact)} words; choose at most {MOST_WORDS} that identify the fact"
    sentence = next((each for each in source.sentences if each.iri == item.sentence), None)
    if sentence and len(exact) >= sentence.end - sentence.start:
        yield "the quote is a whole sentence; choose some of its words"


RULES: Final[Sequence[Callable[[Evidence, Source], Iterator[str]]]] = (
    outside_text,
    outside_sentence,
    ill_hashed,
    ill_quoted,
)
"""What is looked at in every evidence item, with the text or without it."""


def compare(quads: Iterable[Quad], argument: str) -> Comparison:
    """Compare the evidence with the text of FILE or ID=FILE; raises UnreadableInput (see `match_source`)."""
    every = tuple(quads)
    supplied = match_source(argument, read_sources(every))
    items = [item for item in read_evidence(every) if item.article == supplied.source.iri]
    covered = coverage(items, supplied.text.characters)
    about = f"the evidence of {len({item.fact for item in items})} facts of {supplied.source.name}"
    return Comparison(
        summary=f"{about} stands in {supplied.text.path}; the quotes cover {covered}",
        findings=(*differences(items, supplied), *misquotes(items, supplied), *overquoted(covered)),
    )


def differences(items: Sequence[Evidence], supplied: Supplied) -> Iterator[str]:
    """Yield both hashes where the text is another one, and every fact whose span is not what it was."""
    text = supplied.text.characters
    found = [
        f"{item}: the text has {text[item.selector.start : item.selector.end]!r} there, another SHA-256"
        for item in items
        if span_sha256(text, item.selector.start, item.selector.end) != item.selector.sha256
    ]
    if not supplied.identical:
        yield (
            f"{supplied.text.path} is not the text that the facts of {supplied.source.name} were read from: "
            f"its SHA-256 is {supplied.text.sha256}, that of the source {supplied.source.sha256}; "
            + (f"facts concerned: {len(found)}" if found else "no fact concerned")
        )
    yield from found


def misquotes(items: Sequence[Evidence], supplied: Supplied) -> Iterator[str]:
    """Yield every fact whose quote does not stand in its span, or holds a whole sentence."""
    text = supplied.text.characters
    whole = [core(text[sentence.start : sentence.end]) for sentence in supplied.source.sentences]
    for item in items:
        if quoted_at(item, text) < 0:
            yield f"{item}: the quote {item.selector.exact!r} does not stand in the span"
        if any(sentence and sentence in item.selector.exact for sentence in whole):
            yield f"{item}: the quote {item.selector.exact!r} is a whole sentence; choose some of its words"


def quoted_at(item: Evidence, text: str) -> int:
    """Return where the quote stands in the text, the first time in its span, or -1."""
    chosen = item.selector
    return text.find(chosen.exact, chosen.start, chosen.end) if chosen.exact and chosen.start >= 0 else -1


def coverage(items: Iterable[Evidence], text: str) -> Coverage:
    """Count the code points of the text that at least one quote repeats."""
    quoted: set[int] = set()
    for item in items:
        start = quoted_at(item, text)
        if start >= 0:
            quoted.update(range(start, start + len(item.selector.exact)))
    return Coverage(len(quoted), len(text))


def overquoted(covered: Coverage) -> Iterator[str]:
    """Yield that the quotes together copy too much."""
    if covered.share > MOST_COVERED:
        yield f"the quotes together cover {covered}; at most {MOST_COVERED:.0%} may be: quote fewer words"
