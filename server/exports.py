"""Downloads of parts of the dataset, the same bytes as `wicara export` writes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response
from wicara.graph.export import EXPORTS, FORMATS, Format, export
from wicara.graph.unwritable import Unwritable
from wicara.server.problems import Problem
from wicara.server.served import dataset, infer

blueprint = Blueprint("exports", __name__)

BY_EXTENSION: Final = {form.extension: form for form in FORMATS.values()}


def format_of(extension: str) -> Format:
    """Return the format of an extension; raises Problem 404 that lists them."""
    if extension not in BY_EXTENSION:
        raise Problem(HTTPStatus.NOT_FOUND, f"Exports end in one of {', '.join(BY_EXTENSION)}.")
    return BY_EXTENSION[extension]


@blueprint.get("/export/<path:graph>.<extension>")
def download(graph: str, extension: str) -> Response:
    """Answer with a named part of the dataset, or a named graph by the end of its IRI, as a file."""
    form = format_of(extension)
    try:
        body = export(dataset(), graph, form.name, infer=infer())
    except Unwritable as fault:
        status = HTTPStatus.BAD_REQUEST if graph in EXPORTS else HTTPStatus.NOT_FOUND
        raise Problem(status, str(fault)) from fault
    charset = "; charset=utf-8" if form.media_type == "text/turtle" else ""
    headers = {
        "Content-Type": form.media_type + charset,
        "Content-Disposition": f'attachment; filename="{filename(graph)}.{form.extension}"',
    }
    return Response(body, headers=headers)


def filename(graph: str) -> str:
    """Return a name for the file of a graph: letters, digits and hyphens only."""
    return "wicara-" + "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in graph)
