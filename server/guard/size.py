"""How deep a text is nested and how many patterns it has, and whether that is too much.

**Nesting.** The parser overflows an 8 MB stack at some 1,000 brackets within brackets. An operator, and a
clause beside others, makes the tree of a query one deeper as well (a chain of 2,500 kills the process): ten
of them count as one bracket. The parser reads the arguments of some functions twice, after `!` too, and the
planner visits sub-selects and the steps of a path twice: each of them doubles the time, so they count more.

**Patterns.** Joins are planned in more than cubic time. On an empty store, in seconds of computing:

| triple patterns            | 25    | 50   | 75   | 100  | 150  | 200  |
|----------------------------|-------|------|------|------|------|------|
| without a common variable  | 0.001 | 0.01 | 0.03 | 0.06 | 0.2  | 0.5  |
| all of one subject         | 0.003 | 0.05 | 0.26 | 0.9  | 4.6  | 19   |

The default of 100 so means: a query is planned for about a second at most. They are counted from
above, one for each object, step of a path, GRAPH and VALUES and two for each member of a list; data and
templates are no patterns. Nesting and patterns are measured in the plain reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING, Final

from wicara.graph.sparql_text import BEGINS, IRI, LABEL, LANGUAGE, LETTER, LOCAL, LONG, NUMBER, SHORT
from wicara.server.guard.refused import Refused
from wicara.server.settings import limits as table_of_limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.server.settings import Limits


OPTIONS: Final = {each.name: each.option for each in table_of_limits()}
DOUBLED: Final = 8
"""How many brackets one counts as whose content is read, or planned, twice."""
STEP: Final = 6
"""Likewise a step of a path that has alternatives or stands in brackets."""
CHAIN: Final = 10
"""How many operators and keywords count as one bracket."""
READ_TWICE: Final = frozenset({"REGEX", "SUBSTR", "REPLACE", "GROUP_CONCAT"})
TERMS: Final = frozenset({"TRUE", "FALSE"})
"""Words that stand where a term does."""
SKELETON: Final = re.compile(
    rf"""
      \#[^\r\n]*+
    | {LANGUAGE}
    | \^\^
    | (?=([<"'?$_:0-9A-Za-z\x80-\U0010ffff]))
      (?: {IRI} | {"|".join((*LONG, *SHORT))} | [?$]{LETTER}++ | (?:_|{BEGINS}{LABEL})?+:{LOCAL} | {NUMBER} )
    | ({BEGINS}{LABEL})
    | (?:\\.)++
    """,
    re.VERBOSE | re.DOTALL,
)
"""What a text is split at so that each term is one sign, and words and brackets are as they were."""
INSIDE: Final = r"(?:[^{}|]++|\{\||\|\}?+)*+"
DATA: Final = re.compile(
    rf"(?i:insert|delete|construct)\s*+(?:(?i:data)\s*+)?+\{{(?!\|){INSIDE}(?:\{{{INSIDE}\}}{INSIDE})*+\}}"
    rf"|(?P<values>(?i:values)\s*+(?:[?$]|\([^()]*+\)))\s*+\{{{INSIDE}\}}"
)
"""Data and templates: what they hold is neither joined nor computed."""
TERM: Final = r"(?:[?$:\"'_0-9\x80-\U0010ffff]|(?<![A-Za-z0-9_])[A-Za-z](?![A-Za-z0-9_])|<(?!<))"
WORD: Final = r"(?P<word>[A-Za-z][A-Za-z0-9_]++)"
BRACKET: Final = r"(?P<opening>[(\[{])|(?P<closing>[)\]}])"
IN_EXPRESSION: Final = re.compile(rf"{WORD}|{BRACKET}|(?P<operator>&&|\|\||[-+*/!])")
IN_HEAD: Final = re.compile(
    rf"(?P<term>{TERM}(?:[\s,.]*+{TERM})*+)|{WORD}|{BRACKET}|(?P<operator>[-+*/!|&])|(?P<end>;[;\s]*+)"
)
IN_PATTERN: Final = re.compile(
    rf"(?P<term>(?:{TERM}|\[\s*+\]|\(\s*+\))(?:[\s,]*+{TERM})*+)"
    rf"|{WORD}|(?P<empty>(?:\{{\s*+\}}\s*+)++)|(?P<reified><<\(?|\{{\|)|\|\}}|\)>>|{BRACKET}|(?P<dot>\.[.\s]*+)"
    r"|(?P<next>;[;\s]*+|,)|(?P<step>[/^~|])|(?P<operator>[-+*!])"
)
BRACKETS: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
NO_BRACKET: Final = re.compile(r"[^()\[\]{}]++")
REPEATED: Final = re.compile(rf"\)\s*+(?:[*+#]|\?(?!{LETTER}))")
ALTERNATIVE: Final = re.compile(rb"(?<!\|)\|(?!\|)")
"""What makes a path of several steps more than a row of patterns."""
NO_MARK: Final = bytes(set(range(256)) - set(b".;,|^~/()[]{}"))
MAY_OPEN_LIST: Final = re.compile(r"\((?! ?(?:[0-9]*[A-Za-z_]{2,}[\s({!&|=,]|[(&=]))")
"""In a text that is read backwards: a bracket that stands after no keyword."""


class Kind(Enum):
    """What stands within brackets, or outside all of them."""

    HEAD = auto()
    """What a query asks for, and how its solutions are grouped and ordered."""
    PATTERN = auto()
    """A group, or what is said of a blank node."""
    LIST = auto()
    """A collection, or a part of a path."""
    EXPRESSION = auto()


PARTS: Final = {
    Kind.HEAD: IN_HEAD,
    Kind.PATTERN: IN_PATTERN,
    Kind.LIST: IN_PATTERN,
    Kind.EXPRESSION: IN_EXPRESSION,
}
"""What matters there."""


@dataclass(slots=True)
class Frame:
    """A pair of brackets that is not closed yet, and how many brackets it counts as."""

    kind: Kind
    weight: int = 0
    fresh: bool = False
    """Whether the next term begins a triple."""
    steps: int = 0
    branches: bool = False
    """How many steps the path has that stands there, and whether it has alternatives."""


class Size:
    """How deep a text is nested and how many patterns it has, by the parts that were taken in so far."""

    def __init__(self) -> None:
        """Begin outside all brackets."""
        self.frames = [Frame(Kind.HEAD)]
        self.patterns = self.operators = self.depth = self.deepest = 0
        self.word_before = ""
        self.negates = False

    @property
    def frame(self) -> Frame:
        """Return the innermost pair of brackets; outside of all the one that the text begins with."""
        return self.frames[-1]

    @property
    def nesting(self) -> int:
        """Return how deep the text is nested, in brackets."""
        return self.deepest + self.operators // CHAIN

    def weigh(self, weight: int) -> None:
        """Count what stands within the innermost brackets as deeper."""
        self.frame.weight += weight
        self.depth += weight
        self.deepest = max(self.deepest, self.depth)

    def term(self, text: str) -> None:
        """Take in terms, with commas between them."""
        frame = self.frame
        if frame.kind is Kind.LIST:
            self.patterns += 2 * members(text)
        elif frame.kind is Kind.HEAD:
            self.operators += (self.word_before == "DESCRIBE") * members(text)
        elif self.word_before in {"FILTER", "VALUES"}:
            return
        else:
            self.patterns += frame.fresh + text.count(",")
            frame.fresh = False
        self.word_before = ""

    def word(self, text: str) -> None:
        """Take in a keyword, or a word that is a term."""
        word = text.upper()
        if word in TERMS:
            self.term("?")
            return
        self.word_before = word
        self.operators += 1
        self.patterns += word == "VALUES"
        self.frame.fresh = True
        if word == "SELECT" and self.frame.kind is Kind.PATTERN:
            self.frame.kind = Kind.HEAD
            self.weigh(DOUBLED - 1)

    def opening(self, text: str) -> None:
        """Take in an opening bracket."""
        around, kind = self.frame, self.kind_of(text)
        self.operators += around.kind is Kind.HEAD
        if text == "[" or kind is Kind.LIST:
            self.patterns += (text == "[") + (2 if around.kind is Kind.LIST else around.fresh)
            around.fresh = False
        self.frames.append(Frame(kind, fresh=text == "{"))
        self.weigh(DOUBLED if self.negates or self.word_before in READ_TWICE else 1)
        self.word_before, self.negates = "", False

    def kind_of(self, text: str) -> Kind:
        """Return what an opening bracket opens."""
        if text != "(":
            return Kind.PATTERN
        is_expression = self.word_before or self.frame.kind in {Kind.HEAD, Kind.EXPRESSION}
        return Kind.EXPRESSION if is_expression else Kind.LIST

    def closing(self, text: str) -> None:
        """Take in a closing bracket; one that none has opened is the last thing that is read of a text."""
        closed = self.frames.pop()
        self.depth -= closed.weight
        self.word_before, self.negates = "", False
        if self.frames and (text == "}" or closed.kind is Kind.EXPRESSION):
            self.frame.fresh = True

    def empty(self, _text: str) -> None:
        """Take in groups without anything in them."""
        self.word_before = ""
        self.frame.fresh = True

    def reified(self, _text: str) -> None:
        """Take in the beginning of a triple within a triple, or of what is said of one."""
        self.patterns += 2

    def end(self, _text: str) -> None:
        """Take in the end of an operation: the next one is planned for itself."""
        if len(self.frames) == 1:
            self.patterns = self.operators = 0

    def dot(self, _text: str) -> None:
        """Take in the end of a triple."""
        self.frame.fresh, self.frame.steps, self.frame.branches = True, 0, False

    def next(self, _text: str) -> None:
        """Take in what comes before another object or predicate."""
        self.patterns += 1
        self.frame.steps, self.frame.branches = 0, False

    def step(self, text: str) -> None:
        """Take in what stands between the steps of a path, or before one."""
        frame = self.frame
        self.patterns += frame.kind is Kind.PATTERN
        frame.steps += text == "/"
        frame.branches = frame.branches or text == "|"
        if frame.kind is Kind.LIST:
            self.weigh(STEP * (text == "/"))
        elif frame.branches:
            self.deepest = max(self.deepest, self.depth + STEP * frame.steps)

    def operator(self, text: str) -> None:
        """Take in an operator of an expression, or what repeats or negates a step."""
        self.operators += 1
        self.negates = text == "!"


def members(text: str) -> int:
    """Return how many terms stand in a row."""
    return len("".join(text.split()).replace(",", ""))


def is_small(text: str, limits: Limits) -> bool:
    """Tell at a glance, where that is possible, that a text is within the limits of nesting and patterns."""
    marks = text.encode(errors="replace").translate(None, NO_MARK)
    opened = marks.count(b"(") + marks.count(b"{") + marks.count(b"[") + text.count("<<")
    nested = DOUBLED * opened + len(text) // CHAIN
    if b"/" in marks and (ALTERNATIVE.search(marks) or REPEATED.search(text)):
        nested += STEP * marks.count(b"/")
    if nested > (limits.max_nesting or inf):
        return False
    if len(marks) + 2 * opened > (limits.max_patterns or inf):
        return False
    return b"(" not in marks or not limits.max_patterns or not MAY_OPEN_LIST.search(text[::-1])


def check_size(text: str, limits: Limits) -> None:
    """Raise Refused where a text is nested too deep or has too many triple patterns."""
    nested_most, patterns_most = limits.max_nesting or inf, limits.max_patterns or inf
    skeleton = " ".join(filter(None, SKELETON.split(text)))
    if depth(skeleton) > nested_most:
        raise too_deep(limits)
    for size in sizes(DATA.sub(keyword_of_data, skeleton)):
        if size.patterns > patterns_most:
            raise too_many(limits)
        if size.nesting > nested_most:
            raise too_deep(limits)


def depth(skeleton: str) -> int:
    """Return how deep brackets stand within brackets."""
    brackets = NO_BRACKET.sub("", skeleton.replace("<<", "(").replace(">>", ")"))
    return max(accumulate(map(BRACKETS.__getitem__, brackets)), default=0)


def keyword_of_data(match: re.Match[str]) -> str:
    """Return what counts of a block of data or a template."""
    return match["values"] or ""


def sizes(skeleton: str) -> Iterator[Size]:
    """Yield the size of a text again and again while it is read, part by part."""
    size, position = Size(), 0
    while size.frames and (part := PARTS[size.frame.kind].search(skeleton, position)):
        position = part.end()
        if part.lastgroup:
            getattr(size, part.lastgroup)(part.group())
            yield size


def too_deep(limits: Limits) -> Refused:
    """Return the refusal of a text that is nested too deep."""
    return Refused(
        f"This is nested deeper than {limits.max_nesting} brackets, the limit of `wicara serve "
        f"{OPTIONS['max_nesting']}`. {CHAIN} operators or clauses count as one bracket; a sub-select, and "
        f"a bracket after `!`, REGEX, SUBSTR, REPLACE or GROUP_CONCAT, as {DOUBLED}; a step of a path with "
        f"alternatives or in brackets as {STEP}.",
        HTTPStatus.BAD_REQUEST,
    )


def too_many(limits: Limits) -> Refused:
    """Return the refusal of a text with too many triple patterns."""
    return Refused(
        f"This has more than {limits.max_patterns} triple patterns, the limit of `wicara serve "
        f"{OPTIONS['max_patterns']}`. Each step of a path counts, and so do GRAPH and VALUES.",
        HTTPStatus.BAD_REQUEST,
    )
