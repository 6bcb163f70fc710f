"""The texts of sources that an operator has: kept beside the dataset, known by their hash, never exported.

A folder of texts holds files whose names end in `.txt`. A text is that of the source that has its SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.selector import runs
from wicara.graph.facts.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from wicara.graph.facts.source import Source, Text

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
            around = [one for one in self.source.sentences if one.start < end and start < one.end]
            if not around or not place:
                return ()
            first, last = min(around[0].start, start), max(around[-1].end, end)
            quoted = {at for one, other in place for at in range(one, other)}
            for at in range(first, last):
                kind = QUOTE if at in quoted else SPAN if start <= at < end else REST
                marked[at] = max(kind, marked.get(at, REST), key=(REST, SPAN, QUOTE).index)
        pieces = groupby(sorted(marked), key=marked.__getitem__)
        return [("".join(self.characters[at] for at in places), kind) for kind, places in pieces]
