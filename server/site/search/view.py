"""What a page of results shows: lines with the words marked, facets with links that choose and let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from pyoxigraph import Literal
from wicara.server.addresses import with_choices
from wicara.server.site.language import language
from wicara.server.site.language import lazy_gettext as _
from wicara.server.site.search.facets import FACETS
from wicara.server.site.search.folding import Piece, begins, excerpt, tokens
from wicara.server.site.search.kinds import KINDS
from wicara.server.site.search.query import labels
from wicara.server.site.search.reading import DEFINITION, LABEL, QUOTE, VARIANT
from wicara.server.site.words import Words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Sequence

    from wicara.server.site.search.fitting import Fitting
    from wicara.server.site.search.query import Found, Hit, Search
    from wicara.server.site.search.reading import Text
    from wicara.server.site.words import Shown

PATH: Final = "/search"
LINES: Final = 3
"""Texts that are shown of a result beside its label."""
USUAL: Final = frozenset({"modality/actual", "status/held"})
"""The statuses that go without saying."""
ROLES: Final = {
    LABEL: _("name"),
    VARIANT: _("also written"),
    DEFINITION: _("definition"),
    QUOTE: _("words of the source"),
}
"""What a text is to what it was found for."""
ROLE_NAMES: Final = {LABEL: "label", VARIANT: "variant", DEFINITION: "definition", QUOTE: "quote"}
"""The same for programs."""


@dataclass(frozen=True)
class Line:
    """A text of a result: what it is, its parts with what was found marked, and the sentence it stands in."""

    role: int
    pieces: list[Piece]
    text: Text
    sentence: Shown | None


@dataclass(frozen=True)
class Row:
    """A result: its label, marked, its kind, its statuses, and where the words were found."""

    shown: Shown
    pieces: list[Piece]
    kind: str
    kind_name: object
    statuses: list[tuple[str, Shown]]
    lines: list[Line]


@dataclass(frozen=True)
class Choice:
    """A value of a facet: its name, how many results have it, and the link that chooses it or lets go."""

    value: str
    name: object
    lang: str | None
    number: int
    chosen: bool
    href: str


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


def address(asked: Search, path: str = PATH, **more: object) -> str:
    """Return the address of a search."""
    pairs = [("q", asked.text)] if asked.text else []
    pairs += [(key, value) for key in FACETS for value in asked.chosen.get(key, ())]
    pairs += [(key, str(value)) for key, value in more.items()]
    return with_choices(f"{path}?{urlencode(pairs)}" if pairs else path)


def toggled(asked: Search, key: str, value: str) -> str:
    """Return the address of a search with a value chosen, or let go where it is."""
    had = asked.chosen.get(key, ())
    now = tuple(one for one in had if one != value) if value in had else (*had, value)
    chosen = {**asked.chosen, key: now}
    return address(
        type(asked)(asked.text, {name: values for name, values in chosen.items() if values}, asked.lang)
    )


def words_for(index: sqlite3.Connection, found: Found, asked: Search) -> Words:
    """Return the labels of all that a page shows, from the index."""
    iris = {hit.iri for hit in found.hits}
    iris |= {text.source for hit in found.hits for text in hit.texts if text.source}
    iris |= set(iris_of_values(found, asked))
    known = labels(index, iris)
    told = {
        iri: tuple(Literal(text.words, language=text.lang or None) for text in texts)
        for iri, texts in known.items()
    }
    return Words(told, language())


def iris_of_values(found: Found, asked: Search) -> Iterator[str]:
    """Yield the IRIs among the values of facets that a page shows."""
    for key, facet in FACETS.items():
        values = [count.value for count in found.counts[key]] + [*asked.chosen.get(key, ())]
        yield from (iri for value in values if (iri := facet.iri(value)))
    yield from (count.value for count in found.counts["kind"] if count.value not in KINDS)
    status = FACETS["status"]
    for hit in found.hits:
        yield from (status.base + value for bit, value in hit.values if bit == status.bit)


def rows(found: Found, words: Words) -> list[Row]:
    """Return the results as a table shows them."""
    sought = found.understood.words
    return [row(hit, words, sought) for hit in found.hits]


def row(hit: Hit, words: Words, sought: Collection[str]) -> Row:
    """Return a result as a table shows it."""
    shown = words.show_iri(hit.iri)
    status = FACETS["status"]
    unusual = [value for bit, value in hit.values if bit == status.bit and value not in USUAL]
    return Row(
        shown,
        excerpt(shown.text, sought),
        hit.kind,
        kind_name(hit.kind, words)[0],
        [(value.partition("/")[0], words.show_iri(status.base + value)) for value in unusual],
        list(lines(hit, shown.text, words, sought)),
    )


def kind_name(kind: str, words: Words) -> tuple[object, str | None]:
    """Return what a kind is called, and the language of that where it is not the reader's."""
    if kind in KINDS:
        return KINDS[kind].name, None
    shown = words.show_iri(kind)
    return shown.text, shown.lang


def lines(hit: Hit, label: str, words: Words, sought: Collection[str]) -> Iterator[Line]:
    """Yield the texts that have words which those before them have not; without words, what tells most."""
    texts = sorted(hit.texts, key=lambda text: (text.role, text.lang != words.lang))
    if not sought:
        telling = [text for text in texts if text.role >= DEFINITION][:1]
        yield from (line(text, words, sought) for text in telling)
        return
    had = matched(label, sought)
    number = 0
    for text in texts:
        new = matched(text.words, sought) - had
        if new and number < LINES:
            had |= new
            number += 1
            yield line(text, words, sought)


def line(text: Text, words: Words, sought: Collection[str]) -> Line:
    """Return a text as a table shows it."""
    sentence = words.show_iri(text.source) if text.source else None
    return Line(text.role, excerpt(text.words, sought), text, sentence)


def matched(text: str, sought: Collection[str]) -> set[str]:
    """Return which of the words a text has."""
    has = set(tokens(text))
    return {one for one in sought if any(begins(word, (one,)) for word in has)}


def groups(found: Found, asked: Search, words: Words) -> list[Group]:
    """Return the facets that have values, with their counts."""
    every = [Group(key, facet.name, choices(key, found, asked, words)) for key, facet in FACETS.items()]
    return [group for group in every if group.choices]


def choices(key: str, found: Found, asked: Search, words: Words) -> list[Choice]:
    """Return the values of a facet: years from the latest, others from the most frequent."""
    numbers = {count.value: count.number for count in found.counts[key]}
    chosen = asked.chosen.get(key, ())
    numbers |= {value: 0 for value in chosen if value not in numbers}
    ordered = sorted(numbers, reverse=True) if key == "year" else [*numbers]
    ordered.sort(key=lambda value: value not in chosen)
    return [
        Choice(
            value, *value_name(key, value, words), numbers[value], value in chosen, toggled(asked, key, value)
        )
        for value in ordered
    ]


def value_name(key: str, value: str, words: Words) -> tuple[object, str | None]:
    """Return what a value is called, and the language of that where it is another than the reader's."""
    if key == "kind":
        return kind_name(value, words)
    iri = FACETS[key].iri(value)
    label = words.label(iri) if iri else None
    if label is None:
        return value, None
    return label.value, label.language if label.language != words.lang else None


def as_json(
    asked: Search, found: Found, listed: Sequence[Row], facets: Sequence[Group], fits: Sequence[Fitting]
) -> dict[str, object]:
    """Return a search and what it finds, for programs."""
    return {
        "query": asked.text,
        "instead": dict(found.understood.instead),
        "some": found.understood.some,
        "total": found.total,
        "results": [result(one) for one in listed],
        "questions": [{"label": one.text, "page": one.href, "kind_name": str(_("question"))} for one in fits],
        "facets": {
            group.key: [
                {"value": one.value, "label": str(one.name), "count": one.number, "chosen": one.chosen}
                for one in group.choices
            ]
            for group in facets
        },
    }


def result(one: Row) -> dict[str, object]:
    """Return a result for programs."""
    return {
        "iri": one.shown.full,
        "page": one.shown.href,
        "kind": one.kind,
        "kind_name": str(one.kind_name),
        "label": one.shown.text,
        "language": one.shown.lang,
        "status": [shown.text for _group, shown in one.statuses],
        "found": [
            {
                "in": ROLE_NAMES[line.role],
                "words": plain(line.pieces),
                "language": line.text.lang or None,
                "sentence": line.text.source or None,
            }
            for line in one.lines
        ],
    }


def plain(pieces: Sequence[Piece]) -> str:
    """Return pieces as one text."""
    return "".join(piece.text for piece in pieces)
