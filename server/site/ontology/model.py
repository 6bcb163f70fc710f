"""The ontology of a dataset as its pages need it: its terms, what is said of each, and its uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Quad, Store
from wicara.graph.names import GRAPHS, GraphKind, graph_iri
from wicara.graph.sparql import solutions, value
from wicara.ontology import BASE, PREFIXES, RDF_TYPE, WIC
from wicara.server.app_state import infer, per_inference, per_version, watched
from wicara.server.site.words import iris_of, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import Triple
    from wicara.graph.store import BuiltDataset
    from wicara.server.site.words import Term

ONTOLOGY: Final = f"{BASE}/ont"
OWL, RDF, RDFS = (PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs"))
KINDS: Final = {
    f"{OWL}Class": "class",
    f"{OWL}ObjectProperty": "object",
    f"{OWL}DatatypeProperty": "datatype",
    f"{OWL}AnnotationProperty": "annotation",
}
"""What a term is declared as, and the key of its part of the document."""
ABOVE: Final = (f"{RDFS}subClassOf", f"{RDFS}subPropertyOf")

Index = dict[str, dict[str, list["Term"]]]


@dataclass(frozen=True)
class Ontology:
    """What graph/ontology and graph/alignment hold, and the labels of what they mention."""

    triples: tuple[Triple, ...]
    mappings: tuple[Triple, ...]
    labels: tuple[Triple, ...]

    @cached_property
    def said(self) -> Index:
        """What is said of each subject, by property."""
        return indexed((str(t.subject), t.predicate.value, t.object) for t in self.triples)

    @cached_property
    def pointing(self) -> Index:
        """What leads to each object, by property."""
        return indexed((str(t.object), t.predicate.value, t.subject) for t in self.triples)

    @cached_property
    def mapped(self) -> Index:
        """What each term is mapped to, by property."""
        return indexed((str(t.subject), t.predicate.value, t.object) for t in self.mappings)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each term, terms of other vocabularies included, sorted by IRI."""
        declared = (
            (triple.subject.value, KINDS[triple.object.value])
            for triple in self.triples
            if triple.predicate.value == RDF_TYPE
            and isinstance(triple.subject, NamedNode)
            and isinstance(triple.object, NamedNode)
            and triple.object.value in KINDS
        )
        return dict(sorted(declared))

    @cached_property
    def words(self) -> Store:
        """A store of all this, for sentences to be made from."""
        store = Store()
        store.extend(Quad(t.subject, t.predicate, t.object) for t in (*self.triples, *self.labels))
        return store

    def own(self, *kinds: str) -> list[str]:
        """Return the ontology's own terms of some kinds."""
        return [iri for iri, kind in self.kinds.items() if kind in kinds and iri.startswith(WIC)]

    def foreign(self) -> list[str]:
        """Return the terms of other vocabularies that the ontology declares."""
        return [iri for iri in self.kinds if not iri.startswith(WIC)]

    def objects(self, node: Term, *properties: str) -> list[Term]:
        """Return what some properties of a subject lead to."""
        said = self.said.get(str(node), {})
        return list(chain.from_iterable(said.get(name, ()) for name in properties))

    def subjects(self, node: Term, *properties: str) -> list[Term]:
        """Return what leads to an object by some properties."""
        pointing = self.pointing.get(str(node), {})
        return list(chain.from_iterable(pointing.get(name, ()) for name in properties))

    def members(self, node: Term) -> Iterator[Term]:
        """Yield the members of an RDF list."""
        seen = set()
        while isinstance(node, BlankNode) and node not in seen:
            seen.add(node)
            links = self.said.get(str(node), {})
            yield from links.get(f"{RDF}first", ())[:1]
            node = next(iter(links.get(f"{RDF}rest", ())), NamedNode(f"{RDF}nil"))


def indexed(rows: Iterable[tuple[str, str, Term]]) -> Index:
    """Return rows by their first and second place, sorted by the third."""
    index: Index = {}
    for first, second, third in sorted(rows, key=str):
        index.setdefault(first, {}).setdefault(second, []).append(third)
    return index


def iris_among(terms: Iterable[Term]) -> list[str]:
    """Return the IRIs among terms."""
    return [term.value for term in terms if isinstance(term, NamedNode)]


def read_ontology(built: BuiltDataset) -> Ontology:
    """Read the ontology of a dataset: two look-ups and a query."""
    store = watched(built.asserted)
    triples, mappings = (
        tuple(quad.triple for quad in store.quads_for_pattern(None, None, None, graph))
        for graph in map(NamedNode, (graph_iri(GraphKind.ONTOLOGY), graph_iri(GraphKind.ALIGNMENT)))
    )
    mentioned = {iri for triple in (*triples, *mappings) for iri in iris_of(triple)}
    others = [iri for iri in mentioned if iri.value.startswith(BASE) and not iri.value.startswith(WIC)]
    return Ontology(triples, mappings, labels_of(store, others))


def ontology() -> Ontology:
    """Return the ontology of the dataset of this request."""
    return per_version(read_ontology)


USES: Final = """
SELECT ?x ?n ?first ?last ?s ?o {{
  {{ SELECT ?x (COUNT(*) AS ?n) (MIN(?i) AS ?first) (MAX(?i) AS ?last) {{
      {{ VALUES ?x {{ {classes} }} ?i a ?x }} UNION {{ VALUES ?x {{ {properties} }} ?i ?x ?any }}
    }} GROUP BY ?x }}
  OPTIONAL {{ ?s ?x ?o FILTER(?s = ?first || ?s = ?last) }}
}} ORDER BY ?x ?s ?o"""
BY_GRAPH: Final = f"""
SELECT ?x ?kind (COUNT(*) AS ?n) {{{{
  {{{{ VALUES ?x {{{{ {{classes}} }}}} GRAPH ?g {{{{ ?i a ?x }}}} }}}}
  UNION {{{{ VALUES ?x {{{{ {{properties}} }}}} GRAPH ?g {{{{ ?i ?x ?any }}}} }}}}
  BIND(REPLACE(STRAFTER(STR(?g), "{GRAPHS}"), "/.*", "") AS ?kind)
  FILTER(?kind IN ("{GraphKind.INFERRED}", "{GraphKind.CONTENT}"))
}}}} GROUP BY ?x ?kind"""
MAX_EXAMPLES: Final = 2
"""How many examples the document gives of each term."""


@dataclass(frozen=True)
class Use:
    """How many statements use a term, how many of them only follow, how many stand in claims; and examples.

    An example of a class is an instance, one of a property the two ends of a statement.
    """

    total: int = 0
    inferred: int = 0
    claimed: int = 0
    examples: tuple[tuple[Term, Term | None], ...] = ()


NONE: Final = Use()


def usage() -> dict[str, Use]:
    """Return the use of each term that this request's dataset uses, with conclusions if it wants them."""
    return per_inference(count_uses)


def count_uses(store: Store) -> dict[str, Use]:
    """Count the uses of all terms of the ontology in a store: two grouped queries for all terms together."""
    terms = ontology().kinds
    values = {
        "classes": " ".join(f"<{iri}>" for iri, kind in terms.items() if kind == "class"),
        "properties": " ".join(f"<{iri}>" for iri, kind in terms.items() if kind != "class"),
    }
    uses: dict[str, Use] = {}
    for row in solutions(store, USES.format(**values)):
        uses.setdefault(value(row, "x"), Use(int(value(row, "n"))))
        ends = [(row["s"], row["o"])] if isinstance(row["s"], NamedNode) else []
        for example in [(row["first"], None), (row["last"], None)] if row["s"] is None else ends:
            use = uses[value(row, "x")]
            if example not in use.examples and len(use.examples) < MAX_EXAMPLES:
                uses[value(row, "x")] = replace(use, examples=(*use.examples, example))
    for row in solutions(store, BY_GRAPH.format(**values)):
        iri, n = value(row, "x"), int(value(row, "n"))
        if value(row, "kind") == GraphKind.CONTENT:
            uses[iri] = replace(uses.get(iri, NONE), claimed=n)
        elif infer():
            uses[iri] = replace(uses.get(iri, NONE), inferred=n)
    return uses
