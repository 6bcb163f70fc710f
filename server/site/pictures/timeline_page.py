"""The timeline as a page: lanes of rows, each with its times in words and on a track."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.server.app_state import store
from wicara.server.resources import number_of_page
from wicara.server.site.language import gettext as _
from wicara.server.site.pictures import timeline
from wicara.server.site.pictures.asked import changed, day_asked, short_of, some_of, thing_asked
from wicara.server.site.pictures.kept import kept
from wicara.server.site.pictures.picture import Picture, Source, sources
from wicara.server.site.pictures.scale import Scale, extent, from_to, scale_of
from wicara.server.site.pictures.shapes import Shape, shapes
from wicara.server.site.times import NAMES, TO, format_day, format_period, format_span
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wicara.server.site.pictures.picture import Record
    from wicara.server.site.pictures.timeline import Item, OnDay, Reading, Time
    from wicara.server.site.words import Shown

PAGE: Final = 500
"""How many things a picture holds."""
COLUMNS: Final = ("item", "label", "lane", "manner", "when", *NAMES, "written", "sources")
LANES_OF_A_DAY: Final = ("coordinator", "office", "standing", "event", "document", "figure", "act")
EMPTY: Final = from_to(date(2000, 1, 1), date(2030, 12, 31))
NEAR: Final = {"earlier": (-0.5, -0.5), "later": (0.5, 0.5), "closer": (0.25, -0.25), "wider": (-0.5, 0.5)}
"""How the edges of the picture move, in parts of its breadth."""
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Track:
    """A time as it is drawn: how it is told, its shapes, and its days for scripts."""

    manner: str
    shapes: list[Shape]
    days: str


@dataclass(frozen=True)
class Row:
    """A thing on the timeline, with its times in words, drawn, and the graphs that tell of them."""

    item: Item
    shown: Shown | None
    when: list[str]
    tracks: list[Track]
    sources: list[Source]

    @property
    def drawn(self) -> bool:
        """Tell whether something is known of its time."""
        return any(time.bounds.known for time in self.item.times)


def picture() -> Picture:
    """Return the timeline that the address asks for."""
    about = thing_asked("about")
    there = kept(timeline.index)
    everything = timeline.items(store(), there.lanes, about)
    counts = Counter(item.lane for item in everything)
    lanes = some_of("kind", timeline.NAMED)
    wanted = [item for item in everything if item.lane in lanes]
    first = (number_of_page() - 1) * PAGE
    some = wanted[first : first + PAGE]
    timeline.add_times(store(), some)
    some.sort(key=lambda item: item.order)
    words = words_for(some, about, there.choices)
    day = day_asked("date")
    scale = scale_for(some, day)
    rows = {item.iri: row(item, words, scale) for item in some}
    return Picture(
        "timeline",
        [record for item in some for record in records(item, words)],
        COLUMNS,
        {
            "about": about.value if about else None,
            "words": words,
            "names": timeline.NAMED,
            "counts": counts,
            "chosen": lanes,
            "lanes": in_lanes(one for one in rows.values() if one.drawn),
            "timeless": [one for one in rows.values() if not one.drawn],
            "scale": scale,
            "moves": moves(scale),
            "day": day,
            "today": on_day(some, rows, day),
            "choices": shown_choices(there.choices, words),
            "short_of": short_of,
            "total": len(wanted),
            "first": first + 1,
            "last": first + len(some),
            "changed": changed,
            "day_in_words": format_day,
            "heading": heading(scale),
            "ONE_DAY": ONE_DAY,
        },
    )


def words_for(some: Iterable[Item], about: NamedNode | None, choices: Mapping[str, list[str]]) -> Words:
    """Return the words for all that the page names, with one query."""
    named = {NamedNode(item.iri) for item in some}
    named |= {NamedNode(iri) for iris in (choices, *choices.values()) for iri in iris}
    return Words.for_request(labels_of(store(), {*named, *([about] if about else [])}))


def scale_for(some: Sequence[Item], day: date | None) -> Scale:
    """Return the days that the picture shows: those asked for, else those of what does not last long."""
    start, end = day_asked("from"), day_asked("to")
    if start and end:
        return from_to(start, end)
    brief = [time.bounds for item in some if item.lane not in timeline.LASTING for time in item.times]
    found = extent(brief) or extent(time.bounds for item in some for time in item.times) or EMPTY
    if day and not found.first <= day <= found.last:
        found = scale_of((found.first, found.last, day)) or found
    return from_to(start or found.first, end or found.last)


def heading(scale: Scale) -> str:
    """Return the days that the picture shows in words: years, or days of one year."""
    if scale.first.year == scale.last.year:
        return format_period(scale.first, scale.last)
    return f"{scale.first.year}{TO}{scale.last.year}"


def moves(scale: Scale) -> dict[str, str]:
    """Return the addresses of the same picture earlier, later, closer and wider."""
    breadth = scale.end - scale.start
    found = {}
    for name, (left, right) in NEAR.items():
        start = scale.start + int(left * breadth)
        end = scale.end - 1 + int(right * breadth)
        if date.min.toordinal() <= start and end <= date.max.toordinal():
            edges = {"from": str(date.fromordinal(start)), "to": str(date.fromordinal(max(start, end)))}
            found[name] = changed("/timeline", **edges)
    return found


def row(item: Item, words: Words, scale: Scale) -> Row:
    """Return a thing as a row of the page."""
    return Row(
        item,
        words.show_iri(item.iri),
        list(dict.fromkeys(told(time) for time in item.times)) or [_("not known")],
        [Track(time.manner, shapes(time.bounds, scale), days(time)) for time in item.times],
        sources(graph for time in item.times for graph in time.graphs),
    )


def told(time: Time) -> str:
    """Return a time in words, with how it is told where that is more than a time."""
    when = format_span(time.bounds) or str(_("not known"))
    manners = {"planned": _("planned: %(when)s", when=when), "proposed": _("proposed: %(when)s", when=when)}
    return str(manners.get(time.manner, when))


def days(time: Time) -> str:
    """Return the bounds of a time for scripts."""
    return json.dumps([time.manner, *time.bounds.iso()])


def in_lanes(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return rows by lane, from top to bottom, without empty lanes."""
    found: dict[str, list[Row]] = {lane: [] for lane in timeline.NAMED}
    for one in rows:
        found[one.item.lane].append(one)
    return [(lane, members) for lane, members in found.items() if members]


def records(item: Item, words: Words) -> Iterable[Record]:
    """Yield the records of a thing: one for each of its times, or one without."""
    shown = words.show_iri(item.iri)
    times: list[Time | None] = [*item.times]
    for time in times or [None]:
        yield {
            "item": item.iri,
            "label": shown.text,
            "lane": item.lane,
            "manner": time.manner if time else item.manner,
            "when": (format_span(time.bounds) if time else "") or _("not known"),
            **dict(zip(NAMES, time.bounds.iso() if time else [""] * 4, strict=True)),
            "written": time.written if time else "",
            "sources": time.graphs if time else [],
        }


@dataclass(frozen=True)
class Today:
    """A day: what held for certain, possibly, and what was to come, each with what is read of it."""

    groups: list[tuple[str, list[tuple[Row, Reading | None, list[Source]]]]]


def on_day(some: Sequence[Item], rows: Mapping[str, Row], day: date | None) -> Today | None:
    """Return what the page says of a day, or None where it is asked for none."""
    if day is None:
        return None
    read = timeline.readings(store(), some, day)
    held: OnDay = timeline.on_day(some, day, read)
    groups = (
        (_("For certain"), held.certain),
        (_("Still to begin on that day"), held.coming),
        (_("Possibly, or by a plan"), held.possible),
    )
    return Today(
        [(name, [line(rows[item.iri], read) for item in in_order(found)]) for name, found in groups if found]
    )


def in_order(some: Iterable[Item]) -> list[Item]:
    """Return things in the order in which a day tells of them."""
    return sorted(some, key=lambda item: (LANES_OF_A_DAY.index(item.lane), item.order))


def line(one: Row, read: Mapping[str, Reading]) -> tuple[Row, Reading | None, list[Source]]:
    """Return a row with what is read of it on the day, and the graph that says so."""
    reading = read.get(one.item.iri)
    return one, reading, sources([reading.graph] if reading and reading.graph else [])


def shown_choices(choices: Mapping[str, list[str]], words: Words) -> list[tuple[str, list[Shown]]]:
    """Return the things that the timeline may be about, by class, sorted by label."""
    return [
        (
            words.show_iri(kind).text,
            sorted((words.show_iri(iri) for iri in iris), key=lambda one: one.text.casefold()),
        )
        for kind, iris in choices.items()
    ]
