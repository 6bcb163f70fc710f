"""Dates, in EDTF as far as they can be told or worked out from the day the text is of, and figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.facts.draft.suggestion import Suggestion
from wicara.graph.facts.draft.words import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.graph.facts.draft.reading import Reading
    from wicara.graph.facts.draft.words import Words


MONTHS: Final = 12


@dataclass(frozen=True)
class When:
    """A date in a text: `edtf` is empty where it cannot be told; `resolved` where it was worked out."""

    start: int
    end: int
    edtf: str
    resolved: bool


def dates(reading: Reading, words: Words, published: date | None) -> Iterator[When]:
    """Yield the dates of a text; what has no year is worked out from the day the text is of."""
    for match in words.pattern("date").finditer(reading.view):
        yield When(*match.span(), *edtf_of(match, words, published))


def edtf_of(match: re.Match[str], words: Words, published: date | None) -> tuple[str, bool]:
    """Return a date in EDTF, or an empty string, and whether it was worked out.

    The groups of a date are called by their kind and the number of the way it is written: d1/m1/y1 and so on.
    """
    groups = {name: value for name, value in match.groupdict().items() if value and name[1:].isdigit()}
    if not groups:
        day = resolved_day(match[0], words, published)
        return day, bool(day)
    way = next(iter(groups))[1:]
    year, months = groups.get(f"y{way}"), groups.get(f"m{way}", "")
    if not months:
        until = groups.get(f"z{way}", "")
        return (f"{year}/{str(year)[: 4 - len(until)]}{until}" if until else str(year)), False
    month = int(months) if months.isdigit() else words.months[months.rstrip(".")]
    worked_out = year is None
    if year is None and published:
        year = str(published.year)
    if year is None or not 1 <= month <= MONTHS:
        return "", False
    try:
        days = [
            date(int(year), month, int(groups[name])).isoformat()
            for name in (f"d{way}", f"e{way}")
            if name in groups
        ]
    except ValueError:  # 31 June
        return "", False
    return "/".join(days) or f"{year}-{month:02}", worked_out


def resolved_day(text: str, words: Words, published: date | None) -> str:
    """Return the day that "Thursday" or "yesterday" means in a text of a day; empty where that is open."""
    if published is None:
        return ""
    plain = words.pattern("date-words").sub("", text).strip(" ,")
    if plain in words.entries("dates", "same-day"):
        return published.isoformat()
    if " " in plain:
        return ""
    import dateparser  # type: ignore[import-untyped] # noqa: PLC0415 - slow to import

    base = datetime(published.year, published.month, published.day) + timedelta(hours=23)  # noqa: DTZ001
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
    parsed = dateparser.parse(plain, languages=[words.language], settings=settings)
    return parsed.date().isoformat() if parsed else ""


# Figures.


GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
"""Digits in groups of three."""
BEFORE: Final = 20
"""How many characters before a figure are looked at."""
YEARS: Final = range(1500, 2100)
"""Bare numbers of this size are years rather than counts."""


def figures(reading: Reading, words: Words) -> Iterator[Suggestion]:
    """Yield figures: a number with its unit, or with what it counts; and times of day."""
    no_figure = words.entries("figures", "not-after")
    for found in words.pattern("figure").finditer(reading.view):
        before = WORD.findall(reading.view, max(0, found.start() - BEFORE), found.start())[-1:]
        fields = figure_fields(found, words)
        is_time = found["unit"] and words.pattern("of-time").match(reading.view, found.end("unit"))
        if fields and not is_time and not (before and before[0].lower() in no_figure):
            counted = not (found["unit"] or found["currency"])
            rule, score = ("count", 0.7) if counted else ("unit", 0.9)
            span = found.start(), found.end()
            yield Suggestion(*span, "figure", f"{words.language}.figure.{rule}", score, fields)
    for found in words.pattern("clock").finditer(reading.view):
        fields = {"value": re.sub(r"[^0-9.:]", "", found[0]), "unit": "local-time"}
        yield Suggestion(*found.span(), "figure", f"{words.language}.figure.clock", 0.8, fields)


def figure_fields(found: re.Match[str], words: Words) -> dict[str, Any] | None:
    """Return the value, unit and bound of a figure; None for a year, or a number that counts nothing."""
    lists = words.tables["figures"]
    measured = found["currency"] or found["unit"] or found["scale"]
    if not (measured or found["noun"]):
        return None
    if found["number"]:
        value = plain_number(found["number"], words.tables["decimal-point"], scaled=bool(found["scale"]))
        if not measured and value in YEARS and "," not in found["number"]:
            return None
    else:
        value = Decimal(lists["numbers"][spaced(found["word"]).lower()])
    if found["scale"]:
        value *= lists["scales"][found["scale"].lower()]
    if found["currency"]:
        unit = lists["currencies"][found["currency"]]
    else:
        unit = lists["units"][spaced(found["unit"])] if found["unit"] else spaced(found["noun"])
    bound = {"bound": lists["bounds"][spaced(found["bound"]).lower()]} if found["bound"] else {}
    return {"value": f"{value.normalize():f}", "unit": unit, **bound}


def spaced(words: str | None) -> str:
    """Return words with one space between them."""
    return " ".join((words or "").split())


def plain_number(number: str, point: str, *, scaled: bool) -> Decimal:
    """Return a number; digits in groups of three are no fraction, unless "million" or the like follows.

    `point` is the decimal point of the language. Texts use that of another language too ("US$16.74 miliar").
    """
    other = "," if point == "." else "."
    if not scaled and GROUPED.fullmatch(number) and (other in number or number.count(point) > 1):
        return Decimal(re.sub("[.,]", "", number))
    last = max(number.rfind("."), number.rfind(","))
    return Decimal(re.sub("[.,]", "", number[:last]) + "." + number[last + 1 :] if last > 0 else number)
