"""The figures as a page: one small chart for each indicator and unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.numbers import format_compact_decimal, format_decimal
from pyoxigraph import NamedNode
from wicara.ontology import PREFIXES
from wicara.server.app_state import store
from wicara.server.site.language import get_locale
from wicara.server.site.language import gettext as _
from wicara.server.site.pictures import figures, timeline
from wicara.server.site.pictures.asked import changed, short_of, thing_asked
from wicara.server.site.pictures.kept import kept
from wicara.server.site.pictures.picture import Picture, sources
from wicara.server.site.times import format_span
from wicara.server.site.words import Words, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from wicara.server.site.pictures.figures import Observation
    from wicara.server.site.pictures.picture import Record, Source
    from wicara.server.site.pictures.timeline import Item
    from wicara.server.site.words import Shown

COLUMNS: Final = (
    *("item", "label", "indicator", "of", "when", "value", "unit"),
    *("manner", "who", "possiblyWho", "written", "sources"),
)
CURRENCY: Final = re.compile(r"[A-Z]{3}")
PERCENT: Final = "%"
RANK: Final = f"{PREFIXES['unit']}rank"
PLACES: Final = (5, 10, 20, 50, 100)
"""How many places a rank is drawn among: the fewest that hold it."""
WHOLE: Final = 100


@dataclass(frozen=True)
class Bar:
    """A figure as it is drawn: from where to where in percent of the breadth, and its value in words."""

    one: Observation
    shown: Shown
    of: list[Shown]
    when: str
    amount: str
    start: float
    width: float
    dots: list[bool]
    sources: list[Source]


@dataclass(frozen=True)
class Chart:
    """The figures of an indicator in a unit, and where zero lies in percent of the breadth."""

    indicator: Shown | None
    unit: Shown | None
    bars: list[Bar]
    zero: float


def picture() -> Picture:
    """Return the figures that the address asks for."""
    about = thing_asked("about")
    some = None
    if about:
        concerned = timeline.items(store(), kept(timeline.index).lanes, about)
        some = [item.iri for item in concerned if item.lane == "figure"]
    found = figures.observations(store(), some)
    times = {one.iri: timeline.Item(one.iri, "figure") for one in found}
    timeline.add_times(store(), list(times.values()))
    named = {iri for one in found for iri in one.terms()} | ({about.value} if about else set())
    words = Words.for_request(labels_of(store(), map(NamedNode, named)))
    return Picture(
        "figures",
        [record(one, times[one.iri], words) for one in found],
        COLUMNS,
        {
            "about": about.value if about else None,
            "charts": charts(found, times, words),
            "words": words,
            "short_of": short_of,
            "changed": changed,
            "cut": len(found) == figures.MOST,
        },
    )


def charts(found: Iterable[Observation], times: Mapping[str, Item], words: Words) -> list[Chart]:
    """Return the charts, sorted by the label of their indicator."""
    groups: dict[tuple[str, str], list[Observation]] = {}
    for one in found:
        groups.setdefault((one.indicator or "", one.unit or ""), []).append(one)
    drawn = [chart(members, times, words) for members in groups.values()]
    return sorted(drawn, key=lambda one: one.indicator.text.casefold() if one.indicator else "")


def chart(members: Sequence[Observation], times: Mapping[str, Item], words: Words) -> Chart:
    """Return the chart of figures that share indicator and unit, in order of time."""
    ordered = sorted(members, key=lambda one: (times[one.iri].order, one.value))
    low, high = ends(ordered)
    first = ordered[0]
    return Chart(
        words.show_iri(first.indicator) if first.indicator else None,
        words.show_iri(first.unit) if first.unit else None,
        [bar(one, times[one.iri], words, low, high) for one in ordered],
        round(float(-low / (high - low)) * 100, 2),
    )


def ends(members: Sequence[Observation]) -> tuple[Decimal, Decimal]:
    """Return the values at the left and the right edge of a chart; zero is always among them."""
    values = [one.value for one in members]
    nothing = values[0] * 0
    low, high = min(nothing, *values), max(nothing, *values)
    if members[0].notation == PERCENT and low >= 0 and high <= WHOLE:
        high = nothing + WHOLE
    return (low, high) if low < high else (low, low + 1)


def bar(one: Observation, item: Item, words: Words, low: Decimal, high: Decimal) -> Bar:
    """Return a figure as it is drawn."""
    left, right = sorted((one.value * 0, one.value))
    breadth = high - low
    return Bar(
        one,
        words.show_iri(one.iri),
        [words.show_iri(iri) for iri in one.parties],
        when(item),
        amount(one, words),
        round(float((left - low) / breadth) * 100, 2),
        round(float((right - left) / breadth) * 100, 2),
        dots(one),
        sources(one.graphs),
    )


def dots(one: Observation) -> list[bool]:
    """Return the places that a rank is drawn among, with its own one filled; none for other figures."""
    if one.unit != RANK or one.value != int(one.value) or not 0 < one.value <= PLACES[-1]:
        return []
    among = next(count for count in PLACES if one.value <= count)
    return [place == one.value for place in range(1, among + 1)]


def when(item: Item) -> str:
    """Return the times of a figure in words."""
    return "; ".join(dict.fromkeys(format_span(time.bounds) or str(_("not known")) for time in item.times))


def amount(one: Observation, words: Words) -> str:
    """Return a value with its unit as the reader's language writes it."""
    locale = get_locale()
    if CURRENCY.fullmatch(one.notation):
        short = format_compact_decimal(one.value, format_type="long", locale=locale, fraction_digits=2)
        return f"{one.notation}\N{NO-BREAK SPACE}{short}"
    written = format_decimal(one.value, locale=locale)
    if one.unit == RANK:
        return str(_("place %(n)s", n=written))
    unit = one.notation or (words.show_iri(one.unit).text if one.unit else "")
    return f"{written}\N{NO-BREAK SPACE}{unit}".strip()


def record(one: Observation, item: Item, words: Words) -> Record:
    """Return a figure as a record."""
    return {
        "item": one.iri,
        "label": words.show_iri(one.iri).text,
        "indicator": words.show_iri(one.indicator).text if one.indicator else "",
        "of": one.parties,
        "when": when(item),
        "value": format(one.value, "f"),
        "unit": one.notation or (words.show_iri(one.unit).text if one.unit else ""),
        "manner": one.manner,
        "who": one.who,
        "possiblyWho": one.possibly,
        "written": one.written,
        "sources": one.graphs,
    }
