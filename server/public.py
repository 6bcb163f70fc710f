"""The address that clients reach this server by, for what must be absolute in RDF.

Where a proxy is trusted, the front has put what it says in the place of the request's own scheme and host.
"""

from __future__ import annotations

from typing import Final

from flask import request

SCHEMES: Final = frozenset({"http", "https"})


def public_url(path: str) -> str:
    """Return the absolute URL of a path, as the client has to call it."""
    scheme = request.scheme if request.scheme in SCHEMES else "http"
    return f"{scheme}://{request.host or own_host()}{path}"


def own_host() -> str:
    """Return host and port of the server itself, for a request without a Host header that can be used."""
    name, port = request.environ["SERVER_NAME"], request.environ["SERVER_PORT"]
    return str(name) if port == "80" else f"{name}:{port}"
