"""The status of what a page or a table says, and when it holds: of statements, of conclusions, of rows.

The status of a fact graph is decided in `graph/status.toml`. A statement has the strongest of those of its
graphs, a conclusion the weakest of the premises of its first proof, a row the weakest of its statements. What
only the editors say of a thing, such as its class, weakens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from pyoxigraph import NamedNode
from wicara.graph.evidence import MODALITY, SAID, WITH_BASIS, Basis, graphs_of
from wicara.graph.explain.explanation import Explainer
from wicara.graph.names import kind_of
from wicara.graph.sparql import solutions, value
from wicara.graph.status import (
    ESTABLISHED,
    ORDER,
    Status,
    reported,
    status_of,
    status_of_claim,
    strongest,
    weakest,
)
from wicara.graph.terms import triple_of
from wicara.ontology import BASE, PREFIXES, RDF_TYPE, WIC
from wicara.queries import page_query
from wicara.server.app_state import cached, per_version
from wicara.server.linked.statements import Statement
from wicara.server.site.language import WORDS
from wicara.server.site.language import gettext as _
from wicara.server.site.tables.texts import HAS_TIME, Texts
from wicara.server.site.times import LAST, day_of, format_day, format_period

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import DefaultGraph, Quad, Triple
    from wicara.graph.reasoning.rules import Fact
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.tables.texts import Days
    from wicara.server.site.words import Term, Words

AHEAD: Final = frozenset({"planned", "proposed"})
"""The statuses of what was still to come for its source."""
OPEN: Final = frozenset({"possible", "between", "lasting"})
"""What is known of a day that no source tells of."""
REPORTS, REPORTED_STATUS = NamedNode(f"{WIC}reports"), NamedNode(f"{WIC}reportedStatus")
PLANNED_TIMES: Final = (NamedNode(f"{WIC}hasPlannedTimeSpan"), NamedNode(f"{WIC}hasProposedTimeSpan"))
ATTENDED, TO_ATTEND, PARTICIPANT, ON_BEHALF, IN_OFFICE, OF_STATE = (
    NamedNode(f"{WIC}{name}")
    for name in (
        *("hasParticipation", "hasProspectiveParticipation", "participant"),
        *("onBehalfOf", "inCapacityOf", "postOfState"),
    )
)
ORDINAL: Final = NamedNode(f"{WIC}ordinalAsClaimed")
COUNTING: Final = {ORDINAL, NamedNode(RDF_TYPE), NamedNode(f"{WIC}plannedOccurrenceOf")}
"""How a thing is counted: that it is held does not say that the count was right."""
HELD: Final = NamedNode(f"{BASE}/concept/status/held")
STATUSES: Final = {key: Status(key) for key in ORDER}


@dataclass(frozen=True)
class Sayings:
    """What a dataset says of sayings: which things are some, what is reported of events, up to which day."""

    things: frozenset[str]
    events: Mapping[str, Status]
    reports: Mapping[str, Status]
    """The status that each report gives its event."""
    covered: date | None
    """The last day that a source of the dataset reports on."""


def sayings() -> Sayings:
    """Return what this version says of sayings."""
    return cached("sayings", find_sayings, read_sayings)


def read_sayings(known: Mapping[str, Any]) -> Sayings:
    """Return what is said of sayings, from JSON."""
    events, reports = (
        {thing: STATUSES[key] for thing, key in known[name].items()} for name in ("events", "reports")
    )
    covered = date.fromisoformat(known["covered"]) if known["covered"] else None
    return Sayings(frozenset(known["things"]), events, reports, covered)


def find_sayings(built: BuiltDataset) -> dict[str, Any]:
    """Find what a dataset says of sayings, with one query, as JSON."""
    things: set[str] = set()
    events: dict[str, list[NamedNode]] = {}
    reports: dict[str, list[NamedNode]] = {}
    days: set[date] = set()
    for row in solutions(built.store, page_query("sayings").body):
        event, status, day = row["event"], row["status"], day_of(row["day"])
        things |= {row["saying"].value} if isinstance(row["saying"], NamedNode) else set()
        days |= {day} if day else set()
        if isinstance(event, NamedNode) and isinstance(status, NamedNode):
            events.setdefault(event.value, []).append(status)
            reports.setdefault(value(row, "saying"), []).append(status)
    of_events, of_reports = (
        {thing: status.key for thing, found in said.items() if (status := reported(found))}
        for said in (events, reports)
    )
    covered = max(days).isoformat() if days else ""
    return {"things": [*things], "events": of_events, "reports": of_reports, "covered": covered}


@dataclass(frozen=True)
class Premises:
    """The asserted statements that conclusions of a dataset rest on; each is looked up once."""

    built: BuiltDataset
    known: dict[Fact, tuple[Statement, ...]] = field(default_factory=dict)

    def of(self, triple: Triple) -> tuple[Statement, ...]:
        """Return what the first proof of a conclusion ends in, as far as it rests on words or a source."""
        fact = (triple.subject, triple.predicate, triple.object)
        if fact not in self.known:
            self.known[fact] = tuple(self.leaves(fact))
        return self.known[fact]

    def leaves(self, fact: Fact) -> Iterator[Statement]:
        """Yield the leaves of a proof, each with the fact and background graphs that it stands in."""
        explainer = per_version(Explainer)
        proof = explainer.first_proof(fact) if explainer.stored_proofs is not None else None
        for leaf in proof.leaves() if proof else ():
            triple = triple_of(leaf)
            named = {*graphs_of(self.built.store, leaf), *(self.in_office(triple) if triple else ())}
            graphs = tuple(sorted(name for name in named if kind_of(name) in WITH_BASIS))
            if graphs and triple:
                yield Statement(triple, graphs)

    def in_office(self, triple: Triple) -> Iterator[str]:
        """Yield the graphs by which who acts for a state takes part in an office of it."""
        find = self.built.store.quads_for_pattern
        for quad in find(triple.subject, IN_OFFICE, None, None) if triple.predicate == ON_BEHALF else ():
            if isinstance(quad.object, NamedNode) and any(find(quad.object, OF_STATE, triple.object, None)):
                yield getattr(quad.graph_name, "value", "")


def graphs_behind(statements: Iterable[Statement]) -> Iterator[str]:
    """Yield the graphs that decide on the status of statements: those that make them or their premises."""
    for one in statements:
        if one.inferred:
            yield from chain.from_iterable(leaf.graphs for leaf in per_version(Premises).of(one.triple))
        else:
            yield from one.graphs


def status_of_statement(one: Statement, bases: Mapping[str, Basis]) -> Status | None:
    """Return the status of a statement; None where it rests on no fact and no source."""
    if one.inferred:
        premises = per_version(Premises).of(one.triple)
        return weakest(filter(None, (status_of_statement(leaf, bases) for leaf in premises)))
    return strongest(statuses_by_graph(one, bases))


def strongest_by_ends(
    statements: Iterable[Statement], bases: Mapping[str, Basis]
) -> list[tuple[Statement, Status]]:
    """Return, for each two things that statements link, the strongest statement with its status.

    What was planned by one source and held by another is held: of several links the strongest decides.
    """
    found: dict[frozenset[Term], tuple[Statement, Status]] = {}
    for one in statements:
        ends, status = frozenset((one.triple.subject, one.triple.object)), status_of_statement(one, bases)
        if status and (ends not in found or status.rank < found[ends][1].rank):
            found[ends] = (one, status)
    return list(found.values())


def statuses_by_graph(one: Statement, bases: Mapping[str, Basis]) -> list[Status]:
    """Return what each graph makes of a statement."""
    graphs = dict.fromkeys((*one.graphs, *per_version(Premises).in_office(one.triple)))
    known = [bases[graph] for graph in graphs if graph in bases]
    if one.triple.predicate.value == MODALITY:
        return [status_of_claim(one.triple.object, basis) for basis in known]
    saying = getattr(one.triple.subject, "value", "") in sayings().things
    return [status_of(basis, saying=saying) for basis in known]


def is_reported(thing: Term) -> bool:
    """Tell whether a report says of an event whether it took place."""
    return getattr(thing, "value", "") in sayings().events


def is_report(thing: Term) -> bool:
    """Tell whether a thing is a report of whether an event took place."""
    return getattr(thing, "value", "") in sayings().reports


def status_of_graphs(graphs: Iterable[str], bases: Mapping[str, Basis]) -> list[Status]:
    """Return the statuses of graphs."""
    return [status_of(bases[graph]) for graph in graphs if graph in bases]


def statuses_of(
    statements: Sequence[Statement],
    bases: Mapping[str, Basis],
    *,
    things: Iterable[Term] = (),
    more: Iterable[Status] = (),
) -> tuple[Status, ...]:
    """Return the status of a row; none where nothing decides on it.

    `things` are what it is about: an event that is only announced, or a report that it is, makes it no more
    than that. `more` are statuses of graphs that it names itself. The bounds of a time say when, and weaken
    nothing. A plan has the last day that texts tell of it, and the first text by which it came about.
    """
    known = sayings()
    decisive = [one for one in statements if not is_time(one.triple.subject)] or statements
    linked = strongest_by_ends(decisive, bases)
    names = [getattr(thing, "value", "") for thing in things]
    told = filter(None, (known.reports.get(name) or known.events.get(name) for name in names))
    main = weakest([*(status for _, status in linked), *told, *more])
    if main is None:
        return ()
    return (with_aftermath(main, things, (one for one, status in linked if status == main)),)


def with_aftermath(status: Status, things: Iterable[Term], statements: Iterable[Statement]) -> Status:
    """Return the status of things, or of statements; of a plan with what texts tell of it later."""
    if not is_ahead([status]):
        return status
    aftermath, statements = per_version(Aftermath), [*statements]
    planned = aftermath.planned(things, statements)
    plans = per_version(Texts).of(NamedNode(one) for statement in statements for one in statement.graphs)
    came_about = aftermath.came_about(planned, plans)
    return replace(
        status,
        covered=aftermath.covered(planned),
        came_about=came_about,
        began=came_about is not None and not any(map(aftermath.is_event, planned)),
    )


def by_status(bases: Iterable[Basis]) -> list[tuple[Status, list[Basis]]]:
    """Return facts by the status of each, the strongest first; a text that speaks for itself is not named.

    What no text tells is established, by nothing.
    """
    found: dict[Status, list[Basis]] = {}
    for one in bases:
        known, text = status_of(one), one.text.iri if one.text else ""
        own = replace(known, by=tuple(who for who in known.by if who.value != text))
        found.setdefault(own, []).append(one)
    return sorted(found.items(), key=lambda each: each[0].rank) or [(Status(ESTABLISHED), [])]


def leaves_of(statements: Iterable[Statement]) -> Iterator[Triple]:
    """Yield what statements say, or else what the premises of a conclusion say."""
    for one in statements:
        if one.inferred:
            yield from leaves_of(per_version(Premises).of(one.triple))
        else:
            yield one.triple


def status_text(status: Status, words: Words) -> str:
    """Return a status as a reader reads it: with its confidence, and of a claim with who makes it."""
    name = str(WORDS["statuses"][status.key])
    who, possibly = (", ".join(claimant(one, words) for one in some) for some in (status.by, status.possibly))
    if who:
        name = str(_("claimed by %(who)s", who=who))
    if possibly:
        name = f"{name}, {_('possibly by')} {possibly}"
    return f"{name} ({words.show_iri(status.confidence.value).text})" if status.confidence else name


def claimant(who: NamedNode, words: Words) -> str:
    """Return who makes a claim: a text as marks call it, as its title reads as if it were a speaker."""
    if who.value.startswith(PREFIXES["article"]):
        return per_version(Texts).called(who, words.lang) or words.show_iri(who.value).text
    return words.show_iri(who.value).text


def came_about(plan: Status, words: Words) -> str:
    """Return how marks call the text that reports that a plan came about; nothing where there is none."""
    if plan.came_about is None:
        return ""
    return per_version(Texts).called(plan.came_about, words.lang)


@dataclass(frozen=True)
class Aftermath:
    """What texts tell later of what was planned; each thing is looked up once."""

    built: BuiltDataset
    days: dict[str, Days | None] = field(default_factory=dict)

    def planned(self, things: Iterable[Term], statements: Iterable[Statement]) -> list[NamedNode]:
        """Return what is planned of the things of a row, and of what its statements link.

        These are who was to take part, or events and what has a planned time, or else what the statements are
        about. Of a claim no later text is to be expected, that it was made is all, nor of a count of events.
        """
        leaves = [*leaves_of(statements)]
        if ORDINAL in (said := {leaf.predicate for leaf in leaves}) and said <= COUNTING:
            return []
        linked = (one for leaf in leaves if isinstance(one := leaf.object, NamedNode))
        if attending := [one for one in dict.fromkeys(linked) if self.events_of(one)]:
            return attending
        subjects = [one for leaf in leaves if isinstance(one := leaf.subject, NamedNode)]
        if any(one.value.startswith(PREFIXES["claim"]) for one in subjects):
            return []
        ends = (*things, *subjects, *(leaf.object for leaf in leaves))
        found = dict.fromkeys(one for one in ends if isinstance(one, NamedNode) and self.is_planned(one))
        return [*found] or [one for one in dict.fromkeys(subjects) if not is_time(one)]

    def is_planned(self, thing: NamedNode) -> bool:
        """Tell whether a thing is an event that is reported on, or has a planned or a proposed time."""
        find = self.built.store.quads_for_pattern
        return is_reported(thing) or any(any(find(thing, link, None, None)) for link in PLANNED_TIMES)

    def is_event(self, thing: NamedNode) -> bool:
        """Tell whether a thing is an event, or a part in one: what is neither lasts from its beginning on."""
        return is_reported(thing) or bool(self.events_of(thing))

    def events_of(self, thing: Term) -> list[NamedNode]:
        """Return the events that a thing is a part in that was to be taken; none where it is no such part."""
        if not isinstance(thing, NamedNode):
            return []
        quads = self.built.store.quads_for_pattern(None, TO_ATTEND, thing, None)
        return [one for quad in quads if isinstance(one := quad.subject, NamedNode)]

    def covered(self, things: Iterable[NamedNode]) -> Days | None:
        """Return when the last text came out, for the thing that texts tell of least lately."""
        return min(filter(None, map(self.last_days, things)), default=None, key=itemgetter(1))

    def last_days(self, thing: NamedNode) -> Days | None:
        """Return when the last text came out whose facts name a thing."""
        if thing.value not in self.days:
            find = self.built.store.quads_for_pattern
            quads = chain(find(thing, None, None, None), find(None, None, thing, None))
            texts = per_version(Texts)
            found = filter(None, map(texts.issued, texts.of(quad.graph_name for quad in quads)))
            self.days[thing.value] = max(found, default=None, key=itemgetter(1, 0))
        return self.days[thing.value]

    def came_about(self, things: Iterable[NamedNode], plans: Collection[NamedNode]) -> NamedNode | None:
        """Return the first text by which one of some things was held, had begun, or was attended so.

        `plans` are the texts of the plan: what one of them, or a text from before them, tells as so was so
        already, and no text says what became of the plan.
        """
        find = self.built.store.quads_for_pattern
        graphs: list[Term | DefaultGraph] = []
        for thing in things:
            if events := self.events_of(thing):
                graphs += chain.from_iterable(self.attendance(thing, event) for event in events)
                continue
            reports = [quad.subject for quad in find(None, REPORTS, thing, None)]
            held = (find(one, REPORTED_STATUS, HELD, None) for one in reports)
            begun = () if is_reported(thing) else self.begun(thing)
            graphs += (quad.graph_name for quad in chain(*held, begun))
        texts = per_version(Texts)
        ends = {text: (texts.issued(text) or (LAST, LAST))[1] for text in texts.of(graphs)}
        since = min((days[0] for plan in plans if (days := texts.issued(plan))), default=None)
        if any(text in plans or (since and day < since) for text, day in ends.items()):
            return None
        return min(ends, key=ends.__getitem__, default=None)

    def begun(self, thing: NamedNode) -> Iterator[Quad]:
        """Yield the statements that give a thing its time, but for those of plans and the like."""
        for quad in self.built.store.quads_for_pattern(thing, HAS_TIME, None, None):
            graph = quad.graph_name
            if isinstance(graph, NamedNode) and not is_ahead([self.status_of(graph)]):
                yield quad

    def status_of(self, graph: NamedNode) -> Status:
        """Return the status that a graph gives its statements."""
        find = self.built.store.quads_for_pattern
        said: dict[str, list[Term]] = {}
        for name, key in SAID.items():
            said[key] = [
                *said.get(key, ()),
                *(quad.object for quad in find(graph, NamedNode(name), None, None)),
            ]
        return status_of(Basis(graph.value, said))

    def attendance(self, prospect: NamedNode, event: NamedNode) -> Iterator[Term | DefaultGraph]:
        """Yield the graphs by which those who were to take part in an event did, or others for them."""
        find = self.built.store.quads_for_pattern
        expected = {quad.object for quad in find(prospect, PARTICIPANT, None, None)}
        for part in find(event, ATTENDED, None, None):
            if isinstance(part.object, NamedNode):
                took = chain(*(find(part.object, link, None, None) for link in (PARTICIPANT, ON_BEHALF)))
                yield from (quad.graph_name for quad in took if quad.object in expected)


def is_time(thing: Term) -> bool:
    """Tell whether a thing is a time span: many things share one."""
    return str(getattr(thing, "value", "")).startswith(PREFIXES["timespan"])


def tells_time(triple: Triple) -> bool:
    """Tell whether a statement gives a thing its time, or a time its bounds."""
    return is_time(triple.subject) or is_time(triple.object)


def is_ahead(statuses: Sequence[Status]) -> bool:
    """Tell whether something was still to come for its source."""
    return bool(statuses) and statuses[0].key in AHEAD


def age_of_plan(status: Status) -> str:
    """Return when the last text came out that tells of what was planned, and by none came about."""
    if status.covered is None:
        return ""
    return str(
        _("no outcome reported; last text that tells of it: %(day)s", day=format_period(*status.covered))
    )


def covered_until() -> str:
    """Return the last day that a source of the dataset reports on, in words; nothing if none is known."""
    covered = sayings().covered
    return format_day(covered) if covered else ""


def newest_before(days: Iterable[date | None]) -> str:
    """Return the last day that a source reports on, in words, where one of some days is later."""
    covered = sayings().covered
    return format_day(covered) if covered and any(day and day > covered for day in days) else ""


def weakest_of(first: Sequence[Status], second: Sequence[Status]) -> tuple[Status, ...]:
    """Return the weakest of two rows' statuses; none where neither has one."""
    found = weakest([*first, *second])
    return (found,) if found else ()


def is_plain(statuses: Sequence[Status]) -> bool:
    """Tell whether something goes without saying: it is established, and nothing differs."""
    return [one.key for one in statuses] in ([], [ESTABLISHED])


def is_open(state: str, statuses: Sequence[Status]) -> bool:
    """Tell whether something was so once, as sources establish, and may be so on a day, as none of them says.

    `state` is its key of `holds` in words.toml.
    """
    return state in OPEN and is_plain(statuses)
