"""Downloads of parts of the dataset, the same bytes as `wicara export` writes, with their checksum."""

from __future__ import annotations

from base64 import b64encode
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, request
from pyoxigraph import DefaultGraph
from wicara.graph.errors import DoesNotFit, Unwritable
from wicara.graph.export import EXPORTS, check_graph, dump, export
from wicara.graph.formats import FORMATS
from wicara.server.app_state import dataset, infer, store
from wicara.server.descriptions import downloads
from wicara.server.descriptions.openapi import operation
from wicara.server.http.compression import PLAIN, StreamedBody, coding_for, compress, hashed, streamed
from wicara.server.http.problems import Problem
from wicara.server.linked.description import licences

if TYPE_CHECKING:
    from pyoxigraph import Store

blueprint = Blueprint("exports", __name__)

BY_EXTENSION: Final = {form.extension: form for form in FORMATS.values()}
SORTED: Final = 100_000
"""Quads of a dataset whose exports are sorted; those of a larger one are written as they are read."""
WHOLE: Final = {"default": DefaultGraph(), "all": None}
"""The parts that grow with the dataset, and the graph that a dump calls them."""


@blueprint.get("/export/<path:graph>.<extension>")
@operation(query=("infer",), types=[form.media_type for form in FORMATS.values()])
def download(graph: str, extension: str) -> Response:
    """Download a part of the dataset, or a named graph by the end of its IRI."""
    form = BY_EXTENSION.get(extension)
    if form is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"Exports end in one of {', '.join(BY_EXTENSION)}.")
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in graph)
    headers = {
        "Content-Type": form.content_type(),
        "Content-Disposition": f'attachment; filename="wicara-{name}.{form.extension}"',
        "Link": ", ".join(
            ['</.well-known/void>; rel="describedby"']
            + [f'<{licence.value}>; rel="license"' for licence in licences()]
        ),
    }
    source, prefixes = store(), dataset().prefixes
    coding = coding_for(request.headers.get("Accept-Encoding"))
    if graph in WHOLE and (form.datasets or graph != "all") and is_large(source):
        if graph == "default":
            check_graph(source, DefaultGraph(), form)
        response = streamed(lambda sink: dump(source, WHOLE[graph], form, sink, prefixes), headers)
        if coding != PLAIN:
            compress(response, coding)
        return with_remembered_digest(response, f"{graph}.{extension}.{coding}")
    try:
        response = Response(export(dataset(), graph, form.name, infer=infer()), headers=headers)
    except DoesNotFit:
        raise
    except Unwritable as fault:
        status = HTTPStatus.BAD_REQUEST if graph in EXPORTS else HTTPStatus.NOT_FOUND
        raise Problem(status, str(fault)) from fault
    if coding != PLAIN:
        compress(response, coding)
    response.headers["Repr-Digest"] = field_of(sha256(response.get_data()).digest())
    return response


def field_of(digest: bytes) -> str:
    """Return a SHA-256 as a `Repr-Digest`, which is of the coded bytes (RFC 9530, section 3)."""
    return f"sha-256=:{b64encode(digest).decode()}:"


def with_remembered_digest(response: Response, name: str) -> Response:
    """Give a streamed download its checksum where it has been sent before, else keep it at the end.

    Its bytes are the same as long as the version of the dataset is, which its entity tag tells, too.
    """
    path = downloads.download_path(f"{name}{'' if infer() else '.asserted'}")
    if path is not None:
        with suppress(OSError):
            response.headers["Repr-Digest"] = field_of(path.read_bytes())
            return response
        response.response = hashed(cast("StreamedBody", response.response), partial(downloads.keep, path))
    return response


def is_large(source: Store) -> bool:
    """Return whether a store holds more than is sorted; what is left of it need not be looked at."""
    return next(islice(source, SORTED, None), None) is not None
