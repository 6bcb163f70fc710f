"""The index: what can be found in a dataset, in a file of SQLite with its full-text engine FTS5.

    thing     what can be found, with its kind and weight
    name      its folded name to sort by, in each language of the interface
    text      its labels, variants, definitions and quotes as they are; of a person, the names of offices
    words     the same texts folded, for FTS5; a row for each thing
    facet     its values of the facets
    day       its first and last day, in ISO 8601
    spelling  the words, in groups of three letters, to find one that is written nearly the same, and whether
              it stands in the name of a person, state, organization or place
    question  the questions, folded, in each language of the interface, and in other words that readers use

Texts are folded before they come in, and queries before they go in: FTS5 sees ASCII. A thing has a state,
organization, person, area or status where it is that one, where a statement joins the two, or where a
situation joins them: a participation, a tenure, a membership, a report. A fact has what its statements name,
an article what its facts have; what a fact names has the source of that fact. A year counts from the first to
the last possible day, and so do days. The status of a thing is that of `graph/status.toml`: of an event what
reports make it, of a claim what its modality does, of others the strongest of the facts about them.
"""

from __future__ import annotations

import re
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pyoxigraph import DefaultGraph, Literal, NamedNode
from wicara.graph.evidence import SAID, WITH_BASIS, Basis
from wicara.graph.names import GraphKind
from wicara.graph.names import kind_of as kind_of_graph
from wicara.graph.status import CLAIM, reported, status_of, status_of_claim, strongest
from wicara.ontology import BASE, PREFIXES, RDF_TYPE, WIC
from wicara.server.site.kinds import KINDS, OF_SEGMENT
from wicara.server.site.language import LANGUAGES
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.search.folding import TOKEN, fold

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Store, Triple
    from wicara.graph.status import Status
    from wicara.graph.terms import Term
    from wicara.queries import Question

    Row = tuple[object, ...]

ROLES: Final = range(5)
LABEL, VARIANT, DEFINITION, QUOTE, OFFICE = ROLES
"""What a text is to its thing."""
COLUMNS: Final = ((LABEL,), (VARIANT, OFFICE), (DEFINITION,), (QUOTE,))
"""Which texts each column of the index has."""
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
AS_WRITTEN: Final = ("asWritten", "AsWritten")
"""What the names of the properties end in that keep the words of a source."""
LINKS: Final = {
    f"{WIC}evidence": "evidence",
    f"{PREFIXES['oa']}hasTarget": "target",
    f"{PREFIXES['oa']}hasSelector": "selector",
    f"{WIC}inSentence": "sentence",
    f"{WIC}factOf": "article",
    f"{WIC}during": "during",
    f"{WIC}produced": "produced",
    f"{WIC}plannedAlongside": "alongside",
    f"{WIC}hasProspectiveChairParticipation": "alongside",
    f"{WIC}tenureHolder": "holder",
    f"{WIC}tenurePost": "post",
}
"""The properties that lead from a fact to its words and article, from an act to what it was part of, from an
event to its documents, from a plan to what has its time, from a term of office to the person and the office,
by names in the table `link`."""
OTHERWISE_LINKS: Final = frozenset({"article", "during", "produced", "alongside", "holder", "post"})
"""Those of them that are read as any other link, too."""
REPORTS, REPORTED, CONTENT_OF = (f"{WIC}{name}" for name in ("reports", "reportedStatus", "contentOf"))
"""What a report tells of which event, and whose content a graph is."""
EXACT: Final = f"{PREFIXES['oa']}exact"
DATES: Final = frozenset(f"{PREFIXES['xsd']}{name}" for name in ("date", "dateTime", "gYear", "gYearMonth"))
YEAR: Final = re.compile(r"([0-9]{4}(?![0-9]))(-[0-9]{2})?(-[0-9]{2})?")
EDGES: Final = (("-01", "-01"), ("-12", "-31"))
"""The first and the last month and day of what is dated by the year or the month alone."""
SPELLED: Final = range(4, 25)
"""How long a word is that may be misspelled."""

OTHER: Final = "other"
NAMES: Final = """
SELECT words FROM text JOIN thing ON id = thing
WHERE role <= 1 AND kind IN ('person', 'state', 'organization', 'place')"""
"""The names of those that readers look for most, whose words a misspelled one is more likely to be."""
JOINED: Final = frozenset(key for key, kind in KINDS.items() if kind.joined)
SAYINGS: Final = frozenset(KINDS["act"].classes)
"""The classes of communicative acts: that it was said is so, whatever is said."""
WITH_STATUS: Final = frozenset(key for key, kind in KINDS.items() if kind.status)
PLACES: Final = {key: place for place, key in enumerate(KINDS)}
"""The places of the kinds in a list."""
GRAPHS: Final = frozenset({"fact", "background"})

MAX_THINGS: Final = 50_000
"""Things that can be found; in a larger dataset, the others cannot."""
MAX_QUADS: Final = 2_000_000
"""Quads that are read, for the same reason: whoever searches first waits for the index."""
MAX_YEARS: Final = 150
"""Years of one time span that count."""
MAX_TEXT: Final = 10_000
"""Characters of one text that are searched."""
MAX_NAME: Final = 80
"""Characters of a name that are sorted by."""


class Facet(NamedTuple):
    """What a facet is called, its bit in the index, and what the IRIs of its values begin with."""

    name: str
    bit: int
    base: str = ""

    def iri(self, value: str) -> str | None:
        """Return the IRI that a value in an address stands for; None where it stands for none."""
        try:
            return NamedNode(self.base + value).value if self.base else None
        except ValueError:
            return None


FACETS: Final = {
    "kind": Facet(_("Kind"), 1),
    "status": Facet(_("Status"), 64),
    "state": Facet(_("State"), 2, f"{BASE}/id/state/"),
    "organization": Facet(_("Organization"), 4, f"{BASE}/id/body/"),
    "person": Facet(_("Person"), 8, f"{BASE}/id/person/"),
    "area": Facet(_("Area"), 16, f"{BASE}/concept/area/"),
    "year": Facet(_("Year"), 32),
    "source": Facet(_("Source"), 128, f"{BASE}/id/article/"),
}
"""The facets, by the parameter of an address that chooses values of them, in the order of the page."""
BY_BASE: Final = {facet.base: facet for facet in FACETS.values() if facet.base}

TABLES: Final = Path(__file__).with_name("index.sql")
DERIVED: Final = Path(__file__).with_name("derived.sql")
FACETED: Final = """
BEGIN;
INSERT INTO facet SELECT id, bit, value FROM thing JOIN value ON value.thing = iri;
CREATE INDEX text_thing ON text (thing);
CREATE INDEX facet_value ON facet (bit, value, thing);
COMMIT;
"""
"""Indexes are made last: that is quicker."""


class Text(NamedTuple):
    """A text of a thing: what it is to it, its language, and the sentence that it is quoted from."""

    role: int
    words: str
    lang: str
    source: str = ""


def search_kind(iri: str) -> str | None:
    """Return the kind of an IRI, a key of KINDS; None where it is found only through others."""
    if iri.startswith(WIC) or iri == f"{BASE}/ont":
        return "ontology"
    if not iri.startswith(f"{BASE}/"):
        return OTHER
    place, _slash, rest = iri.removeprefix(f"{BASE}/").partition("/")
    segment = rest.partition("/")[0]
    if place == "id":
        kind = OF_SEGMENT.get(segment, KINDS[OTHER])
        return kind.key if kind.label else None
    if place == "concept":
        return "area" if rest.startswith("area/") else "concept"
    if place == "graph":
        return segment if segment in GRAPHS else "graph"
    return OTHER


def value_of(iri: str) -> tuple[int, str] | None:
    """Return the facet (its bit) and the value that an IRI is, or None for one that is no value."""
    facet = BY_BASE.get(iri[: iri.rfind("/") + 1])
    return (facet.bit, iri.removeprefix(facet.base)) if facet else None


class IndexReader:
    """What the statements of a dataset say of things, as rows of the tables that the index is made from."""

    def __init__(self, *, plain: bool) -> None:
        """Begin with nothing; of `plain` data all is found, by the ends of IRIs where there are no names."""
        self.plain = plain
        self.is_whole = True
        self.kinds: dict[str, str] = {}
        self.texts: set[Row] = set()
        self.values: set[Row] = set()
        self.years: dict[str, set[int]] = {}
        self.days: dict[str, tuple[str, str]] = {}
        self.links: set[Row] = set()
        self.exact: set[Row] = set()
        self.said: dict[str, dict[str, list[Term]]] = {}
        self.contents: dict[str, str] = {}
        self.reports: dict[str, str] = {}
        self.reported: dict[str, list[NamedNode]] = {}
        self.facts: dict[str, set[str]] = {}
        self.sayings: set[str] = set()

    def kind(self, iri: str) -> str | None:
        """Return the kind of the thing of an IRI, or None where it is none, or one too many."""
        known = self.kinds.get(iri)
        if known is None:
            known = search_kind(iri)
            if known is None or len(self.kinds) >= MAX_THINGS:
                self.is_whole = self.is_whole and known is None
                return None
            self.kinds[iri] = known
            self.give(iri, iri)
        return known

    def give(self, thing: str, iri: str) -> bool:
        """Give a thing the value of a facet that an IRI is; return whether it is one."""
        found = value_of(iri)
        if found:
            self.values.add((thing, *found))
        return found is not None

    def read(self, triple: Triple) -> None:
        """Take what a statement says."""
        subject, predicate, value = triple
        if isinstance(subject, NamedNode) and isinstance(value, Literal):
            self.read_literal(subject.value, predicate.value, value)
        elif isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            self.read_link(subject.value, predicate.value, value.value)

    def read_literal(self, subject: str, predicate: str, value: Literal) -> None:
        """Take a text, or the year of a date."""
        words = (value.value[:MAX_TEXT], value.language or "")
        if predicate == EXACT:
            self.exact.add((subject, *words))
            return
        role = TEXTS.get(predicate, QUOTE if predicate.endswith(AS_WRITTEN) else None)
        if self.kind(subject) is None:
            return
        if role is not None:
            self.texts.add((subject, role, *words, ""))
        elif value.datatype.value in DATES and (year := YEAR.match(value.value)):
            self.years.setdefault(subject, set()).add(int(year[1]))
            first, last = (f"{year[1]}{year[2] or month}{year[3] or day}" for month, day in EDGES)
            known = self.days.get(subject, (first, last))
            self.days[subject] = (min(first, known[0]), max(last, known[1]))

    def read_link(self, subject: str, predicate: str, value: str) -> None:
        """Take a link to the value of a facet, a situation, a time span, or on the way to a quote."""
        self.read_status(subject, predicate, value)
        if predicate in LINKS:
            self.links.add((LINKS[predicate], subject, value))
            if LINKS[predicate] not in OTHERWISE_LINKS:
                return
        kind = self.kind(subject)
        if kind is None:
            return
        if predicate == RDF_TYPE:
            if self.plain and (kind == OTHER or kind not in KINDS):
                self.kinds[subject] = value if kind == OTHER else min(kind, value)
            return
        if not (value.startswith(BASE) or subject.startswith(BASE)):
            return
        self.join(subject, kind, value)
        of_value = search_kind(value)
        if of_value == "situation" and kind in JOINED:
            self.links.add(("member", value, subject))
        if kind == "situation" and of_value in JOINED:
            self.links.add(("member", subject, value))
        if value_of(subject) and of_value != OTHER and self.kind(value):
            self.give(value, subject)

    def read_status(self, subject: str, predicate: str, value: str) -> None:
        """Take what decides on a status: what is said of a graph or a claim, reported of an event, an act."""
        if predicate in SAID:
            self.said.setdefault(subject, {}).setdefault(SAID[predicate], []).append(NamedNode(value))
        elif predicate == REPORTED:
            self.reported.setdefault(subject, []).append(NamedNode(value))
        elif predicate in {REPORTS, CONTENT_OF}:
            (self.reports if predicate == REPORTS else self.contents)[subject] = value
        elif predicate == RDF_TYPE and value in SAYINGS:
            self.sayings.add(subject)

    def join(self, thing: str, kind: str, value: str) -> None:
        """Give a thing the value of a facet, or the time span, that it is linked to."""
        if not self.give(thing, value) and kind != "timespan" and search_kind(value) == "timespan":
            self.links.add(("span", thing, value))

    def mention(self, graph: str, triple: Triple) -> None:
        """Give a fact the values that one of its statements names."""
        kind = self.kind(graph)
        for term in (triple.subject, triple.object):
            if kind and isinstance(term, NamedNode):
                self.join(graph, kind, term.value)
                if term.value in self.kinds or search_kind(term.value):
                    self.links.add(("told", graph, term.value))

    def tell(self, graph: str, subject: Term) -> None:
        """Take that a graph says something of a thing."""
        if isinstance(subject, NamedNode) and search_kind(subject.value) in WITH_STATUS:
            self.facts.setdefault(subject.value, set()).add(graph)

    def rows_of_statuses(self) -> Iterator[Row]:
        """Yield the status of facts, claims and events, and of what facts are about, where they have one."""
        of_events: dict[str, list[NamedNode]] = {}
        for report, event in self.reports.items():
            of_events.setdefault(event, []).extend(self.reported.get(report, ()))
        for thing, kind in self.kinds.items():
            found = None
            if kind == CLAIM:
                found = self.status_of_claim(thing)
            elif kind == "fact":
                found = status_of(Basis(thing, self.said.get(thing, {})))
            elif kind in WITH_STATUS:
                found = reported(of_events.get(thing, ())) or strongest(self.statuses_of(thing))
            if found:
                yield thing, FACETS["status"].bit, found.key

    def statuses_of(self, thing: str) -> Iterator[Status]:
        """Yield what each graph makes of what it says of a thing; of a report or an act, that it was made."""
        saying = thing in self.reports or thing in self.sayings
        for graph in self.facts.get(thing, ()):
            if graph in self.contents:
                yield from filter(None, [self.status_of_claim(self.contents[graph])])
            else:
                yield status_of(Basis(graph, self.said.get(graph, {})), saying=saying)

    def status_of_claim(self, claim: str) -> Status | None:
        """Return the status of what a claim says; None where nothing tells how it is meant."""
        modality = next(iter(self.said.get(claim, {}).get("modality", ())), None)
        return status_of_claim(modality, Basis(claim)) if modality else None

    def rows_of_years(self) -> Iterator[Row]:
        """Yield the years of things; a time span has all from its first to its last."""
        for thing, years in self.years.items():
            first, last = min(years), max(years)
            span = range(first, min(last, first + MAX_YEARS) + 1)
            yield from ((thing, year) for year in (span if self.kinds[thing] == "timespan" else years))


def read_store(store: Store, *, plain: bool) -> IndexReader:
    """Read what can be found in a store: of a built dataset in its default graph, else in all graphs."""
    reading = IndexReader(plain=plain)
    kinds: dict[str, GraphKind | None] = {}
    for number, quad in enumerate(store):
        if number == MAX_QUADS:
            reading.is_whole = False
            break
        name = quad.graph_name
        if isinstance(name, DefaultGraph):
            reading.read(quad.triple)
            continue
        iri = name.value
        kind = kinds[iri] if iri in kinds else kinds.setdefault(iri, kind_of_graph(iri))
        if kind in WITH_BASIS:
            reading.mention(iri, quad.triple)
        if kind in WITH_BASIS or kind is GraphKind.CONTENT:
            reading.tell(iri, quad.subject)
        if plain and kind is not GraphKind.CONTENT:
            reading.read(quad.triple)
    return reading


def fill(
    connection: sqlite3.Connection, store: Store, questions: Iterable[Question] = (), *, plain: bool
) -> None:
    """Write the index of a store into an empty database; raises sqlite3.Error where the disk refuses."""
    reading = read_store(store, plain=plain)
    connection.executescript(TABLES.read_text("utf-8"))
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO bit VALUES (?, ?)", ((key, facet.bit) for key, facet in FACETS.items())
    )
    things = ((iri, kind, *standing(kind)) for iri, kind in reading.kinds.items())
    connection.executemany("INSERT INTO thing (iri, kind, place, weight) VALUES (?, ?, ?, ?)", things)
    connection.executemany("INSERT INTO found_text VALUES (?, ?, ?, ?, ?)", reading.texts)
    connection.executemany("INSERT INTO value VALUES (?, ?, ?)", reading.values)
    connection.executemany("INSERT INTO value VALUES (?, ?, ?)", reading.rows_of_statuses())
    connection.executemany("INSERT INTO year VALUES (?, ?)", reading.rows_of_years())
    periods = ((thing, *days) for thing, days in reading.days.items())
    connection.executemany("INSERT INTO period VALUES (?, ?, ?)", periods)
    connection.executemany("INSERT INTO link VALUES (?, ?, ?)", reading.links)
    connection.executemany("INSERT INTO exact VALUES (?, ?, ?)", reading.exact)
    connection.execute("COMMIT")
    connection.executescript(DERIVED.read_text("utf-8"))
    connection.execute("BEGIN")
    vocabulary = {word for words in store_texts(connection, plain=plain) for word in words}
    names = {word for row in connection.execute(NAMES) for word in TOKEN.findall(fold(row[0]))}
    spelled = (
        (word, word in names) for word in sorted(vocabulary) if len(word) in SPELLED and word.isalpha()
    )
    connection.executemany("INSERT INTO spelling VALUES (?, ?)", spelled)
    wordings = (
        (one.slug, fold(text))
        for one in questions
        for text in chain(map(one.wording, LANGUAGES), chain.from_iterable(one.own("also")))
    )
    connection.executemany("INSERT INTO question VALUES (?, ?)", wordings)
    connection.execute("INSERT INTO about SELECT ?, COUNT(*) FROM thing", (reading.is_whole,))
    connection.execute("COMMIT")
    connection.executescript(FACETED)


def standing(kind: str) -> tuple[int, float]:
    """Return the place of a kind in a list, and how much a find of it weighs."""
    known = KINDS.get(kind, KINDS[OTHER])
    return PLACES[known.key], known.weight


def store_texts(connection: sqlite3.Connection, *, plain: bool) -> Iterator[list[str]]:
    """Write the texts of all things, and yield the folded words of each.

    A thing of no kind, in a built dataset, is found only by a name: without one it is removed.
    """
    rows = connection.execute(
        "SELECT id, iri, kind, role, words, lang, source FROM thing LEFT JOIN found_text ON thing = iri "
        "ORDER BY id, role, words, lang, source"
    ).fetchall()
    for (number, iri, kind), group in groupby(rows, key=lambda row: row[:3]):
        texts = [Text(*row[3:]) for row in group if row[3] is not None]
        if not plain and kind == OTHER and not any(text.role <= VARIANT for text in texts):
            connection.execute("DELETE FROM thing WHERE id = ?", (number,))
            continue
        texts = with_label(iri, texts)
        folded = [fold(text.words) for text in texts]
        labels = [text for text in texts if text.role == LABEL]
        for lang in LANGUAGES:
            label = next((text for text in labels if text.lang == lang), labels[0])
            name = fold(label.words[:MAX_NAME])
            connection.execute("INSERT INTO name VALUES (?, ?, ?)", (number, lang, name))
        connection.executemany("INSERT INTO text VALUES (?, ?, ?, ?, ?)", ((number, *text) for text in texts))
        pairs = [*zip(texts, folded, strict=True)]
        columns = (
            "\n".join(dict.fromkeys(words for text, words in pairs if text.role in roles))
            for roles in COLUMNS
        )
        connection.execute(
            "INSERT INTO words (rowid, label, variant, definition, quote) VALUES (?, ?, ?, ?, ?)",
            (number, *columns),
        )
        yield TOKEN.findall(" ".join(folded))


def with_label(iri: str, texts: Sequence[Text]) -> list[Text]:
    """Return texts of which the first is a label: a variant, or the end of the IRI, where there is none."""
    if texts and texts[0].role == LABEL:
        return [*texts]
    if texts and texts[0].role == VARIANT:
        return [texts[0]._replace(role=LABEL), *texts[1:]]
    return [Text(LABEL, iri.rstrip("/#").replace("#", "/").rpartition("/")[2], ""), *texts]
