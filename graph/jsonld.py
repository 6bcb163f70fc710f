"""JSON-LD 1.1, the dataset's prefixes its context: a node object a subject, `@graph` for a named graph."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode
from wicara.graph.names import shorten
from wicara.ontology import RDF_TYPE, XSD_STRING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Quad
    from wicara.graph.terms import Term

Json: TypeAlias = dict[str, Any]


def iris_in(quads: Iterable[Quad]) -> set[str]:
    """Return the IRIs that are written when the quads are; `rdf:type` is written `@type`."""
    iris: set[str] = set()
    for quad in quads:
        terms = (quad.subject, quad.object, quad.graph_name)
        iris.update(term.value for term in terms if isinstance(term, NamedNode))
        if isinstance(quad.object, Literal) and not quad.object.language:
            iris.add(quad.object.datatype.value)
        if not is_type(quad):
            iris.add(quad.predicate.value)
    return iris - {XSD_STRING}


def is_type(quad: Quad) -> bool:
    """Tell whether the statement is written with `@type`, which holds no literal."""
    return quad.predicate.value == RDF_TYPE and not isinstance(quad.object, Literal)


def json_id(node: NamedNode | BlankNode, names: Mapping[str, str]) -> str:
    """Return an IRI or a blank node as a value of `@id` or `@type`."""
    return names.get(node.value, node.value) if isinstance(node, NamedNode) else str(node)


def json_value(term: Term, names: Mapping[str, str]) -> Json | str:
    """Return an object of a statement: a plain string, a value object, or a reference."""
    if not isinstance(term, Literal):
        return {"@id": json_id(term, names)}  # type: ignore[arg-type]  # triple terms are refused before
    if term.language:
        return {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    if datatype == XSD_STRING:
        return term.value
    return {"@value": term.value, "@type": names.get(datatype, datatype)}


def node_object(subject: NamedNode | BlankNode, quads: Iterable[Quad], names: Mapping[str, str]) -> Json:
    """Return one subject with its statements; a single value stands without brackets."""
    members: dict[str, list[Any]] = {}
    for quad in quads:
        if is_type(quad):
            members.setdefault("@type", []).append(json_id(quad.object, names))  # type: ignore[arg-type]  # no literal
        else:
            members.setdefault(json_id(quad.predicate, names), []).append(json_value(quad.object, names))
    single = {key: values[0] if len(values) == 1 else values for key, values in members.items()}
    return {"@id": json_id(subject, names), **single}


def nodes(quads: Iterable[Quad], names: Mapping[str, str]) -> list[Json]:
    """Return the sorted quads of one graph as node objects."""
    by_subject = groupby(quads, key=lambda quad: quad.subject)
    return [node_object(subject, group, names) for subject, group in by_subject]


def write_jsonld(quads: Sequence[Quad]) -> Iterable[str]:
    """Return the sorted quads as one JSON-LD document."""
    short = shorten(iris_in(quads))
    graph: list[Json] = []
    for name, group in groupby(quads, key=lambda quad: quad.graph_name):
        objects = nodes(group, short.names)
        if isinstance(name, DefaultGraph):
            graph += objects
        else:
            graph.append({"@id": json_id(name, short.names), "@graph": objects})
    yield json.dumps({"@context": dict(short.prefixes), "@graph": graph}, ensure_ascii=False, indent=1)
    yield "\n"
