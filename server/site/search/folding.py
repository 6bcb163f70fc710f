"""Text as it is compared: in Latin letters without marks, so that Лавров, Lavrov and LÁVROV are one word."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Collection

    Phrase = tuple[str, ...]

SIGNS: Final = "'`\u00b4\u02bb\u02bc\u2018\u2019\u042a\u042c\u044a\u044c"
"""Apostrophes, and the signs of Cyrillic that are written as ones: within a word they count for nothing."""
WITHOUT: Final = re.compile(rf"['\u2019]s\b|(?<=\w)[{SIGNS}]|[{SIGNS}](?=\w)")
TOKEN: Final = re.compile(r"[a-z0-9]+")
WORD: Final = re.compile(rf"\w[\w\u0300-\u036f{SIGNS}]*")
QUOTED: Final = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')

BEGINNING: Final = 3
"""Letters of a word that finds all that begin with it; a shorter one finds itself."""
BEFORE: Final = 90
"""Characters that are shown before the first word that was found in a longer text, about."""
MAX_SHOWN: Final = 280
"""Characters of a text that are shown."""


class Piece(NamedTuple):
    """A part of a text, and whether it is a word that was searched for."""

    text: str
    found: bool


def fold(text: str) -> str:
    """Return a text in ASCII and lower case, without apostrophes."""
    return anyascii(WITHOUT.sub("", text)).casefold()


def tokens(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return TOKEN.findall(fold(text))


def phrases(query: str) -> list[Phrase]:
    """Return what a query asks for: each word by itself, and what stands in quotation marks together."""
    result: list[Phrase] = []
    for number, part in enumerate(QUOTED.split(query)):
        words = tokens(part)
        result += [tuple(words)] if number % 2 else [(word,) for word in words]
    return [phrase for phrase in dict.fromkeys(result) if phrase]


def begins(word: str, beginnings: Collection[str]) -> bool:
    """Return whether a folded word is one of some, or begins with one that is long enough."""
    return any(word == one or (len(one) >= BEGINNING and word.startswith(one)) for one in beginnings)


def excerpt(text: str, beginnings: Collection[str]) -> list[Piece]:
    """Return a text, or so much of a longer one as shows the first word found, with the words marked."""
    spans = [
        word.span()
        for word in WORD.finditer(text)
        if any(begins(token, beginnings) for token in tokens(word[0]))
    ]
    begin, end = window(text, spans[0][0] if spans else 0)
    marked = [span for span in spans if begin <= span[0] and span[1] <= end]
    edges = [begin, *(edge for span in marked for edge in span), end]
    pieces = [Piece(text[at:to], found=bool(number % 2)) for number, (at, to) in enumerate(pairwise(edges))]
    before, after = (
        Piece("…" if begin else "", found=False),
        Piece("…" if end < len(text) else "", found=False),
    )
    return [piece for piece in (before, *pieces, after) if piece.text]


def window(text: str, first: int) -> tuple[int, int]:
    """Return which part of a text is shown, from and to the end of a word."""
    if len(text) <= MAX_SHOWN:
        return 0, len(text)
    begin = text.find(" ", max(0, first - BEFORE), first) + 1 if first > BEFORE else 0
    begin = begin or max(0, first - BEFORE)
    end = text.rfind(" ", begin, begin + MAX_SHOWN) if begin + MAX_SHOWN < len(text) else len(text)
    return begin, end if end > first else min(len(text), begin + MAX_SHOWN)
