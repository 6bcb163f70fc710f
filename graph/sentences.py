"""Where the sentences of a text begin and end, by their punctuation: a proposal, as punctuation misleads."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

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
END: Final = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019\u00bb)\]]*(?=\s|[(\[]|$)|\n[^\S\n]*\n")
"""Where a sentence may end: its mark and what closes after it; or an empty line."""
LAST_WORD: Final = re.compile(r"[\w.]*\w(?=\.$)")
OPENING: Final = "\"'\u201c\u2018\u00ab([\u2014\u2013- "


def sentences(text: str) -> tuple[Span, ...]:
    """Return the spans of the sentences of a text, without the white space around them."""
    ends = (found.end() for found in END.finditer(text) if ends_sentence(text, found))
    found: list[Span] = []
    start = 0
    for end in (*ends, len(text)):
        span = stripped(text, start, end)
        if span[0] < span[1]:
            found.append(span)
        start = end
    return tuple(found)


def stripped(text: str, start: int, end: int) -> Span:
    """Return a span without the white space at its ends."""
    words = text[start:end]
    return end - len(words.lstrip()), start + len(words.rstrip())


def ends_sentence(text: str, found: re.Match[str]) -> bool:
    """Tell whether a mark ends a sentence: not after an abbreviation, nor before a small letter."""
    mark = found[0]
    if mark.isspace() or not mark.startswith("."):
        return mark.isspace() or not before_small_letter(text, found.end())
    word = LAST_WORD.search(text[max(0, found.start() - 20) : found.start() + 1])
    abbreviated = word is not None and is_abbreviation(word[0])
    return not (mark == "." and abbreviated) and not before_small_letter(text, found.end())


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
