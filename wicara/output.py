"""What commands print and write: all of it, or a clear fault and nothing half-written; tables for people."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING, Final

from pyoxigraph import QueryBoolean, QuerySolutions

from wicara.graph.errors import OutputFault
from wicara.graph.names import iri_name, term_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from wicara.graph.facts.source import Source, Supplied

UNLIMITED: Final = 100_000
"""The width, in columns, of a table that no terminal bounds."""


READER_GONE: Final = 141
"""What a shell reports for a process that SIGPIPE ended (128 + SIGPIPE)."""


def emit(content: bytes, path: Path | None = None) -> None:
    """Write to standard output (None or `-`), or to a file that appears when whole; raises OutputFault.

    A file whose name ends in `.gz` is compressed, to the same bytes each time.
    """
    if path is not None and path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    if path is None or str(path) == "-":
        to_standard_output(content)
    elif path.exists() and not path.is_file():
        to_device(content, path)
    else:
        to_file(content, path)


def to_standard_output(content: bytes) -> None:
    """Write to standard output; a reader that goes away ends the command quietly; raises OutputFault."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        silence()
        raise SystemExit(READER_GONE) from error
    except OSError as error:
        silence()
        raise OutputFault(f"the output was cut short: {error.strerror or error}") from error


def silence() -> None:
    """Let what is left in the buffer of standard output go nowhere, or the end of the process complains."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):
        os.dup2(nowhere, sys.stdout.fileno())


def to_device(content: bytes, path: Path) -> None:
    """Write to a pipe or device, which cannot be replaced; raises OutputFault."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputFault(f"cannot write to {path}: {error.strerror}") from error


def to_file(content: bytes, path: Path) -> None:
    """Write beside the file and rename: what was there stays until all is written; raises OutputFault."""
    target = path.resolve()
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise OutputFault(f"cannot write {path}: {error.strerror}; nothing there was changed") from error


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], note: str) -> bytes:
    """Return a table and a note below it, as wide as the terminal allows, in colour on a terminal only."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - rich is slow to import
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    shown = Table(box=SIMPLE_HEAD)
    for title in titles:
        shown.add_column(Text(title), overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else UNLIMITED
    console = Console(file=StringIO(), width=width, force_terminal=terminal, highlight=False)
    console.print(shown, Text(note), sep="\n")
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO above
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()).encode()


def answer_table(answer: QuerySolutions | QueryBoolean) -> bytes:
    """Return the solutions as a table, IRIs with their prefixes; the answer to ASK as `true` or `false`."""
    if isinstance(answer, QueryBoolean):
        return b"true\n" if answer else b"false\n"
    titles = [variable.value for variable in answer.variables]
    rows = [["" if term is None else term_name(term) for term in solution] for solution in answer]
    return table(titles, rows, "1 solution" if len(rows) == 1 else f"{len(rows)} solutions")


def source_table(sources: Sequence[Source], supplied: Sequence[Supplied]) -> bytes:
    """Return the sources as a table, with how each was read; `supplied` are the texts at hand."""
    texts = {text.source.iri: text for text in supplied}
    rows = []
    for source in sources:
        text = texts.get(source.iri)
        at_hand = "not at hand" if source.sha256 else f"read on {source.read_on}" if source.read_on else ""
        if text is not None:
            at_hand = f"{'at hand' if text.identical else 'another text'}: {text.text.path}"
        figures = (str(source.length), str(len(source.sentences))) if source.sha256 else ("", "")
        publisher = iri_name(source.publisher) if source.publisher else ""
        rows.append(
            (
                *(source.name, source.title, source.issued, publisher, source.language),
                *(source.read, source.sha256, *figures, at_hand),
            )
        )
    titles = (
        *("source", "title", "issued", "publisher", "language"),
        *("read", "SHA-256", "characters", "sentences", "text"),
    )
    return table(titles, rows, "1 source" if len(rows) == 1 else f"{len(rows)} sources")
