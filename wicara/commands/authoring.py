"""Begin an article, cite its words, keep its text, add facts and take them back."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from wicara.commands import dataset_options, extra_option, format_option, progress
from wicara.graph import overlay
from wicara.graph.assembly import kind
from wicara.graph.errors import UnreadableInput
from wicara.graph.facts.lock import lock as write_lock
from wicara.graph.facts.lock import lock_path, lock_text
from wicara.graph.facts.quote import quote as find
from wicara.graph.facts.quote import quote_line, read_span
from wicara.graph.facts.selector import FOLDER, source_of_text
from wicara.graph.facts.short_form import facts_and_sources
from wicara.graph.facts.shorten import shortened
from wicara.graph.facts.skeleton import proposal, skeleton, slug, source_for
from wicara.graph.facts.source import language_of, match_source, read_sources, read_text
from wicara.graph.facts.table import facts_of_table, facts_table, prefixes_for
from wicara.graph.formats import TRIG, serialize_quads
from wicara.graph.inputs import data_file, names_with, quads_of, read_inputs, statements_of
from wicara.graph.names import GraphKind, iri_name, term_name
from wicara.graph.terms import quad_key
from wicara.output import emit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pyoxigraph import Quad

    from wicara.graph.change import Change, Edit
    from wicara.graph.facts.source import Source


def known_sources(extra: Path | None) -> tuple[Source, ...]:
    """Return the sources that the data describes; while a file is being written and cannot be read, none."""
    try:
        return read_sources(read_inputs(extra).quads)
    except UnreadableInput as fault:
        click.echo(f"wicara: {fault}\nUntil then sentences are found by their punctuation.", err=True)
        return ()


def print_text(text: str, output: Path | None = None) -> None:
    """Print a text, or write it to a file that appears when it is whole."""
    emit(text.encode(), output)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--id", "name", help="ID of the article, the last part of its IRI (default: the name of FILE).")
@click.option("--language", help="Language tag of the text (default: told from the text).")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Output file, such as my/ID.trig.")
def article(file: Path, name: str | None, language: str | None, output: Path | None) -> None:
    """Create the skeleton of a new article: its description, its sentences and an example fact.

    FILE is the unmodified text in UTF-8; positions count its characters. The text itself is not stored in the
    data. Sentences are detected by punctuation: review them.
    """
    if output and output.exists():
        raise click.UsageError(f"{output} exists already and may hold your work: choose another name.")
    text = read_text(file)
    source = proposal(text, slug(name or file.stem), language or language_of(text.characters))
    print_text(skeleton(source, text.characters), output)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("words")
@extra_option
@click.option("--fact", default="F001", show_default=True, help="Number of the fact that the words support.")
@click.option(
    "--span", metavar="START:END", help="Full passage that supports the fact, if longer than the quote."
)
@click.option(
    "--occurrence", type=click.IntRange(min=1), help="Which occurrence of WORDS, if there are several."
)
@click.option("--id", "name", help="ID of the article, if the data does not describe it yet.")
def quote(  # noqa: PLR0913 - one parameter an option
    file: Path,
    words: str,
    extra: Path | None,
    *,
    fact: str,
    span: str | None,
    occurrence: int | None,
    name: str | None,
) -> None:
    """Print the words of a fact for a data file: where WORDS (at most twelve) stand in FILE.

    The article is identified by the SHA-256 of the text, if the data describes it. --add names a folder with
    additional data.
    """
    text = read_text(file)
    source = source_for(text, name, known_sources(extra))
    quotation = find(source, text.characters, words, read_span(span), occurrence)
    print_text(quote_line(quotation, fact))


@click.command()
@click.argument("file", metavar="ARTICLE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", required=True, metavar="[ID=]TEXT", help="The text that the facts were read from.")
def lock(file: Path, source: str) -> None:
    """Write the lock of ARTICLE, a .trig file: where the words of its facts stand in the text, with hashes.

    A build without the text takes spans, sentences and hashes from the lock, ARTICLE's name with .lock.csv.
    Run it again when a quote or a span has changed. If words are not in the text, nothing is written.
    """
    words, described = facts_and_sources(tuple(statements_of(data_file(file))), str(file))
    supplied = match_source(source, read_sources(described) or known_sources(None))
    if not supplied.identical:
        raise UnreadableInput(
            f"{supplied.text.path} is not the text that {supplied.source.name} describes: its SHA-256 is "
            f"{supplied.text.sha256}, that of the source {supplied.source.sha256}; give the text as it was"
        )
    own = [quoted for quoted in words if quoted.article == supplied.source.name]
    rows = write_lock(own, supplied.source, supplied.text.characters, str(file))
    emit(lock_text(rows).encode(), lock_path(file))
    click.echo(f"{lock_path(file)}: the words of {len(rows)} passages")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Output file.")
def expand(file: Path, output: Path | None) -> None:
    """Print the long form of FILE, a data file: every statement that it stands for, in its named graph."""
    quads = sorted(quads_of(data_file(file)), key=quad_key)
    emit(serialize_quads(quads, TRIG), output)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Output file, such as my/ID.trig; its lock is written beside it.",
)
def shorten(files: tuple[Path, ...], output: Path) -> None:
    """Convert data FILES in the long form into one file in the short form, with its lock.

    The files are those of one article or one background pack: .trig files and entities*.ttl. What the short
    form does not express stays in the long form, so that the new file states the same.
    """
    if output.exists() or lock_path(output).exists():
        raise click.UsageError(f"{output} or its lock exists already: choose another name.")
    text, rows = shortened(tuple(chain.from_iterable(quads_of(data_file(file)) for file in files)))
    emit((leading_comment(files[0]) + text).encode(), output)
    if rows:
        emit(lock_text(rows).encode(), lock_path(output))


def leading_comment(file: Path) -> str:
    """Return the comment that a file begins with."""
    lines = takewhile(
        lambda line: line.startswith("#"), file.read_text(encoding="utf-8").splitlines(keepends=True)
    )
    comment = "".join(lines)
    return f"{comment}\n" if comment else ""


@click.command()
@click.argument("file", metavar="ARTICLE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@format_option("Output format of the table.", "csv")
@click.option(
    "--pattern", help="Facts of this pattern only, with its parameters as columns, such as Attended."
)
@click.option(
    "--add",
    "table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A table in CSV whose rows are added to ARTICLE as facts.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Output file.")
def facts(file: Path, pattern: str | None, table: Path | None, output: Path | None, **_form: str) -> None:
    """Print the facts of ARTICLE, a .trig file in the short form, as a table, or add the rows of one.

    A table of a pattern without facts has its columns only: a sheet to fill in. With --add, every row is
    checked first; if one is at fault, its line is named and ARTICLE does not change. Run wicara lock then.
    """
    statements = tuple(statements_of(data_file(file)))
    if table is None:
        print_text(facts_table(statements, pattern), output)
        return
    sources = read_sources(facts_and_sources(statements, str(file))[1])
    if len(sources) != 1:
        raise UnreadableInput(f"{file} describes {len(sources)} articles: facts are added to a file of one")
    added = facts_of_table(table, statements, sources[0], names_with(statements))
    emit(file.read_bytes() + prefixes_for(added, file).encode() + "".join(added).encode(), file)
    click.echo(f"{file}: {len(added)} facts added; run wicara lock {file} --source TEXT")


dry_run_option: Final = click.option(
    "--dry-run", is_flag=True, help="Show what would change without writing it."
)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@dataset_options
@dry_run_option
def add(files: tuple[Path, ...], data: Path, extra: Path | None, *, dry_run: bool) -> None:
    """Add FILES to the dataset: .trig files of facts, entities*.ttl files of the things they mention.

    All checks run first, on all files together. If one fails, the findings are printed and nothing is
    written. Otherwise conclusions and proofs are updated without a rebuild. The files are copied into the
    folder overlay/ beside the builds, under their own names (a file of the same name is replaced), and are
    part of every later build there.
    """
    change_overlay(data, extra, lambda stage, _graphs: overlay.put(stage, files), dry_run=dry_run)


@click.command()
@click.argument("graph", metavar="FACT-GRAPH")
@dataset_options
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Day of the retraction (default: today, UTC).",
)
@click.option("--undo", is_flag=True, help="Restore a retracted graph.")
@dry_run_option
def retract(  # noqa: PLR0913 - one parameter an option
    graph: str, data: Path, extra: Path | None, *, day: datetime | None, undo: bool, dry_run: bool
) -> None:
    """Retract a fact graph or background graph and everything derived from it.

    FACT-GRAPH is an IRI, a prefixed name or the end of an IRI: F038, or fact/ARTICLE/F038. Conclusions
    without another proof are removed. The graph's IRI and the day of its retraction remain. Source files do
    not change: the retraction is recorded in overlay/retracted.trig beside the builds.
    """

    def edit(stage: Path, graphs: Callable[[], Collection[str]]) -> None:
        iri = overlay.graph_named(graph, graphs())
        if undo:
            overlay.unretract(stage, iri)
        else:
            overlay.retract(stage, iri, (day or datetime.now(UTC)).date())

    change_overlay(data, extra, edit, dry_run=dry_run)


def change_overlay(data: Path, extra: Path | None, edit: Edit, *, dry_run: bool) -> None:
    """Change the overlay of a folder of builds, and print what that changed in the dataset."""
    from wicara.graph.change import change  # noqa: PLC0415 - it loads the reasoner

    with progress() as step:
        changed = change(data, extra, edit, step, dry_run=dry_run)
    click.echo(f"in {data}:\n{change_lines(changed, dry_run=dry_run)}")


LISTED: Final = 20
"""How many conclusions are listed each way."""


def change_lines(change: Change, *, dry_run: bool) -> str:
    """Return a change as lines: `-` is what goes, `+` what comes."""
    if not change.out and not change.into:
        return "no statement changes"
    lines = (
        *(f"- {iri_name(graph)}" for graph in change.graphs_out),
        *(f"+ {iri_name(graph)}" for graph in change.graphs_into),
        f"stated: {count_changes(change, is_conclusion=False)}",
        f"inferred: {count_changes(change, is_conclusion=True)}",
        *conclusions("-", change.out),
        *conclusions("+", change.into),
        *(f"incomplete without what was retracted: {gap}" for gap in change.gaps),
        *(["nothing was written: this is what would change"] if dry_run else []),
    )
    return "\n".join(lines)


def count_changes(change: Change, *, is_conclusion: bool) -> str:
    """Return how many statements or conclusions go and come."""
    fewer, more = (
        sum((kind(quad) == GraphKind.INFERRED) == is_conclusion for quad in quads)
        for quads in (change.out, change.into)
    )
    return f"{fewer} fewer, {more} more"


def conclusions(mark: str, quads: Collection[Quad]) -> Iterator[str]:
    """Yield the conclusions among some quads, a line each."""
    listed = sorted(
        " ".join(map(term_name, quad.triple)) for quad in quads if kind(quad) == GraphKind.INFERRED
    )
    yield from (f"  {mark} {line}" for line in listed[:LISTED])
    if len(listed) > LISTED:
        yield f"  {mark} and {len(listed) - LISTED} more"


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
    known = read_sources(read_inputs(extra, overlay.overlay_of(data)).quads)
    texts = [read_text(file) for file in files]
    sources = [source_of_text(text, known) for text in texts]
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for text, found in zip(texts, sources, strict=True):
        place = folder / f"{text.sha256}.txt"
        emit(text.characters.encode(), place)
        click.echo(f"{found.name}: {place}")
