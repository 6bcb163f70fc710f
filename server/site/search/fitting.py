"""Which questions fit what is sought: those that have its rarer words, asked of the day that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from babel.dates import get_month_names
from wicara.server.addresses import with_choices
from wicara.server.served import dataset
from wicara.server.site.language import LANGUAGES, language
from wicara.server.site.language import gettext as _
from wicara.server.site.questions.pages import PATH, all_questions
from wicara.server.site.search.folding import begins, fold, tokens
from wicara.server.site.times import format_day

if TYPE_CHECKING:
    from collections.abc import Collection

    from wicara.queries import Question

SHARE: Final = 0.55
"""How much of what is sought a question has, from 0 to 1, the rarer words counting for more."""
MOST: Final = 3
AS_OF: Final = "/as-of"
DAY: Final = "xsd:date"
DAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\s+(?P<month>[^\W\d]+)\s+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d]+)\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),
)
"""How a day is written: by ISO 8601, and with the month in words."""
MONTHS: Final = {
    fold(name): number
    for lang in LANGUAGES
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=lang).items()
}


class Fitting(NamedTuple):
    """A page that may answer: what it asks, and where it is."""

    text: str
    href: str


@dataclass(frozen=True)
class Sought:
    """What is sought: words, and perhaps a day."""

    words: frozenset[str]
    day: date | None = None


def sought(text: str) -> Sought:
    """Return the words of a text, and the first day that stands in it."""
    for pattern in DAYS:
        for match in pattern.finditer(text):
            day = day_of(match)
            if day is not None:
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                return Sought(frozenset(tokens(rest)), day)
    return Sought(frozenset(tokens(text)))


def day_of(match: re.Match[str]) -> date | None:
    """Return the day that was written, or None for what is none."""
    month = match["month"]
    number = int(month) if month.isdigit() else MONTHS.get(fold(month), 0)
    try:
        return date(int(match["year"]), number, int(match["day"]))
    except ValueError:
        return None


@cache
def words_of(text: str) -> frozenset[str]:
    """Return the words of a question."""
    return frozenset(tokens(text))


def has(text: str, word: str) -> bool:
    """Tell whether a question has a word, or one that begins so."""
    return any(begins(one, (word,)) for one in words_of(text))


def fitting(text: str) -> list[Fitting]:
    """Return the pages that may answer what is sought: questions, and what held on a day."""
    if dataset().plain:
        return []
    wanted = sought(text)
    found = [Fitting(*asked(one, wanted.day)) for one in ranked(all_questions(), wanted)]
    if wanted.day:
        held = _("What held on %(day)s", day=format_day(wanted.day))
        found.append(Fitting(str(held), with_choices(f"{AS_OF}?date={wanted.day.isoformat()}")))
    return found


def ranked(questions: Collection[Question], wanted: Sought) -> list[Question]:
    """Return the questions that fit best; about a day, those that can be asked of one come first."""
    texts = [[one.asked(lang) for lang in LANGUAGES] for one in questions]
    used = {word: sum(any(has(text, word) for text in each) for each in texts) for word in wanted.words}
    weights = {word: log(1 + len(texts) / (1 + number)) for word, number in used.items()}
    enough = SHARE * sum(weights.values())
    scored = []
    for one, each in zip(questions, texts, strict=True):
        score = max(sum(weights[word] for word in weights if has(text, word)) for text in each)
        if score and score >= enough:
            scored.append((bool(wanted.day and not days(one)), -score, len(each[0]), one))
    return [entry[-1] for entry in sorted(scored, key=lambda entry: entry[:-1])[:MOST]]


def days(question: Question) -> list[str]:
    """Return the parameters of a question that are days."""
    return [each.name for each in question.parameters if each.datatype == DAY]


def asked(question: Question, day: date | None) -> tuple[str, str]:
    """Return what a question asks, of a day where it asks of one, and its address."""
    names = days(question)[:1] if day else []
    words = {name: format_day(day) for name in names if day}
    values = {name: day.isoformat() for name in names if day}
    path = f"{PATH}/{question.slug}"
    return question.asked(language(), words), with_choices(f"{path}?{urlencode(values)}" if values else path)
