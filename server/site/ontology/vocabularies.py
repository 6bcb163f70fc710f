"""The concept schemes as readable vocabularies: each concept with its definition, below its broader one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import render_template
from pyoxigraph import Literal, NamedNode
from wicara.graph.names import GraphKind, graph_iri
from wicara.graph.sparql import solutions, value
from wicara.ontology import PREFIXES, RDF_TYPE
from wicara.server.app_state import per_version, watched
from wicara.server.http.addresses import path_of
from wicara.server.site.language import language
from wicara.server.site.ontology.model import Ontology, iris_among
from wicara.server.site.ontology.term_page import formats
from wicara.server.site.tables.cells import in_own_language
from wicara.server.site.words import LABELS, SKOS, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wicara.graph.store import BuiltDataset
    from wicara.server.site.ontology.model import Index
    from wicara.server.site.words import Shown

SCHEME: Final = NamedNode(f"{SKOS}ConceptScheme")
IN_SCHEME: Final = f"{SKOS}inScheme"
BROADER: Final = f"{SKOS}broader"
DEFINITION: Final = f"{SKOS}definition"
MORE: Final = tuple(f"{SKOS}{name}" for name in ("altLabel", "notation"))
MATCHES: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
USES: Final = f"""
SELECT ?x (COUNT(*) AS ?n) {{
  ?x skos:inScheme ?scheme . ?s ?p ?x
  FILTER(!STRSTARTS(STR(?p), "{SKOS}"))
}} GROUP BY ?x"""


@dataclass(frozen=True)
class Concept:
    """A concept as a page shows it, with the narrower ones below it."""

    name: Shown
    anchor: str
    definition: Literal | None
    also: tuple[str, ...]
    matches: tuple[tuple[str, Shown], ...]
    uses: int
    below: tuple[Concept, ...]


@dataclass(frozen=True)
class Vocabulary:
    """A concept scheme as a page shows it."""

    name: Shown
    anchor: str
    definition: Literal | None
    count: int
    concepts: tuple[Concept, ...]


def read_schemes(built: BuiltDataset) -> Ontology:
    """Read the concept schemes of a dataset and their mappings: two look-ups."""
    graphs = (graph_iri(GraphKind.VOCAB), graph_iri(GraphKind.ALIGNMENT))
    quads = (
        watched(built.asserted).quads_for_pattern(None, None, None, NamedNode(graph)) for graph in graphs
    )
    return Ontology(tuple(quad.triple for of_graph in quads for quad in of_graph), (), ())


def uses_by_concept(built: BuiltDataset) -> dict[str, int]:
    """Count how often each concept is used, whatever the reader wants of conclusions: with one query."""
    return {value(row, "x"): int(value(row, "n")) for row in solutions(watched(built.store), USES)}


@dataclass(frozen=True)
class Reader:
    """Makes vocabularies of the statements of schemes."""

    said: Index
    words: Words
    uses: dict[str, int]

    def schemes(self) -> Iterator[str]:
        """Yield the schemes by name."""
        schemes = [subject[1:-1] for subject, props in self.said.items() if SCHEME in props.get(RDF_TYPE, ())]
        yield from sorted(schemes, key=lambda iri: self.words.show_iri(iri).text.casefold())

    def vocabulary(self, iri: str) -> Vocabulary:
        """Return a scheme with its concepts."""
        here = NamedNode(iri)
        members = [subject[1:-1] for subject, props in self.said.items() if here in props.get(IN_SCHEME, ())]
        tops = [member for member in members if not set(self.broader(member)) & set(members)]
        return Vocabulary(
            self.words.show_iri(iri),
            anchor(iri),
            self.definition(iri),
            len(members),
            tuple(self.concepts(tops, members, frozenset())),
        )

    def concepts(self, some: Iterable[str], members: list[str], above: frozenset[str]) -> Iterator[Concept]:
        """Yield concepts of a scheme by name, each with those below it."""
        for iri in sorted(some, key=lambda one: self.words.show_iri(one).text.casefold()):
            below = [one for one in members if iri in self.broader(one) and one not in above]
            props = self.said[f"<{iri}>"]
            yield Concept(
                self.words.show_iri(iri),
                anchor(iri),
                self.definition(iri),
                tuple(one.value for name in MORE for one in props.get(name, ()) if isinstance(one, Literal)),
                tuple(
                    (self.words.show_iri(f"{SKOS}{name}").text, self.words.show_iri(other))
                    for name in MATCHES
                    for other in iris_among(props.get(f"{SKOS}{name}", ()))
                ),
                self.uses.get(iri, 0),
                tuple(self.concepts(below, members, above | {iri})),
            )

    def broader(self, iri: str) -> list[str]:
        """Return the broader concepts of a concept."""
        return iris_among(self.said.get(f"<{iri}>", {}).get(BROADER, ()))

    def definition(self, iri: str) -> Literal | None:
        """Return the definition of a concept or scheme in the reader's language, else in another."""
        return in_own_language(self.said.get(f"<{iri}>", {}).get(DEFINITION, ()), language())


def anchor(iri: str) -> str:
    """Return the name of a concept's place on a page: `area/trade` is at `area.trade`."""
    return iri.removeprefix(PREFIXES["scheme"]).replace("/", ".")


def reader() -> Reader:
    """Return what makes the vocabularies of this request's dataset."""
    schemes = per_version(read_schemes)
    words = Words.for_request(triple for triple in schemes.triples if triple.predicate in LABELS)
    return Reader(schemes.said, words, per_version(uses_by_concept))


def page() -> str:
    """Return the page of all vocabularies."""
    read_by = reader()
    vocabularies = [read_by.vocabulary(iri) for iri in read_by.schemes()]
    return render_template("vocabularies.html", vocabularies=vocabularies)


def scheme_page(iri: str) -> str | None:
    """Return the page of one scheme, or None where it is none."""
    read_by = reader()
    if iri not in read_by.schemes():
        return None
    return render_template(
        "vocabulary.html",
        iri=iri,
        vocabulary=read_by.vocabulary(iri),
        alternates=formats(path_of(iri) or ""),
    )
