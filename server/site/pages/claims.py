"""The register of what was claimed or planned: who says so, when, in which words, and what other texts say.

A row is a fact whose status is weaker than what its words tell plainly (`graph/status.toml`). Beside it stand
the other values that a comparison finds (`queries/conflicts/`), the texts whose facts make the same
statements, and, of a plan, the first text by which it came about. What other texts say more of comes first;
the rows of one dispute stand together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode
from wicara.graph.evidence import WITH_BASIS
from wicara.graph.names import kind_of, set_of_facts
from wicara.graph.sparql import value
from wicara.ontology import PREFIXES, RDF_TYPE, WIC
from wicara.server.app_state import dataset, per_version, watched
from wicara.server.descriptions.openapi import operation, several
from wicara.server.http.problems import Problem
from wicara.server.linked.resources import number_of_page
from wicara.server.linked.statements import Statement
from wicara.server.site.filter import BY_FILTER, PARAMETERS, narrowed
from wicara.server.site.html import source_name
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.conflicts import ConflictingValue, difference
from wicara.server.site.pictures.picture import Portion, changed, requested_thing, short_of
from wicara.server.site.tables.differing import (
    BOUND,
    NAMES,
    Compared,
    agreeing,
    comparing,
    is_length,
    number_of_differences,
)
from wicara.server.site.tables.register import (
    PATH,
    UNSETTLED,
    Claimed,
    facts_of,
    is_figure,
    register,
)
from wicara.server.site.tables.rows import evidence_for
from wicara.server.site.tables.sheet import (
    CAME_ABOUT,
    CLASH,
    IN_CELL,
    SHEETS,
    SOURCES,
    Typed,
    as_sheet,
    columns_of_sources,
    quotations,
    sheets,
)
from wicara.server.site.tables.statuses import (
    REPORTED_STATUS,
    REPORTS,
    by_status,
    came_about,
    is_time,
    status_text,
    with_aftermath,
)
from wicara.server.site.tables.texts import HAS_TIME
from wicara.server.site.times import format_period

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Triple
    from wicara.graph.status import Status
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.tables.rows import Evidence
    from wicara.server.site.tables.texts import Days
    from wicara.server.site.words import Term

blueprint = Blueprint("claims", __name__)

PAGE: Final = 15
"""Rows on a page."""
OUTCOMES: Final = ("differ", "otherwise", "came-about", "same", "alone")
"""What other texts make of a row, as `told-elsewhere` in words.toml names it: in this order rows come."""
ABOUT: Final = tuple(PREFIXES[name] for name in ("event", "document", "partnership"))
PARTIES: Final = tuple(PREFIXES[name] for name in ("state", "body", "group"))
"""What the things begin with that a row is about: the first that its fact names, or else its parties."""
MAX_PARTIES: Final = 3
COLUMNS: Final = (
    *("statement", "about", "status", "saidBy", "possiblyBy", "date"),
    *(*SOURCES, CLASH, "alsoToldBy", CAME_ABOUT, "fact"),
)
CHOICES: Final = (
    "of",
    "by",
    several("outcome", "Only that of which other texts say this.", OUTCOMES),
    *BY_FILTER,
    "lang",
)
"""What a request may choose, of the page as of its data."""
CONTENT_TEXT: Final = NamedNode(f"{WIC}contentText")
MAX_MARKS: Final = 1
"""How many texts that say the same, or otherwise, a row names."""
OF_A_TEXT: Final = frozenset(
    (
        RDF_TYPE,
        *(f"{WIC}{name}" for name in ("reportOf", "attributedTo", "reportedStatus")),
        *(f"{WIC}{name}" for name in ("statedIn", "wording", "attributionBasis")),
    )
)
"""The properties of statements that every text makes for itself."""


@dataclass(frozen=True)
class Weighed:
    """A fact of the register, and what other texts make of it: what it is about, and who says the same."""

    claimed: Claimed
    status: Status
    about: Sequence[NamedNode]
    same: Sequence[str]
    """Facts of other texts that make the same statements, unless it came about."""
    near: Sequence[str]
    """Facts of other texts that give its figure rounded otherwise, or within a bound."""
    outcome: str
    dispute: tuple[object, ...]
    """What is contested, by which facts: rows that are set against each other share the first."""
    said: tuple[object, ...]
    """What it says, and as what: rows that say the same are shown as one."""


@dataclass(frozen=True)
class Entry:
    """A row: a fact, the others that say the same as it, and what the rest say: the same, or otherwise."""

    own: Weighed
    others: Sequence[Claimed]
    same: Sequence[str]
    near: Sequence[ConflictingValue]
    """The values of other texts that agree with its figure, rounded otherwise or within a bound."""
    values: Sequence[ConflictingValue]
    texts: int
    """How many texts give these values."""


def weighed(_built: BuiltDataset) -> list[Weighed]:
    """Return the register with what other texts make of each fact.

    What they contest, or tell the outcome of, comes first; of each kind the dispute of the newest text.
    """
    found = [*map(weigh, per_version(register))]
    alike = {said: [one.claimed.fact.value for one in some] for said, some in saying_one_thing(found).items()}
    found = [
        replace(one, same=one_of_each_text((*one.same, *alike[one.said]), one.claimed.fact)) for one in found
    ]
    newest: dict[object, int] = {}
    for place, one in enumerate(found):
        for size in (1, 2):
            newest.setdefault((one.outcome, *one.dispute[:size]), place)
    return sorted(
        found,
        key=lambda one: (
            OUTCOMES.index(one.outcome),
            *(newest[one.outcome, *one.dispute[:size]] for size in (1, 2)),
        ),
    )


def weigh(one: Claimed) -> Weighed:
    """Return what other texts make of a fact of the register."""
    content = [quad.triple for quad in dataset().store.quads_for_pattern(None, None, None, one.fact)]
    status = with_aftermath(one.status, (), [Statement(triple, (one.fact.value,)) for triple in content])
    same = [] if status.came_about else saying_the_same(one, content)
    near = one_of_each_text(set_beside(per_version(agreeing).near.get(one.fact.value, ())), one.fact)
    compared = per_version(comparing).get(one.fact.value, [])
    if status.came_about:
        outcome = "otherwise" if compared else "came-about"
    else:
        outcome = "differ" if compared else "same" if same or near else "alone"
    minted = minted_by(content)
    said = frozenset(
        (None if each.subject in minted else each.subject, each.predicate, each.object)
        for each in content
        if each.predicate.value not in OF_A_TEXT
    )
    dispute = (id(compared[0].rows), frozenset(compared[0].beside)) if compared else (one.fact.value,)
    return Weighed(one, status, about_of(content), same, near, outcome, dispute, (outcome, status.key, said))


def minted_by(content: Iterable[Triple]) -> set[Term]:
    """Return the things of a fact that are its own: its figure, and its claim of what it has in words."""
    return {each.subject for each in content if each.predicate == CONTENT_TEXT or is_figure(each.subject)}


def chosen() -> list[Weighed]:
    """Return what of the register this request asks for, whatever its status.

    Raises Problem 400 or 404 for what is no thing.
    """
    speaker, thing = requested_thing("by"), requested_thing("of")
    view = replace(narrowed(PATH), asked=narrowed(PATH).asked.without("status"))
    about = facts_of(thing) if thing else None
    return [
        one
        for one in per_version(weighed)
        if (speaker is None or speaker in one.claimed.who)
        and (about is None or one.claimed.fact.value in about)
        and view.has(one.claimed.fact.value)
    ]


def of_status(some: Iterable[Weighed]) -> list[Weighed]:
    """Return the facts that have a status that this request asks for."""
    statuses = narrowed(PATH).applied.chosen.get("status", UNSETTLED)
    return [one for one in some if one.status.key in statuses]


def of_outcome(some: Iterable[Weighed]) -> list[Weighed]:
    """Return the facts of which other texts say what this request asks for."""
    asked = requested_outcomes()
    return [one for one in some if not asked or one.outcome in asked]


def requested_outcomes() -> list[str]:
    """Return the outcomes that this request asks for; raises Problem 400 for what is none."""
    asked = [*filter(None, request.args.getlist("outcome"))]
    if not set(asked) <= set(OUTCOMES):
        raise Problem(HTTPStatus.BAD_REQUEST, f"Parameter `outcome` must be one of {', '.join(OUTCOMES)}.")
    return asked


def about_of(content: Iterable[Triple]) -> list[NamedNode]:
    """Return the event that a fact names, or else the document, the partnership, or the states and bodies."""
    ends = [end for triple in content for end in (triple.subject, triple.object)]
    found = [*dict.fromkeys(end for end in ends if isinstance(end, NamedNode))]
    for start in ABOUT:
        if of_kind := [end for end in found if end.value.startswith(start)]:
            return of_kind[:1]
    return sorted((end for end in found if end.value.startswith(PARTIES)), key=str)[:MAX_PARTIES]


def saying_the_same(one: Claimed, content: Sequence[Triple]) -> list[str]:
    """Return the facts of other texts that make all that a fact states of things, one of each text.

    When that is decides only where a fact states nothing else.
    """
    find = dataset().store.quads_for_pattern
    reported = [each.object for each in content if each.predicate == REPORTED_STATUS]
    figures = set_beside(per_version(agreeing).same.get(one.fact.value, ()))
    minted = minted_by(content)
    beside = {*OF_A_TEXT, HAS_TIME.value}
    of_things = [each for each in content if each.predicate.value not in beside and not is_time(each.subject)]
    bounds = [each for each in content if each.predicate == HAS_TIME or BOUND.fullmatch(each.predicate.value)]
    found: set[str] | None = None
    for triple in of_things or bounds:
        if is_figure(triple.subject):
            graphs = {*figures}
        else:
            subject = None if triple.predicate == REPORTS or triple.subject in minted else triple.subject
            quads = find(subject, triple.predicate, triple.object, None)
            graphs = {name.value for quad in quads if isinstance(name := quad.graph_name, NamedNode)}
        found = graphs if found is None else found & graphs
    return one_of_each_text(
        (
            graph
            for graph in sorted(found or ())
            if all(any(find(None, REPORTED_STATUS, each, NamedNode(graph))) for each in reported)
        ),
        one.fact,
    )


def counted_otherwise(one: ConflictingValue, compared: Compared) -> ConflictingValue:
    """Return a value that agrees, with a tag where it is a length that is counted in another way."""
    if not is_length(compared) or one.bound:
        return one
    return replace(one, tags=(*one.tags, str(_("the same dates, counted otherwise"))))


def set_beside(some: Iterable[Compared]) -> list[str]:
    """Return the graphs that comparisons set beside one, in order."""
    return sorted(frozenset[str]().union(*(each.beside for each in some)))


def giving_the_same(fact: NamedNode, compared: Compared, values: Iterable[ConflictingValue]) -> list[str]:
    """Return the facts of other texts that give the value that a fact gives, one of each text.

    Where times are compared, that one bound is the same does not make the times so.
    """
    of_times = any(BOUND.fullmatch(value(row, "p")) or row["q"] == HAS_TIME for row in compared.rows)
    own = () if of_times else (each.graphs for each in values if fact.value in each.graphs)
    return one_of_each_text((graph for graph in chain(*own) if graph not in compared.beside), fact)


def one_of_each_text(graphs: Iterable[str], fact: NamedNode) -> list[str]:
    """Return the facts of other texts than that of a fact, one of each text."""
    of_text: dict[str, str] = {}
    for graph in graphs:
        if kind_of(graph) in WITH_BASIS:
            of_text.setdefault(set_of_facts(graph), graph)
    of_text.pop(set_of_facts(fact.value), None)
    return [*of_text.values()]


def saying_one_thing(some: Iterable[Weighed]) -> dict[object, list[Weighed]]:
    """Return facts by what they say, in the order of the first that says so."""
    found: dict[object, list[Weighed]] = {}
    for one in some:
        found.setdefault(one.said, []).append(one)
    return found


def entries(
    some: Sequence[Sequence[Weighed]], named: Iterable[Term | None] = ()
) -> tuple[list[Entry], Evidence]:
    """Return rows of facts that say the same, and what they rest on, with the words for what is `named`."""
    compared = per_version(comparing)
    connected = {own.claimed.fact.value: compared.get(own.claimed.fact.value, []) for own, *_more in some}
    agreed = per_version(agreeing).near
    rounded = {own.claimed.fact.value: agreed.get(own.claimed.fact.value, []) for own, *_more in some}
    found = chain.from_iterable((*connected.values(), *rounded.values()))
    groups = {id(each.rows): each.rows for each in found}
    rows = [*chain.from_iterable(groups.values())]
    facts = [*chain.from_iterable(some)]
    of_facts = (one.claimed for one in facts)
    evidence = evidence_for(
        watched(dataset().store),
        chain(
            *((one.fact, one.claim, one.article, *one.who, *one.possibly) for one in of_facts),
            *(one.about for one in facts),
            (row[name] for row in rows for name in NAMES),
            named,
        ),
        [
            *chain.from_iterable((one.claimed.fact.value, *one.same, *one.near) for one in facts),
            *(value(row, name) for row in rows for name in ("g1", "g2")),
        ],
    )
    differences = {key: difference(each, evidence, alone=True).values for key, each in groups.items()}
    told = []
    for own, *more in some:
        others = [one.claimed for one in more]
        beside = {own.claimed.fact.value, *(one.fact.value for one in others)}
        values = dict.fromkeys(
            each
            for group in connected[own.claimed.fact.value]
            for each in differences[id(group.rows)]
            if beside.isdisjoint(each.graphs) and not group.beside.isdisjoint(each.graphs)
        )
        alike = (
            giving_the_same(own.claimed.fact, each, differences[id(each.rows)])
            for each in (connected[own.claimed.fact.value] if own.outcome == "differ" else ())
        )
        known = one_of_each_text((*own.same, *chain.from_iterable(alike)), own.claimed.fact)
        same = [each for each in known if each not in beside]
        bases = evidence.of(chain.from_iterable(each.graphs for each in values))
        texts = len({basis.text.iri for basis in bases if basis.text})
        near = dict.fromkeys(
            counted_otherwise(each, group)
            for group in rounded[own.claimed.fact.value]
            for each in differences[id(group.rows)]
            if not set(own.near).difference(beside).isdisjoint(each.graphs)
        )
        told.append(Entry(own, others, same, [*near], [*values], texts))
    return told, evidence


@blueprint.get(PATH)
@operation(query=(*CHOICES, "page"))
def page() -> str:
    """List what was claimed or planned, with what other texts say of it."""
    every = chosen()
    found = of_outcome(of_status(every))
    rows = [*saying_one_thing(found).values()]
    portion = Portion("claims", len(rows), PAGE, number_of_page())
    by, of = requested_thing("by"), requested_thing("of")
    speakers = dict.fromkeys(who for one in per_version(register) for who in one.who)
    shown, evidence = entries(portion.of(rows), (by, of, *speakers))
    words = evidence.words
    return render_template(
        "claims.html",
        entries=shown,
        count=len(found),
        evidence=evidence,
        words=words,
        narrowed=narrowed(PATH),
        portion=portion,
        statuses=counted(one.status.key for one in of_outcome(every)),
        outcomes=counted(one.outcome for one in of_status(every)),
        asked=requested_outcomes(),
        differences=per_version(number_of_differences),
        speakers=sorted(filter(None, map(words.show, speakers)), key=lambda one: one.text.casefold()),
        by=words.show(by),
        of=words.show(of),
        most=MAX_MARKS,
        short_of=short_of,
        changed=changed,
        FILTER_PARAMETERS=PARAMETERS,
        period=format_period,
        sheets=[(form, changed(f"{PATH}.{form.extension}", page=None)) for form in sheets()],
    )


@blueprint.get(f"{PATH}.<any({', '.join(SHEETS)}):form>")
@operation(
    query=CHOICES,
    types=tuple(form.media_type for form in SHEETS.values()),
    faults=(HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED),
)
def table(form: str) -> Response:
    """Return what the register shows as a file, all rows of it."""
    shown, evidence = entries([[one] for one in of_outcome(of_status(chosen()))])
    kind = SHEETS[form]
    found = [record(one, evidence) for one in shown]
    response = Response(as_sheet(found, COLUMNS, kind), headers={"Content-Type": kind.content_type()})
    response.headers["Content-Disposition"] = f'inline; filename="claims.{form}"'
    response.vary.add("Accept-Language")
    return response


def counted(keys: Iterable[str]) -> dict[str, int]:
    """Return how many rows have each key, in the order in which pages tell them."""
    found = Counter(keys)
    return {key: found[key] for key in (*UNSETTLED, *OUTCOMES) if found[key]}


def in_sheet(days: Days | None) -> str:
    """Return the day of a text, or the first and the last that it can be of."""
    known = [*dict.fromkeys(days or ())]
    text = "/".join(map(str, known))
    return Typed(text, known[0]) if len(known) == 1 else text


def record(one: Entry, evidence: Evidence) -> dict[str, str]:
    """Return a row of the register as data."""
    words, own = evidence.words, one.own.claimed
    sources = columns_of_sources(quotations(evidence, [own.fact.value]))
    others, rounded = (
        [f"{value_in_words(each)} {texts_of(each.graphs, evidence)}" for each in values]
        for values in (one.values, one.near)
    )
    return {
        "statement": words.show_iri(own.fact.value).text,
        "about": IN_CELL.join(words.show_iri(thing.value).text for thing in one.own.about),
        "status": status_text(own.status, words),
        "saidBy": IN_CELL.join(words.show_iri(who.value).text for who in own.who),
        "possiblyBy": IN_CELL.join(words.show_iri(who.value).text for who in own.possibly),
        "date": in_sheet(own.days),
        **dict(zip(SOURCES, map(IN_CELL.join, sources), strict=True)),
        CLASH: IN_CELL.join(others),
        "alsoToldBy": IN_CELL.join(filter(None, (texts_of(one.same, evidence), *rounded))),
        CAME_ABOUT: came_about(one.own.status, words),
        "fact": own.fact.value,
    }


def value_in_words(one: ConflictingValue) -> str:
    """Return a value that another source gives, with its bound and what tells it from others."""
    value = " ".join(filter(None, (one.bound.text if one.bound else "", one.text)))
    return ", ".join((value, *one.tags))


def texts_of(graphs: Iterable[str], evidence: Evidence) -> str:
    """Return what the texts of some facts are called, in brackets, with the status of what each says."""
    found = []
    for status, bases in by_status(evidence.of(graphs)):
        texts = dict.fromkeys(source_name(basis.text, evidence.words) for basis in bases if basis.text)
        found += [f"{', '.join(texts)}: {status_text(status, evidence.words)}"] if texts else []
    return f"({'; '.join(found)})" if found else ""
