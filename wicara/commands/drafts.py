"""Suggest facts for a text, and review them: nothing of it is data before a person accepts it."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wicara.commands import confirm, extra_option, format_option, published_option
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
@format_option("Format: a data file in the short form, or the suggestions alone.", "trig json csv")
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


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The text that FILE is of; where there is none, the page takes one that you paste.",
)
@extra_option
@published_option("Day that the text is of, where FILE is drafted first.")
@click.option("--by", help="Who decides, in the logs (default: the name of the user).")
@click.option(
    "--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port (0: any free port)."
)
@click.option("--browser/--no-browser", default=True, show_default=True, help="Open the page in the browser.")
@click.option(
    "--summary", is_flag=True, help="Print what the review of FILE took so far: keys, minutes, waits."
)
def review(  # noqa: PLR0913 - one parameter an option
    file: Path,
    source: Path | None,
    extra: Path | None,
    *,
    published: datetime | None,
    by: str | None,
    port: int,
    browser: bool,
    summary: bool,
) -> None:
    """Review the suggestions in FILE, a .trig file that `wicara draft` made, on a page of this machine.

    Where there is no FILE, it is drafted from the text first. Each decision is saved in FILE before the next
    one, with its lock; the file before stays as FILE~. The address holds a token and is answered on loopback
    only; nothing else is written but the logs beside FILE. Stop with Ctrl-C; the next call goes on there.
    """
    from wicara.graph.facts.review.log import log_path, read_log  # noqa: PLC0415 - a command loads what it needs
    from wicara.graph.facts.review.log import summary as summary_of  # noqa: PLC0415

    if summary:
        emit(summary_of(read_log(log_path(file))).encode())
        return
    from wicara.graph.facts.review.desk import Desk  # noqa: PLC0415
    from wicara.server.review import serve  # noqa: PLC0415 - loads the web libraries
    from wicara.server.site.search.folding import fold  # noqa: PLC0415

    text = source or file.with_suffix(".txt")
    day = published.date() if published else None

    def announce(address: str) -> None:
        click.echo(f"Review {file} on {address} (Ctrl-C stops it)")
        confirm("Keys: a accepts, r rejects, u is unsure, e edits, ? shows all.")
        if browser:
            click.launch(address)

    serve(Desk(file, text, extra, fold, by or getpass.getuser(), day), port, announce)
