"""The filter: source, actor, area, status and days, the same in the table, the pictures and their data.

Its parameters are those of the facets of search, `from` and `to`, and `actor`, by which a form names a state,
an organization or a person. What fits is read from the index of search, without a query. A view says which
part of a filter it leaves out: that of which nothing that it shows has a value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlencode

from flask import g, request
from wicara.graph.status import CLAIM, NONE, ORDER, REPORTED, status_key
from wicara.server.app_state import infer, remembered
from wicara.server.descriptions.openapi import several
from wicara.server.http.addresses import with_choices
from wicara.server.http.problems import Problem
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.search.index import FACETS
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, days_of, offered
from wicara.server.site.search.results import labelled, value_name
from wicara.server.site.tables.register import UNSETTLED
from wicara.server.site.times import TO, format_day
from wicara.server.site.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wicara.server.descriptions.openapi import Json
    from wicara.server.site.search.query import Count

DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR: Final = re.compile(r"[0-9]{4}")
OF_YEARS: Final = {"from": "-01-01", "to": "-12-31"}
"""The parameters that may be a year alone, with the day of it that is meant."""
ACTORS: Final = ("state", "organization", "person")
"""The facets whose values are actors."""
FIELDS: Final = {"source": ("source",), "actor": ACTORS, "area": ("area",), "status": ("status",)}
"""The fields of a form, each with the facets that it chooses a value of."""
FACETS_OF_FILTER: Final = tuple(key for key in FACETS if key != "kind")
"""A view has kinds of its own: they are no part of the filter."""
PARAMETERS: Final = (*FACETS_OF_FILTER, "actor", "from", "to")
BY_FILTER: Final[tuple[str | Json, ...]] = (
    *(several(key, f"Only what has a value of the facet {key}.") for key in FACETS_OF_FILTER),
    several(
        "actor", "Only what concerns an actor: `state/russia`, `organization/asean`, `person/sergey-lavrov`."
    ),
    "from",
    "to",
)
"""The parameters of the filter, as the description of the server has them."""
VIEWS: Final = {
    "/search": (),
    "/timeline": ("event", "situation", "document", "article", "observation"),
    "/map": ("event",),
    "/network": ("event", "situation", "series", "partnership"),
    "/figures": ("observation",),
    "/claims": ("fact",),
}
"""The views that share the filter, each with the kinds of search that it applies to; none: to all."""
STATUSES: Final = {"/claims": UNSETTLED}
"""The statuses of what a view shows, where it does not show all."""
MAX_VALUE, MAX_VALUES = 120, 20
"""Characters of a chosen value, and chosen values of a facet."""
MAX_OPTIONS: Final = 200
"""How many values of a facet a field offers, the most frequent ones."""


@dataclass(frozen=True)
class Filter:
    """What is chosen: values of facets, and days."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is chosen."""
        return bool(self.chosen or self.first or self.last)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of an address that choose the same, the shortest way."""
        pairs = [(key, value) for key in FACETS for value in self.chosen.get(key, ())]
        return [*pairs, *self.ends.items()]

    @property
    def ends(self) -> dict[str, str]:
        """The parameters of its days, as fields show them too: a year alone where that means the same day."""
        days = {"from": self.first, "to": self.last}
        return {name: str(day).removesuffix(OF_YEARS[name]) for name, day in days.items() if day}

    def without(self, key: str, value: str = "") -> Filter:
        """Return the filter without a value of a facet, without a facet, or without its days."""
        if key == "days":
            return Filter(self.chosen)
        left = tuple(one for one in self.chosen.get(key, ()) if value and one != value)
        rest = {name: values for name, values in self.chosen.items() if name != key}
        return replace(self, chosen={**rest, key: left} if left else rest)

    def search(self, text: str = "", **more: tuple[str, ...]) -> Search:
        """Return the search for what fits; `more` are values of facets that are no part of the filter."""
        days = (str(day) if day else "" for day in (self.first, self.last))
        return Search(text, {**self.chosen, **more}, language(), *days)


def requested_day(name: str) -> date | None:
    """Return the day of a parameter, or None where it is left out; raises Problem 400 for none."""
    given = request.args.get(name, "").strip()
    if not given:
        return None
    if name in OF_YEARS and YEAR.fullmatch(given):
        given += OF_YEARS[name]
    try:
        return date.fromisoformat(given if DAY.fullmatch(given) else "")
    except ValueError as fault:
        detail = (
            _("Parameter `%(name)s` must be a date such as 2018-08-02, or a year.", name=name)
            if name in OF_YEARS
            else _("Parameter `%(name)s` must be a date such as 2018-08-02.", name=name)
        )
        raise Problem(HTTPStatus.BAD_REQUEST, str(detail)) from fault


def requested_values(key: str) -> tuple[str, ...]:
    """Return the values of a facet that this request chooses."""
    given = request.args.getlist(key)
    if key in ACTORS:
        parts = (one.partition("/") for one in request.args.getlist("actor"))
        given += [value for facet, _slash, value in parts if facet == key]
    if key == "status":
        given = [of_status(value) for value in given]
    return tuple(dict.fromkeys(value[:MAX_VALUE] for value in given if value))[:MAX_VALUES]


def of_status(value: str) -> str:
    """Return the status that a value of an address means; earlier addresses name concepts of vocabularies."""
    scheme, slash, name = value.partition("/")
    if not slash:
        return value
    try:
        return REPORTED[name] if scheme == "status" else status_key(CLAIM, name, NONE)
    except KeyError:
        return value


@dataclass(frozen=True)
class Option:
    """A value that a field offers: what the form sends for it, and what it is called."""

    value: str
    name: object
    chosen: bool


@dataclass(frozen=True)
class Chip:
    """A part of the filter in words, and the address of this view without it."""

    name: object
    value: object
    href: str
    is_time: bool = False


def place_of_status(name: str, value: str) -> int:
    """Return the place of a value in its field: statuses go from the strongest to the weakest."""
    return ORDER.index(value) if name == "status" and value in ORDER else len(ORDER)


@dataclass(frozen=True)
class Narrowed:
    """A view with the filter of this request."""

    path: str
    asked: Filter

    @cached_property
    def offered(self) -> dict[str, list[Count]]:
        """The values of each facet that what this view shows has; once a version.

        While the index is being made there are none, unless something is asked for: that waits for it.
        """
        kinds = VIEWS[self.path]
        try:
            found = index() if self.asked else index(patience=0)
        except Problem:
            if self.asked:
                raise
            g.index_is_unfinished = True
            return {key: [] for key in FACETS}
        every = remembered((offered, kinds, infer()), lambda: offered(found, kinds))
        own = STATUSES.get(self.path, ORDER)
        return {**every, "status": [one for one in every["status"] if one.value in own]}

    @cached_property
    def left_out(self) -> list[str]:
        """The facets of the filter that cannot be applied here, as nothing that is shown has any value."""
        return [key for key in self.asked.chosen if not self.offered[key]]

    @cached_property
    def days(self) -> Mapping[str, tuple[str, str]] | None:
        """What fits, each with its first and last day; None where nothing is asked for that applies."""
        applied = self.applied
        return days_of(index(), applied.search(), VIEWS[self.path]) if applied else None

    @cached_property
    def spans(self) -> Mapping[str, tuple[str, str]]:
        """The days of what fits but for the days that are asked for; none while the index is being made."""
        kinds = VIEWS[self.path]
        without_days = self.applied.without("days")
        if without_days:
            return days_of(index(), without_days.search(), kinds)
        if not any(self.offered.values()):
            return {}
        return remembered((days_of, kinds, infer()), lambda: days_of(index(), without_days.search(), kinds))

    @property
    def applied(self) -> Filter:
        """The part of the filter that can be applied here."""
        chosen = {key: values for key, values in self.asked.chosen.items() if key not in self.left_out}
        return replace(self.asked, chosen=chosen)

    def has(self, iri: str) -> bool:
        """Tell whether a thing fits."""
        return self.days is None or iri in self.days

    @cached_property
    def words(self) -> Words:
        """The labels of all values that are chosen or offered, from the index."""
        values = [(key, one.value) for key in FACETS_OF_FILTER for one in self.offered[key][:MAX_OPTIONS]]
        values += [(key, value) for key, several in self.asked.chosen.items() for value in several]
        iris = {iri for key, value in values if (iri := FACETS[key].iri(value))}
        return labelled(index(), iris) if iris else Words({}, language())

    def options(self, name: str) -> Iterator[tuple[object, list[Option], int]]:
        """Yield the groups of what a field offers, by label, each with how many values it leaves out."""
        for key in FIELDS[name]:
            counted = [one.value for one in self.offered[key][:MAX_OPTIONS]]
            chosen = self.asked.chosen.get(key, ())
            options = [
                Option(
                    f"{key}/{value}" if name == "actor" else value,
                    value_name(key, value, self.words)[0],
                    self.first_chosen(name) == (key, value),
                )
                for value in dict.fromkeys((*counted, *chosen))
            ]
            options.sort(key=lambda one: (place_of_status(name, one.value), str(one.name).casefold()))
            if options:
                yield FACETS[key].name, options, len(self.offered[key]) - len(counted)

    def first_chosen(self, name: str) -> tuple[str, str] | None:
        """Return the facet and the value that a field shows as chosen."""
        chosen = ((key, value) for key in FIELDS[name] for value in self.asked.chosen.get(key, ()))
        return next(chosen, None)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a form has to send beside its fields: a year, and further values of a facet."""
        shown = [self.first_chosen(name) for name in FIELDS]
        return [pair for pair in self.asked.pairs if pair not in shown and pair[0] not in {"from", "to"}]

    @property
    def chips(self) -> Iterator[Chip]:
        """The parts of the filter in words, each with the address of this view without it."""
        for key in FACETS_OF_FILTER:
            for value in self.asked.chosen.get(key, ()):
                name = value_name(key, value, self.words)[0]
                yield Chip(FACETS[key].name, name, self.address(self.asked.without(key, value)))
        if self.asked.first or self.asked.last:
            first, last = (format_day(day) if day else "…" for day in (self.asked.first, self.asked.last))
            yield Chip(
                _("Days"), f"{first}{TO}{last}", self.address(self.asked.without("days")), is_time=True
            )

    @property
    def left_out_names(self) -> list[object]:
        """What the facets are called that cannot be applied here."""
        return [FACETS[key].name for key in self.left_out]

    def address(self, asked: Filter) -> str:
        """Return the address of this view with another filter."""
        others = [pair for pair in request.args.items(multi=True) if pair[0] not in {*PARAMETERS, "page"}]
        fields = urlencode([pair for pair in others if pair[1]] + asked.pairs, safe="/")
        return f"{self.path}?{fields}" if fields else self.path

    @property
    def is_unfinished(self) -> bool:
        """Whether the index is still being made: until it is there, nothing is offered."""
        return bool(self.offered) and "index_is_unfinished" in g

    @property
    def views(self) -> list[tuple[object, str, bool]]:
        """The views that share the filter: their names, their addresses, and whether each is this one."""
        fields = urlencode(self.asked.pairs, safe="/")
        named = (WORDS["views"].get(path, WORDS["parts"][path]) for path in VIEWS)
        return [
            (name, with_choices(f"{path}?{fields}" if fields else path), path == self.path)
            for name, path in zip(named, VIEWS, strict=True)
        ]


def narrowed(path: str) -> Narrowed:
    """Return a view with the filter of this request, which is read once."""
    if "narrowed" not in g:
        chosen = {key: values for key in FACETS_OF_FILTER if (values := requested_values(key))}
        g.narrowed = Narrowed(path, Filter(chosen, requested_day("from"), requested_day("to")))
    return cast("Narrowed", g.narrowed)
