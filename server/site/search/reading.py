"""What of a dataset can be found: each thing with its names, what tells of it, and its values of the facets.

A thing has a state, organization, person, area or status where it is that one, where a statement joins the
two, or where a situation joins them: a participation, a tenure, a membership, a report. A fact has what its
statements name, an article what its facts have. A year counts from the first to the last possible day.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode
from wicara.graph.names import GraphKind
from wicara.graph.names import kind_of as kind_of_graph
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.server.site.search.facets import FACETS, value_of
from wicara.server.site.search.kinds import KINDS, NOT_FOUND, OTHER, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyoxigraph import Store, Triple

    Value = tuple[int, str]

LABEL, VARIANT, DEFINITION, QUOTE = range(4)
"""What a text is to its thing; the order is that of the columns of the index."""
TEXTS: Final = {
    f"{PREFIXES['skos']}prefLabel": LABEL,
    f"{PREFIXES['rdfs']}label": LABEL,
    "http://xmlns.com/foaf/0.1/name": LABEL,
    f"{PREFIXES['schema']}name": LABEL,
    f"{PREFIXES['skos']}altLabel": VARIANT,
    f"{PREFIXES['skos']}hiddenLabel": VARIANT,
    f"{PREFIXES['dcterms']}title": VARIANT,
    f"{WIC}abbreviation": VARIANT,
    f"{WIC}expansion": VARIANT,
    f"{WIC}factIdentifier": VARIANT,
    f"{PREFIXES['skos']}definition": DEFINITION,
    f"{PREFIXES['skos']}scopeNote": DEFINITION,
    f"{PREFIXES['rdfs']}comment": DEFINITION,
    f"{PREFIXES['dcterms']}description": DEFINITION,
    f"{PREFIXES['schema']}description": DEFINITION,
    f"{WIC}contentText": DEFINITION,
}
"""The properties whose texts are searched."""
AS_WRITTEN: Final = "AsWritten"
"""What the names of the properties end in, whatever case, that keep the words of a source."""
LONGEST: Final = 10_000
"""Characters of one text that are searched."""

EVIDENCE: Final = f"{WIC}evidence"
TARGET: Final = f"{PREFIXES['oa']}hasTarget"
SELECTOR: Final = f"{PREFIXES['oa']}hasSelector"
EXACT: Final = f"{PREFIXES['oa']}exact"
IN_SENTENCE: Final = f"{WIC}inSentence"
FACT_OF: Final = f"{WIC}factOf"
STEPS: Final = frozenset({EVIDENCE, TARGET, SELECTOR, IN_SENTENCE, FACT_OF})
"""The properties that lead from a fact to its words, and to its article."""
TYPE: Final = f"{PREFIXES['rdf']}type"

STATUS: Final = FACETS["status"].bit
JOINED: Final = frozenset(
    {
        *("person", "state", "organization", "group", "event", "series"),
        *("partnership", "post", "document", "claim", "observation"),
    }
)
"""The kinds that have what a situation joins them with."""
DATES: Final = frozenset(f"{PREFIXES['xsd']}{name}" for name in ("date", "dateTime", "gYear", "gYearMonth"))
YEAR: Final = re.compile(r"[0-9]{4}(?![0-9])")
MOST_YEARS: Final = 150
"""Years of one time span that count."""
MENTIONED: Final = frozenset({GraphKind.FACT, GraphKind.BACKGROUND})
MOST: Final = 50_000
"""Things that are found; in a larger dataset, the others are not."""
MOST_QUADS: Final = 2_000_000
"""Quads that are read, for the same reason: whoever asks first waits for the index."""


class Text(NamedTuple):
    """A text of a thing: what it is to it, its language, and the sentence that it is quoted from."""

    role: int
    words: str
    lang: str
    source: str = ""


@dataclass(slots=True)
class Thing:
    """What can be found."""

    kind: str
    texts: dict[Text, None] = field(default_factory=dict)
    values: set[Value] = field(default_factory=set)
    spans: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)


class Reading:
    """The things of a dataset, as they come together from its statements."""

    def __init__(self, *, plain: bool) -> None:
        """Begin with nothing; of `plain` data all is found, by the ends of IRIs where there are no names."""
        self.plain = plain
        self.things: dict[str, Thing] = {}
        self.steps: dict[str, dict[str, list[str]]] = {each: defaultdict(list) for each in STEPS}
        self.exact: dict[str, list[Literal]] = defaultdict(list)
        self.around: dict[str, set[str]] = defaultdict(set)
        self.is_whole = True

    def thing(self, iri: str) -> Thing | None:
        """Return the thing of an IRI, or None where it is none, or one too many."""
        found = self.things.get(iri)
        if found is None:
            kind = kind_of(iri)
            if kind in NOT_FOUND:
                return None
            if len(self.things) >= MOST:
                self.is_whole = False
                return None
            found = self.things[iri] = Thing(kind)
            own = value_of(iri)
            if own:
                found.values.add(own)
        return found

    def read(self, triple: Triple) -> None:
        """Take what a statement tells."""
        subject, predicate, value = triple
        if not isinstance(subject, NamedNode):
            return
        if isinstance(value, Literal):
            self.read_literal(subject.value, predicate.value, value)
        elif isinstance(value, NamedNode):
            self.read_link(subject.value, predicate.value, value.value)

    def read_literal(self, subject: str, predicate: str, value: Literal) -> None:
        """Take a text, or a date."""
        if predicate == EXACT:
            self.exact[subject].append(value)
            return
        role = TEXTS.get(predicate)
        if role is None and predicate.endswith(("asWritten", AS_WRITTEN)):
            role = QUOTE
        thing = self.thing(subject)
        if thing is None:
            return
        if role is not None:
            thing.texts[Text(role, value.value[:LONGEST], value.language or "")] = None
        elif value.datatype.value in DATES:
            year = YEAR.match(value.value)
            thing.years |= {int(year[0])} if year else set()

    def read_link(self, subject: str, predicate: str, value: str) -> None:
        """Take a link with a value of a facet, a situation or a time span, or a step to a quote."""
        if predicate in STEPS:
            self.steps[predicate][subject].append(value)
            if predicate != FACT_OF:
                return
        thing = self.thing(subject)
        if thing is None:
            return
        if predicate == TYPE:
            self.classify(thing, value)
            return
        if not (value.startswith(BASE) or subject.startswith(BASE)):
            return
        self.join(thing, value)
        kind = kind_of(value)
        if kind == "situation":
            self.around[value].add(subject)
        if thing.kind == "situation" and kind in JOINED:
            self.around[subject].add(value)
        own = value_of(subject)
        other = self.thing(value) if own and kind != OTHER else None
        if own and other:
            other.values.add(own)

    def classify(self, thing: Thing, of_class: str) -> None:
        """Let the first of its classes be the kind of a thing whose IRI tells none."""
        if self.plain and (thing.kind == OTHER or thing.kind not in KINDS):
            thing.kind = of_class if thing.kind == OTHER else min(thing.kind, of_class)

    def join(self, thing: Thing, value: str) -> None:
        """Give a thing the value of a facet, or the time span, that it is linked to."""
        found = value_of(value)
        if found:
            thing.values.add(found)
        elif thing.kind != "timespan" and kind_of(value) == "timespan":
            thing.spans.add(value)

    def mention(self, graph: str, triple: Triple) -> None:
        """Take that a statement of a fact names what it names."""
        thing = self.thing(graph)
        for term in (triple.subject, triple.object):
            if thing and isinstance(term, NamedNode):
                self.join(thing, term.value)

    def finish(self) -> None:
        """Put together what statements tell only together."""
        for graph, evidence in self.steps[EVIDENCE].items():
            self.quote(graph, evidence)
        for situation, members in self.around.items():
            self.hand_on(self.things.get(situation), members)
        self.count_years()
        for fact, articles in self.steps[FACT_OF].items():
            self.sum_up(self.things.get(fact), articles)

    def quote(self, graph: str, evidence: Iterable[str]) -> None:
        """Give a fact the words that support it."""
        thing = self.thing(graph)
        if thing is None:
            return
        for one in evidence:
            sentence = next(iter(self.steps[IN_SENTENCE].get(one, ())), "")
            for target in self.steps[TARGET].get(one, ()):
                for selector in self.steps[SELECTOR].get(target, ()):
                    for words in self.exact.get(selector, ()):
                        text = Text(QUOTE, words.value[:LONGEST], words.language or "", sentence)
                        thing.texts[text] = None

    def hand_on(self, situation: Thing | None, members: Iterable[str]) -> None:
        """Give the members of a situation its values; its status is that of an event alone."""
        if situation is None:
            return
        without = {value for value in situation.values if value[0] != STATUS}
        for member in members:
            thing = self.things.get(member)
            if thing is not None and thing.kind in JOINED:
                thing.values |= situation.values if thing.kind == "event" else without

    def sum_up(self, fact: Thing | None, articles: Iterable[str]) -> None:
        """Give an article what one of its facts has, but for its status."""
        for article in articles:
            thing = self.things.get(article)
            if fact is not None and thing is not None:
                thing.values |= {value for value in fact.values if value[0] != STATUS}
                thing.years |= fact.years

    def count_years(self) -> None:
        """Give things the years of their time spans, from the first to the last day that these have."""
        for thing in self.things.values():
            if thing.kind == "timespan":
                thing.years = set(covered(thing.years))
        for thing in self.things.values():
            for span in thing.spans & self.things.keys():
                thing.years |= self.things[span].years


def covered(years: set[int]) -> range:
    """Return the years from the first to the last."""
    if not years:
        return range(0)
    return range(min(years), min(max(years), min(years) + MOST_YEARS) + 1)


def read(store: Store, *, plain: bool) -> Reading:
    """Return what can be found in a store: of a built dataset in its default graph, else in all graphs."""
    reading = Reading(plain=plain)
    kinds: dict[object, GraphKind | None] = {}
    for number, quad in enumerate(store):
        if number == MOST_QUADS:
            reading.is_whole = False
            break
        name = quad.graph_name
        if isinstance(name, DefaultGraph):
            reading.read(quad.triple)
            continue
        iri = name.value
        if iri not in kinds:
            kinds[iri] = kind_of_graph(iri)
        if kinds[iri] in MENTIONED:
            reading.mention(iri, quad.triple)
        if plain and kinds[iri] is not GraphKind.CONTENT:
            reading.read(quad.triple)
    reading.finish()
    return reading
