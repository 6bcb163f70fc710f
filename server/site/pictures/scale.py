"""A stretch of time as the breadth of a picture: where a day lies, and which lines divide it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from wicara.server.site.language import format_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.server.site.times import Bounds

LINES: Final = 14
"""How many lines divide a picture at most."""
YEARS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MONTHS: Final = (1, 3, 6)
DAYS: Final = (1, 2, 5, 10)
MONTH: Final = 31
YEAR: Final = 366
MARGIN: Final = 0.03
LEAST: Final = 14
"""How many days a picture shows at least."""
FIRST: Final = date.min.toordinal()
LAST: Final = date.max.toordinal()


@dataclass(frozen=True)
class Line:
    """A line that divides a picture: where it lies in percent, and what is written at it."""

    x: float
    text: str


@dataclass(frozen=True)
class Scale:
    """The days, as ordinals, that the left and the right edge of a picture stand for."""

    start: int
    end: int

    def at(self, day: int) -> float:
        """Return where the beginning of a day lies, in percent of the breadth."""
        return round(100 * (day - self.start) / (self.end - self.start), 3)

    @property
    def first(self) -> date:
        """Return the first day."""
        return date.fromordinal(self.start)

    @property
    def last(self) -> date:
        """Return the last day."""
        return date.fromordinal(self.end - 1)

    def lines(self) -> list[Line]:
        """Return the lines that divide it: years, months or days, whichever are few enough."""
        found = self.days() or self.months() or self.years()
        return [Line(self.at(day.toordinal()), written(day)) for day in found]

    def days(self) -> list[date] | None:
        """Return days with an equal distance, or None where there would be too many lines."""
        length = self.end - self.start
        step = next((step for step in DAYS if length / step <= LINES), None)
        return [date.fromordinal(day) for day in range(self.start + 1, self.end, step)] if step else None

    def months(self) -> list[date] | None:
        """Return the first days of months with an equal distance, or None for too many."""
        step = next((step for step in MONTHS if (self.end - self.start) / MONTH / step <= LINES), None)
        return [day for day in self.firsts_of_months() if (day.month - 1) % step == 0] if step else None

    def firsts_of_months(self) -> Iterator[date]:
        """Yield the first day of each month in it."""
        for year in range(self.first.year, self.last.year + 1):
            for month in range(1, 13):
                day = date(year, month, 1)
                if self.start < day.toordinal() < self.end:
                    yield day

    def years(self) -> list[date]:
        """Return the first days of years with an equal distance."""
        step = next((step for step in YEARS if (self.end - self.start) / YEAR / step <= LINES), YEARS[-1])
        years = (date(year, 1, 1) for year in range(self.first.year, self.last.year + 1) if year % step == 0)
        return [day for day in years if self.start <= day.toordinal() < self.end]


def written(day: date) -> str:
    """Return what is written at a line: the year at its beginning, else the month, else the day."""
    pattern = "d MMM" if day.day > 1 else "MMM" if day.month > 1 else "y"
    return str(format_date(day, pattern))


def scale_of(days: Iterable[date]) -> Scale | None:
    """Return the scale that days fit in with a margin at both sides, or None for no days."""
    ordinals = [day.toordinal() for day in days]
    if not ordinals:
        return None
    first, last = min(ordinals), max(ordinals) + 1
    margin = max(int((last - first) * MARGIN), (LEAST - (last - first) + 1) // 2, 1)
    return Scale(max(first - margin, FIRST), min(last + margin, LAST))


def from_to(first: date, last: date) -> Scale:
    """Return the scale from a first to a last day, whichever of the two is named first."""
    start, end = sorted((first.toordinal(), last.toordinal()))
    return Scale(start, min(max(end + 1, start + LEAST), LAST))


def extent(bounds: Iterable[Bounds]) -> Scale | None:
    """Return the scale that times fit in."""
    return scale_of(day for each in bounds for day in each.known)
