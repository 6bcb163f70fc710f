"""The words that facts rest on: selectors, and what holds between them and the text (Web Annotation).

Positions count the Unicode code points of the stored file, half-open, nothing normalised. A span's SHA-256 is
that of the UTF-8 bytes of its characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.errors import UnreadableInput
from wicara.graph.evidence import OMITTED
from wicara.graph.facts.source import (
    END,
    START,
    by_subject,
    count_of,
    first,
    match_source,
    read_sources,
    read_text,
)
from wicara.graph.names import PREF_LABEL, iri_name
from wicara.ontology import PREFIXES, RDF_TYPE, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyoxigraph import Quad
    from wicara.graph.facts.skeleton import Span
    from wicara.graph.facts.source import Index, Source, Supplied, Text

OA: Final = PREFIXES["oa"]
MOST_WORDS: Final = 12
"""A quote identifies a fact; it does not copy the text."""
MOST_COVERED: Final = 0.5
"""The share of a text that all quotes together may cover."""
SHARED: Final = 5
"""Letters in a row that make two words one, whatever stands before and behind them."""
WORD: Final = re.compile(r"\w+")
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
    return tuple(evidence_item(fact, item, index) for fact, item in items)


def unnamed(items: Iterable[Evidence], quads: Iterable[Quad], language: str) -> list[str]:
    """Return the facts of whose quotes none shares a word with the label in the language of the text.

    What no quote names, a reader has to take from the span. Facts without such a label are left out.
    """
    labels = {
        quad.subject.value: quad.object.value
        for quad in quads
        if quad.predicate == PREF_LABEL
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
        and quad.object.language == language
    }
    quoted: dict[str, set[str]] = {}
    for item in items:
        if item.fact in labels:
            quoted.setdefault(item.fact, set()).update(parts(item.selector.exact))
    return [iri_name(fact) for fact, words in sorted(quoted.items()) if not words & parts(labels[fact])]


def parts(words: str) -> set[str]:
    """Return what words are compared by: numbers, abbreviations, `SHARED` letters in a row of other words."""
    listed = WORD.findall(words)
    whole = {word for word in listed if word.isdecimal() or word.isupper() or len(word) == SHARED - 1}
    runs = (word.casefold()[at : at + SHARED] for word in listed for at in range(len(word) - SHARED + 1))
    return whole | set(runs)


def evidence_item(fact: str, item: str, index: Index) -> Evidence:
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
            start=count_of(index, position, START),
            end=count_of(index, position, END),
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
    facts = {item.fact for item in items}
    naming = f"{len(facts) - len(nameless)} share a word with the sentence of their fact"
    if nameless:
        naming += f", not those of {', '.join(name.rpartition('/')[2] for name in nameless)}"
    about = f"the evidence of {len(facts)} facts of {supplied.source.name}"
    findings = [*text_differences(items, supplied), *misquotes(items, supplied)]
    if covered.share > MOST_COVERED:
        findings.append(
            f"the quotes together cover {covered}; at most {MOST_COVERED:.0%} may be: quote fewer words"
        )
    summary = f"{about} stands in {supplied.text.path}; the quotes cover {covered}; {naming}"
    return Comparison(summary, tuple(findings))


def text_differences(items: Sequence[Evidence], supplied: Supplied) -> Iterator[str]:
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


# Texts that an operator has: files of a folder whose names end in `.txt`, known by their SHA-256.


FOLDER: Final = "texts"
"""The folder of texts in a folder of builds."""
QUOTE, SPAN, REST = "quote", "span", ""
"""What a piece of a passage is: the words that a fact quotes, the rest of its span, or of the sentence."""


def source_of_text(text: Text, sources: Iterable[Source]) -> Source:
    """Return the source that was read from a text; raises UnreadableInput where none has its SHA-256."""
    for source in sources:
        if source.sha256 == text.sha256:
            return source
    raise UnreadableInput(
        f"{text.path} has the SHA-256 {text.sha256}, which no source of the dataset has. "
        "`wicara sources` lists those it has; `wicara article` begins one."
    )


def read_texts(folder: Path | None) -> dict[str, str]:
    """Return the texts of a folder by their SHA-256; raises UnreadableInput for one that is not UTF-8."""
    files = sorted(folder.glob("*.txt")) if folder else ()
    return {text.sha256: text.characters for text in map(read_text, files)}


@dataclass(frozen=True)
class TextAtHand:
    """A source with its text."""

    source: Source
    characters: str

    def passage(self, spans: Iterable[tuple[int, int, str]]) -> Sequence[tuple[str, str]]:
        """Return the sentences around spans as pieces of text, each with QUOTE, SPAN or REST; else nothing.

        A span has its start and end in code points, half-open, and the words that are quoted from it.
        """
        marked: dict[int, str] = {}
        for start, end, exact in spans:
            place = next(runs(exact, self.characters, start, end), [])
            around = [s for s in self.source.sentences if s.start < end and start < s.end]
            if not around or not place:
                return ()
            first, last = min(around[0].start, start), max(around[-1].end, end)
            quoted = {at for one, other in place for at in range(one, other)}
            for at in range(first, last):
                kind = QUOTE if at in quoted else SPAN if start <= at < end else REST
                marked[at] = max(kind, marked.get(at, REST), key=(REST, SPAN, QUOTE).index)
        pieces = groupby(sorted(marked), key=marked.__getitem__)
        return [("".join(self.characters[at] for at in places), kind) for kind, places in pieces]
