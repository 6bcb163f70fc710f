"""A server that takes writes, and what tests send to it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from server_process import Answer, Server

TOKEN = "s3cr3t-t0k3n"  # noqa: S105 - of a server that the test itself starts
WRITABLE = ("--writable", "--token", TOKEN)
BEARER = f"Bearer {TOKEN}"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
TURTLE = "text/turtle"


def write(
    server: Server, method: str, path: str, body: bytes | str | None = None, /, **headers: str | None
) -> Answer:
    """Send a request with the token."""
    return server.send(method, path, body, **{"authorization": BEARER, **headers})


def update(server: Server, text: str | bytes, /, **fields: str | list[str]) -> Answer:
    """Send an update, with more fields of the protocol in the URL."""
    path = "/update" + (f"?{urlencode(fields, doseq=True)}" if fields else "")
    return write(server, "POST", path, text, content_type=UPDATE)


def count(server: Server, pattern: str = "?s ?p ?o") -> int:
    """Return how often a pattern matches."""
    return int(server.ask(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}").rows[0]["n"])


def emptied(server: Server) -> Server:
    """Return a server whose dataset holds nothing."""
    if server.ask("ASK { { ?s ?p ?o } UNION { GRAPH ?g { } } }").json["boolean"]:
        assert update(server, "DROP ALL").status == 204
    return server
