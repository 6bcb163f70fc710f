"""Where an IRI of the dataset answers on this server, and which IRI a path of this server stands for."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from flask import g, request
from wicara.ontology import BASE

LOCAL: Final = ("/id/", "/ont", "/concept/", "/graph/")
"""The beginnings of what lies under BASE that this server answers for."""
SAFE: Final = "/%:@!$&'()*+,;=~"
KEPT: Final = ("infer", "lang")
"""The choices of a reader that links carry on."""
WEB: Final = frozenset({"http", "https"})


@lru_cache(maxsize=16384)
def path_of(iri: str) -> str | None:
    """Return the path (and fragment) where an IRI of ours is described here; None for any other IRI.

    `{BASE}/id/person/x` is described at `/doc/person/x`, `{BASE}/ont#Person` at `/ont#Person`.
    """
    rest = iri.removeprefix(BASE)
    if rest == iri or not rest.startswith(LOCAL):
        return None
    path, _, fragment = rest.partition("#")
    if path.startswith("/id/"):
        path = "/doc/" + path.removeprefix("/id/")
    return quote(path, safe=SAFE) + (f"#{quote(fragment)}" if fragment else "")


def iri_of(path: str) -> str:
    """Return the IRI that a decoded path of this server stands for, `/doc/…` for `/id/…`."""
    if path.startswith("/doc/"):
        path = "/id/" + path.removeprefix("/doc/")
    return BASE + path


def with_choices(path: str) -> str:
    """Return a local path that carries on the choices that this request was made with."""
    if "choices" not in g:
        g.choices = urlencode({name: request.args[name] for name in KEPT if name in request.args})
    if not g.choices:
        return path
    place, mark, fragment = path.partition("#")
    return f"{place}{'&' if '?' in place else '?'}{g.choices}{mark}{fragment}"


def canonical() -> str:
    """Return the path of this page without what only changes how it is shown."""
    choices = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return quote(request.path, safe=SAFE) + (f"?{urlencode(choices)}" if choices else "")


def in_language(lang: str) -> str:
    """Return the address of this page in another language."""
    choices = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return f"{quote(request.path, safe=SAFE)}?{urlencode([*choices, ('lang', lang)])}"


def href_of(iri: str) -> str | None:
    """Return where a link to an IRI leads: here, to the web, or nowhere (`urn:`, `javascript:`)."""
    path = path_of(iri)
    if path is not None:
        return with_choices(path)
    try:
        return iri if urlsplit(iri).scheme.lower() in WEB else None
    except ValueError:
        return None
