"""Downloads of parts of the dataset, the same bytes as `wicara export` writes."""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from typing import IO, TYPE_CHECKING, Final, cast

from flask import Blueprint, Response
from pyoxigraph import DefaultGraph, RdfFormat
from wicara.graph.errors import DoesNotFit, Unwritable
from wicara.graph.export import EXPORTS, FORMATS, Format, check_graph, export, holding
from wicara.graph.rdfxml import write_rdfxml
from wicara.server.descriptions.openapi import operation
from wicara.server.problem import Problem
from wicara.server.pushed import pushed, write_all
from wicara.server.served import dataset, infer, store

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store
    from wicara.server.pushed import Sink

blueprint = Blueprint("exports", __name__)

BY_EXTENSION: Final = {form.extension: form for form in FORMATS.values()}


SORTED: Final = 100_000
"""Quads of a dataset whose exports are sorted; those of a larger one are written as they are read."""
WHOLE: Final = {"default": DefaultGraph(), "all": None}
"""The parts that grow with the dataset, and the graph that `Store.dump` calls them."""


def format_of(extension: str) -> Format:
    """Return the format of an extension; raises Problem 404 that lists them."""
    if extension not in BY_EXTENSION:
        raise Problem(HTTPStatus.NOT_FOUND, f"Exports end in one of {', '.join(BY_EXTENSION)}.")
    return BY_EXTENSION[extension]


@blueprint.get("/export/<path:graph>.<extension>")
@operation(query=("infer",), types=[form.media_type for form in FORMATS.values()])
def download(graph: str, extension: str) -> Response:
    """Download a part of the dataset, or a named graph by the end of its IRI."""
    form = format_of(extension)
    charset = "; charset=utf-8" if form.media_type == "text/turtle" else ""
    headers = {
        "Content-Type": form.media_type + charset,
        "Content-Disposition": f'attachment; filename="{filename(graph)}.{form.extension}"',
    }
    if is_large(store()) and (found := streamed(graph, form)):
        return pushed(found, headers)
    try:
        return Response(export(dataset(), graph, form.name, infer=infer()), headers=headers)
    except DoesNotFit:
        raise
    except Unwritable as fault:
        status = HTTPStatus.BAD_REQUEST if graph in EXPORTS else HTTPStatus.NOT_FOUND
        raise Problem(status, str(fault)) from fault


def is_large(source: Store) -> bool:
    """Tell whether a store holds more than is sorted; what is left of it need not be looked at."""
    return next(islice(source, SORTED, None), None) is not None


def streamed(graph: str, form: Format) -> Callable[[Sink], object] | None:
    """Return what writes a large part as it is read, unsorted; None for parts that are never large."""
    if graph not in WHOLE or not (form.datasets or graph != "all"):
        return None
    source, prefixes = store(), dict(dataset().prefixes)
    if graph == "default":
        check_graph(source, DefaultGraph(), form)
    if form.name == "rdfxml":
        quads = source.quads_for_pattern(None, None, None, WHOLE[graph])
        return lambda sink: write_all(write_rdfxml(holding(quads, form)), sink)
    syntax = RdfFormat.from_media_type(form.media_type)
    return lambda sink: source.dump(
        cast("IO[bytes]", sink), syntax, from_graph=WHOLE[graph], prefixes=prefixes
    )


def filename(graph: str) -> str:
    """Return a name for the file of a graph: letters, digits and hyphens only."""
    return "wicara-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in graph)
