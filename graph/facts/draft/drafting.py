"""A text drafted: all suggestions of all parts, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wicara.graph.facts.draft.claims import Claims
from wicara.graph.facts.draft.dates import dates
from wicara.graph.facts.draft.events import Events
from wicara.graph.facts.draft.figures import figures
from wicara.graph.facts.draft.gazetteer import Gazetteer
from wicara.graph.facts.draft.mentions import Mentions
from wicara.graph.facts.draft.persons import Persons
from wicara.graph.facts.draft.reading import read
from wicara.graph.facts.draft.suggestion import in_order
from wicara.graph.facts.draft.words import FUNCTION_WORDS, closest_language, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pyoxigraph import Quad
    from wicara.graph.facts.draft.suggestion import Suggestion


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
