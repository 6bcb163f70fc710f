"""Run a SPARQL query on the dataset."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from wicara.commands import current, dataset_options, infer_option, output_option
from wicara.graph.answers import answer, default_form, read_query, serialize_answer, tabular
from wicara.output import answer_table, emit

if TYPE_CHECKING:
    from pathlib import Path


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
@output_option
def query(  # noqa: PLR0913 - one parameter an option
    file: str, data: Path, extra: Path | None, *, infer: str, form: str | None, output: Path | None
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
    found = answer(
        current(data, extra).for_inference(infer == "on"), text, "the query" if file == "-" else file
    )
    chosen = form or default_form(found, terminal=sys.stdout.isatty() and output is None)
    content = answer_table(tabular(found)) if chosen == "table" else serialize_answer(found, chosen)
    emit(content, output)
