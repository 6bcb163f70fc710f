"""Tables for people: answers to queries, and the sources that are known."""

from __future__ import annotations

import shutil
import sys
from io import StringIO
from typing import TYPE_CHECKING, Final

from pyoxigraph import QueryBoolean, QuerySolutions
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wicara.graph.names import called, called_term

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wicara.graph.sources import Source, Supplied

UNLIMITED: Final = 100_000
"""The width, in columns, of a table that no terminal bounds."""


def lines_of(titles: Sequence[str], rows: Iterable[Sequence[str]], note: str) -> bytes:
    """Return a table and a note below it, as wide as the terminal allows, in colour on a terminal only."""
    table = Table(box=SIMPLE_HEAD)
    for title in titles:
        table.add_column(Text(title), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else UNLIMITED
    console = Console(file=StringIO(), width=width, force_terminal=terminal, highlight=False)
    console.print(table, Text(note), sep="\n")
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()).encode()


def of_answer(found: QuerySolutions | QueryBoolean) -> bytes:
    """Return the solutions as a table, IRIs with their prefixes; the answer to ASK as `true` or `false`."""
    if isinstance(found, QueryBoolean):
        return b"true\n" if found else b"false\n"
    titles = [variable.value for variable in found.variables]
    rows = [["" if term is None else called_term(term) for term in solution] for solution in found]
    return lines_of(titles, rows, "1 solution" if len(rows) == 1 else f"{len(rows)} solutions")


def of_sources(sources: Sequence[Source], supplied: Sequence[Supplied]) -> bytes:
    """Return the sources as a table; `supplied` are the texts at hand."""
    texts = {each.source.iri: each for each in supplied}
    titles = ("source", "SHA-256", "characters", "sentences", "language", "publisher", "text")
    return lines_of(
        titles, (source_row(source, texts.get(source.iri)) for source in sources), counted(sources)
    )


def source_row(source: Source, supplied: Supplied | None) -> tuple[str, ...]:
    """Return a source as a row."""
    figures = (str(source.length), str(len(source.sentences)))
    publisher = called(source.publisher) if source.publisher else ""
    return (source.name, source.sha256, *figures, source.language, publisher, at_hand(supplied))


def at_hand(supplied: Supplied | None) -> str:
    """Return whether the text of a source is at hand, and whether it is that text."""
    if supplied is None:
        return "not at hand"
    return f"at hand: {supplied.text.path}" if supplied.identical else f"another text: {supplied.text.path}"


def counted(sources: Sequence[Source]) -> str:
    """Return how many sources there are."""
    return "1 source" if len(sources) == 1 else f"{len(sources)} sources"
