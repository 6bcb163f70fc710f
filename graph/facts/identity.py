"""Which thing a mention in a text is: the reviewed table identity.csv, settled before data is loaded."""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wicara.graph.dataset_folder import dataset_folder
from wicara.graph.errors import UnreadableInput
from wicara.graph.names import PREF_LABEL
from wicara.graph.terms import text_of
from wicara.ontology import BASE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pyoxigraph import Quad

TABLE: Final = "identity.csv"
HEADER: Final = ("mention", "language", "article", "iri", "decided_by")


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
    """Return what is wrong with the table, empty if nothing; shapes look at the codes that are states' keys.

    Of the quads only those count that name things.
    """
    named = {text_of(quad.subject) for quad in quads if quad.predicate == PREF_LABEL}
    things: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    findings = []
    for row in rows:
        mention = f"'{row.mention}'@{row.language}"
        things[mention, row.article].append(row.iri)
        if not all((row.mention, row.language, row.iri, row.decided_by)):
            findings.append(f"{mention}: only the article may be empty.")
        if row.mention != normalise(row.mention):
            findings.append(f"{mention} must be written '{normalise(row.mention)}'.")
        if row.iri not in named:
            findings.append(f"{mention} is said to be {row.iri}, which has no label anywhere.")
        if row.article and f"{BASE}/id/article/{row.article}" not in named:
            findings.append(f"{mention} is settled for {row.article}, which is no known article.")
    findings += [
        f"{mention} in {article or 'any article'} stands {len(iris)} times: {', '.join(iris)}."
        for (mention, article), iris in things.items()
        if len(iris) > 1
    ]
    return tuple(findings)
