"""What a person begins a new article with: its description, its sentences, and one fact as an example."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, TypeAlias

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.source import ARTICLES, Sentence, Source, language_of
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.turtle import declarations
from wicara.ontology import BASE, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.graph.facts.source import Text

MAX_SHOWN: Final = 3
"""How many words of the beginning and of the end of a sentence the outline shows."""


def slug(name: str) -> str:
    """Return a name as the end of an IRI: small ASCII letters, digits and hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-") or "article"


LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
"""A language tag, as RDF has it."""


def proposal(text: Text, name: str, language: str) -> Source:
    """Return the description of a source that is not known yet, its sentences found by their punctuation.

    Raises UnreadableInput where the language is no language tag.
    """
    if not LANGUAGE.fullmatch(language):
        raise UnreadableInput(f"{language!r} is no language tag. Give one such as id or en.")
    spans = enumerate(sentences(text.characters), 1)
    return Source(
        iri=ARTICLES + name,
        sha256=text.sha256,
        length=len(text.characters),
        language=language,
        publisher="",
        addresses=(),
        sentences=tuple(
            Sentence(f"{PREFIXES['sentence']}{name}-s{number:02}", *span) for number, span in spans
        ),
    )


def source_for(text: Text, name: str | None, known: Iterable[Source]) -> Source:
    """Return the known source that has the text's SHA-256, else a proposal with that name."""
    described = (source for source in known if source.sha256 == text.sha256 and name in {None, source.name})
    return next(described, None) or proposal(text, slug(name or text.path.stem), language_of(text.characters))


def skeleton(source: Source, text: str) -> str:
    """Return a data file to go on from: the source's description, its sentences, one fact as an example."""
    return "".join((*header(source.name), description(source), *outline(source, text), EXAMPLE))


PREFIXES_USED: Final = (
    "article", "basis", "body", "conf", "dcterms", "event", "gran", "kind", "method", "modality", "person",
    "place", "prov", "role", "series", "situation", "skos", "state", "timespan", "wic", "wording", "xsd",
)  # fmt: skip


def header(name: str) -> Iterator[str]:
    """Yield the prefixes that facts need most; `f:` is that of the facts of the article."""
    own = {"f": graph_iri(GraphKind.FACT, name) + "/", "in": f"{BASE}/in#", "p": f"{BASE}/pattern#"}
    yield from declarations(own | {prefix: PREFIXES[prefix] for prefix in PREFIXES_USED})


def description(source: Source) -> str:
    """Return what is known of the text without holding it."""
    spans = " ".join(f"{sentence.start}-{sentence.end}" for sentence in source.sentences)
    issued = f' dcterms:issued "{source.issued}"^^xsd:date ;' if source.issued else ""
    return f"""
# What is known of the text. Correct the labels; say who published it, and where a copy stands.

article:{source.name} a wic:SourceArticle ;
    skos:prefLabel "{source.name}"@en , "{source.name}"@id ;
    dcterms:language "{source.language}" ;{issued}
    # dcterms:publisher body:... ;
    # wic:republishedAt <https://...> ;
    wic:textLength {source.length} ; wic:textSha256 "{source.sha256}" ;
    in:sentences "{spans}" .
"""


def ordinal(sentence: Sentence) -> str:
    """Return what a sentence is called in its article: S01 and so on."""
    return sentence.iri.rpartition("-")[2].upper()


def outline(source: Source, text: str) -> Iterator[str]:
    """Yield how each sentence begins and ends, as comments, so that a person sees where they were cut."""
    yield "\n# Look whether each sentence was cut where it ends, then delete this list: it quotes the text.\n"
    for sentence in source.sentences:
        words = text[sentence.start : sentence.end].split()
        shown = min(MAX_SHOWN, len(words) // 2)
        edges = " ".join((*words[:shown], "...", *words[len(words) - shown :]))
        yield f"# {ordinal(sentence)} [{sentence.start},{sentence.end}) {edges}\n"


EXAMPLE: Final = """
# A fact: its statements in a graph of its own; then what it says in one sentence, and the words of the text.
# `wicara lock` finds the words in the text. What is not said is the default: a reported fact, actual, of high
# confidence, read by a person, in the narration of the article, attributed to it.
#
# f:F001 { event:... wic:heldAt place:... . }
# f:F001 skos:prefLabel "..."@en , "..."@id ; in:quote "..."@id .
#
# Things that the dataset does not know yet:
#
# event:... a wic:Meeting ; skos:prefLabel "..."@en , "..."@id .
"""
"""One fact as a comment: what it states, and on which words it rests."""


# Where the sentences of a text begin and end, by their punctuation: a proposal, as punctuation misleads.

Span: TypeAlias = tuple[int, int]

ABBREVIATIONS: Final = frozenset(
    re.split(
        r"\s+",
        """a.l al art bdk bpk cf dept dit ditjen dkk dr dr.h drs etc fax gen gov h hlm hon inc ir jend jl jln
        jr kab kec kel kol ltd mr mrs ms mt nn no nos para prof rep rp sdr sdri sen sr st tel telp tgl tn ttd
        u.p vol vs yth""",
    )
)
"""What stands before a full stop without ending a sentence, in Indonesian and English, in small letters."""
MONTHS: Final = frozenset(re.split(r"\s+", "jan feb mar apr jun jul aug agu sep sept okt oct nov des dec"))
"""Short names of months, after which a day or a year goes on with the sentence."""
END: Final = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019\u00bb)\]]*(?=\s|[(\[]|$)|\n[^\S\n]*\n")
"""Where a sentence may end: its mark and what closes after it; or an empty line."""
LAST_WORD: Final = re.compile(r"[\w.]*\w(?=\.$)")
OPENING: Final = "\"'\u201c\u2018\u00ab([\u2014\u2013- "


def sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the sentences of a text, without the white space around them."""
    ends = (match.end() for match in END.finditer(text) if ends_sentence(text, match))
    spans: list[Span] = []
    start = 0
    for end in (*ends, len(text)):
        span = stripped(text, start, end)
        if span[0] < span[1]:
            spans.append(span)
        start = end
    return tuple(spans)


def stripped(text: str, start: int, end: int) -> Span:
    """Return a span without the white space at its ends."""
    words = text[start:end]
    return end - len(words.lstrip()), start + len(words.rstrip())


def ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell whether a mark ends a sentence: not after an abbreviation, nor before a small letter."""
    mark = match[0]
    if mark.isspace() or not mark.startswith("."):
        return mark.isspace() or not before_small_letter(text, match.end())
    word = LAST_WORD.search(text[max(0, match.start() - 20) : match.start() + 1])
    is_month = (
        word is not None and word[0].casefold() in MONTHS and text[match.end() :][:3].lstrip()[:1].isdigit()
    )
    abbreviated = word is not None and (is_month or is_abbreviation(word[0]))
    return not (mark == "." and abbreviated) and not before_small_letter(text, match.end())


def is_abbreviation(word: str) -> bool:
    """Tell whether a word before a full stop is an abbreviation: a known one, one letter, or initials."""
    parts = word.split(".")
    return word.casefold() in ABBREVIATIONS or all(len(part) == 1 and part.isalpha() for part in parts)


def before_small_letter(text: str, end: int) -> bool:
    """Tell whether the text goes on with a small letter in the same paragraph."""
    rest = text[end : end + 20]
    following = rest.lstrip()
    if "\n" in rest[: len(rest) - len(following)]:
        return False
    return following.lstrip(OPENING)[:1].islower()
