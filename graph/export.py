"""Exports of the dataset: which graphs, in which format, always the same bytes for the same dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, TypeVar, cast

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, serialize
from wicara.graph.errors import DoesNotFit, Unwritable
from wicara.graph.jsonld import write_jsonld
from wicara.graph.names import GRAPHS, GraphKind, graph_iri
from wicara.graph.rdfxml import check_predicate, write_rdfxml
from wicara.graph.reified import reified_facts
from wicara.graph.terms import sorted_answer, sorted_quads
from wicara.graph.turtle import write_turtle

if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions, Store

DEFAULT: Final = DefaultGraph()
Statement = TypeVar("Statement", Quad, Triple)
Writer: TypeAlias = Callable[[Sequence[Quad]], Iterable[str]]
Reader: TypeAlias = Callable[["Store"], Iterable[Quad]]


class Built(Protocol):
    """What an export needs of a built dataset."""

    def for_inference(self, infer: bool) -> Store:  # noqa: FBT001 - the parameter is the switch
        """Return the store with or without the inferred graph."""


@dataclass(frozen=True)
class Format:
    """A format that RDF is written in, and what it can hold beside the triples of one graph."""

    name: str
    label: str
    media_type: str
    extension: str
    write: Writer
    datasets: bool = False
    triple_terms: bool = False


def lines(statements: Iterable[Quad] | Iterable[Triple], form: RdfFormat) -> str:
    """Return statements in a line format, in the order given."""
    written = BytesIO()
    serialize(statements, written, form)
    return written.getvalue().decode()


def write_nquads(quads: Sequence[Quad]) -> Iterator[str]:
    """Yield the sorted quads as N-Quads, one line each."""
    yield lines(quads, RdfFormat.N_QUADS)


def write_ntriples(quads: Sequence[Quad]) -> Iterator[str]:
    """Yield the sorted quads of one graph as N-Triples, one line each."""
    yield lines((quad.triple for quad in quads), RdfFormat.N_TRIPLES)


ALL_FORMATS: Final = (
    Format("turtle", "Turtle", "text/turtle", "ttl", write_turtle, triple_terms=True),
    Format("trig", "TriG", "application/trig", "trig", write_turtle, datasets=True, triple_terms=True),
    Format("nquads", "N-Quads", "application/n-quads", "nq", write_nquads, datasets=True, triple_terms=True),
    Format("ntriples", "N-Triples", "application/n-triples", "nt", write_ntriples, triple_terms=True),
    Format("jsonld", "JSON-LD", "application/ld+json", "jsonld", write_jsonld, datasets=True),
    Format("rdfxml", "RDF/XML", "application/rdf+xml", "rdf", write_rdfxml),
)
FORMATS: Final = MappingProxyType({form.name: form for form in ALL_FORMATS})
"""The formats by name: exports, queries and pages all take theirs from here."""


NO_XML: Final = r"[\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]"
UNFIT: Final = MappingProxyType(
    {
        "rdfxml": (f'isLITERAL(?o) && REGEX(STR(?o), "{NO_XML}")', "a character that XML 1.0 lacks"),
        "jsonld": ("isTRIPLE(?o) || hasLANGDIR(?o)", "a triple term or base direction of RDF 1.2"),
    }
)
"""What a format cannot hold: how a query finds it, and what it is called."""


def default_graph(store: Store) -> Iterator[Quad]:
    """Yield the default graph."""
    return store.quads_for_pattern(None, None, None, DefaultGraph())


def named_graph(iri: str) -> Reader:
    """Return a reader of one named graph; raises ValueError where the name is no IRI."""
    graph = NamedNode(iri)
    return lambda store: store.quads_for_pattern(None, None, None, graph)


def whole(store: Store) -> Iterator[Quad]:
    """Yield the default graph and every named graph."""
    return store.quads_for_pattern(None, None, None, None)


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
    Export("inferred", "only what follows", named_graph(graph_iri(GraphKind.INFERRED)), infer=True),
    Export("ontology", "the classes and properties", named_graph(graph_iri(GraphKind.ONTOLOGY))),
    Export("all", "the default graph and every named graph", whole, dataset=True),
    Export("facts", "each fact as RDF 1.2 reifiers with its evidence", reified_facts, triple_terms=True),
)
EXPORTS: Final = MappingProxyType({part.name: part for part in PARTS})
"""The parts by name. Any named graph can be exported too, by its IRI or the end of it after `/graph/`."""


def in_words(names: Iterable[str]) -> str:
    """Return names as `a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def capable(part: Export) -> tuple[str, ...]:
    """Return the names of the formats that can hold a part."""
    return tuple(
        form.name
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
            f"{graph!r} is no IRI. Give {in_words(EXPORTS)}, or the IRI of a named graph."
        ) from fault


def check_format(part: Export, form: Format) -> None:
    """Raise Unwritable where a format cannot hold a part; the message names those that can."""
    able = capable(part)
    if form.name not in able:
        what = "more than one graph" if part.dataset else "RDF 1.2 triple terms"
        raise Unwritable(
            f"{part.name!r} holds {what}, and {form.label} cannot. Choose --format {in_words(able)}."
        )


def quads_of(dataset: Built, graph: str, *, infer: bool = True) -> list[Quad]:
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
            f"The dataset has no graph <{part.name}>. Give {in_words(EXPORTS)}, or the IRI of a named graph."
        )
    return quads


def written(quads: Sequence[Quad], form: Format) -> bytes:
    """Return sorted quads in a format; where it holds one graph only, without the graph's name.

    Raises Unwritable where the format cannot hold what stands in them.
    """
    if not form.datasets and any(quad.graph_name != DEFAULT for quad in quads[-1:]):
        quads = [Quad(quad.subject, quad.predicate, quad.object) for quad in quads]
    return "".join(form.write(list(holding(quads, form)))).encode()


def holding(statements: Iterable[Statement], form: Format) -> Iterator[Statement]:
    """Yield statements; raises DoesNotFit at one of RDF 1.2 where the format holds RDF 1.1 only."""
    for statement in statements:
        if not form.triple_terms:
            if isinstance(statement.object, Triple):
                raise DoesNotFit(
                    f"{form.label} has no RDF 1.2 triple terms. Choose turtle, trig, nquads or ntriples."
                )
            if isinstance(statement.object, Literal) and statement.object.direction is not None:
                raise DoesNotFit(
                    f"{form.label} has no base direction, which {statement.object} has. "
                    "Choose another format."
                )
        yield statement


def check_graph(store: Store, graph: NamedNode | DefaultGraph, form: Format) -> None:
    """Raise DoesNotFit where a stored graph, of any size, cannot be written in a format.

    Characters and predicates inside triple terms are left to the writer.
    """
    condition, held = UNFIT.get(form.name, ("", ""))
    if condition and bool(store.query(f"ASK {{ ?s ?p ?o FILTER({condition}) }}", default_graph=[graph])):
        raise DoesNotFit(f"{form.label} cannot hold {held}. Turtle and N-Triples can.")
    if form.name == "rdfxml":
        found = store.query("SELECT DISTINCT ?p { ?s ?p ?o }", default_graph=[graph])
        for solution in cast("QuerySolutions", found):
            check_predicate(solution["p"].value)


def export(dataset: Built, graph: str, form: str, *, infer: bool = True) -> bytes:
    """Return a part of the dataset (a name of EXPORTS, or a graph's IRI) in a format (a name of FORMATS).

    Raises Unwritable where there is no such graph or the format cannot hold it.
    """
    check_format(part_named(graph), FORMATS[form])
    return written(quads_of(dataset, graph, infer=infer), FORMATS[form])


def write_triples(triples: Iterable[Triple], form: Format) -> bytes:
    """Return triples, as of a CONSTRUCT, in a format: sorted, with the dataset's prefixes.

    Raises Unwritable where the format cannot hold them.
    """
    quads = (Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return written(sorted_answer(quads), form)
