"""Which representation a client gets: what is offered where, and Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from wicara.graph.formats import FORMATS, JSONLD, NTRIPLES, RDFXML, TURTLE, Format
from wicara.graph.formats import GRAPHS as GRAPH_FORMATS
from wicara.graph.formats import RESULTS as RESULT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


HTML: Final = Format("html", "HTML", "text/html", "html", charset=True)
PLAIN_JSON: Final = Format("json", "JSON", "application/json", "json")
"""Documents other than RDF and results."""
PROBLEM: Final = Format(
    "problem", "problem details", "application/problem+json", "json", ("application/json",)
)


def preferred(*first: Format) -> tuple[Format, ...]:
    """Return these formats, and then the others that one graph is offered in."""
    return tuple(dict.fromkeys((*first, *GRAPH_FORMATS)))


RESULTS: Final = (*RESULT_FORMATS.values(), HTML)
"""SELECT and ASK; without an Accept header, JSON. ASK in CSV and TSV: `true`, `false`."""
RDF: Final = preferred(TURTLE, NTRIPLES, RDFXML)
"""One graph as data, also where it is sent in; without an Accept header, Turtle."""
GRAPHS: Final = (*RDF, HTML)
"""CONSTRUCT and DESCRIBE."""
PAGES: Final = preferred(HTML, TURTLE, JSONLD, NTRIPLES)
"""Linked data: without an Accept header, HTML."""
DATASETS: Final = tuple(form for form in FORMATS.values() if not form.graphs)
"""Named graphs as data."""
DOCUMENTS: Final = (*PAGES, *DATASETS)
"""What a description is offered in: as one graph, or each statement in its named graph."""
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


def choose(header: str | None, offers: Sequence[Format]) -> tuple[Format, str] | None:
    """Return the representation that an Accept header likes best, and the media type to send it as, or None.

    The higher weight wins, then the more exact name, then a form's own name over an alias, then the order.
    """
    ranges = accepted(header)
    names = [(offer, offer.media_type, 1) for offer in offers]
    names += [(offer, alias, 0) for offer in offers for alias in offer.aliases if alias in ranges]
    best = max(names, key=lambda name: (*weight(ranges, name[1]), name[2]))
    return (best[0], best[1]) if weight(ranges, best[1])[0] > 0 else None


def by_extension(offers: Sequence[Format], extension: str) -> Format | None:
    """Return the representation that a suffix such as `ttl` stands for."""
    return next((offer for offer in offers if offer.extension == extension.lower()), None)


def hinted(hints: Iterable[str], offers: Sequence[Format]) -> tuple[Format, str] | None:
    """Return the representation that the first useful hint names, and its media type, or None.

    A hint is a value of `format=` and the like, which no standard defines: a name (`csv`), an extension
    (`ttl`), a media type or a part of one (`rdf+xml`), or media types as Accept has them.
    """
    for hint in hints:
        text = re.sub(r"(?<=\w) (?=\w)", "+", hint.strip().lower())  # a `+` that was not percent-encoded
        if "/" in text:
            chosen = choose(text, offers)
            if chosen and chosen[1] in accepted(text):
                return chosen
        for offer in offers:
            if text and letters(text) in names_of(offer):
                return offer, offer.media_type
    return None


@cache
def names_of(form: Format) -> frozenset[str]:
    """Return the names that clients give a format, as `letters` has them."""
    parts = (media_type.partition("/")[2] for media_type in (form.media_type, *form.aliases))
    return frozenset(map(letters, (form.name, form.extension, *form.extensions, *parts)))


def letters(name: str) -> str:
    """Return a name without what clients spell in several ways: `json-ld` and `jsonld` are one."""
    return re.sub("[^a-z0-9]", "", name.lower())
