"""Times as the dataset knows them: a start and an end, each between two days, any of which may be missing."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal
from wicara.ontology import PREFIXES
from wicara.server.language import format_date, language
from wicara.server.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.server.terms import Term

NAMES: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
"""The properties of a time span, in the order of the bounds."""
DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
DASH: Final = "\N{EN DASH}"
DATE: Final = f"{PREFIXES['xsd']}date"


@dataclass(frozen=True)
class Bounds:
    """The days between which something starts and ends; None where nothing is known."""

    earliest_start: date | None = None
    latest_start: date | None = None
    earliest_end: date | None = None
    latest_end: date | None = None

    @property
    def known(self) -> tuple[date, ...]:
        """Return the bounds that are known, in order of time."""
        return tuple(sorted(day for day in (getattr(self, one.name) for one in fields(self)) if day))

    @property
    def core(self) -> tuple[date, date] | None:
        """Return the first and last day on which it holds whatever is left open, if there are any."""
        start, end = self.latest_start, self.earliest_end
        return (start, end) if start and end and start <= end else None

    def possible(self, day: date) -> bool:
        """Tell whether it may hold on a day."""
        begun = self.earliest_start is None or self.earliest_start <= day
        return bool(self.known) and begun and (self.latest_end is None or day <= self.latest_end)

    def certain(self, day: date) -> bool:
        """Tell whether it must hold on a day."""
        return self.core is not None and self.core[0] <= day <= self.core[1]

    def iso(self) -> tuple[str, ...]:
        """Return the four days as XSD writes them, and nothing for one that is not known."""
        return tuple(day.isoformat() if (day := getattr(self, one.name)) else "" for one in fields(self))


def day_of(term: Term | None) -> date | None:
    """Return the day of an xsd:date in the years that calendars have, or None for anything else."""
    if not isinstance(term, Literal) or term.datatype.value != DATE:
        return None
    found = DAY.fullmatch(term.value)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def bounds_of(terms: Mapping[str, Term | None]) -> Bounds:
    """Return the bounds that the values of the four properties make."""
    return Bounds(*(day_of(terms[name]) for name in NAMES))


def within(outer: Bounds) -> Bounds:
    """Return what is known of something that happened in the course of something else."""
    return Bounds(outer.earliest_start, outer.latest_end, outer.earliest_start, outer.latest_end)


def day_in_words(day: date) -> str:
    """Return a day in the reader's language."""
    return written(day, "d MMMM y", language())


@lru_cache(maxsize=4096)
def written(day: date, pattern: str, _lang: str) -> str:
    """Return a day by a pattern of Unicode's, in the reader's language."""
    return str(format_date(day, pattern))


def stretch(first: date, last: date) -> str:
    """Return days from a first to a last one in words: a day, a month, a year, years, or two days."""
    if first == last:
        return day_in_words(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first.year}" if first.year == last.year else f"{first.year}{DASH}{last.year}"
    same_month = (first.year, first.month) == (last.year, last.month)
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1] and same_month:
        return written(first, "MMMM y", language())
    if same_month:
        return f"{first.day}{DASH}{day_in_words(last)}"
    return f"{day_in_words(first)} {DASH} {day_in_words(last)}"


def edge(first: date | None, last: date | None) -> str | None:
    """Return one end of a time in words, or None where nothing is known of it."""
    if first and last:
        return stretch(first, last) if first <= last else f"{day_in_words(first)}?"
    if first:
        return str(_("%(day)s or later", day=day_in_words(first)))
    return str(_("%(day)s or earlier", day=day_in_words(last))) if last else None


def in_words(bounds: Bounds) -> str:
    """Return a time as people say it, so that what is not known is not said."""
    start = edge(bounds.earliest_start, bounds.latest_start)
    end = edge(bounds.earliest_end, bounds.latest_end)
    if bounds.core and not (bounds.earliest_start or bounds.latest_end):
        return str(_("known for %(days)s; start and end not told", days=stretch(*bounds.core)))
    if start is None and end is None:
        return str(_("not known"))
    if end is None:
        return str(_("since %(start)s", start=start))
    if start is None:
        return str(_("until %(end)s", end=end))
    return both(bounds, start, end)


def both(bounds: Bounds, start: str, end: str) -> str:
    """Return a time of which something is known at both ends in words."""
    if bounds.latest_end is None and bounds.earliest_end:
        return str(
            _("since %(start)s, still so on %(day)s", start=start, day=day_in_words(bounds.earliest_end))
        )
    if start == end:
        return start
    exact = bounds.core and bounds.core == (bounds.earliest_start, bounds.latest_end)
    if exact and bounds.core:
        return stretch(*bounds.core)
    return f"{start} {DASH} {end}"
