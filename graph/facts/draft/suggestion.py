"""A suggestion: words, what they may state, by which rule, how sure; how suggestions are printed."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.facts.selector import MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


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
        """Return the words that name the fact: those of the span, or as many of them as a quote may have."""
        words = text[self.start : self.end]
        end = 0
        for number, token in enumerate(words.split()):
            if number == MOST_WORDS:
                break
            end = words.index(token, end) + len(token)
        return words[:end]


def in_order(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Return the suggestions in the order of the text, the best of those that say the same."""
    best: dict[tuple[int, int, str], Suggestion] = {}
    for one in found:
        key = (one.start, one.end, one.part)
        if one.start < one.end and (key not in best or best[key].score < one.score):
            best[key] = one
    return sorted(best.values())


def record(one: Suggestion, text: str) -> dict[str, Any]:
    """Return a suggestion as a record."""
    return {
        "span": f"{one.start}-{one.end}",
        "part": one.part,
        "quote": one.quote(text),
        "rule": one.rule,
        "score": round(one.score, 2),
        **one.fields,
    }


def as_json(found: Sequence[Suggestion], text: str, about: Mapping[str, Any]) -> str:
    """Return suggestions as JSON: what is known of the text, and a record each."""
    records = [record(one, text) for one in found]
    return json.dumps({**about, "suggestions": records}, ensure_ascii=False, indent=1) + "\n"


COLUMNS: Final = ("span", "part", "quote", "rule", "score")


def as_csv(found: Sequence[Suggestion], text: str) -> str:
    """Return suggestions as a table, the fields that only some have as JSON in the last column."""
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow((*COLUMNS, "fields"))
    for one in found:
        row = record(one, text)
        rest = json.dumps(dict(one.fields), ensure_ascii=False) if one.fields else ""
        writer.writerow((*(row[name] for name in COLUMNS), rest))
    return output.getvalue()
