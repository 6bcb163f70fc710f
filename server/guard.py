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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_NESTING: Final = 100
"""Brackets within brackets. pyoxigraph's parser overflows an 8 MB stack somewhere above 2,000."""

LETTER: Final = r"[A-Za-z0-9_\x80-\U0010ffff]"
ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
ECHAR: Final = r"\\[tbnrf\\\"']|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
LEXICON: Final = re.compile(
    rf"""
      (?P<blank>[ \t\r\n]+|\#[^\r\n]*)
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
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
SERVICE: Final = re.compile("service", re.IGNORECASE)
ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")
"""An IRI that begins so has one reading: a comparison would go on with a name and two divisions."""
BEFORE_GRAPH_NAME: Final = frozenset({"GRAPH", "FROM", "NAMED", "DESCRIBE"})
OPENING: Final = frozenset("([{")
CLOSING: Final = frozenset(")]}")


class Refused(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The query asks for something that this server never does; the text says what."""


@dataclass(frozen=True)
class Token:
    """A token, what it is by the lexicon, and where it ends."""

    kind: str
    text: str
    end: int


def token_at(text: str, position: int) -> Token:
    """Return the token that begins at a position of the text, which is before its end."""
    match = LEXICON.match(text, position)
    if match is None or match.lastgroup is None:
        raise AssertionError("the last alternative of the lexicon matches every character")
    return Token(match.lastgroup, match.group(), match.end())


def tokens(text: str, position: int = 0) -> Iterator[Token]:
    """Yield the tokens of a text from a position on, in its plain reading, without blanks and comments."""
    while position < len(text):
        token = token_at(text, position)
        position = token.end
        if token.kind != "blank":
            yield token


def other_end(token: Token) -> int | None:
    """Return where the token ends in its second reading, or None where it has one reading only."""
    start = token.end - len(token.text)
    if token.kind == "iri" and ("#" in token.text or "\\" in token.text) and not ABSOLUTE.match(token.text):
        return start + 1
    if token.kind == "long" and "\\" in token.text:
        return start + 2
    return None


def calls_service(text: str, token: Token, before: str) -> bool:
    """Tell whether a token can be read as the keyword SERVICE, in part or whole.

    `SERVICE:a {` is a SERVICE clause even where it looks like a prefixed name.
    """
    if token.kind == "word":
        return bool(SERVICE.search(token.text))
    if token.kind != "name" or not SERVICE.search(token.text.partition(":")[0]):
        return False
    follower = next(tokens(text, token.end), None)
    return follower is not None and follower.text == "{" and before not in BEFORE_GRAPH_NAME


def asks_service(text: str) -> bool:
    """Tell whether SERVICE stands in any reading of a query."""
    if not SERVICE.search(text):
        return False
    seen: set[int] = set()
    ahead = [(0, "")]
    while ahead:
        position, before = ahead.pop()
        if position in seen or position >= len(text):
            continue
        seen.add(position)
        token = token_at(text, position)
        if calls_service(text, token, before):
            return True
        ahead.append((token.end, before if token.kind == "blank" else token.text.upper()))
        second = other_end(token)
        if second is not None:
            ahead.append((second, ""))
    return False


def nesting(text: str) -> int:
    """Return how deep brackets stand within brackets."""
    depth = deepest = 0
    for token in tokens(text):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        deepest = max(deepest, depth)
    return deepest


def check(text: str) -> None:
    """Raise Refused where a query asks for SERVICE or is nested deeper than MAX_NESTING."""
    if sum(map(text.count, OPENING)) > MAX_NESTING and nesting(text) > MAX_NESTING:
        raise Refused(f"The query nests brackets more than {MAX_NESTING} deep, which is the limit here.")
    if asks_service(text):
        raise Refused(
            "This server sends no requests to others: SERVICE is switched off. Query the other server itself."
        )
