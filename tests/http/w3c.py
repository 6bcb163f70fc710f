"""The W3C's tests of SPARQL 1.1 over HTTP, read from their manifests and sent to a server.

A test is a sequence of requests, each with what must come back. Those of the protocols are written so (HTTP
Vocabulary in RDF); a query evaluation test becomes one: its data is put into the default graph, and its query
asked. Nothing is fetched: what a manifest names by a relative IRI is a file beside it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode, urlsplit

from rdflib import RDFS, Graph, Namespace
from rdflib.collection import Collection
from w3c_judge import Expected, fault_in
from w3c_prose import GRAPH_STORE, PROSE, message
from writing import BEARER, emptied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rdflib.term import Node
    from server_process import Answer, Server

CHECKOUT: Final = Path(__file__).parent.parent.parent
FOLDER: Final = Path(os.environ.get("WICARA_SHARED", CHECKOUT.parent / "shared")) / "conformance" / "sparql"
PUBLISHED: Final = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""Where the W3C has the suites."""

SUITES: Final = {
    "protocol": "SPARQL 1.1 Protocol",
    "graph-store-protocol": "SPARQL 1.1 Graph Store HTTP Protocol",
    "http-rdf-update": "SPARQL 1.1 Graph Store HTTP Protocol, deprecated tests",
    "csv-tsv-res": "SPARQL 1.1 Query Results CSV and TSV Formats",
    "json-res": "SPARQL 1.1 Query Results JSON Format",
}
"""The suites by their folders, and what each is of."""

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT: Final = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT: Final = Namespace("http://www.w3.org/2011/http#")
CNT: Final = Namespace("http://www.w3.org/2011/content#")

QUERY: Final = "application/sparql-query"
MEDIA_TYPES: Final = {
    ".nt": "application/n-triples",
    ".ttl": "text/turtle",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".srj": "application/sparql-results+json",
}
WRITES: Final = frozenset({"PUT", "POST", "DELETE"})
"""The methods that change a graph."""
WRITABLE: Final = ("/update", GRAPH_STORE)
"""The paths that take the token."""


@dataclass(frozen=True)
class Exchange:
    """A request, and what must come back."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None
    expected: Expected


@dataclass(frozen=True)
class Case:
    """A test: its IRI, its suite, the requests that make what it starts from, and those that are judged."""

    iri: str
    suite: str
    before: tuple[Exchange, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def name(self) -> str:
        """Return the test's own name, which is the end of its IRI."""
        return self.iri.partition("#")[2]

    def __str__(self) -> str:
        """Return the id of the test."""
        return self.name


def cases() -> list[Case]:
    """Return every test of every suite; none where the shared folder is missing."""
    return [case for suite in SUITES for path in manifests(suite) for case in read(path, suite)]


def manifests(suite: str) -> list[Path]:
    """Return the manifests of a suite that have tests: one, or those that it includes."""
    path = FOLDER / suite / "manifest.ttl"
    if not path.is_file():
        return []
    graph = Graph().parse(path, publicID=PUBLISHED)
    included = [file for found in graph.objects(None, MF.include) for file in Collection(graph, found)]
    return [path.with_name(name_of(each)) for each in included] or [path]


def read(path: Path, suite: str) -> Iterator[Case]:
    """Yield the tests of a manifest: those that it lists, then those that it only describes."""
    graph = Graph().parse(path, publicID=PUBLISHED)
    told: list[Exchange] = []
    for test in tests(graph):
        action = graph.value(test, MF.action)
        if action is None:
            exchange = of_prose(
                next(str(each) for each in graph.objects(test, RDFS.comment) if PROSE in each)
            )
            yield Case(str(test), suite, tuple(told), (exchange,))
            told += [exchange] if exchange.method in WRITES else []
        elif (action, QT.query, None) in graph:
            yield evaluation(graph, test, suite)
        else:
            [requests] = graph.objects(action, HT.requests)
            found = tuple(of_request(graph, test, each) for each in Collection(graph, requests))
            yield Case(str(test), suite, tuple(of_data(graph, test, path)), found)


def tests(graph: Graph) -> list[Node]:
    """Return the tests of a manifest in its order."""
    [entries] = graph.objects(None, MF.entries)
    listed = list(Collection(graph, entries))
    return listed + sorted(set(graph.subjects(MF.name)) - set(listed))


def name_of(iri: Node) -> str:
    """Return the name of the file that an IRI of a manifest is."""
    return str(iri).rpartition("/")[2]


def evaluation(graph: Graph, test: Node, suite: str) -> Case:
    """Return a query evaluation test: the data, the query, and the file of the expected result."""
    action = graph.value(test, MF.action)
    data, query = (FOLDER / suite / name_of(graph.value(action, each)) for each in (QT.data, QT.query))
    result = FOLDER / suite / name_of(graph.value(test, MF.result))
    headers = {"content-type": QUERY, "accept": MEDIA_TYPES[result.suffix]}
    expected = Expected(frozenset({"OK"}), content_type=MEDIA_TYPES[result.suffix], result=result)
    asked = Exchange("POST", "/sparql", headers, query.read_bytes(), expected)
    return Case(str(test), suite, (put("default", data),), (asked,))


def put(graph: str, file: Path) -> Exchange:
    """Return the request that makes a file the content of a graph, as a query string names it."""
    headers = {"content-type": MEDIA_TYPES[file.suffix]}
    return Exchange(
        "PUT", f"/store?{graph}", headers, file.read_bytes(), Expected(frozenset({"StatusCode2xx"}))
    )


def of_data(graph: Graph, test: Node, manifest: Path) -> Iterator[Exchange]:
    """Yield the requests that load the graphs of a protocol test."""
    for each in graph.objects(test, UT.graphData):
        name = urlencode({"graph": str(graph.value(each, RDFS.label))})
        yield put(name, manifest.with_name(name_of(graph.value(each, UT.graph))))


def of_request(graph: Graph, test: Node, request: Node) -> Exchange:
    """Return a request of a protocol test, on the paths of this server."""
    [response] = graph.objects(request, HT.resp)
    headers = headers_of(graph, request)
    body = graph.value(request, HT.body)
    text = None if body is None else str(graph.value(body, CNT.chars))
    encoding = "utf-8" if body is None else str(graph.value(body, CNT.characterEncoding))
    return Exchange(
        str(graph.value(request, HT.methodName)),
        path_of(str(graph.value(request, HT.absolutePath)), name(test), headers),
        {"host": authority(graph, test), **headers},
        None if text is None else text.encode(encoding),
        of_response(graph, response),
    )


def name(test: Node) -> str:
    """Return the name of a test."""
    return str(test).partition("#")[2]


def authority(graph: Graph, test: Node) -> str:
    """Return the host that the requests of a test are sent to."""
    return str(graph.value(graph.value(test, MF.action), HT.connectionAuthority))


def headers_of(graph: Graph, told: Node) -> dict[str, str]:
    """Return the headers of a request or a response."""
    found = graph.value(told, HT.headers)
    fields = [] if found is None else Collection(graph, found)
    return {str(graph.value(each, HT.fieldName)): str(graph.value(each, HT.fieldValue)) for each in fields}


def path_of(path: str, test: str, headers: Mapping[str, str]) -> str:
    """Return what a path of a manifest is on this server; updates have an endpoint of their own."""
    place, mark, query = path.partition("?")
    if not place.startswith("/sparql/"):
        return place.replace("/gsp", GRAPH_STORE, 1) + mark + query
    updates = "update" in test and headers.get("content-type") != QUERY
    return ("/update" if updates else place) + mark + query


def of_response(graph: Graph, response: Node) -> Expected:
    """Return what a response must be."""
    boolean = graph.value(response, MF.expectedBoolean)
    form, location = (graph.value(response, each) for each in (MF.expectedFormat, MF.expectedLocation))
    body = graph.value(response, HT.body)
    return Expected(
        frozenset(str(each).partition("#")[2] for each in graph.objects(response, MF.expectedStatus)),
        headers_of(graph, response).get("content-type"),
        format=None if form is None else str(form),
        boolean=None if boolean is None else bool(boolean),
        turtle=None if body is None else str(graph.value(body, CNT.chars)),
        location=None if location is None else str(location),
    )


def of_prose(comment: str) -> Exchange:
    """Return the request that a comment of the deprecated suite tells, and what must come back."""
    request, response = (message(part) for part in comment.partition(PROSE)[2].split("#### Response"))
    method, path, _ = request.start.split(" ")
    headers = response.headers
    expected = Expected(
        frozenset({response.start[:3]}),
        headers.get("content-type"),
        turtle=response.body or None,
        location=headers.get("location"),
    )
    return Exchange(method, path, request.headers, request.body.encode() or None, expected)


def fault_of(server: Server, case: Case) -> str | None:
    """Return what is wrong with what the server does in a test, None where it passes."""
    emptied(server)
    variables: dict[str, str] = {}
    for each in case.before:
        answer = send(server, each, variables)
        keep(variables, each, answer)
    for number, each in enumerate(case.exchanges, 1):
        answer = send(server, each, variables)
        fault = fault_in(answer, each.expected, is_write=each.method in WRITES)
        if fault:
            return f"request {number}, {each.method} {each.path}: {fault}"
        keep(variables, each, answer)
    return None


def send(server: Server, exchange: Exchange, variables: Mapping[str, str]) -> Answer:
    """Send a request, with the token where it is for a path that takes it."""
    path = exchange.path
    for variable, value in variables.items():
        is_whole = path == variable
        path = urlsplit(value).path if is_whole else path.replace(variable, quote(value, safe=":/"))
    token = {"authorization": BEARER} if path.startswith(WRITABLE) else {}
    return server.send(exchange.method, path, exchange.body, **exchange.headers, **token)


def keep(variables: dict[str, str], exchange: Exchange, answer: Answer) -> None:
    """Keep what an answer says for the requests after it."""
    if exchange.expected.location is not None:
        variables[exchange.expected.location] = answer.headers["Location"]
