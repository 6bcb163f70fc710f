"""SPARQL Update over HTTP (SPARQL 1.1 Protocol, section 2.2): one request, one transaction."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, request
from wicara.graph.sparql import QueryDataset
from wicara.server import evaluation, guard, protocol, rewriting, syntax
from wicara.server.app_state import dataset, renew, settings
from wicara.server.descriptions.openapi import operation
from wicara.server.http.problems import Problem
from wicara.server.process import admission
from wicara.server.protocol import bad, read_update
from wicara.server.update_text import Unclear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wicara.server.protocol import UpdateOperation
    from wicara.server.rewriting import Edit

blueprint = Blueprint("update", __name__)

FAILURES: Final = (
    ("No space left", HTTPStatus.INSUFFICIENT_STORAGE, "There is no space left on the server's disk."),
    ("does not exist", HTTPStatus.CONFLICT, "{}. With SILENT that is no error."),
    ("already exists", HTTPStatus.CONFLICT, "{}. With SILENT that is no error."),
    ("The custom function", HTTPStatus.BAD_REQUEST, "{}."),
)
"""What the words of a fault of the engine mean: the status, and what is said."""


@blueprint.post("/update")
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
    apply(operation.update, lambda text: on_dataset(text, operation), evaluation.RELATIVE_TO)
    return renew(no_content())


def check_access() -> None:
    """Raise Problem where this request may not change the dataset."""
    admission.check_access(request.headers.get("Authorization"), settings(), plain=dataset().plain)


def no_content(status: HTTPStatus = HTTPStatus.NO_CONTENT) -> Response:
    """Return a response without a body."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def on_dataset(text: str, operation: UpdateOperation) -> list[Edit]:
    """Return the edits that put an update on the graphs that its request names; raises Unclear."""
    wanted = QueryDataset.of(operation.using, operation.using_named)
    return rewriting.on_dataset(text, wanted, evaluation.RELATIVE_TO, dataset().prefixes)


def apply(text: str, rewrite: Callable[[str], list[Edit]], base: str) -> None:
    """Change the dataset by an update as it is rewritten; raises Problem, and then nothing has changed."""
    try:
        guard.check(text, settings())
        edits = rewrite(text)
    except guard.Refused as fault:
        raise Problem(fault.status, str(fault)) from fault
    except Unclear as fault:
        raise bad(str(fault)) from fault
    rewritten = rewriting.edited(text, edits)
    prefixes = dict(dataset().prefixes)
    try:
        with failures():
            dataset().store.update(rewritten, base_iri=base, prefixes=prefixes)
    except SyntaxError as fault:
        placed = syntax.located(rewritten, fault, partial(syntax.update, prefixes=prefixes))
        raise syntax_problem(text, as_written(placed, text, rewritten, edits), prefixes) from fault


@contextmanager
def failures() -> Iterator[None]:
    """Turn a fault of the engine into a Problem; a SyntaxError goes through."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as fault:
        raise failed(fault) from fault


def failed(fault: Exception) -> Problem:
    """Return the problem of a change that is well-formed and cannot be made."""
    told = str(fault)
    if isinstance(fault, OSError) and fault.errno == errno.ENOSPC:
        told = "No space left"
    for words, status, detail in FAILURES:
        if words in told:
            return Problem(status, detail.format(told))
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"The change could not be made: {told}")


def as_written(fault: SyntaxError, text: str, rewritten: str, edits: list[Edit]) -> SyntaxError:
    """Return a fault in a rewritten text with the line and column that its place has in the text as sent."""
    match = syntax.POSITION.match(str(fault))
    if match is None:
        return fault
    line, column = int(match[1]), int(match[2])
    before = "".join(rewritten.splitlines(keepends=True)[: line - 1])
    place = rewriting.origin(edits, len(before) + column - 1)
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return SyntaxError(f"error at {line}:{column}: {match[3]}")


def syntax_problem(text: str, fault: SyntaxError, prefixes: Mapping[str, str]) -> Problem:
    """Return the problem of an update that does not parse."""
    told = evaluation.syntax_problem(text, fault, prefixes)
    return Problem(told.status, told.detail.replace("query", "update", 1), None, **told.members)
