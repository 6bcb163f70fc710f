"""How deep a document nests: deep enough, it overflows the stack or the memory of the engine's parser."""

from __future__ import annotations

import re
from typing import Final

from pyoxigraph import RdfFormat

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
