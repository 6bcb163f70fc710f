"""The timeline: events, terms, documents and figures in lanes, with their times in words and drawn."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import WITH_BASIS
from wicara.graph.names import kind_of
from wicara.graph.sparql import value
from wicara.ontology import WIC
from wicara.server.app_state import cached, infer, per_version, store
from wicara.server.descriptions.openapi import several
from wicara.server.linked.resources import number_of_page
from wicara.server.site.filter import narrowed, requested_day
from wicara.server.site.kinds import KINDS
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.pictures.picture import (
    Picture,
    Portion,
    changed,
    classes_with,
    iri_list,
    iri_of,
    names_of_texts,
    picture,
    requested_kinds,
    requested_thing,
    rows,
    sources,
    words_for,
)
from wicara.server.site.pictures.track import (
    ALONGSIDE,
    MANNERS,
    PLANNED_TIME,
    SUREST,
    Scale,
    Time,
    Track,
    TrackRow,
    from_start,
    grouped,
    heading,
    is_planned,
    moves,
    shapes,
    telling,
)
from wicara.server.site.tables.cells import amount
from wicara.server.site.tables.differing import clash_in
from wicara.server.site.times import (
    NAMES,
    Bounds,
    bounds_of,
    bounds_within,
    format_day,
    format_span,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Store
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.filter import Narrowed
    from wicara.server.site.pictures.picture import EvidenceLink, Record
    from wicara.server.site.words import Shown, Term, Words

PAGE: Final = 500
"""How many things a picture holds."""
COLUMNS: Final = ("item", "label", "lane", "manner", "when", *NAMES, "written", "sources")
LANES: Final = WORDS["lanes"]
"""The lanes from top to bottom, with their names."""
LANES_OF_A_DAY: Final = (
    *("coordinator", "office", "standing", "event", "document", "figure", "act", "membership", "text"),
)
UNASKED: Final = ("figure", "membership", "text")
"""The lanes that are shown where they are asked for: what is beside the story, and the texts that tell it."""
UNASKED_ABOUT: Final = ("text",)
"""Those of a timeline about one thing, which has fewer."""
LASTING: Final = frozenset({"office", "membership"})
"""The lanes of what may last far longer than what the rest is about."""
HAPPENING: Final = frozenset({"event", "act"})
"""The lanes of what may happen in the course of something else."""
TOLD: Final = HAPPENING | {"office", "figure", "document"}
"""The lanes of what is told with what it hangs together with."""
BRIEF: Final = HAPPENING | {"text", "document"}
"""The lanes of what is told year by year where there is much."""
ASIDE: Final = LASTING | {"figure"}
"""The lanes that are folded whole where there is much: what lasts, and what has a page of its own."""
CHOICES: Final = tuple(f"{WIC}{kind.choice}" for kind in KINDS.values() if kind.choice)
"""The classes of what a timeline may be chosen to be about."""
MAX_CHOICES: Final = 300
"""How many things of each of them there are to choose from."""
EMPTY: Final = Scale.between(date(2000, 1, 1), date(2030, 12, 31))
COUNTED: Final = ("item", "value", "unit", "indicator", "bound", "who", "text")
"""What is read of a figure."""
Outer: TypeAlias = dict[str, list[tuple[str, str]]]
"""What things have times of, each with the link of such a time."""
NONE: Final[Outer] = {}
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
ONE_DAY: Final = timedelta(days=1)
LONG: Final = 60
"""How many rows make a picture long: more is folded in it."""


@dataclass
class Item:
    """A thing on a timeline: its lane, and its times."""

    iri: str
    lane: str
    times: list[Time] = field(default_factory=list)

    @property
    def manner(self) -> str:
        """The manner of the surest of its times."""
        return min((time.manner for time in self.times), key=SUREST.index, default="actual")

    @property
    def shown(self) -> list[Time]:
        """The times that its row tells, the first one first."""
        return sorted(telling(self.times), key=lambda time: time.bounds.order)

    @property
    def order(self) -> tuple[tuple[date, date], tuple[date, ...], str]:
        """The sort key in its lane: the first time that its row tells; what has none comes last."""
        first = self.shown[0].bounds if self.shown else Bounds()
        return first.order, first.known, self.iri

    def beside(self, name: str) -> str:
        """Return its times in words, but for what its name tells."""
        said = dict.fromkeys(time.in_words() for time in self.shown)
        return "; ".join(one for one in said if one not in name)


@dataclass(frozen=True)
class Reading:
    """What the dataset says of a day beyond the bounds: that a term is under way, or still to begin."""

    standing: str
    sources: list[EvidenceLink]


@picture(
    "about",
    "date",
    several("kind", "The kinds that are shown; without, all but figures, memberships and texts.", LANES),
    "from",
    "to",
    "page",
)
def timeline() -> Picture:
    """Show what happened and what held when, and what held on a day."""
    about, day = requested_thing("about"), requested_day("date")
    unasked = UNASKED_ABOUT if about else UNASKED
    lanes = requested_kinds(LANES, unasked)
    index = indexed()
    view = narrowed("/timeline")
    concerned = items(store(), index, about)
    everything = [item for item in concerned if view.has(item.iri)]
    wanted = [item for item in everything if item.lane in lanes]
    if len(wanted) > PAGE:
        wanted.sort(key=lambda item: view.spans.get(item.iri, ("", "")), reverse=True)
    portion = Portion("timeline", len(wanted), PAGE, number_of_page())
    shown = portion.of(wanted)
    outer, posts, counted = contexts(store(), shown)
    add_times(store(), shown, outer)
    shown.sort(key=lambda item: item.order)
    named = {iri for iris in (index.choices, *index.choices.values()) for iri in iris}
    named |= {item.iri for item in shown} | ({about.value} if about else set())
    named |= {iri for pair in posts.values() for iri in pair}
    named |= {term.value for one in counted for term in one.values() if isinstance(term, NamedNode)}
    words = words_for(store(), named)
    labels = {iri: words.show_iri(iri) for iri in (item.iri for item in shown)} | labels_of(counted, words)
    offices = {iri: ": ".join(words.show_iri(one).text for one in pair) for iri, pair in posts.items()}
    scale = scale_for(shown, day)
    lines = {item.iri: row(item, labels[item.iri], scale) for item in shown}
    drawn = {iri: line for iri, line in lines.items() if any(time.bounds.known for time in line.item.times)}
    is_chosen = bool(view.asked) or about is not None
    beyond = [] if view.days is None else spans(view, (one.iri for one in concerned if one.lane in lanes))
    fitting = {} if view.days is None else view.spans
    return Picture(
        "timeline",
        [record for item in shown for record in records(item, labels[item.iri].text)],
        COLUMNS,
        {
            "about": about.value if about else None,
            "words": words,
            "names": LANES,
            "counts": Counter(item.lane for item in everything),
            "dayless": Counter(one.lane for one in concerned if fitting.get(one.iri) == ("", "")),
            "chosen": lanes,
            "unasked": unasked,
            "lanes": [
                (
                    lane,
                    len(members),
                    grouped(members, folding(lane, len(members), len(drawn), is_chosen), offices),
                )
                for lane in LANES
                if (members := [line for line in drawn.values() if line.item.lane == lane])
            ],
            "timeless": [line for iri, line in lines.items() if iri not in drawn],
            "scale": scale,
            "moves": moves(scale),
            "all": all_of(shown, beyond),
            "outside": beside(
                scale, outside(shown, scale) if view.days is None else left_outside(view, beyond)
            ),
            "day": day,
            "today": on_day(lines, day, readings(store(), shown, day)) if day else None,
            "choices": shown_choices(index.choices, words),
            "portion": portion,
            "day_in_words": format_day,
            "heading": heading(scale),
            "ONE_DAY": ONE_DAY,
        },
    )


@dataclass(frozen=True)
class Index:
    """What there is, sorted by IRI: the lane of everything that has one, and what to choose from by class."""

    lanes: Mapping[str, str]
    choices: Mapping[str, list[str]]


def indexed() -> Index:
    """Return what there is of this version."""
    return cached(f"timeline-{'on' if infer() else 'off'}", read_index, lambda known: Index(**known))


def read_index(_built: BuiltDataset) -> dict[str, dict[str, Any]]:
    """Return the members of what there is, with one query."""
    classes, lane_at = classes_with("lane")
    choices: dict[str, set[str]] = {iri: set() for iri in CHOICES}
    places: dict[str, int] = {}
    for solution in rows(store(), "timeline-things", **classes, choice=iri_list(CHOICES)):
        iri, place, choice = value(solution, "item"), solution["place"], iri_of(solution, "choice")
        if choice:
            choices[choice].add(iri)
        elif isinstance(place, Literal):
            places[iri] = min(places.get(iri, len(lane_at)), int(place.value))
    lanes = {iri: lane_at[places[iri]] for iri in sorted(places)}
    return {
        "lanes": {iri: lane for iri, lane in lanes.items() if lane in LANES},
        "choices": {kind: sorted(iris)[:MAX_CHOICES] for kind, iris in choices.items() if iris},
    }


def items(store: Store, index: Index, about: NamedNode | None) -> list[Item]:
    """Return what has a lane, or what of it concerns a thing, sorted by IRI; without times."""
    iris: Iterable[str] = index.lanes
    if about is not None:
        iris = sorted(concerned_with(store, about) & index.lanes.keys())
    return [Item(iri, index.lanes[iri]) for iri in iris]


def concerned_with(store: Store, about: NamedNode) -> set[str]:
    """Return what concerns a thing."""
    return {value(one, "item") for one in rows(store, "timeline-about", thing=[str(about)])}


def contexts(
    store: Store, some: Iterable[Item]
) -> tuple[Outer, dict[str, tuple[str, str]], list[Mapping[str, Term | None]]]:
    """Return what things happened or are planned with, who holds posts, what figures count."""
    outer: Outer = {}
    posts: dict[str, tuple[str, str]] = {}
    counted: list[Mapping[str, Term | None]] = []
    asked = [item.iri for item in some if item.lane in TOLD]
    for solution in rows(store, "timeline-context", item=iri_list(asked)) if asked else ():
        if within_it := iri_of(solution, "outer"):
            link = "during" if solution["main"] is None else ALONGSIDE
            outer.setdefault(value(solution, "item"), []).append((within_it, link))
        elif (holder := iri_of(solution, "holder")) and (post := iri_of(solution, "post")):
            posts.setdefault(value(solution, "item"), (holder, post))
        else:
            counted.append({name: solution[name] for name in COUNTED})
    return outer, posts, counted


def add_times(
    store: Store, some: Sequence[Item], outer: Mapping[str, Sequence[tuple[str, str]]] = NONE
) -> None:
    """Add to things their times: their own, or those of the events in whose course they happened.

    What is only planned, without a time of its own, has the planned time of what it is to go with.
    """
    known = times(store, {*(item.iri for item in some), *(iri for of in outer.values() for iri, _link in of)})
    for item in some:
        item.times = own = known.get(item.iri, [])
        if all(time.link in MANNERS for time in own):
            around = [(time, link) for iri, link in outer.get(item.iri, ()) for time in known.get(iri, ())]
            spans = {
                time.span: replace(time, link=link, bounds=bounds_within(time.bounds), written="")
                for time, link in around
                if (time.link == PLANNED_TIME and not own if link == ALONGSIDE else time.link not in MANNERS)
            }
            item.times = [*own, *spans.values()]


def times(store: Store, iris: Iterable[str]) -> dict[str, list[Time]]:
    """Return the times of things, by the IRI of the thing."""
    known: dict[str, dict[tuple[str, str], Time]] = {}
    for solution in rows(store, "times", item=iri_list(sorted(iris))):
        key = (value(solution, "link").removeprefix(WIC), value(solution, "span"))
        of_thing = known.setdefault(value(solution, "item"), {})
        if key not in of_thing:
            as_written = solution["written"]
            text = as_written.value if isinstance(as_written, Literal) else ""
            of_thing[key] = Time(*key, bounds_of(solution), text)
        time, graph, bound = of_thing[key], iri_of(solution, "graph"), iri_of(solution, "bound")
        if graph and bound and kind_of(graph) in WITH_BASIS:
            time.stated.setdefault(bound.removeprefix(WIC), []).append(graph)
        elif graph and not bound and graph not in time.graphs:
            time.graphs.append(graph)
            time.modalities += filter(None, [iri_of(solution, "modality")])
    return {iri: [*of_thing.values()] for iri, of_thing in known.items()}


def labels_of(counted: Iterable[Mapping[str, Term | None]], words: Words) -> dict[str, Shown]:
    """Return what figures are called beside others: by their value, what it counts, and who gives it."""
    texts, labels = per_version(names_of_texts), {}
    for iri, members in groupby(counted, key=lambda one: getattr(one["item"], "value", "")):
        found = []
        for one in members:
            terms = {name: term.value for name, term in one.items() if isinstance(term, NamedNode | Literal)}
            unit, text = terms.get("unit"), terms.get("text", "").rpartition("/")[2]
            number = amount(terms.get("value", ""), unit, words.unit(unit) if unit else "")
            bound, what, who = (
                words.show_iri(terms[name]).text if name in terms else ""
                for name in ("bound", "indicator", "who")
            )
            who = who or texts.get((text, language()), "")
            found.append(" ".join(filter(None, (bound, number, f"\N{MIDDLE DOT} {what}" if what else ""))))
            found[-1] += f" ({who})" if who else ""
        labels[iri] = replace(words.show_iri(iri), text="; ".join(found).replace(NO_BREAK, " "), lang=None)
    return labels


def scale_for(some: Sequence[Item], day: date | None) -> Scale:
    """Return the days that the picture shows: those asked for, else those of what does not last long."""
    start, end = requested_day("from"), requested_day("to")
    if start and end:
        return Scale.between(start, end)
    brief = [item for item in some if item.lane not in LASTING]
    known = [
        [day for item in group for time in item.times for day in time.bounds.known] for group in (brief, some)
    ]
    scale = Scale.around(known[0]) or Scale.around(known[1]) or EMPTY
    if day and not scale.first <= day <= scale.last:
        scale = Scale.around((scale.first, scale.last, day)) or scale
    return Scale.between(start or scale.first, end or scale.last)


def spans(view: Narrowed, iris: Iterable[str]) -> list[tuple[str, str]]:
    """Return the first and the last day of things that fit but for the days that are asked for."""
    return [view.spans[iri] for iri in iris if view.spans.get(iri, ("",))[0]]


def all_of(some: Sequence[Item], beyond: Iterable[tuple[str, str]]) -> str | None:
    """Return the address of a picture that shows every known day of some things, and of what lies beyond."""
    days = [day for item in some for time in item.times for day in time.bounds.known]
    days += [date.fromisoformat(day) for span in beyond for day in span]
    scale = Scale.around(days)
    return changed("/timeline", **{"from": str(scale.first), "to": str(scale.last)}) if scale else None


def outside(some: Sequence[Item], scale: Scale) -> tuple[int, int]:
    """Return how many things lie before the days that the picture shows, and how many after them."""
    known = [[day for time in item.times for day in time.bounds.known] for item in some]
    earlier = sum(bool(days) and max(days) < scale.first for days in known)
    return earlier, sum(bool(days) and min(days) > scale.last for days in known)


def left_outside(view: Narrowed, beyond: Collection[tuple[str, str]]) -> tuple[int, int]:
    """Return how many things the filter leaves out as they lie before its days, and how many after them."""
    first, last = (str(day or "") for day in (view.asked.first, view.asked.last))
    return sum(end < first for _, end in beyond), sum(bool(last) and start > last for start, _ in beyond)


def beside(scale: Scale, numbers: tuple[int, int]) -> list[tuple[int, str]]:
    """Return how many things lie before and after the days of a picture, each with its address, if any do."""
    earlier, later = numbers
    found = []
    if earlier:
        found.append((-earlier, changed("/timeline", **{"from": None, "to": str(scale.first - ONE_DAY)})))
    if later:
        found.append((later, changed("/timeline", **{"from": str(scale.last + ONE_DAY), "to": None})))
    return found


def folding(lane: str, of_lane: int, number: int, is_chosen: bool) -> str:  # noqa: FBT001 - one of its facts
    """Return what a lane of so many rows folds together in a picture of so many, as `grouped` takes it.

    What is of one time is together; where a reader has chosen what is shown, no more is, but in a long lane.
    """
    if number <= LONG or (is_chosen and of_lane <= LONG):
        return "time"
    return "all" if lane in ASIDE else "year" if lane in BRIEF else "time"


def row(item: Item, shown: Shown, scale: Scale) -> TrackRow:
    """Return a thing as a row of the page."""
    is_held = item.lane == "event" and any(map(is_planned, item.shown))
    telling = dict.fromkeys(graph for time in item.shown for graph in time.telling)
    others = (graph for time in sorted(item.times, key=is_planned) for graph in time.graphs)
    return TrackRow(
        item,
        shown,
        list(dict.fromkeys(time.in_words(is_held=is_held) for time in item.shown)) or [str(_("not known"))],
        [
            Track(time.manner, shapes(bounds, scale), json.dumps([time.manner, *bounds.iso()]))
            for time in item.shown
            for bounds in [from_start(time, item.times)]
        ],
        sources(chain(telling, others)),
        len(sources(telling)),
        clash_in([item.iri], of_time=True),
    )


def records(item: Item, label: str) -> Iterator[Record]:
    """Yield the records of a thing: one for each of its times, or one without."""
    for time in item.times or [Time("", "", Bounds())]:
        yield {
            "item": item.iri,
            "label": label,
            "lane": item.lane,
            "manner": time.manner,
            "when": format_span(time.bounds) or str(_("not known")),
            **dict(zip(NAMES, time.bounds.iso(), strict=True)),
            "written": time.written,
            "sources": time.graphs,
        }


def readings(store: Store, some: Iterable[Item], day: date) -> dict[str, Reading]:
    """Return what the dataset says beyond the bounds of how things stand on a day, by their IRIs."""
    return {
        value(solution, "item"): Reading(
            value(solution, "standing").removeprefix(WIC), sources(filter(None, [iri_of(solution, "graph")]))
        )
        for solution in rows(store, "standing", item=iri_list(item.iri for item in some))
        if bounds_of(solution).certain(day)
    }


def on_day(
    lines: Mapping[str, TrackRow], day: date, known: Mapping[str, Reading]
) -> list[tuple[str, list[tuple[TrackRow, Reading | None]]]]:
    """Return the groups of what held on a day, by the bounds and by what the dataset says beyond these."""
    certain, coming, possible = (
        _("For certain"),
        _("Still to begin on that day"),
        _("Possibly, or by a plan"),
    )
    groups: dict[str, list[tuple[TrackRow, Reading | None]]] = {certain: [], coming: [], possible: []}
    for iri, line in lines.items():
        item, reading = line.item, known.get(iri)
        if reading:
            groups[coming if reading.standing == "incomingAt" else certain].append((line, reading))
        elif item.manner == "actual" and any(time.bounds.certain(day) for time in item.times):
            groups[certain].append((line, None))
        elif any(from_start(time, item.times).possible(day) for time in item.times):
            groups[possible].append((line, None))
    for members in groups.values():
        members.sort(key=lambda pair: (LANES_OF_A_DAY.index(pair[0].item.lane), pair[0].item.order))
    return [(name, members) for name, members in groups.items() if members]


def shown_choices(choices: Mapping[str, list[str]], words: Words) -> list[tuple[str, list[Shown]]]:
    """Return the things that the timeline may be about, by class, sorted by label."""
    return [
        (words.show_iri(kind).text, sorted(map(words.show_iri, iris), key=lambda one: one.text.casefold()))
        for kind, iris in choices.items()
    ]
