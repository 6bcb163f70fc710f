"""A text to draft from: its characters, a copy of equal length that patterns are matched on, its sentences.

The copy, the *view*, has a plain space where the text has any white space, and a line feed only where a
paragraph ends, so that the broken lines of a PDF, CRLF and NO-BREAK SPACE do not hinder; offsets are those
of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.skeleton import sentences
from wicara.graph.facts.source import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.facts.skeleton import Span

ALIKE: Final = str.maketrans(
    "\u2019\u2018\u2013\u2014\u2011\u201e\u00ab\u00bb\ufeff", "''---\u201c\u201c\u201d "
)
"""Marks that patterns need not tell apart, each one character for one."""
WHITE: Final = re.compile(r"\s+")
WRAPPED: Final = 120
"""Lines are taken for broken ones where nine of ten are at most this long, in characters."""
SHORT: Final = 0.6
"""A line that is shorter than this share of the longest one ends a paragraph, or is a heading."""
ENDS: Final = ".!?:\"'\u201d)"
"""What a paragraph ends with."""
MARKUP: Final = re.compile(r"[\s\ufeff]*<(?:!doctype|html|head|body|article|div|p|\?xml)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A text as suggestions need it: the characters that spans count, and the view of them."""

    text: str
    view: str
    sentences: tuple[Span, ...]

    @cached_property
    def starts(self) -> list[int]:
        """Where each sentence begins."""
        return [start for start, _ in self.sentences]

    def sentence_at(self, at: int) -> Span:
        """Return the sentence that holds a place, or the last one before it."""
        return self.sentences[max(0, bisect_right(self.starts, at) - 1)]

    def sentences_in(self, start: int, end: int) -> Iterator[Span]:
        """Yield the sentences of a span, the first and the last as far as they are in it."""
        number = max(0, bisect_right(self.starts, start) - 1)
        for first, last in self.sentences[number:]:
            if first >= end:
                break
            if last > start:
                yield max(first, start), min(last, end)

    def paragraph_end(self, at: int) -> int:
        """Return where the paragraph of a place ends."""
        end = self.view.find("\n", at)
        return len(self.view) if end < 0 else end


def read_view(text: str) -> Reading:
    """Return a text with its view and its sentences; raises UnreadableInput where it is empty."""
    if not text.strip():
        raise UnreadableInput("The text is empty: there is nothing to suggest.")
    view = view_of(text)
    return Reading(text, view, tuple(spans(view)))


def view_of(text: str) -> str:
    """Return the view of a text: as long as the text, with its paragraphs told from its broken lines."""
    lines = sorted(len(line) for line in text.splitlines() if line.strip())
    longest = lines[len(lines) * 9 // 10] if len(lines) > 1 else 0
    wrapped = longest if 0 < longest <= WRAPPED else 0

    def white(run: re.Match[str]) -> str:
        length = run.end() - run.start()
        return "\n" + " " * (length - 1) if ends_paragraph(text, run, wrapped) else " " * length

    return WHITE.sub(white, text).translate(ALIKE)


def ends_paragraph(text: str, run: re.Match[str], wrapped: int) -> bool:
    """Tell whether a run of white space ends a paragraph; `wrapped` is the width of broken lines, or 0."""
    feeds = run[0].count("\n") or run[0].count("\r")
    if not feeds or not run.start() or run.end() == len(text):
        return False
    before, after = text[run.start() - 1], text[run.end()]
    if before not in ENDS and (after.islower() or before in ",;-\u00ad"):
        return False
    if feeds > 1 or not wrapped:
        return True
    window = max(0, run.start() - 2 * wrapped)
    line = run.start() - 1 - max(text.rfind(feed, window, run.start()) for feed in "\n\r")
    return line < SHORT * wrapped and not after.islower()


def spans(view: str) -> list[Span]:
    """Return the sentences of a view, none of which goes past its paragraph."""
    found: list[Span] = []
    start = 0
    for paragraph in view.split("\n"):
        found += [(start + first, start + last) for first, last in sentences(paragraph)]
        start += len(paragraph) + 1
    return found


def extracted(text: Text) -> Text:
    """Return the text that a person reads of an HTML page; a plain text as it is.

    Raises UnreadableInput where the page has no text, or where trafilatura, which reads it, is not there.
    """
    if not MARKUP.match(text.characters):
        return text
    try:
        import trafilatura  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise UnreadableInput(
            f"{text.path} is HTML, which needs `pip install 'wicara[draft]'`; or give the plain text."
        ) from error
    found: str | None = trafilatura.extract(text.characters, include_comments=False)
    if not found:
        raise UnreadableInput(f"{text.path}: no text was found in this HTML page. Save its text as a file.")
    return Text(text.path, found, sha256(found.encode()).hexdigest())
