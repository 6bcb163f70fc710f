"""Dates in EDTF (ISO 8601-2:2019, annex A), as the bounds of a time span.

A date means two things, so two properties take it: `in:throughout` (it held all that time) and `in:within`
(at some time in it). Read are level 0, and of level 1 unspecified digits (`201X`, `2018-XX`), an end that is
not known (`1991/`) and one that is open (`1991/..`). What has no bounds is refused: uncertain dates (`2018?`,
`~`, `%`), seasons, sets, years of more than four digits.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

DATE: Final = re.compile(r"([0-9]{4}|[0-9]{3}X|[0-9]{2}XX)(?:-([0-9]{2}|XX)(?:-([0-9]{2}|XX))?)?")
UNREAD: Final = {
    "?": "uncertain",
    "~": "approximate",
    "%": "uncertain",
    "[": "a set",
    "{": "a set",
    "Y": "a long year",
}
UNKNOWN: Final = ""
OPEN: Final = ".."
FAR_ENDS: Final = ("earliestStart", "latestEnd")
GRANULARITIES: Final = ("year", "month", "day")


class NotBoundedError(ValueError):
    """A text is no date that has bounds; the message says what can be written."""


@dataclass(frozen=True)
class Period:
    """The first and the last day of what a date may mean, and how fine it is: `year`, `month` or `day`."""

    first: date
    last: date
    granularity: str
    exact: bool
    """Whether every digit is given."""


@dataclass(frozen=True)
class Bounds:
    """The bounds of a time span by the names of their properties; `open_end` where it goes on without end."""

    days: dict[str, date]
    granularity: str
    open_end: bool = False


def read_date(text: str) -> Period:
    """Return the period that a date means; raises NotBoundedError."""
    match = DATE.fullmatch(text)
    if not match:
        kind = next((kind for mark, kind in UNREAD.items() if mark in text), None)
        why = f"is {kind}, which has no bounds" if kind else "is no date"
        raise NotBoundedError(
            f"{text!r} {why}: write 2018, 2018-11, 2018-11-14, 201X, 2016/2020, 1991/ or 1991/.."
        )
    year, month, day = match.groups()
    years = (int(year.replace("X", "0")), int(year.replace("X", "9")))
    months = (1, 12) if month in {None, "XX"} else (int(month), int(month))
    try:
        last = monthrange(years[1], months[1])[1]
        days = (1, last) if day in {None, "XX"} else (int(day), int(day))
        period = date(years[0], months[0], days[0]), date(years[1], months[1], days[1])
    except ValueError as error:
        raise NotBoundedError(f"{text!r} does not exist: {error}") from error
    given = sum(part is not None and "X" not in part for part in (year, month, day))
    return Period(*period, GRANULARITIES[max(given - 1, 0)], "X" not in text)


def throughout(text: str) -> Bounds:
    """Return the bounds of a span that held all the time of a date; raises NotBoundedError.

    An interval began at some time in its first date and ended at some time in its last one.
    """
    if "/" not in text:
        period = read_date(text)
        if not period.exact:
            raise NotBoundedError(
                f"{text!r} does not say which time was filled: use in:within, or an interval"
            )
        return Bounds(
            {
                "earliestStart": period.first,
                "latestStart": period.first,
                "earliestEnd": period.last,
                "latestEnd": period.last,
            },
            period.granularity,
        )
    start, end = ends(text)
    days: dict[str, date] = {}
    if start:
        days |= {"earliestStart": start.first, "latestStart": start.last}
    if end:
        days |= {"earliestEnd": end.first, "latestEnd": end.last}
    return Bounds(days, coarser(start, end), text.endswith(OPEN))


def within(text: str) -> Bounds:
    """Return the bounds of what began and ended within a date or an interval; raises NotBoundedError."""
    start, end = ends(text) if "/" in text else (read_date(text),) * 2
    days: dict[str, date] = {}
    if start:
        days |= {"earliestStart": start.first, "earliestEnd": start.first}
    if end:
        days |= {"latestStart": end.last, "latestEnd": end.last}
    return Bounds(days, coarser(start, end))


def as_of(text: str) -> Bounds:
    """Return the bounds of what held on a day, whenever it began and ended; raises NotBoundedError."""
    period = read_date(text)
    if period.first != period.last:
        raise NotBoundedError(f"{text!r} is no day, on which something held: write 2018-11-14")
    return Bounds({"latestStart": period.first, "earliestEnd": period.first}, period.granularity)


WORDS: Final = {
    "en": ("{} to {}", "from {} on", "until {}"),
    "id": ("{} sampai {}", "sejak {}", "sampai {}"),
}
"""How an interval is worded, one without end, and one without beginning."""
PATTERNS: Final = {"year": "y", "month": "LLLL y", "day": "d MMMM y"}


def date_in_words(text: str, language: str) -> str:
    """Return a date in words: `2 August 2018`, `2016 to 2020`, `from 1991 on`; raises NotBoundedError."""
    from babel.dates import format_date  # noqa: PLC0415 - few files need it

    def worded(period: Period) -> str:
        return str(format_date(period.first, PATTERNS[period.granularity], locale=language))

    if "/" not in text:
        return worded(read_date(text)) if read_date(text).exact else text
    start, end = ends(text)
    between, since, until = WORDS[language]
    if start and end:
        return between.format(worded(start), worded(end))
    return since.format(worded(start)) if start else until.format(worded(end)) if end else text


def ends(text: str) -> tuple[Period | None, Period | None]:
    """Return the dates of an interval, None for one that is not known or open; raises NotBoundedError."""
    first, _, last = text.partition("/")
    if not {first, last} - {UNKNOWN, OPEN}:
        raise NotBoundedError(
            f"{text!r} is no interval: write 2016/2020, 1991/ (end not known) or 1991/.. (no end)"
        )
    start, end = (None if part in {UNKNOWN, OPEN} else read_date(part) for part in (first, last))
    if start and end and start.first > end.last:
        raise NotBoundedError(f"{text!r} ends before it begins")
    return start, end


def shortest_form(days: dict[str, date], granularity: str) -> tuple[str, str] | None:
    """Return the property of `in:` and the date that have just these bounds; None where there is none."""
    length = {"year": 4, "month": 7, "day": 10}.get(granularity)
    if length is None:
        return None
    start, end = (days[name].isoformat()[:length] if name in days else UNKNOWN for name in FAR_ENDS)
    for text in (start, f"{start}/{end}"):
        for name, meaning in MEANINGS.items():
            try:
                bounds = meaning(text)
            except NotBoundedError:
                continue
            if (bounds.days, bounds.granularity) == (days, granularity):
                return name, text
    return None


def coarser(*periods: Period | None) -> str:
    """Return the coarsest granularity of some periods."""
    return min((p.granularity for p in periods if p), key=GRANULARITIES.index)


MEANINGS: Final = {"throughout": throughout, "within": within, "asOf": as_of}
"""The properties of `in:` that take a date, and what each makes of it."""
