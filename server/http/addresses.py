"""Where an IRI of the dataset answers on this server, and which IRI a path of this server stands for."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_to_bytes, urlencode, urlsplit

from flask import Response, current_app, g, request
from werkzeug.routing import PathConverter
from wicara.graph.unknown_terms import occurs
from wicara.ontology import BASE
from wicara.server.app_state import dataset
from wicara.server.http import compression, conditional
from wicara.server.sparql.protocol import utf8
from wicara.server.versions import PREFIX as VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wicara.graph.formats import Format

LOCAL: Final = ("/id/", "/ont", "/concept/", "/graph/")
"""The beginnings of what lies under BASE that this server answers for."""
SAFE: Final = "/%:@!$&'()*+,;=~"
KEPT: Final = ("infer", "lang")
"""The choices of a reader that links carry on."""
OWN: Final = frozenset({*KEPT, "page", "show", "texts", "version"})
"""The fields of a query string that tell how a thing is shown; any other may be part of its IRI."""
WEB: Final = frozenset({"http", "https"})
ESCAPES: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
UNRESERVED: Final = frozenset(ascii_letters + digits + "-._~")
DELIMITERS: Final = frozenset("%?#")
"""What a page's path holds escaped where it would end the path, or be an escape itself."""
FIRST_OUTSIDE_ASCII: Final = "\xa0"
"""The first character that an IRI may hold and a URI may not (RFC 3987, section 2.2)."""


class Everything(PathConverter):
    """What follows in a path, empty or with a slash at its beginning too."""

    regex = "(?s:.*)"
    part_isolating = False


def raw_path() -> str:
    """Return the path of this request as the client has written it, with its escapes."""
    sent = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or quote(request.path)
    path = sent.partition("?")[0] if sent.startswith("/") else urlsplit(sent).path
    return utf8(path.encode("latin-1"), "The path")


def unescaped(text: str, also: frozenset[str] = frozenset()) -> str:
    """Return a part of a URI as that of an IRI (RFC 3987, section 3.2).

    Escapes of unreserved characters, of those outside ASCII, and of `also` are decoded; any other is part of
    the IRI: `%2F` is not `/` (RFC 3986, section 2.2).
    """

    def decoded(match: re.Match[str]) -> str:
        rest, parts = match[0], []
        for char in unquote_to_bytes(rest).decode("utf-8", "surrogateescape"):
            size = 3 * len(char.encode("utf-8", "surrogateescape"))
            is_plain = char in UNRESERVED or char in also
            outside = char >= FIRST_OUTSIDE_ASCII and not "\ud800" <= char <= "\udfff"
            parts.append(char if is_plain or outside else rest[:size])
            rest = rest[size:]
        return "".join(parts)

    return ESCAPES.sub(decoded, text)


def without_own(query: str) -> str:
    """Return a query string without the fields that tell how a thing is shown."""
    return "&".join(field for field in query.split("&") if field.partition("=")[0] not in OWN)


def readings(path: str, query: str = "") -> list[str]:
    """Return the IRIs that a path and query string of this server may stand for, the most exact one first.

    `/doc/…` stands for `/id/…`; there, and where a thing has no other path than that of its page, the escapes
    that `path_of` makes are undone.
    """
    also = frozenset() if path.startswith("/id/") else DELIMITERS
    if path.startswith("/doc/"):
        path = "/id/" + path.removeprefix("/doc/")
    wholes = (*(f"{path}?{fields}" for fields in (query, without_own(query)) if fields), path)
    ways = ((whole, unescaped(whole), unescaped(whole, also)) for whole in wholes)
    return list(dict.fromkeys(BASE + reading for of_whole in ways for reading in of_whole))


def is_described(iri: str) -> bool:
    """Tell whether the dataset says anything of an IRI, or has a graph of that name."""
    return occurs(dataset().store, iri, as_predicate=False)


def leads_to(address: str, iri: str) -> bool:
    """Tell whether an address here is read as an IRI, and not as another one that is known."""
    path, _, query = address.partition("?")
    return (
        next((reading for reading in readings(path, query) if reading == iri or is_described(reading)), None)
        == iri
    )


@lru_cache(maxsize=16384)
def addresses_of(iri: str) -> tuple[str, ...]:
    """Return the paths that may lead to the description of an IRI, the plainest first; none outside BASE.

    The first is the only one where no other IRI has it.
    """
    rest = iri.removeprefix(BASE)
    if rest == iri or not rest.startswith(LOCAL):
        return ()
    page = "/doc/" + rest.removeprefix("/id/") if rest.startswith("/id/") else rest
    document, mark, fragment = page.partition("#")
    anchored = quote(document, safe=SAFE) + (f"#{quote(fragment)}" if fragment else "")
    if page.startswith("/ont#"):
        return (anchored,)
    escaped = quote(page.replace("%", "%25"), safe=SAFE)
    if mark:
        return (escaped, anchored)
    _, mark, query = page.partition("?")
    if mark and (not query or without_own(query) != query):
        return (escaped,)
    plain = quote(page, safe=SAFE + "?")
    if readings(*plain.split("?", 1))[0] == iri:
        return (plain,)
    lower = ESCAPES.sub(lambda match: match[0].lower(), plain)
    return tuple(address for address in (plain, escaped, lower) if iri in readings(*address.split("?", 1)))


def path_of(iri: str) -> str | None:
    """Return the path (and query or fragment) where an IRI of ours is described here; None for any other IRI.

    `{BASE}/id/person/x` is described at `/doc/person/x`, `{BASE}/ont#Person` at `/ont#Person`.
    """
    addresses = addresses_of(iri)
    if len(addresses) < 2:  # noqa: PLR2004 - one address, or none
        return next(iter(addresses), None)
    return next((address for address in addresses if leads_to(address, iri)), addresses[-1])


def in_form(path: str, extension: str) -> str:
    """Return the path of a description in the form that an extension stands for."""
    place, mark, query = path.partition("?")
    return f"{place}.{extension}{mark}{query}"


def forms_at(path: str, offers: Iterable[Format]) -> list[Format]:
    """Return the forms in which a description has an address of its own: one that no other IRI has."""
    return [
        offer
        for offer in offers
        if not any(map(is_described, readings(*in_form(path, offer.extension).split("?", 1))))
    ]


def with_fields(path: str, fields: str) -> str:
    """Return a path with more fields of a query string, which are encoded already."""
    if not fields:
        return path
    place, mark, fragment = path.partition("#")
    return f"{place}{'&' if '?' in place else '?'}{fields}{mark}{fragment}"


def choices_made() -> dict[str, str]:
    """Return the choices that this request was made with: inference and language."""
    return {name: request.args[name] for name in KEPT if name in request.args}


def with_choices(path: str) -> str:
    """Return a local path that carries on the choices that this request was made with."""
    if "choices" not in g:
        g.choices = urlencode(choices_made())
    return with_fields(path, g.choices)


def without(*names: str) -> str:
    """Return the address of this page without some fields of its query string.

    Where an IRI has a query string of its own, `g.place` is the address of its page with that.
    """
    place = g.get("place")
    fields = [
        pair
        for pair in request.args.items(multi=True)
        if pair[0] not in names and (place is None or pair[0] in OWN)
    ]
    path = place or quote(raw_path(), safe=SAFE)
    path = f"/{path.lstrip('/')}"  # two slashes would lead to another host
    return with_fields(path, urlencode(fields, safe="/:"))


def canonical() -> str:
    """Return the path of this page without empty fields, and without what only changes how it is shown."""
    return without("lang", *(name for name, values in request.args.lists() if not any(values)))


def in_same_language(path: str) -> str:
    """Return a path with the language that this request asks for, if it asks for one."""
    return with_fields(path, urlencode({"lang": request.args["lang"]} if "lang" in request.args else {}))


def in_language(lang: str) -> str:
    """Return the address of this page in another language."""
    return with_fields(without("lang"), urlencode({"lang": lang}))


def href_of(iri: str) -> str | None:
    """Return where a link to an IRI leads: here, to the web, or nowhere (`urn:`, `javascript:`)."""
    path = path_of(iri)
    if path is not None:
        return with_choices(path)
    try:
        return iri if urlsplit(iri).scheme.lower() in WEB else None
    except ValueError:
        return None


def uncached_response(body: bytes, content_type: str) -> Response:
    """Return a response that depends on more than the dataset, such as how the server was started.

    Its entity tag so tells its bytes, and the coding that they will have.
    """
    coding = compression.coding_for(request.headers.get("Accept-Encoding"))
    tag = conditional.etag(dataset(), blake2b(body).hexdigest(), content_type, coding)
    return Response(body, headers={"Content-Type": content_type, "ETag": tag})


def public_url(path: str) -> str:
    """Return the absolute URL of a path, as the client has to call it: within the version that is served."""
    scheme = request.scheme if request.scheme in WEB else "http"
    released = current_app.config["RELEASED"]
    place = f"{VERSIONS}/{released}" if released else ""
    return f"{scheme}://{request.host or own_host()}{place}{path}"


def own_host() -> str:
    """Return host and port of the server itself, for a request without a Host header that can be used."""
    name, port = request.environ["SERVER_NAME"], request.environ["SERVER_PORT"]
    return str(name) if port == "80" else f"{name}:{port}"
