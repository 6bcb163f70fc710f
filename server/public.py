"""What this server says of itself: the address that clients reach it by, and a tag for all that it says.

Where a proxy is trusted, the front has put what it says in the place of the request's own scheme and host.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from flask import Response, request
from wicara.server import compression, etags
from wicara.server.served import dataset

SCHEMES: Final = frozenset({"http", "https"})


def said(body: bytes, content_type: str) -> Response:
    """Return a response that depends on more than the dataset, such as how the server was started.

    Its entity tag so tells its bytes, and the coding that they will have.
    """
    coding = compression.chosen(request.headers.get("Accept-Encoding"))
    tag = etags.etag(dataset(), blake2b(body).hexdigest(), content_type, coding)
    return Response(body, headers={"Content-Type": content_type, "ETag": tag})


def public_url(path: str) -> str:
    """Return the absolute URL of a path, as the client has to call it."""
    scheme = request.scheme if request.scheme in SCHEMES else "http"
    return f"{scheme}://{request.host or own_host()}{path}"


def own_host() -> str:
    """Return host and port of the server itself, for a request without a Host header that can be used."""
    name, port = request.environ["SERVER_NAME"], request.environ["SERVER_PORT"]
    return str(name) if port == "80" else f"{name}:{port}"
