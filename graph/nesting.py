"""How deep a document or query nests: deep enough, it overflows the stack or the memory of the engine.

A query overflows an 8 MB stack at some 1,000 brackets within brackets. An operator, and a clause beside
others, makes its tree one deeper as well: a chain of 6,000 can end the process, and so can 3,000 triples of
one pattern.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from pyoxigraph import RdfFormat
from wicara.graph.errors import UnreadableInput
from wicara.graph.sparql_text import (
    BEGINS,
    IRI,
    LABEL,
    LANGUAGE,
    LETTER,
    LOCAL,
    LONG,
    NUMBER,
    SHORT,
    class_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

MAX_NESTING: Final = 500
"""How deep a document may nest that a command reads."""
MAX_QUERY_NESTING: Final = 200
"""How deep a query may nest that a command answers."""
PART: Final = 1 << 20
"""How many bytes of a file are looked through at a time."""
MAX_TRIPLES: Final = 2_000
"""How many triples a pattern of a query may have, and how many terms a query may describe."""
TRIPLE_TERMS: Final = re.compile(
    rb"""
      \"\"\"(?:[^"\\]|\\.|"(?!""))*+(?:\"\"\")?|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?
    | "(?:[^"\\\r\n]|\\.)*+"?|'(?:[^'\\\r\n]|\\.)*+'?
    | <(?!<)[^<>\x00-\x20]*+>
    | \#[^\r\n]*+
    | (?P<open><<\()|(?P<close>\)>>)
    """,
    re.VERBOSE | re.DOTALL,
)
"""Triple terms of Turtle and N-Triples 1.2, beside what may hold the same characters."""
JSON: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
"""Objects and arrays, beside strings."""
CHAIN: Final = 10
"""How many operators and keywords count as one bracket."""
BEGINS_TERM: Final = class_of("<\"'?$_:0-9A-Za-z")
SKELETON: Final = re.compile(
    rf"""
      \#[^\r\n]*+
    | {LANGUAGE}
    | \^\^
    | (?=({BEGINS_TERM}))
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
    rf"|(?i:values)\s*+(?:[?$]|\([^()]*+\))\s*+\{{{INSIDE}\}}"
)
"""Data and templates: what they hold makes no tree deeper."""
DESCRIBED: Final = re.compile(r"(?i:describe)\b((?:\s++\S(?!\S))++)")
LINK: Final = re.compile(r"[A-Za-z]{2,}+|&&|\|\||[-+*/!|^]|(?P<next>;)|(?P<open>[{(\[])|(?P<close>[})\]])")
MARK: Final = re.compile(
    r"(?P<call>[A-Za-z]{2,}+\s*+\()|(?P<open>[{(\[])|(?P<close>[})\]])|(?P<end>[.;,])|(?<!\S)(?P<term>\S)(?!\S)"
)
BRACKETS: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
NO_BRACKET: Final = re.compile(r"[^()\[\]{}]++")


@contextmanager
def too_deep_is_unreadable() -> Iterator[None]:
    """Raise UnreadableInput where class expressions nest too deep for what goes through them."""
    try:
        yield
    except RecursionError as fault:
        raise UnreadableInput("a class expression is nested more deeply than can be read") from fault


def nests_beyond(document: bytes, form: RdfFormat, limit: int) -> bool:
    """Tell whether triple terms, or objects and arrays of JSON-LD, nest more than `limit` deep."""
    marks, openings = (JSON, (b"{", b"[")) if form == RdfFormat.JSON_LD else (TRIPLE_TERMS, (b"<<(",))
    if sum(map(document.count, openings)) <= limit:
        return False
    depth = 0
    for mark in marks.finditer(document):
        depth += (mark["open"] is not None) - (mark["close"] is not None)
        if depth > limit:
            return True
    return False


def file_nests_beyond(file: IO[bytes], form: RdfFormat, limit: int) -> bool:
    """Tell the same of what is left of a file; one with few triple terms or none is read in parts."""
    if form == RdfFormat.JSON_LD:
        return nests_beyond(file.read(), form, limit)
    start, opened, rest = file.tell(), 0, b""
    while opened <= limit and (part := file.read(PART)):
        opened += (rest + part).count(b"<<(")
        rest = part[-2:]
    file.seek(start)
    return opened > limit and nests_beyond(file.read(), form, limit)


def text_nests_beyond(text: str, limit: int) -> bool:
    """Tell whether a query or update nests more than `limit` brackets deep."""
    opened = text.count("(") + text.count("{") + text.count("[") + text.count("<<")
    return opened + len(text) // CHAIN > limit and nesting(text) > limit


def has_too_many_triples(text: str) -> bool:
    """Tell whether a pattern has more triples, or DESCRIBE more terms, than the engine bears."""
    return len(text) > 2 * MAX_TRIPLES and triples(text) > MAX_TRIPLES


def triples(text: str) -> int:
    """Return how many triples the longest pattern of a text has; a group or a member of a list is one.

    So is each term that is described: the engine makes a union of them.
    """
    skeleton = skeleton_of(text)
    longest = max((len(terms.split()) for terms in DESCRIBED.findall(skeleton)), default=0)
    counts, around = [0], [""]
    for mark in MARK.finditer(DATA.sub(" ", skeleton)):
        if mark["open"] or mark["call"]:
            around.append(
                "call" if mark["call"] or (around[-1] == "call" and mark["open"] == "(") else mark[0]
            )
            if mark["open"] == "{":
                counts.append(0)
        elif mark["close"]:
            if around.pop() == "{":
                longest = max(longest, counts.pop())
                counts[-1] += 1
            if not around:  # no query: more is closed than opened
                break
        elif (around[-1] in {"{", "["} and mark["end"]) or (around[-1] == "(" and mark["term"]):
            counts[-1] += 1
    return longest


def skeleton_of(text: str) -> str:
    """Return a text with one sign in place of each term."""
    return " ".join(filter(None, SKELETON.split(text))).replace("<<", "(").replace(">>", ")")


def nesting(text: str) -> int:
    """Return how deep a text is nested: brackets within brackets, and its longest chain of clauses."""
    skeleton = skeleton_of(text)
    deepest = max(accumulate(map(BRACKETS.__getitem__, NO_BRACKET.sub("", skeleton))), default=0)
    chain = longest = depth = 0
    for link in LINK.finditer(DATA.sub(lambda data: " values " if data[0][0] in "vV" else " ", skeleton)):
        if link["open"]:
            depth += 1
        elif link["close"]:
            depth -= 1
        elif not link["next"]:
            chain += 1
            longest = max(longest, chain)
        elif depth <= 0:  # the next operation is a tree of its own
            chain = 0
    return deepest + longest // CHAIN
