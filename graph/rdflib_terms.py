"""pyoxigraph's terms as rdflib's and back: owlrl works on rdflib graphs."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from functools import singledispatch
from typing import TYPE_CHECKING, cast

import pyoxigraph as ox
from rdflib import BNode, Dataset, Graph, Literal, URIRef
from wicara.ontology import XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rdflib.term import IdentifiedNode, Node


def graph_of(triples: Iterable[ox.Triple]) -> Graph:
    """Return the triples as an rdflib graph; blank nodes keep their names, literals their lexical forms."""
    graph = Graph(bind_namespaces="none")
    with silence("rdflib.term"):
        for triple in triples:
            graph.add((node_of(triple.subject), node_of(triple.predicate), node_of(triple.object)))
    return graph


def dataset_of(store: ox.Store, prefixes: Mapping[str, str]) -> Dataset:
    """Return a store as an rdflib dataset with some prefixes bound; its default graph stays apart."""
    dataset = Dataset(default_union=False)
    for prefix, iri in prefixes.items():
        dataset.bind(prefix, iri)
    graphs = {name: dataset.graph(cast("IdentifiedNode", node_of(name))) for name in store.named_graphs()}
    with silence("rdflib.term"):
        for quad in store:
            graph = graphs.get(quad.graph_name, dataset.default_graph)
            graph.add((node_of(quad.subject), node_of(quad.predicate), node_of(quad.object)))
    return dataset


@contextmanager
def silence(name: str) -> Iterator[None]:
    """Keep a library's warnings about ill-typed literals out of the output: the checks tell of them."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            yield
    finally:
        logger.setLevel(level)


@singledispatch
def node_of(term: object) -> Node:
    """Return rdflib's term; a triple term has none (rdflib 7.6 does not know RDF 1.2)."""
    raise TypeError(f"rdflib has no term for {term}")


@node_of.register(ox.NamedNode)
def _(term: ox.NamedNode) -> Node:
    return URIRef(term.value)


@node_of.register(ox.BlankNode)
def _(term: ox.BlankNode) -> Node:
    return BNode(term.value)


@node_of.register(ox.Literal)
def _(term: ox.Literal) -> Node:
    if term.language:
        return Literal(term.value, lang=term.language)
    if term.datatype.value == XSD_STRING:
        return Literal(term.value)
    return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)


@singledispatch
def term_of(node: object) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Return pyoxigraph's term for rdflib's."""
    raise TypeError(f"not an RDF term: {node!r}")


@term_of.register(URIRef)
def _(node: URIRef) -> ox.NamedNode:
    return ox.NamedNode(node)


@term_of.register(BNode)
def _(node: BNode) -> ox.BlankNode:
    return ox.BlankNode(node)


@term_of.register(Literal)
def _(node: Literal) -> ox.Literal:
    if node.language:
        return ox.Literal(node, language=node.language)
    return ox.Literal(node, datatype=ox.NamedNode(node.datatype) if node.datatype else None)
