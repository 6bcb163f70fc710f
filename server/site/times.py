"""Times: the day that a literal names, the bounds of a time span, and the one wording of both.

A span has four bounds (`wic:earliestStart`, `wic:latestStart`, `wic:earliestEnd`, `wic:latestEnd`), each of
which may be absent: a window in which it begins, and one in which it ends. Pages, answers and pictures all
say a window in the same words: a day, a whole month or year, `by` a day, `not before` a day, `between` two.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from pyoxigraph import Literal
from wicara.server.site.language import gettext, language

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyoxigraph import QuerySolution
    from wicara.server.site.words import Term

DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T[0-9:.]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
"""An xsd:date or xsd:dateTime of the years that calendars have, wherever its day begins."""
NAMES: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
"""The properties of a time span, in the order of the bounds."""
LAST: Final = date.max
TO: Final = "\N{EN DASH}"


def _(text: str, **values: str) -> str:
    """Return a string of the interface in the reader's language."""
    return str(gettext(text, **values))


def day_of(term: Term | None) -> date | None:
    """Return the day of a literal that is a date, or None for anything else."""
    found = DATE.fullmatch(term.value) if isinstance(term, Literal) else None
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Bounds:
    """The days between which something begins, and those between which it ends; each may be absent."""

    earliest_start: date | None = None
    latest_start: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @property
    def known(self) -> tuple[date, ...]:
        """The bounds that are known, in order of time."""
        return tuple(sorted(day for day in (getattr(self, one.name) for one in fields(self)) if day))

    @property
    def order(self) -> tuple[date, date]:
        """The sort key of a span: its beginning, and then its end; a span without any bound comes last."""
        bounds = (self.earliest_start, self.latest_start, self.earliest_end, self.latest_end)
        return next((bound for bound in bounds if bound), LAST), self.latest_end or LAST

    @property
    def core(self) -> tuple[date, date] | None:
        """The first and last day on which it holds whatever the bounds leave open, if there are any."""
        start, end = self.latest_start, self.earliest_end
        return (start, end) if start and end and start <= end else None

    @property
    def days_known(self) -> tuple[date, date] | None:
        """The days it is known for, where none is certain: begun by the last, not over before the first."""
        start, end = self.latest_start, self.earliest_end
        return (end, start) if start and end and end < start else None

    @property
    def is_exact(self) -> bool:
        """Whether the days of both the beginning and the end are known."""
        starts, ends = (self.earliest_start, self.latest_start), (self.earliest_end, self.latest_end)
        return None not in (*starts, *ends) and starts[0] == starts[1] and ends[0] == ends[1]

    @property
    def is_known_days(self) -> bool:
        """Whether days are known on which it holds, and nothing else of its beginning and end."""
        known = self.latest_start is not None and self.earliest_end is not None
        return known and self.earliest_start is None and self.latest_end is None

    @property
    def attested(self) -> date | None:
        """The one day on which it is known to hold, where nothing else is known of its beginning and end."""
        return self.latest_start if self.is_known_days and self.latest_start == self.earliest_end else None

    @property
    def is_one_window(self) -> bool:
        """Whether it begins and ends within one window, such as a day or some days of a month."""
        starts, ends = (self.earliest_start, self.latest_start), (self.earliest_end, self.latest_end)
        return None not in starts and starts == ends

    def possible(self, day: date) -> bool:
        """Tell whether it may hold on a day; before a day by which it had begun, only if more is known."""
        start = self.earliest_start or self.latest_start
        begun = start is None or start <= day
        return bool(self.known) and begun and (self.latest_end is None or day <= self.latest_end)

    def certain(self, day: date) -> bool:
        """Tell whether it must hold on a day."""
        return self.core is not None and self.core[0] <= day <= self.core[1]

    def iso(self) -> tuple[str, ...]:
        """Return the four days as XSD writes them, and the empty string for one that is not known."""
        return tuple(day.isoformat() if (day := getattr(self, one.name)) else "" for one in fields(self))


def bounds_of(terms: Mapping[str, Term | None] | QuerySolution) -> Bounds:
    """Return the bounds that the values of the four properties make."""
    return Bounds(*(day_of(terms[name]) for name in NAMES))


def bounds_within(outer: Bounds) -> Bounds:
    """Return what is known of something that happened in the course of something else."""
    return Bounds(outer.earliest_start, outer.latest_end, outer.earliest_start, outer.latest_end)


def format_day(day: date, lang: str = "") -> str:
    """Return a day with its month in words, in a language, or in the reader's."""
    return formatted(day, "d MMMM y", lang or language())


@lru_cache(maxsize=4096)
def formatted(day: date, pattern: str, lang: str) -> str:
    """Return a day by a pattern of CLDR, in a language."""
    return str(format_date(day, pattern, locale=lang))


def format_period(first: date, last: date) -> str:
    """Return the days from one to another: a day, a month, a year, or both ends."""
    if first == last:
        return format_day(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year) if first.year == last.year else f"{first.year}{TO}{last.year}"
    if (first.year, first.month) != (last.year, last.month):
        return f"{format_day(first)} {TO} {format_day(last)}"
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        return formatted(first, "MMMM y", language())
    return f"{first.day}{TO}{format_day(last)}"


def format_window(first: date | None, last: date | None) -> str:
    """Return the days between which something lies, each of which may be unknown; empty where both are."""
    if first and last:
        if is_period(first, last):
            return format_period(first, last)
        one_month = (first.year, first.month) == (last.year, last.month)
        begin = str(first.day) if one_month else format_day(first)
        return _("between %(first)s and %(last)s", first=begin, last=format_day(last))
    if last:
        return _("by %(day)s", day=format_day(last))
    return _("not before %(day)s", day=format_day(first)) if first else ""


def is_period(first: date | None, last: date | None) -> bool:
    """Tell whether two days are one day, or the ends of a whole month or of whole years."""
    if first is None or last is None:
        return False
    months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    one_month = (first.year, first.month) == (last.year, last.month)
    return first == last or (months and (one_month or (first.month, last.month) == (1, 12)))


def format_span(bounds: Bounds) -> str:
    """Return a time span in words; empty where it has no bound."""
    return spans_formatted(bounds, language())


@lru_cache(maxsize=4096)
def spans_formatted(bounds: Bounds, _lang: str) -> str:
    """Return a time span in the reader's language; spans that many things share are formatted once."""
    start, end = bounds.earliest_start, bounds.latest_end
    if start and end and bounds.is_exact:
        return format_period(start, end)
    if start and end and bounds.is_one_window:
        if is_period(start, end):
            return _("in %(period)s", period=format_period(start, end))
        return format_window(start, end)
    if bounds.attested:
        return _("as of %(day)s", day=format_day(bounds.attested))
    if not (start or end) and (found := bounds.days_known):
        return _("known for %(period)s", period=format_period(*found))
    return ends_formatted(bounds)


def format_attested(days: Collection[date]) -> str:
    """Return in words that texts of several days tell of something, and nothing of the time between."""
    first, last = min(days), max(days)
    if first.year != last.year:
        return _("by texts of %(first)s to %(last)s", first=str(first.year), last=str(last.year))
    return _("by texts of %(first)s to %(last)s", first=format_day(first), last=format_day(last))


def ends_formatted(bounds: Bounds) -> str:
    """Return the beginning and the end of a span in words, as far as they are known."""
    start = format_window(bounds.earliest_start, bounds.latest_start)
    end = format_window(bounds.earliest_end, bounds.latest_end)
    still = format_day(bounds.earliest_end) if bounds.earliest_end and bounds.latest_end is None else ""
    if is_period(bounds.earliest_start, bounds.latest_start):
        if still and (bounds.earliest_end or date.min) <= (bounds.latest_start or date.min):
            still = end = ""
        if still:
            return _("from %(start)s, still so on %(day)s", start=start, day=still)
        if is_period(bounds.earliest_end, bounds.latest_end):
            return _("from %(start)s to %(end)s", start=start, end=end)
        if not end:
            return _("from %(start)s on", start=start)
    elif not start and is_period(bounds.earliest_end, bounds.latest_end):
        return _("until %(end)s", end=end)
    parts = [_("begun %(window)s", window=start)] if start else []
    if still and start:
        parts.append(_("still so on %(day)s", day=still))
    elif end:
        parts.append(_("ended %(window)s", window=end))
    return "; ".join(parts)
