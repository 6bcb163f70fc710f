"""Where a text stops being SPARQL: pyoxigraph's parser tells how far it has looked, not where the fault is.

It looks for a keyword by its length, so the place that it tells lies up to 14 characters behind the one where
no token fits. The first token at fault is found by halving: tokens can be the beginning of a text if the
parser, given them, many blanks and a character that fits nowhere, gets as far as that character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from pyoxigraph import Store
from wicara.server import guard

if TYPE_CHECKING:
    from collections.abc import Callable

POSITION: Final = re.compile(r"error at (\d+):(\d+): ?(.*)", re.DOTALL)
REASON: Final = re.compile(r"[A-Z][a-z]+ [A-Za-z][^,\"\[]*")
"""What the parser says in words, among what it expects: that a variable is not bound, for instance."""
NOWHERE: Final = " " * 40 + "\0"
SHOWN: Final = 60
"""How many characters of a token a message shows."""


def located(text: str, fault: SyntaxError, parse: Callable[[str], object]) -> SyntaxError:
    """Return a fault that the parser found in a text with the line and column of the first token at fault."""
    if POSITION.match(str(fault)) is None:
        return fault
    token = first_at_fault(text, parse)
    if token:
        return placed(text, begin(token), f"takes no `{token.text[:SHOWN]}` here")
    ends = [0, *(each.end for each in guard.tokens(text))]
    rest = text[ends[-1] :].lstrip()
    reason = REASON.search(str(fault))
    told = f"says: {reason[0].strip()}" if reason else "expects that it goes on"
    return placed(text, len(text) - len(rest), told)


def first_at_fault(text: str, parse: Callable[[str], object]) -> guard.Token | None:
    """Return the first token that cannot stand where it stands; None where the text may go on as it is."""
    found = list(guard.tokens(text))
    index = bisect_left(range(len(found)), 1, key=lambda at: not is_beginning(text[: found[at].end], parse))
    return found[index] if index < len(found) else None


def begin(token: guard.Token) -> int:
    """Return where a token begins."""
    return token.end - len(token.text)


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Return the line and column of a place, both from 1, in characters."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def is_beginning(text: str, parse: Callable[[str], object]) -> bool:
    """Tell whether a text, which ends with a whole token, may go on; nothing is evaluated."""
    try:
        parse(text + NOWHERE)
    except SyntaxError as fault:
        place = POSITION.match(str(fault))
        lines = text.split("\n")
        return place is not None and (int(place[1]), int(place[2])) >= (
            len(lines),
            len(lines[-1]) + len(NOWHERE),
        )
    raise AssertionError("there is no text that NUL may end")


def placed(text: str, place: int, told: str) -> SyntaxError:
    """Return a fault at a place of a text, as the parser would tell it."""
    line, column = line_and_column(text, place)
    return SyntaxError(f"error at {line}:{column}: {told}")


def query(text: str, prefixes: dict[str, str]) -> object:
    """Parse a text as a query over nothing."""
    return Store().query(text, prefixes=prefixes, base_iri="x:")


def update(text: str, prefixes: dict[str, str]) -> None:
    """Parse a text as an update of nothing."""
    Store().update(text, prefixes=prefixes, base_iri="x:")
