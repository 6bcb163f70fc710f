"""Patterns that pyoxigraph 0.5 evaluates otherwise than SPARQL 1.1, rewritten into ones that it gets right.

**GRAPH ?g** (SPARQL 1.1 Query, section 18.6): the block is evaluated in each named graph, then joined with
?g. The engine gives ?g to each triple pattern instead. That differs where a solution rests on no triple
(VALUES, another GRAPH), where a sub-select hides ?g, and where the block itself names ?g. The first get a
pattern that binds ?g; the others become a union over the named graphs.

Paths in triples are rewritten by `sparql_paths`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from wicara.graph.sparql_paths import CLOSING, OPENING, Triples, Unsplittable, closing, union
from wicara.graph.sparql_text import LETTER, is_unclear, tokens, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wicara.graph.sparql_text import Token

MAY_DIFFER: Final = re.compile(
    r"graph\s*+(?:\#[^\r\n]*+\s*+)*+[?$]|(?<!\|)\|(?!\|)"
    rf"|(?<!select)(?<!select\s)(?<!distinct\s)(?<!reduced\s)(?<!\()[*?](?!{LETTER})",
    re.IGNORECASE,
)
"""What a text has that may be meant: GRAPH with a variable, an alternative, or a path of length zero."""
LONE_MARK: Final = re.compile(rf"[?](?!{LETTER})")
MAX_DEPTH: Final = 100
"""Groups within groups that are looked into."""
MAX_TEXT: Final = 4_000_000
"""Characters of the union over the named graphs."""


class TooManyGraphs(ValueError):  # noqa: N818 - named for what it tells
    """A block of GRAPH with a variable would have to be written out for more graphs than it can be."""


class Element(NamedTuple):
    """A part of a group: the index after it, and its text where that differs.

    `text` replaces what begins at the index `start`. `rests_on_none`: it needs no triple of the graph.
    `is_triples`: it has triples of the group itself.
    """

    start: int
    after: int
    text: str | None = None
    rests_on_none: bool = False
    is_triples: bool = False


def may_differ(text: str) -> bool:
    """Return whether a text has what may be meant; that most queries have not is seen without MAY_DIFFER."""
    has_mark = "|" in text or "*" in text or LONE_MARK.search(text) or "graph" in text.lower()
    return bool(has_mark) and MAY_DIFFER.search(text) is not None


def mended_query(text: str, start: int, named: Callable[[], Sequence[str]]) -> str:
    """Return a query whose prologue ends at `start`, rewritten; the same text where nothing differs.

    `named` returns the named graphs of its dataset, as SPARQL writes them. Raises TooManyGraphs.
    """
    if not MAY_DIFFER.search(text, start):
        return text
    plain = plain_tokens(text)
    first = next((index for index, token in enumerate(plain) if token.start >= start), len(plain))
    if plain[first : first + 1] and plain[first].text.upper() == "CONSTRUCT":
        first += 1
        if plain[first : first + 1] and plain[first].text == "{":
            first = closing(plain, first) + 1
    return Patterns(text, plain, named).rewritten(first, len(plain))


def mended_where(text: str, start: int, end: int, named: Callable[[], Sequence[str]]) -> str:
    """Return what stands in an update from its keyword WHERE to the end of the block, rewritten.

    `named` returns the named graphs that the operation sees. Raises TooManyGraphs.
    """
    if not MAY_DIFFER.search(text, start, end):
        return text[start:end]
    plain = plain_tokens(text[start:end])
    return Patterns(text[start:end], plain, named).rewritten(0, len(plain))


def plain_tokens(text: str) -> list[Token]:
    """Return the tokens of a text; none where it could be read in two ways."""
    plain: list[Token] = []
    open_marks: list[str] = []
    for token in tokens(text):
        if is_unclear(token, plain[-1] if plain else None, open_marks):
            return []
        turn(open_marks, token.text)
        plain.append(token)
    return plain


class Patterns:
    """The patterns of a text, by its tokens."""

    def __init__(self, text: str, plain: Sequence[Token], named: Callable[[], Sequence[str]]) -> None:
        """Take the text, its tokens, and what returns the named graphs."""
        self.text, self.tokens, self.named = text, plain, named
        self.depth = 0
        self.triples = Triples(text, plain)

    def rewritten(self, first: int, last: int) -> str:
        """Return the text with the groups rewritten that stand among some of its tokens."""
        try:
            return self.with_groups(first, last, 0, len(self.text))
        except (Unsplittable, IndexError):  # the parser tells its fault, if it has one
            return self.text

    def with_groups(self, first: int, last: int, start: int, end: int) -> str:
        """Return the text from `start` to `end`, with the groups among some of its tokens rewritten."""
        parts: list[str] = []
        while first < last:
            element = self.of_select(first)
            if element.text is not None:
                parts += (self.text[start : self.tokens[first].start], element.text)
                start = self.tokens[element.after - 1].end
            first = element.after
        return "".join((*parts, self.text[start:end]))

    def is_word(self, at: int, word: str) -> bool:
        """Tell whether a token begins with a keyword; the parser wants no space after one."""
        return self.tokens[at].kind == "word" and self.tokens[at].text.upper().startswith(word)

    def after_data(self, at: int) -> int:
        """Return the index after the block of VALUES."""
        while self.tokens[at].text != "{":
            at += 1
        return closing(self.tokens, at) + 1

    def of_select(self, at: int) -> Element:
        """Return the part at an index of a SELECT or of an expression: a group, data, or one token."""
        if self.tokens[at].text == "{":
            return self.group(at, None)
        return Element(at, self.after_data(at) if self.is_word(at, "VALUES") else at + 1)

    def group(self, at: int, graph: str | None) -> Element:
        """Return the group that begins at an index; `graph` is the variable of the GRAPH that it is in.

        Raises Unsplittable.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unsplittable
        start, place = at, self.tokens[at].start
        is_select = self.is_word(at + 1, "SELECT")
        elements: list[Element] = []
        parts: list[str] = []
        at += 1
        while self.tokens[at].text != "}":
            element = self.of_select(at) if is_select else self.element(at, graph)
            elements.append(element)
            if element.text is not None:
                parts += [self.text[place : self.tokens[element.start].start], element.text]
                place = self.tokens[element.after - 1].end
            at = element.after
        self.depth -= 1
        text = "".join((*parts, self.text[place : self.tokens[at].end]))
        if graph and any(part.rests_on_none for part in elements) and not elements[0].is_triples:
            text = f"{{ GRAPH {graph} {{}} {text[1:]}"
        return Element(start, at + 1, text if text != self.triples.between(start, at + 1) else None)

    def element(self, at: int, graph: str | None) -> Element:
        """Return the part of a group at an index."""
        word = self.tokens[at].text.upper() if self.tokens[at].kind == "word" else ""
        if word.startswith(("VALUES", "SERVICE")):
            return Element(at, self.after_data(at), rests_on_none=True)
        if self.is_word(at, "GRAPH") and self.tokens[at + 2].text == "{":
            return self.block_of_graph(at)
        if self.tokens[at].text == "{" and self.tokens[at + 1].text != "|":
            return self.group(at, graph)
        if word.startswith(("FILTER", "BIND")):
            while self.tokens[at].text not in OPENING:
                at += 1
            return self.expression(at) if self.tokens[at].text == "(" else Element(at, at)
        if self.tokens[at].text == "." or self.triples.begins_pattern(at):
            return Element(at, at + 1)
        end = self.triples.end(at)
        text, stays = self.triples.rewritten(at, end, graph)
        return Element(at, end, text, is_triples=stays)

    def expression(self, at: int) -> Element:
        """Return a bracketed expression with the groups in it rewritten."""
        end = closing(self.tokens, at)
        text = self.with_groups(at, end, self.tokens[at].start, self.tokens[end].end)
        return Element(at, end + 1, text)

    # GRAPH

    def block_of_graph(self, at: int) -> Element:
        """Return GRAPH with its block; raises TooManyGraphs."""
        variable = self.tokens[at + 1]
        if variable.kind != "variable":
            block = self.group(at + 2, None)
        elif self.is_evaluated_apart(variable.text[1:], at + 2):
            return self.union_of_graphs(at)
        else:
            block = self.group(at + 2, variable.text)
        return block._replace(rests_on_none=True)

    def is_evaluated_apart(self, variable: str, at: int) -> bool:
        """Tell whether a block means something else in each graph than where the variable is one of its own.

        It does with a sub-select; where the variable is in an expression or a group within; and with MINUS
        whose group shares no other variable with what stands before.
        """
        seen: list[set[str]] = [set()]
        brackets = 0
        for index in range(at + 1, closing(self.tokens, at)):
            token = self.tokens[index]
            brackets += (token.text == "(") - (token.text == ")")
            if token.text == "{":
                seen.append(set())
            elif token.text == "}":
                seen.pop()
            elif token.kind == "variable":
                if token.text[1:] == variable and (brackets or len(seen) > 1):
                    return True
                seen[-1].add(token.text[1:])
            elif self.is_word(index, "SELECT") or (
                self.is_word(index, "MINUS") and not self.variables_of(index + 1) & seen[-1] - {variable}
            ):
                return True
        return False

    def variables_of(self, at: int) -> set[str]:
        """Return the variables that stand in a group itself, and not in one within it."""
        variables, depth = set(), 0
        for token in self.tokens[at : closing(self.tokens, at)]:
            depth += (token.text in OPENING) - (token.text in CLOSING)
            if depth == 1 and token.kind == "variable":
                variables.add(token.text[1:])
        return variables

    def union_of_graphs(self, at: int) -> Element:
        """Return a block of GRAPH with a variable as a union over the graphs; raises TooManyGraphs."""
        variable = self.tokens[at + 1].text
        block = self.group(at + 2, None)
        body = block.text or self.triples.between(at + 2, block.after)
        graphs = self.named()
        if len(graphs) * len(body) > MAX_TEXT:
            raise TooManyGraphs(
                f"The block of GRAPH {variable} has a sub-select, or {variable} in an expression: it is "
                f"evaluated graph by graph, and there are {len(graphs)}. Move that out of the block, or name "
                "the graphs in FROM NAMED"
            )
        pieces = cut_at_labels(body)
        blocks = [
            f"{{ VALUES {variable} {{ {graph} }} GRAPH {graph} {f'wicara{number}'.join(pieces)} }}"
            for number, graph in enumerate(graphs)
        ]
        text = union(blocks) if blocks else f"{{ GRAPH {variable} {body} FILTER(false) }}"
        return Element(at, block.after, text, rests_on_none=True)


def cut_at_labels(text: str) -> list[str]:
    """Return a text in pieces that end with the labels of blank nodes: each group needs labels of its own."""
    pieces: list[str] = []
    place = 0
    for token in tokens(text):
        if token.kind == "node":
            pieces.append(text[place : token.end])
            place = token.end
    return [*pieces, text[place:]]
