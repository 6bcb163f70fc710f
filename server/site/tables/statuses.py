"""The status of what a page or a table says, and when it holds: of statements, of conclusions, of rows.

The status of a fact graph is decided in `graph/status.toml`. A statement has the strongest of those of its
graphs, a conclusion the weakest of the premises of its first proof, a row the weakest of its statements. What
only the editors say of a thing, such as its class, weakens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import NamedNode
from wicara.graph.evidence import MODALITY, WITH_BASIS, graphs_of
from wicara.graph.explain.explanation import FACT_OF, ISSUED, Explainer
from wicara.graph.names import kind_of
from wicara.graph.sparql import solutions
from wicara.graph.status import (
    CLAIMED,
    ESTABLISHED,
    READ,
    reported,
    status_of,
    status_of_claim,
    strongest,
    weakest,
)
from wicara.graph.terms import triple_of
from wicara.ontology import PREFIXES
from wicara.queries import page_query
from wicara.server.app_state import per_version
from wicara.server.linked.statements import Statement
from wicara.server.site.language import WORDS
from wicara.server.site.language import gettext as _
from wicara.server.site.times import day_of, format_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from pyoxigraph import Triple
    from wicara.graph.evidence import Basis
    from wicara.graph.reasoning.rules import Fact
    from wicara.graph.status import Status
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term, Words

AHEAD: Final = frozenset({"planned", "proposed"})
"""The statuses of what was still to come for its source."""


@dataclass(frozen=True)
class Sayings:
    """What a dataset says of sayings: which things are some, what events are reported as, up to which day."""

    things: frozenset[str]
    events: Mapping[str, Status]
    covered: date | None
    """The last day that a source of the dataset reports on."""


def sayings_of(built: BuiltDataset) -> Sayings:
    """Return what a dataset says of sayings, with one query."""
    things: set[str] = set()
    events: dict[str, list[NamedNode]] = {}
    days: set[date] = set()
    for row in solutions(built.store, page_query("sayings").body):
        event, status, day = row["event"], row["status"], day_of(row["day"])
        things |= {row["saying"].value} if isinstance(row["saying"], NamedNode) else set()
        days |= {day} if day else set()
        if isinstance(event, NamedNode) and isinstance(status, NamedNode):
            events.setdefault(event.value, []).append(status)
    known = {event: status for event, found in events.items() if (status := reported(found))}
    return Sayings(frozenset(things), known, max(days, default=None))


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
            graphs = tuple(name for name in graphs_of(self.built.store, leaf) if kind_of(name) in WITH_BASIS)
            if graphs and triple:
                yield Statement(triple, graphs)


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
    known = [bases[graph] for graph in one.graphs if graph in bases]
    if one.triple.predicate.value == MODALITY:
        return [status_of_claim(one.triple.object, basis) for basis in known]
    saying = getattr(one.triple.subject, "value", "") in per_version(sayings_of).things
    return [status_of(basis, saying=saying) for basis in known]


def is_reported(thing: Term) -> bool:
    """Tell whether a report says of an event whether it took place."""
    return getattr(thing, "value", "") in per_version(sayings_of).events


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
    """Return the status of a row, and the others that its statements have by other sources.

    `things` are what it is about: an event that is only announced makes it no more than that. `more` are
    statuses of graphs that it names itself.
    """
    events = per_version(sayings_of).events
    linked = strongest_by_ends(statements, bases)
    reported = filter(None, (events.get(getattr(thing, "value", "")) for thing in things))
    main = weakest([*(status for _, status in linked), *reported, *more])
    if main is None:
        return ()
    deciding = [one for one, status in linked if status == main]
    others = chain.from_iterable(statuses_by_graph(one, bases) for one in deciding)
    known = tuple(dict.fromkeys((main, *sorted(others, key=lambda one: one.rank))))
    if is_ahead(known):
        planned = [thing for thing in things if events.get(getattr(thing, "value", "")) == main]
        covered = per_version(Coverage).of((*planned, *subjects_of(deciding)))
        return (replace(main, covered=covered), *known[1:])
    return known


def subjects_of(statements: Iterable[Statement]) -> Iterator[Term]:
    """Yield what statements are about, or else what the premises of a conclusion are about."""
    for one in statements:
        if one.inferred:
            yield from subjects_of(per_version(Premises).of(one.triple))
        else:
            yield one.triple.subject


def in_words(status: Status, words: Words) -> str:
    """Return a status as a reader reads it: a reading with its confidence, a claim with who makes it."""
    name = str(WORDS["statuses"][status.key])
    if status.key == CLAIMED and status.by:
        names = ", ".join(words.show_iri(one.value).text for one in status.by)
        return str(_("claimed by %(who)s", who=names))
    if status.key == READ and status.confidence:
        return f"{name} ({words.show_iri(status.confidence.value).text})"
    return name


@dataclass(frozen=True)
class Coverage:
    """The last day on which a text came out that tells of a thing, by thing; each is looked up once."""

    built: BuiltDataset
    known: dict[str, date | None] = field(default_factory=dict)

    def of(self, things: Iterable[Term]) -> date | None:
        """Return the day for the one of some things that texts have told of least lately; times aside."""
        found = (self.of_one(one) for one in things if isinstance(one, NamedNode) and not is_time(one))
        return min(filter(None, found), default=None)

    def of_one(self, thing: NamedNode) -> date | None:
        """Return the last day on which a text came out whose facts name a thing."""
        if thing.value not in self.known:
            find = self.built.store.quads_for_pattern
            quads = chain(find(thing, None, None, None), find(None, None, thing, None))
            graphs = {quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)}
            days = (
                day_of(day.object)
                for graph in graphs
                for text in find(graph, FACT_OF, None, None)
                if isinstance(text.object, NamedNode)
                for day in find(text.object, ISSUED, None, None)
            )
            self.known[thing.value] = max(filter(None, days), default=None)
        return self.known[thing.value]


def is_time(thing: NamedNode) -> bool:
    """Tell whether a thing is a time span: many things share one."""
    return thing.value.startswith(PREFIXES["timespan"])


def is_ahead(statuses: Sequence[Status]) -> bool:
    """Tell whether something was still to come for its source."""
    return bool(statuses) and statuses[0].key in AHEAD


def age_of_plan(status: Status) -> str:
    """Return up to which day a source tells of what was planned."""
    if status.covered is None:
        return ""
    return str(_("no fact here about it after %(day)s", day=format_day(status.covered)))


def age_of_sources() -> str:
    """Return up to which day the sources of the dataset could tell whether a plan came about."""
    covered = covered_until()
    return str(_("no source here after %(day)s", day=covered)) if covered else ""


def covered_until() -> str:
    """Return the last day that a source of the dataset reports on, in words; nothing if none is known."""
    covered = per_version(sayings_of).covered
    return format_day(covered) if covered else ""


def is_plain(statuses: Sequence[Status]) -> bool:
    """Tell whether something goes without saying: it is established, and nothing differs."""
    return [one.key for one in statuses] in ([], [ESTABLISHED])
