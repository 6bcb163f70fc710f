"""The tokens of SPARQL, as pyoxigraph reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTER: Final = r"[A-Za-z0-9_\x80-\U0010ffff]"
ESCAPED: Final = r"\\[_~.\-!$&'()*+,;=/?#@%]"
ECHAR: Final = r"\\[tbnrf\\\"']|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
IN_IRI: Final = r"[^<>\"{}|^`\x00-\x20]"
IRI: Final = rf"<{IN_IRI}*+>"
LONG: Final = (
    rf"\"\"\"(?:[^\"\\]++|\"{{0,2}}+(?:[^\"\\]|{ECHAR}))*+\"\"\"",
    rf"'''(?:[^'\\]++|'{{0,2}}+(?:[^'\\]|{ECHAR}))*+'''",
)
SHORT: Final = (rf"\"(?:[^\"\\\r\n]++|{ECHAR})*+\"", rf"'(?:[^'\\\r\n]++|{ECHAR})*+'")
LANGUAGE: Final = r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+"
LABEL: Final = rf"(?:{LETTER}|-)*+(?:\.++(?:{LETTER}|-)++)*+"
LOCAL: Final = rf"(?:{LETTER}|[:\-%]|{ESCAPED})*+(?:\.++(?:{LETTER}|[:\-%]|{ESCAPED})++)?+"
"""The parser takes dots in one place of a local name only."""
BEGINS: Final = r"[A-Za-z\x80-\U0010ffff]"
EXPONENT: Final = r"[eE][+-]?[0-9]++"
NUMBER: Final = rf"[0-9]++\.[0-9]*+{EXPONENT}|[0-9]*+\.[0-9]++(?:{EXPONENT})?+|[0-9]++(?:{EXPONENT})?+"

LEXICON: Final = re.compile(
    rf"""
      (?P<blank>[ \t\r\n]++)
    | (?P<comment>\#[^\r\n]*+)
    | (?P<iri>{IRI})
    | (?P<long>{"|".join(LONG)})
    | (?P<short>{"|".join(SHORT)})
    | (?P<variable>[?$]{LETTER}++)
    | (?P<language>{LANGUAGE})
    | (?P<node>_:{LETTER}{LABEL})
    | (?P<name>(?:{BEGINS}{LABEL})?+:{LOCAL})
    | (?P<number>{NUMBER})
    | (?P<word>{BEGINS}(?:{LETTER}|[.\-])*+)
    | (?P<mark>[^"'\\`])
    | (?P<nothing>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""The tokens of SPARQL 1.1 (section 19.8), as pyoxigraph reads them."""
SCHEME: Final = r"[A-Za-z][A-Za-z0-9+.\-]*+"
ABSOLUTE: Final = re.compile(rf"<{SCHEME}://")
"""An IRI that begins so has one reading: a comparison would go on with a name and two divisions."""
UNSEEN: Final = frozenset({"blank", "comment"})


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
        if self.kind == "iri" and re.search(r"[#\\']", self.text) and not ABSOLUTE.match(self.text):
            return start + 1
        if self.kind == "long" and "\\" in self.text:
            return start + 2
        return None


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in their plain reading, without blanks and comments."""
    for match in LEXICON.finditer(text):
        kind = match.lastgroup or ""
        if kind == "nothing":
            return
        if kind not in UNSEEN:
            yield Token(kind, match.group(), match.end())
