"""What asserted statements rest on: their fact or background graphs, and the words that support them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode
from wicara.graph.dataset import GraphKind, kind_of
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import QuerySolution, Store
    from wicara.server.linked.statements import Statement
    from wicara.server.site.words import Term

WITH_BASIS: Final = frozenset({GraphKind.FACT, GraphKind.BACKGROUND})
ACTUAL: Final = f"{BASE}/concept/modality/actual"
TYPE: Final = f"{PREFIXES['rdf']}type"
MODALITY: Final = f"{WIC}modality"
TOLD: Final = (
    ("kind", f"{WIC}factKind"),
    ("modality", MODALITY),
    ("confidence", f"{WIC}confidence"),
    ("method", f"{WIC}method"),
    ("wording", f"{WIC}wording"),
    ("who", f"{WIC}attributedTo"),
    ("possibly", f"{WIC}possiblyAttributedTo"),
    ("basis", f"{WIC}attributionBasis"),
    ("derived", f"{PREFIXES['prov']}wasDerivedFrom"),
    ("source", f"{PREFIXES['dcterms']}source"),
    ("source", f"{PREFIXES['dcterms']}bibliographicCitation"),
)
"""What a page tells of a graph: the key of its word, and the property."""
KEYS: Final = {iri: key for key, iri in TOLD}

LAST_PLACE: Final = ("\U0010ffff", 0, "")
"""The place in reading order of what rests on no words."""

ASKED: Final = """
SELECT ?graph ?p ?o ?sentence ?article ?start ?end ?exact ?copy {{
  {{ VALUES ?graph {{ {graphs} }} ?graph ?p ?o FILTER(?p IN ({told})) }}
  UNION {{ {quotes} }}
}}"""
QUOTES: Final = """
SELECT DISTINCT ?graph ?sentence ?article ?start ?end ?exact ?copy {{
  VALUES ?graph {{ {graphs} }}
  ?graph wic:evidence ?evidence .
  ?evidence oa:hasTarget ?target .
  ?target oa:hasSource ?article ; oa:hasSelector ?position , ?quote .
  ?position oa:start ?start ; oa:end ?end .
  ?quote oa:exact ?exact .
  OPTIONAL {{ ?evidence wic:inSentence ?sentence }}
  OPTIONAL {{ ?article wic:republishedAt ?copy }}
}}"""


@dataclass(frozen=True)
class Quote:
    """Words of a source: what they are, where they stand (code points, half-open), where to read them."""

    exact: Literal
    start: str
    end: str
    article: Term
    sentence: Term | None
    copy: str | None


@dataclass
class Basis:
    """What a fact graph or a background graph says of itself, and the words that it quotes."""

    graph: str
    told: dict[str, list[Term]] = field(default_factory=dict)
    quotes: list[Quote] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the short name of the graph: the last part of its IRI."""
        return self.graph.rpartition("/")[2]

    @property
    def anchor(self) -> str:
        """Return the name of its place on a page."""
        return "basis-" + self.graph.removeprefix(f"{BASE}/graph/").replace("/", "-")

    @property
    def order(self) -> tuple[str, int, str]:
        """Return what sorts graphs by where the words stand that they rest on."""
        places = ((str(one.article), int(one.start)) for one in self.quotes)
        return (*min(places, default=LAST_PLACE[:2]), self.name)

    def in_order(self) -> Iterator[tuple[str, list[Term]]]:
        """Yield what it says of itself in the order of TOLD."""
        return ((key, self.told[key]) for key in dict.fromkeys(key for key, _ in TOLD) if key in self.told)

    @property
    def modalities(self) -> list[Term]:
        """Return what it is if it is not plain fact: planned, proposed, possible."""
        return [term for term in self.told.get("modality", []) if term != NamedNode(ACTUAL)]

    def terms(self) -> Iterator[Term]:
        """Yield the terms that a page shows for it."""
        for terms in self.told.values():
            yield from terms
        for one in self.quotes:
            yield from (term for term in (one.article, one.sentence) if term is not None)


def has_basis(graph: str) -> bool:
    """Tell whether a graph is a fact's or a piece of background."""
    return kind_of(graph) in WITH_BASIS


def bases_of(store: Store, graphs: Iterable[str]) -> dict[str, Basis]:
    """Return the basis of each graph that can have one, with one query however many there are."""
    found = {graph: Basis(graph) for graph in sorted(set(graphs)) if has_basis(graph)}
    if found:
        values = " ".join(str(NamedNode(graph)) for graph in found)
        told = ", ".join(f"<{iri}>" for iri in KEYS)
        query = ASKED.format(graphs=values, told=told, quotes=QUOTES.format(graphs=values))
        for row in sorted(solutions(store, query), key=place):
            add(row, found[value(row, "graph")])
    return found


def solutions(store: Store, query: str) -> Iterator[QuerySolution]:
    """Return the solutions of a SELECT that uses the dataset's prefixes."""
    return iter(store.query(query, prefixes=dict(PREFIXES)))  # type: ignore[arg-type] # a SELECT gives solutions


def place(row: QuerySolution) -> tuple[int, str, str]:
    """Return what sorts the solutions for a basis: quotes by where they stand, the rest by what it is."""
    return int(value(row, "start")) if row["start"] else 0, str(row["exact"] or row["p"]), str(row["o"])


def add(row: QuerySolution, basis: Basis) -> None:
    """Add a solution to a basis: what it says of itself, or words that support it."""
    exact = row["exact"]
    if row["p"] is not None:
        basis.told.setdefault(KEYS[value(row, "p")], []).append(row["o"])
    elif isinstance(exact, Literal):
        copy = f"{value(row, 'copy')}#:~:text={fragment(exact.value)}" if row["copy"] else None
        quote = Quote(exact, value(row, "start"), value(row, "end"), row["article"], row["sentence"], copy)
        basis.quotes.append(quote)


def value(row: QuerySolution, name: str) -> str:
    """Return the text of a variable that is bound to an IRI or a literal."""
    term = row[name]
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def fragment(words: str) -> str:
    """Return words as a text fragment (WICG, URL Fragment Text Directives): `-`, `,` and `&` mean more."""
    return quote(words, safe="").replace("-", "%2D")


def modalities_of(bases: Sequence[Basis]) -> list[Term]:
    """Return the modalities of graphs where none of them is plain fact, else nothing."""
    if not bases or not all(basis.modalities for basis in bases):
        return []
    return list(dict.fromkeys(term for basis in bases for term in basis.modalities))


def modality_of(statements: Sequence[Statement], bases: dict[str, Basis]) -> Sequence[Term]:
    """Return what a thing is if no plain fact: its own modality, or that of all facts that describe it."""
    own = [one.triple.object for one in statements if one.triple.predicate == NamedNode(MODALITY)]
    if own:
        return [term for term in own if term != NamedNode(ACTUAL)]
    telling = [one for one in statements if one.triple.predicate.value != TYPE]
    return modalities_of([bases[graph] for one in telling for graph in one.graphs if graph in bases])
