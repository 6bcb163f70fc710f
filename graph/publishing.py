"""Publishing a built dataset to a SPARQL 1.1 store: the changed quads alone, in any number of tries.

The store keeps, in a graph of its own, the SHA-256 of each graph as it was published, and of the whole a
version, which is taken away first and written last. A graph whose hash differs is read and compared, and the
differences are sent in portions; until they are all there its hash says `unfinished`. So a try that breaks
off at any place loses nothing, and the next one sends what is left. Blank nodes have IRIs in the store
(RDF 1.1 Concepts, section 3.5): statements of blank nodes could not be taken away.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote, urlencode, urlsplit

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from wicara.graph.errors import Unavailable
from wicara.ontology import BASE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyoxigraph import QuerySolutions
    from wicara.graph.store import BuiltDataset

    Graphs = Mapping[str, frozenset[Triple]]

STATE: Final = "urn:wicara:published"
"""The graph in which a store keeps what was published."""
HASH: Final = "urn:wicara:sha256"
VERSION: Final = "urn:wicara:version"
DEFAULT: Final = "urn:wicara:default-graph"
"""What stands for the default graph where a graph has a name."""
UNFINISHED: Final = "unfinished"
GENID: Final = f"{BASE}/.well-known/genid/"
PORTION: Final = 1000
"""Statements of one request."""
PATIENCE: Final = 300
"""Seconds that a store may take for one answer."""
OK: Final = range(200, 300)


@dataclass
class Report:
    """What was sent: statements that went and came, and the graphs that they are of."""

    deleted: int = 0
    inserted: int = 0
    graphs: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RemoteStore:
    """A store that speaks the SPARQL 1.1 Protocol: where it takes queries and updates."""

    queries: str
    updates: str
    authorization: str = ""

    def query(self, text: str, accept: str) -> bytes:
        """Return the answer to a query; raises Unavailable."""
        return self.send(
            self.queries, urlencode({"query": text}), "application/x-www-form-urlencoded", accept
        )

    def update(self, text: str) -> None:
        """Send an update; raises Unavailable."""
        self.send(self.updates, text, "application/sparql-update", "*/*")

    def send(self, url: str, body: str, content_type: str, accept: str) -> bytes:
        """Return the body of an answer; raises Unavailable where the store refuses, or is not there."""
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        headers = {"Content-Type": content_type, "Accept": accept}
        if self.authorization:
            headers["Authorization"] = self.authorization
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body.encode(), headers)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, HTTPException) as fault:
            why = str(fault) or type(fault).__name__
            raise Unavailable(
                f"the store at {without_password(url)} does not answer: {why}; {AGAIN}"
            ) from fault
        finally:
            connection.close()
        if response.status not in OK:
            reason = answer.decode(errors="replace").strip()[:300]
            raise Unavailable(
                f"the store at {without_password(url)} answered {response.status}: {reason}; {AGAIN}"
            )
        return answer

    def published(self) -> tuple[dict[str, str], str]:
        """Return the hashes of the published graphs, and the version, empty where it is not whole."""
        query = f"SELECT ?s ?p ?o {{ GRAPH <{STATE}> {{ ?s ?p ?o }} }}"
        answer = self.query(query, "application/sparql-results+json")
        hashes: dict[str, str] = {}
        version = ""
        found = parse_query_results(answer, format=QueryResultsFormat.JSON)
        for row in cast("QuerySolutions", found):
            graph, predicate, value = (row[name].value for name in ("s", "p", "o"))
            if predicate == HASH:
                hashes[graph] = value
            elif predicate == VERSION:
                version = value
        return hashes, version

    def graph(self, name: str) -> frozenset[Triple]:
        """Return the statements of a graph in the store."""
        pattern = "?s ?p ?o" if name == DEFAULT else f"GRAPH <{name}> {{ ?s ?p ?o }}"
        answer = self.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", "application/n-triples")
        return frozenset(quad.triple for quad in parse(answer, RdfFormat.N_TRIPLES))


AGAIN: Final = "nothing is lost or twice: repeat the command once it can be reached"


def store_at(url: str, queries: str = "", updates: str = "") -> RemoteStore:
    """Return the store at a URL, with `/query` and `/update` below it unless they are elsewhere.

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
    return RemoteStore(queries or f"{base}/query", updates or f"{base}/update", authorization)


def without_password(url: str) -> str:
    """Return a URL without user and password, for messages."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def publish(dataset: BuiltDataset, store: RemoteStore) -> Report:
    """Make a store hold a dataset, by sending what differs; raises Unavailable where it breaks off."""
    wanted = graphs_of(dataset)
    hashes = {name: hash_of(triples) for name, triples in wanted.items()}
    there, version = store.published()
    report = Report()
    if version == dataset.digest and there == hashes:
        return report
    store.update(f"DELETE WHERE {{ GRAPH <{STATE}> {{ ?s <{VERSION}> ?o }} }}")
    for name in sorted(wanted.keys() | there.keys()):
        if hashes.get(name) != there.get(name):
            bring(store, name, wanted.get(name, frozenset()), report)
    store.update(f"INSERT DATA {{ GRAPH <{STATE}> {{ <{STATE}> <{VERSION}> {Literal(dataset.digest)} }} }}")
    return report


def bring(store: RemoteStore, name: str, wanted: frozenset[Triple], report: Report) -> None:
    """Make one graph of a store hold some statements, and its hash say so at the end."""
    mark(store, name, UNFINISHED)
    there = store.graph(name)
    for operation, triples in (("DELETE", there - wanted), ("INSERT", wanted - there)):
        lines = sorted(f"{triple} .\n" for triple in triples)
        for start in range(0, len(lines), PORTION):
            block = "".join(lines[start : start + PORTION])
            data = block if name == DEFAULT else f"GRAPH <{name}> {{\n{block}}}"
            store.update(f"{operation} DATA {{ {data} }}")
    mark(store, name, hash_of(wanted) if wanted else "")
    report.deleted += len(there - wanted)
    report.inserted += len(wanted - there)
    report.graphs.append(name)


def mark(store: RemoteStore, name: str, value: str) -> None:
    """Note the hash of a graph in a store; an empty one takes the note away."""
    old = f"DELETE WHERE {{ GRAPH <{STATE}> {{ <{name}> <{HASH}> ?o }} }}"
    new = f"INSERT DATA {{ GRAPH <{STATE}> {{ <{name}> <{HASH}> {Literal(value)} }} }}" if value else ""
    store.update(f"{old} ;\n{new}" if new else old)


def graphs_of(dataset: BuiltDataset) -> Graphs:
    """Return the statements of each graph of a dataset, blank nodes as IRIs."""
    found: defaultdict[str, set[Triple]] = defaultdict(set)
    for quad in dataset.store:
        name = DEFAULT if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        found[name].add(Triple(skolem(quad.subject), quad.predicate, skolem(quad.object)))
    return {name: frozenset(triples) for name, triples in found.items()}


def skolem(term: Any) -> Any:  # noqa: ANN401 - any RDF term
    """Return a term, a blank node as an IRI that is the same for the same data (RDFC-1.0 names it)."""
    return NamedNode(GENID + term.value) if isinstance(term, BlankNode) else term


def hash_of(triples: Collection[Triple]) -> str:
    """Return the SHA-256 (hex) of statements, whatever their order."""
    return sha256("\n".join(sorted(map(str, triples))).encode()).hexdigest()
