"""What held on a day, certainly or possibly: posts, coordinators, standings, members, events, documents.

Something holds certainly on a day if it had begun by then at the latest and ended no earlier, and possibly
unless its bounds rule the day out. Where the words of a source settle a day that the bounds leave open
(`wic:sittingAt`, `wic:holdsAt`, `wic:incomingAt`), they have the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import chain, groupby, islice
from string import Template
from typing import TYPE_CHECKING, Final, TypeAlias

from flask import Blueprint, Response, render_template, request
from pyoxigraph import Literal, NamedNode
from wicara.graph.evidence import bases_of
from wicara.graph.solutions import solutions
from wicara.ontology import WIC
from wicara.server import negotiation
from wicara.server.addresses import KEPT, with_choices
from wicara.server.descriptions.openapi import operation
from wicara.server.evaluation import evaluate, failed
from wicara.server.protocol import QueryOperation
from wicara.server.served import dataset, infer, per_version, settings, store
from wicara.server.site.language import language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.questions.pages import all_questions
from wicara.server.site.questions.values import Unreadable
from wicara.server.site.questions.values import day as read_day
from wicara.server.site.tables.rows import Support, supports
from wicara.server.site.times import day_of, format_day, format_window
from wicara.server.site.words import Shown, Words, iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.graph.evidence import Basis
    from wicara.graph.store import BuiltDataset
    from wicara.queries import Question
    from wicara.server.site.tables.rows import Pattern
    from wicara.server.site.words import Term

    Solution: TypeAlias = Mapping[str, Term | None]

blueprint = Blueprint("as_of", __name__)

PATH: Final = "/as-of"
DOWNLOADS: Final = tuple(form for form in negotiation.RESULTS if form is not negotiation.HTML)
SHOWN: Final = 300
"""How much of what held on a day a page shows; the other formats hold all."""
SLIDES: Final = 1000
"""How many days a slider goes over at most."""
BOUNDS: Final = ("earliestStart", "latestStart", "earliestEnd", "latestEnd")
ENDS: Final = frozenset({"earliestEnd", "latestEnd"})
STATES: Final = ("certain", "possible", "to-come")
"""Whether something holds on a day, in the order in which it is shown."""
RANKS: Final = ("certain", "to-come", "possible")
"""The same, in the order in which one goes before another."""
REPORTED: Final = "reports"
PATTERNS: Final = {
    "coordinators": "?who wic:hasCoordinatorship|wic:hasDesignatedCoordinatorship ?thing ."
    " ?thing wic:coordinatorshipOf ?what .",
    "posts": "?thing wic:tenureHolder ?who ; wic:tenurePost ?what .",
    "standings": "?who wic:hasPartnerStatus|wic:hasPartnerCountryStatus ?thing ."
    " ?thing wic:statusWith ?what .",
    "members": "?thing wic:memberState ?who ; wic:memberOfBody ?what .",
    "events": "?kind rdfs:subClassOf* wic:Event . ?thing a ?kind .",
    "documents": "?kind rdfs:subClassOf* wic:Document . ?thing a ?kind .",
    "cooperation": "?thing wic:cooperationOf|wic:inArea ?what .",
}
"""What is told of a day, in this order: the key of each kind, and how it stands in the graph."""
SECTIONS: Final = {
    "coordinators": _("Coordinators"),
    "posts": _("Posts"),
    "standings": _("Standing as partner"),
    "members": _("Members"),
    "events": _("Events under way"),
    "documents": _("Plans and documents in force"),
    "cooperation": _("Cooperation"),
}
"""What the kinds are called."""
THINGS: Final = "\n  UNION\n".join(
    f'  {{ BIND("{key}" AS ?section) {pattern} }}' for key, pattern in PATTERNS.items()
)
OPTIONAL_BOUNDS: Final = "\n".join(f"  OPTIONAL {{ ?span wic:{bound} ?{bound} }}" for bound in BOUNDS)
QUERY: Final = Template(f"""\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wic: <{WIC}>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT DISTINCT ?section ?holds ?who ?what ?thing ?label ?link ?span ?{" ?".join(BOUNDS)} ?known
WHERE {{
  VALUES ?date {{ "$day"^^xsd:date }}
{THINGS}
  VALUES ?link {{ wic:hasTimeSpan wic:hasPlannedTimeSpan wic:hasProposedTimeSpan }}
  ?thing ?link ?span .
{OPTIONAL_BOUNDS}
  FILTER((!BOUND(?earliestStart) || ?earliestStart <= ?date) && (!BOUND(?latestEnd) || ?date <= ?latestEnd))
  OPTIONAL {{
    VALUES ?known {{ wic:sittingAt wic:holdsAt wic:incomingAt }}
    ?thing ?known ?at .
    ?at wic:earliestStart ?from ; wic:latestEnd ?to .
    FILTER(?from <= ?date && ?date <= ?to)
  }}
  BIND(COALESCE(?latestStart <= ?date && ?date <= ?earliestEnd, false) || BOUND(?known) AS ?sure)
  BIND(IF(COALESCE(?known = wic:incomingAt, false), "to-come", IF(?sure, "certain", "possible")) AS ?holds)
  OPTIONAL {{ ?thing skos:prefLabel ?label FILTER(LANG(?label) = "$lang") }}
}}
ORDER BY ?section ?holds ?who ?thing ?span ?known
""")
"""What holds on a day."""
CHANGES: Final = f"""
SELECT DISTINCT ?bound ?day WHERE {{
  {{
{THINGS}
    ?thing wic:hasTimeSpan|wic:hasPlannedTimeSpan|wic:hasProposedTimeSpan ?span .
    VALUES ?bound {{ wic:{" wic:".join(BOUNDS)} }}
    ?span ?bound ?day .
  }} UNION {{
    ?report wic:{REPORTED} ?event ; wic:hasTimeSpan ?reported . ?reported wic:latestStart ?day .
    BIND(wic:{REPORTED} AS ?bound)
  }}
}}"""
"""The bounds of all that is told of, and the days of which reports tell."""


@dataclass(frozen=True)
class Time:
    """The time of something: its node, its bounds in words, and whether a source settles the day."""

    thing: Shown
    begins: str
    ends: str
    is_plan: bool
    is_settled: bool


@dataclass(frozen=True)
class Held:
    """Something that holds on a day: who and what, how surely, for which times, and by what."""

    section: str
    state: str
    who: Shown | None
    what: Shown | None
    times: tuple[Time, ...]
    support: Support


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
@operation(query=("date", "infer", "lang"))
def as_of() -> Response:
    """Show what held on a day: by default the last day of which a report tells."""
    days = per_version(changes_of)
    given = request.args.get("date", "").strip()
    try:
        day = day_of(read_day(given)) if given else days.reported
    except Unreadable as fault:
        return Response(page(days, None, given, str(fault)), HTTPStatus.BAD_REQUEST)
    return Response(page(days, day or datetime.now(UTC).date(), given))


def page(days: Days, day: date | None, given: str, fault: str = "") -> str:
    """Return the page of a day, or the one that says what is wrong with it."""
    operation = QueryOperation(QUERY.substitute(day=day, lang=language()), infer=infer()) if day else None
    rows = answered(operation) if operation else []
    held, bases, words = laid_out(rows[:SHOWN])
    return render_template(
        "as_of.html",
        day=day,
        given=given,
        fault=fault,
        days=days,
        slides=len(days.changes) <= SLIDES,
        sections=[(key, name, [one for one in held if one.section == key]) for key, name in SECTIONS.items()],
        counts=[(state, sum(one.state == state for one in held)) for state in STATES],
        bases=bases,
        words=words,
        cut=len(rows) > SHOWN,
        shown=SHOWN,
        operation=operation,
        infer=infer(),
        on=on,
        questions=list(about(day)) if day else [],
        in_words=format_day,
        kept=[(key, request.args[key]) for key in KEPT if key in request.args],
        alternates=[(form, operation.address(format=form.name)) for form in DOWNLOADS] if operation else [],
    )


def about(day: date) -> Iterator[tuple[Question, str]]:
    """Yield the questions that can be asked about a day, with their words."""
    for one in all_questions():
        if any((each.name, each.datatype) == ("date", "xsd:date") for each in one.parameters):
            yield one, one.asked(language(), {"date": format_day(day)})


def on(day: date) -> str:
    """Return the address of a day."""
    return with_choices(f"{PATH}?date={day}")


def changes_of(built: BuiltDataset) -> Days:
    """Return the days on which something changes in a dataset: an end is seen on the day after it."""
    found: set[date] = set()
    reported: set[date] = set()
    for row in solutions(built.store, CHANGES):
        bound, literal = row["bound"], row["day"]
        day = day_of(literal) if isinstance(literal, Literal) else None
        if day is None or not isinstance(bound, NamedNode):
            continue
        name = bound.value.removeprefix(WIC)
        if name == REPORTED:
            reported.add(day)
        elif day < date.max:
            found.add(day + timedelta(days=name in ENDS))
    return Days(tuple(sorted(found)), max(reported, default=None))


def answered(operation: QueryOperation) -> list[Solution]:
    """Return the rows of the query, a few more than are shown at most."""
    results = evaluate(dataset(), operation, settings())
    names = [variable.value for variable in results.variables]  # type: ignore[union-attr] # a SELECT has them
    try:
        return [{name: row[name] for name in names} for row in islice(results, SHOWN + 1)]  # type: ignore[arg-type] # likewise
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault


def laid_out(rows: Sequence[Solution]) -> tuple[list[Held], dict[str, Basis], Words]:
    """Return what the rows tell, what it rests on and the words for it, with three queries."""
    grouped = [list(group) for _key, group in groupby(sorted(rows, key=same), key=same)]
    rests = [list(chain.from_iterable(map(patterns_of, group))) for group in grouped]
    known = supports(store(), chain.from_iterable(rests))
    backed = [united(known.get(pattern, Support()) for pattern in patterns) for patterns in rests]
    bases = bases_of(store(), chain.from_iterable(one.graphs for one in backed), quotes=False)
    words = words_for(rows, bases)
    held = [told(group, words, support) for group, support in zip(grouped, backed, strict=True)]
    return sorted(held, key=lambda one: STATES.index(one.state)), bases, words


def same(row: Solution) -> tuple[str, ...]:
    """Return what rows have in common that tell the same: of whom and of what, or else of which thing."""
    names = ("section", "thing", "what") if row["who"] is None else ("section", "who", "what")
    return tuple(str(row[name]) for name in names)


def united(found: Iterable[Support]) -> Support:
    """Return all of several supports as one."""
    whole = Support()
    for one in found:
        whole |= one
    return whole


def patterns_of(row: Solution) -> Iterator[Pattern]:
    """Yield the statements by which something holds on a day."""
    thing, link, span, known = (row[name] for name in ("thing", "link", "span", "known"))
    yield thing, link, span
    yield from ((span, NamedNode(WIC + bound), row[bound]) for bound in BOUNDS if row[bound] is not None)
    if known is not None:
        yield thing, known, None


def words_for(rows: Sequence[Solution], bases: Mapping[str, Basis]) -> Words:
    """Return the words for all that a page shows."""
    cells = (term for row in rows for term in row.values() if term is not None)
    modalities = chain.from_iterable(basis.modalities for basis in bases.values())
    graphs = (NamedNode(graph) for graph in bases)
    return Words.for_request(labels_of(store(), {*iris_of(cells), *iris_of(modalities), *graphs}))


def told(group: Sequence[Solution], words: Words, support: Support) -> Held:
    """Return what rows that tell the same tell together: the surest of them counts."""
    rows = sorted(group, key=lambda row: RANKS.index(text(row["holds"])))
    return Held(
        section=text(rows[0]["section"]),
        state=text(rows[0]["holds"]),
        who=words.show(rows[0]["who"]),
        what=words.show(rows[0]["what"]),
        times=tuple(dict.fromkeys(time_of(row, words) for row in rows)),
        support=support,
    )


def time_of(row: Solution, words: Words) -> Time:
    """Return the time that a row tells."""
    bounds = [day_of(one) if isinstance(one := row[bound], Literal) else None for bound in BOUNDS]
    return Time(
        thing=words.show(row["thing"]) or Shown("", ""),
        begins=format_window(*bounds[:2]) or str(_("not stated")),
        ends=format_window(*bounds[2:]) or str(_("not stated")),
        is_plan=row["link"] != NamedNode(f"{WIC}hasTimeSpan"),
        is_settled=row["known"] is not None,
    )


def text(term: Term | None) -> str:
    """Return the text of a literal."""
    return term.value if isinstance(term, Literal) else ""
