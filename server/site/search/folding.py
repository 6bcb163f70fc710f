"""Text as it is compared: in Latin letters without marks, so that Лавров, Lavrov and LÁVROV are one word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    Phrase = tuple[str, ...]

SIGNS: Final = "'`\u00b4\u02bb\u02bc\u2018\u2019\u042a\u042c\u044a\u044c"
"""Apostrophes, and the signs of Cyrillic that are written as ones: within a word they count for nothing."""
WITHOUT: Final = re.compile(rf"['\u2019]s\b|(?<=\w)[{SIGNS}]|[{SIGNS}](?=\w)")
TOKEN: Final = re.compile(r"[a-z0-9]+")
WORD: Final = re.compile(rf"\w[\w\u0300-\u036f{SIGNS}]*")
QUOTED: Final = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')

BEGINNING: Final = 3
"""Letters of a word that finds all that begin with it; a shorter one finds itself."""
AROUND: Final = 90
"""Characters that are shown before the first word that was found in a longer text, about."""
LONGEST: Final = 280
"""Characters of a text that are shown."""


class Piece(NamedTuple):
    """A part of a text, and whether it is a word that was sought."""

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
    asked: list[Phrase] = []
    end = 0
    for quoted in QUOTED.finditer(query):
        asked += [(token,) for token in tokens(query[end : quoted.start()])]
        asked += [tuple(tokens(quoted[1]))]
        end = quoted.end()
    asked += [(token,) for token in tokens(query[end:])]
    return [phrase for phrase in dict.fromkeys(asked) if phrase]


def begins(word: str, sought: Collection[str]) -> bool:
    """Tell whether a folded word is one that is sought, or begins with one that is long enough."""
    return any(word == one or (len(one) >= BEGINNING and word.startswith(one)) for one in sought)


def found_in(text: str, sought: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield where the words stand in a text that are sought."""
    for word in WORD.finditer(text):
        if any(begins(token, sought) for token in tokens(word[0])):
            yield word.span()


def excerpt(text: str, sought: Collection[str]) -> list[Piece]:
    """Return a text, or so much of a longer one as shows the first word found, with the words marked."""
    places = list(found_in(text, sought))
    begin, end = window(text, places[0][0] if places else 0)
    pieces = [Piece("…", found=False)] if begin else []
    at = begin
    for start, stop in places:
        if begin <= start and stop <= end:
            pieces += [Piece(text[at:start], found=False), Piece(text[start:stop], found=True)]
            at = stop
    pieces += [Piece(text[at:end], found=False)]
    pieces += [Piece("…", found=False)] if end < len(text) else []
    return [piece for piece in pieces if piece.text]


def window(text: str, first: int) -> tuple[int, int]:
    """Return which part of a text is shown, from and to the end of a word."""
    if len(text) <= LONGEST:
        return 0, len(text)
    begin = text.find(" ", max(0, first - AROUND), first) + 1 if first > AROUND else 0
    begin = begin or max(0, first - AROUND)
    end = text.rfind(" ", begin, begin + LONGEST) if begin + LONGEST < len(text) else len(text)
    return begin, end if end > first else min(len(text), begin + LONGEST)
