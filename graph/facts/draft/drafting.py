"""A text drafted: all suggestions of all parts, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.draft.claims import Claims
from wicara.graph.facts.draft.dates import dates
from wicara.graph.facts.draft.events import Events
from wicara.graph.facts.draft.figures import figures
from wicara.graph.facts.draft.gazetteer import Gazetteer
from wicara.graph.facts.draft.mentions import Mentions
from wicara.graph.facts.draft.persons import Persons
from wicara.graph.facts.draft.reading import read
from wicara.graph.facts.draft.suggestion import as_trig, in_order
from wicara.graph.facts.draft.words import FUNCTION_WORDS, closest_language, words_of
from wicara.graph.facts.language import language_of
from wicara.graph.facts.skeleton import proposal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyoxigraph import Quad
    from wicara.graph.facts.draft.suggestion import Suggestion
    from wicara.graph.facts.source import Text


@dataclass(frozen=True)
class Draft:
    """What was found in a text: its language, whether that is sure, and the suggestions."""

    language: str
    is_sure: bool
    suggestions: list[Suggestion]


def draft(
    text: str, quads: Iterable[Quad], published: date | None = None, language: str | None = None
) -> Draft:
    """Return the suggestions for a text; `quads` are the data whose things it may name.

    `published` is the day the text is of, `language` one of LANGUAGES, told from the text if it is not given.
    Raises UnreadableInput where the text is empty.
    """
    reading = read(text)
    closest, share = closest_language(reading.view)
    words = words_of(language or closest)
    persons = Persons(reading, words, Gazetteer(quads, words))
    mentions = Mentions(persons)
    claims = Claims(reading, words, mentions)
    found = [*persons.new_roles(), *mentions.states(), *figures(reading, words), *claims.all()]
    found += Events(claims, list(dates(reading, words, published))).all()
    return Draft(words.language, bool(language) or share >= FUNCTION_WORDS, in_order(found))


def drafted_file(
    text: Text, quads: Iterable[Quad], name: str, published: date | None, language: str | None
) -> tuple[str, Draft]:
    """Return the data file of an article with the suggestions for its text, and the draft itself.

    A text in a third language is described as one of that language. Raises UnreadableInput.
    """
    found = draft(text.characters, quads, published, language)
    is_of = language or (found.language if found.is_sure else recognised(text.characters) or found.language)
    source = replace(proposal(text, name, is_of), issued=published.isoformat() if published else "")
    return as_trig(found.suggestions, text.characters, source), found


def recognised(text: str) -> str | None:
    """Return the tag of the language that a text is in; None where none is recognised."""
    try:
        return language_of(text)
    except UnreadableInput:
        return None
