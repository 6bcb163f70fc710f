"""SPARQL Update over HTTP (SPARQL 1.1 Protocol, section 2.2): one request, one transaction."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from wicara.graph.sparql import QueryDataset, SparqlSyntaxError, graphs_listed, locate, parse_update
from wicara.graph.sparql_patterns import TooManyGraphs
from wicara.server.app_state import dataset, renew_version, settings
from wicara.server.descriptions.openapi import operation
from wicara.server.http.problems import Problem, bad_request
from wicara.server.process import admission
from wicara.server.sparql import protocol, rewriting
from wicara.server.sparql.calls import Documents, calls_service, failed_call
from wicara.server.sparql.guard import admit, without_silent_calls
from wicara.server.sparql.protocol import read_update
from wicara.server.sparql.query import RELATIVE_TO, syntax_problem
from wicara.server.sparql.rewriting import Unclear, one_prologue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wicara.server.sparql.rewriting import Edit

blueprint = Blueprint("update", __name__)

FAILURES: Final = (
    ("No space left", HTTPStatus.INSUFFICIENT_STORAGE, "There is no space left on the server's disk."),
    ("does not exist", HTTPStatus.CONFLICT, "{}. With SILENT that is no error."),
    ("already exists", HTTPStatus.CONFLICT, "{}. With SILENT that is no error."),
    ("The custom function", HTTPStatus.BAD_REQUEST, "{}."),
)
"""What the words of a fault of the engine mean: the status, and what is said."""


@blueprint.post("/update", strict_slashes=False)
@operation(
    query=("using-graph-uri", "using-named-graph-uri"),
    types=(),
    answers={HTTPStatus.NO_CONTENT: ()},
    body={protocol.UPDATE: "Update", protocol.FORM: "UpdateForm"},
    faults=(HTTPStatus.CONFLICT,),
    writes=True,
)
def update() -> Response:
    """Change the dataset by a SPARQL update: the whole of it, or nothing."""
    check_access()
    operation = read_update(request)
    graphs = QueryDataset.of(operation.using, operation.using_named)
    apply(operation.update, lambda text: on_dataset(text, graphs), RELATIVE_TO, graphs)
    return renew_version(no_content())


def check_access() -> None:
    """Raise Problem where this request may not change the dataset."""
    admission.check_access(request.headers.get("Authorization"), settings(), plain=dataset().plain)


def no_content(status: HTTPStatus = HTTPStatus.NO_CONTENT) -> Response:
    """Return a response without a body."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def on_dataset(text: str, graphs: QueryDataset) -> list[Edit]:
    """Return the edits that put an update on the graphs that its request names; raises Unclear."""
    return rewriting.on_dataset(text, graphs, RELATIVE_TO, dataset().prefixes)


def apply(
    text: str, rewrite: Callable[[str], list[Edit]], base: str, graphs: QueryDataset | None = None
) -> None:
    """Change the dataset by an update as it is rewritten; raises Problem, and then nothing has changed.

    `graphs` are those that the request names for its WHERE clauses.
    """
    prefixes = dict(dataset().prefixes)
    documents = Documents(settings(), prefixes, base)
    text = without_silent_calls(text, "update", settings(), prefixes, base)
    admit(text, "update", settings(), prefixes, base)

    def listed(query: str) -> list[str]:
        store = dataset().store
        if graphs and (graphs.default or graphs.named):
            return graphs_listed(
                store.query(query, base_iri=base, prefixes=prefixes, named_graphs=[*graphs.named])
            )
        return graphs_listed(store.query(query, base_iri=base, prefixes=prefixes))

    try:
        first = one_prologue(text, base, prefixes)
        single = rewriting.edited(text, first)
        edits = rewrite(single)
        mended = rewriting.mended(single, prefixes, listed)
        whole = rewriting.edited(mended, edits if mended == single else rewrite(mended))
        loadings = documents.in_update(whole)
    except (Unclear, TooManyGraphs) as fault:
        raise bad_request(str(fault)) from fault
    except SyntaxError:  # of its prologue or USING, which the parser tells in the whole
        whole, loadings = rewriting.edited(single, edits), []
    rewritten = rewriting.edited(single, edits)
    try:
        with failures(text):
            if loadings or whole != rewritten:
                parse_update(documents.left_out(rewritten), prefixes, base)
            if len(loadings) == 1 and len(rewriting.operations(whole)) == 1:
                documents.load(loadings[0], dataset().store)
            else:
                statements = rewriting.edited(whole, documents.edits(loadings))
                dataset().store.update(statements, base_iri=base, prefixes=prefixes)
    except SyntaxError as fault:
        parse = partial(parse_update, prefixes=prefixes, base=base)
        located = locate(rewritten, fault, parse, prefixes)
        place = rewriting.origin(first, rewriting.origin(edits, located.place))
        sent = SparqlSyntaxError(text, place, located.reason)
        raise syntax_problem("update", sent) from fault


@contextmanager
def failures(update: str = "") -> Iterator[None]:
    """Turn a fault of the engine, at an update if it is one, into a Problem; a SyntaxError goes through."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault, update) from fault


def failed(fault: Exception, update: str) -> Problem:
    """Return the problem of a change that is well-formed and cannot be made."""
    reason = str(fault)
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        reason = "No space left"
    for words, status, detail in FAILURES:
        if words in reason:
            return Problem(status, detail.format(reason))
    if calls_service(update):
        return failed_call(fault)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"The change could not be made: {reason}")
