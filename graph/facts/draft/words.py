"""The words and patterns of a language, from its `.toml` beside this file; which language a text is in."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import simplemma
from babel import Locale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LANGUAGES: Final = ("en", "id")
WORD: Final = re.compile(r"[^\W\d_][\w'-]*")
FUNCTION_WORDS: Final = 0.14
"""The share of function words below which a text is in none of the languages."""
LOOKED_AT: Final = 20_000
"""How many characters of a text tell its language."""
PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z-]*)(?:\.([a-z-]+))?\}")
"""What stands in a pattern for a list, {persons.titles}, or for another pattern, {names}."""
BEFORE: Final = r"(?<![^\W\d_])(?<!-)"
AFTER: Final = r"(?![^\W\d_]|-[a-z])"
"""What no word goes on with."""


@dataclass(frozen=True)
class Words:
    """One language: its lists as they stand in its file, and the patterns that are made of them."""

    language: str
    tables: Mapping[str, Any]
    shared: Mapping[str, str]

    def entries(self, table: str, key: str) -> tuple[str, ...]:
        """Return the entries of a list, which stand there between `|` or on lines of their own."""
        listed = self.tables[table][key]
        if isinstance(listed, str):
            listed = re.split(r"\s*[|\n]\s*", listed.strip())
        return tuple(filter(None, listed))

    def listed(self, table: str, key: str) -> frozenset[str]:
        """Return the entries of a list as a set, which is made once."""
        return entry_set(self.language, table, key)

    def single(self, table: str, key: str) -> frozenset[str]:
        """Return the words of a list that stand there with white space between them."""
        return frozenset(self.tables[table][key].split())

    def pattern(self, name: str) -> re.Pattern[str]:
        """Return a pattern by its name: that of the language, or else the one that the languages share."""
        return compiled(self.language, name)

    def compile(self) -> None:
        """Compile all patterns, which takes half a second, before a text is there."""
        for name in {*self.tables["patterns"], *self.shared}:
            self.pattern(name)

    def expression(self, name: str) -> str:
        """Return a pattern as a verbose regular expression, with what its placeholders stand for."""
        if name in {"month", "weekday"}:
            return any_of(self.months if name == "month" else self.weekdays)
        pattern = self.tables["patterns"].get(name) or self.shared[name]

        def filled(found: re.Match[str]) -> str:
            table, key = found.groups()
            return any_of(self.entries(table, key)) if key else f"(?:{self.expression(table)})"

        return PLACEHOLDER.sub(filled, pattern)

    @cached_property
    def locale(self) -> Locale:
        """The names of months, days and territories, as CLDR has them."""
        return Locale(self.language)

    @cached_property
    def months(self) -> dict[str, int]:
        """The names of the months, and their abbreviations, with their numbers."""
        names = {
            name.rstrip("."): number
            for form in ("abbreviated", "wide")
            for number, name in self.locale.months["format"][form].items()
        }
        more: dict[str, int] = self.tables["dates"]["months"]
        return names | more

    @cached_property
    def weekdays(self) -> frozenset[str]:
        """The names of the days of the week."""
        return frozenset(self.locale.days["format"]["wide"].values())

    @cached_property
    def function_words(self) -> frozenset[str]:
        """The small words that tell the language."""
        return frozenset(self.tables["function-words"].split())

    def lemma(self, word: str) -> str:
        """Return the form of a word that lists have: of an English verb the infinitive."""
        if self.tables["words-inflect"]:
            return str(simplemma.lemmatize(word.lower(), lang=self.language)).lower()
        return word.lower()

    def is_word(self, word: str) -> bool:
        """Tell whether a word with a capital is an ordinary word, in a language where that is no name."""
        return self.tables["words-are-not-names"] and bool(simplemma.is_known(word.lower(), self.language))


def any_of(entries: Iterable[str]) -> str:
    """Return a verbose expression that matches any of some entries, as whole words, the longest first."""
    patterns = []
    for entry in sorted(entries, key=lambda one: (-len(one), one)):
        words = "[ ]+".join(re.escape(word) for word in entry.split())
        patterns.append(
            f"{BEFORE if entry[0].isalpha() else ''}{words}{AFTER if entry[-1].isalpha() else ''}"
        )
    return f"(?:{'|'.join(patterns) or '(?!)'})"


@cache
def words_of(language: str) -> Words:
    """Return the words of a language."""
    here = Path(__file__).parent
    tables, shared = (
        tomllib.loads((here / f"{name}.toml").read_text(encoding="utf-8")) for name in (language, "patterns")
    )
    return Words(language, tables, shared)


@cache
def compiled(language: str, name: str) -> re.Pattern[str]:
    """Return a pattern of a language, compiled once."""
    return re.compile(words_of(language).expression(name), re.VERBOSE)


@cache
def entry_set(language: str, table: str, key: str) -> frozenset[str]:
    """Return the entries of a list of a language as a set."""
    return frozenset(words_of(language).entries(table, key))


def closest_language(view: str) -> tuple[str, float]:
    """Return the one of LANGUAGES that most small words of a text are of, and their share of all its words.

    The model of `facts.source`, which knows other languages, takes a second to load.
    """
    tokens = [token.lower() for token in WORD.findall(view[:LOOKED_AT])]
    shares = {
        language: sum(token in words_of(language).function_words for token in tokens) / max(1, len(tokens))
        for language in LANGUAGES
    }
    best = max(LANGUAGES, key=lambda language: shares[language])
    return best, shares[best]
