"""What held on a day, and what is only planned for it, by section; or what changed from one to another.

`queries/pages/as-of.rq` says when something holds; several rows may tell of the same, and the surest counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.sparql import solutions
from wicara.graph.status import CLAIMED, ESTABLISHED, ORDER, READ
from wicara.graph.terms import text_of
from wicara.ontology import PREFIXES, WIC
from wicara.queries import page_query
from wicara.server.app_state import infer, per_version, store
from wicara.server.descriptions.openapi import media_types
from wicara.server.descriptions.openapi import operation as described
from wicara.server.http.addresses import choices_made, with_choices
from wicara.server.http.problems import Problem
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language, own_text
from wicara.server.site.pages.question import DOWNLOADS, all_questions, table_form, table_response
from wicara.server.site.parameters import InvalidValueError, read_day
from wicara.server.site.tables.cells import Cell, Value
from wicara.server.site.tables.differing import clash_in
from wicara.server.site.tables.rows import Row, Support, evidence_for
from wicara.server.site.tables.sheet import with_statuses
from wicara.server.site.tables.solutions import MAX_DATA_ROWS, Solutions, row_graphs, solve, supports_of
from wicara.server.site.tables.statuses import Aftermath, newest_before, with_aftermath
from wicara.server.site.tables.texts import Texts
from wicara.server.site.times import (
    bounds_of,
    day_of,
    format_day,
    format_period,
    format_span,
    format_window,
)
from wicara.server.site.words import Shown
from wicara.server.sparql.protocol import QueryOperation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wicara.graph.evidence import Basis
    from wicara.graph.status import Status
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.tables.answer_columns import Solution
    from wicara.server.site.tables.rows import Evidence
    from wicara.server.site.times import Bounds
    from wicara.server.site.words import Term, Words

blueprint = Blueprint("as_of", __name__)

PATH: Final = "/as-of"
MAX_ROWS: Final = 300
"""How much of what held on a day a page shows; the other formats hold all."""
MAX_SLIDES: Final = 1000
"""How many days a slider goes over at most."""
ENDS: Final = frozenset({"earliestEnd", "latestEnd"})
LIMITS: Final = frozenset(NamedNode(f"{WIC}{name}") for name in ("earliestStart", "latestEnd"))
STATES: Final = ("certain", "planned", "lasting", "between", "possible", "to-come")
"""Whether something holds on a day, in the order in which it is shown."""
RANKS: Final = ("certain", "to-come", "lasting", "between", "planned", "possible")
"""The same, in the order in which one goes before another."""
YEAR: Final = timedelta(days=366)
REPORTED: Final = "reports"
CHANGES: Final = {(False, True): "began", (True, False): "ended", (True, True): "both", (False, False): ""}
"""What became of something from a day to a later one, by whether it holds on each."""
DATE: Final = NamedNode(f"{PREFIXES['xsd']}date")


@dataclass(frozen=True)
class Time:
    """The time of something: its node, its bounds in words, and whether a source settles the day.

    `known` are the days that it is known for, where nothing else tells of its beginning and end, `alone` the
    same without a word of that, with whether they are one day. `last` is the last day on which it is known to
    hold, where its end is open, `following` the first after the day asked for of which another text says so.
    """

    thing: Shown
    begins: str
    ends: str
    is_settled: bool
    known: str = ""
    alone: str = ""
    is_one_day: bool = False
    last: date | None = None
    following: date | None = None


@dataclass(frozen=True)
class StateOnDay:
    """Something that holds on a day: a row of who and what, with the times by which it is so."""

    section: str
    row: Row
    times: tuple[Time, ...]
    told_later: tuple[str, bool] = ("", False)
    """When a text of a later day came out: the last of several; if all are such, the first, with True."""
    silent_since: str = ""
    """When the last text came out that tells of what is told by texts of earlier days alone."""

    @property
    def status(self) -> str:
        """The key of its status; established where it rests on no fact and no source."""
        return self.row.statuses[0].key if self.row.statuses else ESTABLISHED

    @property
    def is_open(self) -> bool:
        """Whether it was so once, as sources establish, and may be so on the day: that it is, none says."""
        return self.row.is_open

    @property
    def last(self) -> date | None:
        """The last day on which it is known to hold, where it may still hold on the day."""
        known = [time.last for time in self.times if time.last]
        return max(known, default=None) if self.row.state in {"possible", "lasting", "planned"} else None


@dataclass(frozen=True)
class Days:
    """The days on which something begins or ends, certainly or possibly, and the last reported one."""

    changes: tuple[date, ...]
    reported: date | None

    def before(self, day: date) -> date | None:
        """Return the last change before a day."""
        return max((each for each in self.changes if each < day), default=None)

    def after(self, day: date) -> date | None:
        """Return the first change after a day."""
        return min((each for each in self.changes if each > day), default=None)


@dataclass(frozen=True)
class Field:
    """A field of the form: its name, what was given in it, the day that this is, or why it is none."""

    name: str
    label: str
    given: str
    day: date | None
    fault: str = ""


@dataclass(frozen=True)
class Compared:
    """Something that holds on one of two days or on both, and how it holds on each; empty: not at all."""

    held: StateOnDay
    states: tuple[str, str]
    is_old: bool = False
    """Whether it is last known to hold more than a year before the later day, and need not go on since."""

    @property
    def change(self) -> str:
        """The key of what became of it from the earlier day to the later: a key of CHANGES."""
        return CHANGES[self.states[0] != "", self.states[1] != ""]


@blueprint.get(PATH)
@described(query=("date", "with", "infer", "lang"))
def as_of() -> Response:
    """Show what held on a day, by default the last day of which a report tells; or compare two days."""
    days = per_version(changes_of)
    fields = fields_given(days)
    if any(field.fault for field in fields):
        return Response(page(days, fields), HTTPStatus.BAD_REQUEST)
    return Response(page(days, fields, days_of(fields)))


def fields_given(days: Days) -> tuple[Field, Field]:
    """Return the day of this request, and the one that it is compared with, if there is one."""
    return (
        field_given("date", str(_("Day")), days.reported or datetime.now(UTC).date()),
        field_given("with", str(_("Compared with (optional)"))),
    )


def field_given(name: str, label: str, default: date | None = None) -> Field:
    """Return a field as it is given in this request."""
    given = request.args.get(name, "").strip()
    try:
        return Field(name, label, given, day_of(read_day(given)) if given else default)
    except InvalidValueError as fault:
        return Field(name, label, given, None, str(fault))


def days_of(fields: Iterable[Field]) -> tuple[date, ...]:
    """Return the days of the fields, the earlier first; one where they are the same."""
    return tuple(sorted({field.day for field in fields if field.day}))


def page(days: Days, fields: Sequence[Field], chosen: tuple[date, ...] = ()) -> str:
    """Return the page of one day or two, or the one that says what is wrong with a field."""
    operations = [QueryOperation(query_of(day), infer=infer()) for day in chosen]
    compared, evidence, cut = states_on([solve(one, MAX_ROWS) for one in operations], chosen)
    sections = [(key, own_text(names)) for key, *names in page_query("as-of").own("section")]
    return render_template(
        "as_of.html",
        day=fields[0].day if chosen else None,
        chosen=chosen,
        fields=fields,
        days=days,
        slides=len(days.changes) <= MAX_SLIDES,
        sections=[
            (key, name, [one for one in compared if one.held.section == key]) for key, name in sections
        ],
        changed=[(key, [one for one in compared if one.change == key]) for key in CHANGES.values() if key],
        names=dict(sections),
        counts=[
            (key, sum(one.held.status == key and not one.held.is_open for one in compared)) for key in ORDER
        ],
        states=Counter(one.held.row.state for one in compared),
        evidence=evidence,
        cut=cut,
        shown=MAX_ROWS,
        operations=operations,
        infer=infer(),
        on=lambda other: address_of((other, *(field.day for field in fields[1:] if field.day))),
        single=lambda one: address_of((one,)),
        questions=list(questions_about(chosen[0])) if len(chosen) == 1 else [],
        format_day=format_day,
        newest=newest_before(chosen),
        address=canonical_of(chosen) if chosen else "",
        kept=choices_made().items(),
        alternates=[(form, address_of(chosen, f".{form.name}")) for form in DOWNLOADS] if chosen else [],
    )


def canonical_of(chosen: Sequence[date]) -> str:
    """Return where one day or two are, without what only changes how they are shown."""
    kept = {} if infer() else {"infer": "off"}
    return f"{PATH}?{urlencode({**fields_of(chosen), **kept})}"


def fields_of(chosen: Sequence[date]) -> dict[str, str]:
    """Return one day or two as the fields of an address."""
    return {name: str(day) for name, day in zip(("date", "with"), chosen, strict=False)}


def address_of(chosen: Sequence[date], suffix: str = "") -> str:
    """Return where one day or two are, as a page or in a format; with conclusions if this request has."""
    values = fields_of(chosen)
    if suffix and not infer():
        values["infer"] = "off"
    return with_choices(f"{PATH}{suffix}?{urlencode(values)}")


@blueprint.get(f"{PATH}.<suffix>")
@described(query=("date", "with", "infer", "lang"), types=media_types(*DOWNLOADS))
def as_of_table(suffix: str) -> Response:
    """Return what held on a day as data: the columns of its query, the status of each row, and when.

    Of two days, each row also has the day on which it holds, what became of it from the earlier day to the
    later (`ended`, `began`, `both`), and the facts that it rests on.
    """
    form = table_form(suffix)
    fields = fields_given(per_version(changes_of))
    for field in fields:
        if field.fault:
            raise Problem(HTTPStatus.BAD_REQUEST, f"`{field.name}`: {field.fault}")
    chosen = days_of(fields)
    found = [solve(QueryOperation(query_of(day), infer=infer()), MAX_DATA_ROWS) for day in chosen]
    table = Solutions(
        found[0].names, tuple(chain(*(one.rows for one in found))), any(one.cut for one in found)
    )
    backed, evidence = evidence_of(table)
    if len(chosen) > 1:
        table = with_changes(table, chosen, [len(one.rows) for one in found], backed)
    times = ((text_of(row["holds"]), format_span(bounds_of(row))) for row in table.rows)
    statuses = [statuses_on(pair, evidence) for pair in zip(table.rows, backed, strict=True)]
    body = with_statuses(table, zip(statuses, times, strict=True), evidence.words, form)
    return table_response(body, form, cut=table.cut)


def with_changes(
    table: Solutions, chosen: Sequence[date], numbers: Sequence[int], backed: Iterable[Support]
) -> Solutions:
    """Return the rows of two days with the day, what became of each, and the facts that it rests on."""
    on = [day for day, number in zip(chosen, numbers, strict=True) for _row in range(number)]
    held = {(group_key(row), day) for row, day in zip(table.rows, on, strict=True)}
    rows = []
    for row, day, support in zip(table.rows, on, backed, strict=True):
        earlier, later = ((group_key(row), one) in held for one in chosen)
        more = {
            "day": Literal(str(day), datatype=DATE),
            "change": Literal(CHANGES[earlier, later]),
            "facts": Literal(" ".join(support.graphs)),
        }
        rows.append({**row, **more})
    return Solutions((*table.names, "day", "change", "facts"), tuple(rows), table.cut)


def query_of(day: date) -> str:
    """Return the query for a day, with labels in the language of the reader."""
    return page_query("as-of").with_values({"date": f'"{day}"^^xsd:date', "lang": f'"{language()}"'})


def questions_about(day: date) -> Iterator[tuple[Question, str]]:
    """Yield the questions that can be asked about a day, with their words."""
    for one in all_questions():
        if any((each.name, each.datatype) == ("date", "xsd:date") for each in one.parameters):
            yield one, one.wording(language(), {"date": format_day(day)})


def changes_of(built: BuiltDataset) -> Days:
    """Return the days on which something changes in a dataset: an end is seen on the day after it."""
    changing: set[date] = set()
    reported: set[date] = set()
    for row in solutions(built.store, page_query("changes").body):
        bound, day = row["bound"], day_of(row["day"])
        if day is None or not isinstance(bound, NamedNode):
            continue
        name = bound.value.removeprefix(WIC)
        if name == REPORTED:
            reported.add(day)
        elif day < date.max:
            changing.add(day + timedelta(days=name in ENDS))
    return Days(tuple(sorted(changing)), max(reported, default=None))


def states_on(
    found: Sequence[Solutions], days: Sequence[date]
) -> tuple[list[Compared], Evidence | None, bool]:
    """Return what solutions tell of one day or two, the earlier first, what that rests on, if there is more.

    It takes three queries, and none for no day.
    """
    if not found:
        return [], None, False
    rows = tuple(chain(*(one.rows for one in found)))
    backed, evidence = evidence_of(Solutions(found[0].names, rows, cut=False))
    places = chain(*([place] * len(one.rows) for place, one in enumerate(found)))
    ordered = sorted(zip(rows, backed, places, strict=True), key=lambda one: group_key(one[0]))
    compared = []
    for _key, group in groupby(ordered, key=lambda one: group_key(one[0])):
        members = list(group)
        states = [
            min(
                (text_of(row["holds"]) for row, _support, at in members if at == place),
                key=RANKS.index,
                default="",
            )
            for place in range(2)
        ]
        day = days[max(place for _row, _support, place in members)]
        held = state_of([(row, support) for row, support, _place in members], evidence, day)
        behind = evidence.behind(held.row)
        things = [row["thing"] for row, _support, _place in members if row["thing"] is not None]
        since = silent_since(things, behind, day) if held.row.state == "certain" else ""
        held = replace(held, told_later=later_publication(behind, day), silent_since=since)
        is_sure = held.row.state == "planned" or (held.row.state == "lasting" and held.status == ESTABLISHED)
        is_old = held.last is not None and held.last < days[-1] - YEAR
        compared.append(Compared(held, (states[0], states[1]), is_old and not is_sure))
    compared.sort(
        key=lambda one: (
            STATES.index(one.held.row.state),
            date.min - (one.held.last or date.min),
            ORDER.index(one.held.status),
        )
    )
    return compared, evidence, any(one.cut for one in found)


def evidence_of(found: Solutions) -> tuple[list[Support], Evidence]:
    """Return what supports each solution, and what it rests on, with three queries."""
    backed = supports_of(store(), page_query("as-of"), {}, found.rows)
    terms = chain.from_iterable(row.values() for row in found.rows)
    return backed, evidence_for(store(), terms, row_graphs(backed))


def statuses_on(pair: tuple[Solution, Support], evidence: Evidence) -> tuple[Status, ...]:
    """Return the statuses of a solution: what is only announced, or planned for that day, is no more."""
    row, support = pair
    things = [row["thing"]] if row["thing"] is not None else []
    found = support.statuses(evidence.bases, things)
    if text_of(row["holds"]) != "planned":
        return found
    planned = (
        replace(one, key="planned") if one.key in {ESTABLISHED, READ, CLAIMED} else one for one in found
    )
    return tuple(with_aftermath(one, things, support.statements) for one in planned)


def group_key(row: Solution) -> tuple[str, ...]:
    """Return the key under which rows are grouped: of whom and of what, or else of which thing."""
    names = ("section", "thing" if row["who"] is None else "who", "what", "grade")
    return tuple(str(row[name]) for name in names)


def state_of(group: Sequence[tuple[Solution, Support]], evidence: Evidence, day: date) -> StateOnDay:
    """Return what rows of one group tell together of a day: the surest of them counts."""
    words = evidence.words
    group = sorted(group, key=lambda pair: RANKS.index(text_of(pair[0]["holds"])))
    support = Support()
    for _row, one in group:
        support |= one
    first = group[0][0]
    shown = [words.show(one) for one in (first["who"] or first["thing"], first["what"], first["grade"])]
    return StateOnDay(
        text_of(first["section"]),
        Row(
            tuple(Cell((Value(one),)) if one else Cell() for one in shown),
            support,
            statuses_on(group[0], evidence),
            text_of(first["holds"]),
            clash=clash_in(
                (text_of(row["thing"]) for row, _ in group if row["thing"]), of_time=True, day=day
            ),
            day=day,
        ),
        tuple(dict.fromkeys(time_of(row, words) for row, _support in group)),
    )


def later_publication(some: Iterable[Basis], day: date) -> tuple[str, bool]:
    """Return when the texts of some facts came out that did so after a day, in words, and whether all did.

    A fact that says no more than by when something had ended, or not before when it began, tells of no such
    thing as going on.
    """
    issued = per_version(Texts).issued
    telling = (one for one in some if not only_limits(one))
    found = [issued(NamedNode(one.text.iri)) if one.text else None for one in telling]
    later = sorted(days for days in found if days and days[0] > day)
    if not later:
        return "", False
    only = len(later) == len(found)
    return format_period(*later[0 if only else -1]), only


def only_limits(basis: Basis) -> bool:
    """Tell whether a graph says only by when something ended, or before which day it did not begin."""
    find = per_version(Texts).built.store.quads_for_pattern
    said = {quad.predicate for quad in find(None, None, None, NamedNode(basis.graph))}
    return bool(said) and said <= LIMITS


def silent_since(things: Iterable[Term], some: Sequence[Basis], day: date) -> str:
    """Return when the last text came out that tells of things, in words; nothing where one did after a day.

    Nothing either for what rests on other works than texts of the dataset.
    """
    told = (per_version(Aftermath).last_days(one) for one in things if isinstance(one, NamedNode))
    last = max(filter(None, told), default=None, key=itemgetter(1))
    return format_period(*last) if last and last[1] < day and all(one.text for one in some) else ""


def time_of(row: Solution, words: Words) -> Time:
    """Return the time that a row tells; where it tells of a thing alone, the row leads to that already."""
    bounds = bounds_of(row)
    is_open = text_of(row["openEnd"]) == "true"
    known = bounds.known if bounds.is_known_days else ()
    return Time(
        thing=words.show(row["thing"] if row["who"] is not None else None) or Shown("", ""),
        begins=format_window(bounds.earliest_start, bounds.latest_start) or str(_("not stated")),
        ends=str(_("open: no source gives an end")) if is_open else end_of(bounds),
        is_settled=row["known"] is not None,
        known=format_span(bounds) if known and not is_open else "",
        alone=format_period(*known) if known and not is_open else "",
        is_one_day=bounds.attested is not None,
        last=bounds.earliest_end if bounds.latest_end is None else None,
        following=day_of(row["next"]),
    )


def end_of(bounds: Bounds) -> str:
    """Return when something ends, in words: that it did so no earlier than it began tells nothing."""
    start, end, last = bounds.latest_start, bounds.earliest_end, bounds.latest_end
    tells = last or not (start and end and end <= start)
    return (format_window(end, last) if tells else "") or str(_("not stated"))
