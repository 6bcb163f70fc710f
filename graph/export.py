"""Exports of the dataset: which graphs, in which format, always the same bytes for the same dataset.

The export of facts says of every triple which fact it belongs to and which words support it, as RDF 1.2
reifiers: the triple is asserted, and its reifier, named by the fact graph and a hash of the triple, links it
to the fact graph and the evidence; the descriptions of both follow (RDF 1.2 Concepts, section 1.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple
from wicara.graph.errors import DoesNotFit, Unwritable
from wicara.graph.evidence import WAY, provenance_of
from wicara.graph.formats import FORMATS, Format, any_of, holding, serialize_quads, write_all
from wicara.graph.names import DERIVED_FROM, GRAPHS, INFERRED, PROV, GraphKind, graph_iri, kind_of
from wicara.graph.terms import sorted_quads
from wicara.ontology import PREFIXES

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, QuerySolutions, Store
    from wicara.graph.xml_text import Sink

Reader: TypeAlias = Callable[["Store"], Iterable[Quad]]

REIFIES: Final = NamedNode(PREFIXES["rdf"] + "reifies")
IN_GRAPH: Final = NamedNode(PREFIXES["dcterms"] + "isPartOf")
HASH_DIGITS: Final = 16


class Built(Protocol):
    """What an export needs of a built dataset."""

    def for_inference(self, infer: bool) -> Store:  # noqa: FBT001 - the parameter is the switch
        """Return the store with or without the inferred graph."""


def default_graph(store: Store) -> Iterator[Quad]:
    """Yield the default graph."""
    return store.quads_for_pattern(None, None, None, DefaultGraph())


def named_graph(iri: str) -> Reader:
    """Return a reader of one named graph; raises ValueError where the name is no IRI."""
    graph = NamedNode(iri)
    return lambda store: store.quads_for_pattern(None, None, None, graph)


def whole_dataset(store: Store) -> Iterator[Quad]:
    """Yield the default graph and every named graph."""
    return store.quads_for_pattern(None, None, None, None)


def reifier(fact: NamedNode, triple: Triple) -> NamedNode:
    """Return the name of a fact's triple: the same as long as the triple is."""
    return NamedNode(f"{fact.value}#{sha256(str(triple).encode()).hexdigest()[:HASH_DIGITS]}")


def reified(store: Store, fact: NamedNode) -> Iterator[Quad]:
    """Yield a fact's triples, each with its reifier."""
    evidence = [quad.object for quad in store.quads_for_pattern(fact, WAY[0], None, PROV)]
    for quad in store.quads_for_pattern(None, None, None, fact):
        name = reifier(fact, quad.triple)
        yield Quad(quad.subject, quad.predicate, quad.object)
        yield Quad(name, REIFIES, quad.triple)
        yield Quad(name, IN_GRAPH, fact)
        for item in evidence:
            yield Quad(name, DERIVED_FROM, item)


def reified_facts(store: Store) -> Iterator[Quad]:
    """Yield every fact with its reifiers and its provenance, as one graph."""
    for fact in store.named_graphs():
        if isinstance(fact, NamedNode) and kind_of(fact.value) is GraphKind.FACT:
            yield from reified(store, fact)
            yield from (
                Quad(quad.subject, quad.predicate, quad.object) for quad in provenance_of(store, fact)
            )


def facts_with_evidence(store: Store, facts: Iterable[NamedNode]) -> Iterator[Quad]:
    """Yield what facts state, each in its graph, with their provenance: their words and where these stand."""
    for fact in facts:
        yield from store.quads_for_pattern(None, None, None, fact)
        yield from provenance_of(store, fact)


@dataclass(frozen=True)
class Export:
    """A part of the dataset that has a name: what it holds, and what it asks of a format."""

    name: str
    holds: str
    read: Reader
    dataset: bool = False
    triple_terms: bool = False
    infer: bool | None = None
    """The only value of `infer` that it has a meaning with; None: both."""


PARTS: Final = (
    Export("default", "what is accepted and what follows from it", default_graph),
    Export("asserted", "what is accepted, without what follows", default_graph),
    Export("inferred", "only what follows", named_graph(INFERRED.value), infer=True),
    Export("ontology", "the classes and properties", named_graph(graph_iri(GraphKind.ONTOLOGY))),
    Export("all", "the default graph and every named graph", whole_dataset, dataset=True),
    Export("facts", "each fact as RDF 1.2 reifiers with its evidence", reified_facts, triple_terms=True),
)
EXPORTS: Final = MappingProxyType({part.name: part for part in PARTS})
"""The parts by name. Any named graph can be exported too, by its IRI or the end of it after `/graph/`."""


def capable(part: Export) -> tuple[Format, ...]:
    """Return the formats that can hold a part."""
    return tuple(
        form
        for form in FORMATS.values()
        if form.datasets >= part.dataset and form.triple_terms >= part.triple_terms
    )


def part_named(graph: str) -> Export:
    """Return the part that a name, a graph's IRI, or the end of a graph's IRI stands for."""
    known = EXPORTS.get(graph)
    if known:
        return known
    iri = graph if ":" in graph else GRAPHS + graph
    try:
        return Export(iri, "a named graph", named_graph(iri))
    except ValueError as fault:
        raise Unwritable(
            f"{graph!r} is no IRI. Give {any_of(EXPORTS)}, or the IRI of a named graph."
        ) from fault


def check_format(part: Export, form: Format) -> None:
    """Raise Unwritable where a format cannot hold a part; the message names those that can."""
    able = capable(part)
    if form not in able:
        what = "more than one graph" if part.dataset else "RDF 1.2 triple terms"
        raise Unwritable(
            f"{part.name!r} holds {what}, and {form.label} cannot. Choose "
            f"--format {any_of(other.name for other in able)}."
        )


def part_quads(dataset: Built, graph: str, *, infer: bool = True) -> list[Quad]:
    """Return a part of the dataset as sorted quads, a named graph's with its name.

    Raises Unwritable where there is no such graph.
    """
    part = part_named(graph)
    if part.infer is not None and part.infer != infer:
        raise Unwritable(f"{part.name!r} is empty with inference off. Leave it on, or choose another graph.")
    store = dataset.for_inference(infer and part.name != "asserted")
    quads = sorted_quads(part.read(store))
    if not quads and graph not in EXPORTS and not store.contains_named_graph(NamedNode(part.name)):
        raise Unwritable(
            f"The dataset has no graph <{part.name}>. Give {any_of(EXPORTS)}, or the IRI of a named graph."
        )
    return quads


def check_graph(store: Store, graph: NamedNode | DefaultGraph | None, form: Format) -> None:
    """Raise DoesNotFit where a stored graph, or with None any, of any size, cannot be written in a format."""
    condition, unfit = form.unfit or ("", "")
    within: list[NamedNode | BlankNode | DefaultGraph] | None = None if graph is None else [graph]
    pattern = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }" if graph is None else "?s ?p ?o"
    if condition and bool(store.query(f"ASK {{ {pattern} FILTER({condition}) }}", default_graph=within)):
        raise DoesNotFit(f"{form.label} cannot hold {unfit}. Turtle and N-Triples can.")
    if form.check_predicate:
        predicates = store.query(f"SELECT DISTINCT ?p {{ {pattern} }}", default_graph=within)
        for solution in cast("QuerySolutions", predicates):
            form.check_predicate(solution["p"].value)


def dump(
    store: Store,
    graph: NamedNode | DefaultGraph | None,
    form: Format,
    sink: Sink,
    prefixes: Mapping[str, str],
) -> None:
    """Write a stored graph, or with None the whole dataset, as it is read; `check_graph` comes before.

    Raises DoesNotFit where the format cannot hold it.
    """
    if form.write and form.streams:
        quads = holding(store.quads_for_pattern(None, None, None, graph), form)
        write_all(form.write(cast("Sequence[Quad]", quads)), sink)
    else:
        store.dump(cast("IO[bytes]", sink), form.rdf, from_graph=graph, prefixes=dict(prefixes))


def export(dataset: Built, graph: str, form: str, *, infer: bool = True) -> bytes:
    """Return a part of the dataset (a name of EXPORTS, or a graph's IRI) in a format (a name of FORMATS).

    Raises Unwritable where there is no such graph or the format cannot hold it.
    """
    check_format(part_named(graph), FORMATS[form])
    return serialize_quads(part_quads(dataset, graph, infer=infer), FORMATS[form])
