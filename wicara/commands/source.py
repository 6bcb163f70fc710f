"""Keep texts of articles beside the dataset."""

from __future__ import annotations

from pathlib import Path

import click

from wicara.commands import dataset_options
from wicara.graph.facts.selector import FOLDER, source_of_text
from wicara.graph.facts.source import read_sources, read_text
from wicara.graph.inputs import read_inputs
from wicara.graph.overlay import overlay_of
from wicara.output import emit


@click.group()
def source() -> None:
    """Keep texts of articles beside the dataset, so that pages show the sentences that facts rest on."""


@source.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@dataset_options
def add_texts(files: tuple[Path, ...], data: Path, extra: Path | None) -> None:
    """Keep the texts in FILES in the folder texts/ beside the builds.

    A text is recognized by its SHA-256: it must be, byte for byte, that of a source. Only pages show it:
    it is in no build, export or backup. To take it back, delete the file.
    """
    known = read_sources(read_inputs(extra, overlay_of(data)).quads)
    texts = [read_text(file) for file in files]
    sources = [source_of_text(text, known) for text in texts]
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for text, found in zip(texts, sources, strict=True):
        place = folder / f"{text.sha256}.txt"
        emit(text.characters.encode(), place)
        click.echo(f"{found.name}: {place}")
