"""Search: a page with facets and with questions that may answer; the same results as CSV, JSON and RDF."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, render_template, request
from wicara.graph import formats
from wicara.graph.formats import Format, serialize_triples
from wicara.server.descriptions.openapi import several
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import with_choices
from wicara.server.linked.resources import number_of_page, with_query
from wicara.server.site.filter import BY_FILTER, narrowed, requested_values
from wicara.server.site.search.folding import tokens
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, search
from wicara.server.site.search.results import (
    PATH,
    as_csv,
    as_json,
    as_triples,
    groups,
    result_rows,
    result_words,
    search_url,
)
from wicara.server.site.search.suggestions import split_time, suggestions
from wicara.server.site.times import format_day

if TYPE_CHECKING:
    from wicara.server.site.search.query import SearchResult

blueprint = Blueprint("search", __name__)

JSON: Final = negotiation.PLAIN_JSON
RDF: Final = negotiation.PAGES[1:]
OFFERS: Final = (negotiation.HTML, formats.CSV, JSON, *RDF)
PAGE: Final = 25
"""Results on a page."""
DOWNLOAD: Final = 10_000
"""Results in a download that asks for no page of its own."""
MAX_TEXT: Final = 400
"""Characters of a text that are searched for: links on the page carry it."""
MAX_LINKS: Final = 16_000
"""Characters of the header Link: some clients take no longer ones. The page has the same links."""


def answer(form: Format, media_type: str) -> Response:
    """Find things by words and by facets; a download without `page` has all of them, up to 10,000."""
    kinds = requested_values("kind")
    more = {"kind": kinds} if kinds else {}
    query = narrowed(PATH).asked.search(request.args.get("q", "")[:MAX_TEXT], **more)
    number = number_of_page()
    size = DOWNLOAD if form is not negotiation.HTML and "page" not in request.args else PAGE
    first = (number - 1) * size
    found = search(index(), query, first, size)
    time, rest = split_time(query.text)
    if time and time[0] == time[1] and found.understood.some and not tokens(rest):
        found = search(index(), replace(query, text=f'"{format_day(time[0])}"'), first, size)
    response = Response(
        body(form, query, found, number), headers={"Content-Type": form.content_type(media_type)}
    )
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Content-Location"] = with_query(f"{PATH}.{form.extension}")
    links = ", ".join(
        documents.links(form, OFFERS, lambda offer: search_url(query, f"{PATH}.{offer.extension}"))
    )
    if len(links) <= MAX_LINKS:
        response.headers["Link"] = links
    if size == DOWNLOAD < found.total:
        response.headers["Wicara-Truncated"] = f"rows={DOWNLOAD}"
    return response


BY_KIND: Final = several("kind", "Only results with a value of the facet kind.")
documents.publish_at(blueprint, PATH, OFFERS, answer, ("q", BY_KIND, *BY_FILTER, "page", "infer", "lang"))


def body(form: Format, query: Search, found: SearchResult, number: int) -> bytes:
    """Return results in a form; raises DoesNotFit where RDF cannot hold a text."""
    if form in RDF:
        return serialize_triples(as_triples(search_url(query), found), form)
    words = result_words(index(), found, query)
    listed = result_rows(found, words)
    if form is formats.CSV:
        return as_csv(listed)
    facets = groups(found, query, words)
    is_first = number == 1 and not query.is_narrowed
    questions = suggestions(query.text, dict(found.understood.instead)) if is_first else []
    if form is JSON:
        content = as_json(query, found, listed, facets, questions)
        return json.dumps(content, ensure_ascii=False, indent=1).encode()
    before = (number - 1) * PAGE
    last = before + len(listed)
    return render_template(
        "search.html",
        narrowed=narrowed(PATH),
        asked=query,
        found=found,
        rows=listed,
        groups=facets,
        questions=questions,
        first=before + 1,
        last=last,
        previous=search_url(query, page=number - 1) if number > 1 else None,
        following=search_url(query, page=number + 1) if last < found.total else None,
        everything=with_choices(PATH),
        without_choices=search_url(Search(query.text, {}, query.lang)),
        cut=found.understood.cut or len(request.args.get("q", "")) > MAX_TEXT,
        download=DOWNLOAD,
        alternates=documents.as_data(OFFERS, lambda offer: search_url(query, f"{PATH}.{offer.extension}")),
    ).encode()
