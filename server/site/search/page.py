"""Search: a page with facets and with questions that may answer; the same results as CSV, JSON and RDF."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from babel.dates import get_month_names
from flask import Blueprint, Response, render_template, request
from wicara.graph import formats
from wicara.graph.formats import Format, serialize_triples
from wicara.queries import sought
from wicara.server.app_state import dataset
from wicara.server.descriptions.openapi import several
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import with_choices
from wicara.server.linked.resources import number_of_page, with_query
from wicara.server.site.filter import BY_FILTER, narrowed, requested_values
from wicara.server.site.language import LANGUAGES, WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.question import PATH as QUESTIONS
from wicara.server.site.pages.question import all_questions
from wicara.server.site.search.folding import fold, tokens
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, fitting, search
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
from wicara.server.site.times import format_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wicara.queries import Question
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
MAX_QUESTIONS: Final = 3

DAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\s+(?P<month>[^\W\d]+)\s+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d]+)\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),
)
"""How a day is written: by ISO 8601, and with the month in words."""
MONTHS: Final = {
    fold(name): number
    for lang in LANGUAGES
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=lang).items()
}


def answer(form: Format, media_type: str) -> Response:
    """Find things by words and by facets; a download without `page` has all of them, up to 10,000."""
    kinds = requested_values("kind")
    more = {"kind": kinds} if kinds else {}
    query = narrowed(PATH).asked.search(request.args.get("q", "")[:MAX_TEXT], **more)
    number = number_of_page()
    size = DOWNLOAD if form is not negotiation.HTML and "page" not in request.args else PAGE
    first = (number - 1) * size
    found = search(index(), query, first, size)
    day, rest = split_day(query.text)
    if day and found.understood.some and not tokens(rest):
        found = search(index(), replace(query, text=f'"{format_day(day)}"'), first, size)
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


def suggestions(text: str, instead: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pages that may answer a text, each with its address.

    They are questions, where sources differ, and what held on a day.

    About a day, questions that can be asked of one come first. Where no question has the words, those that
    are searched for `instead` of some are looked up.
    """
    day, rest = split_day(text)
    words = frozenset(tokens(rest))
    scores = fitting(index(), words)
    if instead and not scores:
        scores = fitting(index(), {instead.get(word, word) for word in words})
    best = sorted(
        (one for one in (*all_questions(), *sought()) if one.slug in scores),
        key=lambda one: (bool(day and days(one)), scores[one.slug]),
        reverse=True,
    )
    found = [page_for(one) if one in sought() else suggested(one, day) for one in best[:MAX_QUESTIONS]]
    if day and not dataset().plain:
        held = str(_("As of %(day)s", day=format_day(day)))
        found.append((held, with_choices(f"/as-of?date={day.isoformat()}")))
    return found


def page_for(one: Question) -> tuple[str, str]:
    """Return the name and the address of the page that answers what readers ask for."""
    path = one.header["page"][0]
    return str(WORDS["parts"][path]), with_choices(path)


def split_day(text: str) -> tuple[date | None, str]:
    """Return the first day that stands in a text, and the text without it."""
    for pattern in DAYS:
        for match in pattern.finditer(text):
            month = match["month"]
            number = int(month) if month.isdigit() else MONTHS.get(fold(month), 0)
            try:
                day = date(int(match["year"]), number, int(match["day"]))
            except ValueError:
                continue
            return day, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def days(question: Question) -> list[str]:
    """Return the parameters of a question that are days."""
    return [each.name for each in question.parameters if each.datatype == "xsd:date"]


def suggested(question: Question, day: date | None) -> tuple[str, str]:
    """Return what a question asks, of a day where it asks of one, and its address."""
    names = days(question)[:1] if day else []
    words = {name: format_day(day) for name in names if day}
    values = {name: day.isoformat() for name in names if day}
    path = f"{QUESTIONS}/{question.slug}"
    return question.wording(language(), words), with_choices(
        f"{path}?{urlencode(values)}" if values else path
    )
