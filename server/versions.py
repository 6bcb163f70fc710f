"""Released versions of the dataset at /version/N/…: the whole site of each, beside the current one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wicara.graph.releases import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

PREFIX: Final = "/version"
PATH: Final = re.compile(rf"{PREFIX}/(?P<version>[0-9]+(?:\.[0-9]+)*)(?P<rest>/.*)?")
IN_PAGE: Final = re.compile(rb'(?P<before>\b(?:href|action|src|data-[a-z-]+)=")(?=/(?!/|static/|version/))')
"""Where a page has an address within the site, which is to stay within the version."""
IN_LINK: Final = re.compile(r"<(?=/(?!/))")
KEPT_HERE: Final = frozenset({"HTTP_ACCEPT_ENCODING"})
"""What the app of a version does not see: its pages are still to be changed."""


class Released:
    """A WSGI app: an app of a version answers what is below /version/N, the current one all else."""

    def __init__(self, current: WSGIApplication, make: Callable[[str], Flask]) -> None:
        """Answer from `current`; `make` returns the app of a version, once for each."""
        self.current, self.make = current, make
        self.apps: dict[str, Flask] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        match = PATH.fullmatch(environ["PATH_INFO"])
        if match is None or match["version"] not in versions():
            return self.current(environ, start_response)
        version = match["version"]
        prefix = f"{PREFIX}/{version}"
        if not match["rest"]:
            start_response("308 Permanent Redirect", [("Location", f"{prefix}/"), ("Content-Length", "0")])
            return []
        if version not in self.apps:
            self.apps[version] = self.make(version)
        inner = {name: value for name, value in environ.items() if name not in KEPT_HERE}
        inner["PATH_INFO"] = match["rest"]
        for name in ("RAW_URI", "REQUEST_URI"):
            if name in inner:
                inner[name] = str(inner[name]).partition(prefix)[2] or "/"
        return answer_below(self.apps[version], inner, start_response, prefix)


def answer_below(
    app: Flask, environ: WSGIEnvironment, start_response: StartResponse, prefix: str
) -> Iterable[bytes]:
    """Return what an app answers, with the addresses within its site below a prefix."""
    started: list[Any] = []
    body = app(environ, lambda status, headers, *_fault: started.extend((status, headers)))  # type: ignore[arg-type]
    status, headers = started
    is_page = any(name.lower() == "content-type" and value.startswith("text/html") for name, value in headers)
    parts: Iterable[bytes] = body
    if is_page:
        parts = [IN_PAGE.sub(rb"\g<before>" + prefix.encode(), b"".join(body))]
    latest = f'<{environ["PATH_INFO"]}>; rel="latest-version"'
    moved = [
        (name, below_prefix(name.lower(), value, prefix))
        for name, value in headers
        if not (is_page and name.lower() == "content-length")
    ]
    start_response(status, [*moved, ("Link", latest)])
    return parts


def below_prefix(name: str, value: str, prefix: str) -> str:
    """Return the value of a header with the addresses that it has below a prefix."""
    if name == "link":
        return IN_LINK.sub(f"<{prefix}", value)
    return prefix + value if name in {"location", "content-location"} and value.startswith("/") else value
