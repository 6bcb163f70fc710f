"""A text drafted: all suggestions of all parts, in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.draft.claims import Claims
from wicara.graph.facts.draft.dates import dates, figures
from wicara.graph.facts.draft.events import Events
from wicara.graph.facts.draft.mentions import Gazetteer, Mentions
from wicara.graph.facts.draft.persons import Persons
from wicara.graph.facts.draft.reading import read_view
from wicara.graph.facts.draft.suggestion import as_trig, in_text_order
from wicara.graph.facts.draft.words import FUNCTION_WORDS, closest_language, words_of
from wicara.graph.facts.identity import normalise
from wicara.graph.facts.skeleton import proposal
from wicara.graph.facts.source import language_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from pyoxigraph import Quad
    from wicara.graph.facts.draft.suggestion import Suggestion
    from wicara.graph.facts.source import Text


NAMED: Final = ("person", "speaker", "document")
"""The fields whose name the candidates of a suggestion are for."""


@dataclass(frozen=True)
class Draft:
    """What was found in a text: its language, whether that is sure, and the suggestions."""

    language: str
    is_sure: bool
    suggestions: list[Suggestion]

    def without(self, rejected: Collection[tuple[str, str]]) -> Draft:
        """Return the draft without what mentions (see `normalise`) were said not to be, by IRI."""
        return replace(
            self, suggestions=[without_rejected(suggestion, rejected) for suggestion in self.suggestions]
        )


def draft(
    text: str, quads: Iterable[Quad], published: date | None = None, language: str | None = None
) -> Draft:
    """Return the suggestions for a text; `quads` are the data whose things it may name.

    `published` is the day the text is of, `language` one of LANGUAGES, told from the text if it is not given.
    Raises UnreadableInput where the text is empty.
    """
    reading = read_view(text)
    closest, share = closest_language(reading.view)
    words = words_of(language or closest)
    persons = Persons(reading, words, Gazetteer(quads, words))
    mentions = Mentions(persons)
    days = list(dates(reading, words, published))
    claims = Claims(reading, words, mentions, days)
    found = [*persons.new_roles(), *mentions.states(), *figures(reading, words), *claims.all()]
    found += Events(claims, days).all()
    return Draft(words.language, bool(language) or share >= FUNCTION_WORDS, in_text_order(found))


def drafted_file(draft: Draft, text: Text, name: str, published: date | None, language: str | None) -> str:
    """Return the data file of an article with the suggestions for its text; raises UnreadableInput.

    A text in a third language is described as one of that language.
    """
    is_of = language or (draft.language if draft.is_sure else recognised(text.characters) or draft.language)
    source = replace(proposal(text, name, is_of), issued=published.isoformat() if published else "")
    return as_trig(draft.suggestions, text.characters, source)


def without_rejected(suggestion: Suggestion, rejected: Collection[tuple[str, str]]) -> Suggestion:
    """Return a suggestion without the candidates that its mention was said not to be."""
    mention = next((str(suggestion.fields[name]) for name in NAMED if name in suggestion.fields), "")
    candidates = suggestion.fields.get("candidates", ())
    left = [candidate for candidate in candidates if (normalise(mention), candidate["iri"]) not in rejected]
    if len(left) == len(candidates):
        return suggestion
    fields = {name: value for name, value in suggestion.fields.items() if name != "candidates"}
    return replace(suggestion, fields=fields | ({"candidates": left} if left else {}))


def recognised(text: str) -> str | None:
    """Return the tag of the language that a text is in; None where none is recognised."""
    try:
        return language_of(text)
    except UnreadableInput:
        return None
