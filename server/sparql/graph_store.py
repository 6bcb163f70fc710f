"""The graphs of the dataset as resources (SPARQL 1.1 Graph Store HTTP Protocol).

`/store?graph=IRI` and `/store?default` name a graph; `/store/NAME` is the graph of that very URL. Beyond the
standard: GET of `/store` itself is the whole dataset for a client that asks for TriG or N-Quads by name, and
anyone else is told to name a graph; writes honour If-Match and If-None-Match.
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import uuid4

from flask import Blueprint, Response, request
from pyoxigraph import DefaultGraph, NamedNode
from wicara.graph.export import check_graph, dump
from wicara.server import app_state
from wicara.server.app_state import dataset, renew_version, settings
from wicara.server.descriptions.openapi import media_types, operation
from wicara.server.http import conditional, documents, negotiation
from wicara.server.http.addresses import raw_path
from wicara.server.http.compression import streamed
from wicara.server.http.problems import Problem, bad_request
from wicara.server.sparql import protocol, rewriting
from wicara.server.sparql.update import apply, check_access, failures, no_content
from wicara.server.sparql.uploads import MEDIA_TYPES, MULTIPART, insertion, read_uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pyoxigraph import Quad, Store
    from wicara.graph.formats import Format
    from wicara.server.sparql.uploads import Upload

blueprint = Blueprint("graph_store", __name__)

Graph: TypeAlias = NamedNode | DefaultGraph

INDIRECT: Final = "/store"
DIRECT: Final = "/store/<path:name>"
DEFAULT: Final = DefaultGraph()
FEW: Final = 1000
"""How many statements are looked through for the prefixes that they use."""

NAMED: Final = ("graph-iri", "default")
"""The parameters that name a graph."""
NOT_FOUND: Final = HTTPStatus.NOT_FOUND
CHANGED: Final = HTTPStatus.PRECONDITION_FAILED
WRITES: Final[dict[str, Any]] = {"query": (), "or_query": NAMED, "types": (), "writes": True}
UPLOADED: Final = {form.media_type: form.label.replace("/", "-") for form in negotiation.RDF}
DONE: Final = {HTTPStatus.NO_CONTENT: ()}
PUT: Final = {HTTPStatus.CREATED: (), **DONE}
THERE: Final = (NOT_FOUND, CHANGED)


@blueprint.get(INDIRECT, strict_slashes=False)
@operation(
    query=(*NAMED, "infer"), types=media_types(*negotiation.RDF, *negotiation.DATASETS), faults=(NOT_FOUND,)
)
def read_named() -> Response:
    """Answer with the graph that a parameter names, or with the whole dataset (section 5.2)."""
    return whole_dataset() if requested_graph() is None else read()


@blueprint.get(DIRECT, merge_slashes=False)
@operation(query=("infer",), types=media_types(*negotiation.RDF))
def read(**_path: str) -> Response:
    """Answer with a graph (section 5.2)."""
    graph = required()
    check_exists(app_state.store(), graph)
    form, media_type = documents.form_for(negotiation.RDF)
    check_graph(app_state.store(), graph, form)
    return dumped(graph, form, media_type)


@blueprint.put(INDIRECT, strict_slashes=False)
@blueprint.put(DIRECT, merge_slashes=False)
@operation(**WRITES, answers=PUT, body=UPLOADED, faults=(CHANGED,))
def replace(**_path: str) -> Response:
    """Make a graph what the body holds (section 5.3)."""
    check_access()
    graph = required()
    if "Content-Range" in request.headers:
        raise bad_request("Partial PUT is not supported: omit Content-Range.")
    return put_graph(graph, replaces=True)


@blueprint.post(INDIRECT, strict_slashes=False)
@blueprint.post(DIRECT, merge_slashes=False)
@operation(**WRITES, answers=PUT, body={**UPLOADED, MULTIPART: "Files"}, faults=(CHANGED,))
def merge(**_path: str) -> Response:
    """Add what the body holds to a graph, or to a new one where none is named (section 5.5)."""
    check_access()
    graph = requested_graph()
    if graph is not None:
        return put_graph(graph, replaces=False)
    graph = NamedNode(f"{request.root_url}store/{uuid4()}")
    response = put_graph(graph, replaces=False)
    response.headers["Location"] = graph.value
    return response


@blueprint.delete(INDIRECT, strict_slashes=False)
@blueprint.delete(DIRECT, merge_slashes=False)
@operation(**WRITES, answers=DONE, faults=THERE)
def remove(**_path: str) -> Response:
    """Remove a graph; of the default graph, what it holds (section 5.4)."""
    check_access()
    graph = required()
    store = dataset().store
    check_exists(store, graph)
    check_conditions(is_new=False)
    with failures():
        if isinstance(graph, NamedNode):
            store.remove_graph(graph)
        else:
            store.clear_graph(graph)
    return renew_version(no_content())


@blueprint.patch(INDIRECT, strict_slashes=False)
@blueprint.patch(DIRECT, merge_slashes=False)
@operation(**WRITES, answers=DONE, body={protocol.UPDATE: "Update"}, faults=(*THERE, HTTPStatus.CONFLICT))
def patch(**_path: str) -> Response:
    """Apply an update to a graph that exists (section 5.7), as if there were no other.

    The update inserts and deletes triples; one that names graphs is refused.
    """
    check_access()
    graph = required()
    if request.mimetype != protocol.UPDATE:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"Unsupported content type {request.mimetype or 'none'}; use {protocol.UPDATE}.",
            {"Accept-Patch": protocol.UPDATE},
        )
    protocol.check_length(request, settings().limits.max_upload)
    check_exists(dataset().store, graph)
    check_conditions(is_new=False)
    text = protocol.utf8(request.get_data(), "The update")
    apply(text, lambda text: rewriting.enclosed(text, name_of_graph(graph)), base_of(graph))
    return renew_version(no_content())


@blueprint.after_request
def add_accepted(response: Response) -> Response:
    """Tell in the answer to OPTIONS what may be sent."""
    if request.method == "OPTIONS":
        response.headers["Accept-Post"] = f"{MEDIA_TYPES}, {MULTIPART}"
        response.headers["Accept-Patch"] = protocol.UPDATE
    return response


def requested_graph() -> Graph | None:
    """Return the graph that the request names, None where it names none (sections 4.1 and 4.2).

    Raises Problem 400 for two of them, and for an IRI that is not absolute.
    """
    given = protocol.by_name(protocol.url_fields(request))
    graphs: list[Graph] = [protocol.graph(value) for value in given.get("graph", [])]
    graphs += [DEFAULT for _ in given.get("default", [])]
    if request.view_args:
        graphs.append(protocol.graph(request.host_url.removesuffix("/") + raw_path()))
    if len(graphs) > 1:
        raise bad_request(
            "Name one graph: `graph=` with an absolute IRI, or `default`, or a URL below /store/."
        )
    return graphs[0] if graphs else None


def required() -> Graph:
    """Return the graph that the request names; raises Problem 400 where it names none."""
    graph = requested_graph()
    if graph is None:
        raise bad_request(
            "Missing graph: add `graph=` with its absolute IRI, or `default`, or use a URL below /store/."
        )
    return graph


def name_of_graph(graph: Graph) -> NamedNode | None:
    """Return a named graph, None for the default graph."""
    return graph if isinstance(graph, NamedNode) else None


def base_of(graph: Graph) -> str:
    """Return what relative IRIs are resolved against: the graph's IRI, the URL of the default graph."""
    return graph.value if isinstance(graph, NamedNode) else request.base_url


def exists(store: Store, graph: Graph) -> bool:
    """Tell whether there is a graph; it may be empty, and the default graph always is there."""
    return not isinstance(graph, NamedNode) or store.contains_named_graph(graph)


def check_exists(store: Store, graph: Graph) -> None:
    """Raise Problem 404 where there is no such graph."""
    if not exists(store, graph):
        raise Problem(HTTPStatus.NOT_FOUND, f"The dataset has no graph {graph}.")


def check_conditions(*, is_new: bool) -> None:
    """Raise Problem 412 where a condition of the request does not hold (RFC 9110, section 13.1).

    `is_new` tells that the graph is not there yet. A tag of any graph holds until the dataset changes.
    """
    if_match = request.headers.get("If-Match")
    if if_match is not None and (is_new or not conditional.is_current(if_match, dataset())):
        raise precondition_failed("the graph does not exist, or the dataset has changed since")
    if_none_match = request.headers.get("If-None-Match")
    if if_none_match is None or is_new:
        return
    if conditional.is_current(if_none_match.replace("W/", ""), dataset()):
        raise precondition_failed("the graph exists already")


def precondition_failed(why: str) -> Problem:
    """Return the problem of a write whose condition does not hold."""
    return Problem(HTTPStatus.PRECONDITION_FAILED, f"Nothing was changed: {why}.")


def whole_dataset() -> Response:
    """Return the whole dataset to a client that names a format of datasets; raises Problem 400 for others."""
    ranges = negotiation.accepted(request.headers.get("Accept"))
    if not any(ranges.get(form.media_type, (0.0, False))[0] for form in negotiation.DATASETS):
        raise bad_request(
            "Missing graph: add `graph=` with its absolute IRI, or `default`. For the whole dataset send "
            "`Accept: application/trig` or `Accept: application/n-quads`."
        )
    return dumped(None, *documents.form_for(negotiation.DATASETS))


def dumped(graph: Graph | None, form: Format, media_type: str) -> Response:
    """Return a graph, or with None the whole dataset, written as it is read."""
    store = app_state.store()
    headers = {"Content-Type": form.content_type(media_type), "Vary": "Accept"}
    prefixes = used(dataset().prefixes, store.quads_for_pattern(None, None, None, graph))
    return streamed(lambda sink: dump(store, graph, form, sink, prefixes), headers)


def used(prefixes: Mapping[str, str], quads: Iterable[Quad]) -> dict[str, str]:
    """Return the prefixes that shorten something in a few quads, and all of them for many."""
    first = list(islice(quads, FEW + 1))
    if len(first) > FEW:
        return dict(prefixes)
    text = "".join(map(str, first))
    return {prefix: iri for prefix, iri in prefixes.items() if f"<{iri}" in text}


def put_graph(graph: Graph, *, replaces: bool) -> Response:
    """Put the documents of the request into a graph, in place of what it holds or beside it."""
    store = dataset().store
    is_new = not exists(store, graph)
    check_conditions(is_new=is_new)
    uploads = read_uploads(request, settings().limits, multipart=not replaces)
    with failures():
        if replaces and holds(store, graph):
            in_place_of_all(store, graph, uploads)
        else:
            beside(store, graph, uploads)
    return renew_version(no_content(HTTPStatus.CREATED if is_new else HTTPStatus.NO_CONTENT))


def holds(store: Store, graph: Graph) -> bool:
    """Tell whether anything stands in a graph."""
    return any(True for _ in store.quads_for_pattern(None, None, None, graph))


def beside(store: Store, graph: Graph, uploads: Sequence[Upload]) -> None:
    """Add documents to a graph in one transaction, and make it exist."""
    if len(uploads) == 1 and uploads[0].is_triples:
        uploads[0].load(store, graph, base_of(graph))
    else:
        store.update(insertion(name_of_graph(graph), uploads, base_of(graph)))
    if isinstance(graph, NamedNode):
        store.add_graph(graph)


def in_place_of_all(store: Store, graph: Graph, uploads: Sequence[Upload]) -> None:
    """Give a graph other content in one transaction.

    The engine's only transaction that both removes and adds is an update, so the triples go into its text.
    It takes about twenty times their bytes of memory; a graph that is new or empty does not need it.
    """
    target = f"GRAPH {graph}" if isinstance(graph, NamedNode) else "DEFAULT"
    store.update(insertion(name_of_graph(graph), uploads, base_of(graph), f"CLEAR SILENT {target}"))
