"""Query operations straight to the endpoint: dispatch by the web framework costs several times the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wicara.graph.errors import DoesNotFit
from wicara.server.app import CORS, SECURITY
from wicara.server.endpoint import Asked, answer
from wicara.server.problem import Problem
from wicara.server.pushed import Pushed

if TYPE_CHECKING:
    from wicara.server.front.frames import Headers, Request
    from wicara.server.front.wsgi import Answer
    from wicara.server.served import Served

PATHS: Final = frozenset({b"/sparql", b"/sparql/"})
METHODS: Final = frozenset({"GET", "POST", "QUERY"})


def as_bytes(headers: dict[str, str]) -> Headers:
    """Return headers as they are sent."""
    return [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]


ALWAYS: Final = as_bytes(SECURITY | CORS)


def respond(served: Served, request: Request, told: Answer) -> bool:
    """Answer a query operation, and tell whether it was one: a page, or a faulty one, is for the app."""
    if request.path not in PATHS or request.method not in METHODS:
        return False
    headers = dict(request.headers)
    asked = Asked(
        request.method,
        request.query,
        headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1"),
        request.body,
        text(headers.get(b"accept")),
        text(headers.get(b"accept-encoding")),
        text(headers.get(b"if-none-match")),
    )
    try:
        found = answer(asked, served.dataset, served.settings)
    except (Problem, DoesNotFit):
        return False
    if found is None:
        return False
    told.status = b"%d" % found.status
    told.headers = as_bytes(found.headers) + ALWAYS
    if isinstance(found.body, Pushed):
        found.body.write_to(told)
    else:
        told.write(found.body)
    return True


def text(value: bytes | None) -> str | None:
    """Return a header's value as text."""
    return None if value is None else value.decode("latin-1")
