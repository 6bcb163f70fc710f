"""Which thing a mention in a text is: the reviewed table identity.csv, settled before data is loaded."""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from wicara.graph.dataset_folder import dataset_folder
from wicara.graph.errors import UnreadableInput
from wicara.graph.names import PREF_LABEL
from wicara.ontology import BASE, PREFIXES, WIC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pyoxigraph import Quad

TABLE: Final = "identity.csv"
HEADER: Final = ("mention", "language", "article", "iri", "decided_by")

CODES: Final = (f"{WIC}iso3166Alpha2", f"{WIC}iso3166Alpha3")
KEY: Final = f"{WIC}iso3166Alpha3"


@dataclass(frozen=True, slots=True)
class Identity:
    """One row: this mention, in this language, in this article (empty: in any) is this thing."""

    mention: str
    language: str
    article: str
    iri: str
    decided_by: str


def normalise(mention: str) -> str:
    """Return a mention in NFC with single plain spaces, as the table writes it (never do this to a quote)."""
    return " ".join(unicodedata.normalize("NFC", mention).split())


def read_identity(path: Path | None = None) -> tuple[Identity, ...]:
    """Read a table (None: that of the dataset, which may have none).

    Raises UnreadableInput with file and line where it is not of the five columns.
    """
    if path is None:
        path = dataset_folder() / TABLE
        if not path.exists():
            return ()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = tuple(csv.reader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(f"{path}: cannot be read as CSV in UTF-8 ({error}).") from error
    for number, line in enumerate(lines, start=1):
        if len(line) != len(HEADER):
            raise UnreadableInput(f"{path}, line {number}: {len(line)} columns, not {len(HEADER)}.")
    if lines[:1] != (list(HEADER),):
        raise UnreadableInput(f"{path}, line 1: the header must be {','.join(HEADER)}.")
    return tuple(Identity(*line) for line in lines[1:])


def check_identity(rows: Iterable[Identity], quads: Iterable[Quad]) -> tuple[str, ...]:
    """Return what is wrong with the table or with the codes that are the keys of states; empty if nothing."""
    table, data = tuple(rows), tuple(quads)
    labelled = {thing for _, thing, _ in _statements(data, PREF_LABEL.value)}
    return (
        *_ambiguous(table),
        *_badly_written(table),
        *_unknown(table, labelled),
        *_clashing_codes(data),
        *_states_without_key(table, data),
    )


def _ambiguous(table: tuple[Identity, ...]) -> Iterator[str]:
    things = defaultdict[tuple[str, str, str], list[str]](list)
    for row in table:
        things[row.mention, row.language, row.article].append(row.iri)
    for (mention, language, article), iris in things.items():
        if len(iris) > 1:
            place = article or "any article"
            yield f"'{mention}'@{language} in {place} stands {len(iris)} times: {', '.join(iris)}."


def _badly_written(table: tuple[Identity, ...]) -> Iterator[str]:
    for row in table:
        if not all((row.mention, row.language, row.iri, row.decided_by)):
            yield f"'{row.mention}'@{row.language}: only the article may be empty."
        if row.mention != normalise(row.mention):
            yield f"'{row.mention}'@{row.language} must be written '{normalise(row.mention)}'."


def _unknown(table: tuple[Identity, ...], labelled: set[str]) -> Iterator[str]:
    for row in table:
        if row.iri not in labelled:
            yield f"'{row.mention}'@{row.language} is said to be {row.iri}, which has no label anywhere."
        if row.article and f"{BASE}/id/article/{row.article}" not in labelled:
            yield f"'{row.mention}'@{row.language} is settled for {row.article}, which is no known article."


def _statements(data: tuple[Quad, ...], *predicates: str) -> set[tuple[str, str, str]]:
    return {
        (quad.predicate.value, quad.subject.value, quad.object.value)
        for quad in data
        if quad.predicate.value in predicates
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
    }


def _clashing_codes(data: tuple[Quad, ...]) -> Iterator[str]:
    states_of = defaultdict[tuple[str, str], set[str]](set)
    codes_of = defaultdict[tuple[str, str], set[str]](set)
    for predicate, state, code in sorted(_statements(data, *CODES)):
        states_of[predicate, code].add(state)
        codes_of[predicate, state].add(code)
    for (_, code), states in states_of.items():
        if len(states) > 1:
            yield f"the ISO 3166-1 code {code} stands for {' and '.join(sorted(states))}."
    for (_, state), codes in codes_of.items():
        if len(codes) > 1:
            yield f"{state} has two ISO 3166-1 codes of one kind: {' and '.join(sorted(codes))}."


def _states_without_key(table: tuple[Identity, ...], data: tuple[Quad, ...]) -> Iterator[str]:
    keyed = {state for _, state, _ in _statements(data, KEY)}
    for iri in sorted({row.iri for row in table}):
        if iri.startswith(PREFIXES["state"]) and iri not in keyed:
            yield f"{iri} has no ISO 3166-1 alpha-3 code, which is the key of a state."
