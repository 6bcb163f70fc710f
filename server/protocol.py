"""The query operation of the SPARQL 1.1 Protocol, section 2.1: from a request to what is to be evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from pyoxigraph import NamedNode
from wicara.server.problems import Problem
from wicara.server.served import infer_of, settings

if TYPE_CHECKING:
    from flask import Request

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
MAX_FIELDS: Final = 1000


@dataclass(frozen=True)
class QueryOperation:
    """A query as it was asked: its text, the dataset that the request names, and how to answer.

    `format` is the name of a representation that overrides Accept, or None.
    """

    query: str
    default_graphs: tuple[NamedNode, ...] = ()
    named_graphs: tuple[NamedNode, ...] = ()
    infer: bool = True
    format: str | None = None

    def address(self, **more: str) -> str:
        """Return the path and query string that ask the same again, with more fields."""
        graphs = [("default-graph-uri", one.value) for one in self.default_graphs]
        graphs += [("named-graph-uri", one.value) for one in self.named_graphs]
        without = [] if self.infer else [("infer", "off")]
        return f"/sparql?{urlencode([('query', self.query), *graphs, *without, *more.items()])}"


def bad(detail: str) -> Problem:
    """Return the problem of a request that is not as the protocol says."""
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def utf8(raw: bytes, where: str) -> str:
    """Return bytes as text; raises Problem 400 where they are not UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise bad(f"{where} is not UTF-8.") from fault


def fields(raw: bytes, where: str) -> list[tuple[str, str]]:
    """Return the name and value of each field of a query string or form, decoded once."""
    try:
        return parse_qsl(utf8(raw, where), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as fault:
        raise bad(f"{where} is not UTF-8.") from fault
    except ValueError as fault:
        raise bad(f"{where} has more than {MAX_FIELDS} fields.") from fault


def body_fields(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the body: those of a form, or the query that the body is.

    Raises Problem 415 for any other content type, or none.
    """
    if request.method != "POST":
        return []
    check_length(request, settings().limits.max_query)
    if request.mimetype == FORM:
        return fields(request.get_data(), "The form")
    if request.mimetype == DIRECT:
        return [("query", utf8(request.get_data(), "The query"))]
    given = request.mimetype or "none"
    raise Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"The content type is {given}; a POST is {DIRECT} or {FORM}.",
        {"Accept-Post": f"{DIRECT}, {FORM}"},
    )


def check_length(request: Request, most: int) -> None:
    """Raise Problem 413 where the body is longer than a limit, in bytes."""
    if (request.content_length or 0) > most:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {most} bytes.")


def graph(value: str) -> NamedNode:
    """Return the graph of an absolute IRI; raises Problem 400 for anything else."""
    try:
        return NamedNode(value)
    except ValueError as fault:
        raise bad(f"{value!r} is no absolute IRI, so it names no graph.") from fault


def read_operation(request: Request) -> QueryOperation:
    """Return the query operation of a request; raises Problem where it is none."""
    in_url = request.environ.get("QUERY_STRING", "").encode("latin-1")
    given: dict[str, list[str]] = {}
    for name, value in fields(in_url, "The query string") + body_fields(request):
        given.setdefault(name, []).append(value)
    queries = given.get("query", [])
    if len(queries) != 1:
        raise bad(f"A query operation has exactly one `query`; there are {len(queries)}.")
    return QueryOperation(
        query=queries[0],
        default_graphs=tuple(graph(value) for value in given.get("default-graph-uri", [])),
        named_graphs=tuple(graph(value) for value in given.get("named-graph-uri", [])),
        infer=infer_of(given.get("infer", [])),
        format=given.get("format", [None])[-1],
    )
