"""Times as the dataset knows them: what is certain of them, what is possible, and how they are told."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal
from wicara.ontology import PREFIXES
from wicara.server.site import dates
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.server.site.words import Term

NAMES: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
"""The properties of a time span, in the order of the bounds."""
DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
DATE: Final = f"{PREFIXES['xsd']}date"


class Bounds(dates.Bounds):
    """The days between which something starts and ends, and what they tell of a day."""

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


def in_words(bounds: Bounds) -> str:
    """Return a time in words, or that it is not known."""
    return written(bounds, language()) or str(_("not known"))


@lru_cache(maxsize=4096)
def written(bounds: Bounds, _lang: str) -> str:
    """Return a time in words in the reader's language; times that many things share are written once."""
    return dates.in_words(bounds)
