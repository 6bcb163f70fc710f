"""Which representation a client gets: the one table of media types, and Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Representation:
    """A form that an answer can be given in.

    `media_type` is what it is sent as; `aliases` are other names that clients use for it, and get it under.
    """

    name: str
    label: str
    media_type: str
    extension: str
    aliases: tuple[str, ...] = ()

    def content_type(self, media_type: str) -> str:
        """Return the Content-Type header for this form sent under one of its names."""
        return f"{media_type}; charset=utf-8" if media_type in WITH_CHARSET else media_type


WITH_CHARSET: Final = frozenset({"text/html", "text/turtle", "text/csv", "text/tab-separated-values"})
"""The types whose registration has a charset parameter that clients heed."""

HTML: Final = Representation("html", "HTML", "text/html", "html")
JSON: Final = Representation("json", "JSON", "application/sparql-results+json", "srj", ("application/json",))
XML: Final = Representation(
    "xml", "XML", "application/sparql-results+xml", "srx", ("application/xml", "text/xml")
)
CSV: Final = Representation("csv", "CSV", "text/csv", "csv")
TSV: Final = Representation("tsv", "TSV", "text/tab-separated-values", "tsv")
TURTLE: Final = Representation("turtle", "Turtle", "text/turtle", "ttl", ("application/x-turtle",))
NTRIPLES: Final = Representation("ntriples", "N-Triples", "application/n-triples", "nt", ("text/plain",))
RDFXML: Final = Representation(
    "rdfxml", "RDF/XML", "application/rdf+xml", "rdf", ("application/xml", "text/xml")
)
JSONLD: Final = Representation("jsonld", "JSON-LD", "application/ld+json", "jsonld", ("application/json",))
TRIG: Final = Representation("trig", "TriG", "application/trig", "trig")
NQUADS: Final = Representation("nquads", "N-Quads", "application/n-quads", "nq")
PROBLEM: Final = Representation(
    "problem", "problem details", "application/problem+json", "json", ("application/json",)
)

RESULTS: Final = (JSON, XML, CSV, TSV, HTML)
"""SELECT and ASK; without an Accept header, JSON. ASK in CSV and TSV: `true`, `false`."""
GRAPHS: Final = (TURTLE, NTRIPLES, RDFXML, JSONLD, HTML)
"""CONSTRUCT and DESCRIBE: without an Accept header, Turtle."""
PAGES: Final = (HTML, TURTLE, JSONLD, NTRIPLES, RDFXML)
"""Linked data: without an Accept header, HTML."""
DATASETS: Final = (TRIG, NQUADS)
"""What a page of a named graph is offered in as well."""
ERRORS: Final = (PROBLEM, HTML)
"""Errors: without an Accept header, application/problem+json."""

QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
NAME: Final = re.compile(r"[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+")
QUOTED: Final = r'"(?:[^"\\]|\\.?)*+"?'
"""A quoted string; one without an end reaches to the end of the header, so that each byte is read once."""
ELEMENT: Final = re.compile(rf'(?:[^,"]|{QUOTED})++')
PARAMETER: Final = re.compile(rf'(?:[^;"]|{QUOTED})++')
INDIFFERENT: Final = {"*/*": (1.0, False)}


def quality_of(parameters: Iterable[str]) -> float | None:
    """Return the weight among the parameters of a media range: 1 without one, None for an invalid one."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if QUALITY.fullmatch(value.strip()) else None
    return 1.0


def accepted(header: str | None) -> dict[str, tuple[float, bool]]:
    """Return the weight of each media range of an Accept header, and whether other parameters stood with it.

    Elements that are not valid are passed over; where none is left, everything is as welcome.
    """
    ranges: dict[str, tuple[float, bool]] = {}
    for element in ELEMENT.findall(header or ""):
        media, *parameters = (part.strip() for part in PARAMETER.findall(element) or [""])
        quality = quality_of(parameters)
        if quality is None or not NAME.fullmatch(media):
            continue
        special = any(not part.lower().startswith("q=") for part in parameters)
        if not special or ranges.get(media.lower(), (0.0, True))[1]:
            ranges[media.lower()] = (quality, special)
    return ranges or INDIFFERENT


def weight(ranges: dict[str, tuple[float, bool]], media_type: str) -> tuple[float, int]:
    """Return how welcome a media type is, and how exactly it was named: 2 by name, 1 by kind, 0 by `*/*`."""
    kind = media_type.partition("/")[0]
    for exactness, candidate in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        if candidate in ranges:
            return ranges[candidate][0], exactness
    return 0.0, 0


def choose(header: str | None, offers: Sequence[Representation]) -> tuple[Representation, str] | None:
    """Return the representation that an Accept header likes best, and the media type to send it as, or None.

    The higher weight wins, then the more exact name, then a form's own name over an alias, then the order.
    """
    ranges = accepted(header)
    names = [(offer, offer.media_type, 1) for offer in offers]
    names += [(offer, alias, 0) for offer in offers for alias in offer.aliases if alias in ranges]
    best = max(names, key=lambda name: (*weight(ranges, name[1]), name[2]))
    return (best[0], best[1]) if weight(ranges, best[1])[0] > 0 else None


def by_extension(offers: Sequence[Representation], extension: str) -> Representation | None:
    """Return the representation that a suffix such as `ttl` stands for."""
    return next((offer for offer in offers if offer.extension == extension), None)


def by_name(offers: Sequence[Representation], name: str) -> Representation | None:
    """Return the representation of a name, such as `csv`."""
    return next((offer for offer in offers if offer.name == name), None)


def prefers_page(header: str | None) -> bool:
    """Tell whether a client would rather read an error as HTML."""
    chosen = choose(header, ERRORS)
    return chosen is not None and chosen[0] is HTML
