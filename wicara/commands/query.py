"""Run a SPARQL query on the dataset."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from threading import Thread, main_thread
from typing import TYPE_CHECKING, Final

import click

from wicara.commands import INTERRUPTED, current, dataset_options, infer_option, output_option
from wicara.graph.answers import answer, default_form, read_query, serialize_answer, tabular
from wicara.graph.errors import TooMuch
from wicara.output import answer_table, emit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOREVER: Final = 1e9
"""More seconds than a process lives."""


@contextmanager
def stopped_at_once(seconds: float | None) -> Iterator[None]:
    """End the process at Ctrl-C, or after some seconds, while the block runs: the engine minds no signal."""
    done = False

    def watch() -> None:
        got = signal.sigtimedwait({signal.SIGINT}, seconds or FOREVER)
        if not done:
            late = f"the query took more than {seconds} s (--timeout)"
            click.echo(f"wicara: {'interrupted' if got else late}", err=True)
            os._exit(INTERRUPTED if got else TooMuch.exit_code)
        if got:
            signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done = True
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@click.command()
@click.argument("file", metavar="FILE|-")
@dataset_options
@infer_option
@click.option(
    "--format",
    "form",
    type=click.Choice(
        ["table", "json", "xml", "csv", "tsv", "turtle", "trig", "nquads", "ntriples", "jsonld", "rdfxml"]
    ),
    help="Output format: table to tsv for SELECT and ASK, the others for CONSTRUCT and DESCRIBE.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.001),
    metavar="SECONDS",
    help="Stop a query that takes longer (default: never). Ctrl-C stops one at once.",
)
@output_option
def query(  # noqa: PLR0913 - one parameter an option
    file: str,
    data: Path,
    extra: Path | None,
    *,
    infer: str,
    form: str | None,
    timeout: float | None,
    output: Path | None,
) -> None:
    """Run a SPARQL query from FILE, or from standard input if FILE is -.

    The prefixes of the dataset (wic:, event:, person:, skos: and others) need no declaration. Without
    --format, SELECT and ASK print a table on a terminal and CSV elsewhere; CONSTRUCT and DESCRIBE print
    Turtle.

    \b
    Example:
      echo 'SELECT (COUNT(*) AS ?facts) { ?fact a wic:FactGraph }' | wicara query -
    """  # noqa: D301 - click keeps the lines of a paragraph that begins with \b
    text = read_query(file)
    store = current(data, extra).for_inference(infer == "on")
    with stopped_at_once(timeout):
        found = answer(store, text, "the query" if file == "-" else file)
        chosen = form or default_form(found, terminal=sys.stdout.isatty() and output is None)
        content = answer_table(tabular(found)) if chosen == "table" else serialize_answer(found, chosen)
    emit(content, output)
