"""A suggestion: words, what they may state, by which rule, how sure; the forms in which it is printed."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode
from wicara.graph.facts.draft.words import LANGUAGES, words_of
from wicara.graph.facts.patterns import P, parameters
from wicara.graph.facts.selector import MOST_WORDS
from wicara.graph.facts.skeleton import description, header
from wicara.graph.turtle import quoted
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.facts.draft.words import Words
    from wicara.graph.facts.source import Source

COLUMNS: Final = ("span", "part", "quote", "rule", "score")
PARTS: Final = Path(__file__).with_name("parts.toml")
LEAST_WORDS: Final = 5
"""How many words a quote has at least, where it ends with a phrase before the most that it may have."""
SENTENCE_END: Final = re.compile(r"\s*(?:[.!?]|\Z)")
NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
NOTE: Final = """
# Suggestions of `wicara draft`: no facts, and left out by every command. To accept one, complete it as
# docs/add-an-article.md tells, with a name in both languages, and take `in:suggested` away; or delete it.
"""


@dataclass(frozen=True, order=True)
class Suggestion:
    """What the words from `start` to `end` may state; nothing of it is a fact before a person accepts it.

    `part` is the kind of suggestion, `rule` what made it, `score` how often it is right, 0 to 1; `fields`
    are what is proposed for the fact, as the text has it or, for values and dates, in plain form.
    """

    start: int
    end: int
    part: str
    rule: str = field(compare=False)
    score: float = field(compare=False)
    fields: Mapping[str, Any] = field(compare=False, default_factory=dict)

    def quote(self, text: str) -> str:
        """Return the words that name the fact: those of the span, or as many of them as a quote may have.

        A whole sentence is not quoted.
        """
        words = text[self.start : self.end]
        tokens = list(re.finditer(r"\S+", words))
        near = text[max(0, self.start - 8) : self.start]
        before = near.rstrip(' \u00a0\r\n"\u201c\u201d)')
        begins = not before or before[-1] in ".!?:" or near.count("\n") > 1
        is_sentence = begins and SENTENCE_END.match(text, self.end) is not None
        if len(tokens) <= MOST_WORDS and not (is_sentence and len(tokens) > 1):
            return words.rstrip()
        number = min(MOST_WORDS, len(tokens) - 1)
        if (language := self.rule.partition(".")[0]) in LANGUAGES:
            number = phrase_end([token[0] for token in tokens[: number + 1]], words_of(language))
        end = tokens[number - 1].end()
        if language in LANGUAGES:
            dangling = words_of(language).pattern("trailing").search(words[:end])
            end -= len(dangling[0]) if dangling and dangling.start() else 0
        return words[:end]


def phrase_end(tokens: Sequence[str], words: Words) -> int:
    """Return how many words to quote of a text that goes on with the last token: to the end of a phrase."""
    lists = (("persons", "prepositions"), ("events", "clause-starts"), ("cut", "and"), ("cut", "infinitive"))
    small = {entry for key in lists for entry in words.entries(*key)}

    def begins(number: int) -> bool:
        return tokens[number].lower() in small

    last = len(tokens) - 1
    to = words.entries("cut", "infinitive")
    ends = (
        at
        for at in range(last, LEAST_WORDS, -1)
        if (begins(at) or tokens[at - 1][-1] in ",;:") and tokens[at - 2].lower() not in to
    )
    return next(ends, last)


def in_text_order(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the suggestions in the order of the text, the best of those that say the same."""
    best: dict[tuple[int, int, str], Suggestion] = {}
    for suggestion in suggestions:
        key = (suggestion.start, suggestion.end, suggestion.part)
        if suggestion.start < suggestion.end and (key not in best or best[key].score < suggestion.score):
            best[key] = suggestion
    return sorted(best.values())


def record(suggestion: Suggestion, text: str) -> dict[str, Any]:
    """Return a suggestion as a record."""
    return {
        "span": f"{suggestion.start}-{suggestion.end}",
        "part": suggestion.part,
        "quote": suggestion.quote(text),
        "rule": suggestion.rule,
        "score": round(suggestion.score, 2),
        **suggestion.fields,
    }


def as_json(suggestions: Sequence[Suggestion], text: str, about: Mapping[str, Any]) -> str:
    """Return suggestions as JSON: what is known of the text, and a record each."""
    records = [record(suggestion, text) for suggestion in suggestions]
    return json.dumps({**about, "suggestions": records}, ensure_ascii=False, indent=1) + "\n"


def as_csv(suggestions: Sequence[Suggestion], text: str) -> str:
    """Return suggestions as a table, the fields that only some have as JSON in the last column."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow((*COLUMNS, "fields"))
    for suggestion in suggestions:
        row = record(suggestion, text)
        rest = json.dumps(dict(suggestion.fields), ensure_ascii=False) if suggestion.fields else ""
        writer.writerow((*(row[name] for name in COLUMNS), rest))
    return output.getvalue()


@cache
def parts() -> dict[str, dict[str, Any]]:
    """Return the pattern of each part, and the parameters that its fields give."""
    return tomllib.loads(PARTS.read_text(encoding="utf-8"))


def as_trig(suggestions: Sequence[Suggestion], text: str, source: Source) -> str:
    """Return a draft as TriG in the short form; the facts are numbered in the order of the text."""
    prefixes = sorted({*header(source.name), f"@prefix rdf: <{PREFIXES['rdf']}> .\n"})
    facts = (
        fact(number, suggestion, text, source.language) for number, suggestion in enumerate(suggestions, 1)
    )
    return "".join((*prefixes, description(source), NOTE, *facts))


def fact(number: int, suggestion: Suggestion, text: str, language: str) -> str:
    """Return a suggestion: its mark with all that is proposed, its pattern, its words."""
    proposed = {
        "part": suggestion.part,
        "rule": suggestion.rule,
        "score": round(suggestion.score, 2),
        **suggestion.fields,
    }
    said = (suggested(proposed), *pattern(suggestion, text, language))
    span = f"{suggestion.start}-{suggestion.end}"
    return (
        f"\nf:F{number:03} {' ; '.join(said)} ;\n"
        f'    in:quote {quoted(suggestion.quote(text))}@{language} ; in:span "{span}" .\n'
    )


def suggested(mark: Mapping[str, Any]) -> str:
    """Return the mark of a suggestion with what is proposed, as a property and its value."""
    body = json.dumps(mark, ensure_ascii=False).replace("\\", "\\\\").replace("'", "\\'")
    return f"in:suggested '{body}'^^rdf:JSON"


def pattern(suggestion: Suggestion, text: str, language: str) -> Iterator[str]:
    """Yield the pattern of a suggestion, and the parameters whose values its fields give."""
    part = parts()[suggestion.fields.get("pattern", suggestion.part)]
    if "pattern" in part:
        yield f"a p:{part['pattern']}"
    for parameter, name in part.get("values", {}).items():
        value = str(suggestion.fields.get(name, ""))
        is_number = "xsd:decimal" in parameters()[NamedNode(P + parameter)].kinds and NUMBER.fullmatch(value)
        if value:
            yield f"p:{parameter} {value if is_number else quoted(value)}"
    if "words" in part:
        yield f"p:{part['words']} {quoted(suggestion.quote(text))}@{language}"
