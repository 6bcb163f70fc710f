"""How much the dataset holds and what is in it: VoID, with the catalogue in one document (section 7.2)."""

from __future__ import annotations

from http import HTTPStatus
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from flask import Blueprint, redirect
from pyoxigraph import BlankNode, Literal, NamedNode
from wicara.graph.export import EXPORTS, FORMATS, write_triples
from wicara.graph.inputs import DATASET
from wicara.graph.prefixes import split
from wicara.ontology import BASE
from wicara.server import forms, negotiation
from wicara.server.counts import THINGS, kept, statistics
from wicara.server.dcat import PATH, cataloged, downloads_of, iri, licensed, root
from wicara.server.public import public_url, said
from wicara.server.served import dataset
from wicara.server.service_description import FORMAT_IRIS, QUERY
from wicara.server.triples import about, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Response
    from pyoxigraph import Triple
    from werkzeug.wrappers import Response as BaseResponse
    from wicara.server.counts import Statistics
    from wicara.server.triples import Said

blueprint = Blueprint("void", __name__)

OFFERS: Final = tuple(form for form in negotiation.GRAPHS if form is not negotiation.HTML)
MOST: Final = 1000
"""How many classes, and how many properties, have a partition: those that are used most."""
SHOWN: Final = 20
"""How many kinds of entities an example is given of."""


@blueprint.get(PATH)
def description() -> Response:
    """Describe the dataset, its parts, its downloads and its endpoint."""
    form, media_type = forms.chosen(OFFERS)
    response = said(write_triples(described(), FORMATS[form.name]), form.content_type(media_type))
    response.headers["Vary"] = "Accept"
    return response


@blueprint.get(DATASET.removeprefix(BASE))
def whole() -> BaseResponse:
    """Send from the IRI of the dataset to its description."""
    return redirect(PATH, HTTPStatus.SEE_OTHER)


def described() -> Iterator[Triple]:
    """Yield the whole description."""
    counted = kept(statistics)
    yield from about(NamedNode(public_url(PATH)), document())
    yield from cataloged()
    yield from about(root(), chain(in_general(counted), in_particular(counted)))
    yield from partitions("class", "void:entities", counted.classes)
    yield from partitions("property", "void:triples", counted.properties)
    for name, triples in counted.parts.items():
        yield from about(iri(name), part(name, triples))


def document() -> Said:
    """Yield what the document is."""
    yield "a", named("void:DatasetDescription")
    yield "dcterms:title", Literal("The dataset of this server, and where to get it", language="en")
    yield "foaf:primaryTopic", root()


def in_general(counted: Statistics) -> Said:
    """Yield how much the dataset holds, and where it can be had."""
    yield "a", named("void:Dataset")
    yield "a", named("dcat:Dataset")
    yield from counted.numbers.items()
    yield "void:sparqlEndpoint", NamedNode(public_url(QUERY))
    yield from downloads_of(root())
    for form in FORMATS.values():
        yield "void:feature", named(FORMAT_IRIS[form.name])
    if dataset().plain:
        yield "dcterms:identifier", dataset().digest
    else:
        yield "void:uriSpace", THINGS
        yield "dcterms:conformsTo", NamedNode(f"{BASE}/ont")


def in_particular(counted: Statistics) -> Said:
    """Yield the vocabularies, examples and parts of the dataset."""
    for namespace in vocabularies(counted):
        yield "void:vocabulary", NamedNode(namespace)
    for example in counted.examples[:SHOWN]:
        yield "void:exampleResource", NamedNode(example)
    for name in counted.parts:
        yield "void:subset", iri(name)


def vocabularies(counted: Statistics) -> list[str]:
    """Return the namespaces of the properties and classes that are told of."""
    used = chain(islice(counted.properties, MOST), islice(counted.classes, MOST))
    return sorted({split(name)[0] for name in used} - {""})


def partitions(kind: str, number: str, counted: Mapping[str, int]) -> Iterator[Triple]:
    """Yield how often each class or property is used (VoID, section 4.5)."""
    for name, times in islice(counted.items(), MOST):
        node = BlankNode()
        yield from about(root(), [(f"void:{kind}Partition", node)])
        yield from about(node, ((f"void:{kind}", NamedNode(name)), (number, times)))


def part(name: str, triples: int) -> Said:
    """Yield what a part of the default graph is: one kind of graph, or all that are no conclusions."""
    yield "a", named("void:Dataset")
    yield "void:triples", triples
    if name in EXPORTS:
        yield "a", named("dcat:Dataset")
        yield "dcterms:description", Literal(EXPORTS[name].holds, language="en")
        yield from licensed()
        yield from downloads_of(iri(name))
