"""The index: what can be found, in a file of SQLite with its full-text engine FTS5, and how it is opened.

    thing     what can be found
    name      its folded name to sort by, in each language of the interface
    text      its labels, variants, definitions and quotes as they are
    words     the same texts folded, for FTS5; a row for each thing
    facet     its values of the facets
    spelling  the words, in groups of three letters, to find one that is written nearly the same

Texts are folded before they come in, and queries before they go in: FTS5 sees ASCII.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wicara.server.site.language import LANGUAGES
from wicara.server.site.search.facets import FACETS
from wicara.server.site.search.folding import TOKEN, fold
from wicara.server.site.search.kinds import KINDS, ORDER, OTHER
from wicara.server.site.search.reading import DEFINITION, LABEL, QUOTE, VARIANT, Text, read

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from pyoxigraph import Store
    from wicara.server.site.search.reading import Thing

    Row = tuple[object, ...]

ROLES: Final = (LABEL, VARIANT, DEFINITION, QUOTE)
SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE about (whole INTEGER, things INTEGER);
CREATE TABLE thing (
  id INTEGER PRIMARY KEY, iri TEXT, kind TEXT, place INTEGER, weight REAL);
CREATE TABLE name (thing INTEGER, lang TEXT, folded TEXT, PRIMARY KEY (thing, lang)) WITHOUT ROWID;
CREATE TABLE text (thing INTEGER, role INTEGER, words TEXT, lang TEXT, source TEXT);
CREATE TABLE facet (thing INTEGER, bit INTEGER, value TEXT, PRIMARY KEY (thing, bit, value)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  label, variant, definition, quote, content='', tokenize='ascii', prefix='3 4');
CREATE VIRTUAL TABLE spelling USING fts5(word, tokenize='trigram', detail='none');
"""
LOOK_UPS: Final = """
CREATE UNIQUE INDEX thing_iri ON thing (iri);
CREATE INDEX text_thing ON text (thing);
CREATE INDEX facet_value ON facet (bit, value, thing);
"""
"""Made last: that is quicker."""
LONGEST_NAME: Final = 80
"""Characters of a name that are sorted by."""
SPELLED: Final = range(4, 25)
"""How long a word is that may be written wrong."""


def fill(connection: sqlite3.Connection, store: Store, *, plain: bool) -> None:
    """Write the index of a store into an empty database; raises sqlite3.Error where the disk refuses."""
    reading = read(store, plain=plain)
    connection.executescript(SCHEMA)
    found = {iri: thing for iri, thing in reading.things.items() if is_found(thing, plain=reading.plain)}
    vocabulary: set[str] = set()
    connection.execute("BEGIN")
    connection.execute("INSERT INTO about VALUES (?, ?)", (reading.is_whole, len(found)))
    for number, (iri, thing) in enumerate(found.items(), 1):
        vocabulary.update(put(connection, number, iri, thing))
    spelled = ((word,) for word in sorted(vocabulary) if len(word) in SPELLED and word.isalpha())
    connection.executemany("INSERT INTO spelling VALUES (?)", spelled)
    connection.execute("COMMIT")
    connection.executescript(LOOK_UPS)


def put(connection: sqlite3.Connection, number: int, iri: str, thing: Thing) -> list[str]:
    """Write a thing, and return its folded words."""
    texts = texts_of(iri, thing)
    folded = [fold(text.words) for text in texts]
    connection.execute(
        "INSERT INTO thing VALUES (?, ?, ?, ?, ?)", (number, iri, thing.kind, *standing(thing))
    )
    connection.executemany("INSERT INTO name VALUES (?, ?, ?)", sort_names(number, texts))
    connection.executemany("INSERT INTO text VALUES (?, ?, ?, ?, ?)", ((number, *text) for text in texts))
    connection.executemany("INSERT INTO facet VALUES (?, ?, ?)", values_of(number, thing))
    connection.execute(
        "INSERT INTO words (rowid, label, variant, definition, quote) VALUES (?, ?, ?, ?, ?)",
        (number, *(column(texts, folded, role) for role in ROLES)),
    )
    return TOKEN.findall(" ".join(folded))


def is_found(thing: Thing, *, plain: bool) -> bool:
    """Tell whether a thing can be found: one of others, in a built dataset, only by a name."""
    return plain or thing.kind != OTHER or any(text.role <= VARIANT for text in thing.texts)


def texts_of(iri: str, thing: Thing) -> list[Text]:
    """Return the texts of a thing: labels first, of which there is one at least."""
    texts = sorted(thing.texts)
    if texts and texts[0].role == LABEL:
        return texts
    if texts and texts[0].role == VARIANT:
        return [texts[0]._replace(role=LABEL), *texts[1:]]
    return [Text(LABEL, iri.rstrip("/#").replace("#", "/").rpartition("/")[2], ""), *texts]


def column(texts: list[Text], folded: list[str], role: int) -> str:
    """Return the folded texts of one role, each once."""
    return "\n".join(
        dict.fromkeys(words for text, words in zip(texts, folded, strict=True) if text.role == role)
    )


def standing(thing: Thing) -> tuple[int, float]:
    """Return the place of a thing's kind in a list, and its weight."""
    kind = thing.kind if thing.kind in KINDS else OTHER
    return ORDER[kind], KINDS[kind].weight


def sort_names(number: int, texts: list[Text]) -> Iterator[Row]:
    """Yield a folded name in each language of the interface, in another one where there is none."""
    labels = [text for text in texts if text.role == LABEL]
    for lang in LANGUAGES:
        label = next((text for text in labels if text.lang == lang), labels[0])
        yield number, lang, fold(label.words[:LONGEST_NAME])


def values_of(number: int, thing: Thing) -> Iterator[Row]:
    """Yield the rows of the values that a thing has of the facets."""
    yield number, FACETS["kind"].bit, thing.kind
    yield from ((number, FACETS["year"].bit, str(year)) for year in thing.years)
    yield from ((number, *value) for value in thing.values)
