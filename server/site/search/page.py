"""Search: a page with facets, and the same results as CSV, JSON and RDF."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request
from wicara.graph.export import FORMATS, write_triples
from wicara.server import forms, negotiation
from wicara.server.addresses import with_choices
from wicara.server.descriptions.openapi import several
from wicara.server.negotiation import Representation
from wicara.server.resources import number_of_page, with_query
from wicara.server.site.language import language
from wicara.server.site.search.downloads import as_csv, as_triples
from wicara.server.site.search.facets import FACETS
from wicara.server.site.search.fitting import fitting
from wicara.server.site.search.kept import index
from wicara.server.site.search.query import Search, search
from wicara.server.site.search.view import PATH, ROLES, address, as_json, groups, rows, words_for

if TYPE_CHECKING:
    from wicara.server.site.search.query import Found

blueprint = Blueprint("search", __name__)

JSON: Final = Representation("json", "JSON", "application/json", "json")
OFFERS: Final = (
    negotiation.HTML,
    negotiation.CSV,
    JSON,
    *(offer for offer in negotiation.PAGES if offer is not negotiation.HTML),
)
PAGE: Final = 25
"""Results on a page."""
LONGEST: Final = 400
"""Characters of a text that are searched: links on the page carry it."""
LONGEST_VALUE, MOST_VALUES = 120, 20
"""Characters of a chosen value, and chosen values of a facet."""
LONGEST_LINKS: Final = 16_000
"""Characters of the header Link: some clients take no longer ones. The page has the same links."""
DOWNLOAD: Final = 10_000
"""Results in a download that asks for no page of its own."""


@dataclass(frozen=True)
class Part:
    """Which of the results are wanted."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """Return how many results come before."""
        return (self.number - 1) * self.size


def asked() -> Search:
    """Return what this request asks for."""
    given = {
        key: dict.fromkeys(value[:LONGEST_VALUE] for value in request.args.getlist(key) if value)
        for key in FACETS
    }
    chosen = {key: tuple(values)[:MOST_VALUES] for key, values in given.items() if values}
    return Search(request.args.get("q", "")[:LONGEST], chosen, language())


def part(form: Representation) -> Part:
    """Return which results are wanted: a page of them, or in a download all where none is named."""
    number = number_of_page()
    whole = form is not negotiation.HTML and "page" not in request.args
    return Part(number, DOWNLOAD if whole else PAGE)


def answer(form: Representation, media_type: str) -> Response:
    """Find things by words and by facets; a download without `page` has all of them, up to 10,000."""
    search_for, wanted = asked(), part(form)
    found = search(index(), search_for, wanted.offset, wanted.size)
    response = Response(
        body(form, search_for, found, wanted), headers={"Content-Type": form.content_type(media_type)}
    )
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{PATH}.{form.extension}")
    links = ", ".join(
        forms.links(form, OFFERS, lambda offer: address(search_for, f"{PATH}.{offer.extension}"))
    )
    if len(links) <= LONGEST_LINKS:
        response.headers["Link"] = links
    if wanted.size == DOWNLOAD and found.total > DOWNLOAD:
        response.headers["Wicara-Truncated"] = f"rows={DOWNLOAD}"
    return response


BY_FACET: Final = [
    several(key, f"Only results with one of these values of the facet {key}.") for key in FACETS
]
forms.publish(blueprint, PATH, OFFERS, answer, ("q", *BY_FACET, "page", "infer", "lang"))


def body(form: Representation, search_for: Search, found: Found, wanted: Part) -> bytes:
    """Return results in a form."""
    if form in negotiation.PAGES and form is not negotiation.HTML:
        return rdf(form, search_for, found)
    words = words_for(index(), found, search_for)
    listed = rows(found, words)
    if form is negotiation.CSV:
        return as_csv(listed)
    facets = groups(found, search_for, words)
    fits = fitting(search_for.text) if wanted.number == 1 and not search_for.chosen else []
    if form is JSON:
        told = as_json(search_for, found, listed, facets, fits)
        return json.dumps(told, ensure_ascii=False, indent=1).encode()
    return render_template(
        "search.html",
        asked=search_for,
        found=found,
        rows=listed,
        groups=facets,
        fits=fits,
        roles=ROLES,
        first=wanted.offset + 1,
        last=wanted.offset + len(listed),
        previous=address(search_for, page=wanted.number - 1) if wanted.number > 1 else None,
        following=address(search_for, page=wanted.number + 1)
        if wanted.offset + len(listed) < found.total
        else None,
        everything=with_choices(PATH),
        without_choices=address(Search(search_for.text, {}, search_for.lang)),
        cut=found.understood.cut or len(request.args.get("q", "")) > LONGEST,
        download=DOWNLOAD,
        alternates=forms.as_data(OFFERS, lambda offer: address(search_for, f"{PATH}.{offer.extension}")),
    ).encode()


def rdf(form: Representation, search_for: Search, found: Found) -> bytes:
    """Return results as RDF; raises DoesNotFit where the format cannot hold a text."""
    return write_triples(as_triples(address(search_for), found), FORMATS[form.name])
