"""Dates: as written, and in EDTF as far as they can be told or worked out from the day the text is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re
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
