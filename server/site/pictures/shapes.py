"""The shapes that draw a time on a track: what is certain, what is possible, and where an end is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wicara.server.site.pictures.scale import Scale
    from wicara.server.site.times import Bounds

SMALL: Final = 0.9
"""Up to how many percent of the breadth a time is drawn as a point."""


@dataclass(frozen=True)
class Shape:
    """A piece of a track: `certain`, `possible`, `open` or `point`, from one place to another in percent.

    An `open` one runs from where something is known to where nothing is; `beyond` points out of the picture.
    """

    kind: str
    start: float
    end: float

    @property
    def width(self) -> float:
        """Return how broad it is."""
        return round(self.end - self.start, 3)

    @property
    def middle(self) -> float:
        """Return where its middle lies."""
        return round((self.start + self.end) / 2, 3)


Piece = tuple[str, int, int]


def pieces(bounds: Bounds) -> Iterator[Piece]:
    """Yield the certain and possible stretches of a time, in order, each from a day up to another."""
    if not bounds.known:
        return
    start, end = bounds.earliest_start, bounds.latest_end
    first = (start or bounds.known[0]).toordinal()
    last = (end or bounds.known[-1]).toordinal() + 1
    if bounds.core is None:
        yield "possible", first, last
        return
    core = bounds.core[0].toordinal(), bounds.core[1].toordinal() + 1
    if first < core[0]:
        yield "possible", first, core[0]
    yield "certain", *core
    if core[1] < last:
        yield "possible", core[1], last


def shapes(bounds: Bounds, scale: Scale) -> list[Shape]:
    """Return the shapes that draw a time, cut off at the edges of the picture."""
    found = [Shape(kind, scale.at(first), scale.at(last)) for kind, first, last in pieces(bounds)]
    if not found:
        return []
    start, end = found[0].start, found[-1].end
    opened = opens(bounds, start, end)
    if not opened and (end <= 0 or start >= 100):  # noqa: PLR2004 - percent
        return [Shape("beyond", 0, 0) if end <= 0 else Shape("beyond", 100, 100)]
    if end - start < SMALL:
        kind = "certain" if bounds.core else "possible"
        found = [Shape(f"{kind} point", start, end)] if 0 <= start < 100 else []  # noqa: PLR2004
    return [cut(each) for each in (*found, *opened) if inside(each)]


def opens(bounds: Bounds, start: float, end: float) -> list[Shape]:
    """Return the lines that lead from a time to where its start or its end is not known."""
    found = []
    if bounds.earliest_start is None and start > 0:
        found.append(Shape("open", start, 0))
    if bounds.latest_end is None and end < 100:  # noqa: PLR2004 - percent
        found.append(Shape("open", end, 100))
    return found


def inside(shape: Shape) -> bool:
    """Tell whether some of a shape lies in the picture."""
    return max(shape.start, shape.end) > 0 and min(shape.start, shape.end) < 100  # noqa: PLR2004 - percent


def cut(shape: Shape) -> Shape:
    """Return the part of a shape that lies in the picture."""
    return Shape(shape.kind, min(max(shape.start, 0), 100), min(max(shape.end, 0), 100))
