"""The operations of the SPARQL 1.1 Protocol, section 2: from a request to what is to be evaluated."""

from __future__ import annotations

import re
from binascii import a2b_qp
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.parse import unquote_to_bytes, urlencode

from pyoxigraph import NamedNode
from wicara.server.app_state import infer_of, settings
from wicara.server.http.problems import Problem, bad_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Request

ASSERTED: Final = "/sparql/asserted"
"""The endpoint without conclusions, for clients that write `?query=` behind an address."""
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
MAX_FIELDS: Final = 1000
HINTS: Final = ("format", "output", "results")
"""The fields in which clients name a format; the protocol has none of them."""
BARE_PERCENT: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
WITH_BODY: Final = frozenset({"POST", "QUERY"})
"""The methods of a query whose body counts; QUERY is that of RFC 10008."""


class Message(Protocol):
    """What is read of a request; werkzeug's has more."""

    @property
    def method(self) -> str:
        """Return the method."""

    @property
    def path(self) -> str:
        """Return the path."""

    @property
    def mimetype(self) -> str:
        """Return the media type of the body without parameters, in lower case."""

    @property
    def query_string(self) -> bytes:
        """Return what follows the question mark."""

    def get_data(self) -> bytes:
        """Return the body."""


class QueryOperation(NamedTuple):
    """A query as it was asked: its text, the dataset that the request names, and how to answer.

    `hints` name representations that come before Accept where they fit the query; the first one counts.
    """

    query: str
    default_graphs: tuple[NamedNode, ...] = ()
    named_graphs: tuple[NamedNode, ...] = ()
    infer: bool = True
    hints: tuple[str, ...] = ()

    def address(self, **more: str) -> str:
        """Return the path and query string that ask the same again, with more fields."""
        seen = [("default-graph-uri", graph.value) for graph in self.default_graphs]
        seen += [("named-graph-uri", graph.value) for graph in self.named_graphs]
        without = [] if self.infer else [("infer", "off")]
        return f"/sparql?{urlencode([('query', self.query), *seen, *without, *more.items()])}"


@dataclass(frozen=True)
class UpdateOperation:
    """An update as it was sent (section 2.2): its text, and the graphs that its WHERE clauses see.

    `using` and `using_named` are what USING and USING NAMED would name in every one of its operations.
    """

    update: str
    using: tuple[NamedNode, ...] = ()
    using_named: tuple[NamedNode, ...] = ()


def utf8(raw: bytes, where: str) -> str:
    """Return bytes as text without a byte order mark; raises Problem 400 where they are not UTF-8."""
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise bad_request(f"{where} is not UTF-8.") from fault


def fields(raw: bytes, where: str) -> list[tuple[str, str]]:
    """Return the name and value of each field of a query string or form, decoded once."""
    parts = raw.split(b"&")
    if len(parts) > MAX_FIELDS:
        raise bad_request(f"{where} has more than {MAX_FIELDS} fields.")
    pairs = (part.partition(b"=") for part in parts if part)
    return [(decoded(name, where), decoded(value, where)) for name, _, value in pairs]


def decoded(raw: bytes, where: str) -> str:
    """Return a name or value of a form as text (WHATWG URL Standard, section 5.1)."""
    raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw) if BARE_PERCENT.search(raw) else unquoted(raw)
    return utf8(raw, where)


def unquoted(raw: bytes) -> bytes:
    """Return bytes percent-decoded in native code: each `%` stands before two hexadecimal digits."""
    return a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))


def body_fields(request: Message, name: str, direct: str) -> list[tuple[str, str]]:
    """Return the fields of the body: those of a form, or the one field `name` that a `direct` body is.

    Raises Problem 415 for any other content type, or none.
    """
    if request.mimetype == FORM:
        return fields(request.get_data(), "The form")
    if request.mimetype == direct:
        return [(name, utf8(request.get_data(), f"The {name}"))]
    given = request.mimetype or "none"
    raise Problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"Unsupported content type {given}; use {direct} or {FORM}.",
        {"Accept-Post": f"{direct}, {FORM}"},
    )


def check_length(request: Request, limit: int) -> None:
    """Raise Problem 413 where the body is longer than a limit, in bytes."""
    if (request.content_length or 0) > limit:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is longer than {limit} bytes.")


def graph(value: str) -> NamedNode:
    """Return the graph of an absolute IRI; raises Problem 400 for anything else."""
    try:
        return NamedNode(value)
    except ValueError as fault:
        raise bad_request(f"{value!r} is not an absolute IRI.") from fault


def graphs(values: Iterable[str]) -> tuple[NamedNode, ...]:
    """Return the graphs of absolute IRIs; an empty field, as forms send, names none.

    Raises Problem 400 for anything else.
    """
    return tuple(graph(value) for value in values if value)


def url_fields(request: Message) -> list[tuple[str, str]]:
    """Return the fields of the query string."""
    return fields(request.query_string, "The query string")


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each field in their order."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    return given


def is_asserted(request: Message) -> bool:
    """Tell whether a request goes to the endpoint that answers without conclusions by default."""
    return request.path.rstrip("/") == ASSERTED


def read_operation(request: Message) -> QueryOperation:
    """Return the query operation of a request; raises Problem where it is none."""
    in_body = body_fields(request, "query", QUERY) if request.method in WITH_BODY else []
    given = by_name(url_fields(request) + in_body)
    queries = given.get("query", [])
    if len(queries) != 1:
        raise bad_request(f"A query operation must have exactly one `query`; this one has {len(queries)}.")
    if len(given) == 1:
        return QueryOperation(queries[0], infer=not is_asserted(request))
    return QueryOperation(
        query=queries[0],
        default_graphs=graphs(given.get("default-graph-uri", [])),
        named_graphs=graphs(given.get("named-graph-uri", [])),
        infer=infer_of(given.get("infer", ["off"] if is_asserted(request) else [])),
        hints=tuple(hint for name in HINTS for hint in reversed(given.get(name, []))),
    )


def read_update(request: Request) -> UpdateOperation:
    """Return the update operation of a POST; raises Problem where it is none."""
    check_length(request, settings().limits.max_upload)
    in_body = body_fields(request, "update", UPDATE)
    given = by_name(url_fields(request) + in_body)
    updates = [value for name, value in in_body if name == "update"]
    if len(updates) != 1 or len(given["update"]) != 1:
        raise bad_request("An update operation must have exactly one `update`, in its body.")
    if "query" in given:
        raise bad_request("An update operation must not have a `query`; send queries to /sparql.")
    return UpdateOperation(
        update=updates[0],
        using=graphs(given.get("using-graph-uri", [])),
        using_named=graphs(given.get("using-named-graph-uri", [])),
    )
