"""The operations of an update request (SPARQL 1.1 Update, grammar rules 29 to 50), found by their tokens.

Only what stands outside braces is looked at: keywords, the graphs that they name, and where a block begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from wicara.graph.sparql_text import dataset_clause
from wicara.server import guard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wicara.graph.sparql_text import DatasetClause
    from wicara.server.guard import Token

KEYWORD: Final = re.compile("with|insert|delete|load|clear|drop|create|add|move|copy", re.IGNORECASE)
"""How the first token of an operation begins, after its prologue."""
DATASET_CLAUSE: Final = re.compile("with|using", re.IGNORECASE)
CODE_POINT: Final = re.compile(r"\\[uU]")
OPENING: Final = frozenset("{(")
ENDS_OPERAND: Final = frozenset(")}]")


class Unclear(Exception):  # noqa: N818 - what the answer is, not a fault of ours
    """The update cannot be rewritten for certain; the text says why."""


class Using(NamedTuple):
    """The USING clauses of an operation: where they begin and end, and the graphs as they are written."""

    start: int
    end: int
    default: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True)
class Operation:
    """An operation: the tokens of its prologue, and its own outside braces, with the outer braces."""

    prologue: tuple[Token, ...]
    tokens: tuple[Token, ...]

    @property
    def start(self) -> int:
        """Return where the operation begins, after its prologue."""
        return start(self.tokens[0]) if self.tokens else self.end

    @property
    def end(self) -> int:
        """Return where the operation ends."""
        return (self.tokens or self.prologue)[-1].end

    @property
    def name(self) -> str:
        """Return its first keywords in upper case, as `INSERT DATA`, `DELETE` or `CLEAR ALL`."""
        words: list[str] = []
        for token in self.tokens:
            if token.kind != "word":
                break
            words.append(token.text.upper())
        return " ".join(words)

    @property
    def block(self) -> tuple[int, int]:
        """Return where its last block begins, and where it ends."""
        return max((start(each) for each in self.tokens if each.text == "{"), default=self.end), self.end

    @property
    def where(self) -> int | None:
        """Return where the keyword WHERE begins; None for an operation without."""
        words = (each for each in self.tokens if each.kind == "word")
        ends = (each.end for each in words if each.text.upper().endswith("WHERE"))
        return next((end - len("WHERE") for end in ends), None)

    @property
    def names_dataset(self) -> bool:
        """Tell whether it has WITH or USING; a prefix that is spelled so comes after a keyword."""
        pairs = zip((None, *self.tokens), self.tokens, strict=False)
        return any(
            token.kind in {"word", "name"} and DATASET_CLAUSE.match(token.text)
            for before, token in pairs
            if before is None or before.kind != "word"
        )

    def using(self, text: str, prefixes: Iterable[str]) -> Using | None:
        """Return its USING clauses in the text; None where it has none. `prefixes` are the declared ones."""
        clauses: list[DatasetClause] = []
        for token in self.tokens:
            if not clauses or start(token) >= clauses[-1].end:
                clause = dataset_clause(text, start(token), "USING", prefixes)
                clauses += [clause] if clause else []
        if not clauses:
            return None
        default = tuple(clause.graph for clause in clauses if not clause.named)
        named = tuple(clause.graph for clause in clauses if clause.named)
        return Using(clauses[0].start, clauses[-1].end, default, named)


def start(token: Token) -> int:
    """Return where a token begins."""
    return token.end - len(token.text)


def operations(text: str) -> list[Operation]:
    """Return the operations of a request; raises Unclear for a text that could be read in two ways."""
    parts: list[list[Token]] = [[]]
    for token in outside(text):
        if token.text == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    return [operation_of(part) for part in parts if part]


def operation_of(tokens: Sequence[Token]) -> Operation:
    """Return the operation of tokens: the prologue goes up to the first keyword of an operation."""
    for index, token in enumerate(tokens):
        is_prefix = index > 0 and tokens[index - 1].text.upper() == "PREFIX"
        if KEYWORD.match(token.text) and not is_prefix:
            return Operation(tuple(tokens[:index]), tuple(tokens[index:]))
    return Operation(tuple(tokens), ())


def outside(text: str) -> Iterator[Token]:
    """Yield the tokens outside braces, and the outer braces; raises Unclear."""
    open_marks: list[str] = []
    before: Token | None = None
    for token in guard.tokens(text):
        if is_unclear(token, before, open_marks):
            raise Unclear(f"{token.text} can be read in two ways here: write it in full.")
        was_outside = not open_marks
        turn(open_marks, token.text)
        if was_outside or not open_marks:
            yield token
        before = token


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
