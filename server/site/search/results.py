"""The results of a search as rows with the words marked, its facets as links; as JSON, CSV and RDF."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from wicara.ontology import BASE, PREFIXES
from wicara.server.http.addresses import with_choices
from wicara.server.site.kinds import KINDS
from wicara.server.site.language import WORDS, language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.search.folding import Piece, begins, excerpt, tokens
from wicara.server.site.search.index import DEFINITION, FACETS, LABEL, OFFICE, QUOTE, VARIANT
from wicara.server.site.search.query import labels
from wicara.server.site.words import Words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wicara.server.site.search.index import Text
    from wicara.server.site.search.query import Hit, Search, SearchResult
    from wicara.server.site.words import Shown

PATH: Final = "/search"
QUESTIONS: Final = "/questions"
MAX_LINES: Final = 3
"""Texts that are shown of a result beside its label."""
COLUMNS: Final = ("iri", "kind", "label", "language", "status", "found_in", "words")
SCHEMA: Final = PREFIXES["schema"]
SAID: Final = frozenset({"fact", "claim", "observation"})
"""The kinds of what is said by sources, which are named beside it."""
TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")


class Role(NamedTuple):
    """What a text is to its thing: for readers, for programs, and in RDF."""

    name: str
    key: str
    property: NamedNode


ROLES: Final = {
    LABEL: Role(_("name"), "label", NamedNode(f"{PREFIXES['skos']}prefLabel")),
    VARIANT: Role(_("also written"), "variant", NamedNode(f"{PREFIXES['skos']}altLabel")),
    DEFINITION: Role(_("definition"), "definition", NamedNode(f"{PREFIXES['skos']}definition")),
    OFFICE: Role(_("named here as"), "office", NamedNode(f"{SCHEMA}jobTitle")),
    QUOTE: Role(_("words of the source"), "quote", NamedNode(f"{PREFIXES['oa']}exact")),
}


@dataclass(frozen=True)
class FoundText:
    """A text of a result: what it is, its parts with what was found marked, and the sentence it stands in."""

    role: Role
    pieces: list[Piece]
    text: Text
    sentence: Shown | None

    @property
    def words(self) -> str:
        """Return the text without marks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class ResultRow:
    """A result: its label, marked, its kind, its status, where the words were found, and who says it."""

    shown: Shown
    pieces: list[Piece]
    kind: str
    kind_name: object
    status: str
    """The key of its status (`graph/status.toml`); nothing where it has none."""
    lines: list[FoundText]
    sources: list[Shown]
    """The texts that say it, where its name does not."""


@dataclass(frozen=True)
class Choice:
    """A value of a facet: its name, how many results have it, and the link that chooses it or lets go."""

    value: str
    name: object
    lang: str | None
    number: int
    chosen: bool
    href: str
    technical: bool = False
    """Whether it is a kind of the model, and not one of what readers look through."""


@dataclass(frozen=True)
class Group:
    """A facet with its values, those chosen first."""

    key: str
    name: object
    choices: list[Choice]

    @property
    def chosen(self) -> list[Choice]:
        """Return the values that are chosen."""
        return [choice for choice in self.choices if choice.chosen]


def search_url(query: Search, path: str = PATH, **more: object) -> str:
    """Return the address of a search."""
    pairs = [("q", query.text)] if query.text else []
    pairs += [(key, value) for key in FACETS for value in query.chosen.get(key, ())]
    pairs += [(name, day) for name, day in (("from", query.first), ("to", query.last)) if day]
    pairs += [(key, str(value)) for key, value in more.items()]
    return with_choices(f"{path}?{urlencode(pairs)}" if pairs else path)


def toggled(query: Search, key: str, value: str) -> str:
    """Return the address of a search with a value chosen, or let go where it is."""
    had = query.chosen.get(key, ())
    now = tuple(one for one in had if one != value) if value in had else (*had, value)
    return search_url(replace(query, chosen={**query.chosen, key: now}))


def result_words(index: sqlite3.Connection, found: SearchResult, query: Search) -> Words:
    """Return the labels of all that a page shows, from the index."""
    iris = {hit.iri for hit in found.hits}
    iris |= {source_iri(value) for hit in found.hits for value in hit.sources}
    iris |= {text.source for hit in found.hits for text in hit.texts if text.source}
    for key, facet in FACETS.items():
        values = [*(count.value for count in found.counts[key]), *query.chosen.get(key, ())]
        iris |= {iri for value in values if (iri := facet.iri(value))}
    iris |= {count.value for count in found.counts["kind"] if count.value not in KINDS}
    return labelled(index, iris)


def source_iri(value: str) -> str:
    """Return the IRI of a text that is a value of the facet of sources."""
    return f"{FACETS['source'].base}{value}"


def labelled(index: sqlite3.Connection, iris: Iterable[str]) -> Words:
    """Return the labels of IRIs, from the index."""
    known = {
        iri: tuple(Literal(text.words, language=text.lang or None) for text in texts)
        for iri, texts in labels(index, iris).items()
    }
    return Words(known, language())


def result_rows(found: SearchResult, words: Words) -> list[ResultRow]:
    """Return the results as a table shows them."""
    return [row(hit, words, found.understood.words) for hit in found.hits]


def row(hit: Hit, words: Words, beginnings: Mapping[str, str]) -> ResultRow:
    """Return a result as a table shows it."""
    shown = words.show_iri(hit.iri)
    sources = [words.show_iri(source_iri(value)) for value in hit.sources]
    return ResultRow(
        shown,
        excerpt(shown.text, beginnings),
        hit.kind,
        kind_name(hit.kind, words)[0],
        hit.status,
        [
            FoundText(
                ROLES[text.role],
                excerpt(text.words, beginnings),
                text,
                words.show_iri(text.source) if text.source else None,
            )
            for text in texts_shown(hit, shown.text, words, beginnings)
        ],
        [one for one in sources if one.text not in shown.text] if hit.kind in SAID else [],
    )


def status_words(key: str) -> str:
    """Return a status in the reader's language."""
    return str(WORDS["statuses"][key]) if key else ""


def kind_name(kind: str, words: Words) -> tuple[object, str | None]:
    """Return what a kind is called, and the language of that where it is not the reader's."""
    if kind in KINDS:
        return KINDS[kind].name, None
    shown = words.show_iri(kind)
    return shown.text, shown.lang


def texts_shown(hit: Hit, label: str, words: Words, beginnings: Mapping[str, str]) -> Iterator[Text]:
    """Yield the texts that have words which those before them have not; without words, a telling one."""
    texts = sorted(hit.texts, key=lambda text: (text.role, text.lang != words.lang))
    if not beginnings:
        yield from [text for text in texts if text.role >= DEFINITION][:1]
        return
    had = matched(label, beginnings)
    number = 0
    for text in texts:
        new = matched(text.words, beginnings) - had
        if new and number < MAX_LINES:
            had |= new
            number += 1
            yield text


def matched(text: str, beginnings: Mapping[str, str]) -> set[str]:
    """Return which words of a query a text has, or has another word for."""
    has = set(tokens(text))
    return {asked for one, asked in beginnings.items() if any(begins(word, (one,)) for word in has)}


def groups(found: SearchResult, query: Search, words: Words) -> list[Group]:
    """Return the facets that have values, with their counts."""
    every = [Group(key, facet.name, choices(key, found, query, words)) for key, facet in FACETS.items()]
    return [group for group in every if group.choices]


def choices(key: str, found: SearchResult, query: Search, words: Words) -> list[Choice]:
    """Return the values of a facet: years from the latest, others from the most frequent."""
    chosen = query.chosen.get(key, ())
    numbers = dict.fromkeys(chosen, 0) | {count.value: count.number for count in found.counts[key]}
    counted = [count.value for count in found.counts[key]]
    ordered = [*counted, *(value for value in chosen if value not in counted)]
    if key == "year":
        ordered.sort(reverse=True)
    ordered.sort(key=lambda value: (value not in chosen, key == "kind" and is_technical(value)))
    return [
        Choice(
            value,
            *value_name(key, value, words),
            numbers[value],
            value in chosen,
            toggled(query, key, value),
            key == "kind" and is_technical(value),
        )
        for value in ordered
    ]


def is_technical(kind: str) -> bool:
    """Tell whether a kind is of the model."""
    return kind in KINDS and KINDS[kind].technical


def value_name(key: str, value: str, words: Words) -> tuple[object, str | None]:
    """Return what a value is called, and the language of that where it is another than the reader's."""
    if key == "kind":
        return kind_name(value, words)
    if key == "status" and value in WORDS["statuses"]:
        return status_words(value), None
    iri = FACETS[key].iri(value)
    label = words.label(iri) if iri else None
    if label is None:
        return value, None
    return label.value, label.language if label.language != words.lang else None


def as_json(
    query: Search,
    found: SearchResult,
    listed: Sequence[ResultRow],
    facets: Sequence[Group],
    questions: Iterable[tuple[str, str]],
) -> dict[str, object]:
    """Return a search and what it finds, for programs; `questions` are texts with their addresses."""
    return {
        "query": query.text,
        "instead": dict(found.understood.instead),
        "some": bool(found.understood.some),
        "total": found.total,
        "results": [
            {
                "iri": one.shown.full,
                "page": one.shown.href,
                "kind": one.kind,
                "kind_name": str(one.kind_name),
                "label": one.shown.text,
                "language": one.shown.lang,
                "status": [status_words(one.status)] if one.status else [],
                "found": [
                    {
                        "in": line.role.key,
                        "words": line.words,
                        "language": line.text.lang or None,
                        "sentence": line.text.source or None,
                    }
                    for line in one.lines
                ],
            }
            for one in listed
        ],
        "questions": [
            {
                "label": text,
                "page": href,
                "kind_name": str(_("question")) if href.startswith(f"{QUESTIONS}/") else "",
            }
            for text, href in questions
        ],
        "facets": {
            group.key: [
                {"value": one.value, "label": str(one.name), "count": one.number, "chosen": one.chosen}
                for one in group.choices
            ]
            for group in facets
        },
    }


def as_csv(listed: Sequence[ResultRow]) -> bytes:
    """Return the results as CSV (RFC 4180), one a line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in listed:
        where = [(line.role.key, line.words) for line in one.lines[:1]] or [("", "")]
        writer.writerow(
            (
                one.shown.full,
                one.kind,
                one.shown.text,
                one.shown.lang or "",
                status_words(one.status),
                *where[0],
            )
        )
    return out.getvalue().encode()


def as_triples(path: str, found: SearchResult) -> Iterator[Triple]:
    """Yield the results as a list (schema:ItemList) that names the search, with what each is called.

    Words of a source are said of the list's item, not of the thing.
    """
    place = NamedNode(BASE + path)
    yield Triple(place, TYPE, NamedNode(f"{SCHEMA}ItemList"))
    yield Triple(place, NamedNode(f"{SCHEMA}numberOfItems"), Literal(found.total))
    for position, hit in enumerate(found.hits, 1):
        item, thing = BlankNode(f"result{position}"), NamedNode(hit.iri)
        yield Triple(place, NamedNode(f"{SCHEMA}itemListElement"), item)
        yield Triple(item, TYPE, NamedNode(f"{SCHEMA}ListItem"))
        yield Triple(item, NamedNode(f"{SCHEMA}position"), Literal(position))
        yield Triple(item, NamedNode(f"{SCHEMA}item"), thing)
        for text in hit.texts:
            subject = item if text.role == QUOTE else thing
            yield Triple(subject, ROLES[text.role].property, Literal(text.words, language=text.lang or None))
