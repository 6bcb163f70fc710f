"""Review the suggestions for a text in the browser, or tell what a review took."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wicara.commands import confirm, extra_option, published_option
from wicara.output import emit

if TYPE_CHECKING:
    from datetime import datetime


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
