"""What a query may not do: reach out to another server, or be nested so deep that the parser's stack breaks.

pyoxigraph sends real requests for SERVICE and has no switch against it, so SERVICE is found here, before
the query is parsed. The tokens are those of SPARQL 1.1, section 19.8. pyoxigraph's parser knows no tokens:
it reads characters where the grammar allows them, so the same text can have two readings. `?a<?b#>` is a
comparison and a comment inside an expression, and an IRI elsewhere; a long string with an escape that is
not one is two short strings. The walk below follows every reading that the parser could take, and refuses
the query if SERVICE stands in any of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_NESTING: Final = 100
"""Brackets within brackets. pyoxigraph's parser overflows an 8 MB stack somewhere above 2,000."""

LETTER: Final = r"[A-Za-z0-9_\x80-\U0010ffff]"
ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
ECHAR: Final = r"\\[tbnrf\\\"']|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
LEXICON: Final = re.compile(
    rf"""
      (?P<blank>[ \t\r\n]+)
    | (?P<comment>\#)
    | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
    | (?P<long>\"\"\"(?:\"{{0,2}}(?:[^"\\]|{ECHAR}))*\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|{ECHAR}))*''')
    | (?P<short>"(?:[^"\\\r\n]|{ECHAR})*"|'(?:[^'\\\r\n]|{ECHAR})*')
    | (?P<variable>[?$]{LETTER}+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<node>_:{LETTER}(?:(?:{LETTER}|[.\-])*(?:{LETTER}|-))?)
    | (?P<name>(?:[A-Za-z\x80-\U0010ffff](?:(?:{LETTER}|[.\-])*(?:{LETTER}|-))?)?
        :(?:(?:{LETTER}|:|{ESCAPED})(?:(?:{LETTER}|[.:\-]|{ESCAPED})*(?:{LETTER}|[:\-]|{ESCAPED}))?)?)
    | (?P<number>[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)
    | (?P<word>[A-Za-z](?:{LETTER}|[.\-])*)
    | (?P<mark>[^"'\\`])
    | (?P<nothing>.)
    """,
    re.VERBOSE | re.DOTALL,
)
SERVICE: Final = re.compile("service", re.IGNORECASE)
ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
"""An IRI that begins so has one reading: a comparison would go on with a name and two divisions."""
BEFORE_GRAPH_NAME: Final = frozenset({"GRAPH", "FROM", "NAMED", "DESCRIBE"})
LINE_END: Final = re.compile(r"[\r\n]|\Z")
UNSEEN: Final = frozenset({"blank", "comment"})
OPENING: Final = frozenset("([{")
CLOSING: Final = frozenset(")]}")


class Refused(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The query asks for something that this server never does; the text says what."""


@dataclass(frozen=True)
class Token:
    """A token, what it is by the lexicon, and where it ends. No reading goes on after a `nothing`."""

    kind: str
    text: str
    end: int

    @property
    def other_end(self) -> int | None:
        """Return where the token ends in its second reading, or None where it has one reading only."""
        start = self.end - len(self.text)
        if self.kind == "iri" and re.search(r"[#\\]", self.text) and not ABSOLUTE.match(self.text):
            return start + 1
        if self.kind == "long" and "\\" in self.text:
            return start + 2
        return None


class Reader:
    """A text that is read token by token, each in time that its own length bounds."""

    def __init__(self, text: str) -> None:
        """Find the ends of the lines: comments that begin in one line all end there."""
        self.text = text
        self.line_ends = [match.start() for match in LINE_END.finditer(text)]

    def token_at(self, position: int) -> Token:
        """Return the token that begins at a position, which is before the end of the text."""
        match = LEXICON.match(self.text, position)
        if match is None or match.lastgroup is None:
            raise AssertionError("the last alternative of the lexicon matches every character")
        if match.lastgroup == "comment":
            return Token("comment", "#", self.line_ends[bisect_left(self.line_ends, position)])
        return Token(match.lastgroup, match.group(), match.end())

    def tokens(self, position: int = 0) -> Iterator[Token]:
        """Yield the tokens from a position on in their plain reading, without blanks and comments."""
        while position < len(self.text):
            token = self.token_at(position)
            position = token.end
            if token.kind == "nothing":
                return
            if token.kind not in UNSEEN:
                yield token

    def calls_service(self, token: Token, *, names_graph: bool) -> bool:
        """Tell whether a token can be read as the keyword SERVICE, in part or whole.

        `SERVICE:a {` is a SERVICE clause even where it looks like a prefixed name; not where a graph is due.
        """
        if token.kind == "word":
            return bool(SERVICE.search(token.text))
        if token.kind != "name" or names_graph or not SERVICE.search(token.text.partition(":")[0]):
            return False
        follower = next(self.tokens(token.end), None)
        return follower is not None and follower.text == "{"

    def asks_service(self) -> bool:
        """Tell whether SERVICE stands in any reading of the text."""
        seen: set[tuple[int, bool]] = set()
        ahead = [(0, False)]
        while ahead:
            place = position, names_graph = ahead.pop()
            if place in seen or position >= len(self.text):
                continue
            seen.add(place)
            token = self.token_at(position)
            if self.calls_service(token, names_graph=names_graph):
                return True
            ahead += following(token, names_graph=names_graph)
        return False


def following(token: Token, *, names_graph: bool) -> list[tuple[int, bool]]:
    """Return where reading goes on after a token, and whether the name of a graph is due there."""
    if token.kind == "nothing":
        return []
    due = names_graph if token.kind in UNSEEN else token.text.upper() in BEFORE_GRAPH_NAME
    second = [] if token.other_end is None else [(token.other_end, False)]
    return [(token.end, due), *second]


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in their plain reading, without blanks and comments."""
    return Reader(text).tokens()


def depth(marks: Iterable[str]) -> int:
    """Return how deep brackets stand within brackets."""
    now = deepest = 0
    for mark in marks:
        now += (mark in OPENING) - (mark in CLOSING)
        deepest = max(deepest, now)
    return deepest


def nesting(text: str) -> int:
    """Return how deep brackets nest in a query: all of its brackets where it has a second reading."""
    found = list(tokens(text))
    plain = all(token.other_end is None for token in found)
    return depth(token.text for token in found) if plain else depth(text)


def check(text: str) -> None:
    """Raise Refused where a query asks for SERVICE or is nested deeper than MAX_NESTING."""
    if sum(map(text.count, OPENING)) > MAX_NESTING and nesting(text) > MAX_NESTING:
        raise Refused(f"The query nests brackets more than {MAX_NESTING} deep, which is the limit here.")
    if SERVICE.search(text) and Reader(text).asks_service():
        raise Refused(
            "This server sends no requests to others: SERVICE is switched off. Query the other server itself."
        )
