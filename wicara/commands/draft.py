"""Suggest facts for a text: nothing of it is data before a person accepts it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wicara.commands import extra_option
from wicara.graph.facts.source import read_text
from wicara.output import emit

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@extra_option
@click.option(
    "--date",
    "published",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day that the text is of: what it calls Thursday or 2/8 is resolved against it.",
)
@click.option(
    "--language", type=click.Choice(["en", "id"]), help="Language of the text (default: told from it)."
)
@click.option(
    "--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True, help="Format."
)
@click.option(
    "--text",
    "text_file",
    type=click.Path(path_type=Path),
    help="Write the text that spans count here: needed for HTML, whose text is extracted.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Output file (default: standard output)."
)
def draft(  # noqa: PLR0913 - one parameter an option
    file: Path,
    extra: Path | None,
    *,
    published: datetime | None,
    language: str | None,
    form: str,
    text_file: Path | None,
    output: Path | None,
) -> None:
    """Suggest facts for a text: spans of words with what they may state, the rule that says so and a score.

    FILE is a text or an HTML page in UTF-8, Indonesian or English. The suggestions are only printed: they are
    never added to the dataset, served or exported. --add names a folder with additional data, whose things
    are recognised too.
    """
    from wicara.graph.facts.draft.drafting import draft as suggest  # noqa: PLC0415 - it loads word lists
    from wicara.graph.facts.draft.reading import extracted  # noqa: PLC0415
    from wicara.graph.facts.draft.suggestion import as_csv, as_json  # noqa: PLC0415
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415

    source = read_text(file)
    text = extracted(source)
    found = suggest(text, read_inputs(extra).quads, published.date() if published else None, language)
    if not found.is_sure:
        click.echo(
            f"wicara: {file} seems to be neither Indonesian nor English; its suggestions are made with the "
            f"words of {found.language!r} and may be few.",
            err=True,
        )
    if text_file:
        emit(text.encode(), text_file)
    elif text != source.characters:
        click.echo(
            "wicara: spans count the characters of the text of the page: save it with --text", err=True
        )
    about = {"file": file.name, "sha256": source.sha256, "language": found.language, "characters": len(text)}
    printed = as_csv(found.suggestions, text) if form == "csv" else as_json(found.suggestions, text, about)
    emit(printed.encode(), output)
