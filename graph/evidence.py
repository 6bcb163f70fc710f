"""What a statement rests on: the named graphs that make it, and the words of articles that support these.

A fact graph leads to its words by `wic:evidence`, then as annotations have it (Web Annotation Data Model,
section 4): to a target, which has a source and two selectors, one for the position and one for the quote.
`bases_of` is the one walk from graphs to their words, with a fixed number of queries; `described` yields the
statements on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import quote as percent_encoded

from pyoxigraph import Literal, NamedNode
from wicara.graph.names import DERIVED_FROM, GRAPHS, PROV, GraphKind, kind_of
from wicara.graph.sparql import solutions, value
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyoxigraph import Quad, QuerySolution, Store
    from wicara.graph.reasoning.rules import Fact, Term

OMITTED: Final = " … "
"""What stands in a quote for the words of the text that it leaves out."""
WAY: Final = tuple(
    NamedNode(iri) for iri in (f"{WIC}evidence", f"{PREFIXES['oa']}hasTarget", f"{PREFIXES['oa']}hasSelector")
)
"""The properties that lead from a fact graph to all that describes its evidence."""
WITH_BASIS: Final = frozenset({GraphKind.FACT, GraphKind.BACKGROUND})
"""The kinds of graphs that rest on words or on a source; the others are what editors answer for."""
ACTUAL: Final = f"{BASE}/concept/modality/actual"
MODALITY: Final = f"{WIC}modality"
SAID: Final = {
    f"{WIC}factKind": "kind",
    MODALITY: "modality",
    f"{WIC}confidence": "confidence",
    f"{WIC}method": "method",
    f"{WIC}wording": "wording",
    f"{WIC}attributedTo": "who",
    f"{WIC}possiblyAttributedTo": "possibly",
    f"{WIC}attributionBasis": "basis",
    DERIVED_FROM.value: "derived",
    f"{PREFIXES['dcterms']}source": "source",
    f"{PREFIXES['dcterms']}bibliographicCitation": "source",
}
"""What the provenance says of a graph, in the order in which it is shown: the property, and the key of its
word (`words.toml`)."""
LAST_PLACE: Final = ("\U0010ffff", 0, "")
"""The place in reading order of what rests on no words."""

SAID_OF: Final = "{{ VALUES ?graph {{ {graphs} }} ?graph ?p ?o FILTER(?p IN ({properties})) }}"
SOURCES_OF: Final = """{{ SELECT DISTINCT ?graph ?of ?first ?publisher ?issued ?short ?read ?readAt ?place {{
  VALUES ?graph {{ {graphs} }}
  ?graph wic:factOf ?of .
  OPTIONAL {{ ?of wic:derivedFromSource ?first }}
  OPTIONAL {{ ?of dcterms:publisher ?publisher }}
  OPTIONAL {{ ?of dcterms:issued ?issued }}
  OPTIONAL {{ ?of wic:shortLabel ?short }}
  OPTIONAL {{ ?of wic:readOn ?read ; wic:readAt ?readAt }}
  OPTIONAL {{ ?graph wic:locator ?place FILTER(BOUND(?read)) }}
}} }}"""
"""Each OPTIONAL joins by one variable: the engine evaluates one that has two as all pairs of its sides."""
QUOTES_OF: Final = """{{ SELECT DISTINCT ?graph ?sentence ?article ?start ?end ?exact ?copy {{
  VALUES ?graph {{ {graphs} }}
  ?graph wic:evidence ?evidence .
  ?evidence oa:hasTarget ?target .
  ?target oa:hasSource ?article ; oa:hasSelector ?position , ?quote .
  ?position oa:start ?start ; oa:end ?end .
  ?quote oa:exact ?exact .
  OPTIONAL {{ ?evidence wic:inSentence ?sentence }}
  OPTIONAL {{ ?article wic:republishedAt ?copy }}
}} }}"""


@dataclass(frozen=True)
class Quote:
    """Words of an article: the IRIs of article and sentence, where they stand (code points, half-open).

    `copy` is where the article was published, with a text fragment (WICG, URL Fragment Text Directives).
    """

    exact: Literal
    article: str
    sentence: str
    start: int
    end: int
    copy: str = ""


@dataclass(frozen=True)
class CitedSource:
    """The text that a fact is of: its IRI, its publisher, the day of issue, its short labels by language.

    `first` is the text that this one is a copy or a translation of: the two are one witness.

    Where the text was read elsewhere and is cited without its words, `places` says by language where the
    fact stands in it, `read` is the day, and `copy` the address at which it was read.
    """

    iri: str
    first: str = ""
    publisher: str = ""
    issued: Term | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    read: Term | None = None
    copy: str = ""


@dataclass(frozen=True)
class Basis:
    """A graph that makes statements: what the provenance says of it, what it quotes, and its origins.

    The default graph of files that were loaded as they are has no name and no kind. `derived_from` is filled
    in by `grounds_of` alone.
    """

    graph: str
    said: Mapping[str, list[Term]] = field(default_factory=dict)
    quotes: Sequence[Quote] = ()
    derived_from: tuple[Basis, ...] = ()
    text: CitedSource | None = None

    @property
    def kind(self) -> GraphKind | None:
        """What the graph holds."""
        return kind_of(self.graph)

    @property
    def name(self) -> str:
        """The short name of the graph: the last part of its IRI."""
        return self.graph.rpartition("/")[2]

    @property
    def anchor(self) -> str:
        """The fragment of its place on a page: articles may call their facts alike."""
        return "basis-" + self.graph.removeprefix(GRAPHS).replace("/", "-")

    @property
    def order(self) -> tuple[str, int, str]:
        """The place of its first words in reading order, to sort by."""
        return (
            *min(((quote.article, quote.start) for quote in self.quotes), default=LAST_PLACE[:2]),
            self.name,
        )

    @property
    def sources(self) -> list[str]:
        """The sources that it cites: titles or IRIs."""
        return [getattr(term, "value", str(term)) for term in self.said.get("source", ())]

    @property
    def is_placed(self) -> bool:
        """Whether it has words, or a place, in a text of its own: a reading rests on other facts."""
        return bool(self.quotes or (self.text and self.text.places))

    @property
    def modalities(self) -> list[Term]:
        """What its statements are if no plain fact: planned, proposed, possible."""
        return [term for term in self.said.get("modality", ()) if term != NamedNode(ACTUAL)]

    def in_order(self) -> Iterator[tuple[str, list[Term]]]:
        """Yield what is said of it, in the order of SAID."""
        return ((key, self.said[key]) for key in dict.fromkeys(SAID.values()) if key in self.said)

    def all_quotes(self) -> Iterator[Quote]:
        """Yield its quotes, and those of the graphs that it is derived from."""
        yield from self.quotes
        for origin in self.derived_from:
            yield from origin.all_quotes()

    def terms(self) -> Iterator[Term]:
        """Yield the terms that a page shows for it, itself first."""
        if self.graph:
            yield NamedNode(self.graph)
        for terms in self.said.values():
            yield from terms
        if self.text:
            yield from (NamedNode(iri) for iri in (self.text.iri, self.text.publisher) if iri)
        for quote in self.quotes:
            yield from (NamedNode(iri) for iri in (quote.article, quote.sentence) if iri)


def bases_of(
    store: Store, graphs: Iterable[str], *, quotes: bool = True, union: bool = False
) -> dict[str, Basis]:
    """Return what each fact or background graph rests on, sorted by IRI, with one query for all of them.

    Graphs of other kinds are left out. Without `quotes` the words are not read: a page that only marks what a
    row rests on needs none. With `union`, provenance is looked for in all graphs.
    """
    names = sorted({graph for graph in graphs if kind_of(graph) in WITH_BASIS})
    if not names:
        return {}
    said: dict[str, dict[str, list[Term]]] = {name: {} for name in names}
    quoted: dict[str, list[Quote]] = {name: [] for name in names}
    texts: dict[str, CitedSource] = {}
    values = " ".join(str(NamedNode(name)) for name in names)
    parts = [SAID_OF.format(graphs=values, properties=", ".join(f"<{iri}>" for iri in SAID))]
    parts += [SOURCES_OF.format(graphs=values)]
    parts += [QUOTES_OF.format(graphs=values)] if quotes else []
    rows = solutions(store, f"SELECT * {{ {' UNION '.join(parts)} }}", union=union)
    for row in sorted(rows, key=lambda row: (str(row["p"]), str(row["o"]))):
        if row["p"] is not None:
            said[value(row, "graph")].setdefault(SAID[value(row, "p")], []).append(row["o"])
        elif row["of"] is not None:
            texts[value(row, "graph")] = source_of(row, texts.get(value(row, "graph")))
        elif quote := quote_of(row):
            quoted[value(row, "graph")].append(quote)
    for of_graph in quoted.values():
        of_graph.sort(key=lambda quote: (quote.start, str(quote.exact)))
    return {name: Basis(name, said[name], quoted[name], text=texts.get(name)) for name in names}


def source_of(row: QuerySolution, known: CitedSource | None) -> CitedSource:
    """Return the text of a fact that a solution tells of, with what other solutions have told of it."""
    labels, places = ({**known.labels}, {**known.places}) if known else ({}, {})
    for name, texts in (("short", labels), ("place", places)):
        if isinstance(term := row[name], Literal):
            texts[term.language or ""] = term.value
    iri, first, publisher, copy = (
        getattr(row[name], "value", "") for name in ("of", "first", "publisher", "readAt")
    )
    return CitedSource(iri, first, publisher, row["issued"], labels, places, row["read"], copy)


def quote_of(row: QuerySolution) -> Quote | None:
    """Return the words that a solution holds, or None where offsets, article or words are none."""
    exact, article, sentence = row["exact"], row["article"], row["sentence"]
    start, end = value(row, "start"), value(row, "end")
    is_place = start.isascii() and start.isdecimal() and end.isascii() and end.isdecimal()
    if not (isinstance(exact, Literal) and isinstance(article, NamedNode) and is_place):
        return None
    runs = (percent_encoded(run, safe="").replace("-", "%2D") for run in exact.value.split(OMITTED))
    fragment = "&".join(f"text={run}" for run in runs)  # a hyphen means something in one
    return Quote(
        exact,
        article.value,
        sentence.value if isinstance(sentence, NamedNode) else "",
        int(start),
        int(end),
        f"{value(row, 'copy')}#:~:{fragment}" if row["copy"] is not None else "",
    )


def grounds_of(store: Store, facts: Iterable[Fact], *, union: bool = False) -> dict[Fact, tuple[Basis, ...]]:
    """Return the graphs that make each of some statements, sorted, with what they are derived from.

    Conclusions are no ground; the contents of claims are. One query is asked for each level of derivation.
    """
    graphs = {fact: graphs_of(store, fact) for fact in dict.fromkeys(facts)}
    known = bases_with_origins(store, chain.from_iterable(graphs.values()), union=union)
    return {fact: tuple(known[name] for name in names) for fact, names in graphs.items()}


def bases_with_origins(store: Store, graphs: Iterable[str], *, union: bool = False) -> dict[str, Basis]:
    """Return what each graph rests on, with what it is derived from; a query for each level."""
    names = {*graphs}
    known: dict[str, Basis] = {}
    ahead = names
    while ahead:
        bases = bases_of(store, ahead, union=union)
        known |= {name: bases.get(name, Basis(name)) for name in ahead}
        origins = (term for basis in bases.values() for term in basis.said.get("derived", ()))
        ahead = {term.value for term in origins if isinstance(term, NamedNode)} - known.keys()
    return {name: with_origins(name, known) for name in names}


def graphs_of(store: Store, fact: Fact) -> list[str]:
    """Return the graphs that make a statement; the empty name where only the default graph does."""
    subject, predicate, target = fact
    if isinstance(subject, Literal) or not isinstance(predicate, NamedNode):
        return []
    quads = list(store.quads_for_pattern(subject, predicate, target, None))
    names = sorted({quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)})
    if quads and not names:
        return [""]
    return [name for name in names if kind_of(name) is not GraphKind.INFERRED]


def with_origins(graph: str, known: Mapping[str, Basis], seen: frozenset[str] = frozenset()) -> Basis:
    """Return a basis with its origins; a graph that is derived from itself is not followed again."""
    basis = known[graph]
    names = {term.value for term in basis.said.get("derived", ()) if isinstance(term, NamedNode)}
    origins = sorted(names - seen - {graph})
    return replace(basis, derived_from=tuple(with_origins(name, known, seen | {graph}) for name in origins))


def provenance_of(store: Store, node: NamedNode) -> Iterator[Quad]:
    """Yield the provenance of a graph: what is said of it, of its evidence, of targets and selectors."""
    for quad in store.quads_for_pattern(node, None, None, PROV):
        yield quad
        if quad.predicate in WAY and isinstance(quad.object, NamedNode):
            yield from provenance_of(store, quad.object)
