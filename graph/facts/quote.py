"""Words of a text that a fact is to rest on: where they stand, what hinders quoting them, their selector."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.evidence import OMITTED
from wicara.graph.facts.selector import MOST_WORDS, core, runs, selector, word_count
from wicara.graph.facts.skeleton import ordinal
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.turtle import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wicara.graph.facts.selector import Selector
    from wicara.graph.facts.skeleton import Span
    from wicara.graph.facts.source import Sentence, Source

FACT: Final = re.compile(r"[A-Z][0-9]+")
"""The identifier of a fact in its article."""
LOOKALIKE: Final = 0.6
"""How alike words must be to be proposed as those that were meant, 0 to 1."""


class Unquotable(UnreadableInput):
    """The words cannot be quoted as they were given; the text says what to give instead."""


@dataclass(frozen=True)
class Quotation:
    """Words of a source with their place: the span that a fact rests on, and the sentence it stands in."""

    source: Source
    sentence: Sentence
    selector: Selector


def quote(
    source: Source, text: str, words: str, span: Span | None = None, occurrence: int | None = None
) -> Quotation:
    """Return the place of some words: the only one, or the one of that number (from 1), inside `span`.

    The words may leave some out (`OMITTED`). `span` is what the fact rests on where that is more than the
    words. Raises Unquotable with what to give.
    """
    check_length(words)
    start, end = span or (0, len(text))
    if not 0 <= start < end <= len(text):
        raise Unquotable(f"There is no span [{start},{end}) in a text of {len(text)} characters.")
    places = [(place[0][0], place[-1][1]) for place in runs(words, text, start, end)]
    at = chosen_place(text, words, places, occurrence)
    sentence = sentence_at(source, at[0])
    if core(words) == core(text[sentence.start : sentence.end]):
        raise Unquotable("These words are a whole sentence. Choose some of them that identify the fact.")
    return Quotation(source, sentence, selector(text, *(span or at), words))


def read_span(span: str | None) -> Span | None:
    """Return START:END as two numbers; raises Unquotable where it is something else."""
    if span is None:
        return None
    match = re.fullmatch(r"([0-9]+):([0-9]+)", span)
    if not match:
        raise Unquotable(f"The span {span!r} is not START:END, two counts of characters such as 120:164.")
    return int(match[1]), int(match[2])


def check_length(words: str) -> None:
    """Raise Unquotable where there are no words, or too many to quote."""
    if not words.strip():
        raise Unquotable("There are no words to quote.")
    if word_count(words) > MOST_WORDS:
        raise Unquotable(
            f"These are {word_count(words)} words, and a quote has at most {MOST_WORDS}. Choose some that "
            "identify the fact; --span START:END names all the text that the fact rests on."
        )


def chosen_place(text: str, words: str, places: Sequence[Span], occurrence: int | None) -> Span:
    """Return the one place that is meant; raises Unquotable where there is none, or more and no choice."""
    if not places:
        raise Unquotable(not_found(text, words.split(OMITTED)))
    if occurrence is None and len(places) == 1:
        return places[0]
    if occurrence is not None and 1 <= occurrence <= len(places):
        return places[occurrence - 1]
    listed = "".join(f"\n  {number}: {in_context(text, *at)}" for number, at in enumerate(places, 1))
    raise Unquotable(
        f"The words stand there {len(places)} times. Choose one with --occurrence N or in:span:{listed}"
    )


def in_context(text: str, start: int, end: int) -> str:
    """Return the words of a place with what stands around them, on one line."""
    around = f"{text[max(0, start - 20) : start]}[{text[start:end]}]{text[end : end + 20]}"
    return f"[{start},{end}) ...{' '.join(around.split())}..."


def sentence_at(source: Source, at: int) -> Sentence:
    """Return the sentence that a place is in; raises Unquotable where it is in none."""
    for sentence in source.sentences:
        if sentence.start <= at < sentence.end:
            return sentence
    raise Unquotable(
        f"The character {at} is in none of the sentences of {source.name}. Correct their offsets."
    )


def not_found(text: str, parts: Sequence[str]) -> str:
    """Return that words are not in the text, and where the most alike are, with the first difference.

    `parts` are the words of a quote between those that it leaves out; the first that is missing is named.
    """
    words = next((part for part in parts if part not in text), None)
    if words is None:
        return f"The words stand there, but not in this order: {' then '.join(map(repr, parts))}."
    alike, start, end = most_alike(text, words)
    if alike < LOOKALIKE:
        return (
            "The words are not in the text, nor any like them. Copy them from it; capitals and accents count."
        )
    unlike = first_difference(words, text[start:end])
    return f"The words are not in the text. Most alike are, at [{start},{end}), {unlike}"


def most_alike(text: str, words: str) -> tuple[float, int, int]:
    """Return how alike, and where, the most alike run of as many words is."""
    tokens = [match.span() for match in re.finditer(r"\S+", text)]
    length = max(1, len(words.split()))
    matcher = SequenceMatcher(b=words, autojunk=False)
    best = (0.0, 0, 0)
    for first, last in zip(tokens, tokens[length - 1 :], strict=False):
        matcher.set_seq1(text[first[0] : last[1]])
        if matcher.real_quick_ratio() > best[0] and matcher.quick_ratio() > best[0]:
            best = max(best, (matcher.ratio(), first[0], last[1]))
    return best


def first_difference(given: str, there: str) -> str:
    """Return the first difference between the words that were given and those in the text."""
    at = next((at for at, (own, other) in enumerate(zip(given, there, strict=False)) if own != other), None)
    if at is None:
        return f"{there!r}"
    return f"{there!r}; its character {at + 1} is {char_name(there[at])}, and you gave {char_name(given[at])}"


def char_name(character: str) -> str:
    """Return a character with its Unicode name."""
    return f"{unicodedata.name(character, 'a control character')} (U+{ord(character):04X})"


def quote_line(quotation: Quotation, fact: str) -> str:
    """Return the words of a fact as its data file has them; raises Unquotable."""
    if not FACT.fullmatch(fact):
        raise Unquotable(f"A fact is called by a letter and digits, such as F001, not {fact!r}.")
    source, sentence, words = quotation.source, quotation.sentence, quotation.selector
    return f"""\
# in sentence {ordinal(sentence)} [{sentence.start},{sentence.end})
<{graph_iri(GraphKind.FACT, source.name, fact)}>
    in:quote {quoted(words.exact)}@{source.language or "und"} ; in:span "{words.start}-{words.end}" .
"""
