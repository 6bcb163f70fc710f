"""What a person begins a new article with: its description, its sentences, and one fact as an example."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.names import GraphKind, called, graph_iri
from wicara.graph.sentences import sentences
from wicara.graph.sources import ARTICLES, Sentence, Source
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.graph.sources import Text

SHOWN: Final = 3
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
    return next(described, None) or proposal(text, slug(name or text.path.stem), "id")


def skeleton(source: Source, text: str) -> str:
    """Return a data file to go on from: the source's description, its sentences, one fact as an example."""
    described = "".join(described_sentence(source, sentence) for sentence in source.sentences)
    parts = (*header(), description(source), described, "}\n", *outline(source, text), example(source.name))
    return "".join(parts)


PREFIXES_USED: Final = (
    "article", "basis", "body", "conf", "dcterms", "event", "evidence", "gran", "graph", "kind", "method",
    "modality", "oa", "person", "place", "prov", "role", "sentence", "situation", "skos", "state", "timespan",
    "wic", "wording", "xsd",
)  # fmt: skip


def header() -> Iterator[str]:
    """Yield the prefixes that facts need most."""
    for prefix in PREFIXES_USED:
        yield f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n"


def description(source: Source) -> str:
    """Return the beginning of the source's graph: what is known of the text without holding it."""
    return f"""
# What is known of the text. Correct the labels; say who published it, and where a copy stands.
<{graph_iri(GraphKind.SOURCE, source.name)}> {{
    article:{source.name} a wic:SourceArticle ;
        skos:prefLabel "{source.name}"@en , "{source.name}"@id ;
        dcterms:language "{source.language}" ;
        wic:textLength {source.length} ;
        # dcterms:publisher body:... ;
        # wic:republishedAt <https://...> ;
        wic:textSha256 "{source.sha256}" .
"""


def described_sentence(source: Source, sentence: Sentence) -> str:
    """Return a sentence's description: where it stands."""
    return f"""    {called(sentence.iri)} a wic:Sentence ; wic:sentenceOf article:{source.name} ;
        skos:prefLabel "sentence {ordinal(sentence)}"@en , "kalimat {ordinal(sentence)}"@id ;
        oa:start {sentence.start} ; oa:end {sentence.end} .
"""


def ordinal(sentence: Sentence) -> str:
    """Return what a sentence is called in its article: S01 and so on."""
    return sentence.iri.rpartition("-")[2].upper()


def outline(source: Source, text: str) -> Iterator[str]:
    """Yield how each sentence begins and ends, as comments, so that a person sees where they were cut."""
    yield "\n# Look whether each sentence was cut where it ends, then delete this list: it quotes the text.\n"
    for sentence in source.sentences:
        words = text[sentence.start : sentence.end].split()
        shown = min(SHOWN, len(words) // 2)
        edges = " ".join((*words[:shown], "...", *words[len(words) - shown :]))
        yield f"# {ordinal(sentence)} [{sentence.start},{sentence.end}) {edges}\n"


def example(name: str) -> str:
    """Return one fact as a comment: what it states, where from, and on which words it rests."""
    fact = f"<{graph_iri(GraphKind.FACT, name, 'F001')}>"
    block = f"""
A fact: its statements in a graph of its own, then in graph:prov what is known of it. Uncomment it, and
put in what `wicara quote` prints. Things that the dataset does not know yet get their class and labels in
entities*.ttl beside this file.

{fact} {{
    event:... wic:heldAt place:... .
}}
graph:prov {{
    {fact} a wic:FactGraph ;
        wic:factIdentifier "F001" ; wic:factOf article:{name} ;
        skos:prefLabel "..."@en , "..."@id ;
        wic:factKind kind:reported-fact ; wic:modality modality:actual ; wic:confidence conf:high ;
        wic:method method:manual ; wic:wording wording:narration ;
        wic:attributedTo article:{name} ; wic:attributionBasis basis:narration ;
        wic:evidence evidence:{name}-f001 ; prov:hadPrimarySource article:{name} .
}}
"""
    return "".join(f"# {line}".rstrip() + "\n" if line else "#\n" for line in block.split("\n")[1:-1]).join(
        ("\n", "")
    )
