"""The lock of a data file: where the words of its facts stand in the text, with the hashes.

Hashes need the text, which is not stored. `wicara lock` writes them beside the file, to `a.lock.csv` for
`a.trig`, and a build without the text takes them from there. A row holds for one quote of one fact: an edited
quote has none.
"""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass, fields
from io import StringIO
from typing import TYPE_CHECKING, Final

from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.quote import Unquotable, quote, read_span
from wicara.graph.facts.skeleton import ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wicara.graph.facts.short_form import WordsOfFact
    from wicara.graph.facts.source import Source

SUFFIX: Final = ".lock.csv"


@dataclass(frozen=True)
class Locked:
    """A row: the quote of a fact, the span it stands in (`START-END`), its sentence, the span's SHA-256."""

    fact: str
    quote: str
    span: str
    sentence: str
    sha256: str


HEADER: Final = [field.name for field in fields(Locked)]


def lock_path(path: Path) -> Path:
    """Return where the lock of a data file is."""
    return path.with_name(path.name.removesuffix(path.suffix) + SUFFIX)


def read_lock(path: Path, name: str) -> tuple[Locked, ...]:
    """Read the lock of a data file, empty where there is none; `name` is what messages call the data file.

    Raises UnreadableInput with the line.
    """
    file = lock_path(path)
    called = f"{name.removesuffix(path.suffix)}{SUFFIX}"
    if not file.exists():
        return ()
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableInput(
            f"{called}: cannot be read as CSV in UTF-8 ({error}); run wicara lock again"
        ) from error
    for number, row in enumerate(rows, 1):
        if len(row) != len(HEADER) or (number == 1 and row != HEADER):
            raise UnreadableInput(
                f"{called}, line {number}: the columns are {','.join(HEADER)}; run wicara lock again"
            )
    return tuple(Locked(*row) for row in rows[1:])


def locked(words: WordsOfFact, rows: Iterable[Locked]) -> Locked | None:
    """Return the row that holds for the words of a fact; None where they have not been locked as they are."""
    for row in rows:
        if (row.fact, row.quote) == (words.fact, words.quote.value) and words.span in {"", row.span}:
            return row
    return None


def lock(words: Iterable[WordsOfFact], source: Source, text: str, name: str) -> tuple[Locked, ...]:
    """Return the lock for the words of facts that stand in a text.

    Raises UnreadableInput that names every line of the file `name` whose words are not there.
    """
    rows: list[Locked] = []
    faults: list[str] = []
    for wanted in words:
        try:
            span = read_span(wanted.span.replace("-", ":") or None)
            quotation = quote(source, text, wanted.quote.value, span, 1 if span else None)
        except Unquotable as fault:
            faults.append(f"{name}, line {wanted.line}: {wanted.fact}: {fault}")
            continue
        place = quotation.selector
        rows.append(
            Locked(
                wanted.fact,
                wanted.quote.value,
                f"{place.start}-{place.end}",
                ordinal(quotation.sentence),
                place.sha256,
            )
        )
    if faults:
        raise UnreadableInput("\n".join(faults))
    return tuple(rows)


def lock_text(rows: Iterable[Locked]) -> str:
    """Return the lock as CSV."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(map(astuple, rows))
    return text.getvalue()
