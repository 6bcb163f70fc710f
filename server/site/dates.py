"""Time spans as people read them: days, months and years in words, and what is uncertain told as such."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from wicara.server.site.language import format_date, gettext

DAY: Final = "d MMMM y"
MONTH: Final = "MMMM y"
YEAR: Final = "y"
TO: Final = "\N{EN DASH}"
LAST: Final = date.max


def _(text: str, **values: str) -> str:
    """Return a string of the interface in the reader's language."""
    return str(gettext(text, **values))


@dataclass(frozen=True)
class Bounds:
    """Between which days something begins, and between which it ends; each bound may be absent."""

    earliest_start: date | None = None
    latest_start: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @property
    def order(self) -> tuple[date, date]:
        """Return what sorts spans by their beginning; those without any bound come last."""
        bounds = (self.earliest_start, self.latest_start, self.earliest_end, self.latest_end)
        return next((bound for bound in bounds if bound), LAST), self.latest_end or LAST


def day_of(text: str) -> date | None:
    """Return the day that an xsd:date names; None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def in_words(bounds: Bounds) -> str:
    """Return a time span in words; empty where it has no bound."""
    start = window(bounds.earliest_start, bounds.latest_start)
    end = window(bounds.earliest_end, bounds.latest_end)
    if is_one_window(bounds):
        return start if is_exact(bounds) else _("some time in %(period)s", period=start)
    if is_exact(bounds):
        return window(bounds.earliest_start, bounds.latest_end)
    if bounds.earliest_start is None and bounds.latest_start and bounds.latest_start == bounds.earliest_end:
        return _("as of %(day)s", day=day(bounds.latest_start))
    return with_both(start, end, bounds)


def with_both(start: str, end: str, bounds: Bounds) -> str:
    """Return a beginning and an end in words, each of which may be empty."""
    if start and bounds.earliest_end and bounds.latest_end is None:
        return _("from %(start)s, still so on %(day)s", start=start, day=day(bounds.earliest_end))
    if start and end:
        return _("from %(start)s to %(end)s", start=start, end=end)
    if start:
        return _("from %(start)s on", start=start)
    return _("until %(end)s", end=end) if end else ""


def is_one_window(bounds: Bounds) -> bool:
    """Tell whether a span begins and ends within the same window, as a day or `some day in November`."""
    return (
        bounds.earliest_start is not None
        and bounds.earliest_start == bounds.earliest_end
        and bounds.latest_start is not None
        and bounds.latest_start == bounds.latest_end
    )


def is_exact(bounds: Bounds) -> bool:
    """Tell whether both the day of the beginning and that of the end are known."""
    return (
        bounds.earliest_start is not None
        and bounds.earliest_start == bounds.latest_start
        and bounds.earliest_end is not None
        and bounds.earliest_end == bounds.latest_end
    )


def window(first: date | None, last: date | None) -> str:
    """Return days between two in words: a day, a month, a year, or the two."""
    if first and last:
        return period(first, last)
    if first:
        return _("%(day)s or later", day=day(first))
    return _("%(day)s or earlier", day=day(last)) if last else ""


def period(first: date, last: date) -> str:
    """Return the days from one to another in words: a day, a month, a year, or both ends."""
    if first == last:
        return day(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return year(first) if first.year == last.year else f"{year(first)}{TO}{year(last)}"
    if (first.year, first.month) != (last.year, last.month):
        return f"{day(first)} {TO} {day(last)}"
    whole = first.day == 1 and is_last_of_month(last)
    return month(first) if whole else f"{format_date(first, 'd')}{TO}{day(last)}"


def is_last_of_month(one: date) -> bool:
    """Tell whether a day is the last one of its month."""
    return one.day == monthrange(one.year, one.month)[1]


def day(one: date) -> str:
    """Return a day in words, in the reader's language."""
    return str(format_date(one, DAY))


def month(one: date) -> str:
    """Return a month and its year in words, in the reader's language."""
    return str(format_date(one, MONTH))


def year(one: date) -> str:
    """Return a year, in the reader's language."""
    return str(format_date(one, YEAR))
