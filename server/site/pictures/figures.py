"""The figures: the statistical observations, a small chart for each indicator and unit, and who says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import Basis, bases_of
from wicara.graph.names import GraphKind, kind_of
from wicara.graph.sparql import value
from wicara.graph.status import CLAIMED, ESTABLISHED, Status, local_name, status_of, strongest
from wicara.ontology import PREFIXES, WIC
from wicara.server.app_state import store
from wicara.server.linked.resources import number_of_page
from wicara.server.site.filter import narrowed
from wicara.server.site.language import PERCENT
from wicara.server.site.language import gettext as _
from wicara.server.site.pictures.picture import (
    Picture,
    Portion,
    add_iri,
    iri_list,
    iri_of,
    picture,
    requested_thing,
    rows,
    sources,
    words_for,
)
from wicara.server.site.pictures.timeline import Item, add_times, concerned_with
from wicara.server.site.tables.cells import RANK, amount
from wicara.server.site.tables.differing import clash_in, is_counted_otherwise
from wicara.server.site.times import LAST, format_span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from pyoxigraph import QuerySolution, Store
    from wicara.graph.evidence import Quote
    from wicara.server.site.pictures.picture import EvidenceLink, Record
    from wicara.server.site.words import Shown, Term, Words

COLUMNS: Final = (
    *("item", "label", "indicator", "of", "when", "bound", "value", "unit"),
    *("manner", "who", "possiblyWho", "written", "sources"),
)
PAGE: Final = 500
"""How many values of observations a page holds."""
MAX_DIGITS: Final = 30
"""How many digits a value has before its point at most."""
VALUE: Final = NamedNode(f"{WIC}value")
PARTIES: Final = (
    *("fromParty", "toParty", "betweenParties", "observedActor", "relativeTo"),
    *("observedDocument", "observedEvent", "rankScope"),
)
"""The properties that lead to what an observation is of, in order."""
RANKS: Final = (5, 10, 20, 50, 100)
"""How many places a rank is drawn among: the fewest that hold it."""
WHOLE: Final = 100
SIDES: Final = {
    **dict.fromkeys(("at-least", "more-than"), "above"),
    **dict.fromkeys(("at-most", "less-than", "nearly"), "below"),
    "about": "below and above",
}
"""On which side of a figure its bound leaves it open."""


@dataclass
class Judgement:
    """A claim that judges a figure: its words by their language, who makes it, and who possibly does."""

    texts: dict[str, str] = field(default_factory=dict)
    who: list[str] = field(default_factory=list)
    possibly: list[str] = field(default_factory=list)


@dataclass
class Figure:
    """An observation: its value, unit and indicator, what it is of, its times, and who says so."""

    iri: str
    value: Decimal
    indicator: str | None = None
    unit: str | None = None
    notation: str = ""
    written: str = ""
    bound: str | None = None
    graphs: list[str] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    possibly: list[str] = field(default_factory=list)
    confidence: list[str] = field(default_factory=list)
    of: dict[str, list[str]] = field(default_factory=dict)
    judged: dict[str, Judgement] = field(default_factory=dict)
    """What is claimed of it, by claim."""
    times: Item = field(init=False)

    def __post_init__(self) -> None:
        """Give it a place on the timeline."""
        self.times = Item(self.iri, "figure")

    @property
    def manner(self) -> str:
        """Whether it is a plain fact (`actual`), or the key of the strongest status that graphs give it."""
        status = strongest(self.statuses)
        return status.key if status and status.key != ESTABLISHED else "actual"

    @property
    def speakers(self) -> list[str]:
        """Who says so, but for the texts themselves: marks name these."""
        return [iri for iri in self.who if not iri.startswith(PREFIXES["article"])]

    @property
    def doubts(self) -> list[str]:
        """How sure it is who says so, where it is not sure."""
        return [iri for iri in self.confidence if local_name(NamedNode(iri)) != "high"]

    @property
    def parties(self) -> list[str]:
        """What it is of, in order, each once."""
        return [*dict.fromkeys(iri for name in PARTIES for iri in self.of.get(name, []))]

    @property
    def subject(self) -> frozenset[str]:
        """Whom or what it is about: its parties, but for those that it is a rank among."""
        return frozenset(self.parties).difference(self.of.get("rankScope", []))

    @property
    def content(self) -> tuple[object, ...]:
        """What a page tells of it, but for its sources: figures that agree in this are one."""
        whose = (*self.speakers, None, *self.possibly, *self.judged)
        return (self.value, self.bound, *self.parties, self.is_directed, self.when, self.manner, *whose)

    @property
    def is_directed(self) -> bool:
        """Whether it goes from its first party to its second one, as exports do."""
        return len(self.of.get("fromParty", [])) == len(self.of.get("toParty", [])) == 1

    @property
    def when(self) -> str:
        """Its times in words."""
        spans = (format_span(time.bounds) or str(_("not known")) for time in self.times.times)
        return "; ".join(dict.fromkeys(spans))

    @property
    def dots(self) -> list[bool]:
        """The places that a rank is drawn among, with its own one filled; none for other figures."""
        if self.unit != RANK or self.value != int(self.value) or not 0 < self.value <= RANKS[-1]:
            return []
        among = next(count for count in RANKS if self.value <= count)
        return [place == self.value for place in range(1, among + 1)]

    def unit_in(self, words: Words) -> str:
        """Return its unit: the notation, or else the label."""
        return self.notation or (words.show_iri(self.unit).text if self.unit else "")

    def amount(self, words: Words) -> str:
        """Return its value with the unit as the reader's language writes them."""
        number = amount(format(self.value, "f"), self.unit, self.unit_in(words))
        return f"{words.show_iri(self.bound).text} {number}" if self.bound else number

    @property
    def reach(self) -> tuple[Decimal, Decimal]:
        """How much of it is certain, and up to where it may reach: a bound or `about` leaves a tenth open."""
        tenth, side = self.value / 10, SIDES.get((self.bound or "").removeprefix(PREFIXES["bound"]), "")
        return self.value - tenth * ("below" in side), self.value + tenth * ("above" in side)

    def iris(self) -> Iterator[str]:
        """Yield the IRIs that a page names for it."""
        yield from filter(None, (self.iri, self.indicator, self.unit, self.bound))
        yield from chain(self.who, self.possibly, self.confidence, *self.of.values())
        yield from chain(self.judged, *((*one.who, *one.possibly) for one in self.judged.values()))


@dataclass(frozen=True)
class Bar:
    """A figure as it is drawn: from where on and how broad, in percent of the breadth."""

    one: Figure
    shown: Shown
    of: list[Shown]
    amount: str
    start: float
    width: float
    open: float
    """How broad the part is that its bound leaves open, beyond the rest."""
    sources: list[EvidenceLink]
    stated: list[Basis]
    """What its sources rest on, of all figures that say the same."""
    clash: str
    """The comparison by which another figure differs from it, if one does."""
    otherwise: bool
    """Whether another text gives the length of the same dates, counted otherwise."""

    @property
    def quote(self) -> Quote | None:
        """The words of a source, where they are quoted."""
        return next((quote for basis in self.stated for quote in basis.quotes), None)


@dataclass(frozen=True)
class Chart:
    """The figures of an indicator in a unit, and where zero lies in percent of the breadth.

    It `compares` them with each other or with a whole: one value by itself is not drawn as a bar.
    """

    indicator: Shown | None
    unit: Shown | None
    bars: list[Bar]
    zero: float
    compares: bool


@picture("about", "page")
def figures() -> Picture:
    """Show the statistical observations."""
    about = requested_thing("about")
    some: Collection[str] | None = concerned_with(store(), about) if about else None
    view = narrowed("/figures")
    if view.days is not None:
        some = view.days.keys() if some is None else view.days.keys() & {*some}
    everything = values_of(store(), some)
    if len(everything) > PAGE:
        everything.sort(key=lambda one: view.spans.get(one[0], ("", "")), reverse=True)
    portion = Portion("figures", len(everything), PAGE, number_of_page())
    places = {one: place for place, one in enumerate(portion.of(everything))}
    read = read_figures(store(), {iri for iri, _value in places})
    shown = [one for one in read if (one.iri, one.value) in places]
    add_times(store(), [one.times for one in shown])
    shown = newest_first(shown)
    named = {iri for one in shown for iri in one.iris()} | ({about.value} if about else set())
    words = words_for(store(), named)
    return Picture(
        "figures",
        [record(one, words) for one in shown],
        COLUMNS,
        {
            "about": about.value if about else None,
            "charts": charts(shown, words, bases_of(store(), chain(*(one.graphs for one in shown)))),
            "words": words,
            "portion": portion,
        },
    )


def newest_first(some: Iterable[Figure]) -> list[Figure]:
    """Return figures in the order of their times, the latest first; what has no time comes last."""

    def place(one: Figure) -> tuple[bool, timedelta, Decimal]:
        (first, _last), *_others = one.times.order
        return first == LAST, LAST - first, one.value

    return sorted(some, key=place)


def values_of(store: Store, some: Collection[str] | None) -> list[tuple[str, Decimal]]:
    """Return all observations, or some, with their values, sorted; one with two values is there twice."""
    return sorted(
        {
            (quad.subject.value, number)
            for quad in store.quads_for_pattern(None, VALUE, None, None)
            if isinstance(quad.subject, NamedNode)
            and (some is None or quad.subject.value in some)
            and (number := number_in(quad.object)) is not None
        }
    )


def read_figures(store: Store, some: Iterable[str]) -> list[Figure]:
    """Return some observations, sorted by IRI, with what is said of them; one with two values is two."""
    known: dict[tuple[str, Decimal], Figure] = {}
    found = [*rows(store, "figures", observation=iri_list(some))]
    for row in (row for row in found if row["value"]):
        iri, number = value(row, "observation"), number_in(row["value"])
        if number is not None:
            one = known.setdefault((iri, number), Figure(iri, number))
            add_iri(one.graphs, row, "graph")
            one.statuses += [status_by(row)] if row["graph"] else []
            add_iri(one.who, row, "who")
            add_iri(one.possibly, row, "possibly")
            add_iri(one.confidence, row, "confidence")
    by_iri: dict[str, list[Figure]] = {}
    for one in known.values():
        by_iri.setdefault(one.iri, []).append(one)
    for row in (row for row in found if not row["value"]):
        for one in by_iri.get(value(row, "observation"), ()):
            add_context(one, row)
    return [*known.values()]


def status_by(row: QuerySolution) -> Status:
    """Return the status that a graph gives a value: the content of a claim is claimed."""
    graph = value(row, "graph")
    if kind_of(graph) is GraphKind.CONTENT:
        return Status(CLAIMED)
    said = ((key, row[key]) for key in ("kind", "modality", "basis", "confidence", "possibly"))
    return status_of(Basis(graph, {key: [term] for key, term in said if term}))


def number_in(term: Term | None) -> Decimal | None:
    """Return the number that a literal stands for, or None where it is no finite number."""
    try:
        number = Decimal(term.value) if isinstance(term, Literal) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and number.adjusted() < MAX_DIGITS else None


def add_context(one: Figure, row: QuerySolution) -> None:
    """Add what a solution says of an observation: what it is of, its unit, its text, who judges it."""
    claim, iri = iri_of(row, "claim"), iri_of(row, "term")
    name = (iri_of(row, "property") or "").removeprefix(WIC)
    if claim:
        judgement, text = one.judged.setdefault(claim, Judgement()), row["term"]
        add_iri(judgement.who, row, "who")
        add_iri(judgement.possibly, row, "possibly")
        if isinstance(text, Literal):
            judgement.texts[text.language or ""] = text.value
    elif name == "asWritten":
        one.written = value(row, "term")
    elif iri and name == "observedIndicator":
        one.indicator = iri
    elif iri and name == "valueBound":
        one.bound = iri
    elif iri and name == "unit":
        notation = row["notation"]
        one.unit, one.notation = iri, notation.value if isinstance(notation, Literal) else ""
    elif iri and name:
        add_iri(one.of.setdefault(name, []), row, "term")


def charts(shown: Sequence[Figure], words: Words, bases: Mapping[str, Basis]) -> list[Chart]:
    """Return the charts: those of most figures first, then by the label of their indicator.

    In each, what most figures are about comes first, in all charts together: of whom a reader will look for.
    """
    about = Counter(one.subject for one in shown)
    groups: dict[tuple[str, str], list[Figure]] = {}
    for one in sorted(newest_first(shown), key=lambda one: -about[one.subject]):
        groups.setdefault((one.indicator or "", one.unit or ""), []).append(one)
    drawn = [chart(members, words, bases) for members in groups.values()]
    return sorted(
        drawn,
        key=lambda one: (-len(one.bars), one.indicator.text.casefold() if one.indicator else ""),
    )


def chart(members: Sequence[Figure], words: Words, bases: Mapping[str, Basis]) -> Chart:
    """Return the chart of figures that share indicator and unit; zero is always in it."""
    first, *_others = members
    values = [one.value for one in members]
    zero = first.value * 0
    low, high = min(zero, *values), max(zero, *(max(one.reach) for one in members))
    is_share = first.notation == PERCENT and low >= 0 and high <= WHOLE
    if is_share:
        high = zero + WHOLE
    breadth = high - low or Decimal(1)

    def at(number: Decimal) -> float:
        return round(float(number / breadth) * 100, 2)

    def bar(alike: Sequence[Figure]) -> Bar:
        one, graphs = alike[0], [graph for each in alike for graph in each.graphs]
        return Bar(
            one,
            words.show_iri(one.iri),
            [words.show_iri(iri) for iri in one.parties],
            one.amount(words),
            at(min(*one.reach, zero) - low),
            at(abs(one.reach[0])),
            at(abs(one.reach[1] - one.reach[0])),
            sources(graphs),
            [bases[graph] for graph in graphs if graph in bases],
            clash_in(each.iri for each in alike),
            is_counted_otherwise(graphs),
        )

    same: dict[tuple[object, ...], list[Figure]] = {}
    for one in members:
        same.setdefault(one.content, []).append(one)
    bars = [*map(bar, same.values())]
    indicator, unit = (words.show_iri(iri) if iri else None for iri in (first.indicator, first.unit))
    return Chart(indicator, unit, bars, at(-low), is_share or len({*values}) > 1)


def record(one: Figure, words: Words) -> Record:
    """Return a figure as a record."""
    return {
        "item": one.iri,
        "label": words.show_iri(one.iri).text,
        "indicator": words.show_iri(one.indicator).text if one.indicator else "",
        "of": one.parties,
        "when": one.when,
        "bound": words.show_iri(one.bound).text if one.bound else "",
        "value": format(one.value, "f"),
        "unit": one.unit_in(words),
        "manner": one.manner,
        "who": one.who,
        "possiblyWho": one.possibly,
        "written": one.written,
        "sources": one.graphs,
    }
