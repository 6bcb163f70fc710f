"""Triples whose paths pyoxigraph 0.5 evaluates otherwise than SPARQL 1.1, as unions that it gets right.

An alternative is a union (SPARQL 1.1 Query, section 18.5), of which the engine gives each solution once. A
path of length zero begins at a term, be it in the graph or not: where no triple has it, a union adds it.

Left as they are, since their parts cannot stand in groups of their own: paths within brackets, lists and
annotations, and those at a labelled blank node.
"""

from __future__ import annotations

import re
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wicara.graph.sparql_text import Token

BEGINS_PATTERN: Final = re.compile(
    r"(?:filter|optional|minus|graph|service|bind|values|union|lateral)", re.IGNORECASE
)
OPENING: Final = frozenset("([{")
CLOSING: Final = frozenset(")]}")
MAX_BRANCHES: Final = 256
"""Alternatives of one path that are written out; more are left to the engine."""


class Unsplittable(Exception):  # noqa: N818 - what a text is, not a fault
    """A part of a text is not of the plain form in which it can be taken apart."""


class Branch(NamedTuple):
    """A path without an alternative at its outside: whether it may have the length zero, and is a sequence.

    The middle of a sequence is a variable: it is a node of the graph, unless both ends are the same term.
    """

    path: str
    may_be_empty: bool = False
    is_sequence: bool = False

    def begins_outside(self, subject: str, target: str) -> bool:
        """Tell whether it leads from a term that no triple may have to the same."""
        is_fixed = (is_constant(subject), is_constant(target))
        return self.may_be_empty and (all(is_fixed) if self.is_sequence else any(is_fixed))


class Triples:
    """The triples of a text, by its tokens."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        """Take the text and its tokens."""
        self.text, self.tokens = text, tokens
        self.labelled: set[str] = set()

    def between(self, start: int, end: int) -> str:
        """Return the text of tokens from an index up to another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""

    def begins_pattern(self, at: int) -> bool:
        """Tell whether a token is the keyword of a pattern other than triples."""
        return self.tokens[at].kind == "word" and BEGINS_PATTERN.match(self.tokens[at].text) is not None

    def end(self, at: int) -> int:
        """Return the index where triples that begin at an index end."""
        depth = 0
        while True:
            mark = self.tokens[at].text
            is_end = mark in {"{", "}"} or self.begins_pattern(at)
            if depth == 0 and is_end and (mark != "{" or self.tokens[at + 1].text != "|"):
                return at
            depth += (mark in OPENING) - (mark in CLOSING)
            at += 1

    def rewritten(self, start: int, end: int, graph: str | None) -> tuple[str | None, bool]:
        """Return triples as other text, None where that is the same, and whether triples are in it.

        `graph` is the variable of the block of GRAPH that they are in.
        """
        try:
            text, has_triples, differs = self.split(start, end, graph)
        except (Unsplittable, IndexError):
            return None, True
        return (text, has_triples) if differs else (None, True)

    def split(self, start: int, end: int, graph: str | None) -> tuple[str, bool, bool]:
        """Return triples as other text, whether triples are in it, and whether it differs.

        Raises Unsplittable where they are not plain.
        """
        triples: list[str] = []
        unions: list[str] = []
        at = start
        while at < end:
            subject, at = self.term(at)
            pairs: list[tuple[str, str]] = []
            moved: list[str] = []
            while at < end and self.tokens[at].text != ".":
                begin = at + (self.tokens[at].text in {";", ","})
                if self.tokens[at].text != ",":
                    if self.tokens[begin].text in {";", "."} or begin == end:
                        at = begin
                        continue
                    verb, branches, begin = self.verb(begin)
                target, at = self.term(begin)
                if self.needs_union(subject, branches, target):
                    moved.append(self.as_union(subject, branches, target, graph))
                else:
                    pairs.append((verb, target))
            if moved and subject.startswith(("[", "(")) and len(moved) + len(pairs) > 1:
                raise Unsplittable
            if pairs or not moved:
                triples.append(f"{subject} {' ; '.join(map(' '.join, pairs))}")
            unions += moved
            at += 1
        return " ".join((" . ".join(triples), *unions)).lstrip(), bool(triples), bool(unions)

    def term(self, at: int) -> tuple[str, int]:
        """Return a term and the index after it; raises Unsplittable for what is none, or not plain."""
        token = self.tokens[at]
        end = at + 1
        if token.text in {"[", "("}:
            end = closing(self.tokens, at) + 1
        elif token.text in {"+", "-"} and self.tokens[end].kind == "number":
            end += 1
        elif token.kind in {"short", "long"}:
            if self.tokens[end].kind == "language":
                end += 1
            elif self.tokens[end].text == "^":
                end += 3
        elif token.kind not in {"iri", "name", "variable", "number", "node", "word"}:
            raise Unsplittable
        term = self.between(at, end)
        if any(part.kind == "node" for part in self.tokens[at:end]):
            self.labelled.add(term)
        return term, end

    def verb(self, at: int) -> tuple[str, list[Branch], int]:
        """Return a verb, the branches of the path that it is, and the index after it; raises Unsplittable."""
        if self.tokens[at].kind == "variable":
            return self.tokens[at].text, [Branch(self.tokens[at].text)], at + 1
        branches, end = self.alternatives(at)
        return self.between(at, end), branches, end

    def alternatives(self, at: int) -> tuple[list[Branch], int]:
        """Return the branches of PathAlternative (rule 89), and the index after it."""
        branches, at = self.sequence(at)
        while self.tokens[at].text == "|":
            more, at = self.sequence(at + 1)
            check_branches(len(branches) + len(more))
            branches += more
        return branches, at

    def sequence(self, at: int) -> tuple[list[Branch], int]:
        """Return the branches of PathSequence (rule 90), and the index after it."""
        steps, at = self.step(at)
        while self.tokens[at].text == "/":
            more, at = self.step(at + 1)
            check_branches(len(steps) * len(more))
            steps = [
                Branch(
                    f"{first.path}/{second.path}",
                    first.may_be_empty and second.may_be_empty,
                    is_sequence=True,
                )
                for first, second in product(steps, more)
            ]
        return steps, at

    def step(self, at: int) -> tuple[list[Branch], int]:
        """Return the branches of PathEltOrInverse (rule 92), and the index after it."""
        if self.tokens[at].text == "^":
            inner, at = self.step(at + 1)
            return [branch._replace(path=f"^({branch.path})") for branch in inner], at
        start = at
        if self.tokens[at].text == "(":
            check_branches(closing(self.tokens, at) - at)
            branches, at = self.alternatives(at + 1)
            if self.tokens[at].text != ")":
                raise Unsplittable
            branches = [branch._replace(path=f"({branch.path})") for branch in branches]
        elif self.tokens[at].text == "!":
            return self.negated(at + 1)
        elif self.tokens[at].kind in {"iri", "name"} or self.tokens[at].text == "a":
            branches = [Branch(self.tokens[at].text)]
        else:
            raise Unsplittable
        at += 1
        mark = self.tokens[at].text
        is_sign = (
            mark == "+"
            and self.tokens[at + 1].kind == "number"
            and (self.tokens[at].end == self.tokens[at + 1].start)
        )
        if mark in {"*", "?", "+"} and not is_sign:
            empty = mark != "+" or any(branch.may_be_empty for branch in branches)
            return [Branch(self.between(start, at + 1), empty)], at + 1
        return branches, at

    def negated(self, at: int) -> tuple[list[Branch], int]:
        """Return the branches of PathNegatedPropertySet (rule 95): those that go on, and that go back."""
        if self.tokens[at].text != "(":
            end = at + 1 + (self.tokens[at].text == "^")
            return [Branch(f"!{self.between(at, end)}")], end
        end = closing(self.tokens, at)
        forward: list[str] = []
        inverse: list[str] = []
        for before, token in pairwise(self.tokens[at:end]):
            if token.kind != "mark":
                (inverse if before.text == "^" else forward).append(token.text)
        ways = ("|".join(forward), "|".join(f"^{iri}" for iri in inverse))
        branches = [Branch(f"!({way})") for way in ways if way]
        return branches or [Branch("!()")], end + 1

    def needs_union(self, subject: str, branches: Sequence[Branch], target: str) -> bool:
        """Tell whether the engine evaluates a triple with a path otherwise."""
        differs = len(branches) > 1 or branches[0].begins_outside(subject, target)
        if differs and not self.labelled.isdisjoint((subject, target)):
            raise Unsplittable
        return differs

    def as_union(self, subject: str, branches: Sequence[Branch], target: str, graph: str | None) -> str:
        """Return a triple with a path as the union of its branches, and of the terms no triple has."""
        patterns = []
        in_graph = f"GRAPH {graph} {{}} " if graph else ""
        for branch in branches:
            pattern = f"{{ {subject} {branch.path} {target} }}"
            patterns.append(pattern)
            if not branch.begins_outside(subject, target):
                continue
            if is_constant(subject) and is_constant(target):
                patterns.append(
                    f"{{ {in_graph}FILTER(sameTerm({subject}, {target}) && NOT EXISTS {pattern}) }}"
                )
                continue
            term, variable = (subject, target) if is_constant(subject) else (target, subject)
            if variable.startswith(("?", "$")):
                values = f"VALUES {variable} {{ {term} }}"
                patterns.append(f"{{ {in_graph}{values} FILTER NOT EXISTS {pattern} }}")
        return union(patterns)


def closing(tokens: Sequence[Token], at: int) -> int:
    """Return the index of the bracket that closes the one at an index; raises Unsplittable for none."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += (tokens[index].text in OPENING) - (tokens[index].text in CLOSING)
        if depth == 0:
            return index
    raise Unsplittable


def check_branches(branches: int) -> None:
    """Raise Unsplittable for too many branches."""
    if branches > MAX_BRANCHES:
        raise Unsplittable


def is_constant(term: str) -> bool:
    """Tell whether a term is an IRI or a literal."""
    return not term.startswith(("?", "$", "_:", "[", "("))


def union(groups: Sequence[str]) -> str:
    """Return the union of groups, as a balanced tree: the engine needs quadratic time for a deep one."""
    if len(groups) == 1:
        return groups[0]
    middle = len(groups) // 2
    return f"{{ {union(groups[:middle])} UNION {union(groups[middle:])} }}"
