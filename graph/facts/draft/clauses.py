"""A clause cut into the parts that are facts of their own: at commas, and at words that join clauses."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from wicara.graph.facts.draft.words import WORD, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.facts.draft.words import Words
    from wicara.graph.facts.skeleton import Span

MIN_WORDS: Final = 3
"""How many words a piece has at least; what is shorter stays with what stands before it."""
AROUND: Final = 40
"""How many characters around a joint are looked at."""
LISTED: Final = re.compile(r", (?:[^\W\d_a-z][\w.'-]* ?){1,4}$")
"""The member of a list of names that stands before its last one: "Australia, Japan, and India"."""


def pieces(view: str, start: int, end: int, words: Words) -> Iterator[Span]:
    """Yield the parts of a clause; the members of a list of single words stay together."""
    cuts = [
        found.span()
        for found in joints(words.language).finditer(view, start, end)
        if joins_clauses(view, found, words) and not in_brackets(view, start, found.start())
    ]
    bounds: list[list[int]] = []
    at, listed = start, False
    for first, last in (*cuts, (end, end)):
        short = count(view[at:first]) < MIN_WORDS
        if bounds and (short or listed):
            bounds[-1][1] = first
            listed = short and view[first : first + 1] == ","
        elif bounds and count(view[slice(*bounds[-1])]) < MIN_WORDS:
            bounds[-1][1] = first
        else:
            bounds.append([at, first])
        at = last
    for first, last in bounds:
        if first == start and is_introduction(view, first, last, words):
            continue
        span = trimmed(view, first, last, words)
        if count(view[slice(*span)]) >= MIN_WORDS:
            yield span


@cache
def joints(language: str) -> re.Pattern[str]:
    """Return the pattern of what may stand between two parts of a clause."""
    entries = sorted(words_of(language).tables["cut"]["at"], key=len, reverse=True)
    return re.compile("|".join(re.escape(entry).replace("\\ ", " +") for entry in entries))


def joins_clauses(view: str, joint: re.Match[str], words: Words) -> bool:
    """Tell whether a joint stands between two parts rather than two names or two words of one kind."""
    before = words.pattern("last-word").search(view[max(0, joint.start() - AROUND) : joint.start()])
    after = words.pattern("first-word").match(view, joint.end())
    goes_on = joint[0].strip() == "," and words.pattern("continues").match(view, joint.end())
    if goes_on or view.startswith("\u2026", joint.end()):  # what was left out joins nothing
        return False
    if before is None or after is None:
        return True
    if joint[0].startswith((",", ";")):
        if before[0].isdigit() and after[0].isdigit():
            return False  # "July 12, 2016"
        names = before[0][0].isupper() and after[0][0].isupper()
        is_last = LISTED.search(view, max(0, joint.start() - AROUND), joint.start()) is not None
        return not (names and (joint[0].strip() == "," or is_last))
    if joint[0].strip() not in words.listed("cut", "and"):
        return True
    verb = words.pattern("verb-like").match(after[0])
    same_prefix = verb is not None and bool(verb.lastindex) and before[0].startswith(verb[1])
    return verb is not None and not same_prefix


def is_introduction(view: str, start: int, end: int, words: Words) -> bool:
    """Tell whether a piece only says of what the next one speaks: "On trade with Japan, we think …"."""
    tokens = [token[0] for token in WORD.finditer(view, start, end)]
    begins = bool(tokens) and tokens[0].lower() in words.listed("persons", "prepositions")
    verb_like = words.pattern("verb-like")
    return begins and view[end : end + 1] == "," and not any(map(verb_like.match, tokens))


def in_brackets(view: str, start: int, at: int) -> bool:
    """Tell whether a place is in brackets that open behind the start."""
    return view.count("(", start, at) > view.count(")", start, at)


def count(words: str) -> int:
    """Return how many words there are."""
    return len(WORD.findall(words))


def trimmed(view: str, start: int, end: int, words: Words) -> Span:
    """Return a span without the marks and small words at its ends."""
    while (found := words.pattern("leading").match(view, start, end)) and found.end() > start:
        start = found.end()
    tail = words.pattern("trailing").search(view[start:end])
    return start, end - (len(tail[0]) if tail else 0)
