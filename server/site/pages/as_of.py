"""What held on a day, and what is only planned for it: a question with a day as its value, by section.

`queries/pages/as-of.rq` says when something holds; several rows may tell of the same, and the surest counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.sparql import solutions
from wicara.graph.status import ESTABLISHED, ORDER
from wicara.ontology import WIC
from wicara.queries import page_query
from wicara.server.app_state import infer, per_version, store
from wicara.server.descriptions.openapi import media_types
from wicara.server.descriptions.openapi import operation as described
from wicara.server.http.addresses import KEPT, with_choices
from wicara.server.http.problems import Problem
from wicara.server.site.language import gettext as _
from wicara.server.site.language import language, own_text
from wicara.server.site.pages.question import DOWNLOADS, all_questions, table_form, table_response
from wicara.server.site.parameters import InvalidValueError, read_day
from wicara.server.site.tables.cells import Cell, Value
from wicara.server.site.tables.rows import Row, Support, evidence_for
from wicara.server.site.tables.solutions import (
    MAX_DATA_ROWS,
    graphs_of,
    solve,
    supports_of,
    with_statuses,
)
from wicara.server.site.times import NAMES, bounds_of, day_of, format_day, format_span, format_window
from wicara.server.site.words import Shown
from wicara.server.sparql.protocol import QueryOperation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wicara.graph.formats import Format
    from wicara.graph.status import Status
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.tables.rows import Evidence
    from wicara.server.site.tables.solutions import Solution, Solutions
    from wicara.server.site.words import Term, Words

blueprint = Blueprint("as_of", __name__)

PATH: Final = "/as-of"
MAX_ROWS: Final = 300
"""How much of what held on a day a page shows; the other formats hold all."""
MAX_SLIDES: Final = 1000
"""How many days a slider goes over at most."""
ENDS: Final = frozenset({"earliestEnd", "latestEnd"})
STATES: Final = ("certain", "possible", "to-come")
"""Whether something holds on a day, in the order in which it is shown."""
RANKS: Final = ("certain", "to-come", "possible")
"""The same, in the order in which one goes before another."""
REPORTED: Final = "reports"


@dataclass(frozen=True)
class Time:
    """The time of something: its node, its bounds in words, and whether a source settles the day."""

    thing: Shown
    begins: str
    ends: str
    is_settled: bool


@dataclass(frozen=True)
class Held:
    """Something that holds on a day: a row of who and what, with the times by which it is so."""

    section: str
    row: Row
    times: tuple[Time, ...]

    @property
    def status(self) -> str:
        """The key of its status; established where it rests on no fact and no source."""
        return self.row.statuses[0].key if self.row.statuses else ESTABLISHED


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


@blueprint.get(PATH)
@described(query=("date", "infer", "lang"))
def as_of() -> Response:
    """Show what held on a day: by default the last day of which a report tells."""
    days = per_version(changes_of)
    given = request.args.get("date", "").strip()
    try:
        day = day_of(read_day(given)) if given else days.reported
    except InvalidValueError as fault:
        return Response(page(days, None, given, str(fault)), HTTPStatus.BAD_REQUEST)
    return Response(page(days, day or datetime.now(UTC).date(), given))


def page(days: Days, day: date | None, given: str, fault: str = "") -> str:
    """Return the page of a day, or the one that says what is wrong with it."""
    operation = QueryOperation(query_of(day), infer=infer()) if day else None
    held, evidence, cut = held_on(solve(operation, MAX_ROWS)) if operation else ([], None, False)
    sections = page_query("as-of").own("section")
    return render_template(
        "as_of.html",
        day=day,
        given=given,
        fault=fault,
        days=days,
        slides=len(days.changes) <= MAX_SLIDES,
        sections=[
            (key, own_text(names), [one for one in held if one.section == key]) for key, *names in sections
        ],
        counts=[(key, sum(one.status == key for one in held)) for key in ORDER],
        evidence=evidence,
        cut=cut,
        shown=MAX_ROWS,
        operation=operation,
        infer=infer(),
        on=lambda other: with_choices(f"{PATH}?date={other}"),
        questions=list(questions_about(day)) if day else [],
        format_day=format_day,
        kept=[(key, request.args[key]) for key in KEPT if key in request.args],
        alternates=[(form, address_of(day, form)) for form in DOWNLOADS] if day else [],
    )


def address_of(day: date, form: Format) -> str:
    """Return where what held on a day is in a format; without conclusions where this request wants none."""
    return with_choices(f"{PATH}.{form.name}?date={day}{'' if infer() else '&infer=off'}")


@blueprint.get(f"{PATH}.<suffix>")
@described(query=("date", "infer", "lang"), types=media_types(*DOWNLOADS))
def as_of_table(suffix: str) -> Response:
    """Return what held on a day as data: the columns of its query, the status of each row, and when."""
    form = table_form(suffix)
    given = request.args.get("date", "").strip()
    try:
        day = day_of(read_day(given)) if given else per_version(changes_of).reported
    except InvalidValueError as fault:
        raise Problem(HTTPStatus.BAD_REQUEST, f"`date`: {fault}") from fault
    found = solve(QueryOperation(query_of(day or datetime.now(UTC).date()), infer=infer()), MAX_DATA_ROWS)
    backed, evidence = evidence_of(found)
    times = ((text_of(row["holds"]), format_span(bounds_of(row))) for row in found.rows)
    statuses = [statuses_on(pair, evidence) for pair in zip(found.rows, backed, strict=True)]
    body = with_statuses(found, statuses, times, evidence.words, form)
    return table_response(body, form, cut=found.cut)


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
    found: set[date] = set()
    reported: set[date] = set()
    for row in solutions(built.store, page_query("changes").body):
        bound, day = row["bound"], day_of(row["day"])
        if day is None or not isinstance(bound, NamedNode):
            continue
        name = bound.value.removeprefix(WIC)
        if name == REPORTED:
            reported.add(day)
        elif day < date.max:
            found.add(day + timedelta(days=name in ENDS))
    return Days(tuple(sorted(found)), max(reported, default=None))


def held_on(found: Solutions) -> tuple[list[Held], Evidence, bool]:
    """Return what solutions tell, what it rests on, and whether there is more; with three queries."""
    backed, evidence = evidence_of(found)
    pairs = sorted(zip(found.rows, backed, strict=True), key=lambda pair: same(pair[0]))
    groups = (list(group) for _key, group in groupby(pairs, key=lambda pair: same(pair[0])))
    held = [held_by(group, evidence) for group in groups]
    order = sorted(held, key=lambda one: (STATES.index(one.row.state), ORDER.index(one.status)))
    return order, evidence, found.cut


def evidence_of(found: Solutions) -> tuple[list[Support], Evidence]:
    """Return what supports each solution, and what it rests on, with three queries."""
    backed = supports_of(store(), page_query("as-of"), {}, found.rows)
    terms = chain.from_iterable(row.values() for row in found.rows)
    return backed, evidence_for(store(), terms, graphs_of(backed), quotes=False)


def statuses_on(pair: tuple[Solution, Support], evidence: Evidence) -> tuple[Status, ...]:
    """Return the statuses of a solution: an event that is only announced is no more than that."""
    row, support = pair
    return support.statuses(evidence.bases, [row["thing"]] if row["thing"] is not None else ())


def same(row: Solution) -> tuple[str, ...]:
    """Return the key under which rows are grouped: of whom and of what, or else of which thing."""
    names = ("section", "thing", "what") if row["who"] is None else ("section", "who", "what")
    return tuple(str(row[name]) for name in names)


def held_by(group: Sequence[tuple[Solution, Support]], evidence: Evidence) -> Held:
    """Return what rows of one group tell together: the surest of them counts."""
    words = evidence.words
    group = sorted(group, key=lambda pair: RANKS.index(text_of(pair[0]["holds"])))
    support = Support()
    for _row, one in group:
        support |= one
    first = group[0][0]
    shown = [words.show(first["who"] or first["thing"]), words.show(first["what"])]
    return Held(
        text_of(first["section"]),
        Row(
            tuple(Cell((Value(one),)) if one else Cell() for one in shown),
            support,
            statuses_on(group[0], evidence),
            text_of(first["holds"]),
        ),
        tuple(dict.fromkeys(time_of(row, words) for row, _support in group)),
    )


def time_of(row: Solution, words: Words) -> Time:
    """Return the time that a row tells; where it tells of a thing alone, the row leads to that already."""
    bounds = [day_of(row[bound]) for bound in NAMES]
    return Time(
        thing=words.show(row["thing"] if row["who"] is not None else None) or Shown("", ""),
        begins=format_window(*bounds[:2]) or str(_("not stated")),
        ends=format_window(*bounds[2:]) or str(_("not stated")),
        is_settled=row["known"] is not None,
    )


def text_of(term: Term | None) -> str:
    """Return the text of a literal."""
    return term.value if isinstance(term, Literal) else ""
