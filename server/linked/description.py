"""What the dataset says of one IRI: the same statements for every format."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple
from wicara.graph.evidence import WAY
from wicara.graph.formats import serialize_quads, serialize_triples
from wicara.graph.inputs import DATASET
from wicara.graph.names import INFERRED, META, GraphKind, graph_iri, kind_of
from wicara.graph.terms import sorted_quads
from wicara.ontology import BASE, PREFIXES, WIC
from wicara.server.app_state import dataset
from wicara.server.linked.statements import Statement, counts_of, incoming_of, statements_of, terms_in
from wicara.server.site.words import labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Store
    from wicara.graph.formats import Format

PAGE: Final = 1000
"""How many incoming statements a page of the RDF formats holds."""
ONTOLOGY: Final = f"{BASE}/ont"
LICENSE, PART_OF = (NamedNode(f"{PREFIXES['dcterms']}{name}") for name in ("license", "isPartOf"))
PRIMARY_TOPIC: Final = NamedNode("http://xmlns.com/foaf/0.1/primaryTopic")
EVIDENCE: Final = "CONSTRUCT {{ ?node ?p ?o }} WHERE {{ <{graph}> ({way})+ ?node . ?node ?p ?o }}"


@dataclass(frozen=True)
class Description:
    """The statements about a subject: outgoing, a page of the incoming, its own as a graph; and labels."""

    subject: NamedNode
    outgoing: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    incoming_total: int
    page: int
    content: tuple[Statement, ...]
    evidence: tuple[Triple, ...]
    labels: tuple[Triple, ...]

    @property
    def statements(self) -> Iterator[Statement]:
        """Yield all statements, labels aside."""
        return chain(self.outgoing, self.content, self.incoming)

    @property
    def asserted(self) -> set[Triple]:
        """Return what is stated, with the evidence of a fact and the labels of what is mentioned."""
        stated = {statement.triple for statement in self.statements if not statement.inferred}
        return stated | set(self.evidence) | set(self.labels)

    @property
    def conclusions(self) -> set[Triple]:
        """Return what nothing but reasoning says."""
        return {statement.triple for statement in self.statements if statement.inferred}

    @property
    def quads(self) -> set[Quad]:
        """Return each statement in the graphs that it stands in, and the rest in the default graph."""
        named = {
            in_graph(statement.triple, NamedNode(graph))
            for statement in self.statements
            for graph in statement.graphs
        }
        inside = {quad.triple for quad in named}
        return named | {in_graph(triple, DefaultGraph()) for triple in self.asserted - inside}

    @property
    def more(self) -> bool:
        """Tell whether there are more incoming statements after this page."""
        return self.page * PAGE < self.incoming_total


def with_blank_nodes(store: Store, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield quads, and those that describe the blank nodes in them."""
    seen: set[BlankNode] = set()
    ahead = list(quads)
    while ahead:
        quad = ahead.pop()
        yield quad
        if isinstance(quad.object, BlankNode) and quad.object not in seen:
            seen.add(quad.object)
            ahead.extend(store.quads_for_pattern(quad.object, None, None, None))


def content_quads(store: Store, graph: NamedNode) -> Iterable[Quad]:
    """Return what stands in a named graph."""
    return store.quads_for_pattern(None, None, None, graph)


def graph_content(store: Store, iri: str) -> tuple[Statement, ...]:
    """Return the statements of a named graph, claims' contents too, each with that graph."""
    triples = sorted(
        {quad.triple for quad in content_quads(store, NamedNode(iri))}, key=lambda one: tuple(map(str, one))
    )
    return tuple(Statement(triple, (iri,)) for triple in triples)


def ontology_statements(store: Store) -> tuple[Statement, ...]:
    """Return the statements of the ontology, its blank nodes described, and what follows for its terms."""
    graph = NamedNode(graph_iri(GraphKind.ONTOLOGY))
    concluded = (quad for quad in content_quads(store, INFERRED) if str(quad.subject).startswith(f"<{WIC}"))
    return statements_of(chain(content_quads(store, graph), concluded))


def describe(store: Store, iri: str, page: int = 1) -> Description | None:
    """Return what a store says of an IRI, with one page of incoming statements; None for nothing."""
    try:
        subject = NamedNode(iri)
    except ValueError:
        return None
    outgoing = statements_of(with_blank_nodes(store, store.quads_for_pattern(subject, None, None, None)))
    counts = counts_of(store, subject)
    content = ontology_statements(store) if iri == ONTOLOGY else graph_content(store, iri)
    if not (counts.largest or content):
        return None
    incoming = statements_of(incoming_of(store, subject, counts, (page - 1) * PAGE, PAGE))
    mentioned = set(terms_in(chain(outgoing, incoming, content))) - {subject}
    return Description(
        subject,
        outgoing,
        incoming,
        sum(counts.incoming.values()),
        page,
        content,
        evidence_quads(store, iri),
        labels_of(store, mentioned),
    )


def licences() -> list[NamedNode]:
    """Return the licences of the dataset; none of what is served as it is."""
    if dataset().plain:
        return []
    quads = dataset().store.quads_for_pattern(NamedNode(DATASET), LICENSE, None, META)
    return [quad.object for quad in quads if isinstance(quad.object, NamedNode)]


def document_metadata(iri: str, subjects: Iterable[NamedNode]) -> set[Triple]:
    """Return what a document says of itself: its subjects, and the licence of the dataset that it is of."""
    whole, document = NamedNode(DATASET), NamedNode(iri)
    if iri == ONTOLOGY or dataset().plain:
        return set()
    licensed = {Triple(document, LICENSE, licence) for licence in licences()}
    topics = {Triple(document, PRIMARY_TOPIC, subject) for subject in subjects if subject != document}
    return licensed | topics | {Triple(document, PART_OF, whole)}


def in_graph(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    """Return a triple in a graph."""
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def serialize_descriptions(descriptions: Sequence[Description], document: str, form: Format) -> bytes:
    """Return descriptions that are one document as bytes, with what is said of the document itself."""
    about = document_metadata(document, [description.subject for description in descriptions])
    if not form.graphs:
        quads: set[Quad] = set().union(*(description.quads for description in descriptions))
        quads |= {in_graph(triple, DefaultGraph()) for triple in about}
        return serialize_quads(sorted_quads(quads), form)
    asserted = about.union(*(description.asserted for description in descriptions))
    conclusions = set().union(*(description.conclusions for description in descriptions)) - asserted
    return serialize_triples(asserted, form, conclusions)


def evidence_quads(store: Store, iri: str) -> tuple[Triple, ...]:
    """Return the evidence of a fact graph with its selectors, and nothing for any other IRI."""
    if kind_of(iri) is not GraphKind.FACT:
        return ()
    return tuple(store.query(EVIDENCE.format(graph=iri, way="|".join(map(str, WAY)))))  # type: ignore[arg-type] # a CONSTRUCT
