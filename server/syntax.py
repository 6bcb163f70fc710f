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


def located(text: str, fault: SyntaxError, parse: Callable[[str], object]) -> SyntaxError:
    """Return a fault that the parser found in a text with the line and column of the first token at fault."""
    if POSITION.match(str(fault)) is None:
        return fault
    found = list(guard.tokens(text))
    begins = [token.end - len(token.text) for token in found]
    index = bisect_left(range(len(found)), 1, key=lambda at: not is_beginning(text[: found[at].end], parse))
    if index < len(found):
        return placed(text, begins[index], f"takes no `{found[index].text}` here")
    end = found[-1].end if found else 0
    rest = text[end:].lstrip()
    reason = REASON.search(str(fault))
    return placed(
        text, len(text) - len(rest), f"says: {reason[0].strip()}" if reason else "expects that it goes on"
    )


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
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return SyntaxError(f"error at {line}:{column}: {told}")


def query(text: str, prefixes: dict[str, str]) -> object:
    """Parse a text as a query over nothing."""
    return Store().query(text, prefixes=prefixes, base_iri="x:")


def update(text: str, prefixes: dict[str, str]) -> None:
    """Parse a text as an update of nothing."""
    Store().update(text, prefixes=prefixes, base_iri="x:")
