"""Suggest facts for a text: nothing of it is data before a person accepts it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wicara.commands import extra_option, published_option
from wicara.graph.facts.skeleton import slug
from wicara.graph.facts.source import read_text
from wicara.output import emit

if TYPE_CHECKING:
    from datetime import datetime


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@extra_option
@published_option("Day that the text is of: what it calls Thursday or 2/8 is resolved against it.")
@click.option(
    "--language", type=click.Choice(["en", "id"]), help="Language of the text (default: told from it)."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["trig", "json", "csv"]),
    default="trig",
    show_default=True,
    help="Format: a data file in the short form, or the suggestions alone.",
)
@click.option("--id", "name", help="ID of the article, the last part of its IRI (default: the name of FILE).")
@click.option(
    "--text",
    "text_file",
    type=click.Path(path_type=Path),
    help="Write the text whose characters spans count; of an HTML page it is the text of the article.",
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
    name: str | None,
    text_file: Path | None,
    output: Path | None,
) -> None:
    """Suggest facts for a text: words with what they may state, the rule that says so and a score.

    FILE is a text or an HTML page in UTF-8, Indonesian or English. The suggestions are a data file in the
    short form in which each is marked in:suggested: they are never part of the dataset, served or exported.
    --add names a folder with additional data, whose things are recognised too.
    """
    from wicara.graph.facts.draft.drafting import draft as suggest  # noqa: PLC0415 - it loads word lists
    from wicara.graph.facts.draft.drafting import drafted_file, recognised  # noqa: PLC0415
    from wicara.graph.facts.draft.reading import extracted  # noqa: PLC0415
    from wicara.graph.facts.draft.suggestion import as_csv, as_json  # noqa: PLC0415
    from wicara.graph.facts.review.things import rejected_pairs, verdicts_in  # noqa: PLC0415
    from wicara.graph.inputs import read_inputs  # noqa: PLC0415

    if output and output.exists():
        raise click.UsageError(f"{output} exists already and may hold your work: choose another name.")
    source = extracted(read_text(file))
    if text_file:
        emit(source.characters.encode(), text_file)
    day = published.date() if published else None
    verdicts = [
        verdict for folder in (extra, output and output.parent) if folder for verdict in verdicts_in(folder)
    ]
    drafted = suggest(source.characters, read_inputs(extra).quads, day, language)
    drafted = drafted.without(rejected_pairs(verdicts))
    if not drafted.is_sure:
        click.echo(
            f"wicara: {file} seems to be neither Indonesian nor English "
            f"({recognised(source.characters) or 'no language is recognised'}): "
            f"it is read with the words of {drafted.language!r}, and suggestions may be few or wrong.",
            err=True,
        )
    if form == "trig":
        printed = drafted_file(drafted, source, slug(name or file.stem), day, language)
    elif form == "csv":
        printed = as_csv(drafted.suggestions, source.characters)
    else:
        about = {"file": file.name, "sha256": source.sha256, "language": drafted.language}
        printed = as_json(drafted.suggestions, source.characters, about)
    emit(printed.encode(), output)
