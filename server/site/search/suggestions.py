"""What a search suggests: questions that its text asks, with the time and things that it names filled in."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from babel.dates import get_month_names
from pyoxigraph import DefaultGraph, NamedNode, Quad
from wicara.graph.sparql import solutions
from wicara.ontology import RDF_TYPE, expand
from wicara.queries import sought
from wicara.server.app_state import dataset, store
from wicara.server.http.addresses import href_of, with_choices
from wicara.server.site.kinds import OF_CLASS
from wicara.server.site.language import LANGUAGES, WORDS, language
from wicara.server.site.language import gettext as _
from wicara.server.site.pages.question import all_questions
from wicara.server.site.parameters import default_term, given_values, is_thing, to_sparql
from wicara.server.site.search.folding import fold, tokens
from wicara.server.site.search.index_file import index
from wicara.server.site.search.query import ASKING, Named, Search, days_of, fitting, named
from wicara.server.site.search.results import QUESTIONS, labelled
from wicara.server.site.tables.register import address_for
from wicara.server.site.times import format_day, format_period
from wicara.server.site.words import prefixed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from wicara.queries import Question

MAX_QUESTIONS: Final = 3
MAX_ASKED: Final = 5
"""Questions that are looked at for those: what is asked about things is asked first, for an answer."""
TIMELINE: Final = "/timeline"
PLACE: Final = "wic:Place"
MEETING: Final = "wic:Meeting"
HELD_AT: Final = NamedNode(expand("wic:heldAt"))
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


def suggestions(text: str, instead: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pages that may answer a text, each with its address.

    They are questions, of the time and the things that the text names, where sources differ, the meeting that
    a place stands for, and what was at that time. About a day or a month, questions that can be asked of one
    come first; about a year, they are asked of its first and of its last day. Where no day or month is named,
    they come after those that they lead to (`see`). Of others as good, those come first that ask about no
    more than the text does. Where no question has the words, those that are searched for `instead` of some
    are looked up.
    """
    if dataset().plain:
        return []
    time, rest = split_time(text)
    words = frozenset(tokens(rest))
    meant = {instead.get(word, word) for word in tokens(text)}
    things = named_in(meant, time)
    slots = {one.slug: slots_of(one, things, meant) for one in all_questions()}
    naming = {slug: one.words for slug, one in slots.items()}
    naming |= {one.slug: it.words for one in sought() if (it := things.get(one.header.get("by", [""])[0]))}
    askable = {
        word: {slug for slug, own in naming.items() if word in own} for word in chain(*naming.values())
    }
    scores = fitting(index(), words, askable)
    if instead and not scores:
        scores = fitting(index(), {instead.get(word, word) for word in words}, askable)
    first, last = time or (None, None)
    in_month = bool(first and last and first.month == last.month)
    ends = [first] if in_month else [first, last]

    def rank(one: Question) -> tuple[object, ...]:
        score, length = scores[one.slug]
        of_day = bool(first and days(one))
        return (
            in_month and of_day,
            score,
            of_day,
            -slots[one.slug].defaults if one.slug in slots else -bool(naming.get(one.slug)),
            length,
        )

    best = sorted(
        (one for one in (*all_questions(), *sought()) if one.slug in scores), key=rank, reverse=True
    )
    whole = {slug for one in best[:MAX_ASKED] if not in_month and days(one) for slug in one.names("see")}
    offered = (
        suggested(one, day, slots[one.slug].things) if one.slug in slots else page_for(one, things)
        for one in best[:MAX_ASKED]
        if one.slug not in whole
        for day in (ends if one.slug in slots and days(one) and first else [first])
    )
    spanning = (suggested(one, None, slots[one.slug].things) for one in all_questions() if one.slug in whole)
    found = [*filter(None, spanning), *islice(filter(None, offered), MAX_QUESTIONS)]
    meeting, place = things.get(MEETING), things.get(PLACE)
    if meeting and place and meeting.words == place.words:
        found.append(
            (labelled(index(), [meeting.iri]).show_iri(meeting.iri).text, href_of(meeting.iri) or "")
        )
    if first and in_month:
        found.append((str(_("As of %(day)s", day=format_day(first))), with_choices(f"/as-of?date={first}")))
    if first and last and first != last:
        name = f"{WORDS['parts'][TIMELINE]}: {format_period(first, last)}"
        found.append((name, with_choices(f"{TIMELINE}?from={first}&to={last}")))
    return found


def page_for(one: Question, things: Mapping[str, Named]) -> tuple[str, str]:
    """Return the name and the address of a page that answers readers: what is `by` a thing, where named."""
    path = one.header["page"][0]
    name = str(WORDS["parts"][path])
    thing = things.get(one.header.get("by", [""])[0])
    if thing and (own := address_for(NamedNode(thing.iri))):
        return f"{name}: {labelled(index(), [thing.iri]).show_iri(thing.iri).text}", with_choices(own)
    return name, with_choices(path)


class Slots(NamedTuple):
    """What a text asks a question of (IRIs by parameter), the words for it, and how many defaults stay."""

    things: Mapping[str, str]
    words: frozenset[str]
    defaults: int


def named_in(words: Collection[str], time: tuple[date, date] | None) -> dict[str, Named]:
    """Return what words name that questions can be asked of, by its class.

    Where more is said than a place, it stands for the one meeting that was held there (in a time).
    """
    found = {}
    for datatype in {each.datatype for one in all_questions() for each in one.parameters} - UNNAMED:
        kind = OF_CLASS.get(expand(datatype))
        thing = named(index(), words, kind.key, partial(is_of_class, expand(datatype))) if kind else None
        if thing:
            found[datatype] = thing
    place = found.get(PLACE)
    if place and not place.words.issuperset({*words} - ASKING):
        first, last = time or ("", "")
        of_time = days_of(index(), Search("", {}, "", str(first), str(last)), ["event"])
        held = dataset().store.quads_for_pattern(None, HELD_AT, NamedNode(place.iri), DefaultGraph())
        given = (quad.subject for quad in held)
        meetings = [one.value for one in given if isinstance(one, NamedNode) and one.value in of_time]
        if len(meetings) == 1 and is_of_class(expand(MEETING), meetings[0]):
            found = dict.fromkeys((MEETING, "wic:Event"), place._replace(iri=meetings[0])) | found
    return found


def is_of_class(kind: str, iri: str) -> bool:
    """Tell whether a thing is of a class."""
    return Quad(NamedNode(iri), NamedNode(RDF_TYPE), NamedNode(kind), DefaultGraph()) in dataset().store


def slots_of(one: Question, named: Mapping[str, Named], words: Collection[str]) -> Slots:
    """Return which things a question is asked of where words name these; a word names one of them."""
    things: dict[str, str] = {}
    used: frozenset[str] = frozenset()
    defaults = 0
    for each in filter(is_thing, one.parameters):
        parts = (text for lang in LANGUAGES for name, text in one.parts(lang) if name == each.name)
        own = set(chain.from_iterable(map(tokens, parts)))
        thing = named.get(each.datatype)
        is_other = thing is not None and thing.iri != default_term(each).value
        if thing and is_other and not (thing.words <= own or thing.words <= used):
            things[each.name] = thing.iri
            used |= thing.words
        else:
            defaults += own.isdisjoint(words)
    return Slots(things, used, defaults if things else 0)


def split_time(text: str) -> tuple[tuple[date, date] | None, str]:
    """Return the first and the last day of the first time that a text names, and the text without it."""
    for pattern in DAYS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            year, month, day = int(parts["year"]), parts.get("month"), parts.get("day")
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
