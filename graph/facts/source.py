"""What is known of each source: publisher, length, SHA-256, where its sentences stand; never its text.

A reader who has a text can supply it: as FILE, known by its SHA-256, or as ID=FILE. The language of a text is
recognized from the text itself (the naive Bayes of langid.py: Lui and Baldwin 2012).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from pyoxigraph import NamedNode
from wicara.graph.errors import UnreadableInput
from wicara.ontology import BASE, PREFIXES, RDF_TYPE, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped] # typed nowhere
    from pyoxigraph import Quad

ARTICLES: Final = f"{BASE}/id/article/"
START: Final = PREFIXES["oa"] + "start"
END: Final = PREFIXES["oa"] + "end"
MIN_PROBABILITY: Final = 0.5
"""The probability from which on a language counts as recognized."""
NONE: Final = "zxx"
"""What the model calls a text that is in no language (ISO 639-2)."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a source: its IRI, and where it stands in the text, in code points, half-open."""

    iri: str
    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """A text that facts were read from: `length` in code points, `sha256` of the UTF-8 file, in hex."""

    iri: str
    sha256: str
    length: int
    language: str
    publisher: str
    addresses: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    title: str = ""
    issued: str = ""
    """The day on which it came out, as xsd:date; empty where that is not known."""
    read_on: str = ""
    """The day on which a copy was read, as xsd:date; empty where the text is quoted."""

    @property
    def name(self) -> str:
        """The end of the IRI, by which commands call the source."""
        return self.iri.removeprefix(ARTICLES)

    @property
    def read(self) -> str:
        """How it was read: `quoted` (at hand), `cited` (in a copy, told in own words), or both."""
        ways = {"quoted": self.sha256, "cited": self.read_on}
        return " and ".join(name for name, known in ways.items() if known)


@dataclass(frozen=True)
class Text:
    """A text at hand: the file's code points, nothing normalised, and the SHA-256 of its bytes."""

    path: Path
    characters: str
    sha256: str


@dataclass(frozen=True)
class Supplied:
    """A text that a reader supplied, and the source that it is compared with."""

    source: Source
    text: Text

    @property
    def identical(self) -> bool:
        """Whether the text is, byte for byte, the one that the facts were read from."""
        return self.text.sha256 == self.source.sha256


def read_sources(quads: Iterable[Quad]) -> tuple[Source, ...]:
    """Return the sources that the quads describe, sorted by IRI."""
    index = by_subject(quads)
    articles = (iri for iri, of_it in index.items() if WIC + "SourceArticle" in of_it.get(RDF_TYPE, ()))
    return tuple(source_of(iri, index) for iri in sorted(articles))


def source_of(iri: str, index: Index) -> Source:
    """Return what is known of one source; what is not known is empty, a length -1."""
    dcterms = PREFIXES["dcterms"]
    return Source(
        iri=iri,
        sha256=first(index, iri, WIC + "textSha256"),
        length=count_of(index, iri, WIC + "textLength"),
        language=first(index, iri, dcterms + "language"),
        publisher=first(index, iri, dcterms + "publisher"),
        addresses=tuple(
            sorted(place for name in ("republishedAt", "readAt") for place in index[iri].get(WIC + name, ()))
        ),
        sentences=sentences_of(iri, index),
        title=first(index, iri, dcterms + "title"),
        issued=first(index, iri, dcterms + "issued"),
        read_on=first(index, iri, WIC + "readOn"),
    )


def sentences_of(article: str, index: Index) -> tuple[Sentence, ...]:
    """Return the sentences of a source in the order of the text."""
    unsorted = (
        Sentence(iri, count_of(index, iri, START), count_of(index, iri, END))
        for iri, of_it in index.items()
        if article in of_it.get(WIC + "sentenceOf", ())
    )
    return tuple(sorted(unsorted, key=lambda sentence: (sentence.start, sentence.iri)))


def read_text(path: Path) -> Text:
    """Return the text of a UTF-8 file, line ends and all as they are; raises UnreadableInput."""
    try:
        content = path.read_bytes()
        return Text(path, content.decode("utf-8"), sha256(content).hexdigest())
    except OSError as error:
        raise UnreadableInput(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{path} is not UTF-8: its byte {error.start} cannot be read") from error


def match_source(argument: str, sources: Sequence[Source]) -> Supplied:
    """Return the text of FILE or ID=FILE with the source that it is compared with.

    FILE is compared with the source of its SHA-256; where none has it and there is one source, with that.
    ID is the IRI of an article or its end. Raises UnreadableInput where it is not clear which is meant.
    """
    for source in sources:
        for name in (source.name, source.iri):
            if argument.startswith(f"{name}="):
                return Supplied(source, read_text(Path(argument.removeprefix(f"{name}="))))
    text = read_named(argument, sources)
    alike = [source for source in sources if source.sha256 == text.sha256]
    candidates = alike or list(sources)
    if len(candidates) == 1:
        return Supplied(candidates[0], text)
    raise UnreadableInput(
        f"{text.path} has the SHA-256 {text.sha256}, which no source has. "
        f"Say which one it should be, as ID=FILE; the IDs are: {known_ids(sources)}"
    )


def read_named(argument: str, sources: Sequence[Source]) -> Text:
    """Return the text of FILE; where it is no file but looks like ID=FILE, say which IDs there are."""
    path = Path(argument)
    name, equals, _ = argument.partition("=")
    if equals and not path.exists():
        raise UnreadableInput(
            f"There is no source {name!r}, and no file {argument!r}. The IDs are: {known_ids(sources)}"
        )
    return read_text(path)


def known_ids(sources: Sequence[Source]) -> str:
    """Return the IDs of the sources for a message."""
    return ", ".join(source.name for source in sources) or "none, as no source is described"


# Statements by subject and predicate, to read things out of quads without a store.


Index: TypeAlias = dict[str, dict[str, list[str]]]
"""Subject, predicate, values: IRIs and lexical forms alike, in the order in which they were stated."""


def by_subject(quads: Iterable[Quad]) -> Index:
    """Return what the quads, in whatever graph, state of each IRI, every statement once."""
    index: Index = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        if isinstance(quad.subject, NamedNode):
            value = getattr(quad.object, "value", str(quad.object))
            values = index[quad.subject.value][quad.predicate.value]
            if value not in values:
                values.append(value)
    return index


def first(index: Index, subject: str, predicate: str) -> str:
    """Return one value of a predicate, or the empty string where there is none."""
    values = index[subject][predicate] if subject in index and predicate in index[subject] else ()
    return values[0] if values else ""


def count_of(index: Index, subject: str, predicate: str) -> int:
    """Return one value of a predicate as a count, or -1 where there is none or it is no count."""
    value = first(index, subject, predicate)
    return int(value) if value.isascii() and value.isdecimal() else -1


@cache
def language_model() -> LanguageIdentifier:
    """Return the model, which takes a moment to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - it is slow to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def language_of(text: str) -> str:
    """Return the language tag of a text, such as `id`; raises UnreadableInput where it is not recognized."""
    tag, probability = language_model().classify(text)
    if tag == NONE or probability < MIN_PROBABILITY:
        raise UnreadableInput(
            "The language of the text is not recognized: give it by --language, as id or en."
        )
    return str(tag)
