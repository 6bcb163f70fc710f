"""Calls to other servers: the documents that LOAD names, and what is told of a call that fails.

The engine sends the requests of SERVICE. Documents are fetched and read here, as uploads are: the engine's
parser takes less of RDF/XML, and knows no limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, urlsplit

from pyoxigraph import DefaultGraph
from wicara.graph.sparql_text import GAP, IRI, NAME, declared_prefixes, graph_iris, tokens
from wicara.server.http.problems import Problem, bad_request
from wicara.server.process.log import log_now
from wicara.server.sparql.guard import is_below
from wicara.server.sparql.rewriting import Edit, edited, in_text, operations
from wicara.server.sparql.uploads import MEDIA_TYPES, Upload, insertion, read_upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pyoxigraph import NamedNode, Store
    from wicara.server.settings import Settings

LOAD: Final = re.compile(
    rf"(?i:LOAD){GAP}(?P<all>(?P<silent>(?i:SILENT){GAP})?(?P<source>{IRI}|{NAME}))"
    rf"(?:{GAP}(?i:INTO){GAP}(?i:GRAPH){GAP}(?P<graph>{IRI}|{NAME}))?{GAP}",
    re.DOTALL,
)
"""An operation that loads a document (SPARQL 1.1 Update, rule 31); keywords may have no space after them."""
IN_URL: Final = "/?%:@!$&'()*+,;=~-._"
"""What stands in the path and query of a URL as it stands in those of an IRI."""
CONNECTIONS: Final = {"http": HTTPConnection, "https": HTTPSConnection}
CALL: Final = "call"
"""What a problem of another server names as its limit."""
NOTHING: Final = "INSERT DATA {}"
SAID: Final = 300
"""How many characters of what another server says are told."""
Result = TypeVar("Result")
UNNAMED: Final = " returned by {service_name}"
"""What pyoxigraph 0.5 says in the place of an address."""
UNBOUND: Final = "encoding the service name is unbound"
"""How pyoxigraph says that SERVICE has a variable without an address."""


def calls_service(text: str) -> bool:
    """Tell whether SERVICE stands among the tokens of a query or update."""
    if "service" not in text.lower():
        return False
    words = (token.text.upper() for token in tokens(text) if token.kind in {"word", "name"})
    return any(word.startswith("SERVICE") for word in words)


def failed_call(fault: Exception) -> Problem:
    """Return the problem of a SERVICE that failed: 502, and 400 where its address is missing."""
    if UNBOUND in str(fault):
        return bad_request(
            "SERVICE has a variable that no solution binds to an address: name the server by its IRI.",
        )
    return unusable(
        f"A server that SERVICE calls gave no answer that can be used: {fault_text(fault)}. Ask it by itself "
        "to see what it says; SERVICE SILENT goes on without it."
    )


def unusable(detail: str) -> Problem:
    """Return the problem of another server that was called, and gave nothing that can be used."""
    return Problem(HTTPStatus.BAD_GATEWAY, detail, limit=CALL)


def fault_text(fault: Exception) -> str:
    """Return what a fault says, on one line."""
    said = (str(fault) or type(fault).__name__).replace(UNNAMED, "")
    return " ".join(said.split())[:SAID].rstrip(".")


@dataclass(frozen=True)
class Loading:
    """A LOAD operation: where it stands, the document and the graph, and whether it may fail."""

    start: int
    end: int
    source: NamedNode
    graph: NamedNode | None
    silent: bool


@dataclass(frozen=True)
class Documents:
    """The documents that an update loads; `prefixes` and `base` are those that it is evaluated with."""

    settings: Settings
    prefixes: Mapping[str, str]
    base: str

    def load(self, loading: Loading, store: Store) -> None:
        """Add a document to its graph in one transaction, which makes the graph; raises Problem."""

        def put(document: Upload) -> None:
            if document.is_triples:
                document.load(store, loading.graph or DefaultGraph(), loading.source.value)
            else:
                store.update(insertion(loading.graph, [document], loading.source.value))
            if loading.graph:
                store.add_graph(loading.graph)

        self.with_document(loading, put)

    def edits(self, loadings: Iterable[Loading]) -> list[Edit]:
        """Return the edits by which each LOAD becomes the statements of its document; raises Problem."""
        return [Edit(loading.start, loading.end, self.insertion(loading)) for loading in loadings]

    def left_out(self, text: str) -> str:
        """Return an update that loads nothing."""
        return edited(text, (Edit(loading.start, loading.end, NOTHING) for loading in self.in_update(text)))

    def insertion(self, loading: Loading) -> str:
        """Return operations that do what a LOAD does."""
        first = f"CREATE SILENT GRAPH {loading.graph}" if loading.graph else ""
        made = self.with_document(
            loading, lambda document: insertion(loading.graph, [document], loading.source.value, first)
        )
        return made or NOTHING

    def with_document(self, loading: Loading, use: Callable[[Upload], Result]) -> Result | None:
        """Return what is made of a document; None where that fails and may. Raises Problem 502."""
        try:
            return use(self.fetch(loading.source.value))
        except Problem as fault:
            if not loading.silent:
                raise Problem(
                    HTTPStatus.BAD_GATEWAY, fault.detail, None, **{**fault.members, "limit": CALL}
                ) from fault
            log_now("document not loaded", document=loading.source.value, fault=fault.detail)
            return None

    def in_update(self, text: str) -> list[Loading]:
        """Return the LOADs of documents that may be loaded; the engine tells of those that are faulty.

        Raises Unclear for a text that could be read in two ways.
        """
        if not self.settings.allow_service or not LOAD.search(text):
            return []
        updates = operations(text)
        prologue = in_text(text, updates[0].prologue) if updates else ""
        declared = {*self.prefixes, *declared_prefixes(prologue)}
        found = [
            (match, load_names(match, declared))
            for operation in updates
            if (match := LOAD.fullmatch(text, operation.start, operation.end))
        ]
        names = list(dict.fromkeys(part for _, parts in found for part in parts))
        try:
            iris = dict(zip(names, graph_iris(prologue, names, self.base, self.prefixes), strict=True))
        except SyntaxError:
            return []
        loadings = [
            Loading(match.start(), match.end(), iris[source], iris.get("".join(graph)), bool(match["silent"]))
            for match, (source, *graph) in found
        ]
        return [loading for loading in loadings if self.is_allowed(loading.source.value)]

    def is_allowed(self, iri: str) -> bool:
        """Tell whether a document may be asked for."""
        return any(is_below(iri, start) for start in self.settings.allow_service)

    def fetch(self, iri: str) -> Upload:
        """Return a document, read to its end; raises Problem. Redirects are not followed."""
        limits = self.settings.limits
        url = urlsplit(iri)
        path = quote(url.path or "/", IN_URL) + (f"?{quote(url.query, IN_URL)}" if url.query else "")
        connection = CONNECTIONS[url.scheme](url.hostname or "", url.port, timeout=limits.timeout or None)
        try:
            connection.request("GET", path, headers={"Accept": MEDIA_TYPES})
            response = connection.getresponse()
            body = response.read(limits.max_upload + 1 if limits.max_upload else None)
        except (OSError, HTTPException, UnicodeError) as fault:
            raise unusable(f"<{iri}> cannot be loaded: {fault_text(fault)}.") from fault
        finally:
            connection.close()
        if response.status != HTTPStatus.OK:
            raise unusable(f"<{iri}> cannot be loaded: its server answers {response.status}.")
        if 0 < limits.max_upload < len(body):
            raise unusable(f"<{iri}> is longer than {limits.max_upload} bytes (--max-upload).")
        charset, file = response.headers.get_content_charset(""), url.path.rpartition("/")[2]
        media_type = response.headers.get_content_type()
        return read_upload(body, media_type, charset, limits, name=f"<{iri}>", file=file)


def load_names(match: re.Match[str], declared: set[str]) -> list[str]:
    """Return the document and the graph of a LOAD as they are written: `SILENT:x` may be a name."""
    is_name = match["silent"] and match["all"].partition(":")[0] in declared
    source = match["all"] if is_name else match["source"]
    return [source, match["graph"]] if match["graph"] else [source]
