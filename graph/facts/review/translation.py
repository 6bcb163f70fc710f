"""The name of something new in the other language, made of names that the dataset has in both.

A name has words of a type, of one thing that is known, of an ordinal and a year; one with others is given by
a person.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wicara.graph.facts.review.record import TABLE
from wicara.graph.terms import read_term, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.facts.review.things import Things

ASIDE: Final = re.compile(r"\s*\([^()]*\)")
YEAR: Final = re.compile(r"(19|20)\d\d")
LAST: Final = {1: "st", 2: "nd", 3: "rd"}
TEENS: Final = range(11, 14)
SMALL: Final = frozenset({"of", "and", "the", "on", "for"})


def translated(name: str, language: str, classes: Iterable[str], things: Things) -> str:
    """Return a name of a text in another language than its own; empty where some of its words are not known.

    `language` is that of the name, `classes` are those that the thing may have, as prefixed names.
    """
    table = TABLE["translated"][language]
    words = ASIDE.sub("", name).split()
    types = {text_of(read_term(name)) for name in classes}
    known = {things.name(iri, language): things.name(iri, table["into"]) for iri in types}
    known |= {short: known.get(whole) for short, whole in table["short"].items()}
    heads = {tuple(text.split()): other for text, other in known.items() if text and other}
    head = max((kind for kind in heads if begins_with(words, kind, things)), key=len, default=None)
    if head is None:
        return ""
    ordinals: list[str] = []
    years: list[str] = []
    rest: list[str] = []
    for word in words[len(head) :]:
        number = re.fullmatch(table["ordinal"], word, re.IGNORECASE)
        if number:
            ordinals.append(english_ordinal(int(number[1])))
        else:
            (years if YEAR.fullmatch(word) else rest).append(word)
    of = known_name(" ".join(rest), table["into"], things)
    if max(len(ordinals), len(years)) > 1 or (rest and not of):
        return ""
    kind = " ".join(word if word in SMALL else word.capitalize() for word in heads[head].split())
    return " ".join([*ordinals, *([of] if of else []), kind, *years])


def begins_with(words: list[str], head: tuple[str, ...], things: Things) -> bool:
    """Tell whether words begin with those of a type."""
    return [things.fold(word) for word in words[: len(head)]] == [things.fold(word) for word in head]


def known_name(words: str, language: str, things: Things) -> str:
    """Return what is known by some words, or by their parts at a hyphen, in a language; else nothing."""
    names = {things.name(label.iri, language) for label in things.labels.get(things.fold(words), ())}
    if len(names) == 1 and (name := names.pop()):
        return name
    parts = [known_name(part, language, things) for part in words.split("-")] if "-" in words else []
    return "-".join(parts) if all(parts) else ""


def english_ordinal(number: int) -> str:
    """Return an English ordinal in figures."""
    return f"{number}{'th' if number % 100 in TEENS else LAST.get(number % 10, 'th')}"
