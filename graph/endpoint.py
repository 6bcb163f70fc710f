"""A SPARQL 1.1 store elsewhere: how it is asked and changed, and what it says of what was published to it.

Whatever it does that cannot be used is a RemoteFault: it is not there, is late, refuses, breaks off.
"""

from __future__ import annotations

import http.client
import os
import socket
from base64 import b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection, IncompleteRead
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import unquote, urlencode, urlsplit

from pyoxigraph import QueryBoolean, QueryResultsFormat, RdfFormat, parse, parse_query_results
from wicara.graph.errors import RemoteFault, Unavailable
from wicara.ontology import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyoxigraph import QuerySolutions, Triple

STATE: Final = "urn:wicara:published"
"""The graph in which a store keeps what was published."""
HASH: Final = "urn:wicara:sha256"
VERSION: Final = "urn:wicara:version"
MADE: Final = "urn:wicara:made"
DEFAULT: Final = "urn:wicara:default-graph"
"""What stands for the default graph where a graph has a name."""
ASSERTED: Final = "urn:wicara:asserted"
"""The graph that holds what the default graph holds without conclusions."""
PROOFS: Final = "urn:wicara:proofs"
"""The graph that holds the first step to each conclusion, in JSON, by the hash of the conclusion."""
STEP: Final = "urn:wicara:step"
GENID: Final = f"{BASE}/.well-known/genid/"
AS_IRI: Final = b'"type":"uri","value":"' + GENID.encode()
AS_NODE: Final = b'"type":"bnode","value":"'
PATIENCE: Final = 300
"""Seconds that a store may take for one answer, where nobody waits for it."""
LATE: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT})
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/sparql-results+json"
OK: Final = range(200, 300)


vars(http.client)["_MAXHEADERS"] = 1 << 16
"""Virtuoso names each graph of a query's dataset in a header of its own, and http.client takes a hundred."""


class LocalConnection(HTTPConnection):
    """A connection over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        """Connect to a socket when the first request is sent."""
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        """Connect; raises OSError."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


@dataclass
class Endpoint:
    """Where a store takes queries and updates (SPARQL 1.1 Protocol), and the way there.

    With `through`, the path of a Unix socket that leads there, a process asks over one connection for as long
    as it lasts; else each request has its own.
    """

    queries: str
    updates: str = ""
    authorization: str = ""
    through: str = ""
    seconds: float = PATIENCE
    connection: HTTPConnection | None = field(default=None, compare=False, repr=False)
    process: int = field(default=0, compare=False, repr=False)

    @property
    def named(self) -> str:
        """Return how messages call the store: its address without user and password."""
        parts = urlsplit(self.queries)
        return f"the store at {parts._replace(netloc=parts.netloc.rpartition('@')[2]).geturl()}"

    def query(self, text: str, accept: str, graphs: Sequence[tuple[str, str]] = ()) -> bytes:
        """Return the answer to a query over some graphs, fields of the protocol; raises RemoteFault."""
        return self.send(self.queries, urlencode([("query", text), *graphs]), FORM, accept)

    def select(self, text: str, graphs: Sequence[tuple[str, str]] = ()) -> QuerySolutions | QueryBoolean:
        """Return the whole answer to a SELECT or ASK; raises RemoteFault, for half an answer as well."""
        answer = self.query(text, JSON, graphs)
        try:
            found = parse_query_results(answer, format=QueryResultsFormat.JSON)
            if isinstance(found, QueryBoolean):
                return found
            rows = found.serialize(format=QueryResultsFormat.JSON) or b""
        except (SyntaxError, ValueError) as fault:
            raise RemoteFault(
                HTTPStatus.BAD_GATEWAY, f"{self.named} answered what is no result of a query: {fault}"
            ) from fault
        return parse_query_results(rows.replace(AS_IRI, AS_NODE), format=QueryResultsFormat.JSON)

    def update(self, text: str) -> None:
        """Send an update; raises RemoteFault."""
        self.send(self.updates, text, "application/sparql-update", "*/*")

    def send(self, url: str, body: str, content_type: str, accept: str) -> bytes:
        """Return the body of an answer; raises RemoteFault where the store refuses, or is not there."""
        parts = urlsplit(url)
        headers = {"Content-Type": content_type, "Accept": accept, "Host": parts.netloc.rpartition("@")[2]}
        if self.authorization:
            headers["Authorization"] = self.authorization
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        is_used = self.process == os.getpid() and self.connection is not None
        connection = self.connect(parts.scheme, parts.hostname or "", parts.port)
        try:
            status, answer = exchange(connection, path, body.encode(), headers, again=is_used)
        except (OSError, HTTPException) as fault:
            connection.close()
            raise self.fault_of(fault) from fault
        if not self.through:
            connection.close()
        if status not in OK:
            raise self.refusal(status, answer)
        return answer

    def connect(self, scheme: str, host: str, port: int | None) -> HTTPConnection:
        """Return a connection to send a request on: where there is a socket, this process's own."""
        if self.connection is None or self.process != os.getpid() or not self.through:
            kind = HTTPSConnection if scheme == "https" else HTTPConnection
            self.connection = (
                LocalConnection(self.through, self.seconds)
                if self.through
                else kind(host, port, timeout=self.seconds)
            )
            self.process = os.getpid()
        return self.connection

    def fault_of(self, fault: OSError | HTTPException) -> RemoteFault:
        """Return what to say of a connection that failed."""
        if isinstance(fault, TimeoutError):
            return RemoteFault(
                HTTPStatus.GATEWAY_TIMEOUT, f"{self.named} does not answer within {self.seconds:g} seconds"
            )
        if isinstance(fault, IncompleteRead):
            return RemoteFault(
                HTTPStatus.BAD_GATEWAY, f"{self.named} broke its answer off, or gave no length"
            )
        if isinstance(fault, HTTPException) and not isinstance(fault, ConnectionError):
            return RemoteFault(HTTPStatus.BAD_GATEWAY, f"{self.named} answered what is no HTTP: {fault!r}")
        return RemoteFault(
            HTTPStatus.SERVICE_UNAVAILABLE, f"{self.named} does not answer: {fault or type(fault).__name__}"
        )

    def refusal(self, status: int, answer: bytes) -> RemoteFault:
        """Return what to say of an answer that is none."""
        said = f"{self.named} answered {status}: {answer.decode(errors='replace').strip()[:300]}"
        if status in LATE:
            return RemoteFault(HTTPStatus.GATEWAY_TIMEOUT, said)
        is_busy = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
        return RemoteFault(HTTPStatus.SERVICE_UNAVAILABLE if is_busy else HTTPStatus.BAD_GATEWAY, said)

    def published(self) -> Published:
        """Return what the store says of what was published; raises RemoteFault."""
        query = f"SELECT ?s ?p ?o {{ GRAPH <{STATE}> {{ ?s ?p ?o }} }}"
        rows = cast("QuerySolutions", self.select(query))
        said = [tuple(row[name].value for name in ("s", "p", "o")) for row in rows]
        values = {predicate: value for _, predicate, value in said}
        hashes = {graph: value for graph, predicate, value in said if predicate == HASH}
        return Published(hashes, values.get(VERSION, ""), values.get(MADE, ""))

    def stamp(self) -> tuple[str, str]:
        """Return the version that the store holds and when it was made, empty where it is not whole."""
        rows = self.select(f"SELECT ?p ?o {{ GRAPH <{STATE}> {{ <{STATE}> ?p ?o }} }}")
        values = {row["p"].value: row["o"].value for row in cast("QuerySolutions", rows)}
        return values.get(VERSION, ""), values.get(MADE, "")

    def graph(self, name: str) -> frozenset[Triple]:
        """Return the statements of a graph as the store has them; raises RemoteFault."""
        pattern = "?s ?p ?o" if name == DEFAULT else f"GRAPH <{name}> {{ ?s ?p ?o }}"
        return frozenset(self.triples(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"))

    def triples(self, text: str, graphs: Sequence[tuple[str, str]] = ()) -> Iterator[Triple]:
        """Return the answer to a CONSTRUCT or DESCRIBE as the store has it; raises RemoteFault."""
        answer = self.query(text, "application/n-triples", graphs)
        try:
            return iter([quad.triple for quad in parse(answer, RdfFormat.N_TRIPLES)])
        except SyntaxError as fault:
            raise RemoteFault(
                HTTPStatus.BAD_GATEWAY, f"{self.named} answered what is no RDF: {fault}"
            ) from fault


def exchange(
    connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str], *, again: bool
) -> tuple[int, bytes]:
    """Return status and body of the answer to a POST; raises IncompleteRead for one of no known length.

    A connection that was used before may have been closed meanwhile: with `again`, a new one is tried.
    """
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
    except (ConnectionError, HTTPException):
        if not again:
            raise
        connection.close()
        return exchange(connection, path, body, headers, again=False)
    if response.length is None and not response.chunked:
        raise IncompleteRead(b"")
    return response.status, response.read()


@dataclass(frozen=True)
class Published:
    """What a store says of itself: the hashes of its graphs; version and day, empty where it is not whole."""

    hashes: Mapping[str, str]
    version: str
    made: str


def endpoint_at(url: str, queries: str = "", updates: str = "") -> Endpoint:
    """Return the endpoint of the store at a URL, with `/query` and `/update` below it unless named.

    A user and password in the URL are sent as HTTP Basic. Raises Unavailable for what is no address.
    """
    base = url.rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Unavailable(f"{url} is no address of a store: it begins with http:// or https://")
    authorization = ""
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {b64encode(pair.encode()).decode()}"
    return Endpoint(queries or f"{base}/query", updates or f"{base}/update", authorization)
