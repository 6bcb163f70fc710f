"""Time as the breadth of a picture: its scale, the lines that divide it, and times drawn on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from wicara.graph.evidence import ACTUAL
from wicara.graph.names import set_of_facts
from wicara.ontology import PREFIXES
from wicara.server.site.language import format_date
from wicara.server.site.language import gettext as _
from wicara.server.site.pictures.picture import changed
from wicara.server.site.times import NAMES, TO, format_attested, format_period, format_span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from wicara.server.site.pictures.picture import EvidenceLink
    from wicara.server.site.pictures.timeline import Item
    from wicara.server.site.times import Bounds
    from wicara.server.site.words import Shown

BREADTH: Final = 100
"""The breadth of a picture, in percent."""
MAX_LINES: Final = 14
"""How many lines divide a picture at most."""
YEARS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
MONTHS: Final = (1, 3, 6)
DAYS: Final = (1, 2, 5, 10)
MONTH: Final = 31
YEAR: Final = 366
MARGIN: Final = 0.03
MIN_DAYS: Final = 14
"""How many days a picture shows at least."""
BESIDE_EDGES: Final = (8, 86)
"""Between which percents of the breadth a line has its text: beside them stand those of the edges."""
POINT: Final = 0.9
"""Up to how many percent of the breadth a time is drawn as a point."""
MOVES: Final = {"earlier": (-0.5, -0.5), "later": (0.5, 0.5), "closer": (0.25, -0.25), "wider": (-0.5, 0.5)}
"""How the edges of the picture move, in parts of its breadth."""
FOLDED: Final = 3
"""How many rows are folded into one."""
PLANNED_TIME, ALONGSIDE = "hasPlannedTimeSpan", "alongside"
"""The property of a planned time, and what is said of the one of something else that a plan goes with."""
MANNERS: Final = {PLANNED_TIME: "planned", "hasProposedTimeSpan": "proposed", ALONGSIDE: "planned"}
"""What a property says of the time that it gives; others give a time as a plain fact."""
SUREST: Final = ("actual", "planned", "proposed")
PLANNED: Final = f"{PREFIXES['modality']}planned"


@dataclass
class Time:
    """A time of a thing: by which property, between which days, as written, and the graphs that state it."""

    link: str
    span: str
    bounds: Bounds
    written: str = ""
    graphs: list[str] = field(default_factory=list)
    modalities: list[str] = field(default_factory=list)
    stated: dict[str, list[str]] = field(default_factory=dict)
    """The graphs that state each of its bounds."""

    @property
    def telling(self) -> list[str]:
        """The graphs that state what its words tell: it and each of its bounds, of as few texts as may be."""
        chosen: list[str] = []
        for graphs in sorted(filter(None, (self.graphs, *self.stated.values())), key=len):
            own = [graph for graph in graphs if graph in self.graphs] or graphs
            texts = {set_of_facts(graph) for graph in chosen}
            chosen.append(min(own, key=lambda graph: (graph not in chosen, set_of_facts(graph) not in texts)))
        in_order = [*self.graphs, *(graph for name in NAMES for graph in self.stated.get(name, ()))]
        return sorted({*chosen}, key=in_order.index)

    @property
    def manner(self) -> str:
        """Whether it is a plain fact (`actual`), `planned` or `proposed`."""
        if self.link in MANNERS:
            return MANNERS[self.link]
        if not self.modalities or ACTUAL in self.modalities:
            return "actual"
        return "planned" if PLANNED in self.modalities else "proposed"

    def in_words(self, *, is_held: bool = False) -> str:
        """Return it in words, with its manner where it is no plain fact, or `is_held` beside a plan."""
        when = format_span(self.bounds) or str(_("not known"))
        if self.link == ALONGSIDE:
            return str(_("planned: %(when)s, no day of its own is named", when=when))
        if self.manner == "planned":
            return str(_("planned: %(when)s", when=when))
        if self.manner == "proposed":
            return str(_("proposed: %(when)s", when=when))
        return str(_("held: %(when)s", when=when)) if is_held and self.link != "during" else when


def is_planned(time: Time) -> bool:
    """Tell whether a time is other than that of what was: its source is no source of what was."""
    return time.manner != "actual"


def from_start(time: Time, times: Sequence[Time]) -> Bounds:
    """Return the bounds of a time of a thing: a plan without a start begins no earlier than the thing did."""
    starts = [one.bounds for one in times if not is_planned(one) and one.bounds.earliest_start]
    if not is_planned(time) or time.bounds.earliest_start or not starts:
        return time.bounds
    first = min(starts, key=lambda bounds: bounds.order)
    return replace(time.bounds, earliest_start=first.earliest_start, latest_start=first.latest_start)


def telling(times: Sequence[Time]) -> list[Time]:
    """Return the times that tell most: without those that a surer or more exact one lies within."""

    def says_more(one: Time, other: Time) -> bool:
        first, second = from_start(one, times), from_start(other, times)
        if not (first.earliest_start and first.latest_end and second.earliest_start and second.latest_end):
            return False
        by_sureness = SUREST.index(one.manner) - SUREST.index(other.manner)
        is_within = second.earliest_start <= first.earliest_start and first.latest_end <= second.latest_end
        return is_within and by_sureness <= 0 and (by_sureness < 0 or first != second)

    return [time for time in times if not any(says_more(one, time) for one in times)]


@dataclass(frozen=True)
class Divider:
    """A line that divides a picture: where it stands in percent, and the text at it."""

    x: float
    text: str


@dataclass(frozen=True)
class Scale:
    """The days, as ordinals, that the left and the right edge of a picture stand for."""

    start: int
    end: int

    @classmethod
    def between(cls, first: date, last: date) -> Scale:
        """Return the scale from a first to a last day, whichever of the two is named first."""
        start, end = sorted((first.toordinal(), last.toordinal()))
        return cls(start, min(max(end + 1, start + MIN_DAYS), date.max.toordinal()))

    @classmethod
    def around(cls, days: Iterable[date]) -> Scale | None:
        """Return the scale that days fit in with a margin at both sides, or None for no days."""
        ordinals = [day.toordinal() for day in days]
        if not ordinals:
            return None
        first, last = min(ordinals), max(ordinals) + 1
        margin = max(int((last - first) * MARGIN), (MIN_DAYS - (last - first) + 1) // 2, 1)
        return cls(max(first - margin, date.min.toordinal()), min(last + margin, date.max.toordinal()))

    def at(self, day: float) -> float:
        """Return where the beginning of a day lies, in percent of the breadth."""
        return round(BREADTH * (day - self.start) / (self.end - self.start), 3)

    @property
    def first(self) -> date:
        """The first day."""
        return date.fromordinal(self.start)

    @property
    def last(self) -> date:
        """The last day."""
        return date.fromordinal(self.end - 1)

    def lines(self) -> list[Divider]:
        """Return the lines that divide it, each with a day, a month or a year; beside the edges without."""

        def text(day: date, x: float) -> str:
            form = "d MMM" if day.day > 1 else "MMM" if day.month > 1 else "y"
            return str(format_date(day, form)) if BESIDE_EDGES[0] < x < BESIDE_EDGES[1] else ""

        return [Divider(x, text(day, x)) for day in self.divisions() for x in [self.at(day.toordinal())]]

    def edges(self) -> list[str]:
        """Return what is written at both edges: the year where all lines are years, else the day."""
        form = "y" if all((day.month, day.day) == (1, 1) for day in self.divisions()) else "d MMM"
        return [str(format_date(day, form)) for day in (self.first, self.last)]

    def divisions(self) -> list[date]:
        """Return where lines stand: at days, at months or at years, whichever are few enough."""
        length = self.end - self.start
        for step in DAYS:
            if length / step <= MAX_LINES:
                return [date.fromordinal(day) for day in range(self.start + 1, self.end, step)]
        years = range(self.first.year, self.last.year + 1)
        for step in MONTHS:
            if length / MONTH / step <= MAX_LINES:
                months = (date(year, month, 1) for year in years for month in range(1, 13, step))
                return [day for day in months if self.start < day.toordinal() < self.end]
        step = next((step for step in YEARS if length / YEAR / step <= MAX_LINES), YEARS[-1])
        firsts = (date(year, 1, 1) for year in years if year % step == 0)
        return [day for day in firsts if self.start <= day.toordinal() < self.end]


def heading(scale: Scale) -> str:
    """Return the days that the picture shows in words: years, or days of one year."""
    if scale.first.year == scale.last.year:
        return format_period(scale.first, scale.last)
    return f"{scale.first.year}{TO}{scale.last.year}"


def moves(scale: Scale) -> dict[str, str]:
    """Return the addresses of the picture earlier, later, closer and wider, as far as there are days."""
    breadth = scale.end - scale.start
    addresses = {}
    for name, (left, right) in MOVES.items():
        start, end = scale.start + int(left * breadth), scale.end - 1 + int(right * breadth)
        if date.min.toordinal() <= start and end <= date.max.toordinal():
            edges = {"from": str(date.fromordinal(start)), "to": str(date.fromordinal(max(start, end)))}
            addresses[name] = changed("/timeline", **edges)
    return addresses


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
        """How broad it is."""
        return round(self.end - self.start, 3)

    @property
    def middle(self) -> float:
        """Where its middle lies."""
        return round((self.start + self.end) / 2, 3)

    @property
    def is_inside(self) -> bool:
        """Whether some of it lies in the picture."""
        return max(self.start, self.end) > 0 and min(self.start, self.end) < BREADTH

    def cut(self) -> Shape:
        """Return the part of it that lies in the picture."""
        return Shape(self.kind, min(max(self.start, 0), BREADTH), min(max(self.end, 0), BREADTH))


def stretches(bounds: Bounds) -> Iterator[tuple[str, int, int]]:
    """Yield the certain and possible stretches of a time, in order, each from a day up to another."""
    if not bounds.known:
        return
    first = (bounds.earliest_start or bounds.known[0]).toordinal()
    last = (bounds.latest_end or bounds.known[-1]).toordinal() + 1
    if bounds.core is None:
        yield "possible", first, last
        return
    start, end = bounds.core[0].toordinal(), bounds.core[1].toordinal() + 1
    if first < start:
        yield "possible", first, start
    yield "certain", start, end
    if end < last:
        yield "possible", end, last


def shapes(bounds: Bounds, scale: Scale) -> list[Shape]:
    """Return the shapes that draw a time, cut off at the edges of the picture."""
    drawn = [Shape(kind, scale.at(first), scale.at(last)) for kind, first, last in stretches(bounds)]
    if not drawn:
        return []
    start, end = drawn[0].start, drawn[-1].end
    is_open_before = bounds.earliest_start is None and start > 0
    is_open_after = bounds.latest_end is None and end < BREADTH
    if not is_open_before and not is_open_after and (end <= 0 or start >= BREADTH):
        edge = 0 if end <= 0 else BREADTH
        return [Shape("beyond", edge, edge)]
    if end - start < POINT:
        kind = "certain" if bounds.core else "possible"
        drawn = [Shape(f"{kind} point", start, end)] if 0 <= start < BREADTH else []
    drawn += [Shape("open", start, 0)] if is_open_before else []
    drawn += [Shape("open", end, BREADTH)] if is_open_after else []
    return [shape.cut() for shape in drawn if shape.is_inside]


@dataclass(frozen=True)
class Track:
    """A time as it is drawn: its manner, its shapes, and its days for scripts."""

    manner: str
    shapes: list[Shape]
    days: str


@dataclass(frozen=True)
class TrackRow:
    """A thing on the page, with its times in words, drawn, and the graphs that state them."""

    item: Item
    shown: Shown
    when: list[str]
    tracks: list[Track]
    sources: list[EvidenceLink]
    decisive: int
    """How many of its sources state what its words tell: these are the first."""
    clash: str
    """The comparison by which other sources give another time, if they do."""

    @property
    def years(self) -> list[str]:
        """The years that it begins and ends in, as far as they are known."""
        known = sorted(day for time in self.item.shown for day in time.bounds.known)
        return [str(known[0].year), str(known[-1].year)] if known else [""]


def grouped(
    lines: Sequence[TrackRow], folds: str, offices: Mapping[str, str]
) -> list[tuple[str, list[Track], list[TrackRow]]]:
    """Return rows in groups, each with its name and how it is drawn; few stand alone, without a name.

    `folds` says which are together: those of the same `time`, those that begin in the same `year`, or `all`.
    Terms by which somebody held one post are together in any case, but where all is: `offices` says who held
    which, by the IRI of the term.
    """
    if folds != "all" and any(line.item.iri in offices for line in lines):
        return [*by_office(lines, offices)]
    keys: Mapping[str, Callable[[TrackRow], tuple[str, ...]]] = {
        "time": lambda line: tuple(line.when),
        "year": lambda line: (line.years[0],),
        "all": lambda _line: (),
    }
    groups: list[tuple[str, list[Track], list[TrackRow]]] = []
    for key, members in groupby(lines, key=keys[folds]):
        rows = list(members)
        if len(rows) < FOLDED:
            groups += [("", [], [line]) for line in rows]
            continue
        years = sorted(year for line in rows for year in line.years)
        every = [track for line in rows for track in line.tracks]
        name = "; ".join(key) or f"{years[0]}{TO}{years[-1]}"
        groups.append((name, rows[0].tracks if folds == "time" else every, rows))
    return groups


def by_office(
    lines: Sequence[TrackRow], offices: Mapping[str, str]
) -> Iterator[tuple[str, list[Track], list[TrackRow]]]:
    """Yield the terms of each holder of a post as a group, with the time for which texts tell of it."""
    terms: dict[str, list[TrackRow]] = {}
    for line in lines:
        terms.setdefault(offices.get(line.item.iri, line.item.iri), []).append(line)
    for office, rows in terms.items():
        if len(rows) == 1:
            yield "", [], rows
            continue
        times = [time for line in rows for time in line.item.shown]
        single = [time for time in times if time.bounds.attested and time.manner == "actual"]
        days = {day for time in single if (day := time.bounds.attested)}
        others = [time for time in times if time not in single]
        longer = dict.fromkeys(
            time.in_words() for time in others if not any(lies_within(time, other) for other in others)
        )
        told = [*longer] or [format_attested(days)]
        yield f"{office}, {'; '.join(told)}", [track for line in rows for track in line.tracks], rows


def lies_within(one: Time, other: Time) -> bool:
    """Tell whether all that is known of a time lies within another that is as sure, and longer."""
    days, around = one.bounds.known, other.bounds.known
    if not days or not around or one.manner != other.manner:
        return False
    ends, longer = (days[0], days[-1]), (around[0], around[-1])
    return ends != longer and longer[0] <= ends[0] and ends[1] <= longer[1]
