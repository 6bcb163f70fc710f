"""SPARQL as text: its tokens as pyoxigraph reads them, and the graphs that FROM and USING clauses name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from pyoxigraph import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import NamedNode, QuerySolutions


def class_of(some: str) -> str:
    """Return the class of some ASCII characters and of all others, as a pattern.

    It is told by what it lacks: a range up to U+10FFFF takes `re` a millisecond to compile.
    """
    wanted = re.compile(f"[{some}]")
    return f"[^{''.join(re.escape(sign) for sign in map(chr, range(0x80)) if not wanted.match(sign))}]"


LETTER: Final = class_of("A-Za-z0-9_")
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
IN_LABEL: Final = class_of("A-Za-z0-9_-")
LABEL: Final = rf"{IN_LABEL}*+(?:\.++{IN_LABEL}++)*+"
IN_LOCAL: Final = rf"(?:{class_of('A-Za-z0-9_:%-')}|{ESCAPED})"
LOCAL: Final = rf"{IN_LOCAL}*+(?:\.++{IN_LOCAL}++)?+"
"""The parser takes dots in one place of a local name only."""
BEGINS: Final = class_of("A-Za-z")
IN_WORD: Final = class_of("A-Za-z0-9_.-")
NAME: Final = rf"(?:{BEGINS}{LABEL})?+:{LOCAL}"
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
    | (?P<name>{NAME})
    | (?P<number>{NUMBER})
    | (?P<word>{BEGINS}{IN_WORD}*+)
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
GAP: Final = r"(?:[ \t\r\n]++|\#[^\r\n]*+)*+"
DATASET_CLAUSE: Final = {
    keyword: re.compile(
        rf"(?i:{keyword}){GAP}(?P<all>(?P<named>(?i:NAMED){GAP})?(?P<graph>{IRI}|{NAME}))", re.DOTALL
    )
    for keyword in ("FROM", "USING")
}
"""The parser wants no space after a keyword, so that `FROMNAMED<g>` and `FROMx:g` are clauses as well."""
CODE_POINT: Final = re.compile(r"\\[uU]")
OPENING: Final = frozenset("{(")
ENDS_OPERAND: Final = frozenset(")}]")
QUERY_FORM: Final = re.compile("SELECT|CONSTRUCT|DESCRIBE|ASK", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """A token, what it is by the lexicon, and where it ends. No reading goes on after a `nothing`."""

    kind: str
    text: str
    end: int

    @property
    def start(self) -> int:
        """Return where the token begins."""
        return self.end - len(self.text)

    @property
    def other_end(self) -> int | None:
        """Return where the token ends in its second reading, or None where it has one reading only."""
        if self.kind == "iri" and re.search(r"[#\\']", self.text) and not ABSOLUTE.match(self.text):
            return self.start + 1
        if self.kind == "long" and "\\" in self.text:
            return self.start + 2
        return None


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in their plain reading, without blanks and comments."""
    for match in LEXICON.finditer(text):
        kind = match.lastgroup or ""
        if kind == "nothing":
            return
        if kind not in UNSEEN:
            yield Token(kind, match.group(), match.end())


def turn(open_marks: list[str], mark: str) -> None:
    """Take note of a bracket that opens or closes; a brace closes whatever is open within it."""
    if mark in OPENING:
        open_marks.append(mark)
    elif mark == ")" and open_marks[-1:] == ["("]:
        open_marks.pop()
    elif mark == "}":
        while open_marks and open_marks.pop() != "{":
            pass


def is_unclear(token: Token, before: Token | None, open_marks: Sequence[str]) -> bool:
    """Tell whether the parser could read a token in another way than as it looks (see `guard`).

    What looks like an IRI can be a comparison only inside parentheses, after an operand.
    """
    if token.other_end is None:
        return False
    if token.kind == "long":
        return CODE_POINT.search(token.text) is not None
    after_operand = before is not None and (before.kind != "mark" or before.text in ENDS_OPERAND)
    return after_operand and open_marks[-1:] == ["("]


class DatasetClause(NamedTuple):
    """A FROM or USING clause: whether it has NAMED, the graph as the text writes it, and its place."""

    named: bool
    graph: str
    start: int
    end: int


def dataset_clause(text: str, start: int, keyword: str, prefixes: Iterable[str]) -> DatasetClause | None:
    """Return the clause that begins with `keyword`, FROM or USING, at a place; None where none does.

    `prefixes` are the declared ones: they tell `FROM named:g` from `FROM NAMED :g`.
    """
    match = DATASET_CLAUSE[keyword].match(text, start)
    if match is None:
        return None
    is_name = re.fullmatch(NAME, match["all"]) and match["all"].partition(":")[0] in prefixes
    named = bool(match["named"]) and not is_name
    return DatasetClause(named, match["graph" if named else "all"], start, match.end())


def declared_prefixes(text: str) -> set[str]:
    """Return the prefixes that PREFIX declares in a text."""
    return {
        name.text.partition(":")[0]
        for keyword, name in pairwise(tokens(text))
        if keyword.text.upper() == "PREFIX" and name.kind == "name"
    }


def query_start(text: str) -> re.Match[str] | None:
    """Return where the prologue of a query ends: the match of SELECT, CONSTRUCT, DESCRIBE or ASK."""
    is_prefix = False
    for token in tokens(text):
        form = QUERY_FORM.match(text, token.start)
        if form and token.kind in {"word", "name"} and not is_prefix:
            return form
        is_prefix = token.text.upper() == "PREFIX"
    return None


def from_clauses(text: str, form: re.Match[str], prefixes: Iterable[str]) -> Iterator[DatasetClause]:
    """Yield the FROM clauses of a query: they stand outside brackets, and before WHERE or its block."""
    place, depth, before = form.end(), 0, form.group().upper()
    describes = before == "DESCRIBE"
    while token := LEXICON.match(text, place):
        word, kind = token.group().upper(), token.lastgroup
        is_described = describes and kind == "name" and token.group().partition(":")[0] in prefixes
        clause = None if depth or is_described else dataset_clause(text, place, "FROM", prefixes)
        if clause:
            yield clause
        elif depth == 0 and (word == "WHERE" or (word == "{" and before != "CONSTRUCT")):
            return
        depth += (word in {"{", "("}) - (word in {"}", ")"})
        if kind not in UNSEEN:
            before = word
        place = clause.end if clause else token.end()


def graph_iris(
    prologue: str, graphs: Sequence[str], base: str | None, prefixes: Mapping[str, str]
) -> list[NamedNode]:
    """Return the IRIs of graphs as a text writes them after its prologue.

    The parser resolves them, as it does within the text: prefixes, relative IRIs, BASE after BASE and escapes
    (SPARQL 1.1 Query, sections 4.1 and 19.2). Raises SyntaxError.
    """
    rows = " ".join(f"({index} {graph})" for index, graph in enumerate(graphs))
    query = f"{prologue}\nSELECT ?graph {{ VALUES (?index ?graph) {{ {rows} }} }} ORDER BY ?index"
    solutions = Store().query(query, base_iri=base, prefixes=dict(prefixes))
    return [cast("NamedNode", row["graph"]) for row in cast("QuerySolutions", solutions)]
