"""Search: a page with facets and with questions that may answer; the same results as CSV, JSON and RDF."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from babel.dates import get_month_names
from flask import Blueprint, Response, render_template, request
from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph import formats
from wicara.graph.formats import Format, serialize_triples
from wicara.graph.sparql import solutions
from wicara.ontology import RDF_TYPE, expand
from wicara.queries import sought
from wicara.server.app_state import dataset, store
from wicara.server.descriptions.openapi import several
from wicara.server.http import documents, negotiation
from wicara.server.http.addresses import with_choices
from wicara.server.linked.resources import number_of_page, with_query
from wicara.server.site.filter import BY_FILTER, narrowed, requested_values
from wicara.server.site.kinds import OF_CLASS
from wicara.server.site.language import LANGUAGES, WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.question import all_questions
from wicara.server.site.parameters import default_term, given_values, is_thing, to_sparql
from wicara.server.site.search.folding import fold, tokens
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import Search, fitting, named, search
from wicara.server.site.search.results import (
    PATH,
    QUESTIONS,
    as_csv,
    as_json,
    as_triples,
    groups,
    labelled,
    result_rows,
    result_words,
    search_url,
)
from wicara.server.site.times import format_day, format_period
from wicara.server.site.words import prefixed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
MAX_ASKED: Final = 5
"""Questions that are looked at for those: what is asked about things is asked first, for an answer."""
TIMELINE: Final = "/timeline"
UNNAMED: Final = frozenset({"wic:SourceArticle"})
"""The classes of things whose names are sentences: that some words stand in one does not name it."""

DAYS: Final = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\s+(?P<month>[^\W\d]+)\s+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d]+)\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[^\W\d]+)\s+(?P<year>\d{4})"),
    re.compile(r"(?<![\d-])(?P<year>(?:19|20)\d{2})-(?P<month>\d{1,2})(?![\d-])"),
    re.compile(r"(?<![\w-])(?P<year>(?:19|20)\d{2})(?![\w-])"),
)
"""How a day is written: by ISO 8601, and with the month in words; or the month or the year alone."""
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


def suggestions(text: str, instead: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pages that may answer a text, each with its address.

    They are questions, of the time and the things that the text names, where sources differ, and what was at
    that time. About a day or a month, questions that can be asked of one come first; of others as good, those
    that ask about no more than the text does. Where no question has the words, those that are searched for
    `instead` of some are looked up.
    """
    if dataset().plain:
        return []
    time, rest = split_time(text)
    words = frozenset(tokens(rest))
    meant = {instead.get(word, word) for word in tokens(text)}
    things = named_in(meant)
    asked = {one.slug: asked_of(one, things, meant) for one in all_questions()}
    askable = {
        word: {slug for slug, one in asked.items() if word in one.words}
        for word in {word for one in asked.values() for word in one.words}
    }
    scores = fitting(index(), words, askable)
    if instead and not scores:
        scores = fitting(index(), {instead.get(word, word) for word in words}, askable)
    first, last = time or (None, None)
    in_month = bool(first and last and first.month == last.month)

    def rank(one: Question) -> tuple[object, ...]:
        score, length = scores[one.slug]
        of_day = bool(first and days(one))
        return in_month and of_day, score, of_day, -asked[one.slug].kept if one.slug in asked else 0, length

    best = sorted(
        (one for one in (*all_questions(), *sought()) if one.slug in scores), key=rank, reverse=True
    )
    told = (
        suggested(one, first, asked[one.slug].things) if one.slug in asked else page_for(one)
        for one in best[:MAX_ASKED]
    )
    found = [*islice(filter(None, told), MAX_QUESTIONS)]
    if first and in_month:
        found.append((str(_("As of %(day)s", day=format_day(first))), with_choices(f"/as-of?date={first}")))
    if first and last and first != last:
        name = f"{WORDS['parts'][TIMELINE]}: {format_period(first, last)}"
        found.append((name, with_choices(f"{TIMELINE}?from={first}&to={last}")))
    return found


def page_for(one: Question) -> tuple[str, str]:
    """Return the name and the address of the page that answers what readers ask for."""
    path = one.header["page"][0]
    return str(WORDS["parts"][path]), with_choices(path)


class Asked(NamedTuple):
    """What a text asks a question of, by parameter (IRIs), the words for it, and how many things it keeps."""

    things: Mapping[str, str]
    words: frozenset[str]
    kept: int


def named_in(words: Collection[str]) -> dict[str, tuple[str, frozenset[str]]]:
    """Return what words name that questions can be asked of, by its class, each with the words for it."""
    found = {}
    for datatype in {each.datatype for one in all_questions() for each in one.parameters} - UNNAMED:
        kind = OF_CLASS.get(expand(datatype))
        thing = named(index(), words, kind.key, partial(is_of_class, expand(datatype))) if kind else None
        if thing:
            found[datatype] = thing
    return found


def is_of_class(kind: str, iri: str) -> bool:
    """Tell whether a thing is of a class."""
    return Quad(NamedNode(iri), NamedNode(RDF_TYPE), NamedNode(kind), DefaultGraph()) in dataset().store


def asked_of(one: Question, named: Mapping[str, tuple[str, frozenset[str]]], words: Collection[str]) -> Asked:
    """Return which things a question is asked of where words name these; a word names one of them."""
    things: dict[str, str] = {}
    used: frozenset[str] = frozenset()
    kept = 0
    for each in filter(is_thing, one.parameters):
        parts = (text for lang in LANGUAGES for name, text in one.parts(lang) if name == each.name)
        own = set(chain.from_iterable(map(tokens, parts)))
        iri, naming = named.get(each.datatype, ("", frozenset()))
        if iri and iri != default_term(each).value and not (naming <= own or naming <= used):
            things[each.name] = iri
            used |= naming
        else:
            kept += own.isdisjoint(words)
    return Asked(things, used, kept if things else 0)


def split_time(text: str) -> tuple[tuple[date, date] | None, str]:
    """Return the first and the last day of the first time that a text names, and the text without it."""
    for pattern in DAYS:
        for match in pattern.finditer(text):
            told = match.groupdict()
            year, month, day = int(told["year"]), told.get("month"), told.get("day")
            number = (int(month) if month.isdigit() else MONTHS.get(fold(month), 0)) if month else 1
            try:
                first = date(year, number, int(day or 1))
            except ValueError:
                continue
            last = date(year, 12 if not month else number, 1)
            last = first if day else last.replace(day=monthrange(year, last.month)[1])
            return (first, last), f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


def days(question: Question) -> list[str]:
    """Return the parameters of a question that are days."""
    return [each.name for each in question.parameters if each.datatype == "xsd:date"]


def suggested(question: Question, day: date | None, things: Mapping[str, str]) -> tuple[str, str] | None:
    """Return what a question asks, of a day and of things (IRIs) where it asks of such, and its address.

    None where it has no answer for these.
    """
    path = f"{QUESTIONS}/{question.slug}"
    shown = labelled(index(), things.values())
    words = {name: shown.show_iri(iri).text for name, iri in things.items()}
    values = {name: prefixed(iri) for name, iri in things.items()}
    for name in days(question)[:1]:
        if day:
            words[name], values[name] = format_day(day), day.isoformat()
    if not values:
        return question.wording(language()), with_choices(path)
    given = given_values(question, {name: [value] for name, value in values.items()})
    terms = {one.parameter.name: to_sparql(one.term, question.prefixes) for one in given if one.term}
    if next(iter(solutions(store(), question.with_values(terms))), None) is None:
        return None
    return question.wording(language(), words), with_choices(f"{path}?{urlencode(values, safe=':/')}")
